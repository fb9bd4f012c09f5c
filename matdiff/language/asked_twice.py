"""Questions of one text that are asked in several places: the gradient and the Hessian of f, ∂L/∂W and ∂L/∂b.

In go statements and the questions found in them, out comes the one question that they are; two that have different
answers are refused.
"""

from __future__ import annotations

from typing import NoReturn

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language import left_sides
from matdiff.language.left_sides import Piece
from matdiff.language.names import LETTER
from matdiff.language.parting import word_of
from matdiff.language.questions import Question
from matdiff.language.requests import request_at
from matdiff.language.transcript import Edit


def without_request(text: str, pieces: list[Piece]) -> tuple[list[Piece], Question | None, list[tuple[int, int]]]:
    """The statements, of which «the gradient of f wrt x» is but f; the question that it is; where its words stand.

    The gradient of f, where …, wrt x has its unknown behind another statement than its function.
    """
    asked: Question | None = None
    within, spans = list[Piece](), list[tuple[int, int]]()
    for piece in pieces:
        found = request_at(text[: piece.end], piece.start, text)
        is_one = found and asked and not asked.order and as_one(found, asked)[0] is None  # x minimising f; gradient?
        asked = as_one(found, asked)[1] if is_one else asked  # set the derivative to zero, and solve for x
        if found and asked and _is_bare(asked) and asked.names in ((), found.names) and found.order > asked.order > 0:
            asked = found  # the gradient, and the Hessian of f, whose page has both
        elif found and asked and not is_one:
            is_more = word_of(text, piece) in ("and", "also") or asked.names in ((), found.names)  # and wrt y
            if not (_says_by_what(found) and (is_more or _is_bare(asked))):
                _refuse_second(text, found)
            names, order = (*asked.names, *found.names), max(asked.order, found.order)  # the gradient and the Hessian
            asked = asked._replace(names=tuple(dict.fromkeys(names)), order=order)
        asked = asked or found
        spans += _around(found)
        within.append(piece._replace(start=found.inner[0], end=found.inner[1]) if found and found.inner else piece)
    return within, asked, spans


def as_one(first: Question | None, second: Question | None) -> tuple[Question | None, Question | None]:
    """Two questions, of which max_θ f, gradient, and max f, first order conditions by θ, are but the second."""
    if not (first and second and _says_by_what(first)) or second.order or first.order > 1:
        return first, second
    if second.names and not set(first.names) <= set(second.names):
        return first, second
    return None, second._replace(names=first.names or second.names)


def _says_by_what(asked: Question) -> bool:
    """Whether a question is no more than «wrt x», behind a formula or alone."""
    return _is_bare(asked) or (asked.inner is not None and asked.inner[0] == asked.start)


def _is_bare(asked: Question) -> bool:
    """Whether a question is ∂/∂x or «the gradient by x», of a function that stands elsewhere."""
    return asked.inner is not None and asked.inner[0] == asked.inner[1]


def _around(asked: Question | None) -> list[tuple[int, int]]:
    """The places of a question in words that are not the function which it holds."""
    spans = [(asked.start, asked.inner[0]), (asked.inner[1], asked.end)] if asked and asked.inner else []
    return [span for span in spans if span[0] < span[1]]


def with_second(
    text: str, first: Question, second: Question, piece: Piece, heads: list[re.Match[str]]
) -> tuple[Question, Edit]:
    """The question ∂L/∂W and ∂L/∂b: two of one function, of which the second is left out; of min L and ∂L/∂W that."""
    held = text[slice(*second.inner)].strip(" ()") if second.inner else ""
    head = left_sides.HEAD.match(text, second.end, piece.end)
    if not second.order and head and first.inner and text[slice(*first.inner)].split("(")[0] == left_sides.called(head):
        return first, (second.start, second.end, " ")  # minimise f(x) = …, ∇f
    if second.order > first.order == 0 and held in map(left_sides.called, heads):
        return second, (piece.lead[0], piece.end, " ")
    of = {
        text[slice(*asked.inner)].strip(" ()") if asked.inner else name_behind(text, asked) for asked in (first, second)
    }
    if len(of) > 1 or of == {""} or first.order > 1 or first.sense != second.sense or first.order < second.order:
        _refuse_second(text, second)
    return first._replace(names=(*first.names, *second.names), order=second.order), (piece.lead[0], piece.end, " ")


def name_behind(text: str, asked: Question) -> str:
    """The f of ∇_x f."""
    m = re.compile(rf"\s*({LETTER})(?=\s*(?:,|and\b|[.?;\n]|$))").match(text, asked.end)
    return m[1] if m else ""


def _refuse_second(text: str, asked: Question) -> NoReturn:
    message = "two derivatives or minima are asked for"
    raise NotationError(message, text=text, span=(asked.start, asked.end), suggestion="leave one of them")
