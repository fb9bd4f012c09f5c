"""The matrices K, D, L of vectorisation and the Khatri–Rao product: what makes them shorter, or takes them away.

KK = I        LD = I        KD = D        D⁺ = (DᵀD)⁻¹Dᵀ        (A ⊗ B)(C ∗ D) = AC ∗ BD
"""

from __future__ import annotations

from matdiff.algebra.laws import Statement
from matdiff.algebra.stated import stated

# ---- commutation ------------------------------------------------------------------------------------


commuted_kronecker = stated(
    "commutation(p, n)*kron(x, A) = kron(A, x)",
    where="x: n; A: p x q",
    source="Magnus and Neudecker, ch. 3, sec. 7",
    also=("commutation(n, p)*kron(A, x) = kron(x, A)",),
    transposed=True,
)


commutation_to_the_right = stated(
    "commutation(p, m)*kron(A, B) = kron(B, A)*commutation(q, n)",
    where="A: m x n; B: p x q",
    source="Magnus and Neudecker, ch. 3, sec. 7",
    also=(
        Statement("duplication(n)'*kron(A, B)*commutation(p, q) = duplication(n)'*kron(B, A)", "A: n x p; B: n x q"),
    ),
)
commuted_khatri_rao = stated(
    "commutation(p, m)*khatri_rao(A, B) = khatri_rao(B, A)",
    where="A: m x n; B: p x n",
    transposed=True,
)
row_of_vec_commuted = stated("vec(A)'*commutation(m, n) = vec(A')'", where="A: n x m")


# ---- duplication and elimination --------------------------------------------------------------------


commuted_duplication = stated(
    "commutation(n, n)*duplication(n) = duplication(n)",
    also=("pinv(duplication(n))*commutation(n, n) = pinv(duplication(n))",),
    transposed=True,
)
eliminated_duplication = stated(
    "elimination(n)*duplication(n) = eye(n*(n+1)/2)",
    also=("pinv(duplication(n))*duplication(n) = eye(n*(n+1)/2)",),
    transposed=True,
)
eliminated_vec = stated("elimination(n)*vec(A) = vech(A)", where="A: n x n", transposed=True)
duplicated_vech = stated(
    "duplication(n)*vech(S) = vec(S)",
    where="S: n x n symmetric",
    requires="S symmetric",
    also=("pinv(duplication(n))*vec(S) = vech(S)",),
    transposed=True,
)
pseudo_inverse_of_duplication = stated(
    "inv(duplication(n)'*duplication(n))*duplication(n)' = pinv(duplication(n))",
    source="Magnus and Neudecker, ch. 3, sec. 8",
    transposed=True,
)


# ---- the Khatri–Rao product -------------------------------------------------------------------------


kronecker_times_khatri_rao = stated(
    "kron(A, B)*khatri_rao(C, D) = khatri_rao(A*C, B*D)",
    where="A: m x n; B: p x q; C: n x k; D: q x k",
    transposed=True,
)
khatri_rao_squared = stated(
    "khatri_rao(A, B)'*khatri_rao(C, D) = A'*C .* (B'*D)",
    where="A: m x k; B: p x k; C: m x l; D: p x l",
    also=(Statement("khatri_rao(A, B)'*kron(x, y) = A'*x .* (B'*y)", "A: m x k; B: p x k; x: m; y: p"),),
)
khatri_rao_of_identities = stated(
    "khatri_rao(eye(n), eye(n))*x = vec(diag(x))", where="x: n", also=("khatri_rao(eye(n), eye(n))'*vec(A) = diag(A)",)
)
khatri_rao_of_row = stated(
    "khatri_rao(x', y') = x' .* y'",
    where="A: m x n; x, y: n",
    also=("khatri_rao(x', A) = A*diag(x)", "khatri_rao(A, x') = A*diag(x)"),
)
unvec_of_khatri_rao = stated("unvec(khatri_rao(A, B)*x, p, m) = B*diag(x)*A'", where="A: m x n; B: p x n; x: n")
