"""Constrained problems: Newton's method with the system of blocks, against solutions that are known."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

random = np.random.default_rng(7)


def newton(
    point: matdiff.results.equations.StationaryPoint, names: list[str], values: dict[str, object], steps: int
) -> dict[str, object]:
    """Newton's method with the matrix and the gradients, the data held constant."""
    for _ in range(steps):
        right = np.concatenate([np.ravel(matdiff.evaluate(g, values)) for g in point.gradients.values()])
        step = np.linalg.solve(matdiff.evaluate(point.matrix, values), -right)
        place = 0
        for name in names:
            size = np.size(values[name])
            change = step[place : place + size]
            values = {**values, name: values[name] + (change if np.ndim(values[name]) else change.item())}
            place += size
    return values


def test_a_quadratic_problem_is_solved_in_one_step() -> None:
    point = matdiff.stationary("minimise ½x'P x + q'x subject to A x = b", "x", "P: n x n symmetric")
    assert str(point.lagrangian) == "½xᵀPx + qᵀx + νᵀ(Ax − b)"
    assert str(point.matrix) == "[P, Aᵀ; A, 0_{m×m}]"
    assert point.verify().ok
    root = random.normal(size=(4, 4))
    given = {"P": root @ root.T + np.eye(4), "q": random.normal(size=4)}
    given |= {"A": random.normal(size=(2, 4)), "b": random.normal(size=2)}
    end = newton(point, ["x", "nu"], {**given, "x": np.zeros(4), "nu": np.zeros(2)}, 1)
    whole = np.block([[given["P"], given["A"].T], [given["A"], np.zeros((2, 2))]])
    expected = np.linalg.solve(whole, np.concatenate([-given["q"], given["b"]]))
    np.testing.assert_allclose(end["x"], expected[:4], atol=1e-10)


def test_the_rayleigh_quotient_on_the_sphere_has_eigenvectors() -> None:
    point = matdiff.stationary("min x'A x s.t. x'x = 1", "x", "A: n x n symmetric")
    assert point.verify().ok
    matrix = random.normal(size=(4, 4))
    matrix = matrix + matrix.T
    values, vectors = np.linalg.eigh(matrix)
    start = vectors[:, 0] + 0.05 * random.normal(size=4)
    end = newton(point, ["x", "nu"], {"A": matrix, "x": start, "nu": -float(values[0])}, 8)
    assert abs(abs(vectors[:, 0] @ end["x"]) - 1) < 1e-9
    assert end["nu"] == pytest.approx(-values[0])


def test_an_open_objective_gives_the_system_of_document_000() -> None:
    point = matdiff.stationary("minimise f(x) s.t. A x = b", "x", "f: n -> scalar; A: m x n; b: m")
    page = point.to_text()
    for line in (
        "∇_x L = ∇f(x) + Aᵀν = 0",
        "d(∇_x L) = ∇²f(x) dx + dAᵀν + Aᵀ dν",
        "d(∇_ν L) = dA x + A dx − db",
        "[ ∇²f(x)   Aᵀ ] [ dx ] = − [ ∇f(x) + Aᵀν + dAᵀν ]",
        "[ A        0  ] [ dν ]     [ Ax − b + dA x − db ]",
    ):
        assert line in page
    assert r"\begin{bmatrix} \nabla^{2} f(x) & A^{\top} \\ A & 0 \end{bmatrix}" in point.to_latex()
    assert point.verify().ok


def test_an_open_objective_is_minimised_by_its_derivatives() -> None:
    """Boyd and Vandenberghe, sec. 10.3: Newton's method from an infeasible start, for f(x) = Σ exp(xᵢ)."""
    point = matdiff.stationary("minimise f(x) s.t. A x = b", "x", "f: n -> scalar; A: m x n; b: m")
    given = {"f": lambda x: float(np.sum(np.exp(x))), "∇f": np.exp, "∇²f": lambda x: np.diag(np.exp(x))}
    given |= {"A": np.ones((1, 4)), "b": np.array([2.0])}
    end = newton(point, ["x", "nu"], {**given, "x": random.normal(size=4), "nu": np.zeros(1)}, 12)
    np.testing.assert_allclose(end["x"], np.full(4, 0.5), atol=1e-10)
    np.testing.assert_allclose(end["nu"], [-np.exp(0.5)], atol=1e-10)


def test_several_constraints_have_several_multipliers() -> None:
    point = matdiff.stationary("minimise ‖x‖² subject to A x = b, 1'x = 1", "x")
    assert list(point.gradients) == ["x", "nu1", "nu2"]
    given = {"A": random.normal(size=(2, 5)), "b": random.normal(size=2)}
    end = newton(point, ["x", "nu1", "nu2"], {**given, "x": np.zeros(5), "nu1": np.zeros(2), "nu2": 0.0}, 1)
    rows = np.vstack([given["A"], np.ones(5)])
    np.testing.assert_allclose(end["x"], np.linalg.pinv(rows) @ np.append(given["b"], 1.0), atol=1e-10)


def test_a_matrix_is_taken_by_vec() -> None:
    point = matdiff.stationary("minimise ‖X − B‖² subject to X 1 = r", "X", "X: m x n")
    given = {"B": random.normal(size=(3, 4)), "r": random.normal(size=3)}
    right = matdiff.evaluate(point.matrix, {**given, "X": np.zeros((3, 4)), "nu": np.zeros(3)})
    assert right.shape == (15, 15)
    assert point.verify().ok


def test_the_same_as_latex_and_json() -> None:
    point = matdiff.stationary("minimise x'x s.t. A x = b", "x")
    assert r"\begin{bmatrix} 2 I_{n} & A^{\top} \\ A & 0 \end{bmatrix}" in point.to_latex()
    assert '"lagrangian"' in point.to_json()


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        ("minimise x'x s.t. A x <= b", "inequality"),
        ("minimise x'x s.t. A x", "one sign ="),
        ("minimise A x s.t. A x = b", "scalar"),
    ],
)
def test_what_is_no_such_problem_is_refused(problem: str, message: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=message):
        matdiff.stationary(problem, "x", "A: m x n; x: n; b: m")
