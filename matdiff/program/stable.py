"""Functions written so that they neither overflow nor lose digits, before they are derived.

log(1 + exp(a)) is softplus(a), log Σ exp(aₖ) is a logsumexp, log det A comes from a factorisation, log softmax needs no
quotient, and log(1 + a) keeps the digits of a small a.  The derivatives of these forms are stable as well.
"""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, replace
from matdiff.algebra.identities.softmax import softmax_of_vector
from matdiff.algebra.operators.activations import Sigmoid, Softplus
from matdiff.algebra.operators.entrywise import Exp, Log, Log1p
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, coefficient, multiple
from matdiff.algebra.operators.reductions import LogSoftmax, LogSoftmaxOfColumns, LogSoftmaxOfRows
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.softmax import LogSumExp, Softmax, SoftmaxOfColumns, SoftmaxOfRows
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant
from matdiff.algebra.operators.structure import DiagonalVector, value_of
from matdiff.algebra.operators.sums import Entry, IndexedSum, SumOfEntries, UnitVector
from matdiff.algebra.walks import remade
from matdiff.calculus.conditions import size_names
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of


def stable(e: Expr) -> Expr:
    """An expression with the same values in a form that is computed well."""

    def ruled(node: Expr, made: Expr) -> Expr:
        rule = RULES.get(type(made))
        found = rule(made) if rule is not None else None
        return made if found is None else found

    return remade(e, ruled)


def spread_between_inverses(e: Expr) -> Expr:
    """A⁻¹(A − xxᵀ)A⁻¹ as A⁻¹ − (A⁻¹x)(A⁻¹x)ᵀ, which needs no product of matrices."""

    def change(node: Expr) -> Expr | None:
        factors = node.operands if isinstance(node, Product) else ()
        for k, (left, inner, right) in enumerate(zip(factors, factors[1:], factors[2:], strict=False)):
            if isinstance(left, Inverse) and right is left and isinstance(inner, Sum):
                (a,) = left.operands
                own = [coefficient(t)[0] for t in inner.operands if coefficient(t)[1] is a]
                rest = [t for t in inner.operands if coefficient(t)[1] is not a]
                if len(own) == 1 and all(any(f.cols is ONE for f in chain(t)) for t in rest):
                    outer = [Product.of(left, t, left) for t in rest]
                    return Product.of(*factors[:k], Sum.of(multiple(own[0], left), *outer), *factors[k + 3 :])
        return None

    return replace(e, change)


def chain(e: Expr) -> tuple[Expr, ...]:
    """The factors of a term."""
    rest = coefficient(e)[1]
    return rest.operands if isinstance(rest, Product) else () if rest is None else (rest,)


def beside_one(e: Expr) -> Expr | None:
    """a where an expression is 1 + a."""
    if not isinstance(e, Sum):
        return None
    ones = [t for t in e.operands if t.number == 1 or isinstance(t, Ones)]
    rest = [t for t in e.operands if t not in ones]
    return Sum.of(*rest) if len(ones) == 1 and rest else None


def of_log(e: Expr) -> Expr | None:
    """log of a determinant, a sum of exponentials, a sigmoid, a softmax, or 1 + a."""
    a = value_of(e.operands[0])
    match a:
        case DiagonalVector() | Entry() | Row() | Column() | Slice() if (
            whole := of_log(Log(a.operands[0]))
        ) is not None:
            return a.rebuild((whole, *a.operands[1:]))  # log softmax(z)ₖ
        case Determinant():
            return LogDeterminant(*a.operands)
        case Sigmoid():
            return -Softplus(-a.operands[0])
        case Softmax():
            return LogSoftmax.of(*a.operands)
        case SoftmaxOfRows():
            return LogSoftmaxOfRows.of(*a.operands)
        case SoftmaxOfColumns():
            return LogSoftmaxOfColumns.of(*a.operands)
        case SumOfEntries(operands=(Exp(operands=(v,)),)) if v.cols is ONE and not v.is_scalar:
            return LogSumExp(v)
        case IndexedSum():
            return of_log_of_indexed_sum(a)
    return of_log_beside_one(beside_one(a))


def of_log_of_indexed_sum(a: IndexedSum) -> Expr | None:
    """log Σₖ pₖ exp(aₖ) is the logsumexp of the vector of log pₖ + aₖ, where every pₖ is positive."""
    k, body = a.index, a.operands[0]
    factors = body.operands if isinstance(body, (Hadamard, Scale)) else (body,)
    signs = BothSigns(frozenset(size_names(a)))
    others = [f for f in factors if not isinstance(f, Exp)]
    if len(others) == len(factors) or not all(entries_of(signs, f).interval.is_positive for f in others):
        return None
    terms = Sum.of(*map(logarithm, factors))
    return LogSumExp(IndexedSum(Scale.of(terms, UnitVector(k, k.last)), k)) if k in terms.free else None


def logarithm(e: Expr) -> Expr:
    """The logarithm of a positive factor."""
    match e:
        case Exp():
            return e.operands[0]
        case Determinant():
            return LogDeterminant(*e.operands)
        case Power(operands=(base, exponent)):
            return Scale.of(exponent, LogDeterminant(*base.operands) if isinstance(base, Determinant) else Log(base))
    return Log(e)


def of_log_beside_one(a: Expr | None) -> Expr | None:
    """log(1 + a)"""
    if a is None or isinstance(a, Exp):
        return None if a is None else Softplus(*a.operands)
    k, rest = coefficient(a)
    rest = None if rest is None else value_of(rest)
    return -Softplus(*rest.operands) if k == -1 and isinstance(rest, Sigmoid) else Log1p(a)


def of_power(e: Expr) -> Expr | None:
    """1/(1 + exp(−a)) is a sigmoid."""
    base, exponent = e.operands
    a = beside_one(base) if exponent.number == -1 else None
    return Sigmoid(-a.operands[0]) if isinstance(a, Exp) else None


def of_product(e: Expr) -> Expr | None:
    """exp(a)/(1 + exp(a)) is a sigmoid."""
    k, rest = coefficient(e)
    factors = list(rest.operands) if isinstance(rest, Hadamard) else []
    for f in factors:
        other = Sigmoid(-f.operands[0]) if isinstance(f, Exp) else None
        if other in factors:
            left = [g for g in factors if g is not f and g is not other]
            return multiple(k, Hadamard.of(*left, Sigmoid(f.operands[0])))
    return None


RULES: dict[type[Expr], Callable[[Expr], Expr | None]] = {
    Log: of_log, Power: of_power, Hadamard: of_product, Scale: softmax_of_vector.apply,
}  # fmt: skip
