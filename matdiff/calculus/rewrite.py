"""Rewriting: laws applied to whole lines, with every application recorded.

A *step* replaces one expression by an equal one.  A *line* is replayed from steps: wherever the left
side of a step stands in the line, its right side takes its place, innermost first and every occurrence
at once.  The answer of a derivation is the last line of such a replay, so text and answer agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law
from matdiff.errors import UnsupportedError

LIMIT = 2_000_000  # rewriting that has not come to rest by then never will


class Step(NamedTuple):
    """One application of a law."""

    law: Law
    before: Expr
    after: Expr


def everywhere(e: Expr) -> bool:
    """Every expression may change."""
    return True


class Rewriter:
    """Rewrites expressions to rest: *change* gives the next form of a node whose operands are at rest, or None.

    With *outside_in* a node is also tried before its operands have been touched.  *within* tells which
    nodes can hold something to change; the others are not entered, however large they are.
    """

    def __init__(
        self,
        change: Callable[[Expr], Expr | None],
        outside_in: bool = False,
        within: Callable[[Expr], bool] = everywhere,
    ) -> None:
        self.change = change
        self.outside_in = outside_in
        self.within = within
        self.settled: dict[Expr, Expr] = {}

    def __call__(self, root: Expr) -> Expr:
        settled, forward = self.settled, dict[Expr, Expr]()
        stack = [root]
        for _ in range(LIMIT):
            if not stack:
                return settled[root]
            node = stack[-1]
            target = forward.get(node)
            if node in settled:
                stack.pop()
            elif target is not None and target in settled:
                settled[node] = settled[target]
                stack.pop()
            elif target is not None:
                stack.append(target)
            elif not self.within(node):
                settled[node] = node
            elif self.outside_in and (whole := self.change(node)) is not None:
                forward[node] = whole
            elif pending := [o for o in node.operands if o not in settled]:
                stack.extend(reversed(pending))
            else:
                self._advance(node, forward)
        raise UnsupportedError("the simplification of this expression did not come to an end")

    def _advance(self, node: Expr, forward: dict[Expr, Expr]) -> None:
        operands = tuple([self.settled[o] for o in node.operands])
        following = node.rebuild(operands) if operands != node.operands else self.change(node)
        if following is None or following is node:
            self.settled[node] = node
        else:
            forward[node] = following


def replay(line: Expr, steps: Iterable[Step], within: Callable[[Expr], bool] = everywhere) -> Expr:
    """The line after the steps."""
    mapping = {step.before: step.after for step in steps}
    return Rewriter(mapping.get, outside_in=True, within=within)(line)


class Simplifier:
    """Applies identities until none applies, and tells the applications."""

    def __init__(self, laws: Mapping[type[Expr], tuple[Law, ...]], within: Callable[[Expr], bool] = everywhere) -> None:
        self.laws = laws
        self.applied: dict[Expr, Step] = {}
        self.rewriter = Rewriter(self._change, within=within)

    def __call__(self, e: Expr) -> tuple[Expr, list[Step]]:
        """The simplified expression and the steps that lead there."""
        result = self.rewriter(e)
        return result, self._steps(e) if result is not e else []

    def _change(self, node: Expr) -> Expr | None:
        for law in self.laws.get(type(node), ()):
            after: Expr | None = law.apply(node)
            if after is not None and after is not node:
                self.applied[node] = Step(law, node, after)
                return after
        return None

    def _steps(self, e: Expr) -> list[Step]:
        """The steps for one expression, some of which were found while another one was simplified."""
        steps: list[Step] = []

        def again(node: Expr) -> Expr | None:
            step = self.applied.get(node)
            if step is None:
                return None
            steps.append(step)
            return step.after

        settled = self.rewriter.settled
        Rewriter(again, within=lambda node: settled.get(node) is not node)(e)
        return steps
