"""Implicit differentiation: F(X, θ) = 0 defines X(θ), and its differential is solved for.

    𝓛(dX) + 𝓛_θ(dθ) = 0   ⇒   dX = −𝓛⁻¹(𝓛_θ(dθ)),  where 𝓛 is invertible

Of a function L of X the gradient by θ needs no dX: with 𝓛*(Λ) = ∇_X L it is ∂L/∂θ − 𝓛_θ*(Λ), the adjoint method.
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.expr import Expr, Operator, Symbol, postorder, symbols
from matdiff.algebra.fresh import fresh
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.norms import inner
from matdiff.algebra.operators.products import Product, Sum, quotient
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.adjoint import names_in, pulled, pushed
from matdiff.calculus.demands import of_operation
from matdiff.calculus.derivation import named_pieces
from matdiff.calculus.gradient import gradients
from matdiff.calculus.jacobian import jacobians
from matdiff.calculus.linear_equations import solved
from matdiff.calculus.parts import require_wholes
from matdiff.calculus.varying import Exchange
from matdiff.errors import ShapeError, UnsupportedError
from matdiff.records import NamedTuple


def _law(name: str, title: str, statement: str, requires: str) -> Law:
    return Law(name, title, statement, "definition", lambda e: None, where="A, B: m x n", requires=requires)


differential_of_equation = _law("differential_of_equation", "dF", "A = B", "A is d(F) and B what the laws make of it")
solution_of_equation = _law("solution_of_equation", "solved for dX", "A = B", "A is linear in dX, which solves A = B")
adjoint_method = _law("adjoint_method", "adjoint method", "A = B", "A is d(L) with dX, B is d(L) with the gradients")


class Implicit(NamedTuple):
    """What an equation F = 0 says of its unknown.

    equation    F
    objective   L, if there is one
    unknown     X
    parameters  the symbols θ that it depends on
    linear      𝓛(dX)
    data        𝓛_θ(dθ), for all parameters together
    change      dX
    jacobians   ∂ vec X/∂(vec θ)ᵀ for every parameter; by a scalar in the shape of X
    gradients   of the objective, if there is one, by every parameter
    condition   where dX is the only solution, in words
    applied     dF = 0 and what was solved, as equalities that hold for all values
    """

    equation: Expr
    objective: Expr | None
    unknown: Expr
    parameters: Mapping[str, Expr]
    linear: Expr
    data: Expr
    change: Expr
    jacobians: Mapping[str, Expr]
    gradients: Mapping[str, Expr]
    condition: str
    applied: tuple[Step, ...]

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return (self.equation, *filter(None, [self.objective]))

    def steps(self) -> tuple[Step, ...]:
        """The differential of the equation, and what was solved."""
        return self.applied

    def conditions(self) -> tuple[str, ...]:
        """Where this is valid, and what named pieces of the answers are."""
        from matdiff.calculus.conditions import fewest  # only where there is something to be proved

        answers = [self.change, *self.jacobians.values(), *self.gradients.values()]
        kinks = [c for n in postorder(self.equation) if isinstance(n, Operator) and n.kink for c in of_operation(n)]
        smooth = tuple(map(str, fewest(kinks, self.equation, answers)))
        return (*smooth, *filter(None, [self.condition]), *named_pieces(answers))


def implicit(f: Expr, unknown: Expr, parameters: Mapping[str, Expr], objective: Expr | None = None) -> Implicit:
    """dX of the equation F = 0, and the gradients of an objective that depends on X.

    Raises ShapeError where F has not as many entries as X, and UnsupportedError where X does not occur in it.
    """
    if not isinstance(unknown, Symbol) or unknown.ranges:
        raise UnsupportedError(f"{unknown} is not a symbol that an equation can be solved for")
    if f.rows * f.cols is not unknown.rows * unknown.cols:
        raise ShapeError(f"the equation has {f.rows * f.cols} entries, and {unknown} has {unknown.rows * unknown.cols}")
    require_wholes((unknown, *parameters.values()), "the derivative of a solution")
    if unknown in parameters.values():
        raise UnsupportedError(f"{unknown} is what the equation defines, and cannot be a parameter as well")
    if unknown not in set(postorder(f)):
        raise UnsupportedError(f"{unknown} does not occur in the equation")
    x = Symbol(unknown.name, unknown.shape)  # what follows from its properties is no matter of the equation
    relax, back = Exchange({unknown: x}), Exchange({x: unknown})
    f = relax(f)
    linear = pushed(f, {x: Differential(x)})
    data = pushed(f, {p: Differential(p) for p in parameters.values()})
    found = solved(f, x, tidy(-data))
    slopes = {n: tidy(back(_jacobian(f, x, p))) for n, p in parameters.items()}
    by_objective = {} if objective is None else _by_adjoint(f, x, parameters, relax(objective))
    answers = {n: tidy(back(g)) for n, g in by_objective.items()}
    linear, data, change = (tidy(back(e)) for e in (linear, data, found.value))
    f, du = back(f), Differential(unknown)
    for e in (change, *slopes.values(), *answers.values()):
        e.facts["context"] = symbols(f)
    steps = [Step(differential_of_equation, Differential(f), Sum.of(linear, data))]
    steps.append(Step(solution_of_equation, Exchange({du: change})(linear), -data))
    if objective is not None:
        steps.append(_adjoint_step(objective, unknown, parameters, change, answers))
    return Implicit(
        f, objective, unknown, parameters, linear, data, change, slopes, answers, found.condition, tuple(steps)
    )


def _adjoint_step(
    objective: Expr, unknown: Expr, parameters: Mapping[str, Expr], change: Expr, answers: Mapping[str, Expr]
) -> Step:
    """dL by the chain rule, with dX solved for, and by the gradients."""
    both = pushed(objective, {u: Differential(u) for u in (unknown, *parameters.values())})
    by_change = Exchange({Differential(unknown): change})(both)
    by_gradients = Sum.of(*[inner(answers[n], Differential(p)) for n, p in parameters.items()])
    return Step(adjoint_method, by_change, by_gradients)


def _jacobian(f: Expr, x: Symbol, parameter: Expr) -> Expr:
    """−M⁻¹N where vec dF = M vec dX + N vec dθ."""
    n = jacobians(f, {"θ": parameter}).whole.gradients["θ"]
    if parameter.is_scalar:
        return solved(f, x, tidy(-n)).value
    m = jacobians(f, {"X": x}).whole.gradients["X"]
    return tidy(quotient(-n, m) if x.is_scalar else -Product.of(Inverse(m), n))


def _by_adjoint(f: Expr, x: Symbol, parameters: Mapping[str, Expr], objective: Expr) -> dict[str, Expr]:
    """∂L/∂θ − 𝓛_θ*(Λ) with 𝓛*(Λ) = ∇_X L."""
    taken = names_in(f) | names_in(objective)
    y = Symbol(next(fresh(taken, "Y", "Y")), f.shape)
    unknowns = {x.name: x, **parameters}
    own = gradients(objective, unknowns).gradients
    adjoint = pulled(f, unknowns, y)
    multiplier = Exchange({y: solved(adjoint[x.name], y, own[x.name]).value})
    return {n: tidy(Sum.of(own[n], -multiplier(adjoint[n]))) for n in parameters}
