"""Equations that are to be solved, without an objective."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

random = np.random.default_rng(8)
A, B, C = (random.normal(size=(3, 3)) for _ in range(3))
SPD, P = A @ A.T + np.eye(3), B @ B.T + np.eye(3)
Q = C + C.T
VALUES = {"A": A, "B": B, "C": C, "S": SPD, "Q": Q, "b": np.array([1.0, -2.0, 0.5])}
WHERE = "A, B, C, X: n x n; S: n x n spd; Q: n x n symmetric; x, b: n"

EQUATIONS = {  # text: what is zero at the solution
    "solve A x = b for x": lambda x: A @ x - VALUES["b"],
    "Solve A'A x = A'b": lambda x: A.T @ (A @ x - VALUES["b"]),
    "A x = b": lambda x: A @ x - VALUES["b"],
    r"\text{solve } A^\top x + S x = b \text{ for } x": lambda x: A.T @ x + SPD @ x - VALUES["b"],
    "solve A X B = C for X": lambda x: A @ x @ B - C,
    "A X B = C, solve for X": lambda x: A @ x @ B - C,
    "A x = b (solve for x)": lambda x: A @ x - VALUES["b"],
    "solve S X + X S = Q for X": lambda x: SPD @ x + x @ SPD - Q,
    "solve X = A X A' + Q for X.": lambda x: x - A @ x @ A.T - Q,
    "solve inv(X) = S + inv(B) for X": lambda x: np.linalg.inv(x) - SPD - np.linalg.inv(B),
}


@pytest.mark.parametrize("text", EQUATIONS)
def test_an_equation_is_solved_for_its_unknown(text: str) -> None:
    name = "X" if "X" in text else "x"
    found = matdiff.solve(text, name, WHERE)
    assert np.allclose(EQUATIONS[text](matdiff.evaluate(found.solutions[0][name], VALUES)), 0)
    assert (found.kind, found.proved, found.value) == ("solution", True, None)
    assert found.verify().ok
    assert found.steps


QUADRATIC = {  # text: what is zero at the solution that is positive definite
    "solve X X = S for X": lambda x: x @ x - SPD,
    "solve 3 X P X = S for X": lambda x: 3 * x @ P @ x - SPD,
    "solve 2 X X = 5 eye(n) for X": lambda x: 2 * x @ x - 5 * np.eye(3),
    "solve 2 X X + X Q = 5 eye(n) for X": lambda x: 2 * x @ x + x @ Q - 5 * np.eye(3),
}


@pytest.mark.parametrize("text", QUADRATIC)
def test_an_equation_with_its_unknown_twice_has_a_solution_that_is_positive_definite(text: str) -> None:
    found = matdiff.solve(text, "X", "X, S, P: n x n spd; Q: n x n symmetric")
    x = matdiff.evaluate(found.solutions[0]["X"], {"S": SPD, "P": P, "Q": Q, "n": 3})
    assert np.allclose(QUADRATIC[text](x), 0)
    assert np.linalg.eigvalsh(x).min() > 0


def test_two_equations_for_two_unknowns() -> None:
    found = matdiff.solve(
        "solve S x + A'y = b, A x = c for x and y", where="S: n x n spd; A: m x n; b: n; c: m; x: n; y: m"
    )
    a, c = A[:2], np.array([0.3, -1.0])
    values = {"S": SPD, "A": a, "b": VALUES["b"], "c": c}
    x, y = (matdiff.evaluate(found.solutions[0][n], values) for n in "xy")
    assert np.allclose(SPD @ x + a.T @ y, VALUES["b"])
    assert np.allclose(a @ x, c)


def test_code_computes_what_solves_an_equation() -> None:
    source = matdiff.code(matdiff.solve("solve S x = b for x", where=WHERE))
    assert np.allclose(SPD @ source.function(S=SPD, b=VALUES["b"])[0], VALUES["b"])


def test_the_page_of_an_equation_speaks_of_no_minimum() -> None:
    page = matdiff.solve("solve A x = b for x", where=WHERE).to_text()
    assert page.startswith("solve Ax − b = 0")
    assert "x = A⁻¹b" in page
    assert "Kind" not in page


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("solve A'X + X A - X S X + Q = 0 for X", "Riccati"),
        ("solve X = Q + A'X A - A'X B*inv(S + B'X B)*B'X A for X", "discrete Riccati"),
        ("solve D x = b for x", "linear equation in x whose matrix need not be square"),
        ("solve exp(x) + x = b for x", "transcendental"),
        ("solve A x = b, B x = b for x", "2 equations for 1 unknown"),
    ],
)
def test_equations_without_a_closed_form_are_named(text: str, kind: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=kind):
        matdiff.solve(text, where=f"{WHERE}; D: n x m" if "D" not in text else "x: n; D: m x n; b: m")


def test_several_hats_before_arg_max() -> None:
    text = (
        r"\hat\mu, \hat\Sigma = \arg\max_{\mu, \Sigma} -\frac N2 \log|\Sigma|"
        r" - \frac12 \sum_{i=1}^N (x_i - \mu)^\top \Sigma^{-1} (x_i - \mu)"
    )
    found = matdiff.solve(text, where="x[i=1..N]: d; Σ: d x d spd")
    x = random.normal(size=(7, 2))
    assert np.allclose(matdiff.evaluate(found.solutions[0]["Sigma"], {"x": x, "N": 7}), np.cov(x.T, bias=True))


@pytest.mark.parametrize("asked", ["which minimises", "that minimises", "to minimise", "minimising"])
def test_the_unknown_that_minimises(asked: str) -> None:
    assert str(matdiff.solve(f"Find w {asked} ||X w - y||^2").solutions[0]["w"]) == "(XᵀX)⁻¹Xᵀy"
