"""NumPy as the operators use it, whose linear algebra is never given what is not finite.

LAPACK may fail, or go on for minutes, where an entry is infinite or NaN: the result for such a matrix is NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import copy_context
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np

KEPT = 256  # numbers


@lru_cache(maxsize=KEPT)
def filled(value: Fraction, axes: int) -> Any:
    """A number as an array with so many axes of length 1, which is made once: nobody may write into it."""
    try:
        made = np.full((1,) * axes, float(value))
    except OverflowError:
        made = np.full((1,) * axes, np.inf if value > 0 else -np.inf)
    made.setflags(write=False)
    return made


class Careful:
    """The functions of NumPy, with *linalg* in place of its own.

    >>> CAREFUL.linalg.inv(np.array([[[2.0]], [[np.inf]]])).ravel()
    array([0.5, nan])
    """

    linalg: Any

    def __init__(self, module: Any, change: Callable[[Any], Any]) -> None:
        self._module, self._change = module, change

    def __getattr__(self, name: str) -> Any:
        found = self._change(getattr(self._module, name))
        setattr(self, name, found)  # found at once from now on
        return found


def is_finite(a: Any) -> bool:
    """Whether all entries are finite; nearly always the sum of their squares is, too, which is found sooner."""
    return isfinite(abs(np.vdot(a, a))) or bool(np.isfinite(a).all())


BY_CONTEXT = int(getattr(np, "__version__", "0").partition(".")[0]) >= 2  # before, what it says was kept by thread
SILENT = copy_context()
if BY_CONTEXT:
    SILENT.run(np.seterr, all="ignore")


def quietly(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """What a function gives, of whose numbers NumPy says nothing; a context is entered sooner than an ``errstate``."""
    if BY_CONTEXT:
        return SILENT.copy().run(function, *arguments)
    with np.errstate(all="ignore"):
        return function(*arguments)


def of_finite(function: Any) -> Any:
    """A function of matrices that is NaN where one of them is not finite; what is no function stays as it is."""
    if isinstance(function, type) or not callable(function):
        return function

    def careful(*arguments: Any, **options: Any) -> Any:
        matrices = [a for a in arguments if np.ndim(a) >= 2]
        if all(map(is_finite, matrices)):
            return function(*arguments, **options)
        lead = np.broadcast_shapes(*[a.shape[:-2] for a in matrices])
        bad = np.zeros(lead, dtype=bool)
        for a in matrices:
            bad |= ~np.isfinite(a).all(axis=(-2, -1))
        safe = [np.where(bad[..., None, None], np.eye(*a.shape[-2:]), a) if np.ndim(a) >= 2 else a for a in arguments]
        return without(function(*safe, **options), bad)

    return careful


def without(result: Any, bad: Any) -> Any:
    """A result, or several, with NaN in the places of some matrices."""
    if isinstance(result, tuple):
        parts = [without(r, bad) for r in result]
        return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
    masked = np.array(result, dtype=np.result_type(result, float))
    masked[bad] = np.nan
    return masked


CAREFUL = Careful(np, lambda found: found)
CAREFUL.linalg = Careful(np.linalg, of_finite)
