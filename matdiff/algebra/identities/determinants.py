"""Determinants of powers, products and inverses under the logarithm, and inverses of products and diagonal matrices."""

from __future__ import annotations

from matdiff.algebra.laws import Statement
from matdiff.algebra.stated import stated

log_of_absolute_determinant = stated("log(abs(det(A))) = logdet(A)", where="A: n x n", under_d=True)


log_determinant_of_product = stated("logdet(A*B) = logdet(A) + logdet(B)", where="A, B: n x n", under_d=True)
log_determinant_of_inverse = stated(
    "logdet(inv(A)) = -logdet(A)",
    where="A: n x n",
    also=(Statement("logdet(A^k) = k*logdet(A)", "A: n x n; k: integer"), "logdet(A') = logdet(A)"),
    under_d=True,
)
determinant_of_symbolic_power = stated(
    "det(A^k) = det(A)^k", title="|Aᵏ| = |A|ᵏ", where="A: n x n; k: integer", under_d=True, shorter=False
)
inverse_of_diagonal = stated("inv(diag(x)) = diag(x.^(-1))", where="x: n positive")
diagonal_of_diagonal = stated("diag(diag(x)) = x", where="x: n")
