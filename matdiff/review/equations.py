"""Equations of a derivation, ∇f = 0 and what is said to follow from it: XᵀXw = Xᵀy, w = (XᵀX)⁻¹Xᵀy."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, Symbol, replace, symbols
from matdiff.algebra.operators.products import Product, Sum, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.calculus.jacobian import jacobians
from matdiff.errors import MatdiffError
from matdiff.review.comparing import compared

FACTORS: tuple[int | Fraction, ...] = (1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2))


class Implied(NamedTuple):
    """Whether an equation follows from those before it, None where that is not known; what its right side should be."""

    follows: bool | None
    should_be: Expr | None = None


class Equations:
    """The equations of a text so far, each as an expression that is 0, and the solutions that were found."""

    def __init__(self) -> None:
        self.zeros: list[Expr] = []
        self.solutions: dict[Expr, Expr] = {}

    def add(self, left: Expr, right: Expr | None = None) -> None:
        """Notes an equation."""
        self.zeros.append(left if right is None else left - right)
        if isinstance(left, Symbol) and right is not None and left not in symbols(right):
            self.solutions[left] = right

    def implies(self, left: Expr, right: Expr, unknowns: set[str]) -> Implied:
        """Whether left = right follows from one of the equations before it."""
        difference = left - right
        for known in reversed(self.zeros):
            if any(self._same(known, difference, c) for c in FACTORS):
                return Implied(True)
        if isinstance(left, Symbol) and left not in symbols(right):
            return self._solves(left, right, unknowns)
        moved = self._moved(left, right)
        return moved if moved.follows is not None else self._follows(left, right, unknowns)

    def solution(self, left: Expr, unknowns: set[str]) -> Expr:
        """What a left side is where the latest equation holds; itself where that is not known."""
        known = self.zeros[-1] if self.zeros else None
        inside = [s for s in symbols(known) if s.name in unknowns] if known is not None else []
        root = _root(known, inside[0]) if known is not None and len(inside) == 1 else None
        at_root: dict[Expr, Expr] = {inside[0]: root} if root is not None else {}
        return replace(left, at_root.get)

    def _same(self, known: Expr, other: Expr, factor: int | Fraction) -> bool:
        if known.shape != other.shape:
            return False
        inside = {*symbols(other)}  # what is proportional speaks of the same
        alike = [one for one in {known, replace(known, self.solutions.get)} if {*symbols(one)} == inside]
        return any(compared(one * factor, other).equal is True for one in alike)

    def has_increments(self) -> bool:
        """Whether an increment dX stands in an equation."""
        return any(s.name[0] == "d" and len(s.name) > 1 for known in self.zeros for s in symbols(known))

    def holds(self, value: Expr) -> bool:
        """Whether it was said before that a value is 0."""
        return any(self._same(known, value, c) for known in reversed(self.zeros) for c in FACTORS)

    def _moved(self, left: Expr, right: Expr) -> Implied:
        """Whether left = right is the latest equation with some of its terms moved to the right side."""
        known = self.zeros[-1] if self.zeros else None
        if not isinstance(known, Sum) or known.shape != left.shape or right.shape != left.shape:
            return Implied(None)
        terms = set(left.operands if isinstance(left, Sum) else (left,))
        if not terms < set(known.operands) or not {*symbols(right)} <= {*symbols(known)}:
            return Implied(None)
        rest = left - known
        return Implied(compared(rest, right).equal, rest)

    def _solves(self, unknown: Symbol, value: Expr, unknowns: set[str]) -> Implied:
        """Whether X = value makes an equation before it true."""
        latest = True
        for known in reversed(self.zeros):
            if unknown not in symbols(known):
                continue
            solution: dict[Expr, Expr] = {unknown: value}
            inserted = replace(known, solution.get)
            equal = compared(inserted, zero(inserted.shape)).equal
            if equal:
                return Implied(True)
            others = {s.name for s in symbols(known)} & unknowns - {unknown.name, *(s.name for s in symbols(value))}
            if latest and equal is False and not others:
                return Implied(False, _root(known, unknown))
            latest = False
        return Implied(None)

    def _follows(self, left: Expr, right: Expr, unknowns: set[str]) -> Implied:
        """Whether left = right holds where the equation before it does."""
        known = self.zeros[-1] if self.zeros else None
        inside = [s for s in symbols(known) if s.name in unknowns] if known is not None else []
        if known is None or len(inside) != 1 or inside[0] not in symbols(left - right):
            return Implied(None)
        if not {*symbols(left - right)} <= {s for zero in self.zeros for s in symbols(zero)}:
            return Implied(None)  # a new equation, and no consequence
        root = _root(known, inside[0])
        if root is None:
            return Implied(None)
        at_root: dict[Expr, Expr] = {inside[0]: root}
        one, other = replace(left, at_root.get), replace(right, at_root.get)
        equal = compared(one, other).equal
        return Implied(equal, one if equal is False else None)


def _root(equation: Expr, unknown: Symbol) -> Expr | None:
    """x = −M⁻¹c of Mx + c = 0; None where the equation is not linear, or M is not square."""
    if equation.shape != unknown.shape or str(unknown.shape[1]) != "1":
        return None
    try:
        slope = next(iter(jacobians(equation, {unknown.name: unknown}).whole.gradients.values()))
    except MatdiffError:
        return None
    if unknown in symbols(slope):
        return None
    at_zero: dict[Expr, Expr] = {unknown: zero(unknown.shape)}
    start = replace(equation, at_zero.get)
    inverse = Number(1) / slope if slope.shape == SCALAR else Inverse(slope)
    return -(Product.of(inverse, start) if slope.shape != SCALAR else inverse * start)
