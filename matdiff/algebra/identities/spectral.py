"""Singular values, eigenvalues, pseudo-inverses and adjugates: what their named pieces multiply to."""

from __future__ import annotations

from matdiff.algebra.laws import Statement
from matdiff.algebra.operators.products import Scale
from matdiff.algebra.operators.symmetry import is_positive
from matdiff.algebra.stated import stated

transpose_of_sylvester = stated(
    "sylvester(A, B, C)' = sylvester(B', A', C')",
    where="A: m x m; B: n x n; C: m x n",
    also=(Statement("commutator(A, B)' = commutator(B', A')", "A, B: n x n"),),
)
length_of_unit_vector = stated(
    "eigvec_max(A)'*eigvec_max(A) = 1",
    where="A: n x n",
    also=(
        "eigvec_min(A)'*eigvec_min(A) = 1",
        *[Statement(f"{v}(A)'*{v}(A) = 1", "A: m x n") for v in ("left_singular", "right_singular")],
    ),
)
matrix_times_eigenvector = stated(
    "A*eigvec_max(A) = lambda_max(A)*eigvec_max(A)",
    where="A: n x n symmetric",
    also=("A*eigvec_min(A) = lambda_min(A)*eigvec_min(A)",),
)
eigenvalue_of_transpose = stated(
    "lambda_max(A') = lambda_max(A)", where="A: n x n", also=("lambda_min(A') = lambda_min(A)",)
)
singular_values_of_transpose = stated(
    "norm_nuc(A') = norm_nuc(A)", where="A: m x n", also=("norm_spec(A') = norm_spec(A)",)
)
singular_value_of_outer_product = stated(
    "norm_nuc(x*y') = norm2(x)*norm2(y)",
    where="x: m; y: n",
    also=("norm_spec(x*y') = norm2(x)*norm2(y)",),
    under_d=True,
)


multiple_in_polar = stated(
    "polar(k*A) = polar(A)",
    where="A: m x n; k: scalar positive",
    also=("polar(-k*A) = -polar(A)",),
    when=lambda e: (
        isinstance(a := e.operands[0], Scale) and (is_positive(a.operands[0]) or is_positive(-a.operands[0]))
    ),
)
double_pseudo_inverse = stated(
    "pinv(pinv(A)) = A", where="A: m x n", also=("pinv(eye(n)) = eye(n)", "pinv(zeros(m, n)) = zeros(n, m)")
)
pseudo_inverse_in_product = stated(
    "A*pinv(A)*A = A", where="A: m x n", also=("pinv(A)*A*pinv(A) = pinv(A)",), transposed=True
)
pseudo_inverse_as_projection = stated(
    "pinv(A)'*A' = A*pinv(A)", title="(AA⁺)ᵀ = AA⁺", where="A: m x n", also=("A'*pinv(A)' = pinv(A)*A",)
)
adjugate_in_product = stated(
    "A*adj(A) = det(A)*eye(n)", where="A: n x n", also=("adj(A)*A = det(A)*eye(n)",), transposed=True
)
trivial_commutator = stated(
    "commutator(A, A) = zeros(n, n)",
    where="A: n x n",
    also=("commutator(A, eye(n)) = zeros(n, n)", "commutator(eye(n), A) = zeros(n, n)"),
)
