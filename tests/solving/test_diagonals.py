"""Diagonal unknowns and equations that hold entry by entry, against NumPy on random data."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.errors import MatdiffError

random = np.random.default_rng(11)


def test_scales_of_columns_are_fitted_entry_by_entry() -> None:
    found = matdiff.solve("minimise ||A - B diag(u)||^2", "u", "A, B: m x n; u: n")
    assert str(found.solutions[0]["u"]) == "diag(AᵀB) ./ diag(BᵀB)"
    assert (found.kind, found.proved, found.conditions) == ("minimum", True, ("every entry of diag(BᵀB) is not 0",))


def test_the_core_of_a_diagonal_factorisation() -> None:
    found = matdiff.solve("minimise ||A - P diag(s) Q'||^2", "s", "A: m x n; P: m x k; Q: n x k; s: k")
    a, p, q = random.normal(size=(5, 4)), random.normal(size=(5, 2)), random.normal(size=(4, 2))
    got = matdiff.evaluate(found.solutions[0]["s"], {"A": a, "P": p, "Q": q})
    design = np.stack([np.outer(p[:, k], q[:, k]).ravel() for k in range(2)], axis=1)
    np.testing.assert_allclose(got, np.linalg.lstsq(design, a.ravel(), rcond=None)[0])


@pytest.mark.parametrize(
    ("problem", "where", "solution"),
    [
        ("minimise ||A - D||^2", "A: n x n; D: n x n diagonal", "diag(diag(A))"),
        ("minimise log det(D) + tr(inv(D)*S)", "S: n x n spd; D: n x n diagonal spd", "diag(diag(S))"),
        ("minimise tr(D S) - log det(D)", "S: n x n spd; D: n x n diagonal spd", "diag(1 ./ diag(S))"),
        ("minimise ||A D - B||^2", "A, B: m x n; D: n x n diagonal", "diag(diag(AᵀB) ./ diag(AᵀA))"),
    ],
)
def test_a_diagonal_unknown_is_solved_for_its_diagonal(problem: str, where: str, solution: str) -> None:
    found = matdiff.solve(problem, "D", where)
    assert str(found.solutions[0]["D"]) == solution
    assert (found.kind, found.proved) == ("minimum", True)
    assert found.steps[-1].law.name == "solved_for_diagonal"


def test_a_diagonal_beside_a_vector() -> None:
    where = "X: m x n; y: m; b: n; D: n x n diagonal; r: scalar positive"
    found = matdiff.solve("minimise ||y - X D b||^2 + r*||D||^2", "D", where)
    x, y, b = random.normal(size=(6, 3)), random.normal(size=6), random.normal(size=3)
    got = matdiff.evaluate(found.solutions[0]["D"], {"X": x, "y": y, "b": b, "r": 0.4})
    scaled = x * b
    np.testing.assert_allclose(got, np.diag(np.linalg.solve(scaled.T @ scaled + 0.4 * np.eye(3), scaled.T @ y)))


def test_quadratic_equations_of_every_entry_have_one_positive_root() -> None:
    where = "x: n positive; a: n; r: scalar positive"
    found = matdiff.solve("minimise 1/2*||x - a||^2 - r*sum(log(x))", "x", where)
    a = random.normal(size=4)
    got = matdiff.evaluate(found.solutions[0]["x"], {"a": a, "r": 0.3})
    np.testing.assert_allclose(got - a - 0.3 / got, 0, atol=1e-12)
    assert (len(found.solutions), found.proved, (got > 0).all()) == (1, True, True)


def test_entries_whose_logarithm_is_taken_have_to_be_positive() -> None:
    found = matdiff.solve("minimise sum(exp(x)) - c'x", "x", "x, c: n")
    assert found.conditions == ("every entry of c is positive",)
    assert str(matdiff.solve("minimise sum((x - a).^4)", "x", "x, a: n").solutions[0]["x"]) == "a"


def test_a_diagonal_that_stands_twice_is_refused() -> None:
    with pytest.raises(MatdiffError, match="no law solves it"):
        matdiff.solve("minimise ||A - D B D||^2", "D", "A, B: n x n; D: n x n diagonal")


def test_a_letter_of_the_data_is_not_taken_for_that_of_a_step() -> None:
    assert str(matdiff.solve("minimise log det(X) + tr(inv(X)*Y)", "X", "X, Y: n x n spd").solutions[0]["X"]) == "Y"
    found = matdiff.solve("minimise ||D - diag(d)||^2", "D", "d: n; D: n x n diagonal")
    assert str(found.solutions[0]["D"]) == "diag(d)"


def test_a_positive_diagonal_need_not_be_positive_beside_the_diagonal() -> None:
    where = "D: n x n diagonal positive; S: n x n spd; k: scalar positive"
    found = matdiff.solve("maximise -k/2*log det(D) - 1/2*tr(S inv(D))", "D", where)
    assert (str(found.solutions[0]["D"]), found.kind, found.proved) == ("diag(diag(S)/k)", "maximum", True)
