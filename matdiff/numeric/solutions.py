"""Stationary points on random instances: whether the conditions hold there, and whether other points are better.

The points that a solution is compared with fulfil the constraints: they are drawn near and far, and brought back by
Newton's method x ← x − J⁺c(x).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.symmetry import assumed
from matdiff.errors import CheckError
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.evaluate import free_indices
from matdiff.numeric.instances import TRIES as ONE_SCALE
from matdiff.numeric.instances import Sampler, family_of, project
from matdiff.numeric.program import Program
from matdiff.records import NamedTuple

TOLERANCE = 1e-9  # of the conditions, relative to their size at the points that were drawn
FEASIBLE = 1e-9
POINTS, FEW = 100, 5
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


class Test:
    """A solution, and the programs for what is asked of it; *needs* are expressions that have to have a value."""

    def __init__(
        self,
        objective: Expr,
        constraints: Sequence[Expr],
        bounds: Sequence[Expr],
        variables: Sequence[Expr],
        equations: Sequence[Expr],
        values: Mapping[Expr, Expr],
        needs: Sequence[Expr],
    ) -> None:
        self.variables = [family_of(x) for x in variables]
        self.values = values
        self.asked = len(values), len(values) + 1 + len(needs)
        every = [*constraints, *bounds, *equations]  # their symbols have values, too, where the solution has them not
        self.program = Program([*values.values(), objective, *needs, *every], lenient=True)
        self.function = Program([objective], lenient=True)
        self.conditions = Program(equations, lenient=True)
        self.limits = Program([*constraints], lenient=True)
        self.bounds = Program([*bounds], lenient=True)

    def carry_out(self, seed: int, trials: int) -> Tested:
        """What some random instances say; raises CheckError where the objective is defined at the solution of none."""
        sampler, draws = Sampler(self.program, ()), Draws(seed)
        found: list[Tested] = []
        attempt = 0
        for _ in range(TRIES):
            if len(found) == trials:
                worst = max(t.residual for t in found)
                return Tested(worst, any(t.lower for t in found), any(t.higher for t in found), trials)
            instance = sampler.instance(draws, attempt)
            is_rare = not found and TRIES // 2 <= instance.attempt < ONE_SCALE  # then other scales are tried
            attempt = ONE_SCALE if is_rare else instance.attempt + 1
            outcome = self.on(instance.environment, draws)
            found += [] if outcome is None else [outcome]
        raise CheckError("no random instance was found on which the objective is defined at the solution")

    def on(self, environment: Environment, draws: Draws) -> Tested | None:
        """What an instance says; None where the solution is not in the domain of the objective."""
        results = self.program.results(environment)
        pairs = zip(self.values.items(), results, strict=False)
        known: dict[Expr, Array] = {family_of(x): at(v, e, self.program) for (x, e), v in pairs}
        shapes = {x: a.shape[1:] for x, a in environment.arrays.items() if x in known}
        known |= {x: np.broadcast_to(known[x], (1, *shape)) for x, shape in shapes.items()}  # p_k = 1/K has no k
        within = with_values(environment, known)
        own: dict[Expr, Array] = {x: known[x] for x in self.variables}
        needed = results[self.asked[0] + 1 : self.asked[1]]
        is_defined = all(in_domain(x, v) for x, v in own.items()) and all(np.isfinite(v).all() for v in needed)
        if not is_defined or not np.isfinite(self.function.results(within)[0]).all():
            return None
        if not all(np.allclose(project(assumed(x), v), v, rtol=TOLERANCE, atol=TOLERANCE) for x, v in own.items()):
            return Tested(np.inf, False, False, 1)
        if not within_bounds(self.bounds, within, own).all():
            return Tested(np.inf, False, False, 1)
        points = feasible(drawn(own, draws), self.limits, within)
        kept = within_bounds(self.bounds, within, points)
        points = {x: v[kept] for x, v in points.items()}
        f = self.function.results(with_values(within, joined(own, points)))[0].ravel()
        slack = 1e-8 * (1.0 + abs(f[0]))
        lower, higher = bool((f < f[0] - slack).any()), bool((f > f[0] + slack).any())
        return Tested(relative(self.conditions, within, points), lower, higher, 1)


Point = Mapping[Expr, Array]


def at(value: Array, e: Expr, program: Program) -> Array:
    """A value with the axes of a symbol: (1, those of its free indices, rows, columns)."""
    order = free_indices(e)
    lengths = [value.shape[program.axes[i]] for i in order]
    axes = [program.axes[i] for i in order]
    others = [k for k in range(1, value.ndim - 2) if k not in axes]
    return value.transpose(0, *axes, *others, -2, -1).reshape(1, *lengths, *value.shape[-2:])


def joined(first: Point, others: Point) -> Point:
    """A point and a batch of others as one batch."""
    return {x: np.concatenate([v, others[x]]) for x, v in first.items()}


def with_values(environment: Environment, point: Point) -> Environment:
    """The environment with other values of some symbols."""
    arrays = {**environment.arrays, **{x: v for x, v in point.items() if isinstance(x, Symbol)}}
    return environment._replace(arrays=arrays)


def relative(conditions: Program, within: Environment, points: Point) -> float:
    """How far the conditions are from 0, as a part of their size elsewhere."""
    here = conditions.results(within)
    size = [np.ones(len(here))]
    there = conditions.results(with_values(within, {x: v[:FEW] for x, v in points.items()}))
    size += [np.array([np.abs(r).max(initial=0.0) for r in there])]
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
    if "psd" in known and np.linalg.eigvalsh(value).min() < -TOLERANCE:
        return False
    if "nonnegative" in known and (value < 0).any():
        return False
    return "positive" not in known or bool((value > 0)[..., project(known, np.ones(value.shape[1:])) != 0].all())


def drawn(own: Point, draws: Draws) -> dict[Expr, Array]:
    """A batch of points near and far of the solution, in the domains of the unknowns."""
    return {x: moved(x, v, draws) for x, v in own.items()}


def moved(x: Expr, value: Array, draws: Draws) -> Array:
    """Values near and far that have the declared properties."""
    known = assumed(x)
    scales = np.resize(SCALES, (POINTS,)).reshape(-1, *[1] * (value.ndim - 1))
    change = scales * draws.normal((POINTS, *value.shape[1:]))
    if "positive" in known:
        return value * np.exp(change)
    if "spd" in known or "psd" in known:
        factor = np.eye(value.shape[-1]) + change / np.sqrt(value.shape[-1])
        return project(known, factor @ value @ np.swapaxes(factor, -1, -2))
    return project(known, value + change * (1.0 + np.abs(value).max()))


# ---- constraints ---------------------------------------------------------------------------------------


def feasible(
    points: dict[Expr, Array], limits: Program, within: Environment, enough: float = FEASIBLE
) -> dict[Expr, Array]:
    """The points after Newton's method has brought them to the set that the constraints describe.

    Those that it does not bring there are left out, and those that have left the domains.  What is *enough* is not
    brought nearer.
    """
    if not limits.roots:
        return points
    for _ in range(ROUNDS):
        flat = packed([*points.values()])
        count, n = flat.shape
        moves = WIDTH * np.concatenate([np.zeros((1, n)), np.eye(n), -np.eye(n)])
        stencil = (flat[:, None] + moves).reshape(-1, n)
        rows = packed(limits.results(with_values(within, unpacked(stencil, points))))  # one, of what does not move
        values = np.broadcast_to(rows, (len(stencil), rows.shape[1])).reshape(count, 2 * n + 1, -1)
        kept = np.isfinite(values).all(axis=(1, 2))
        here, there = values[kept, 0], values[kept, 1:]
        if np.abs(here).max(initial=0.0) < enough:
            break
        turned = (there[:, :n] - there[:, n:]) / (2 * WIDTH)  # the Jacobian, J⁺ = Jᵀ(JJᵀ)⁺
        steps = turned @ np.linalg.pinv(np.swapaxes(turned, 1, 2) @ turned, 1e-12) @ here[..., None]
        points = unpacked(flat[kept] - steps[..., 0], points)
    here = packed(limits.results(with_values(within, points)))
    kept = (np.abs(here) < FEASIBLE).all(axis=1)
    for x, v in points.items():
        if "positive" in assumed(x):
            kept &= (v > 0).all(axis=tuple(range(1, v.ndim)))
        if "spd" in assumed(x):
            kept &= np.linalg.eigvalsh(v).reshape(len(v), -1).min(axis=1, initial=1.0) > 0
    return {x: v[kept] for x, v in points.items()}


def within_bounds(bounds: Program, within: Environment, points: Point) -> Array:
    """Which points fulfil the inequalities b ≥ 0, but for rounding."""
    count = max(v.shape[0] for v in points.values())
    if not bounds.roots or not count:
        return np.ones(count, dtype=bool)
    values = packed(bounds.results(with_values(within, points)))
    return np.broadcast_to((values >= -FEASIBLE * (1.0 + np.abs(values))).all(axis=1), (count,))


def packed(values: Sequence[Array]) -> Array:
    """Values as one vector for every member of the batch."""
    batch = max(v.shape[0] for v in values)
    return np.concatenate([np.broadcast_to(v, (batch, *v.shape[1:])).reshape(batch, -1) for v in values], axis=1)


def unpacked(flat: Array, like: Point) -> dict[Expr, Array]:
    """The values of the unknowns from vectors."""
    out, place = {}, 0
    for x, v in like.items():
        count = v[0].size
        out[x] = project(assumed(x), flat[:, place : place + count].reshape(-1, *v.shape[1:]))
        place += count
    return out
