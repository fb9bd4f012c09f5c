"""Derivatives from values on a stencil, and whether the values tell them: arrays in, arrays out.

The first axis of the values holds those at X + k h dX for the k of the stencil.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # numpy.typing takes a while to import
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

STENCIL = (0, 1, -1, 2, -2)


def central_difference(a: Array, step: float) -> Array:
    """The derivative of fourth order from the values on the stencil along the first axis, which becomes 1."""
    fine, coarse = a[1:2] - a[2:3], a[3:4] - a[4:5]
    difference: Array = (8 * fine - coarse) / (12 * step)
    return difference


def settled(values: Sequence[Array], step: float, noise: Sequence[float] | float = 0.0) -> Array:
    """Which of some values on a stencil are smooth enough to tell their derivatives.

    The differences of second and of fourth order agree to 3e-5 or to rounding, so the latter is right to about 1e-9.
    *noise* is how far rounding may have moved the entries of each, where more is known than their size.
    """
    better, simple, rounding = differences(values, step)
    rounding = np.maximum(rounding, np.asarray(noise) / step)
    apart = largest(values, np.abs(better - simple))
    return np.asarray(apart <= 3e-5 * largest(values, np.abs(better)) + 10 * rounding)


def has_size(values: Sequence[Array], step: float) -> Array:
    """Which of some values on a stencil have derivatives that are large beside the rounding of their differences."""
    better, _, rounding = differences(values, step)
    return np.asarray(rounding <= 1e-7 * largest(values, np.abs(better)))


def differences(values: Sequence[Array], step: float) -> tuple[Array, Array, Array]:
    """Derivatives of fourth and of second order of all entries, and how far rounding may move those of each value."""
    a = np.concatenate([v.reshape(len(STENCIL), -1) for v in values], axis=1)
    rounding = 1e-15 / step * largest(values, np.abs(a[0]))
    return central_difference(a, step)[0], (a[1] - a[2]) / (2 * step), rounding


def largest(values: Sequence[Array], entries: Array) -> Array:
    """The largest of the entries of each value."""
    counts = [v.size // len(STENCIL) for v in values]
    if not all(counts):
        return np.array([e.max(initial=0.0) for e in np.split(entries, np.cumsum(counts)[:-1])])
    found: Array = np.maximum.reduceat(entries, np.concatenate([[0], np.cumsum(counts)[:-1]]))
    return found
