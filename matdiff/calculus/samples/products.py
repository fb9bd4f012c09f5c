"""Parts of products: what is summed over becomes Σᵢ, and the constant factors stay where they are.

    (A₁ … B | C … D)[i, j] with a sum over samples at the bar is A₁[i, :] … (Σₖ B[:, k] C[k, :]) … D[:, j]

The places between the factors are the *axes* of the product.  An axis that counts samples gets an index; a diagonal
matrix has the same index on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.sums import Entry
from matdiff.algebra.operators.triangles import Centering
from matdiff.calculus.samples.parts import Part, Place, Samples, is_diagonal, passes, summed

MOST_SPLITS = 4  # so many factors such as K + λI are multiplied out


def product(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """A row, a column, an entry or the whole of a product."""
    if i is not None and j is not None and i is not j and is_diagonal(e):
        return Hadamard.of(Entry(Identity(e.rows), i, j), (yield e, i, i))
    f = e.operands
    if (plain := scalars_in_front(e)) is not None:
        return (yield plain, i, j)
    cut = sample_axes(s, f, i, j)
    opened = split(f, cut)
    if opened is not None:
        return (yield opened, i, j)
    places = indices(s, f, cut, i, j)
    values: list[Expr] = []
    for factor, (left, right) in zip(f, pairwise(places), strict=True):
        values.append((yield factor, left, right))
    return Chain(e, places).whole(values)


def sample_axes(s: Samples, f: Sequence[Expr], i: Place = None, j: Place = None) -> list[bool]:
    """Which axes of a product have a place: the outer ones that are given, the inner ones that count samples."""
    inner = [s.axes(a).cols or s.axes(b).rows for a, b in pairwise(f)]
    cut = [i is not None, *inner, j is not None]
    for forwards in (True, False):  # through diagonal matrices and I − 11ᵀ/n
        for k in range(len(f)) if forwards else reversed(range(len(f))):
            here, there = (k, k + 1) if forwards else (k + 1, k)
            if cut[here] and 0 < there < len(f) and passes(f[k]):
                cut[there] = True
    return cut


def split(f: Sequence[Expr], cut: Sequence[bool]) -> Expr | None:
    """Multiplied out, where a factor between samples is diagonal but for other terms: K + λI, I − 11ᵀ/n."""
    mixed = [k for k, g in enumerate(f) if cut[k] and cut[k + 1] and _is_mixed(g)]
    if not 0 < len(mixed) <= MOST_SPLITS:
        return None
    k = mixed[0]
    g = definition(f[k]) if isinstance(f[k], Centering) else f[k]
    diagonal = Sum.of(*[t for t in g.operands if is_diagonal(t)])
    rest = Sum.of(*[t for t in g.operands if not is_diagonal(t)])
    return Product.of(*f[:k], diagonal, *f[k + 1 :]) + Product.of(*f[:k], rest, *f[k + 1 :])


def _is_mixed(g: Expr) -> bool:
    if isinstance(g, Centering):
        return True
    return isinstance(g, Sum) and len({is_diagonal(t) for t in g.operands}) == 2


def definition(centering: Expr) -> Expr:
    """I − 11ᵀ/n"""
    one = Ones(centering.rows)
    return Identity(centering.rows) - Scale.of(
        Power.of(count(centering.rows), Number(-1)), Product(one, Transpose(one))
    )


def indices(s: Samples, f: Sequence[Expr], cut: Sequence[bool], i: Place, j: Place) -> list[Place]:
    """The places on the axes of a product, from left to right."""
    places: list[Place] = [i, *[None] * (len(f) - 1), j]
    for k in reversed(range(1, len(f))):
        if cut[k] and places[k + 1] is not None and is_diagonal(f[k]):
            places[k] = places[k + 1]
    for k in range(1, len(f)):
        if cut[k] and places[k] is None:
            same = places[k - 1] if is_diagonal(f[k - 1]) else None
            near = _chained(places, cut, k)
            places[k] = s.fresh(f[k].rows, i, j, *near) if same is None else same
    return places


def _chained(places: Sequence[Place], cut: Sequence[bool], k: int) -> list[Place]:
    """The indices of the sums that are not over yet where the axis k comes."""
    near = []
    while k > 0 and cut[k] and places[k - 1] is not None:
        k -= 1
        near.append(places[k])
    return near


class Chain:
    """A product with indices on some of its axes."""

    __slots__ = ("e", "places")

    def __init__(self, e: Expr, places: Sequence[Place]) -> None:
        self.e, self.places = e, places

    def whole(self, values: list[Expr]) -> Expr:
        """The value of the product, given the parts of its factors: from left to right, sum by sum."""
        values, places = self._with_constants(values)
        i, j = places[0], places[-1]
        row, done = None, list[Expr]()  # what stands at the row i, and the factors behind it
        column, entries, bound = None, list[Expr](), list[Place]()  # the open sum
        for value, (left, right) in zip(values, pairwise(places), strict=True):
            if right is not None and right is not i and right is not j and right not in bound:
                bound.append(right)
            if left is None and right is None:
                done.append(value)
            elif left is None:
                column = value
            elif right is not None:
                entries.append(value)
            elif column is None:
                row, entries, bound = summed(Product.of(*entries, value), bound), [], []
            else:
                done.append(summed(Product.of(*entries, column, _turned(value)), bound))
                column, entries, bound = None, [], []
        if j is None:
            return _together(row, done, None)
        end = summed(Product.of(*entries, *([] if column is None else [column])), bound)
        return end if column is None and not done and row is None else _together(row, done, end)

    def _with_constants(self, values: list[Expr]) -> tuple[list[Expr], list[Place]]:
        """Constants that make the first or the last factor with an index a number are multiplied to it."""
        places = list(self.places)
        inner = [k for k, p in enumerate(places) if p is not None]
        if not inner:
            return values, places
        first, last = inner[0], inner[-1]
        if first > 1 and self.e.rows is ONE:
            values = [Product.of(*values[:first]), *values[first:]]
            places = [None, *places[first:]]
            last -= first - 1
        if last < len(values) - 1 and self.e.cols is ONE:
            end = Product.of(_turned(values[last]), *values[last + 1 :])
            values, places = [*values[:last], end], [*places[: last + 1], None]
        return values, places


def _turned(a: Expr) -> Expr:
    return a if a.is_scalar else transposed(a)


def _together(row: Expr | None, done: Sequence[Expr], column: Expr | None) -> Expr:
    """The factors between a row and a column, either of which may be missing; a row is written as a column."""
    if row is None:
        return Product.of(*done, *([] if column is None else [column]))
    if column is not None or not done or done[-1].cols is ONE:
        return Product.of(_turned(row), *done, *([] if column is None else [column])) if done or column else row
    return Product.of(*[_turned(a) for a in reversed(done)], row)


def cyclic(s: Samples, e: Expr) -> Expr:
    """The factors of a trace turned round so that its first axis counts samples, where one of them does."""
    f = e.operands
    cut = sample_axes(s, f)
    start = next((k for k, is_cut in enumerate(cut) if is_cut), 0)
    return Product.of(*f[start:], *f[:start])
