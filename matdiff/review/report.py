"""What check gives back: a verdict on every line, the first wrong one, and what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr
from matdiff.displayed import Displayed
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.calculus.derivation import Line
    from matdiff.review.filling import Work
    from matdiff.review.judged import Judged

PROVED, AGREES, CONVENTION, WRONG, UNREAD, NO_CLAIM = (
    "proved", "agrees", "right under a convention", "wrong", "not read", "not a claim",
)  # fmt: skip
RIGHT = (PROVED, AGREES, CONVENTION)
GRAVEST = (WRONG, UNREAD, CONVENTION, AGREES, PROVED, NO_CLAIM)  # first


class Verdict(NamedTuple):
    """A line of the text: its number among those that are not empty, the verdict, the reason, its place in the text."""

    number: int
    text: str
    verdict: str
    reason: str
    span: tuple[int, int]
    work: Work | None = None

    @property
    def is_claim(self) -> bool:
        return self.verdict != NO_CLAIM

    @property
    def because(self) -> str:
        """Why it is not read; nothing of other lines."""
        return self.reason if self.verdict == UNREAD else ""

    @property
    def steps(self) -> tuple[Line, ...]:
        """What is missing between the line before and this one: equal lines, Line(expression, laws)."""
        return self.work.lines() if self.work is not None and self.verdict in RIGHT else ()

    @property
    def laws(self) -> tuple[str, ...]:
        """The laws that lead from the line before to this one, each once."""
        return tuple(dict.fromkeys(title for step in self.steps for title in step.titles))


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
        self.lines = tuple(
            Verdict(j.line.number, j.line.text, j.verdict, j.reason, j.line.span, j.work) for j in judged
        )
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
        claims = [line for line in self.lines if line.is_claim]
        unread = sum(line.verdict == UNREAD for line in claims)
        if not claims:
            return "there is no claim in the text"
        if unread:
            return f"nothing wrong in the {len(claims) - unread} lines that are read; {unread} not read"
        return "all right"

    def written(self, form: str, steps: str = "none") -> str:
        """As ``text``, ``latex``, ``markdown`` or ``json``; with *steps* ``full`` the steps between the lines."""
        from matdiff.review.written import written

        return written(self, form, steps)

    def to_text(self, steps: str = "none") -> str:
        """The lines with their verdicts, and the message."""
        return self.written("text", steps)

    def to_latex(self, steps: str = "none") -> str:
        """What is wrong as a sentence of LaTeX, with the line as it should be."""
        return self.written("latex", steps)

    def to_markdown(self, steps: str = "none") -> str:
        """The lines with their verdicts as a table of Markdown, and the message."""
        return self.written("markdown", steps)

    def to_json(self, steps: str = "none") -> str:
        """Everything as JSON."""
        return self.written("json", steps)
