"""Recurrences as loops: a step is lowered to arrays of its own, which are computed once for each number of a step.

What a step has of it that does not depend on the state is computed before the loop, for all steps at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import Expr, Index
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, State, open_states, place_parts
from matdiff.program.arrays import Array, reachable
from matdiff.program.places import Places, without_ones
from matdiff.program.tensors import Place, Tensor, extent_of


class Loops(Places):
    """Tensors of the states of recurrences."""

    def recurrences(self, nodes: Iterable[Expr]) -> None:
        """Notes which indices are free in the states of recurrences, and which need more than their last state."""
        self.loops: dict[Expr, Array] = {}
        self.families: dict[State, tuple[Index, ...]] = {}
        self.all_states: set[Expr] = set()
        for node in nodes:
            if isinstance(node, Recurrence):
                known = {*self.families.get(node.state, ()), *node.free}
                self.families[node.state] = tuple(sorted(known, key=lambda i: (i.name, str(i.last))))
            elif isinstance(node, Iterate) and node.operands[1] not in ends(node.operands[0]):
                self.all_states.add(node.operands[0])

    @contextmanager
    def within(self, node: Expr) -> Iterator[None]:
        """Where a node is part of a step, the index of the step is its number."""
        states = {node.state} if isinstance(node, Recurrence) else open_states(node)
        before, self.numbers = self.numbers, {s.data[2]: self.number_of(s) for s in states}
        yield
        self.numbers = before

    def number_of(self, s: State) -> Place:
        """The number of a step."""
        index: Index = s.data[2]
        return Place(self.arrays.make("counter", (), (s,)), index.last)

    def here(self, t: Tensor) -> Tensor:
        """A tensor in a step: what does not depend on the state is multiplied out before the loop."""
        if not self.numbers or not self.numbers.keys() & {*t.free}:
            return t
        return self.settled(t).renamed(self.numbers)

    def state(self, s: State) -> Tensor:
        """The state that a step starts from."""
        free = self.families[s]
        a = self.arrays.make("state", (), (s,), (*map(extent_of, free), *without_ones(s.shape)))
        return self.of_array(a, free, *s.shape)

    def recurrence(self, z: Recurrence, start: Tensor, step: Tensor) -> Tensor:
        """The loop, from which *iterate* takes states: an array of all by their numbers, or the last."""
        free, ((known, _), *_) = self.families[z.state], self.done[z.state].factors
        first, body = self.answer(start, free), self.answer(step, free)
        inside = [a for a in reachable([body]) if a.inner]
        outside = dict.fromkeys(x for a in inside for x in a.args if not x.inner) if inside else {body: None}
        keeps = z in self.all_states
        axes = (z.index.last + ONE, *known.axes) if keeps else known.axes
        data = (body, known, self.number_of(z.state).at, z.index.last, z.forward, keeps)
        args = (first, *sorted(outside, key=lambda a: a.place))
        self.loops[z] = self.arrays.make("loop", args, data, axes)
        return self.number(0)

    def iterate(self, z: Expr, number: Expr) -> Tensor:
        """The state of a number."""
        assert isinstance(z, Recurrence)
        free, a = self.families[z.state], self.loops[z]
        if number is ends(z)[0]:
            return self.done[z.operands[0]]
        if z not in self.all_states:
            return self.of_array(a, free, *z.shape)
        index, shift = place_parts(number)
        a, label = self.cut(a, 0, index, shift + size(1 - z.origin))
        return self.of_array(a, (label, *free), *z.shape)


def ends(z: Expr) -> tuple[Expr, Expr]:
    """The numbers of the states with which a recurrence starts and ends."""
    assert isinstance(z, Recurrence)
    return z.first.operands[1], z.last.operands[1]
