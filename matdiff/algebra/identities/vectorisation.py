"""vec and its inverse, taken away where the matrices themselves will do: (B ⊗ A)vec(X) = vec(AXBᵀ)."""

from __future__ import annotations

from matdiff.algebra.laws import Statement
from matdiff.algebra.stated import stated

# ---- vec -------------------------------------------------------------------------------------------


unvec_within_vec = stated(
    "vec(unvec(c, m, n)) = c", where="c: m*n", also=("vec(ones(m, n)) = ones(m*n)", "vec(zeros(m, n)) = zeros(m*n)")
)
vec_of_outer_product = stated("vec(x*y') = kron(y, x)", where="x: m; y: n")


sum_of_vecs = stated("a*vec(A) + b*vec(B) = vec(a*A + b*B)", where="a, b: scalar; A, B: m x n")


kronecker_times_vec = stated(
    "kron(B, A)*vec(X) = vec(A*X*B')",
    where="A: p x m; X: m x n; B: q x n",
    transposed=True,
)
inner_product_of_vecs = stated("vec(A)'*vec(B) = tr(A'*B)", where="A, B: m x n", under_d=True)
vec_times_kronecker = stated("vec(A)'*kron(y, x) = x'*A*y", where="A: m x n; x: m; y: n", transposed=True)
norm_of_vec = stated("norm2(vec(A)) = norm2(A)", where="A: m x n", under_d=True)
norm1_of_vec = stated("norm1(vec(A)) = norm1(A)", where="A: m x n", under_d=True)
sum_of_vec = stated("sum(vec(A)) = sum(A)", where="A: m x n", under_d=True)
function_of_vec = stated(
    "g(vec(A)) = vec(g(A))",
    title="f(vec(A)) = vec(f(A))",
    where="A, B: m x n",
    also=("vec(A) .* vec(B) = vec(A .* B)",),
)


vec_of_sum = stated(
    "vec(A + unvec(c, m, n)) = vec(A) + c",
    where="A: m x n; c: m*n; a: scalar",
    also=("vec(A + a*unvec(c, m, n)) = vec(A) + a*c",),
)


# ---- unvec -----------------------------------------------------------------------------------------


unvec_of_vec = stated(
    "unvec(vec(A), m, n) = A",
    where="A: m x n",
    also=("unvec(ones(m*n), m, n) = ones(m, n)", "unvec(zeros(m*n), m, n) = zeros(m, n)"),
)
unvec_of_kronecker = stated("unvec(kron(y, x), m, n) = x*y'", where="x: m; y: n")


unvec_of_sum = stated(
    "unvec(c + vec(A), m, n) = unvec(c, m, n) + A",
    where="A: m x n; c: m*n; a: scalar",
    also=(
        "unvec(c + a*vec(A), m, n) = unvec(c, m, n) + a*A",
        "unvec(c + ones(m*n), m, n) = unvec(c, m, n) + ones(m, n)",
        "unvec(c + a*ones(m*n), m, n) = unvec(c, m, n) + a*ones(m, n)",
        Statement("unvec(c + kron(y, x), m, n) = unvec(c, m, n) + x*y'", "c: m*n; x: m; y: n"),
        Statement("unvec(c + a*kron(y, x), m, n) = unvec(c, m, n) + a*(x*y')", "a: scalar; c: m*n; x: m; y: n"),
    ),
)


unvec_of_hadamard = stated(
    "unvec(c .* vec(A), m, n) = unvec(c, m, n) .* A",
    where="A: m x n; c: m*n",
    also=(Statement("unvec(c .* kron(b, a), m, n) = unvec(c, m, n) .* (a*b')", "a: m; b: n; c: m*n"),),
)


unvec_of_kronecker_product = stated(
    "unvec(kron(B, A)*c, p, q) = A*unvec(c, m, n)*B'", where="A: p x m; B: q x n; c: m*n"
)


sum_of_unvecs = stated("a*unvec(c, m, n) + b*unvec(d, m, n) = unvec(a*c + b*d, m, n)", where="a, b: scalar; c, d: m*n")
