"""How the statements of a text stand together: what parts them, once conditions and questions are taken out.

In go a text and its statements, out come the changes that leave definitions and a function with the signs between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matdiff.errors import NotationError
from matdiff.language.left_sides import HEAD, Piece
from matdiff.language.names import as_index
from matdiff.language.parting import IN_FRONT, says_nothing, word_of
from matdiff.language.requests import is_verb
from matdiff.language.transcript import Edit
from matdiff.regex import regex, search_in


def joined(text: str, pieces: list[Piece], kept: set[int]) -> Iterator[Edit]:
    """Takes out the conditions, and the signs and words in front of them."""
    begins = next((k for k, p in enumerate(pieces) if p.start in kept and text[p.start : p.end].strip()), 0)
    condition: tuple[int, int] | None = None  # a word whose first statement was a condition
    is_first = False  # let h = A x, h'h
    for k, piece in enumerate(pieces):
        lead, word = text[slice(*piece.lead)], word_of(text, piece)
        ends = lead.lstrip("=\n\t ") in (".", "?", ":", "→", "⇒", ">", "->", "--", "---", "–", "—")
        if condition and (word or (ends and k > begins and piece.start in kept)):  # f where A ≻ 0. df/dx
            yield (*condition, " ")
            condition = None
        if says_nothing(text, piece):
            yield piece.lead[0], piece.end, " "  # f, where A ≻ 0; f if A is symmetric?
        elif piece.start not in kept:
            closes = text.startswith(")", piece.end)  # tr(X) (X ∈ ℝⁿ)
            yield piece.start, piece.end + closes, " "
            if word and not closes and not is_verb(word):
                condition = piece.lead
            else:
                yield (*piece.lead, " ")
        elif condition and k == begins:  # let A ≻ 0; f
            yield from ((*piece.lead, " "), (*condition, " "))
            condition = None
        elif word and k == begins:
            is_first = _leads_in(text, piece, word)
            is_let = is_first or lead == "let"  # let h = A x in h'h
            yield (*piece.lead, "let " if is_let and re.search(r"\bin\b", text) else " ")
        elif word:
            is_and = word == "and" and any(is_item(text, one) for one in (piece, pieces[k - 1]))
            is_next = word == "then" or is_verb(word) or is_first or is_and
            yield (*piece.lead, ";" if is_next else " and " if word == "and" else " where ")
        elif condition:
            yield from ((*piece.lead, " "), (*condition, ";" if is_first or not is_item(text, piece) else " where "))
            condition = None
        elif (counts := _is_count(text, piece, pieces[k - 1])) or ends:  # h_t = tanh(W h_{t-1}), t = 1..T
            yield (*piece.lead, " for " if counts else ";" if k > begins else " ")
        elif lead == "," and (is_first or _parts(text, piece, pieces[k - 1], kept)):
            yield (*piece.lead, ";")
    if condition:
        yield (*condition, " ")


def _leads_in(text: str, piece: Piece, word: str) -> bool:
    """Whether a word that begins a text leads in a definition; an if must have one or a condition behind it."""
    defines = is_item(text, piece)
    if word in ("if", "when") and not defines:
        message = f"what stands behind {word} is no condition"
        raise NotationError(message, text=text, span=piece.lead, suggestion=f"leave out the word {word}")
    return word in IN_FRONT and defines


def _parts(text: str, piece: Piece, before: Piece, kept: set[int]) -> bool:
    """Whether a comma parts two statements: one of them defines something, or the first is a condition."""
    if is_item(text, piece) or before.start not in kept:
        return True
    is_range = re.fullmatch(r"\s*(?:[0-9]+|(?:\.\.|…|⋯).*)\s*", text[piece.start : piece.end], re.DOTALL)  # k = 1, …, K
    return is_range is None and is_item(text, before)


def _is_count(text: str, piece: Piece, before: Piece) -> bool:
    """Whether a statement says which steps the definition in front of it has."""
    m = COUNT.match(text, piece.start)
    is_step = m is not None and HEAD.match(text, before.start, before.end) is not None
    return is_step and search_in(as_index(m["letter"]), text[before.start : before.end]) is not None  # type: ignore[index]


COUNT = regex(r"\s*(?P<letter>[a-z])\s*=\s*[-+\w\s]+(?:\.\.|,\s*(?:\w+\s*,\s*)?(?:\.\.|…|⋯)|…|⋯|:)")
RANGE = r"\s*(?:[0-9]+\s*,?\s*(?:\.\.|…)|\w+\s*(?:\.\.|…))"


def is_item(text: str, piece: Piece) -> bool:
    """Whether a statement defines something, and is no range as in for k = 1, …, K; or asks for ∂L/∂A."""
    if re.compile(r"\s*(?:\(\(\s*)?∂[^/]*/").match(text, piece.start, piece.end):
        return True
    m = HEAD.match(text, piece.start, piece.end)
    return m is not None and (
        re.match(rf"{RANGE}|\s*[0-9]+\s*$", text[m.end() : piece.end]) is None
        or re.compile(r"\s*[0-9]+\s*,(?!\s*(?:[0-9]|\.\.|…|⋯))").match(text, m.end()) is not None  # s = 5, r/s
    )
