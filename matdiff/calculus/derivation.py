"""A derivation as data: what was applied to what, and the lines that this gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from matdiff.algebra.expr import Expr, Operator
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.differentials import Differential
from matdiff.calculus.rewrite import Rewriter, Step


class Line(NamedTuple):
    """A line of a derivation: the expression, and the laws that lead to it from the line before."""

    expression: Expr
    laws: tuple[Law, ...]


class Phase(NamedTuple):
    """A run of lines under one heading: its first line, how that came about, and the groups of steps after it.

    Each group of steps makes one line at the textbook level of detail.
    """

    title: str
    opening: Step | None
    start: Expr
    groups: tuple[tuple[Step, ...], ...]

    def steps(self) -> Iterator[Step]:
        if self.opening is not None:
            yield self.opening
        for group in self.groups:
            yield from group

    def lines(self, full: bool = False) -> Iterator[Line]:
        """The lines after the start, replayed from the steps."""
        if self.opening is not None:
            yield Line(self.start, (self.opening.law,))
        applied: dict[Expr, Expr] = {}
        shown = self.start
        for group in [(s,) for g in self.groups for s in g] if full else self.groups:
            applied.update((s.before, s.after) for s in group)
            line = Rewriter(applied.get)(self.start)
            if line is not shown:
                yield Line(line, tuple(dict.fromkeys(s.law for s in group)))
            shown = line


class Block(NamedTuple):
    """The derivation through one node: the whole function, or a named piece of it on the way back."""

    node: Expr
    name: str
    phases: tuple[Phase, ...]


class Derivation(NamedTuple):
    """What a derivation found: the gradients, the blocks that lead to them, and the conditions they need."""

    function: Expr
    unknowns: Mapping[str, Expr]
    gradients: Mapping[str, Expr]
    unconstrained: Mapping[str, Expr]
    blocks: tuple[Block, ...]

    def steps(self) -> tuple[Step, ...]:
        return tuple(s for b in self.blocks for p in b.phases for s in p.steps())

    def conditions(self) -> tuple[str, ...]:
        """The side conditions of the laws used, in words, each once."""
        found: dict[str, None] = {}
        for step in self.steps():
            e = step.before.operands[0] if isinstance(step.before, Differential) else step.before
            if step.law.condition is not None:
                found[step.law.condition(e)] = None
            elif step.law.kind == "differential" and isinstance(e, Operator) and e.requires:
                found[e.requires.format(*e.operands)] = None
        return tuple(found)
