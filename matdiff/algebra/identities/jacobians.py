"""The laws that bring d vec F to the form J d vec X, and those that make a Jacobian shorter.

The first kind is applied to the terms of a line by calculus.vecform; the second wherever it applies.
"""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.laws import Statement, of_a_line
from matdiff.algebra.stated import stated

# ---- the laws of a line -----------------------------------------------------------------------------


UNIT = "unit(i, n)*unit(j, n)'"
DIRECTIONS: tuple[Callable[[str], str], ...] = (  # operators that are linear in E and have no matrix of their own
    lambda e: f"frechet_expm(A, {e})",
    lambda e: f"frechet_expm(A, F, {e})",
    lambda e: f"frechet_logm(A, {e})",
    lambda e: f"frechet_logm(A, F, {e})",
)

terms_one_by_one = of_a_line("M(a + b) = Ma + Mb", "M*vec(A + B) = M*vec(A) + M*vec(B)", "M: p x m*n; A, B: m x n")
scalars_to_the_front = of_a_line(
    "M vec(cA) = cM vec(A)",
    "b*a*M*vec(c*A) = a*b*c*M*vec(A)",
    "a, b, c: scalar; M: p x m*n; A: m x n",
    also=(Statement("sum(i=1..N, c*x[i]) = c*sum(i=1..N, x[i])", "c: scalar; x[i=1..N]: n"),),
)
row_behind_column = of_a_line("(yᵀz)x = (xyᵀ)z", "(y'*z)*x = x*y'*z", "x: m; y, z: n")
turned_inner_product = of_a_line("xᵀy = yᵀx", "x'*y = y'*x", "x, y: n")
scalar_to_the_end = of_a_line("ca = ac", "vec(c*A) = vec(A)*c", "c: scalar; A: m x n")
row_as_column = of_a_line("vec(xᵀ) = x", "vec(x') = x", "x: n")
sums_to_the_front = of_a_line(
    "M Σᵢaᵢ = Σᵢ Maᵢ",
    "M*sum(i=1..N, x[i]) = sum(i=1..N, M*x[i])",
    "x[i=1..N]: n; M: m x n",
    also=(
        Statement("vec(sum(i=1..N, A[i])) = sum(i=1..N, vec(A[i]))", "A[i=1..N]: m x n"),
        Statement("M*sum(i=1..N, x) = sum(i=1..N, M*x)", "x: n; M: m x n"),
    ),
)
vec_of_product = of_a_line(
    "vec(ABC) = (Cᵀ ⊗ A)vec(B)", "vec(A*B*C) = kron(C', A)*vec(B)", "A: p x m; B: m x n; C: n x q"
)
trace_as_inner_product = of_a_line(
    "Tr(AᵀB) = vec(A)ᵀvec(B)",
    "tr(A'*B) = vec(A)'*vec(B)",
    "A, B: m x n",
    also=(Statement("tr(A*B*C) = vec((C*A)')'*vec(B)", "A: k x m; B: m x n; C: n x k"),),
)
vec_of_product_with_diagonal = of_a_line(
    "vec(A diag(x)B) = (Bᵀ ∗ A)x", "vec(A*diag(x)*B) = khatri_rao(B', A)*x", "A: m x n; x: n; B: n x p"
)
diagonal_and_column = of_a_line("A diag(x)y = A diag(y)x", "A*diag(x)*y = A*diag(y)*x", "A: m x n; x, y: n")
row_and_diagonal = of_a_line("(yᵀdiag(x)A)ᵀ = Aᵀdiag(y)x", "(y'*diag(x)*A)' = A'*diag(y)*x", "A: n x m; x, y: n")
diagonal_between = of_a_line(
    "diag(A diag(x)B) = (A ⊙ Bᵀ)x", "diag(A*diag(x)*B) = (A .* B')*x", "A: m x n; x: n; B: n x m"
)
entry_by_entry = of_a_line(
    "𝓛(A) = Σᵢⱼ 𝓛(eᵢeⱼᵀ)aᵢⱼ",
    "vec(tril(A)) = sum(i=1..m, sum(j=1..n, vec(tril(unit(i, m)*unit(j, n)'))*kron(unit(j, n), unit(i, m))'))*vec(A)",
    "A: m x n",
    also=(
        *[
            Statement(
                f"vec({image('E')})"
                f" = sum(i=1..n, sum(j=1..n, vec({image(UNIT)})*kron(unit(j, n), unit(i, n))'))*vec(E)",
                "A, B, E, F: n x n",
            )
            for image in DIRECTIONS
        ],
    ),
)
by_scalar = of_a_line(
    "𝓛(dt) = 𝓛(1)dt",
    "A*(t*B) + t*C = t*(A*B + C)",
    "t: scalar; A: m x n; B: n x p; C: m x p",
    also=(
        Statement("s*t = t*s", "s, t: scalar"),
        Statement("tr(t*A) = t*tr(A)", "t: scalar; A: n x n"),
        Statement("zeros(m, n) = t*zeros(m, n)", "t: scalar"),
        Statement("ptrace1(M, t*A) = t*ptrace1(M, A)", "t: scalar; M: n*q x m*p; A: m x n"),
        Statement("ptrace2(M, t*B) = t*ptrace2(M, B)", "t: scalar; M: n*q x m*p; B: p x q"),
        *[Statement(f"commutator({c}) = t*commutator(A, B)", "t: scalar; A, B: n x n") for c in ("t*A, B", "A, t*B")],
        *[Statement(f"{image('t*E')} = t*{image('E')}", "t: scalar; A, B, E, F: n x n") for image in DIRECTIONS],
    ),
)
derivative_by_scalar = of_a_line(
    "dA = J dt", "d(A) = d(t)*J", "t: scalar; A, J: m x n", "definition", "J is the derivative of A with respect to t"
)
collected_factors = of_a_line("Ax + Bx = (A + B)x", "A*x + B*x = (A + B)*x", "A, B: m x n; x: n")
jacobian_of_chain = of_a_line(
    "d vec Y = J d vec X",
    "d(y) = J*d(x)",
    "y: m; x: n; J: m x n",
    "definition",
    "J is the Jacobian of y with respect to x",
)

# ---- shorter Jacobians ------------------------------------------------------------------------------


product_into_kronecker = stated(
    "A*kron(x', B) = kron(x', A*B)",
    title="A(xᵀ ⊗ B) = xᵀ ⊗ AB",
    where="A: p x m; B: m x q; x: n",
    also=("A*kron(B, x') = kron(A*B, x')",),
    transposed=True,
)


column_and_row_in_kronecker = stated(
    "kron(x, kron(y', A)) = kron(x*y', A)",
    title="x ⊗ (yᵀ ⊗ A) = xyᵀ ⊗ A",
    where="x: m; y: n; A: p x q",
    transposed=True,
)
kronecker_between_commutations = stated(
    "commutation(p, m)*kron(A, B)*commutation(n, q) = kron(B, A)", where="A: m x n; B: p x q"
)
