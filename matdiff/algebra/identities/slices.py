"""Slices, rows, columns and entries: they are taken of the factors and blocks that a matrix is made of."""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Index, Number, Symbol, fact
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack, places
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, zero
from matdiff.algebra.operators.slices import Range, Slice
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member, UnitVector
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


slice_of_constant = stated(
    "ones(m, n)[i:j, k:l] = ones(j-i+1, l-k+1)",
    also=("zeros(m, n)[i:j, k:l] = zeros(j-i+1, l-k+1)", "eye(n)[i:j, i:j] = eye(j-i+1)"),
)


@identity("eye(m+n)[1:m, m+1:m+n] = zeros(m, n)", among=(Identity,))
def slice_beside_diagonal(e: Expr) -> Expr | None:
    (first, last), (left, right) = e.ranges  # type: ignore[attr-defined]
    gaps = [(left - last).number, (first - right).number]
    is_zero = isinstance(e.operands[0], Identity) and any(gap is not None and gap > 0 for gap in gaps)
    return zero(e.shape) if is_zero else None


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
    if not isinstance(a, (Sum, Hadamard, Entrywise, Power)) or not has_blocks(a):
        return None
    ranges = e.ranges  # type: ignore[attr-defined]
    return a.rebuild(tuple([Slice.of(o, *ranges) if o.shape == a.shape else o for o in a.operands]))


def has_blocks(e: Expr) -> bool:
    """Whether slices of an expression may come down to blocks that it is made of."""
    return fact("blocks", e, _has_blocks, closed=(Named,))


def _has_blocks(e: Expr, inside: list[bool]) -> bool:
    if isinstance(e, (HorizontalStack, VerticalStack)):
        return True
    if isinstance(e, Product):
        return inside[0] or inside[-1]
    return isinstance(e, (Sum, Hadamard, Entrywise, Power, Transpose, Scale, Slice)) and any(inside)


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


def at(*kinds: type[Expr]) -> Callable[[Expr], bool]:
    """Whether all unit vectors of a product have a place of these kinds: a number or an index, and not t + 1.

    Where all is a number, entry by entry, e₁ is 1 itself.
    """

    def are_there(e: Expr) -> bool:
        factors = [f.operands[0] if isinstance(f, Transpose) else f for f in e.operands]
        is_number = isinstance(e, Hadamard) and e.is_scalar
        return not is_number and all(isinstance(f.operands[0], kinds) for f in factors if isinstance(f, UnitVector))

    return are_there


row_by_unit_vector = stated(
    "unit(i, m)'*x = x[i]",
    where="x: m",
    also=(Statement("unit(i, m)'*A = A[i, :]", "A: m x n"),),
    when=at(Number, Symbol, Member, Index),
)
column_by_unit_vector = stated(
    "x'*unit(j, n) = x[j]",
    where="x: n",
    also=(
        Statement("A*unit(j, n) = A[1, j]", "A: 1 x n"),
        Statement("A*unit(j, n) = A[:, j]", "A: m x n"),
    ),
    when=at(Number, Symbol, Member, Index),
)
unit_vector_in_hadamard = stated("x .* unit(i, n) = x[i]*unit(i, n)", where="x: n", when=at(Number, Symbol, Member))
unit_vector_at_index_in_hadamard = stated("x .* unit(i, n) = x[i]*unit(i, n)", where="x: n", when=at(Index))
selected_rows = stated("eye(m)[i:j, :]*A = A[i:j, :]", where="A: m x n")
selected_columns = stated("A*eye(n)[:, i:j] = A[:, i:j]", where="A: m x n")


rows_together = stated(
    "sum(i=1..m, c[i]*unit(i, m)*A[i, :]) = diag(c)*A",
    title="Σᵢ cᵢeᵢA[i, :] = diag(c)A",
    where="A: m x n; c: m",
    also=(
        "sum(i=1..m, unit(i, m)*A[i, :]) = A",
        Statement("sum(j=1..n, c[j]*A[:, j]*unit(j, n)') = A*diag(c)", "A: m x n; c: n"),
        Statement("sum(j=1..n, A[:, j]*unit(j, n)') = A", "A: m x n"),
    ),
)
entry_of_column = stated(
    "(A[:, j])[i] = A[i, j]",
    where="A: m x n; x: n",
    also=("(A[i, :])[1, j] = A[i, j]", "(A[i, :]')[j] = A[i, j]", "(A')[i, j] = A[j, i]", "(x')[1, i] = x[i]"),
)


entry_of_constant = stated(
    "ones(m)[i] = 1", also=("ones(m, n)[i, j] = 1", "zeros(m)[i] = 0", "zeros(m, n)[i, j] = 0", "unit(i, n)[i] = 1")
)


@identity("unit(2, n)[3] = 0", among=(UnitVector,))
def other_entry_of_unit_vector(e: Expr) -> Expr | None:
    match e.operands:
        case (UnitVector(operands=(Number() as i,)), Number() as j) if i is not j:
            return Number(0)
        case _:
            return None
