"""Functions of the entries."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

from matdiff.arrays.array import BOOL, FLOAT, array, asarray, broadcast_to, combined, ndarray, number, result_type
from matdiff.arrays.axes import folded
from matdiff.arrays.places import broadcast_shapes, divided
from matdiff.arrays.places import power as _power

inf, nan, pi, e = math.inf, math.nan, math.pi, math.e


@contextmanager
def errstate(**_: Any) -> Iterator[None]:
    """Nothing is ever raised: what is undefined is NaN."""
    yield


def _of_entries(f: Callable[[Any], Any], kind: Any = FLOAT, overflow: float = inf) -> Callable[..., Any]:
    """A function of arrays, NaN where it has no value."""

    def safe(x: Any) -> Any:
        try:
            return f(x)
        except OverflowError:
            return overflow
        except ValueError:
            return nan

    def entries(a: Any, dtype: Any = None) -> Any:
        a = asarray(a)
        found = ndarray([safe(x) for x in a.flat], a.shape, kind or a.dtype)
        return found if found.shape else number(found.flat[0], found.dtype)

    return entries


def _logarithm(f: Callable[[float], float], zero: float = 0.0) -> Callable[[float], float]:
    return lambda x: -inf if x == zero else f(x)


def _sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def _rounded(f: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: x if x != x or math.isinf(x) else float(f(x))


def _atanh(x: float) -> float:
    return x * inf if abs(x) == 1 else math.atanh(x)


exp, expm1, sqrt = _of_entries(math.exp), _of_entries(math.expm1), _of_entries(math.sqrt)
log, log2, log10 = (_of_entries(_logarithm(f)) for f in (math.log, math.log2, math.log10))
log1p = _of_entries(_logarithm(math.log1p, -1.0))
sin, cos, tan = _of_entries(math.sin), _of_entries(math.cos), _of_entries(math.tan)
arcsin, arccos, arctan = _of_entries(math.asin), _of_entries(math.acos), _of_entries(math.atan)
sinh = _of_entries(lambda x: math.copysign(inf, x) if operator.abs(x) > 720 else math.sinh(x))
cosh, tanh = _of_entries(math.cosh), _of_entries(math.tanh)
arcsinh, arccosh, arctanh = _of_entries(math.asinh), _of_entries(math.acosh), _of_entries(_atanh)
sign = _of_entries(_sign)
floor, ceil = _of_entries(_rounded(math.floor)), _of_entries(_rounded(math.ceil))
rint = _of_entries(_rounded(round))
round_ = rint
isfinite, isnan = _of_entries(math.isfinite, BOOL), _of_entries(math.isnan, BOOL)
logical_not = _of_entries(operator.not_, BOOL)


class _Pairs:
    """A function of two arrays, and its fold along an axis."""

    def __init__(self, f: Callable[[Any, Any], Any], kind: Any = None) -> None:
        self._f, self._kind = f, kind

    def __call__(self, a: Any, b: Any) -> Any:
        found = combined(self._f, a, b, self._kind)
        return found if found.shape else number(found.flat[0], found.dtype)

    def reduce(self, a: Any, axis: int = 0, keepdims: bool = False, initial: float | None = None) -> Any:
        return folded(self._f, array(a), axis, keepdims, initial)

    def reduceat(self, a: Any, starts: Any) -> ndarray:
        """The folds of the pieces that begin at some places."""
        flat, first = asarray(a).flat, [int(k) for k in asarray(starts).flat]
        pieces = [flat[i:j] for i, j in zip(first, [*first[1:], len(flat)], strict=True)]
        return ndarray([reduce(self._f, p) for p in pieces], (len(pieces),), asarray(a).dtype)

    def outer(self, a: Any, b: Any) -> ndarray:
        a, b = asarray(a), asarray(b)
        return combined(self._f, a.reshape(*a.shape, *(1,) * b.ndim), b, self._kind)


def _larger(x: float, y: float) -> float:
    return x if x != x or x >= y else y


def _smaller(x: float, y: float) -> float:
    return x if x != x or x <= y else y


def _logaddexp(x: float, y: float) -> float:
    if x == y:
        return x + math.log(2)
    return _larger(x, y) + math.log1p(math.exp(-operator.abs(x - y)))


maximum, minimum = _Pairs(_larger), _Pairs(_smaller)
fmax = _Pairs(lambda x, y: y if x != x else _larger(x, y) if y == y else x)
add, subtract, multiply = _Pairs(operator.add), _Pairs(operator.sub), _Pairs(operator.mul)
divide, power = _Pairs(divided, FLOAT), _Pairs(_power)
logaddexp = _Pairs(_logaddexp, FLOAT)


def abs_(a: Any) -> Any:
    found = abs(asarray(a))
    return found if found.shape else number(found.flat[0], found.dtype)


def where(condition: Any, then: Any, otherwise: Any) -> ndarray:
    given = [asarray(v) for v in (condition, then, otherwise)]
    kind = result_type(*given[1:])
    together = broadcast_shapes(*[g.shape for g in given])
    c, a, b = (broadcast_to(g, together).flat for g in given)
    return ndarray([kind.type(x if t else y) for t, x, y in zip(c, a, b, strict=True)], together, kind)


def clip(a: Any, low: Any, high: Any) -> Any:
    return minimum(maximum(a, low), high)


def vectorize(f: Callable[..., Any], otypes: Any = None) -> Callable[..., Any]:
    """A function of numbers as one of the entries."""
    return lambda a: ndarray([float(f(x)) for x in asarray(a).flat], asarray(a).shape, FLOAT)


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    near = combined(lambda x, y: x == y or operator.abs(x - y) <= atol + rtol * operator.abs(y), a, b, BOOL)
    return all(near.flat)
