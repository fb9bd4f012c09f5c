"""Pages as plain text: what was asked, the lines with their laws in a column, the answers with their shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from matdiff.algebra.dims import shape_text
from matdiff.algebra.memory import without_collector
from matdiff.algebra.notation import TEXT
from matdiff.output.notation import with_pieces
from matdiff.output.text import reading
from matdiff.page.model import Answer, Line, Page, Section

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate
    from matdiff.numeric.check import Verification

LAW_COLUMN = 72  # law names stand in a column, at most this far to the right
WIDTH = 110  # of the sentence about a Hessian
RELATION = re.compile(" ([<>≤≥≻≺⪰⪯=]) ")


@without_collector
def write(page: Page, check: Verification | None = None) -> str:
    """The text of a page."""
    first, *others = page.head
    rows = [_head(first), *(f"note: {note}" for note in page.notes), *map(_head, others)]
    for part in page.parts:
        rows += _part(part)
    ending = [page.heading] if page.heading else []
    ending += [f"  {row}" for line in page.before for row in _equation(line).splitlines()]
    ending += [row for answer in page.answers for row in _answer(answer)]
    rows += ["", *ending] if ending else []
    if page.certificate is not None:
        rows += _certificate(page.certificate, one=len(page.answers) == 1)
    if page.conditions:
        rows += ["", "valid where " + ", ".join(map(str, page.conditions))]
    if check is not None:
        rows += ["", check.summary(page.subject)]
    return "\n".join(rows) + "\n"


def _equation(line: Line) -> str:
    """left = right"""
    return line.right(TEXT) if line.left is None else f"{line.left(TEXT)} = {line.right(TEXT)}"


def _head(line: Line) -> str:
    """A line of the head, with the declarations of its symbols."""
    declared = "" if line.reading is None else reading(line.reading)
    return f"{_equation(line)}        {declared}".rstrip()


def _part(part: Sequence[Section]) -> Iterator[str]:
    """The headings and lines of a part; a left side that stays is not written again."""
    rows = {line: line.right(TEXT) for section in part for line in section.lines}
    width = min(LAW_COLUMN, max((len(row) for line, row in rows.items() if line.laws), default=0))
    shown = ""
    for section in part:
        if section.apart:
            shown = ""
            yield ""
        yield section.heading
        for line in section.lines:
            if line.left is None:
                yield from (f"  {row}" for row in rows[line].splitlines())
                continue
            left = line.left(TEXT)
            head = f"  {left} = " if left != shown else " " * (2 + len(left)) + " = "
            yield f"{head}{rows[line]:{width}}   {', '.join(line.laws)}".rstrip()
            shown = left


def _answer(answer: Answer) -> Iterator[str]:
    """An answer with its shape, and below it what is said of it."""
    written = with_pieces(answer.value, TEXT, definitions=False)
    yield f"  {answer.left(TEXT)} = {written}        {shape_text(answer.value.shape)}"
    for sentence, e in answer.remarks:
        yield "      " + sentence + ("" if e is None else with_pieces(e, TEXT, definitions=False))


def _certificate(certificate: Certificate, one: bool) -> list[str]:
    """What is known of the sign of a Hessian; no line ends within a claim."""
    sentence = RELATION.sub("\u00a0\\1\u00a0", f"{'' if one else 'The Hessian is '}{certificate}")
    told = wrap(sentence, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8, break_long_words=False)
    return [line.replace("\u00a0", " ") for line in told]
