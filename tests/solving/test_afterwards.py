"""What is asked once a problem is solved: influence of the data, information and covariance."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

random = np.random.default_rng(2)
X, Y = random.normal(size=(7, 3)), random.normal(size=7)


def test_each_datum_moves_the_solution() -> None:
    found = matdiff.solve("minimise ||X w - y||^2 + k*||w||^2", "w", "k: scalar positive")
    j = matdiff.evaluate(found.influence("y"), {"X": X, "k": 0.4})
    solve = lambda y: np.linalg.solve(X.T @ X + 0.4 * np.eye(3), X.T @ y)  # noqa: E731
    numerical = np.stack([solve(Y + e) - solve(Y) for e in np.eye(7)], axis=1)
    np.testing.assert_allclose(j, numerical, atol=1e-12)
    with pytest.raises(matdiff.MatdiffError, match="no data"):
        found.influence("z")


def test_the_influence_on_one_of_several_unknowns() -> None:
    found = matdiff.solve("minimise ||X w - y||^2 + (a - t)^2", ("w", "a"), "a, t: scalar")
    assert str(found.influence("t", of="a")) == "1"
    with pytest.raises(matdiff.MatdiffError, match="which unknown"):
        found.influence("t")


@pytest.mark.parametrize(
    ("problem", "name", "where", "information", "covariance"),
    [
        ("maximise -||y - X b||^2/(2*s)", "b", "s: scalar positive", "XᵀX/s", "s(XᵀX)⁻¹"),
        ("maximise k*log(r) - r*T", "r", "r, k, T: scalar positive", "T²/k", "k/T²"),
        (
            "maximise -1/2*sum(i=1..N, (x_i - m)'inv(S)*(x_i - m))",
            "m",
            "x[i=1..N]: d; S: d x d spd; m: d",
            "NS⁻¹",
            "S/N",
        ),
    ],
)
def test_the_information_of_a_likelihood(
    problem: str, name: str, where: str, information: str, covariance: str
) -> None:
    found = matdiff.solve(problem, name, where)
    assert str(found.information()[name, name]) == information
    assert str(found.covariance()) == covariance


def test_the_information_of_a_fit_and_its_variance_in_blocks() -> None:
    found = matdiff.solve("minimise n/2*log(s) + ||y - X b||^2/(2*s)", ("b", "s"), "s: scalar positive; X: n x p")
    values = {"X": X, "y": Y, "p": X.shape[1]}
    blocks = {k: matdiff.evaluate(e, values) for k, e in found.information().items()}
    b = np.linalg.lstsq(X, Y, rcond=None)[0]
    s = np.mean((Y - X @ b) ** 2)
    np.testing.assert_allclose(blocks["b", "b"], X.T @ X / s)
    np.testing.assert_allclose(blocks["b", "s"], 0, atol=1e-9)
    np.testing.assert_allclose(blocks["s", "s"], 7 / (2 * s**2))


def test_constraints_leave_no_information() -> None:
    found = matdiff.solve("maximise sum(n.*log(p)) subject to sum(p) = 1", "p", "p, n: d positive")
    with pytest.raises(matdiff.MatdiffError, match="without constraints"):
        found.information()


def test_all_solutions_of_least_squares_without_full_rank() -> None:
    (note,) = matdiff.solve("minimise ||X w - y||^2", "w").notes
    assert note == (
        "Where X does not have full column rank the solutions are pinv(X)y + (I − pinv(X)X)z for all z, "
        "and pinv(X)y is the shortest."
    )
    low = X[:, :2] @ random.normal(size=(2, 3))
    w = matdiff.evaluate("pinv(X)*y + (eye(n) - pinv(X)*X)*z", {"X": low, "y": Y, "z": random.normal(size=3)})
    np.testing.assert_allclose(low.T @ (low @ w - Y), 0, atol=1e-9)
    assert matdiff.solve("minimise ||X w - y||^2 + k*||w||^2", "w", "k: scalar positive").notes == ()


@pytest.mark.parametrize(
    ("problem", "name", "where", "value"),
    [
        ("minimise ||X w - y||^2 + k*||w||^2", "w", "k: scalar positive", "‖y‖² − yᵀX(kI + XᵀX)⁻¹Xᵀy"),
        (
            "minimise tr((I - K H)P(I - K H)' + K R K')",
            "K",
            "P: n x n spd; R: m x m spd; H: m x n; K: n x m",
            "Tr(P) − Tr(HP²Hᵀ(R + HPHᵀ)⁻¹)",
        ),
    ],
)
def test_a_value_is_told_after_its_square_has_been_completed(problem: str, name: str, where: str, value: str) -> None:
    found = matdiff.solve(problem, name, where)
    assert str(found.value) == value
    objective = problem.removeprefix("minimise ")
    data = {"X": X, "y": Y, "k": 0.4, "P": X.T @ X, "R": np.eye(2), "H": X[:2]}
    best = {**data, name: matdiff.evaluate(found.solutions[0][name], {k: data[k] for k in data if k in problem})}
    assert np.isclose(
        matdiff.evaluate(matdiff.parse(objective, where), {k: v for k, v in best.items() if k in objective}),
        matdiff.evaluate(found.value, {k: data[k] for k in data if k in value}),
    )
