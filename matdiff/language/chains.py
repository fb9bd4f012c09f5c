"""What = says in a statement: a chain a = b = c, a derivative that is set to 0, and a claim, which is refused."""

from __future__ import annotations

from matdiff.errors import NotationError
from matdiff.language.left_sides import HEAD, MOST_SIDES, Piece
from matdiff.language.outside import between
from matdiff.language.questions import Question
from matdiff.language.transcript import Edit
from matdiff.regex import regex

STEPS = regex(  # of a recurrence, and of a sum in words
    r"[Ff]or\b[^;\n]*|\b(?:from|over)\s+[a-z]\s*=", given=("or", "from", "over")
)


def one_side(text: str, place: int, end: int, edits: list[Edit], kept: int) -> tuple[list[Edit], list[list[Edit]]]:
    """The changes that leave one member of a chain a = b, the last or the first, and those for each of the others."""
    sides = _sides(text, place, end)
    if len(sides) == 1:
        return edits, []
    left: list[list[Edit]] = [[*edits, (place, start, " "), (stop, end, " ")] for start, stop in sides]
    own = left.pop(kept)
    return own, left


def refuse_claim(text: str, question: Question, piece: Piece) -> None:
    """Refuses ∇f(x) = …, which says what a derivative is."""
    if question.order and HEAD.match(text, question.end, piece.end):
        message = "this says what a derivative is, not what is differentiated"
        hint = "write the function; whether the equation is true says matdiff check"
        raise NotationError(message, text=text, span=(question.start, question.end), suggestion=hint)


def set_to_zero(text: str, question: Question, piece: Piece) -> tuple[int, int] | None:
    """Where = 0 stands behind a derivative, which asks where it is 0; what it is said to be else is refused."""
    (_, end), *others = _sides(text, question.end, piece.end)
    if not others:
        return None
    if len(others) > 1 or text[slice(*others[0])].strip(" .,\u200a") not in ("0", "𝟎"):
        message = "this says what a derivative is, beside what is differentiated"
        hint = "write one side; whether the equation is true says matdiff check"
        raise NotationError(message, text=text, span=(end, piece.end), suggestion=hint)
    return end, piece.end


def _sides(text: str, place: int, end: int) -> list[tuple[int, int]]:
    """The members of a chain a = b = c."""
    shown = STEPS.sub(lambda m: " " * len(m[0]), text[place:end])
    found = [(place + a, place + b) for a, b in between(shown, r"(?<![:=<>!])=(?!=)")]
    if len(found) > MOST_SIDES + 1:
        raise NotationError("there are too many signs =", text=text, span=(place, end), suggestion="write one function")
    return found
