"""What stands at places of an expression, as Python's square brackets say it: x[2], A[1, :], A[1:3, 2], x[i]."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.arithmetic import coerce
from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.slices import Column, Range, Row, Slice
from matdiff.algebra.operators.sums import Entry, Member
from matdiff.errors import ShapeError

COUNTED = "places are counted from 1, and a range has its last place, as in formulas"


def part(a: Expr, places: Any) -> Expr:
    """An entry, a row, a column, or consecutive ones; of a family a member."""
    keys = places if isinstance(places, tuple) else (places,)
    if isinstance(a, Symbol) and a.ranges:
        _require_count(a, keys, len(a.ranges))
        return Member(a, *[_point(a, key, last) for key, last in zip(keys, a.ranges, strict=True)])
    _require_count(a, keys, 1 if a.cols is ONE else 2)
    if not any(isinstance(key, slice) for key in keys):
        return Entry(a, *[_point(a, key, extent) for key, extent in zip(keys, a.shape, strict=False)])
    for key, whole, one in zip(keys, a.shape, (Row, Column), strict=False):
        if isinstance(key, slice):
            some = _range(a, key, whole)
            a = Slice.of(a, some, None) if one is Row else Slice.of(a, None, some)
        else:
            a = one(a, _point(a, key, whole))
    return a


def _require_count(a: Expr, keys: tuple[Any, ...], count: int) -> None:
    if len(keys) != count:
        raise ShapeError(f"{a} has {count} place{'s' * (count > 1)} in brackets, not {len(keys)}", suggestion=COUNTED)


def _point(a: Expr, key: Any, extent: Size) -> Expr:
    """A place: a number from 1 to the extent, or an index."""
    if isinstance(key, bool) or not isinstance(key, (int, Expr)):
        raise ShapeError(f"{key!r} is no place of {a}", suggestion=COUNTED)
    found = coerce(key)
    number = found.number
    outside = number is not None and (number < 1 or (extent.number is not None and number > extent.number))
    if outside or not found.is_scalar:
        raise ShapeError(f"{a} has no place {key}: there are those from 1 to {extent}", suggestion=COUNTED)
    return found


def _range(a: Expr, key: slice, extent: Size) -> Range:
    """The first and the last place of a slice; what is left out is the first and the last there are."""
    ends = [ONE if key.start is None else key.start, extent if key.stop is None else key.stop]
    if key.step is not None or not all(isinstance(end, (int, str, Size)) for end in ends):
        raise ShapeError(f"{a} has no such range of places", suggestion=COUNTED)
    first, last = map(size, ends)
    if any(end.number is not None and end.number < 1 for end in (first, last)):
        raise ShapeError(f"{a} has no places below 1", suggestion=COUNTED)
    return first, last
