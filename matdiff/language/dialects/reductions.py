"""Functions of arrays that go along axes: sums, means, variances, extremes, softmax."""

from __future__ import annotations

from fractions import Fraction
from functools import partial, reduce
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS as OPERATORS
from matdiff.errors import AmbiguityError, UnsupportedError
from matdiff.language.applications import apply
from matdiff.language.dialects import python
from matdiff.language.dialects.arrays import Site, axes_of, broadcast, entrywise, lengths_of, made
from matdiff.language.dialects.functions import TABLE, Function, function, is_method, is_torch, of_matrices
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED
from matdiff.recording.arrays import UFUNCS, Traced
from matdiff.recording.shapes import Lengths, flip

# ---- axes -------------------------------------------------------------------------------------------


def axes(site: Site, a: Typed, axis: Any) -> tuple[int, ...] | None:
    """The axes that are meant, counted from 0; None for all."""
    if isinstance(axis, Typed):
        axis = int(axis.number) if axis.number is not None and axis.number.denominator == 1 else "?"
    if axis is None:
        return None
    found = axis if isinstance(axis, tuple) else (axis,)
    most = max(axes_of(a), 1)
    if not all(isinstance(k, int) and -most <= k < most for k in found):
        hint = "axis=0 is over each column, axis=1 over each row"
        raise site.misfit(f"{site.shown(a)} has no axis {axis}", hint)
    return tuple(sorted({k % most for k in found})) if axes_of(a) else ()


def one_of(site: Site, first: Any, second: Any, default: Any) -> Any:
    """An option with two names: axis and dim, keepdims and keepdim."""
    if first is not default and second is not default:
        raise site.misfit("an option is given twice")
    return second if first is default else first


def remaining(a: Typed, along: tuple[int, ...] | None, keep: bool) -> Lengths:
    """The lengths that a reduction leaves."""
    own = lengths_of(a)
    along = tuple(range(len(own))) if along is None else along
    return tuple(ONE if k in along else length for k, length in enumerate(own) if keep or k not in along)


def reduction(name: str) -> Function:
    """sum, mean, max, min of all entries or along an axis"""

    def typed(
        site: Site, a: Typed, axis: Any = None, keepdims: Any = False, dim: Any = None, keepdim: Any = False
    ) -> Typed:
        along = axes(site, a, one_of(site, axis, dim, None))
        keep = bool(one_of(site, keepdims, keepdim, False))
        if a.is_scalar:
            site.attempt.penalty(site.node, 5, a)
        called: python.Call = site.node.value
        if name == "sum" and not called.module and along is None and axes_of(a) == 2 and not is_method(site):
            shown = site.attempt.written(site.node.parts[0])
            site.attempt.note(site.node, f"sum({shown}) is of all entries; sum({shown}, axis=0) is over each column")
        return made(site, remaining(a, along, keep), [a], partial(applied, name, axis=along, keepdims=keep))

    return typed


def applied(name: str, x: Traced, axis: tuple[int, ...] | None, **options: Any) -> Traced:
    """A reduction of a recorded array, along one axis as a number."""
    single = axis[0] if axis is not None and len(axis) == 1 else axis
    found: Traced = RECORDED[name](x, axis=single, **options)
    return found


for reduced in ("sum", "mean", "amax", "amin", "prod"):
    TABLE[reduced] = TABLE[f"reduce_{reduced.removeprefix('a')}"] = reduction(reduced)  # reduce_max of TensorFlow


def extreme(name: str) -> Function:
    """max(x), max(a, b), x.max(axis=0)"""
    whole, pair = reduction("a" + name), entrywise(name + "imum")

    def typed(site: Site, a: Typed, *others: Any, axis: Any = None, keepdims: Any = False, dim: Any = None) -> Typed:
        called: python.Call = site.node.value
        is_builtin = not called.module and not is_method(site)  # max(a, b)
        is_number = len(others) == 1 and isinstance(others[0], Typed) and others[0].number is not None
        if is_torch(site, called) and not is_builtin and (dim is not None or is_number):
            shown = site.attempt.written(site.node)
            raise site.misfit(f"{shown} gives values and their places in PyTorch", f"write {shown}[0] or .values")
        if dim is not None:
            raise site.misfit(f"{name} with dim= is not known", "its options are axis, keepdims", UnsupportedError)
        is_pair = bool(others) and (is_builtin or is_torch(site, called))
        if not all(isinstance(o, Typed) for o in others) if is_pair else len(others) + (axis is not None) > 1:
            raise site.misfit(f"{name} cannot have these arguments")
        if is_pair:
            return reduce(lambda x, y: pair(site, x, y), others, a)
        return whole(site, a, *others, **({"axis": axis} if axis is not None else {}), keepdims=keepdims)

    return typed


TABLE["max"], TABLE["min"] = extreme("max"), extreme("min")


@function("var", "std")
def spread(
    site: Site, a: Typed, axis: Any = None, ddof: Any = None, keepdims: Any = False, dim: Any = None,
    keepdim: Any = False, unbiased: Any = None, correction: Any = None,
) -> Typed:  # fmt: skip
    """var(x) with n below in NumPy, n − 1 in PyTorch"""
    called: python.Call = site.node.value
    least = int(is_torch(site, called))
    given = [d for d in (ddof, correction) if d is not None]
    if unbiased is not None:
        given.append(bool(unbiased))
    if given:
        number = given[0].number if isinstance(given[0], Typed) else given[0]
        if not isinstance(number, (int, Fraction)):
            raise site.misfit(f"{called.name} divides by n less a number")
        least = int(number)
    elif not called.module and not is_torch(site, called):
        shown = site.attempt.written(site.node)
        site.attempt.note(site.node, f"{shown} divides by n, as in NumPy; ddof=1 divides by n − 1")
    along = axes(site, a, one_of(site, axis, dim, None))
    keep = bool(one_of(site, keepdims, keepdim, False))
    lengths = remaining(a, along, keep)
    return made(site, lengths, [a], partial(applied, called.name, axis=along, ddof=least, keepdims=keep))


def along_axis(by_column: str, by_row: str, whole: str, reduces: bool) -> Function:
    """softmax, log_softmax and logsumexp along an axis"""

    def typed(
        site: Site, a: Typed, axis: Any = None, dim: Any = None, keepdims: Any = False, keepdim: Any = False
    ) -> Typed:
        given, keepdims = one_of(site, axis, dim, None), one_of(site, keepdims, keepdim, False)
        along = axes(site, a, given)
        if axes_of(a) < 2 or ONE in (a.rows, a.cols):
            return of_matrices(site, a, name=whole)
        if along is None and reduces:
            return made(site, (), [a], lambda x: UFUNCS["log"](RECORDED["sum"](UFUNCS["exp"](x))))
        is_last = site.attempt.bound.dialect.name == "jax" or site.node.value.module.startswith("tf")
        if along is None and not is_last:
            hint = f"write axis=1 for each row, axis=0 for each column: {site.node.value.name}(…, axis=1)"
            raise site.misfit(f"along which axis of {site.shown(a)} is not said", hint, AmbiguityError)
        by = by_row if along is None or along[0] == 1 else by_column
        found = apply(site.attempt, site.node, OPERATORS[by], [a])
        if keepdims and reduces:
            found.has_two_axes = by == by_row
            return found if by == by_row else site.attempt.typed(site.node, (ONE, a.cols), (found,), flip)
        return found

    return typed


TABLE["softmax"] = along_axis("softmax_cols", "softmax_rows", "softmax", False)
TABLE["log_softmax"] = along_axis("logsoftmax_cols", "logsoftmax_rows", "log_softmax", False)
TABLE["logsumexp"] = along_axis("logsumexp_cols", "logsumexp_rows", "logsumexp", True)


# ---- chosen by conditions, and taken of neighbours ---------------------------------------------------


COMPARISONS = "greater less greater_equal less_equal equal not_equal logical_and logical_or logical_not"
TABLE |= {name: entrywise(name) for name in COMPARISONS.split()}


@function("where")
def where(site: Site, condition: Typed, a: Typed, b: Typed) -> Typed:
    """where(x > 0, a, b): a where the condition holds, else b"""
    return made(site, broadcast(site, condition, a, b), [condition, a, b], RECORDED["where"])


@function("cumsum")
def cumsum(site: Site, a: Typed, axis: Any = None, dim: Any = None) -> Typed:
    """x[:1].sum(), x[:2].sum(), …"""
    if a.is_scalar:
        raise site.misfit("cumsum takes an array")
    along = axes(site, a, one_of(site, axis, dim, None))
    if axes_of(a) == 2 and along is None:
        hint = "write cumsum(X, axis=0) for the columns, axis=1 for the rows"
        raise site.misfit(f"along which axis of {site.shown(a)} is not said", hint, AmbiguityError)
    return made(site, lengths_of(a), [a], lambda x: RECORDED["cumsum"](x, along[0] if along else 0))
