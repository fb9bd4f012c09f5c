"""Functions with a parameter below their letter, and functions taken at members: h_θ(x⁽ⁱ⁾)."""

from __future__ import annotations

import pytest

import matdiff

LINEAR = r"""h_\theta(x) = \theta^T x
J(\theta) = \frac{1}{2m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})^2
\frac{\partial}{\partial \theta_j} J(\theta) = \frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}"""
LOGISTIC = r"""h_\theta(x) = \frac{1}{1+e^{-\theta^T x}}
J(\theta) = -\frac{1}{m} \sum_{i=1}^m [y^{(i)} \log h_\theta(x^{(i)}) + (1-y^{(i)}) \log(1-h_\theta(x^{(i)}))]
\nabla_\theta J = \frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x^{(i)}"""
PLAIN = """h(x) = θᵀx
J(θ) = ½ ∑_{i=1}^m (h(x_i) − y_i)²
∇_θ J = ∑_{i=1}^m (h(x_i) − y_i) x_i"""
TEXTS = [
    (LINEAR, r"\frac{1}{m} \sum", r"\frac{2}{m} \sum", "factor"),
    (LOGISTIC, r"(h_\theta(x^{(i)}) - y^{(i)}) x", r"(y^{(i)} - h_\theta(x^{(i)})) x", "sign"),
    (PLAIN, "− y_i) x_i", "+ y_i) x_i", "sign"),
]


@pytest.mark.parametrize(("text", "right", "wrong", "kind"), TEXTS)
def test_such_functions_are_read_as_their_formulas(text: str, right: str, wrong: str, kind: str) -> None:
    review = matdiff.check(text)
    assert review.ok
    assert "not read" not in {line.verdict for line in review.lines}
    head, _, tail = text.rpartition(right)
    slipped = matdiff.check(head + wrong + tail)
    assert (slipped.first_wrong, slipped.kind) == (3, kind)
