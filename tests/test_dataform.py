"""Sums over data in matrix form: the value stays, and the sum is gone where there is a form."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import postorder
from matdiff.algebra.operators.sums import IndexedSum

WHERE = "x[i=1..N]: d; y[i=1..N]: scalar; r[i=1..N]: scalar; z[i=1..N]: m; w, μ: d; S: d x d spd; A: m x d; N: scalar"
DRAWS = np.random.default_rng(0)
SQUARE = DRAWS.normal(size=(3, 3))
VALUES = {
    "x": DRAWS.normal(size=(5, 3)),
    "y": DRAWS.normal(size=5),
    "r": DRAWS.random(5) + 0.5,
    "z": DRAWS.normal(size=(5, 4)),
    "w": DRAWS.normal(size=3),
    "μ": DRAWS.normal(size=3),
    "S": SQUARE @ SQUARE.T + np.eye(3),
    "A": DRAWS.normal(size=(4, 3)),
    "N": 5,
}
STACKED = {**VALUES, "X": VALUES["x"], "Z": VALUES["z"]}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("∑_i x_i", "Xᵀ1"),
        ("∑_i (w'x_i - y_i)^2", "‖Xw − y‖²"),
        ("∑_i (x_i - μ)(x_i - μ)'", "(X − 1μᵀ)ᵀ(X − 1μᵀ)"),
        ("∑_i r_i x_i x_i'", "Xᵀdiag(r)X"),
        ("∑_i (w'x_i - y_i) x_i", "Xᵀ(Xw − y)"),
        ("∑_i sigmoid(w'x_i) x_i", "Xᵀsigmoid(Xw)"),
        ("∑_i ‖A x_i − z_i‖²", "‖XAᵀ − Z‖²"),
        ("1/N ∑_i x_i x_i' − μμ'", "XᵀX/N − μμᵀ"),
    ],
)
def test_the_form_that_a_person_writes(text: str, form: str) -> None:
    assert str(matdiff.matrix_form(text, where=WHERE)) == form


@pytest.mark.parametrize(
    "text",
    [
        "∑_i log(1 + exp(−y_i w'x_i))",
        "∑_i (x_i − μ)'S⁻¹(x_i − μ)",
        "∑_i r_i ‖x_i − μ‖²",
        "∑_i ‖x_i − μ‖",
        "∑_i ‖x_i − μ‖^3",
        "∑_i exp(x_i)'S x_i",
        "∑_i y_i r_i",
        "∑_i y_i^3",
        "∑_i x_i' S",
        "∑_i x_i μ'",
        "∑_i μ x_i'",
        "∑_i x_i x_i' w",
        "∑_i z_i'A x_i",
        "∑_i r_i (x_i ⊙ w + 2 μ)",
        "∑_i A x_i x_i' S",
        "∑_i (y_i − 1) z_i x_i'",
    ],
)
def test_the_value_stays_and_the_sum_is_gone(text: str) -> None:
    expr = matdiff.parse(text, WHERE)
    form = matdiff.matrix_form(expr)
    assert not any(isinstance(node, IndexedSum) for node in postorder(form))
    expected = matdiff.evaluate(expr, VALUES)
    assert np.allclose(matdiff.evaluate(form, STACKED), expected, rtol=1e-10)
    assert not np.allclose(matdiff.evaluate(form, {**STACKED, "X": 2 * STACKED["X"], "y": 2 * STACKED["y"]}), expected)


def test_a_sum_without_a_matrix_form_is_kept() -> None:
    expr = matdiff.parse("∑_i log|S + x_i x_i'|", WHERE)
    assert matdiff.matrix_form(expr) is expr


def test_gradients_take_the_form_too() -> None:
    derived = matdiff.derive("N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)", "Σ", "Σ: d x d spd")
    assert str(matdiff.matrix_form(derived.gradient)) == "Σ⁻¹(NΣ − (X − 1μᵀ)ᵀ(X − 1μᵀ))Σ⁻¹"


def test_names_of_the_matrices() -> None:
    assert str(matdiff.matrix_form("∑_i x_i x_i'", {"x": "D"}, "x[i=1..N]: d")) == "DᵀD"
    with pytest.raises(matdiff.MatdiffError, match="X is in use"):
        matdiff.matrix_form("tr(X) + ∑_i x_i'x_i", where="x[i=1..N]: d; X: n x n")
    with pytest.raises(matdiff.MatdiffError, match="v is no family"):
        matdiff.matrix_form("∑_i x_i'x_i", {"v": "V"}, "x[i=1..N]: d")
