"""Quadratic forms xᵀSx, as objectives and as limits, and what attains a bound on them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Number, replace
from matdiff.algebra.operators.products import Scale, quotient, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.hessian import hessians
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.solving.equations import Equation, sign_of
from matdiff.solving.scalar_equations import root_of
from matdiff.solving.terms import holding

HALF = Number(Fraction(1, 2))


class Bound(NamedTuple):
    """What attains a bound: the unknowns, the steps, and what is said of it."""

    values: Mapping[str, Expr]
    steps: tuple[Step, ...]
    equation: str
    reason: str
    conditions: tuple[str, ...]
    up_to: str
    proved: bool = True
    needs: tuple[Expr, ...] = ()  # what has to have a value


class Form(NamedTuple):
    """xᵀSx + constant: S, or s where S = sI."""

    matrix: Expr | None
    scalar: Expr | None
    constant: Expr

    def whole(self, x: Expr) -> Expr:
        """S, also where it is sI."""
        return Scale.of(self.scalar or Number(1), Identity(x.rows)) if self.matrix is None else self.matrix

    def definite(self) -> bool:
        """Whether it is known to be positive where x ≠ 0."""
        of = self.matrix if self.scalar is None else self.scalar
        return of is not None and sign_of(of) in ("positive definite", "positive")


def quadratic(f: Expr, x: Expr) -> Form | None:
    """f as xᵀSx + constant; None where it is no such function."""
    second = curvature(f, x)
    if second is None:
        return None
    matrix, slope, constant = second
    if slope is not zero(slope.shape):
        return None
    s = tidy(Scale.of(HALF, matrix))
    scalar = multiple_of_identity(s)
    return Form(None if scalar is not None else s, scalar, constant)


def curvature(f: Expr, x: Expr) -> tuple[Expr, Expr, Expr] | None:
    """∇²f, where it is constant, with ∇f and f at 0."""
    try:
        second = hessians(f, {"x": x})
    except MatdiffError:
        return None
    matrix = tidy(second.blocks["x", "x"])
    if holding(x)(matrix) or not is_symmetric(matrix):
        return None
    at_zero = [tidy(replace(e, {x: zero(x.shape)}.get)) for e in (second.first.gradients["x"], f)]
    return matrix, at_zero[0], at_zero[1]


def multiple_of_identity(s: Expr) -> Expr | None:
    """c of cI."""
    if isinstance(s, Identity):
        return Number(1)
    return s.operands[0] if isinstance(s, Scale) and isinstance(s.operands[1], Identity) else None


def whole_inverse(limit: Form) -> Expr:
    """P⁻¹; 1/p of pI"""
    return Inverse(limit.matrix) if limit.matrix is not None else quotient(Number(1), limit.scalar or Number(1))


def root(k: Expr) -> Expr:
    """The root of a positive number, of squares taken."""
    return tidy(root_of(k, Equation(k, Number(0))))
