"""The rules of typing for transposes, inverses and powers."""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.expr import FUNCTIONS, Expr, Number
from matdiff.algebra.operators.products import Power, Transpose, reciprocal
from matdiff.algebra.operators.square import Inverse, matrix_power
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.errors import UnsupportedError
from matdiff.language.broadcasting import filled
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, rule


@rule("transpose")
def type_transpose(attempt: Attempt, node: Node) -> Typed:
    """Aᵀ"""
    return transpose(attempt, node, node.parts[0].typed)


def transpose(attempt: Attempt, node: Node, a: Typed) -> Typed:
    """Aᵀ; a scalar is its own transpose."""
    if a.is_scalar:
        attempt.penalty(node, 3, a)
        return a
    return attempt.typed(node, (a.cols, a.rows), (a,), Transpose.of)


@rule("inverse_transpose")
def type_inverse_transpose(attempt: Attempt, node: Node) -> Typed:
    """A⁻ᵀ"""
    a: Typed = node.parts[0].typed
    if a.is_scalar:
        attempt.penalty(node, 3, a)
        return attempt.scalar(node, (a,), reciprocal)
    require_square(attempt, node, a, "an inverse")
    return attempt.typed(node, (a.rows, a.cols), (a,), lambda e: Inverse(Transpose(e)))


def require_square(attempt: Attempt, node: Node, a: Typed, what: str) -> None:
    """Makes a matrix square, if it can be."""
    if not attempt.unify(a.rows, a.cols):
        hint = f"{attempt.shown(a)}.^2 takes entry by entry" if what == "a power" else ""
        raise attempt.misfit(node, f"only a square matrix has {what}: {attempt.described(a)}", hint)


@rule("pseudo_inverse")
def type_pseudo_inverse(attempt: Attempt, node: Node) -> Typed:
    """A†"""
    a: Typed = node.parts[0].typed
    return attempt.typed(node, (a.cols, a.rows), (a,), FUNCTIONS["pinv"].of)


@rule("power")
def type_power(attempt: Attempt, node: Node) -> Typed:
    """aˢ of a scalar, Aᵏ of a square matrix"""
    a: Typed = node.parts[0].typed
    if len(node.parts) == 1:
        value = node.value
        exponent = attempt.scalar(node, (), lambda: Number(value))
        exponent.number = value
    else:
        exponent = node.parts[1].typed
    return power(attempt, node, a, exponent)


def power(attempt: Attempt, node: Node, a: Typed, exponent: Typed) -> Typed:
    """aˢ of a scalar, Aᵏ of a square matrix"""
    if a.is_scalar:
        return scalar_power(attempt, node, a, exponent)
    if exponent.number is None and node.parts[-1].kind == "symbol" and node.parts[-1].value[0] == "T":
        return transpose(attempt, node, a)
    require_square(attempt, node, a, "a power")
    k = exponent.number
    if k is None and exponent.is_scalar:
        return attempt.typed(node, (a.rows, a.cols), (a, exponent), SymbolicPower.of)
    if k is None or k.denominator != 1:
        raise attempt.misfit(node, "the power of a matrix is an integer", ".^ takes powers entry by entry")
    if abs(k) > MOST_FACTORS:
        raise attempt.misfit(node, f"the power {k} of a matrix is too large", error=UnsupportedError)
    return attempt.typed(node, (a.rows, a.cols), (a,), lambda e: matrix_power(e, int(k)))


MOST_FACTORS = 1000  # d(Aᵏ) has k terms


def scalar_power(attempt: Attempt, node: Node, a: Typed, exponent: Typed) -> Typed:
    """aˢ with a scalar exponent"""
    if not exponent.is_scalar:
        raise attempt.misfit(node, f"an exponent is a scalar: {attempt.described(exponent)}", "exp(x) is entrywise")
    k = exponent.number
    if a.number is not None and k is not None and is_small_power(a.number, k):
        value = a.number ** int(k)
        result = attempt.scalar(node, (), lambda: Number(value))
        result.number = value
        return result
    return attempt.scalar(node, (a, exponent), make_power)


def is_small_power(base: Fraction, exponent: Fraction) -> bool:
    """Whether a power of numbers is a number that is worth writing out."""
    length = base.numerator.bit_length() + base.denominator.bit_length()
    return exponent.denominator == 1 and length * abs(exponent) < 1000 and bool(base or exponent > 0)


def make_power(a: Expr, s: Expr) -> Expr:
    """aˢ, with a¹ = a and a⁰ = 1."""
    if isinstance(s, Number) and s.value in (0, 1):
        return a if s.value else filled(Number(1), *a.shape) if not a.is_scalar else Number(1)
    return Power(a, s)


@rule("dot_power")
def type_dot_power(attempt: Attempt, node: Node) -> Typed:
    """A.^s, entry by entry"""
    a, exponent = (part.typed for part in node.parts)
    if a.is_scalar or not exponent.is_scalar:
        return scalar_power(attempt, node, a, exponent)
    return attempt.typed(node, (a.rows, a.cols), (a, exponent), make_power)
