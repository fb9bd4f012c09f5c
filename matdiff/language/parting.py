"""Where a text parts into statements: at commas, semicolons, line breaks, full stops and words such as where.

In goes the plain spelling of a text, out come its statements, each with the sign or word in front of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matdiff.language.left_sides import Piece
from matdiff.language.names import ABBREVIATED, LETTER, MARKS, NAMES, SPELT_GREEK
from matdiff.language.outside import between, outside
from matdiff.language.phrases import said_of_names
from matdiff.language.questions import FUNCTION, GOAL_OVER
from matdiff.language.requests import AT_END, BEHIND_A_SIGN, GREETING, VERB
from matdiff.language.side_conditions import INNER, TOLD
from matdiff.regex import match_at, search_in

IN_FRONT = frozenset("let assume suppose given with for if when".split())
RANGED = r"=\s*[-−+\w\s()]*(?:\.\.|…|⋯|[,:;.\n]|to\b|$)"  # = 1..K; what is defined has signs of other kinds
COUNTED = rf"(?!\s+(?:(?:all|each|every)\s+)?\w+\s*(?:{RANGED}|,\s*\w+\s*=|\bin\b(?!\s*R)|∈\s*\{{|[;.,\n]|$))"
SUMMED = r"(?:all\s+)?(?:summed|summing|added)(?:\s+up)?"
SUMMED = rf",\s*(?:(?:{SUMMED}|sum)\s+over\b|{SUMMED}(?=[\s.?]*(?:$|[;\n])))"  # … , summed over i, j
SOLVED = r"(?:and\s+)?set\s+(?:(?:it|them|this)\s+)?(?:equal\s+)?to\s+(?:zero|0)(?=[\s.]*$)"
WORD = (
    rf"(?<![\w.])(?:{SOLVED}|"
    rf"(?<!\S)(?:{GREETING}\s*[,!.:]|(?:Question|Problem)\s*:)|(?:[Ii]|[Ww]e)\s+have(?!\s+to\b)|[Ww]here|[Ww]ith(?!\s+respect)|[Ss]ubject\s+to|such\s+that|[Ll]et|(?:[Gg]iven(?!\s+by\b)|[Aa]ssum(?:e|ing)|[Ss]uppose)(?:\s+that|\s+(?:I|we)\s+have)?|[Nn]ote\s+that"
    rf"|{VERB}|and|[Tt]hen|[Ii]f|[Ww]hen|s\.\s?t\.|⟪s\.?t\.?⟫|⟪given⟫|[Ff]or{COUNTED})(?![\w(])"
)
# a full stop, but not in s. t., nor in 2. unless a question follows, or a letter behind h = A x - 1 or n by 1
ASKS = r"(?:(?:the\s+)?(?i:(?:sub)?grad|deriv|partials|hess|jacob)|[∇∂]|d\w*\s*/)"
FULL_STOP = rf"(?<=\d)\.(?=\s+(?:{VERB}\s|{ASKS}))|(?<=\bby \d)\.(?=\s)|"
FULL_STOP += r"(?<=[<>≤≥≻⪰=] 0)\.(?=\s)|(?:(?<=[-+−*/]\s\d)|(?<=[-+−*/]\d))\.(?=\s+[^\W\d_]|\s+[‖|∑√])|"
FULL_STOP += r"(?:(?<=[\w)\]}'′ᵀ⊤²³|‖₊+])|(?<=[_^]\*))(?<!\.\w)(?<!\ss)(?<!\As)(?<!\A\d)(?<![\s(*/+=-]\d)\.(?=\s)"
QUALIFYING = rf"\((?:{WORD}\s+)?(?P<condition>[^()]*(?:\([^()]*\)[^()]*)*)\)[\s.]*$"
OF_NAMES = r"(?:[Gg]radient|[Dd]erivative)s?\s+for(?=\s)"  # the gradients for W and b
STEPS = r"=\s*[-+\w]+\s*,(?:\s*\w+\s*,)?\s*(?:\.\.\.?|…|⋯)\s*,"  # t = 1, …, T
MEMBERS = r"(?P<of>[^\W\d_])_1\s*,(?:\s*(?P=of)_2\s*,)?\s*(?:…|⋯|\.\.\.?)\s*,\s*(?P=of)_"  # x_1, …, x_n
ARROW = rf"(?:[-=]>|[→⇒]|:|(?<=\s)(?:---?|[–—])(?=\s))(?=\s*(?:{VERB}\s+)?(?:{ASKS}|\?|m(?:in|ax)(?![^\W_]|\()))"
ASKED = r"(?:(?<=/[d∂]\w)|(?<=/[d∂]\w\w))"  # dU/dw =
MARK = rf"(?P<whole>{OF_NAMES}|{STEPS}|{MEMBERS}|{INNER}|{GOAL_OVER}|{SUMMED})|[;,\n]|(?:=\s*)?\?"
MARK += rf"|{ASKED}\s*=(?=[\s.]*$|\s*[d∂]\w+/[d∂]\w+\s*=)|{ARROW}|{FULL_STOP}|{WORD}"
OF_A_NAME = rf"\bof\s+(?:{FUNCTION}|{LETTER}(?:\([^()]*\))?){AT_END}"
ONE_NAME = rf"\s*(?:{SPELT_GREEK}|{'|'.join(ABBREVIATED)}|[^\W\d_][{MARKS}]*)[0-9₀-₉]*(?:_\w|_\{{\w+\}})?\s*"
LISTED = rf"\s*{NAMES}\s*(?:[∈≻⪰≥>]|\bin\b|:\s*\w+\s*(?:[x×]|$))"

LISTING = (",", "and", ", and")


def pieces_of(text: str) -> list[Piece]:
    """The statements of a text in their order."""
    return _with_names(text, list(_with_chains(text, _pieces(text))))


def _pieces(text: str) -> Iterator[Piece]:
    """The statements of a text: commas, semicolons, line breaks and words such as where stand between them."""
    start, lead = 0, (0, 0)
    for m in outside(text, MARK):
        if m["whole"]:
            continue
        if len(m[0]) > 1 and not text[start : m.start()].strip() and not text[slice(*lead)].strip().isalpha():
            lead = (lead[0], m.end())  # . Then
        else:
            yield from _parted(text, Piece(lead, start, m.start()))
            lead = m.span()
        start = m.end()
    yield from _parted(text, Piece(lead, start, len(text)))


def says_nothing(text: str, piece: Piece) -> bool:
    """Whether a piece is but a comma or a full stop, or asks to set what is found to zero."""
    lead = text[slice(*piece.lead)].lstrip("=\n\t ")
    is_polite = re.fullmatch(rf"[\s.,;?]*{SOLVED}", lead) is not None
    return (lead in ("", ",", ".", "?") or is_polite) and not text[piece.start : piece.end].strip()


def word_of(text: str, piece: Piece) -> str:
    """The word in front of a statement, in small letters; empty where there is but a sign."""
    word = text[slice(*piece.lead)].strip(" .,;:=?\n\u200a⟪⟫(").lower().removesuffix("that").rstrip()
    return word if len(word) > 1 else ""


def _with_chains(text: str, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The statements, of which those that begin with = go on from the line before them."""
    last: Piece | None = None
    for piece in pieces:
        if last and re.compile(r"\s*=").match(text, piece.start, piece.end) and text[last.start : last.end].strip():
            last = last._replace(end=piece.end)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _with_names(text: str, pieces: list[Piece]) -> list[Piece]:
    """The statements, of which A, B ∈ ℝⁿ is one."""
    found: list[Piece] = []
    for piece in reversed(pieces):
        behind = found[-1] if found else piece
        alone = found and re.fullmatch(ONE_NAME, text[piece.start : piece.end])
        is_list = text[slice(*behind.lead)] in LISTING and behind is not piece
        is_last = is_list and re.fullmatch(ONE_NAME, text[behind.start : behind.end].rstrip(" ."))  # vectors x, y
        is_first = alone and re.match(LISTED, text[behind.start : behind.end])
        own = text[piece.start : piece.end]
        is_asked = is_last and (search_in(AT_END, own) or match_at(BEHIND_A_SIGN, own, 0))  # wrt a and b
        is_phrase = is_asked or (
            (alone or is_last) and said_of_names(text[piece.start : behind.end].strip(" .")) is not None
        )
        if is_list and (is_first or is_phrase):
            found[-1] = piece._replace(end=behind.end)
            while is_phrase and found[1:] and _goes_on(text, None if is_asked else piece, found[-2]):
                found[-2:] = [piece._replace(end=found[-2].end)]  # vectors a, b, x; wrt a, b and x
        else:
            found.append(piece)
    return found[::-1]


def _goes_on(text: str, first: Piece | None, behind: Piece) -> bool:
    """Whether the list of names of which a statement says something goes on with the name behind it; or any list."""
    own = text[behind.start : behind.end].rstrip(" .")
    is_listed = text[slice(*behind.lead)] in LISTING and re.fullmatch(ONE_NAME, own) is not None
    return is_listed and (first is None or said_of_names(text[first.start : behind.end].strip(" .")) is not None)


def _parted(text: str, piece: Piece) -> Iterator[Piece]:
    """A statement, and the condition at its end or in front: tr(X) (X ∈ ℝⁿ), with A symmetric: x'A x."""
    own = text[piece.start : piece.end]
    colon = own.find(":") if word_of(text, piece) in IN_FRONT else own.find(": ")
    is_asked = colon >= 0 and re.search(OF_A_NAME, own[:colon])  # derivative of f wrt x: f = …
    if colon >= 0 and own[colon + 1 :].strip() and (is_asked or said_of_names(own[:colon].strip())):
        middle = piece.start + colon
        yield piece._replace(end=middle)
        yield Piece((middle, middle + 1), middle + 1, piece.end)
        return
    m = re.search(QUALIFYING, own) if own.rstrip(" .").endswith(")") else None
    says = m.group("condition") if m else ""
    is_said = re.search(r"[∈≻⪰]", says) or said_of_names(says.strip()) is not None or re.fullmatch(TOLD, says.strip())
    if m is None or not own[: m.start()].strip() or not is_said:
        yield piece
        return
    inside = piece.start + m.start("condition")
    yield piece._replace(end=piece.start + m.start())
    for start, end in [(0, len(says))] if said_of_names(says.strip()) else between(says, ","):
        yield Piece(
            (inside + start - 1 if start else piece.start + m.start(), inside + start), inside + start, inside + end
        )
