"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

import matdiff
import matdiff.calculus.equality.normal_form
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.kinds import is_a
from matdiff.output.spellings import PLACED, is_python


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does; workers inherit it
    config.addinivalue_line("markers", "slow: takes more than a few seconds; part of the normal run")


def is_equal(a: Expr, b: Expr) -> bool:
    """Whether two expressions are proved equal, or are equal on random instances."""
    found = matdiff.equal(a, b)
    return found.equal is True or (found.equal is None and found.trials > 0)


@pytest.fixture(scope="session")
def is_read_back() -> Callable[..., bool]:
    """Whether what is written of an expression, in a spelling and with declarations, is read as the same node.

    NumPy's arrays have no rows, and its functions other names for some operators: there the expression that is read
    is equal, as it stands or transposed.  What is no Python, as a sum over an index, is read as mathematics.
    """

    def check(e: Expr, spelling: str, where: str | dict[str, str] | None = None) -> bool:
        text = format(e, spelling)
        if spelling != "numpy":
            return matdiff.parse(text, where) is e
        if not is_python(text):
            return matdiff.parse(text, where, dialect="plain") is e
        found = matdiff.parse(text, where, dialect="numpy" if any(is_a(n, *PLACED) for n in postorder(e)) else None)
        return found is e or any(is_equal(side, e) for side in (found, found.T))

    return check
