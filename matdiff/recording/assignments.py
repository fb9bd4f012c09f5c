"""Changes of entries: x[0] = a, g[1:] = v, X[rows, cols] = 0, X[mask] = c; the array has other blocks from then on."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.structure import value_of
from matdiff.recording.arrays import FUNCTIONS, METHODS, Traced, function, lift, refuse
from matdiff.recording.axes import broadcast_to, diag, regrouped
from matdiff.recording.filling import Filled
from matdiff.recording.keys import All, Chosen, Range, chosen_places, keys_of, without_masks
from matdiff.recording.masks import Mask, Selected, chosen
from matdiff.recording.operations import add, subtract
from matdiff.recording.places import between
from matdiff.recording.shapes import flip, shape_of, spread


def assign(a: Traced, key: Any, value: Any) -> None:
    """x[key] = value; x[key] itself, as x[key] += … has it in the end, stands there"""
    if isinstance(value, Traced) and value.part_of is not None and all(map(is_, value.part_of, (a, key))):
        return
    new = value.whole if isinstance(value, Selected) else lift(value)
    whole = Traced(value_of(a.expr), a.lengths)  # while it is filled it has no name
    if isinstance(key, Mask):
        a.become(chosen(key, new, whole).expr)
        return
    keys = keys_of(a, without_masks(key))
    found = [chosen_places(k, length) for k, length in zip(keys, a.lengths, strict=True)]
    if all(isinstance(f, All) for f in found) and a.ndim == 2:  # the diagonal
        a.become(add(whole, diag(subtract(broadcast_to(new, (a.shape[0],)), diag(whole)))).expr)
    elif all(isinstance(f, list) for f in found):
        a.become(at_places(whole, found, new).expr)
    elif any(isinstance(f, Expr) for f in found):
        places = tuple(f if isinstance(f, Expr) else as_range(f) for f in found)
        kept = tuple(p.length for p in places if isinstance(p, Range))
        a.become(Filled(whole.expr, spread(new.expr, new.lengths, kept), places))
    else:
        a.become(replaced(whole, found, new))


METHODS["__setitem__"] = assign


def at_places(a: Traced, places: Sequence[Any], value: Traced) -> Traced:
    """A with one number at some places, or with a number for each, A[np.tril_indices(3)] = v."""
    import numpy as np

    shape = [k.number or 0 for k in a.lengths]
    if value.ndim == 1 and value.lengths[0].number == len(places[0]):
        new = {at: value[k] for k, at in enumerate(zip(*places, strict=True))}
        entries = np.empty(shape, dtype=np.object_)
        for at in np.ndindex(*shape):
            entries[at] = new.get(at, a[at])
        made: Traced = FUNCTIONS["array"](entries.tolist())
        return made
    if value.ndim:
        refuse("an assignment of an array to an array of places")
    pattern = np.zeros(shape, dtype=int)
    pattern[tuple(places)] = 1
    mask = lift(pattern)
    return chosen(Mask(mask.expr, mask.lengths), value, a)


def replaced(a: Traced, found: Sequence[Chosen], value: Traced) -> Expr:
    """An array of blocks, one of which is new."""
    ranges = [as_range(f) for f in found]
    target = tuple(r.length for r in ranges)
    kept = tuple(r.length for r, f in zip(ranges, found, strict=True) if not isinstance(f, Size))
    block = Traced(spread(value.expr, value.lengths, kept), kept) if value.lengths != kept else value
    new = regrouped(Traced(block.expr, kept), target).expr if kept != target else block.expr
    new = new if new.shape == shape_of(target) else flip(new)
    rows = ranges[0]
    if a.ndim == 1:
        return stacked_around(a.expr, rows, a.lengths[0], new, along_rows=True)
    cols = ranges[1]
    strip = new
    if cols.length is not a.lengths[1]:
        inner = between(a.expr, (rows.first + ONE, rows.last), True) if rows.length is not a.lengths[0] else a.expr
        strip = stacked_around(inner, cols, a.lengths[1], new, along_rows=False)
    if rows.length is a.lengths[0]:
        return strip
    return stacked_around(a.expr, rows, a.lengths[0], strip, along_rows=True)


def as_range(chosen: Chosen) -> Range:
    """Places as a range."""
    if isinstance(chosen, Range) and not chosen.backwards:
        return chosen
    if isinstance(chosen, Size):
        return Range(chosen, chosen + ONE)
    return refuse("an assignment to these places", "Entries, slices, masks and pairs of places can be assigned.")


def stacked_around(e: Expr, places: Range, length: Size, new: Expr, along_rows: bool) -> Expr:
    """What stands before, the new block, and what stands behind."""
    blocks = [new]
    if places.first.number != 0:
        blocks.insert(0, between(e, (ONE, places.first), along_rows))
    if places.last is not length:
        blocks.append(between(e, (places.last + ONE, length), along_rows))
    if len(blocks) == 1:
        return new
    return VerticalStack.of(*blocks) if along_rows else HorizontalStack.of(*blocks)


class At:
    """x.at of JAX: another array, with some entries changed."""

    def __init__(self, a: Traced, key: Any = None) -> None:
        self.array, self.key = a, key

    def __getitem__(self, key: Any) -> At:
        return At(self.array, key)

    def set(self, value: Any) -> Traced:
        result = Traced(self.array.expr, self.array.lengths)
        result[self.key] = value
        return result

    def get(self) -> Traced:
        return self.array[self.key]

    def add(self, value: Any) -> Traced:
        return self.set(self.get() + value)

    def multiply(self, value: Any) -> Traced:
        return self.set(self.get() * value)

    def divide(self, value: Any) -> Traced:
        return self.set(self.get() / value)


FUNCTIONS["at"] = At


@function("fill_diagonal")
def fill_diagonal(a: Traced, val: Any) -> None:
    """Another diagonal"""
    place = All(a.lengths[0])
    assign(a, (place, place), val)
