"""Changes of axes, diagonals, and constant arrays."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, product_of
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.kronecker import Unvec, Vec, divided
from matdiff.algebra.operators.products import Scale
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.errors import ShapeError
from matdiff.recording.arrays import (
    FUNCTIONS,
    METHODS,
    UFUNCS,
    Traced,
    as_traced,
    extent,
    extent_of,
    function,
    lift,
    refuse,
)
from matdiff.recording.shapes import Lengths, differ, flip, repeated, shape_of, spread, written

# ---- reshaping ----------------------------------------------------------------------------------------


@function("reshape")
def reshape(a: Any, shape: Any, order: str = "C") -> Traced:
    """The entries in other axes, row by row: a matrix as a vector is vec(Aᵀ)."""
    x = lift(a)
    lengths = wanted(x, shape)
    if order not in "CF" or (order == "F" and len(lengths) > 2):
        refuse(f"a reshape to {shape} with order={order!r}")
    if product_of(lengths) is not product_of(x.lengths):
        raise ShapeError(f"an array of shape {written(x.lengths)} has not the entries for {written(lengths)}")
    if len(lengths) > 2 or x.ndim > 2:
        return as_traced(FUNCTIONS["reshape of members"](x, lengths))
    if [k for k in x.lengths if k is not ONE] == [k for k in lengths if k is not ONE]:
        return x.viewed(x.expr, lengths)
    e = x.expr if order == "F" else flip(x.expr)
    column = x.expr if x.ndim == 1 else Vec.of(e)
    if len(lengths) == 1:
        return x.viewed(column, lengths)
    rows, cols = lengths
    return x.viewed(Unvec.of(column, rows, cols) if order == "F" else flip(Unvec.of(column, cols, rows)), lengths)


def wanted(a: Traced, shape: Any) -> Lengths:
    """The lengths that a user asks for; one of them may be −1, what the others leave."""
    asked = shape if isinstance(shape, (tuple, list)) else (shape,)
    if sum(1 for k in asked if isinstance(k, int) and k == -1) > 1:
        refuse(f"a reshape to {shape}")
    given = [None if isinstance(k, int) and k == -1 else extent_of(k) or refuse(f"the length {k}") for k in asked]
    rest = divided(product_of(a.lengths), product_of(tuple(k for k in given if k is not None)))
    if None in given and rest is None:
        raise ShapeError(f"an array of shape {written(a.lengths)} does not have the shape {shape}")
    return tuple(rest if k is None else k for k in given)  # type: ignore[misc]


METHODS["reshape"] = lambda a, *shape, order="C": reshape(
    a, shape[0] if len(shape) == 1 else shape or refuse("a reshape to nothing"), order
)


@function("ravel", method="ravel")
def ravel(a: Any, order: str = "C") -> Traced:
    return reshape(a, -1, order)


@function("flatten", method="flatten")
def flatten(a: Any, order: str = "C") -> Traced:
    return copy(ravel(a, order))


@function("transpose", "linalg.matrix_transpose", "matrix_transpose")
def transpose(a: Any, axes: Any = None) -> Traced:
    x = lift(a)
    if x.ndim > 2:
        return as_traced(FUNCTIONS["transpose of members"](x, range(x.ndim)[::-1] if axes is None else axes))
    order = range(x.ndim)[::-1] if axes is None else [k % max(x.ndim, 1) for k in axes]
    if sorted(order) != [*range(x.ndim)]:
        refuse(f"np.transpose with the axes {axes}")
    return x.T if [*order] == [*range(x.ndim)][::-1] else x.viewed(x.expr, x.lengths)


METHODS["transpose"] = lambda a, *axes: transpose(a, (axes if len(axes) > 1 else axes[0]) if axes else None)


@function("swapaxes", method="swapaxes")
def swapaxes(a: Any, axis1: int, axis2: int) -> Traced:
    x = lift(a)
    if x.ndim > 2:
        order = list(range(x.ndim))
        order[axis1], order[axis2] = order[axis2], order[axis1]
        return transpose(x, order)
    if not all(-x.ndim <= axis < x.ndim for axis in (axis1, axis2)):
        raise ShapeError(f"an array of shape {written(x.lengths)} has no axes {axis1} and {axis2}")
    return x.T if x.ndim == 2 and (axis1 - axis2) % 2 else x.viewed(x.expr, x.lengths)


@function("expand_dims")
def expand_dims(a: Any, axis: int) -> Traced:
    x = lift(a)
    place = axis % (x.ndim + 1)
    return regrouped(x, (*x.lengths[:place], ONE, *x.lengths[place:]))


@function("squeeze", method="squeeze")
def squeeze(a: Any, axis: Any = None) -> Traced:
    x = lift(a)
    axes = range(x.ndim) if axis is None else [k % x.ndim for k in (axis if isinstance(axis, tuple) else (axis,))]
    if axis is not None and any(x.lengths[k] is not ONE for k in axes):
        raise ShapeError(f"the axis {axis} of the shape {written(x.lengths)} is longer than 1")
    return regrouped(x, tuple(length for k, length in enumerate(x.lengths) if k not in axes or length is not ONE))


def regrouped(a: Traced, lengths: Lengths) -> Traced:
    """The same entries with axes of length 1 added or taken away."""
    if len(lengths) > 2 or a.ndim > 2:
        return as_traced(FUNCTIONS["regrouped members"](a, lengths))
    return a.viewed(a.expr, lengths)


@function("broadcast_to")
def broadcast_to(a: Any, shape: Any) -> Traced:
    x, lengths = lift(a), lengths_of(shape)
    if len(lengths) > 2:
        return as_traced(FUNCTIONS["entrywise of members"](lambda *parts: parts[0], [x, zeros(shape)]))
    return x.viewed(spread(x.expr, x.lengths, lengths), lengths)


FUNCTIONS["broadcast_to lengths"] = lambda x, lengths: x.viewed(spread(x.expr, x.lengths, lengths), lengths)
UFUNCS["matrix transpose"] = lambda x: swapaxes(x, -1, -2)


@function("atleast_1d")
def atleast_1d(a: Any) -> Traced:
    x = lift(a)
    return x if x.ndim else regrouped(x, (ONE,))


@function("atleast_2d")
def atleast_2d(a: Any) -> Traced:
    x = lift(a)
    return regrouped(x, (ONE,) * (2 - x.ndim) + x.lengths)


@function("shape")
def shape(a: Any) -> Any:
    return lift(a).shape


@function("ndim")
def ndim(a: Any) -> int:
    return lift(a).ndim


@function("size")
def size(a: Any, axis: int | None = None) -> Any:
    x = lift(a)
    return x.size if axis is None else extent(x.lengths[axis])


# ---- diagonals ----------------------------------------------------------------------------------------


@function("diag")
def diag(a: Any, k: int = 0) -> Traced:
    x = lift(a)
    if k:
        refuse("np.diag off the main diagonal")
    if x.ndim == 1:
        return Traced(diagonal_matrix(x.expr), (*x.lengths, *x.lengths))
    return diagonal(x)


def diagonal_matrix(e: Expr) -> Expr:
    """diag(x); of c1 the matrix cI"""
    factor, rest = e.operands if isinstance(e, Scale) else (Number(1), e)
    if e.is_scalar:
        return e
    return Scale.of(factor, Identity(e.rows)) if isinstance(rest, Ones) else DiagonalMatrix(e)


@function("diagonal", "linalg.diagonal", method="diagonal")
def diagonal(a: Any, offset: int = 0) -> Traced:
    if offset:
        refuse("np.diagonal off the main diagonal")
    x = lift(a)
    if x.ndim != 2 or x.lengths[0] is not x.lengths[1]:
        message = f"the diagonal is taken of a square matrix, not of the shape {written(x.lengths)}"
        raise differ(x.lengths[0], x.lengths[1], message) if x.ndim == 2 else ShapeError(message)
    return x.viewed(x.expr if x.expr.is_scalar else DiagonalVector(x.expr), x.lengths[:1])


# ---- constant arrays and arrays like others ---------------------------------------------------------


def lengths_of(shape: Any) -> Lengths:
    """The lengths that a user gives: a size or a tuple of them."""
    found = [extent_of(k) for k in (shape if isinstance(shape, (tuple, list)) else (shape,))]
    known = tuple(k for k in found if k is not None)
    if len(known) != len(found) or len(known) > 2:
        refuse(f"an array of the shape {shape}")
    return known


@function("full")
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Traced:
    lengths = lengths_of(shape)
    value = lift(fill_value).expr
    return Traced(repeated(value, shape_of(lengths)), lengths) if value.is_scalar else refuse("np.full with an array")


@function("ones")
def ones(shape: Any, dtype: Any = None) -> Traced:
    return full(shape, 1)


@function("zeros", "empty")
def zeros(shape: Any, dtype: Any = None) -> Traced:
    return full(shape, 0)


@function("eye")
def eye(N: Any, M: Any = None, k: int = 0, dtype: Any = None) -> Traced:
    rows, cols = lengths_of((N, N if M is None else M))
    if rows is not cols and not k:
        raise differ(rows, cols, f"np.eye takes one size, or two equal ones: {written((rows, cols))}")
    if k:
        refuse("np.eye off the main diagonal")
    return Traced(Identity(rows) if rows is not ONE else Number(1), (rows, cols))


@function("identity")
def identity(n: Any, dtype: Any = None) -> Traced:
    return eye(n)


@function("full_like")
def full_like(a: Any, fill_value: Any, dtype: Any = None) -> Traced:
    return full(lift(a).shape, fill_value)


@function("ones_like")
def ones_like(a: Any, dtype: Any = None) -> Traced:
    return full_like(a, 1)


@function("zeros_like", "empty_like")
def zeros_like(a: Any, dtype: Any = None) -> Traced:
    return full_like(a, 0)


@function("copy", method="copy")
def copy(a: Any) -> Traced:
    x = lift(a)
    return Traced(x.expr, x.lengths)


METHODS["astype"] = lambda a, dtype: copy(a)
METHODS["conj"] = METHODS["conjugate"] = copy


# ---- arrays of numbers ----------------------------------------------------------------------------------

MOST_NUMBERS = 400


def of_numbers(array: Any) -> Traced:
    """An array in the function itself: one number, a multiple of the identity, or the matrix of its numbers."""
    import numpy as np

    if array.dtype.kind not in "biuf" or not array.size:
        refuse(f"an array of shape {array.shape} and type {array.dtype}")
    if array.ndim > 2:
        found: Traced = FUNCTIONS["stack"](list(array))
        return found
    lengths = lengths_of(array.shape)
    if not array.ndim:
        return lift(array.item())
    if np.all(array == array.flat[0]):
        return Traced(repeated(lift(array.flat[0].item()).expr, shape_of(lengths)), lengths)
    if array.ndim == 2 and lengths[0] is lengths[1] and np.array_equal(array, array.flat[0] * np.eye(len(array))):
        return Traced(Scale.of(lift(array.flat[0].item()).expr, Identity(lengths[0])), lengths)
    if array.size > MOST_NUMBERS:
        refuse("a large array of numbers", "Give it as a parameter: a name with a shape in where.")
    rows = [HorizontalStack.of(*[lift(v).expr for v in row]) for row in np.atleast_2d(array).tolist()]
    return Traced(VerticalStack.of(*rows), lengths)


FUNCTIONS["array of numbers"] = of_numbers
