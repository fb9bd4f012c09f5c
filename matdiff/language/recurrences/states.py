"""Which state of a recurrence a z[…] is, and which part of it: the resolving of names with a number.

In goes a node of the syntax tree that has the name of a recurrence, out comes the same node as ``before`` (inside a
step the state that the step starts from), ``start``, ``iterate`` (a state of the finished recurrence), ``definition``
(where the steps are written out), or ``step`` (what a[k] stands for, where that is defined for every k).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import size
from matdiff.language.extents import Excerpt
from matdiff.language.limits import Range
from matdiff.language.places import binder_of, number_text, position, used
from matdiff.language.recurrences.gathering import known
from matdiff.language.recurrences.recursion import Recursion, spend
from matdiff.language.scopes import Binder, Fixed, Place, Position, Scope, Shifted
from matdiff.language.syntax import Node, copied, postorder

if TYPE_CHECKING:
    from matdiff.language.binding import Bound


def resolve_state(bound: Bound, node: Node, recursion: Recursion, piece: Excerpt, scope: Scope) -> Scope | None:
    """z[…]: inside its own step the state before it, elsewhere a state of the finished recurrence.

    The answer is the scope of what a[…] stands for.
    """
    index = _position(bound, recursion, piece, scope)
    shown = f"{recursion.name}[{piece.text}]"
    if index is None or (isinstance(index, Place) and index.single is None):
        raise bound.error(node, f"{shown} is no state of {recursion.name}", states_of(recursion))
    used(index)
    if any((b := binder_of(p)) is not None and b.owner in recursion.together for p in scope.values()):
        _resolve_own(bound, node, recursion, index, shown)
    elif recursion.is_written_out:
        _resolve_written_out(bound, node, recursion, index, shown)
    else:
        node.kind, node.value, node.parts = "iterate", (recursion, index), []
    return None


def _position(bound: Bound, recursion: Recursion, piece: Excerpt, scope: Scope) -> Position | None:
    """The number of a state; an index that nothing binds is a general one, where that is allowed."""
    found = position(piece, scope, {*bound.ranges, *recursion.count.names()}, bound.numbers)
    letter = re.match(r"[^\W\d_](?=\s*(?:[-+−]|$))", piece.text) if found is None and bound.free else None
    if letter is None:
        return found
    general = bound.free_indices.setdefault(letter.group(), Binder(letter.group(), recursion.count))
    return position(piece, {letter.group(): general}, (), bound.numbers)


def _resolve_own(bound: Bound, node: Node, recursion: Recursion, at: Position, shown: str) -> None:
    """A state inside the step that leads to it: the state before the step, or the start."""
    binder, offset = (at.binder, at.offset) if isinstance(at, (Binder, Shifted)) else (None, 0)
    if binder is None and isinstance(at, Place) and at.single is recursion.starts_at:
        node.kind, node.value, node.parts = "start", recursion, []
        if recursion.is_written_out:
            node.kind, node.value = "definition", recursion.label(recursion.starts_at.number or 0)
        return
    of = binder.owner if binder is not None and binder.owner in recursion.together else None
    if of is not None and of is not recursion and offset == recursion.after:
        node.kind, node.value, node.parts = "after", recursion, []
        return
    if binder is None or of is None or offset != recursion.before:
        leads = f"a step leads from {recursion.state(recursion.before)} to {recursion.state(recursion.after)}"
        raise bound.error(node, f"{shown} is not known in the step of {recursion.name}", leads)
    recursion.used = True
    node.kind, node.value, node.parts = "before", recursion, []
    if binder.value is not None:
        node.kind, node.value = "definition", recursion.label(binder.value + offset)


def _resolve_written_out(bound: Bound, node: Node, recursion: Recursion, at: Position, shown: str) -> None:
    """A state of a recurrence that is written out: one of its definitions."""
    number = number_at(at)
    if number is None or not recursion.has(number):
        raise bound.error(node, f"{shown} is no state of {recursion.name}", states_of(recursion))
    node.kind, node.value, node.parts = "definition", recursion.label(number), []


def number_at(at: Position) -> int | None:
    """The number that a position stands for, if it is known."""
    if isinstance(at, Place):
        return at.single.number if at.single is not None else None
    return None if isinstance(at, Fixed) or at.binder.value is None else at.binder.value + at.offset


def states_of(recursion: Recursion) -> str:
    """Which states a recurrence has, in words."""
    name = recursion.name
    return f"its states are {name}[{recursion.origin}] to {name}[{number_text(recursion.final)}]"


def written_low(bound: Bound, name: str, text: str) -> tuple[str, str] | None:
    """The state or member that z_2 is, written with a low number, unless a symbol is called so."""
    base = name.rstrip("0123456789")
    recursion, given = bound.recursions.get(base), bound.given.get(base)
    symbols = recursion.symbols if recursion else frozenset[object]()
    if not (recursion or (given and given.indexed)) or base == name or name in bound.declared or name in symbols:
        return None
    return (base, name[len(base) :]) if re.search(r"[_₀-₉]", text) else None


def numbered_name(bound: Bound, name: str, indices: Sequence[Position]) -> str | None:
    """W1 for W[k] where the steps are written out and W1, W2 … are declared instead of a family W."""
    number = number_at(indices[0]) if len(indices) == 1 and binder_of(indices[0]) is not None else None
    return f"{name}{number}" if name not in bound.declared and f"{name}{number}" in bound.declared else None


def label_clash(recursions: Mapping[str, Recursion], name: str) -> str:
    """The recurrence, if there is one, a state of which is called like a name: x2 beside x[2]."""
    return next((r.name for r in recursions.values() if r.is_written_out and r.has_label(name)), "")


# ---- sums over states that are written out ---------------------------------------------------------------


def summed(bound: Bound, node: Node, scope: Scope) -> bool:
    """Writes out a sum with a number of terms that has states which are written out; says whether it did."""
    names = {r.name for r in bound.recursions.values() if r.is_written_out}
    given = bound.given.values() if names else ()
    names |= {g.name for g in given if g.ends or any(n.kind == "NAME" and n.value in names for n in postorder(g.body))}
    operator, limits = node.value
    plain = len(limits.clauses) == 1 and isinstance(limits.clauses[0], Range) and operator == "sum"
    if not plain or not any(n.kind == "NAME" and n.value in names for n in postorder(node.parts[0])):
        return False
    letter, first, last = limits.clauses[0]
    last = last if last is not None else limits.upper
    end = known(bound, last).number if last is not None else None
    if end is None or letter in scope or first.number is None or first.number > end:
        return False
    count = end - first.number + 1
    spend(bound, node, count, node.parts[0])
    terms = []
    for k in range(first.number, end + 1):
        binder = Binder(letter, size(end))
        binder.used, binder.value = True, k
        terms.append(Node("step", [copied(node.parts[0])], (letter, binder), node.start, node.end))
    node.kind, node.value, node.parts = "sum", ["first", *["add"] * (count - 1)], terms
    return True
