"""Whether an equation holds wherever those before it do: points on which they all hold, and its sides there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import permutations

import numpy as np

from matdiff.algebra.assumptions import INDEX, curved
from matdiff.algebra.expr import Expr, Symbol, symbols
from matdiff.errors import MatdiffError, UnsupportedError
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

Premise = tuple[Environment, Environment]  # a point as it is drawn, and where the equations hold


class Premises:
    """Equations, each as an expression that is 0, at random points and where Newton's method brings these.

    Each size is once the larger one of two: a tall X cannot be cancelled in Xᵀr = 0, and a wide one can.
    """

    def __init__(self, zeros: Sequence[Expr], sides: Sequence[Expr]) -> None:
        self.known = {s for e in (*zeros, *sides) for s in symbols(e)}
        self.points: list[Premise] = []
        self.found = self._find([*zeros], sides)

    def _find(self, zeros: Sequence[Expr], sides: Sequence[Expr]) -> Iterator[Premise]:
        """Draws points and moves them to where the equations hold; those that do not come there are left out."""
        draws, attempt, count, seen = Draws(0), 0, 0, set[tuple[str, str]]()
        with suppress(MatdiffError):
            sampler, limits = Sampler(Program([*zeros, *sides], lenient=True), ()), Program(zeros, lenient=True)
            for _ in range(TRIES):
                instance = sampler.instance(draws, attempt)
                drawn, attempt = instance.environment, instance.attempt + 1
                orders = {(a, b) for a, b in permutations(drawn.sizes, 2) if drawn.sizes[a] < drawn.sizes[b]}
                if count >= FEWEST and orders <= seen:
                    continue
                free: dict[Expr, Array] = {s: a for s, a in drawn.arrays.items() if _may_move(s, drawn)}
                points = feasible(free, limits, drawn, ENOUGH)
                if all(len(points[s]) and _size(points[s]) > SMALL * _size(a) for s, a in free.items()):
                    yield drawn, with_values(drawn, points)
                    count, seen = count + 1, seen | orders

    def _all(self) -> Iterator[Premise]:
        """The points, those first that are known."""
        yield from [*self.points]
        for point in self.found:
            self.points.append(point)
            yield point

    def imply(self, left: Expr, right: Expr) -> bool:
        """Whether two sides are equal on all of the points, though not elsewhere."""
        values = self._values(left, right)
        with suppress(MatdiffError):
            return all(_are_near(*pair) for pair in values) and len(self.points) >= FEWEST
        return False

    def give(self, left: Expr, right: Expr) -> bool | None:
        """The same; None where it is not known."""
        if self.imply(left, right):
            return True
        with suppress(MatdiffError):
            values = [*self._values(left, right)]
            is_apart = any(_size(one - two) > FAR * max(map(_size, drawn)) for (one, two), drawn in values)
            return False if is_apart and len(self.points) >= FEWEST else None
        return None

    def _values(self, left: Expr, right: Expr) -> Iterator[tuple[Sequence[Array], Sequence[Array]]]:
        """The values of two sides on the points, and on those before they were moved."""
        if left.shape != right.shape or not {*symbols(left), *symbols(right)} <= self.known:
            raise UnsupportedError("the equations say nothing of these sides")
        program = Program([left, right], lenient=True)
        for drawn, there in self._all():
            yield program.results(there), program.results(drawn)


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
