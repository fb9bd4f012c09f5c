"""The rules of typing for entries, rows, columns and slices: x[2], A[i, 1], A[1, :], A[1:3, 2:n]."""

from __future__ import annotations

from matdiff.algebra.dims import ONE, SCALAR, Size, size
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.recurrence import place as numbered
from matdiff.algebra.operators.slices import Column, Range, Row, Slice
from matdiff.algebra.operators.sums import Entry, Member
from matdiff.errors import AmbiguityError
from matdiff.language.customs import LETTERS_OF_COUNTS
from matdiff.language.places import THE_END, Indices, number_text
from matdiff.language.scopes import Binder, Fixed, Name, Place, Position, Shifted
from matdiff.language.sizes import flexible_names, is_flexible
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed, described
from matdiff.language.typing import Attempt
from matdiff.recording.shapes import flip


def index_of(attempt: Attempt, node: Node, index: Position) -> Expr:
    """The index of a sum, perhaps with a number more or less, or the number of a place."""
    if isinstance(index, Fixed):
        symbol = attempt.symbol(attempt.bound.names[index.name], node)
        places = [index_of(attempt, node, i) for i in index.indices]
        return symbol if not places else (Member if symbol.ranges else Entry)(symbol, *places)
    if isinstance(index, Place):
        assert index.first is not None
        first = attempt.resolve(index.first, node, "the place")
        return Number(first.number) if first.number is not None else count(first)
    if index.binder.value is not None:
        return Number(index.binder.value + index.offset)
    return numbered(attempt.index(index.binder, node), index.offset)


def require_range(
    attempt: Attempt, node: Node, index: Position, extent: Size, what: str, name: Name | None = None
) -> None:
    """Makes the range of an index agree with what it counts; a place must not lie beyond the end.

    *name* is the symbol that has the index: what else it is indexed with tells how far it reaches.
    """
    extent = attempt.sizes.find(extent)
    if isinstance(index, Fixed):
        require_constant(attempt, node, index, extent, what)
        return
    if not isinstance(index, Place):
        if name is not None and (name.is_shifted or name.has_ends or name.last_places):
            require_reach(attempt, node, index, extent, what, name)
        elif isinstance(index, Shifted) or index.value is not None:
            require_within(attempt, node, index, extent, what)
        elif not stops_before(attempt, index, extent) and not attempt.unify(attempt.range_of(index), extent):
            found = attempt.sizes.find(attempt.range_of(index))
            raise attempt.misfit(node, f"the index {index.name} runs to {found}, but {what} to {extent}")
        return
    last = index.last if index.last is not None else index.first
    if last is not None and ((last - extent).number or 0) > 0:
        raise attempt.misfit(node, f"{what} ends at {extent}: there is no place {last}")
    if index.last is not None and index.first is not None:
        length = (index.last - index.first).number
        if length is not None and length < 0:
            raise attempt.misfit(node, f"the range {index.first}:{index.last} is empty")


def require_constant(attempt: Attempt, node: Node, index: Fixed, extent: Size, what: str) -> None:
    """A constant index, or a class label, is one of the numbers of what it counts."""
    require_label(attempt, node, index)
    if not attempt.unify(attempt.range_of(index), extent):
        last = attempt.sizes.find(attempt.range_of(index))
        raise attempt.misfit(node, f"the index {index.name} runs to {last}, but {what} to {extent}")


def require_label(attempt: Attempt, node: Node, index: Fixed) -> None:
    """A constant index is a scalar, a class label a member of a family of them."""
    name = attempt.bound.names[index.name]
    shape, ranges = attempt.shape_of(name)
    counted = ranges or tuple(s for s in shape if s is not ONE)
    if len(counted) != len(index.indices) or (ranges and shape != SCALAR):
        raise attempt.misfit(node, f"{index.name} is {described(*attempt.sizes.shape(shape))}, and no index")
    for place, last in zip(index.indices, counted, strict=True):
        require_range(attempt, node, place, last, index.name, name)


def stops_before(attempt: Attempt, index: Binder, extent: Size) -> bool:
    """Whether an index stops before the end of what it counts, as the one of ∑_{i=1}^{n−1} xᵢ."""
    over = (extent - attempt.sizes.find(attempt.range_of(index))).number
    return over is not None and over > 0 and extent.name is not None and not flexible_names(extent)


def require_reach(attempt: Attempt, node: Node, index: Binder | Shifted, extent: Size, what: str, name: Name) -> None:
    """The range of a symbol with shifted indices, as x[i] and x[i+1], is the greatest number that one of them takes."""
    if is_flexible(extent):
        ends = [reach(attempt, use)[1] for uses in name.uses.values() for use in uses if index in uses]
        ends += name.last_places
        closed = [end for end in ends if not flexible_names(end)] or ends
        widest = closed[0]
        for end in closed[1:]:
            widest = end if ((end - widest).number or 0) > 0 else widest
        if widest is ONE:
            attempt.sizes.bound[extent] = ONE  # a family with one member
        attempt.unify(extent, widest)
    elif flexible_names(reach(attempt, index)[1]):
        offsets = [use.offset for uses in name.uses.values() for use in uses if use.binder is index.binder]
        attempt.unify(attempt.range_of(index.binder), extent - size(max(index.offset, 0, *offsets)))
    require_within(attempt, node, index, attempt.sizes.find(extent), what)


def reach(attempt: Attempt, index: Position) -> tuple[Size, Size]:
    """The least and the greatest number that an index takes; a place is both."""
    if isinstance(index, Place):
        return index.first or ONE, index.first or ONE
    assert not isinstance(index, Fixed)
    if index.binder.value is not None:
        return size(index.binder.value + index.offset), size(index.binder.value + index.offset)
    return size(1 + index.offset), attempt.sizes.find(attempt.range_of(index.binder)) + size(index.offset)


def require_place(attempt: Attempt, node: Node, index: Position, extent: Size, what: str) -> None:
    """An index that has a range of its own may stop before the end of what it counts."""
    if isinstance(index, Binder) and not flexible_names(reach(attempt, index)[1]):
        require_within(attempt, node, index, attempt.sizes.find(extent), what)
    else:
        require_range(attempt, node, index, extent, what)


def require_within(attempt: Attempt, node: Node, index: Binder | Shifted, extent: Size, what: str) -> None:
    """The numbers that an index takes are among 1 … extent."""
    low, high = reach(attempt, index)
    if (low.number or 0) < 1:
        message = f"{what} is counted from 1: there is no place {low}"
        raise attempt.misfit(node, message, f"shift the index, or declare {what}[i=0..n]")
    over = (extent - high).number
    if over is None or over < 0:
        is_open = flexible_names(high) or flexible_names(extent)
        ends = f"goes to the place {number_text(high)}, but {what} to {number_text(extent)}"
        ends = f"may go beyond the end of {what}" if is_open else ends
        raise attempt.misfit(node, f"{attempt.written(node)} {ends}")


def entry(attempt: Attempt, node: Node, base: Typed, indices: Indices) -> Typed:
    """An entry, a row, a column or a slice of a vector or matrix."""
    first = indices[0]
    if isinstance(first, Place) and len(indices) == 1 and len(first.digits) == 2 and ONE not in (base.rows, base.cols):
        if "0" in first.digits:
            raise attempt.misfit(node, f"{attempt.written(node)} is no entry, as entries are counted from 1")
        indices = [Place(size(int(digit)), digits=digit) for digit in first.digits]  # A_{12}
    across = (base.rows,) if base.cols is ONE else (base.rows, base.cols)
    if base.rows is ONE and len(indices) == 1:
        indices = [Place(ONE), *indices]  # of a row vector
    if base.cols is ONE and len(indices) == 2 and indices[1] == Place():
        indices = indices[:1]  # x(2:end, :) of a column
    of_arrays = attempt.bound.is_code and attempt.bound.dialect.entrywise
    if of_arrays and len(across) > len(indices) == 1 and not isinstance(first, Place):
        indices = [first, Place()]  # X[i] is a row
    if base.is_scalar or len(across) != len(indices):
        plural = "index" if len(indices) == 1 else "indices"
        raise attempt.misfit(node, f"{attempt.described(base)}, which has no entry with {len(indices)} {plural}")
    given, indices = indices, [within(index, extent) for index, extent in zip(indices, across, strict=True)]
    for place, (index, extent) in enumerate(zip(indices, across, strict=True)):
        settle_length(attempt, node, place, extent)
        name = attempt.bound.names[node.value[0]] if node.kind == "member" else None
        require_range(attempt, node, index, extent, name.name if name else attempt.shown(base), name)
    shape = [length(index, extent) for index, extent in zip(indices, across, strict=True)]
    rows, cols = shape[0], [*shape, ONE][1]
    if of_arrays and rows is ONE is not cols and (not isinstance(indices[0], Place) or indices[0].single is not None):
        result = attempt.typed(node, (cols, ONE), (base,), lambda a: flip(part(attempt, node, a, indices)))
    else:
        result = attempt.typed(node, (rows, cols), (base,), lambda a: part(attempt, node, a, indices))
    result.guessed = result.guessed or node.kind != "entry" or node.value is not given
    return result


def settle_length(attempt: Attempt, node: Node, place: int, extent: Size) -> None:
    """Of z = W x, which has z_k and z_{k+1} for k = 1..K − 1 for entries, the length is the greatest number, K."""
    base = node.parts[0] if node.kind == "entry" else node
    if base.kind != "definition" or not is_flexible(attempt.sizes.find(extent)):
        return
    entries = [n for n in attempt.bound.order if n.kind == "entry" and n.parts[0].kind == "definition"]
    places = [n.value[place] for n in entries if n.parts[0].value == base.value and place < len(n.value)]
    if not any(isinstance(index, Shifted) for index in places):
        return
    ends = [reach(attempt, index)[1] for index in places if isinstance(index, (Binder, Shifted))]
    closed = [end for end in ends if not flexible_names(end)]
    if closed:
        attempt.unify(extent, max(closed, key=lambda end: (end - closed[0]).number or 0))


def within(index: Position, extent: Size) -> Position:
    """A place that is counted from the end: x[2:], x[end - 1]."""
    if not isinstance(index, Place):
        return index
    first, last = (s and s.substitute(lambda name: extent if name == THE_END else size(name)) for s in index[:2])
    return index._replace(first=first, last=last)


def length(index: Position, extent: Size) -> Size:
    """How many entries an index stands for."""
    if not isinstance(index, Place) or index.single is not None:
        return ONE
    if index.first is None or index.last is None:
        return extent
    return index.last - index.first + ONE


def part(attempt: Attempt, node: Node, a: Expr, indices: Indices) -> Expr:
    """The expression of an entry, a row, a column or a slice."""
    ranges: list[Range | None] = []
    places: list[Expr | None] = []
    for index in indices:
        if not isinstance(index, Place) or index.single is not None:
            places.append(index_of(attempt, node, index))
            ranges.append(None)
            continue
        places.append(None)
        is_whole = index.first is None or index.last is None
        ranges.append(None if is_whole else tuple(attempt.resolve(e, node, "the slice") for e in index[:2]))  # type: ignore
    if None not in places:
        return Entry(a, *places)  # type: ignore[arg-type]
    if len(places) == 2 and places[0] is not None and a.rows is not ONE:
        return Slice.of(Row(a, places[0]), None, ranges[1])
    if len(places) == 2 and places[1] is not None:
        return Slice.of(Column(a, places[1]), ranges[0])
    return Slice.of(a, *ranges)


WAYS = ("rows", "columns", "entry")


def part_of_whole(attempt: Attempt, node: Node, name: Name, indices: Indices) -> Typed:
    """w_k as a row or a column of W, written as a vector; w_ij as an entry."""
    whole = attempt.bound.names[name.whole]
    shape, ranges = attempt.shape_of(whole)
    way = attempt.assumed[name.name]
    shown = attempt.written(node)
    if ranges or ONE in shape:
        raise attempt.misfit(node, f"{whole.name} is no matrix of which {shown} could be a part")
    extents = shape if way == "entry" else shape[:1] if way == "rows" else shape[1:]
    for index, extent in zip(indices, extents, strict=True):
        require_range(attempt, node, index, extent, f"the number of {way} of {whole.name}")
    other = f"another family is declared, {name.name}[{'i=1..M, j=1..N]: scalar' if way == 'entry' else 'i=1..N]: d'}"
    kind = "entries" if way == "entry" else way
    attempt.note(node, f"{shown} is one of the {kind} of {whole.name}; {other}")

    def make() -> Expr:
        matrix, places = attempt.symbol(whole, node), [index_of(attempt, node, i) for i in indices]
        if way == "entry":
            return Entry(matrix, *places)
        return Transpose.of(Row(matrix, *places)) if way == "rows" else Column(matrix, *places)

    length = {"rows": shape[1], "columns": shape[0], "entry": ONE}[way]
    result = attempt.typed(node, (length, ONE), (), make)
    result.guessed = whole.declared is None
    return result


def require_another(attempt: Attempt, node: Node, name: Name) -> None:
    """w_k beside a matrix W that are neither rows nor columns of it: numbers may have its letter, vectors may not.

    Nor is W a number so that they may.
    """
    whole = attempt.bound.names[name.whole]
    shape, _ = attempt.shape_of(whole)
    is_number = shape == SCALAR and (whole.declared is not None or whole.name in LETTERS_OF_COUNTS)
    if ONE in shape and (shape != SCALAR or is_number):
        return
    shown = attempt.written(node)
    if attempt.assumed[name.name] != "S":
        message = f"{shown} can be neither a row nor a column of {name.whole}"
        raise attempt.misfit(node, message, f"declare {name.name}[i=1..N]: d, or call it otherwise")
    attempt.note(node, f"{shown} is a name of its own, and no part of {name.whole}")


def require_no_numbers_beside(attempt: Attempt) -> None:
    """w_0 and w_1 that are numbers beside a vector w of which nothing is declared can be its entries.

    And r1 that is a vector beside a number r can be r times the vector of ones.
    """
    find, declared = attempt.sizes.find, attempt.bound.declared
    shapes = {name: (find(rows), find(cols)) for name, ((rows, cols), ranges) in attempt.shapes.items() if not ranges}
    vectors = {name for name, (rows, cols) in shapes.items() if cols is ONE and rows is not ONE}
    open_names = shapes.keys() - set(declared)
    for node in [n for n in attempt.bound.order if n.kind == "symbol" and n.value[0] in open_names]:
        name = node.value[0]
        base = name.rstrip("0123456789")
        low, first = name.removeprefix(base), f"{base}0"
        if not low or base not in open_names:
            continue
        if base in vectors and first in open_names - {name} and shapes[name] == SCALAR == shapes[first]:
            message = f"{base}_{low} can be an entry of {base}, or a number of its own"
            hint = f"write {base}[{int(low) + 1}] for the entry; declare {base}_{low}: scalar for the number"
            raise attempt.bound.error(node, message, hint, AmbiguityError)
        is_glued = low == "1" and attempt.bound.text[node.end - 2 : node.end - 1].isalpha()  # no r_1
        if is_glued and name in vectors and shapes[base] == SCALAR and f"{base}2" not in open_names:
            message = f"{name} can be {base} times the vector of ones, or a vector of its own"
            hint = f"write {base}*1 for the product; declare {name}: vector for the vector"
            raise attempt.bound.error(node, message, hint, AmbiguityError)
