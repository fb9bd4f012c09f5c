"""Arrays with more than two axes: known by their members, the arrays at the places of an axis.

A member is asked for at a number or at the index of a sum: (A[:, None] − B[None])² summed over its last axis is
Σₖ (A[:, k]1ᵀ − 1B[:, k]ᵀ)².  No entry is ever stored; what has at most two axes is a matrix expression again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import ref

from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.products import Product, Scale
from matdiff.algebra.operators.sums import Entry, IndexedSum, UnitVector
from matdiff.errors import ShapeError, UnsupportedError
from matdiff.recording.arrays import FUNCTIONS, Traced, as_traced, extent_of, refuse
from matdiff.recording.counting import new_index
from matdiff.recording.keys import Counted, Range, chosen_places, keys_of
from matdiff.recording.places import at, item
from matdiff.recording.shapes import Lengths, broadcast, flip, written

Members = Callable[[int, Any], Traced]


class NeedsPlace(UnsupportedError):
    """A member that is there at a number, and not at an index."""


class Tall(Traced):
    """An array with three axes or more."""

    __slots__ = ("found", "members")

    def __init__(self, lengths: Lengths, members: Members) -> None:
        self.lengths = lengths
        self.members = members
        self.found: dict[Any, Traced] = {}
        self.sharing = [ref(self)]
        self.part_of = None

    def __repr__(self) -> str:
        return f"<traced array of shape {written(self.lengths)}>"

    def __getattr__(self, name: str) -> Any:
        if name == "expr":
            refuse(f"an array with {len(self.lengths)} axes, in this place,", "Sums over an axis and einsum are known.")
        return super().__getattr__(name)

    @property
    def T(self) -> Traced:
        return transpose(self, range(self.ndim)[::-1])

    def take(self, other: Traced) -> None:
        self.require_alone()
        assert isinstance(other, Tall)
        self.members, self.found = other.members, {}

    def become(self, expr: Any) -> None:
        refuse(f"an assignment to an array with {self.ndim} axes")


def made(lengths: Lengths, members: Members) -> Traced:
    """An array with these members, a matrix expression where it has at most two axes."""
    if len(lengths) > 2:
        return Tall(lengths, members)
    return stacked(lengths[0], lambda k: members(0, k)) if lengths else members(0, 0)


def member(a: Traced, axis: int, place: Any) -> Traced:
    """The array at a place of an axis."""
    if not isinstance(a, Tall):
        return item(a, (*[slice(None)] * axis, 0 if a.lengths[axis] is ONE else place))
    key = (axis, place.place if isinstance(place, Counted) else place)
    if key not in a.found:
        a.found[key] = a.members(axis, 0 if a.lengths[axis] is ONE else place)
    return a.found[key]


def frozen(a: Traced) -> Traced:
    """An array as it is now, for members that are asked for later."""
    return Tall(a.lengths, a.members) if isinstance(a, Tall) else Traced(a.expr, a.lengths)


def number_of(place: Any) -> int:
    """A place that is a number."""
    if not isinstance(place, int):
        raise NeedsPlace("an entry of a reshaped array at an index cannot be recorded")
    return place


def stacked(length: Size, members: Callable[[Any], Traced]) -> Traced:
    """The array of some members along a new first axis: Σᵢ eᵢmᵢᵀ, or one row after the other."""
    try:
        index = new_index(length)
        one = members(Counted(index))
        if one.ndim < 2:
            return gathered(one, index, length)
    except NeedsPlace:
        if length.number is None:
            raise
        one = members(0)
        if one.ndim < 2:
            return as_traced(FUNCTIONS["stack"]([members(k) for k in range(length.number)]))

    def inside(axis: int, place: Any) -> Traced:
        return members(place) if axis == 0 else stacked(length, lambda k: member(members(k), axis - 1, place))

    return Tall((length, *one.lengths), inside)


def gathered(one: Traced, index: Index, length: Size) -> Traced:
    """Σᵢ eᵢmᵢᵀ, where aᵢ itself stands for an entry of a."""
    lengths = (length, *one.lengths)
    if length is ONE:
        return Traced(one.expr, lengths)
    unit = UnitVector(index, length)
    e = one.expr
    if isinstance(e, Entry) and e.operands[1:] == (index,) and index not in e.operands[0].free:
        return Traced(e.operands[0], lengths)
    return Traced(IndexedSum(Product.of(unit, flip(e)) if one.ndim else Scale.of(e, unit), index), lengths)


def of_list(one: Traced, index: Index) -> Traced:
    """The array of the members of a list, one for every value of an index."""
    if one.ndim < 2:
        return gathered(one, index, index.last)

    def members(k: Any) -> Traced:
        place = k.place if isinstance(k, Counted) else Number(number_of(k) + 1)
        return Traced(at(one.expr, index, place), one.lengths)

    return stacked(index.last, members)


FUNCTIONS["member"] = member
FUNCTIONS["stacked members"] = stacked

# ---- entry by entry -----------------------------------------------------------------------------------------


def entrywise(operation: Callable[..., Traced], arrays: Sequence[Traced]) -> Traced:
    """An operation on broadcast arrays, member by member."""
    lengths = broadcast(*[a.lengths for a in arrays])
    arrays = [frozen(a) for a in arrays]
    count_ = len(lengths)

    def members(axis: int, place: Any) -> Traced:
        return operation(*[part_of(a, axis - count_ + a.ndim, place) for a in arrays])

    return Tall(lengths, members)


def part_of(a: Traced, axis: int, place: Any) -> Traced:
    """The member of an array that is broadcast along an axis, which it may lack."""
    return a if axis < 0 else member(a, axis, place)


FUNCTIONS["entrywise of members"] = entrywise

# ---- axes that come and go ----------------------------------------------------------------------------------


def inserted(a: Traced, place: int) -> Traced:
    """A new axis of length 1."""
    lengths = (*a.lengths[:place], ONE, *a.lengths[place:])
    if len(lengths) < 3:
        return a.viewed(a.expr, lengths)

    now = frozen(a)

    def members(axis: int, k: Any) -> Traced:
        return now if axis == place else inserted(member(now, axis - (axis > place), k), place - (axis < place))

    return a.shared_with(Tall(lengths, members))


def regrouped(a: Traced, lengths: Lengths) -> Traced:
    """The same entries with axes of length 1 added or taken away."""
    for axis in range(a.ndim - 1, -1, -1):
        if a.lengths[axis] is ONE and a.ndim > 1:
            a = member(a, axis, 0)
    for place, length in enumerate(lengths):
        if length is ONE and (place >= a.ndim or a.lengths[place] is not ONE):
            a = inserted(a, place)
    if a.lengths != lengths:
        raise ShapeError(f"an array of shape {written(a.lengths)} has not the shape {written(lengths)}")
    return a


FUNCTIONS["regrouped members"] = regrouped


def transpose(a: Traced, axes: Sequence[int]) -> Traced:
    """The axes in another order."""
    order = [k % a.ndim for k in axes]
    if a.ndim < 3:
        return a.T if order == [1, 0] else a

    now = frozen(a)

    def members(axis: int, place: Any) -> Traced:
        gone = order[axis]
        rest = [k - (k > gone) for k in order if k != gone]
        return transpose(member(now, gone, place), rest)

    return a.shared_with(Tall(tuple(a.lengths[k] for k in order), members))


FUNCTIONS["transpose of members"] = transpose


def tall_item(a: Traced, key: Any) -> Traced:
    """X[i], X[:, 1:], X[:, None]"""
    keys = keys_of(a, key)
    own = [k for k in keys if k is not None]
    numbers = [chosen_places(k, length) for k, length in zip(own, a.lengths, strict=True)]
    gone = [isinstance(n, (Size, Expr)) for n in numbers]
    for axis in range(a.ndim - 1, -1, -1):
        whole = isinstance(own[axis], slice) and own[axis] == slice(None)
        a = a if whole else along(a, axis, own[axis])
    kept = iter(gone)
    place = 0
    for k in keys:
        if k is None:
            a = inserted(a, place)
        place += 1 if k is None else not next(kept)
    return a


FUNCTIONS["item of members"] = tall_item


def along(a: Traced, axis: int, key: Any) -> Traced:
    """The part of an array that a key of one axis takes."""
    if not isinstance(a, Tall):
        return item(a, (*[slice(None)] * axis, key))
    places = chosen_places(key, a.lengths[axis])
    if isinstance(places, (Size, Expr)):
        return member(a, axis, key if isinstance(places, Expr) else places.number)
    if isinstance(places, Range) and not places.backwards:
        start, length = places.first.number, places.length
    elif isinstance(places, list):
        start, length = None, size(len(places))
    else:
        refuse("this part of an array with three axes")

    def chosen(k: Any) -> Any:
        if start == 0:
            return k
        return number_of(k) + start if start is not None else places[number_of(k)]

    now = frozen(a)

    def members(other: int, k: Any) -> Traced:
        if other == axis:
            return member(now, axis, chosen(k))
        return along(member(now, other, k), axis - (other < axis), key)

    return Tall((*a.lengths[:axis], length, *a.lengths[axis + 1 :]), members)


def concatenated(pieces: Sequence[Traced], axis: int) -> Traced:
    """Arrays of three axes and more along one of them."""
    pieces = [frozen(p) for p in pieces]
    lengths = [p.lengths[axis] for p in pieces]
    whole = sum(lengths[1:], lengths[0])

    def members(other: int, k: Any) -> Traced:
        if other != axis:
            return as_traced(FUNCTIONS["concatenate"]([member(p, other, k) for p in pieces], axis - (other < axis)))
        place = number_of(k)
        for p, length in zip(pieces, lengths, strict=True):
            if length.number is None or place < length.number:
                return member(p, axis, place)
            place -= length.number
        return refuse("a part of these arrays")

    first = pieces[0].lengths
    return Tall((*first[:axis], whole, *first[axis + 1 :]), members)


FUNCTIONS["concatenate of members"] = concatenated


def stack_of_matrices(pieces: Sequence[Traced], place: int) -> Traced:
    """Matrices along a new axis."""
    pieces = [frozen(p) for p in pieces]

    def members(axis: int, k: Any) -> Traced:
        if axis == place:
            return pieces[number_of(k)]
        rest = [member(p, axis - (axis > place), k) for p in pieces]
        return as_traced(FUNCTIONS["stack"](rest, place - (axis < place)))

    lengths = pieces[0].lengths
    return Tall((*lengths[:place], size(len(pieces)), *lengths[place:]), members)


FUNCTIONS["stack of members"] = stack_of_matrices


def windows(a: Traced, axis: int, width: Any, step: int) -> Traced:
    """The windows of a width along an axis, in a new last axis."""
    axis %= a.ndim
    number = extent_of(width)
    if step != 1 or number is None or number.number is None:
        refuse("windows of a symbolic width, or in steps")
    length = a.lengths[axis] - number + ONE

    def shown(k: int) -> Traced:
        ends = (
            slice(k, k + length.number) if length.number is not None else slice(k, k + 1 - (number.number or 0) or None)
        )
        return along(a, axis, ends)

    pieces = [shown(k) for k in range(number.number)]
    return as_traced(FUNCTIONS["stack"](pieces, -1))


FUNCTIONS["windows"] = windows

# ---- reductions ----------------------------------------------------------------------------------------------


def total(a: Traced, axes: Sequence[int], keepdims: bool) -> Traced:
    """The sum over some axes, one after the other."""
    for axis in sorted(axes, reverse=True):
        a = summed(a, axis)
    if keepdims:
        for axis in sorted(axes):
            a = inserted(a, axis)
    return a


def summed(a: Traced, axis: int) -> Traced:
    """The sum over one axis."""
    if not isinstance(a, Tall):
        return as_traced(FUNCTIONS["sum"](a, axis))
    lengths = (*a.lengths[:axis], *a.lengths[axis + 1 :])
    if len(lengths) > 2:
        return Tall(lengths, lambda q, k: summed(member(a, q + (q >= axis), k), axis - (q < axis)))
    length = a.lengths[axis]
    if length is ONE:
        return member(a, axis, 0)
    return over_places(length, lambda k: member(a, axis, k))


def over_places(length: Size, members: Callable[[Any], Traced]) -> Traced:
    """Σᵢ of the members; of those that are there at numbers alone one after the other."""
    try:
        index = new_index(length)
        one = members(Counted(index))
        whole = IndexedSum(one.expr, index) if index in one.expr.free else Scale.of(count(length), one.expr)
        return Traced(whole, one.lengths)
    except NeedsPlace:
        if length.number is None:
            raise
        terms = [members(k) for k in range(length.number)]
        return sum(terms[1:], terms[0])


FUNCTIONS["sum of members"] = total


def reduced(f: Callable[[Traced, int], Traced], a: Traced, axis: int, keepdims: bool) -> Traced:
    """A reduction along one axis that is no sum, in the members of the others."""
    a = frozen(a)
    axis %= a.ndim
    lengths = (*a.lengths[:axis], *a.lengths[axis + 1 :])
    inside = lambda q, k: f(member(a, q + (q >= axis), k), axis - (q < axis))  # noqa: E731
    result = made(lengths, inside)
    return inserted(result, axis) if keepdims else result


FUNCTIONS["reduced members"] = reduced


def transformed(f: Callable[[Traced, int], Traced], a: Traced, axis: int) -> Traced:
    """What is done along one axis, as a softmax, in the members of the others."""
    a = frozen(a)
    axis %= a.ndim

    def members(q: int, k: Any) -> Traced:
        if q != axis:
            return f(member(a, q, k), axis - (q < axis))
        first = 1 if axis == 0 else 0
        rows = lambda j: member(f(member(a, first, j), axis - (first < axis)), axis - (first < axis), k)  # noqa: E731
        return stacked(a.lengths[first], rows)

    return Tall(a.lengths, members)


FUNCTIONS["transformed members"] = transformed
