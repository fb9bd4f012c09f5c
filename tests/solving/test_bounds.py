"""Problems whose solution attains a bound on eigenvalues or singular values, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

random = np.random.default_rng(11)


def symmetric(n: int) -> np.ndarray:
    a = random.normal(size=(n, n))
    return a + a.T


def definite(n: int) -> np.ndarray:
    a = random.normal(size=(n, n))
    return a @ a.T + np.eye(n)


@pytest.mark.parametrize(("sense", "place"), [("minimise", 0), ("maximise", -1)])
def test_a_quadratic_form_on_the_sphere(sense: str, place: int) -> None:
    found = matdiff.solve(f"{sense} u'K u subject to u'u = 9", "u", "K: n x n symmetric; u: n")
    k = symmetric(4)
    u = matdiff.evaluate(found.solutions[0]["u"], {"K": k})
    values, vectors = np.linalg.eigh(k)
    np.testing.assert_allclose(abs(u), abs(3 * vectors[:, place]))
    assert matdiff.evaluate(found.value, {"K": k}) == pytest.approx(9 * values[place])
    assert (found.proved, found.up_to) == (True, "sign")
    assert "eigenvalue problem" in found.equation


SCHWARZ = {  # what the inequality of Cauchy and Schwarz bounds: problem, solution, up to
    "the maximum of Sharpe's ratio": ("maximise (m'w)/sqrt(w'K w)", "K⁻¹m", "positive scale"),
    "a descent in a norm": ("minimise (m'w)/norm2(w)", "−m", "positive scale"),
    "Fisher's discriminant": ("maximise (w'(m - b))^2/(w'K w)", "K⁻¹(m − b)", "scale"),
    "a correlation": ("maximise (m'w)/(norm2(w)*norm2(b))", "m", "positive scale"),
    "on an ellipsoid": ("maximise (m'w)^2 subject to w'K w = 1", "K⁻¹m/sqrt(mᵀK⁻¹m)", "sign"),
    "the tangency portfolio": ("maximise (m'w)/sqrt(w'K w) subject to sum(w) = 1", "K⁻¹m/(1ᵀK⁻¹m)", ""),
}


@pytest.mark.parametrize("case", SCHWARZ)
def test_what_attains_the_inequality_of_cauchy_and_schwarz(case: str) -> None:
    problem, solution, up_to = SCHWARZ[case]
    found = matdiff.solve(problem, "w", "w, m, b: n; K: n x n spd")
    assert str(found.solutions[0]["w"]) == solution
    assert (found.proved, found.up_to) == (True, up_to)


def test_a_portfolio_exists_where_its_weights_can_add_up() -> None:
    found = matdiff.solve("maximise (m'w)/sqrt(w'K w) subject to sum(w) = 1", "w", "w, m: n; K: n x n spd")
    assert found.conditions == ("m ≠ 0", "1ᵀK⁻¹m > 0")
    found = matdiff.solve("maximise w'S w/(w'K w) subject to b'w = 2", "w", "S: n x n symmetric; w, b: n; K: n x n spd")
    s, k, b = symmetric(3), definite(3), random.normal(size=3)
    w = matdiff.evaluate(found.solutions[0]["w"], {"S": s, "K": k, "b": b})
    largest = np.linalg.eigvals(np.linalg.solve(k, s)).real.max()
    np.testing.assert_allclose([b @ w, (w @ s @ w) / (w @ k @ w)], [2, largest])


def test_a_generalised_rayleigh_quotient() -> None:
    found = matdiff.solve("minimise u'K u/(u'G u)", "u", "K: n x n symmetric; G: n x n spd; u: n")
    k, g = symmetric(3), definite(3)
    u = matdiff.evaluate(found.solutions[0]["u"], {"K": k, "G": g})
    values = np.linalg.eigvals(np.linalg.solve(g, k)).real
    np.testing.assert_allclose(k @ u, values.min() * g @ u, atol=1e-9)
    assert (found.kind, found.up_to) == ("minimum", "scale")


def test_a_pair_of_singular_vectors() -> None:
    found = matdiff.solve("maximise u'M v subject to u'u = 1, v'v = 1", ["u", "v"], "u: m; v: n; M: m x n")
    m = random.normal(size=(4, 3))
    u, v = (matdiff.evaluate(found.solutions[0][n], {"M": m}) for n in "uv")
    assert u @ m @ v == pytest.approx(np.linalg.norm(m, 2))


def test_the_nearest_orthogonal_matrix() -> None:
    found = matdiff.solve("minimise ||R - M||^2 subject to R'R = eye(n)", "R", "R, M: n x n")
    m = random.normal(size=(3, 3))
    u, _, v = np.linalg.svd(m)
    np.testing.assert_allclose(matdiff.evaluate(found.solutions[0]["R"], {"M": m}), u @ v)
    assert (found.kind, found.proved) == ("minimum", True)


@pytest.mark.parametrize(("sense", "columns"), [("minimise", slice(0, 2)), ("maximise", slice(-2, None))])
def test_principal_subspaces_are_columns_of_eigenvectors(sense: str, columns: slice) -> None:
    found = matdiff.solve(f"{sense} tr(V'K V) subject to V'V = eye(k)", "V", "V: n x k; K: n x n symmetric")
    k = symmetric(5)
    v = matdiff.evaluate(found.solutions[0]["V"], {"K": k, "k": 2})
    vectors = np.linalg.eigh(k)[1][:, columns]
    np.testing.assert_allclose(v @ v.T, vectors @ vectors.T, atol=1e-12)
    assert (found.proved, found.up_to) == (True, "rotation")
    found = matdiff.solve(
        f"{sense} tr(V'K V) subject to V'G V = eye(k)", "V", "V: n x k; K: n x n symmetric; G: n x n spd"
    )
    g = definite(5)
    v = matdiff.evaluate(found.solutions[0]["V"], {"K": k, "G": g, "k": 2})
    values = np.sort(np.linalg.eigvals(np.linalg.solve(g, k)).real)
    np.testing.assert_allclose(np.trace(v.T @ k @ v), values[columns].sum())
    np.testing.assert_allclose(v.T @ g @ v, np.eye(2), atol=1e-12)


def test_the_nearest_semidefinite_matrix_has_no_negative_eigenvalues() -> None:
    found = matdiff.solve("minimise 1/2*||X - A||^2 + c*tr(X)", "X", "A: n x n symmetric; X: n x n psd; c: scalar")
    a = symmetric(4)
    values, vectors = np.linalg.eigh(a - 0.3 * np.eye(4))
    x = matdiff.evaluate(found.solutions[0]["X"], {"A": a, "c": 0.3})
    np.testing.assert_allclose(x, vectors * np.maximum(values, 0) @ vectors.T, atol=1e-9)
    assert (found.kind, found.proved) == ("minimum", True)
    for problem in ("minimise -||X - A||^2", "minimise tr(X'B X) - tr(X A)"):
        with pytest.raises(matdiff.MatdiffError, match="need not be semidefinite"):
            matdiff.solve(problem, "X", "A: n x n symmetric; B: n x n spd; X: n x n psd")


def test_an_orthogonal_matrix_that_is_not_square_has_no_polar_form() -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.solve("minimise ||G R - M||^2 subject to R'R = eye(k)", "R", "R: n x k; M: m x k; G: m x n")


@pytest.mark.parametrize("problem", ["maximise (w'B w)/(w'W w)", "maximise w'B w subject to w'W w = 1"])
def test_what_is_usual_of_the_matrices_of_an_eigenvalue_problem_is_a_condition(problem: str) -> None:
    found = matdiff.solve(problem, "w")
    assert found.conditions[:2] == ("B is symmetric", "W is positive definite")
    root = random.normal(size=(4, 4))
    b, w = root + root.T, root @ root.T + np.eye(4)
    value = matdiff.evaluate(found.solutions[0]["w"], {"B": b, "W": w})
    largest = np.linalg.eigvals(np.linalg.solve(w, b)).real.max()
    assert np.isclose(value @ b @ value / (value @ w @ value), largest)
    with pytest.raises(matdiff.MatdiffError):
        matdiff.evaluate(found.solutions[0]["w"], {"B": b, "W": -w})
