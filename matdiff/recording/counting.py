"""Indices, and loops over a symbolic length: range(n) gives one index, and sum() over it is the sum over the index."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Index, postorder
from matdiff.algebra.fresh import INDICES, fresh
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.recording.arrays import Traced, lift, refuse
from matdiff.recording.keys import All, Counted


class Indices:
    """The names that a recording has used, the indices of the loops that run, and how many sums are being taken."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.running: list[Index] = []
        self.sums = 0


INDICES_NOW: ContextVar[Indices] = ContextVar("INDICES_NOW")


@contextmanager
def counting(taken: Iterable[str]) -> Iterator[None]:
    """A recording, in which some names are taken."""
    token = INDICES_NOW.set(Indices(taken))
    try:
        yield
    finally:
        INDICES_NOW.reset(token)


def new_index(last: Size, *inside: Expr) -> Index:
    """An index that nothing has yet; outside of a recording, that some expressions have not."""
    now = INDICES_NOW.get(None)
    taken = now.taken if now else {n.name for e in inside for n in postorder(e) if isinstance(n, Index)}
    name = next(fresh(taken, "i", INDICES))
    taken.add(name)
    return Index(name, last)


LOOP = "Write sum(… for i in range(n)), use whole arrays, or declare the length as a number."


class Counting:
    """range(n) for a symbolic n; as an index of an array it means all places."""

    def __init__(self, places: All) -> None:
        self.places = places

    def __iter__(self) -> Iterator[Traced]:
        """One index, for a generator that is summed up; any other loop would run once instead of n times."""
        now = INDICES_NOW.get()
        if not now.sums or sys._getframe(1).f_code.co_name != "<genexpr>":
            refuse(f"a loop over the symbolic length {self.places.length}, as in range(n),", LOOP)
        index = new_index(self.places.length)
        now.running.append(index)
        yield Counted(index)
        now.running.remove(index)


def counted_sum(values: Iterator[Any], start: Any = 0) -> Any:
    """sum() of what a generator gives; a term is summed over the indices of the loops that run when it comes."""
    now = INDICES_NOW.get()
    outside, whole = len(now.running), start
    now.sums += 1
    try:
        for term in values:
            open_now = now.running[outside:]
            whole = whole + (over(lift(term), open_now) if open_now else term)
    finally:
        now.sums -= 1
    return whole


def over(term: Traced, indices: list[Index]) -> Traced:
    """Σᵢ of a term."""
    e = term.expr
    for index in reversed(indices):
        if index not in e.free:
            refuse(f"a sum over {index.name} of what does not depend on it", f"Write {index.last} times the term.")
        e = IndexedSum(e, index)
    return Traced(e, term.lengths)
