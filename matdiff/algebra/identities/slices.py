"""Slices, rows, columns and entries: they are taken of the factors and blocks that a matrix is made of."""

from __future__ import annotations

from types import UnionType

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Index, Number, Symbol, fact
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack, places
from matdiff.algebra.operators.entries import vectorised
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, zero
from matdiff.algebra.operators.slices import Column, Range, Row, Slice
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import Entry, Member, UnitVector
from matdiff.algebra.stated import stated

# ---- slices -----------------------------------------------------------------------------------------


transpose_of_slice = stated(
    "S[i:j, k:l]' = S[k:l, i:j]",
    also=("S[i, :]' = S[:, i]", "S[:, i]' = S[i, :]"),
    where="S: n x n symmetric",
    requires="S symmetric",
)
slice_of_transpose = stated("(A')[i:j, k:l] = A[k:l, i:j]'", where="A: m x n")
slice_of_product = stated(
    "(A*B)[i:j, k:l] = A[i:j, :]*B[:, k:l]", where="A: m x n; B: n x p"
)  # the rows are those of the first factor, the columns those of the last
slice_of_multiple = stated("(c*A)[i:j, k:l] = c*A[i:j, k:l]", where="c: scalar; A: m x n")


@identity("(A[2:5, :])[2:3, :] = A[3:4, :]", title="A[2:n, :][1:k, :] = A[2:k+1, :]", where="A: m x n")
def slice_of_slice(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Slice(operands=(a,)) as inner:
            outer = zip(e.ranges, inner.ranges, strict=True)  # type: ignore[attr-defined]
            return Slice.of(a, *[(s + first - ONE, s + last - ONE) for (first, last), (s, _) in outer])
        case _:
            return None


@identity("ones(n)[2:3] = ones(2)", title="1[1:k] = 1")
def slice_of_constant(e: Expr) -> Expr | None:
    """Of ones and zeros; of the identity, where it is one again or 0."""
    a = e.operands[0]
    if isinstance(a, Ones | Zeros):
        return filled(a, *e.shape)
    if not isinstance(a, Identity):
        return None
    (first, last), (left, right) = e.ranges  # type: ignore[attr-defined]
    if (first, last) == (left, right):
        return Identity(e.rows)
    gaps = [(left - last).number, (first - right).number]
    return zero(e.shape) if any(gap is not None and gap > 0 for gap in gaps) else None


def filled(constant: Expr, rows: Size, cols: Size) -> Expr:
    """Ones or zeros like a constant in another size; a row of ones is written 1ᵀ."""
    if rows is ONE and cols is ONE:
        return Number(int(isinstance(constant, Ones)))
    if isinstance(constant, Zeros):
        return Zeros(rows, cols)
    return Transpose(Ones(cols)) if rows is ONE else Ones(rows, cols)


@identity("vstack(A, B)[1:m, :] = A", where="A: m x n; B: p x n")
def slice_of_blocks(e: Expr) -> Expr | None:
    """The blocks that a slice consists of, or the slice of the block that it lies in."""
    a = e.operands[0]
    rows, cols = e.ranges  # type: ignore[attr-defined]
    if isinstance(a, VerticalStack):
        chosen = picked(a.operands, [o.rows for o in a.operands], rows)
        return None if chosen is None else VerticalStack.of(*[Slice.of(o, r, cols) for o, r in chosen])
    if isinstance(a, HorizontalStack):
        chosen = picked(a.operands, [o.cols for o in a.operands], cols)
        return None if chosen is None else HorizontalStack.of(*[Slice.of(o, rows, r) for o, r in chosen])
    return None


def picked(blocks: tuple[Expr, ...], extents: list[Size], wanted: Range) -> list[tuple[Expr, Range | None]] | None:
    """The blocks in a range with their parts (None: the whole); None where the range cuts through several."""
    spans = places(extents)
    start = next((k for k, (first, _) in enumerate(spans) if first is wanted[0]), None)
    end = next((k for k, (_, last) in enumerate(spans) if last is wanted[1]), None)
    if start is not None and end is not None and start <= end:
        return [(block, None) for block in blocks[start : end + 1]]
    for block, (first, last) in zip(blocks, spans, strict=True):
        before, behind = (wanted[0] - first).number, (last - wanted[1]).number
        if before is not None and behind is not None and before >= 0 and behind >= 0:
            return [(block, (wanted[0] - first + ONE, wanted[1] - first + ONE))]
    return None


@identity(
    "exp(vstack(A, B))[1:m, :] = exp(vstack(A, B)[1:m, :])",
    title="f([A; B])[1:m, :] = f(A)",
    where="A: m x n; B: p x n",
)
def slice_of_entrywise(e: Expr) -> Expr | None:
    """Into sums, entrywise products and functions, where there are blocks inside."""
    a = e.operands[0]
    if not isinstance(a, Sum | Hadamard | Entrywise | Power) or not has_blocks(a):
        return None
    ranges = e.ranges  # type: ignore[attr-defined]
    return a.rebuild(tuple([Slice.of(o, *ranges) if o.shape == a.shape else o for o in a.operands]))


def has_blocks(e: Expr) -> bool:
    """Whether slices of an expression may come down to blocks that it is made of."""
    return fact("blocks", e, _has_blocks, closed=(Named,))


def _has_blocks(e: Expr, inside: list[bool]) -> bool:
    if isinstance(e, HorizontalStack | VerticalStack):
        return True
    if isinstance(e, Product):
        return inside[0] or inside[-1]
    return isinstance(e, Sum | Hadamard | Entrywise | Power | Transpose | Scale | Slice) and any(inside)


# ---- rows and columns -------------------------------------------------------------------------------


row_of_product = stated(
    "(A*B)[i, :] = A[i, :]*B",
    where="A: m x n; B: n x p; c: scalar",
    also=("(c*A)[i, :] = c*A[i, :]", "(A')[i, :] = A[:, i]'", "eye(m)[i, :] = unit(i, m)'"),
)
column_of_product = stated(
    "(A*B)[:, j] = A*B[:, j]",
    where="A: m x n; B: n x p; c: scalar",
    also=("(c*A)[:, j] = c*A[:, j]", "(A')[:, j] = A[j, :]'", "eye(n)[:, j] = unit(j, n)"),
)


part_of_constant = stated(
    "ones(m, n)[i, :] = ones(n)'",
    also=("ones(m, n)[:, i] = ones(m)", "zeros(m, n)[i, :] = zeros(1, n)", "zeros(m, n)[:, i] = zeros(m)"),
)


@identity(
    "unit(i, m)'*A = A[i, :]",
    where="A: m x n",
    also=(Statement("unit(i, m)'*x = x[i]", "x: m"),),
    among=(UnitVector,),
)
def row_by_unit_vector(e: Expr) -> Expr | None:
    """Where the place is a number or an index, and not t + 1; also eᵢᵀx = x[i]."""
    f = e.operands
    for k in range(len(f) - 1):
        match f[k]:
            case Transpose(operands=(UnitVector(operands=(Number() | Symbol() | Member() | Index() as i,)),)):
                a = f[k + 1]
                if isinstance(a, UnitVector) and isinstance(i, Number) and isinstance(a.operands[0], Number):
                    scalar: Expr = Number(int(a.operands[0] is i))
                    return Product.of(*f[:k], scalar, *f[k + 2 :]) if len(f) > 2 else scalar
                part = Entry(a, i) if a.cols is ONE else Row(a, i)
                return Product.of(*f[:k], part, *f[k + 2 :])
    return None


@identity("A*unit(j, n) = A[:, j]", title="Aeⱼ = A[:, j]", where="A: m x n", among=(UnitVector,))
def column_by_unit_vector(e: Expr) -> Expr | None:
    """Also xᵀeⱼ = x[j]."""
    f = e.operands
    for k in range(1, len(f)):
        match f[k]:
            case UnitVector(operands=(Number() | Symbol() | Member() | Index() as j,)):
                match f[k - 1]:
                    case Transpose(operands=(x,)) if x.cols is ONE:
                        part: Expr = Entry(x, j)
                    case a:
                        part = Column(a, j) if a.rows is not ONE else Entry(a, Number(1), j)
                if f[k - 1].cols is not ONE:
                    return Product.of(*f[: k - 1], part, *f[k + 1 :])
    return None


@identity(
    "x .* unit(2, n) = x[2]*unit(2, n)",
    title="x ⊙ eᵢ = x[i]eᵢ",
    where="x: n",
    also=("x .* unit(i, n) = x[i]*unit(i, n)",),
    among=(UnitVector,),
)
def unit_vector_in_hadamard(e: Expr) -> Expr | None:
    """Where the place is a number, a constant index or a label."""
    return entry_beside_unit_vector(e, Number | Symbol | Member)


@identity("x .* unit(i, n) = x[i]*unit(i, n)", where="x: n", among=(UnitVector,))
def unit_vector_at_index_in_hadamard(e: Expr) -> Expr | None:
    """Where the place is the index of a sum."""
    return entry_beside_unit_vector(e, Index)


def entry_beside_unit_vector(e: Expr, places: type[Expr] | UnionType) -> Expr | None:
    """x[i]eᵢ of x ⊙ eᵢ with such a place i."""
    for k, factor in enumerate(() if e.is_scalar else e.operands):
        if isinstance(factor, UnitVector) and isinstance(factor.operands[0], places):
            others = Hadamard.of(*e.operands[:k], *e.operands[k + 1 :])
            return Scale.of(Entry(others, factor.operands[0]), factor)
    return None


selected_rows = stated("eye(m)[i:j, :]*A = A[i:j, :]", where="A: m x n")
selected_columns = stated("A*eye(n)[:, i:j] = A[:, i:j]", where="A: m x n")


@identity(
    "sum(i=1..m, c[i]*unit(i, m)*A[i, :]) = diag(c)*A",
    title="Σᵢ cᵢeᵢA[i, :] = diag(c)A",
    where="A: m x n; c: m",
    also=(Statement("sum(j=1..n, c[j]*A[:, j]*unit(j, n)') = A*diag(c)", "A: m x n; c: n"),),
    among=(Product,),
)
def rows_together(e: Expr) -> Expr | None:
    """A matrix put together row by row, or column by column."""
    index: Index = e.data[0]
    scalar, body = e.operands[0].operands if isinstance(e.operands[0], Scale) else (None, e.operands[0])
    weights = None if scalar is None else vectorised(scalar, (index,))
    if scalar is not None and weights is None:
        return None
    diagonal = () if weights is None else (DiagonalMatrix(weights),)
    match body:
        case Product(operands=(UnitVector(operands=(i,)) as unit, Row(operands=(a, j)))) if i is j is index:
            return Product.of(*diagonal, a) if unit.rows is a.rows is index.last and index not in a.free else None
        case Product(operands=(Column(operands=(a, j)), Transpose(operands=(UnitVector(operands=(i,)) as unit,)))):
            fits = i is j is index and unit.rows is a.cols is index.last and index not in a.free
            return Product.of(a, *diagonal) if fits else None
        case _:
            return None


entry_of_column = stated(
    "(A[:, j])[i] = A[i, j]",
    where="A: m x n; x: n",
    also=("(A[i, :])[1, j] = A[i, j]", "(A[i, :]')[j] = A[i, j]", "(A')[i, j] = A[j, i]", "(x')[1, i] = x[i]"),
)


@identity("(ones(m))[2] = 1", also=("(zeros(m))[2] = 0",), among=(Ones, Zeros, UnitVector))
def entry_of_constant(e: Expr) -> Expr | None:
    """Of ones, zeros and unit vectors."""
    match e.operands[0]:
        case Ones() | Zeros() as a:
            return filled(a, ONE, ONE)
        case UnitVector(operands=(Number() as i,)) if isinstance(e.operands[1], Number):
            return Number(int(e.operands[1] is i))
        case _:
            return None
