"""Parts of an expression by parts of what it is made of: an entry of AB is a row of A times a column of B.

These laws make a part of an answer readable.  They are used there only: elsewhere a whole is simpler than its parts.
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Identity, Index, Number
from matdiff.algebra.laws import Law, identity
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import Entry, IndexedSum, UnitVector


def same_part(e: Expr, whole: Expr) -> Expr:
    """The part of another whole that lies where *e* lies in its own."""
    return e.rebuild((whole, *e.operands[1:]))


@identity("(A + B)[:, j] = A[:, j] + B[:, j]", "(A + B)[:, 2] = A[:, 2] + B[:, 2]", where="A, B: m x n", among=(Sum,))
def part_of_sum(e: Expr) -> Expr | None:
    """Also of a row, an entry and a slice."""
    a = e.operands[0]
    return Sum.of(*[same_part(e, o) for o in a.operands]) if isinstance(a, Sum) else None


@identity(
    "(Σᵢ Aᵢ)[:, j] = Σᵢ Aᵢ[:, j]", "(sum(i=1..N, X[i]))[:, 2] = sum(i=1..N, X[i][:, 2])", where="X[i=1..N]: m x n"
)
def part_of_indexed_sum(e: Expr) -> Expr | None:
    """The index of the sum is none of those that say where the part lies."""
    a = e.operands[0]
    if not isinstance(a, IndexedSum) or any(a.index in place.free for place in e.operands[1:]):
        return None
    return IndexedSum(same_part(e, a.operands[0]), a.index)


@identity("f(A)[:, j] = f(A[:, j])", "exp(A)[:, 2] = exp(A[:, 2])", where="A: m x n")
def part_of_entrywise(e: Expr) -> Expr | None:
    """Also of an entrywise product and of an entrywise power."""
    a = e.operands[0]
    if not isinstance(a, Hadamard | Entrywise | Power):
        return None
    return a.rebuild(tuple([same_part(e, o) if o.shape == a.shape else o for o in a.operands]))


@identity("(cA)[i, j] = cA[i, j]", "(c*A)[1, 2] = c*A[1, 2]", where="c: scalar; A: m x n", among=(Scale,))
def entry_of_multiple(e: Expr) -> Expr | None:
    a = e.operands[0]
    return Scale.of(a.operands[0], same_part(e, a.operands[1])) if isinstance(a, Scale) else None


@identity("(AB)[i, j] = A[i, :]B[:, j]", "(A*B)[1, 2] = A[1, :]*B[:, 2]", where="A: m x n; B: n x p", among=(Product,))
def entry_of_product(e: Expr) -> Expr | None:
    """Also (Ax)[i] = A[i, :]x and (xyᵀ)[i, j] = x[i]y[j]."""
    a, *places = e.operands
    if not isinstance(a, Product):
        return None
    first, *middle, last = a.operands
    if len(places) == 1:
        return Product.of(part_at(first, places[0], None), *middle, last)
    return Product.of(part_at(first, places[0], None), *middle, part_at(last, None, places[1]))


def part_at(a: Expr, i: Expr | None, j: Expr | None) -> Expr:
    """A[i, :] or A[:, j], which is an entry where A is a column or a row."""
    if a.cols is ONE and i is not None:
        return Entry(a, i)
    if a.rows is ONE and j is not None:
        return Entry(a, Number(1), j)
    return Row(a, i) if i is not None else Column(a, j) if j is not None else a


@identity("diag(x)[i, j] = x[i]I[i, j]", "diag(x)[1, 2] = x[1]*eye(n)[1, 2]", where="x: n", among=(DiagonalMatrix,))
def entry_of_diagonal_matrix(e: Expr) -> Expr | None:
    match e.operands:
        case DiagonalMatrix(operands=(x,)) as a, i, j:
            return Entry(x, i) if i is j else Scale.of(Entry(x, i), Entry(Identity(a.rows), i, j))
        case _:
            return None


@identity("diag(x)[i, :] = x[i]eᵢᵀ", "diag(x)[2, :] = x[2]*unit(2, n)'", where="x: n", among=(DiagonalMatrix,))
def row_of_diagonal_matrix(e: Expr) -> Expr | None:
    """Also diag(x)[:, j] = x[j]eⱼ."""
    match e.operands:
        case DiagonalMatrix(operands=(x,)) as a, i:
            there = UnitVector(i, a.rows)
            return Scale.of(Entry(x, i), Transpose(there) if isinstance(e, Row) else there)
        case _:
            return None


@identity("diag(A)[i] = A[i, i]", "diag(A)[2] = A[2, 2]", among=(DiagonalVector,))
def entry_of_diagonal(e: Expr) -> Expr | None:
    match e.operands:
        case DiagonalVector(operands=(a,)), i:
            return Entry(a, i, i)
        case _:
            return None


@identity("eᵢᵀA = A[i, :]", "sum(i=1..m, unit(i, m)'*A) = sum(i=1..m, A[i, :])", where="A: m x n", among=(UnitVector,))
def row_by_index(e: Expr) -> Expr | None:
    """Also eᵢᵀx = x[i], Aeⱼ = A[:, j] and xᵀeⱼ = x[j], for an index."""
    f = e.operands
    for k in range(len(f) - 1):
        match f[k], f[k + 1]:
            case Transpose(operands=(UnitVector(operands=(Index() as i,)),)), a:
                return _joined(f, k, _unit_entry(a, i) or part_at(a, i, None))
            case a, UnitVector(operands=(Index() as j,)) if a.cols is not ONE:
                x = a.operands[0] if isinstance(a, Transpose) and a.rows is ONE else None
                return _joined(f, k, part_at(a, None, j) if x is None else _unit_entry(x, j) or Entry(x, j))
            case _:
                pass
    return None


def _unit_entry(a: Expr, i: Expr) -> Expr | None:
    """e₂[i] as I[2, i], and eᵢ[i] as 1; None of anything else."""
    if not isinstance(a, UnitVector):
        return None
    k = a.operands[0]
    return Number(1) if k is i else Entry(Identity(a.rows), k, i)


def _joined(f: Sequence[Expr], k: int, part: Expr) -> Expr:
    """The factors with the two from the place k on replaced by one."""
    return Product.of(*f[:k], part, *f[k + 2 :])


@identity("e₂[i] = I[2, i]", "sum(i=1..n, x[i]*unit(2, n)[i]) = sum(i=1..n, x[i]*eye(n)[2, i])", where="x: n")
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


ANY_PART = (part_of_sum, part_of_indexed_sum, part_of_entrywise)
LAWS: dict[type[Expr], tuple[Law, ...]] = {
    Entry: (
        *ANY_PART,
        entry_of_multiple,
        entry_of_product,
        entry_of_diagonal_matrix,
        entry_of_diagonal,
        entry_of_unit_vector,
    ),
    Row: (*ANY_PART, row_of_diagonal_matrix),
    Column: (*ANY_PART, row_of_diagonal_matrix),
    Slice: ANY_PART,
    Product: (row_by_index,),
}
