"""What implicit and stationary give back: the answer in several views, checked when that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr
from matdiff.calculus.implicit import Implicit
from matdiff.calculus.stationary import Stationary
from matdiff.results.base import Result
from matdiff.results.second import Hessian

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification
    from matdiff.page.model import Page


class ImplicitDerivative(Result):
    """The derivative of a matrix that an equation F(X, θ) = 0 defines.

    change      dX, in terms of the differentials dθ of the parameters
    jacobians   ∂vec X/∂(vec θ)ᵀ by the name of the parameter; by a scalar ∂X/∂θ in the shape of X
    gradients   of the objective, if there is one, by the name of the parameter
    conditions  where this is valid, in words
    """

    _found: Implicit

    def __init__(self, found: Implicit) -> None:
        super().__init__(found)
        self.equation: Expr = found.equation
        self.unknown: Expr = found.unknown
        self.change: Expr = found.change
        self.jacobians: Mapping[str, Expr] = found.jacobians
        self.gradients: Mapping[str, Expr] = found.gradients

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares dF, the solution in the equation, and dL by both ways on random instances."""
        from matdiff.numeric.check import verify

        unknowns = [self.unknown, *self._found.parameters.values()]
        return verify(None, {}, self.steps, seed=seed, trials=trials, unknowns=unknowns)

    def _page(self, steps: str) -> Page:
        from matdiff.page.equations import of_implicit

        return of_implicit(self._found, steps)

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        found = {"jacobian": tuple(self.jacobians.values()), "gradient": tuple(self.gradients.values())}
        return {title: answers for title, answers in found.items() if answers}

    def __repr__(self) -> str:
        return f"d{self.unknown} = {self.change}"


class StationaryPoint(Result):
    """The conditions for a stationary point under constraints, and the system that Newton's method solves.

    lagrangian     L = f + Σ ⟨ν, c⟩
    gradients      ∇L by every unknown and multiplier, by name: what is zero at a stationary point
    differentials  d∇L by name, where the unknowns, the multipliers and the data change
    matrix         the matrix of the system, [∇²f Aᵀ; A 0]
    residual       the right-hand side but for its sign, with the differentials of the data
    conditions     where this is valid, in words
    """

    _found: Stationary

    def __init__(self, found: Stationary) -> None:
        super().__init__(found)
        self.lagrangian: Expr = found.lagrangian
        self.gradients: Mapping[str, Expr] = found.gradients
        self.differentials: Mapping[str, Expr] = found.differentials
        self.matrix: Expr = found.matrix
        self.residual: Expr = found.residual

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares every step, the gradients of L and their differentials on random instances."""
        from matdiff.numeric.check import verify

        varying = [*self._found.unknowns.values(), *self._found.data]
        first = Hessian(self._found.second).verify(seed, trials)
        return first.joined(verify(None, {}, self._found.changed, seed=seed, trials=trials, unknowns=varying))

    def _page(self, steps: str) -> Page:
        from matdiff.page.equations import of_stationary

        return of_stationary(self._found, steps)

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        return {"gradient": tuple(self.gradients.values()), "matrix": (self.matrix,)}

    def __repr__(self) -> str:
        return "\n".join(f"∇_{name} L = {g}" for name, g in self.gradients.items())
