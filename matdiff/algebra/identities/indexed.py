"""Sums over an index: what does not depend on the index moves out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Index, Number, Symbol, fact, replace, symbols
from matdiff.algebra.fresh import INDICES, fresh
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum
from matdiff.algebra.operators.recurrence import Recurrence, place
from matdiff.algebra.operators.structure import Named, is_named
from matdiff.algebra.operators.sums import IndexedSum, UnitVector, entries_by_index, substitute_index
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.stated import stated
from matdiff.algebra.walks import remade


def fresh_index(index: Index, taken: Set[str]) -> Index:
    """The index itself, or one with a new name and the same range when the name is taken."""
    if index.name not in taken:
        return index
    return Index(next(fresh({*taken, *index.last.names()}, "i", INDICES)), index.last)  # no ∑_{k=1}^k


def bound_names(e: Expr) -> frozenset[str]:
    """The names of the indices that sums and recurrences inside the expression bind, and of constant ones."""
    return fact("bound", e, _bound_names)


def _bound_names(e: Expr, below: list[frozenset[str]]) -> frozenset[str]:
    names = frozenset[str]().union(*below)
    if isinstance(e, Symbol) and INDEX in e.properties:
        return names | {e.name}
    return names | {e.index.name} if isinstance(e, (IndexedSum, Recurrence)) else names


@identity("sum(i=1..N, x[i]) = sum(j=1..N, x[j])", title="Σᵢ Aᵢ = Σⱼ Aⱼ", where="x[i=1..N]: n")
def distinct_indices(e: Expr) -> Expr | None:
    """An index whose name a sum inside uses as well gets another name."""
    body, index = e.operands[0], e.data[0]
    if index.name not in bound_names(body):
        return None
    new = fresh_index(index, bound_names(body) | {i.name for i in body.free})
    return IndexedSum(substitute_index(body, index, new), new)


@identity(
    "sum(i=1..N, x[i])*sum(j=1..N, x[j])' = sum(i=1..N, x[i])*sum(i=1..N, x[i])'",
    title="Σⱼ Aⱼ = Σᵢ Aᵢ",
    where="x[i=1..N]: n",
    among=(),
    on=(Product, Hadamard, Scale, Sum),
    within=(IndexedSum,),
)
def equal_sums(e: Expr) -> Expr | None:
    """Sums that differ only in the name of their index get that of the first one."""
    if len(e.operands) < 2 or len(sums_within(e)) < 2:
        return None
    groups: dict[tuple[object, int], list[Expr]] = {}
    same: dict[Expr, Expr] = {}
    for s in sums_within(e):
        known = groups.setdefault((s.data[0].last, reading_cost(s)), [])
        found = next((other for other in known if like(s, other) is other), None)
        if found is None:
            known.append(s)
        else:
            same[s] = found
    closed = Named | IndexedSum
    return replace(e, lambda n: same.get(n, n if isinstance(n, closed) else None)) if same else None


def like(e: Expr, other: Expr) -> Expr:
    """A sum with the index of another one, where that means nothing else in it."""
    i, j = e.data[0], other.data[0]
    clear = j.name not in bound_names(e.operands[0]) | {k.name for k in e.free}
    return IndexedSum(substitute_index(e.operands[0], i, j), j) if clear else e


def sums_within(e: Expr) -> tuple[Expr, ...]:
    """The sums over an index in an expression that stand in no other one, in definitions apart."""
    return fact("sums within", e, _sums_within, closed=(Named, IndexedSum))


def _sums_within(e: Expr, below: list[tuple[Expr, ...]]) -> tuple[Expr, ...]:
    if isinstance(e, IndexedSum):
        return (e,)
    return tuple(dict.fromkeys(s for sums in below for s in sums))[:MOST_SUMS] if any(below) else ()


MOST_SUMS = 8  # that are held against each other


@identity(
    "sum(i=1..N, A) = N*A",
    title="Σᵢ A = NA",
    where="A: m x n; N: scalar",
    also=(Statement("sum(i=1..N, zeros(m, n)) = zeros(m, n)", ""),),
)
def constant_body(e: Expr) -> Expr | None:
    body, index = e.operands[0], e.data[0]
    if is_zero(body):
        return body
    if index in body.free:
        return None
    return Scale.of(as_written(place(index.last), body), body)


def as_written(count: Expr, e: Expr) -> Expr:
    """A size as the scalar of its name that stands in an expression, which may be declared positive."""
    declared = {s.name: s for s in symbols(e) if s.is_scalar and s.properties}
    return replace(count, lambda s: declared.get(s.name) if isinstance(s, Symbol) else None) if declared else count


@identity("sum(i=1..N, 2*x[i]) = 2*sum(i=1..N, x[i])", title="Σᵢ cAᵢ = c Σᵢ Aᵢ", where="x[i=1..N]: n")
def closed_scalars(e: Expr) -> Expr | None:
    """Scalars that depend on no index at all; so ΣᵢΣⱼ xᵢaᵢⱼxⱼ stays a double sum."""
    return scalars_outside(e, lambda s: not s.free)


@identity("sum(i=1..N, c*x[i]) = c*sum(i=1..N, x[i])", title="Σᵢ cAᵢ = c Σᵢ Aᵢ", where="c: scalar; x[i=1..N]: n")
def constant_scalars(e: Expr) -> Expr | None:
    return scalars_outside(e, lambda s: e.data[0] not in s.free)


def scalars_outside(e: Expr, moves: Callable[[Expr], bool]) -> Expr | None:
    """A sum with those of the scalars in front of it that may move there."""
    body = e.operands[0]
    if not isinstance(body, Scale) and not (isinstance(body, Hadamard) and body.is_scalar):
        return None
    c, *rest = body.operands if isinstance(body, Scale) else (body,)
    scalars = c.operands if isinstance(c, Hadamard) else (c,)
    outside, inside = list(filter(moves, scalars)), [s for s in scalars if not moves(s)]
    if not outside or not (inside or rest):
        return None
    return Scale.of(Hadamard.of(*outside), IndexedSum(Product.of(*inside, *rest), e.data[0]))


@identity(
    "sum(i=1..N, A*x[i]) = A*sum(i=1..N, x[i])",
    title="Σᵢ ABᵢC = A(Σᵢ Bᵢ)C",
    where="A: m x n; x[i=1..N]: n",
)
def constant_factors(e: Expr) -> Expr | None:
    """The factors on either side that do not depend on the index; scalars that do stay inside."""
    body, index = e.operands[0], e.data[0]
    scalar, product = body.operands if isinstance(body, Scale) else (None, body)
    if not isinstance(product, Product):
        return None
    f = product.operands
    moving = [k for k, factor in enumerate(f) if index in factor.free]
    if not moving or (moving[0] == 0 and moving[-1] == len(f) - 1):
        return None
    left, middle, right = f[: moving[0]], Product.of(*f[moving[0] : moving[-1] + 1]), f[moving[-1] + 1 :]
    return Product.of(*left, IndexedSum(middle if scalar is None else Scale.of(scalar, middle), index), *right)


constant_matrix = stated(
    "sum(i=1..N, c[i]*A) = sum(i=1..N, c[i])*A", title="Σᵢ cᵢA = (Σᵢ cᵢ)A", where="A: m x n; c[i=1..N]: scalar"
)
sum_of_unit_vectors = stated(
    "sum(i=1..n, x[i]*unit(i, n)) = x",
    title="Σᵢ f(xᵢ)eᵢ = f(x)",
    where="x: n",
    also=("sum(i=1..n, x[i]*unit(i, n)') = x'", "sum(i=1..n, unit(i, n)) = ones(n)"),
)


@identity(
    "sum(j=1..m, a[j]*sum(i=1..n, A[i, j]*unit(i, n))) = sum(i=1..n, sum(j=1..m, a[j]*A[i, j])*unit(i, n))",
    title="Σⱼ aⱼΣᵢ bᵢⱼeᵢ = Σᵢ (Σⱼ aⱼbᵢⱼ)eᵢ",
    where="a: m; A: n x m",
    among=(Scale, UnitVector),
)
def sum_of_given_vectors(e: Expr) -> Expr | None:
    """A sum of vectors that are given entry by entry, given so itself."""
    c, v = e.operands[0].operands if isinstance(e.operands[0], Scale) else (Number(1), e.operands[0])
    given = entries_by_index(v)
    if given is None or given[0] in c.free or given[0].name == e.data[0].name:
        return None
    i, a = given
    return IndexedSum(Scale.of(IndexedSum(Hadamard.of(c, a), e.data[0]), UnitVector(i, v.rows)), i)


# ---- indices apart ----------------------------------------------------------------------------------


def apart(e: Expr) -> Expr:
    """An expression in which no sum has the index of one around it or one that is free; definitions keep their own.

    >>> from matdiff import parse
    >>> inner = parse("sum(i=1..N, x[i])", where="x[i=1..N]: scalar")
    >>> str(apart(IndexedSum(inner * inner.operands[0], inner.index)))
    '∑_{i=1}^{N} (∑_{j=1}^{N} x[j])x[i]'
    """

    def own_index(node: Expr, made: Expr) -> Expr:
        inner = rebound(made.operands[0], {made.index.name}, is_named) if isinstance(made, IndexedSum) else None
        return made if inner is None else made.rebuild((inner,))

    outer = rebound(e, {i.name for i in e.free}, is_named)
    return remade(outer, own_index, closed=is_named) if bound_names(e) else e


def rebound(e: Expr, taken: Iterable[str], closed: Callable[[Expr], bool] = lambda node: False) -> Expr:
    """An expression in which no sum has an index of one of these names, but within what is *closed*."""
    names = set(taken)
    if not names or names.isdisjoint(bound_names(e)):
        return e

    def other_index(node: Expr, made: Expr) -> Expr:
        if not isinstance(made, IndexedSum) or made.index.name not in names:
            return made
        body = made.operands[0]
        other = fresh_index(made.index, names | bound_names(body) | {i.name for i in body.free})
        return IndexedSum(substitute_index(body, made.index, other), other)

    return remade(e, other_index, closed=closed)
