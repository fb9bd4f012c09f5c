"""What all results have in common: the steps, the lines and the conditions of the record that stands behind them."""

from __future__ import annotations

from typing import Protocol

from matdiff.algebra.expr import Expr, notes_of
from matdiff.calculus.derivation import Line
from matdiff.calculus.rewrite import Step


class Record(Protocol):
    """What the calculus gives back."""

    @property
    def read(self) -> tuple[Expr, ...]: ...

    def steps(self) -> tuple[Step, ...]: ...

    def conditions(self) -> tuple[str, ...]: ...


class RecordOfLines(Record, Protocol):
    """What the calculus gives back when it derives line by line."""

    def lines(self) -> tuple[Line, ...]: ...


class Result:
    """An answer with the steps that led to it."""

    _found: Record

    @property
    def notes(self) -> tuple[str, ...]:
        """How doubtful places of the text were read, and how to say the other thing, in sentences."""
        return notes_of(*self._found.read)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every application of a law: Step(law, before, after)."""
        return self._found.steps()

    @property
    def conditions(self) -> tuple[str, ...]:
        """The side conditions of the laws that were used, in words."""
        return self._found.conditions()


class DerivedResult(Result):
    """An answer with the lines that led to it."""

    _found: RecordOfLines

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines at the textbook level of detail: Line(expression, laws)."""
        return self._found.lines()
