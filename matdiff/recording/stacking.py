"""Arrays put together: concatenate, stack, np.array of entries, tile, repeat, roll, flip, diff, cumsum, …"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.kronecker import divided
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, Traced, as_traced, extent, extent_of, function, lift, refuse
from matdiff.recording.axes import broadcast_to, copy, expand_dims, ravel, zeros
from matdiff.recording.counting import index_of_list
from matdiff.recording.members import of_list, transpose
from matdiff.recording.places import item
from matdiff.recording.reductions import axes_of
from matdiff.recording.shapes import flip, unequal, written

# ---- arrays side by side --------------------------------------------------------------------------------


@function("concatenate", "concat")
def concatenate(arrays: Any, axis: Any = 0) -> Traced:
    """Along an axis that there is; without one the entries of all."""
    pieces = [lift(a) for a in arrays]
    if axis is None:
        pieces, axis = [ravel(p) for p in pieces], 0
    if not pieces or not all(p.ndim for p in pieces):
        raise ShapeError("np.concatenate takes arrays, no numbers", suggestion="np.append, np.array and np.stack do.")
    (axis,) = axes_of(pieces[0], axis)
    if any(p.ndim != pieces[0].ndim for p in pieces):
        raise ShapeError("np.concatenate takes arrays with equally many axes")
    if any(map(index_of_list, pieces)):
        return listed_side_by_side(pieces, axis)
    if pieces[0].ndim > 2:
        return as_traced(FUNCTIONS["concatenate of members"](pieces, axis))
    for p in pieces[1:]:
        ends = [tuple(n for k, n in enumerate(a.lengths) if k != axis) for a in (pieces[0], p)]
        if ends[0] != ends[1]:
            shapes = f"{written(pieces[0].lengths)} and {written(p.lengths)}"
            raise unequal(ends[0], ends[1], f"{shapes} do not fit side by side along axis {axis}")
    joined = VerticalStack if axis == 0 else HorizontalStack
    whole = joined.of(*[p.expr for p in pieces])
    return Traced(whole, whole.shape[: pieces[0].ndim])


def listed_side_by_side(pieces: Sequence[Traced], axis: int) -> Traced:
    """What a loop over a symbolic length has listed, rows below each other or vectors behind each other."""
    if axis == 0 and all(p.ndim == 2 and p.lengths[0] is ONE for p in pieces):
        return as_traced(listed([p[0] for p in pieces]))
    if len(pieces) == 1 and pieces[0].ndim == 1:
        return ravel(as_traced(listed(pieces)))
    return refuse("np.concatenate of a list that a loop over a symbolic length makes", "np.stack has a new axis.")


@function("stack")
def stack(arrays: Any, axis: int = 0) -> Traced:
    """Along a new axis."""
    if isinstance(arrays, Traced):
        return moved(arrays, axis)
    pieces = [lift(a) for a in arrays]
    if (whole := listed(pieces)) is not None:
        return moved(whole, axis)
    other = next((p.lengths for p in pieces if p.lengths != pieces[0].lengths), None)
    if other is not None:
        shapes = " and ".join(dict.fromkeys(written(p.lengths) for p in pieces))
        raise unequal(pieces[0].lengths, other, f"arrays of the shapes {shapes} cannot be stacked")
    place = axis % (pieces[0].ndim + 1)
    if pieces[0].ndim > 1:
        return as_traced(FUNCTIONS["stack of members"](pieces, place))
    return concatenate([expand_dims(p, place) for p in pieces], place)


def listed(pieces: Sequence[Traced]) -> Traced | None:
    """The array of a list that a loop over a symbolic length has made, in which one member stands for all."""
    indices = [index_of_list(p) for p in pieces]
    if sum(i is not None for i in indices) != 1:  # of several no one stands for all
        return None
    parts = [expand_dims(p, 0) if i is None else of_list(p, i) for p, i in zip(pieces, indices, strict=True)]
    return concatenate(parts) if len(parts) > 1 else parts[0]


def moved(a: Traced, place: int) -> Traced:
    """The first axis at another place."""
    order = list(range(1, a.ndim))
    order.insert(place % a.ndim, 0)
    return transpose(a, order)


@function("array", "asarray", "asanyarray")
def array(values: Any, dtype: Any = None, **options: Any) -> Traced:
    """np.array of an array, or of entries and rows."""
    if not isinstance(values, (list, tuple)):
        return copy(values)
    return stack([array(v) for v in values])


@function("vstack", "row_stack")
def vstack(arrays: Any) -> Traced:
    return concatenate([p if p.ndim > 1 else expand_dims(at_least_one(p), 0) for p in map(lift, arrays)])


@function("hstack")
def hstack(arrays: Any) -> Traced:
    pieces = [at_least_one(lift(a)) for a in arrays]
    return concatenate(pieces, 0 if pieces[0].ndim == 1 else 1)


@function("column_stack")
def column_stack(arrays: Any) -> Traced:
    return concatenate([p if p.ndim > 1 else expand_dims(at_least_one(p), 1) for p in map(lift, arrays)], 1)


def at_least_one(a: Traced) -> Traced:
    """A number as an array of one."""
    return a if a.ndim else Traced(a.expr, (ONE,))


@function("append")
def append(a: Any, values: Any, axis: Any = None) -> Traced:
    if axis is None:
        a, values = ravel(at_least_one(lift(a))), ravel(at_least_one(lift(values)))
    return concatenate([a, values], axis or 0)


@function("insert")
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Traced:
    """Something in front of a place."""
    x, new = lift(arr), lift(values)
    if axis is None:
        x, axis = ravel(x), 0
    (axis,) = axes_of(x, axis)
    if not isinstance(obj, int) or obj < 0:
        refuse("np.insert at a place that is no number from 0 on")
    lengths = tuple(ONE if k == axis else n for k, n in enumerate(x.lengths))
    strip = broadcast_to(new if new.ndim < 1 or x.ndim == 1 else expand_dims(new, axis), tuple(map(extent, lengths)))
    before: list[Any] = [slice(None)] * axis
    parts = [item(x, (*before, slice(None, obj)))] if obj else []
    return concatenate([*parts, strip, item(x, (*before, slice(obj, None)))], axis)


@function("block")
def block(rows: Any) -> Traced:
    """np.block([[A, B], [C, D]])"""
    if not all(isinstance(row, (list, tuple)) for row in rows):
        return hstack(rows)
    return vstack([concatenate([as_matrix(lift(a)) for a in row], 1) for row in rows])


def as_matrix(a: Traced) -> Traced:
    """An array with two axes."""
    return a if a.ndim == 2 else Traced(a.expr if a.ndim == 0 else flip(a.expr), (ONE, *at_least_one(a).lengths))


@function("block_diag")
def block_diag(*arrays: Any) -> Traced:
    """The blocks on the diagonal, and zeros."""
    blocks = [as_matrix(lift(a)) for a in arrays]
    rows = [[b if i == j else zeros((c.shape[0], b.shape[1])) for j, b in enumerate(blocks)] for i, c in enumerate(blocks)]  # fmt: skip  # noqa: E501
    return block(rows)


@function("split", "array_split")
def split(a: Any, indices_or_sections: Any, axis: int = 0) -> list[Traced]:
    """Equal parts, or those between some places."""
    x = lift(a)
    (axis,) = axes_of(x, axis)
    if isinstance(indices_or_sections, int):
        part = divided(x.lengths[axis], size(indices_or_sections))
        if part is None:
            refuse(f"the division of the length {x.lengths[axis]} into {indices_or_sections} parts")
        ends: list[Any] = [extent(part * size(k)) for k in range(1, indices_or_sections)]
    else:
        ends = list(indices_or_sections)
    bounds = [0, *ends, None]
    keys = [slice(first, last) for first, last in pairwise(bounds)]
    return [item(x, (*[slice(None)] * axis, key)) for key in keys]


@function("hsplit")
def hsplit(a: Any, parts: Any) -> list[Traced]:
    return split(a, parts, 1 if lift(a).ndim > 1 else 0)


@function("vsplit")
def vsplit(a: Any, parts: Any) -> list[Traced]:
    return split(a, parts, 0)


# ---- the same entries again, or in another order ----------------------------------------------------------


@function("tile")
def tile(a: Any, reps: Any) -> Traced:
    """Copies beside each other: 1 ⊗ A, for a vector in rows."""
    x = lift(a)
    counts = [extent_of(k) or refuse(f"np.tile with {k}") for k in (reps if isinstance(reps, (tuple, list)) else (reps,))]  # fmt: skip  # noqa: E501
    counts = [ONE] * (x.ndim - len(counts)) + counts
    lengths = (ONE,) * (len(counts) - x.ndim) + x.lengths
    if len(lengths) > 2:
        refuse("np.tile with more than two axes")
    e = Traced(x.expr, lengths).expr
    for axis, (count, length) in enumerate(zip(counts, lengths, strict=True)):
        if count is ONE:
            continue
        along_rows = axis == 0
        if length is ONE:
            e = Product.of(Ones(count), e) if along_rows else Product.of(e, Transpose(Ones(count)))
        elif count.number is not None:
            e = (VerticalStack if along_rows else HorizontalStack).of(*[e] * count.number)
        else:
            refuse("np.tile of a symbolic number of copies")
    return Traced(e, tuple(n * k for n, k in zip(lengths, counts, strict=True)))


@function("repeat", method="repeat")
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Traced:
    """Each entry several times."""
    x = lift(a) if axis is not None else ravel(at_least_one(lift(a)))
    (axis,) = axes_of(x, axis or 0)
    if not isinstance(repeats, int):
        refuse("np.repeat of a number of times that is no number")
    if x.lengths[axis] is ONE:
        return tile(x, [repeats if k == axis else 1 for k in range(x.ndim)])
    if x.lengths[axis].number is None:
        refuse("np.repeat along a symbolic length", "np.tile and broadcasting say most of it.")
    places = [k for k in range(x.lengths[axis].number or 0) for _ in range(repeats)]
    return item(x, (*[slice(None)] * axis, places))


@function("roll")
def roll(a: Any, shift: Any, axis: Any = None) -> Traced:
    """The entries moved on, those at the end to the front."""
    x = lift(a)
    if axis is None and x.ndim > 1:
        refuse("np.roll of all entries of a matrix")
    (axis,) = axes_of(x, axis or 0)
    if not isinstance(shift, int):
        refuse("np.roll by what is no number")
    length = x.lengths[axis].number
    shift = shift if length is None else shift % length
    if shift == 0:
        return copy(x)
    before: list[Any] = [slice(None)] * axis
    return concatenate([item(x, (*before, slice(-shift, None))), item(x, (*before, slice(None, -shift)))], axis)


@function("flip")
def flipped(m: Any, axis: Any = None) -> Traced:
    x = lift(m)
    axes = axes_of(x, axis)
    return item(x, tuple(slice(None, None, -1 if k in axes else None) for k in range(x.ndim)))


@function("flipud")
def flipud(m: Any) -> Traced:
    return flipped(m, 0)


@function("fliplr")
def fliplr(m: Any) -> Traced:
    return flipped(m, 1)
