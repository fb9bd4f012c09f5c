"""The rules of typing for recurrences: all states have one shape, that of the start."""

from __future__ import annotations

from matdiff import regex as re
from matdiff.algebra.constants import Ones, Zeros
from matdiff.algebra.dims import ONE, SCALAR, Shape, size
from matdiff.algebra.expr import Expr, Index, Number, postorder
from matdiff.algebra.operators.blocks import VerticalStack, total
from matdiff.algebra.operators.products import Scale
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, State, place
from matdiff.algebra.operators.slices import Slice
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry
from matdiff.errors import NotationError
from matdiff.language.blocks import stacked
from matdiff.language.entries import reach
from matdiff.language.extents import Excerpt
from matdiff.language.leaves import attempt_shape
from matdiff.language.names import LOWERED, MARKS, canonical
from matdiff.language.places import binder_of, number_text, position
from matdiff.language.recurrences.heads import NUMBERED
from matdiff.language.recurrences.recursion import Recursion
from matdiff.language.recurrences.states import states_of
from matdiff.language.scopes import Binder, Fixed, Place, Position, Scope
from matdiff.language.sizes import is_flexible
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed, described
from matdiff.language.typing import Attempt, rule


@rule("filled")
def type_filled(attempt: Attempt, node: Node) -> Typed:
    """The number that a recurrence starts with: a scalar, or a vector or matrix whose entries are all equal to it"""
    kind = attempt.assumed[id(node)]
    if kind == "S":
        return attempt.scalar(node, (), lambda: Number(node.value))
    shape: Shape = (attempt.sizes.fresh(), attempt.sizes.fresh() if kind == "M" else SCALAR[1])
    result = attempt.typed(node, shape, (), lambda: _filled(attempt, result))
    result.guessed = True
    return result


def _filled(attempt: Attempt, piece: Typed) -> Expr:
    shape = attempt_shape(attempt, piece)
    if not piece.node.value:
        return Zeros(*shape)
    return Ones(*shape) if piece.node.value == 1 else Scale.of(Number(piece.node.value), Ones(*shape))


@rule("like")
def type_like(attempt: Attempt, node: Node) -> Typed:
    """The first step of a recurrence that is written out and starts with a number, which has the shape of the state"""
    start, step = (part.typed for part in (node.value, node.parts[0]))
    if not attempt.same_shape(start, step):
        raise attempt.misfit(node, f"the start is {described(start.rows, start.cols)}, and {attempt.described(step)}")
    typed: Typed = step
    return typed


@rule("recurrence")
def type_recurrence(attempt: Attempt, node: Node) -> Typed:
    """All states of a recurrence, made of the start and the step; of several that go together one below the other"""
    together: list[Recursion] = node.value.together
    typed: list[Typed] = [part.typed for part in node.parts]
    starts, steps = typed[: len(together)], typed[len(together) :]
    for recursion, start, step in zip(together, starts, steps, strict=True):
        if not attempt.same_shape(start, step):
            before, after = (described(*attempt.sizes.shape((p.rows, p.cols))) for p in (start, step))
            hint = "with a number of steps, as in for k = 1..3, every state may have a shape of its own"
            message = f"{recursion.name} changes its shape: it starts as {before}, and a step gives {after}"
            raise attempt.misfit(step.node, message, hint)
    if len(together) > 1 and any(start.cols is not ONE for start in starts):
        names = ", ".join(recursion.name for recursion in together)
        message = f"the states {names} depend on each other, and are vectors and numbers only where they do"
        raise attempt.misfit(node, message, "with a number of steps, as in for k = 1..3, they are written out")
    start = starts[0] if len(together) == 1 else stacked(attempt, node, [[start] for start in starts])

    def make(*parts: Expr) -> Expr:
        first, further = (VerticalStack.of(*half) for half in (parts[: len(together)], parts[len(together) :]))
        if len(together) > 1:
            _tell_parts(attempt, node)
        return Recurrence(first, further, _state(attempt, node.value))

    return attempt.typed(node, (start.rows, start.cols), (*starts, *steps), make)


def _name(recursion: Recursion) -> str:
    """What the state is called, of several that go together s with all their names."""
    is_one = len(recursion.together) == 1
    return recursion.name if is_one else "s_" + "".join(r.name for r in recursion.together)


def _tell_parts(attempt: Attempt, node: Node) -> None:
    """A note says that the states which depend on each other are parts of one."""
    together = node.value.together
    *names, last = [recursion.name for recursion in together]
    parts = "; ".join(recursion.name for recursion in together)
    whole = f"{_name(node.value)} = [{parts}]"
    attempt.note(node, f"{', '.join(names)} and {last} depend on each other: they are the parts of one state, {whole}")


def _state(attempt: Attempt, recursion: Recursion) -> State:
    """The state that a step starts from."""
    starts = [_start(r).typed for r in recursion.together]
    index = attempt.index(Binder(recursion.index, recursion.count), starts[0].node)
    shapes = [attempt_shape(attempt, start) for start in starts]
    shape = shapes[0] if len(shapes) == 1 else (total(tuple(rows for rows, _ in shapes)), ONE)
    return State(_name(recursion), shape, index, recursion.origin, recursion.forward)


def _part(attempt: Attempt, recursion: Recursion, whole: Expr) -> Expr:
    """A state, of which several that go together are parts."""
    if len(recursion.together) == 1:
        return whole
    rows = [attempt_shape(attempt, _start(r).typed)[0] for r in recursion.together]
    k = recursion.together.index(recursion)
    before = total(tuple(rows[:k])) if k else size(0)
    if rows[k] is ONE:
        return Entry(whole, place(before + ONE))
    return Slice.of(whole, (before + ONE, before + rows[k]), None)


@rule("before")
def type_before(attempt: Attempt, node: Node) -> Typed:
    """z[k], the state that a step starts from"""
    recursion: Recursion = node.value
    start: Typed = _start(recursion).typed
    result = attempt.typed(
        node, (start.rows, start.cols), (), lambda: _part(attempt, recursion, _state(attempt, recursion))
    )
    result.guessed = start.guessed
    return result


@rule("after")
def type_after(attempt: Attempt, node: Node) -> Typed:
    """c[k] in the step of h[k]: what the step of c gives, on which h depends"""
    recursion: Recursion = node.value
    assert recursion.node is not None
    typed: Typed = recursion.node.parts[len(recursion.together) + recursion.together.index(recursion)].typed
    return typed


@rule("start")
def type_start(attempt: Attempt, node: Node) -> Typed:
    """z[1] inside a step: what the recurrence starts with"""
    typed: Typed = _start(node.value).typed
    return typed


def _start(recursion: Recursion) -> Node:
    assert recursion.node is not None
    return recursion.node.parts[recursion.together.index(recursion)]


@rule("iterate")
def type_iterate(attempt: Attempt, node: Node) -> Typed:
    """z[k+1], z[K+1], z[3]: a state of a recurrence"""
    recursion, at = node.value
    assert recursion.node is not None
    whole: Typed = recursion.node.typed
    _require_state(attempt, node, recursion, at)

    def make(states: Expr) -> Expr:
        if isinstance(at, Place):
            assert at.first is not None
            return _part(attempt, recursion, Iterate(states, place(at.first)))
        return _part(attempt, recursion, Iterate(states, place(attempt.index(at.binder, node), at.offset)))

    if whole is None:
        message = f"{attempt.written(node)} is used before {recursion.name} is known"
        raise attempt.misfit(node, message, error=NotationError)

    start: Typed = _start(recursion).typed
    result = attempt.typed(node, (start.rows, start.cols), (whole,), make)
    result.guessed = start.guessed
    return result


def _require_state(attempt: Attempt, node: Node, recursion: Recursion, at: Position) -> None:
    """The number of a state is one of those that there are; an index without a range runs over the steps."""
    binder = binder_of(at)
    if binder is not None and is_flexible(attempt.sizes.find(attempt.range_of(binder))):
        attempt.unify(attempt.range_of(binder), attempt.sizes.find(recursion.count))
    low, high = (attempt.sizes.find(s) for s in reach(attempt, at))
    short = (low - size(recursion.origin)).number
    over = (attempt.sizes.find(recursion.final) - high).number
    is_before = short is not None and short < 0
    is_fixed = isinstance(at, Place) and low.number is not None and recursion.count.number is None  # z[3] of enough
    if is_before or not (is_fixed or (over is not None and over >= 0)):
        said = number_text(low) if low is high else f"{number_text(low)} to {number_text(high)}"
        message = f"{attempt.written(node)} is no state of {recursion.name}: its number is {said}"
        raise attempt.misfit(node, message, states_of(recursion))


# ---- states as unknowns -------------------------------------------------------------------------------


def state_named(expr: Expr, name: str) -> Expr | None:
    """The states of a recurrence, z, or one of them, z[k], z[K+1], z_k, that a string names."""
    known: dict[str, Recurrence] = {n.name: n for n in postorder(expr) if isinstance(n, Recurrence)}
    if canonical(name) in known:
        return known[canonical(name)]
    found = re.fullmatch(rf"\s*([^\W\d_][\w{MARKS}]*?)\s*(?:{NUMBERED})\s*", name)
    states = known.get(canonical(found.group(1))) if found else None
    if found is None:
        return None
    written = next(g for g in found.groups()[1:] if g is not None).translate(LOWERED).strip()
    if states is None:
        wanted = f"{canonical(found.group(1))}{written}"
        return next((n for n in postorder(expr) if isinstance(n, Named) and n.name == wanted), None)
    letters = [n for n in re.findall(r"[^\W\d_]", written) if n not in states.index.last.names()][:1]
    scope: Scope = {letter: Binder(letter, states.index.last) for letter in letters}
    at = position(Excerpt(written, 0, written), scope, states.index.last.names())
    if isinstance(at, Place) and at.first is not None:
        return Iterate(states, place(at.first))
    if at is None or isinstance(at, (Place, Fixed)):
        return None
    return Iterate(states, place(Index(at.binder.name, states.index.last), at.offset))
