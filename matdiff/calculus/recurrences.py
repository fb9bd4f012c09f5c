"""The adjoint of a recurrence: δ runs backwards through the steps that z went forwards.

    z[k+1] = F(z[k]),   dz[k+1] = 𝓛ₖ(dz[k]) + …   ⇒   δ[k] = 𝓛ₖ*(δ[k+1]),   δ[K+1] = ∇_z[K+1] f

In go what the function contributes to the gradients of the states, out comes where each of it belongs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from matdiff.algebra.dims import Size, size
from matdiff.algebra.expr import Expr, Number, Symbol, replace
from matdiff.algebra.fresh import fresh
from matdiff.algebra.operators.products import Scale, Sum, zero
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, State, place, place_parts
from matdiff.algebra.operators.sums import Entry, Member, UnitVector, substitute_index
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple


class Sources(NamedTuple):
    """What a function contributes to the gradients of the states of a recurrence, by itself.

    first, last     to the first and to the last state
    before, after   to the state before, and to the state after step k, as expressions of k
    """

    first: list[Expr]
    last: list[Expr]
    before: list[Expr]
    after: list[Expr]


def sources(recurrence: Recurrence, pieces: Mapping[Expr, Sequence[Expr]]) -> Sources:
    """Sorts the contributions to states z[j], for j a number, a size, or an index that runs through the steps."""
    found = Sources([], [], [], [])
    for target, given in pieces.items():
        if isinstance(target, Iterate) and target.operands[0] is recurrence:
            for piece in given:
                _sort(recurrence, target, piece, found)
    return found


def _sort(z: Recurrence, target: Iterate, piece: Expr, found: Sources) -> None:
    index, offset = place_parts(target.operands[1])
    count, origin, final = z.index.last, size(z.origin), z.index.last + size(z.origin)
    first, last = (origin, final) if z.forward else (final, origin)
    before, after = size(z.origin - z.forward), _after(z)
    if index is None:
        step = (offset - after).number
        if offset is last:
            found.last.append(piece)
        elif offset is first:
            found.first.append(piece)
        elif step is not None and step > 0:
            found.after.append(Scale.of(Entry(UnitVector(Number(step), count), z.index), piece))
        else:
            raise _unmatched(z, target)
    elif offset is after and index.last is count:
        found.after.append(substitute_index(piece, index, z.index))
    elif offset is before and index.last is count:
        found.before.append(substitute_index(piece, index, z.index))
    elif offset is origin - size(1) and index.last is count + size(1):
        sorted_at = found.before if z.forward else found.after
        sorted_at.append(substitute_index(piece, index, z.index))
        (found.last if z.forward else found.first).append(substitute_index(piece, index, place(index.last)))
    else:
        raise _unmatched(z, target)


def _after(z: Recurrence) -> Size:
    """What the number of the state after a step is more than that of the step."""
    return size(z.origin - (not z.forward))


def _unmatched(z: Recurrence, target: Expr) -> UnsupportedError:
    states = f"{z.name}[{z.origin}] to {z.name}[{place(z.index.last, z.origin)}]"
    return UnsupportedError(
        f"the states {z.name}[{target.operands[1]}] are not all states of a recurrence that goes from {states}, "
        "nor its first or last",
        suggestion=f"Let the sum run over as many terms as there are steps, for {z.index.name} = 1..{z.index.last}.",
    )


def unrolled_once(z: Recurrence) -> Expr:
    """The state after step k in terms of the state before it."""
    return replace(z.operands[1], {z.state: z.before})


def adjoint_of_state(unknown: Iterate, delta: Recurrence, given: Sources) -> Expr:
    """The gradient with respect to a state: δ, and what the function contributes to it by itself."""
    z = unknown.operands[0]
    assert isinstance(z, Recurrence)
    if unknown is z.first:
        return Sum.of(delta.last, *given.first)
    number = unknown.operands[1]
    index, offset = place_parts(number)
    step = place(offset - _after(z)) if index is None else index
    return Sum.of(Iterate(delta, number), *(substitute_index(a, z.index, step) for a in given.after))


def general_state(unknown: Expr) -> Expr:
    """A state whose number is an index as the state after the step of that index."""
    if isinstance(unknown, Recurrence):
        return unknown.after
    if isinstance(unknown, Iterate) and isinstance(unknown.operands[0], Recurrence):
        return unknown.operands[0].after if unknown.free else unknown
    return unknown


def backwards(z: Recurrence, name: str) -> State:
    """δ[k+1] inside a step that gives δ[k]."""
    return State(name, z.shape, z.index, z.origin, not z.forward)


def adjoint_recurrence(z: Recurrence, state: State, step: Expr, given: Sources) -> Recurrence:
    """δ, from what a step makes of it and what the function contributes by itself.

    What the function contributes to the states after a step is added where they are used, not to δ.
    """
    start = total(given.last, z)
    return Recurrence(start, Sum.of(step, *given.before), state)


def total(pieces: Sequence[Expr], like: Expr) -> Expr:
    """The sum of some contributions."""
    return Sum.of(*pieces) if pieces else zero(like.shape)


def fresh_name(taken: Collection[str], z: Recurrence, recurrences: Iterable[Recurrence]) -> str:
    """δ for the only recurrence, δ_z for one of several."""
    names = ["delta"] if len(list(recurrences)) == 1 else []
    own = f"delta_{z.name}"
    return next(fresh(taken, own, [*names, own]))


def perturbed(state: Iterate, name: str) -> tuple[Recurrence, Expr]:
    """The recurrence in which a state changes by a new symbol of value 0, and that symbol or member of a family."""
    z = state.operands[0]
    assert isinstance(z, Recurrence)
    start, step = z.operands
    if state is z.first:
        change: Expr = Symbol(name, z.shape, ("change",))
        return Recurrence(start + change, step, z.state), change
    index, offset = place_parts(state.operands[1])
    if index is None:
        change = Symbol(name, z.shape, ("change",))
        at = Entry(UnitVector(place(offset - _after(z)), z.index.last), z.index)
        return Recurrence(start, step + Scale.of(at, change), z.state), change
    family = Symbol(name, z.shape, ("change",), (z.index.last,))
    return Recurrence(start, step + Member(family, z.index), z.state), Member(family, index)
