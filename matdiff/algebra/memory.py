"""Garbage in memory: expressions have no cycles, so they go when their last user goes, without a collector.

A derivation makes many objects that stay.  The collector would walk through all of them again and again, for up to
a third of the time, and find nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def without_collector(work: Callable[P, T]) -> Callable[P, T]:
    """A function during which Python's collector of cycles rests, if it was not at rest before.

    >>> import gc
    >>> without_collector(gc.isenabled)(), gc.isenabled()
    (False, True)
    """

    @wraps(work)
    def run(*arguments: P.args, **named: P.kwargs) -> T:
        if not gc.isenabled():
            return work(*arguments, **named)
        gc.disable()
        try:
            return work(*arguments, **named)
        finally:
            gc.enable()

    return run
