"""Powers of a matrix with an exponent that is not known, against powers that are written out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import matdiff

random = np.random.default_rng(2)
A = random.normal(size=(3, 3)) / 2
VALUES = {"A": A, "B": random.normal(size=(3, 3)), "x": random.normal(size=3), "y": random.normal(size=3)}
WHERE = "A, B: n x n; x, y: n; k: integer"
CASES = [
    "tr(A^k)",
    "x'A^k y",
    "tr(B A^(k-1))",
    "‖A^k x − y‖²",
    "tr(A^(2k+1))",
    "sum(A^k x)",
    "tr(A^k B A^k)",
    "det(A^k B)",
]


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("k", [2, 3, 4])
def test_the_gradient_is_that_of_the_power_written_out(text: str, k: int) -> None:
    symbolic = matdiff.derive(text, "A", WHERE)
    assert symbolic.verify().ok
    numbers = {"k": str(k), "(k-1)": str(k - 1), "(2k+1)": str(2 * k + 1)}
    written = text
    for old, new in sorted(numbers.items(), key=lambda pair: -len(pair[0])):
        written = written.replace("^" + old, "^" + new)
    expected = matdiff.derive(written, "A", WHERE).gradient
    found = matdiff.evaluate(symbolic.gradient, VALUES | {"k": k})
    np.testing.assert_allclose(found, matdiff.evaluate(expected, VALUES), rtol=1e-9, atol=1e-12)


def test_short_answers() -> None:
    assert str(matdiff.derive("tr(A^k)", "A").gradient) == "k(A^(k − 1))ᵀ"
    assert str(matdiff.derive("log det(A^k)", "A").gradient) == "kA⁻ᵀ"
    assert str(matdiff.derive("tr(A^k A)", "A").gradient) == "(k + 1)(A^k)ᵀ"
    assert "k is a positive integer" in matdiff.derive("tr(A^k)", "A").conditions


@pytest.mark.parametrize("text", ["A^k", "A^(k-1)", "A^(2k+1)", "tr(A^k B)", "x'A^k y", "(A + B)^k"])
@pytest.mark.parametrize("style", ["unicode", "ascii", "latex", "numpy"])
def test_what_is_written_is_read(text: str, style: str, is_read_back: Callable[..., bool]) -> None:
    e = matdiff.parse(text, WHERE)
    assert is_read_back(e, style, WHERE)


def test_a_sum_of_powers_of_an_index_has_a_value() -> None:
    series = matdiff.parse("sum(i=1..N, A^i)", WHERE)
    np.testing.assert_allclose(matdiff.evaluate(series, {"A": A, "N": 3}), A + A @ A + A @ A @ A)


@pytest.mark.parametrize(
    ("text", "wrt"), [("tr(A^k)", "k"), ("sum(i=1..N, tr(A^i))", "A"), ("tr(A^(k/2))", "A"), ("tr(A^(k k))", "A")]
)
def test_what_no_law_covers_is_refused(text: str, wrt: str) -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.derive(text, wrt, WHERE)
