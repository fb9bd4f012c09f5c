"""What is chosen by conditions in code, and what is taken of neighbours: np.where, np.diff, np.cumsum, cdist."""

from __future__ import annotations

from typing import Any

from matdiff.errors import AmbiguityError
from matdiff.language.dialects import recorded
from matdiff.language.dialects.arrays import Site, axes_of, broadcast, entrywise, lengths_of, made
from matdiff.language.dialects.functions import TABLE, function
from matdiff.language.dialects.reductions import axes, one_of
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED

COMPARISONS = "greater less greater_equal less_equal equal not_equal logical_and logical_or logical_not"
TABLE |= {name: entrywise(name) for name in COMPARISONS.split()}
TABLE |= {name: recorded.typed_by(RECORDED[name], name) for name in ("diff", "cdist")}


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
