"""The one bracketing rule: an operand is bracketed when its notation binds less tightly than its slot.

What goes in is an expression and a style, what comes out is its text; the notations themselves stand
with the operators.  The walk has an explicit stack, so depth does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Constant, Expr, Ones, Zeros, postorder
from matdiff.algebra.notation import ACCENTS, GREEK, NUMPY, DifferentialSign, Notation, Slot, Style, bare, name_text
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import Named
from matdiff.output.spellings import notation as spelt

Known = tuple[bool, bool]  # whether the reader can tell the rows and the columns
NOTHING: Known = (False, False)
ALL: Known = (True, True)

RUN = re.compile(r"[A-Za-z0-9\u0370-\u03ff]*\Z")
SUBSCRIPTED = re.compile(r"_\w+\Z")
WORDS = frozenset({*FUNCTIONS, *GREEK, "eye", "vector", "matrix", "ones", "zeros", "where", "let", "in"})
MARKS = frozenset(ACCENTS.values())
CALLED = frozenset("fghdσφψΣΦΨ")  # a bracket after these would be read as an argument


def write(root: Expr, style: Style, names: Mapping[Expr, str] | None = None) -> str:
    """The text of an expression.  *names* gives nodes below it that are written as a name instead."""
    names = names or {}
    out = Writer(style)
    sizes = Sizes(root, names, style)
    brackets = style.pick("(", r"\left("), style.pick(")", r"\right)")
    stack: list[str | tuple[Expr, int, Known] | None] = [(root, 0, NOTHING)]
    while stack:
        piece = stack.pop()
        if piece is None or isinstance(piece, str):
            out.put(piece)
            continue
        node, level, known = piece
        if node in names and node is not root:
            out.put(names[node])
            continue
        notation = _notation(node, known, style)
        context = sizes.context(node, known)
        parts: list[str | tuple[Expr, int, Known] | None] = [
            (p.operand, p.level, context.get(p.operand, NOTHING)) if isinstance(p, Slot) else p for p in notation.parts
        ]
        if notation.level < level:
            parts = [brackets[0], *parts, brackets[1]]
        stack.extend(reversed(parts))
    return "".join(out.pieces)


def _notation(node: Expr, known: Known, style: Style) -> Notation:
    if isinstance(node, Constant) and (known[0] and (known[1] or node.shape[1].number == 1)):
        return bare(node.letter, style)
    return spelt(node, style)


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
        beside_differential = any(isinstance(p, DifferentialSign) for p in (piece, *self.pieces[-2:-1]))
        if self.style.latex:
            if before[-1:].isdigit() and after.isdigit():
                return r" \cdot "
            return r" \, " if beside_differential else " "
        if beside_differential:
            return " "
        if SUBSCRIPTED.search(before) and (after.isalnum() or after == "∑"):
            return " "  # a letter would be read as part of the subscript
        if before[-1:] in MARKS:  # x̂ 1, and x′·(…) lest it be a derivative
            return " " if after.isdecimal() else "·" if (before[-1], after) == ("′", "(") else ""
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
            together = (earlier.group() if earlier else tail).lstrip("0123456789") + after
            return "" if together not in WORDS else " "
        return "" if not tail[-1].isascii() and not tail[-1].isalpha() else " "


# ---- what the reader can tell about sizes ----------------------------------------------------------


class Sizes:
    """Which sizes of constants (1, I, 0) a reader can tell from what stands around them.

    *own* says for a node whether its rows and columns follow from what it is written with.
    """

    def __init__(self, root: Expr, names: Mapping[Expr, str], style: Style) -> None:
        self.root = root
        self.names = names
        self.style = style
        self.own: dict[Expr, Known] = {}
        self.needed = any(isinstance(n, Constant) for n in postorder(root, prune=self._is_named))

    def _is_named(self, e: Expr) -> bool:
        return e in self.names and e is not self.root

    def of(self, e: Expr) -> Known:
        if e not in self.own:
            for node in postorder(e, prune=lambda n: n in self.own or self._is_named(n)):
                if node not in self.own:
                    named = self._is_named(node)
                    self.own[node] = ALL if named else self._of(node, [self.own[o] for o in node.operands])
        return self.own[e]

    @staticmethod
    def _of(node: Expr, operands: list[Known]) -> Known:
        if node.is_scalar:
            return ALL
        if isinstance(node, Constant):
            return NOTHING
        if isinstance(node, Product):
            return (operands[0][0], operands[-1][1])
        if isinstance(node, Transpose):
            return (operands[0][1], operands[0][0])
        if isinstance(node, Scale):
            return operands[1]
        if isinstance(node, Sum | Hadamard):
            return (any(o[0] for o in operands), any(o[1] for o in operands))
        return (all(o[0] for o in operands), all(o[1] for o in operands))

    def context(self, node: Expr, known: Known) -> dict[Expr, Known]:
        """For everything that the notation of a node shows, whether its rows and columns are known there."""
        if not self.needed:
            return {}
        shown: dict[Expr, Known] = {}
        if isinstance(node, Product):
            self._factors(node.operands, known, shown)
        elif isinstance(node, Transpose):
            o = node.operands[0]
            shown[o] = NOTHING if _is_matrix_of_one_number(o) else self._or(o, (known[1], known[0]))
        elif isinstance(node, Sum | Hadamard | Entrywise | Inverse):
            both = self._or(node, known)
            for o in node.operands:
                for written in (o, -o) if o.leading_number < 0 else (o,):  # a sum writes the sign itself
                    number = isinstance(written, Ones | Zeros)  # bare, unless a term beside it has a shape
                    shown[written] = both if not number else self.of(node) if isinstance(node, Sum) else NOTHING
        elif isinstance(node, Scale):
            a = node.operands[1]
            if isinstance(a, Product):
                self._factors(a.operands, known, shown)
                if _divides(node.operands[0]):  # A 1/c would be read as A (1/c)
                    shown.update((f, NOTHING) for f in a.operands[-1:] if isinstance(f, Ones))
            shown[a] = NOTHING if isinstance(a, Ones | Zeros) else self._or(a, known)
        if self.style.explicit:
            sized = [o for o in shown if isinstance(o, Constant) and not self._may_be_bare(o, node)]
            shown.update(dict.fromkeys(sized, NOTHING))
        return shown

    def _may_be_bare(self, constant: Constant, parent: Expr) -> bool:
        """Whether an explicit style can do without a size: A*1 would be A times a number, and NumPy knows no I."""
        if isinstance(constant, Ones | Zeros):
            return isinstance(parent, Sum)
        return self.style is not NUMPY

    def _or(self, e: Expr, known: Known) -> Known:
        own = self.of(e)
        return (own[0] or known[0], own[1] or known[1])

    def _factors(self, factors: tuple[Expr, ...], known: Known, shown: dict[Expr, Known]) -> None:
        """A factor's rows are known from its left neighbour, its columns from its right one."""
        for k, o in enumerate(factors):
            rows = self.of(factors[k - 1])[1] if k else known[0]
            cols = self.of(factors[k + 1])[0] if k + 1 < len(factors) else known[1]
            here, before = self._or(o, (rows, cols)), shown.get(o, ALL)
            after_digit = isinstance(o, Ones) and k and isinstance(factors[k - 1], Power)  # A.^2·1_n
            if _is_matrix_of_one_number(o) or after_digit:
                here = NOTHING
            shown[o] = (here[0] and before[0], here[1] and before[1])


def _divides(c: Expr) -> bool:
    """Whether a scalar factor is written below a bar, at least in part."""
    factors = c.operands if isinstance(c, Hadamard) else (c,)
    return any(f.reciprocal or (f.number is not None and f.number.denominator > 1) for f in factors)


def _is_matrix_of_one_number(e: Expr) -> bool:
    """Ones or zeros that are no vector: written bare beside a factor they would be read as a vector."""
    return isinstance(e, Ones | Zeros) and ONE not in e.shape


# ---- sharing ---------------------------------------------------------------------------------------

LONG = 3000  # signs of an expression above which its shared pieces are bound to names
PIECE = 8  # and how long a piece must be to be worth it


def shared_names(root: Expr) -> dict[Expr, str]:
    """Names for pieces that occur more than once in an expression whose text would otherwise be long."""
    lengths: dict[Expr, int] = {}
    uses: dict[Expr, int] = {}
    taken: set[str] = set()
    for node in postorder(root):
        lengths[node] = 1 + sum(lengths[o] for o in node.operands)
        for o in node.operands:
            uses[o] = uses.get(o, 0) + 1
        if not node.operands:
            taken.add(str(node.data[0]))
    if lengths[root] <= LONG:
        return {}
    shared = [n for n in lengths if uses.get(n, 0) > 1 and lengths[n] >= PIECE and not n.free]
    fresh = (name for k in range(1, len(shared) + len(taken) + 1) if (name := f"t{k}") not in taken)
    return dict(zip(shared, fresh, strict=False))


def with_pieces(e: Expr, style: Style, definitions: bool) -> str:
    """An expression with what it is written by in front: ``h = …;`` for definitions, ``t1 := …;`` for shared pieces."""
    names = {node: name_text(name, style) for node, name in shared_names(e).items()}
    parts = []
    for node in postorder(e):
        if isinstance(node, Named) and definitions:
            parts.append(f"{write(node, style)} = {write(node.operands[0], style, names)}")
        elif node in names:
            parts.append(f"{names[node]} := {write(node, style, names)}")
    return style.pick("; ", r";\quad ").join([*parts, write(e, style, names)])
