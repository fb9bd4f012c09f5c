"""Kronecker products: (A ⊗ B)(C ⊗ D) = AC ⊗ BD, and what functions make of A ⊗ B."""

from __future__ import annotations

from matdiff.algebra.laws import Statement
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.stated import stated

# ---- Kronecker products ----------------------------------------------------------------------------

kronecker_of_constants = stated(
    "kron(eye(m), eye(n)) = eye(m*n)",
    also=(
        Statement("kron(zeros(m, n), A) = zeros(m*p, n*q)", "A: p x q"),
        Statement("kron(A, zeros(m, n)) = zeros(p*m, q*n)", "A: p x q"),
        "kron(ones(m, n), ones(p, q)) = ones(m*p, n*q)",
    ),
)
kronecker_of_column_and_row = stated("kron(x, y') = x*y'", where="x: m; y: n", transposed=True)
mixed_product = stated(
    "kron(A, B)*kron(C, D) = kron(A*C, B*D)",
    title="(A ⊗ B)(C ⊗ D) = AC ⊗ BD",
    where="A: m x n; B: p x q; C: n x k; D: q x l",
)
transpose_of_kronecker = stated("kron(A, B)' = kron(A', B')", where="A: m x n; B: p x q")
inverse_of_kronecker = stated(
    "inv(kron(A, B)) = kron(inv(A), inv(B))",
    where="A: m x m invertible; B: n x n invertible",
    requires="A and B invertible",
)
power_of_kronecker = stated(
    "kron(A, B)^k = kron(A^k, B^k)", title="(A ⊗ B)ᵏ = Aᵏ ⊗ Bᵏ", where="A: m x m; B: n x n; k: integer"
)
pseudo_inverse_of_kronecker = stated("pinv(kron(A, B)) = kron(pinv(A), pinv(B))", where="A: m x n; B: p x q")


def beside_identity(left: str, right: str) -> list[Statement]:
    """What is said of sums, of A ⊗ I with a multiple of I, which is I ⊗ I: both with or without a number before it."""
    ways = [(f"{a}{left} + {b}eye(m*p)", right.format(f"{a}B + {b}eye(p)")) for a in ("", "a*") for b in ("", "b*")]
    return [Statement(f"{one} = {other}", "B: p x p; a, b: scalar") for one, other in ways]


common_kronecker_factor = stated(
    "a*kron(A, B) + b*kron(A, C) = kron(A, a*B + b*C)",
    title="A ⊗ B + A ⊗ C = A ⊗ (B + C)",
    where="A: m x n; B, C: p x q; a, b: scalar",
    also=beside_identity("kron(eye(m), B)", "kron(eye(m), {})"),
)
common_last_kronecker_factor = stated(
    "a*kron(B, A) + b*kron(C, A) = kron(a*B + b*C, A)",
    title="A ⊗ C + B ⊗ C = (A + B) ⊗ C",
    where="A: m x n; B, C: p x q; a, b: scalar",
    also=beside_identity("kron(B, eye(m))", "kron({}, eye(m))"),
)
kronecker_and_commuted = stated(
    "kron(A, B) + kron(B, A)*commutation(q, n) = (eye(p*m) + commutation(p, m))*kron(A, B)", where="A: m x n; B: p x q"
)


# ---- functions of a Kronecker product --------------------------------------------------------------


trace_of_kronecker_product = stated("tr(kron(A, B)) = tr(A)*tr(B)", where="A: m x m; B: n x n", under_d=True)
trace_of_identity = stated("tr(eye(n)) = n", where="n: scalar")
determinant_of_kronecker = stated(
    "det(kron(A, B)) = det(A)^n*det(B)^m", title="|A ⊗ B| = |A|ⁿ|B|ᵐ", where="A: m x m; B: n x n; m, n: scalar"
)
logdet_of_kronecker = stated(
    "logdet(kron(A, B)) = n*logdet(A) + m*logdet(B)",
    title="log|A ⊗ B| = n log|A| + m log|B|",
    where="A: m x m; B: n x n; m, n: scalar",
    under_d=True,
)
norm_of_kronecker = stated(
    "norm2(kron(A, B)) = norm2(A)*norm2(B)",
    where="A: m x n; B: p x q",
    also=[f"{f}(kron(A, B)) = {f}(A)*{f}(B)" for f in ("norm1", "norm_nuc", "norm_spec", "sum")],
    under_d=True,
)
square_of_norm_of_kronecker = stated(
    "norm2(kron(A, B))^2 = norm2(A)^2*norm2(B)^2",
    where="A: m x n; B: p x q",
    when=lambda e: any(isinstance(o, Kronecker) for o in e.operands[0].operands),
    under_d=True,
    shorter=False,
)
