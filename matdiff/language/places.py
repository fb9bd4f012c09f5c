"""What stands in x[…] and in the subscript of x_{…}: indices of sums, and fixed places such as 2, n and 1:3."""

from __future__ import annotations

import re
from collections.abc import Collection

from matdiff.language.declarations import Excerpt, parse_size
from matdiff.language.names import canonical
from matdiff.language.scopes import Binder, Place, Scope
from matdiff.language.syntax import Node

Indices = list[Binder | Place]


def place(piece: Excerpt, scope: Scope, sizes: Collection[str] = ()) -> Binder | Place | None:
    """The index, the place or the range that is written; None where it is none of them.  *sizes* can be places."""
    text = piece.text
    if canonical(text) in scope:
        return scope[canonical(text)]
    if text == ":":
        return Place()
    if text.count(":") == 1 and not text.startswith(":") and not text.endswith(":"):
        middle = text.index(":")
        return Place(parse_size(piece.part(0, middle)), parse_size(piece.part(middle + 1, len(text))))
    if text.isdecimal() and len(text) < 10:
        if not int(text):
            raise piece.error("entries are counted from 1", "the first one is x[1]")
        return Place(parse_size(piece), digits=text)
    names = re.findall(r"[^\W\d]\w*", text)
    known = names and all(canonical(name) in sizes for name in names) and re.fullmatch(r"[\w\s+*-]+", text)
    return Place(parse_size(piece)) if known else None


def subscripts(text: Excerpt, scope: Scope) -> Indices:
    """The indices of a subscript with a number or a range in it; none where it is another subscript."""
    if not re.search(r"[0-9:]", text.text):
        return []
    pieces = [text.part(*m.span()) for m in re.finditer(r"[^,]+", text.text)]
    found = [place(piece, scope) for piece in pieces]
    return [index for index in found if index is not None] if None not in found else []


# ---- what stands in brackets of its own -------------------------------------------------------------


def grid(block: Node) -> list[list[Node]]:
    """The rows of [A, B; C, D]."""
    inside = block.parts[0]
    return [row.parts if row.kind == "row" else [row] for row in (inside.parts if inside.kind == "rows" else [inside])]


def listed(arguments: list[Node]) -> list[Node]:
    """Arguments that may stand in brackets of their own: ones((m, n)), np.hstack([A, B])."""
    only = arguments[0] if len(arguments) == 1 else None
    if only is None or only.kind not in ("tuple", "block"):
        return arguments
    return [part for piece in only.parts for part in (piece.parts if piece.kind in ("list", "row") else [piece])]
