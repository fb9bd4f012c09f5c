"""Words that say what a formula is: the squared loss (y − w'x)², w'x/‖w‖ (signed distance to a plane).

In go words and the formula beside them; out comes whether they but describe it.  A word that acts, as squared does, has
to have its sign there.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.questions import NOUNS
from matdiff.regex import regex, search_in

ACTING = frozenset(  # what may act on a formula, unless it leads in a left side
    "half twice double minus plus times reciprocal root inverse inverted squared square cubed absolute value "
    "power base over raised divided per normalized normalised centered centred scaled averaged average mean expected "
    "expectation random summed sum added product multiplied entrywise elementwise element entry elements entries "
    "componentwise pointwise row rows column columns wise rowwise columnwise transpose transposed norm trace "
    "determinant rank conjugate complex real imaginary hermitian modulo evaluated limit first second third last "
    "two three diagonal upper lower distance variance covariance exp log exponential logarithm sign negative "
    "positive part not rounded clipped after magnitude modulus transformed mapped".split()
)
CHANGING = frozenset("divide multiply subtract add penalize penalise weighted compare difference differential".split())
A_LOSS = regex(  # energy on a graph
    rf"\b(?:{NOUNS}|residuals?|(?:least\s)?squares|variance|log-sum-exp|form|term)(?:\s+(?:function|term))?"
    r"(?:\s+(?:of|on|for|over|with|in)(?:\s+[a-z]+){1,3})?\Z"
)
WRITTEN_AS = (  # words that act, and the signs of what they do
    ("norm distance length", r"[‖|]|norm"),
    ("square squared squares", r"²|\^\{?2|['ᵀ⊤]|\^T"),
    ("sum summed sums added", r"[∑Σ+]|sum"),
    ("log logarithm", r"log|ln"),
    ("exp exponential", r"exp|e\^"),
    ("trace", r"[Tt]r"),
    ("det determinant", r"det|[|]"),
    ("inverse", r"inv|⁻¹|\^\{?-1"),
    ("mean average averaged centered centred", r"mean|/\s*\(?[0-9]*\s*[NnmMTKBdp|]|bar|\u0304"),
    ("product quotient ratio weighted", r"."),
    ("first second third last two three random expected rank", r"."),
    ("variance covariance row rows column columns entry entries", r"."),
    ("not after", r"."),
)
TURNING = regex(r"(?i)\b(?:half|twice|double|minus|plus|times|reciprocal|root|inverse)\b")
SQUARES = regex(r"(?i:squares|squared|variance)")
BETWEEN_EQUALS = r"['ᵀ⊤][\s*·]*(?:[^\W\d_][\w^-]*⁻?¹?[\s*·]*)?"  # a transpose, perhaps with a matrix behind it
SQUARE = rf"[‖²]|\^\s*\{{?2|\){BETWEEN_EQUALS}\(|(?<!\w)(?P<residual>[^\W\d_]){BETWEEN_EQUALS}(?P=residual)(?!\w)"


def is_what(text: str, start: int, end: int) -> bool:
    """Whether words say what the formula behind them is: squared loss (y - w'x)^2, not half loss w'w."""
    words = text[start:end]
    if not A_LOSS.search(words) or TURNING.search(words):
        return False
    return not SQUARES.search(words) or search_in(SQUARE, text, end) is not None


def are_acting(words: str) -> bool:
    """Whether words make something else of what they stand in front of: the inverse, the log of, the squared."""
    return not (ACTING | CHANGING | FUNCTIONS.keys()).isdisjoint(parts(words))


def are_written(words: Iterable[str], formula: str) -> bool:
    """Whether a formula's line has the signs of all words that act: ‖x − m‖² behind the norm of the residual."""
    line, acting = formula.partition("\n")[0], ACTING | CHANGING | FUNCTIONS.keys()
    signs = [next((sign for of, sign in WRITTEN_AS if word in of.split()), "(?!)") for word in words if word in acting]
    return all(re.search(sign, line) for sign in signs)


def describes(text: str, start: int, end: int) -> bool:
    """Whether words in brackets say what the formula in front of them shows: w'x/‖w‖ (signed distance to a plane)."""
    front = re.split(r"\n|[.;?]\s", text[: start - 1].rstrip(" ?"))[-1]
    words = set(parts(text[start:end])) - {"minimum", "maximum"}  # of minimum variance
    words -= {"over"} if not words.isdisjoint({"mean", "average", "averaged", "sum", "summed"}) else set()
    is_square = words.isdisjoint({"square", "squared"}) or re.search(r"(?:²|\^\{?2\}?)$", front)
    return bool(is_square and not TURNING.search(text, start, end) and are_written(words, front))


def is_acting(text: str, start: int, end: int) -> bool:
    """Whether words that lead in a formula make another of it: divide by, the square of f is; not the variance is."""
    *words, last = re.findall("[a-z]+", text[start:end].lower())
    if last not in ("is", "are", "be"):
        return not (ACTING | CHANGING).isdisjoint(words[words[:1] == ["after"] :])  # after simplification we get
    acts = any(word in ACTING and then == "of" for word, then in pairwise(words))
    return acts or "squared" in words or not CHANGING.isdisjoint(words)


def parts(words: str) -> list[str]:
    """The words of a phrase in small letters, without their hyphens."""
    return re.findall("[a-z]+", words.lower())
