"""What a page is: head, sections of lines, answers, and what is said of them.

A page knows no form.  What is written differently in text and in LaTeX is a *formula*, a function from the style;
everything else is an expression, a law, or a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.notation import Style, name_text
from matdiff.algebra.operators.structure import Named
from matdiff.calculus.demands import Condition
from matdiff.calculus.naming import letter_of
from matdiff.errors import MatdiffError
from matdiff.output.latex import in_words
from matdiff.output.notation import Printer
from matdiff.output.notation import write as written
from matdiff.output.sharing import with_pieces
from matdiff.page.repeated import repeated, with_names
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate

Formula = Callable[[Style], str]
LEVELS = ("full", "textbook", "none")


class Line(NamedTuple):
    """``left = right`` with the titles of the laws beside it; without a left side the line stands by itself.

    *reading* is an expression whose symbols are declared behind the line.
    """

    left: Formula | None
    right: Formula
    laws: tuple[str, ...] = ()
    reading: Expr | None = None


class Section(NamedTuple):
    """Lines under a heading; *apart* says that something new begins."""

    heading: str
    lines: Sequence[Line]
    apart: bool = True


class Answer(NamedTuple):
    """A line of the result, and below it the same *closed*, where the value is in names that the page gave.

    *remarks* are pairs of a sentence and an expression that it ends with, or None; *laws* the titles of those by which
    it follows from the lines above it.
    """

    left: Formula
    value: Expr
    remarks: Sequence[tuple[str, Expr | None]] = ()
    closed: Expr | None = None
    laws: tuple[str, ...] = ()


class Page(NamedTuple):
    """A result as it is shown.

    head         what was asked: the function, and what its names stand for
    parts        the derivation: parts whose lines stand in columns, each of sections
    heading      what stands over the answers
    answers      the answers; *before* them the definitions that they are written with
    certificate  what is known of the sign of a Hessian
    conditions   where all of this holds
    subject      what a check is of, as in «the gradient»
    notes        how doubtful places of the text were read
    record       the same for other programs, worked out when it is asked for
    """

    head: Sequence[Line]
    parts: Sequence[Sequence[Section]]
    heading: str
    answers: Sequence[Answer]
    conditions: Sequence[Condition | str]
    subject: str
    record: Callable[[], Mapping[str, Any]]
    before: Sequence[Line] = ()
    certificate: Certificate | None = None
    notes: Sequence[str] = ()

    def said(self, notes: Sequence[str], called: Sequence[str]) -> Page:
        """The page with the notes, and with what the text calls the function: J = f(w) = …"""
        f = self.head[0].reading if self.head else None
        names = [left_side(name) for name in called if f is None or name not in ("f", letter_of(f))]
        if not names or not self.head or (left := self.head[0].left) is None:
            return self._replace(notes=notes)
        first = self.head[0]._replace(left=joined([*names, left], " = "))
        return self._replace(notes=notes, head=[first, *self.head[1:]])


class Setting(NamedTuple):
    """How a page is set.

    width   of a page of text, in characters
    ascii   whether it does with the signs of ASCII
    colour  whether headings and answers stand out, as a terminal can show it
    document  whether a page of LaTeX is a whole document
    """

    width: int = 100
    ascii: bool = False
    colour: bool = False
    document: bool = False


USUAL = Setting()
NARROWEST = 60  # no page is narrower


def require_level(steps: str, levels: Sequence[str] = LEVELS) -> None:
    """Raises MatdiffError for a level of detail that does not exist."""
    if steps not in levels:
        raise MatdiffError(f"there is no level of detail {steps!r}", suggestion=f"Take one of {', '.join(levels)}.")


# ---- formulas -----------------------------------------------------------------------------------------


class Pen:
    """Writes expressions with the same names in any style; what has been written once is known the next time.

    *names* are those of nodes at which a function was cut, *pieces* symbols, or members, for what lines would repeat,
    and *links* those δ_h of a chain that say what would stand in several answers.
    """

    __slots__ = ("links", "names", "pieces", "printers")

    def __init__(self, names: Mapping[Expr, str] | None = None, links: Mapping[Expr, Expr] | None = None) -> None:
        self.names = names or {}
        self.links = links or {}
        self.pieces: Mapping[Expr, Expr] = {}
        self.printers: dict[str, Printer] = {}

    def printer(self, style: Style) -> Printer:
        """The printer of a style."""
        if style.name not in self.printers:
            self.printers[style.name] = Printer(style, {node: name_text(n, style) for node, n in self.names.items()})
        return self.printers[style.name]

    def __call__(self, e: Expr) -> Written:
        """An expression with these names, and with abbreviations of its own where sharing keeps it short."""
        return Written(self, e)

    def shown(self, e: Expr) -> Expr:
        """An expression as it is written: with the names of pieces below it."""
        return with_names(e, {**self.pieces, **self.links}, self.names)


class Written:
    """The formula of an expression that a pen writes."""

    __slots__ = ("expression", "pen")

    def __init__(self, pen: Pen, expression: Expr) -> None:
        self.pen = pen
        self.expression = expression

    def __call__(self, style: Style) -> str:
        from matdiff.output.sharing import line

        return line(self.pen.shown(self.expression), self.pen.printer(style))


def name_repeated(
    pens: Iterable[Pen], f: Expr, sections: Iterable[Section], full: bool, answers: Iterable[Expr] = ()
) -> None:
    """Gives names to the pieces that a line repeats, be it one of the derivation, an answer, or what the function is.

    In *full*, where each line shows one rewriting, what is rewritten has no name.
    """
    pens = list(pens)
    known = {node: name for pen in pens for node, name in pen.names.items()}
    known |= {value: str(link.data[0]) for pen in pens for value, link in pen.links.items()}
    defined = [n.operands[0] for n in postorder(f) if isinstance(n, Named)]
    lines = [row.right.expression for s in sections for row in s.lines if isinstance(row.right, Written)]
    pieces = repeated([f, *defined, *known, *lines, *answers], known, full) if lines else {}
    for pen in pens:
        pen.pieces = pieces


def plain(e: Expr) -> Formula:
    """An expression without names for its pieces."""
    return lambda style: written(e, style)


def whole(e: Expr) -> Formula:
    """An expression by itself, with abbreviations in front where sharing keeps it short."""
    return lambda style: with_pieces(e, style, definitions=False)


def joined(parts: Iterable[Formula | str], between: str = "") -> Formula:
    """Formulas and signs side by side."""
    pieces = list(parts)
    return lambda style: between.join(p if isinstance(p, str) else p(style) for p in pieces)


def sign(text: str, latex: str) -> Formula:
    """A sign that LaTeX writes in another way."""
    return lambda style: style.pick(text, latex)


def words(sentence: str) -> Formula:
    """A sentence."""
    return sign(sentence, rf"\text{{{in_words(sentence)}}}")


D = sign("d", r"\mathrm{d}")
TOP = sign("ᵀ", r"^{\top}")
VEC = sign("vec ", r"\operatorname{vec} ")
PARTIAL = sign("∂", r"\partial ")


def fraction(over: Formula, under: Formula) -> Formula:
    """a/b, or a fraction of LaTeX"""
    return lambda style: style.pick(f"{over(style)}/{under(style)}", rf"\frac{{{over(style)}}}{{{under(style)}}}")


def named(name: str) -> Formula:
    """A name."""
    return lambda style: name_text(name, style)


def left_side(called: str) -> Formula:
    """What a text calls a function: J, log p, e²."""
    whole = called.removeprefix("log ")
    base = whole.removesuffix("^2")
    parts = [named(base), *[sign("²", "^{2}")] * (base != whole)]
    return joined([*[sign("log ", r"\log ")] * (whole != called), *parts])


def nabla(unknown: Formula | Expr) -> Formula:
    """∇_X"""
    label = plain(unknown) if isinstance(unknown, Expr) else unknown
    return joined([sign("∇_", r"\nabla_{"), label, sign("", "}")])


def function_of(name: str, unknowns: Iterable[Expr]) -> Formula:
    """f(X, y)"""
    return joined([f"{name}(", joined(map(plain, unknowns), ", "), ")"])
