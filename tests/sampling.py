"""Random values for the symbols of an expression, and vec of arrays."""

from __future__ import annotations

import numpy as np

import matdiff
from matdiff.algebra.expr import symbols

SIZES = {"m": 4, "n": 3, "p": 2, "q": 5, "N": 3, "d": 2, "c": 3}


def values_of(e: matdiff.Expr, seed: int) -> dict[str, np.ndarray]:
    """Random values of the symbols, with their properties."""
    draws = np.random.default_rng(seed)
    found = {}
    for s in symbols(e):
        shape = [r.value(SIZES) for r in (*s.ranges, *s.shape)]
        a = draws.normal(size=shape) * 0.5
        if s.properties & {"spd"}:
            a = a @ a.T + np.eye(len(a))
        elif s.shape[0] is s.shape[1] and not s.is_scalar:
            a = a + 2 * np.eye(shape[-1])
        if "symmetric" in s.properties:
            a = (a + np.swapaxes(a, -1, -2)) / 2
        if "lower" in s.properties:
            a = np.tril(a)
        a = np.abs(a) + 0.3 if "positive" in s.properties else a
        inner = 0 if s.is_scalar else 1 if s.cols.number == 1 else 2
        whole = a.reshape([r.value(SIZES) for r in (*s.ranges, *s.shape[:inner])])
        found[s.name] = np.array(float(SIZES[s.name])) if s.name in SIZES and s.is_scalar else whole
    return found


def stacked(a: object) -> np.ndarray:
    """vec of a number, a vector or a matrix."""
    array = np.asarray(a, dtype=float)
    return array.T.ravel() if array.ndim == 2 else array.ravel()
