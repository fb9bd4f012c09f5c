"""What check gives back: a verdict on every line, the first wrong one, and what it should be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from matdiff.algebra.expr import Expr
from matdiff.displayed import Displayed
from matdiff.review.verdicts import NO_CLAIM, UNREAD, WRONG

if TYPE_CHECKING:
    from matdiff.review.judging import Judged


class Verdict(NamedTuple):
    """A line of the text: its number among those that are not empty, the verdict, the reason, its place in the text."""

    number: int
    text: str
    verdict: str
    reason: str
    span: tuple[int, int]


class Review(Displayed):
    """What is said of a derivation.

    ok           whether no line is wrong
    lines        the lines that are not empty, each with its verdict
    first_wrong  the number of the first wrong line, or None
    kind         the kind of the slip: transpose, sign, factor, order, missing term …
    should_be    the side that is wrong as it should be
    message      what is wrong, in a sentence or two
    """

    __slots__ = ("first_wrong", "kind", "lines", "message", "should_be")

    def __init__(self, judged: Sequence[Judged], kind: str = "", should_be: Expr | None = None, said: str = "") -> None:
        self.lines = tuple(Verdict(j.line.number, j.line.text, j.verdict, j.reason, j.line.span) for j in judged)
        self.first_wrong = next((line.number for line in self.lines if line.verdict == WRONG), None)
        self.kind, self.should_be = kind or None, should_be
        self.message = said or self._summary()

    @property
    def ok(self) -> bool:
        return self.first_wrong is None

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"Review({self.message})"

    def _summary(self) -> str:
        claims = [line for line in self.lines if line.verdict != NO_CLAIM]
        unread = sum(line.verdict == UNREAD for line in claims)
        if not claims:
            return "there is no claim in the text"
        if unread:
            return f"nothing wrong in the {len(claims) - unread} lines that are read; {unread} not read"
        return "all right"

    def to_text(self) -> str:
        """The lines with their verdicts, and the message."""
        width = max((len(line.verdict) for line in self.lines if line.verdict != NO_CLAIM), default=0)
        rows = []
        for line in self.lines:
            verdict = "" if line.verdict == NO_CLAIM else line.verdict
            because = f"    [{line.reason}]" if line.verdict in (UNREAD,) else ""
            rows.append(f"{line.number:>3}  {verdict:<{width}}  {line.text}{because}")
        return "\n".join([*rows, "", self._said(), ""])

    def _said(self) -> str:
        return self.message if self.ok else f"line {self.first_wrong}: {self.message}"

    def to_latex(self) -> str:
        """What is wrong as a sentence of LaTeX, with the line as it should be."""
        if self.should_be is None:
            return self.message
        return f"Line {self.first_wrong} ({self.kind}) should be $\\displaystyle {self.should_be:latex}$."

    def to_json(self) -> str:
        """Everything as JSON."""
        lines = [line._asdict() for line in self.lines]
        should_be = None if self.should_be is None else str(self.should_be)
        said = {"ok": self.ok, "first_wrong": self.first_wrong, "kind": self.kind, "should_be": should_be}
        return json.dumps({**said, "message": self.message, "lines": lines}, ensure_ascii=False, indent=2)
