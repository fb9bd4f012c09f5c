"""Equalities used under d: an operator is replaced by a form whose differential is shorter.  Each form
is built from simpler operators, so the replacement ends."""

from __future__ import annotations

from matdiff.algebra.laws import Statement
from matdiff.algebra.stated import stated

square_of_norm = stated(
    "norm2(x)^2 = x'*x",
    where="x: n",
    also=(Statement("norm2(A)^2 = tr(A'*A)", "A: m x n"),),
    under_d=True,
    shorter=False,
)


frobenius_as_trace = stated("A : B = tr(A'*B)", where="A, B: m x n", under_d=True, shorter=False)


log_of_determinant = stated(
    "log(det(A)) = logdet(A)",
    title="log|A|",
    requires="det A > 0",
    where="A: n x n spd",
    positive=lambda e: e.operands[0],
    under_d=True,
    shorter=False,
)


sum_over_entries = stated(
    "sum(i=1..n, x[i]) = sum(x)",
    title="Σᵢⱼ f(aᵢⱼ) = sum f(A)",
    where="x: n; A: m x n",
    also=("sum(i=1..m, sum(j=1..n, A[i, j])) = sum(A)", "sum(j=1..n, sum(i=1..m, A[i, j])) = sum(A)"),
    under_d=True,
    shorter=False,
)
