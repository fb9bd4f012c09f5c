"""Sums of products: of matrices, and along axes that are named."""

from __future__ import annotations

import operator
from functools import lru_cache
from math import prod
from typing import Any

from matdiff.arrays.array import asarray, ndarray, number, result_type
from matdiff.arrays.places import Shape, broadcast_shapes, places, spread, strides


def matmul(a: Any, b: Any) -> ndarray:
    """Products of matrices, side by side."""
    a, b = asarray(a), asarray(b)
    if a.ndim < 2 or b.ndim < 2:
        rows = a if a.ndim > 1 else a.reshape(1, -1)
        cols = b if b.ndim > 1 else b.reshape(-1, 1)
        made = matmul(rows, cols)
        lengths = made.shape[:-2] + made.shape[-2:][: a.ndim > 1] + made.shape[-1:][: b.ndim > 1]
        return made.reshape(lengths)
    (m, n), (k, p) = a.shape[-2:], b.shape[-2:]
    if n != k:
        raise ValueError(f"{a.shape} and {b.shape} have no product")
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    flat: list[Any] = []
    left, right = spread(a.shape[:-2], lead), spread(b.shape[:-2], lead)
    columns: dict[int, list[list[Any]]] = {}
    for i, j in zip(left, right, strict=True):
        if j not in columns:
            matrix = b.flat[j * k * p : (j + 1) * k * p]
            columns[j] = [matrix[c::p] for c in range(p)]
        for r in range(i * m * n, (i + 1) * m * n, n) if n else [0] * m:
            row = a.flat[r : r + n]
            flat.extend([sum(map(operator.mul, row, column)) for column in columns[j]])
    kind = result_type(a, b)
    return ndarray([kind.type(x) for x in flat], (*lead, m, p), kind)


def vdot(a: Any, b: Any) -> Any:
    """The sum of the products of the entries."""
    return sum(map(operator.mul, asarray(a).flat, asarray(b).flat))


setattr(ndarray, "__matmul__", matmul)  # noqa: B010


def einsum(form: str, *arrays: Any, **_: Any) -> Any:
    """The sum of products that letters for axes describe; … are axes that the arrays share."""
    given = [asarray(a) for a in arrays]
    left, right = form.replace(" ", "").split("->")
    parts = left.split(",")
    axes = [a.ndim - len(p.replace("...", "")) if "..." in p else 0 for p, a in zip(parts, given, strict=True)]
    lead = broadcast_shapes(*[a.shape[:k] for a, k in zip(given, axes, strict=True)])
    lengths: dict[str, int] = {}
    for p, a, k in zip(parts, given, axes, strict=True):
        for letter, n in zip(p.replace("...", ""), a.shape[k:], strict=True):
            lengths[letter] = max(n, lengths.get(letter, 1))
    kept = right.replace("...", "")
    summed = "".join(letter for letter in lengths if letter not in kept)
    every = (*lead, *(lengths[letter] for letter in kept + summed))
    factors = [
        [a.flat[k] for k in _laid(a.shape, k, p.replace("...", ""), lead, kept + summed, every)]
        for p, a, k in zip(parts, given, axes, strict=True)
    ]
    products = [prod(values) for values in zip(*factors, strict=True)]
    count = prod(lengths[letter] for letter in summed)
    flat = [sum(products[k : k + count]) for k in range(0, len(products), count)] if count > 1 else products
    shape = every[: len(lead) + len(kept)]
    kind = result_type(*given)
    return ndarray(flat, shape, kind) if shape else number(flat[0], kind)


@lru_cache(1024)
def _laid(shape: Shape, lead_axes: int, letters: str, lead: Shape, order: str, every: Shape) -> list[int]:
    """The places of the entries of a factor, for each of the products."""
    own = strides(shape)
    before = [0] * (len(lead) - lead_axes) + [own[k] if shape[k] > 1 else 0 for k in range(lead_axes)]
    after = [
        sum(own[lead_axes + k] for k, letter in enumerate(letters) if letter == wanted and shape[lead_axes + k] > 1)
        for wanted in order
    ]
    return places(every, before + after)
