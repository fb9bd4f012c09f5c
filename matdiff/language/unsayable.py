"""What no statement may say: a derivative within a function, a point at which it is taken, differentials, claims.

In goes what a text says, as a plain spelling; each of these is refused by name.  What = says else is a chain a = b = c,
or that a derivative is set to 0.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.left_sides import HEAD, MOST_SIDES, Piece
from matdiff.language.names import GREEK_CLASS, LETTER, named
from matdiff.language.outside import between
from matdiff.language.questions import SO, Question
from matdiff.language.transcript import Edit, Transcript
from matdiff.regex import regex

UNREAD = regex(
    r"⟪?\b(?P<goal>arg\s*(?:min|max)|minimi[sz]e|maximi[sz]e)(?![A-Za-z])⟫?|(?P<subject>\bsubject\s+to\b|\bs\.t\.|⟪s\.?t⟫)|∂"
    r"|(?P<d>(?<![\w.])d(?:[\s\u200a]+[^\W\d_]\w*)?\s*\)?\s*/\s*\(?\s*d\u200a?[^\W\d_](?![^\W\d_]))"  # -d U/dr
)
POINT = regex(rf"\bat\s+(?:the\s+point\s+)?{LETTER}\s*=")
DIRECTIONAL = regex(r"(?i)\bdirectional\s+derivative\b(?!\s*=)", given="erivative")
WHETHER = regex(  # is the gradient of f equal to g, show that df/dx = g
    r"(?i)(?:\A[^\S\n]*|[.;,?!]\s|\n[^\S\n]*)(?P<asks>(?:show|prove|verify)\s+that(?=\s[^.;]*=)"
    r"|is\s+the\s+(?:gradient|derivative)(?=\s+of\s[^?]*\s(?:equal|=)))"
)
OTHER_SIGN = regex(  # log-likelihood = …; dNLL/dμ
    r"(?s)(?<!negative )(?<!minus )\blog[-\s]?likelihood\s*:?=(?!.*NLL\s*:?=).*(?P<asks>[d∂]\s?NLL\s*/)", given="NLL"
)
FIRST, SECOND = (regex(rf"(?<!\S)\((?:{mark})\)\s+\S") for mark in ("a|i", "b|ii"))  # (a) x'Ax (b) b'x
DIFFERENTIAL = regex(  # dX, and not the axes of einsum('nd,dk->nk', …)
    r"(?<![^\W\d]|[.\\])(?!do\s[a-z]{2,})(?=(?P<name>\w+))d\u200a?(?P<of>[^\W\d_])(?![^\W\d_(]|\(|[\w,. ]*->)"
)
OUTER = regex(r"\s*d[\s\u200a]*(?:⟪?(?:[Tt]r|trace|log\s*det|logdet|det)⟫?(?!\w)|\((?!\w(?:\s*,\s*\w)*\)\s*:?=))")
COEFFICIENT = regex(
    rf"(?<![^\W\d_.\\⟪])(?:d(?!\u200a?[A-Za-z{GREEK_CLASS}])|c(?![^\W\d_]{{2}})(?=\s?[^\W\d_]))"
)  # d alone, or cx beside dy
ZERO = regex(rf"[\s\u200a]*[0𝟎](?:\s+(?:gives|yields|implies|{SO}|for\s+(?P<x>{LETTER})))?[\s.,?\u200a]*")
STEPS = regex(  # of a recurrence, and of a sum in words
    r"[Ff]or\b[^;\n]*|\b(?:from|over)\s+[a-z]\s*=", given=("or", "from", "over")
)


def refuse_differential(script: Transcript, known: Collection[str]) -> None:
    """Refuses dX and d tr(AX), which are no products, where nothing says that d is a number, or dX a name."""
    text = script.text
    found = (m for m in DIFFERENTIAL.finditer(text) if m["name"] not in known and not _is_name(text, m))
    outer, inner = OUTER.match(text), next(found, None)
    if "d" in known:
        return
    if outer and not COEFFICIENT.search(text, outer.end()):
        m, of = outer, "all that follows"
    elif inner and not COEFFICIENT.search(text):
        m, of = inner, inner.group("of")
    else:
        return
    message = f"{m.group().strip(' ⟪⟫(')} is the differential of {of}, which matdiff finds from a function"
    is_claim = re.search(r"=(?!=)", script.source) is not None
    further = "whether the equation is true says matdiff check" if is_claim else "a product is written with *"
    raise script.error(m.span(), message, f"write the function alone; {further}")


def _is_name(text: str, m: re.Match[str]) -> bool:
    """Whether a text defines dx without any differential and uses it, df = n − p; r/df, or has sqrt(dk) and no k."""
    name = m["name"]
    if re.search(r"[a-z⟫]\($", text[: m.start()]) and text.startswith(")", m.end()):
        return re.search(rf"(?<![^\W\d_]){m['of']}(?![^\W\d_])", text) is None
    own = re.search(rf"(?<!\w){name}⟫?\s*:?=(?!=)(?P<body>[^;,\n=]*)(?:[;,\n]|$|\bwhere\b)", text)
    uses = re.findall(rf"(?<!\w){name}(?!\w)", text)
    return own is not None and len(uses) > 1 and not DIFFERENTIAL.search(own["body"])


def refuse_other_questions(script: Transcript) -> None:
    """Refuses a derivative at x = 0, and in a direction, whether something is true, and (a) x'Ax (b) b'x."""
    if m := WHETHER.search(script.text):
        message = f"the words “{m['asks']}” ask whether an equation is true"
        raise script.error(m.span("asks"), message, "write the function alone; matdiff check says what is true")
    if m := DIRECTIONAL.search(script.text):
        message = "a directional derivative is the differential with the direction in place of dX"
        raise script.error(m.span(), message, "leave out the direction, and ask matdiff differential")
    if m := POINT.search(script.text):
        message = "a derivative is found as a formula, and not at a point"
        raise script.error(m.span(), message, "leave the point out; matdiff.evaluate puts values into the answer")
    if m := OTHER_SIGN.search(script.source):
        message = "the negative log-likelihood is asked about, and the text gives the log-likelihood"
        raise NotationError(message, text=script.source, span=m.span("asks"), suggestion="write NLL = …")
    second = SECOND.search(script.text)
    if second and FIRST.search(script.source):
        message = "the text asks about several functions, (a) and (b)"
        raise script.error(second.span(), message, "ask about one of them at a time")


def refuse_unread(script: Transcript, known: Collection[str]) -> None:
    """Refuses by name a question that stands elsewhere than in front of the function."""
    m = UNREAD.search(script.text)
    if m is None or (m.group("d") and ("d" in known or re.search(r"(?<!\w)d\s*:?=", script.text))):
        return
    message = "a derivative can only be asked for in front of the whole function"
    if m.group("goal"):
        message = f"{m.group('goal')} can only stand in front of the whole function"
    if m.group("subject"):
        message = "there is no function in front of the constraints"
    raise script.error(m.span(), message, "name the unknown with wrt")


def one_side(text: str, place: int, end: int, edits: list[Edit], kept: int) -> tuple[list[Edit], list[list[Edit]]]:
    """The changes that leave one member of a chain a = b, the last or the first, and those for each of the others."""
    sides = _sides(text, place, end)
    if len(sides) == 1:
        return edits, []
    left: list[list[Edit]] = [[*edits, (place, start, " "), (stop, end, " ")] for start, stop in sides]
    own = left.pop(kept)
    return own, left


def are_formulas(text: str, piece: Piece) -> bool:
    """Whether all members of a chain, ‖r‖² = rᵀr, have a letter in common; x'A x = c is a condition."""
    letters = (set(re.findall(r"[^\W\d_]", text[start:end])) for start, end in _sides(text, piece.start, piece.end))
    return bool(set.intersection(*letters))


def refuse_claim(text: str, question: Question, piece: Piece) -> None:
    """Refuses ∇f(x) = …, which says what a derivative is."""
    is_of = re.search(r"\bof\b[^=]*$", text[question.start : question.end])  # d/dx of J = …
    if question.order and not is_of and HEAD.match(text, question.end, piece.end):
        message = "this says what a derivative is, not what is differentiated"
        hint = "write the function; whether the equation is true says matdiff check"
        raise NotationError(message, text=text, span=(question.start, question.end), suggestion=hint)


def set_to_zero(text: str, start: int, piece: Piece, names: Collection[str]) -> tuple[int, int] | None:
    """Where = 0 stands behind a derivative by *names* from a place on, which asks where it is 0, perhaps «for x».

    Errors: NotationError where another right side stands there.
    """
    (_, end), *others = _sides(text, start, piece.end)
    if not others:
        return None
    zero = ZERO.fullmatch(text, *others[0])
    if len(others) > 1 or not zero or (zero["x"] and named(zero["x"]) not in names):
        message = "this says what a derivative is, beside what is differentiated"
        hint = "write one side; whether the equation is true says matdiff check"
        raise NotationError(message, text=text, span=(end, piece.end), suggestion=hint)
    return end, piece.end


def _sides(text: str, place: int, end: int) -> list[tuple[int, int]]:
    """The members of a chain a = b = c."""
    shown = STEPS.sub(lambda m: " " * len(m[0]), text[place:end])
    found = [(place + a, place + b) for a, b in between(shown, r"(?<![:=<>!])=(?![=>])")]
    if len(found) > MOST_SIDES + 1:
        raise NotationError("there are too many signs =", text=text, span=(place, end), suggestion="write one function")
    return found
