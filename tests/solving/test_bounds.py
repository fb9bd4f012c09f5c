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


def test_principal_subspaces_are_named() -> None:
    found = matdiff.solve("minimise tr(V'K V) subject to V'V = eye(k)", "V", "V: n x k; K: n x n symmetric")
    assert found.solutions == []
    assert (found.kind, found.up_to) == ("minimum", "rotation")
    assert "k smallest eigenvalues" in found.conditions[0]
    assert "eigenvalue problem KV = VΛ" in found.to_text()


def test_an_orthogonal_matrix_that_is_not_square_has_no_polar_form() -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.solve("minimise ||G R - M||^2 subject to R'R = eye(k)", "R", "R: n x k; M: m x k; G: m x n")
