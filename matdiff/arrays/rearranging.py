"""The entries of arrays in another order, and parts of them."""

from __future__ import annotations

from math import prod
from typing import Any

from matdiff.arrays.array import INTEGER, array, asarray, broadcast_to, ndarray
from matdiff.arrays.building import arange, full, triangle
from matdiff.arrays.places import broadcast_shapes, inside, places, strides


def reshape(a: Any, shape: Any) -> ndarray:
    return asarray(a).reshape(shape)


def ravel(a: Any) -> ndarray:
    return asarray(a).ravel()


def transpose(a: Any, axes: Any = ()) -> Any:
    return asarray(a).transpose(*axes)


def swapaxes(a: Any, i: int, j: int) -> ndarray:
    return asarray(a).swapaxes(i, j)


def squeeze(a: Any, axis: Any = None) -> Any:
    a = asarray(a)
    given = range(a.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    away = {k % a.ndim for k in given if a.shape[k] == 1}
    return a.reshape(tuple(n for k, n in enumerate(a.shape) if k not in away))


def flip(a: Any, axis: Any = None) -> Any:
    a = asarray(a)
    axes = range(a.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    turned = {k % a.ndim for k in axes}
    return a[tuple(slice(None, None, -1) if k in turned else slice(None) for k in range(a.ndim))]


def resize(a: Any, shape: Any) -> ndarray:
    """The entries over and over again, as many as a shape has."""
    flat, lengths = asarray(a).flat, (shape,) if isinstance(shape, int) else tuple(shape)
    return ndarray([flat[k % len(flat)] for k in range(prod(lengths))], lengths, asarray(a).dtype)


def take(a: Any, chosen: Any, axis: int) -> Any:
    a = asarray(a)
    keys: list[Any] = [slice(None)] * a.ndim
    keys[axis] = chosen if isinstance(chosen, int) else array(list(chosen) if isinstance(chosen, range) else chosen)
    return a[tuple(keys)]


def take_along_axis(a: Any, chosen: Any, axis: int) -> ndarray:
    a, chosen = asarray(a), asarray(chosen)
    axis %= a.ndim
    lead = broadcast_shapes(
        tuple(1 if k == axis else n for k, n in enumerate(a.shape)),
        tuple(1 if k == axis else n for k, n in enumerate(chosen.shape)),
    )
    wide = broadcast_to(a, tuple(a.shape[axis] if k == axis else n for k, n in enumerate(lead)))
    lengths = tuple(chosen.shape[axis] if k == axis else n for k, n in enumerate(lead))
    steps = strides(wide.shape)
    starts = places(lengths, [0 if k == axis else s for k, s in enumerate(steps)])
    picked = broadcast_to(chosen, lengths).flat
    step, n = steps[axis], wide.shape[axis]
    flat = [wide.flat[s + step * inside(int(p), n)] for s, p in zip(starts, picked, strict=True)]
    return ndarray(flat, lengths, a.dtype)


def flatnonzero(a: Any) -> ndarray:
    found = [k for k, x in enumerate(asarray(a).flat) if x]
    return ndarray(found, (len(found),), INTEGER)


def diagonal(a: Any, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Any:
    a = asarray(a)
    if offset or (axis1 % a.ndim, axis2 % a.ndim) != (a.ndim - 2, a.ndim - 1):
        raise ModuleNotFoundError("there are no other diagonals on lists", name="numpy.diagonal")
    n = min(a.shape[-2:])
    return a[..., arange(n), arange(n)]


def trace(a: Any, axis1: int = -2, axis2: int = -1) -> Any:
    return diagonal(a, 0, axis1, axis2).sum(-1)


def tril(a: Any, k: int = 0) -> ndarray:
    return _side(asarray(a), k, True)


def triu(a: Any, k: int = 0) -> ndarray:
    return _side(asarray(a), k, False)


def _side(a: ndarray, k: int, below: bool) -> ndarray:
    rows, cols = a.shape[-2:]
    kept = set(triangle(rows, cols, k, below))
    mask = ndarray([(i, j) in kept for i in range(rows) for j in range(cols)], (rows, cols), INTEGER)
    zero = a.dtype.type(0)
    spread_ = broadcast_to(mask, a.shape).flat
    return ndarray([x if m else zero for x, m in zip(a.flat, spread_, strict=True)], a.shape, a.dtype)


def pad(a: Any, widths: Any, constant_values: float = 0.0, mode: str = "constant") -> ndarray:
    a = asarray(a)
    made = full(tuple(n + sum(w) for n, w in zip(a.shape, widths, strict=True)), constant_values, a.dtype)
    made[tuple(slice(w[0], w[0] + n) for n, w in zip(a.shape, widths, strict=True))] = a
    return made
