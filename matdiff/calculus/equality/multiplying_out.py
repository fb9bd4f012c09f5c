"""The laws of the normal form that multiply out: products over sums, linear operators, powers, inverses, sums over
an index.  They make expressions longer, so a derivation never uses them; a proof of equality does.

A law is a node in, an equal expression out, or None; no law applies that would make more than MOST_TERMS terms.
Every law keeps the value wherever the left side has one, so that a chain of them cannot lose a sign.
"""

from __future__ import annotations

from itertools import islice
from itertools import product as choices
from math import prod

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.identities.convolution import LINEAR as OF_CONVOLUTIONS
from matdiff.algebra.identities.indexed import fresh_index
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.identities.transposes import addends
from matdiff.algebra.laws import identity
from matdiff.algebra.matching.rules import depth, linear_places
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.entrywise import Abs, Log
from matdiff.algebra.operators.kronecker import Kronecker, Unvec, Vec
from matdiff.algebra.operators.linear import Bilinear
from matdiff.algebra.operators.matrix_functions import Frechet
from matdiff.algebra.operators.products import (
    Hadamard,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    factors_of,
    multiple,
)
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import Entry, IndexedSum, SumOfEntries, substitute_index
from matdiff.algebra.stated import stated
from matdiff.calculus.equality.functions_apart import is_positive
from matdiff.calculus.equality.ordering import order, ordered_sum, outer_factors, resettled, transposed

MOST_TERMS = 2_000
HIGHEST_POWER = 12
LINEAR = (
    *(Trace, SumOfEntries, DiagonalMatrix, DiagonalVector, Vec, Unvec, IndexedSum, Entry, Frechet, Kronecker),
    *OF_CONVOLUTIONS,
)


def over_sums(e: Expr, opened: list[tuple[Expr, ...]]) -> Expr | None:
    """The operation on every choice of terms, added up."""
    if not 1 < prod(map(len, opened)) <= MOST_TERMS:
        return None
    return Sum.of(*[e.rebuild(chosen) for chosen in choices(*opened)])


@identity("A*(B + C) = A*B + A*C", where="A: m x n; B, C: n x p")
def product_multiplied_out(e: Expr) -> Expr | None:
    return over_sums(e, [addends(f) for f in e.operands])


@identity("c*(A + B) = c*A + c*B", where="c: scalar; A, B: m x n")
def multiple_multiplied_out(e: Expr) -> Expr | None:
    return over_sums(e, [addends(f) for f in e.operands])


@identity("A .* (B + C) = A .* B + A .* C", where="A, B, C: m x n")
def hadamard_multiplied_out(e: Expr) -> Expr | None:
    return over_sums(e, [addends(f) for f in e.operands])


@identity("(A + B).^2 = A.^2 + 2*(A .* B) + B.^2", where="A, B: m x n")
def power_multiplied_out(e: Expr) -> Expr | None:
    base, exponent = e.operands
    k = exponent.number
    if not isinstance(base, Sum) or k is None or k.denominator != 1 or not 1 < k <= HIGHEST_POWER:
        return None
    if len(base.operands) ** int(k) > MOST_TERMS:
        return None
    return Sum.of(*[Hadamard.of(*chosen) for chosen in choices(base.operands, repeat=int(k))])


@identity("tr(A + B) = tr(A) + tr(B)", where="A, B: n x n")
def linear_multiplied_out(e: Expr) -> Expr | None:
    """Any linear operator: Tr, sum, diag, vec, ⊗, a sum over an index."""
    places = linear_places(e) or (0,)
    return over_sums(e, [addends(o) if k in places else (o,) for k, o in enumerate(e.operands)])


@identity("tr(c*A) = c*tr(A)", where="c: scalar; A: n x n")
def multiple_of_linear(e: Expr) -> Expr | None:
    """Any linear operator of a matrix or vector."""
    return scalars_in_front(e, 1 if isinstance(e, Frechet) else 0)


@identity("A^2 = A*A", where="A: n x n")
def power_as_product(e: Expr) -> Expr | None:
    a, k = e.operands[0], e.data[0]
    if not 1 < abs(k) <= HIGHEST_POWER:
        return None
    return Product.of(*[a if k > 0 else Inverse(a)] * abs(k))


# ---- inverses --------------------------------------------------------------------------------------------------


inverse_of_square_factors = stated("inv(A*B) = inv(B)*inv(A)", where="A, B: n x n")


@identity("inv(2*A + 2*B) = inv(A + B)/2", where="A, B: n x n")
def inverse_of_common_number(e: Expr) -> Expr | None:
    """The first term in order has the number 1."""
    a = e.operands[0]
    number = coefficient(a.operands[0])[0] if isinstance(a, Sum) else Number(1).value
    if number == 1:
        return None
    return multiple(1 / number, Inverse(Sum.of(*[multiple(1 / number, t) for t in a.operands])))


@identity("B*inv(A + B) = eye(n) - A*inv(A + B)", where="A, B: n x n")
def leading_term_beside_inverse(e: Expr) -> Expr | None:
    """What stands in the inverse cancels beside it: all of it, or its longest term with the others in exchange."""
    f = e.operands
    for k, factor in enumerate(f):
        if isinstance(factor, Inverse):
            inside = factor.operands[0]
            leading = max(addends(inside), key=lambda t: (len(chain(t)), order(t)))
            number, run = coefficient(leading)[0], chain(leading)
            if not run or isinstance(coefficient(leading)[1], Scale):
                continue
            others = [multiple(-1 / number, t) for t in addends(inside) if t is not leading]
            if f[max(0, k - len(run)) : k] == run:
                rest = [Product.of(t, factor) for t in others]
                changed = Sum.of(multiple(1 / number, Identity(factor.rows)), *rest)
                return Product.of(*f[: k - len(run)], changed, *f[k + 1 :])
            if f[k + 1 : k + 1 + len(run)] == run:
                rest = [Product.of(factor, t) for t in others]
                changed = Sum.of(multiple(1 / number, Identity(factor.rows)), *rest)
                return Product.of(*f[:k], changed, *f[k + 1 + len(run) :])
    return None


def chain(term: Expr) -> tuple[Expr, ...]:
    """The matrix factors of a term; none of cI."""
    body = coefficient(term)[1]
    body = body.operands[1] if isinstance(body, Scale) else body
    return () if body is None or isinstance(body, Identity) else factors_of(body)


# ---- determinants ------------------------------------------------------------------------------------------


determinant_of_square_factors = stated("det(A*B) = det(A)*det(B)", where="A, B: n x n")
determinant_of_inverse_expanded = stated("det(inv(A)) = 1/det(A)", where="A: n x n invertible")
determinant_of_multiple_expanded = stated(
    "det(c*A) = c^n*det(A)",
    where="c, n: scalar; A: n x n",
    also=("det(eye(n)) = 1",),
)


@identity(
    "logdet(c*A) = n*log(abs(c)) + logdet(A)", title="logdet(cA) = n log|c| + logdet(A)", where="c, n: scalar; A: n x n"
)
def logdet_of_multiple_expanded(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Scale(operands=(c, a)):
            size = c if is_positive(c) else Number(abs(c.number)) if c.number is not None else Abs(c)
            return Sum.of(Hadamard.of(count(a.rows), Log(size)), LogDeterminant(a))
        case DiagonalMatrix(operands=(x,)):
            return SumOfEntries(Log(Abs(x)))
        case Identity():
            return Number(0)
        case _:
            return None


@identity("det(A + u*v') = det(A)*(1 + v'*inv(A)*u)", where="A: n x n; u, v: n")
def determinant_of_update(e: Expr) -> Expr | None:
    """Also |I + AB| = |I + BA|, of which the lesser is taken, and both under the logarithm."""
    a = e.operands[0]
    if not isinstance(a, Sum):
        return None
    for k, term in enumerate(a.operands):
        number, body = coefficient(term)
        c, matrix = body.operands if isinstance(body, Scale) else (Number(1), body)
        others = Sum.of(*a.operands[:k], *a.operands[k + 1 :])
        if matrix is not None and (outer := outer_factors(matrix)) is not None:
            u, v = outer
            inner = Product.of(Transpose(v), Inverse(others), u)
            factor = Sum.of(Number(1), multiple(number, Scale.of(c, inner)))
            if isinstance(e, LogDeterminant):
                return Sum.of(LogDeterminant(others), Log(Abs(factor)))
            return Hadamard.of(Determinant(others), factor)
    return _rotated_update(e)


def _rotated_update(e: Expr) -> Expr | None:
    """|I + cAB| = |I + cBA| in the lesser form."""
    terms_of_sum = e.operands[0].operands
    products = [t for t in terms_of_sum if not isinstance(t, Identity)]
    if len(terms_of_sum) != 2 or len(products) != 1:
        return None
    number, body = coefficient(products[0])
    c, matrix = body.operands if isinstance(body, Scale) else (Number(1), body)
    if not isinstance(matrix, Product):
        return None
    f = matrix.operands
    rotated = [Product.of(*f[k:], *f[:k]) for k in range(len(f))]
    forms = [r for straight in rotated for r in (straight, transposed(straight))]
    least = min(forms, key=lambda r: ([order(g) for g in factors_of(r)]))
    if least is matrix:
        return None
    update = multiple(number, Scale.of(c, least))
    return e.rebuild((ordered_sum([Identity(least.rows), update]),))


# ---- sums over an index --------------------------------------------------------------------------------------


@identity("A*sum(i=1..N, x[i]) = sum(i=1..N, A*x[i])", title="AΣᵢBᵢ = ΣᵢABᵢ", where="A: m x n; x[i=1..N]: n")
def indexed_sum_outside(e: Expr) -> Expr | None:
    """Products and linear operators go into a sum over an index; scalars that are sums stay factors."""
    if isinstance(e, IndexedSum) or (isinstance(e, Hadamard) and e.is_scalar):
        return None
    places = range(len(e.operands)) if isinstance(e, (Product, Hadamard, Scale, Bilinear)) else [0]
    for k in places:
        inner = e.operands[k]
        if isinstance(inner, IndexedSum) and not (isinstance(e, Scale) and k == 0):
            others = (*e.operands[:k], *e.operands[k + 1 :])
            body, index = inner.operands[0], inner.index
            taken = {i.name for o in others for i in o.free}
            new = fresh_index(index, taken | {i.name for i in body.free - {index}})
            body = substitute_index(body, index, new)
            return IndexedSum(e.rebuild((*e.operands[:k], body, *e.operands[k + 1 :])), new)
    return None


@identity("sum(k=1..N, x[k]) = sum(i=1..N, x[i])", title="Σₖ Aₖ = Σᵢ Aᵢ", where="x[i=1..N]: n")
def index_renamed(e: Expr) -> Expr | None:
    """A bound index is named by how many sums stand within; two neighbouring sums have their least order."""
    body, index = e.operands[0], e.data[0]
    height = depth(body)
    free = {i.name for i in body.free if i is not index}
    new = Index(_bound_name(height, free), index.last)
    if isinstance(body, IndexedSum):
        inner, core = body.index, body.operands[0]
        swapped = _nested(core, index, inner)
        straight = _nested(core, inner, index)
        least = min(straight, swapped, key=order)
        return least if least is not e else None
    return IndexedSum(substitute_index(body, index, new), new) if new is not index else None


def _nested(core: Expr, inner: Index, outer: Index) -> Expr:
    """Two sums over a core, their indices renamed by height."""
    height = depth(core)
    free = {i.name for i in core.free - {inner, outer}}
    first, second = (Index(_bound_name(h, free), i.last) for h, i in ((height, inner), (height + 1, outer)))
    apart = [Index(f"·{k}", i.last) for k, i in enumerate((inner, outer))]
    for old, new in zip((inner, outer, *apart), (*apart, first, second), strict=True):
        core = substitute_index(core, old, new)
    return IndexedSum(IndexedSum(resettled(core), first), second)


def _bound_name(height: int, free: set[str]) -> str:
    letters_free = (c for c in (*"ijklrstuvw", *(f"i{k}" for k in range(len(free) + height + 20))) if c not in free)
    name: str = list(islice(letters_free, height + 1))[height]
    return name


ones_as_product = stated(
    "ones(m, n) = ones(m)*ones(n)'",
    title="11ᵀ",
    when=lambda e: ONE not in e.shape or (e.rows is ONE and not e.is_scalar),
)
