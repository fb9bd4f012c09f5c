"""Matrices and vectors that are open functions of a scalar: A(t), A′(t)."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.expr import postorder
from matdiff.algebra.operators.paths import Path

GIVEN = "A_0 + t*A_1"
TEXTS = [
    ("log|A(t)|", "A_0, A_1: n x n"),
    ("tr(A(t)⁻¹B)", "A_0, A_1, B: n x n"),
    ("yᵀA(t)⁻¹y", "A_0, A_1: n x n; y: n"),
    ("‖A(t)x − b‖²", "A_0, A_1: m x n; x: n; b: m"),
    ("tr(A(t)'A(t)A(t))", "A_0, A_1: n x n"),
    ("exp(-tr(A(t)))", "A_0, A_1: n x n"),
]


@pytest.mark.parametrize(("text", "where"), TEXTS)
def test_the_derivative_holds_for_a_function_that_is_given(text: str, where: str) -> None:
    """A(t) = A₀ + tA₁, A′(t) = A₁ put into the answer is the answer for the text with A₀ + tA₁."""
    answer = str(matdiff.derive(text, wrt="t").gradient)
    given = answer.replace("A′(t)", "A_1").replace("A(t)", f"({GIVEN})")
    wanted = matdiff.derive(text.replace("A(t)", f"({GIVEN})"), wrt="t", where=where).gradient
    assert matdiff.equal(given, wanted, where)


def test_the_derivative_of_an_inverse_has_two_inverses() -> None:
    assert str(matdiff.jacobian("A(t)^-1", wrt="t").result) == "−A(t)⁻¹A′(t)A(t)⁻¹"
    assert matdiff.hessian("log|A(t)|", wrt="t").verify().ok


def test_a_point_above_is_the_derivative_by_the_time() -> None:
    d = matdiff.derive(r"\frac12 \dot q(t)^\top M \dot q(t)", wrt="t", where="M: n x n symmetric")
    assert str(d.gradient) == "q′(t)ᵀMq′′(t)"
    assert matdiff.parse(str(d.gradient), "M: n x n symmetric") is d.gradient


def test_declared_properties_are_those_of_every_value() -> None:
    d = matdiff.derive("yᵀK(θ)⁻¹y + log|K(θ)|", wrt="θ", where="K: n x n spd; y: n")
    assert not d.conditions
    assert d.verify().ok
    assert str(matdiff.derive("xᵀK(θ)x", wrt="x", where="K: n x n spd").gradient) == "2K(θ)x"


@pytest.mark.parametrize(
    ("text", "wrt", "words"),
    [
        ("tr(A(t))", "A", "no unknown"),
        ("tr(A(t)) + tr(A)", "t", "not given"),
        ("tr(A(x))", "x", "not given"),
        ("X(a)(X(a)ᵀX(a))⁻¹X(a)ᵀy", "a", "scalar is needed"),
    ],
)
def test_what_is_no_function_of_a_scalar_is_refused(text: str, wrt: str, words: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=words):
        matdiff.derive(text, wrt=wrt)


def test_a_function_that_is_not_given_has_no_value() -> None:
    with pytest.raises(matdiff.MatdiffError, match="not given"):
        matdiff.evaluate("tr(A(t))", {"A": [[1.0]], "t": 2.0})
    with pytest.raises(matdiff.MatdiffError):
        matdiff.code("tr(A(t))", wrt="t")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("y'*inv(K(theta))*y + log(det(K(theta)))", "yᵀK(θ)⁻¹y + log|K(θ)|"),
        ("log(det(K(theta_1)))", r"\log\det K(\theta_1)"),
        ("x'Σ(ρ)^-1 x", "x'*inv(Sigma(rho))*x"),
    ],
)
def test_a_letter_may_be_spelt_and_sigma_is_no_sum(text: str, same: str) -> None:
    f = matdiff.parse(text)
    assert f is matdiff.parse(same)
    assert any(isinstance(node, Path) for node in postorder(f))
