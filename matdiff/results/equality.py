"""What equal gives back: whether two expressions are equal, and how it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr
from matdiff.algebra.walks import notes_of
from matdiff.results.base import Shown

if TYPE_CHECKING:
    from matdiff.calculus.equality.proof import Proof
    from matdiff.numeric.check import Verification
    from matdiff.numeric.comparison import Counterexample
    from matdiff.page.model import Page


class Equality(Shown):
    """Whether two expressions are equal, and how it is known.

    equal           True where there is a proof, False where there is a counterexample, else None
    left, right     the two expressions as they were read
    proof           the proof: its method, the form both sides were brought to, its steps and conditions; or None
    counterexample  the values on which the sides differ, and the two results; or None
    trials          the random instances on which the sides were compared
    message         all of this in a sentence
    notes           how doubtful places of the texts were read
    """

    detail = "full"
    __slots__ = ("counterexample", "equal", "left", "message", "notes", "proof", "right", "trials")

    def __init__(
        self,
        left: Expr,
        right: Expr,
        equal: bool | None,
        message: str,
        proof: Proof | None = None,
        counterexample: Counterexample | None = None,
        trials: int = 0,
    ) -> None:
        self.left, self.right, self.equal, self.message = left, right, equal, message
        self.notes = notes_of(left, right)
        self.proof, self.counterexample, self.trials = proof, counterexample, trials

    def __bool__(self) -> bool:
        """Whether the two are equal as far as is known: False only for what has been refuted or not been tried."""
        return self.equal is True or (self.equal is None and self.trials > 0)

    def __repr__(self) -> str:
        return f"Equality({self.equal}: {self.message})"

    def _page(self, steps: str) -> Page:
        from matdiff.page.equality import page

        return page(self, steps)

    def to_text(
        self,
        steps: str = "none",
        check: Verification | None = None,
        width: int = 100,
        ascii: bool = False,
        explain: bool = False,
    ) -> str:
        """The answer as text; with *steps* ``full`` every step of a proof."""
        return super().to_text(steps, check, width, ascii, explain)

    def to_latex(self, steps: str = "none", document: bool = False) -> str:
        """The answer as a LaTeX ``align*``; with *steps* ``full`` every step of a proof."""
        return super().to_latex(steps, document)
