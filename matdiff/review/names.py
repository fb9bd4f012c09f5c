"""The names of a derivation: letters, letters with indices, entries."""

from __future__ import annotations

import re

from matdiff.language.names import GREEK_WORDS, named

INDEXED = r"(?P<base>[^\W\d_]+(?:_hat)?)(?:_(?P<below>(?!hat$)[\w,]+)|(?P<number>\d+))"  # W_ij, x1, y_hat_i
NEXT = r"(?<![A-Za-z])([^\W\d_])(?:₊|_\{?\+\}?)"  # x₊ = …, the next x
PRIMED = r"(?<![A-Za-z\\])([^\W\d_])['′](?!\s*\()"
NEXT_BY_PRIME = rf"{PRIMED}\s*&?\s*=[^=\n$]*?(?<![a-z\\])\1(?![a-z'′])"  # h′ = tanh(Wh + b)
GREEK_WORDS_LOWER = frozenset(word.lower() for word in GREEK_WORDS)


def is_canonical(name: str) -> bool:
    """Whether a name is that of a letter: Sigma, x_hat, h1."""
    return re.fullmatch(r"[A-Za-z](?:[0-9]+|_\w+)|(?:[A-Z]?[a-z]+)(?:_?[0-9]+|_\w+)?", name) is not None and (
        name.lower().partition("_")[0].rstrip("0123456789") in GREEK_WORDS_LOWER
        or len(name.partition("_")[0].rstrip("0123456789")) == 1
    )


def is_symmetry(name: str, side: str) -> bool:
    """Whether an equation says that a matrix is symmetric: σ_ij = σ_ji, A = Aᵀ."""
    if re.fullmatch(rf"{name}\s*(?:ᵀ|⊤|'|\^\{{?[T⊤]\}}?)", side.strip()):
        return True
    one, other = (re.fullmatch(INDEXED, n) for n in (name, named(side.strip()) if side.strip() else ""))
    same = one and other and one.group("base") == other.group("base") and one.group() != other.group()
    return bool(same and one and other and sorted(one.group()) == sorted(other.group()))


def sign_of_next(text: str) -> str:
    """The pattern of x₊ where x₊ = …, the next x; of h′ where h′ = tanh(Wh + b), and primes mean nothing else."""
    if re.search(rf"{NEXT}\s*&?\s*=", text):
        return NEXT
    named_so = {m[1] for m in re.finditer(NEXT_BY_PRIME, text)}
    only = bool(named_so) and named_so == {m[1] for m in re.finditer(PRIMED.removesuffix(r"(?!\s*\()"), text)}
    return rf"(?<![A-Za-z\\])([{''.join(named_so)}])['′]" if only else ""
