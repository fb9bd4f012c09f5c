"""Whether an equation holds wherever those before it do: points on which they all hold, and its sides there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import permutations

import numpy as np

from matdiff.algebra.assumptions import INDEX, curved
from matdiff.algebra.expr import Expr, Symbol, symbols
from matdiff.errors import MatdiffError
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.instances import Sampler
from matdiff.numeric.program import Program
from matdiff.numeric.solutions import feasible, with_values

TRIES, FEWEST = 12, 3
ENOUGH = 1e-14
NEAR = 1e-9  # how far two sides that are equal may be apart, as a part of their distance elsewhere
FAR = 1e-6  # and from where two are not equal
ROUNDING = 1e-11
SMALL = 1e-2  # the part of its size to which no letter may shrink: where w = 0 everything follows


class Premises:
    """Equations, each as an expression that is 0, at random points and where Newton's method brings these.

    Each size is once the larger one of two: a tall X cannot be cancelled in Xᵀr = 0, and a wide one can.
    """

    def __init__(self, zeros: Sequence[Expr], sides: Sequence[Expr]) -> None:
        self.known = {s for e in (*zeros, *sides) for s in symbols(e)}
        self.points: list[tuple[Environment, Environment]] = []
        with suppress(MatdiffError):
            self._find(Sampler(Program([*zeros, *sides], lenient=True), ()), Program(zeros, lenient=True))

    def _find(self, sampler: Sampler, limits: Program) -> None:
        """Draws points and moves them to where the equations hold; those that do not come there are left out."""
        draws, attempt, seen = Draws(0), 0, set[tuple[str, str]]()
        for _ in range(TRIES):
            instance = sampler.instance(draws, attempt)
            drawn, attempt = instance.environment, instance.attempt + 1
            orders = {(a, b) for a, b in permutations(drawn.sizes, 2) if drawn.sizes[a] < drawn.sizes[b]}
            if len(self.points) >= FEWEST and orders <= seen:
                continue
            free: dict[Expr, Array] = {s: a for s, a in drawn.arrays.items() if _may_move(s, drawn)}
            points = feasible(free, limits, drawn, ENOUGH)
            if all(len(points[s]) and _size(points[s]) > SMALL * _size(a) for s, a in free.items()):
                self.points.append((drawn, with_values(drawn, points)))
                seen |= orders

    def give(self, left: Expr, right: Expr) -> bool | None:
        """Whether two sides are equal on all of the points, though not elsewhere; None where that is not known."""
        are_known = left.shape == right.shape and {*symbols(left), *symbols(right)} <= self.known
        if len(self.points) < FEWEST or not are_known:
            return None
        program = Program([left, right], lenient=True)
        with suppress(MatdiffError):
            values = [(program.results(there), program.results(drawn)) for drawn, there in self.points]
            is_apart = any(_size(one - two) > FAR * max(map(_size, drawn)) for (one, two), drawn in values)
            return all(_are_near(*pair) for pair in values) or (False if is_apart else None)
        return None


def _are_near(there: Sequence[Array], drawn: Sequence[Array]) -> bool:
    """Whether two values are equal, beside how far apart they were before the points were moved.

    Both may not vanish, as a gradient does that is 0, and its half.
    """
    apart = _size(there[0] - there[1])
    if all(_size(a) <= NEAR * _size(b) for a, b in zip(there, drawn, strict=True) if _size(b)) and _size(drawn[1]):
        return False
    return apart <= NEAR * _size(drawn[0] - drawn[1]) + ROUNDING * max(map(_size, there))


def _may_move(s: Symbol, drawn: Environment) -> bool:
    """Whether a symbol is no size, no index and on no curved set."""
    return s.name not in drawn.sizes and INDEX not in s.properties and not curved(s.properties)


def _size(a: Array) -> float:
    return float(np.abs(a).max(initial=0.0))
