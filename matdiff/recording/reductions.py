"""Sums, means, variances, largest and smallest entries, along axes."""

from __future__ import annotations

from functools import partial, reduce
from typing import Any

from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.activations import Clip
from matdiff.algebra.operators.entry_products import ProductOfEntries
from matdiff.algebra.operators.entrywise import Log, Sqrt
from matdiff.algebra.operators.extremes import MaxOfEntries, MinOfEntries
from matdiff.algebra.operators.matrix_functions import Cholesky
from matdiff.algebra.operators.products import Product, Scale, quotient
from matdiff.algebra.operators.square import LogDeterminant
from matdiff.algebra.operators.structure import DiagonalVector, value_of
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries, UnitVector
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, UFUNCS, Traced, as_traced, function, lift, refuse
from matdiff.recording.counting import new_index
from matdiff.recording.masks import Selected
from matdiff.recording.operations import divide, maximum, minimum, multiply, square, subtract
from matdiff.recording.shapes import Lengths, flip, over_columns, over_rows, written


def axes_of(a: Traced, axis: Any) -> tuple[int, ...]:
    """The axes that are meant, counted from 0; NumPy lets a number have an axis 0 here."""
    named = range(a.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if not a.ndim and axis in (0, -1):
        return ()
    if any(not isinstance(k, int) or not -a.ndim <= k < a.ndim for k in named):
        raise ShapeError(f"an array of shape {written(a.lengths)} has no axis {axis}")
    return tuple(sorted({k % a.ndim for k in named}))


def without(a: Traced, axes: tuple[int, ...], keepdims: bool) -> Lengths:
    """The lengths that a reduction leaves."""
    kept = [ONE if k in axes else length for k, length in enumerate(a.lengths)]
    return tuple(length for k, length in enumerate(kept) if keepdims or k not in axes)


@function("sum", method="sum")
def total(a: Any, axis: Any = None, *, keepdims: bool = False) -> Traced:
    a = lift(a)
    if isinstance(a, Selected):
        return total(multiply(a.mask, a.whole)) if axis is None or a.ndim == 1 else refuse("this sum of entries")
    axes = axes_of(a, axis)
    if a.ndim > 2:
        return as_traced(FUNCTIONS["sum of members"](a, axes, keepdims))
    lengths = without(a, axes, keepdims)
    e = a.expr
    if not axes or e.is_scalar:
        return Traced(e, lengths)
    if len(axes) == a.ndim:
        return Traced(sum_of_entries(e), lengths)
    if axes == (1,):
        return Traced(over_columns(e), lengths)
    return Traced(over_rows(e) if keepdims else over_columns(flip(e)), lengths)


def sum_of_entries(e: Expr) -> Expr:
    """The sum of all entries; Σ log Lᵢᵢ of a Cholesky factor is ½ log|A|."""
    match value_of(e):
        case Log(operands=(DiagonalVector(operands=(Cholesky(operands=(a,)),)),)):
            return Scale.of(Number(1) / Number(2), LogDeterminant.of(a))
        case IndexedSum(operands=(Scale(operands=(one, UnitVector(operands=(i,)))),), index=index) if i is index:
            return IndexedSum(one, index)  # of [aᵢ for i in …]
        case _:
            return SumOfEntries(e)


def counted(a: Traced, axis: Any) -> Size:
    """How many entries a reduction takes together."""
    total = size(1)
    for k in axes_of(a, axis):
        total = total * a.lengths[k]
    return total


@function("mean", method="mean")
def mean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Traced:
    a = lift(a)
    whole = total(a, axis, keepdims=keepdims)
    if isinstance(a, Selected):
        return divide(whole, total(a.mask))
    if a.ndim > 2:
        return divide(whole, Traced(count(counted(a, axis)), ()))
    return Traced(quotient(whole.expr, count(counted(a, axis))), whole.lengths)


@function("average")
def average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Traced:
    if weights is None:
        return mean(a, axis, keepdims=keepdims)
    a, w = lift(a), lift(weights)
    if a.lengths != w.lengths:
        axes = axes_of(a, axis)
        if w.ndim != 1 or len(axes) != 1:
            refuse("np.average with weights of another shape")
        w = w if axes[0] == a.ndim - 1 else Traced(w.expr, (*w.lengths, ONE))
        return divide(total(multiply(a, w), axis, keepdims=keepdims), total(w))
    whole = total(multiply(a, w), axis, keepdims=keepdims)
    return divide(whole, total(w, axis, keepdims=keepdims))


@function("var", method="var")
def variance(a: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Traced:
    a = lift(a)
    whole = total(square(subtract(a, mean(a, axis, keepdims=True))), axis, keepdims=keepdims)
    return Traced(quotient(whole.expr, count(counted(a, axis) - size(ddof))), whole.lengths)


@function("std", method="std")
def deviation(a: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Traced:
    found = variance(a, axis, ddof=ddof, keepdims=keepdims)
    return Traced(Sqrt(found.expr), found.lengths)


def extreme(operator: type[MaxOfEntries] | type[MinOfEntries], a: Traced, axis: Any, keepdims: bool) -> Traced:
    """The largest entry; along one axis the sum of eᵢ max(Aᵀeᵢ) over the rows."""
    axes = axes_of(a, axis)
    if a.ndim > 2:
        return along_one(partial(extreme, operator, keepdims=False), a, axes, keepdims)
    lengths = without(a, axes, keepdims)
    e = a.expr
    if not axes or e.is_scalar or all(a.lengths[k] is ONE for k in axes):
        return Traced(e, lengths)
    if len(axes) == a.ndim:
        return Traced(operator.of(e), lengths)
    e = flip(e) if axes == (1,) else e
    unit = UnitVector(new_index(e.cols, e), e.cols)
    return Traced(IndexedSum(Scale.of(operator.of(Product.of(e, unit)), unit), unit.operands[0]), lengths)  # type: ignore[arg-type]


def along_one(f: Any, a: Traced, axes: tuple[int, ...], keepdims: bool) -> Traced:
    """A reduction of an array with three axes along one of them."""
    for axis in sorted(axes, reverse=True):
        a = as_traced(FUNCTIONS["reduced members"](f, a, axis, keepdims)) if a.ndim > 2 else f(a, axis)
    return a


@function("max", "amax", method="max")
def largest(a: Any, axis: Any = None, *, keepdims: bool = False) -> Traced:
    return extreme(MaxOfEntries, lift(a), axis, keepdims)


@function("min", "amin", method="min")
def smallest(a: Any, axis: Any = None, *, keepdims: bool = False) -> Traced:
    return extreme(MinOfEntries, lift(a), axis, keepdims)


@function("ptp", method="ptp")
def ptp(a: Any, axis: Any = None) -> Traced:
    """The largest entry less the smallest one."""
    return subtract(largest(a, axis), smallest(a, axis))


@function("clip", method="clip")
def clip(a: Any, a_min: Any = None, a_max: Any = None, **bounds: Any) -> Traced:
    a = lift(a)
    low, high = bounds.pop("min", a_min), bounds.pop("max", a_max)
    if bounds:
        refuse(f"np.clip with {', '.join(bounds)}=")
    if low is not None and high is not None and lift(low).expr.is_scalar and lift(high).expr.is_scalar:
        return Traced(Clip.of(a.expr, lift(low).expr, lift(high).expr), a.lengths)
    a = a if low is None else maximum(a, lift(low))
    return a if high is None else minimum(a, lift(high))


@function("prod", method="prod")
def product(a: Any, axis: Any = None, *, keepdims: bool = False) -> Traced:
    """The product of the entries, of some few along an axis."""
    x = lift(a)
    axes = axes_of(x, axis)
    if len(axes) == x.ndim:
        return Traced(ProductOfEntries.of(x.expr) if not x.expr.is_scalar else x.expr, without(x, axes, keepdims))
    length = x.lengths[axes[0]].number
    if len(axes) != 1 or length is None:
        refuse(
            "np.prod along an axis of symbolic length", "np.exp(np.sum(np.log(x), axis)) is it for positive entries."
        )
    factors = [FUNCTIONS["member"](x, axes[0], k) for k in range(length)]
    whole = reduce(multiply, factors)
    return as_traced(FUNCTIONS["expand_dims"](whole, axes[0]) if keepdims else whole)


UFUNCS["count of mask"] = total
