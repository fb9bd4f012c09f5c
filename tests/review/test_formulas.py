"""Formulas of the tables of matrix calculus, in the spellings of books: each is right, and three times it is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import matdiff

FORMULAS = (Path(__file__).parent / "formulas.txt").read_text(encoding="utf-8").splitlines()
SIDES = re.compile(r"(.*? = )(.*?)((?:(?<!\\),| where| for| with|\$).*|)$")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_of_the_tables_is_right_and_three_times_it_is_wrong(formula: str) -> None:
    assert [line.verdict for line in matdiff.check(formula).lines if line.verdict in ("wrong", "not read")] == []
    left, right, behind = SIDES.fullmatch(formula).groups()  # type: ignore[union-attr]
    assert matdiff.check(f"{left}3({right}){behind}").first_wrong == 1
