"""Indices, what a loop over a symbolic length runs over, and sum() of what a generator gives for an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Index, Number, postorder
from matdiff.algebra.fresh import INDICES, fresh
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import Scale
from matdiff.algebra.operators.reductions import count
from matdiff.algebra.operators.sums import Condition, IndexedSum
from matdiff.recording.arrays import Traced, lift
from matdiff.recording.shapes import repeated


class Now:
    """A recording: the names that it has used, its loops that run, those that gave lists, the sums being taken."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.running: list[Running] = []
        self.listed: list[Index] = []  # the innermost loop first
        self.given: dict[Index, Sequence[Condition]] = {}  # under which a loop has a round for a value of its index
        self.sums = 0


class Running(NamedTuple):
    """A loop over a symbolic length: its index, and where it stands."""

    over: Index
    file: str
    line: int


NOW: ContextVar[Now] = ContextVar("NOW")


@contextmanager
def counting(taken: Iterable[str]) -> Iterator[Now]:
    """A recording, in which some names are taken."""
    now = Now(taken)
    token = NOW.set(now)
    try:
        yield now
    finally:
        NOW.reset(token)


def new_index(last: Size, *inside: Expr) -> Index:
    """An index that nothing has yet; outside of a recording, that some expressions have not."""
    now = NOW.get(None)
    taken = now.taken if now else {n.name for e in inside for n in postorder(e) if isinstance(n, Index)}
    name = next(fresh(taken, "i", INDICES))
    taken.add(name)
    return Index(name, last)


def counted_sum(values: Iterator[Any], start: Any = 0) -> Any:
    """sum() of what a generator gives; a term is summed over the indices of the loops that run when it comes."""
    now = NOW.get()
    outside, whole = len(now.running), start
    now.sums += 1
    try:
        for term in values:
            for running in reversed(now.running[outside:]):
                term = over(lift(term), running.over)
            whole = whole + term
    finally:
        now.sums -= 1
    return whole


def over(term: Traced, index: Index) -> Traced:
    """Σᵢ of a term."""
    return Traced(summed(term.expr, index), term.lengths)


def summed(e: Expr, index: Index) -> Expr:
    """Σᵢ of an expression, where there is a round; of one that does not depend on the index its multiple."""
    now = NOW.get(None)
    conditions = now.given.get(index, ()) if now else ()
    for left, relation, right in conditions:
        e = Piecewise(left, relation, right, e, repeated(Number(0), e.shape))
    return IndexedSum(e, index) if index in e.free else Scale.of(count(index.last), e)


def index_of_list(a: Traced) -> Index | None:
    """The index of the innermost loop over a symbolic length that has listed an array: it stands for one a round."""
    now = NOW.get(None)
    if now is None or not now.listed or a.ndim > 2:
        return None
    return next((i for i in now.listed if i in a.expr.free), None)
