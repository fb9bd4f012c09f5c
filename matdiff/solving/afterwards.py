"""What is asked once a problem is solved: how the optimal value and the solution change with the data, and how well the
data determine the solution.
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Symbol, symbols
from matdiff.algebra.operators.inverses import PseudoInverse
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Transpose, quotient
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.simplification import tidy
from matdiff.calculus.gradient import gradients
from matdiff.calculus.hessian import hessians
from matdiff.calculus.jacobian import jacobians
from matdiff.errors import UnknownNameError, UnsupportedError
from matdiff.solving.elimination import put
from matdiff.solving.equations import fresh_symbol, gram_factor, negated
from matdiff.solving.presentation import presented
from matdiff.solving.problem import Solved
from matdiff.solving.terms import turned


def datum(found: Solved, name: str) -> Symbol:
    """The data of a problem that have a name."""
    data = {s.name: s for e in found.read for s in symbols(e) if s not in found.unknowns.values()}
    if name not in data:
        raise UnknownNameError(f"{name} is no data of the problem", suggestion=", ".join(data))
    return data[name]


def at_solution(found: Solved, e: Expr) -> Expr:
    """An expression with the values of the unknowns."""
    return presented(put(e, {found.unknowns[n]: v for n, v in found.chosen.values.items()}))


def envelope(found: Solved, name: str) -> Expr:
    """The gradient of the Lagrangian by data, at the solution: that of the optimal value (the envelope theorem)."""
    theta, values = datum(found, name), found.chosen.values
    if any(n not in values for n in found.unknowns) or (found.first is None and found.question.constraints):
        raise UnsupportedError("the multipliers are not known, which the derivative of the optimal value needs")
    slope = gradients(found.lagrangian, {name: theta}).gradients[name]
    slope = slope if found.root is None else quotient(slope, Hadamard.of(Number(2), found.root))  # d√a = da/(2√a)
    return at_solution(found, slope)


def all_solutions(found: Solved) -> str:
    """The solutions of least squares without full rank, in words, where (AᵀA)⁻¹Aᵀb is the solution with it."""
    only = [*found.chosen.values.items()] if found.candidates else []
    value = only[0][1] if len(only) == 1 and found.chosen.verdict.proved else None
    if not isinstance(value, Product):
        return ""
    first, *rest = value.operands
    a = gram_factor(first.operands[0]) if isinstance(first, Inverse) else None
    if a is None or first.operands[0] is not tidy(Product.of(Transpose(a), a)) or not rest or rest[0] is not turned(a):
        return ""
    plus = PseudoInverse(a)
    least, free = tidy(Product.of(plus, *rest[1:])), Identity(a.cols) - Product.of(plus, a)
    z = fresh_symbol("z" if value.cols is ONE else "Z", value, found.lagrangian)
    return (
        f"Where {a} does not have full column rank the solutions are {least} + ({free}){z} for all {z}, "
        f"and {least} is the shortest."
    )


def influence(found: Solved, data: str, name: str) -> Expr:
    """The Jacobian of the solution for an unknown by data."""
    return presented(jacobians(found.chosen.values[name], {data: datum(found, data)}).whole.gradients[data])


def information(found: Solved) -> Mapping[tuple[str, str], Expr]:
    """The blocks of the Hessian of a negative logarithm of a likelihood, at the solution."""
    if found.question.constraints or found.question.bounds or found.question.sense not in ("minimise", "maximise"):
        raise UnsupportedError("the information is that of a likelihood without constraints")
    blocks = hessians(found.question.objective, found.question.variables).blocks
    is_minimum = found.question.sense == "minimise"
    return {names: at_solution(found, b if is_minimum else negated(b)) for names, b in blocks.items()}


def covariance(found: Solved, name: str) -> Expr:
    """The inverse of the information of an unknown, S⁻¹/c of cS."""
    c = information(found)[name, name]
    if c.is_scalar:
        return tidy(quotient(Number(1), c))
    number, matrix = c.operands if isinstance(c, Scale) else (Number(1), c)
    return tidy(quotient(Inverse(matrix), number))
