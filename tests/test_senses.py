"""Sums over pairs: what differs only in the names of indices, or in the sense of a difference, is one term."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.expr import postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.senses import entry_of_symmetric, like_terms_in_one_sense
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.rewriting import Simplifier

PAIRS = [  # sums over pairs of members, and the gradient with respect to one
    (
        "sum(i=1..N, j=1..N, G[i,j]*norm2(z[i] - z[j])^2)",
        "G: N x N symmetric; z[i=1..N]: k",
        "4*sum(j=1..N, G[i, j]*(z[i] - z[j]))",
    ),
    (
        "sum(s=1..M, t=1..M, sqrt(1 + norm2(u[s] - u[t])^2))",
        "u[s=1..M]: k",
        "2*sum(t=1..M, (u[s] - u[t])/sqrt(1 + norm2(u[s] - u[t])^2))",
    ),
    (
        "1/4*sum(i=1..N, j=1..N, (norm2(p[i] - p[j])^2 - E[i,j]^2)^2)",
        "E: N x N symmetric; p[i=1..N]: d",
        "2*sum(j=1..N, (norm2(p[i] - p[j])^2 - E[i,j]^2)*(p[i] - p[j]))",
    ),
    (
        "sum(i=1..N, j=1..N, J[i,j]*s[i]*s[j])",
        "J: N x N symmetric; s[i=1..N]: scalar",
        "2*sum(j=1..N, J[i,j]*s[j])",
    ),
    (
        "sum(i=1..N, j=1..N, m[i]*m[j]/(1 + norm2(r[i] - r[j])^2))",
        "m[i=1..N]: scalar; r[i=1..N]: d",
        "-4*m[i]*sum(j=1..N, m[j]*(r[i] - r[j])/(1 + norm2(r[i] - r[j])^2)^2)",
    ),
    (
        "sum(i=1..N, j=1..N, w[i,j]*(1 - cos(t[i] - t[j])))",  # phases that are coupled
        "w[i=1..N, j=1..N]: scalar symmetric; t[i=1..N]: scalar",
        "2*sum(j=1..N, w[i,j]*sin(t[i] - t[j]))",
    ),
    (
        "sum(i=1..N, j=1..N, w[i,j]*s[i]*s[j])",
        "w[i=1..N, j=1..N]: scalar; w[i,j] = w[j,i]; s[i=1..N]: scalar",
        "2*sum(j=1..N, w[i,j]*s[j])",
    ),
    (
        "sum(i=1..N, j=1..N, K[i,j]*exp(-norm2(x[i] - x[j])))",
        "K[i=1..N, j=1..N]: scalar skew; x[i=1..N]: d",
        "0",
    ),
]


@pytest.mark.parametrize(("f", "where", "least"), PAIRS)
def test_a_sum_over_pairs_counts_every_pair_once(f: str, where: str, least: str) -> None:
    name = where.rsplit(";", 1)[-1].strip()[0]
    found = matdiff.derive(f, name, where)
    assert found.verify().ok
    assert reading_cost(found.gradient) <= reading_cost(matdiff.parse(least, where))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A*(x - y) - A*(y - x)", "2*A*(x - y)"),
        ("A*(x - y) + A*(y - x)", "zeros(m, 1)"),
        ("c*norm2(x - y)*A*x - norm2(y - x)*c*A*x + y'*y*A*y", "(y'*y)*A*y"),
        ("exp(-norm2(x - y)^2)*(x - y) - 2*exp(-norm2(y - x)^2)*(y - x)", "3*exp(-norm2(x - y)^2)*(x - y)"),
        ("(a - b)^3*x + (b - a)^3*x + y", "y"),
        ("(a - b)^2*x + (b - a)^2*x", "2*(a - b)^2*x"),
        ("sin(a - b)*x - sin(b - a)*x", "2*sin(a - b)*x"),
        ("cosh(x - y) + cosh(y - x)", "2*cosh(x - y)"),
    ],
)
def test_differences_are_taken_in_one_sense(before: str, after: str) -> None:
    where = "A: m x n; x, y: n; a, b, c: scalar"
    e, wanted = matdiff.parse(before, where), matdiff.parse(after, where)
    found = like_terms_in_one_sense(e)
    assert str(found) == str(wanted)


@pytest.mark.parametrize(
    ("f", "where", "least"),
    [
        (
            "sum(i=1..N, P[i,j]*r[i]) - a*sum(k=1..N, Q[k,j]*r[k])/b",
            "P[i=1..N, j=1..M], Q[i=1..N, j=1..M]: scalar; r[i=1..N]: d; a, b: scalar",
            "sum(i=1..N, (P[i,j] - a*Q[i,j]/b)*r[i])",
        ),
        (
            "sum(j=1..m, e[j]*a[j])*sum(k=1..m, e[k]*a[k]')",
            "a[j=1..m]: n; e[j=1..m]: scalar",
            "sum(j=1..m, e[j]*a[j])*sum(j=1..m, e[j]*a[j])'",
        ),
    ],
)
def test_sums_over_one_range_are_joined_and_equal_ones_written_alike(f: str, where: str, least: str) -> None:
    found, _ = Simplifier(SIMPLIFICATIONS)(matdiff.parse(f, where))
    wanted = matdiff.parse(least, where)
    assert reading_cost(found) <= reading_cost(wanted)
    assert matdiff.equal(found, wanted).equal is not False


def test_the_hessian_of_a_partition_sum_has_one_mean_twice() -> None:
    found = matdiff.hessian("log(sum(i=1..m, exp(a[i]'*x)))", "x", "a[i=1..m]: n")
    sums = {n for n in postorder(found.result) if isinstance(n, IndexedSum)}
    assert len(sums) == 3  # of exp, of its products with a, and with aaᵀ
    assert found.verify().ok


@pytest.mark.parametrize("text", ["A*(x - y) - A*(x + y)", "exp(a - b)*x + exp(b - a)*x", "(a + b)*x - (b - a)*x"])
def test_what_is_no_difference_the_other_way_round_stays(text: str) -> None:
    e = matdiff.parse(text, "A: m x n; x, y: n; a, b: scalar")
    assert like_terms_in_one_sense(e) is None


def test_the_reason_of_such_a_step_is_its_law() -> None:
    where = "A: m x n; x, y: n; S: n x n symmetric; B: n x n"
    before, after = matdiff.parse("A*(x - y) - A*(y - x)", where), matdiff.parse("2*A*(x - y)", where)
    assert like_terms_in_one_sense.explains(before, after)
    assert not like_terms_in_one_sense.explains(before, -after)
    law = matdiff.parse("sum(i=1..n, S[2, 1]*x[i])", where), matdiff.parse("sum(i=1..n, S[1, 2]*x[i])", where)
    assert entry_of_symmetric.explains(*law)
    assert entry_of_symmetric(matdiff.parse("B[2, 1]", where)) is None
