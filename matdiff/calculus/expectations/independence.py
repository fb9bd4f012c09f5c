"""Independent members of a random family: E[hᵢhⱼᵀ] = δᵢⱼΣ, and sums over indices that a δ settles: Σⱼ δᵢⱼBⱼ = Bᵢ.

In go expectations with the δ that they carry, out come expressions; a δ that no sum settles stands as Iᵢⱼ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.identities.indexed import bound_names, fresh_index, rebound
from matdiff.algebra.operators.products import Product, Sum, multiple
from matdiff.algebra.operators.sums import Entry, IndexedSum, substitute_index
from matdiff.records import NamedTuple

Delta = tuple[Expr, Expr, Size]  # two places, and how many members there are


class Moment(NamedTuple):
    """Σ over *bound* indices of the product of some δ and a value."""

    value: Expr
    deltas: tuple[Delta, ...] = ()
    bound: tuple[Index, ...] = ()

    def rebound(self, taken: Collection[str]) -> Moment:
        """The moment with other names for its indices where they are among these."""
        found = self
        for index in self.bound:
            if index.name in taken:
                new = fresh_index(index, {*taken, *names([found.value]), *(i.name for i in found.bound)})
                deltas = [(put(p, index, new), put(q, index, new), n) for p, q, n in found.deltas]
                bound = tuple(new if i is index else i for i in found.bound)
                found = Moment(put(found.value, index, new), tuple(deltas), bound)
        return found

    def whole(self) -> Expr:
        """It as an expression."""
        e = Product.of(*[Entry(Identity(n), p, q) for p, q, n in self.deltas], self.value)
        for index in self.bound:
            e = IndexedSum(e, index)
        return e


def settled(m: Moment) -> Moment | None:
    """The moment with its sums carried out as far as its δ tell; None where it is zero."""
    deltas, bound, value = list(m.deltas), list(m.bound), m.value
    waiting = True
    while waiting:
        waiting = False
        deltas = [d for d in deltas if d[0] is not d[1]]
        if any(_never(p, q) for p, q, _ in deltas):
            return None
        for delta in deltas:
            found = _solved(delta, bound)
            if found is not None:
                index, place = found
                bound.remove(index)
                value = put(value, index, place)
                deltas = [(_moved(p, index, place), _moved(q, index, place), n) for p, q, n in deltas]
                waiting = True
                break
    open_ones = {i for p, q, _ in deltas for i in p.free | q.free}
    for index in [i for i in bound if i not in open_ones]:
        bound.remove(index)
        value = IndexedSum(value, index)
    return Moment(value, tuple(deltas), tuple(bound))


def _moved(place: Expr, index: Index, new: Expr) -> Expr:
    """A place with another one put for an index: i + 1 for i in i − 1 is i."""
    found = shifted(substitute_index(place, index, new))
    return place_of(*found) if found is not None else substitute_index(place, index, new)


def shifted(place: Expr) -> tuple[Index | None, Fraction] | None:
    """(i, c) of i + c, where the index may be missing; None of anything else."""
    base: Index | None = None
    total = Fraction(0)
    waiting = [place]
    while waiting:
        e = waiting.pop()
        if isinstance(e, Sum):
            waiting.extend(e.operands)
        elif e.number is not None:
            total += e.number
        elif isinstance(e, Index) and base is None:
            base = e
        else:
            return None
    return base, total


def place_of(base: Index | None, offset: Fraction) -> Expr:
    """i + c"""
    if base is None:
        return Number(offset)
    return Sum.of(base, Number(offset)) if offset else base


def _never(p: Expr, q: Expr) -> bool:
    """Whether two places are always different."""
    a, b = shifted(p), shifted(q)
    return a is not None and b is not None and a[0] is b[0] and a[1] != b[1]


def _solved(delta: Delta, bound: Sequence[Index]) -> tuple[Index, Expr] | None:
    """j and what δ makes of it, where a sum over j runs over that place."""
    p, q, members = delta
    for mine, other in ((q, p), (p, q)):
        target, source = shifted(mine), shifted(other)
        if target is None or target[0] is None or target[0] not in bound or target[0] in other.free:
            continue
        index: Index = target[0]
        offset = target[1]
        if offset == 0 and index.last is members:
            return index, other  # every place of a member is in the range
        if source is not None and _within(source[0], source[1] - offset, index.last):
            return index, place_of(source[0], source[1] - offset)
    return None


def _within(base: Index | None, offset: Fraction, last: Size) -> bool:
    """Whether i + c is always one of 1, …, last."""
    if base is None:
        room = (last - _size(offset)).number
        return offset >= 1 and room is not None and room >= 0
    room = (last - base.last - _size(offset)).number
    return offset >= 0 and room is not None and room >= 0


def _size(offset: Fraction) -> Size:
    return Size((((), int(offset)),)) if offset else Size(())


# ---- names of indices -------------------------------------------------------------------------------


def put(e: Expr, index: Index, place: Expr) -> Expr:
    """An expression with a place for a free index, whose names no sum inside captures."""
    return substitute_index(rebound(e, {i.name for i in place.free}), index, place)


def put_all(e: Expr, indices: Sequence[Index], places: Sequence[Expr]) -> Expr:
    """What is said of x[i] said of x[place]."""
    between = [Index(f"·{k}", i.last) for k, i in enumerate(indices)]
    for old, new in zip((*indices, *between), (*between, *places), strict=True):
        e = put(e, old, new)
    return e


def names(expressions: Iterable[Expr]) -> set[str]:
    """The names of the indices of expressions, bound and free."""
    return {name for e in expressions for name in (*bound_names(e), *(i.name for i in e.free))}


def added(moments: Iterable[Moment | None]) -> tuple[Moment, ...]:
    """Moments without those that are zero; those without a δ are added up."""
    kept = [m for m in moments if m is not None]
    plain = [m.value for m in kept if not m.deltas and not m.bound]
    others = [m for m in kept if m.deltas or m.bound]
    return (*((Moment(together(plain)),) if plain else ()), *others)


def together(terms: Sequence[Expr]) -> Expr:
    """A sum in which a term that stands there k times is written once, with the number k."""
    counted: dict[Expr, int] = {}
    for t in terms:
        counted[t] = counted.get(t, 0) + 1
    return Sum.of(*[multiple(Fraction(k), t) for t, k in counted.items()])
