"""The states of a recurrence, step by step; what a step is made of keeps its values along the axis of the index."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np

from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.recurrence import Iterate, Recurrence
from matdiff.errors import ShapeError

Array = Any
Values = MutableMapping[int, Array]


class Steps:
    """The nodes of one step of a recurrence, as places in a program: what is computed anew, and what that needs."""

    __slots__ = ("axis", "inner", "inputs", "recurrence", "start", "state", "step")

    def __init__(self, node: Recurrence, inner: list[Expr], place: dict[Expr, int], axis: int) -> None:
        self.recurrence = node
        self.axis = axis
        self.start, self.step = (place[o] for o in node.operands)
        self.state = place.get(node.state)
        self.inner = [place[n] for n in inner if n is not node.state]
        own = {*self.inner, self.state}
        needed = [self.step, *(place[o] for n in inner for o in n.operands)]
        self.inputs = [p for p in dict.fromkeys(needed) if p not in own]

    def run(self, values: Values | list[Array], count: int, execute: Callable[[list[int], Values], None]) -> Array:
        """All states, numbered along the first axis; *execute* computes places of a program."""
        if count < 1:
            raise ShapeError(f"the recurrence of {self.recurrence.name} has no steps")
        states = [values[self.start]]
        steps = range(count) if self.recurrence.forward else range(count - 1, -1, -1)
        found: dict[int, list[Array]] = {p: [] for p in self.inner}
        if self.state is not None:
            found[self.state] = []
        for k in steps:
            local: Values = {p: self.at(values[p], k) for p in self.inputs}
            if self.state is not None:
                local[self.state] = states[-1]
            execute(self.inner, local)
            for p, along in found.items():
                along.append(local[p])
            states.append(local[self.step])
        if not self.recurrence.forward:
            states.reverse()
        for p, along in found.items():
            values[p] = np.concatenate(np.broadcast_arrays(*along[:: 1 if self.recurrence.forward else -1]), self.axis)
        return np.stack(np.broadcast_arrays(*states))

    def at(self, value: Array, k: int) -> Array:
        """What a value is in one step."""
        if value.shape[self.axis] == 1:
            return value
        return np.take(value, [k], axis=self.axis)


def chosen(node: Iterate, states: Array, number: Array) -> Array:
    """The state of a number."""
    recurrence = node.operands[0]
    assert isinstance(recurrence, Recurrence)
    at = np.rint(number[..., 0, 0]).astype(np.intp) - recurrence.origin
    if at.size and (at.min() < 0 or at.max() >= len(states)):
        outside = int(at.max() if at.max() >= len(states) else at.min()) + recurrence.origin
        last = len(states) - 1 + recurrence.origin
        raise ShapeError(f"the state {outside} of {recurrence.name} is not between {recurrence.origin} and {last}")
    lead = states.shape[1:-2]
    others = [
        np.arange(length).reshape([-1 if d == axis else 1 for d in range(len(lead))])
        for axis, length in enumerate(lead)
    ]
    return states[(at, *others)]
