"""Terms that a condition on an index leaves out: the others are computed alone, with zeros before and behind them."""

from __future__ import annotations

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Index
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.recurrence import place, place_parts
from matdiff.algebra.operators.sums import substitute_index
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple


class Range(NamedTuple):
    """An expression of an index for first ≤ i ≤ last, written with an index that counts from 1."""

    of: Index
    before: Size
    inner: Index
    body: Expr


def range_of(e: Piecewise) -> Range | None:
    """cases(A(i), first ≤ i, cases(…, i ≤ last, 0), 0) as A(j + first − 1) for j = 1, 2, …

    >>> from matdiff import parse
    >>> found = range_of(parse("sum(i=1..T, cases(x[i], i > 1, 0))", where="x[i=1..T]: scalar").operands[0])
    >>> str(found.inner.last), str(found.body)
    ('T - 1', 'x[i + 1]')
    """
    index: Index | None = None
    low = high = ONE
    body: Expr = e
    while isinstance(body, Piecewise) and body.is_restriction and (found := bound(body)) is not None:
        i, limit, is_low = found
        if index not in (None, i):
            break
        index, high = i, high if index else i.last
        chosen = greater(low, limit) if is_low else less(high, limit)
        if chosen is None:
            return None
        low, high, body = (chosen, high, body.operands[2]) if is_low else (low, chosen, body.operands[2])
    before = (low - ONE).number
    if index is None or before is None or index not in body.free:
        return None
    inner = Index(index.name, high - low + ONE)
    return Range(index, low - ONE, inner, substitute_index(body, index, place(inner, before)))


def bound(e: Piecewise) -> tuple[Index, Size, bool] | None:
    """The index that a condition bounds, by what, and whether from below."""
    left, relation, right = e.compared
    try:
        (i, a), (j, b) = place_parts(left), place_parts(right)
    except UnsupportedError:
        return None
    strict = ONE if relation == "<" else Size(())
    if relation not in ("≤", "<") or (i is None) == (j is None):
        return None
    return (i, b - a - strict, False) if i is not None else (j, a - b + strict, True) if j is not None else None


def greater(a: Size, b: Size) -> Size | None:
    """The greater of two sizes, None where that is not known."""
    more = (a - b).number
    return None if more is None else a if more >= 0 else b


def less(a: Size, b: Size) -> Size | None:
    """The lesser of two sizes, None where that is not known."""
    more = (a - b).number
    return None if more is None else a if more <= 0 else b
