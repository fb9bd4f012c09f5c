"""Texts that are a formula and nothing else, told by the signs and the words in them: most texts, in little time."""

from __future__ import annotations

from matdiff.algebra.assumptions import PROPERTIES, property_word
from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.extents import KINDS
from matdiff.language.names import GREEK_WORDS
from matdiff.language.words import MAKERS
from matdiff.regex import regex

COUNT = r"(?:[^\W\d_]|[0-9]+)"
SAYING = regex(  # what parts, defines, compares or asks
    r"[=,;?\n∈≻⪰≽≺⪯≤≥⩽⩾⊥≠<>∀↦⟼×∂∇δ⟪]|\w:\s|\.\s|@\s*\("
    r"|(?<![^\W\d_])(?:d(?![a-z]{2}|\s*(?:$|[-+*]))|D|s\.|(?i:min|max|inf|sup|arg)|(?:is|be|by|in|of|pd|[Ii]f)(?![a-z]))"
    rf"|(?!exp)(?<!\w){COUNT}\s*x\s*{COUNT}(?!\w)"
)
WORDS = regex(r"[A-Za-z][a-z]{2,}\(?")
BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+*/^|().[] '-")
BESIDE = regex(  # words; and xᵀ(t), which may be x(t)ᵀ
    r"(?<![A-Za-z])(?:an|as|at|if|of|on|or|to)(?![A-Za-z])|['T]\s*\("
)


def is_bare(text: str) -> bool:
    """Whether a text has but letters, numbers, common signs and calls of functions, of which none says anything else.

    >>> is_bare("||X w - y||^2 + log(x'x)"), is_bare("the norm of x")
    (True, False)
    """
    if not BARE.issuperset(text) or BESIDE.search(text):
        return False
    return is_formula(text) and all(word[-1] == "(" and word[:-1] in FUNCTIONS for word in WORDS.findall(text))


def is_formula(text: str) -> bool:
    """Whether a text is a formula and nothing else: no sign and no word in it may say anything beside it."""
    if SAYING.search(text):
        return False
    words = WORDS.findall(text)
    if not all((name := word.rstrip("(")) in FUNCTIONS or name in MAKERS or name in GREEK_WORDS for word in words):
        return False
    return not any(word in KINDS or property_word(word) in PROPERTIES for word in words)  # diag(x), and not A diag
