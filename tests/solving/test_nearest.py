"""Points near another one and of a small norm: soft thresholds of entries, lengths and singular values."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

V = np.array([1.5, -0.2, 0.3, -2.0])
Y = np.random.default_rng(3).normal(size=(4, 3))


def shrunk(b: np.ndarray, t: float) -> np.ndarray:
    return np.sign(b) * np.maximum(np.abs(b) - t, 0.0)


@pytest.mark.parametrize(
    ("problem", "t"),
    [
        ("minimise 1/2*||x - v||^2 + k*||x||_1", 0.5),
        ("minimise ||x - v||^2 + k*sum(abs(x))", 0.25),
        ("maximise -||x - v||^2 - 2*k*||x||_1", 0.5),
        ("minimise 3*x'x - 6*v'x + k*||x||_1", 0.5 / 6),
        (r"\min_x \tfrac{1}{2k}\|x - v\|_2^2 + \|x\|_1", 0.5),
    ],
)
def test_entries_are_shrunk(problem: str, t: float) -> None:
    found = matdiff.solve(problem, "x", "x, v: n; k: scalar positive")
    assert np.allclose(matdiff.evaluate(found.solutions[0]["x"], {"v": V, "k": 0.5}), shrunk(V, t))
    assert found.kind == ("maximum" if "maximise" in problem else "minimum")
    assert found.proved


def test_each_entry_has_a_weight_of_its_own() -> None:
    found = matdiff.solve("minimise 1/2*||x - v||^2 + sum(w.*abs(x))", "x", "x, v: n; w: n positive")
    w = np.array([1.0, 0.1, 0.4, 3.0])
    value = matdiff.evaluate(found.solutions[0]["x"], {"v": V, "w": w})
    assert np.allclose(value, np.sign(V) * np.maximum(np.abs(V) - w, 0))


def test_a_length_is_shrunk() -> None:
    found = matdiff.solve("minimise 1/2*||x - v||^2 + k*||x||", "x", "x, v: n; k: scalar positive")
    x = found.solutions[0]["x"]
    assert found.conditions == ("v ≠ 0",)
    assert np.allclose(matdiff.evaluate(x, {"v": V, "k": 0.5}), (1 - 0.5 / np.linalg.norm(V)) * V)
    assert np.allclose(matdiff.evaluate(x, {"v": V, "k": 9.0}), 0)


@pytest.mark.parametrize("b", [Y, Y.T])
def test_singular_values_are_shrunk(b: np.ndarray) -> None:
    found = matdiff.solve("minimise 1/2*||X - B||^2 + k*||X||_*", "X", "X, B: m x n; k: scalar positive")
    u, s, v = np.linalg.svd(b, full_matrices=False)
    value = matdiff.evaluate(found.solutions[0]["X"], {"B": b, "k": 0.7})
    assert np.allclose(value, u @ np.diag(np.maximum(s - 0.7, 0)) @ v, atol=1e-7)


@pytest.mark.parametrize(
    "problem",
    [
        "minimise ||A x - v||^2 + k*||x||_1",  # the lasso
        "minimise ||x - v||^2 - k*||x||_1",  # not convex
        "minimise ||x - v||^2 + k*||x||_1 + ||x||",
    ],
)
def test_other_kinks_are_named(problem: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=r"kinks|nonlinear"):
        matdiff.solve(problem, "x", "A: n x n; x, v: n; k: scalar positive")
