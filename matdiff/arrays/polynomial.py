"""What is asked of numpy.polynomial."""

from __future__ import annotations

import math

from matdiff.arrays.array import array, ndarray


class legendre:
    """Polynomials of Legendre."""

    @staticmethod
    def leggauss(count: int) -> tuple[ndarray, ndarray]:
        """The zeros of the polynomial of a degree, by Newton's method, and the weights of an integral from −1 to 1."""
        nodes, weights = [], []
        for k in reversed(range(count)):
            x = math.cos(math.pi * (k + 0.75) / (count + 0.5))
            for _ in range(10):
                value, slope = _value(count, x)
                x -= value / slope
            nodes.append(x)
            weights.append(2 / ((1 - x * x) * _value(count, x)[1] ** 2))
        return array(nodes), array(weights)


def _value(degree: int, x: float) -> tuple[float, float]:
    """The polynomial of Legendre of a degree and its derivative."""
    before, value = 0.0, 1.0
    for n in range(degree):
        before, value = value, ((2 * n + 1) * x * value - n * before) / (n + 1)
    return value, degree * (before - x * value) / (1 - x * x)
