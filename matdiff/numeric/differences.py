"""Derivatives of a function of arrays by central differences, with their errors; and how a claimed array differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from matdiff.errors import UnsupportedError
from matdiff.numeric.environments import Array
from matdiff.records import NamedTuple

Function = Callable[..., Any]
# by the order, the relative step, of which two are extrapolated to the step 0, and what is asked of a derivative at
# best, relative to its largest entry; and that for functions that compute with single precision
DOUBLE = {1: (1e-4, 1e-7), 2: (2e-3, 1e-5)}
SINGLE = {1: (3e-2, 1e-4), 2: (1e-1, 1e-2)}
LARGEST = 1000  # denominator of a factor


class Differences(NamedTuple):
    """A derivative whose axes are those of the function and then those of the unknown, and how far it may be off."""

    value: Array
    error: Array


def by_differences(f: Function, values: Mapping[str, Any], name: str, order: int = 1) -> Differences:
    """The derivative of f(**values) by one argument, of the order 1 or 2.

    (f(x + h) − f(x − h))/2h at h and h/2 gives f′ up to h⁴; the difference of the two is taken for the error.

    >>> by_differences(lambda x: x @ x, {"x": np.array([1.0, 2.0])}, "x").value.round(6)
    array([2., 4.])
    """
    x = np.asarray(values[name], dtype=float)
    first, again = (np.asarray(f(**values)) for _ in range(2))
    if not np.array_equal(first, again, equal_nan=True):
        raise UnsupportedError("the function has other values when it is called again")
    longest, least = (SINGLE if first.dtype == np.float32 else DOUBLE)[order]

    def once(at: Array, step: float, to: int) -> Array:
        if to == 0:
            return np.asarray(f(**{**values, name: at if at.ndim else float(at)}), dtype=float)
        columns = []
        for place in np.ndindex(*x.shape):
            h = np.zeros_like(x)
            h[place] = step * max(1.0, abs(float(x[place])))
            columns.append((once(at + h, step, to - 1) - once(at - h, step, to - 1)) / (2 * h[place]))
        found = np.stack(columns, axis=-1)
        return found.reshape((*found.shape[:-1], *x.shape))

    wide, near = (once(x, longest / k, order) for k in (1, 2))
    value = (4 * near - wide) / 3
    scale = float(np.max(np.abs(value), initial=1e-3))
    return Differences(value, np.abs(near - wide) + least * scale)


def how_it_spreads(claimed: Any, x: Any) -> str:
    """What is wrong with the shape of a gradient that NumPy would spread over its unknown; empty where nothing is.

    >>> how_it_spreads(np.ones((3, 1)), np.ones(3))
    'its shape is (3, 1), it should be (3,): NumPy would spread it over the unknown'
    """
    given, meant = (tuple(getattr(a, "shape", ())) for a in (claimed, x))
    is_alike = [n for n in given if n != 1] == [n for n in meant if n != 1]
    is_spread = is_alike and np.broadcast_shapes(given, meant) not in (given, meant)
    return f"its shape is {given}, it should be {meant}: NumPy would spread it over the unknown" if is_spread else ""


def how_it_differs(claimed: Any, truth: Array, error: Array | float = 0.0) -> str:
    """What is wrong with an array, empty where nothing is: a factor, a sign, a transpose, or so many entries.

    >>> how_it_differs(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    'it is 1/2 of the right one'
    """
    try:
        claimed, truth = np.asarray(claimed, dtype=float), np.asarray(truth, dtype=float)
    except (TypeError, ValueError):
        return "it is no array of numbers"
    bound = np.asarray(error) + 1e-7 * float(np.max(np.abs(truth), initial=1e-3))
    if claimed.shape != truth.shape:
        if claimed.size == truth.size and claimed.squeeze().shape == truth.squeeze().shape:
            return how_it_differs(claimed.squeeze(), truth.squeeze(), np.broadcast_to(bound, truth.shape).squeeze())
        turned = claimed.shape == truth.shape[::-1] and _are_close(claimed.T, truth, bound)
        shapes = f"its shape is {claimed.shape}, it should be {truth.shape}"
        return "it is the transpose of the right one" if turned else shapes
    if _are_close(claimed, truth, bound):
        return ""
    factor = ratio(claimed, truth)
    if factor and _are_close(claimed, float(factor) * truth, bound * (1 + abs(float(factor)))):
        times = " times" if factor.denominator == 1 else ""
        return "its sign is wrong" if factor == -1 else f"it is {factor}{times or ' of'} the right one"
    if truth.ndim == 2 and truth.shape[0] == truth.shape[1] and _are_close(claimed.T, truth, bound):
        return "it is the transpose of the right one"
    return _entries(claimed, truth, bound)


def ratio(one: Array, other: Array) -> Fraction:
    """The number that makes one array of another, where there is one; each may be over indices of its own."""
    found = float((one * other).sum()) / (float((other * other + 0 * one).sum()) or 1.0)
    return Fraction(found if np.isfinite(found) else 0).limit_denominator(LARGEST)


def _are_close(a: Array, b: Array, bound: Array | float) -> bool:
    return bool(np.all(np.abs(a - b) <= bound))


def _entries(claimed: Array, truth: Array, bound: Array) -> str:
    """The worst entry, and how many are wrong."""
    off = ~(np.abs(claimed - truth) <= bound)
    place = np.unravel_index(int(np.argmax(np.where(off, np.abs(claimed - truth), -1.0))), truth.shape)
    shown = f"entry [{', '.join(map(str, place))}]" if place else "it"
    said = f"{shown} is {claimed[place]:.6g}, it should be {truth[place]:.6g}"
    return f"{said}; {int(off.sum())} of {truth.size} entries are wrong" if truth.size > 1 else said
