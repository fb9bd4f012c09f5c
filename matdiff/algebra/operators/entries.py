"""What is made entry by entry: from a formula of the entries to the vector or matrix of its values."""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.expr import Expr, Index, postorder
from matdiff.algebra.operators.entrywise import lifted
from matdiff.algebra.operators.products import Product, Scale, Transpose
from matdiff.algebra.operators.sums import Entry, IndexedSum, UnitVector


def vectorised(scalar: Expr, indices: tuple[Index, ...]) -> Expr | None:
    """The vector or matrix whose entry at the indices is this scalar; None when it is not built entry by entry."""
    bound = set(indices)
    done: dict[Expr, Expr] = {}
    for e in postorder(scalar, prune=lambda e: bound.isdisjoint(e.free) or isinstance(e, Entry)):
        if e in bound:
            return None  # outside of an entry, as in y[i] of a family and in i² itself
        whole = e if bound.isdisjoint(e.free) else _entrywise(e, indices, [done.get(o, o) for o in e.operands])
        if whole is None:
            return None
        done[e] = whole
    return done[scalar]


def assembled(entry: Expr, indices: Sequence[Index]) -> Expr:
    """∑ᵢ cᵢ eᵢ, or ∑ᵢ ∑ⱼ cᵢⱼ eᵢeⱼᵀ: the vector or matrix whose general entry is given."""
    row, *col = [UnitVector(index, index.last) for index in indices]
    whole: Expr = Scale.of(entry, Product.of(row, Transpose.of(col[0])) if col else row)
    for index in reversed(indices):
        whole = IndexedSum(whole, index)
    return whole


def _entrywise(e: Expr, indices: tuple[Index, ...], parts: list[Expr]) -> Expr | None:
    """An operation on entries as the same operation on the whole, given its operands as wholes."""
    match e:
        case Entry(operands=(a, *places)) if tuple(places) == indices and a.free.isdisjoint(indices):
            whole = all(i.last is s for i, s in zip(indices, a.shape, strict=False))
            return a if whole else None
        case _:
            return lifted(e, parts)
