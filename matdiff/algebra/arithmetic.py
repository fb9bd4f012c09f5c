"""Arithmetic with expressions as Python writes it; the operators stand in matdiff.algebra.operators.products."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, TypeAlias, cast

from matdiff.displayed import Displayed

if TYPE_CHECKING:
    from matdiff.algebra.expr import Expr, Operator

Real: TypeAlias = int | float | Fraction
Operand: TypeAlias = "Arithmetic | Real"
OPERATORS: dict[str, type[Operator]] = {}


class Arithmetic(Displayed):
    """What can be added, multiplied and transposed."""

    __slots__ = ()
    numeral: ClassVar[Callable[[Real], Expr]]  # a number as an expression

    def __add__(self, other: Operand) -> Expr:
        return applied("Sum", self, other)

    def __radd__(self, other: Real) -> Expr:
        return applied("Sum", other, self)

    def __neg__(self) -> Expr:
        return applied("Scale", -1, self)

    def __sub__(self, other: Operand) -> Expr:
        return self + (-coerce(other))

    def __rsub__(self, other: Real) -> Expr:
        return coerce(other) + (-self)

    def __mul__(self, other: Operand) -> Expr:
        return applied("Product", self, other)

    def __rmul__(self, other: Real) -> Expr:
        return coerce(other) * self

    def __matmul__(self, other: Expr) -> Expr:
        return self * other

    def __truediv__(self, other: Operand) -> Expr:
        return coerce(other) ** -1 * self

    def __rtruediv__(self, other: Real) -> Expr:
        return coerce(other) * self**-1

    def __pow__(self, other: Operand) -> Expr:
        return applied("Power", self, other)

    @property
    def T(self) -> Expr:
        """The transpose."""
        return applied("Transpose", self)


def applied(operator: str, *operands: Operand) -> Expr:
    """The operator of a name, of expressions and numbers."""
    return OPERATORS[operator].of(*map(coerce, operands))


def coerce(value: Operand) -> Expr:
    """A number as an expression; an expression as it is."""
    return cast("Expr", value) if isinstance(value, Arithmetic) else Arithmetic.numeral(value)
