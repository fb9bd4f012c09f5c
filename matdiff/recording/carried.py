"""What a loop over a symbolic length carries from round to round: its start, its unknown, and what a round makes of it.

p + t is start + Σᵢ t, p·t a product, max(p, t) a largest one, and anything else a recurrence, p[i] = F(p[i − 1]).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count as counted_from
from typing import Any

from matdiff.algebra.expr import Expr, Index
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.entry_products import ProductOfEntries
from matdiff.algebra.operators.extremes import Maximum, MaxOfEntries, Minimum, MinOfEntries
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum
from matdiff.algebra.operators.recurrence import State, open_states
from matdiff.algebra.relations import opposite
from matdiff.errors import UnsupportedError
from matdiff.recording.arrays import Traced, lift, refuse
from matdiff.recording.counting import Answer, summed
from matdiff.recording.definitions import MARK
from matdiff.recording.filling import Filled
from matdiff.recording.members import gathered
from matdiff.recording.operations import plus, terms_of
from matdiff.recording.places import parts
from matdiff.recording.shapes import Lengths, is_repeated, shape_of, spread

NUMBERS = counted_from()  # of the unknowns, whose names are the author's when all has been recorded
SHAPE = "Give it before the loop a value of the shape that it has in the loop."
RELATIVES = {Maximum: MaxOfEntries, Minimum: MinOfEntries}
WORSE = {Maximum: -math.inf, Minimum: math.inf}  # than everything, where a search may start


class Carried:
    """What a round may take from the one before: where it starts, its unknown, and what a round makes of it."""

    def __init__(self, name: str, start: Any, after: Any, index: Index, forward: bool) -> None:
        self.name, self.start, self.index = name, as_array(start), index
        shared = shared_lengths(self.start, as_array(after))
        self.lengths, self.fits = shared or (), shared is not None
        self.is_kept = False  # every round of it is asked for, and not the last alone
        number = f"{name}{MARK}{next(NUMBERS)}"
        self.state = State(number, shape_of(self.lengths), index, 0, forward)
        self.unknown = Traced(self.state, self.lengths)
        self.made: list[Any] = []  # what a round makes of it, on every way
        self.value: Any = self.unknown  # the same on all ways, and at last what it is after the loop

    def join(self, ways: Sequence[Sequence[Answer]]) -> None:
        """Makes one value of those of the ways that a round can go."""
        if not self.made:
            return
        self.value = self.made[0]
        self.fits = self.fits and all(isinstance(v, Traced) and v.lengths == self.lengths for v in self.made)
        if len(self.made) > 1:
            if not self.fits:
                refuse(f"{self.name}, which is something else on every branch,")
            self.value = Traced(self.by_cases([*zip(ways, (v.expr for v in self.made), strict=True)]), self.lengths)

    def by_cases(self, ways: Sequence[tuple[Sequence[Answer], Expr]]) -> Expr:
        """What a round makes on its ways; of an array that is filled on some the block by cases."""
        filled = next((e for _, e in ways if isinstance(e, Filled)), None)
        if filled is None:
            return more_by_cases(self.state, ways)
        keys, kept = filled.keys, parts(self.state, self.lengths, filled.keys)[0]
        if any(e is not self.state and not (isinstance(e, Filled) and e.keys == keys) for _, e in ways):
            refuse(f"{self.name}, which is filled at other places on every branch,")
        blocks = [(answers, kept if e is self.state else e.operands[1]) for answers, e in ways]
        return Filled(self.state, more_by_cases(kept, blocks), keys)

    @property
    def step(self) -> Expr:
        """What a round makes of the unknown."""
        return self.value.expr if isinstance(self.value, Traced) else self.state

    @property
    def first(self) -> Expr:
        """The start, in the shape of what follows."""
        if not isinstance(self.start, Traced) or not self.fits:
            refuse(
                f"{self.name}, which is {self.start} before the loop,",
                "Give it before the loop a value of its later shape.",
            )
        return spread(self.start.expr, self.start.lengths, self.lengths)

    def reduced(self, e: Expr) -> Expr | None:
        """The sum, the product or the extreme entry that the rounds make, if a round adds, multiplies or compares."""
        rest = [o for o in e.operands if o is not self.state]
        if len(rest) + 1 != len(e.operands) or any(self.state in open_states(o) for o in rest):
            return None
        if isinstance(e, Sum):
            return plus(self.first, summed(Sum.of(*rest), self.index))
        if not e.is_scalar:
            return None
        if isinstance(e, (Hadamard, Scale, Product)):
            factor = Hadamard.of(*rest)
            if self.index not in factor.free:
                return Hadamard.of(self.first, Power.of(factor, count(self.index.last)))
            return Hadamard.of(self.first, ProductOfEntries.of(family(factor, self.index)))
        if isinstance(e, (Maximum, Minimum)):
            (other,) = rest
            extreme = RELATIVES[type(e)].of(family(other, self.index)) if self.index in other.free else other
            is_worse = isinstance(self.start, float) and self.start == WORSE[type(e)]
            return extreme if is_worse else type(e)(self.first, extreme)
        return None


def as_array(value: Any) -> Any:
    """A number or an array as it is recorded; what is neither, and an infinite number, as it is."""
    if isinstance(value, Traced):
        return value
    try:
        return lift(value)
    except UnsupportedError:
        return value


def shared_lengths(start: Any, after: Any) -> Lengths | None:
    """The lengths after a round, if what the loop starts from has them or is repeated to them."""
    if not isinstance(after, Traced) or not isinstance(start, (Traced, float)):
        return None
    if isinstance(start, Traced) and start.lengths not in ((), after.lengths):
        return None
    return after.lengths


def family(e: Expr, index: Index) -> Expr:
    """The vector with an entry for every value of the index."""
    return gathered(Traced(e, ()), index, index.last).expr


def more_by_cases(base: Expr, ways: Sequence[tuple[Sequence[Answer], Expr]]) -> Expr:
    """What is found on some ways; where each adds something to a base the sum with that by cases."""
    if all(base in terms_of(e) for _, e in ways):
        return Sum.of(base, cases([(answers, plus(e, -base)) for answers, e in ways], 0))
    return cases(ways, 0)


def cases(ways: Sequence[tuple[Sequence[Answer], Expr]], number: int) -> Expr:
    """What is found on some ways, whose answers to the first questions agree, as one expression."""
    if all(e == ways[0][1] for _, e in ways):
        return ways[0][1]
    question = ways[0][0][number][0]
    then, otherwise = (cases([way for way in ways if way[0][number][1] is yes], number + 1) for yes in (True, False))
    if is_repeated(then, 0):
        question, then, otherwise = opposite(*question), otherwise, then
    return Piecewise(*question, then, otherwise)
