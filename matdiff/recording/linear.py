"""Linear algebra: products, inverses, determinants, norms."""

from __future__ import annotations

from functools import reduce
from typing import Any

from matdiff.algebra.expr import FUNCTIONS as NAMED
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.entrywise import Abs, Sign
from matdiff.algebra.operators.inverses import PseudoInverse
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.norms import EntrywiseNorm1, MaximumNorm, Norm, PowerNorm, inner
from matdiff.algebra.operators.products import Power, Product
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, Trace, matrix_power
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, UFUNCS, Traced, as_traced, function, lift, refuse, ufunc
from matdiff.recording.axes import ravel
from matdiff.recording.operations import matmul, multiply, power, square
from matdiff.recording.reductions import axes_of, largest, total, without
from matdiff.recording.shapes import differ, flip, unequal, written
from matdiff.records import NamedTuple

# ---- products ---------------------------------------------------------------------------------------


@function("dot", method="dot")
def dot(a: Any, b: Any) -> Traced:
    a, b = lift(a), lift(b)
    return matmul(a, b) if a.lengths and b.lengths else multiply(a, b)


@function("linalg.vecdot")
@ufunc("vecdot")
def vecdot(a: Any, b: Any) -> Traced:
    """Over the last axes of both, row by row."""
    a, b = lift(a), lift(b)
    if a.lengths[-1:] != b.lengths[-1:] or not a.ndim:
        message = f"the vectors in {written(a.lengths)} and {written(b.lengths)} do not fit"
        raise unequal(a.lengths[-1:], b.lengths[-1:], message)
    return matmul(a, b) if a.ndim == b.ndim == 1 else total(multiply(a, b), -1)


@function("vdot")
def vdot(a: Any, b: Any) -> Traced:
    a, b = lift(a), lift(b)
    if a.lengths != b.lengths:
        message = f"np.vdot takes two equal shapes, not {written(a.lengths)} and {written(b.lengths)}"
        raise unequal(a.lengths, b.lengths, message)
    return Traced(inner(a.expr, b.expr), ())


@function("inner")
def inner_product(a: Any, b: Any) -> Traced:
    """Over the last axes of both."""
    a, b = lift(a), lift(b)
    return dot(a, b.T) if a.ndim and b.ndim == 2 else dot(a, b)


@function("outer", "linalg.outer")
def outer(a: Any, b: Any) -> Traced:
    a, b = ravel(a), ravel(b)
    return Traced(Product.of(a.expr, flip(b.expr)), (*a.lengths, *b.lengths))


@function("kron")
def kron(a: Any, b: Any) -> Traced:
    a, b = lift(a), lift(b)
    if a.ndim != b.ndim:
        raise ShapeError("np.kron takes arrays with the same number of axes")
    lengths = tuple(m * n for m, n in zip(a.lengths, b.lengths, strict=True))
    return Traced(Kronecker.of(a.expr, b.expr), lengths)


@function("tensordot")
def tensordot(a: Any, b: Any, axes: Any = 2) -> Traced:
    a, b = lift(a), lift(b)
    if axes == 1:
        return matmul(a, b)
    if axes == 2 and a.ndim == b.ndim == 2:
        return vdot(a, b)
    return as_traced(FUNCTIONS["linalg.tensordot"](a, b, axes))


@function("linalg.multi_dot")
def multi_dot(arrays: Any) -> Traced:
    product: Traced = reduce(matmul, map(lift, arrays))
    return product


# ---- square matrices --------------------------------------------------------------------------------


def square_matrix(a: Any, what: str) -> Traced:
    x = lift(a)
    if x.ndim != 2 or x.lengths[0] is not x.lengths[1]:
        message = f"{what} takes a square matrix, and this array has the shape {written(x.lengths)}"
        raise differ(x.lengths[0], x.lengths[1], message) if x.ndim == 2 else ShapeError(message)
    return x


@function("trace", "linalg.trace", method="trace")
def trace(a: Any, offset: int = 0) -> Traced:
    if offset:
        refuse("np.trace with an offset")
    return Traced(Trace.of(square_matrix(a, "np.trace").expr), ())


@function("linalg.inv")
def inverse(a: Any, what: str = "np.linalg.inv") -> Traced:
    x = square_matrix(a, what)
    return Traced(Inverse.of(x.expr), x.lengths)


@function("linalg.pinv")
def pseudo_inverse(a: Any) -> Traced:
    x = lift(a)
    return Traced(PseudoInverse.of(x.expr), x.lengths[::-1])


@function("linalg.solve")
def solve(a: Any, b: Any) -> Traced:
    return matmul(inverse(a, "np.linalg.solve"), lift(b))


@function("linalg.det")
def determinant(a: Any) -> Traced:
    return Traced(Determinant.of(square_matrix(a, "np.linalg.det").expr), ())


@function("linalg.logdet")
def logdet_of(a: Any) -> Traced:
    """log |A|"""
    return Traced(LogDeterminant.of(square_matrix(a, "a determinant").expr), ())


class SignAndLogarithm(NamedTuple):
    """What np.linalg.slogdet gives."""

    sign: Traced
    logabsdet: Traced


@function("linalg.slogdet")
def slogdet(a: Any) -> SignAndLogarithm:
    e = square_matrix(a, "np.linalg.slogdet").expr
    return SignAndLogarithm(Traced(Sign(Determinant.of(e)), ()), Traced(LogDeterminant.of(e), ()))


@function("linalg.matrix_power")
def power_of_matrix(a: Any, n: Any) -> Traced:
    x = square_matrix(a, "np.linalg.matrix_power")
    if isinstance(n, Traced) and n.ndim == 0:
        return Traced(SymbolicPower.of(x.expr, n.expr), x.lengths)
    if not isinstance(n, int) or abs(n) > 1000:
        refuse(f"the power {n} of a matrix")
    return Traced(matrix_power(x.expr, n), x.lengths)


# ---- norms ------------------------------------------------------------------------------------------


@function("linalg.norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Traced:
    x = lift(x)
    if x.ndim > 2 and axis is not None and len(axes_of(x, axis)) == 1:
        return norm_along(x, 2 if ord is None else ord, axis, keepdims)
    if x.ndim == 2 and axis is not None and len(axes_of(x, axis)) == 1:
        return norm_along(x, 2 if ord is None else ord, axis, keepdims)
    lengths = without(x, axes_of(x, axis), keepdims)
    return Traced(norm_of_vector(x.expr, ord) if x.ndim < 2 else norm_of_matrix(x.expr, ord), lengths)


@function("linalg.vector_norm")
def vector_norm(x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Traced:
    x = lift(x)
    if axis is not None:
        return norm(x, ord, axis, keepdims)
    return Traced(
        norm_of_vector(x.expr if ord in (1, 2) else ravel(x).expr, ord), without(x, axes_of(x, None), keepdims)
    )


@function("linalg.matrix_norm")
def matrix_norm(x: Any, ord: Any = "fro", keepdims: bool = False) -> Traced:
    return norm(x, ord, None, keepdims)


def norm_of_vector(e: Expr, order: Any) -> Expr:
    if e.is_scalar:
        return Abs(e)
    if order in (None, 2):
        return Norm(e)
    if order == float("inf"):
        return MaximumNorm(e)
    if not isinstance(order, (int, float)) or order < 1:
        refuse(f"np.linalg.norm of a vector with ord={order}")
    return EntrywiseNorm1(e) if order == 1 else PowerNorm.of(e, lift(order).expr)


def norm_of_matrix(e: Expr, order: Any) -> Expr:
    if order in (None, "fro"):
        return Abs(e) if e.is_scalar else Norm(e)
    if order not in (2, "nuc"):
        refuse(f"np.linalg.norm of a matrix with ord={order!r}")
    return Abs(e) if e.is_scalar else NAMED["norm_spec" if order == 2 else "norm_nuc"].of(e)


def norm_along(x: Traced, order: Any, axis: Any, keepdims: bool) -> Traced:
    """The norms of the rows or the columns."""
    size = UFUNCS["absolute"](x)
    if order == 2:
        whole = total(square(x), axis, keepdims=keepdims)
        return UFUNCS["sqrt"](whole)
    if order == float("inf"):
        return largest(size, axis, keepdims=keepdims)
    if not isinstance(order, (int, float)) or order < 1:
        refuse(f"np.linalg.norm with ord={order!r}")
    if order == 1:
        return total(size, axis, keepdims=keepdims)
    whole = total(power(size, lift(order)), axis, keepdims=keepdims)
    return Traced(Power.of(whole.expr, Number(1) / lift(order).expr), whole.lengths)
