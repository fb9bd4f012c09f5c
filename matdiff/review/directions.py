"""Derivatives in a direction, Df(X)[H], which is the differential with H for dX, and expansions, f(c + u) = f(c) + …"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Symbol
from matdiff.language.declarations import declare
from matdiff.language.declared import Declaration
from matdiff.language.names import named
from matdiff.review.chain import Fault
from matdiff.review.edits import terms
from matdiff.review.lines import Line, Statement
from matdiff.review.operators import FUNCTION, HELD, LETTER, SQUARE, letters_in

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

PLAIN = r"[^\W\d_](?:_\d|[₀-₉])?"
OF = rf"(?P<f>(?:(?:{FUNCTION})\s*)+(?![A-Za-z])|{PLAIN}|{HELD})\s*(?:\(\s*(?P<x>{PLAIN})\s*\)|(?=\[))"
ALONG = rf"\s*(?:\[\s*(?P<along>{PLAIN})\s*\]|\(\s*(?P<round>{PLAIN})\s*\)|·?\s*(?P<bare>{PLAIN})\s*$)"
STEP = (  # f(x + t d), x₊ = x + h v
    r"(?:(?<![A-Za-z])[^\W\d_]\s*\(\s*[a-z]\s*\+\s*(?P<by>[a-zα-ω])|^[a-z](?:_this)?\s*\+\s*(?P<step>h))\s*(?P<along>[a-z])(?:_this)?\s*(?:\)|$)"
)
VARIES = rf"(?<![A-Za-z])d\s*{SQUARE}?\s*[A-Za-zα-ωΑ-Ω(‖|]"  # dX, d(…), d log
DIRECTED = (
    rf"(?<![A-Za-z])[Dd]\s*{OF}{ALONG}",  # Df(X)[H], D log det(X)(H)
    rf"(?<![A-Za-z])D_\{{?(?P<along>{PLAIN})\}}?\s*{OF}(?P<round>)(?P<bare>)",  # D_H f(X)
    # D²f(X)[H, H], ∇²f(x)[h, h]
    rf"(?:(?<![A-Za-z])[Dd]|∇){SQUARE}\s*{OF}\s*[\[(]\s*(?P<along>{PLAIN})\s*,\s*(?P=along)\s*[\])]",
)
MOVED = rf"\s*(?P<f>{LETTER})\s*\(\s*(?P<at>{LETTER})\s*\+\s*(?P<by>{LETTER})\s*\)\s*"  # f(c + u)
AWAY = r"\W{0,9}"  # signs of LaTeX between two letters
POWER = r"(?:([²³])|\^\{?(\d)\}?)?"
REMAINDER = rf"\s*\+\s*([oO])\s*\([‖|⎸⎹\s]*({LETTER})[‖|⎸⎹\s]*(?:_\{{?\w\}}?)?{POWER}\s*\)\s*$"  # + o(‖h‖²)
WHY = "an expansion is the function itself where nothing is added to its argument"


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
    called = {m[1]: m[2] for first in firsts if (m := re.fullmatch(rf"({PLAIN})\(({PLAIN})\)", first))}
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
    of = m["f"] if re.fullmatch(PLAIN, m["f"]) else f"{m['f'].strip()}({m['x']})"
    return f"d(d({of}))" if re.match(rf"[\w∇]{SQUARE}", m[0]) else f"d({of})"


def misplaced(statement: Statement, given: Collection[str], text: str) -> Fault | None:
    """What is wrong where f(c + u) = f(x) + … expands a function that is not *given* about another point than c.

    All other terms have the factor u, or are the remainder, which is a function of u; and no text says that x = c.
    """
    sides = statement.sides
    left = re.fullmatch(MOVED, sides[0]) if len(sides) > 1 and not statement.goes_on else None
    if left is None or named(left.group("f")) in given:
        return None
    parts = [sides[1][start:end].strip() for start, end in terms(sides[1])]
    first = re.fullmatch(rf"{re.escape(left.group('f'))}\s*\(\s*({LETTER})\s*\)", parts[0])
    by = named(left.group("by"))
    vanish = all(by in letters_in(part) for part in parts[1:]) and len(parts) > 1
    if first is None or not vanish or named(first.group(1)) in (named(left.group("at")), by):
        return None
    one, other = first.group(1), left.group("at")
    if re.search(rf"(?<!\w)(?:{one}{AWAY}={AWAY}{other}|{other}{AWAY}={AWAY}{one})(?!\w)", text):
        return None
    truth = Symbol(f"{left.group('f')}({left.group('at')})", SCALAR)
    return Fault(parts[0], Symbol(parts[0], SCALAR), truth, None, False, True, kind="constant", why=WHY)


def remainder_in(side: str) -> tuple[str, str, int]:
    """A side without the remainder at its end, the letter h that it is a function of, and the order of what it leaves.

    >>> remainder_in("f(x) + gᵀh + O(‖h‖²)"), remainder_in("gᵀh")
    (('f(x) + gᵀh', 'h', 1), ('gᵀh', '', 0))
    """
    m = re.search(REMAINDER, side)
    power = int("0123"["⁰¹²³".find(m[3])] if m[3] else m[4] or 1) if m else 0
    return (side[: m.start()], m[2], power - (m[1] == "O")) if m else (side, "", 0)
