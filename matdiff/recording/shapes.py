"""NumPy's shapes on matrix expressions: transposes, repetition along an axis, broadcasting.

An array has no, one or two axes, whose lengths are sizes.  The expression of an array with one axis is a
column; the expression of a number is 1×1.  Everything here is about expressions and lengths alone.
"""

from __future__ import annotations

import math
from fractions import Fraction

from matdiff.algebra.constants import PI, Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, SCALAR, Shape, Size
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.entrywise import Exp, Log, Sqrt
from matdiff.algebra.operators.products import FLATTEN, Product, Scale, Transpose
from matdiff.algebra.operators.structure import value_of
from matdiff.errors import ShapeError

Lengths = tuple[Size, ...]


class LengthsDiffer(ShapeError):
    """Two lengths that must be one are not."""

    one: Size = ONE
    other: Size = ONE


def differ(one: Size, other: Size, message: str, suggestion: str = "") -> LengthsDiffer:
    """The error for two lengths, which knows them: what follows from use is found out by it."""
    error = LengthsDiffer(message, suggestion=suggestion)
    error.one, error.other = one, other
    return error


def unequal(one: Lengths, other: Lengths, message: str) -> ShapeError:
    """The error for two shapes that must be one; where they have equally many axes it knows the first that differ."""
    pairs = zip(one, other, strict=True) if len(one) == len(other) else ()
    return next((differ(m, n, message) for m, n in pairs if m is not n), ShapeError(message))


def written(lengths: Lengths) -> str:
    """Lengths as NumPy prints a shape: (), (n,), (m, n)."""
    return f"({lengths[0]},)" if len(lengths) == 1 else f"({', '.join(map(str, lengths))})"


def shape_of(lengths: Lengths) -> Shape:
    """The shape of the expression of an array."""
    return (lengths[0], lengths[1]) if len(lengths) == 2 else (lengths[0], ONE) if lengths else SCALAR


def flip(e: Expr) -> Expr:
    """eᵀ; of a product the product of the transposes."""
    match e:
        case _ if e.is_scalar or isinstance(e, Identity):
            return e
        case Product(operands=factors) if len(factors) <= FLATTEN:
            return Product.of(*[_transposed(f) for f in reversed(factors)])
        case Scale(operands=(c, a)):
            return Scale.of(c, Product.of(*[_transposed(f) for f in reversed(_factors(a))]))
        case _:
            return _transposed(e)


def _factors(e: Expr) -> tuple[Expr, ...]:
    return e.operands if isinstance(e, Product) and len(e.operands) <= FLATTEN else (e,)


def _transposed(e: Expr) -> Expr:
    if isinstance(value_of(e), Transpose):
        return value_of(e).operands[0]
    return e if e.is_scalar or isinstance(e, Identity) else Transpose(e)


def repeated(value: Expr, shape: Shape) -> Expr:
    """A scalar in every entry."""
    rows, cols = shape
    if shape == SCALAR:
        return value
    if value.number == 0:
        return Zeros(rows, cols)
    return Scale.of(value, Transpose(Ones(cols)) if rows is ONE else Ones(rows, cols))


def is_repeated(e: Expr, value: int) -> bool:
    """Whether every entry is the number 0 or 1."""
    if isinstance(e, Transpose):
        e = e.operands[0]
    return e.number == value or isinstance(e, Ones if value else Zeros)


def over_columns(a: Expr) -> Expr:
    """The sums of the rows, a column: A1."""
    return a if a.cols is ONE else Product.of(a, Ones(a.cols))


def over_rows(a: Expr) -> Expr:
    """The sums of the columns, a row: 1ᵀA."""
    return a if a.rows is ONE else Product.of(Transpose(Ones(a.rows)), a)


def broadcast(*lengths: Lengths) -> Lengths:
    """The lengths that NumPy gives the result of an entrywise operation: axes are aligned from the last one."""
    result: list[Size] = []
    for place in range(1, 1 + max(map(len, lengths))):
        along = {own[-place] for own in lengths if len(own) >= place} - {ONE}
        if len(along) > 1:
            shown = " and ".join(written(own) for own in lengths)
            hint = "Axes are aligned from the last one; x[:, None] is a column, keepdims=True keeps an axis."
            one, other, *_ = sorted(along, key=str)
            raise differ(one, other, f"the shapes {shown} do not fit together", hint)
        result.insert(0, along.pop() if along else ONE)
    return tuple(result)


def realigned(e: Expr, lengths: Lengths) -> Expr:
    """The same entries in other axes, when axes of length 1 come or go: x[:, None], x[None, :]."""
    return e if e.shape == shape_of(lengths) else flip(e)


def spread(e: Expr, own: Lengths, lengths: Lengths) -> Expr:
    """An array of its own lengths, repeated to broadcast lengths."""
    if own == lengths:
        return e
    if e.is_scalar:
        return repeated(e, shape_of(lengths))
    e = realigned(e, aligned(own, len(lengths)))
    rows, cols = shape_of(lengths)
    if e.rows is not rows:
        return Product.of(Ones(rows), e)
    return e if e.cols is cols else Product.of(e, Transpose(Ones(cols)))


def aligned(own: Lengths, axes: int) -> Lengths:
    """Lengths with axes of length 1 in front, as broadcasting sees them: a vector is a row beside a matrix."""
    return (ONE,) * (axes - len(own)) + own


def number(value: Fraction | float) -> Expr:
    """A number as an expression: π and what is made of it, else the simplest fraction that rounds to a float.

    Of 0.05·9.81, which is 0.49050000000000005, the last digit is the rounding of the product.
    """
    if not isinstance(value, float):
        return Number(value)
    simple = Fraction(value).limit_denominator(1000)
    if float(simple) == value:
        return Number(simple)
    short = Fraction(f"{value:.{DIGITS}g}")
    return constant(value) or Number(short if math.isclose(short, value, rel_tol=ROUNDING) else value)


LARGEST_FACTOR = 24
ROUNDING = 3e-16  # of an operation
DIGITS = 12  # that somebody may have written


def constant(value: float) -> Expr | None:
    """The known constant that a float is, up to its last digit, with a small fraction in front: log(2π)/2, √2."""
    for base, e in KNOWN.items():
        factor = Fraction(value / base).limit_denominator(LARGEST_FACTOR)
        if (
            factor
            and abs(factor.numerator) <= LARGEST_FACTOR
            and math.isclose(float(factor) * base, value, rel_tol=ROUNDING)
        ):
            return Scale.of(Number(factor), e)
    return None


KNOWN = {
    math.pi: PI,
    math.log(2 * math.pi): Log(Scale.of(Number(2), PI)),
    math.log(math.pi): Log(PI),
    math.log(2): Log(Number(2)),
    math.sqrt(2 * math.pi): Sqrt(Scale.of(Number(2), PI)),
    math.sqrt(math.pi): Sqrt(PI),
    math.e: Exp(Number(1)),
    **{math.sqrt(k): Sqrt(Number(k)) for k in (2, 3, 5, 6, 7, 10)},
}
