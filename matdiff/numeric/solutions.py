"""Stationary points on random instances: whether the conditions hold there, and whether other points are better.

The points that a solution is compared with fulfil the constraints: they are drawn near and far, and brought back by
Newton's method x ← x − J⁺c(x).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.symmetry import assumed
from matdiff.errors import CheckError
from matdiff.numeric.draws import Draws
from matdiff.numeric.instances import Sampler, project
from matdiff.numeric.program import Array, Environment, Program

TOLERANCE = 1e-9  # of the conditions, relative to their size at the points that were drawn
FEASIBLE = 1e-9
POINTS = 100
TRIES = 40
WORST_CONDITION = 1e4  # of a definite matrix
ROUNDS = 8  # of Newton's method
WIDTH = 1e-6  # of the differences for J
SCALES = (0.02, 0.3, 1.0, 3.0)


class Tested(NamedTuple):
    """The largest residual, whether some point is lower or higher than the solution, and on how many instances."""

    residual: float
    lower: bool
    higher: bool
    trials: int

    @property
    def holds(self) -> bool:
        """Whether the conditions hold."""
        return self.residual <= TOLERANCE


def tested(
    objective: Expr,
    constraints: Sequence[Expr],
    variables: Mapping[str, Expr],
    equations: Sequence[Expr],
    unknowns: Mapping[str, Expr],
    values: Mapping[str, Expr],
    seed: int,
    trials: int,
) -> Tested:
    """Compares a solution with other points on random instances; raises CheckError where no instance is found."""
    program = Program([*values.values(), objective], lenient=True)
    sampler, draws = Sampler(program, ()), Draws(seed)
    conditions = Program(equations, lenient=True)
    function, limits = Program([objective], lenient=True), Program([*constraints], lenient=True)
    residual, lower, higher, attempt = 0.0, False, False, 0
    done = 0
    for _ in range(TRIES):
        if done == trials:
            return Tested(residual, lower, higher, trials)
        instance = sampler.instance(draws, attempt)
        attempt = instance.attempt + 1
        found = program.results(instance.environment)
        known = {unknowns[n]: at(unknowns[n], v) for n, v in zip(values, found, strict=False)}
        within = with_values(instance.environment, known)
        own = {x: known[x] for x in variables.values()}
        if not all(in_domain(x, v) for x, v in own.items()) or not np.isfinite(function.results(within)[0]).all():
            continue
        done += 1
        points = feasible(drawn(own, draws), limits, within)
        residual = max(residual, relative(conditions, within, points))
        f = function.results(with_values(within, together([own, *points])))[0].ravel()
        slack = 1e-8 * (1.0 + abs(f[0]))
        lower, higher = lower or bool((f < f[0] - slack).any()), higher or bool((f > f[0] + slack).any())
    raise CheckError("no random instance was found on which the objective is defined at the solution")


Point = Mapping[Expr, Array]


def at(x: Expr, value: Array) -> Array:
    """A value with the axes of a symbol: (1, ranges, rows, columns)."""
    ranges = len(x.ranges) if isinstance(x, Symbol) else 0
    return value.reshape(1, *value.shape[value.ndim - 2 - ranges :]) if ranges else value.reshape(1, *value.shape[-2:])


def together(points: Sequence[Point]) -> Point:
    """Points as one batch."""
    return {x: np.concatenate([p[x] for p in points]) for x in points[0]}


def with_values(environment: Environment, point: Point) -> Environment:
    """The environment with other values of some symbols."""
    arrays = {**environment.arrays, **{x: v for x, v in point.items() if isinstance(x, Symbol)}}
    return environment._replace(arrays=arrays)


def relative(conditions: Program, within: Environment, points: Sequence[Point]) -> float:
    """How far the conditions are from 0, as a part of their size elsewhere."""
    here = conditions.results(within)
    size = [np.ones(len(here))]
    if points:
        there = conditions.results(with_values(within, together(points[:5])))
        size.append(np.array([np.abs(r).max() for r in there]))
    scale = np.nanmax(np.where(np.isfinite(size), size, np.nan), axis=0)
    errors = [float(np.abs(r).max()) / s for r, s in zip(here, scale, strict=True)]
    return max((e if np.isfinite(e) else np.inf for e in errors), default=0.0)


def in_domain(x: Expr, value: Array) -> bool:
    """Whether a value is finite, positive (definite) where it is declared to be, and not close to the border."""
    known = assumed(x)
    if not np.isfinite(value).all():
        return False
    if "spd" in known:
        spectrum = np.linalg.eigvalsh(value)
        return bool((spectrum.min(axis=-1) > spectrum.max(axis=-1) / WORST_CONDITION).all())
    return "positive" not in known or bool((value > 0).all())


def drawn(own: Point, draws: Draws) -> list[dict[Expr, Array]]:
    """Points around the solution, in the domains of the unknowns."""
    return [{x: moved(x, v, SCALES[k % len(SCALES)], draws) for x, v in own.items()} for k in range(POINTS)]


def moved(x: Expr, value: Array, scale: float, draws: Draws) -> Array:
    """A value near or far that has the declared properties."""
    known = assumed(x)
    change = scale * draws.normal(value.shape)
    if "positive" in known:
        return value * np.exp(change)
    if "spd" in known or "psd" in known:
        factor = np.eye(value.shape[-1]) + change / np.sqrt(value.shape[-1])
        return project(known, factor @ value @ np.swapaxes(factor, -1, -2))
    return project(known, value + change * (1.0 + np.abs(value).max()))


# ---- constraints ---------------------------------------------------------------------------------------


def feasible(points: Sequence[dict[Expr, Array]], limits: Program, within: Environment) -> list[dict[Expr, Array]]:
    """The points after Newton's method has brought them to the set that the constraints describe."""
    if not limits.roots:
        return list(points)
    found = []
    for k, point in enumerate(points):
        if k % 3 == 0:  # each costs a few Jacobians
            landed = landing(point, limits, within)
            found += [] if landed is None else [landed]
    return found


def packed(values: Sequence[Array]) -> Array:
    """Values as one vector for every member of the batch."""
    batch = max(v.shape[0] for v in values)
    return np.concatenate([np.broadcast_to(v, (batch, *v.shape[1:])).reshape(batch, -1) for v in values], axis=1)


def unpacked(flat: Array, like: Mapping[Expr, Array]) -> dict[Expr, Array]:
    """The values of the unknowns from vectors."""
    out, place = {}, 0
    for x, v in like.items():
        count = v[0].size
        out[x] = project(assumed(x), flat[:, place : place + count].reshape(-1, *v.shape[1:]))
        place += count
    return out


def landing(point: dict[Expr, Array], limits: Program, within: Environment) -> dict[Expr, Array] | None:
    """A point on the set, or None where Newton's method does not get there."""
    for _ in range(ROUNDS):
        flat = packed([*point.values()])[0]
        stencil = np.concatenate([flat[None], flat + WIDTH * np.eye(flat.size), flat - WIDTH * np.eye(flat.size)])
        values = packed(limits.results(with_values(within, unpacked(stencil, point))))
        here, n = values[0], flat.size
        if not np.isfinite(values).all():
            return None
        if np.abs(here).max() < FEASIBLE:
            return point
        jacobian = (values[1 : n + 1] - values[n + 1 :]).T / (2 * WIDTH)
        point = unpacked((flat - np.linalg.pinv(jacobian, 1e-6) @ here)[None], point)
    return None
