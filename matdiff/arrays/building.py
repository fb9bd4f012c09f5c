"""Arrays that are made of sizes, or of other arrays side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

from matdiff.arrays.array import INTEGER, array, asarray, ndarray, of_type, result_type
from matdiff.arrays.places import Shape


def full(shape: Any, value: Any, dtype: Any = None) -> ndarray:
    lengths = (shape,) if isinstance(shape, int) else tuple(map(int, shape))
    made = array(value, dtype)
    return ndarray(made.flat * prod(lengths), lengths, made.dtype)


def zeros(shape: Any, dtype: Any = float) -> ndarray:
    return full(shape, 0, dtype)


def ones(shape: Any, dtype: Any = float) -> ndarray:
    return full(shape, 1, dtype)


empty = zeros


def full_like(a: Any, value: Any, dtype: Any = None) -> ndarray:
    a = asarray(a)
    return full(a.shape, value, dtype or a.dtype)


def zeros_like(a: Any, dtype: Any = None) -> ndarray:
    return full_like(a, 0, dtype)


def ones_like(a: Any, dtype: Any = None) -> ndarray:
    return full_like(a, 1, dtype)


empty_like = zeros_like


def eye(n: int, m: int | None = None, dtype: Any = float) -> ndarray:
    m = n if m is None else m
    kind = of_type(dtype)
    return ndarray([kind.type(i == j) for i in range(n) for j in range(m)], (n, m), kind)


def arange(first: Any, last: Any = None, step: Any = 1, dtype: Any = None) -> ndarray:
    first, last = (0, first) if last is None else (first, last)
    count = max(0, -int(-(last - first) // step))
    found = array([first + k * step for k in range(count)], dtype)
    return found if count else found.astype(dtype or type(first + step))


def linspace(first: float, last: float, count: int) -> ndarray:
    return array([first + (last - first) * k / (count - 1) for k in range(count)], float)


def ndindex(*shape: Any) -> Iterator[Shape]:
    lengths = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    return product(*map(range, lengths))


def diag(a: Any) -> Any:
    """A vector as a diagonal matrix, or the diagonal of a matrix."""
    a = asarray(a)
    if a.ndim == 2:
        return ndarray(a.flat[:: a.shape[1] + 1][: min(a.shape)], (min(a.shape),), a.dtype)
    return eye(len(a)) * a


def triangle(rows: int, cols: int, offset: int, below: bool) -> list[tuple[int, int]]:
    """The places on one side of a diagonal."""
    every = product(range(rows), range(cols))
    return [(i, j) for i, j in every if (j - i <= offset if below else j - i >= offset)]


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[ndarray, ...]:
    found = triangle(n, m or n, k, True)
    return tuple(ndarray(list(p), (len(found),), INTEGER) for p in ([i for i, _ in found], [j for _, j in found]))


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[ndarray, ...]:
    found = triangle(n, m or n, k, False)
    return tuple(ndarray(list(p), (len(found),), INTEGER) for p in ([i for i, _ in found], [j for _, j in found]))


def diag_indices(n: int) -> tuple[ndarray, ndarray]:
    return arange(n), arange(n)


def concatenate(arrays: Any, axis: int = 0) -> ndarray:
    parts = [asarray(a) for a in arrays]
    axis %= parts[0].ndim
    lead, tail = parts[0].shape[:axis], parts[0].shape[axis + 1 :]
    if any(p.shape[:axis] != lead or p.shape[axis + 1 :] != tail for p in parts):
        raise ValueError("these arrays do not fit beside each other")
    kind = result_type(*parts)
    blocks = [prod(p.shape[axis:]) for p in parts]
    flat = [
        x for k in range(prod(lead)) for p, n in zip(parts, blocks, strict=True) for x in p.flat[k * n : (k + 1) * n]
    ]
    length = sum(p.shape[axis] for p in parts)
    return ndarray([kind.type(x) for x in flat], (*lead, length, *tail), kind)


def stack(arrays: Any, axis: int = 0) -> ndarray:
    parts = [asarray(a) for a in arrays]
    axis %= parts[0].ndim + 1
    return concatenate([p.reshape(*p.shape[:axis], 1, *p.shape[axis:]) for p in parts], axis)
