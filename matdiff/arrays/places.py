"""Where the entries of arrays stand in their lists, and arithmetic of numbers that never fails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import inf, isnan, nan, prod

Shape = tuple[int, ...]


def divided(a: float, b: float) -> float:
    """a/b, also where b is 0."""
    try:
        return a / b
    except ZeroDivisionError:
        negative = (a < 0) != (str(float(b))[0] == "-")
        return nan if a == 0 or isnan(a) else -inf if negative else inf


def power(a: float, b: float) -> float:
    """a to the power b, NaN where that is no real number."""
    try:
        value = a**b
        return nan if isinstance(value, complex) else value
    except ZeroDivisionError:
        return inf
    except OverflowError:
        return -inf if a < 0 and b % 2 == 1 else inf


def strides(shape: Shape) -> list[int]:
    """How far the next entry along each axis is."""
    return [prod(shape[k + 1 :]) for k in range(len(shape))]


@lru_cache(4096)
def transposed(shape: Shape, order: Shape) -> list[int]:
    """The places of the entries with the axes in another order."""
    return places([shape[k] for k in order], [strides(shape)[k] for k in order])


@lru_cache(4096)
def spread(shape: Shape, wanted: Shape) -> list[int]:
    """The places of the entries that stand for those of a larger shape."""
    lengths = (1,) * (len(wanted) - len(shape)) + shape
    if any(n not in (1, m) for n, m in zip(lengths, wanted, strict=True)):
        raise ValueError(f"{shape} does not fit {wanted}")
    steps = [0 if n == 1 else step for n, step in zip(lengths, strides(lengths), strict=True)]
    return places(wanted, steps)


def places(lengths: Sequence[int], steps: Sequence[int]) -> list[int]:
    """The sums of multiples of steps, the last one running fastest."""
    found = [0]
    for n, step in zip(lengths, steps, strict=True):
        along = range(0, n * step, step) if step else (0,) * n
        found = [k + j for k in found for j in along]
    return found


def inside(place: int, length: int) -> int:
    """A place counted from the front."""
    if not -length <= place < length:
        raise IndexError(f"there is no place {place} among {length}")
    return place % length


def broadcast_shapes(*shapes: Shape) -> Shape:
    axes = max(map(len, shapes), default=0)
    found = []
    for lengths in zip(*((1,) * (axes - len(s)) + tuple(s) for s in shapes), strict=True):
        others = {n for n in lengths if n != 1}
        if len(others) > 1:
            raise ValueError(f"{shapes} do not fit each other")
        found.append(others.pop() if others else 1)
    return tuple(found)
