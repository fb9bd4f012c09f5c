"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import matdiff.calculus.equality.normal_form  # noqa: F401 - all laws are in the catalogue before a test starts
from matdiff.algebra.expr import FUNCTIONS, OPERATORS
from matdiff.algebra.laws import CATALOGUE


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than a few seconds; part of the normal run")


@pytest.fixture(autouse=True)
def _tables() -> Iterator[None]:
    """The tables of operators and laws are after a test as they were before it."""
    operators, functions, laws = dict(OPERATORS), dict(FUNCTIONS), dict(CATALOGUE)
    yield
    if (operators, functions, laws) != (OPERATORS, FUNCTIONS, CATALOGUE):
        OPERATORS.clear()
        OPERATORS.update(operators)
        FUNCTIONS.clear()
        FUNCTIONS.update(functions)
        CATALOGUE.clear()
        CATALOGUE.update(laws)
