"""What declared properties make simpler: QᵀQ = I, PP = P, xᵀKx = 0, and parts of matrices that are whole already."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.kinds import Declared
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.square import MatrixPower
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.algebra.stated import stated


def are_transposes(a: Expr, b: Expr) -> bool:
    """Whether one is written as the transpose of the other."""
    from matdiff.algebra.operators.triangular import leaf_of

    (left, left_turned), (right, right_turned) = leaf_of(a), leaf_of(b)
    return left is right and (left_turned is not right_turned or "symmetric" in assumed(left))


# ---- orthogonal, idempotent, unit -------------------------------------------------------------------


orthogonal_product = stated(
    "Q'*Q = eye(n)",
    where="Q: n x n orthogonal",
    requires="Q orthogonal",
    also=("Q*Q' = eye(n)", Statement("Q*Q = eye(n)", "Q: n x n orthogonal symmetric")),
)
norm_of_rotated = stated(
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
    "logdet(Q) = 0", where="Q: n x n orthogonal", requires="Q orthogonal", also=("logdet(Q') = 0",)
)
determinant_of_orthogonal = stated(
    "abs(det(Q)) = 1", where="Q: n x n orthogonal", requires="Q orthogonal", also=("abs(det(Q')) = 1",)
)
idempotent_product = stated("P*P = P", where="P: n x n idempotent", requires="P idempotent", transposed=True)
idempotent_power = stated(
    "P^k = P",
    title="Pᵏ = P",
    where="P: n x n idempotent; k: integer positive",
    requires="P idempotent",
    also=("(P')^k = P'",),
    when=lambda e: e.data[0] > 0,
    on=(MatrixPower,),
)
length_of_unit = stated("u'*u = 1", where="u: n unit", requires="u of length 1")
norm_of_unit = stated("norm2(u) = 1", where="u: n unit", requires="u of length 1", also=("norm2(u') = 1",))

even_power_of_signs = stated(
    "s^(2*k) = 1",
    where="s: scalar sign; k: integer",
    requires="s is 1 or −1",
    also=(Statement("S.^(2*k) = ones(m, n)", "S: m x n sign; k: integer"),),
)
odd_power_of_signs = stated(
    "s^(2*k + 1) = s",
    where="s: scalar sign; k: integer",
    requires="s is 1 or −1",
    also=(Statement("S.^(2*k + 1) = S", "S: m x n sign; k: integer"),),
)
absolute_of_signs = stated(
    "abs(s) = 1",
    where="s: scalar sign",
    requires="s is 1 or −1",
    also=(Statement("abs(S) = ones(m, n)", "S: m x n sign"),),
)
power_of_binary = stated(
    "b^k = b",
    where="b: scalar binary; k: integer positive",
    requires="b is 0 or 1",
    also=(Statement("B.^k = B", "B: m x n binary; k: integer positive"),),
)
square_of_signs = stated("s'*s = n", where="s: n sign", requires="every entry of s is 1 or −1")


# ---- rows and vectors that sum to 1 -----------------------------------------------------------------


rows_that_sum_to_one = stated(
    "P*ones(n) = ones(m)",
    where="P: m x n stochastic",
    requires="the rows of P sum to 1",
    also=("P*ones(n, k) = ones(m, k)",),
    transposed=True,
)
entries_that_sum_to_one = stated(
    "ones(n)'*p = 1", where="p: n simplex", requires="the entries of p sum to 1", transposed=True
)
sum_that_is_one = stated(
    "sum(p) = 1", where="p: n simplex", requires="the entries of p sum to 1", also=("sum(p') = 1",)
)


# ---- skew-symmetric ---------------------------------------------------------------------------------


@identity("x'*K*x = 0", where="K: n x n skew; x: n", requires="K skew-symmetric", among=(Declared,))
def skew_form(e: Expr) -> Expr | None:
    """A scalar that is the negative of its transpose."""
    from matdiff.algebra.operators.triangular import has

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
    "tr(K) = 0", where="A: n x n; K: n x n skew", requires="K skew-symmetric", also=("tr(K') = 0", "tr(skew(A)) = 0")
)
diagonal_of_skew = stated(
    "diag(K) = zeros(n)",
    where="A: n x n; K: n x n skew",
    requires="K skew-symmetric",
    also=("diag(K') = zeros(n)", "diag(skew(A)) = zeros(n)"),
)


# ---- parts that are the whole -----------------------------------------------------------------------


triangle_of_triangle = stated(
    "tril(L) = L",
    where="A: m x n; L: n x n lower; U: n x n upper",
    requires="L lower triangular",
    also=(
        "triu(U) = U",
        "triu(L) = eye(n) .* L",
        "tril(U) = eye(n) .* U",
        "tril(tril(A)) = tril(A)",
        "triu(triu(A)) = triu(A)",
    ),
)
diagonal_part_of_diagonal = stated("eye(n) .* D = D", where="D: n x n diagonal", requires="D diagonal")
diagonal_part_of_triangle = stated("eye(n) .* tril(A) = eye(n) .* A", also=("eye(n) .* triu(A) = eye(n) .* A",))
diagonal_matrix_of_diagonal = stated("Diag(diag(D)) = D", where="D: n x n diagonal", requires="D diagonal")
symmetric_part_of_symmetric = stated(
    "sym(S) = S",
    where="S: n x n symmetric; K: n x n skew",
    requires="S symmetric",
    also=("sym(K) = zeros(n, n)", "sym(A') = sym(A)"),
)
skew_part_of_skew = stated(
    "skew(K) = K",
    where="S: n x n symmetric; K: n x n skew",
    requires="K skew-symmetric",
    also=("skew(S) = zeros(n, n)", "skew(A') = -skew(A)"),
)
