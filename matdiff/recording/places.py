"""Parts of arrays and changes of entries: X[i, j], x[1:], X[:, [0, 2]], P[rows, cols], g[1:] = v.

Places are counted from 0 in the code and from 1 in the expressions; a place is a number, a size such as n − 1, or the
index of a sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Index, Number, Symbol, postorder, replace
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import FLATTEN, Hadamard, Product, Scale, Transpose
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.recurrence import place as number_of
from matdiff.algebra.operators.resampling import Exchange
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.structure import DiagonalVector, value_of
from matdiff.algebra.operators.sums import Entry, IndexedSum, UnitVector
from matdiff.algebra.reading_cost import reading_cost
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, METHODS, Traced, as_traced, lift, refuse
from matdiff.recording.axes import regrouped
from matdiff.recording.filling import Filled, read
from matdiff.recording.keys import All, Chosen, Range, chosen_places, keys_of, without_masks
from matdiff.recording.masks import Mask
from matdiff.recording.shapes import differ, flip, over_columns, repeated

# ---- parts ----------------------------------------------------------------------------------------------


def item(a: Traced, key: Any) -> Traced:
    """X[i, j], x[1:], x[:, None], X[rows, cols], X[mask]."""
    if isinstance(key, Mask):
        return as_traced(FUNCTIONS["selected"](a, key))
    if a.ndim > 2:
        return as_traced(FUNCTIONS["item of members"](a, without_masks(key)))
    keys = keys_of(a, without_masks(key))
    own = [k for k in keys if k is not None]
    pair = pairs_of(a, own)
    if pair is not None:
        return pair
    found = [chosen_places(k, length) for k, length in zip(own, a.lengths, strict=True)]
    e, lengths = min((parts(e, a.lengths, found) for e in (a.expr, value_of(a.expr))), key=lambda p: reading_cost(p[0]))
    axes = iter(lengths)
    grouped = [ONE if k is None else next(axes) for k in keys]
    result = Traced(e, tuple(k for k in lengths if k is not None))
    result = regrouped(result, tuple(k for k in grouped if k is not None))
    is_copy = not result.lengths or any(isinstance(f, list) for f in found)
    if is_copy:
        return result
    result.part_of = (a, key)
    return a.shared_with(result)


def parts(e: Expr, extents: Sequence[Size], found: Sequence[Chosen]) -> tuple[Expr, list[Size | None]]:
    """The part of an expression at places of all axes, and what is left of these."""
    lengths = list[Size | None](extents)
    e = read(e, found)
    if isinstance(e, Filled) and e.keys == tuple(found):
        return e.operands[1], [f.length if isinstance(f, Range) else None for f in e.keys]
    for axis, (places, length) in enumerate(zip(found, extents, strict=True)):
        e, lengths[axis] = part(e, axis, places, length, [k is None for k in lengths[:axis]])
    return e, lengths


def part(e: Expr, axis: int, places: Chosen, length: Size, gone: Sequence[bool]) -> tuple[Expr, Size | None]:
    """The part of an expression along an axis, and what is left of the axis; a row that is taken is a column then."""
    along_rows = axis == 0 or gone == [True]
    if isinstance(places, All):
        if places.length is not length:
            raise differ(places.length, length, f"{places.length} places of {length}")
        return e, length
    if isinstance(places, Range):
        if places.length.number is not None and places.length.number <= 0:
            refuse("an array without entries")
        if places.backwards:
            exchange = Exchange.of(length)
            return (Product.of(exchange, e) if along_rows else Product.of(e, exchange)), length
        ends = (places.first + ONE, places.last)
        whole = ends == (ONE, length)
        return (e if whole else between(e, ends, along_rows)), places.length
    if isinstance(places, list):
        return gathered(e, places, length, along_rows), size(len(places))
    number = places if isinstance(places, Expr) else places + ONE
    return taken(e, number, along_rows), None


def taken(e: Expr, place: Size | Expr, along_rows: bool) -> Expr:
    """The row or the column at a place, as a column; of a column the entry.  f(AB)[i] is f(A[i]B)."""
    around: list[Callable[[Expr], Expr]] = []
    while True:
        if not isinstance(place, Expr) and isinstance(e, VerticalStack if along_rows else HorizontalStack):
            extent = e.rows if along_rows else e.cols
            if place is extent:  # the last of all is the last of the last block
                e = e.operands[-1]
                place = e.rows if along_rows else e.cols
                continue
            extents = [o.rows if along_rows else o.cols for o in e.operands]
            e, place = operand_at(e.operands, extents, place, e)
        inside = one_inside(e, along_rows)
        if inside is None:
            break
        e, along_rows, outer = inside
        around.append(outer)
    found = placed(e, place, along_rows)
    for outer in reversed(around):
        found = outer(found)
    return found


def one_inside(e: Expr, along_rows: bool) -> tuple[Expr, bool, Callable[[Expr], Expr]] | None:
    """The operand whose row or column makes that of an expression, and how; None where there is no such operand."""
    if (e.rows if along_rows else e.cols) is ONE:
        return None
    match e:
        case Scale(operands=(c, a)):
            return a, along_rows, lambda x: Scale.of(c, x)
        case Transpose(operands=(a,)):
            return a, not along_rows, lambda x: x
        case Entrywise(operands=(a, *parameters)):
            return a, along_rows, lambda x: e.rebuild((x, *parameters))
        case Product(operands=(a, *rest)) if along_rows and len(rest) < FLATTEN:
            return a, True, lambda x: flip(Product.of(flip(x), *rest))
        case Product(operands=(*rest, b)) if not along_rows and len(rest) < FLATTEN:
            return b, False, lambda x: Product.of(*rest, x)
        case _:
            return None


def placed(e: Expr, place: Size | Expr, along_rows: bool) -> Expr:
    """The row or the column of an expression that is taken as it is, as a column."""
    if along_rows and (one := of_family(e, place)) is not None:
        return one
    if (e.rows if along_rows else e.cols) is ONE:
        return flip(e) if along_rows else e
    if isinstance(e, (Ones, Zeros)):
        return repeated(Number(int(isinstance(e, Ones))), (e.cols if along_rows else e.rows, ONE))
    if isinstance(e, Slice) and not isinstance(place, Expr):
        own, other = e.ranges if along_rows else e.ranges[::-1]
        whole = e.operands[0]
        if own != (ONE, whole.rows if along_rows else whole.cols):
            return placed(between(whole, other, not along_rows), own[0] + place - ONE, along_rows)
    if not isinstance(place, Expr) and place.number is None:
        return flip(Slice(e, (place, place), (ONE, e.cols))) if along_rows else Slice(e, (ONE, e.rows), (place, place))
    index = place if isinstance(place, Expr) else Number(place.number or 1)
    match e:
        case Transpose(operands=(Row(operands=(a, k)),)) if along_rows:
            return Entry(a, k, index)
        case Row(operands=(a, k)) if not along_rows:
            return Entry(a, k, index)
        case Column(operands=(a, k)) if along_rows:
            return Entry(a, index, k)
    if isinstance(e, Identity):
        return UnitVector(index, e.rows)
    if along_rows:
        return Entry(e, index) if e.cols is ONE else flip(Row(e, index))
    return Entry(e, Number(1), index) if e.rows is ONE else Column(e, index)


def of_family(e: Expr, place: Size | Expr) -> Expr | None:
    """The row of Σᵢ eᵢaᵢᵀ at a place; at one that is a size if the aᵢ are states, which are known by their number."""
    match e:
        case IndexedSum(operands=(Product(operands=(UnitVector(operands=(i,)), *row)),)) if i is e.index:
            one = flip(Product.of(*row))
        case IndexedSum(operands=(Scale(operands=(one, UnitVector(operands=(i,)))),)) if i is e.index:
            pass
        case _:
            return None
    number = place if isinstance(place, Expr) else number_of(place)
    is_known = isinstance(place, Expr) or place.number is not None
    of_index = (n for n in postorder(one, lambda n: i not in n.free) if i in n.operands)
    return at(one, i, number) if is_known or all(isinstance(n, Iterate) for n in of_index) else None


def at(e: Expr, index: Index, number: Expr) -> Expr:
    """An expression at a value of an index."""
    return replace(e, lambda n: number if n is index else n if index not in n.free else None)


def operand_at(operands: Sequence[Expr], extents: Sequence[Size], place: Size, whole: Expr) -> tuple[Expr, Size]:
    """The block in which a place is, and the place in it; the whole where that is not known."""
    before = size(0)
    for operand, extent in zip(operands, extents, strict=True):
        inside = place - before
        if inside.number is None or extent.number is None:
            return (operand, inside) if inside.number is not None and len(operands) == 1 else (whole, place)
        if inside.number <= extent.number:
            return operand, inside
        before = before + extent
    return whole, place


def between(e: Expr, ends: tuple[Size, Size], along_rows: bool) -> Expr:
    """Consecutive rows or columns, counted from 1."""
    factor: Expr = Number(1)
    if isinstance(e, Scale):
        factor, e = e.operands
    turned = isinstance(e, Transpose)
    if turned:
        e, along_rows = e.operands[0], not along_rows
    found = Scale.of(factor, _between(e, ends, along_rows))
    return flip(found) if turned else found


def _between(e: Expr, ends: tuple[Size, Size], along_rows: bool) -> Expr:
    if isinstance(e, (Ones, Zeros)):
        length = ends[1] - ends[0] + ONE
        return repeated(Number(int(isinstance(e, Ones))), (length, e.cols) if along_rows else (e.rows, length))
    if isinstance(e, Slice):
        old, other = e.ranges if along_rows else e.ranges[::-1]
        new = (old[0] + ends[0] - ONE, old[0] + ends[1] - ONE)
        return Slice.of(e.operands[0], *((new, other) if along_rows else (other, new)))
    if isinstance(e, VerticalStack if along_rows else HorizontalStack):
        blocks = cut(e.operands, [o.rows if along_rows else o.cols for o in e.operands], ends, along_rows)
        if blocks:
            return VerticalStack.of(*blocks) if along_rows else HorizontalStack.of(*blocks)
    return Slice.of(e, ends, None) if along_rows else Slice.of(e, None, ends)


def cut(blocks: Sequence[Expr], extents: Sequence[Size], ends: tuple[Size, Size], along_rows: bool) -> list[Expr]:
    """The blocks that a range of places takes, of the first and the last a part; none where sizes do not tell."""
    last, inside = size(0), False
    found: list[Expr] = []
    for block, extent in zip(blocks, extents, strict=True):
        first, last = last + ONE, last + extent
        start = first if inside else known_between(first, ends[0], last)
        if start is None:
            continue
        stop = ends[1] if last is ends[1] else known_between(start, ends[1], last)
        whole = start is first and stop in (None, last)
        part = (start - first + ONE, (stop or last) - first + ONE)
        found.append(block if whole else between(block, part, along_rows))
        if stop is not None:
            return found
        inside = True
    return []


def known_between(first: Size, place: Size, last: Size) -> Size | None:
    """A place that is surely from the first to the last one."""
    below, above = (place - first).number, (last - place).number
    if place is first or (below is not None and below >= 0 and above is not None and above >= 0):
        return place
    return None


def gathered(e: Expr, places: list[int], length: Size, along_rows: bool) -> Expr:
    """Rows or columns in an order: by their places in a symbol, else by a matrix of 0 and 1."""
    if not places:
        refuse("an array without entries")
    if places == list(range(places[0], places[0] + len(places))):
        ends = (size(places[0] + 1), size(places[-1] + 1))
        return e if ends == (ONE, length) else between(e, ends, along_rows)
    if places == list(range(length.number or 0))[::-1]:
        return Product.of(Exchange.of(length), e) if along_rows else Product.of(e, Exchange.of(length))
    if isinstance(e, (Symbol, VerticalStack, HorizontalStack)):
        parts = [taken(e, size(k + 1), along_rows) for k in places]
        is_vector = along_rows and e.cols is ONE
        return VerticalStack.of(*[p if is_vector else flip(p) for p in parts]) if along_rows else HorizontalStack.of(*parts)  # fmt: skip  # noqa: E501
    choice = selection(places, length)
    return Product.of(choice, e) if along_rows else Product.of(e, flip(choice))


def selection(places: Sequence[int], length: Size) -> Expr:
    """The matrix whose rows are unit vectors: one of classes by their labels, say."""
    import numpy as np

    number = length.number or 0
    if len(places) * number <= 200:
        return lift(np.eye(number, dtype=int)[list(places)]).expr
    return VerticalStack.of(*[Transpose(UnitVector(Number(k + 1), length)) for k in places])


# ---- entries by pairs of places, and by masks ----------------------------------------------------------


def pairs_of(a: Traced, keys: Sequence[Any]) -> Traced | None:
    """X[rows, cols] with two arrays of places: the entries (rows[k], cols[k])."""
    if a.ndim != 2 or any(isinstance(k, slice) for k in keys):
        return None
    rows, cols = (chosen_places(k, length) for k, length in zip(keys, a.lengths, strict=True))
    if isinstance(rows, All) and isinstance(cols, All):
        return Traced(DiagonalVector(a.expr), a.lengths[:1])
    if not (isinstance(rows, list) and isinstance(cols, list)):
        return None
    if len(rows) != len(cols):
        raise ShapeError(f"{len(rows)} rows and {len(cols)} columns are no pairs")
    lengths = (size(len(rows)),)
    if isinstance(a.expr, Symbol):
        entries = [Entry(a.expr, Number(i + 1), *([Number(j + 1)] if a.lengths[1] is not ONE else [])) for i, j in zip(rows, cols, strict=True)]  # fmt: skip  # noqa: E501
        return Traced(VerticalStack.of(*entries), lengths)
    of_rows = gathered(a.expr, rows, a.lengths[0], True)
    one_hot = selection(cols, a.lengths[1])
    return Traced(over_columns(Hadamard.of(of_rows, one_hot)), lengths)


METHODS["__getitem__"] = item
