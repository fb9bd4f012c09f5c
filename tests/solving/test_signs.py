"""Points whose kind depends on the signs of numbers, which are conditions."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

CASES = [  # problem, unknowns, declarations, the numbers that have to be positive
    ("minimise ||X w - y||^2 + k*||w||^2", "w", "k: scalar", ("k > 0",)),
    ("minimise a*x^2 + b*x", "x", "a, b, x: scalar", ("a > 0",)),
    ("maximise m'w - k/2*w'S w", "w", "S: n x n spd; w, m: n; k: scalar", ("k > 0",)),
    ("maximise a*log(q) + b*log(1 - q)", "q", "q: scalar positive; a, b: scalar", ("a > 0", "b > 0")),
    ("maximise (a - 1)*log(q) + (b - 1)*log(1 - q)", "q", "q, a, b: scalar positive", ("a − 1 > 0", "b − 1 > 0")),
    (
        "maximise sum(k=1..K, (n[k] + a[k] - 1)*log(p[k])) subject to sum(k=1..K, p[k]) = 1",
        "p",
        "p[k=1..K], n[k=1..K], a[k=1..K]: scalar positive",
        ("n[i] + a[i] − 1 > 0",),
    ),
]


@pytest.mark.parametrize(("problem", "name", "where", "signs"), CASES)
def test_numbers_that_have_to_be_positive_are_conditions(
    problem: str, name: str, where: str, signs: tuple[str, ...]
) -> None:
    found = matdiff.solve(problem, name, where)
    assert (found.kind, found.proved) == ("maximum" if "maximise" in problem else "minimum", True)
    assert set(signs) <= set(found.conditions)
    assert found.verify().ok


def test_nothing_is_asked_of_numbers_that_do_not_matter() -> None:
    found = matdiff.solve("minimise ||X w - y||^2 + k*||w||^2 - t*b'w", "w", "k, t: scalar; b: n")
    assert found.conditions == ("k > 0",)


def test_the_sense_that_is_asked_for_is_not_taken_for_granted() -> None:
    found = matdiff.solve("minimise x'x - a*y^2 + b*y", ("x", "y"), "x: n; b, y: scalar; a: scalar positive")
    assert (found.kind, found.proved, len(found.notes)) == ("saddle", True, 1)
    found = matdiff.solve("maximise x'x - 2*b'x", "x", "x, b: n")
    assert found.kind == "minimum"


def test_a_mode_with_numbers() -> None:
    found = matdiff.solve("maximise (a - 1)*log(q) + (b - 1)*log(1 - q)", "q", "q, a, b: scalar positive")
    value = matdiff.evaluate(found.solutions[0]["q"], {"a": 3.0, "b": 2.5})
    grid = np.linspace(0.01, 0.99, 9801)
    best = grid[np.argmax(2.0 * np.log(grid) + 1.5 * np.log(1 - grid))]
    assert abs(value - best) < 1e-4
