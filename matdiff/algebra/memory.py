"""Expressions in memory: the table in which equal ones are one object, and when they go.

The table keeps none of them alive.  They have no cycles, so each goes when its last user goes, without Python's
collector; in a derivation, whose objects stay, that would take up to a third of the time and find nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from weakref import ref


class Known(ref[Any]):
    """A node in the table, with its key there; a dictionary of these costs half of a WeakValueDictionary."""

    __slots__ = ("key",)
    key: Any


TABLE: dict[Any, Known] = {}


def forget(known: ref[Any]) -> None:
    """Takes a node that is gone out of the table, unless an equal one has its place by now."""
    key = getattr(known, "key", None)  # none where the making of the node was interrupted
    if TABLE.get(key) is known:
        del TABLE[key]


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
