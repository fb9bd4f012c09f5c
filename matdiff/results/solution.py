"""What solve gives back: the solution of a problem, what kind of point it is and why, and where it exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError, UnknownNameError
from matdiff.results.base import Result
from matdiff.solving.afterwards import all_solutions, covariance, envelope, influence, information
from matdiff.solving.alternation import Alternation
from matdiff.solving.problem import Candidate, Solved

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification
    from matdiff.numeric.solutions import Tested
    from matdiff.page.model import Page


class Solution(Result):
    """The solution of a problem in closed form.

    solutions    each a mapping of the names of the unknowns to what they are; empty where there is no closed form
    multipliers  those of the constraints, by name, of the first solution
    kind         minimum, maximum, saddle, or stationary where nothing more is known; of an equation solution
    proved       whether the kind is proved; *reason* says how
    conditions   where the solution exists, in words
    up_to        what may be changed in a solution: sign, scale, rotation, or the basis of two factors
    equation     the kind of problem, where it has a name
    value        the objective at the solution
    notes        how doubtful places were read, and what was asked for but is not so
    """

    _found: Solved

    def __init__(self, found: Solved, said: tuple[str, ...] = ()) -> None:
        super().__init__(found)
        self.notes = (*self.notes, *said, *filter(None, [all_solutions(found)]))
        own = found.question.variables
        self.solutions: list[Mapping[str, Expr]] = [
            {n: c.values[n] for n in own} for c in found.candidates if all(n in c.values for n in own)
        ]
        first = found.chosen
        self.multipliers: Mapping[str, Expr] = {n: e for n, e in first.values.items() if n not in own}
        self.kind: str = first.verdict.kind
        self.proved: bool = first.verdict.proved
        self.reason: str = first.verdict.reason
        self.up_to: str = found.up_to
        self.equation: str = found.equation
        self.value: Expr | None = found.value() if self.solutions else None

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Whether the conditions for a stationary point hold at the solutions on random instances."""
        from matdiff.numeric.check import Verification
        from matdiff.numeric.solutions import TOLERANCE

        largest = 0.0
        for c in self._found.candidates if self.solutions else ():
            largest = max(largest, compared(self._found, c, seed, trials).residual)
        failure = "" if largest <= TOLERANCE else f"the conditions are off by {largest:.1e} at the solution"
        return Verification(not failure, largest, trials if self.solutions else 0, 0, failure)

    def envelope(self, data: str) -> Expr:
        """∂f*/∂θ, the derivative of the optimal value by data: that of the Lagrangian there (the envelope theorem).

        >>> import matdiff
        >>> found = matdiff.solve("minimise x'P x subject to A x = b", "x", "P: n x n spd; A: m x n")
        >>> print(found.envelope("b"))
        2(AP⁻¹Aᵀ)⁻¹b
        """
        return envelope(self._found, data)

    def influence(self, data: str, of: str | None = None) -> Expr:
        """∂x̂/∂θᵀ, the Jacobian of the solution by data: how much each datum moves it.

        X times it is the hat matrix of least squares.

        >>> import matdiff
        >>> print(matdiff.solve("minimise ||X w - y||^2", "w").influence("y"))
        (XᵀX)⁻¹Xᵀ
        """
        return influence(self._found, data, self._one(of))

    def information(self) -> Mapping[tuple[str, str], Expr]:
        """−∂²ℓ/∂θ∂θᵀ at the solution, the observed information of a likelihood, in blocks by the names of two unknowns.

        >>> import matdiff
        >>> found = matdiff.solve("maximise -||y - X b||^2/(2*s)", "b", "s: scalar positive")
        >>> print(found.information()["b", "b"])
        XᵀX/s
        >>> print(found.covariance())
        s(XᵀX)⁻¹
        """
        return information(self._found)

    def covariance(self) -> Expr:
        """The asymptotic covariance of the only unknown of a likelihood, the inverse of the information."""
        return covariance(self._found, self._one(None))

    def _one(self, name: str | None) -> str:
        """The unknown of a name, or the only one."""
        names = self.usual()
        if (name is None and len(names) != 1) or (name is not None and name not in names):
            raise UnknownNameError(f"which unknown is meant is not told by {name}", suggestion=", ".join(names))
        return name or names[0]

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        if not self.solutions:
            raise MatdiffError(f"there is no closed form that code could compute: {self!r}")
        value = {} if self.value is None else {"value": (self.value,)}
        return {**value, **{n: [s[n] for s in self.solutions] for n in self.usual()}}

    def usual(self) -> tuple[str, ...]:
        return tuple(self._found.question.variables)

    def needs(self) -> tuple[Expr, ...]:
        return self._found.chosen.needs

    def _page(self, steps: str) -> Page:
        from matdiff.page.solutions import of_solution

        return of_solution(self._found, steps)

    def __repr__(self) -> str:
        shown = "\n".join(", ".join(f"{n} = {e}" for n, e in s.items()) for s in self.solutions)
        return shown or f"{self.equation}: {', '.join(self.conditions)}"


class Scheme(Result):
    """An alternating scheme: the closed form of each unknown where the others are as they are.

    updates   what each unknown becomes, by name
    monotone  whether no step can make the objective worse, which is proved
    """

    _found: Alternation

    def __init__(self, found: Alternation) -> None:
        super().__init__(found)
        self.updates: Mapping[str, Expr] = found.updates()
        self.monotone: bool = found.is_monotone()

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Whether the conditions of every step hold on random instances."""
        whole = None
        for block in self._found.blocks.values():
            found = Solution(block).verify(seed, trials)
            whole = found if whole is None else whole.joined(found)
        assert whole is not None
        return whole

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        """One round: each unknown from those before it, which are new, and those behind it, which are old."""
        return {name: (value,) for name, value in self._found.sweep().items()}

    def _page(self, steps: str) -> Page:
        from matdiff.page.solutions import of_scheme

        return of_scheme(self._found, steps)

    def __repr__(self) -> str:
        return "\n".join(f"{n} ← {e}" for n, e in self.updates.items())


def compared(found: Solved, c: Candidate, seed: int, trials: int) -> Tested:
    """What random instances say about a stationary point."""
    from matdiff.numeric.solutions import Test

    q = found.question
    equal = [*(found.equations.values() or q.constraints), *[s.before - s.after for s in c.steps]]
    values = {found.unknowns[n]: e for n, e in c.values.items()}
    limits = () if q.sense == "solve" else q.constraints
    test = Test(q.objective, limits, q.bounds, [*q.variables.values()], equal, values, c.needs)
    return test.carry_out(seed, trials)
