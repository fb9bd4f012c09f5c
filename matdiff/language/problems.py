"""Problems as people write them: ``minimise f subject to A x = b, C x = d``; text in, expressions out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matdiff.algebra.expr import Expr
from matdiff.errors import ShapeError, SyntaxError, UnsupportedError
from matdiff.language.answers import Reading
from matdiff.language.reading import read, read_beside

GOAL = (
    r"\\?arg\s*\\?(?:min|max)|minimi[sz]e|maximi[sz]e|minimi[sz]ing|maximi[sz]ing|min|max|"
    r"(?:stationary|critical)\s+points?\s+of"
)
HEAD = re.compile(
    rf"\s*(?:find\s+|determine\s+)?(?:the\s+)?(?:[^\s=]+\s*:?=\s*)?\\?(?P<word>{GOAL})(?![A-Za-z])\s*"
    r"(?:_(?:\{(?P<low>(?:[^{}]|\{[^{}]*\})*)\}|(?P<letter>\\?[^\W_]+))|over\s+(?P<over>\w+)\s*[:,])?\s*:?\s*",
    re.IGNORECASE,
)
WORD = re.compile(
    rf"\\(?:text|textrm|textbf|mathrm|mbox|operatorname\*?)\s*\{{\s*({GOAL}|subject\s+to|such\s+that|s\.\s?t\.|and)\s*\}}",
    re.IGNORECASE,
)
UNDERSET = re.compile(r"\\underset\s*\{(?P<low>[^{}]*)\}\s*\{\s*(?P<word>(?:[^{}]|\{[^{}]*\})*)\}")
ARGMIN = re.compile(
    r"\s*(?:[^=]*=)?\s*\\?(?:operatorname\*?\{)?arg\s*\\?(?:min|max)\}?(?![A-Za-z])(_\{?[^\s{}]*\}?)?\s*", re.IGNORECASE
)
SUBJECT = re.compile(r"\b(?:subject\s+to|such\s+that|s\.\s?t\.)[:\s]*", re.IGNORECASE)
UNEQUAL = re.compile(r"<=|>=|[≤≥<>]")


class Problem(NamedTuple):
    """An objective, what is zero where the constraints hold, and what is asked for: *minimise*, *maximise* or nothing.

    *names* are the unknowns that the text names itself, as min_w does.
    """

    reading: Reading
    constraints: tuple[Expr, ...]
    sense: str = ""
    names: tuple[str, ...] = ()


class Head(NamedTuple):
    """What stands in front of an objective: what is asked for, the unknowns that it names, and where it ends."""

    sense: str = ""
    names: tuple[str, ...] = ()
    end: int = 0


def head_of(text: str) -> Head:
    """The words in front of an objective: ``minimise``, ``\\arg\\max_{w}``, ``stationary points of``.

    >>> head_of("maximise x'c")
    Head(sense='maximise', names=(), end=9)
    """
    m = HEAD.match(text)
    if m is None:
        return Head()
    word = re.sub(r"[^a-z]", "", m["word"].lower()).removeprefix("arg")
    sense = "maximise" if word.startswith("max") else "minimise" if word.startswith("min") else ""
    low = m["low"] or m["letter"] or m["over"] or ""
    names = [re.split(r"\\in\b|[∈≻⪰>≥:]|\\succ", name)[0].strip() for name in low.split(",")]
    return Head(sense, tuple(name for name in names if name), m.end())


def in_words(text: str) -> str:
    """A text of LaTeX whose words of a problem stand outside of commands."""
    text = UNDERSET.sub(lambda m: f"{m['word'].strip()}_{{{m['low']}}} ", text)
    return WORD.sub(lambda m: f" {m[1]} ", text)


def read_problem(
    text: str, where: str | Mapping[str, str] | None, wrt: Sequence[str], subject_to: Sequence[str] = ()
) -> Problem:
    """The objective and the constraints of a text, and of further texts with a constraint each.

    Raises SyntaxError where a constraint is no equation, and UnsupportedError where it is an inequality.
    """
    objective, *rest = SUBJECT.split(in_words(text), maxsplit=1)
    head = head_of(objective)
    reading = read(without_space(objective[head.end :]), where, wrt or head.names, scalar=True)
    constraints = constraints_beside(reading.expr, (*rest, *subject_to), where)
    return Problem(reading, constraints, head.sense, head.names)


def constraints_beside(f: Expr, texts: Sequence[str], where: str | Mapping[str, str] | None) -> tuple[Expr, ...]:
    """What is zero where the constraints in some texts hold, with the symbols of an objective."""
    return tuple(_constraint(f, piece, where) for text in texts for piece in _pieces(text))


def without_space(text: str) -> str:
    """A piece of LaTeX without the spaces and signs of alignment at its ends."""
    return re.sub(r"^(?:\s|&|\\q?quad|\\[,;:!\\])+|(?:\s|&|\\q?quad|\\[,;:!\\]|[,.])+$", "", text)


def difference(text: str) -> str:
    """left − right of an equation, as text."""
    if UNEQUAL.search(text):
        raise UnsupportedError(
            f"{text} is an inequality", suggestion="Equations A x = b are covered; add a slack variable."
        )
    left, equals, right = text.partition("=")
    if not equals or "=" in right:
        raise SyntaxError("an equation has one sign =", text=text, span=(0, len(text)), suggestion="Write A x = b.")
    return left if re.fullmatch(r"\s*0(\.0*)?\s*", right) else f"({left}) - ({right})"


def _constraint(f: Expr, text: str, where: str | Mapping[str, str] | None) -> Expr:
    """left − right, with the symbols of the objective."""
    c = read_beside(f, difference(text), where)
    if c.free:
        raise ShapeError(f"the constraint {text} has a free index", suggestion="Stack the constraints into a vector.")
    return c


def read_equation(text: str, where: str | Mapping[str, str] | None, unknown: str) -> tuple[Reading, bool]:
    """What is zero where an equation holds, and whether it is an objective whose gradient by the unknown that is.

    ``argmin_x g(x)`` and ``minimise g(x)`` stand for the condition ∇g = 0; an expression alone is set to zero.
    """
    argmin = ARGMIN.match(text) or HEAD.match(text)
    if argmin:
        return read(text[argmin.end() :], where, [unknown], scalar=True), True
    return read(difference(text) if "=" in text else text, where, [unknown]), False


def _pieces(text: str) -> Iterator[str]:
    """The constraints in a list: commas and semicolons outside brackets, and the word «and», stand between them."""
    depth = start = 0
    for match in re.finditer(r"[(\[{]|[)\]}]|[,;\n]|\band\b", text):
        sign = match.group()
        if sign in "([{" or sign in ")]}":
            depth += 1 if sign in "([{" else -1
        elif depth == 0:
            yield from _unless_empty(text[start : match.start()])
            start = match.end()
    yield from _unless_empty(text[start:])


def _unless_empty(text: str) -> list[str]:
    text = without_space(text)
    return [text] if text else []
