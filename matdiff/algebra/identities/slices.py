"""Slices, rows, columns and entries: they are taken of the factors and blocks that a matrix is made of."""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Size, never_negative
from matdiff.algebra.expr import Expr, Index, Number, Symbol, fact
from matdiff.algebra.identities.transposes import growth
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
transpose_within_slice = stated(
    "A[i:j, k:l]' = (A')[k:l, i:j]", where="A: m x n", when=lambda e: growth(e.operands[0].operands[0]) < 0
)  # where it goes further inside, and saves a sign
slice_of_transpose = stated("(A')[i:j, k:l] = A[k:l, i:j]'", where="A: m x n")
slice_of_product = stated(
    "(A*B)[i:j, k:l] = A[i:j, :]*B[:, k:l]", where="A: m x n; B: n x p"
)  # the rows are those of the first factor, the columns those of the last
slice_of_multiple = stated("(c*A)[i:j, k:l] = c*A[i:j, k:l]", where="c: scalar; A: m x n")


slice_of_slice = stated(
    "A[g+1:g+h+i+j, l+1:l+p+q+r][h+1:h+i, p+1:p+q] = A[g+h+1:g+h+i, l+p+1:l+p+q]",
    title="A[2:n, :][1:k, :] = A[2:k+1, :]",
    where="A: g+h+i+j+k x l+p+q+r+s",
)
slice_of_constant = stated(
    "ones(m, n)[i:j, k:l] = ones(j-i+1, l-k+1)",
    also=(
        "zeros(m, n)[i:j, k:l] = zeros(j-i+1, l-k+1)",
        "eye(n)[i:j, i:j] = eye(j-i+1)",
        "unit(1, n+1)[2:n+1] = zeros(n)",
    ),
)


@identity(
    "eye(m+n)[1:m, m+1:m+n] = zeros(m, n)",
    also=(
        "eye(i+j+k+l+m)[i+1:i+j, i+j+k+1:i+j+k+l] = zeros(j, l)",
        "eye(i+j+k+l+m)[i+j+k+1:i+j+k+l, i+1:i+j] = zeros(l, j)",
    ),
    among=(Identity,),
)
def slice_beside_diagonal(e: Expr) -> Expr | None:
    (first, last), (left, right) = e.ranges  # type: ignore[attr-defined]
    gaps = left - last, first - right
    are_apart = any(gap.terms and never_negative(gap) for gap in gaps)
    return zero(e.shape) if are_apart and isinstance(e.operands[0], Identity) else None


SLICE_OF_ROWS = (
    "vstack(A, B)[i+1:i+j, p+1:p+q] = A[i+1:i+j, p+1:p+q]",
    "vstack(C, A)[n+i+1:n+i+j, p+1:p+q] = A[i+1:i+j, p+1:p+q]",
    "vstack(C, A, B)[n+i+1:n+i+j, p+1:p+q] = A[i+1:i+j, p+1:p+q]",
    "vstack(B, C)[:, p+1:p+q] = vstack(B[:, p+1:p+q], C[:, p+1:p+q])",
)
SLICE_OF_COLUMNS = (
    "hstack(A, B)[p+1:p+q, i+1:i+j] = A[p+1:p+q, i+1:i+j]",
    "hstack(C, A)[p+1:p+q, n+i+1:n+i+j] = A[p+1:p+q, i+1:i+j]",
    "hstack(C, A, B)[p+1:p+q, n+i+1:n+i+j] = A[p+1:p+q, i+1:i+j]",
    "hstack(B, C)[p+1:p+q, :] = hstack(B[p+1:p+q, :], C[p+1:p+q, :])",
)


@identity(
    "vstack(A, B)[1:m, :] = A",
    where="A: m x n; B: p x n",
    also=(
        *[Statement(s, "A: i+j+k x p+q+r; B: m x p+q+r; C: n x p+q+r") for s in SLICE_OF_ROWS],
        *[Statement(s, "A: p+q+r x i+j+k; B: p+q+r x m; C: p+q+r x n") for s in SLICE_OF_COLUMNS],
    ),
)
def slice_of_blocks(e: Expr) -> Expr | None:
    """The blocks that a slice consists of, or the slice of the block that it lies in; of all blocks the slices."""
    a = e.operands[0]
    if not isinstance(a, (HorizontalStack, VerticalStack)):
        return None
    upright = isinstance(a, VerticalStack)
    along, across = e.ranges if upright else e.ranges[::-1]  # type: ignore[attr-defined]
    chosen = picked(a.operands, [o.rows if upright else o.cols for o in a.operands], along)
    if chosen is None:
        return None
    if len(chosen) == 1:
        return sliced(*chosen[0], across, upright)
    if len(chosen) == len(a.operands):
        return a.rebuild(tuple([sliced(o, None, across, upright) for o in a.operands]))
    return sliced(type(a).of(*[sliced(o, r, None, upright) for o, r in chosen]), None, across, upright)


entry_of_stack = stated(
    "vstack(c, x)[1] = c",
    where="c: scalar; x: n",
    also=(
        Statement("vstack(c, x, y)[1] = c", "c: scalar; x: n; y: m"),
        Statement("vstack(x', A)[1, i] = x[i]", "x: n; A: m x n"),
        Statement("hstack(x, A)[i, 1] = x[i]", "x: m; A: m x n"),
    ),
)


def sliced(e: Expr, along: Range | None, across: Range | None, upright: bool) -> Expr:
    """Some of the lines that lie as blocks do in a stack, and parts of them."""
    return Slice.of(e, along, across) if upright else Slice.of(e, across, along)


def picked(blocks: tuple[Expr, ...], extents: list[Size], wanted: Range) -> list[tuple[Expr, Range | None]] | None:
    """The blocks in a range with their parts (None: the whole); None where the range cuts through several."""
    spans = places(extents)
    start = next((k for k, (first, _) in enumerate(spans) if first is wanted[0]), None)
    end = next((k for k, (_, last) in enumerate(spans) if last is wanted[1]), None)
    if start is not None and end is not None and start <= end:
        return [(block, None) for block in blocks[start : end + 1]]
    for block, (first, last) in zip(blocks, spans, strict=True):
        if never_negative(wanted[0] - first) and never_negative(last - wanted[1]):
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
entry_of_multiple = stated(
    "(c*A)[i, j] = c*A[i, j]", where="c: scalar; A: m x n; x: n; i, j: integer", also=("(c*x)[i] = c*x[i]",)
)
entry_of_outer_product = stated("(x*y')[i, j] = x[i]*y[j]", where="x: m; y: n")


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
