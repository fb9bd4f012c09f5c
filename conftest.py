"""What tests and doctests share: the tables of operators and laws, and the width of a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from matdiff.algebra.expr import FUNCTIONS, OPERATORS
from matdiff.algebra.laws import CATALOGUE


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


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is as wide as in a pipe, whatever the terminal of who runs the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)
