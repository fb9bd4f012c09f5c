"""A text in which d is a name and a sign, or x a vector beside the x_i: while it is judged such a name has its own."""

from __future__ import annotations

from collections.abc import Iterator

from matdiff import regex as re
from matdiff.algebra.expr import Expr, Symbol, replace, symbols
from matdiff.errors import MatdiffError
from matdiff.language.declarations import declare
from matdiff.language.declared import Where
from matdiff.language.names import FONT_MARKS, MARKS, SUBS
from matdiff.review.habits import said_once
from matdiff.review.judged import Judged
from matdiff.review.names import TURNED
from matdiff.review.report import UNREAD, WRONG

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
MEMBER = rf"{FRONT}d(?=_(?:\{{\w,?\s*\w\}}|[a-z]{{1,2}})\s*&?\s*=)|{FRONT}d(?=[ᵢⱼₖ]+\s*=)"  # d_ij = …
OF_MEMBERS = rf"(?:{FRONT}|(?<=∂)|(?<=partial )|(?<=partial))d(?=[_{SUBS}])"

ALONE_MARK = FONT_MARKS["bb"]  # behind the x that is none of the x_i; nobody types it
BEFORE = r"(?:(?<![A-Za-z\\_])(?<!_\{)|(?<=(?<![A-Za-z])[A-Zd])|(?<=∇_)|(?<=∇_\{)|(?<=nabla_)|(?<=nabla_\{))"
VECTOR = r"(\\(?:mu|theta)(?![a-z])|[f-hmo-zμθ])"
FONTED = r"(?:\\(?:mathbf|boldsymbol|bm|vec)\s*\{)?"
BELOW = r"\}?(?:_(?:[a-z](?![A-Za-z])|\{[a-z]\})|[ᵢⱼₖₙ])"
BARE = rf"(?![A-Za-z\[{MARKS}\u0300-\u036f]|\}}?(?:[_{SUBS}]|\^\{{?\())"
JOINED = rf"\s*(?:{TURNED}|[·⋅]|\\cdot)\s*{FONTED}"
PAIRED = (  # x − x_i, z_jᵀz
    rf"{BEFORE}{VECTOR}\}}?(?:{JOINED}|\s*[-−]\s*{FONTED})\1{BELOW}"
    rf"|{BEFORE}{VECTOR}{BELOW}(?:{JOINED}|\s*[-−]\s*{FONTED})\2{BARE}"
)
TOTAL = (
    rf"{BEFORE}(\\ell(?![a-z])|[A-Zℓ])(?:\([^()=\n]*\))?\s*&?=[^=\n]{{0,24}}?(?:[∑Σ]|\\sum)[^A-Za-z\n]?"
    rf"[^\n]*?(?<![A-Za-z\\])\1{BELOW}"
)
CHAPTER = r"(?<=\n\n)(?=# |\\section)"
OTHERS = rf"{LETTER}|{CALLED}|{ALONE_MARK}|_bb(?![a-z])"
PARTNER = rf"(\\?[A-Za-zα-ω]+(?:_\w|_\{{\w\}}|[{SUBS}])?)"


def apart(text: str, where: Where) -> tuple[str, Where]:
    """A text, and what is declared for it, with other letters for names that stand for two things.

    For the name d where that is the sign of a differential, too, and for x beside vectors x_i where it is none of them.

    >>> apart("f = ∑_i ‖x − x_i‖²", None)[0].replace(ALONE_MARK, "!")
    'f = ∑_i ‖x! − x_i‖²'
    """
    spelt = where if where is None or isinstance(where, str) else "; ".join(f"{n}: {s}" for n, s in where.items())
    chapters = [(chapter, _doubled(chapter)) for chapter in re.split(CHAPTER, text)]  # a letter is another thing there
    if any(names for _, names in chapters):
        text = "".join(
            re.sub(_alone(names), rf"\1{ALONE_MARK}", chapter) if names else chapter for chapter, names in chapters
        )
        where = (
            re.sub(_alone({x for _, names in chapters for x in names}), rf"\1{ALONE_MARK}", spelt) if spelt else spelt
        )
    return _apart_from_sign(text, where)


def _doubled(text: str) -> set[str]:
    """The vectors that stand alone beside members x_i, and are no size; the L of L = ∑_i L_i."""
    shared = {*_partners(text, BARE)} & {*_partners(text, BELOW)}
    doubled = {m[1] or m[2] for m in re.finditer(PAIRED, text)} | {x for x, _ in shared} | {*re.findall(TOTAL, text)}
    return doubled - {*re.findall(r"(?:/|\^\{?|frac1)\s*\{?(m)(?![A-Za-z_])", text)}


def _alone(names: set[str]) -> str:
    """Where such a name stands alone."""
    return rf"{BEFORE}((?:{'|'.join(map(re.escape, sorted(names)))})\}}?){BARE}"


def _partners(text: str, behind: str) -> Iterator[tuple[str, str]]:
    """The vectors, with this behind them, each with what it is multiplied by: u and v of uᵀv."""
    yield from ((m[1], m[2]) for m in re.finditer(rf"{BEFORE}{VECTOR}{behind}\}}?{JOINED}{PARTNER}", text))
    yield from ((m[2], m[1]) for m in re.finditer(rf"{BEFORE}{PARTNER}\}}?{JOINED}{VECTOR}{behind}", text))


def _apart_from_sign(text: str, where: Where) -> tuple[str, Where]:
    """The same of the name d."""
    if re.search(MEMBER, text):
        text = re.sub(OF_MEMBERS, LETTER, text)
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
    spelt = judged.line.text
    if LETTER not in text and ALONE_MARK not in text:
        return judged
    start, end = (judged.line.span[k] - text[: judged.line.span[k]].count(ALONE_MARK) for k in range(2))
    line = judged.line._replace(text=in_words(spelt), span=(start, end))
    is_doubtful = LETTER in text and not re.search(UPRIGHT, text) and re.search(DOUBTFUL, line.text) is not None
    if judged.verdict == WRONG and is_doubtful:
        return Judged(line, UNREAD, "d is a name and the sign of a differential")
    work = judged.work
    if work is not None:
        origin = work.origin and work.origin._replace(
            function=in_letters(work.origin.function), unknowns=tuple(map(in_letters, work.origin.unknowns))
        )
        work = work._replace(origin=origin, before=in_letters(work.before), after=in_letters(work.after))
    return judged._replace(line=line, reason=in_words(judged.reason), work=work)


def in_letters(e: Expr) -> Expr:
    """An expression with the letters of the text in the place of the others."""
    named = (s for s in symbols(e) if re.search(OTHERS, s.name))
    table: dict[Expr, Expr] = {s: Symbol(in_words(s.name), s.shape, s.properties, s.ranges) for s in named}
    return replace(e, table.get)


def in_words(said: str) -> str:
    """A sentence with the letters of the text in the place of the others."""
    return re.sub(OTHERS, lambda m: "d" if m[0] in (LETTER, CALLED) else "", said)
