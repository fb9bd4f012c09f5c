"""The number π, and matrices that their sizes determine: ones, zeros, the identity."""

from __future__ import annotations

from typing import Any, Self

from matdiff.algebra.arithmetic import Arithmetic
from matdiff.algebra.dims import SCALAR, Shape, Size, size
from matdiff.algebra.expr import Data, Expr, Leaf, Number
from matdiff.algebra.notation import Notation, Style, name_text, sized


class Constant(Leaf):
    """A matrix that its size determines: data is its shape."""

    def notation(self, style: Style) -> Notation:
        return sized(self.letter, self.shape, style)

    def __new__(cls, rows: int | str | Size, cols: int | str | Size = 1) -> Self:
        return cls.make((), (size(rows), size(cols)))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0], data[1])


class Ones(Constant):
    """The vector or matrix whose entries are all 1."""

    letter = "1"

    def lower(self, to: Any, *operands: Any) -> Any:
        return to.constant(1, *self.shape)


Arithmetic.ones = Ones


class Zeros(Constant):
    """The vector or matrix whose entries are all 0."""

    letter = "0"

    def lower(self, to: Any, *operands: Any) -> Any:
        return to.constant(0, *self.shape)


class Identity(Constant):
    """The identity matrix of a size."""

    letter = "I"

    def __new__(cls, rows: int | str | Size) -> Self:
        return cls.make((), (size(rows), size(rows)))

    def lower(self, to: Any, *operands: Any) -> Any:
        return to.identity(self.rows)


class Pi(Leaf):
    """The number π, with the name that it has in print; a symbol π, as a weight, is another thing."""

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return SCALAR

    def lower(self, to: Any, *operands: Any) -> Any:
        return to.pi()

    def notation(self, style: Style) -> Notation:
        return Notation((name_text(self.data[0], style),))


PI = Pi.make((), ("pi",))
NOUGHT, UNITY = Number(0), Number(1)


def is_zero(e: Expr) -> bool:
    """0, in any shape."""
    return e is NOUGHT or isinstance(e, Zeros)


def is_one(e: Expr) -> bool:
    """1, in any shape."""
    return e is UNITY or isinstance(e, Ones)
