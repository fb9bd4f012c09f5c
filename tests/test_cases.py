"""Cases, and sums whose terms have conditions: derived, checked, printed and read back."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import Index, Number
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.language.sums import where_equal

PAIRS = [
    ("∑_{i≠j} q_i q_j/‖r_i − r_j‖", "r"),
    ("∑_{i<j} (‖r_i − r_j‖ − D_ij)²", "r"),
    ("∑_{i,j} (‖r_i − r_j‖ − D_ij)²", "r"),
    ("∑_{i=1}^{n-1} ∑_{j=i+1}^{n} log ‖r_i − r_j‖", "r"),
    ("∑_j y_j ∏_{k≠j} (t − x_k)/(x_j − x_k)", "t"),
    ("∑_k ∏_{j≠k} x_j", "x"),
    ("∑_i ∑_k [y_i = k] log p_k", "p"),
    ("∑_i ∑_{j≠y_i} relu(w_j'x_i − w_{y_i}'x_i + 1)", "w"),
    ("∑_n min_k ‖x_n − c_k‖²", "c"),
    ("log ∏_i a exp(−a x_i)", "a"),
    ("∑_i cases(x_i^2, |x_i| ≤ d, 2d|x_i| − d^2)", "x"),
]


@pytest.mark.parametrize(("text", "wrt"), PAIRS)
def test_every_step_and_the_gradient_are_right(text: str, wrt: str) -> None:
    derivation = matdiff.derive(text, wrt=wrt)
    assert derivation.verify().ok
    assert derivation.to_text()
    assert derivation.to_latex()


@pytest.mark.parametrize("style", ["unicode", "ascii", "latex"])
@pytest.mark.parametrize("text", [text for text, _ in PAIRS])
def test_what_is_printed_is_read_back(text: str, style: str) -> None:
    e = matdiff.parse(text, "t: scalar; y: n" if "∏_{k≠j}" in text else None)
    again = matdiff.parse(format(e, style), "t: scalar; y: n" if "∏_{k≠j}" in text else None)
    assert format(again, style) == format(e, style)


def test_terms_that_are_left_out_have_no_value() -> None:
    gradient = matdiff.derive("∑_{i≠j} q_i q_j/‖r_i − r_j‖", wrt="r").gradient
    q, r = np.array([1.0, 2.0, -1.0]), np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    found = matdiff.evaluate(gradient, {"q": q, "r": r})
    expected = np.zeros((3, 2))
    for i in range(3):
        for j in range(3):
            if i != j:
                expected[i] -= 2 * q[i] * q[j] * (r[i] - r[j]) / np.linalg.norm(r[i] - r[j]) ** 3
    np.testing.assert_allclose(found, expected)


def test_the_sides_of_a_condition_on_indices_have_one_order() -> None:
    i, j = Index("i", "n"), Index("j", "n")
    assert Piecewise(j, "≠", i, Number(1), Number(0)) is Piecewise(i, "≠", j, Number(1), Number(0))
    assert Piecewise(i, "<", j, Number(1), Number(0)) is not Piecewise(j, "<", i, Number(1), Number(0))


def test_an_index_that_a_product_binds_is_another_one() -> None:
    e = matdiff.parse("∑_j ∑_{k≠j} x_k ∏_{i≠j} x_i", "x: n")
    assert matdiff.derive(e, wrt="x").verify().ok


def test_terms_at_equal_indices_stay_in_one_sum_where_they_have_a_differential() -> None:
    e = matdiff.parse("∑_{i,j} ‖r_i − r_j‖²")
    body = e.operands[0].operands[0]
    assert where_equal(body, e.index, e.operands[0].index) is body  # type: ignore[attr-defined]


def test_second_derivatives_under_conditions() -> None:
    e = matdiff.parse("∑_{i<j} A_ij (x_i − x_j)^4", "A: n x n; x: n")
    assert matdiff.hessian(e, wrt="x").verify().ok


def test_the_reasons_of_a_product_over_a_family_are_found() -> None:
    assert matdiff.derive("∏_i x_i", wrt="x").verify().ok
