"""Rewriting: laws applied to whole lines, with every application recorded.

A *step* replaces one expression by an equal one.  A *line* is replayed from steps: wherever the left
side of a step stands in the line, its right side takes its place, innermost first and every occurrence
at once.  The answer of a derivation is the last line of such a replay, so text and answer agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from matdiff.algebra.expr import Expr
from matdiff.algebra.heads import ByClass, candidates
from matdiff.algebra.kinds import VARYING
from matdiff.algebra.laws import Law
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple

LIMIT = 2_000_000  # rewriting that has not come to rest by then never will
ENDLESS = "the simplification of this expression did not come to an end"


class Step(NamedTuple):
    """One application of a law."""

    law: Law
    before: Expr
    after: Expr


T = TypeVar("T")


class Later(Generic[T]):
    """What is told when it is asked for: an answer needs no steps, its page does."""

    __slots__ = ("_found", "_tell")

    def __init__(self, tell: Callable[[], Iterable[T]]) -> None:
        self._tell: Callable[[], Iterable[T]] | None = tell
        self._found: tuple[T, ...] = ()

    def __iter__(self) -> Iterator[T]:
        if self._tell is not None:
            self._found, self._tell = tuple(self._tell()), None
        return iter(self._found)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __reduce__(self) -> tuple[type[tuple[T, ...]], tuple[tuple[T, ...]]]:
        return tuple, (tuple(self),)


class Steps(Later[Step]):
    """Steps that are told later."""

    __slots__ = ()


NO_STEPS: tuple[Step, ...] = ()
Told = tuple[Step, ...] | Steps


def chained(*groups: Told) -> Told:
    """Groups of steps one after another, none of which is told yet."""
    told = [g for g in groups if g is not NO_STEPS]
    if len(told) < 2:
        return told[0] if told else NO_STEPS
    return Steps(lambda: [step for group in told for step in group])


# ---- to rest ----------------------------------------------------------------------------------------


def everywhere(e: Expr) -> bool:
    """Every expression may change."""
    return True


Change = Callable[[Expr], Expr | None]


class Rewriter:
    """Rewrites expressions to rest: *change* gives the next form of a node whose operands are at rest, or None.

    *before* gives that of a node whose operands have not been touched.  *within* tells which
    nodes can hold something to change; the others are not entered, however large they are, and
    without *leaves* no letters and numbers are.
    """

    def __init__(
        self,
        change: Change | None = None,
        before: Change | None = None,
        within: Callable[[Expr], bool] = everywhere,
        leaves: bool = True,
    ) -> None:
        self.change = change
        self.before = before
        self.within = within
        self.leaves = leaves
        self.settled: dict[Expr, Expr] = {}

    def __call__(self, root: Expr) -> Expr:
        settled, within, leaves, before, change = self.settled, self.within, self.leaves, self.before, self.change
        if root in settled or not within(root):
            return settled.setdefault(root, root)
        forward, stack, entered = dict[Expr, Expr](), [root], set[Expr]()  # what is on the stack has to be settled
        for _ in range(LIMIT):
            node, following = stack[-1], None
            if node not in entered and (before is None or (following := before(node)) is None):
                for o in node.operands[::-1]:
                    if (o.inside or leaves) and o not in settled:
                        if o in entered:
                            raise UnsupportedError(ENDLESS)
                        if within(o):
                            stack.append(o)
                        else:
                            settled[o] = o
                if stack[-1] is not node:  # it is on top again afterwards
                    entered.add(node)
                    continue
            if following is None:  # the operands are settled
                operands = node.operands
                forms = tuple(map(settled.get, operands, operands))
                following = node.rebuild(forms) if forms != operands else change(node) if change is not None else None
            if following is None or following is node:
                settled[node] = node
            elif following in settled or not within(following):
                settled[node] = settled.setdefault(following, following)
            elif node in forward or following in entered:  # what waits below for itself never will be settled
                break
            else:
                forward[node] = following
                stack.append(following)
                continue
            stack.pop()
            while stack and ((node := stack[-1]) in settled or node in forward):
                settled.setdefault(node, settled[forward.get(node, node)])
                stack.pop()
            if not stack:
                return settled[root]
        raise UnsupportedError(ENDLESS)


def replay(line: Expr, steps: Iterable[Step], within: Callable[[Expr], bool] = everywhere) -> Expr:
    """The line after the steps."""
    return Rewriter(before=by_steps(steps), within=within)(line)


def by_steps(steps: Iterable[Step]) -> Change:
    """What steps make of an expression."""
    return {step.before: step.after for step in steps if step.before is not step.after}.get


# ---- identities -------------------------------------------------------------------------------------


class Simplifier:
    """Applies identities until none applies, and tells the applications."""

    def __init__(self, laws: ByClass, within: Callable[[Expr], bool] = everywhere) -> None:
        self.laws = laws
        self.within = within
        self.applied: dict[Expr, Step] = {}
        self.rewriter = Rewriter(self._change, within=within, leaves=False)  # no law is about one alone

    def __call__(self, e: Expr) -> tuple[Expr, list[Step]]:
        """The simplified expression and the steps that lead there."""
        result = self.rewriter(e)
        return result, self._steps(e) if result is not e else []

    def rest(self, e: Expr) -> tuple[Expr, Told]:
        """The same, with steps that are told only when they are asked for."""
        result = self.rewriter(e)
        return result, Steps(lambda: self._steps(e)) if result is not e else NO_STEPS

    def after(self, line: Expr, steps: tuple[Step, ...]) -> tuple[Expr, Told]:
        """The line after some steps under d, simplified on the way, and all steps that lead there."""
        known = by_steps(steps)  # no law is about a d alone
        within: Callable[[Expr], bool] = lambda e: e.below & VARYING != 0 or known(e) is not None  # noqa: E731
        result = Rewriter(self._change, known, within, leaves=False)(line)

        def tell() -> Iterator[Step]:
            yield from steps
            yield from self(replay(line, steps, self.within))[1]

        return result, Steps(tell)

    def _change(self, node: Expr) -> Expr | None:
        for law in candidates(self.laws, node):
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
        Rewriter(again, within=lambda node: settled.get(node) is not node, leaves=False)(e)
        return steps
