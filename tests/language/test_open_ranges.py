"""Ranges with an open end, x[2:] and X[:, :3], counted from 1; unit vectors of an index in LaTeX."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

WHERE = "x: n; X: m x n; y: n-1; B: n x n"
DRAWS = np.random.default_rng(0)
VALUES = {"x": DRAWS.normal(size=6), "X": DRAWS.normal(size=(4, 6)), "B": DRAWS.normal(size=(6, 6))}


@pytest.mark.parametrize(
    ("text", "closed", "value"),
    [
        ("x[2:]", "x[2:n]", lambda v: v["x"][1:]),
        ("x[:3]", "x[1:3]", lambda v: v["x"][:3]),
        ("x[ 2 : ]", "x[2:n]", lambda v: v["x"][1:]),
        ("x[:n-1]", "x[1:n-1]", lambda v: v["x"][:-1]),
        ("X[:, 2:]", "X[:, 2:n]", lambda v: v["X"][:, 1:]),
        ("X[2:, :3]", "X[2:m, 1:3]", lambda v: v["X"][1:, :3]),
        ("X[:2, 3]", "X[1:2, 3]", lambda v: v["X"][:2, 2]),
        ("X[1, 2:]", "X[1, 2:n]", lambda v: v["X"][:1, 1:]),
        ("X'[2:, :]", "X'[2:n, :]", lambda v: v["X"].T[1:]),
        ("X'[:3, 2:]", "X'[1:3, 2:m]", lambda v: v["X"].T[:3, 1:]),
        ("(X B)[:, 4:]", "(X B)[:, 4:n]", lambda v: (v["X"] @ v["B"])[:, 3:]),
        ("x[2:] - x[:n-1]", "x[2:n] - x[1:n-1]", lambda v: np.diff(v["x"])),
        ("x_{2:}", "x_{2:n}", lambda v: v["x"][1:]),
        ("X_{:,:3}", "X_{:,1:3}", lambda v: v["X"][:, :3]),
        ("x[3:5][2:]", "x[4:5]", lambda v: v["x"][3:5]),
    ],
)
def test_an_open_end_is_that_of_the_vector_or_matrix(text: str, closed: str, value: object) -> None:
    e = matdiff.parse(text, WHERE)
    assert np.allclose(matdiff.evaluate(e, VALUES), value(VALUES))  # type: ignore[operator]
    assert np.allclose(matdiff.evaluate(matdiff.parse(closed, WHERE), VALUES), value(VALUES))  # type: ignore[operator]
    assert matdiff.parse(str(e), WHERE) is e
    assert matdiff.parse(format(e, "latex"), WHERE, dialect="latex") is e


def test_the_whole_is_no_slice() -> None:
    assert matdiff.parse("X[1:m, :]", WHERE) is matdiff.parse("X", WHERE)
    assert matdiff.parse("x[:]", WHERE) is matdiff.parse("x", WHERE)


def test_gradients_of_differences() -> None:
    found = matdiff.derive("‖x[2:] − x[:n-1]‖²", "x", "x: n")
    assert found.verify().ok
    x = VALUES["x"]
    jumps = 2 * np.diff(x)
    expected = np.concatenate([[0], jumps]) - np.concatenate([jumps, [0]])
    assert np.allclose(matdiff.evaluate(found.gradient, {"x": x}), expected)


@pytest.mark.parametrize("text", ["x[0:]", "x[:-1]", "X[2:]", "x[9:]", "x[2::]", "x[2:3:]", "x[:2:3]"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.parse(text, "x: 6; X: m x n")


def test_inner_products_in_brackets_stay_what_they_are() -> None:
    assert matdiff.parse("2 [X : X]", WHERE) is matdiff.parse("2 (X : X)", WHERE)


@pytest.mark.parametrize("text", ["sum(i=1..n, x[i]^2*unit(i, n))", "sum(i=1..m, unit(i, m)*X[i, :])", "unit(2, n)"])
def test_unit_vectors_read_back_from_latex(text: str) -> None:
    e = matdiff.parse(text, WHERE)
    assert matdiff.parse(format(e, "latex"), WHERE, dialect="latex") is e
