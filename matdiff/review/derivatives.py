"""The derivatives that a derivation speaks of, as expressions: gradients, Jacobians, Hessians, σ′(h)."""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, Symbol, exchanged, replace, symbols
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Power, Product, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.calculus.forms import RESULT, differential_form
from matdiff.calculus.gradient import gradients
from matdiff.calculus.hessian import hessians
from matdiff.calculus.jacobian import jacobians
from matdiff.errors import UnsupportedError
from matdiff.language.declared import Declaration, Declarations
from matdiff.language.together import read_line

PART = "q_part"  # the symbol in the place of a part of a function


def derivative(f: Expr, unknown: Expr, order: int) -> Expr:
    """The gradient of a number, the Jacobian of anything else, the Hessian for the order 2."""
    if not {*symbols(unknown)} <= {*symbols(f)}:
        raise UnsupportedError(f"{unknown} does not occur in the function")
    table = {str(unknown): unknown}
    if order == 2 and unknown.shape == SCALAR != f.shape:  # M″(t)
        return derivative(derivative(f, unknown, 1), unknown, 1)
    if order == 2:
        return hessians(f, table).whole()
    found = gradients(f, table) if f.shape == SCALAR else jacobians(f, table).whole
    return next(iter(found.gradients.values()))


def by_expression(f: Expr, inner: Expr, order: int = 1) -> Expr:
    """∂f/∂(XW): the gradient by a part of the function, as by a symbol in its place; by Σ⁻¹, where Σ is P⁻¹, by P.

    By σ² it is that where σ is the root of a number.
    """
    part, there = Symbol(PART, inner.shape), dict[Expr, Expr]()
    if isinstance(inner, Inverse | Power) and isinstance(base := inner.operands[0], Symbol):
        part = Symbol(PART, inner.shape, base.properties)
        exponent = inner.operands[1].number if isinstance(inner, Power) else None
        there = {base: Power.of(part, Number(1 / exponent))} if exponent else there
        there = {base: Inverse(part)} if isinstance(inner, Inverse) else there
    whole = replace(f, there) if there else replace(f, lambda node: _with_part(node, inner, part))
    return exchanged(derivative(whole, part, order), part, inner)


def _with_part(node: Expr, inner: Expr, part: Symbol) -> Expr | None:
    """The symbol for a part, also of a product that is a run of factors: M in xᵀMx for the LᵀL of xᵀLᵀLx."""
    if node is inner:
        return part
    if not (isinstance(node, Product) and isinstance(inner, Product)):
        return None
    count = len(inner.operands)
    for k in range(len(node.operands) - count + 1):
        if node.operands[k : k + count] == inner.operands:
            return Product.of(*node.operands[:k], part, *node.operands[k + count :])
    return None


def expansion(e: Expr, by: Symbol, order: int) -> Expr:
    """e₀ + e′h + … with the terms up to an order in h, which stands for 0 in all that is differentiated."""
    still, terms = Symbol(PART, by.shape), [e]
    for k in range(1, order + 1):
        form = differential_form(terms[-1], {PART: by}).gradients[RESULT]
        terms.append(Number(Fraction(1, k)) * exchanged(form, Differential(by), still))
    return replace(sum(terms[1:], e), {by: zero(by.shape), still: by})


def slope(function: str, at: Expr, declared: Declarations) -> Expr:
    """σ′(h) of a function that is applied entry by entry."""
    inner = Symbol(PART, at.shape)
    declared.table[PART] = Declaration(PART, inner.shape)
    form = differential_form(read_line(f"{function}({PART})", declared), {PART: inner}).gradients[RESULT]
    if form.shape != inner.shape:
        raise UnsupportedError(f"{function} is not applied entry by entry")
    ones = Number(1) if inner.shape == SCALAR else Ones(*inner.shape)
    return replace(form, {Differential(inner): ones, inner: at})
