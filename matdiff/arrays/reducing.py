"""Sums, products and the like along axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import accumulate, pairwise
from typing import Any

from matdiff.arrays.array import BOOL, FLOAT, INTEGER, asarray, broadcast_to, ndarray
from matdiff.arrays.axes import along, groups
from matdiff.arrays.building import concatenate
from matdiff.arrays.entrywise import _larger, _smaller


def sum_(a: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None, initial: float = 0) -> Any:
    return along(lambda group: sum(group, initial), _typed(a, dtype), axis, keepdims)


def _typed(a: Any, dtype: Any) -> ndarray:
    return asarray(a) if dtype is None else asarray(a).astype(dtype)


def prod(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return along(math.prod, a, axis, keepdims)


def mean(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return along(lambda group: sum(group) / len(group), a, axis, keepdims, FLOAT)


def _extreme(f: Callable[[Any, Any], Any], without: bool = False) -> Callable[..., Any]:
    """The largest or smallest entry; *without* those that are NaN."""

    def found(a: Any, axis: Any = None, keepdims: bool = False, initial: float | None = None) -> Any:
        def of(group: Sequence[Any]) -> Any:
            left = [x for x in group if x == x] if without else list(group)
            return reduce(f, left if initial is None else [*left, initial]) if left or initial is not None else math.nan

        return along(of, a, axis, keepdims)

    return found


max_ = _extreme(_larger)
min_ = _extreme(_smaller)
nanmax, nanmin = _extreme(_larger, without=True), _extreme(_smaller, without=True)


def any_(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return along(lambda group: any(group), a, axis, keepdims, BOOL)


def all_(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return along(lambda group: all(group), a, axis, keepdims, BOOL)


def argmax(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return along(lambda group: group.index(reduce(_larger, group)), a, axis, keepdims, INTEGER)


def argmin(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return along(lambda group: group.index(reduce(_smaller, group)), a, axis, keepdims, INTEGER)


def _lines(f: Callable[[list[Any]], list[Any]], a: Any, axis: int, kind: Any = None) -> ndarray:
    """A function of each line along an axis that gives a line back."""
    a = asarray(a)
    axis %= a.ndim
    made = [f([a.flat[k] for k in group]) for group in groups(a.shape, (axis,))]
    order = [k for k in range(a.ndim) if k != axis]
    lengths = (*(a.shape[k] for k in order), len(made[0]) if made else 0)
    laid = ndarray([x for line in made for x in line], lengths, kind or a.dtype)
    return laid.transpose(*(order.index(k) if k != axis else len(order) for k in range(a.ndim)))


def sort(a: Any, axis: int = -1) -> ndarray:
    return _lines(sorted, a, axis)


def argsort(a: Any, axis: int = -1, **_: Any) -> ndarray:
    return _lines(lambda line: sorted(range(len(line)), key=line.__getitem__), a, axis, INTEGER)


def cumsum(a: Any, axis: int = 0) -> ndarray:
    return _lines(lambda line: list(accumulate(line)), a, axis)


def diff(a: Any, axis: int = -1, append: Any = None) -> ndarray:
    a = asarray(a)
    if append is not None:
        last = tuple(1 if k == axis % a.ndim else n for k, n in enumerate(a.shape))
        a = concatenate([a, broadcast_to(append, last)], axis)
    return _lines(lambda line: [y - x for x, y in pairwise(line)], a, axis)


for _name, _f in {
    "sum": sum_,
    "prod": prod,
    "max": max_,
    "min": min_,
    "any": any_,
    "all": all_,
    "mean": mean,
    "argmax": argmax,
    "argmin": argmin,
    "cumsum": cumsum,
    "argsort": argsort,
}.items():
    setattr(ndarray, _name, _f)
