"""What expect gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr
from matdiff.calculus.expectations.expectation import Expectation
from matdiff.results.base import DerivedResult

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification
    from matdiff.page.model import Page


class ExpectedValue(DerivedResult):
    """The expectation of an expression, with everything that led to it.

    function      the expression
    result        E[f], in terms of the means and covariances
    steps, lines  the applications of laws, those of E with E[before] = after; and the lines that lead to the result
    conditions    where the laws that were used hold
    """

    _found: Expectation

    def __init__(self, found: Expectation) -> None:
        super().__init__(found)
        self.function: Expr = found.function
        self.result: Expr = found.value

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares every step, and the result with the mean of f over points that have these means and covariances."""
        from matdiff.calculus.expectations.sigma_points import testable
        from matdiff.numeric.check import verify

        found = self._found
        by_points = testable([*found.terms, found.whole], found.variables)
        return verify(None, {}, [*by_points, *found.tidied], seed=seed, trials=trials)

    def _page(self, steps: str) -> Page:
        from matdiff.page.expectation import page

        return page(self._found, steps)

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        return {"expectation": (self.result,)}

    def __repr__(self) -> str:
        return f"E[{self.function}] = {self.result}"
