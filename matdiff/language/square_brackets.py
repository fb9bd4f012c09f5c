"""What stands in square brackets: the places of x[i] and A[1:3, n], and the blocks of [A, B; C, D]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff.language.fixed import position_of
from matdiff.language.places import Indices, at, directed, grid, place
from matdiff.language.scopes import Place, Scope, resolves
from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.language.binding import Bound


@resolves("index")
def resolve_index(bound: Bound, node: Node, scope: Scope) -> Scope | None:
    """x[i], A[i, j], x[2], A[1, :], A[1:3, n]"""
    base, inside = node.parts
    parts = inside.parts if inside.kind == "list" else [inside]
    if directed(base, parts, lambda p: _is_place(bound, p, scope)):
        node.kind, node.value, node.parts = base.kind, base.value, [*base.parts, inside]
        return None
    if bound.is_numbered(base) and base.value not in scope:
        return bound.numbered(node, base.value, bound.excerpt(inside), scope)
    indices: Indices = []
    for part in parts:
        excerpt, first = bound.excerpt(part), bound.first_place(base)
        known = scope if part.kind == "NAME" else bound.with_general(scope)
        index = place(excerpt, known, bound.ranges, first) or position_of(bound, excerpt.text, scope)
        if index is None and part.kind not in ("NAME", "subscript"):
            raise bound.error(part, "an index is a number, a range 1:3 or the index of a sum", "( ) multiplies")
        if bound.is_code and bound.dialect.is_python and isinstance(index, Place):
            index = at(index, 1)  # x[n] of code is counted from 0
        indices += [index] if index is not None else []
    if len(indices) == len(parts):
        bound.as_part(node, base, indices, scope)
    else:
        spans = tuple([(part.start, part.end) for part in parts])
        bound.leave(node, base, [bound.excerpt(part).text for part in parts], scope, spans)
    return None


def _is_place(bound: Bound, part: Node, scope: Scope) -> bool:
    """Whether an argument in square brackets can be an index, a number or a range."""
    is_free = part.kind == "NAME" and part.value not in bound.declared
    return is_free or place(bound.excerpt(part), scope, bound.ranges) is not None


@resolves("block")
def resolve_block(bound: Bound, node: Node, scope: Scope) -> None:
    """[A, B; C, D] and [[A, B], [C, D]]: the parts are the blocks, the value counts those in each row."""
    cells = grid(node)
    rows = [grid(cell) if cell.kind == "block" else [] for cell in cells[0]]
    if len(cells) == 1 < len(rows) and all(len(row) == 1 for row in rows):
        cells = [row for (row,) in rows]  # each row in brackets of its own, as in Python
    node.value, node.parts = [len(row) for row in cells], [cell for row in cells for cell in row]
    if len(node.parts) == 1:
        node.kind, node.value = "group", None
