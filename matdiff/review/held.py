"""What is 0 beside a line: the equations so far with their differentials, and what words behind the line say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, replace, symbols
from matdiff.errors import MatdiffError
from matdiff.language.names import named
from matdiff.review.chain import increments, scaled
from matdiff.review.equations import Equations
from matdiff.review.lines import Line
from matdiff.review.paths import in_rates
from matdiff.review.scope import Scope

REASON = r"\W*(?:since|because|as|using|by|where|with)\b"
HELD_STILL = r"(?i)\b(?:fixed|constant|only|alone|held|hold|keep)|=\s*0"  # with A fixed, where dA = 0


def with_differentials(scope: Scope, equations: Equations, value: Expr, words: str) -> Equations:
    """The equations so far, and their differentials where a value has some, also by that, if nothing else moves."""
    known, moving = equations.copy(), {*increments(value)}
    has_rates = not {s.name for s in symbols(value)}.isdisjoint(scope.rates.values())  # Ṙ of RᵀR = I
    forms = scope.differentials(known.zeros) if moving or has_rates else []
    forms = [in_rates(scope, form) for form in forms] if has_rates else forms
    moves = set() if re.search(HELD_STILL, words) else set().union(*scope.moves)
    for form in [*forms]:
        still = {named(s.name[1:]) for s in {*increments(form)} - moving}
        if still.isdisjoint(moves) and any(s.shape == form.shape for s in {*increments(form)} & moving):
            forms.append(scaled(form, 0, still))
    known.zeros[:0] = forms
    return known


def reasons(scope: Scope, equations: Equations, lines: Sequence[Line], line: Line, truth: Expr) -> Iterator[Expr]:
    """What is 0 beside the equations: as words behind it say, since vᵀv = 1, and the differentials of these."""
    slopes = {s for s in symbols(truth) if s.name.rpartition("_")[0] in scope.paths}
    for form in scope.differentials(equations.zeros) if slopes or increments(truth) else ():
        if increments(truth) or slopes & {*symbols(form)}:
            yield replace(form, {s: Number(1) for s in increments(form) if slopes and s.shape == SCALAR})
    below = (other for other in lines if other.number > line.number and re.match(REASON, other.text))
    aside = line.statements[1:] if re.search(r"\b(?:with|where)\b", line.text) else ()
    said = (*aside, *(s for other in below for s in other.statements))
    for left, right in (s.sides for s in said if len(s.sides) == 2 and not scope.asks(s.sides[0])):
        with suppress(MatdiffError):
            yield scope.tried(left) - scope.tried(right)
