"""Toeplitz matrices, whose entries are equal along every diagonal: A[i + 1, j + 1] = A[i, j]."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.assumptions import MATRIX, Property, curved
from matdiff.algebra.drawing import Drawing
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.linear import Linear


class ToeplitzPart(Linear):
    """toep(A): every entry of A replaced by the mean of its diagonal, the Toeplitz matrix that is nearest to A."""

    names = ("toep",)
    signature = "m×n → m×n"
    mirrors = True
    definition = "toep(A) has the means of the diagonals of A along its own"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        diagonals = np.subtract.outer(np.arange(a.shape[-2]), np.arange(a.shape[-1]))
        means = np.empty_like(a)
        for k in range(1 - a.shape[-1], a.shape[-2]):
            means[..., diagonals == k] = a[..., diagonals == k].mean(axis=-1, keepdims=True)
        return means

    def adjoint(self, h: Expr) -> Expr:
        return ToeplitzPart(h)


def fitted(a: Any, d: Drawing) -> Any:
    """The means along the diagonals of a definite matrix need not be those of one; few are on a curved set."""
    if curved(d.known):
        rows, cols = a.shape[-2:]
        return d.np.broadcast_to(d.eye(a) if rows == cols else d.np.full((rows, cols), 1 / cols), a.shape)
    if "psd" not in d.known:
        return a
    least = d.np.linalg.eigvalsh(a).min(axis=-1)[..., None, None]
    return a + d.np.maximum(0.0, 0.3 - least) * d.eye(a)


Property("toeplitz", MATRIX, projection=lambda g: ToeplitzPart(g), fitted=fitted)
