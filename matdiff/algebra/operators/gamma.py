"""The gamma function, entry by entry: its logarithm, and the derivatives of that."""

from __future__ import annotations

import math
from typing import Any

from matdiff.algebra.dims import Shape
from matdiff.algebra.expr import Data, Expr
from matdiff.algebra.laws import Law
from matdiff.algebra.notation import POSTFIX, TERM, Notation, Style, fenced
from matdiff.algebra.operators.activations import by_scalars
from matdiff.algebra.operators.entrywise import Entrywise, OfEntries
from matdiff.algebra.operators.products import Hadamard

FAR = 12.0  # from here on the asymptotic series has 15 digits
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)


def polygamma(order: int, x: float) -> float:
    """ψ⁽ᵏ⁾(x) for x > 0: shifted upwards by recurrence, then by the asymptotic series; NaN where x ≤ 0."""
    if not x > 0:
        return math.nan
    sign = (-1) ** (order + 1)
    near = 0.0
    while x < FAR + 2 * order:
        near += x ** -(order + 1)
        x += 1
    near *= sign * math.factorial(order)
    if order == 0:
        series = math.log(x) - 0.5 / x - sum(b / (2 * k) * x ** -(2 * k) for k, b in enumerate(BERNOULLI, 1))
        return float(series + near)
    series = math.factorial(order - 1) * x**-order + math.factorial(order) / 2 * x ** -(order + 1)
    series += sum(
        b * math.factorial(2 * k + order - 1) / math.factorial(2 * k) * x ** -(2 * k + order)
        for k, b in enumerate(BERNOULLI, 1)
    )
    return float(sign * series + near)


class Gamma(Entrywise):
    """Γ(a), the gamma function"""

    names = ("tgamma",)
    domain = "positive"
    requires = "{0} > 0"
    array = "gamma(a)"
    numpy = staticmethod(lambda np, a: by_scalars(np, lambda t: math.gamma(t) if 0 < t < 170 else math.nan, a))
    slope = staticmethod(lambda t: Hadamard.of(Gamma(t), Digamma(t)))


class LogGamma(Entrywise):
    """log Γ(a), the logarithm of the gamma function"""

    names = ("gammaln", "lgamma", "loggamma")
    domain = "positive"
    requires = "{0} > 0"
    array = "gammaln(a)"
    numpy = staticmethod(lambda np, a: by_scalars(np, lambda t: math.lgamma(t) if t > 0 else math.nan, a))
    slope = staticmethod(lambda t: Digamma(t))

    open_ended = True  # as log|A|, it takes in what follows

    def notation(self, style: Style) -> Notation:
        plain = "gammaln(" if style.explicit else "log Γ("
        parts, _ = fenced(self.operands[0], style, (plain, ")"), (r"\log\Gamma\left(", r"\right)"))
        return Notation(parts, POSTFIX if style.explicit else TERM)


class Digamma(Entrywise):
    """ψ(a) = Γ′(a)/Γ(a)"""

    names = ("digamma",)
    domain = "positive"
    increasing = True
    requires = "{0} > 0"
    array = "digamma(a)"
    numpy = staticmethod(lambda np, a: by_scalars(np, lambda t: polygamma(0, t), a))
    slope = staticmethod(lambda t: Polygamma(t, 1))

    def notation(self, style: Style) -> Notation:
        return fenced(self.operands[0], style, ("digamma(", ")"), (r"\psi^{(0)}\left(", r"\right)"))


class Polygamma(OfEntries):
    """ψ⁽ᵏ⁾(a), the k-th derivative of the digamma function; data: k"""

    names = ("polygamma",)

    def __new__(cls, operand: Expr, order: int) -> Expr:  # type: ignore[misc]
        return cls.make((operand,), (order,))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return operands[0].shape

    def notation(self, style: Style) -> Notation:
        order: int = self.data[0]
        latex = rf"\psi^{{({order})}}\left("
        return fenced(self.operands[0], style, (f"polygamma({order}, ", ")"), (latex, r"\right)"))

    @staticmethod
    def numpy(np: Any, a: Any, order: int) -> Any:
        return by_scalars(np, lambda t: polygamma(order, t), a)

    def lower(self, to: Any, a: Any) -> Any:
        return to.map(f"polygamma({self.data[0]}, a)", a)

    d = Law(
        "differential_of_polygamma",
        "d ψ⁽ᵏ⁾(A)",
        "d(polygamma(1, A)) = polygamma(2, A) .* d(A)",
        "differential",
        lambda node, da: Hadamard.of(Polygamma(node.operands[0], node.data[0] + 1), da),
        where="A: m x n positive",
        requires="every entry of A > 0",
    )
