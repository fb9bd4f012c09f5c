"""Pages as Markdown with formulas between dollars: the lines of a section are a table with the laws beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.dims import shape_text
from matdiff.algebra.notation import LATEX
from matdiff.opening import without_collector
from matdiff.output.latex import dollars, title
from matdiff.output.sharing import with_pieces
from matdiff.output.text import reading
from matdiff.page.as_latex import condition
from matdiff.page.model import Answer, Line, Page, Section, Setting

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification


@without_collector
def write(page: Page, check: Verification | None, setting: Setting) -> str:
    """The Markdown of a page."""
    blocks = [_head(line) for line in page.head]
    blocks += [f"*{note}*" for note in page.notes]
    for section in (section for part in page.parts for section in part):
        blocks.append("\n".join(_section(section)))
    blocks += [f"**{page.heading}**"] if page.heading else []
    blocks += [dollars(_equation(line)) for line in page.before]
    blocks += _answers(page.answers)
    blocks += [str(page.certificate)] if page.certificate is not None else []
    if page.conditions:
        blocks.append("Valid where " + ", ".join(dollars(condition(c)) for c in page.conditions) + ".")
    blocks += [check.summary(page.subject)] if check is not None else []
    return "\n\n".join(blocks) + "\n"


def _equation(line: Line) -> str:
    """left = right, without the signs that align"""
    written = line.right(LATEX) if line.left is None else f"{line.left(LATEX)} = {line.right(LATEX)}"
    return written.replace(r"\quad & ", r"\quad ") if line.left is None else written


def _head(line: Line) -> str:
    """A line of the head, with the declarations of its symbols."""
    declared = "" if line.reading is None else reading(line.reading).replace("   ", ", ")
    return dollars(_equation(line)) + (f" with `{declared}`" if declared else "")


def _section(section: Section) -> Iterator[str]:
    """A heading, and a table of its lines."""
    yield f"**{section.heading}**"
    yield ""
    yield from _table((dollars(_equation(line)), line) for line in section.lines)


def _table(rows: Iterable[tuple[str, Line | Answer | None]]) -> Iterator[str]:
    """Formulas with the laws of a line, or of an answer, beside each."""
    yield "| | |"
    yield "|---|---|"
    for formula, line in rows:
        yield f"| {formula} | {', '.join(dollars(title(law)) for law in line.laws) if line else ''} |"


def _answers(answers: Sequence[Answer]) -> Iterator[str]:
    """The answers and what is said of each: a table where laws stand beside them."""
    rows = [row for answer in answers for row in _answer(answer)]
    if any(answer.laws for answer in answers):
        yield "\n".join(_table(rows))
    else:
        yield from (formula for formula, _ in rows)
    for sentence, e in (remark for answer in answers for remark in answer.remarks):
        yield sentence + ("" if e is None else dollars(with_pieces(e, LATEX, definitions=False)))


def _answer(answer: Answer) -> Iterator[tuple[str, Answer | None]]:
    """An answer with its shape, and the closed one below it."""
    value = with_pieces(answer.value, LATEX, definitions=False)
    yield f"{dollars(f'{answer.left(LATEX)} = {value}')} ({shape_text(answer.value.shape)})", answer
    if answer.closed is not None:
        yield dollars(f"= {with_pieces(answer.closed, LATEX, definitions=False)}"), None
