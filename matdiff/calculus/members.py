"""Members of families: contributions to x[t + 1], x[2] and x[j] as contributions to one general member x[i].

In go what blocks contribute to members and the member that is asked for, out comes what is contributed to it.
A contribution to x[2] is one to x[i] where i is 2, and is multiplied by e₂[i] = δ₂ᵢ; one to x[t + 1] is
Σ_t of e_{t+1}[i] times that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from matdiff.algebra.dims import Size, size
from matdiff.algebra.expr import Expr, Index, Number, Symbol, replace
from matdiff.algebra.fresh import INDICES, fresh
from matdiff.algebra.identities.indexed import bound_names, fresh_index
from matdiff.algebra.operators.products import Hadamard, Scale, Sum, zero
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, UnitVector, substitute_index
from matdiff.records import NamedTuple


def general_indices(family: Symbol, targets: Iterable[Expr], names: Set[str]) -> tuple[Expr, ...]:
    """The indices of the first of some members that is a general one, or new ones that have none of the *names*."""
    for target in targets:
        if isinstance(target, Member) and target.operands[0] is family:
            indices = target.operands[1:]
            if is_general(indices, family.ranges):
                return indices
    letters = fresh(names, "i", INDICES)
    return tuple(Index(name, last) for name, last in zip(letters, family.ranges, strict=False))


def restricted(e: Expr, left: Expr, relation: str, right: Expr) -> Expr:
    """What is e where a condition holds, and else 0."""
    from matdiff.algebra.operators.piecewise import Piecewise

    return Piecewise(left, relation, right, e, zero(e.shape))


def is_general(indices: Sequence[Expr], ranges: Sequence[Size]) -> bool:
    """Whether indices are different ones, each of which runs through its whole range."""
    whole = all(isinstance(i, Index) and i.last is last for i, last in zip(indices, ranges, strict=True))
    return whole and len(set(indices)) == len(indices)


def brought_to(
    e: Expr, old: Sequence[Expr], new: Sequence[Expr], ranges: Sequence[Size], fixed: Set[Index] = frozenset()
) -> Expr | None:
    """A contribution to the member with the old indices as one to the member with the new ones; None where it is 0.

    The indices that are *fixed* stay as they are: those of a function that has an index itself.
    """
    from matdiff.algebra.operators.recurrence import place

    if any(isinstance(a, Number) and isinstance(b, Number) and a is not b for a, b in zip(old, new, strict=True)):
        return None
    e, old = _names_apart(e, old, new, fixed)
    known: dict[Expr, Expr] = {i: i for i in fixed} | {a: b for a, b in zip(old, new, strict=True) if a is b}
    here: list[Expr] = []
    only: list[tuple[Expr, str, Expr]] = []  # the members to which there is a contribution
    for a, b, last in zip(old, new, ranges, strict=True):
        if known.get(a) is b:
            continue
        step = None if a.free & known.keys() else _step_of(a, b)
        if isinstance(a, Index) and a.last is last and a not in known:
            known[a] = b
        elif step is not None and step.is_beyond():
            return None
        elif step is not None and step.is_among(last):
            known[step.counter] = place(step.value)
        elif isinstance(b, Index) and (shift := _shift_of(a)) is not None and shift[0] not in known:
            counter, offset = shift
            known[counter] = place(b, -offset)
            only += _limits(counter, offset, b)
        elif isinstance(b, Index) and not a.free:
            only.append((b, "=", a))
        else:
            here.append(Entry(UnitVector(a, last), b))
    e = Scale.of(Hadamard.of(*here), e) if here else e
    for index in sorted({i for a in old for i in a.free} - known.keys(), key=lambda i: i.name):
        e = IndexedSum(e, index)
    e = _with_places(e, known)
    for left, relation, right in only:
        e = restricted(e, left, relation, right)
    return e


def _shift_of(a: Expr) -> tuple[Index, int] | None:
    """t and c of the number t + c of a member."""
    terms = a.operands if isinstance(a, Sum) else (a,)
    indices = [term for term in terms if isinstance(term, Index)]
    offset = _size([term for term in terms if not isinstance(term, Index)])
    if len(indices) != 1 or offset is None or offset.number is None:
        return None
    return indices[0], offset.number


def _limits(counter: Index, offset: int, b: Index) -> list[tuple[Expr, str, Expr]]:
    """Which members b are a t + offset: offset < b, and b ≤ offset + the end of t, where these say anything."""
    from matdiff.algebra.operators.recurrence import place

    found: list[tuple[Expr, str, Expr]] = []
    if offset > 0:
        found.append((Number(offset), "<", b))
    end = counter.last + size(offset)
    if end is not b.last:
        found.append((b, "≤", place(end)))
    return found


class _Step(NamedTuple):
    """The value of an index t for which t + offset is the number of a member."""

    counter: Index
    value: Size
    offset: Size

    def is_beyond(self) -> bool:
        """Whether the sum over t has no such term."""
        over = (self.value - self.counter.last).number
        return (over is not None and over > 0) or (self.value.number is not None and self.value.number < 1)

    def is_among(self, members: Size) -> bool:
        """Whether it surely has one, where there are so many members."""
        room = (self.offset + self.counter.last - members).number  # the number of the member is at most theirs
        first = self.value is self.counter.last or (self.value.number is not None and self.value.number >= 1)
        return first and room is not None and room >= 0


def _step_of(a: Expr, b: Expr) -> _Step | None:
    """The value of t for which a = t + c is a number b; None where a is not of that form, or b is no number."""
    terms = a.operands if isinstance(a, Sum) else (a,)
    indices = [term for term in terms if isinstance(term, Index)]
    offset, wanted = _size([term for term in terms if not isinstance(term, Index)]), _size([b])
    if len(indices) != 1 or offset is None or wanted is None:
        return None
    return _Step(indices[0], wanted - offset, offset)


def _size(terms: Sequence[Expr]) -> Size | None:
    """A sum of whole numbers and sizes as a size."""
    found, stack = size(0), list(terms)
    while stack:
        term = stack.pop()
        if isinstance(term, Sum):
            stack += term.operands
        elif isinstance(term, Symbol):
            found = found + size(term.name)
        elif term.number is not None and term.number.denominator == 1:
            found = found + size(int(term.number))
        else:
            return None
    return found


def _with_places(e: Expr, known: Mapping[Expr, Expr]) -> Expr:
    """An expression with the places that are known of some indices."""
    for a, b in known.items():
        if isinstance(a, Index):
            e = substitute_index(e, a, b)
    return e if all(isinstance(b, Index) for b in known.values()) else _in_numbers(e)


def _in_numbers(e: Expr) -> Expr:
    """An expression in which the members have plain numbers."""

    def plain(node: Expr) -> Expr | None:
        if not isinstance(node, Member) or not any(isinstance(i, Sum) for i in node.operands[1:]):
            return None
        return Member(node.operands[0], *map(_summed_up, node.operands[1:]))

    return replace(e, plain)


def _summed_up(number: Expr) -> Expr:
    """The number of a member with its whole numbers added: T − 1 + 1 is T, and t − 1 + 1 is t."""
    from matdiff.algebra.operators.recurrence import place

    if number.free:
        shift = _shift_of(number)
        return place(*shift) if shift else number
    total = _size([number])
    return number if total is None else place(total)


def _names_apart(e: Expr, old: Sequence[Expr], new: Sequence[Expr], fixed: Set[Index]) -> tuple[Expr, Sequence[Expr]]:
    """The contribution and the old indices, in which no other index has the name of a new one."""
    from matdiff.algebra.identities.indexed import rebound

    taken = {i.name for b in new for i in b.free}
    e = rebound(e, taken)
    in_use = taken | bound_names(e) | {i.name for i in e.free}
    kept = {*fixed, *(a for a, b in zip(old, new, strict=True) if a is b)}
    for index in sorted({i for a in old for i in a.free} - kept, key=lambda i: i.name):
        if index.name in taken:
            other = fresh_index(index, in_use)
            in_use.add(other.name)
            e, old = substitute_index(e, index, other), [substitute_index(a, index, other) for a in old]
    return e, old
