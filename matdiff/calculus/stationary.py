"""Constrained optimisation: minimise f(x) where c(x) = 0, by the Lagrangian and its differentials.

    L(x, ν) = f(x) + νᵀc(x),        ∇_x L = 0,  ∇_ν L = c(x) = 0
    [∇²_xx L  ∇²_xν L; ∇²_νx L  0] [dx; dν] = −[∇_x L + …; c(x) + …]

The matrix is the Hessian of L by all unknowns together, and the dots stand for the differentials of the data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matdiff.algebra.expr import Expr, Symbol, postorder, symbols
from matdiff.algebra.fresh import fresh
from matdiff.algebra.laws import of_a_line
from matdiff.algebra.operators.blocks import VerticalStack
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.norms import inner
from matdiff.algebra.operators.products import Hadamard, Sum, zero
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.adjoint import names_in, pushed
from matdiff.calculus.hessian import Hessians, hessians
from matdiff.calculus.vecform import as_vec
from matdiff.records import NamedTuple

differential_of_condition = of_a_line(
    "d∇L",
    "A = B",
    where="A, B: m x n",
    kind="definition",
    requires="A is d(G) for a gradient G and B what the laws make of it",
    name="differential_of_condition",
)


class Stationary(NamedTuple):
    """The conditions for a stationary point, and the system that a step towards one solves.

    objective, constraints   f, and the expressions c that are zero
    lagrangian               L = f + Σ ⟨ν, c⟩
    unknowns                 the variables, and a multiplier for every constraint
    second                   the derivatives of L of first and second order
    data                     the symbols of the constraints that may change as well
    differentials            for every unknown d∇L, where all unknowns and the data change
    changes                  the part of it that comes from the data, if there is one
    sense                    minimise or maximise, where the problem says so
    """

    objective: Expr
    constraints: tuple[Expr, ...]
    lagrangian: Expr
    unknowns: Mapping[str, Expr]
    second: Hessians
    data: tuple[Symbol, ...]
    differentials: Mapping[str, Expr]
    changes: Mapping[str, Expr | None]
    sense: str = ""

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return (self.objective, *self.constraints)

    @property
    def gradients(self) -> Mapping[str, Expr]:
        """∇L by every unknown: what is zero at a stationary point."""
        return self.second.first.gradients

    def conditions(self) -> tuple[str, ...]:
        """Where this is valid, in words."""
        return self.second.conditions()

    @property
    def matrix(self) -> Expr:
        """The matrix of the system, [∇²f Aᵀ; A 0]."""
        return self.second.whole()

    @property
    def step(self) -> Expr:
        """What the system is solved for: [dx; dν]."""
        return VerticalStack.of(*[as_vec(Differential(u)) for u in self.unknowns.values()])

    @property
    def changed(self) -> tuple[Step, ...]:
        """d∇L by every unknown as steps, so that they can be checked."""
        return tuple(
            Step(differential_of_condition, Differential(self.gradients[n]), d) for n, d in self.differentials.items()
        )

    def steps(self) -> tuple[Step, ...]:
        """Every application of a law."""
        return self.second.steps() + self.changed

    @property
    def residual(self) -> Expr:
        """The right-hand side but for its sign: [∇_x L + …; c + …]."""
        rows = [Sum.of(g, *([d] if (d := self.changes[n]) is not None else [])) for n, g in self.gradients.items()]
        return VerticalStack.of(*map(as_vec, rows))


def stationary(
    f: Expr,
    constraints: Sequence[Expr],
    variables: Mapping[str, Expr],
    data: Sequence[Symbol] | None = None,
    sense: str = "",
) -> Stationary:
    """Derives the conditions and the system; *data* are by default all symbols of the constraints but the variables."""
    lagrangian, multipliers = lagrangian_of(f, constraints)
    unknowns = {**variables, **multipliers}
    second = hessians(lagrangian, unknowns)
    own = set(unknowns.values())
    if data is None:
        data = [s for s in dict.fromkeys(s for c in constraints for s in symbols(c)) if s not in own]
    conditions = second.first.gradients
    whole = {name: _change(g, [*unknowns.values(), *data]) for name, g in conditions.items()}
    differentials = {name: zero(g.shape) if (d := whole[name]) is None else d for name, g in conditions.items()}
    changes = {name: _change(g, data) for name, g in conditions.items()}
    return Stationary(f, tuple(constraints), lagrangian, unknowns, second, tuple(data), differentials, changes, sense)


def lagrangian_of(f: Expr, constraints: Sequence[Expr]) -> tuple[Expr, dict[str, Symbol]]:
    """L = f + Σ ⟨ν, c⟩ and the multipliers by name."""
    names = _multipliers(f, constraints)
    multipliers = {n: Symbol(n, c.shape) for n, c in zip(names, constraints, strict=True)}
    return Sum.of(f, *[_paired(m, c) for m, c in zip(multipliers.values(), constraints, strict=True)]), multipliers


def _paired(multiplier: Expr, c: Expr) -> Expr:
    """⟨ν, c⟩"""
    return Hadamard.of(multiplier, c) if c.is_scalar else inner(multiplier, c)


def _multipliers(f: Expr, constraints: Sequence[Expr]) -> list[str]:
    """ν for the only constraint, ν₁, ν₂, … for several, where the names are free."""
    taken = names_in(f).union(*(names_in(c) for c in constraints))
    count = len(constraints)
    for letter in ("nu", "lambda", "mu", "eta", "multiplier"):
        names = [letter] if count == 1 else [f"{letter}{k}" for k in range(1, count + 1)]
        if taken.isdisjoint(names):
            return names
    return [next(fresh(taken, f"multiplier{j}_")) for j in range(count)]


def _change(g: Expr, changing: Sequence[Expr]) -> Expr | None:
    """dG where only some symbols change; None where it does not depend on them."""
    inside = set(postorder(g))
    directions: dict[Expr, Expr] = {s: Differential(s) for s in changing if s in inside}
    return tidy(pushed(g, directions)) if directions else None
