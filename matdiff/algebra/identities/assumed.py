"""What declared properties make simpler: QᵀQ = I, PP = P, xᵀKx = 0, and parts of matrices that are whole already."""

from __future__ import annotations

from matdiff.algebra.constants import Identity, Zeros
from matdiff.algebra.expr import Expr, Number, Symbol, fact
from matdiff.algebra.laws import Declared, Statement, identity
from matdiff.algebra.operators.matrix_functions import Cholesky
from matdiff.algebra.operators.paths import Path
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.algebra.operators.triangles import HalvedTriangle, LowerTriangle, SkewPart, SymmetricPart, UpperTriangle
from matdiff.algebra.stated import stated


def leaf_of(e: Expr) -> tuple[Expr, bool]:
    """A symbol or a member, and whether e is the transpose of it."""
    return (e.operands[0], True) if isinstance(e, Transpose) else (e, False)


def has(e: Expr, wanted: str) -> bool:
    """Whether e or what it is the transpose of is assumed to have a property."""
    leaf, _ = leaf_of(e)
    return isinstance(leaf, Symbol | Member | Path) and wanted in assumed(leaf)


def are_transposes(a: Expr, b: Expr) -> bool:
    """Whether one is written as the transpose of the other."""
    (left, left_turned), (right, right_turned) = leaf_of(a), leaf_of(b)
    return left is right and (left_turned is not right_turned or "symmetric" in assumed(left))


# ---- orthogonal, idempotent, unit -------------------------------------------------------------------


orthogonal_product = stated(
    "orthogonal_product",
    "Q'*Q = eye(n)",
    title="QᵀQ = I",
    where="Q: n x n orthogonal",
    requires="Q orthogonal",
    also=("Q*Q' = eye(n)", Statement("Q*Q = eye(n)", "Q: n x n orthogonal symmetric")),
)


norm_of_rotated = stated(
    "norm_of_rotated",
    "norm2(Q*A) = norm2(A)",
    where="Q: m x m orthogonal; A: m x n",
    requires="Q orthogonal",
    also=(
        "norm2(Q'*A) = norm2(A)",
        Statement("norm2(A*Q) = norm2(A)", "Q: n x n orthogonal; A: m x n"),
        Statement("norm2(A*Q') = norm2(A)", "Q: n x n orthogonal; A: m x n"),
    ),
)


log_determinant_of_orthogonal = stated(
    "log_determinant_of_orthogonal",
    "logdet(Q) = 0",
    where="Q: n x n orthogonal",
    requires="Q orthogonal",
    also=("logdet(Q') = 0",),
)


determinant_of_orthogonal = stated(
    "determinant_of_orthogonal",
    "abs(det(Q)) = 1",
    where="Q: n x n orthogonal",
    requires="Q orthogonal",
    also=("abs(det(Q')) = 1",),
)


idempotent_product = stated(
    "idempotent_product", "P*P = P", where="P: n x n idempotent", requires="P idempotent", also=("P'*P' = P'",)
)


idempotent_power = stated(
    "idempotent_power",
    "P^k = P",
    title="Pᵏ = P",
    where="P: n x n idempotent; k: integer positive",
    requires="P idempotent",
    also=("(P')^k = P'",),
    when=lambda e: e.data[0] > 0,
    on=(MatrixPower,),
)


length_of_unit = stated("length_of_unit", "u'*u = 1", where="u: n unit", requires="u of length 1")


norm_of_unit = stated(
    "norm_of_unit", "norm2(u) = 1", where="u: n unit", requires="u of length 1", also=("norm2(u') = 1",)
)


# ---- rows and vectors that sum to 1 -----------------------------------------------------------------


rows_that_sum_to_one = stated(
    "rows_that_sum_to_one",
    "P*ones(n) = ones(m)",
    title="P1 = 1",
    where="P: m x n stochastic",
    requires="the rows of P sum to 1",
    also=("P*ones(n, k) = ones(m, k)", "ones(n)'*P' = ones(m)'"),
)


entries_that_sum_to_one = stated(
    "entries_that_sum_to_one",
    "ones(n)'*p = 1",
    where="p: n simplex",
    requires="the entries of p sum to 1",
    also=("p'*ones(n) = 1",),
)


sum_that_is_one = stated(
    "sum_that_is_one", "sum(p) = 1", where="p: n simplex", requires="the entries of p sum to 1", also=("sum(p') = 1",)
)


# ---- skew-symmetric ---------------------------------------------------------------------------------


@identity("xᵀKx = 0", "x'*K*x = 0", where="K: n x n skew; x: n", requires="K skew-symmetric", among=(Declared,))
def skew_form(e: Expr) -> Expr | None:
    """A scalar that is the negative of its transpose."""
    f = e.operands
    if not e.is_scalar or not any(has(g, "skew") for g in f):
        return None
    signs = 1
    for a, b in zip(f, reversed(f), strict=True):
        if a is b and has(a, "skew"):
            signs = -signs
        elif not (are_transposes(a, b) or (a is b and is_symmetric(a))):
            return None
    return Number(0) if signs < 0 else None


trace_of_skew = stated(
    "trace_of_skew",
    "tr(K) = 0",
    where="A: n x n; K: n x n skew",
    requires="K skew-symmetric",
    also=("tr(K') = 0", "tr(skew(A)) = 0"),
)


diagonal_of_skew = stated(
    "diagonal_of_skew",
    "diag(K) = zeros(n)",
    title="diag(K) = 0",
    where="A: n x n; K: n x n skew",
    requires="K skew-symmetric",
    also=("diag(K') = zeros(n)", "diag(skew(A)) = zeros(n)"),
)


def is_skew(e: Expr) -> bool:
    """Whether a matrix is skew-symmetric by what is assumed of it, or by its being a skew part."""
    return isinstance(e, SkewPart) or has(e, "skew")


# ---- parts that are the whole -----------------------------------------------------------------------

Triangles = tuple[bool, bool]  # whether a matrix is lower, and whether it is upper triangular


def triangles(e: Expr) -> Triangles:
    """Whether a matrix is lower and whether it is upper triangular, by the way it is written."""
    return fact("triangles", e, _triangles, closed=(Named,))


def _triangles(e: Expr, below: list[Triangles]) -> Triangles:
    if e.is_scalar or isinstance(e, DiagonalMatrix | Identity | Zeros):
        return True, True
    if isinstance(e, Symbol | Member | Path):
        return "lower" in assumed(e), "upper" in assumed(e)
    lower, upper = [a for a, _ in below], [b for _, b in below]
    if isinstance(e, Product | Sum | Scale | Inverse | MatrixPower):
        return all(lower), all(upper)
    if isinstance(e, Hadamard):
        return any(lower), any(upper)
    if isinstance(e, Cholesky | HalvedTriangle):
        return True, isinstance(e, HalvedTriangle) and upper[0]
    if isinstance(e, LowerTriangle | UpperTriangle):
        return lower[0] or isinstance(e, LowerTriangle), upper[0] or isinstance(e, UpperTriangle)
    return (upper[0], lower[0]) if isinstance(e, Transpose) else (False, False)


@identity(
    "tril(L) = L",
    "tril(L) = L",
    where="L: n x n lower",
    requires="L lower triangular",
    on=(LowerTriangle, UpperTriangle),
)
def triangle_of_triangle(e: Expr) -> Expr | None:
    """Also triu(U) = U, and triu(L) = I ⊙ L."""
    a = e.operands[0]
    mine, other = triangles(a) if isinstance(e, LowerTriangle) else reversed(triangles(a))
    if mine:
        return a
    if not other or a.rows is not a.cols:
        return None
    inner = a.operands[0] if isinstance(a, LowerTriangle | UpperTriangle) else a
    return Hadamard.of(Identity(a.rows), inner)


@identity("I ⊙ D = D", "eye(n) .* D = D", where="D: n x n diagonal", requires="D diagonal", among=(Identity,))
def diagonal_part_of_diagonal(e: Expr) -> Expr | None:
    """A diagonal factor among those of an entrywise product makes the identity superfluous."""
    others = [f for f in e.operands if not isinstance(f, Identity)]
    if len(others) < len(e.operands) and any(all(triangles(f)) for f in others):
        return Hadamard.of(*others)
    return None


@identity("I ⊙ tril(A) = I ⊙ A", "eye(n) .* tril(A) = eye(n) .* A", where="A: n x n")
def diagonal_part_of_triangle(e: Expr) -> Expr | None:
    if not any(isinstance(f, Identity) for f in e.operands):
        return None
    parts = [f.operands[0] if isinstance(f, LowerTriangle | UpperTriangle) else f for f in e.operands]
    return Hadamard.of(*parts) if parts != list(e.operands) else None


@identity("diag(diag(D)) = D", "Diag(diag(D)) = D", where="D: n x n diagonal", requires="D diagonal")
def diagonal_matrix_of_diagonal(e: Expr) -> Expr | None:
    match e.operands[0]:
        case DiagonalVector(operands=(d,)) if all(triangles(d)):
            return d
        case _:
            return None


@identity("sym(S) = S", "sym(S) = S", where="S: n x n symmetric", requires="S symmetric")
def symmetric_part_of_symmetric(e: Expr) -> Expr | None:
    """Also sym(Aᵀ) = sym(A), and 0 of what is skew-symmetric."""
    a = e.operands[0]
    if is_symmetric(a):
        return a
    if is_skew(a):
        return Zeros(*e.shape)
    return SymmetricPart(a.operands[0]) if isinstance(a, Transpose) else None


@identity("skew(K) = K", "skew(K) = K", where="K: n x n skew", requires="K skew-symmetric")
def skew_part_of_skew(e: Expr) -> Expr | None:
    """Also skew(Aᵀ) = −skew(A), and 0 of what is symmetric."""
    a = e.operands[0]
    if is_symmetric(a):
        return Zeros(*e.shape)
    if is_skew(a):
        return a
    return -SkewPart(a.operands[0]) if isinstance(a, Transpose) else None
