"""How names are written: Greek letters and their spellings, subscripts, and which name was probably meant.

In goes a name as somebody typed it (``Σ``, ``W₁``, ``W_1``, ``x_{t}``, ``∇_h``), out comes its canonical form
(``Sigma``, ``W1``, ``W1``, ``x_t``, ``nabla_h``): names are compared in that form everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from matdiff.algebra.notation import ACCENTS
from matdiff.algebra.notation import GREEK as SPELT

GREEK = {
    **{letter: name for name, letter in SPELT.items() if name != "nabla"},
    "ϵ": "epsilon",
    "ϕ": "phi",
    "ϑ": "theta",
    "ϱ": "rho",
    "ϖ": "pi",
    "ς": "sigma",
    "ϰ": "kappa",
    "\N{MICRO SIGN}": "mu",
    "\N{OHM SIGN}": "Omega",
    "∆": "Delta",
    "ℓ": "l",
}
GREEK_CLASS = "Α-ΡΣ-Ωα-ωϵϕϑϱϖϰ\N{MICRO SIGN}\N{OHM SIGN}∆ℓ"  # for a character class of a regular expression
MARKS = "".join(mark for mark in ACCENTS.values() if mark != "′")  # behind a letter they make one name of it
ACCENTED = rf"_\{{?(?:{'|'.join(ACCENTS)})(?:_?[0-9]+)?\}}?(?![A-Za-z])"  # the accent spelt: x_hat
GREEK_WORDS = frozenset(name for name in GREEK.values() if len(name) > 1)
LINK = rf"(?:∇_)+(?:\{{[^{{}}]+\}}|[^\W\d_][\w{MARKS}′]*)"  # ∇_h, ∇_{h_1}: a gradient that has a name
SMALL_CONSTANTS = frozenset("epsilon lambda tau eta rho kappa delta".split())  # rarely vectors

SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx", strict=True))
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿⁱᵏˢᵐᵖᵗᵈʳᴺᴷᴹ", "0123456789-niksmptdrNKM", strict=True))


def canonical(name: str) -> str:
    """The canonical form of a name.

    >>> canonical("Σ₁"), canonical("W_1"), canonical("x_{t}"), canonical("x̂_1"), canonical("∇_{h_1}")
    ('Sigma1', 'W1', 'x_t', 'x_hat1', 'nabla_h1')
    """
    plain = name.translate(_PLAIN).replace("{", "").replace("}", "").replace(" ", "")
    base, _, subscript = plain.rpartition("_")
    return base + subscript if subscript.isdecimal() and base else plain.rstrip("_")


_PLAIN: dict[int, str] = {ord(sign): name for sign, name in GREEK.items()} | {ord("∇"): "nabla"}
_PLAIN |= {ord(sign): digit if digit.isdecimal() else "_" + digit for sign, digit in SUBSCRIPTS.items()}
_PLAIN |= {ord(mark): "_" + name for name, mark in ACCENTS.items()}


def nearest(name: str, known: Iterable[str]) -> str:
    """«did you mean …?» when a known name is near, else nothing."""
    from difflib import get_close_matches  # only when something is already wrong: the import takes milliseconds

    found = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f"did you mean {found[0]}?" if found else ""
