"""Derivatives in a direction, Df(X)[H] = tr(X⁻¹H): they are the differential, whose dX is written H."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.language.declarations import declare
from matdiff.language.declared import Declaration
from matdiff.language.names import named
from matdiff.review.lines import Line, Statement
from matdiff.review.operators import FUNCTION, HELD, SQUARE

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

LETTER = r"[^\W\d_](?:_\d|[₀-₉])?"
OF = rf"(?P<f>(?:(?:{FUNCTION})\s*)+(?![A-Za-z])|{LETTER}|{HELD})\s*(?:\(\s*(?P<x>{LETTER})\s*\)|(?=\[))"
ALONG = rf"\s*(?:\[\s*(?P<along>{LETTER})\s*\]|\(\s*(?P<round>{LETTER})\s*\)|·?\s*(?P<bare>{LETTER})\s*$)"
STEP = (  # f(x + t d), x₊ = x + h v
    r"(?:(?<![A-Za-z])[^\W\d_]\s*\(\s*[a-z]\s*\+\s*(?P<by>[a-zα-ω])|^[a-z](?:_this)?\s*\+\s*(?P<step>h))\s*(?P<along>[a-z])(?:_this)?\s*(?:\)|$)"
)
VARIES = rf"(?<![A-Za-z])d\s*{SQUARE}?\s*[A-Za-zα-ωΑ-Ω(‖|]"  # dX, d(…), d log
DIRECTED = (
    rf"(?<![A-Za-z])[Dd]\s*{OF}{ALONG}",  # Df(X)[H], D log det(X)(H)
    rf"(?<![A-Za-z])D_\{{?(?P<along>{LETTER})\}}?\s*{OF}(?P<round>)(?P<bare>)",  # D_H f(X)
    # D²f(X)[H, H], ∇²f(x)[h, h]
    rf"(?:(?<![A-Za-z])[Dd]|∇){SQUARE}\s*{OF}\s*[\[(]\s*(?P<along>{LETTER})\s*,\s*(?P=along)\s*[\])]",
)


def declare_steps(scope: Scope, lines: list[Line]) -> None:
    """Declares the number h, and the vector d, of a step from x in a direction, f(x + h v), f(x + t d); d of Cx = d."""
    sides = [side for line in lines for s in line.statements for side in s.sides]
    steps = [m for side in sides for m in re.finditer(STEP, side)]
    for by in (named(m["by"] or m["step"]) for m in steps):
        scope.declared.table.setdefault(by, Declaration(by, SCALAR))
    is_right_side = "d" in sides[1:] and not any(re.search(VARIES, side) for side in sides)
    if is_right_side or any(m["along"] == "d" for m in steps):
        scope.declared.table.update(declare("d: vector").table)


def with_directions(lines: list[Line]) -> list[Line]:
    """The lines with d(f) for Df(X)[H], and d(X) for H in what is said of it.

    >>> from matdiff.review.lines import lines_of
    >>> [line.statements[0].sides for line in with_directions(lines_of("D det(X)[H] = det(X) tr(inv(X) H)"))]
    [('d(det(X))', 'det(X) tr(inv(X)  d(X) )')]
    """
    along = moving = ""
    found = []
    firsts = (statement.sides[0] for line in lines for statement in line.statements)
    called = {m[1]: m[2] for first in firsts if (m := re.fullmatch(rf"({LETTER})\(({LETTER})\)", first))}
    for line in lines:
        statements: list[Statement] = []
        for statement in line.statements:
            if not statement.goes_on:
                along, moving = _direction(statement, called)
            sides = (_directed(side, along, moving) for side in statement.sides)
            statements.append(statement._replace(sides=tuple(sides)) if along else statement)
        found.append(line._replace(statements=tuple(statements)))
    return found


def _direction(statement: Statement, called: Mapping[str, str]) -> tuple[str, str]:
    """The letter of the direction in which a statement differentiates, and that of what moves along it.

    Where that is not said it is the argument by which a function is *called* elsewhere.
    """
    for m in (re.search(pattern, statement.sides[0]) for pattern in DIRECTED):
        x = (m["x"] or called.get(m["f"], "")) if m else ""
        if m and x and x != (along := m["along"] or m["round"] or m["bare"]):
            return along, x
    return "", ""


def _directed(side: str, along: str, moving: str) -> str:
    """A side with differentials for derivatives in a direction, and the increment for that."""
    for pattern in DIRECTED:
        side = re.sub(pattern, _differential, side)
    spelt = rf"(?<![A-Za-z])(?:{FUNCTION})(?![A-Za-z])|({re.escape(along)})(?![_\d])"
    return re.sub(spelt, lambda m: f" d({moving}) " if m.group(1) else m.group(), side)


def _differential(m: re.Match[str]) -> str:
    """d(det(X)), d(f), of what is moved; d(d(f)) of what is so twice."""
    of = m["f"] if re.fullmatch(LETTER, m["f"]) else f"{m['f'].strip()}({m['x']})"
    return f"d(d({of}))" if re.match(rf"[\w∇]{SQUARE}", m[0]) else f"d({of})"
