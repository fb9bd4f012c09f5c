"""Expectations as sums over sigma points: in go an expression and random symbols, out comes a sum with the same value.

The 2d points μ ± √d L eᵢ with LLᵀ = Σ, all of one probability, have the mean μ and the covariance Σ; so for polynomials
of degree 2 their mean is the expectation for every distribution that has these.  A step E[f] = g is thus an equality
that numbers can test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number, postorder
from matdiff.algebra.identities.indexed import fresh_index, rebound
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.matrix_functions import Cholesky
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, unit
from matdiff.algebra.rewriting import Step
from matdiff.calculus.expectations.independence import names, put_all
from matdiff.calculus.expectations.random_symbols import Variable
from matdiff.calculus.varying import Exchange


def testable(steps: Iterable[Step], variables: Mapping[Expr, Variable]) -> list[Step]:
    """Steps E[before] = after as equalities."""
    return [Step(s.law, by_sigma_points(s.before, variables), s.after) for s in steps]


def by_sigma_points(e: Expr, variables: Mapping[Expr, Variable]) -> Expr:
    """E[e], one random symbol after the other, since they are independent; what is linear needs the mean alone."""
    for variable in variables.values():
        symbol = variable.symbol
        if any(node is symbol for node in postorder(e)):
            e = rebound(e, {i.name for i in variable.indices})
            e = _over(e, variable) if variable.covariance_known else Exchange(_means(e, variable))(e)
    return e


def _means(e: Expr, variable: Variable) -> dict[Expr, Expr]:
    """The random symbol, or the members of the family, in an expression, with their means."""
    symbol = variable.symbol
    found = [n for n in postorder(e) if (isinstance(n, Member) and n.operands[0] is symbol) or n is symbol]
    kept = [n for n in found if isinstance(n, Member) or not symbol.ranges]
    return {n: put_all(variable.mean, variable.indices, n.operands[1:]) for n in kept}


def _over(e: Expr, variable: Variable) -> Expr:
    """1/(2d) Σ (f(μ + √d L eᵢ) + f(μ − √d L eᵢ)), for a family over the points of each of its members."""
    sizes = [*variable.symbol.ranges, *variable.symbol.shape]
    taken = names([e, variable.mean, *(f for f in (variable.rows, variable.cols) if f is not None)])
    indices: list[Index] = []
    for extent in sizes:
        indices.append(fresh_index(Index("i", extent), taken | {i.name for i in indices}))
    dimension = count(prod(sizes, start=ONE))
    means = _means(e, variable)
    whole: Expr = Sum.of(
        *[
            Exchange({n: m + Product.of(sign, Sqrt(dimension), _step(n, variable, indices)) for n, m in means.items()})(
                e
            )
            for sign in (Number(1), Number(-1))
        ]
    )
    for index in indices:
        if index.last is not ONE:
            whole = IndexedSum(whole, index)
    return Scale.of(Number(Fraction(1, 2)), Scale.of(dimension**-1, whole))


def _step(source: Expr, variable: Variable, indices: Sequence[Index]) -> Expr:
    """L eᵢ (K eⱼ)ᵀ with LLᵀ = U and KKᵀ = V, for the member that the other indices name."""
    places = source.operands[1:]
    *of_members, i, j = indices
    chosen = [Entry(Identity(k.last), p, k) for p, k in zip(places, of_members, strict=True)]
    rows, cols = (
        Number(1) if f is None else _root(put_all(f, variable.indices, places), k)
        for f, k in ((variable.rows, i), (variable.cols, j))
    )
    return Product.of(*chosen, rows, cols if cols.is_scalar else Transpose(cols))


def _root(covariance: Expr, index: Index) -> Expr:
    """A column of L with LLᵀ = Σ."""
    size = covariance.rows
    return Sqrt(covariance) if size is ONE else Product.of(Cholesky(covariance), unit(index, size))
