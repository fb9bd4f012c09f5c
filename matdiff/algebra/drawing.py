"""How instances with a property are drawn: what is drawn at random is made orthogonal, definite, stochastic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matdiff.records import NamedTuple

Array = Any


class Drawing(NamedTuple):
    """What the drawing of an instance may use.

    np        the array module
    known     all that is assumed of the symbol
    style     how it is drawn where nothing is assumed
    draws     the random numbers
    project   the projection on the subspace in which the symbol varies
    """

    np: Any
    known: frozenset[str]
    style: str
    draws: Any
    project: Callable[[Array], Array]

    def eye(self, a: Array) -> Array:
        """The identity in the size of an array."""
        return self.np.eye(a.shape[-1])


def transpose(a: Array) -> Array:
    """Aᵀ of every matrix."""
    return a.swapaxes(-1, -2)


def definite(a: Array, d: Drawing) -> Array:
    """AAᵀ/n + 0.3 I"""
    return a @ transpose(a) / a.shape[-1] + 0.3 * d.eye(a)


def well_conditioned(a: Array, d: Drawing) -> Array:
    """QDQ′ with a D that is not small; a definite matrix is as it should be."""
    if "psd" in d.known or d.style != "normal":
        return a
    left, right = orthogonal_factor(a, d), orthogonal_factor(d.draws.normal(a.shape), d)
    return left * d.draws.uniform(0.5, 2.0, (*a.shape[:-2], 1, a.shape[-1])) @ right


def away_from_zero(a: Array, d: Drawing) -> Array:
    """A triangular matrix with a diagonal that is not small."""
    if not d.known & {"lower", "upper"}:
        return a
    return a + d.np.where(a * d.eye(a) < 0, -0.5, 0.5) * d.eye(a)


def orthogonal_factor(a: Array, d: Drawing) -> Array:
    """The orthogonal factor of a matrix; of a wide one, orthogonal rows."""
    wide = a.shape[-2] < a.shape[-1]
    q, r = d.np.linalg.qr(transpose(a) if wide else a)
    q = q * d.np.where(d.np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)[..., None, :]
    return transpose(q) if wide else q


def orthogonal(a: Array, d: Drawing) -> Array:
    """An orthogonal matrix: of a triangular one its signs, of a symmetric one I − 2vvᵀ/vᵀv."""
    triangular = d.known & {"lower", "upper"}
    if "idempotent" in d.known:
        return d.np.broadcast_to(d.eye(a), a.shape)
    if "stochastic" in d.known:  # a permutation
        return d.np.broadcast_to(d.eye(a)[:: 1 if triangular or "psd" in d.known else -1], a.shape)
    if triangular or "psd" in d.known:
        return d.np.where((a < 0) & ("psd" not in d.known), -1.0, 1.0) * d.eye(a)
    if "symmetric" not in d.known:
        return orthogonal_factor(a, d)
    v = a[..., :, :1] + 0.1
    return d.eye(a) - 2 * v @ transpose(v) / d.np.sum(v * v, axis=-2, keepdims=True)


def projector(a: Array, d: Drawing) -> Array:
    """A matrix with PP = P of half the rank; where it is symmetric, along the orthogonal complement."""
    n = a.shape[-1]
    if "orthogonal" in d.known:
        return a
    if "invertible" in d.known:
        return d.np.broadcast_to(d.eye(a), a.shape)
    if "stochastic" in d.known and not d.known & {"lower", "upper"}:  # 1pᵀ
        weights = d.np.ones_like(a) if "symmetric" in d.known else d.np.abs(a) + 0.2
        row = weights[..., :1, :] / weights[..., :1, :].sum(axis=-1, keepdims=True)
        return d.np.broadcast_to(row, a.shape)
    if d.known & {"lower", "upper"}:  # zeros and ones on the diagonal, in turn; with rows that sum to 1 ones only
        ones = (d.np.arange(n) % 2 == 0) | ("stochastic" in d.known)
        return d.np.broadcast_to(d.np.diag(ones).astype(float), a.shape)
    q = orthogonal_factor(a, d)[..., :, : (n + 1) // 2]
    other = q if "symmetric" in d.known else q + 0.3 * d.draws.normal(q.shape)
    return q @ d.np.linalg.solve(transpose(other) @ q, transpose(other))


def rows_of_one(a: Array, d: Drawing) -> Array:
    """A matrix whose rows sum to 1; of a symmetric one the diagonal holds what the other entries leave."""
    if d.known & {"orthogonal", "idempotent"}:
        return a
    weights = d.project(d.np.abs(a) + 0.2)
    if "symmetric" not in d.known:
        return weights / weights.sum(axis=-1, keepdims=True)
    beside = weights * (1 - d.eye(a))
    beside = beside / (2 * beside.sum(axis=-1, keepdims=True).max(axis=-2, keepdims=True) + 0.1)
    return beside + (1 - beside.sum(axis=-1, keepdims=True)) * d.eye(a)


def shares(a: Array, d: Drawing) -> Array:
    """Positive entries that sum to 1."""
    weights = d.np.abs(a) + 0.2
    return a if "unit" in d.known else weights / weights.sum(axis=-2, keepdims=True)
