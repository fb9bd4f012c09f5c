"""How far rounding may have moved the values of a program, and whether two arrays are equal but for it.

There is no size below which errors do not count: an error is relative to the values at hand, and what rounding may
explain is found by moving every value a little, at random (stochastic arithmetic: Vignes 1974).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import numpy as np

from matdiff.numeric.draws import Draws, Signs
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.program import Program
from matdiff.records import NamedTuple

MOVED = 2.0**-50  # by a few units in the last place
SAMPLES = 3
SAFETY = 30.0
EXACT = 2.0**50  # whole numbers below it are computed without rounding
TOLERANCE = 1e-6


class Rounded(NamedTuple):
    """An array, and a function that finds how far rounding may have moved its entries, where that is asked for."""

    value: Array
    noise: Callable[[], float]


class Agreement(NamedTuple):
    """The error of two arrays relative to the larger of them, and whether their values are large enough to tell."""

    error: float
    told: bool = True

    def joined(self, other: Agreement) -> Agreement:
        """Two comparisons as one."""
        worst = self.error if not self.error <= other.error else other.error
        return Agreement(worst, self.told and other.told)


def relative_error(a: Array, b: Array) -> float:
    """max |a − b| relative to the larger of max |a| and max |b|; 0 where both are 0."""
    difference = float(np.abs(a - b).max(initial=0.0))
    size = max(float(np.abs(a).max(initial=0.0)), float(np.abs(b).max(initial=0.0)))
    return difference / size if difference else 0.0


def agreement(a: Rounded, b: Rounded, faint: bool = False, tolerance: float = TOLERANCE) -> Agreement:
    """Compares two arrays.  What rounding explains is no error, but tells nothing, unless both are 0 up to rounding.

    Where values underflow, in a *faint* instance, even 0 = 0 tells nothing.
    """
    error = relative_error(a.value, b.value)
    if error <= tolerance:
        return Agreement(error, not faint or bool(np.any(a.value)))
    rounding = a.noise(), b.noise()
    if not bool(np.all(np.abs(a.value - b.value) <= sum(rounding))):
        return Agreement(error)
    are_nothing = [bool(np.all(np.abs(side.value) <= n)) for side, n in zip((a, b), rounding, strict=True)]
    return Agreement(0.0, all(are_nothing) and not faint)


def is_whole(a: Array) -> Array:
    """Which entries are whole numbers that are computed without rounding."""
    whole: Array = (a == np.rint(a)) & (np.abs(a) < EXACT)
    return whole


def noises(program: Program, environment: Environment, values: list[Array]) -> list[float]:
    """How far rounding may have moved the entries of each of the values of a program."""
    signs, shares = Signs(Draws(0)), cycle((1.0, 1.75, 1.25))  # no move takes back the one before it, as of −σ

    def moved(a: Array, operands: list[Array]) -> Array:
        by_itself = all(
            is_whole(o).all() for o in operands if o is not None
        )  # and not as sigmoid(40.2) is, which is less than 1
        exact = is_whole(a) if by_itself else a == 0
        return np.where(exact, a, a * (1.0 + MOVED * next(shares) * signs(a.shape)))

    found = np.zeros(len(values))
    with np.errstate(invalid="ignore"):
        for _ in range(SAMPLES):
            others = program.run(environment._replace(moved=moved))
            apart = [np.fmax.reduce(np.abs(o - v), axis=None, initial=0.0) for o, v in zip(others, values, strict=True)]
            found = np.maximum(found, apart)
    return [SAFETY * float(f) for f in found]
