"""The rules of typing for entries, rows, columns and slices: x[2], A[i, 1], A[1, :], A[1:3, 2:n]."""

from __future__ import annotations

from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.reductions import count
from matdiff.algebra.operators.slices import Column, Range, Row, Slice
from matdiff.algebra.operators.sums import Entry
from matdiff.language.places import Indices
from matdiff.language.scopes import Binder, Place
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt


def index_of(attempt: Attempt, node: Node, index: Binder | Place) -> Expr:
    """The index of a sum, or the number of a place."""
    if isinstance(index, Binder):
        return attempt.index(index, node)
    assert index.first is not None
    return Number(index.first.number) if index.first.number is not None else count(index.first)


def require_range(attempt: Attempt, node: Node, index: Binder | Place, extent: Size, what: str) -> None:
    """Makes the range of an index agree with what it counts; a place must not lie beyond the end."""
    extent = attempt.sizes.find(extent)
    if isinstance(index, Binder):
        if not attempt.unify(attempt.range_of(index), extent):
            found = attempt.sizes.find(attempt.range_of(index))
            raise attempt.misfit(node, f"the index {index.name} runs to {found}, but {what} to {extent}")
        return
    last = index.last if index.last is not None else index.first
    if last is not None and last.number is not None and extent.number is not None and last.number > extent.number:
        raise attempt.misfit(node, f"{what} ends at {extent}: there is no place {last}")
    if index.last is not None and index.first is not None:
        length = (index.last - index.first).number
        if length is not None and length < 0:
            raise attempt.misfit(node, f"the range {index.first}:{index.last} is empty")


def entry(attempt: Attempt, node: Node, base: Typed, indices: Indices) -> Typed:
    """An entry, a row, a column or a slice of a vector or matrix."""
    first = indices[0]
    if isinstance(first, Place) and len(indices) == 1 and len(first.digits) == 2 and ONE not in (base.rows, base.cols):
        indices = [Place(size(int(digit)), digits=digit) for digit in first.digits]  # A_{12}
    across = (base.rows,) if base.cols is ONE else (base.rows, base.cols)
    if base.rows is ONE and len(indices) == 1:
        indices = [Place(ONE), *indices]  # of a row vector
    if base.is_scalar or len(across) != len(indices):
        plural = "index" if len(indices) == 1 else "indices"
        raise attempt.misfit(node, f"{attempt.described(base)}, which has no entry with {len(indices)} {plural}")
    for index, extent in zip(indices, across, strict=True):
        require_range(attempt, node, index, extent, node.value[0] if node.kind == "member" else attempt.shown(base))
    shape = [length(index, extent) for index, extent in zip(indices, across, strict=True)]
    result = attempt.typed(node, (shape[0], [*shape, ONE][1]), (base,), lambda a: part(attempt, node, a, indices))
    result.guessed = result.guessed or node.kind != "entry" or node.value is not indices
    return result


def length(index: Binder | Place, extent: Size) -> Size:
    """How many entries an index stands for."""
    if isinstance(index, Binder) or index.single is not None:
        return ONE
    return extent if index.first is None or index.last is None else index.last - index.first + ONE


def part(attempt: Attempt, node: Node, a: Expr, indices: Indices) -> Expr:
    """The expression of an entry, a row, a column or a slice."""
    ranges: list[Range | None] = []
    places: list[Expr | None] = []
    for index in indices:
        is_range = isinstance(index, Place) and index.single is None
        places.append(None if is_range else index_of(attempt, node, index))
        closed = is_range and isinstance(index, Place) and index.first is not None and index.last is not None
        ranges.append((index.first, index.last) if closed else None)  # type: ignore[union-attr, arg-type]
    if None not in places:
        return Entry(a, *places)  # type: ignore[arg-type]
    if len(places) == 2 and places[0] is not None and a.rows is not ONE:
        return Slice.of(Row(a, places[0]), None, ranges[1])
    if len(places) == 2 and places[1] is not None:
        return Slice.of(Column(a, places[1]), ranges[0])
    return Slice.of(a, *ranges)
