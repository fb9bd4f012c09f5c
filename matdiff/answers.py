"""What derive and equal give back: the answer with everything that led to it.

In go the records of matdiff.calculus, out come numbers, text, LaTeX and JSON when they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from matdiff.algebra.expr import Expr
from matdiff.calculus.derivation import Gradients, Line
from matdiff.calculus.rewrite import Step
from matdiff.errors import MatdiffError

if TYPE_CHECKING:
    from matdiff.calculus.equality.proof import Proof
    from matdiff.numeric.check import Verification
    from matdiff.numeric.comparison import Counterexample


class Derivation:
    """A derived gradient with everything that led to it.

    function, unknowns   what was derived, with respect to what
    gradient, gradients  the answer; a mapping from the names of the unknowns to the answers
    unconstrained        for unknowns with a property (symmetric, …) the gradient before the projection
    riemannian           for orthogonal unknowns and those of length 1 the gradient along that set
    links                of a function with definitions the gradients ∇_h with respect to them, by name
    steps, lines         the applications of laws, and the lines that replaying them gives
    conditions           where the laws that were used hold
    """

    def __init__(self, found: Gradients) -> None:
        self._found = found
        self.function: Expr = found.function
        self.unknowns: Mapping[str, Expr] = found.unknowns
        self.gradients: Mapping[str, Expr] = found.gradients
        self.unconstrained: Mapping[str, Expr] = found.unconstrained
        self.riemannian: Mapping[str, Expr] = found.riemannian
        self.links: Mapping[str, Expr] = {name: link.operands[0] for name, link in found.links.items()}

    @property
    def gradient(self) -> Expr:
        """The gradient with respect to the only unknown."""
        if len(self.gradients) != 1:
            names = ", ".join(self.gradients)
            raise MatdiffError(
                f"there are several gradients, with respect to {names}", suggestion="Take one of .gradients[…]."
            )
        return next(iter(self.gradients.values()))

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every application of a law: Step(law, before, after)."""
        return self._found.steps()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines at the textbook level of detail: Line(expression, laws)."""
        return tuple(line for block in self._found.blocks for phase in block.phases for line in phase.lines())

    @property
    def conditions(self) -> tuple[str, ...]:
        """The side conditions of the laws that were used, in words."""
        return self._found.conditions()

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares both sides of every step, and every gradient with central differences, on random instances.

        >>> import matdiff
        >>> matdiff.derive("x'A x", wrt="x").verify().ok
        True
        """
        from matdiff.numeric.varied import verify_gradients

        answers = {self.unknowns[name]: g for name, g in self.gradients.items()}
        return verify_gradients(self.function, answers, self.steps, seed, trials)

    def to_text(self, steps: str = "textbook", check: str = "") -> str:
        """The derivation as a page of text; *steps* is ``full``, ``textbook`` or ``none``."""
        from matdiff.output.text import derivation

        return derivation(self._found, steps, check)

    def to_latex(self, steps: str = "textbook") -> str:
        """The derivation as a LaTeX ``align*`` with the names of the laws at the right."""
        from matdiff.output.latex import derivation

        return derivation(self._found, steps)

    def to_json(self, check: Verification | None = None) -> str:
        """The derivation as JSON: function, shapes, gradients, steps, conditions."""
        from matdiff.output.json import derivation

        return derivation(self._found, check)

    def to_sympy(self) -> Any:
        """The gradient as a SymPy matrix expression; with several unknowns a dictionary of them."""
        from matdiff.output.sympy import to_sympy

        answers = {name: to_sympy(g) for name, g in self.gradients.items()}
        return next(iter(answers.values())) if len(answers) == 1 else answers

    def __repr__(self) -> str:
        return "\n".join(f"∇_{name} f = {g}" for name, g in self.gradients.items())


class Equality:
    """Whether two expressions are equal, and how it is known.

    equal           True where there is a proof, False where there is a counterexample, else None
    left, right     the two expressions as they were read
    proof           the proof: its method, the form both sides were brought to, its steps and conditions; or None
    counterexample  the values on which the sides differ, and the two results; or None
    trials          the random instances on which the sides were compared
    message         all of this in a sentence
    """

    __slots__ = ("counterexample", "equal", "left", "message", "proof", "right", "trials")

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
        self.proof, self.counterexample, self.trials = proof, counterexample, trials

    def __bool__(self) -> bool:
        """Whether the two are equal as far as is known: False only for what has been refuted or not been tried."""
        return self.equal is True or (self.equal is None and self.trials > 0)

    def __repr__(self) -> str:
        return f"Equality({self.equal}: {self.message})"

    def to_text(self, steps: str = "none") -> str:
        """The answer as text; with *steps* ``full`` every step of a proof."""
        from matdiff.output.equality import page

        return page(self.left, self.right, self.message, self.proof, self.counterexample, steps)

    def to_json(self) -> str:
        """The answer for other programs."""
        from matdiff.output.equality import record

        return record(self.left, self.right, self.equal, self.message, self.proof, self.counterexample, self.trials)
