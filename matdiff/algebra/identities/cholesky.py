"""The Cholesky factor L = chol(A), with LLᵀ = A, and triangles: what makes their formulas as short as on paper.

The differential dL = LΦ(L⁻¹ dA L⁻ᵀ) has Φ = halftril, and a gradient by a symmetric A has the symmetric part of what
comes back: L⁻ᵀ sym(Φ(LᵀG))L⁻¹ (Murray, Differentiation of the Cholesky decomposition, 2016; Giles 2008, sec. 2.2).
"""

from __future__ import annotations

from matdiff.algebra.stated import stated

DEFINITE = "A positive definite"

# ---- the factor -------------------------------------------------------------------------------------


product_of_factors = stated(
    "chol(A)*chol(A)' = A",
    where="A: n x n spd symmetric",
    requires=DEFINITE,
    also=("inv(chol(A)')*inv(chol(A)) = inv(A)", "inv(chol(A))'*inv(chol(A)) = inv(A)"),
    under_d=True,
)
factor_beside_matrix = stated(
    "inv(chol(A))*A = chol(A)'",
    where="A: n x n spd symmetric",
    requires=DEFINITE,
    also=(
        "A*inv(chol(A)') = chol(A)",
        "A*inv(chol(A))' = chol(A)",
        "inv(A)*chol(A) = inv(chol(A)')",
        "chol(A)'*inv(A) = inv(chol(A))",
    ),
)
norm_of_whitened = stated(
    "norm2(inv(chol(A))*b)^2 = b'*inv(A)*b",
    title="‖chol(A)⁻¹B‖² = Tr(BᵀA⁻¹B)",
    where="A: n x n spd symmetric; b: n; B: n x m",
    requires=DEFINITE,
    also=(
        "norm2(chol(A)'*b)^2 = b'*A*b",
        "norm2(inv(chol(A))*B)^2 = tr(B'*inv(A)*B)",
        "norm2(chol(A)'*B)^2 = tr(B'*A*B)",
    ),
    under_d=True,
    shorter=False,
)
log_determinant_of_factor = stated(
    "logdet(chol(A)) = 1/2*logdet(A)", where="A: n x n spd", requires=DEFINITE, under_d=True
)
determinant_of_factor = stated(
    "det(chol(A)) = sqrt(det(A))", title="|chol(A)| = √|A|", where="A: n x n spd", requires=DEFINITE, under_d=True
)
sum_of_logarithms_of_diagonal = stated(
    "sum(log(diag(chol(A)))) = 1/2*logdet(A)",
    where="A: n x n spd",
    requires=DEFINITE,
    also=("sum(log(diag(chol(A)'))) = 1/2*logdet(A)",),
    under_d=True,
)


# ---- triangles --------------------------------------------------------------------------------------


both_halves = stated(
    "halftril(S) + halftril(S)' = S",
    where="S: n x n symmetric; A: n x n; c: scalar",
    requires="S symmetric",
    also=(
        "c*halftril(S) + c*halftril(S)' = c*S",
        "halftril(A) + halftril(A)' = 2*sym(halftril(A))",
        "c*halftril(A) + c*halftril(A)' = 2*c*sym(halftril(A))",
    ),
)
sum_of_halved_triangles = stated(
    "a*halftril(A) + b*halftril(B) = halftril(a*A + b*B)",
    where="a, b: scalar; A, B: n x n",
    transposed=True,
)
halved_triangle_of_upper = stated(
    "halftril(U) = 1/2*(eye(n) .* U)",
    title="halftril(U) = ½I ⊙ U",
    where="U: n x n upper",
    requires="U upper triangular",
    when=lambda e: not e.is_scalar,
)
symmetric_part_of_halved_triangle = stated(
    "sym(halftril(S)) = 1/2*S", where="S: n x n symmetric", requires="S symmetric"
)


both_triangles = stated(
    "tril(A) + triu(A) - eye(n) .* A = A", where="A: n x n", also=("tril(A) - 1/2*(eye(n) .* A) = halftril(A)",)
)
