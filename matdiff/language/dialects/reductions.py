"""Functions of arrays that go along axes: sums, means, variances, extremes, softmax."""

from __future__ import annotations

from functools import reduce
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.errors import AmbiguityError
from matdiff.language.dialects import python
from matdiff.language.dialects.arrays import Site, axes_of, broadcast, entrywise, made
from matdiff.language.dialects.functions import TABLE, as_recorded, function, is_method, is_torch
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED

# ---- axes -------------------------------------------------------------------------------------------


def says_axis(given: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Whether arguments behind the array say along which axis."""
    return bool(given) or "axis" in options or "dim" in options


def require_axis(site: Site, a: Typed, given: tuple[Any, ...], options: dict[str, Any]) -> None:
    """Refuses a function along an axis of a matrix that says no axis."""
    if axes_of(a) > 1 and ONE not in (a.rows, a.cols) and not says_axis(given, options):
        hint = f"write axis=1 for each row, axis=0 for each column: {site.node.value.name}(…, axis=1)"
        raise site.misfit(f"along which axis of {site.shown(a)} is not said", hint, AmbiguityError)


TABLE["logsumexp"] = as_recorded("logsumexp")
for reduced in ("mean", "amax", "amin", "prod"):
    TABLE[reduced] = TABLE[f"reduce_{reduced.removeprefix('a')}"] = as_recorded(reduced)  # reduce_max of TensorFlow


@function("sum", "reduce_sum")
def total(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """sum(A), A.sum(axis=0)"""
    is_builtin = not site.node.value.module and not is_method(site)
    if is_builtin and axes_of(a) == 2 and not says_axis(given, options):
        shown = site.attempt.written(site.node.parts[0])
        site.attempt.note(site.node, f"sum({shown}) is of all entries; sum({shown}, axis=0) is over each column")
    return as_recorded("sum")(site, a, *given, **options)


@function("max", "min")
def extreme(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """max(x), max(a, b), x.max(axis=0)"""
    name: str = site.node.value.name
    if given and not site.node.value.module and not is_method(site):
        return reduce(lambda x, y: entrywise(f"{name}imum")(site, x, y), given, a)
    return as_recorded(name)(site, a, *given, **options)


@function("var", "std")
def spread(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """var(x) with n below in NumPy, n − 1 in PyTorch"""
    called: python.Call = site.node.value
    if not (called.module or "ddof" in options or is_torch(site, called)):
        shown = site.attempt.written(site.node)
        site.attempt.note(site.node, f"{shown} divides by n, as in NumPy; ddof=1 divides by n − 1")
    return as_recorded(called.name)(site, a, *given, **options)


@function("softmax", "log_softmax")
def along_axis(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """softmax(X, axis=1); JAX and TensorFlow take the last axis where none is said"""
    called: python.Call = site.node.value
    if site.attempt.bound.dialect.name == "jax" or called.module.startswith("tf"):
        options = options if says_axis(given, options) else {**options, "axis": -1}
    require_axis(site, a, given, options)
    return as_recorded(called.name)(site, a, *given, **options)


@function("cumsum")
def cumsum(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """x[:1].sum(), x[:2].sum(), …"""
    require_axis(site, a, given, options)
    return as_recorded("cumsum")(site, a, *given, **options)


# ---- chosen by conditions, and taken of neighbours ---------------------------------------------------


COMPARISONS = "greater less greater_equal less_equal equal not_equal logical_and logical_or logical_not"
TABLE |= {name: entrywise(name) for name in COMPARISONS.split()}


@function("where")
def where(site: Site, condition: Typed, a: Typed, b: Typed) -> Typed:
    """where(x > 0, a, b): a where the condition holds, else b"""
    return made(site, broadcast(site, condition, a, b), [condition, a, b], RECORDED["where"])
