"""The HTML of results, expressions, laws, reviews, code and errors, without the style."""

from __future__ import annotations

from functools import singledispatch
from html import escape
from typing import TYPE_CHECKING

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law
from matdiff.displayed import Displayed
from matdiff.errors import CheckError, MatdiffError
from matdiff.output.latex import title
from matdiff.output.mathml import mathml
from matdiff.page.as_html import element, notes_of, reading_of, said, typeset
from matdiff.page.as_html import inner_html as inner_html_of_page
from matdiff.page.model import whole
from matdiff.results.base import Shown
from matdiff.results.code import Code
from matdiff.review.report import NO_CLAIM, PROVED, WRONG, Review, Verdict

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification


@singledispatch
def inner_html(thing: Displayed) -> str:
    """What is shown of a thing."""
    raise TypeError(f"a {type(thing).__name__} has no form in HTML")


def html(thing: Displayed) -> str:
    """A thing as a piece of HTML of the class ``matdiff``."""
    return element("div", inner_html(thing), "matdiff")


@inner_html.register
def _(thing: Shown) -> str:
    """A result: its page with what a check finds; one that is wrong is withheld."""
    try:
        return of_result(thing, checked(thing))
    except CheckError as error:
        return element("p", said(f"CHECK FAILED: {error.message}. The answer is withheld."), "check failed")


def of_result(result: Shown, check: Verification | MatdiffError | None) -> str:
    """The page of a result with what was found of it, or why nothing could be; CheckError where it is wrong."""
    page = result.page(result.detail)
    if check is None:
        return inner_html_of_page(page, None)
    if isinstance(check, MatdiffError):
        return inner_html_of_page(page, None) + element("p", said(f"not checked: {check.message}"), "check")
    if not check.ok:
        raise CheckError(check.failure)
    return inner_html_of_page(page, check)


def checked(result: Shown) -> Verification | MatdiffError | None:
    """What the check of a result finds, or why it finds nothing; None for what has no check."""
    try:
        found: Verification | None = result.verify() if hasattr(result, "verify") else None
    except MatdiffError as error:
        return error
    except ModuleNotFoundError as error:  # in a browser, where Python may have no NumPy
        return MatdiffError(f"{error.name} is not here")
    return found


@inner_html.register
def _(thing: Expr) -> str:
    """An expression with its shape, how its symbols were read, and notes."""
    shape = element("span", escape(shape_text(thing.shape)), "shape")
    return element("div", typeset(whole(thing)) + shape, "head") + reading_of(thing) + notes_of(thing.notes)


@inner_html.register
def _(thing: Law) -> str:
    """A law: its name, the short form, and what it states."""
    name = element("p", escape(thing.name.replace("_", " ")), "heading")
    stated = "".join(element("div", element("code", escape(s.statement))) for s in thing.statements)
    told = [thing.where and f"for {thing.where}", thing.requires and f"where {thing.requires}", thing.source]
    below = "".join(element("div", said(sentence), "remark") for sentence in told if sentence)
    return name + element("div", mathml(title(thing.title)), "head") + stated + below


@inner_html.register
def _(thing: Review) -> str:
    """A review: what is wrong and how it should be, and a verdict on every line."""
    message = element("p", said(thing.message), "right" if thing.ok else "wrong")
    should = f"line {thing.first_wrong} should be "
    right = "" if thing.should_be is None else element("div", should + typeset(whole(thing.should_be)))
    lines = element("table", element("tbody", "".join(map(_verdict, thing.lines))), "lines review")
    return element("div", message + right, "answers") + lines


def _verdict(line: Verdict) -> str:
    """A line of a review with its verdict."""
    kind = "wrong" if line.verdict == WRONG else "right"
    verdict = "" if line.verdict == NO_CLAIM else line.verdict
    cells = [element("td", str(line.number), "left"), element("td", verdict, f"verdict {kind}")]
    because = element("td", said(line.reason if line.verdict not in (NO_CLAIM, PROVED) else ""), "laws")
    return element("tr", "".join(cells) + element("td", element("code", escape(line.text)), "right") + because)


@inner_html.register
def _(thing: Code) -> str:
    """Code as it stands."""
    return element("pre", element("code", escape(thing.source)))


@inner_html.register
def _(thing: MatdiffError) -> str:
    """An error with its place in the text."""
    return element("pre", escape(str(thing)), "wrong")
