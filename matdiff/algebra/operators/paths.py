"""Matrices and vectors that are open functions of one scalar: A(t), and their derivatives A′(t), A″(t)."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from matdiff.algebra.assumptions import implied
from matdiff.algebra.dims import SCALAR, Shape
from matdiff.algebra.expr import Data, Expr, Operator, Symbol
from matdiff.algebra.laws import differential
from matdiff.algebra.notation import ATOM, SUM, Notation, Slot, Style
from matdiff.algebra.operators.products import Differentials, Scale
from matdiff.errors import ShapeError, UnsupportedError

INHERITED = frozenset(("symmetric", "skew", "diagonal", "lower", "upper"))  # A′ is what every A(t) is


class Path(Operator):
    """A(t), whose entries are functions of a scalar t that the text leaves open, and its derivatives A′(t), A″(t).

    operands: A, which has the shape and the properties of the values, and t; data: how often it is derived
    """

    shown = "A: m×n, t: 1×1"
    shown_with: ClassVar[Data] = (0,)

    def __new__(cls, a: Expr, t: Expr, order: int = 0) -> Expr:  # type: ignore[misc]
        return cls.make((a, t), (order,))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        a, t = operands
        if t.shape != SCALAR:
            raise ShapeError("an open function of this kind is one of a scalar")
        return a.shape

    @property
    def properties(self) -> frozenset[str]:
        """The declared properties of the values, as far as a derivative has them: of spd ones it is symmetric."""
        a = self.operands[0]
        declared = implied(a.properties) if isinstance(a, Symbol) else frozenset[str]()
        return declared & INHERITED if self.data[0] else declared

    @classmethod
    def title(cls) -> str:
        return "an open function of a scalar"

    def notation(self, style: Style) -> Notation:
        a, t = self.operands
        primes = style.pick("′", "'") * self.data[0]
        opening, closing = style.pick("(", r"\left("), style.pick(")", r"\right)")
        return Notation((Slot(a, ATOM), primes + opening, Slot(t, SUM), closing))

    @staticmethod
    def numpy(np: Any, a: Any, t: Any, order: int) -> Any:
        """A stand-in for checks, W(t)AW(t) with a diagonal matrix W of waves, which leaves A symmetric or definite."""
        rows, cols = (_waves(np, n, t, order) for n in a.shape[-2:])
        terms = [math.comb(order, k) * rows[k] * np.swapaxes(cols[order - k], -1, -2) for k in range(order + 1)]
        return a * sum(terms)

    @differential(
        "differential_of_path", "d(A(t)) = A′(t)*d(t)", where="A: m x n; t: scalar", requires="A differentiable"
    )
    def d(self: Expr, *changes: Differentials) -> Expr:
        """A stands for the function, and does not change."""
        a, t = self.operands
        if changes[0] is not None:
            message = f"{a} is a function of {t}, and no unknown"
            raise UnsupportedError(message, suggestion=f"differentiate by {t}")
        assert changes[1] is not None
        return Scale.of(changes[1], Path(a, t, self.data[0] + 1))


def _waves(np: Any, count: int, t: Any, order: int) -> list[Any]:
    """A column of 3/2 + sin(c t + φ), each with its own c and φ, and its derivatives up to an order."""
    c, phase = 0.6 + 0.23 * np.arange(count)[:, None], 0.9 + 1.7 * np.arange(count)[:, None]
    return [1.5 * (k == 0) + c**k * np.sin(c * t + phase + k * math.pi / 2) for k in range(order + 1)]
