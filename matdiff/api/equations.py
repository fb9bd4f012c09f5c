"""Equations: whether two expressions are equal, what an equation defines, and what is stationary under constraints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr, symbols
from matdiff.api.inputs import Where, unknowns_in
from matdiff.calculus.gradient import gradients
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.results.equality import Equality

if TYPE_CHECKING:
    from matdiff.results.equations import ImplicitDerivative, StationaryPoint


def equal(
    a: str | Expr, b: str | Expr, where: Where = None, *, seed: int = 0, trials: int = 5, dialect: str | None = None
) -> Equality:
    """Whether two expressions are equal wherever both have a value: proved, refuted by numbers, or neither.

    Texts are read together: undeclared symbols get shapes that suit both.

    >>> equal("2X'X w - 2X'y", "2X'(X w - y)").message
    'equal, proved by simplification'
    >>> equal("tr(A B)", "tr(A'B)", "A, B: n x n").equal
    False
    >>> bool(equal("d tr(X'X)", "2tr(X'dX)", "X: m x n"))
    True
    """
    from matdiff.api.comparing import compared  # only where there is something to compare

    return compared(*_both_sides(a, b, where, dialect), seed, trials)


def _both_sides(a: str | Expr, b: str | Expr, where: Where, dialect: str | None) -> tuple[Expr, Expr]:
    """Two sides as expressions; a text beside an expression has its symbols."""
    from matdiff.language import read, read_beside, read_pair

    if isinstance(a, Expr):
        return a, b if isinstance(b, Expr) else read_beside(a, b, where, dialect)
    if isinstance(b, Expr):
        return read_beside(b, a, where, dialect), b
    try:
        return read_pair(a, b, where, dialect)
    except MatdiffError as error:
        if (lines := _lines_of_derivations(a, b, where)) is not None:
            return lines
        left, right = read(a, where, dialect=dialect).expr, read(b, where, dialect=dialect).expr
        if left.shape != right.shape:
            return left, right
        raise MatdiffError(
            f"the two sides do not fit together: {error.message}",
            suggestion="Declare the shapes of the symbols, as in X: m x n; w: n; a: scalar.",
        ) from None


def _lines_of_derivations(a: str, b: str, where: Where) -> tuple[Expr, Expr] | None:
    """Two sides with increments, tr(A dX) and tr(dX A), in which dX stands for a matrix of the shape of X."""
    from matdiff.review.chain import has_increments
    from matdiff.review.scope import Scope

    scope = Scope(where, "")
    if not (has_increments(a, scope) and has_increments(b, scope)):
        return None
    return scope.value(a), scope.value(b)


def implicit(
    equation: str | Expr,
    solve_for: str | Expr,
    wrt: str | Expr | Sequence[str | Expr],
    where: Where = None,
    objective: str | Expr | None = None,
) -> ImplicitDerivative:
    """The derivative of the X that an equation F(X, θ) = 0 defines: dX by dθ, the Jacobians, and ∇_θ of an objective.

    *equation* is ``A X + X A' = Q``, an expression that is zero, a fixed point ``x = tanh(W x + b)``, or
    ``argmin_x g`` for the condition ∇g = 0.  Raises ShapeError where F has not as many entries as X.

    >>> implicit("A x = b", solve_for="x", wrt=("A", "b"), where="A: n x n")
    dx = A⁻¹(db − dA x)
    >>> implicit("A X + X A' = Q", solve_for="X", wrt="Q", where="A: n x n", objective="tr(B X)").gradients["Q"]
    Expr('sylvester(Aᵀ, A, Bᵀ)': n×n)
    """
    from matdiff.calculus.implicit import implicit as derived
    from matdiff.language import read_beside, unknown_in
    from matdiff.language.problems import read_equation
    from matdiff.results.equations import ImplicitDerivative

    f, minimised = read_equation(equation, where, str(solve_for)) if isinstance(equation, str) else (equation, False)
    whole = f if isinstance(f, Expr) else f.expr
    x = solve_for if isinstance(solve_for, Expr) else unknown_in(whole, solve_for)
    goal = read_beside(whole, objective, where) if isinstance(objective, str) else objective
    if minimised:
        whole = gradients(whole, {"x": x}).gradients["x"]
    names = unknowns_in(wrt)
    parameters = {str(n): n if isinstance(n, Expr) else unknown_in(whole, n) for n in names}
    return ImplicitDerivative(derived(whole, x, parameters, goal))


def stationary(
    problem: str,
    wrt: str | Sequence[str],
    where: Where = None,
    subject_to: str | Sequence[str] = (),
    data: Sequence[str] | None = None,
) -> StationaryPoint:
    """The Lagrangian of ``minimise f subject to A x = b``, its conditions, and the system of Newton's method.

    *data* are the symbols whose differentials stand on the right-hand side: by default those of the constraints.

    >>> point = stationary("minimise ½x'P x + q'x subject to A x = b", wrt="x", where="P: n x n symmetric")
    >>> point
    ∇_x L = Px + q + Aᵀν
    ∇_nu L = Ax − b
    >>> print(point.matrix)
    [P, Aᵀ; A, 0_{m×m}]
    """
    from matdiff.calculus.stationary import stationary as derived
    from matdiff.language.problems import read_problem
    from matdiff.results.equations import StationaryPoint

    names = tuple(str(name) for name in unknowns_in(wrt))
    if not names:
        raise MatdiffError("there is no unknown", suggestion='Name one: wrt="x".')
    further = (subject_to,) if isinstance(subject_to, str) else tuple(subject_to)
    found = read_problem(problem, where, names, further)
    if found.bounds:
        raise UnsupportedError(
            f"{found.bounds[0]} ≥ 0 is an inequality", suggestion="Equations A x = b are covered; add a slack variable."
        )
    known = {s.name: s for e in (found.reading.expr, *found.constraints) for s in symbols(e)}
    varying = None if data is None else [known[name] for name in data if name in known]
    f = found.reading.expr
    return StationaryPoint(
        derived(f, found.constraints, {n: found.reading.unknown(n) for n in names}, varying, found.sense)
    )
