"""The one bracketing rule: an operand is bracketed when its notation binds less tightly than its slot.

What goes in is an expression and a style, what comes out is its text; the notations themselves stand
with the operators.  The walk has an explicit stack, so depth does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from matdiff.algebra.expr import FUNCTIONS, Constant, Expr, postorder
from matdiff.algebra.notation import GREEK, TEXT, Notation, Slot, Style, bare
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.entrywise import Entrywise

Known = tuple[bool, bool]  # whether the reader can tell the rows and the columns
NOTHING: Known = (False, False)
ALL: Known = (True, True)

RUN = re.compile(r"[A-Za-z0-9\u0370-\u03ff]*\Z")
WORDS = frozenset({*FUNCTIONS, *GREEK, "eye", "vector", "matrix", "ones", "zeros", "where", "let", "in"})
DIFFERENTIAL = ("d", "d(")
CALLED = frozenset("fghdσφψΣΦΨ")  # a bracket after these would be read as an argument


def write(root: Expr, style: Style, names: Mapping[Expr, str] | None = None) -> str:
    """The text of an expression.  *names* gives nodes that are written as a name instead."""
    names = names or {}
    out = Writer(style)
    own = self_known(root) if any(isinstance(n, Constant) for n in postorder(root)) else {}
    open_bracket, close_bracket = ("(", ")") if style is TEXT else (r"\left(", r"\right)")
    stack: list[str | None | tuple[Expr, int, Known]] = [(root, 0, NOTHING)]
    while stack:
        piece = stack.pop()
        if piece is None or isinstance(piece, str):
            out.put(piece)
            continue
        node, level, known = piece
        if node in names:
            out.put(names[node])
            continue
        notation = _notation(node, known, style)
        context = _context(node, known, own) if own else {}
        parts: list[str | None | tuple[Expr, int, Known]] = [
            (p.operand, p.level, context.get(p.operand, NOTHING)) if isinstance(p, Slot) else p for p in notation.parts
        ]
        if notation.level < level:
            parts = [open_bracket, *parts, close_bracket]
        stack.extend(reversed(parts))
    return "".join(out.pieces)


def _notation(node: Expr, known: Known, style: Style) -> Notation:
    if isinstance(node, Constant) and (known[0] and (known[1] or node.shape[1].number == 1)):
        return bare(node.letter, style)
    return node.notation(style)


class Writer:
    """Collects pieces of text and decides how the factors of an implicit product are joined."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.pieces: list[str] = []
        self.joining = False

    def put(self, piece: str | None) -> None:
        if piece is None:
            self.joining = True
            return
        if not piece:
            return
        if self.joining:
            self.joining = False
            self.pieces.append(self._join(piece))
        self.pieces.append(piece)

    def _join(self, piece: str) -> str:
        before, after = self.pieces[-1], piece[0]
        if self.style is not TEXT:
            return r" \cdot " if before[-1:].isdigit() and after.isdigit() else " "
        if piece in DIFFERENTIAL or self.pieces[-2:-1] == ["d"]:
            return " "
        run = RUN.search(before)
        tail = run.group() if run else ""
        if after == "(":
            return "·" if tail and (len(tail) > 1 or tail in CALLED) and not tail.isdecimal() else ""
        if not tail or not (after.isalnum() or after == "∑"):
            return ""
        if tail.isdecimal():
            return "·" if after.isdecimal() else ""
        if len(tail) == 1 and len(piece) == 1 and after.isalpha() and after != "d":
            earlier = RUN.search("".join(self.pieces[-4:]))
            together = (earlier.group() if earlier else tail) + after
            return "" if together not in WORDS else " "
        return "" if not tail[-1].isascii() and not tail[-1].isalpha() else " "


# ---- what the reader can tell about sizes ----------------------------------------------------------


def self_known(root: Expr) -> dict[Expr, Known]:
    """For every node, whether its rows and columns follow from what it is written with, constants written bare."""
    own: dict[Expr, Known] = {}
    for node in postorder(root):
        operands = [own[o] for o in node.operands]
        if node.is_scalar:
            own[node] = ALL
        elif isinstance(node, Constant):
            own[node] = NOTHING
        elif isinstance(node, Product):
            own[node] = (operands[0][0], operands[-1][1])
        elif isinstance(node, Transpose):
            own[node] = (operands[0][1], operands[0][0])
        elif isinstance(node, Inverse):
            own[node] = (any(operands[0]),) * 2  # type: ignore[assignment]
        elif isinstance(node, Scale):
            own[node] = operands[1]
        elif isinstance(node, Sum | Hadamard | Entrywise):
            own[node] = (any(o[0] for o in operands), any(o[1] for o in operands))
        else:
            own[node] = (all(o[0] for o in operands), all(o[1] for o in operands))
    return own


def _context(node: Expr, known: Known, own: Mapping[Expr, Known]) -> dict[Expr, Known]:
    """For every operand, what it and its surroundings tell about its rows and columns."""
    operands = node.operands
    if isinstance(node, Product):
        context: dict[Expr, Known] = {}
        for k, o in enumerate(operands):
            rows = own[operands[k - 1]][1] if k else known[0]
            cols = own[operands[k + 1]][0] if k + 1 < len(operands) else known[1]
            fresh = (rows or own[o][0], cols or own[o][1])
            old = context.get(o, ALL)
            context[o] = (fresh[0] and old[0], fresh[1] and old[1])
        return context
    if isinstance(node, Transpose | Inverse):
        o = operands[0]
        return {o: (known[1] or own[o][0], known[0] or own[o][1])}
    if isinstance(node, Sum | Hadamard | Entrywise | Scale):
        both = (known[0] or own[node][0], known[1] or own[node][1])
        return {o: both for o in _with_products(operands)}
    return {o: own[o] for o in operands}


def _with_products(operands: tuple[Expr, ...]) -> list[Expr]:
    """Operands, also with the sign that a sum takes out of them, and the factors that a multiple shows."""
    shown = list(operands)
    for o in operands:
        if o.leading_number < 0:
            shown.append(-o)
    return shown
