"""Pages as plain text: what was asked, the lines with their laws in a column, the answers with their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import ASCII, TEXT
from matdiff.opening import without_collector
from matdiff.output.ascii import in_ascii
from matdiff.output.sharing import with_pieces
from matdiff.output.text import declarations
from matdiff.page.breaking import broken
from matdiff.page.model import NARROWEST, Answer, Formula, Line, Page, Section, Setting
from matdiff.records import NamedTuple
from matdiff.regex import regex

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate
    from matdiff.numeric.check import Verification

RELATION = regex(" ([<>≤≥≻≺⪰⪯=]) ")
BETWEEN = "   "  # a line and its laws, and one declaration and the next
BEHIND = " " * 8  # stands before the declarations, and before the shape of an answer
BESIDE = 0.55  # how much of the width the lines may have to themselves, where their laws stand beside them
LEFT = 0.4  # and how much a left side, for a right side that goes on to stay aligned behind it
BOLD, DIM, OFF = "\033[1m", "\033[2m", "\033[0m"


@without_collector
def write(page: Page, check: Verification | None, setting: Setting) -> str:
    """The text of a page."""
    writer = _Writer(setting._replace(width=max(setting.width, NARROWEST)))
    return "\n".join(row.rstrip() for row in writer.rows(page, check)) + "\n"


class _Row(NamedTuple):
    """A line of a derivation: what stands to the left with the sign behind it, what it is equal to, and the laws."""

    left: str
    right: str
    laws: tuple[str, ...]


def _is_well_broken(rows: Sequence[str], hang: int, width: int) -> bool:
    """Whether rows are no wider than that, and go on with terms, not within brackets."""
    return max(map(len, rows)) <= width and all(row[hang : hang + 2] in ("+ ", "− ", "- ") for row in rows[1:])


class _Writer:
    """Writes a page in a setting."""

    def __init__(self, setting: Setting) -> None:
        self.width = setting.width
        self.style = ASCII if setting.ascii else TEXT
        self.said = in_ascii if setting.ascii else str
        self.colour = setting.colour

    def rows(self, page: Page, check: Verification | None) -> Iterator[str]:
        """The rows of a page."""
        first, *others = page.head
        yield from self._head(first)
        for note in page.notes:
            yield from self._sentence(f"note: {note}", 6)
        for line in others:
            yield from self._head(line)
        made = [entry for part in page.parts for entry in self._entries(part)]
        column = self._column([entry for entry in made if isinstance(entry, _Row)])
        for entry in made:
            yield from self._line(entry, column) if isinstance(entry, _Row) else [entry]
        if page.heading or page.before or page.answers:
            yield ""
        if page.heading:
            yield from (self._painted(row, BOLD) for row in self._sentence(page.heading))
        for line in page.before:
            yield from self._equation(line, "  ")
        for answer in page.answers:
            yield from self._answer(answer, column)
        if page.certificate is not None:
            yield from self._certificate(page.certificate, one=len(page.answers) == 1)
        if page.conditions:
            yield ""
            yield from self._list("valid where ", [self.said(str(c)) for c in page.conditions], ", ")
        if check is not None:
            yield ""
            yield from self._list("", self.said(check.summary(page.subject)).split(", "), ", ")

    def _formula(self, formula: Formula) -> str:
        """A formula in the style of the page."""
        return self.said(formula(self.style))

    def _painted(self, row: str, colour: str) -> str:
        """A row that stands out, or steps back."""
        return f"{colour}{row}{OFF}" if self.colour and row else row

    # ---- what is broken into rows ----------------------------------------------------------------

    def _sentence(self, sentence: str, indent: int = 0) -> list[str]:
        """A sentence; a word that is longer than a row is torn."""
        said = self.said(sentence)
        if len(said) <= self.width and said.isprintable():
            return [said] if said else []
        from textwrap import wrap

        return wrap(said, self.width, subsequent_indent=" " * indent, break_on_hyphens=False)

    def _aligned(self, left: str, right: str, width: int) -> list[str]:
        """left = right; what goes on stands below the right side, or is indented where the left one is long."""
        begin = len(left) - len(left.lstrip())
        hang = len(left) if len(left) <= LEFT * width else begin + 4
        if len(left) >= width - 8:
            rows = broken(left.strip() + " " + right, width - begin, width - hang)
            return [" " * (hang if k else begin) + row for k, row in enumerate(rows)]
        rows = broken(right, width - len(left), width - hang)
        return [(" " * hang if k else left) + row for k, row in enumerate(rows)]

    def _list(self, opening: str, items: Sequence[str], between: str) -> list[str]:
        """Items in a row, as many as there is room for."""
        rows, hang = [opening], " " * (min(len(opening), 12) or 2)
        for k, item in enumerate(items):
            piece = item + between.rstrip() * (k < len(items) - 1)
            gap = "" if not rows[-1].strip() or k == 0 else between[len(between.rstrip()) :]
            if len(rows[-1]) + len(gap) + len(piece) <= self.width:
                rows[-1] += gap + piece
                continue
            if rows[-1].strip() and k:
                rows.append(hang)
            first, *more = broken(piece, self.width - len(rows[-1]), self.width - len(hang))
            rows[-1] += first
            rows += [hang + row for row in more]
        return rows

    def _with_end(self, rows: list[str], ends: Sequence[str], indent: int) -> list[str]:
        """Rows with what stands behind them, if the last one has room for it; else below."""
        whole = BETWEEN.join(ends)
        if not ends or len(rows[-1]) + len(BEHIND) + len(whole) <= self.width:
            return [*rows[:-1], (rows[-1] + BEHIND + whole).rstrip()]
        return rows + self._list(" " * indent, ends, BETWEEN)

    def _equation(self, line: Line, indent: str) -> list[str]:
        """left = right; without a left side a row for each of the formula"""
        right = self._formula(line.right)
        if line.left is None:
            return [row for part in right.splitlines() for row in self._aligned(indent, part, self.width)]
        return self._aligned(f"{indent}{self._formula(line.left)} = ", right, self.width)

    def _head(self, line: Line) -> list[str]:
        """A line of the head, with the declarations of its symbols."""
        found = [] if line.reading is None else declarations(line.reading, self.style)
        return self._with_end(self._equation(line, ""), [self.said(": ".join(d)) for d in found], 4)

    # ---- the lines -------------------------------------------------------------------------------

    def _entries(self, part: Sequence[Section]) -> Iterator[str | _Row]:
        """Headings and lines; a left side that stays is not written again."""
        shown = ""
        for section in part:
            if section.apart:
                shown = ""
                yield ""
            yield self._painted(self.said(section.heading), BOLD)
            for line in section.lines:
                if line.left is None:
                    yield from self._equation(line, "  ")
                    continue
                left = self._formula(line.left)
                opening = f"  {left}" if left != shown else " " * (2 + len(left))
                yield _Row(opening + " = ", self._formula(line.right), tuple(map(self.said, line.laws)))
                shown = left

    def _column(self, rows: Sequence[_Row]) -> int:
        """Where the laws begin: behind the lines that leave them room."""
        told = [row for row in rows if row.laws]
        longest = max((len(", ".join(row.laws)) for row in told), default=0)
        limit = max(self.width - longest - len(BETWEEN), int(BESIDE * self.width))
        ends = [end for row in told if (end := len(row.left) + len(row.right)) <= limit]
        return max(ends, default=limit) + len(BETWEEN)

    def _line(self, row: _Row, column: int) -> list[str]:
        """A line with its laws beside or below it, whatever takes fewer rows."""
        laws = self._laws(row.laws, column)
        rows = self._aligned(row.left, row.right, self.width)
        if not laws:
            return rows
        end, fit = column - len(BETWEEN), max(map(len, laws)) <= self.width - column
        if fit and (len(row.left) <= LEFT * end or len(row.left) + len(row.right) <= end):
            narrow = self._aligned(row.left, row.right, end)
            if _is_well_broken(narrow, len(row.left), end) and len(narrow) <= len(rows) + 1:
                return [self._beside(*pair, column) for pair in zip_longest(narrow, laws, fillvalue="")]
        if fit and len(rows[-1]) <= end:
            first, *laws = laws
            rows[-1] = self._beside(rows[-1], first, column)
        return rows + [self._beside("", law, column) for law in laws]

    def _beside(self, row: str, law: str, column: int) -> str:
        """A row with a law at the column; a long law below a line begins further to the left."""
        column = column if row else min(column, self.width - len(law))
        return f"{row:{column}}{self._painted(law, DIM)}" if law else row

    def _laws(self, laws: Sequence[str], column: int) -> list[str]:
        """The laws in rows that fit behind the column, where they can be made to fit there."""
        rows: list[str] = []
        for k, law in enumerate(laws):
            law += "," * (k < len(laws) - 1)
            if rows and column + len(rows[-1]) + 1 + len(law) <= self.width:
                rows[-1] += " " + law
            else:
                rows += broken(law, self.width - column, self.width - column) if len(law) > self.width - 8 else [law]
        return rows

    # ---- the answers -----------------------------------------------------------------------------

    def _value(self, e: Expr) -> str:
        """An answer by itself."""
        return self.said(with_pieces(e, self.style, definitions=False))

    def _answer(self, answer: Answer, column: int) -> Iterator[str]:
        """An answer with its shape and its laws, and below it what is said of it."""
        left = f"  {self._formula(answer.left)} = "
        rows = self._aligned(left, self._value(answer.value), self.width)
        if answer.closed is not None:
            rows += self._aligned(" " * (len(left) - 2) + "= ", self._value(answer.closed), self.width)
        rows = self._with_end(rows, [self.said(shape_text(answer.value.shape))], 4)
        laws = self._laws(tuple(map(self.said, answer.laws)), column)
        beside = laws[:1] if laws and max(len(rows[-1]) + len(BETWEEN), column) + len(laws[0]) <= self.width else []
        for k, row in enumerate(rows):
            law = beside[0] if beside and k == len(rows) - 1 else ""
            gap = max(column - len(row), len(BETWEEN)) if law else 0
            yield self._painted(row, BOLD) + " " * gap + self._painted(law, DIM)
        yield from (self._beside("", law, column) for law in laws[len(beside) :])
        for sentence, e in answer.remarks:
            opening = " " * 6 + self.said(sentence)
            yield from self._aligned(opening, "" if e is None else self._value(e), self.width)

    def _certificate(self, certificate: Certificate, one: bool) -> Iterator[str]:
        """What is known of the sign of a Hessian; no line ends within a claim."""
        from textwrap import wrap

        sentence = RELATION.sub("\u00a0\\1\u00a0", f"{'' if one else 'The Hessian is '}{certificate}")
        for row in wrap(self.said(sentence), self.width, initial_indent=" " * 6, subsequent_indent=" " * 8):
            yield row.replace("\u00a0", " ")
