"""What differential gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.rewriting import Step
from matdiff.calculus.derivation import Gradients
from matdiff.calculus.implicit import differential_of_equation
from matdiff.results.base import DerivedResult

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification
    from matdiff.page.model import Page


class DifferentialForm(DerivedResult):
    """The differential of an expression of any shape, with everything that led to it.

    result        dF, in terms of the differentials of the unknowns
    steps, lines  the applications of laws, and the lines that replaying them gives
    conditions    where the laws that were used hold
    """

    _found: Gradients

    def __init__(self, found: Gradients) -> None:
        super().__init__(found)
        self.function: Expr = found.function
        self.unknowns: Mapping[str, Expr] = found.unknowns
        (self.result,) = found.gradients.values()

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares every step, and the result with differences of the function, on random instances."""
        from matdiff.numeric.check import verify

        whole = Step(differential_of_equation, Differential(self.function), self.result)
        unknowns = list(self.unknowns.values())
        return verify(None, {}, (*self.steps, whole), seed=seed, trials=trials, unknowns=unknowns)

    def _page(self, steps: str) -> Page:
        from matdiff.page.derivatives import of_differential

        return of_differential(self._found, self.result, steps)

    def __repr__(self) -> str:
        return f"d({self.function}) = {self.result}"
