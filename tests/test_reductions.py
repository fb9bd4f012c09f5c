"""Reductions, norms and softmax: values against NumPy, gradients against textbooks, recognition, short answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.errors import MatdiffError

Array = np.ndarray
draw = np.random.default_rng(20)
GIVEN: dict[str, Any] = {
    "A": draw.normal(size=(4, 3)), "B": draw.normal(size=(4, 3)), "x": draw.normal(size=4), "y": draw.normal(size=4),
    "p": 3.5, "c": 0.2, "m": 4, "n": 3,
}  # fmt: skip
GIVEN["S"] = np.cov(draw.normal(size=(4, 30))) + np.eye(4)
WHERE = "A, B: m x n; x, y: m; S: m x m spd; p: scalar positive; c, m, n: scalar"


def softmax(v: Array, axis: int = 0) -> Array:
    e = np.exp(v)
    total: Array = e / e.sum(axis=axis, keepdims=True)
    return total


# ---- values -----------------------------------------------------------------------------------------

VALUES: dict[str, Callable[..., Any]] = {
    "max(A)": lambda A, **_: A.max(),
    "min(A)": lambda A, **_: A.min(),
    "max(x, y)": lambda x, y, **_: np.maximum(x, y),
    "max(A, B)": lambda A, B, **_: np.maximum(A, B),
    "min(A, B)": lambda A, B, **_: np.minimum(A, B),
    "maximum(x, c)": lambda x, c, **_: np.maximum(x, c),
    "min(c, x)": lambda x, c, **_: np.minimum(x, c),
    "max(0, x)": lambda x, **_: np.maximum(x, 0),
    "max(x, 0)": lambda x, **_: np.maximum(x, 0),
    "min(0, x)": lambda x, **_: np.minimum(x, 0),
    "max(x, y, c)": lambda x, y, c, **_: np.maximum(np.maximum(x, y), c),
    "onehot_max(A)": lambda A, **_: (A.max() == A) * 1.0,
    "onehot_min(A)": lambda A, **_: (A.min() == A) * 1.0,
    "sum(A, 1)": lambda A, **_: A.sum(axis=0)[None],
    "sum(A, 2)": lambda A, **_: A.sum(axis=1),
    "colsum(A)": lambda A, **_: A.sum(axis=0),
    "rowsum(A)": lambda A, **_: A.sum(axis=1),
    "mean(x)": lambda x, **_: x.mean(),
    "mean(A)": lambda A, **_: A.mean(),
    "mean(A, 1)": lambda A, **_: A.mean(axis=0)[None],
    "mean(A, 2)": lambda A, **_: A.mean(axis=1),
    "colmean(A)": lambda A, **_: A.mean(axis=0),
    "rowmean(A)": lambda A, **_: A.mean(axis=1),
    "norm_inf(x)": lambda x, **_: np.linalg.norm(x, np.inf),
    "normp(x, p)": lambda x, p, **_: np.linalg.norm(x, p),
    "normp(x, 1)": lambda x, **_: np.linalg.norm(x, 1),
    "normp(x, 2)": lambda x, **_: np.linalg.norm(x),
    "normp(x, 3)": lambda x, **_: np.linalg.norm(x, 3),
    "mahalanobis(x − y, S)": lambda x, y, S, **_: np.sqrt((x - y) @ S @ (x - y)),
    "logsumexp(x)": lambda x, **_: np.log(np.exp(x).sum()),
    "softmax(x)": lambda x, **_: softmax(x),
    "softmax(x')": lambda x, **_: softmax(x)[None],
    "logsumexp(x')": lambda x, **_: np.log(np.exp(x).sum()),
    "log_softmax(x)": lambda x, **_: np.log(softmax(x)),
    "log_softmax(x')": lambda x, **_: np.log(softmax(x))[None],
    "softmax_rows(A)": lambda A, **_: softmax(A, 1),
    "softmax_cols(A)": lambda A, **_: softmax(A, 0),
    "logsoftmax_rows(A)": lambda A, **_: np.log(softmax(A, 1)),
    "logsoftmax_cols(A)": lambda A, **_: np.log(softmax(A, 0)),
    "logsumexp_rows(A)": lambda A, **_: np.log(np.exp(A).sum(axis=1)),
    "logsumexp_cols(A)": lambda A, **_: np.log(np.exp(A).sum(axis=0)),
}


@pytest.mark.parametrize("text", VALUES)
def test_values_agree_with_numpy(text: str) -> None:
    found = np.asarray(matdiff.evaluate(matdiff.parse(text, WHERE), GIVEN))
    expected = np.asarray(VALUES[text](**GIVEN))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("text", ["softmax(x)", "logsumexp(x)", "softmax_rows(x x')", "normp(x, 40)", "log_softmax(x)"])
def test_large_values_do_not_overflow(text: str) -> None:
    e = matdiff.parse(text, "x: n")
    with np.errstate(over="raise", invalid="raise"):
        assert np.all(np.isfinite(matdiff.evaluate(e, {"x": [3e3, -2e3, 1e3], "n": 3})))


@pytest.mark.parametrize(
    "text",
    [
        "logsumexp(A)",
        "norm_inf(A)",
        "normp(A, 3)",
        "max(A, x)",
        "mean(A, 3)",
        "sum(A, 3)",
    ],
)
def test_matrices_where_vectors_are_meant_are_refused(text: str) -> None:
    with pytest.raises(MatdiffError):
        matdiff.parse(text, WHERE)


ALONG_ROWS = [("softmax(A)", "softmax_rows(A)"), ("log_softmax(A)", "logsoftmax_rows(A)")]


@pytest.mark.parametrize(("text", "meant"), ALONG_ROWS)
def test_of_a_matrix_softmax_is_taken_along_rows(text: str, meant: str) -> None:
    e = matdiff.parse(text, WHERE)
    assert "is taken along each row" in " ".join(e.notes)
    assert e is matdiff.parse(meant, WHERE)


# ---- gradients --------------------------------------------------------------------------------------


def place(a: Array, index: Any) -> Array:
    e = np.zeros_like(a)
    e[np.unravel_index(index, a.shape)] = 1
    return e


GRADIENTS: dict[tuple[str, str], Callable[..., Any]] = {
    ("max(A)", "A"): lambda A, **_: place(A, A.argmax()),
    ("min(A)", "A"): lambda A, **_: place(A, A.argmin()),
    ("max(A x)^2", "x"): lambda A, x, **_: 2 * (A.T @ x).max() * A[:, (A.T @ x).argmax()],
    ("sum(max(x, y))", "x"): lambda x, y, **_: (x > y) * 1.0,
    ("sum(max(x, y))", "y"): lambda x, y, **_: (y > x) * 1.0,
    ("sum(min(x, y).^2)", "x"): lambda x, y, **_: 2 * x * (x < y),
    ("sum(max(x, c))", "c"): lambda x, c, **_: np.sum(x < c),
    ("norm_inf(x)", "x"): lambda x, **_: np.sign(x) * place(x, abs(x).argmax()),
    ("normp(x, p)", "x"): lambda x, p, **_: np.sign(x) * (abs(x) / np.linalg.norm(x, p)) ** (p - 1),
    ("normp(x, 4)", "x"): lambda x, **_: x**3 / np.linalg.norm(x, 4) ** 3,
    ("normp(x, p)", "p"): lambda x, p, **_: (np.linalg.norm(x, p + 1e-5) - np.linalg.norm(x, p - 1e-5)) / 2e-5,
    ("mean(x)", "x"): lambda x, **_: np.full(4, 0.25),
    ("norm2(mean(A, 2))^2", "A"): lambda A, **_: 2 * np.outer(A.mean(axis=1), np.ones(3)) / 3,
    ("sum(colsum(A).^2)", "A"): lambda A, **_: 2 * np.outer(np.ones(4), A.sum(axis=0)),
    ("mahalanobis(x - y, S)", "x"): lambda x, y, S, **_: S @ (x - y) / np.sqrt((x - y) @ S @ (x - y)),
    ("logsumexp(A'x)", "x"): lambda A, x, **_: A @ softmax(A.T @ x),
    ("y'softmax(x)", "x"): lambda x, y, **_: softmax(x) * (y - y @ softmax(x)),
    ("y'log_softmax(x)", "x"): lambda x, y, **_: y - y.sum() * softmax(x),
    ("tr(B'softmax_rows(A))", "A"): lambda A, B, **_: softmax(A, 1) * (B - (B * softmax(A, 1)).sum(1, keepdims=True)),
    ("tr(B'softmax_cols(A))", "A"): lambda A, B, **_: softmax(A, 0) * (B - (B * softmax(A, 0)).sum(0, keepdims=True)),
    ("tr(B'logsoftmax_rows(A))", "A"): lambda A, B, **_: B - B.sum(1, keepdims=True) * softmax(A, 1),
    ("tr(B'logsoftmax_cols(A))", "A"): lambda A, B, **_: B - B.sum(0, keepdims=True) * softmax(A, 0),
    ("y'logsumexp_rows(A)", "A"): lambda A, y, **_: y[:, None] * softmax(A, 1),
    ("sum(logsumexp_cols(A))", "A"): lambda A, **_: softmax(A, 0),
}


@pytest.mark.parametrize(("text", "wrt"), GRADIENTS)
def test_gradients_agree_with_textbooks(text: str, wrt: str) -> None:
    text = text.replace("A x", "A'x")
    d = matdiff.derive(text, wrt, WHERE)
    found = np.asarray(matdiff.evaluate(d.gradient, GIVEN))
    expected = np.asarray(GRADIENTS[text.replace("A'x)^2", "A x)^2"), wrt](**GIVEN))
    np.testing.assert_allclose(np.broadcast_to(found, expected.shape), expected, rtol=1e-8, atol=1e-10)
    outcome = d.verify()
    assert outcome.ok, outcome.failure
    assert matdiff.parse(str(d.gradient), WHERE) is d.gradient


def test_equal_operands_have_the_gradient_of_one() -> None:
    for text in ("sum(max(x, x))", "sum(max(2*x - x, x))", "sum(min(x, x + y - y))"):
        found = matdiff.evaluate(matdiff.derive(text, "x", WHERE).gradient, GIVEN)
        np.testing.assert_allclose(np.broadcast_to(found, 4), np.ones(4))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("max(x)", "the largest entry of x is unique"),
        ("min(x)", "the smallest entry of x is unique"),
        ("norm_inf(x)", "the largest absolute value of the entries of x is unique and not 0"),
        ("sum(max(x, y))", "no entry of x equals that of y"),
        ("normp(x, p)", "no entry of x is 0"),
        ("normp(x, 4)", "x ≠ 0"),
    ],
)
def test_conditions_are_said(text: str, condition: str) -> None:
    assert condition in matdiff.derive(text, "x", WHERE).conditions


def test_sums_of_single_entries_are_those_entries() -> None:
    where = "x: n; a: scalar"
    for text in ("sum(x, 2)", "rowsum(x)", "logsumexp_rows(x)", "colsum(x')", "logsumexp_cols(x')", "sum(x', 1)'"):
        assert matdiff.parse(text.removesuffix("'"), where) in (matdiff.parse("x", where), matdiff.parse("x'", where))
    for text in ("colsum(a)", "rowsum(a)", "sum(a, 1)", "logsumexp_rows(a)"):
        assert matdiff.parse(text, where) is matdiff.parse("a", where)
    assert matdiff.parse("softmax_rows(x)", where) is matdiff.parse("ones(n)", where)


# ---- short answers ----------------------------------------------------------------------------------

SHORT = [
    ("−yᵀ log(softmax(Wx))", "W", "((1ᵀy)softmax(Wx) − y)xᵀ"),
    ("−yᵀ log(exp(Wx)/(1ᵀexp(Wx)))", "W", "((1ᵀy)softmax(Wx) − y)xᵀ"),
    ("−yᵀ(W x) + logsumexp(W x)", "W", "(softmax(Wx) − y)xᵀ"),
    ("−log softmax(W x)_k", "W", "(softmax(Wx) − unit(k, m))xᵀ"),  # cross-entropy of the class k: (p − e_k)xᵀ
    ("log(sum(exp(W x)))", "x", "Wᵀsoftmax(Wx)"),
    ("log(1ᵀexp(W x))", "x", "Wᵀsoftmax(Wx)"),
    ("log(sum(i=1..n, exp(x[i])))", "x", "softmax(x)"),
    ("logsumexp(x)", "x", "softmax(x)"),
    ("yᵀexp(W x)/sum(exp(W x))", "x", "Wᵀ(y ⊙ softmax(Wx) − (yᵀsoftmax(Wx))softmax(Wx))"),
    ("−softmax(x)ᵀlog(softmax(x))", "x", "(xᵀsoftmax(x))softmax(x) − x ⊙ softmax(x)"),
    ("sum(softmax(x))", "x", "0"),
    ("sum(log(exp(W)*ones(n))) − tr(Yᵀ W)", "W", "softmax_rows(W) − Y"),
    ("sum(log(1ᵀexp(W)))", "W", "softmax_cols(W)"),
    ("tr(Y'log(exp(W) ./ (exp(W)*ones(n)*1ᵀ)))", "W", "Y − (Y 1·1ᵀ) ⊙ softmax_rows(W)"),
    ("−y'log(sigmoid(W x)) − (1 − y)'log(1 − sigmoid(W x))", "x", "Wᵀ(sigmoid(Wx) − y)"),
    ("sum(max(0, 1 − y .* (W x)).^2)", "x", "−2Wᵀ(relu(1 − y ⊙ (Wx)) ⊙ y)"),
    ("logdet(W'W*S)", "W", "2W(WᵀW)⁻¹"),
    ("logdet(S*inv(R))", "S", "S⁻ᵀ"),
    ("det(R S)", "S", "|RS|S⁻ᵀ"),
    ("log(abs(det(S)))", "S", "S⁻ᵀ"),
    ("x'diag(x)*W'*y", "x", "2(x ⊙ (Wᵀy))"),
    ("tr(sin(S))", "S", "I ⊙ cos(S)"),
    ("norm2(x − mean(x)*1)^2", "x", "2(x − sum(x)1_n/n)"),
]


@pytest.mark.parametrize(("text", "wrt", "expected"), SHORT)
def test_answers_are_as_short_as_in_books(text: str, wrt: str, expected: str) -> None:
    where = "W, Y: m x n; x: n; y: m; R, S: n x n; n: scalar"
    d = matdiff.derive(text, wrt, where)
    outcome = d.verify()
    assert outcome.ok, outcome.failure
    found = matdiff.parse(expected, where) if expected != "0" else None
    assert str(d.gradient) == expected or d.gradient is found or (not found and str(d.gradient).startswith("0"))


@pytest.mark.parametrize(
    ("text", "wrt", "where", "expected"),
    [
        (
            "sum(i=1..N, exp(w'x_i) - y_i*(w'x_i))",
            "w",
            "x[i=1..N], w: n; y[i=1..N]: scalar",
            "∑_{i=1}^{N} (exp(wᵀx[i]) − y[i])x[i]",
        ),
        (
            "sum(i=1..N, (x'A_i x - b_i)^2)",
            "x",
            "x: n; A[i=1..N]: n x n; b[i=1..N]: scalar",
            "2(∑_{i=1}^{N} (xᵀA[i]x − b[i])(A[i] + A[i]ᵀ))x",
        ),
    ],
)
def test_sums_over_one_index_are_joined(text: str, wrt: str, where: str, expected: str) -> None:
    d = matdiff.derive(text, wrt, where)
    assert str(d.gradient) == expected
    assert d.verify().ok


def test_a_derivation_with_softmax_shows_its_laws() -> None:
    d = matdiff.derive("−yᵀ log(exp(Wx)/(1ᵀexp(Wx)))", "W")
    titles = {step.law.name for step in d.steps}
    assert {"log_of_softmax_spelt_out_2", "differential_of_logsumexp"} <= titles  # that of 1ᵀexp(v)
    assert d.conditions == ()


@pytest.mark.parametrize(
    ("text", "where", "title"),
    [
        ("log(ones(n)'*exp(v))", "v: n", "log(1ᵀexp(v)) = logsumexp(v)"),
        ("sum(log(softmax_cols(V)))", "V: m x n", "log(softmax_cols(A)) = A − 1logsumexp_cols(A)ᵀ"),
        (
            "sum(log(exp(V) ./ (ones(m)*ones(m)'*exp(V))))",
            "V: m x n",
            "log(exp(A) ./ (1·1ᵀexp(A))) = A − 1logsumexp_cols(A)ᵀ",
        ),
        ("sum((exp(V) ./ (ones(m, m)*exp(V))).^2)", "V: m x n", "exp(A) ./ (11ᵀexp(A)) = softmax_cols(A)"),
    ],
)
def test_the_title_says_whether_rows_or_columns_are_meant(text: str, where: str, title: str) -> None:
    d = matdiff.derive(text, where[0], where)
    found = d.verify()
    assert title in {step.law.title for step in d.steps}
    assert found.ok
    assert found.reasons == found.lines


@pytest.mark.parametrize("text", ["min(z z')", "max(z z')", "max(A + A')", "min(A B A')", "max([z; z])"])
def test_the_largest_entry_of_a_symmetric_matrix_stands_twice(text: str) -> None:
    """The gradient of min(zzᵀ) at entries off the diagonal, by central differences."""
    draw = np.random.default_rng(5)
    values = {"z": np.array([1.0, -2.0, 3.0]), "A": draw.normal(size=(3, 3)), "B": np.diag([1.0, -2.0, -1.0])}
    name = "A" if "A" in text else "z"
    gradient = matdiff.derive(text, name, "z: n; A: n x n; B: n x n symmetric").gradient
    found = np.asarray(matdiff.evaluate(gradient, values))
    f = matdiff.parse(text, "z: n; A: n x n; B: n x n symmetric")
    for place in np.ndindex(found.shape):
        step = np.zeros_like(found)
        step[place] = 1e-6
        ahead, behind = (matdiff.evaluate(f, {**values, name: values[name] + s}) for s in (step, -step))
        assert found[place] == pytest.approx((ahead - behind) / 2e-6, abs=1e-8)
