"""The steps that a reader may miss between two lines of a derivation, each with the laws that make it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr
from matdiff.algebra.rewriting import Step, replay
from matdiff.calculus.derivation import Line
from matdiff.calculus.equality.proof import prove
from matdiff.calculus.forms import differential_form
from matdiff.calculus.gradient import gradients
from matdiff.calculus.hessian import hessians
from matdiff.calculus.jacobian import jacobians
from matdiff.records import NamedTuple


class Origin(NamedTuple):
    """What a line begins with: the derivative of a function by an unknown, of an order; its differential for 0."""

    function: Expr
    unknowns: tuple[Expr, ...]
    order: int = 1

    def lines(self) -> tuple[Line, ...]:
        """The derivation of this derivative."""
        table = {str(unknown): unknown for unknown in self.unknowns}
        if self.order == 0:
            return differential_form(self.function, table).lines()
        if self.order == 2:
            return hessians(self.function, table).lines()
        is_number = self.function.shape == SCALAR
        return gradients(self.function, table).lines() if is_number else jacobians(self.function, table).whole.lines()


class Work(NamedTuple):
    """What leads to a line: what was derived for it, the line before, and the line itself."""

    origin: Origin | None
    before: Expr
    after: Expr

    def lines(self) -> tuple[Line, ...]:
        """The lines of the derivation, and those from the line before to the line itself."""
        derived = self.origin.lines() if self.origin is not None else ()
        return (*derived, *between(self.before, self.after))


def between(before: Expr, after: Expr) -> Iterator[Line]:
    """The lines from one expression to an equal one: down to the form that both have, and up from there.

    >>> from matdiff import parse
    >>> before, after = parse("2X'(X w - y)", "X: m x n; w: n"), parse("2X'X w - 2X'y", "X: m x n; w: n")
    >>> [str(line.expression) for line in between(before, after)]
    ['2(XᵀXw − Xᵀy)', '2XᵀXw − 2Xᵀy']
    """
    proof = prove(before, after) if before.shape == after.shape else None
    if proof is None or not proof.steps:
        return
    if proof.factors:
        yield Line(after, tuple(dict.fromkeys(step.law for step in proof.steps)))
        return
    yield from _replayed(before, proof.left)
    shown = [Line(after, ()), *_replayed(after, proof.right)]
    for upper, lower in zip(shown[-2::-1], shown[:0:-1], strict=True):
        yield Line(upper.expression, lower.laws)


def _replayed(start: Expr, steps: Iterable[Step]) -> Iterator[Line]:
    """The lines that steps lead to, one by one; steps that change nothing make none."""
    shown = start
    for step in steps:
        line = replay(shown, (step,))
        if line is not shown:
            yield Line(line, (step.law,))
        shown = line
