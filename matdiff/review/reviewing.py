"""A text in, its review out: the verdicts, and the diagnosis of the first wrong line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.simplification import tidy
from matdiff.regex import regex
from matdiff.review.judging import Judge
from matdiff.review.operators import names_in
from matdiff.review.report import Review
from matdiff.review.scope import Scope
from matdiff.review.sides import Judged, is_misfit
from matdiff.review.slips import diagnosed
from matdiff.review.two_senses import LETTER, apart, together
from matdiff.review.verdicts import GRAVEST, NO_CLAIM, RIGHT, UNREAD, WRONG

TITLE = "Example|Exercise|Theorem|Lemma|Proposition|Problem|Definition|Question"
HEADING = regex(rf"\s*(?:#+ |\\(?:sub)*section|\**(?:{TITLE}) \d[^=$]*$)")


def review(text: str, where: str | Mapping[str, str] | None = None, wrt: str | None = None) -> Review:
    """The verdicts on all lines of a text, and what kind of slip the first wrong one is."""
    judged: list[Judged] = []
    scope: Scope | None = None  # that of the first wrong line, or the last one
    for judge, found in parts(text, where, wrt):
        is_right = all(j.verdict != WRONG for j in judged)
        judged += found
        scope = judge.scope if is_right else scope
    assert scope is not None
    return reviewed(judged, scope)


def parts(
    text: str, where: str | Mapping[str, str] | None, wrt: str | None = None
) -> Iterator[tuple[Judge, list[Judged]]]:
    """The parts of a text between its headings: who judges each, and the verdicts, with their places in the text.

    A part that gives no function speaks of those above it.
    """
    count = 0
    text, where = apart(text, where)
    wrt = LETTER if wrt == "d" and LETTER in text else wrt
    for start, part in sections(text):
        judge = Judge(part, where, wrt)
        found = [j.moved(count, start) for j in verdicts(judge, where)]
        if count and _speaks_of_above(judge, found):
            judge = Judge(text[:start] + part, where, wrt)
            found = verdicts(judge, where)[count:]
        count += len(found)
        yield judge, [together(j, text) for j in found]


def verdicts(judge: Judge, where: str | Mapping[str, str] | None) -> list[Judged]:
    """The verdicts on the lines of a part, of which one whose shapes do not fit is judged by itself."""
    return [_alone(j, judge, where) if is_misfit(j) else j for j in judge.verdicts()]


def _speaks_of_above(judge: Judge, found: Collection[Judged]) -> bool:
    """Whether a part gives no function, and has derivatives of which nothing can be said without one."""
    open_lines = (j.line for j in found if j.verdict in (UNREAD, NO_CLAIM))
    firsts = (s.sides[0] for line in open_lines for s in line.statements if not s.goes_on)
    is_given = any(value.shape == SCALAR for value in judge.scope.definitions.values())
    is_new = bool(judge.scope.unread) or re.match(rf"[#*\s]*(?:{TITLE}) \d", judge.text) is not None
    return not (is_given or is_new) and any(map(judge.scope.asks, firsts))


def _alone(judged: Judged, judge: Judge, where: str | Mapping[str, str] | None) -> Judged:
    """A line whose letters have other shapes above, as in a table of identities: right if it is so by itself."""
    line, scope = judged.line, judge.scope
    used = {name for s in line.statements for side in s.sides for name in names_in(side, scope.names())}
    if used & {*scope.texts, *scope.unread, *scope.forms} or any(s.goes_on for s in line.statements):
        return judged
    words = [one.text for one in judge.lines if not one.statements]  # with what they assume
    texts = [" = ".join(statement.sides) for statement in line.statements] if line.statements[1:] else [line.text]
    found = [_last(Judge("\n".join([*words, text]), where, judge.wrt)) for text in texts]
    if any(one.verdict not in RIGHT for one in found):
        return judged
    gravest = min(found, key=lambda one: GRAVEST.index(one.verdict))
    return judged._replace(verdict=gravest.verdict, reason=gravest.reason)


def _last(judge: Judge) -> Judged:
    """The verdict on the last line of a text."""
    *_, last = judge.verdicts()
    return last


def reviewed(judged: list[Judged], scope: Scope) -> Review:
    """The verdicts with the diagnosis of the first wrong one, whose names a scope knows."""
    fault = next((j.fault for j in judged if j.verdict == WRONG), None)
    if fault is None:
        return Review(judged)
    slip = diagnosed(fault._replace(truth=tidy(fault.truth)), scope)
    return Review(judged, slip.kind, slip.should_be, slip.said)


def sections(text: str) -> Iterator[tuple[int, str]]:
    """The parts of a text between its headings, each with its place; a letter may mean something else in each."""
    place, part, title, above = 0, "", "", ""
    for row in text.splitlines(keepends=True):
        is_remark = row.startswith("#") and bool(above)  # as in code: a heading of Markdown stands behind an empty line
        above = row.strip()
        if HEADING.match(row) and row != title and not is_remark:
            if part.strip():
                yield place, part
            place, part, title = place + len(part), "", row
        part += row
    yield place, part
