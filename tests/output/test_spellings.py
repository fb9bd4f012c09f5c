"""Expressions in four spellings: how they are written, and that each of them is read as the same expression."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, OPERATORS, symbols

SPELLINGS = ("unicode", "ascii", "numpy", "latex")


# ---- by hand ----------------------------------------------------------------------------------------

WHERE = (
    "X: m x n; Y: m x p; W: n x p; A, B, C, Sigma: n x n; y: m; w, x, z, mu, x_hat, theta_tilde, u_prime, x_t: n; "
    "a, b, c, x_hat1, beta_bar, c_prime: scalar; q[i=1..N]: n; r[i=1..N, k=1..K]: scalar"
)
# the four spellings of one expression: unicode, ascii, numpy, latex
TABLE = [
    ("‖Xw − y‖²", "||X*w - y||^2", "np.linalg.norm(X @ w - y)**2", r"\left\|X w - y\right\|^{2}"),
    ("2Xᵀ(Xw − y)", "2*X'*(X*w - y)", "2 * X.T @ (X @ w - y)", r"2 X^{\top} \left(X w - y\right)"),
    ("½xᵀAx", "1/2*x'*A*x", "1/2 * x.T @ A @ x", r"\tfrac{1}{2} x^{\top} A x"),
    (
        "2Xᵀ((g(XW) − Y) ⊙ g′(XW))",
        "2*X'*((g(X*W) - Y) .* g'(X*W))",
        "2 * X.T @ np.multiply(g(X @ W) - Y, g'(X @ W))",
        r"2 X^{\top} \left(\left(g\left(X W\right) - Y\right) \odot g'\left(X W\right)\right)",
    ),
    (
        "A⁻¹ − A⁻ᵀ + A³",
        "A^-1 - A^-T + A^3",
        "np.linalg.inv(A) - np.linalg.inv(A.T) + np.linalg.matrix_power(A, 3)",
        r"A^{-1} - A^{-\top} + A^{3}",
    ),
    (
        "x ⊙ (log Γ(z)) + (log Γ(a))w",
        "x .* gammaln(z) + gammaln(a)*w",
        "np.multiply(x, gammaln(z)) + gammaln(a) * w",
        r"x \odot \left(\log\Gamma\left(z\right)\right) + \left(\log\Gamma\left(a\right)\right) w",
    ),
    ("x ./ z", "x ./ z", "np.divide(x, z)", r"x \oslash z"),
    ("1 ./ x.^2", "1 ./ x.^2", "np.divide(1, x**2)", r"1 \oslash x^{\circ 2}"),
    (
        "A ⊙ B ⊙ C ./ A.^(3/2)",
        "A .* B .* C ./ A.^(3/2)",
        "np.divide(np.multiply(np.multiply(A, B), C), A**(3/2))",
        r"A \odot B \odot C \oslash A^{\circ 3/2}",
    ),
    ("aX/(bc²)", "a*X/(b*c^2)", "a * X / (b * c**2)", r"\frac{a X}{b c^{2}}"),
    ("−3x/4", "-3*x/4", "-3 * x / 4", r"-\frac{3 x}{4}"),
    ("a^(b + 1)", "a^(b + 1)", "a**(b + 1)", r"a^{b + 1}"),
    ("1 − sigmoid(x)", "1 - sigmoid(x)", "1 - sigmoid(x)", r"\mathbf{1} - \sigma\left(x\right)"),
    ("1ᵀA 1", "1_n'*A*1_n", "np.ones(n).T @ A @ np.ones(n)", r"\mathbf{1}^{\top} A \mathbf{1}"),
    (
        "(xᵀ).^2(zᵀ ⊙ xᵀ)ᵀ",
        "(x').^2*(z' .* x')'",
        "np.dot((x.T)**2, np.multiply(z.T, x.T))",
        r"\left(x^{\top}\right)^{\circ 2} \left(z^{\top} \odot x^{\top}\right)^{\top}",
    ),
    ("1_{1×n}A", "1_{1 x n}*A", "np.ones(n).T @ A", r"\mathbf{1}_{1 \times n} A"),
    ("2I + A", "2*I + A", "2 * np.eye(n) + A", "2 I + A"),
    (
        "0_{n×(m + 1)}",
        "0_{n x (m + 1)}",
        "zeros(n, m + 1)",
        r"\mathbf{0}_{n \times (m + 1)}",
    ),
    ("Axzᵀ", "A*x*z'", "A @ np.outer(x, z)", r"A x z^{\top}"),
    ("(xᵀz)A", "(x'*z)*A", "(x.T @ z) * A", r"\left(x^{\top} z\right) A"),
    ("xᵀ(zwᵀ)A", "x'*(z*w')*A", "x.T @ np.outer(z, w) @ A", r"x^{\top} \left(z w^{\top}\right) A"),
    ("A : B", "A : B", "np.vdot(A, B)", "A : B"),
    ("A ⊗ B", "A kron B", "np.kron(A, B)", r"A \otimes B"),
    (
        "log|Σ| + (x − μ)ᵀΣ⁻¹(x − μ)",
        "log|Sigma| + (x - mu)'*Sigma^-1*(x - mu)",
        "np.log(np.linalg.det(Sigma)) + (x - mu).T @ np.linalg.inv(Sigma) @ (x - mu)",
        r"\log\left|\Sigma\right| + \left(x - \mu\right)^{\top} \Sigma^{-1} \left(x - \mu\right)",
    ),
    ("Tr(Aᵀ)Tr(B)", "tr(A')*tr(B)", "np.trace(A.T) * np.trace(B)", None),
    ("‖x‖₁ + abs(a)", "||x||_1 + abs(a)", "norm1(x) + np.abs(a)", r"\left\|x\right\|_1 + \left|a\right|"),
    ("abs(x)", "abs(x)", "np.abs(x)", r"\operatorname{abs}\left(x\right)"),
    ("diag(x)diag(A)", "diag(x)*diag(A)", "np.diag(x) @ np.diag(A)", None),
    (
        "a ∑_{i=1}^{N} q[i]ᵀw",
        "a*sum(i=1..N, q[i]'*w)",
        "a * sum(i=1..N, q[i].T @ w)",
        r"a \sum_{i=1}^{N} q_{i}^{\top} w",
    ),
    (
        "∑_{i=1}^{N} ∑_{k=1}^{K} r[i, k]²",
        "sum(i=1..N, sum(k=1..K, r[i, k]^2))",
        "sum(i=1..N, sum(k=1..K, r[i, k]**2))",
        r"\sum_{i=1}^{N} \sum_{k=1}^{K} r_{i, k}^{2}",
    ),
    (
        "∑_{i=1}^{n} x_t[i]²",
        "sum(i=1..n, x_t[i]^2)",
        "sum(i=1..n, x_t[i]**2)",
        r"\sum_{i=1}^{n} {x_{t}}_{i}^{2}",
    ),
    ("∑_{i=1}^{N} q[i][2]", "sum(i=1..N, q[i][2])", None, r"\sum_{i=1}^{N} {q_{i}}_{2}"),
    ("A[:, 2][1:2]", "A[:, 2][1:2]", None, r"{A_{:, 2}}_{1:2}"),
    (
        "h = Aᵀx; hᵀh",
        "h = A'*x; h'*h",
        "h = A.T @ x; h.T @ h",
        r"h = A^{\top} x;\quad h^{\top} h",
    ),
    ("x̂ᵀθ̃", "x_hat'*theta_tilde", "x_hat.T @ theta_tilde", r"\hat{x}^{\top} \tilde{\theta}"),
    ("x̂₁β̄", "x_hat1*beta_bar", "x_hat1 * beta_bar", r"\hat{x}_{1} \bar{\beta}"),
    ("c′·(a + b)", "c_prime*(a + b)", "c_prime * (a + b)", r"c_{\mathrm{prime}} \left(a + b\right)"),
    ("β̄(x̂₁ + 1)", "beta_bar*(x_hat1 + 1)", "beta_bar * (x_hat1 + 1)", None),
    ("u′ᵀ(x + u′)", "u_prime'*(x + u_prime)", "u_prime.T @ (x + u_prime)", None),
]
ROWS = [pytest.param(row, id=row[0]) for row in TABLE]


@pytest.mark.parametrize("row", ROWS)
def test_the_four_spellings(row: tuple[str | None, ...], is_read_back: Callable[..., bool]) -> None:
    e = matdiff.parse(str(row[0]), WHERE)
    assert [f"{e:unicode}", str(e), f"{e}"] == [row[0]] * 3
    for spelling, expected in zip(SPELLINGS, row, strict=True):
        if expected is not None:
            assert format(e, spelling) == expected
        assert is_read_back(e, spelling, WHERE)


# ---- what NumPy makes of it ---------------------------------------------------------------------------

EVALUATED = """
    ‖Xw − y‖² | ½xᵀAx + tr(AB) | A⁻¹ − A⁻ᵀ + A³ + 2I | x ./ z + x.^2 ./ z.^(3/2) | A ⊙ B ./ C.^2 | aX/(bc) − 3X/4
    a^(b + 1)/c | 1 − exp(x) | 1ᵀA 1 | A x zᵀ B | xᵀ(z wᵀ)A | (xᵀz)A + x zᵀ | log det(AᵀA) + det(B) | A ⊗ B
    abs(x) + sign(z) | diag(x) A diag(B) | A : B | sum(A) + ‖x‖ | (x − z)(x + z)ᵀ | −Aᵀ(Bx) | max(x, z) | b/(xᵀx)
    tanh(A x)ᵀ B | h = A x; hᵀh h
"""


@pytest.mark.parametrize("text", [t.strip() for t in re.split(r"[|\n]", EVALUATED) if t.strip()])
def test_python_gives_numpy_like_text_the_value_of_the_expression(text: str) -> None:
    e = matdiff.parse(text, "X: m x n; w, x, z: n; y: m; A, B, C: n x n; a, b, c: scalar")
    draw = np.random.default_rng(5)
    sizes = {"m": 2, "n": 3}
    arrays = {s.name: draw.uniform(0.5, 1.5, [sizes[str(d)] for d in s.shape if d is not ONE]) for s in symbols(e)}
    names: dict[str, Any] = {**sizes, **arrays, "np": np}
    *definitions, body = format(e, "numpy").split("; ")
    exec("\n".join(definitions), names)
    expected = np.squeeze(matdiff.evaluate(e, {**sizes, **arrays}))  # NumPy knows no rows
    np.testing.assert_allclose(eval(body, names), expected, rtol=1e-12)


# ---- asking for a spelling ------------------------------------------------------------------------------


def test_an_unknown_spelling_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unicode, ascii, latex, numpy"):
        format(matdiff.parse("x"), "roman")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_shared_pieces_keep_every_spelling_short(spelling: str, is_read_back: Callable[..., bool]) -> None:
    e = matdiff.parse("x", "x: n")
    for _ in range(200):
        e = FUNCTIONS["tanh"](e + e.T.T)
    assert len(format(e, spelling)) < 30_000
    assert is_read_back(e, spelling, "x: n")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("⟨λ, λ⟩", "lambda: n"),
        ("K*L*(A + B)", "K, L, A, B: n x n"),
        ("(x'*A*ones(n))/3 + (x'*A*ones(n))/a", "A: n x n; x: n; a: scalar"),
        ("theta*X*i", "X: p x q; i: q; theta: scalar"),
        ("W1b*x + P1x2*h2o", "W1b: n x n; x, h2o: n; P1x2: n x n"),
        ("x'*w1x", "x, w1x: n"),
        ("D_check", "D_check: m x n"),
        ("(x')'*A*x' + x", "x, A: n x n"),
        ("sum(erf(x'))*(A' + A')", "x: n; A: n x n"),
        ("h = A'*B; pinv(h)", "A, B: m x n"),
        ("h = A*B; D = expm(A); h : D", "A, B: n x n"),
        ("h = A*B; A : h", "A, B: n x n"),
        ("∑_{i=1}^N (Σ[i]'Σ[i] + h)^2", "Σ[i=1..N]: n; h: scalar"),
    ],
)
def test_letters_that_may_be_words_are_read_back(text: str, where: str, is_read_back: Callable[..., bool]) -> None:
    for spelling in ("unicode", "ascii", "latex"):
        assert is_read_back(matdiff.parse(text, where), spelling, where)


def test_a_piece_is_named_only_where_its_name_is_written() -> None:
    """2·1ᵀz would be a piece of this gradient, of which its factors are written."""
    where = "z, w: n"
    gradient = matdiff.derive("logdet(5I + tanh((z*ones(n)')*((z + z)*(z + 1 + w)')))", "z", where).gradient
    assert ":= 2·1ᵀz" not in str(gradient)
    assert matdiff.parse(str(gradient), where) is gradient


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_deep_expressions_are_written(spelling: str) -> None:
    e = matdiff.parse("x", "x: n")
    for _ in range(4_000):
        e = FUNCTIONS["tanh"](e)
    assert format(e, spelling).count("tanh") == 4_000


# ---- operators --------------------------------------------------------------------------------------------

NAMED = [name for name, cls in OPERATORS.items() if cls.inputs and cls.names and name != "Differential"]


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("form", ["{}", "2*{}", "{}'", "log({})", "c*{}*1", "sum({}.^2)"])
def test_an_operator_has_all_spellings(name: str, form: str, is_read_back: Callable[..., bool]) -> None:
    cls = OPERATORS[name]
    patterns = cls.inputs * (2 if cls.variadic else 1)
    shapes = [rows if columns == "1" else f"{rows} x {columns}" for rows, columns in patterns]  # NumPy's have one axis
    where = "; ".join(["c: scalar", *map(": ".join, zip("ABX", shapes, strict=False))])
    text = form.format(f"{cls.names[0]}({', '.join('ABX'[: len(patterns)])})")
    try:
        e = matdiff.parse(text, where)
    except matdiff.MatdiffError:  # there is no square of a rectangular matrix, and no product with ones of a scalar
        assert form != "{}"
        return
    for spelling in SPELLINGS:
        assert spelling == "unicode" or format(e, spelling).isascii()
        assert is_read_back(e, spelling, where), format(e, spelling)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("text", ["log(det(a*b))*A", "log(det(abs(a)*A))*A", "det(a)*logdet(A)"])
def test_a_determinant_that_is_not_between_bars(text: str, spelling: str, is_read_back: Callable[..., bool]) -> None:
    e = matdiff.parse(text, "a, b: scalar; A: n x n")
    assert is_read_back(e, spelling, "a, b: scalar; A: n x n")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("xᵀbᵀ", "np.dot(b, x)"),
        ("bbᵀ", "np.dot(b, b.T)"),
        ("A kron x'", "np.kron(A, x[None, :])"),
        ("x kron 1_n'", "np.kron(x[:, None], np.ones(n)[None, :])"),
        ("A kron b", "np.kron(A, b)"),
        ("x kron x", "np.kron(x, x)"),
    ],
)
def test_rows_in_numpy_have_the_axes_that_they_need(text: str, written: str) -> None:
    where = "A: n x n; x: n; b: 1 x n"
    e = matdiff.parse(text, where)
    assert f"{e:numpy}" == written
    found = matdiff.parse(written, where, "numpy")
    assert found is e or matdiff.equal(found, e).equal
