"""A text in which d is a name and the sign of a differential: while it is judged the name has a letter of its own."""

from __future__ import annotations

from matdiff import regex as re
from matdiff.algebra.expr import Expr, Symbol, replace, symbols
from matdiff.errors import MatdiffError
from matdiff.language.declarations import declare
from matdiff.language.declared import Where
from matdiff.review.habits import said_once
from matdiff.review.report import UNREAD, WRONG
from matdiff.review.sides import Judged

LETTER, CALLED = "ο", "omicron"  # which nobody writes
UPRIGHT = r"\\(?:math(?:rm|sf)|text|rm|operatorname)\s*\{\s*d\s*\}"
INCREMENT = rf"(?m)^[\W]*(?:d|{UPRIGHT})\s*(?:[A-Za-z∇(]|\\nabla)[^=\n]*="  # df = …
FRONT = (
    r"(?:(?<![A-Za-z_\\{])|(?<=(?<![A-Za-z])[A-Zd])|(?<=[I01∇]_)|(?<=[I01]_\{)|(?<=nabla_\{)"
    r"|(?<=\{)(?<!_\{)(?<!(?:rm|sf)\{)(?<!text\{)(?<!name\{))"
)
NAME = rf"{FRONT}d(?![A-Za-z])"
ALONE = rf"{NAME}(?![^\W\d_ᵀ⊤²³]|[(∇|‖])"  # in plain text what stands directly behind d is differentiated
DOUBTFUL = r"(?<![A-Za-z\\{])(?<!frac[0-9])d(?:\s+|(?=\())(?=[^\W\d_](?![a-z]{2})|\()"
OVER = r"(?:/\s*|\\[dt]?frac\s*(?:\w|\{\w+\})\s*\{?)d(?!\s*[^\W_])"  # xᵀx/d, where d is the size of x
# ∂d/∂L, ∇_x d
VARIES = r"(?<=∂)d(?![A-Za-z])|(?<=\\partial) d(?![A-Za-z])|(?:∇|\\nabla)(?:_\{[^{}]*\}|_\w)?\s*d(?![A-Za-z])"
CALL = rf"{FRONT}d(?=\s*(?:\([^()=]*\))?\s*&?\s*=)"  # d(x, y) = …, d = …


def apart(text: str, where: Where) -> tuple[str, Where]:
    """A text, and what is declared for it, with another letter for the name d, where that is such a sign, too."""
    if re.search(CALL, text) and re.search(VARIES, text):
        return re.sub(rf"{VARIES}|{CALL}|{ALONE}", lambda m: m.group()[:-1] + LETTER, text), where
    if re.search(INCREMENT, text) is None or not re.search(r"(?<![A-Za-z])d\b", f"{where} {text}"):
        return text, where
    try:
        told = declare(where).table | said_once(text)
        if "d" not in told and not (re.search(OVER, text) and any("d" in map(str, one.shape) for one in told.values())):
            return text, where
    except MatdiffError:
        return text, where
    spelt = where if where is None or isinstance(where, str) else "; ".join(f"{n}: {s}" for n, s in where.items())
    name = NAME if re.search(UPRIGHT, text) else ALONE
    return re.sub(name, LETTER, text), re.sub(r"\bd\b", LETTER, spelt) if spelt else spelt


def together(judged: Judged, text: str) -> Judged:
    """A verdict in the letters of the text; what is wrong only if d is one thing or the other is not read."""
    if LETTER not in text:
        return judged
    line = judged.line._replace(text=in_words(judged.line.text))
    if judged.verdict == WRONG and not re.search(UPRIGHT, text) and re.search(DOUBTFUL, line.text):
        return Judged(line, UNREAD, "d is a name and the sign of a differential")
    work = judged.work
    if work is not None:
        origin = work.origin and work.origin._replace(
            function=in_letters(work.origin.function), unknowns=tuple(map(in_letters, work.origin.unknowns))
        )
        work = work._replace(origin=origin, before=in_letters(work.before), after=in_letters(work.after))
    return judged._replace(line=line, reason=in_words(judged.reason), work=work)


def in_letters(e: Expr) -> Expr:
    """An expression with d in the place of the other letter."""
    named = (s for s in symbols(e) if CALLED in s.name)
    table: dict[Expr, Expr] = {s: Symbol(s.name.replace(CALLED, "d"), s.shape, s.properties, s.ranges) for s in named}
    return replace(e, table.get)


def in_words(said: str) -> str:
    """A sentence with d in the place of the other letter."""
    return said.replace(LETTER, "d").replace(CALLED, "d")
