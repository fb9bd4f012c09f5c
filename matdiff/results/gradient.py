"""What derive gives back: the gradients with everything that led to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from matdiff.algebra.expr import Expr, postorder, symbols
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.rewriting import Step
from matdiff.calculus.derivation import Gradients, Line
from matdiff.errors import MatdiffError
from matdiff.results.base import DerivedResult
from matdiff.results.layouts import require_layout, turned

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification
    from matdiff.page.model import Page


class Derivation(DerivedResult):
    """A derived gradient with everything that led to it.

    function, unknowns   what was derived, with respect to what
    gradient, gradients  the answer; a mapping from the names of the unknowns to the answers
    unconstrained        for unknowns with a property (symmetric, …) the gradient before the projection
    riemannian           for orthogonal unknowns and those of length 1 the gradient along that set
    derivatives          ∂f/∂X by the names of the unknowns: the gradients, or in the *layout* ``numerator`` their
                         transposes
    links                of a function with definitions the gradients δ_h with respect to them, by name
    steps, lines         the applications of laws, and the lines that replaying them gives
    conditions           where the laws that were used hold
    """

    _found: Gradients

    def __init__(self, found: Gradients, layout: str = "denominator") -> None:
        require_layout(layout)
        super().__init__(found)
        self.layout = layout
        self.function: Expr = found.function
        self.unknowns: Mapping[str, Expr] = found.unknowns
        self.gradients: Mapping[str, Expr] = found.gradients
        self.unconstrained: Mapping[str, Expr] = found.unconstrained
        self.riemannian: Mapping[str, Expr] = found.riemannian

    @cached_property
    def _told(self) -> Gradients:
        """The derivation that is told: of the function with names for the pieces that would stand often in long lines.

        The answers are the same, in these names.
        """
        from matdiff.calculus.gradient import gradients
        from matdiff.calculus.naming import with_names

        found = self._found
        named = with_names(found.function, [line.expression for line in found.lines()])
        if named is found.function:
            return found
        definitions = {n.name: n for n in postorder(named) if isinstance(n, Named)}  # an unknown one says more by names
        return gradients(named, {name: definitions.get(name, unknown) for name, unknown in found.unknowns.items()})

    @property
    def links(self) -> Mapping[str, Expr]:
        """The gradients δ_h with respect to the definitions of the function, by name."""
        return {name: link.operands[0] for name, link in self._found.links.items()}

    @cached_property
    def derivatives(self) -> Mapping[str, Expr]:
        """∂f/∂X in the layout that was asked for."""
        rows = self.layout == "numerator"
        return {name: turned(g) if rows and not g.is_scalar else g for name, g in self.gradients.items()}

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every application of a law: Step(law, before, after)."""
        return self._told.steps()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines at the textbook level of detail: Line(expression, laws)."""
        return self._told.lines()

    @property
    def gradient(self) -> Expr:
        """The gradient with respect to the only unknown."""
        if len(self.gradients) != 1:
            names = ", ".join(self.gradients)
            raise MatdiffError(
                f"there are several gradients, with respect to {names}", suggestion="Take one of .gradients[…]."
            )
        return next(iter(self.gradients.values()))

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares both sides of every step, and every gradient with central differences, on random instances.

        >>> import matdiff
        >>> matdiff.derive("x'A x", wrt="x").verify().ok
        True
        """
        from matdiff.numeric.varied import verify_gradients

        answers = {self.unknowns[name]: g for name, g in self.gradients.items()}
        checked = verify_gradients(self.function, answers, self.steps, seed, trials)
        told = self._told
        if told is self._found:
            return checked
        in_names = {told.unknowns[name]: g for name, g in told.gradients.items()}
        return checked.joined(verify_gradients(told.function, in_names, (), seed, trials))

    def _page(self, steps: str) -> Page:
        from matdiff.page.gradients import in_rows, page

        made = page(self._found, steps) if steps == "none" else page(self._told, steps, self._found)
        return in_rows(made, self._found, self.derivatives) if self.layout == "numerator" else made

    def to_function(self, backend: str = "numpy") -> Callable[..., Any]:
        """A function of the symbols, in the order in which they appear, that returns the value and the gradients.

        >>> import matdiff
        >>> value, gradient = matdiff.derive("x'x", wrt="x").to_function()([3.0, 4.0])
        >>> float(value), gradient
        (25.0, array([6., 8.]))
        """
        from matdiff.results.code import code_for

        inputs = symbols(self.function)
        return code_for(self.computed(), inputs, backend, "f", conditions=self.conditions).function

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        return {"value": (self.function,), "gradient": tuple(self.gradients.values())}

    def to_sympy(self) -> Any:
        """The gradient as a SymPy matrix expression; with several unknowns a dictionary of them."""
        from matdiff.output.sympy import to_sympy

        answers = {name: to_sympy(g) for name, g in self.gradients.items()}
        return next(iter(answers.values())) if len(answers) == 1 else answers

    def __repr__(self) -> str:
        return "\n".join(f"∇_{name} f = {g}" for name, g in self.gradients.items())
