"""Equations, steps and code of machine learning in a derivation."""

from __future__ import annotations

import pytest

import matdiff

GAIN = """J(K) = tr((I - KH)P(I - KH)' + K R K')
∂J/∂K = -2 (I - KH) P H' + 2 K R
=> K (H P H' + R) = P H'"""


def test_an_equation_for_a_name_gives_its_differential() -> None:
    text = """fixed point: z = tanh(W z + x)
dz = D (W dz + dx),  D = diag(1 - tanh(W z + x)^2)
(I - D W) dz = D dx
dz = (I - D W)^{-1} D dx"""
    where = "W: n x n; z, x: n"
    assert [line.verdict for line in matdiff.check(text, where).lines][1:] == ["agrees", "agrees", "agrees"]
    assert matdiff.check(text.replace("I - D W) dz", "I + D W) dz"), where).first_wrong == 3
    assert matdiff.check(text.replace("} D dx", "} dx"), where).first_wrong == 4
    assert matdiff.check(text).ok


def test_a_step_is_no_claim_and_sums_over_axes_are_read() -> None:
    text = """Z = X @ W + b
L = 0.5 * np.sum((Z - Y)**2)
dZ = Z - Y
dW = X.T @ dZ
db = np.sum(dZ, axis=0)
W = W - lr * dW"""
    where = "X: n x d; W: d x k; Y: n x k; b: 1 x k"
    review = matdiff.check(text, where)
    assert review.ok
    assert "not read" not in {line.verdict for line in review.lines}
    assert matdiff.check(text.replace("axis=0", "axis=1"), where).first_wrong == 5
    assert matdiff.check(text.replace("dW = X.T @ dZ", "dW = dZ @ X.T"), where).first_wrong == 4


@pytest.mark.parametrize(
    ("right", "wrong", "kind", "should_be"),
    [
        ("=> K (H P H' + R) = P H'", "=> K (H P H' + R) = P H", "transpose", "PHᵀ"),
        ("=> K (H P H' + R) = P H'", "=> K (H P H' + R) = -P H'", "sign", "PHᵀ"),
    ],
)
def test_the_right_side_of_an_equation_is_mended_by_an_edit(right: str, wrong: str, kind: str, should_be: str) -> None:
    review = matdiff.check(GAIN.replace(right, wrong), "P: n x n symmetric; R: m x m symmetric; H: m x n; K: n x m")
    assert (review.kind, str(review.should_be)) == (kind, should_be)


def test_a_lost_number_in_an_equation_is_a_factor() -> None:
    text = "f(w) = (1/(2n))‖y − Xw‖² + (λ/2)‖w‖²\nSetting ∇f to zero: (XᵀX + λI)w = Xᵀy"
    review = matdiff.check(text, "X: n x p; y: n; λ: scalar")
    assert (review.first_wrong, review.kind, str(review.should_be)) == (2, "factor", "(XᵀX + nλI)w")
