"""Pages as HTML with formulas in MathML: the answer first, the derivation below it to be unfolded.

A page is a piece of HTML that brings its style; of a *document* it is the body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import CATALOGUE, Law
from matdiff.algebra.notation import LATEX
from matdiff.calculus.demands import Condition
from matdiff.opening import without_collector
from matdiff.output.mathml import mathml
from matdiff.output.text import declarations
from matdiff.page.as_latex import condition
from matdiff.page.model import Answer, Formula, Line, Page, Section, Setting, whole
from matdiff.page.typesetting import set_lines, small_brackets

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification

STYLE = Path(__file__).with_suffix(".css")
ROOM = 38.0  # em of a line of a derivation
DOCUMENT = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body>
{body}
</body>
</html>"""


@without_collector
def write(page: Page, check: Verification | None, setting: Setting) -> str:
    """The HTML of a page, with its style."""
    body = with_style(element("div", inner_html(page, check), "matdiff"))
    return DOCUMENT.format(title="matdiff", body=body) if setting.document else body


def inner_html(page: Page, check: Verification | None) -> str:
    """What is shown of a page."""
    return "".join(_blocks(page, check))


def with_style(body: str) -> str:
    """A piece of HTML with the style of pages."""
    return f"<style>\n{style()}</style>\n{body}\n"


@cache
def style() -> str:
    """The style of pages."""
    return STYLE.read_text(encoding="utf-8")


def element(tag: str, inner: str, kind: str = "", **attributes: str) -> str:
    """An element of HTML with a class; attributes are texts.

    >>> element("p", "x &lt; y", "note", title="a<b")
    '<p class="note" title="a&lt;b">x &lt; y</p>'
    """
    given = {"class": kind, **attributes} if kind else attributes
    opening = " ".join([tag, *(f'{name}="{escape(value)}"' for name, value in given.items())])
    return f"<{opening}>{inner}</{tag}>"


def said(sentence: str) -> str:
    """A sentence, with what stands between back quotes as it is."""
    return escape(sentence.replace("`", ""))


# ---- the blocks ---------------------------------------------------------------------------------------


def _blocks(page: Page, check: Verification | None) -> Iterator[str]:
    """The blocks of a page from top to bottom."""
    yield from map(_head, page.head)
    yield notes_of(page.notes)
    if answers := "".join(_answers(page)):
        yield element("div", answers, "answers")
    if page.conditions:
        yield element("p", "valid where " + ", ".join(map(_condition, page.conditions)), "conditions")
    if check is not None:
        yield element("p", said(check.summary(page.subject)), "check" if check.ok else "check failed")
    if page.parts:
        yield _derivation(page.parts, unfolded=not answers)


def typeset(formula: Formula) -> str:
    """A formula in as many lines as it needs."""
    lines = set_lines(small_brackets(formula(LATEX)), ROOM, ROOM)
    first, *others = [mathml(line, display=True) for line in lines]
    return first + "".join(element("div", line, "goes-on") for line in others)


def reading_of(e: Expr) -> str:
    """How the symbols of an expression were read."""
    kinds = "".join(element("span", escape(": ".join(d))) for d in declarations(e))
    return element("div", kinds, "reading") if kinds else ""


def notes_of(notes: Sequence[str]) -> str:
    """How doubtful places of a text were read."""
    return element("ul", "".join(element("li", said(f"note: {note}")) for note in notes), "notes") if notes else ""


def _equation(line: Line) -> str:
    """left = right; without a left side the formula by itself, whose sign that aligns is no part of it."""
    if line.left is not None:
        return mathml(small_brackets(line.left(LATEX))) + " = " + typeset(line.right)
    return typeset(lambda style: line.right(style).replace(r"\quad & ", r"\quad "))


def _head(line: Line) -> str:
    """A line of the head, with the declarations of its symbols below it."""
    return element("div", _equation(line), "head") + ("" if line.reading is None else reading_of(line.reading))


def _condition(c: Condition | str) -> str:
    """A condition in signs where it has them, else in words."""
    return said(str(c)) if isinstance(c, str) or c.words else mathml(small_brackets(condition(c)))


# ---- the answers --------------------------------------------------------------------------------------


def _answers(page: Page) -> Iterator[str]:
    """The heading, the answers, and what is known of them."""
    if page.heading:
        yield element("p", said(page.heading), "heading")
    for line in page.before:
        yield element("div", _equation(line), "wide")
    for answer in page.answers:
        yield from _answer(answer)
    if page.certificate is not None:
        yield element("p", said(str(page.certificate)), "certificate")


def _answer(answer: Answer) -> Iterator[str]:
    """An answer with its shape, and below it what is said of it."""
    shape = element("span", escape(shape_text(answer.value.shape)), "shape")
    laws = element("span", ", ".join(map(_law, answer.laws)), "laws") if answer.laws else ""
    yield element("div", _equation(Line(answer.left, whole(answer.value))) + shape + laws, "answer wide")
    if answer.closed is not None:
        yield element("div", "= " + typeset(whole(answer.closed)), "remark wide")
    for sentence, e in answer.remarks:
        formula = "" if e is None else typeset(whole(e))
        yield element("div", said(sentence) + formula, "remark wide")


# ---- the derivation -----------------------------------------------------------------------------------


def _derivation(parts: Sequence[Sequence[Section]], unfolded: bool) -> str:
    """The lines with their laws beside them, to be unfolded where they are not the answer."""
    sections = [section for part in parts for section in part]
    count = sum(len(section.lines) for section in sections)
    summary = element("summary", f"Derivation ({count} line{'s' * (count != 1)})")
    tables = "".join(element("table", "".join(_part(part)), "lines") for part in parts)
    shown = {"open": ""} if unfolded else {}
    return element("details", summary + element("div", tables, "wide"), "derivation", **shown)


def _part(part: Sequence[Section]) -> Iterator[str]:
    """The rows of a part; a left side that stays is not written again."""
    shown = ""
    for section in part:
        shown = "" if section.apart else shown
        heading = element("th", said(section.heading), "heading", colspan="3", scope="rowgroup")
        rows = [element("tr", heading)]
        for line in section.lines:
            left = "" if line.left is None else small_brackets(line.left(LATEX))
            rows.append(_line(line, "" if left == shown else left))
            shown = left
        yield element("tbody", "".join(rows))


def _line(line: Line, left: str) -> str:
    """A line with its laws."""
    laws = element("td", ", ".join(map(_law, line.laws)), "laws")
    if line.left is None and not line.laws:
        return element("tr", element("td", _equation(line), "alone", colspan="3"))
    if line.left is None:
        return element("tr", element("td", _equation(line), "right", colspan="2") + laws)
    right = "= " + typeset(line.right)
    return element("tr", element("td", mathml(left) if left else "", "left") + element("td", right, "right") + laws)


def _law(title: str) -> str:
    """The title of a law, with its statement to be pointed at."""
    stated = list(map(statement, _laws_called(title, len(CATALOGUE))))
    return element("span", escape(title), "law", **({"title": "\n".join(stated)} if stated else {}))


def statement(law: Law) -> str:
    """A law in a sentence: its name, what it states, and where it holds."""
    condition = f", where {law.requires}" if law.requires else ""
    return f"{law.name.replace('_', ' ')}: {law.statement}{condition}"


def _laws_called(title: str, known: int) -> Iterable[Law]:
    """The laws with a title."""
    return _by_title(known).get(title, ())


@cache
def _by_title(known: int) -> dict[str, list[Law]]:
    """The laws of the catalogue by their titles, where it has so many."""
    found: dict[str, list[Law]] = {}
    for law in CATALOGUE.values():
        found.setdefault(law.title, []).append(law)
    return found
