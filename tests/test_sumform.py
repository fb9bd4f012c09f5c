"""Data matrices as families of samples: the value stays, no data matrix is left, and the way back leads home."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import size
from matdiff.algebra.expr import Expr, Symbol, postorder, symbols
from matdiff.algebra.operators.entrywise import Exp
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Transpose
from matdiff.calculus.samples.sums import sum_form

WHERE = """X: N x d; Z: N x m; y: N; u: N; w, μ: d; W: d x k; V: N x k; A: N x N; S: d x d spd; B: d x m; Q: m x d;
 λ: scalar"""
FAMILIES = {"X": "x", "Z": "z", "y": "y"}
SIZES = {"N": 5, "d": 3, "m": 4, "k": 2}


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    draw = np.random.default_rng(0).normal
    shapes = {"X": "Nd", "Z": "Nm", "y": "N", "u": "N", "w": "d", "μ": "d", "W": "dk", "V": "Nk", "A": "NN", "B": "dm"}
    drawn = {name: draw(size=[SIZES[s] for s in shape]) for name, shape in {**shapes, "Q": "md"}.items()}
    return {**drawn, "x": drawn["X"], "z": drawn["Z"], "S": np.eye(3) + 0.1, "λ": 0.7, **SIZES}


def present(e: Expr) -> dict[str, str]:
    """The families of the data matrices that an expression has."""
    names = {s.name for s in symbols(e)}
    return {matrix: family for matrix, family in FAMILIES.items() if matrix in names}


def back(form: Expr) -> Expr:
    families = {s.name for s in symbols(form) if s.ranges}
    return matdiff.matrix_form(form, {f: matrix for matrix, f in FAMILIES.items() if f in families})


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("norm2(X w - y)^2", "∑_{i=1}^{N} (x[i]ᵀw − y[i])²"),
        ("X'X", "∑_{i=1}^{N} x[i]x[i]ᵀ"),
        ("X'(X w - y)", "∑_{i=1}^{N} (x[i]ᵀw − y[i])x[i]"),
        ("(X - 1_N μ')'(X - 1_N μ')", "∑_{i=1}^{N} (x[i] − μ)(x[i] − μ)ᵀ"),
        ("norm2(X - Z B')^2", "∑_{i=1}^{N} ‖x[i] − Bz[i]‖²"),
        ("1_N'exp(-y .* (X w))", "∑_{i=1}^{N} exp(−y[i]x[i]ᵀw)"),
        ("X' Diag(u) X", "∑_{i=1}^{N} u[i]x[i]x[i]ᵀ"),
        ("tr(X S X')", "∑_{i=1}^{N} x[i]ᵀSx[i]"),
        ("X'A X", "∑_{i=1}^{N} ∑_{j=1}^{N} A[i, j]x[i]x[j]ᵀ"),
        ("y'A y", "∑_{i=1}^{N} ∑_{j=1}^{N} A[i, j]y[i]y[j]"),
        ("sum(logsumexp_rows(X W))", "∑_{i=1}^{N} logsumexp(Wᵀx[i])"),
        ("logsumexp(X w)", "log(∑_{i=1}^{N} exp(x[i]ᵀw))"),
        ("X' softmax(X w)", "(∑_{i=1}^{N} exp(x[i]ᵀw)x[i])/(∑_{j=1}^{N} exp(x[j]ᵀw))"),
        ("norm2(centering(N) X)^2", "∑_{i=1}^{N} ‖x[i] − (∑_{j=1}^{N} x[j])/N‖²"),
        ("inv(X'X + λ eye(d)) X'y", "(∑_{i=1}^{N} x[i]x[i]ᵀ + λI)⁻¹∑_{i=1}^{N} y[i]x[i]"),
        ("norm2(X X' - A)^2", "∑_{i=1}^{N} ∑_{j=1}^{N} (x[i]ᵀx[j] − A[i, j])²"),
        ("X[2, :] w", "x[2]ᵀw"),
    ],
)
def test_the_form_that_a_person_writes(text: str, form: str) -> None:
    e = matdiff.parse(text, WHERE)
    assert str(sum_form(e, present(e))) == form


MORE = """
sum(log(1 + exp(-y .* (X w))))
sum(softmax_rows(X W) .* V)
-sum(V .* log(softmax_rows(X W)))
y'(X X' + λ eye(N)) y
tr(X'A Z B')
tr(X X' A)
tr(sym(X X') A)
norm2(X)
norm2(X w - y)^3
norm1(X w - y)
norm1(X - Z Q)
w'X'X w
w'X'X B B'X'X w
log(det(X'X + λ eye(d)))
X'centering(N) X
sum(X X')
sum(softmax(X w) .* y)
X'softmax_rows(X X') X
X'softmax_cols(X)
sum(colsum(X).^2)
mean(X w)
logsumexp_cols(X)
diag(X X')'u
X[:, 1]'y
X[:, 2:3]'y
vec(X)'vec(X)
(X'X)^3
tr((X X')^2)
X : (A X)
X'(A + Diag(u)) X
X'(2 A) Diag(u) X
X' inv(A) X
X' Diag(u) Diag(y) X
tr(Diag(X w) A)
sum(sigmoid(X W + V))
hstack(X, y)'hstack(X, y)
[X, 1_N]'y
softmax_cols(W'X') : V'
u'X w + sum(u)
X'1_N/N
lambda_max(X'X)
normp(X w, 3)
exp(X'y)
∑_{j=1}^{k} ‖X W[:, j] - y‖²
∑_{j=1}^{N} X[j, :] w
""".strip().splitlines()


@pytest.mark.parametrize("text", MORE)
def test_the_value_stays_and_the_matrices_are_gone(text: str, values: dict[str, Any]) -> None:
    e = matdiff.parse(text, WHERE)
    families = present(e)
    form = sum_form(e, families)
    assert not {s.name for s in symbols(form) if not s.ranges} & set(families)
    expected = matdiff.evaluate(e, values)
    assert np.allclose(matdiff.evaluate(form, values), expected, rtol=1e-10)
    others = {n: 1.5 * v if n in families.values() else v for n, v in values.items()}
    assert not np.allclose(matdiff.evaluate(form, others), expected)


@pytest.mark.parametrize("text", MORE)
def test_the_way_back_leads_home(text: str) -> None:
    e = matdiff.parse(text, WHERE)
    assert matdiff.equal(back(sum_form(e, present(e))), e)


@pytest.mark.parametrize("text", MORE)
def test_the_text_reads_back(text: str) -> None:
    e = matdiff.parse(text, WHERE)
    form = sum_form(e, present(e))
    others = WHERE.replace("y: N; ", "").replace("X: N x d; Z: N x m; ", "")
    families = f"{others}; x[i=1..N]: d; z[i=1..N]: m; y[i=1..N]: scalar"
    assert matdiff.parse(str(form), families) is form


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("X", "X has a row for every sample"),
        ("2 (X w - y)", "Xw − y\\) has a row for every sample"),
        ("X'", "Xᵀ has a column for every sample"),
        ("y'inv(X X' + λ eye(N)) y", "\\(XXᵀ \\+ λI\\)⁻¹ cannot be written"),
        ("det(X X')", "|XXᵀ| cannot be written"),
        ("max(X w)", "max\\(Xw\\) cannot be written"),
    ],
)
def test_what_no_sum_stands_for_is_refused(text: str, part: str) -> None:
    e = matdiff.parse(text, WHERE)
    with pytest.raises(matdiff.MatdiffError, match=part):
        sum_form(e, present(e))


def test_names() -> None:
    e = matdiff.parse("‖X w − y‖²", WHERE)
    assert str(sum_form(e, {"X": "a"})) == "∑_{i=1}^{N} (a[i]ᵀw − y[i])²"
    with pytest.raises(matdiff.MatdiffError, match="Z is no matrix of the expression"):
        sum_form(e, {"Z": "z"})
    with pytest.raises(matdiff.MatdiffError, match="w is in use"):
        sum_form(e, {"X": "w"})
    with pytest.raises(matdiff.MatdiffError, match="is in use"):
        sum_form(e, {"X": "x", "y": "x"})


def test_indices_are_none_of_the_names_in_use() -> None:
    e = matdiff.parse("‖X i − j‖²", "X: k x d; i: d; j: k")
    assert str(sum_form(e, {"X": "x"})) == "∑_{l=1}^{k} (x[l]ᵀi − j[l])²"


def test_samples_as_many_as_features() -> None:
    """The rows of a square matrix are told from its columns by where they stand."""
    e = matdiff.parse("w'X w", "X: n x n; w: n")
    assert str(sum_form(e, {"X": "x"})) == "∑_{i=1}^{n} w[i]x[i]ᵀw"
    trace = matdiff.parse("tr(X)", "X: n x n")
    form = sum_form(trace, {"X": "x"})
    square = np.arange(9.0).reshape(3, 3)
    assert matdiff.evaluate(form, {"x": square}) == np.trace(square)


def test_deep_expressions() -> None:
    e: Expr = Symbol("X", (size("N"), size("d"))) * Symbol("w", (size("d"), size(1)))
    for _ in range(2_000):
        e = Transpose(Transpose(Exp(e)))
    form = sum_form(Norm(e), {"X": "x"})
    assert sum(isinstance(node, Exp) for node in postorder(form)) == 2_000


def test_sharing_is_kept() -> None:
    """Forty products of an expression with itself have 2⁴⁰ paths."""
    a: Expr = Symbol("A", (size("N"), size("N")))
    x = Symbol("X", (size("N"), size("d")))
    e = x * x.T
    for _ in range(40):
        e = (e + a).T * (e - a)
    assert sum(1 for _ in postorder(sum_form(x.T * e * x, {"X": "x"}))) < 100_000


# ---- random expressions -----------------------------------------------------------------------------


def random_expression(draw: random.Random) -> str:
    """Something with a row for every sample, made of random operations, and a reduction of it."""
    rows = {"d": ["X", "Z B'", "1_N μ'", "y w'"], "1": ["y", "u", "X w", "X μ"]}

    def steps(kind: str, depth: int) -> str:
        made = draw.choice(rows[kind])
        for _ in range(depth):
            other = draw.choice(rows[kind])
            made = draw.choice(
                [f"({made} + {other})", f"(({made}) .* ({other}))", f"tanh({made})", f"(A ({made}))"]
                + [f"(Diag(u) ({made}))", f"(centering(N) ({made}))", f"({other} - λ ({made}))"]
                + ([f"(({made}) S)", f"softmax_rows({made})"] if kind == "d" else [f"softmax({made})"])
            )
        return made

    left, right = steps("d", draw.randrange(3)), steps("d", draw.randrange(3))
    vector = steps("1", draw.randrange(3))
    reductions = [
        f"({left})'({right})",
        f"({left})'({vector})",
        f"norm2({left})^2",
        f"sum({left})",
        f"tr({left} S ({right})')",
        f"({vector})'A ({vector})",
        f"({left}) : ({right})",
        f"tr(({left})'A ({right}))",
        f"norm2({vector})",
        f"logsumexp({vector})",
        f"sum(logsumexp_rows({left}))",
        f"({vector})'(({left}) w)",
    ]
    return draw.choice(reductions)


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions(seed: int, values: dict[str, Any]) -> None:
    draw = random.Random(seed)
    e = matdiff.parse(random_expression(draw), WHERE)
    form = sum_form(e, present(e))
    value = partial(matdiff.evaluate, values=values)
    assert not {s.name for s in symbols(form) if not s.ranges} & set(present(e))
    assert np.allclose(value(form), value(e), rtol=1e-9)
    assert np.allclose(value(back(form)), value(e), rtol=1e-9)
