"""A text in, or a claimed derivative, and its review out: the verdicts, the diagnosis of the first wrong line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from matdiff import regex as re
from matdiff.algebra.constants import Constant
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, replace, symbols
from matdiff.algebra.notation import GREEK
from matdiff.algebra.operators.products import Scale
from matdiff.language.declared import Declaration, Where
from matdiff.records import NamedTuple
from matdiff.regex import regex
from matdiff.review.assumed import assumptions
from matdiff.review.chain import Chain
from matdiff.review.comparing import factor
from matdiff.review.definitions import defined_by
from matdiff.review.derivatives import derivative
from matdiff.review.doubts import MISFIT
from matdiff.review.habits import IN_SPACE
from matdiff.review.judged import Counts, Judged
from matdiff.review.judging import Judge
from matdiff.review.lines import FIRST_RELATION, Line, is_half
from matdiff.review.operators import names_in
from matdiff.review.report import CONVENTION, GRAVEST, NO_CLAIM, RIGHT, UNREAD, WRONG, Review
from matdiff.review.scope import Scope
from matdiff.review.setting import as_set, set_alike
from matdiff.review.slips import by_edit, diagnosed
from matdiff.review.two_senses import LETTER, apart, together

TITLE = "Example|Exercise|Theorem|Lemma|Proposition|Problem|Definition|Question"
CHAPTER = r"\s*(?:# |\\section)"
NUMBERED = r"\^\s*\{\s*\(([a-z])\)\s*\}"  # of x^{(i)}
MOST = 4  # formulas for a function that are tried
TABLE = r"\[[^][]*\d[^][]*\]"  # of numbers, as it is shown
FEW, WIDE = 4, 24  # entries and signs of a table that is shown as it is
SHOULD_BE = "; it should be "
HEADING = regex(rf"\s*(?:#+ |\\(?:sub)*section|\**(?:{TITLE}) \d[^=$]*$)")


def review(text: str, where: Where = None, wrt: str | None = None) -> Review:
    """The verdicts on all lines of a text, and what kind of slip the first wrong one is."""
    return reviewed([judged for part in parts(text, where, wrt) for judged in part])


def parts(text: str, where: Where, wrt: str | None = None, counts: Counts = lambda *_: True) -> Iterator[list[Judged]]:
    """The verdicts on the parts of a text between its headings, with their places in the text; of what *counts*.

    A part that gives no function speaks of the last one above it that gives one, or of all that its chapter says;
    such are judged as one, up to the next part that gives a function.
    """
    script = set_alike(text)
    text, where = apart(script.text, where)
    wrt = LETTER if wrt == "d" and LETTER in text else wrt
    found = [Part(start, Judge(part, where, wrt, counts=counts)) for start, part in sections(text)]
    found = [part._replace(judged=verdicts(part.judge, where)) for part in found]
    lines = [0, *accumulate(len(part.judged) for part in found)]
    wholes: dict[tuple[int, int], Judge] = {}
    given = chapter = 0
    for k, part in enumerate(found):
        chapter = k if part.begins_chapter() else chapter
        judged = [j.moved(lines[k], part.start) for j in part.judged]
        for first in sorted({given, chapter} - {k}, reverse=True):
            if part.speaks_of_above(judged):
                after = (n for n in range(k + 1, len(found)) if found[n].gives_function() or found[n].begins_chapter())
                end = next(after, len(found))
                whole = text[found[first].start : found[end].start if end < len(found) else None]
                judge = wholes[first, end] = wholes.get((first, end)) or Judge(whole, where, wrt, counts=counts)
                same = verdicts(judge, where, lines[k] - lines[first], lines[k + 1] - lines[first])
                judged = [j.moved(lines[first], found[first].start) for j in same]
        given = k if part.gives_function() else given
        yield [as_set(together(j, text), script) for j in judged]


class Part(NamedTuple):
    """What stands below a heading: where it begins, who judges it, and what he says of it alone."""

    start: int
    judge: Judge
    judged: Sequence[Judged] = ()

    def begins_chapter(self) -> bool:
        return re.match(CHAPTER, self.judge.text) is not None

    def gives_function(self) -> bool:
        """Whether it says what a number is."""
        return any(value.shape == SCALAR for value in self.judge.scope.definitions.values())

    def speaks_of_above(self, judged: Sequence[Judged]) -> bool:
        """Whether it gives no function, and has derivatives of which nothing can be said without one."""
        open_lines = (j.line for j in judged if j.verdict in (UNREAD, NO_CLAIM))
        firsts = (s.sides[0] for line in open_lines for s in line.statements if not s.goes_on)
        is_new = bool(self.judge.scope.unread) or re.match(rf"[#*\s]*(?:{TITLE}) \d", self.judge.text) is not None
        return not (self.gives_function() or is_new) and any(map(self.judge.scope.asks, firsts))


def verdicts(judge: Judge, where: Where, start: int = 0, end: int | None = None) -> list[Judged]:
    """The verdicts on some lines of a part, of which one that counts is judged by itself if its shapes do not fit.

    What stands behind the last one that counts is not looked at.
    """
    lines, found = judge.lines[:end], list[Judged]()
    while last := max((one.number for one in lines[len(found) :] if judge.counts(one, judge.scope)), default=0):
        found = judge.upto(last)
    found = [*found, *(Judged(line, NO_CLAIM, scope=judge.scope) for line in lines[len(found) :])][start:]
    counts = [judge.counts(j.line, judge.scope) for j in found]
    found = [_alone(j, judge, where) if j.verdict == UNREAD and c else j for j, c in zip(found, counts, strict=True)]
    wrong = (c and j.verdict == WRONG for j, c in zip(found, counts, strict=True))
    return _stacked(found, judge, where) if any("is a family of" in j.reason for j in found) or any(wrong) else found


def _stacked(found: list[Judged], judge: Judge, where: Where) -> list[Judged]:
    """The verdicts where y, which has no index, is the vector of the y_i, and the x_i are the rows of X."""
    front, said = "", ""
    for d in judge.scope.declared.table.values():
        x, of_x, last = d.name, d.name.capitalize(), d.indices[0][1] if len(d.indices) == 1 else None
        x, of_x, spelt = GREEK.get(x, x), GREEK.get(of_x, of_x), of_x
        if last is not None and d.shape == SCALAR:
            front += f"${x} ∈ ℝ^{{{last}}}$, "
        elif last is not None and x != of_x and re.search(rf"(?<![A-Za-z])(?:{of_x}|{spelt})(?![A-Za-z_])", judge.text):
            said = f"right where the {x}_i are the rows of {of_x}"
            front += f"${of_x} ∈ ℝ^{{{last} × {d.shape[0]}}}$, ${x}_i = {of_x}_{{i,:}}ᵀ$, "
    if not front:
        return found
    front = front if re.search(r"[\\$]", judge.text) else front.replace("$", "")  # γ_ik is γ_i k in LaTeX alone
    text = re.sub(NUMBERED, r"_{\1}", f"{front}\n{judge.text}")
    stacked = Judge(text, where, judge.wrt, counts=judge.counts)
    again = stacked.upto(found[-1].line.number + 1)[found[0].line.number :]
    again = [j._replace(verdict=CONVENTION, reason=said) if said and j.verdict in RIGHT else j for j in again]
    return [a._replace(line=j.line) if _is_surer(a, j) else j for j, a in zip(found, again, strict=False)]


def _is_surer(judged: Judged, other: Judged) -> bool:
    """Whether a line that is wrong or not read in another reading is right, or is alone one small edit from that."""
    if other.verdict not in (UNREAD, WRONG):
        return False
    return judged.verdict in RIGHT or (_is_near(judged) and not _is_near(other))


def _is_near(judged: Judged) -> bool:
    """Whether a line is wrong by a factor or by one small edit."""
    fault, scope = judged.fault, judged.scope
    if fault is None or scope is None:
        return False
    is_multiple = fault.value is not None and factor(fault.value, fault.truth) is not None
    return is_multiple or any(f.kind != "extra term" for f in by_edit(fault, scope))


def _alone(judged: Judged, judge: Judge, where: Where) -> Judged:
    """A line whose letters mean something else above, as in a table of identities: what it is by itself.

    Or with the formula above it for a function that it names; wrong only where its first step is right there.
    """
    line, scope = judged.line, judge.scope
    used = {name for s in line.statements for side in s.sides for name in names_in(side, scope.names())}
    here = {defined_by(s.sides[0], s.sides[1:], scope)[0] for s in line.statements if s.sides[1:]} - {""}
    used &= {*scope.texts, *scope.unread, *scope.forms} - here
    words = [one.text for one in judge.lines if not one.statements and not is_half(one.text)]  # with what they assume
    if not used and not any(s.goes_on for s in line.statements):
        is_whole = (here or not line.statements[1:]) and not re.match(FIRST_RELATION, line.text)  # with its left side
        texts = [line.text] if is_whole else [" = ".join(statement.sides) for statement in line.statements]
        found = [_last("\n".join([*words, text]), where, judge, line) for text in texts]
        gravest = min(found, key=lambda one: GRAVEST.index(one.verdict))
        is_identity = not scope.texts and not judge.equations.zeros  # as all of a table
        is_wrong = gravest.verdict == WRONG and (is_identity or any(scope.asks(s.sides[0]) for s in line.statements))
        is_sure = (is_wrong and re.match(MISFIT, judged.reason)) or all(one.verdict in RIGHT for one in found)
        return gravest if is_sure else judged
    words = [re.sub(IN_SPACE, "", one) for one in words if any(assumptions(one))]
    first = " = ".join(line.statements[0].sides[:2])
    above = [one.text for one in judge.lines[: line.number - 1] if _gives(one, used & scope.unread, scope)]
    for given in above[: -1 - MOST : -1]:
        front = [*words, given]
        if _last("\n".join([*front, first]), where, judge, line).verdict in RIGHT:
            one = _last("\n".join([*front, line.text]), where, judge, line)
            return one if one.verdict in {*RIGHT, WRONG} else judged
    return judged


def _gives(line: Line, names: Collection[str], scope: Scope) -> bool:
    """Whether a line says what one of some names is."""
    whole = (s.sides for s in line.statements if not s.goes_on)
    return any(defined_by(first, sides, scope)[0] in names for first, *sides in whole if sides)


def _last(text: str, where: Where, judge: Judge, line: Line) -> Judged:
    """The verdict on the last line of a text that stands for a line of one that is judged."""
    *_, last = Judged(line, UNREAD), *Judge(text, where, judge.wrt).verdicts()
    return last._replace(line=line)


def reviewed(judged: list[Judged]) -> Review:
    """The verdicts with the diagnosis of the first wrong one."""
    fault, scope = next(((j.fault, j.scope) for j in judged if j.verdict == WRONG), (None, None))
    if fault is None or scope is None:
        return Review(judged)
    slip = diagnosed(fault, scope)
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


def claim(
    f: Expr, value: Expr, unknown: Symbol, order: int = 1, name: str = "f", *, has_layout: bool = False
) -> Review:
    """What is to be said of ∇_x f = value, of ∇²_x f for the order 2; an array *has a layout*, and no other."""
    judge = Judge("", None, unknown.name)
    for s in dict.fromkeys((*symbols(f), *symbols(value))):
        indices = tuple((f"i{k}", last) for k, last in enumerate(s.ranges, 1))
        judge.scope.declared.table[s.name] = Declaration(s.name, s.shape, s.properties, indices)
    judge.scope.where = judge.scope.given = frozenset(judge.scope.declared)
    text = f"∇{'²' if order == 2 else ''}_{unknown} {name} = {value}"
    line = Line(1, text, (0, len(text)), ())
    chain = judge.chain = Chain(derivative(f, unknown, order), is_derivative=True)
    chain.is_jacobian = f.shape != SCALAR and not has_layout
    review = reviewed([judge.compared(line, chain, str(value), value)._replace(scope=judge.scope)])
    if review.should_be is not None:
        review.message = f"{review.message.split(SHOULD_BE)[0]}{SHOULD_BE}{shortened(review.should_be)}"
    return review


def measured(text: str, verdict: str, said: str) -> Review:
    """The review of a claim that was compared with numbers only."""
    line = Line(1, text, (0, len(text)), ())
    return Review([Judged(line, verdict, said)], "", None, said if verdict == WRONG else "")


def abridged(formula: str) -> str:
    """A formula with the sizes of its tables of numbers in their place: the data of a test are no formula."""

    def shown(table: re.Match[str]) -> str:
        rows = table.group().split(";")
        columns = rows[0].count(",") + 1
        is_short = len(rows) * columns <= FEW and len(table.group()) <= WIDE
        return table.group() if is_short else f"[{len(rows)}×{columns} numbers]"

    return re.sub(TABLE, shown, formula)


def shortened(e: Expr) -> str:
    """An expression as it is shown, with the sizes of the arrays of numbers in it."""

    def named(node: Expr) -> Expr | None:
        is_data = node.shape != SCALAR and not symbols(node) and not isinstance(node, (Constant, Scale))
        rows, columns = node.shape
        return Symbol(f"[{rows}×{columns} numbers]", node.shape) if is_data and not node.free else None

    return abridged(str(replace(e, named)))
