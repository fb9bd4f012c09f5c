"""A derivation in, what random numbers say about it out.

Both sides of every step are compared, and the gradient with central differences of the function.  The
differentials d(A) in a line are differences of the values of A, so no law vouches for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from matdiff.algebra.expr import Expr, Index, Number, Symbol
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.sums import Member
from matdiff.errors import CheckError
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.evaluate import free_indices
from matdiff.numeric.instances import (
    EACH_SCALE,
    FINER,
    SCALES,
    STEPS,
    TRIES,
    Instance,
    Sampler,
    family_of,
    project,
    scale_of,
    varying_part,
)
from matdiff.numeric.program import Program
from matdiff.numeric.reasons import unexplained
from matdiff.numeric.rounding import TOLERANCE, Agreement, Rounded, agreement, noises
from matdiff.numeric.stencil import STENCIL, central_difference, settled
from matdiff.records import NamedTuple

DIRECTIONS = 200  # an unknown with more entries is checked on some of them, chosen at random
WORKSPACE = 5_000_000  # numbers that one batch may hold
RETRIES = 6  # instances on which the differences may fail to settle, before each scale is tried once


class Verification(NamedTuple):
    """The outcome of a check: *lines* steps were compared on *trials* random instances.

    Of those, *reasons* are instances of a statement of the law that stands beside them.
    """

    ok: bool
    max_error: float
    trials: int
    lines: int
    failure: str = ""
    reasons: int = 0

    def summary(self, subject: str = "the gradient") -> str:
        """The outcome in a sentence; *subject* is the answer that was compared with differences."""
        if not self.ok:
            return f"CHECK FAILED: {self.failure}"
        steps = f"{self.lines} step{'s' * (self.lines != 1)}"
        if self.reasons:
            some = "" if self.reasons == self.lines else f", {self.reasons} of them"
            steps += f"{some} with {'its law' if self.reasons == 1 else 'their laws'},"
        what = subject if subject.startswith("every") else f"{steps} and {subject}"
        return f"checked: {what} on {self.trials} random instances, relative error ≤ {self.max_error:.0e}"

    def joined(self, other: Verification) -> Verification:
        """This outcome and another one as one."""
        largest = max(self.max_error, other.max_error)
        return self._replace(ok=self.ok and other.ok, max_error=largest, failure=self.failure or other.failure)


class Failure(NamedTuple):
    """What a check refutes, and by how much."""

    what: str
    error: float
    step: int | None = None


def verify(
    f: Expr | None,
    gradients: Mapping[Expr, Expr],
    steps: Sequence[Any] = (),
    seed: int = 0,
    trials: int = 3,
    unknowns: Iterable[Expr] = (),
) -> Verification:
    """Checks every step and every gradient; a step has a *law*, a line *before* and a line *after*."""
    largest, failure = Check(f, gradients, steps, unknowns).carry_out(seed, trials)
    if failure is None:
        return Verification(True, largest, trials, len(steps), reasons=len(steps) - len(unexplained(steps)))
    off = f" is off by {failure.error:.1e}" if np.isfinite(failure.error) else ""
    return Verification(False, max(largest, failure.error), trials, len(steps), failure.what + off)


def check_steps(
    steps: Sequence[Any], unknowns: Iterable[Expr], seed: int = 0, trials: int = 3
) -> tuple[float, int | None]:
    """The largest relative error, and the place of the first step that is wrong or None."""
    largest, failure = Check(None, {}, steps, unknowns).carry_out(seed, trials)
    return (largest, None) if failure is None else (failure.error, failure.step)


def check_gradient(f: Expr, unknown: Expr, gradient: Expr, seed: int = 0, trials: int = 1) -> float:
    """The largest relative error of a gradient; infinite when its shape is wrong."""
    largest, failure = Check(f, {unknown: gradient}, (), ()).carry_out(seed, trials)
    return largest if failure is None else failure.error


class Seen(NamedTuple):
    """What an instance says: the largest error, what it refutes, and whether all values are large enough to tell.

    *told* is None where differences do not tell the derivative.
    """

    largest: float = 0.0
    failure: Failure | None = None
    told: bool | None = True

    def with_(self, found: Agreement, what: Callable[[], str], step: int | None = None) -> Seen:
        """This and one more comparison."""
        failed = not found.error <= TOLERANCE
        return Seen(
            found.error if failed else max(self.largest, found.error),
            Failure(what(), found.error, step) if failed else None,
            self.told and found.told,
        )


class Check:
    """One program for all lines and gradients, another for the function alone, with the same axes."""

    __slots__ = ("f", "function", "gradients", "program", "sampler", "steps")

    def __init__(
        self, f: Expr | None, gradients: Mapping[Expr, Expr], steps: Sequence[Any], unknowns: Iterable[Expr]
    ) -> None:
        self.f = f
        self.gradients = dict(gradients)
        self.steps = steps
        own = [i for u in gradients if isinstance(u, Member) for i in u.operands[1:] if isinstance(i, Index)]
        roots = [line for step in steps for line in (step.before, step.after)]
        roots += [*self.gradients.values(), *([] if f is None else [Differential(f)])]
        self.program = Program(roots, own, lenient=True)
        self.function = Program([] if f is None else [f], self.program.indices)
        self.sampler = Sampler(self.program, dict.fromkeys([*self.gradients, *unknowns]))

    def carry_out(self, seed: int, trials: int) -> tuple[float, Failure | None]:
        """The largest error on some instances, up to the first failure."""
        require_trials(trials)
        failure = self.malformed()
        if failure is not None:
            return 0.0, failure
        draws = Draws(seed)
        largest, attempt = 0.0, 0
        for _ in range(trials):
            error, failure, attempt = self.trial(draws, attempt)
            largest = max(largest, error)
            if failure is not None:
                return largest, failure
        return largest, None

    def malformed(self) -> Failure | None:
        """What is wrong for every instance: a shape, or an index that has no meaning."""
        for k, step in enumerate(self.steps):
            if step.before.shape != step.after.shape:
                return Failure(f"{self.name_of(k)} changes the shape", np.inf, k)
        for unknown, gradient in self.gradients.items():
            if gradient.shape != unknown.shape:
                return Failure(f"the gradient by {written(unknown)} has another shape than the unknown", np.inf)
            if self.places(unknown, gradient) is None:
                return Failure(f"the gradient by {written(unknown)} has an index without a meaning", np.inf)
        return None

    def name_of(self, k: int) -> str:
        """A step in words."""
        law = self.steps[k].law
        title = law if isinstance(law, str) else law.title
        return f"step {k + 1} ({title})" if title else f"step {k + 1}"

    def trial(self, draws: Draws, start: int) -> tuple[float, Failure | None, int]:
        """The largest error on one instance, the failure if there is one, and the try that gave the instance."""
        hidden = 0
        for retry in range(RETRIES + len(SCALES)):
            instance = self.sampler.instance(draws, start)
            seen = self.seen(instance, draws)
            if seen.failure is not None and (beside := self.sampler.beside(instance)) is not None:
                again = self.seen(beside, draws)
                if again.failure is not None:
                    return max(seen.largest, again.largest), again.failure, instance.attempt
            if seen.failure is None and seen.told:
                return seen.largest, None, instance.attempt
            hidden += seen.failure is None and seen.told is False
            if hidden > RETRIES:
                raise CheckError("the values are so small that rounding or underflow hides errors in them")
            start = instance.attempt + 1 if retry < RETRIES else TRIES + (retry - RETRIES) * EACH_SCALE
        raise CheckError("no random instance on which the function is smooth enough to check was found")

    def seen(self, instance: Instance, draws: Draws) -> Seen:
        """What an instance says of all steps and gradients, up to the first failure."""
        noise = cache(lambda: noises(self.program, instance.environment, instance.values))
        found = self.steps_on(instance, noise)
        if found.failure is not None:
            return found
        for unknown, gradient in self.gradients.items():
            outcome = self.gradient_on(instance, unknown, gradient, draws, noise)
            if outcome is None:
                return found._replace(told=None)
            found = found.with_(outcome, lambda u=unknown: f"the gradient by {written(u)}")  # type: ignore[misc]
            if found.failure is not None:
                break
        return found

    def steps_on(self, instance: Instance, noise: Callable[[], list[float]]) -> Seen:
        """Compares the two sides of every step."""
        found, place = Seen(), self.program.place
        for k, step in enumerate(self.steps):
            at = [place[line] for line in (step.before, step.after)]
            sides: Iterable[Array] = (instance.values[p][:1] for p in at)
            sides = that_both_have(*sides) if self.program.excluding else sides
            before, after = (Rounded(v, lambda p=p: noise()[p]) for v, p in zip(sides, at, strict=True))  # type: ignore[misc]
            found = found.with_(agreement(before, after, instance.faint), lambda k=k: self.name_of(k), k)  # type: ignore[misc]
            if found.failure is not None:
                break
        return found

    # ---- gradients --------------------------------------------------------------------------------

    def gradient_on(
        self, instance: Instance, unknown: Expr, gradient: Expr, draws: Draws, noise: Callable[[], list[float]]
    ) -> Agreement | None:
        """Compares G : D with the derivative of f, for directions D in which the unknown varies."""
        symbol = family_of(unknown)
        places = self.places(unknown, gradient)
        if self.f is None or places is None:
            raise CheckError("there is no function to compare the gradient with")
        directions = self.directions(instance, unknown, draws)
        slopes = self.slopes(instance, symbol, directions)
        if slopes is None:
            return None
        at = self.program.place[gradient]
        g = instance.values[at][:1]
        d = self.laid_out(directions, places)
        summed = [self.program.axes[i] for i in places if isinstance(i, Index) and i not in self.f.free]
        predicted = np.sum(g * d, axis=(*summed, -2, -1), keepdims=True)
        together = [self.program.axes[i] for i in places if isinstance(i, Index) and i in self.f.free]
        if together:  # f has the index of the member: only the member with the same index counts
            has = (d != 0).any(axis=(*summed, -2, -1), keepdims=True)
            slopes = slopes._replace(value=slopes.value * has)
        inside = Rounded(project(symbol.properties, g), lambda: noise()[at])
        outside = agreement(Rounded(g, lambda: noise()[at]), inside)
        most = float(np.abs(d).sum(axis=(*summed, -2, -1)).max(initial=0.0))
        return outside.joined(agreement(slopes, Rounded(predicted, lambda: most * noise()[at]), instance.faint))

    def places(self, unknown: Expr, gradient: Expr) -> list[Index | int | None] | None:
        """What each range of the unknown is in the gradient: an index, a fixed place, or None where it does not matter.

        The answer is None when the gradient has an index that is neither the unknown's nor the function's.
        """
        allowed = self.f.free if self.f is not None else frozenset()
        if isinstance(unknown, Member):
            given = [int(i.value) - 1 if isinstance(i, Number) else i for i in unknown.operands[1:]]
            places = [i if isinstance(i, (int, Index)) else None for i in given]
            return places if gradient.free <= allowed | unknown.free else None
        order = [i for i in free_indices(gradient) if i not in allowed]
        found: list[Index | int | None] = []
        for extent in family_of(unknown).ranges:
            index = next((i for i in order if i.last is extent), None)
            found.append(index)
            if index is not None:
                order.remove(index)
        return None if order else found

    def directions(self, instance: Instance, unknown: Expr, draws: Draws) -> Array:
        """Directions (number, ranges, rows, columns) that span the space of the unknown, or a random choice of them."""
        symbol = family_of(unknown)
        shape = instance.environment.arrays[symbol].shape[1:]
        allowed = varying_part(unknown, shape)
        entries = np.flatnonzero(allowed)
        most = max(2, min(DIRECTIONS, WORKSPACE // (4 * allowed.size * max(1, len(self.function.nodes)))))
        if len(entries) > most:
            entries = entries[draws.permutation(len(entries))[:most]]
        basis = np.zeros((len(entries), allowed.size))
        basis[np.arange(len(entries)), entries] = 1.0
        return project(symbol.properties, basis.reshape(len(entries), *shape))

    def slopes(self, instance: Instance, symbol: Symbol, directions: Array) -> Rounded | None:
        """The derivative of f along each direction; None where the differences have not settled."""
        at = self.function.place[self.function.roots[0]]
        step = instance.environment.step * scale_of(symbol, instance.environment.scale)
        # Terms that cancel may leave nothing but rounding: in the end, differences are compared with that.
        for h, with_noise in [*((step * FINER**k, False) for k in range(STEPS)), (step, True)]:
            environment = self.moved_along(instance.environment, symbol, h * directions)
            values = self.function.run(environment)
            if values[at].shape[0] == 1:
                return Rounded(np.zeros_like(values[at]), lambda: 0.0)
            found = values[at].reshape(len(STENCIL), len(directions), *values[at].shape[1:])
            noise = cache(partial(self.noise, environment, values, at))
            if settled([found], h, noise() if with_noise else 0.0).all():
                return Rounded(central_difference(found, h)[0], lambda h=h, noise=noise: 1.5 / h * noise())  # type: ignore[misc]
        return None

    def noise(self, environment: Environment, values: list[Array], at: int) -> float:
        """How far rounding may have moved the values of f."""
        return noises(self.function, environment, values)[at]

    def moved_along(self, environment: Environment, symbol: Symbol, steps: Array) -> Environment:
        """The stencils along some steps, one after the other."""
        base = {s: a[:1] for s, a in environment.arrays.items()}
        moved = base[symbol] + np.array(STENCIL).reshape(-1, *(1,) * steps.ndim) * steps
        base[symbol] = moved.reshape(-1, *steps.shape[1:])
        return environment._replace(arrays=base, directions={})

    def laid_out(self, directions: Array, places: Sequence[Index | int | None]) -> Array:
        """Directions with the axes of a family moved to those of the indices of the gradient."""
        d = directions
        for k in reversed(range(len(places))):
            place = places[k]
            if place is None:  # the gradient is the same for all members
                d = d.sum(axis=1 + k)
            elif isinstance(place, int):
                d = np.take(d, place, axis=1 + k)
        indices = [i for i in places if isinstance(i, Index)]
        order = sorted(range(len(indices)), key=lambda k: self.program.axes[indices[k]])
        shape = [d.shape[0], *self.program.unit[1:], *d.shape[-2:]]
        for k, i in enumerate(indices):
            shape[self.program.axes[i]] = d.shape[1 + k]
        return d.transpose(0, *(1 + k for k in order), -2, -1).reshape(shape)


def require_trials(trials: int) -> None:
    """Refuses a check on no instance at all, which would find nothing wrong."""
    if not isinstance(trials, int) or trials < 1:
        raise CheckError(f"{trials!r} is no number of random instances", suggestion="a check needs one at least")


def that_both_have(a: Array, b: Array) -> tuple[Array, Array]:
    """Two values with 0 where one of them is not defined, as at terms that a sum leaves out."""
    missing = np.isnan(a) | np.isnan(b)
    return np.where(missing, 0.0, a), np.where(missing, 0.0, b)


def written(unknown: Expr) -> str:
    """An unknown in an error message."""
    return family_of(unknown).name
