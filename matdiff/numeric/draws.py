"""Random numbers from a seed, the same with every version of NumPy.

A counter is mixed to 64 random bits (splitmix64: Steele, Lea and Flood 2014).  The generators of NumPy
would do as well, but take longer to import than a check takes to run.
"""

from __future__ import annotations

from math import prod

import numpy as np

from matdiff.numeric.environments import Array

GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MASK = 2**64 - 1
BLOCK = 2048


class Draws:
    """A stream of random numbers."""

    __slots__ = ("counter",)

    def __init__(self, seed: int) -> None:
        self.counter = int(mixed(np.array([(seed * GOLDEN) & MASK], dtype=np.uint64))[0])

    def uniform(self, low: float, high: float, shape: tuple[int, ...]) -> Array:
        """Independent numbers between *low* and *high*."""
        count = prod(shape)
        start = np.array(self.counter, dtype=np.uint64)
        self.counter = (self.counter + count * GOLDEN) & MASK
        bits = mixed(start + np.arange(count, dtype=np.uint64) * np.uint64(GOLDEN))
        unit: Array = (bits >> np.uint64(11)).astype(float) * 2.0**-53
        return (low + (high - low) * unit).reshape(shape)

    def normal(self, shape: tuple[int, ...]) -> Array:
        """Independent standard normal numbers, after Box and Muller."""
        radius, angle = self.uniform(0.0, 1.0, (2, *shape))
        value: Array = np.sqrt(-2.0 * np.log(1.0 - radius)) * np.cos(2.0 * np.pi * angle)
        return value

    def below(self, count: int) -> int:
        """One of 0, …, count − 1."""
        return int(self.uniform(0.0, count, ()))

    def permutation(self, count: int) -> list[int]:
        """0, …, count − 1 in random order."""
        return [int(k) for k in np.argsort(self.uniform(0.0, 1.0, (count,)))]

    def signs(self, shape: tuple[int, ...]) -> Array:
        """−1 or 1"""
        return np.where(self.uniform(0.0, 1.0, shape) < 0.5, -1.0, 1.0)


class Signs:
    """−1 or 1, drawn many at once, since arrays are small and many."""

    __slots__ = ("block", "draws", "place")

    def __init__(self, draws: Draws) -> None:
        self.draws, self.place, self.block = draws, 0, np.empty(0)

    def __call__(self, shape: tuple[int, ...]) -> Array:
        """The next ones."""
        count = prod(shape)
        if self.place + count > len(self.block):
            self.place, self.block = 0, self.draws.signs((max(BLOCK, count),))
        self.place += count
        return self.block[self.place - count : self.place].reshape(shape)


def mixed(bits: np.ndarray) -> np.ndarray:
    """The finalizer of splitmix64; arithmetic modulo 2⁶⁴."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(FIRST)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(SECOND)
    last: np.ndarray = bits ^ (bits >> np.uint64(31))
    return last
