"""What differential gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.differentials import Differential
from matdiff.calculus.derivation import Gradients
from matdiff.calculus.implicit import differential_of_equation
from matdiff.calculus.rewrite import Step
from matdiff.results.base import DerivedResult

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification


class DifferentialForm(DerivedResult):
    """The differential of an expression of any shape, with everything that led to it.

    result        dF, in terms of the differentials of the unknowns
    steps, lines  the applications of laws, and the lines that replaying them gives
    conditions    where the laws that were used hold
    """

    _found: Gradients

    def __init__(self, found: Gradients) -> None:
        self._found = found
        self.function: Expr = found.function
        self.unknowns: Mapping[str, Expr] = found.unknowns
        (self.result,) = found.gradients.values()

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares every step, and the result with differences of the function, on random instances."""
        from matdiff.numeric.check import verify

        whole = Step(differential_of_equation, Differential(self.function), self.result)
        unknowns = list(self.unknowns.values())
        return verify(None, {}, (*self.steps, whole), seed=seed, trials=trials, unknowns=unknowns)

    def to_text(self, steps: str = "textbook", check: str = "") -> str:
        """The lines as a page of text; *steps* is ``full``, ``textbook`` or ``none``."""
        from matdiff.output.differential import page

        return page(self._found, self.result, steps, check)

    def to_latex(self, steps: str = "textbook") -> str:
        """The lines as a LaTeX ``align*`` with the names of the laws at the right."""
        from matdiff.output.differential import align

        return align(self._found, self.result, steps)

    def to_json(self, check: Verification | None = None) -> str:
        """The differential as JSON."""
        from matdiff.output.second import record

        more = {"kind": "differential"} | ({} if check is None else {"check": check._asdict()})
        return record(self.function, {"d": self.result}, self.steps, self.conditions, more)

    def __repr__(self) -> str:
        return f"d({self.function}) = {self.result}"
