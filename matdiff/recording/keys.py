"""What a user writes between the brackets of an array: numbers, slices, arrays of places, indices of sums.

Places are counted from 0; a place is a number, a size such as n − 1, or the index of a sum.
"""

from __future__ import annotations

from typing import Any

from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.products import Sum
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, Traced, TracedSize, extent_of, is_foreign_array, refuse
from matdiff.recording.shapes import differ, written
from matdiff.records import NamedTuple


class Range(NamedTuple):
    """Consecutive places of an axis, from the first to the one before the last, forwards or backwards."""

    first: Size
    last: Size
    backwards: bool = False

    @property
    def length(self) -> Size:
        return self.last - self.first


class All(NamedTuple):
    """range(n): every place of an axis, one after the other."""

    length: Size


class Counted(Traced):
    """A place that runs over an axis: as an index the index of a sum, as a number what Python counts from 0.

    In x[i + 1] it is *after* places further on than the index.
    """

    __slots__ = ("after", "index")

    def __init__(self, index: Index, after: Size = ONE - ONE) -> None:
        super().__init__(Sum.of(index, *terms_of(after - ONE)), ())
        self.index, self.after = index, after

    @property
    def place(self) -> Expr:
        """The place, counted from 1."""
        return Sum.of(self.index, *terms_of(self.after))

    def within(self, length: Size) -> Expr:
        """The place on an axis, if there is one for every value of the index."""
        if self.after.number is not None and self.after.number < 0:
            refuse(f"the place {self.place - Number(1)}, which is in front of the first one and so the last,")
        last = self.index.last + self.after
        room = (length - last).number
        if room is None:
            raise differ(last, length, f"{last} places of {length}")
        if room < 0:
            raise ShapeError(f"the place {self.place - Number(1)} is beyond the {length} of the axis")
        return self.place

    def __add__(self, other: Any) -> Any:
        k = extent_of(other)
        return Traced.__add__(self, other) if k is None else Counted(self.index, self.after + k)

    def __radd__(self, other: Any) -> Any:
        return self + other

    def __sub__(self, other: Any) -> Any:
        k = extent_of(other)
        return Traced.__sub__(self, other) if k is None else Counted(self.index, self.after - k)

    def compared(self, relation: str, other: Any, turned: bool = False) -> Any:
        """i < j as a mask, of which a loop can ask whether it is true."""
        return FUNCTIONS["comparison of places"](self, relation, other, turned)

    def __eq__(self, other: object) -> Any:
        return self.compared("=", other)

    def __ne__(self, other: object) -> Any:
        return self.compared("≠", other)

    def __lt__(self, other: Any) -> Any:
        return self.compared("<", other)

    def __le__(self, other: Any) -> Any:
        return self.compared("≤", other)

    def __gt__(self, other: Any) -> Any:
        return self.compared("<", other, turned=True)

    def __ge__(self, other: Any) -> Any:
        return self.compared("≤", other, turned=True)

    __hash__ = Traced.__hash__


def terms_of(number: Size) -> list[Expr]:
    """What is added to an index, if there is something."""
    return [count(number)] if number.terms else []


Place = Size | Expr
Chosen = Place | Range | All | list[int]


def keys_of(a: Traced, key: Any) -> list[Any]:
    """The keys for the axes of an array, with new axes as None between them; Ellipsis and what is left out is ':'."""
    keys = list(key) if isinstance(key, tuple) else [key]
    given = sum(1 for k in keys if k is not None and k is not Ellipsis)
    rest = [slice(None)] * (a.ndim - given)
    if given > a.ndim:
        raise ShapeError(f"an array of shape {written(a.lengths)} has not {given} axes")
    dots = [n for n, k in enumerate(keys) if k is Ellipsis]
    return [*keys[: dots[0]], *rest, *keys[dots[0] + 1 :]] if dots else keys + rest


def place_of(key: Any, length: Size) -> Place | None:
    """The place that an integer means, from the end where it is negative."""
    if isinstance(key, Counted):
        return key.within(length)
    if isinstance(key, Traced) and not isinstance(key, TracedSize):
        return None
    if is_foreign_array(key) and not getattr(key, "ndim", 1):
        key = key.item()
    found = extent_of(key)
    if found is None:
        return None
    if found.number is not None and found.number < 0:
        found = length + found
    if length.number is not None and found.number is not None and not 0 <= found.number < length.number:
        raise ShapeError(f"the place {key} is beyond the {length} of the axis")
    return found


def range_of(key: slice, length: Size) -> Chosen:
    """The places of a slice; with a step those of an axis whose length is a number."""
    step = 1 if key.step is None else key.step
    if step == 1:
        first = bound(key.start, length, ONE - ONE)
        last = bound(key.stop, length, length)
        return Range(first, last)
    if step == -1 and key.start is None and key.stop is None:
        return Range(ONE - ONE, length, backwards=True)
    if length.number is None or not isinstance(step, int):
        refuse(f"a slice with the step {step} of a symbolic length")
    return list(range(*slice(key.start, key.stop, step).indices(length.number)))


def bound(value: Any, length: Size, default: Size) -> Size:
    """An end of a slice, which NumPy brings back to the ends of the axis."""
    if value is None:
        return default
    found = extent_of(value)
    if found is None:
        hint = "np.cumsum has the sums of the first entries; or declare the length as a number."
        refuse("a slice whose ends depend on values", hint)
    if found.number is not None and found.number < 0:
        found = length + found
    if length.number is not None and found.number is not None:
        return size(max(0, min(found.number, length.number)))
    return found


def chosen_places(key: Any, length: Size) -> Chosen:
    """The places that a key of one axis means."""
    import numpy as np

    if isinstance(key, slice):
        return range_of(key, length)
    place = place_of(key, length)
    if place is not None:
        return place
    places = getattr(key, "places", key)
    if isinstance(places, All):
        return places
    if isinstance(key, (range, list, tuple, np.ndarray)) or is_foreign_array(key):
        array = np.asarray(key)
        if array.dtype == bool:
            array = np.flatnonzero(array)
        if array.ndim != 1 or array.dtype.kind not in "iu" or length.number is None:
            refuse("an index of this kind", "Integers, slices and arrays of integers can be recorded.")
        return [int(place_of(int(k), length).number) for k in array]  # type: ignore[union-attr, arg-type]
    return refuse("an index that depends on values", "Integers, slices and arrays of integers can be recorded.")


def without_masks(key: Any) -> Any:
    """A key in which constant arrays of truth values are the places where they are true."""
    import numpy as np

    if isinstance(key, tuple):
        return tuple(without_masks(k)[0] if is_truth(k) else k for k in key)
    return tuple(map(list, np.nonzero(np.asarray(key)))) if is_truth(key) else key


def is_truth(key: Any) -> bool:
    """Whether a key is a constant array of truth values."""
    is_array = hasattr(key, "dtype") and hasattr(key, "ndim") and not isinstance(key, Traced)
    return is_array and key.ndim > 0 and str(key.dtype).endswith("bool")
