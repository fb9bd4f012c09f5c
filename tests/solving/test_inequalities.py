"""Inequalities that bind on some data: entry by entry, and by the multiplier of one of them."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

A = np.array([1.5, -0.2, 0.3, -2.0])
W = np.array([1.0, 0.4, 2.0, 0.7])

ENTRIES = {  # problem, value by hand
    "minimise ||x - a||^2 subject to x >= 0": np.maximum(A, 0),
    "minimise ||x - a||^2 s.t. -x <= 0": np.maximum(A, 0),
    "maximise -(x - a)'diag(w)*(x - a) subject to x <= w": np.minimum(A, W),
    "minimise ||x - a||^2 subject to 0 <= x <= 1": np.clip(A, 0, 1),
    r"\min_x \tfrac12\|x - a\|^2 \quad \text{s.t.} \quad -w \le x \le w": np.clip(A, -W, W),
    "minimise x'x - 2*a'x subject to 2*x >= -w": np.maximum(A, -W / 2),
}


@pytest.mark.parametrize("problem", ENTRIES)
def test_every_entry_is_what_is_nearest_between_its_limits(problem: str) -> None:
    found = matdiff.solve(problem, "x", "x, a: n; w: n positive")
    assert np.allclose(matdiff.evaluate(found.solutions[0]["x"], {"a": A, "w": W}), ENTRIES[problem])
    assert (found.kind, found.proved) == ("maximum" if "maximise" in problem else "minimum", True)
    assert found.verify().ok


def test_limits_have_to_be_in_order() -> None:
    found = matdiff.solve("minimise (x - a)^2 subject to l <= x <= h", "x", "x, a, l, h: scalar")
    assert found.conditions == ("l ≤ h",)
    assert matdiff.evaluate(found.solutions[0]["x"], {"a": 3.0, "l": -1.0, "h": 2.0}) == 2


@pytest.mark.parametrize("b", [-3.0, 0.4, 5.0])
def test_a_half_space_binds_for_points_outside(b: float) -> None:
    found = matdiff.solve("minimise 1/2*||x - a||^2 subject to w'x <= b", "x", "x, a, w: n; b: scalar")
    x = matdiff.evaluate(found.solutions[0]["x"], {"a": A, "w": W, "b": b})
    assert np.allclose(x, A - max(W @ A - b, 0) / (W @ W) * W)
    assert (found.kind, found.proved) == ("minimum", True)
    assert found.verify().ok


@pytest.mark.parametrize("r", [0.5, 9.0])
def test_a_ball_binds_for_points_outside(r: float) -> None:
    found = matdiff.solve("minimise ||x - a||^2 subject to ||x|| <= r", "x", "x, a: n; r: scalar positive")
    x = matdiff.evaluate(found.solutions[0]["x"], {"a": A, "r": r})
    assert np.allclose(x, A * min(1, r / np.linalg.norm(A)))
    assert matdiff.evaluate(found.multipliers["nu"], {"a": A, "r": r}) >= 0
    found = matdiff.solve("minimise ||x - a||^2 subject to ||x|| >= r", "x", "x, a: n; r: scalar positive")
    x = matdiff.evaluate(found.solutions[0]["x"], {"a": A, "r": r})
    assert np.allclose(x, A * max(1, r / np.linalg.norm(A)))


@pytest.mark.parametrize("budget", [-2.0, 3.0])
def test_a_quadratic_below_a_budget(budget: float) -> None:
    found = matdiff.solve("maximise a'x - 1/2*x'S x subject to w'x <= b", "x", "S: n x n spd; x, a, w: n; b: scalar")
    s = np.diag(W) + 0.1
    x = matdiff.evaluate(found.solutions[0]["x"], {"S": s, "a": A, "w": W, "b": budget})
    free = np.linalg.solve(s, A)
    p = np.linalg.solve(s, W)
    assert np.allclose(x, free - max(W @ free - budget, 0) / (W @ p) * p)
    assert (found.kind, found.proved) == ("maximum", True)


@pytest.mark.parametrize(
    ("problem", "where"),
    [
        ("minimise ||M x - a||^2 subject to x >= 0", "M: n x n"),  # entries depend on each other
        ("minimise ||x - a||^2 subject to sum(x) = 1, x >= 0", "M: n x n"),
        ("minimise ||M x - a||^2 subject to ||x|| >= r", "M: n x n; r: scalar positive"),  # not convex
    ],
)
def test_which_inequalities_bind_is_left_open(problem: str, where: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match="complementary slackness"):
        matdiff.solve(problem, "x", f"{where}; x, a: n")


@pytest.mark.parametrize("problem", ["minimise -x^2 subject to 0 <= x <= 1", "maximise exp(x) + x^2 s.t. 0 <= x <= 1"])
def test_the_border_is_not_forgotten(problem: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=r"inequality binds|transcendental"):
        matdiff.solve(problem, "x", "x: scalar")
