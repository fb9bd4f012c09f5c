"""Sums over the entries, rows and columns of whole matrices have answers in whole matrices."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.reading_cost import reading_cost

ANSWERS = [
    ("sum(i=1..n, j=1..n, u[i]*L[i,j]*u[j])", "L: n x n; u: n", "u", "(L + L')*u"),
    ("sum(i=1..m, (sum(j=1..n, A[i,j]*x[j]) - b[i])^2)", "A: m x n; x: n; b: m", "x", "2*A'*(A*x - b)"),
    ("sum(j=1..n, exp(sum(k=1..d, A[j,k]*z[k])))", "A: n x d; z: d", "z", "A'*exp(A*z)"),
    ("sum(i=1..m, j=1..n, B[i,j]^2*w[j])", "B: m x n; w: n", "B", "2*B*diag(w)"),
    ("sum(i=1..p, log(p_k + r[i]))", "r: p positive; p_k: scalar", "r", "1 ./ (p_k + r)"),
    ("sum(s=1..n, t=1..n, W[s,t]*(f[s] - f[t])^2)", "W: n x n symmetric; f: n", "f", "4*(f .* (W*ones(n)) - W*f)"),
    ("sum(i=1..k, norm2(Q[:, i]))", "Q: n x k", "Q", "Q*diag(1 ./ sqrt(Q'.^2*ones(n)))"),
    ("sum(i=1..n-1, u[i]*u[i+1])", "u: n", "u", "[u[2:n]; 0] + [0; u[1:n-1]]"),
    ("sum(t=1..T-1, (v[t+1] - c*v[t] - b)^2)", "v: T; b, c: scalar", "b", "-2*sum(v[2:T] - c*v[1:T-1] - b)"),
    ("sum(t=1..T-1, c*(v[t+1] - v[t])^3)", "v: T; c: scalar", "c", "sum((v[2:T] - v[1:T-1]).^3)"),
    ("sum(j=1..m, [2; A[:, j]][1]*sum(A[:, j]))", "A: n x m", "A", "2*ones(n)*ones(m)'"),
    ("[0; A[:, 1]][1] + x'*A*x", "A: n x n; x: n", "A", "x*x'"),
]


@pytest.mark.parametrize(("f", "where", "unknown", "least"), ANSWERS)
def test_sums_over_entries_become_products(f: str, where: str, unknown: str, least: str) -> None:
    found = matdiff.derive(f, unknown, where)
    assert found.verify().ok
    assert reading_cost(found.gradient) <= reading_cost(matdiff.parse(least, where))


@pytest.mark.parametrize(
    ("f", "where", "unknown"),
    [
        ("sum(i=1..N, (x[i]'*w - y[i])^2)", "x[i=1..N]: d; y[i=1..N]: scalar; w: d", "w"),
        ("sum(t=1..T-1, norm2(z[t+1] - A*z[t])^2)", "z[t=1..T]: n; A: n x n", "A"),
    ],
)
def test_sums_over_members_of_families_stay(f: str, where: str, unknown: str) -> None:
    found = matdiff.derive(f, unknown, where)
    assert found.verify().ok
    assert "sum(" in format(found.gradient, "ascii")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sum(i=1..m, A[i, :]'*B[i, :])", "A'*B"),
        ("sum(i=1..m, (A[i, :]*x)*unit(i, m))", "A*x"),
        ("sum(i=1..m-1, y[i+1]*unit(i, m))", "[y[2:m]; 0]"),
        ("sum(i=1..m, (A[i, :]*x - y[i])*unit(i, m))", "A*x - y"),
    ],
)
def test_the_reason_is_the_law(before: str, after: str) -> None:
    law = next(law for law in matdiff.laws() if law.name == "sum_as_product")
    where = "A, B: m x n; x: n; y: m"
    e, wanted = matdiff.parse(before, where), matdiff.parse(after, where)
    found = law(e)
    assert matdiff.equal(found, wanted)
    assert law.explains(e, found)
    assert not law.explains(e, -found)
