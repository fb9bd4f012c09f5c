"""The words of a text that are names: loss of loss = …, KL, Xhat, grad for gradient; dθ of dtheta."""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.algebra.notation import GREEK
from matdiff.language.names import ABBREVIATED, GREEK_WORDS, SPELT_GREEK
from matdiff.language.typing import SPECIAL
from matdiff.language.words import MAKERS

MATHEMATICAL = frozenset(
    (*FUNCTIONS, *SPECIAL, *MAKERS, *ABBREVIATED, *"grad hess sum prod const constant ReLU".split())
)
SMALL = "a-zäöüßàâçéèêîñôùû"  # of the languages that authors write in
WORD = rf"(?<![A-Za-z_\\⟪])(?<!_\{{)(?:[A-Z]?[{SMALL}]{{2,}}|If|So)(?![A-Za-z_'′(⟫]|\d\()"
D_GREEK = rf"(?<![A-Za-z\\])([d∂])({'|'.join(sorted(GREEK, key=len, reverse=True))})(?![A-Za-z])"
NAMING = (
    r"(?m)(?:^[ \t]*|\b(?:where|with|let|and) +|[,;:] +)"
    r"([A-Z]?[a-z]{2,}(?:_[a-z]+)*[a-z0-9])\s*(?:\([^()=]*\))?\s*:?=(?!=)"
)  # loss = …
ACRONYM = (
    r"(?m)(?:^\W*(?:\d+\W+)?|∇(?:_\w)?\s*|(?:[,;.:]|\b[a-z]{2,})\s+\$?)"
    r"(KL|CE|LL|(?![DHJ])[A-Z]{2,5}(?=\([A-Za-zα-ω, ]+\)|\s*=\s*\(?(?:∂|\\[dt]?frac\{\\partial))"
    r"|MSE|SS[ER]|[ERT]SS|NLL|BCE|ELBO|MAE|LSE)"
    r"\s*(?:\([^()=]*\))?\s*&?\s*:?=(?!=)"
)
UPRIGHT = r"\\(?:math(?:rm|it|sf)|text(?:rm|it)?|operatorname)\s*\{\s*([A-Za-z]{2,})\s*\}"
NAMED_UPRIGHT = rf"{UPRIGHT}\s*(?:\([^()=]*\))?\s*&?\s*:?=(?!=)"  # \mathrm{KL} = …
HATTED = rf"(?<![A-Za-z_\\])((?![tTwWcC]hat)[A-Za-z]|{SPELT_GREEK})(hat|bar|tilde|dot)(?![A-Za-z])"  # Xhat, and no what
CALLED = (  # Gradient = 2Ax, Hess f(x) = 2A, nabla_x f = …, and no gradient g = ∂L/∂y
    r"(?<![A-Za-z\\_])((?:[Gg]rad|[Hh]ess)(?:ient|ian)?|nabla)(?!\s+[gGH]\s*&?=)"
    rf"(?=\s*(?:_\w)?\s*(?:(?:[a-zA-Zℓ]|{SPELT_GREEK})(?:\([^()]*\))?)?\s*&?\s*:?=(?!=))"
)
TITLED = (  # Gradient: Xᵀ(p − y); $f = …$. The gradient with respect to w is $Xᵀ(p − y)$
    r"(^\s*(?:The\s+)?|[.;]\s+The\s+|\band\s+the\s+)([Gg]rad|[Hh]ess)(?:ient|ian)?"
    r"(?:\s+of\s+\$?([A-Za-zℓ]|\\ell|\\mathcal\s*\{?[A-Z]\}?)(?:\([^()]*\))?\$?)?"
    r"(?:\s+(?:with respect to|in|w\.?r\.?t\.?)\s+\$?([A-Za-zα-ωΑ-Ω]|\\[a-z]+)\$?)?\s*(?::|is|equals)\s+"
    r"(\$*)(?=([^=$]*)(?:=\s*0\s*)?(?:\$|$))"
)
STATED = (
    r"^(\s*(?:[d∂] ?[^\W\d_]?/[d∂] ?[^\W\d_]|∇(?:_[^\W\d_])? ?[^\W\d_]?))\s*:\s+(?=([^=]+)(?:=\s*0\s*)?$)"  # d/dm: S⁻¹m
)
DIVERGENCE = (  # KL(q ‖ p) = …, D_{KL}(N(μ, S) ‖ N(0, I)) = …
    r"(?<![A-Za-z\\])(?:D_)?\{?(?:\\(?:mathrm|text|operatorname)\s*\{)?\s*KL\s*\}{0,2}\s*"
    r"(?:\\left)?[(\[](?:[^()\[\]]|\((?:[^()]|\([^()]*\))*\))*[)\]](?=\s*&?\s*:?=)"
)
CONNECTING = frozenset(
    "hence thus therefore then where which also with now and that gives yields get have here finally axis dim"
    " keepdims".split()
)


def words_of(text: str, known: Collection[str], upright: Collection[str]) -> str:
    """The pattern of the words that are names of a text: loss of loss = …, and those that are *upright*."""
    text = re.sub(DIVERGENCE, "KL", text)
    found = {*re.findall(NAMING, text)} - MATHEMATICAL - GREEK_WORDS - {*known}
    found = {word for word in found if word.lower() not in CONNECTING and not re.match(r"(?i)(?:grad|hess)", word)}
    found = {word for word in found if not _is_increment(word, text)}
    found |= {*re.findall(ACRONYM, text), *upright} - {*known}
    return "|".join(sorted(word for word in found if word[0] != "d" or word[1:] not in found))


def with_names(formula: str, upright: Collection[str]) -> str:
    """A row with names in the place of words: upright ones, and grad for gradient."""
    formula = re.sub(DIVERGENCE, " KL ", formula)
    formula = re.sub(HATTED, lambda m: m.group() if m.group() in upright else f"{m.group(1)}_{m.group(2)}", formula)
    formula = re.sub(UPRIGHT, lambda m: f" {m.group(1)} " if m.group(1) in upright else m.group(), formula)
    formula = re.sub(STATED, lambda m: f"{m[1]} = " if _is_formula(m[2]) else m[0], re.sub(TITLED, _titled, formula))
    return re.sub(CALLED, lambda m: f" {m[1].lower()[:4]}" if m[1] != "nabla" else "∇", formula)


def _titled(m: re.Match[str]) -> str:
    """∇f = in place of words for it, in front of a formula, where they or the row say of which function it is."""
    is_told = m[3] or m[4] or m.string[: m.start()].count("=") < 2
    nabla = "∇" if m[2].lower() == "grad" else "∇²"
    by = f"_{{{m[4]}}}" if m[4] else ""
    return f"{m[1]}{m[5]} {nabla}{by} {m[3] or ''} = " if is_told and _is_formula(m[6]) else m.group()


def _is_increment(word: str, text: str) -> bool:
    """Whether a word is dvec, as of dvec F, or dz2 beside a name z2."""
    name = word[1:] if word[0] == "d" else ""
    is_letter = re.fullmatch(r"[^\W\d_]\d", name) is not None
    return name in MATHEMATICAL or (is_letter and re.search(rf"(?<!\w){name}(?!\w)", text) is not None)


def lettered(formula: str, words: str) -> str:
    """A formula with words that are names of a text as letters with a subscript: l_oss for loss, d(l_oss) for dloss."""
    if not words:
        return formula
    spelt = rf"(?<![A-Za-z_\\])([d∂]?)({words})(?![A-Za-z])"
    return re.sub(spelt, lambda m: f"{m.group(1)}{m.group(2)[0]}_{m.group(2)[1:].replace('_', '')}", formula)


def _is_formula(row: str) -> bool:
    """Whether a row has letters and signs, and no words."""
    words = {word for word in re.findall(WORD, re.sub(r"\\[A-Za-z]+", " ", row)) if len(word) > 2}
    return bool(re.search(r"[\w)}][\w\s)}]*[-+−*(ᵀ'^]", row)) and words <= MATHEMATICAL | GREEK_WORDS
