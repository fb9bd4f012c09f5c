"""Unknowns that are powers: the gradient by σ² is that by σ over 2σ, and that by Σ⁻¹ is −Σᵀ∇_Σ Σᵀ."""

import numpy as np
import pytest

import matdiff
from matdiff import evaluate

N, SCALE, RSS = 7, 1.3, 4.2


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("n/2*log(σ²) + r/(2σ²)", "σ²"),
        ("n/2*log(sigma^2) + r/(2*sigma^2)", "sigma^2"),
        ("n/2*log(sigma**2) + r/(2*sigma**2)", "sigma**2"),
        (r"\frac{n}{2}\log\sigma^2 + \frac{r}{2\sigma^{2}}", r"\sigma^2"),
        (r"\frac{\partial}{\partial\sigma^2}\left(n\log\sigma + \frac{r}{2\sigma^2}\right)", None),
        ("∂/∂σ² (n log σ + r/(2σ²))", None),
        ("L = n log σ + r/(2σ²); ∂L/∂σ²", None),  # and of a function with a name
        ("L(σ²) = n log σ + r/(2σ²). What is dL/dσ^2?", None),
        (r"L = n\log\sigma + \frac{r}{2\sigma^2}, \frac{\partial L}{\partial\sigma^2}", None),
    ],
)
def test_the_derivative_by_a_variance(text: str, wrt: str | None) -> None:
    found = matdiff.derive(text, wrt=wrt, where="n: scalar; r: scalar")
    assert found.verify().ok
    assert any("v stands for" in note for note in found.notes)
    by_sigma = N / SCALE - RSS / SCALE**3
    value = evaluate(found.gradient, {"n": N, "r": RSS, "v": SCALE**2})
    np.testing.assert_allclose(value, by_sigma / (2 * SCALE), rtol=1e-12)


def test_the_derivative_by_a_precision() -> None:
    rng = np.random.default_rng(3)
    root, half = rng.normal(size=(2, 3, 3))
    cov, scatter = root @ root.T + np.eye(3), half @ half.T
    found = matdiff.derive("log|Σ| + tr(Σ⁻¹S)", wrt="Σ⁻¹", where="Σ: n x n; S: n x n")
    by_sigma = np.linalg.inv(cov).T - np.linalg.inv(cov).T @ scatter.T @ np.linalg.inv(cov).T
    value = evaluate(found.gradient, {"Lambda": np.linalg.inv(cov), "S": scatter})
    np.testing.assert_allclose(value, -cov.T @ by_sigma @ cov.T, rtol=1e-9)
    asked = matdiff.derive(
        r"\frac{\partial}{\partial\Sigma^{-1}}\left(\log|\Sigma| + \operatorname{tr}(\Sigma^{-1}S)\right)"
    )
    assert str(asked.gradient) == str(found.gradient)
    named = matdiff.derive("J = log|Σ| + tr(Σ⁻¹S); ∂J/∂Σ⁻¹", where="Σ: n x n; S: n x n")
    assert str(named.gradient) == str(found.gradient)


@pytest.mark.parametrize("asked", ["∂²L/∂σ²∂μ", "∂²L/∂μ∂σ²"])
def test_a_second_derivative_by_a_variance_and_another(asked: str) -> None:
    found = matdiff.hessian(f"L = −n log σ − (s − μ)²/(2σ²); {asked}")
    mixed = next(block for (one, other), block in found.blocks.items() if one == "mu" != other)
    value = evaluate(mixed, {"s": 2.0, "mu": 0.5, "v": SCALE**2})
    np.testing.assert_allclose(value, -(2.0 - 0.5) / SCALE**4)


def test_a_mean_and_a_variance_are_asked_for_together() -> None:
    found = matdiff.derive("J = −Σ_i (log σ_i² − μ_i² − σ_i²). Gradient with respect to μ and σ²?")
    assert [str(gradient) for gradient in found.gradients.values()] == ["2μ[i]", "1 − 1/v[i]"]


@pytest.mark.parametrize("wrt", ["σ_i²", "σ_j^2", "sigma_i^2"])
def test_variances_of_a_family(wrt: str) -> None:
    found = matdiff.derive("∑_i (log σ_i² + x_i²/σ_i²)", wrt=wrt)
    index = wrt.partition("_")[2][0]
    assert str(found.gradient) == f"1/v[{index}] − x[{index}]²/v[{index}]²"


def test_a_letter_of_the_text_is_not_taken() -> None:
    found = matdiff.derive("v log(σ²) + s/σ²", wrt="σ²")
    assert str(found.gradient) == "(v − s/u)/u"


@pytest.mark.parametrize("text", [r"\max_{\mu, \sigma^2} ", ""])
def test_the_variance_of_greatest_likelihood(text: str) -> None:
    wrt = None if text else "μ, σ²"
    found = matdiff.solve(text + "-n/2 log(σ²) - 1/(2σ²) ∑_{i=1}^{n} (x_i - μ)²", wrt=wrt)
    data = np.array([0.3, 1.9, -0.4, 2.2])
    values = {name: evaluate(value, {"x": data}) for name, value in found.solutions[0].items()}
    np.testing.assert_allclose([float(np.asarray(v).item()) for v in values.values()], [data.mean(), data.var()])


def test_what_is_declared_holds_of_the_power_or_is_refused() -> None:
    with pytest.raises(matdiff.MatdiffError, match="cannot be the unknown"):
        matdiff.derive("x'T^-1 x", wrt="T^-1", where="T: n x n toeplitz; x: n")  # the inverse is no such matrix
    found = matdiff.derive("a/σ", wrt="σ^-1", where="σ: scalar; a: scalar")
    assert float(evaluate(found.gradient, {"a": 3.0, "v": -2.0})) == 3.0
    assert any("positive root" in note for note in matdiff.derive("σ a + σ²", wrt="σ²").notes)


@pytest.mark.parametrize(("text", "wrt"), [("x'x", "x²"), ("‖W^2 x‖²", "W^2"), ("a'b", "c²")])
def test_what_has_no_such_power_is_refused(text: str, wrt: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match="cannot be the unknown"):
        matdiff.derive(text, wrt=wrt)
