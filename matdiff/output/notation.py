"""The one bracketing rule: an operand is bracketed when its notation binds less tightly than its slot.

What goes in is an expression and a style, what comes out is its text; the notations themselves stand
with the operators.  The walk has an explicit stack, so depth does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from matdiff.algebra.constants import Constant, Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Symbol, fact, postorder
from matdiff.algebra.notation import ACCENTS, ASCII, GREEK, NUMPY, PRODUCT, PYTHON, DifferentialSign, Slot, Style, bare
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import Named
from matdiff.output.spellings import notation as spelt
from matdiff.records import NamedTuple
from matdiff.regex import regex

Known = tuple[bool, bool]  # whether the reader can tell the rows and the columns
NOTHING: Known = (False, False)
ALL: Known = (True, True)

DIGITS = "0123456789"
LETTERS = "".join(chr(letter + case) for case in (65, 97) for letter in range(26))
RUN = LETTERS + DIGITS + "".join(map(chr, range(0x370, 0x400)))  # letters, also Greek ones, and digits
RAISED = regex(r"\^\w+\Z", given="^")
SUBSCRIPTED = regex(r"_\w+\Z", given="_")
WORDS = frozenset({*FUNCTIONS, *GREEK, "kl", "eye", "vector", "matrix", "ones", "zeros", "where", "let", "in"})
MARKS = frozenset(ACCENTS.values())
CALLED = frozenset("fghdσφψΣΦΨ")  # a bracket after these would be read as an argument


Slots = tuple[Expr, int, Known]  # an operand, the level that its slot asks for, and what is known of its size there
LONGEST_KEPT, MOST_KEPT = 4_000, 4_000_000  # signs of a text that is kept for the next time, and of all of them


class Mark(NamedTuple):
    """Where the text of a node begins that is closed on both sides; the end is where the mark stands."""

    key: tuple[Expr, Known, bool]
    place: int
    length: int


Piece = str | Slots | Mark | None


def write(root: Expr, style: Style, names: Mapping[Expr, str] | None = None) -> str:
    """The text of an expression.  *names* gives nodes below it that are written as a name instead."""
    return Printer(style, names or {}).write(root)


def is_quoted_name(e: Expr) -> bool:
    """Whether an expression is x' of a vector: as a whole term it would be read as another vector, as in x - x'."""
    return isinstance(e, Transpose) and ONE in e.shape and isinstance(e.operands[0], (Symbol, Named))


class Printer:
    """Writes expressions in one style with the same names; what has been found out for one of them serves the next.

    forms   for a node, and what is known of its size: its level, whether it is closed, its pieces from right to left
    used    the nodes whose names have been written
    kept    the texts of closed nodes: what is between f( and ), or in brackets, does not depend on its neighbours
    """

    def __init__(self, style: Style, names: Mapping[Expr, str]) -> None:
        self.style = style
        self.names = names
        self.used: set[Expr] = set()
        self.sizes = Sizes(names, style)
        self.brackets = style.pick("(", r"\left("), style.pick(")", r"\right)")
        self.forms: dict[tuple[Expr, Known], tuple[int, bool, list[Piece]]] = {}
        self.kept: dict[tuple[Expr, Known, bool], str] = {}
        self.signs_kept = 0

    def write(self, root: Expr) -> str:
        """The text of an expression, with names only for nodes below it."""
        out = Writer(self.style)
        self.sizes.root = root
        stack: list[Piece] = [(root, 0, NOTHING)]
        while stack:
            piece = stack.pop()
            if piece is None or isinstance(piece, str):
                out.put(piece)
            elif isinstance(piece, Mark):
                self._keep(piece, out)
            elif piece[0] in self.names and piece[0] is not root:
                self.used.add(piece[0])
                out.put(self.names[piece[0]])
            else:
                self._expand(piece, out, stack)
        return "".join(out.pieces)

    def _expand(self, slot: Slots, out: Writer, stack: list[Piece]) -> None:
        """Puts the pieces of a node on the stack, or the whole text where it is known."""
        node, least, known = slot
        level, closed, pieces = self.forms.get((node, known)) or self._form(node, known)
        if least <= PRODUCT and self.style is ASCII and is_quoted_name(node):
            pieces = ["^T", *pieces[1:]]
        bracketed = level < least
        if not closed and not bracketed:
            stack.extend(pieces)
            return
        key = (node, known, bracketed)
        if key in self.kept:
            out.put(self.kept[key])
            return
        if bracketed:
            pieces = [self.brackets[1], *pieces, self.brackets[0]]
        *rest, opening = pieces
        out.put(cast(str, opening))
        stack.append(Mark(key, len(out.pieces) - 1, out.length - len(cast(str, opening))))
        stack.extend(rest)

    def _form(self, node: Expr, known: Known) -> tuple[int, bool, list[Piece]]:
        if isinstance(node, Constant) and (known[0] and (known[1] or node.shape[1].number == 1)):
            notation = bare(node.letter, self.style)
        else:
            notation = spelt(node, self.style)
        context = self.sizes.context(node, known)
        pieces: list[Piece] = [
            (p.operand, p.level, context.get(p.operand, NOTHING)) if isinstance(p, Slot) else p
            for p in reversed(notation.parts)
        ]
        form = notation.level, len(pieces) > 1 and _is_sign(pieces[0]) and _is_sign(pieces[-1]), pieces
        self.forms[node, known] = form
        return form

    def _keep(self, mark: Mark, out: Writer) -> None:
        """Keeps the text since a mark, unless it is long: then copying would cost more than it saves."""
        length = out.length - mark.length
        if length > LONGEST_KEPT:
            return
        text = "".join(out.pieces[mark.place :])
        out.pieces[mark.place :] = [text]
        if self.signs_kept + length > MOST_KEPT:
            self.kept.clear()
            self.signs_kept = 0
        self.kept[mark.key] = text
        self.signs_kept += length


def _is_sign(piece: Piece) -> bool:
    """Whether a piece cannot run together with what stands beside it."""
    return isinstance(piece, str) and not isinstance(piece, DifferentialSign) and not piece[-1:].isalnum()


class Writer:
    """Collects pieces of text and decides how the factors of an implicit product are joined."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.pieces: list[str] = []
        self.length = 0
        self.joining = False

    def put(self, piece: str | None) -> None:
        if piece is None:
            self.joining = True
            return
        if not piece:
            return
        if self.joining:
            self.joining = False
            join = self._join(piece)
            self.pieces.append(join)
            self.length += len(join)
        self.pieces.append(piece)
        self.length += len(piece)

    def _join(self, piece: str) -> str:
        before, after = self.pieces[-1], piece[0]
        beside_differential = any(isinstance(p, DifferentialSign) for p in (piece, *self.pieces[-2:-1]))
        if self.style.latex:
            if before[-1:].isdigit() and after.isdigit():
                return r" \cdot "
            return r" \, " if beside_differential else " "
        if beside_differential:
            return " "
        if after.isalnum() and RAISED.search("".join(self.pieces[-4:])):
            return " "  # and here as part of the exponent
        if SUBSCRIPTED.search(before) and (after.isalnum() or after == "∑"):
            return " "  # a letter would be read as part of the subscript
        if before[-1:] in MARKS:  # x̂ 1, and x′·(…) lest it be a derivative
            return " " if after.isdecimal() else "·" if (before[-1], after) == ("′", "(") else ""
        tail = before[len(before.rstrip(RUN)) :]
        if after == "[":
            return " "  # A[x; y] would be a part of A
        if after == "(":
            is_word = self._together().lower() in WORDS  # KL(…) would be a call
            return "·" if tail and (len(tail) > 1 or tail in CALLED or is_word) and not tail.isdecimal() else ""
        if not tail or not (after.isalnum() or after == "∑"):
            return ""
        if tail.isdecimal():
            return "·" if after.isdecimal() else ""
        if len(tail) == 1 and len(piece) == 1 and after.isalpha() and "d" not in (tail, after):
            return "" if self._together() + after not in WORDS else " "
        return "" if not tail[-1].isascii() and not tail[-1].isalpha() else " "

    def _together(self) -> str:
        """The letters of a word that stand together at the end."""
        written = "".join(self.pieces[-4:])
        return written[len(written.rstrip(LETTERS + DIGITS)) :].lstrip(DIGITS)


# ---- what the reader can tell about sizes ----------------------------------------------------------


class Sizes:
    """Which sizes of constants (1, I, 0) a reader can tell from what stands around them.

    *own* says for a node whether its rows and columns follow from what it is written with.  Nodes with names
    are written as these, but for the *root* of what is being written.
    """

    def __init__(self, names: Mapping[Expr, str], style: Style) -> None:
        self.names = names
        self.style = style
        self.root: Expr | None = None
        self.own: dict[Expr, Known] = {}

    def of(self, e: Expr) -> Known:
        if e is self.root and e in self.names:
            return self._of(e, [self.of(o) for o in e.operands])
        if e not in self.own:
            for node in postorder(e, prune=lambda n: n in self.own or n in self.names):
                if node not in self.own:
                    named = node in self.names
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
        if isinstance(node, (Sum, Hadamard)):
            return (any(o[0] for o in operands), any(o[1] for o in operands))
        return (all(o[0] for o in operands), all(o[1] for o in operands))

    def context(self, node: Expr, known: Known) -> dict[Expr, Known]:
        """For everything that the notation of a node shows, whether its rows and columns are known there."""
        if not holds_constant(node):
            return {}
        shown: dict[Expr, Known] = {}
        if isinstance(node, Product):
            self._factors(node.operands, known, shown)
        elif isinstance(node, Transpose):
            o = node.operands[0]
            shown[o] = NOTHING if _is_matrix_of_one_number(o) else self._or(o, (known[1], known[0]))
        elif isinstance(node, (Sum, Hadamard, Entrywise, Inverse)):
            both = self._or(node, known)
            for o in node.operands:
                for written in (o, -o) if o.leading_number.numerator < 0 else (o,):  # a sum writes the sign itself
                    number = isinstance(written, (Ones, Zeros))  # bare, unless a term beside it has a shape
                    shown[written] = both if not number else self.of(node) if isinstance(node, Sum) else NOTHING
        elif isinstance(node, Scale):
            a = node.operands[1]
            if isinstance(a, Product):
                self._factors(a.operands, known, shown)
                if _divides(node.operands[0]):  # A 1/c would be read as A (1/c)
                    shown.update((f, NOTHING) for f in a.operands[-1:] if isinstance(f, Ones))
            shown[a] = NOTHING if isinstance(a, (Ones, Zeros)) else self._or(a, known)
        if self.style.explicit:
            sized = [o for o in shown if isinstance(o, Constant) and not self._may_be_bare(o, node)]
            shown.update(dict.fromkeys(sized, NOTHING))
        return {o: size for o, size in shown.items() if holds_constant(o)}

    def _may_be_bare(self, constant: Constant, parent: Expr) -> bool:
        """Whether an explicit style can do without a size: A*1 would be A times a number, and NumPy knows no I."""
        if isinstance(constant, (Ones, Zeros)):
            return isinstance(parent, Sum)
        return self.style not in (NUMPY, PYTHON)

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


def holds_constant(e: Expr) -> bool:
    """Whether there is something in an expression whose size may have to be written."""
    known: bool | None = e.facts.get("constant")  # asked for every operand of every node
    return fact("constant", e, lambda node, below: isinstance(node, Constant) or any(below)) if known is None else known


def _divides(c: Expr) -> bool:
    """Whether a scalar factor is written below a bar, at least in part."""
    factors = c.operands if isinstance(c, Hadamard) else (c,)
    return any(f.reciprocal or (f.number is not None and f.number.denominator > 1) for f in factors)


def _is_matrix_of_one_number(e: Expr) -> bool:
    """Ones or zeros that are no vector: written bare beside a factor they would be read as a vector."""
    return isinstance(e, (Ones, Zeros)) and ONE not in e.shape
