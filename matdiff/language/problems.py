"""Problems as people write them: ``minimise f subject to A x = b, C x = d``; text in, expressions out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from matdiff.algebra.expr import Expr
from matdiff.errors import ShapeError, SyntaxError, UnsupportedError
from matdiff.language.answers import Reading
from matdiff.language.reading import read, read_beside

HEAD = re.compile(r"\s*\\?(?P<word>minimi[sz]e|maximi[sz]e|min|max)(?![A-Za-z])(_\{?[^\s{}]*\}?)?\s*", re.IGNORECASE)
ARGMIN = re.compile(
    r"\s*(?:[^=]*=)?\s*\\?(?:operatorname\*?\{)?arg\s*\\?(?:min|max)\}?(?![A-Za-z])(_\{?[^\s{}]*\}?)?\s*", re.IGNORECASE
)
SUBJECT = re.compile(r"\b(?:subject\s+to|such\s+that|s\.\s?t\.)[:\s]*", re.IGNORECASE)
UNEQUAL = re.compile(r"<=|>=|[≤≥<>]")


class Problem(NamedTuple):
    """An objective, and what is zero where the constraints hold."""

    reading: Reading
    constraints: tuple[Expr, ...]


def read_problem(
    text: str, where: str | Mapping[str, str] | None, wrt: Sequence[str], subject_to: Sequence[str] = ()
) -> Problem:
    """The objective and the constraints of a text, and of further texts with a constraint each.

    Raises SyntaxError where a constraint is no equation, and UnsupportedError where it is an inequality.
    """
    objective, *rest = SUBJECT.split(text, maxsplit=1)
    head = HEAD.match(objective)
    reading = read(objective[head.end() :] if head else objective, where, wrt, scalar=True)
    written = [piece for part in (*rest, *subject_to) for piece in _pieces(part)]
    return Problem(reading, tuple(_constraint(reading.expr, piece, where) for piece in written))


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
    return [text.strip()] if text.strip() else []
