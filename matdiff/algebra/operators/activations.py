"""The entrywise functions of statistics and machine learning: rectifiers, sigmoids, and the normal distribution."""

from __future__ import annotations

import math
from typing import Any

from matdiff.algebra.expr import Number
from matdiff.algebra.notation import Notation, Style, fenced
from matdiff.algebra.operators.entrywise import Abs, Entrywise, Exp, Sqrt
from matdiff.algebra.operators.products import Hadamard

TWO, EIGHT = Number(2), Number(8)

# ---- piecewise linear functions and their kin -------------------------------------------------------


class Step(Entrywise):
    """1 for a > 0, else 0: the unit step of Heaviside"""

    names = ("step", "heaviside")
    bounds = "[0, 1]"
    increasing = True
    kink = True
    requires = "{0} ≠ 0"
    array = "indicator(a > 0, a)"
    numpy = staticmethod(lambda np, a: np.where(a > 0, 1.0, 0.0 * a))  # NaN stays NaN
    slope = staticmethod(lambda t: Number(0))


class Relu(Entrywise):
    """max(0, a)"""

    names = ("relu",)
    bounds = "[0, ∞)"
    increasing = True
    kink = True
    requires = "{0} ≠ 0"
    array = "relu(a)"
    numpy = staticmethod(lambda np, a: np.maximum(a, 0.0))
    slope = staticmethod(lambda t: Step(t))


class LeakyRelu(Entrywise):
    """a for a > 0, else ca with a small slope c"""

    names = ("leaky_relu",)
    parameters = ("1/100",)
    kink = True
    requires = "{0} ≠ 0"
    array = "where(a > 0, a, b * a)"
    numpy = staticmethod(lambda np, a, c: np.where(a > 0, a, c * a))
    slope = staticmethod(lambda t, c: Step(t) + c * Step(-t))
    by_parameter = staticmethod(lambda t, c: (-Relu(-t),))


class Elu(Entrywise):
    """a for a > 0, else c(exp(a) − 1)"""

    names = ("elu",)
    parameters = ("1",)
    kink = True
    requires = "{0} ≠ 0"
    array = "where(a > 0, a, b * expm1(-relu(-a)))"
    numpy = staticmethod(lambda np, a, c: np.where(a > 0, a, c * np.expm1(np.minimum(a, 0.0))))
    slope = staticmethod(lambda t, c: Step(t) + Hadamard.of(c, Step(-t), Exp(t)))
    by_parameter = staticmethod(lambda t, c: (-Relu(1 - Exp(t)),))


class Clip(Entrywise):
    """a between two bounds, else the bound that it is beyond"""

    names = ("clip", "hardtanh")
    parameters = ("-1", "1")
    kink = True
    requires = "{0} is neither {1} nor {2}"
    array = "clip(a, b, c)"
    numpy = staticmethod(lambda np, a, low, high: np.where(low < high, np.minimum(np.maximum(a, low), high), np.nan))
    gap = staticmethod(lambda np, a, low, high: np.minimum(np.abs(a - low), np.abs(a - high)))
    slope = staticmethod(lambda t, low, high: Step(t - low) - Step(t - high))
    by_parameter = staticmethod(lambda t, low, high: (Step(low - t), Step(t - high)))


class Huber(Entrywise):
    """½a² for |a| ≤ c, else c(|a| − ½c)"""

    names = ("huber",)
    bounds = "[0, ∞)"
    parameters = ("1",)
    requires = "{1} > 0"
    array = "where(abs(a) <= b, 0.5 * a * a, b * (abs(a) - 0.5 * b))"

    @staticmethod
    def numpy(np: Any, a: Any, c: Any) -> Any:
        size = np.abs(a)
        return np.where(c > 0, np.where(size <= c, 0.5 * a * a, c * (size - 0.5 * c)), np.nan)

    slope = staticmethod(lambda t, c: Clip(t, -c, c))
    by_parameter = staticmethod(lambda t, c: (Relu(Abs(t) - c),))

    def condition(self) -> str:
        return "" if self.operands[1].number is not None else super().condition()


class Softsign(Entrywise):
    """a/(1 + |a|)"""

    names = ("softsign",)
    parity = -1
    bounds = "(−1, 1)"
    increasing = True
    array = "a / (1 + abs(a))"
    numpy = staticmethod(lambda np, a: a / (1 + np.abs(a)))
    slope = staticmethod(lambda t: (1 + Abs(t)) ** -2)


# ---- sigmoids ---------------------------------------------------------------------------------------


class Sigmoid(Entrywise):
    """σ(a) = 1/(1 + exp(−a)), the logistic function"""

    names = ("sigmoid", "logistic")
    bounds = "(0, 1)"
    increasing = True
    slope = staticmethod(lambda t: Hadamard.of(Sigmoid(t), 1 - Sigmoid(t)))
    array = "sigmoid(a)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        small = np.exp(-np.abs(a))  # does not overflow, and keeps its digits where it is near 0
        return np.where(a < 0, small, 1.0) / (1 + small)

    def notation(self, style: Style) -> Notation:
        return fenced(self.operands[0], style, ("sigmoid(", ")"), (r"\sigma\left(", r"\right)"))


class Logit(Entrywise):
    """log(a/(1 − a)), the inverse of the logistic function"""

    names = ("logit",)
    increasing = True
    requires = "0 < {0} < 1"
    array = "log(a) - log1p(-a)"
    numpy = staticmethod(lambda np, a: np.log(a) - np.log1p(-a))
    slope = staticmethod(lambda t: 1 / Hadamard.of(t, 1 - t))


class Softplus(Entrywise):
    """log(1 + exp(a))"""

    names = ("softplus",)
    bounds = "(0, ∞)"
    increasing = True
    array = "softplus(a)"
    numpy = staticmethod(lambda np, a: np.logaddexp(0.0, a))
    slope = staticmethod(lambda t: Sigmoid(t))


class Silu(Entrywise):
    """aσ(a)"""

    names = ("silu", "swish")
    bounds = "(−1/3, ∞)"
    array = "a * sigmoid(a)"
    numpy = staticmethod(lambda np, a: a * Sigmoid.numpy(np, a))
    slope = staticmethod(lambda t: Sigmoid(t) + Hadamard.of(Silu(t), 1 - Sigmoid(t)))


# ---- the normal distribution ------------------------------------------------------------------------


def by_scalars(np: Any, function: Any, a: Any) -> Any:
    """A function of Python numbers on every entry of an array; what is too large for a number has no value."""

    def value(t: float) -> float:
        try:
            return float(function(t))
        except OverflowError:
            return math.nan

    return np.array([value(t) for t in a.ravel().tolist()], dtype=float).reshape(a.shape)


class NormalDensity(Entrywise):
    """φ(a) = exp(−½a²)/√(2π), the density of the standard normal distribution"""

    names = ("normpdf",)
    parity = 1
    bounds = "(0, 1/2)"
    array = "exp(-0.5 * a * a) / 2.5066282746310002"
    numpy = staticmethod(lambda np, a: np.exp(-0.5 * a * a) / math.sqrt(2 * math.pi))
    slope = staticmethod(lambda t: -Hadamard.of(t, NormalDensity(t)))


class NormalDistribution(Entrywise):
    """Φ(a), the distribution function of the standard normal distribution"""

    names = ("normcdf",)
    bounds = "(0, 1)"
    increasing = True
    array = "ndtr(a)"
    numpy = staticmethod(lambda np, a: 0.5 * by_scalars(np, math.erfc, -a / math.sqrt(2)))
    slope = staticmethod(lambda t: NormalDensity(t))


class Erf(Entrywise):
    """erf a = 2Φ(√2a) − 1, the error function"""

    names = ("erf",)
    parity = -1
    bounds = "(−1, 1)"
    increasing = True
    array = "erf(a)"
    numpy = staticmethod(lambda np, a: by_scalars(np, math.erf, a))
    slope = staticmethod(lambda t: Hadamard.of(Sqrt(EIGHT), NormalDensity(Sqrt(TWO) * t)))


class Gelu(Entrywise):
    """aΦ(a)"""

    names = ("gelu",)
    bounds = "(−1/5, ∞)"
    array = "a * ndtr(a)"
    numpy = staticmethod(lambda np, a: a * NormalDistribution.numpy(np, a))
    slope = staticmethod(lambda t: NormalDistribution(t) + Hadamard.of(t, NormalDensity(t)))
