"""The differentials of pieces that have names on a page: df = ∑ᵢ r[i]ᵀ dr[i], and then dr[i] = dx[i].

In goes a phase of a derivation, out come its lines, where the d of a piece stands as it is and is told below them once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.rewriting import Step, replay
from matdiff.calculus.derivation import Line, Phase
from matdiff.page.repeated import name_of
from matdiff.records import NamedTuple


class Told(NamedTuple):
    """What the lines are about, as it stands below their d, and the lines."""

    node: Expr
    lines: list[Line]


class Apart:
    """Tells the differentials of named *pieces* apart, each once on a page."""

    def __init__(self, pieces: Mapping[Expr, Expr]) -> None:
        self.pieces = pieces
        self.told: set[Expr] = set()

    def __call__(self, phase: Phase, node: Expr) -> Iterator[Told]:
        """The lines about a node, and then about the pieces whose d they leave as it is."""
        inner: set[Expr] = {s.before for g in phase.groups for s in g if isinstance(s.before, Differential)}
        inner = {d for d in inner if d.operands[0] in self.pieces and d.operands[0] is not node}
        yield from self._about(phase, node, inner)

    def _about(self, phase: Phase, node: Expr, inner: set[Expr]) -> Iterator[Told]:
        """The lines about a node, and then about those below it."""
        lines = list(phase._replace(groups=tuple(applied(phase, inner))).lines(letters=self.pieces))
        yield Told(node, lines)
        for line in lines:
            for d in postorder(line.expression):
                if d in inner and (family := name_of(self.pieces[d.operands[0]])) not in self.told:
                    self.told.add(family)
                    below = phase._replace(opening=None, start=d)
                    yield from self._about(below, d.operands[0], inner - {d})


def applied(phase: Phase, without: Collection[Expr]) -> Iterator[tuple[Step, ...]]:
    """The steps that change the lines of a phase, but those of some d, in their groups."""
    line = phase.start
    for group in phase.groups:
        kept: list[Step] = []
        for step in group:
            before = line
            line = before if step.before in without else replay(before, (step,), holds_differential)
            kept += [step] * (line is not before)
        yield tuple(kept)
