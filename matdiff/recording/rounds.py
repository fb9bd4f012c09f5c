"""What a round of a loop makes of the unknowns that it starts from, and so what all rounds make of the variables.

A sum, a product, a largest entry, a recurrence, or for several that depend on each other the one of the stacked state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Index, postorder
from matdiff.algebra.operators.blocks import VerticalStack
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import Sum
from matdiff.algebra.operators.recurrence import Recurrence, State, open_states
from matdiff.algebra.operators.slices import Slice
from matdiff.algebra.operators.structure import value_of
from matdiff.algebra.walks import replace
from matdiff.errors import MatdiffError
from matdiff.recording.arrays import Traced, lift, refuse
from matdiff.recording.blocks import Filling, filled
from matdiff.recording.carried import NUMBERS, SHAPE, Carried, as_array
from matdiff.recording.counting import NOW, Answer, Running
from matdiff.recording.definitions import MARK
from matdiff.recording.filling import Filled
from matdiff.recording.shapes import written
from matdiff.recording.variables import Variables, is_same, leaves

BRANCH = "Do the rounds that differ before the loop or behind it."
PARTIAL = "Such a loop can make sums."


class Round:
    """What a round of a loop changes, the unknowns that stand for that, and what a round makes of them."""

    def __init__(self, before: Variables, running: Running, forward: bool) -> None:
        self.before, self.running, self.index, self.forward = before, running, running.over, forward
        self.changed: dict[Any, Any] = {}
        self.carried: dict[int, Carried] = {}
        self.given: dict[Any, Any] = {}
        self.lists: dict[Any, int] = {}
        self.ways: list[Sequence[Answer]] = []

    # ---- which variables it changes

    def try_out(self) -> None:
        """Gives the variables their values, and an unknown to those from which a search for an extreme starts."""
        for variable in self.before.values():
            is_infinite = isinstance(variable.value, float) and math.isinf(variable.value)
            infinite = Traced(State(f"{MARK}{next(NUMBERS)}", SCALAR, Index("i", ONE), 0), ())
            variable.put(infinite if is_infinite else variable.value)

    def see(self, answers: Sequence[Answer], after: Variables) -> None:
        """Notes what a round has changed."""
        for key, variable in self.before.items():
            now = after.get(key, variable).value
            if is_same(variable.value, now) or key in self.changed:
                continue
            self.changed[key] = now
            if isinstance(key, int) and isinstance(now, dict) and now.keys() != variable.value.keys():
                refuse(f"{variable.name}, to which a round of the loop adds a member,", "Append to a list.")
            if isinstance(key, int) and isinstance(now, list) and len(now) > len(variable.value):
                self.lists[key] = len(variable.value)

    # ---- what it makes of unknowns

    def begin(self) -> None:
        """Gives the variables that change their unknowns, and the others their values."""
        if not self.given:
            self.given = {
                key: self.unknowns(self.before[key].name, self.before[key].value, now)
                for key, now in self.changed.items()
                if key not in self.lists
            }
        for c in self.carried.values():
            c.unknown.expr = c.state
        for key, variable in self.before.items():
            variable.put(self.given.get(key, variable.value))

    def unknowns(self, name: str, start: Any, after: Any) -> Any:
        """A value with unknowns for what a round changes."""
        if is_same(start, after):
            return start
        members = paired(start, after)
        if members is not None:
            named = [(str(k) if isinstance(start, dict) else f"{name}{k}", a, b) for k, a, b in members]
            return with_members(start, [self.unknowns(*m) for m in named])
        c = Carried(name, start, after, self.index, self.forward)
        self.carried[id(c.unknown)] = c
        return c.unknown

    def take(self, answers: Sequence[Answer], after: Variables) -> None:
        """What a round has made of the unknowns."""
        self.ways.append(list(answers))
        for key, variable in self.before.items():
            now = after.get(key, variable)
            if key not in self.given and key not in self.lists and not is_same(variable.value, now.value):
                refuse(f"{variable.name}, which not every round of the loop changes in the same way,")
        if self.lists and len(self.ways) > 1:
            refuse("a list that is made in a loop with a branch on the place")
        for key, given in self.given.items():
            if key in after:
                self.take_value(after[key].name, given, after[key].value)

    def end(self, after: Variables) -> None:
        """Gives the variables what they have after the loop, now that a round has been made from the unknowns."""
        for c in self.carried.values():
            c.join(self.ways)
        grown = {key: after[key] for key in self.lists if key in after}
        for key, variable in grown.items():  # a list of a round is an array
            old = self.lists[key]
            new = [lift(v) if isinstance(v, (list, tuple)) else v for v in variable.value[old:]]
            grown[key] = variable._replace(value=[*variable.value[:old], *new])
            variable.put(grown[key].value)
        listed = [v for key, variable in grown.items() for v in leaves(variable.value[self.lists[key] :])]
        self.solve(listed)
        for key, given in self.given.items():
            if key in after:
                after[key].put(self.found(given, after[key].value))
        if listed:
            NOW.get().listed.append(self.index)

    @property
    def is_partial(self) -> bool:
        """Whether the rounds are those of some values of the index alone."""
        return bool(NOW.get().given.get(self.index))

    def take_value(self, name: str, given: Any, now: Any) -> None:
        """What a round has made of the unknowns in a value."""
        if id(given) in self.carried:
            value = as_array(now)  # as it is now: another way may change the array
            self.carried[id(given)].made.append(Traced(value.expr, value.lengths) if isinstance(value, Traced) else now)
        elif (members := paired(given, now)) is not None:
            for k, a, b in members:
                self.take_value(f"{name}{k}", a, b)
        elif not is_same(given, now):
            refuse(f"{name}, which is another kind of thing after a round of the loop,")

    def found(self, given: Any, now: Any) -> Any:
        """A value after the loop."""
        if id(given) in self.carried:
            return self.carried[id(given)].value
        members = paired(given, now)
        return now if members is None else with_members(now, [self.found(a, b) for _, a, b in members])

    def solve(self, listed: Sequence[Any]) -> None:
        """What the variables have after the loop, and what the members of lists are in the round of the index."""
        if not all(isinstance(v, Traced) for v in listed):
            refuse("a list of what is neither a number nor an array, made in a loop over a symbolic length,")
        if self.is_partial and (listed or any(isinstance(c.step, Filled) for c in self.carried.values())):
            refuse("an array that a loop over a part of the places fills,", PARTIAL)
        arrays = [Filling(c, self.forward) for c in self.carried.values() if isinstance(c.step, Filled)]
        carried = [c for c in self.carried.values() if not isinstance(c.step, Filled)]
        carried += filled(arrays, carried, listed)
        steps = {c: c.step for c in carried}
        asked = {c: open_states(e) for c, e in steps.items()}
        inside = [open_states(v.expr) for v in listed]
        live = [c for c in carried if any(c.state in states for states in (*asked.values(), *inside))]
        known: dict[Expr, Expr] = {}
        waiting = list(live)
        while waiting:
            group = smallest_group(waiting, known)
            waiting = [c for c in waiting if c not in group]
            others = [asked[c] for c in live if c not in group] + inside
            self.settle(group, known, others)
        for c in carried:
            if c not in live and not c.is_kept and not self.is_partial and isinstance(c.value, Traced):
                c.value = Traced(last_value(c, replace(c.step, known.get)), c.value.lengths)
        for f in arrays:
            whole = value_of(f.array.first)
            for block in f.blocks:
                whole = f.end(replace(steps[block.row], known.get), block, whole)
            f.array.value = Traced(whole, f.array.lengths)
        for v in listed:
            v.expr = replace(v.expr, known.get)

    def settle(self, group: Sequence[Carried], known: dict[Expr, Expr], others: Sequence[frozenset[State]]) -> None:
        """What some variables have after the loop; of one that nothing else reads an error is one if it is asked."""
        (c, *more) = group
        is_last = not (more or c.is_kept or any(c.state in states for states in others))
        try:
            if is_last and self.reduce(c, known):
                return
            if self.is_partial:
                refuse(f"{c.name}, which is no sum, in a loop over a part of the places,", PARTIAL)
            if more:
                together(group, known)
            else:
                one_by_one(c, known)
        except MatdiffError as error:
            if not is_last:
                raise
            NOW.get().failed[c.state] = (error, self.running)

    def reduce(self, c: Carried, known: dict[Expr, Expr]) -> bool:
        """Whether the rounds make a sum, a product or an extreme entry, which the variable then has."""
        if c.step is c.state:
            c.value = c.start
            return True
        step = replace(c.step, known.get)
        e = c.reduced(step) if isinstance(step, Sum) or not self.is_partial else None
        if e is not None:
            c.value = Traced(e, c.value.lengths)
        return e is not None


# ---- recurrences ------------------------------------------------------------------------------------------


def smallest_group(waiting: Sequence[Carried], known: dict[Expr, Expr]) -> list[Carried]:
    """Some unknowns whose next values depend on no others, as few as possible."""
    of_state = {c.state: c for c in waiting}
    uses = {c: [of_state[s] for s in open_states(replace(c.step, known.get)) if s in of_state] for c in waiting}
    groups = []
    for c in waiting:
        group = [c]
        for member in group:
            group += [u for u in uses[member] if u not in group]
        groups.append(group)
    return min(groups, key=len)


def one_by_one(c: Carried, known: dict[Expr, Expr]) -> None:
    """The recurrence of a variable."""
    require_shape(c)
    recurrence = Recurrence(c.first, same_for_all(c, replace(c.step, known.get)), c.state)
    if c.step is not c.state and c.state in open_states(c.step):
        known[c.step] = recurrence.after
    known[c.state] = recurrence.before
    c.value = Traced(recurrence.last, c.value.lengths)


def together(group: Sequence[Carried], known: dict[Expr, Expr]) -> None:
    """The recurrence of variables that depend on each other: that of the stacked state."""
    for c in group:
        require_shape(c)
        if c.state.cols is not ONE:
            names = ", ".join(c.name for c in group)
            refuse(f"a loop over a symbolic length in which {names} depend on each other and are no vectors")
    start, first = VerticalStack.of(*[c.first for c in group]), group[0].state.data
    name = "".join(c.name for c in group)
    state = State(f"{name}{MARK}{next(NUMBERS)}", start.shape, *first[2:])
    ends = list(accumulate((c.state.rows for c in group), initial=ONE - ONE))
    rows = [(a + ONE, b) for a, b in pairwise(ends)]
    inside: dict[Expr, Expr] = {c.state: Slice.of(state, r, None) for c, r in zip(group, rows, strict=True)}
    inside = {**known, **inside}
    steps = [same_for_all(c, replace(c.step, inside.get)) for c in group]
    recurrence = Recurrence(start, VerticalStack.of(*steps), state)
    for c, r in zip(group, rows, strict=True):
        known[c.step] = Slice.of(recurrence.after, r, None)
    for c, r in zip(group, rows, strict=True):
        known[c.state] = Slice.of(recurrence.before, r, None)
        c.value = Traced(Slice.of(recurrence.last, r, None), c.value.lengths)


def same_for_all(c: Carried, step: Expr) -> Expr:
    """A step, which is refused where it depends on a condition on the place."""
    if any(isinstance(n, Piecewise) and c.index in n.operands[0].free | n.operands[1].free for n in postorder(step)):
        refuse(f"{c.name}, which a branch on the place makes from that of the round before,", BRANCH)
    return step


def require_shape(c: Carried) -> None:
    if not c.fits:
        before = f"of shape {written(c.start.lengths)}" if isinstance(c.start, Traced) else c.start
        refuse(
            f"{c.name}, which is {before} before the loop and then something else,",
            SHAPE,
        )


def last_value(c: Carried, e: Expr) -> Expr:
    """What a variable has after the loop that no round takes from the one before."""
    if c.index not in e.free or not c.fits:
        return e
    try:
        return Recurrence(c.first, e, c.state).last
    except MatdiffError:
        return e


# ---- values with members ------------------------------------------------------------------------------------


def paired(a: Any, b: Any) -> list[tuple[Any, Any, Any]] | None:
    """The members of two values that have the same ones, with their numbers or keys."""
    if isinstance(a, (list, tuple)) and type(a) is type(b) and len(a) == len(b):
        return [(k, x, y) for k, (x, y) in enumerate(zip(a, b, strict=True), 1)]
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [(key, a[key], b[key]) for key in a]
    return None


def with_members(value: Any, members: Sequence[Any]) -> Any:
    """A value of the same kind with other members."""
    if isinstance(value, dict):
        return dict(zip(value, members, strict=True))
    return type(value)(*members) if hasattr(value, "_fields") else type(value)(members)
