"""Axes divided into several and joined to one, row by row: (T, hd) as (T, h, d) and back."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.operators.kronecker import divided as quotient
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, Traced, as_traced, extent, refuse
from matdiff.recording.members import Tall, along, frozen, member, number_of, regrouped
from matdiff.recording.shapes import Lengths, written


def reshaped(a: Traced, lengths: Lengths) -> Traced:
    """The entries in other axes, row by row: axes are joined to one or divided into several."""
    a = without_ones(a)
    wanted = [k for k in lengths if k is not ONE]
    axis = 0
    while axis < len(wanted) or axis < a.ndim:
        if axis >= len(wanted) or axis >= a.ndim:
            raise ShapeError(f"an array of shape {written(a.lengths)} has not the shape {written(lengths)}")
        if a.lengths[axis] is wanted[axis]:
            axis += 1
        elif larger(a.lengths[axis], wanted[axis]):
            a = divided(a, axis, wanted[axis])
        elif axis + 1 < a.ndim:
            a = joined(a, axis)
        else:
            refuse(f"a reshape to {written(lengths)}")
    return regrouped(a, lengths)


FUNCTIONS["reshape of members"] = reshaped


def without_ones(a: Traced) -> Traced:
    for axis in range(a.ndim - 1, -1, -1):
        if a.lengths[axis] is ONE:
            a = member(a, axis, 0)
    return a


def larger(a: Size, b: Size) -> bool:
    """Whether an axis is to be divided, rather than joined with the next one."""
    if a.number is not None and b.number is not None:
        return a.number > b.number
    return quotient(a, b) is not None


def divided(a: Traced, axis: int, first: Size) -> Traced:
    """An axis of length kl as two of lengths k and l."""
    a = frozen(a)
    second = quotient(a.lengths[axis], first)
    if second is None:
        raise ShapeError(f"the length {a.lengths[axis]} is no multiple of {first}")
    lengths = (*a.lengths[:axis], first, second, *a.lengths[axis + 1 :])
    if len(lengths) == 2:
        return as_traced(FUNCTIONS["reshape"](a, tuple(map(extent, lengths))))

    def members(q: int, k: Any) -> Traced:
        if q < axis:
            return divided(member(a, q, k), axis - 1, first)
        if q > axis + 1:
            return divided(member(a, q - 1, k), axis, first)
        if second.number is None:
            refuse("a division into parts of symbolic length")
        if q == axis:
            start = number_of(k) * second.number
            return along(a, axis, slice(start, start + second.number))
        return along(a, axis, slice(number_of(k), None, second.number))

    return Tall(lengths, members)


def joined(a: Traced, axis: int) -> Traced:
    """Two axes as one, the entries of the second one after the other."""
    a = frozen(a)
    first, second = a.lengths[axis], a.lengths[axis + 1]
    lengths = (*a.lengths[:axis], first * second, *a.lengths[axis + 2 :])
    if a.ndim == 2:
        return as_traced(FUNCTIONS["ravel"](a))
    if len(lengths) < 3:
        if first.number is None:
            refuse("the joining of axes of symbolic length")
        return as_traced(FUNCTIONS["concatenate"]([member(a, axis, k) for k in range(first.number)], axis))

    def members(q: int, k: Any) -> Traced:
        if q == axis:
            if second.number is None:
                refuse("the joining of axes of symbolic length")
            outer, inner = divmod(number_of(k), second.number)
            return member(member(a, axis, outer), axis, inner)
        return joined(member(a, q + (q > axis), k), axis - (q < axis))

    return Tall(lengths, members)
