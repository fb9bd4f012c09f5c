"""A review in the forms that it is written in: text, LaTeX, Markdown, JSON; the missing steps below each line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from matdiff.algebra.notation import LATEX
from matdiff.errors import MatdiffError
from matdiff.output.latex import dollars, in_words, title
from matdiff.output.sharing import with_pieces
from matdiff.output.text import text as plain

if TYPE_CHECKING:
    from matdiff.review.report import Review, Verdict

LEVELS = ("none", "full")
WIDE = 60  # characters of a step, behind which its laws stand


def written(review: Review, form: str, steps: str = "none") -> str:
    """A review in one of the forms; with *steps* ``full`` the steps between the lines and their laws."""
    if form not in FORMS or steps not in LEVELS:
        raise MatdiffError(
            f"a review has no form {form!r} with {steps!r} steps", suggestion=f"Take {', '.join(FORMS)}."
        )
    return FORMS[form](review, steps == "full")


def _text(review: Review, full: bool) -> str:
    """The lines with their verdicts, and the message."""
    width = max((len(line.verdict) for line in review.lines if line.is_claim), default=0)
    rows = []
    for line in review.lines:
        because = f"    [{line.because}]" if line.because else ""
        rows.append(f"{line.number:>3}  {_said(line):<{width}}  {line.text}{because}")
        for step in line.steps if full else ():
            shown = f"{'':{width + 7}}= {plain(step.expression)}"
            rows.append(f"{shown:<{width + WIDE}}   {', '.join(step.titles)}")
    return "\n".join([*rows, "", _message(review), ""])


def _said(line: Verdict) -> str:
    return line.verdict if line.is_claim else ""


def _message(review: Review) -> str:
    return review.message if review.ok else f"line {review.first_wrong}: {review.message}"


def _markdown(review: Review, full: bool) -> str:
    """A table of the lines, and the message with the line as it should be."""
    rows = ["| | line | verdict |", "|---|---|---|"]
    for line in review.lines:
        because = f": {line.because}" if line.because else ""
        rows.append(f"| {line.number} | {_code(line.text)} | {_said(line)}{because} |")
        for step in line.steps if full else ():
            formula = dollars(f"= {with_pieces(step.expression, LATEX, definitions=False)}")
            rows.append(f"| | {formula} | {', '.join(dollars(title(law)) for law in step.titles)} |")
    return "\n".join([*rows, "", f"**{_message(review)}**", ""])


def _code(line: str) -> str:
    """A line as code in a cell of a table."""
    mark = "``" if "`" in line else "`"
    return f"{mark}{line.replace('|', chr(92) + '|')}{mark}"


def _latex(review: Review, full: bool) -> str:
    """What is wrong as a sentence of LaTeX, with the line as it should be; the steps line by line."""
    said = in_words(review.message)
    if review.should_be is not None:
        said = f"Line {review.first_wrong} ({review.kind}) should be $\\displaystyle {review.should_be:latex}$."
    return "\n".join([said, *(_rows(review) if full else ())])


def _rows(review: Review) -> Iterator[str]:
    """The steps to every line as an ``align*``."""
    for line in review.lines:
        if steps := line.steps:
            rows = [
                rf"&= {with_pieces(s.expression, LATEX, definitions=False)} && {', '.join(map(title, s.titles))}"
                for s in steps
            ]
            yield f"Line {line.number}, {line.verdict}:"
            yield "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _json(review: Review, full: bool) -> str:
    """Everything as JSON."""
    lines: list[dict[str, Any]] = []
    for line in review.lines:
        shown = {"number": line.number, "text": line.text, "verdict": line.verdict, "reason": line.reason}
        steps = [{"text": plain(s.expression), "laws": s.titles} for s in line.steps] if full else []
        lines.append({**shown, "span": line.span, **({"steps": steps} if full else {})})
    should_be = None if review.should_be is None else str(review.should_be)
    said = {"ok": review.ok, "first_wrong": review.first_wrong, "kind": review.kind, "should_be": should_be}
    return json.dumps({**said, "message": review.message, "lines": lines}, ensure_ascii=False, indent=2)


FORMS: dict[str, Callable[[Review, bool], str]] = {
    "text": _text, "latex": _latex, "markdown": _markdown, "json": _json,
}  # fmt: skip
