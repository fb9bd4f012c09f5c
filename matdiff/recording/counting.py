"""Indices, what a loop over a symbolic length runs over, and sum() of what a generator gives for an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from typing import Any

from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Index, Number, postorder
from matdiff.algebra.fresh import INDICES, fresh
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import Scale
from matdiff.algebra.operators.sums import Condition, IndexedSum
from matdiff.algebra.relations import opposite
from matdiff.errors import MatdiffError
from matdiff.recording.arrays import Traced, lift, refuse
from matdiff.recording.shapes import repeated
from matdiff.records import NamedTuple


class Now:
    """A recording: the names that it has used, its loops that run, those that gave lists, the sums being taken."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)
        self.running: list[Running] = []
        self.listed: list[Index] = []  # the innermost loop first
        self.given: dict[Index, Sequence[Condition]] = {}  # under which a loop has a round for a value of its index
        self.failed: dict[Expr, tuple[MatdiffError, Running]] = {}  # what a loop leaves without an expression, and why
        self.sums = 0


Answer = tuple[Condition, bool]


class Ways:
    """How a round answers its questions about the place, such as i != j: every way is gone, one after the other."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked = 0

    def answer(self, question: Condition) -> bool:
        """The answer on this way; yes to a question that has not been asked on another one."""
        if self.asked == len(self.answers):
            self.answers.append((question, True))
        self.asked += 1
        if len(self.answers) > MOST_QUESTIONS:
            refuse("a loop with so many branches")
        return self.answers[self.asked - 1][1]

    def turn(self) -> bool:
        """Begins another way, the last question answered no that was not yet; whether there is one."""
        self.asked = 0
        while self.answers and not self.answers[-1][1]:
            self.answers.pop()
        if self.answers:
            self.answers.append((self.answers.pop()[0], False))
        return bool(self.answers)

    @property
    def conditions(self) -> list[Condition]:
        """What holds on this way."""
        return [question if yes else opposite(*question) for question, yes in self.answers[: self.asked]]


MOST_QUESTIONS = 4


class Running(NamedTuple):
    """A loop over a symbolic length: its index, how its rounds go, and where it stands."""

    over: Index
    ways: Ways
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
                term = over(lift(term), running.over, running.ways.conditions)
            whole = whole + term
    finally:
        now.sums -= 1
    return whole


def over(term: Traced, index: Index, conditions: Sequence[Condition] = ()) -> Traced:
    """Σᵢ of a term, under some conditions."""
    e = reduce(under, conditions, term.expr)
    return Traced(summed(e, index), term.lengths)


def under(e: Expr, condition: Condition) -> Expr:
    """An expression where a condition holds, and 0 elsewhere."""
    left, relation, right = condition
    return Piecewise(left, relation, right, e, repeated(Number(0), e.shape))


def summed(e: Expr, index: Index) -> Expr:
    """Σᵢ of an expression, where there is a round; of one that does not depend on the index its multiple."""
    now = NOW.get(None)
    e = reduce(under, now.given.get(index, ()) if now else (), e)
    return IndexedSum(e, index) if index in e.free else Scale.of(count(index.last), e)


def index_of_list(a: Traced) -> Index | None:
    """The index of the innermost loop over a symbolic length that has listed an array: it stands for one a round."""
    now = NOW.get(None)
    if now is None or not now.listed or a.ndim > 2:
        return None
    return next((i for i in now.listed if i in a.expr.free), None)
