"""Differences and running sums, polynomials, windows, triangles, and the places on diagonals."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.products import Product
from matdiff.algebra.operators.resampling import Exchange
from matdiff.algebra.operators.triangles import LowerTriangle, UpperTriangle
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, Traced, as_traced, extent_of, function, lift, refuse
from matdiff.recording.axes import ravel, zeros
from matdiff.recording.keys import All
from matdiff.recording.operations import matmul, multiply, subtract
from matdiff.recording.places import item
from matdiff.recording.reductions import axes_of
from matdiff.recording.shapes import flip
from matdiff.recording.stacking import at_least_one, column_stack, concatenate, stack


@function("diff")
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Traced:
    """x[1:] − x[:-1], n times"""
    x = lift(a)
    (axis,) = axes_of(x, axis)
    if prepend is not None or append is not None:
        more = [at_least_one(lift(p)) if p is not None else None for p in (prepend, append)]
        x = concatenate([p for p in (more[0], x, more[1]) if p is not None], axis)
    before: list[Any] = [slice(None)] * axis
    for _ in range(n):
        x = subtract(item(x, (*before, slice(1, None))), item(x, (*before, slice(None, -1))))
    return x


@function("ediff1d")
def ediff1d(ary: Any) -> Traced:
    return diff(ravel(ary))


@function("cumsum", method="cumsum")
def cumsum(a: Any, axis: Any = None) -> Traced:
    """tril(1)x, the sums of the first entries."""
    x = lift(a) if axis is not None else ravel(a)
    (axis,) = axes_of(x, axis or 0)
    n = x.lengths[axis]
    lower = LowerTriangle.of(Ones(n, n))
    if axis == 0 and isinstance(x.expr, Product) and isinstance(x.expr.operands[0], Exchange):
        whole = Product.of(Exchange.of(n), UpperTriangle.of(Ones(n, n)), *x.expr.operands[1:])  # of x[::-1]
        return Traced(whole, x.lengths)
    return Traced(Product.of(lower, x.expr) if axis == 0 else Product.of(x.expr, flip(lower)), x.lengths)


@function("trapezoid", "trapz")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Traced:
    """Σ (yᵢ + yᵢ₊₁)(xᵢ₊₁ − xᵢ)/2"""
    a = lift(y)
    if a.ndim != 1:
        refuse("np.trapezoid of a matrix")
    width = lift(dx) if x is None else diff(x)
    heights = item(a, slice(1, None)) + item(a, slice(None, -1))
    total: Traced = FUNCTIONS["sum"](multiply(heights, width))
    return total / 2


@function("vander")
def vander(x: Any, N: Any = None, increasing: bool = False) -> Traced:
    """The powers of the entries, in columns."""
    a = lift(x)
    count = a.lengths[0].number if N is None else N
    if not isinstance(count, int):
        refuse("np.vander with a symbolic number of columns")
    powers = range(count) if increasing else range(count - 1, -1, -1)
    return column_stack([a**k for k in powers])


@function("polyval")
def polyval(p: Any, x: Any) -> Traced:
    """c₀xⁿ + … + cₙ"""
    coefficients = list(p) if not isinstance(p, Traced) else list(iter(p))
    at = lift(x)
    terms = [c * at ** (len(coefficients) - 1 - k) for k, c in enumerate(coefficients)]
    result: Traced = sum(terms[1:], terms[0])
    return result


@function("cross", "linalg.cross")
def cross(a: Any, b: Any, axis: int = -1) -> Traced:
    """a × b, for vectors and for the rows of matrices"""
    x, y = lift(a), lift(b)
    parts_of = [[item(v, (..., k)) for k in range(3)] for v in (x, y) if v.lengths[-1].number == 3]
    if len(parts_of) < 2 or axis not in (-1, max(x.ndim, y.ndim) - 1):
        raise ShapeError("np.cross takes vectors with three entries, along the last axis")
    (a1, a2, a3), (b1, b2, b3) = parts_of
    return stack([a2 * b3 - a3 * b2, a3 * b1 - a1 * b3, a1 * b2 - a2 * b1], axis=-1)


@function("tril", method="tril")
def tril(m: Any, k: int = 0) -> Traced:
    return triangle(LowerTriangle, m, k)


@function("triu", method="triu")
def triu(m: Any, k: int = 0) -> Traced:
    return triangle(UpperTriangle, m, k)


def triangle(operator: Any, m: Any, k: int) -> Traced:
    x = lift(m)
    if x.ndim != 2 or not isinstance(k, int):
        refuse("a triangle of this array")
    if abs(k) > 1 or (k and x.lengths[0] is not x.lengths[1]):
        return multiply(Traced(pattern(operator, x, k), x.lengths), x)
    return Traced(operator.of(x.expr, *([Number(k)] if k else [])), x.lengths)


def pattern(operator: Any, x: Traced, k: int) -> Expr:
    """The ones of a triangle beside another diagonal, of a matrix whose size is a number."""
    import numpy as np

    shape = [n.number for n in x.lengths if n.number is not None]
    if len(shape) < 2:
        refuse(f"a triangle from the diagonal {k} on")
    return lift((np.tril if operator is LowerTriangle else np.triu)(np.ones(shape, dtype=int), k)).expr


@function("gradient")
def gradient(f: Any, spacing: Any = 1.0) -> Traced:
    """Central differences, and those to one side at the ends."""
    x, h = lift(f), lift(spacing)
    if x.ndim != 1 or h.ndim:
        refuse("np.gradient of this array")
    inner = (item(x, slice(2, None)) - item(x, slice(None, -2))) / (2 * h)
    first, last = (
        (item(x, slice(1, 2)) - item(x, slice(0, 1))) / h,
        (item(x, slice(-1, None)) - item(x, slice(-2, -1))) / h,
    )
    return concatenate([first, inner, last])


@function("convolve")
def convolve(a: Any, v: Any, mode: str = "full") -> Traced:
    """Σⱼ aᵢ₋ⱼvⱼ, for a kernel whose length is a number"""
    x, kernel = lift(a), lift(v)
    if kernel.lengths[0].number is None and x.lengths[0].number is not None:
        x, kernel = kernel, x
    return correlate(x, item(kernel, slice(None, None, -1)), mode)


@function("correlate")
def correlate(a: Any, v: Any, mode: str = "valid") -> Traced:
    """Σⱼ aᵢ₊ⱼvⱼ, for a kernel whose length is a number"""
    x, kernel = lift(a), lift(v)
    width = kernel.lengths[0].number
    if width is None or mode not in ("valid", "full", "same"):
        refuse("a correlation with a kernel of symbolic length")
    shorter = x.lengths[0].number is not None and x.lengths[0].number < width
    if shorter:
        refuse("a correlation with a kernel that is longer than the array")
    if mode != "valid":
        before = width - 1 if mode == "full" else (width - 1) // 2 if width % 2 else width // 2
        after = width - 1 if mode == "full" else width - 1 - before
        x = concatenate(
            [p for p in (zeros(before) if before else None, x, zeros(after) if after else None) if p is not None]
        )
    return matmul(as_traced(FUNCTIONS["windows"](x, 0, width, 1)), kernel)


def places_of(name: str) -> Any:
    """np.diag_indices and its kin, of arrays whose lengths are numbers; a diagonal has every place once."""

    def meaning(a: Any, k: int = 0, m: Any = None) -> Any:
        import numpy as np

        lengths = lift(a).lengths if isinstance(a, Traced) and a.ndim else (extent_of(a), extent_of(m or a))
        if name.startswith("diag"):
            return (All(lengths[0]),) * 2 if lengths[0] is not None else refuse(f"np.{name}")
        numbers = [length.number for length in lengths if length is not None and length.number is not None]
        if len(numbers) < 2:
            refuse(f"np.{name} of a symbolic size", "Declare the size as a number.")
        return getattr(np, name.removesuffix("_from"))(numbers[0], k, numbers[1])

    return meaning


for _name in ("diag_indices", "diag_indices_from", "triu_indices_from", "tril_indices_from"):
    FUNCTIONS[_name] = places_of(_name)
