"""Expressions in memory: the table in which equal ones are one object, and when they go.

The table keeps none of them alive.  They have no cycles, so each goes when its last user goes, without Python's
collector; in a derivation, whose objects stay, that would take up to a third of the time and find nothing.
Threads share the table: what is looked up and then changed is changed under its lock, which a thread that is
interrupted by the end of a node may take again.
"""

from __future__ import annotations

import os
from _thread import RLock  # those of threading and weakref, which take longer to load
from _weakref import ref
from typing import Any, TypeVar


class Known(ref[Any]):
    """A node in the table, with its key there; a dictionary of these costs half of a WeakValueDictionary."""

    __slots__ = ("key",)
    key: Any


T = TypeVar("T")
TABLE: dict[Any, Known] = {}
LOCK = RLock()
if hasattr(os, "register_at_fork"):  # no process starts with a lock that nobody will release
    os.register_at_fork(before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release)


def kept(known: Known, node: T) -> T:
    """The node of a key: the one that is given, or one that another thread has made meanwhile."""
    with LOCK:
        found: T | None = TABLE.setdefault(known.key, known)()
        if found is None:
            TABLE[known.key] = known
            found = node
    return found


def forget(known: Known) -> None:
    """Takes a node that is gone out of the table, unless an equal one has its place by now."""
    key = getattr(known, "key", None)  # none where the making of the node was interrupted
    with LOCK:
        if TABLE.get(key) is known:
            del TABLE[key]
