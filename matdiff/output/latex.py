"""Expressions, titles of laws and sentences as LaTeX for amsmath."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import GREEK, LATEX, latex_name
from matdiff.output.sharing import with_pieces
from matdiff.regex import regex

RAISED = dict(zip("ᵏˢⁱʲⁿᵐ⁺⁻⁽⁾ᐟ¹²³", "ksijnm+-()/123", strict=True)) | {"ᵀ": r"\top "}
LOWERED = dict(zip("ᵢⱼₖₘₙ₀₁₂₃₄₅₆₇₈₉", "ijkmn0123456789", strict=True))
SIGNS = {
    "‖": r"\|", "⊙": r"\odot ", "Σ": r"\textstyle\sum ", "±": r"\pm ", "−": "-", "′": "'", "∇": r"\nabla ",
    "Tr": r"\operatorname{Tr} ", "≠": r"\neq ", "⊗": r"\otimes ", "∗": r"\ast ", "⊘": r"\oslash ", "…": r"\ldots ",
    "½": r"\tfrac{1}{2}", "×": r"\times ", "√": r"\surd ", "∞": r"\infty ", "𝓛": r"\mathcal{L}",
    "⇒": r"\Rightarrow ", "⇔": r"\Leftrightarrow ", "∑": r"\textstyle\sum ", "·": r"\cdot ",
    "∂": r"\partial ", "⪰": r"\succeq ", "⪯": r"\preceq ", "≻": r"\succ ", "≺": r"\prec ", "≤": r"\leq ", "≥": r"\geq ",
} | {letter: rf"\{name} " for name, letter in GREEK.items() if name != "nabla" and letter != "Σ"}  # fmt: skip
SIGN = regex("|".join(map(re.escape, SIGNS)))
ABOVE, BELOW = (regex(f"[{''.join(signs)}]+") for signs in (RAISED, LOWERED))
CHANGE = regex(r"(?<![\\A-Za-z{_^])d(?=[A-Zfhx](?![a-z])|[ (]|$)")
NAMED = regex(r"(?<![\\A-Za-z{])(log|exp)(?![A-Za-z])")
ESCAPED = {sign: rf"\{sign}" for sign in "{}_&%$#"} | {
    "\\": r"\textbackslash{}",
    "^": r"\^{}",
    "~": r"\~{}",
    "<": "$<$",
    ">": "$>$",
}
WORD = regex(r"[A-Za-z]{3,}")


def latex(e: Expr) -> str:
    """The LaTeX of an expression; definitions and the shared pieces of a long one come first."""
    return with_pieces(e, LATEX, definitions=True)


def title(text: str) -> str:
    """The short form of a law as LaTeX: words upright, signs as mathematics."""
    if re.fullmatch(r"[A-Za-z −:]+", text) and WORD.search(text):
        return rf"\text{{{text}}}"
    pieces = re.split(r"((?<![A-Za-z])[a-z]+(?:_[a-z]+)+)", text)  # conv_full and other names in two words
    return "".join([latex_name(p) if k % 2 else _signs(p) for k, p in enumerate(pieces)])


def extent(shape: str) -> str:
    """A shape as LaTeX, d×d, in which d is no sign of a differential."""
    return title(shape).replace(r"\mathrm{d}", "d")


def _signs(text: str) -> str:
    """Signs as mathematics, and the names of functions upright."""
    typeset = ABOVE.sub(lambda m: f"^{{{''.join(RAISED[sign] for sign in m.group()).strip()}}}", text)
    typeset = BELOW.sub(lambda m: f"_{{{''.join(LOWERED[sign] for sign in m.group())}}}", typeset)
    typeset = SIGN.sub(lambda m: SIGNS[m.group()], typeset)
    typeset = CHANGE.sub(r"\\mathrm{d}", typeset)
    typeset = NAMED.sub(r"\\\1 ", typeset)
    typeset = re.sub(r"(?<![\\A-Za-z{])(vec|sum)(?=\()", r"\\operatorname{\1}", typeset)
    return re.sub(r"(?<![\\A-Za-z{])[a-z]{4,}[0-9]?(?![a-z}])", lambda m: rf"\operatorname{{{m.group()}}}", typeset)


def in_words(sentence: str) -> str:
    """A sentence as LaTeX: what somebody typed stands as it is, and signs are mathematics."""
    escaped = "".join(ESCAPED.get(sign, sign) for sign in sentence)
    return re.sub(r"[^\x00-\x7f’“”]+", lambda m: f"${title(m.group())}$", escaped)


def dollars(formula: str) -> str:
    """A formula in a line; bars by name, since a bar ends a cell of a table."""
    return "$" + formula.replace(r"\|", r"\Vert ").replace("|", r"\vert ") + "$"


def with_mathematics(line: str) -> Iterator[str]:
    """The pieces of a sentence, with those of mathematics between dollars."""
    for k, piece in enumerate(line.split("`")):
        yield f"${title(piece)}$" if k % 2 else piece.replace("_", r"\_")
