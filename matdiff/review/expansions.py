"""Expansions of functions that a text does not give: f(c + u) = f(c) + f′(c)u + r(u), which holds for u = 0 too."""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Symbol
from matdiff.language.names import named
from matdiff.review.chain import Fault
from matdiff.review.edits import terms
from matdiff.review.lines import Statement
from matdiff.review.operators import LETTER, letters_in

MOVED = rf"\s*(?P<f>{LETTER})\s*\(\s*(?P<at>{LETTER})\s*\+\s*(?P<by>{LETTER})\s*\)\s*"  # f(c + u)
AWAY = r"\W{0,9}"  # signs of LaTeX between two letters
POWER = r"(?:([²³])|\^\{?(\d)\}?)?"
REMAINDER = rf"\s*\+\s*([oO])\s*\([‖|⎸⎹\s]*({LETTER})[‖|⎸⎹\s]*(?:_\{{?\w\}}?)?{POWER}\s*\)\s*$"  # + o(‖h‖²)
WHY = "an expansion is the function itself where nothing is added to its argument"


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
