"""Functions of the entries along axes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, reduce
from typing import Any

from matdiff.arrays.array import BOOL, INTEGER, asarray, ndarray, number
from matdiff.arrays.places import Shape, places, strides


@lru_cache(4096)
def groups(shape: Shape, axes: Shape) -> list[list[int]]:
    """The places of the entries that are taken together."""
    steps = strides(shape)
    inner = places([shape[k] for k in axes], [steps[k] for k in axes])
    outer = [k for k in range(len(shape)) if k not in axes]
    return [[o + i for i in inner] for o in places([shape[k] for k in outer], [steps[k] for k in outer])]


def along(f: Callable[[list[Any]], Any], a: Any, axis: Any, keepdims: bool, kind: Any = None) -> Any:
    """A function of the lists of entries along some axes."""
    a = asarray(a)
    given = range(a.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = tuple(sorted(k % a.ndim for k in given))
    flat = [f([a.flat[k] for k in group]) for group in groups(a.shape, axes)]
    kind = kind or (INTEGER if a.dtype is BOOL else a.dtype)
    if keepdims:
        return ndarray(flat, tuple(1 if k in axes else n for k, n in enumerate(a.shape)), kind)
    lengths = tuple(n for k, n in enumerate(a.shape) if k not in axes)
    return ndarray(flat, lengths, kind) if lengths else number(flat[0], kind)


def folded(f: Callable[[Any, Any], Any], a: ndarray, axis: Any, keepdims: bool, initial: float | None) -> Any:
    """The fold of a function of two numbers along an axis."""
    first = [] if initial is None else [initial]
    return along(lambda group: reduce(f, first + group), a, axis, keepdims)
