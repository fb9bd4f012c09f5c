r"""A question in words: ``the gradient of f with respect to x``, ``differentiate f wrt X``, ``minimum of f over x``.

In goes the plain spelling of a statement, out comes the ``Question`` that it is.
"""

from __future__ import annotations

import re

from matdiff.language.names import named
from matdiff.language.questions import FUNCTION, LETTER, Question

VERBS = frozenset(
    ("find", "compute", "calculate", "determine", "evaluate", "derive", "take", "consider", "what is", "what's")
)
VERB = (
    r"(?:(?:[Pp]lease|[Nn]ow|[Hh]ow\s+(?:do|can|would)\s+(?:I|you|we|one))\s+)?(?:"
    + "|".join(rf"[{verb[0].upper()}{verb[0]}]{verb[1:]}".replace(" ", r"\s+") for verb in sorted(VERBS))
    + rf")(?:\s+{FUNCTION})?"
)
DERIVED = (
    r"(?:the\s+|its\s+)?(?:(?:first|partial|total|matrix|vector|full)\s+)*"
    r"(?:(?P<twice>second\s+(?:order\s+|partial\s+)?derivatives?|hessian)|derivatives?|gradient|grad|jacobian)"
    r"(?:\s+(?:matrix|vector))?"
)
BY = r"(?:w\.?\s?r\.?\s?t\.?|with\s+respect\s+to|over)(?![\w.])\s+"
BY += r"(?:the\s+)?(?:(?:matrix|vector|scalar|variable|parameter)s?\s+)?"
NAMES = rf"(?P<names>{LETTER}(?:\s*(?:,|and)\s*{LETTER})*)"
BEST = r"(?:the\s+)?(?P<best>minimum|maximum|minimi[sz]er|maximi[sz]er)(?:\s+value)?"
OF = rf"(?:\s+(?:of|for)\b(?:\s+{FUNCTION})?|\s*:)\s*"
ASKED = re.compile(
    rf"\s*(?:(?:{DERIVED}|{BEST})(?:\s+{BY}{NAMES})?(?:(?P<of>{OF})|(?=\s))|(?P<direct>differentiate\b)"
    rf"|(?P<sought>{LETTER})\s+that\s+(?P<goal>minimi[sz]es|maximi[sz]es)\b)(?:\s+{FUNCTION})?",
    re.IGNORECASE,
)
AT_END = re.compile(rf"(?:^|\s){BY}{NAMES}[\s.?]*$")
NABLA = re.compile(rf"\s*∇\s*(?P<f>{LETTER})\s*(?:\(\s*(?P<names>{LETTER}(?:\s*,\s*{LETTER})*)\s*\))?[\s.?]*$")
DEFINED = r"(?<![\w∇]){}\s*(?:\([^()]*\))?\s*:?="
ALONE = frozenset(("of", "differentiate", *VERBS))
WORDS = ALONE | frozenset(
    "the its first second order partial total matrix vector full derivative derivatives gradient grad hessian jacobian "
    "minimum maximum minimizer minimiser maximizer maximiser value for function expression objective loss to wrt with "
    "respect over what is".split()
)


def is_verb(word: str) -> bool:
    """Whether a word in front of a statement does but ask for it: find, what is, now compute."""
    return bool(re.fullmatch(VERB, word))


def is_request(words: list[str]) -> bool:
    """Whether words are those of a question, beside which its formulas stand.

    >>> is_request("Find the gradient of".split()), is_request("with respect to".split()), is_request(["loss", "on"])
    (True, True, False)
    """
    said = [word.strip(".,;:").lower() for word in words]
    return said[0] in ALONE if len(said) == 1 else all(word in WORDS for word in said)


def request_at(text: str, place: int) -> Question | None:
    """The question in words that a text is from a place on; None of another.

    >>> request_at("the gradient of x'A x wrt x", 0)
    Question(names=('x',), order=1, start=0, end=27, inner=(16, 21), declared=None)
    """
    if (of_name := NABLA.match(text, place)) and re.search(DEFINED.format(of_name.group("f")), text):
        names = _listed(of_name.group("names") or "")
        return Question(names, 1, place, len(text), of_name.span("f"))
    asked = ASKED.match(text, place)
    if asked is None:
        return None
    ahead = asked.group("names") or asked.group("sought")
    by = None if ahead else AT_END.search(text, asked.end())
    if not by and not any(asked.group("of", "direct", "sought")):
        return None
    names = _listed(by.group("names") if by else ahead or "")
    order = 0 if asked.group("best") or asked.group("goal") else 2 if asked.group("twice") else 1
    return Question(names, order, place, len(text), (asked.end(), by.start() if by else len(text.rstrip(" .?"))))


def _listed(names: str) -> tuple[str, ...]:
    return tuple(named(name) for name in re.split(r"\s*(?:,|\band\b)\s*", names) if name)
