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
from matdiff.language.names import CHANGE_MARKS, LETTER, MARKS, SUBS
from matdiff.language.parting import word_of
from matdiff.language.questions import Question
from matdiff.language.requests import VERB, request_at
from matdiff.language.transcript import Edit, Transcript
from matdiff.regex import regex

CONSTRAINED = regex(  # min f s.t. g = 0. The Lagrangian is L(x, λ) = …; ∂L/∂x
    r"(?:\A|(?<=[.;:?]\s)|(?<=\n))(?P<problem>(?:[^.;:\n?]|\.(?=\S))*?(?:subject\s+to|s\.\s?t\.|such\s+that)\s[^?]*?)"
    rf"(?:(?:[.:;,\n]|[-=]>|[→⇒])\s+(?:[A-Za-z][a-z]+\s*[:,]?\s+){{0,4}}?|\s+is\s+)"
    rf"(?=(?P<f>{LETTER})\s*(?:\([^()=]*\))?\s*:?=(?!=))",
    given=("ubject", "t.", "uch"),  # behind their s
)
ASKED = r"[∂d]\s?{0}\s?/\s?[∂d]|∇\w*\s?{0}(?!\w)|\b(?:derivatives?|gradients?)\s+of\s+{0}(?!\w)"
LOW = rf"(?:_\{{[^{{}}]*\}}|_\w+|[{MARKS}{SUBS}]|\^(?:\{{[^{{}}]*\}}|\([^()]*\)|\w))*"
PLACE = r"\((?:[^()]|\([^()]*\))*\)"  # also (θ^{(t)})
UPDATE = regex(  # x_{k+1} = x_k − η∇f(x_k), ΔW = −η ∂J/∂W
    rf"(?<!\w)(?P<change>[Δ∆]\s?)?(?P<of>[^\W\d_])(?P<changed>[{''.join(CHANGE_MARKS.values())}])?{LOW}\s*(?::?=|←|<-|⟵)\s*"
    rf"(?(change)|(?(changed)|(?P=of){LOW}\s*))[-−+]\s*(?:(?!d\w*/)(?:[^\W\d_∂]|[a-z]{{2,8}}){LOW}\s*[*·]?\s*)?"
    rf"(?P<asked>∇{LOW}\s*{LETTER}|(?P<drawn>\(\()?[∂d]\s?{LETTER}(?:{PLACE})?(?(drawn)\))\s*/\s*(?(drawn)\()[∂d]\s?(?P=of){LOW}(?(drawn)\)\))"
    rf"|(?P<before>\(\()?[∂d](?(before)\))\s*/\s*(?(before)\()[∂d]\s?(?P=of){LOW}(?(before)\)\))\s*{LETTER})(?P<at>{LOW}{PLACE})?"
    r"(?=\s*(?:[.,;:?\n]|\Z|(?:with|where|for|and)\b))",
    given=("∇", "/"),
)
AGAIN = regex(rf"(?:(?<=[.;?]\s)|(?<=\n))(?:{VERB})\s+(?P<x>{LETTER})[\s.?]*\Z")  # x̂ = argmin f. What is x̂?


def with_one_question(script: Transcript) -> tuple[Transcript, list[tuple[int, int]], tuple[str, ...]]:
    """The text without what a question does not need, its places, and notes.

    It needs no problem in front of the Lagrangian that is asked about, no step of a method that uses what is asked for,
    and no «what is x?» behind x = argmin f.
    """
    text, spans, notes = script.text, list[tuple[int, int]](), list[str]()
    for m in CONSTRAINED.finditer(text):
        f = re.escape(m["f"])
        if re.search(ASKED.format(f), text[m.end() :]) and not re.search(rf"(?<![^\W\d_]){f}(?!\w)", m["problem"]):
            notes.append(f"the answer is that of {m['f'].strip('⟪⟫')}, and does not use “{m['problem'].strip()}”")
            spans.append(m.span())
            break
    is_more = re.search(r"∇|[∂d]\w*\s*/\s*[∂d]|(?i:\bgradient of|\bderivative)", UPDATE.sub(" ", text))
    for m in UPDATE.finditer(text):
        asked, step = (script.source[slice(*script.span(*m.span(part)))] for part in ("asked", 0))
        notes.append(f"the answer is {asked} alone, which “{step}” uses")
        around = [(m.start(), m.start("asked")), (m.end("asked"), m.end())]
        spans += [(m.start(), min(m.end() + 1, len(text)))] if is_more else around
    again = AGAIN.search(text)
    sought = rf"(?<!\w){re.escape(again['x'])}\s*:?=\s*(?:⟪?arg|[-−]?\s*(?:∇|[∂d]\w*\s*/))" if again else "(?!)"
    spans += [again.span()] if again and re.search(sought, text[: again.start()]) else []
    return script.edited([(k, k + 1, " ") for span in spans for k in range(*span)]), spans, tuple(notes)


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
