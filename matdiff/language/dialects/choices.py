"""What is chosen by conditions in code, and what is taken of neighbours: np.where, np.diff, np.cumsum, cdist."""

from __future__ import annotations

from typing import Any

from matdiff.errors import AmbiguityError
from matdiff.language.dialects import arrays
from matdiff.language.dialects.arrays import Site, axes_of, broadcast, entrywise, lengths_of, made
from matdiff.language.dialects.functions import TABLE, function, is_torch
from matdiff.language.dialects.reductions import axes, one_of
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED

COMPARISONS = "greater less greater_equal less_equal equal not_equal logical_and logical_or logical_not"
TABLE |= {name: entrywise(name) for name in COMPARISONS.split()}


@function("where")
def where(site: Site, condition: Typed, a: Typed, b: Typed) -> Typed:
    """where(x > 0, a, b): a where the condition holds, else b"""
    return made(site, broadcast(site, condition, a, b), [condition, a, b], RECORDED["where"])


@function("diff")
def diff(site: Site, a: Typed, n: Any = None, axis: Any = None, dim: Any = None) -> Typed:
    """x[1:] − x[:-1], n times"""
    given = axes(site, a, one_of(site, axis, dim, None))
    times = 1 if n is None else n.number if isinstance(n, Typed) else 0
    if a.is_scalar or times not in range(1, 10):
        raise site.misfit("diff takes an array, and how often as a number")
    before = [slice(None)] * (axes_of(a) - 1 if given is None else given[0])
    for _ in range(int(times or 0)):
        later, earlier = (arrays.item(site, a, (*before, part)) for part in (slice(1, None), slice(None, -1)))
        a = entrywise("subtract")(site, later, earlier)
    return a


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


@function("cdist")
def cdist(site: Site, a: Typed, b: Typed, metric: Any = None, p: Any = None) -> Typed:
    """The distances of all pairs of rows"""
    if axes_of(a) != 2 or axes_of(b) != 2 or not site.unify(a.cols, b.cols):
        raise site.misfit(f"cdist takes two matrices with the same columns: {site.shown(a)}, {site.shown(b)}")
    order, word = (p, metric) if not is_torch(site, site.node.value) or isinstance(metric, str) else (metric, None)
    if isinstance(order, Typed) and order.number != 2:
        raise site.misfit("cdist is known for p = 2")
    return made(site, (a.rows, b.rows), [a, b], lambda x, y: RECORDED["cdist"](x, y, word or "euclidean"))
