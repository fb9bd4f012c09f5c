"""Random values of symbols: a symbol and a style in, an array with the properties that are declared out."""

from __future__ import annotations

from math import sqrt

import numpy as np

from matdiff.algebra.assumptions import CONSTRAINTS, implied
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Symbol
from matdiff.numeric.draws import Draws
from matdiff.numeric.program import Array

# No style makes an undeclared matrix symmetric: a wrong transpose could pass.
STYLES = "normal, dominant, positive, definite, small, unit, dominant positive, contraction, large, mixed".split(", ")


def draw_symbol(s: Symbol, shape: tuple[int, ...], style: str, draws: Draws) -> Array:
    """A random value of a symbol in a style, with the properties that are declared."""
    if style == "mixed":
        style = STYLES[draws.below(len(STYLES) - 1)]
    square = s.rows is s.cols and s.rows is not ONE
    value = draw_square(shape, style, draws) if square else draw_entries(s.shape == SCALAR, shape, style, draws)
    return with_properties(s.properties, value, style, draws)


def draw_entries(scalar: bool, shape: tuple[int, ...], style: str, draws: Draws) -> Array:
    """The entries of a scalar, a vector or a rectangular matrix."""
    if style in ("unit", "contraction"):
        return draws.uniform(0.1, 0.35, shape)
    if style == "large":
        return draws.uniform(1.2, 2.5, shape)
    if style in ("positive", "dominant positive") or (scalar and style in ("definite", "dominant")):
        return draws.uniform(0.5, 1.5, shape)
    if scalar:  # away from 0, since scalars are divided by
        value: Array = draws.signs(shape) * draws.uniform(0.4, 1.4, shape)
        return value
    return draws.normal(shape) * (0.3 if style == "small" else 1.0)


def draw_square(shape: tuple[int, ...], style: str, draws: Draws) -> Array:
    """A square matrix."""
    n = shape[-1]
    if style == "positive":
        return draws.uniform(0.5, 1.5, shape)
    if style == "unit":
        return draws.uniform(0.1, 0.35, shape)
    if style == "large":
        return draws.uniform(1.2, 2.5, shape)
    if style == "dominant positive":
        return draws.uniform(0.1, 0.6, shape) + n / 2 * np.eye(n)
    normal = draws.normal(shape)
    if style in ("definite", "contraction"):  # xᵀAx > 0 for all x, which a skew part leaves as it is
        definite: Array = normal @ np.swapaxes(normal, -1, -2) / n + 0.5 * np.eye(n)
        definite = definite + 0.3 * (normal - np.swapaxes(normal, -1, -2))
        if style == "contraction":
            definite = definite / (2 * np.trace(definite, axis1=-2, axis2=-1)[..., None, None])
        return definite
    if style == "dominant":
        return 0.5 * normal / sqrt(n) + np.eye(n)
    return normal * (0.3 if style == "small" else 1.0)


def with_properties(properties: frozenset[str], a: Array, style: str, draws: Draws) -> Array:
    """An array made to have declared properties, close to how it was drawn."""
    if not properties:
        return a
    n = a.shape[-1]
    known = implied(properties)
    if "psd" in known:
        a = a @ np.swapaxes(a, -1, -2) / n + 0.3 * np.eye(n)
    if "invertible" in known and "psd" not in known and style == "normal":
        left, right = orthogonal(a), orthogonal(draws.normal(a.shape))
        a = left * draws.uniform(0.5, 2.0, (*a.shape[:-2], 1, n)) @ right
    a = project(properties, a)
    if known & {"lower", "upper"} and "invertible" in known:
        diagonal = a * np.eye(n)
        a = a + np.where(diagonal < 0, -0.5, 0.5) * np.eye(n)
    if known & CONSTRAINTS:
        a = constrained(known, a, draws)
    elif "nonnegative" in known:
        a = project(properties, np.abs(a) + 0.2)
    if "integer" in properties:
        a = np.where(a < 0, np.floor(2 * a), np.ceil(2 * a))
    return a


def constrained(known: frozenset[str], a: Array, draws: Draws) -> Array:
    """An array on the set that properties such as orthogonal single out."""
    n = a.shape[-1]
    if "orthogonal" in known:
        reflects = "symmetric" in known and not known & {"lower", "upper", "psd"}
        return reflection(a) if reflects else orthogonal(a, known)
    if "idempotent" in known:
        return projector(known, a, draws)
    if "unit" in known:
        return a / np.linalg.norm(a, axis=-2, keepdims=True)
    weights = np.abs(a) + 0.2
    if "simplex" in known:
        return weights / weights.sum(axis=-2, keepdims=True)
    if "symmetric" in known:  # what the other entries of a row leave stands on the diagonal
        weights = project(known, weights) * (1 - np.eye(n))
        weights = weights / (2 * weights.sum(axis=-1, keepdims=True).max(axis=-2, keepdims=True) + 0.1)
        return weights + (1 - weights.sum(axis=-1, keepdims=True)) * np.eye(n)
    weights = project(known, weights)
    total: Array = weights / weights.sum(axis=-1, keepdims=True)
    return total


def reflection(a: Array) -> Array:
    """A symmetric orthogonal matrix, I − 2vvᵀ/vᵀv."""
    v = a[..., :, :1] + 0.1
    found: Array = np.eye(a.shape[-1]) - 2 * v @ np.swapaxes(v, -1, -2) / np.sum(v * v, axis=-2, keepdims=True)
    return found


def projector(known: frozenset[str], a: Array, draws: Draws) -> Array:
    """A matrix with PP = P of half the rank; where it is symmetric, along the orthogonal complement."""
    n = a.shape[-1]
    if known & {"lower", "upper"} or "invertible" in known:
        return np.broadcast_to(np.eye(n), a.shape)
    q = orthogonal(a)[..., :, : (n + 1) // 2]
    other = q if "symmetric" in known else q + 0.3 * draws.normal(q.shape)
    across = np.swapaxes(other, -1, -2)
    found: Array = q @ np.linalg.solve(across @ q, across)
    return found


def orthogonal(a: Array, known: frozenset[str] = frozenset()) -> Array:
    """The orthogonal factor of a matrix, of a triangular one its signs; of a wide one, orthogonal rows."""
    if known & {"lower", "upper", "psd"}:
        signs: Array = np.where((a < 0) & ("psd" not in known), -1.0, 1.0) * np.eye(a.shape[-1])
        return signs
    wide = a.shape[-2] < a.shape[-1]
    q, r = np.linalg.qr(np.swapaxes(a, -1, -2) if wide else a)
    q = q * np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)[..., None, :]
    return np.swapaxes(q, -1, -2) if wide else q


def project(properties: frozenset[str], a: Array) -> Array:
    """The orthogonal projection onto the subspace in which an unknown with these properties varies."""
    known = implied(properties)
    if "symmetric" in known:
        a = (a + np.swapaxes(a, -1, -2)) / 2
    if "skew" in known:
        a = (a - np.swapaxes(a, -1, -2)) / 2
    if "lower" in known:
        a = np.tril(a)
    if "upper" in known:
        a = np.triu(a)
    return a
