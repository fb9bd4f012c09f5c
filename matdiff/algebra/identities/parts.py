"""Parts of an expression by parts of what it is made of: an entry of AB is a row of A times a column of B.

These laws make a part of an answer readable.  They are used there only: elsewhere a whole is simpler than its parts.
"""

from __future__ import annotations

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.identities.indexed import rebound
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.sums import Entry, IndexedSum, UnitVector, substitute_index
from matdiff.algebra.operators.vectorisation import Commutation
from matdiff.algebra.stated import stated

PARTS = (Entry, Row, Column, Slice)


PLACES = ("[i, j]", "[i, :]", "[:, j]", "[i:j, k:l]")


def at_places(statement: str, where: str = "A, B: m x n") -> list[Statement]:
    """What is said of the whole, of every kind of part of a matrix."""
    return [Statement(statement.replace("[i]", place), where) for place in PLACES]


part_of_sum = stated("(x + y)[i] = x[i] + y[i]", where="x, y: n", also=at_places("(A + B)[i] = A[i] + B[i]"))


def is_apart(e: Expr) -> bool:
    """Whether the index of a sum is none of those that say where a part of it lies."""
    total, *places = e.operands
    return isinstance(total, IndexedSum) and not any(total.index in place.free for place in places)


part_of_indexed_sum = stated(
    "(sum(r=1..N, x[r]))[i] = sum(r=1..N, x[r][i])",
    title="(Σᵢ Aᵢ)[:, j] = Σᵢ Aᵢ[:, j]",
    where="x[r=1..N]: n",
    also=at_places("(sum(r=1..N, A[r]))[i] = sum(r=1..N, A[r][i])", "A[r=1..N]: m x n"),
    when=is_apart,
)


@identity("exp(A)[:, 2] = exp(A[:, 2])", title="f(A)[:, j] = f(A[:, j])", where="A: m x n", on=PARTS)
def part_of_entrywise(e: Expr) -> Expr | None:
    """Also of an entrywise product and of an entrywise power."""
    a = e.operands[0]
    if not isinstance(a, (Hadamard, Entrywise, Power)):
        return None
    return a.rebuild(tuple([e.rebuild((o, *e.operands[1:])) if o.shape == a.shape else o for o in a.operands]))


entry_of_product = stated(
    "(A*x)[i] = A[i, :]*x",
    where="A: m x n; x: n",
    also=(
        Statement("(x*A)[i, j] = x[i]*A[1, j]", "x: m; A: 1 x n"),
        Statement("(A*B)[i, j] = A[i, :]*B[:, j]", "A: m x n; B: n x p"),
    ),
)
entry_of_diagonal_matrix = stated(
    "diag(x)[i, i] = x[i]", where="x: n; i, j: integer", also=("diag(x)[i, j] = x[i]*eye(n)[i, j]",)
)
row_of_diagonal_matrix = stated(
    "diag(x)[i, :] = x[i]*unit(i, n)'", where="x: n; i: integer", also=("diag(x)[:, i] = x[i]*unit(i, n)",)
)
entry_of_diagonal = stated("diag(A)[i] = A[i, i]", where="A: n x n; i: integer")


trace_with_unit_vector = stated("tr(x*unit(i, m)') = x[i]", where="x: m")


def _unit_entry(a: Expr, i: Expr) -> Expr | None:
    """e₂[i] as I[2, i], and eᵢ[i] as 1; None of anything else, as of e_{t + 1}."""
    if not isinstance(a, UnitVector):
        return None
    k = a.operands[0]
    if k is i:
        return Number(1)
    is_plain = isinstance(k, Number) or (isinstance(k, Index) and k.last is a.rows)
    return Entry(Identity(a.rows), k, i) if is_plain else None


@identity("unit(2, n)[i] = eye(n)[2, i]", title="e₂[i] = I[2, i]")
def entry_of_unit_vector(e: Expr) -> Expr | None:
    """Also I[i, i] = 1, and of numbers 0 or 1."""
    match e.operands:
        case UnitVector() as a, i:
            return _unit_entry(a, i)
        case Identity(), i, j if i is j:
            return Number(1)
        case Identity(), Number() as i, Number() as j:
            return Number(int(i is j))
        case _:
            return None


@identity(
    "(kron(A, B) + kron(C, D))*kron(unit(2, n), eye(m)) = kron(A, B)*kron(unit(2, n), eye(m)) "
    "+ kron(C, D)*kron(unit(2, n), eye(m))",
    title="(A ⊗ B + C ⊗ D)(eⱼ ⊗ I) = (A ⊗ B)(eⱼ ⊗ I) + (C ⊗ D)(eⱼ ⊗ I)",
    where="A, C: p x n; B, D: q x m",
    among=(Kronecker,),
)
def columns_of_sum(e: Expr) -> Expr | None:
    """Where the columns of every term are columns of its factors; also (A ⊗ B)(eⱼ ⊗ I + I ⊗ eⱼ)."""
    match e.operands:
        case (*left, Sum() as total, Kronecker() as chosen) if is_selection(chosen):
            if all(_meets(_last_factor(term), chosen) for term in total.operands):
                return Product.of(*left, Sum.of(*[Product.of(term, chosen) for term in total.operands]))
        case (*left, Kronecker() as a, Sum() as total) if all(map(is_selection, total.operands)):
            if all(_meets(a, term) for term in total.operands):
                return Product.of(*left, Sum.of(*[Product.of(a, term) for term in total.operands]))
    return None


def is_selection(e: Expr) -> bool:
    """Whether an expression is a Kronecker product that takes columns of a matrix: eⱼ ⊗ I, eⱼ ⊗ eᵢ, I[:, 1:2] ⊗ I."""
    chosen = [f.operands[0] if isinstance(f, Slice) else f for f in e.operands] if isinstance(e, Kronecker) else []
    plain = all(isinstance(f, Identity) for f in e.operands)
    return bool(chosen) and not plain and all(isinstance(f, (UnitVector, Identity)) for f in chosen)


def _last_factor(e: Expr) -> Expr:
    while isinstance(e, (Scale, Product)):
        e = e.operands[-1]
    return e


def _meets(a: Expr, chosen: Expr) -> bool:
    """Whether a factor and a selection behind it make one Kronecker product, or only change their order."""
    if isinstance(a, Kronecker):
        return all(left.cols is right.rows for left, right in zip(a.operands, chosen.operands, strict=True))
    return isinstance(a, Identity) or (
        isinstance(a, Commutation) and a.data == tuple(o.rows for o in chosen.operands)[::-1]
    )


@identity(
    "sum(i=1..n, x[i]*eye(n)[i, 2]) = x[2]",
    title="Σᵢ aᵢI[i, j] = aⱼ",
    where="x: n",
    also=(Statement("sum(i=1..n, x[i]*eye(n)[i, 2] + y[i]) = x[2] + sum(i=1..n, y[i])", "x, y: n"),),
)
def sum_with_delta(e: Expr) -> Expr | None:
    """Of a sum only the term remains in which the index has the value that I[i, j] = δᵢⱼ asks for; also of matrices."""
    terms = e.operands[0].operands if isinstance(e.operands[0], Sum) else e.operands
    chosen = {t: at_delta(t, e.data[0]) for t in terms}
    if not any(chosen.values()):
        return None
    rest = [t for t in terms if chosen[t] is None]
    others = [IndexedSum(Sum.of(*rest), e.data[0])] if rest else []
    return Sum.of(*[c for c in chosen.values() if c is not None], *others)


def at_delta(body: Expr, index: Index) -> Expr | None:
    """The one term of a sum over an index of a body with a factor I[i, j]."""
    scalars, rest = (body.operands[0], [body.operands[1]]) if isinstance(body, Scale) else (body, [])
    factors = scalars.operands if isinstance(scalars, Hadamard) else (scalars,)
    for k, factor in enumerate(factors):
        value = _asked_for(factor, index)
        if value is not None:
            others = [*factors[:k], *factors[k + 1 :]] or [Number(1)]
            term = Scale.of(Hadamard.of(*others), *rest) if rest else Hadamard.of(*others)
            return substitute_index(rebound(term, {i.name for i in value.free}), index, value)
    return None


def _asked_for(delta: Expr, index: Index) -> Expr | None:
    """j in I[i, j] or I[j, i] for the index i of a sum over all rows."""
    match delta:
        case Entry(operands=(Identity() as one, a, b)) if index.last is one.rows:
            return b if a is index and index not in b.free else a if b is index and index not in a.free else None
        case _:
            return None
