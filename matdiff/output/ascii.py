"""Signs and sentences in ASCII."""

from __future__ import annotations

import re
from functools import cache

from matdiff.algebra.notation import GREEK, SUBSCRIPTS, SUPERSCRIPTS

SIGNS = {
    "−": "-", "ᵀ": "'", "⁻ᵀ": "^-T", "½": "1/2", "′": "'", "‖": "||", "⊙": ".*", "⊗": "kron", "×": " x ", "·": "*",
    "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!=",
    **{letter: name for name, letter in GREEK.items()},
    **{chr(sign): "_" + chr(digit) for digit, sign in SUBSCRIPTS.items()},
}  # fmt: skip
RAISED = {chr(sign): chr(plain) for plain, sign in SUPERSCRIPTS.items()}


def ascii_signs(piece: str) -> str:
    """A piece of Unicode text in ASCII, as far as its signs have a spelling there.

    >>> ascii_signs("⁻¹"), ascii_signs("‖₁")
    ('^-1', '||_1')
    """
    return piece if piece.isascii() else _signs().sub(_spelt, piece)


@cache
def _signs() -> re.Pattern[str]:
    known = "|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True)))
    return re.compile(rf"{known}|[{''.join(RAISED)}]+")


WORDED = {
    "ℝ": "R", "∑": "sum", "∇": "grad", "∂": "d", "√": "sqrt", "⇒": "=>", "∈": "in", "≻": ">", "⪰": ">=", "≺": "<",
    "⪯": "<=", "±": "+-", "∗": "*", "⊘": "./", "𝓛": "L", "∘": ".", "⟨": "<", "⟩": ">", "–": "-", "—": "-", "’": "'",
    "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "∫": "int", "≈": "~", "→": "->", "↦": "->", "⊤": "'", "†": "^+",
}  # fmt: skip


def in_ascii(sentence: str) -> str:
    """A sentence, or a line with formulas, in ASCII; what has no spelling there is a question mark.

    >>> in_ascii("Tr(Aᵀ) = Tr(A), Σᵢ xᵢ ≥ 0")
    "Tr(A') = Tr(A), Sigma_i x_i >= 0"
    """
    if sentence.isascii():
        return sentence
    from unicodedata import combining, normalize

    signs = "".join(WORDED.get(sign, sign) for sign in ascii_signs(sentence))
    lowered = re.sub("[ᵢⱼₖₘₙ]", lambda m: "_" + normalize("NFKD", m.group()), signs)
    raised = re.sub("[⁰¹²³ʰⁱʲᵏˡᵐⁿᵖʳˢᵗ⁺⁻⁽⁾]+", lambda m: "^" + normalize("NFKD", m.group()), lowered)
    plain = "".join(c for c in normalize("NFKD", raised) if not combining(c))
    return plain.encode("ascii", "replace").decode()


def _spelt(match: re.Match[str]) -> str:
    sign = match.group()
    return SIGNS[sign] if sign in SIGNS else "^" + "".join(RAISED[s] for s in sign)
