"""Pages as LaTeX for amsmath: an ``align*`` with the names of the laws at the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.memory import without_collector
from matdiff.algebra.notation import LATEX
from matdiff.calculus.demands import Condition, by_names
from matdiff.output.latex import in_words, title, with_mathematics
from matdiff.output.notation import with_pieces
from matdiff.output.notation import write as write_expression
from matdiff.page.model import Answer, Line, Page, Section, Setting

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate
    from matdiff.numeric.check import Verification

BELOW = r"&\phantom{=}\ "  # what is said of the line above


@without_collector
def write(page: Page, check: Verification | None, setting: Setting) -> str:
    """The LaTeX of a page; a check is no part of a document."""
    first, *others = page.head
    rows = [_equation(first), *(f"{BELOW}{_text('note: ' + note)}" for note in page.notes)]
    rows += map(_equation, others)
    for part in page.parts:
        rows += _part(part)
    rows += map(_equation, page.before)
    for answer in page.answers:
        rows += _answer(answer)
    rows += _certificate(page.certificate)
    if page.conditions:
        rows.append(BELOW + r"\text{valid where }" + ",\\; ".join(map(condition, page.conditions)))
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _text(sentence: str) -> str:
    return rf"\text{{{in_words(sentence)}}}"


def condition(c: Condition | str) -> str:
    """A condition in signs where it has them, else in words."""
    if isinstance(c, str) or c.words:
        return _text(str(c))
    said = c.said(write_expression(by_names(c.about), LATEX), lambda words: rf"\text{{{words}}}")
    return said.replace("≠", r"\neq").replace("−", "-").replace("≤", r"\leq").replace("≥", r"\geq")


def _equation(line: Line) -> str:
    """left &= right"""
    return line.right(LATEX) if line.left is None else f"{line.left(LATEX)} &= {line.right(LATEX)}"


def _part(part: Sequence[Section]) -> Iterator[str]:
    """The lines of a part; a left side that stays is not written again."""
    shown = ""
    for line in (line for section in part for line in section.lines):
        if line.left is None:
            yield line.right(LATEX)
            continue
        left = line.left(LATEX)
        laws = ",\\; ".join(map(title, line.laws))
        yield (f"{left} " if left != shown else "") + f"&= {line.right(LATEX)}" + (f" && {laws}" if laws else "")
        shown = left


def _answer(answer: Answer) -> Iterator[str]:
    """An answer, and below it what is said of it."""
    yield f"{answer.left(LATEX)} &= {with_pieces(answer.value, LATEX, definitions=False)}"
    for sentence, e in answer.remarks:
        yield BELOW + _text(sentence) + ("" if e is None else with_pieces(e, LATEX, definitions=False))


def _certificate(certificate: Certificate | None) -> Iterator[str]:
    """What is known of the sign of a Hessian, and the reasons line by line."""
    if certificate is None:
        return
    reasons = certificate.reasons()
    for line in (certificate.short_heading + (":" if reasons else ""), *reasons):
        yield rf"{BELOW}\text{{{''.join(with_mathematics(line))}}}"
