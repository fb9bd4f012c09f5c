"""Rotations and matrices of low rank, against singular value decompositions."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

random = np.random.default_rng(21)
TALL, WIDE = random.normal(size=(5, 4)), random.normal(size=(3, 5))


def truncated(b: np.ndarray, k: int) -> np.ndarray:
    u, s, v = np.linalg.svd(b, full_matrices=False)
    return u[:, :k] @ np.diag(s[:k]) @ v[:k]


@pytest.mark.parametrize("b", [TALL, WIDE])
@pytest.mark.parametrize(
    "problem",
    [
        "minimise ||B - X||^2 subject to rank(X) = k",
        "minimise ||B - X||_F subject to rank(X) <= k",
        r"\min_X \tfrac12 \|X - B\|_F^2 \quad \text{s.t.} \quad \operatorname{rank}(X) \le k",
        "maximise tr(B'X) - 1/2*||X||^2 subject to rank(X) ≤ k",
    ],
)
def test_the_nearest_matrix_of_a_rank(problem: str, b: np.ndarray) -> None:
    found = matdiff.solve(problem, "X", "B, X: m x n")
    assert np.allclose(matdiff.evaluate(found.solutions[0]["X"], {"B": b, "k": 2}), truncated(b, 2))
    assert found.kind == ("maximum" if "maximise" in problem else "minimum")
    assert found.proved
    assert "singular value decomposition" in found.equation


@pytest.mark.parametrize(
    ("problem", "product"),
    [
        ("minimise ||B - U V'||^2", lambda u, v: u @ v.T),
        ("minimise ||U'V - B||^2", lambda u, v: u.T @ v),
        ("minimise tr((B - U V)'(B - U V))", lambda u, v: u @ v),
    ],
)
def test_two_factors_of_a_low_rank(problem: str, product: object) -> None:
    shapes = {"U V'": "U: m x k; V: n x k", "U'V": "U: k x m; V: k x n", "U V": "U: m x k; V: k x n"}
    where = next(w for text, w in shapes.items() if text in problem)
    found = matdiff.solve(problem, ("U", "V"), f"B: m x n; {where}")
    u, v = (matdiff.evaluate(found.solutions[0][n], {"B": TALL, "k": 2}) for n in "UV")
    assert np.allclose(product(u, v), truncated(TALL, 2))  # type: ignore[operator]
    assert found.up_to == "basis"


def test_one_pair_of_vectors() -> None:
    found = matdiff.solve("minimise ||B - u v'||^2", ("u", "v"), "B: m x n")
    u, v = (matdiff.evaluate(found.solutions[0][n], {"B": TALL}) for n in "uv")
    assert np.allclose(np.outer(u, v), truncated(TALL, 1))


@pytest.mark.parametrize("sign", [1, -1])
def test_the_nearest_rotation_has_determinant_1(sign: int) -> None:
    found = matdiff.solve("minimise ||R A - B||^2 subject to R'R = I, det(R) = 1", "R", "A, B: n x m; R: n x n")
    m = random.normal(size=(3, 3))
    m = m if sign * np.linalg.det(m) > 0 else -m
    r = matdiff.evaluate(found.solutions[0]["R"], {"A": np.eye(3), "B": m})
    u, _, v = np.linalg.svd(m)
    assert np.allclose(r, u @ np.diag([1, 1, np.linalg.det(u @ v)]) @ v)
    assert (found.kind, found.proved) == ("minimum", True)


def test_other_problems_of_a_rank_are_refused() -> None:
    with pytest.raises(matdiff.MatdiffError, match="given rank"):
        matdiff.solve("minimise ||A X - B||^2 subject to rank(X) = k", "X", "A: n x n; B, X: n x m")
