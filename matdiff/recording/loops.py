"""Loops over a symbolic length: for i in range(n), for row in X, for x, t in zip(X, T), for i, x in enumerate(X).

The body of a for statement runs with an index for the place: once to see what it changes, and once with unknowns for
what it changes.  What has become of these says what the loop computes (matdiff.recording.rounds).
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Index
from matdiff.algebra.operators.recurrence import place as number_of
from matdiff.algebra.operators.sums import Condition
from matdiff.recording.arrays import FUNCTIONS, METHODS, UFUNCS, Traced, extent_of, lift, refuse
from matdiff.recording.counting import NOW, Running, Ways, new_index
from matdiff.recording.keys import All, Counted
from matdiff.recording.masks import Mask
from matdiff.recording.places import item
from matdiff.recording.rounds import Round
from matdiff.recording.shapes import differ
from matdiff.recording.variables import variables

LOOP = "Write a for statement, sum(… for i in range(n)) or a list; or declare the length as a number."
LOOPING = ("matdiff.recording.transforms", "matdiff.recording.python")  # with loops that are the user's
MOST_BETWEEN = 8  # instructions from the iterator of a list to its loop


class Several:
    """What a loop runs over: as many members as a symbolic length says, forwards or backwards."""

    conditions: Callable[[Index], Sequence[Condition]] = staticmethod(lambda index: ())

    def __init__(self, length: Size, member: Callable[[Counted], Any], forward: bool = True) -> None:
        self.length, self.member, self.forward = length, member, forward

    def __iter__(self) -> Iterator[Any]:
        frame = frame_of_user()
        how = what_iterates(frame)
        return self.refuse() if how is None else self.twice(frame) if how == "for" else self.once(how)

    def refuse(self) -> Any:
        refuse(f"iteration over the symbolic length {self.length}, in this place,", LOOP)

    def once(self, how: str) -> Iterator[Any]:
        """In a generator that is summed up, and in a list: one member for the index."""
        now, how = NOW.get(), how or sys._getframe(1).f_code.co_name
        if (how != "<listcomp>" or isinstance(self, Part)) and not (how == "<genexpr>" and now.sums):
            self.refuse()
        running = self.started(sys._getframe(1))
        yield self.member(Counted(running.over))
        while running.ways.turn():
            if how == "<listcomp>":
                refuse("a branch on the place in a list over a symbolic length")
            yield self.member(Counted(running.over))
        now.running.remove(running)
        if how == "<listcomp>":
            now.listed.append(running.over)

    def started(self, frame: FrameType) -> Running:
        """The loop with a new index, among those that run."""
        running = Running(new_index(self.length), Ways(), frame.f_code.co_filename, frame.f_lineno)
        NOW.get().running.append(running)
        NOW.get().given[running.over] = self.conditions(running.over)
        return running

    def twice(self, frame: FrameType) -> Iterator[Any]:
        """In a for statement: one member to see what the body changes, and again for what it makes of unknowns.

        Where the body asks about the place, both are done for every answer.
        """
        now = NOW.get()
        running = self.started(frame)
        before, taken, listed = variables(frame), set(now.taken), len(now.listed)
        this = Round(before, running, self.forward)
        for begin, end in ((this.try_out, this.see), (this.begin, this.take)):
            is_first = True
            while is_first or running.ways.turn():
                begin()
                yield self.member(Counted(running.over))
                end(running.ways.answers[: running.ways.asked], variables(frame))
                is_first = False
            if end == this.see:
                now.taken, now.listed[listed:] = taken, []
                running.ways.asked = 0
        now.running.remove(running)
        this.end(variables(frame))


class Counting(Several):
    """range(first, first + n) for a symbolic n; from 0 it means all places as an index of an array."""

    def __init__(self, length: Size, first: Size, forward: bool = True) -> None:
        super().__init__(length, lambda i: Counted(i.index, first), forward)
        if not first.terms:
            self.places = All(length)


class Part(Counting):
    """range(i), range(i + 1, n): of the places of an axis those that the index of another loop says."""

    def __init__(self, first: Any, last: Any) -> None:
        self.first, self.last = first, last
        self.low = ONE - ONE if isinstance(first, Counted) else known(first)
        super().__init__(self.highest(last) - self.low, self.low)

    @staticmethod
    def highest(last: Any) -> Size:
        """The place behind the last one, whatever the index is."""
        if not isinstance(last, Counted):
            return known(last)
        number = last.after.number
        return last.index.last + last.after - (ONE if number is not None and number > 0 else ONE - ONE)

    def conditions(self, index: Index) -> list[Condition]:
        """j > i, j ≤ i: the places that are meant."""
        found: list[Condition] = []
        if isinstance(self.first, Counted):
            found.append(smaller_or_equal(self.first, ONE - ONE, Counted(index)))
        if isinstance(self.last, Counted):
            found.append(smaller_or_equal(Counted(index, self.low), ONE, self.last))
        return found


def smaller_or_equal(a: Counted, more: Size, b: Counted) -> Condition:
    """a + more ≤ b of two places, with < where one is added on the left alone."""
    after = a.after + more - b.after
    if after is ONE:
        return a.index, "<", b.index
    left, right = (after, ONE - ONE) if (after.number or 0) > 0 else (ONE - ONE, ONE - ONE - after)
    return Counted(a.index, left).place, "≤", Counted(b.index, right).place


def known(value: Any) -> Size:
    """The size that an end of a range is."""
    return extent_of(value) or refuse("range() whose ends depend on values")


class Question(Mask):
    """A comparison of places, whose truth a loop over a symbolic length has both ways."""

    __slots__ = ("question",)

    def __init__(self, mask: Traced, question: Condition) -> None:
        super().__init__(mask.expr, ())
        self.question = question

    def __bool__(self) -> bool:  # type: ignore[override]
        return NOW.get().running[-1].ways.answer(self.question)


def comparison(a: Counted, relation: str, other: Any, turned: bool) -> Traced:
    """i < j, and j < i where it is turned."""
    k = extent_of(other)
    names = {"=": "equal", "≠": "not_equal", "<": "less", "≤": "less_equal"}
    sides = (lift(other), a) if turned else (a, lift(other))
    mask = UFUNCS[names[relation]](*sides)
    if isinstance(other, Counted):
        b = other.place
    elif k is not None:
        b = number_of(k + ONE)
    else:
        return mask
    return Question(mask, (b, relation, a.place) if turned else (a.place, relation, b))


FUNCTIONS["comparison of places"] = comparison

# ---- what loops run over ------------------------------------------------------------------------------------


def several(values: Any) -> Several | None:
    """What a loop runs over, if its length is symbolic."""
    if isinstance(values, Traced) and values.ndim and values.lengths[0].number is None:
        return Several(values.lengths[0], lambda i: item(values, i))
    return values if isinstance(values, Several) else None


def in_range(*bounds: Any) -> Any:
    """range(n), range(1, n), range(n − 1, −1, −1) of symbolic sizes."""
    if not any(isinstance(b, Traced) for b in bounds):
        return range(*bounds)
    step = bounds[2] if len(bounds) == 3 else 1
    first, last = bounds[:2] if len(bounds) > 1 else (0, *bounds)
    if step not in (1, -1):
        refuse("range() with another step than 1 or -1 and symbolic ends", "Declare the length as a number.")
    if isinstance(first, Counted) or isinstance(last, Counted):
        return Part(first, last) if step == 1 else refuse("range() from the place of another loop backwards")
    ends = [e for e in map(extent_of, (first, last)) if e is not None]
    if len(ends) != 2:
        refuse("range() whose ends depend on values")
    low, high = ends if step == 1 else (ends[1] + ONE, ends[0] + ONE)
    return Counting(high - low, low, forward=step == 1)


def zipped(*values: Any, strict: bool = False) -> Any:
    """zip(X, y) along symbolic lengths."""
    found = [several(v) for v in values]
    if any(isinstance(f, Part) for f in found):
        refuse("zip() of a range whose ends are the place of another loop")
    if not any(found):
        return zip(*values, strict=strict)
    rows = [row for row in found if row is not None]
    lengths = [row.length for row in rows] + [size(len(v)) for v in values if several(v) is None]
    for length in lengths:
        if length is not lengths[0]:
            raise differ(lengths[0], length, f"{lengths[0]} members and {length} beside them")
    if any(row.forward is not rows[0].forward for row in rows):
        refuse("zip() of what runs forwards and what runs backwards")
    return Several(lengths[0], lambda i: tuple(row.member(i) for row in rows), rows[0].forward)


def enumerated(values: Any, start: Any = 0) -> Any:
    """enumerate(X) along a symbolic length."""
    found, first = several(values), extent_of(start)
    if found is None:
        return enumerate(values, start)
    if not found.forward or first is None or isinstance(found, Part):
        refuse("enumerate() of what runs backwards, from such a start or to such an end")
    return Several(found.length, lambda i: (Counted(i.index, first), found.member(i)))


def of_each(f: Callable[..., Any], *values: Any) -> Any:
    """map(f, X) along a symbolic length."""
    if not any(map(several, values)):
        return map(f, *values)
    rows = zipped(*values)
    return Several(rows.length, lambda i: f(*rows.member(i)), rows.forward)


def backwards(values: Any) -> Any:
    """reversed(X) along a symbolic length."""
    found = several(values)
    if isinstance(found, Part):
        refuse("reversed() of a range whose ends are the place of another loop")
    return reversed(values) if found is None else Several(found.length, found.member, not found.forward)


def iterate(a: Traced) -> Iterator[Any]:
    """The members of an array along its first axis."""
    if not a.ndim:
        refuse("iteration over a number")
    found = several(a)
    return iter(found if found is not None else [item(a, k) for k in range(a.lengths[0].number or 0)])


METHODS["__iter__"] = iterate

# ---- the code of the user -----------------------------------------------------------------------------------


def frame_of_user() -> FrameType:
    """The frame that asks for the members, of the user's code or of a loop of JAX."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").startswith("matdiff.") and frame.f_back is not None:
        if frame.f_globals["__name__"] in LOOPING:
            break
        frame = frame.f_back
    return frame


def what_iterates(frame: FrameType) -> str | None:
    """A for statement, a list, what is called next (a generator, say); nothing of these, as in list(X) and a, b = X."""
    behind = [i.opname for i in dis.get_instructions(frame.f_code) if i.offset >= frame.f_lasti]
    if behind[0] != "GET_ITER":
        return None
    if behind[1] == "FOR_ITER":
        return frame.f_code.co_name if frame.f_code.co_name.startswith("<") else "for"
    return "" if behind[1] in ("CALL", "PRECALL") or "BUILD_LIST" not in behind[:MOST_BETWEEN] else "<listcomp>"
