"""A function along lines through a random point, beside the tangents that its gradients say it has there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from matdiff.algebra.assumptions import implied, records
from matdiff.algebra.expr import Expr, Symbol
from matdiff.numeric.check import Check
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array
from matdiff.records import NamedTuple

PLACES = np.linspace(-2.0, 2.0, 81)
FEWEST = PLACES.size // 2  # values that a curve has at least


class Curve(NamedTuple):
    """f(X + tD) at the *places* t for a direction D, NaN where it has no value, and its *slope* Tr(GᵀD) at t = 0."""

    unknown: str
    places: Array
    values: Array
    slope: float

    @property
    def tangent(self) -> Array:
        """The values along the tangent."""
        line: Array = self.values[self.places.size // 2] + self.slope * self.places
        return line

    def heights(self) -> tuple[float, float]:
        """What is to be shown: the curve and its tangent at |t| ≤ 1, for either may go far, and some more."""
        near = abs(self.places) <= 1
        heights = np.concatenate([self.values[near], self.tangent[near]])
        low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
        more = 0.3 * (high - low) or 1.0
        return low - more, high + more


def curves(f: Expr, unknowns: Mapping[str, Expr], gradients: Mapping[str, Expr]) -> Iterator[Curve]:
    """A curve for every unknown that is a number, a vector or a matrix which may vary along a line."""
    for name, unknown in unknowns.items():
        if isinstance(unknown, Symbol) and not unknown.ranges and not f.free:
            straight = not any(p.curved for p in records(implied(unknown.properties)))
            curve = along(f, unknown, gradients[name], name) if straight else None
            if curve is not None:
                yield curve


def along(f: Expr, unknown: Symbol, gradient: Expr, name: str) -> Curve | None:
    """The curve through the first instance of a check; None where too little of the line has a value."""
    check = Check(f, {unknown: gradient}, (), ())
    instance = check.sampler.instance(Draws(0))
    towards = instance.environment.directions[unknown]
    arrays = {s: a[:1] for s, a in instance.environment.arrays.items()}
    arrays[unknown] = arrays[unknown] + PLACES.reshape(-1, *(1,) * (towards.ndim - 1)) * towards
    values = check.function.results(instance.environment._replace(arrays=arrays, directions={}))[0].ravel()
    told = np.isfinite(values)
    if values.size != PLACES.size or told.sum() < FEWEST:
        return None
    g = instance.values[check.program.place[gradient]][:1].reshape(towards.shape)
    return Curve(name, PLACES, np.where(told, values, np.nan), float((g * towards).sum()))
