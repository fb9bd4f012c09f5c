"""Blocks, triangles, and the matrices I, C, K that their sizes determine: what makes them shorter."""

from __future__ import annotations

from matdiff.algebra.constants import Identity, Zeros, is_zero
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.powers import has_positive_exponent
from matdiff.algebra.identities.transposes import gets_no_longer, transposed
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack, among_zeros
from matdiff.algebra.operators.products import Product, Sum, Transpose, zero
from matdiff.algebra.operators.slices import Slice
from matdiff.algebra.operators.square import MatrixPower
from matdiff.algebra.stated import stated

# ---- transposes -------------------------------------------------------------------------------------


transpose_of_symmetric_part = stated("sym(A)' = sym(A)")
transpose_of_skew_part = stated("skew(A)' = -skew(A)")
transpose_of_triangle = stated(
    "tril(A)' = triu(A')", where="A: m x n", also=("triu(A)' = tril(A')",), when=gets_no_longer
)
diagonal_of_transpose = stated("diag(A') = diag(A)")
transpose_of_sized = stated(
    "commutation(m, n)' = commutation(n, m)", title="Kₘₙᵀ = Kₙₘ", also=("centering(n)' = centering(n)",)
)
transpose_of_blocks = stated(
    "hstack(A, B)' = vstack(A', B')",
    where="A: m x n; B: m x p",
    also=(Statement("vstack(A, B)' = hstack(A', B')", "A: m x n; B: p x n"),),
    when=gets_no_longer,
)


# ---- blocks -----------------------------------------------------------------------------------------


@identity(
    "hstack(A, B)*vstack(C, D) = A*C + B*D",
    title="[A, B][C; D] = AC + BD",
    where="A: m x n; B: m x p; C: n x q; D: p x q",
    among=(HorizontalStack, VerticalStack),
)
def product_of_blocks(e: Expr) -> Expr | None:
    f = e.operands
    for k in range(len(f) - 1):
        left = stacked(f[k], HorizontalStack, VerticalStack)
        right = stacked(f[k + 1], VerticalStack, HorizontalStack)
        if left and right and [a.cols for a in left] == [b.rows for b in right]:
            total = Sum.of(*[Product.of(a, b) for a, b in zip(left, right, strict=True)])
            return Product.of(*f[:k], total, *f[k + 2 :])
    return None


def stacked(e: Expr, kind: type[Expr], other: type[Expr]) -> tuple[Expr, ...]:
    """The blocks of a matrix that is written as a stack of a kind, or as the transpose of one of the other."""
    if isinstance(e, Transpose) and isinstance(e.operands[0], other):
        return tuple(map(transposed, e.operands[0].operands))
    return e.operands if isinstance(e, kind) else ()


@identity(
    "vstack(eye(n), zeros(m, n))*A = vstack(A, zeros(m, p))",
    where="A: n x p",
    also=(
        "vstack(zeros(m, n), eye(n))*A = vstack(zeros(m, p), A)",
        "vstack(zeros(k, n), eye(n), zeros(m, n))*A = vstack(zeros(k, p), A, zeros(m, p))",
        Statement("A*hstack(eye(n), zeros(n, m)) = hstack(A, zeros(p, m))", "A: p x n"),
        Statement("A*hstack(zeros(n, m), eye(n)) = hstack(zeros(p, m), A)", "A: p x n"),
        Statement("A*hstack(zeros(n, k), eye(n), zeros(n, m)) = hstack(zeros(p, k), A, zeros(p, m))", "A: p x n"),
    ),
    among=(HorizontalStack, VerticalStack),
)
def placed_block(e: Expr) -> Expr | None:
    """Also A[I, 0] = [A, 0]."""
    f = e.operands
    if isinstance(f[0], VerticalStack) and is_placing(f[0]):
        rest = Product.of(*f[1:])
        return VerticalStack.of(*[zero(Product.of(o, rest).shape) if is_zero(o) else rest for o in f[0].operands])
    if isinstance(f[-1], HorizontalStack) and is_placing(f[-1]):
        rest = Product.of(*f[:-1])
        return HorizontalStack.of(*[zero(Product.of(rest, o).shape) if is_zero(o) else rest for o in f[-1].operands])
    return None


@identity(
    "eye(m+n)[:, m+1:m+n]*x = vstack(zeros(m), x)",
    where="x: n",
    also=(
        "eye(n+p)[:, 1:n]*x = vstack(x, zeros(p))",
        "eye(m+n+p)[:, m+1:m+n]*x = vstack(zeros(m), x, zeros(p))",
    ),
    among=(Slice,),
)
def placed_vector(e: Expr) -> Expr | None:
    """A vector in its place among zeros, for some columns of the identity times the vector."""
    match e.operands:
        case (Slice(operands=(Identity() as one,)) as chosen, *rest) if e.cols is ONE and chosen.rows is one.rows:
            return among_zeros(Product.of(*rest), chosen.ranges[1], one.rows)
        case _:
            return None


def is_placing(e: Expr) -> bool:
    """Whether the blocks are 0 but for one, which is I."""
    others = [o for o in e.operands if not is_zero(o)]
    return len(others) == 1 and (isinstance(others[0], Identity) or others[0].number == 1)


power_of_diagonal_matrix = stated(
    "diag(x)^k = diag(x.^k)",
    title="diag(x)² = diag(x²)",
    where="x: n positive; k: integer",
    on=(MatrixPower,),
)
diagonal_of_ones = stated("diag(ones(n)) = eye(n)", also=("diag(zeros(n)) = zeros(n, n)",))


@identity(
    "hstack(zeros(m, n), zeros(m, p)) = zeros(m, n+p)",
    also=("vstack(zeros(m, n), zeros(p, n)) = zeros(m+p, n)",),
)
def blocks_of_zeros(e: Expr) -> Expr | None:
    return Zeros(*e.shape) if all(map(is_zero, e.operands)) else None


determinant_of_two = stated(
    "det([a, b; c, d]) = a*d - b*c",
    title="[a, b; c, d] has the determinant ad − bc",
    where="a, b, c, d: scalar",
    under_d=True,
)
entrywise_power_of_identity = stated("eye(n).^k = eye(n)", where="k: scalar positive", when=has_positive_exponent)
ones_times_ones = stated("ones(m, n)*ones(n, p) = n*ones(m, p)", where="n: scalar")


# ---- triangles, centring, commutation ---------------------------------------------------------------


centred_twice = stated(
    "centering(n)*centering(n) = centering(n)",
    also=("centering(n)*ones(n, k) = zeros(n, k)", "ones(n)'*centering(n) = zeros(1, n)"),
)
commuted_vec = stated(
    "commutation(m, n)*vec(A) = vec(A')", where="A: m x n", also=("commutation(m, n)*commutation(n, m) = eye(m*n)",)
)
