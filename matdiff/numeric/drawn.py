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
    """A random value of a symbol in a style, with the properties that are declared; of a *change* it is 0."""
    if "change" in s.properties:
        return draws.normal(shape) * 0.0
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
    if known >= {"idempotent", "invertible"}:
        return np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    if known & {"orthogonal", "idempotent"} and known >= {"stochastic"}:  # a permutation, or 1pᵀ
        is_identity = known & {"lower", "upper"} or known >= {"orthogonal", "psd"}
        return special_rows("orthogonal" in known, bool(is_identity), "symmetric" in known, a)
    if "orthogonal" in known:
        reflects = "symmetric" in known and not known & {"lower", "upper", "psd"}
        return reflection(a) if reflects else orthogonal(a, known)
    if "idempotent" in known:
        return projector(known, a, draws)
    if "unit" in known:
        unit: Array = a / np.linalg.norm(a, axis=-2, keepdims=True)
        return unit
    weights = np.abs(a) + 0.2
    if "simplex" in known:
        shares: Array = weights / weights.sum(axis=-2, keepdims=True)
        return shares
    return rows_of_one(known, project(known, weights))


def rows_of_one(known: frozenset[str], weights: Array) -> Array:
    """A matrix whose rows sum to 1; of a symmetric one the diagonal holds what the other entries leave."""
    if "symmetric" in known:
        eye = np.eye(weights.shape[-1])
        beside = weights * (1 - eye)
        beside = beside / (2 * beside.sum(axis=-1, keepdims=True).max(axis=-2, keepdims=True) + 0.1)
        doubly: Array = beside + (1 - beside.sum(axis=-1, keepdims=True)) * eye
        return doubly
    rows: Array = weights / weights.sum(axis=-1, keepdims=True)
    return rows


def special_rows(orthogonal: bool, identity: bool, symmetric: bool, a: Array) -> Array:
    """A matrix with rows that sum to 1 which is orthogonal or idempotent too."""
    n = a.shape[-1]
    weights = np.ones_like(a) if symmetric else np.abs(a) + 0.2
    row = weights[..., :1, :] / weights[..., :1, :].sum(axis=-1, keepdims=True)
    return np.broadcast_to(np.eye(n) if identity else np.eye(n)[::-1] if orthogonal else row, a.shape)


def reflection(a: Array) -> Array:
    """A symmetric orthogonal matrix, I − 2vvᵀ/vᵀv."""
    v = a[..., :, :1] + 0.1
    found: Array = np.eye(a.shape[-1]) - 2 * v @ np.swapaxes(v, -1, -2) / np.sum(v * v, axis=-2, keepdims=True)
    return found


def projector(known: frozenset[str], a: Array, draws: Draws) -> Array:
    """A matrix with PP = P of half the rank; where it is symmetric, along the orthogonal complement."""
    n = a.shape[-1]
    if known & {"lower", "upper"}:  # zeros and ones on the diagonal, in turn
        return np.broadcast_to(np.diag(np.arange(n) % 2 == 0).astype(float), a.shape)
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
