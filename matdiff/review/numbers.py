"""Texts about numbers alone, as those of calculus and economics: Y = A K^α L^β, where a capital is no matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.review.operators import LETTER, letters_in
from matdiff.review.report import RIGHT, UNREAD, WRONG

if TYPE_CHECKING:
    from matdiff.review.judged import Judged
    from matdiff.review.sides import Beside

SLOPE = r"(?<![A-Za-z])([^\W\d_])['′]+\s*(\(\s*[^\W\d_]\s*\))"  # f′(x)
OF_NUMBERS = (  # f′(x), dy/dx, w₁x₁, Y/K, K^α, ln K, cos(ωt), α/x
    rf"{SLOPE}|(?<![A-Za-z])[a-z][₁₂₃]\s?[a-z][₁₂₃](?![A-Za-z])|(?<![A-Za-z])d{LETTER}\s*/\s*d{LETTER}|/\s*\(?[A-Z](?![A-Za-z])"
    r"|[-+−]\s*[A-Z]\s*\)\s*/|(?<![A-Za-z])[A-Za-z]\s*\^\s*(?:\{\s*)?\(?\s*[a-zα-ω]|(?:ln|log|exp|√)\s*\(?[A-Z](?![A-Za-z])|\b(?:sin|cos)\s*\(\s*ω"
    r"|/\s*[r-z](?![\w(²])|(?<![A-Za-z])[amw]\s?x\s*\+\s*b(?![A-Za-z])"
)
OF_MATRICES = (
    r"[ᵀ⊤'‖⁻∑Σ⊙⊗∈∇]|\b(?:tr|Tr|det|inv|vec|diag|sum)\b|\bnorm\s*\(|\^\s*\{?\s*(?:[-−]\s*1\b|T\b)"
    r"|\\(?:in|top|sum|det|nabla)\b|symmetric|matri|vector"
)
SIGNS = frozenset(("d", "e", "pi", "∂"))
SAID = "it is so where all that nobody declares are numbers"


def with_numbers(beside: Beside, judged: Judged) -> Judged:
    """A verdict, or that with numbers for all that nobody declares, in a text that has no sign of matrices.

    >>> from matdiff.review.reviewing import review
    >>> review("Y = A K^α L^β\\n∂Y/∂K = α Y/K").lines[1].verdict
    'proved'
    """
    is_open = judged.verdict in (UNREAD, WRONG) and not beside.is_square
    if not is_open or beside.scope.where or not speaks_of_numbers(beside.text):
        return judged
    if SAID not in beside.squared:
        where = dict.fromkeys(sorted(_letters(beside)), "scalar")
        beside.squared[SAID] = type(beside)(beside.text, where, beside.wrt, True, beside.counts)
    *above, other = beside.squared[SAID].upto(judged.line.number)
    if other.verdict == UNREAD or (other.verdict == WRONG and any(one.verdict == UNREAD for one in above)):
        return judged
    return other._replace(line=judged.line, reason=SAID if other.verdict in RIGHT else other.reason)


def _letters(beside: Beside) -> frozenset[str]:
    """The letters of a text that it does not define, and that stand elsewhere than in front of a bracket, as Γ(k)."""
    sides = [side for line in beside.lines for s in line.statements for side in s.sides]
    plain = [re.sub(rf"{LETTER}(?=['′]*\()", " ", side) for side in sides]
    return frozenset().union(*map(letters_in, plain)) - SIGNS - beside.scope.texts.keys()


def speaks_of_numbers(text: str) -> bool:
    """Whether a text has a sign of numbers, and none of matrices.

    >>> speaks_of_numbers("f'(x) = ln x"), speaks_of_numbers("∂f/∂X = X'A")
    (True, False)
    """
    return re.search(OF_NUMBERS, text) is not None and not speaks_of_matrices(text)


def speaks_of_matrices(text: str) -> bool:
    """Whether a text has a sign of matrices or vectors; f′(x) is none."""
    return re.search(OF_MATRICES, re.sub(SLOPE, r"\1\2", text)) is not None
