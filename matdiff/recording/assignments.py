"""Changes of entries: x[0] = a, g[1:] = v, X[rows, cols] = 0, X[mask] = c; the array has other blocks from then on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.recording.arrays import METHODS, Traced, lift, refuse
from matdiff.recording.axes import diag, regrouped
from matdiff.recording.keys import All, Chosen, Range, chosen_places, keys_of, without_masks
from matdiff.recording.masks import Mask, chosen
from matdiff.recording.operations import multiply
from matdiff.recording.places import between
from matdiff.recording.shapes import flip, shape_of, spread


def assign(a: Traced, key: Any, value: Any) -> None:
    """x[key] = value"""
    new = lift(value)
    whole = Traced(a.expr, a.lengths)
    if isinstance(key, Mask):
        a.become(chosen(key, new, whole).expr)
        return
    keys = keys_of(a, without_masks(key))
    found = [chosen_places(k, length) for k, length in zip(keys, a.lengths, strict=True)]
    if all(isinstance(f, All) for f in found) and a.ndim == 2:  # the diagonal
        unit = Traced(Identity(a.lengths[0]), a.lengths)
        a.become(whole.expr - diag(diag(whole)).expr + multiply(unit, new).expr)
    elif all(isinstance(f, list) for f in found):
        a.become(at_places(whole, found, new).expr)
    else:
        a.become(replaced(whole, found, new))


METHODS["__setitem__"] = assign


def at_places(a: Traced, places: Sequence[Any], value: Traced) -> Traced:
    """A with one number at some places."""
    import numpy as np

    if value.ndim:
        refuse("an assignment of an array to an array of places")
    pattern = np.zeros([k.number or 0 for k in a.lengths], dtype=int)
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
