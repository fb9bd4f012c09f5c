"""Loops as statements of a library: into an array that is there, by a scan, or into a list."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable

from matdiff.algebra.dims import Size
from matdiff.program.arrays import Array, inside
from matdiff.program.syntax import Node, name
from matdiff.program.writing import Writer
from matdiff.records import NamedTuple

Written = Callable[[Writer, Array], Node]


class Loop(NamedTuple):
    """What a loop is made of; *write* writes one operation."""

    array: Array
    start: Array
    body: Array
    state: Array
    counter: Array
    steps: Size
    forward: bool
    keeps: bool  # whether all states are needed
    write: Written


def loop(w: Writer, a: Array, write: Written) -> Node:
    """The states of a recurrence with their numbers as the first axis, or its last state."""
    body, state, counter, steps, forward, keeps = a.data
    found = Loop(a, a.args[0], body, state, counter, steps, forward, keeps, write)
    called, _, index, *_ = state.data[0].data
    k, states = name(w.counter(index.name)), name(w.variable(called))
    w.stand_for(found.counter, w.fill("a + 1", a=k))
    return LOOPS[w.backend.loop](w, found, k, states)


def computed(w: Writer, found: Loop) -> Node:
    """The statements of a step, and what stands for the state after it."""
    arrays = inside(found.array)
    uses = Counter(x for a in arrays for x in a.args if x.inner) + Counter([found.body])
    w.uses |= uses
    for a in arrays:
        if a not in (found.state, found.counter):
            w.keep(a, found.write(w, a), uses[a])
    return w.node(found.body)


def head(w: Writer, found: Loop, k: Node) -> str:
    """for k in range(K):"""
    steps = w.fill("range(a)" if found.forward else "range(a - 1, -1, -1)", a=w.size(found.steps))
    return f"for {ast.unparse(k)} in {ast.unparse(steps)}:"


def start(w: Writer, found: Loop) -> Node:
    """The state that comes first, as an array."""
    if found.start.number is None:
        return w.node(found.start)
    return w.create("full(a, b)", a=w.shape(found.state.axes), b=w.node(found.start))


def in_place(w: Writer, found: Loop, k: Node, states: Node) -> Node:
    """Into an array that is made before; the last state alone is a variable."""
    if not found.keeps:
        return replaced(w, found, k, states)
    ends = [ast.Constant(0), w.size(found.steps)]
    around = [k, w.fill("a + 1", a=k)]
    (first, before, after) = (ends[0], *around) if found.forward else (ends[1], *around[::-1])
    w.line(states, w.create("empty(a)", a=w.shape(found.array.axes)))
    start = found.start.args[0] if is_constant(found.start) else found.start
    w.line(w.fill("a[b]", a=states, b=first), w.node(start))
    w.stand_for(found.state, w.fill("a[b]", a=states, b=before))
    with w.block(head(w, found, k)):
        w.line(w.fill("a[b]", a=states, b=after), computed(w, found))
    return states


def is_constant(a: Array) -> bool:
    """Whether all entries are one number."""
    return a.op == "embed" and a.args[0].number is not None and len({*a.data[1]}) == len(a.data[1])


def replaced(w: Writer, found: Loop, k: Node, state: Node) -> Node:
    """A state that takes the place of the one before."""
    w.line(state, start(w, found))
    w.stand_for(found.state, state)
    with w.block(head(w, found, k)):
        w.line(state, computed(w, found))
    return state


def listed(w: Writer, found: Loop, k: Node, states: Node) -> Node:
    """Into a list, which becomes an array, so that the library can follow each step."""
    if not found.keeps:
        return replaced(w, found, k, states)
    w.line(states, ast.List([start(w, found)], ast.Load()))
    w.stand_for(found.state, w.fill("a[-1]", a=states))
    with w.block(head(w, found, k)):
        w.lines.append(f"{ast.unparse(states)}.append({ast.unparse(computed(w, found))})")
    return w.fill("stack(a)" if found.forward else "stack(a[::-1])", a=states)


def scanned(w: Writer, found: Loop, k: Node, state: Node) -> Node:
    """By a function of the state and the number of the step."""
    step, first = name(w.variable(f"{ast.unparse(state)}_step")), w.assigned(start(w, found))
    w.stand_for(found.state, state)
    with w.block(f"def {ast.unparse(step)}({ast.unparse(state)}, {ast.unparse(k)}):"):
        after = ast.unparse(w.assigned(computed(w, found)))
        w.lines.append(f"return {after}, {after if found.keeps else None}")
    reverse = "" if found.forward else ", reverse=True"
    count = w.size(found.steps)
    if not found.keeps:
        return w.fill(f"scan(f, a, arange(n){reverse})[0]", f=step, a=first, n=count)
    others = w.fill(f"scan(f, a, arange(n){reverse})[1]", f=step, a=first, n=count)
    both = "a[None], b" if found.forward else "b, a[None]"
    return w.fill(f"concatenate(({both}), axis=0)", a=first, b=others)


LOOPS = {"in place": in_place, "list": listed, "scan": scanned}
