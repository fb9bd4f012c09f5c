"""A line of a derivation with the verdict on it."""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.expr import symbols
from matdiff.records import NamedTuple
from matdiff.review.chain import Fault, increments
from matdiff.review.filling import Work
from matdiff.review.lines import Line
from matdiff.review.scope import Scope

Counts = Callable[[Line, Scope], bool]


class Judged(NamedTuple):
    """A line and the verdict on it, with the reason in a sentence."""

    line: Line
    verdict: str
    reason: str = ""
    fault: Fault | None = None
    work: Work | None = None
    scope: Scope | None = None  # what the text says of the names

    def moved(self, lines: int, place: int) -> Judged:
        """The verdict in a text with so many lines, and so many characters, in front."""
        start, end = self.line.span
        line = self.line._replace(number=self.line.number + lines, span=(start + place, end + place))
        return self._replace(line=line)

    def moves(self) -> bool:
        """Whether a wrong side stands where a differential should."""
        return self.fault is not None and bool(increments(self.fault.truth))

    def strangers(self) -> int:
        """How many letters a wrong side, and what it should be, do not share."""
        fault = self.fault
        return len({*symbols(fault.value)} ^ {*symbols(fault.truth)}) if fault and fault.value is not None else 0
