"""Long arrays of numbers are read at one glance, as what they are number by number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from time import process_time

import numpy as np
import pytest

import matdiff
from matdiff.language import lexer
from matdiff.language.bracketing import array_of

VALUES = np.round(np.random.default_rng(1).normal(size=(200, 200)), 3)


def written(values: np.ndarray) -> str:
    return f"[{'; '.join(', '.join(f'{v:.3f}' for v in row) for row in values)}]"


SMALL = written(VALUES[:8, :8])
TEXTS = [
    "x'{}x", "{}'", "2{} + eye(8)", "tr(A {})", "{}[1, 2]", "{}^2", "A = {}; x'A x", "norm2({} x - b)^2", "|{}|",
    "[{}, eye(8)]", "{}⁻¹ x", "{} .* {}", "log det {}", "sum({})",
]  # fmt: skip
REFUSED = ["A{}", "f({}", "{} = ", "x_{}", "exp{}"]


@pytest.mark.parametrize("text", TEXTS)
def test_an_array_is_read_as_its_numbers_are(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = matdiff.parse(text.format(SMALL, SMALL))
    monkeypatch.setattr(lexer, "array_of", lambda text, place: [])
    assert matdiff.parse(text.format(SMALL, SMALL)) is found


@pytest.mark.parametrize("text", REFUSED)
def test_where_no_array_may_stand_it_is_refused(text: str) -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.parse(text.format(SMALL))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[" + "; ".join(["1, -2e3"] * 30) + "]", [[Fraction(1), Fraction(-2000)]] * 30),
        ("[" + "; ".join(["1, a"] * 50) + "]", []),
        ("[" + "; ".join(["1 -2"] * 50) + "]", []),
        ("[" + "; ".join(["1, 2"] * 49 + ["1"]) + "]", []),
        ("[1, 2; 3, 4]", []),
    ],
)
def test_what_is_an_array(text: str, rows: Sequence[Sequence[Fraction]]) -> None:
    assert array_of(text, 0) == rows


def test_forty_thousand_numbers_take_ten_times_as_long_as_the_numbers_alone() -> None:
    text = written(VALUES)
    start = process_time()
    assert len([Fraction(number) for number in re.findall(r"[-0-9.]+", text)]) == VALUES.size
    alone = process_time() - start
    value = matdiff.evaluate(text, {})
    assert process_time() - start < 30 * alone
    np.testing.assert_allclose(value, VALUES)
