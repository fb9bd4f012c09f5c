"""Implicit differentiation: the solution is computed with NumPy, moved, and computed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import matdiff

Values = dict[str, Any]
Solver = Callable[[Mapping[str, Any]], Any]


def lyapunov(v: Mapping[str, Any]) -> Any:
    n = len(v["A"])
    whole = np.kron(np.eye(n), v["A"]) + np.kron(v["A"], np.eye(n))
    return np.linalg.solve(whole, v["Q"].flatten("F")).reshape((n, n), order="F")


def stein(v: Mapping[str, Any]) -> Any:
    n = len(v["A"])
    return np.linalg.solve(np.eye(n * n) - np.kron(v["A"], v["A"]), v["Q"].flatten("F")).reshape((n, n), order="F")


def fixed_point(v: Mapping[str, Any]) -> Any:
    x = np.zeros_like(v["b"])
    for _ in range(300):
        x = np.tanh(v["W"] @ x + v["b"])
    return x


def root_of_cubic(v: Mapping[str, Any]) -> Any:
    roots = np.roots([1.0, 0.0, v["a"], -v["b"]])
    return float(roots[np.abs(roots.imag) < 1e-9].real[0])


def ridge(v: Mapping[str, Any]) -> Any:
    return np.linalg.solve(v["X"].T @ v["X"] + v["lambda"] * np.eye(v["X"].shape[1]), v["X"].T @ v["y"])


random = np.random.default_rng(5)
A = 0.3 * random.normal(size=(3, 3)) + np.eye(3)
CASES: list[tuple[str, str, str, str, Values, Solver]] = [
    ("A X + X A' = Q", "X", "A,Q", "A: n x n", {"A": A, "Q": random.normal(size=(3, 3))}, lyapunov),
    ("X - A X A' = Q", "X", "A,Q", "A: n x n", {"A": A / 3, "Q": random.normal(size=(3, 3))}, stein),
    (
        "A X B = C",
        "X",
        "A,B,C",
        "A: m x m; B: n x n; C: m x n",
        {"A": A, "B": A[:2, :2] + 1, "C": random.normal(size=(3, 2))},
        lambda v: np.linalg.inv(v["A"]) @ v["C"] @ np.linalg.inv(v["B"]),
    ),
    (
        "A x = b",
        "x",
        "A,b",
        "A: n x n",
        {"A": A, "b": random.normal(size=3)},
        lambda v: np.linalg.solve(v["A"], v["b"]),
    ),
    ("x = tanh(W x + b)", "x", "W,b", "W: n x n", {"W": 0.4 * A, "b": random.normal(size=3)}, fixed_point),
    ("x^3 + a x = b", "x", "a,b", "x, a, b: scalar", {"a": 1.3, "b": 0.7}, root_of_cubic),
    (
        "argmin_w ‖X w − y‖² + lambda w'w",
        "w",
        "lambda,y,X",
        "X: m x n",
        {"X": random.normal(size=(4, 3)), "y": random.normal(size=4), "lambda": 0.8},
        ridge,
    ),
    ("(1 + t) X = Y", "X", "t,Y", "t: scalar; Y: m x n", {"t": 0.4, "Y": A}, lambda v: v["Y"] / (1 + v["t"])),
]
IDS = [case[0] for case in CASES]


def moved(values: Values, name: str, change: Any, step: float) -> Values:
    return {**values, name: values[name] + step * change}


@pytest.mark.parametrize(("equation", "unknown", "wrt", "where", "values", "solve"), CASES, ids=IDS)
def test_the_jacobian_is_that_of_the_solution(
    equation: str, unknown: str, wrt: str, where: str, values: Values, solve: Solver
) -> None:
    found = matdiff.implicit(equation, unknown, wrt.split(","), where)
    assert found.verify().ok
    point = {**values, unknown: solve(values)}
    for name in wrt.split(","):
        change = random.normal(size=np.shape(values[name]))
        h = 1e-5
        difference = (solve(moved(values, name, change, h)) - solve(moved(values, name, change, -h))) / (2 * h)
        jacobian = matdiff.evaluate(found.jacobians[name], point)
        if np.ndim(values[name]) == 0:
            got = np.asarray(jacobian) * change
        else:
            got = (np.atleast_2d(jacobian) @ np.asarray(change).flatten("F")).reshape(np.shape(difference), order="F")
        np.testing.assert_allclose(got, difference, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("equation", "unknown", "wrt", "where", "values", "solve"), CASES, ids=IDS)
def test_the_adjoint_method_gives_the_gradient_of_an_objective(
    equation: str, unknown: str, wrt: str, where: str, values: Values, solve: Solver
) -> None:
    objective = f"{unknown}^2" if unknown == "x" and "scalar" in where else f"‖{unknown}‖²"
    found = matdiff.implicit(equation, unknown, wrt.split(","), where, objective=objective)
    assert found.verify().ok
    point = {**values, unknown: solve(values)}
    for name in wrt.split(","):
        change = random.normal(size=np.shape(values[name]))
        h = 1e-5
        ends = [np.sum(np.square(solve(moved(values, name, change, sign * h)))) for sign in (1, -1)]
        got = np.sum(np.asarray(matdiff.evaluate(found.gradients[name], point)) * change)
        assert got == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=2e-5, abs=2e-6)


def test_closed_forms_are_those_of_the_books() -> None:
    linear = matdiff.implicit("A x = b", "x", ("A", "b"), "A: n x n")
    assert str(linear.change) == "A⁻¹(db − dA x)"
    assert linear.conditions == ("A is invertible",)
    lyapunov_equation = matdiff.implicit("A X + X A' = Q", "X", "Q", "A: n x n")
    assert str(lyapunov_equation.change) == "sylvester(A, Aᵀ, dQ)"
    assert "solution X of AX + XB = C" in lyapunov_equation.conditions[-1]


def test_the_page_says_what_is_solved_and_where() -> None:
    page = matdiff.implicit("A x = b", "x", "b", "A: n x n", objective="c'x").to_text()
    for line in ("F(x) = Ax − b = 0", "dx = A⁻¹ db", "∂x/∂bᵀ = A⁻¹", "∇_b L = A⁻ᵀc", "valid where A is invertible"):
        assert line in page


@pytest.mark.parametrize(
    ("equation", "unknown", "wrt", "message"),
    [
        ("A x <= b", "x", "A", "inequality"),
        ("A x = b = c", "x", "A", "one sign ="),
        ("A x = b", "x", "A", "the equation has m entries, and x has n"),
        ("x'A x = 1", "x", "A", "the equation has 1 entries"),
        ("A b = c", "x", "A", "does not occur"),
        ("A x = b", "x", "x", "cannot be a parameter"),
    ],
)
def test_what_is_no_equation_for_the_unknown_is_refused(equation: str, unknown: str, wrt: str, message: str) -> None:
    where = "A: m x n; x: n" if "m entries" in message else "A: n x n" if "x" in equation else None
    with pytest.raises(matdiff.MatdiffError, match=message):
        matdiff.implicit(equation, unknown, wrt, where)
