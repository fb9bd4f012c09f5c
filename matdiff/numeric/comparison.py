"""Two expressions of one shape in, what random numbers say about their equality out: a counterexample, or none.

A counterexample is made readable: its values are rounded where the two sides still differ, and among several
the one with the fewest numbers is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol
from matdiff.errors import CheckError
from matdiff.numeric.check import require_trials
from matdiff.numeric.domains import LONG, Samples, defined_everywhere, samples
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.evaluate import is_vector
from matdiff.numeric.instances import Instance, Sampler
from matdiff.numeric.program import Program
from matdiff.numeric.rounding import Agreement, Rounded, agreement, noises, relative_error
from matdiff.records import NamedTuple

TOLERANCE = 1e-10  # for values, which are far better known than differences
CANDIDATES = 4  # counterexamples that are looked at for a readable one
DIGITS = (0, 1, 2, 3)


class Counterexample(NamedTuple):
    """Values on which two expressions differ: name → array, and the two results."""

    values: Mapping[str, Any]
    left: Any
    right: Any

    def __str__(self) -> str:
        rows = [*self.values.items(), ("left side", self.left), ("right side", self.right)]
        width = max(len(name) for name, _ in rows)
        return "\n".join(_row(name.ljust(width), value) for name, value in rows)


class Comparison(NamedTuple):
    """How two expressions compare on *trials* random instances, and *where*, if not everywhere."""

    trials: int
    counterexample: Counterexample | None
    where: str = ""


class Pair:
    """Two expressions of one shape on random numbers, on which all properties hold.

    done  the well-conditioned instances that were looked at
    """

    __slots__ = ("done", "draws", "program", "sampler")

    def __init__(self, a: Expr, b: Expr, seed: int = 0) -> None:
        self.program = Program([a, b], lenient=True)
        self.sampler, self.draws = Sampler(self.program, ()), Draws(seed)
        self.done = 0

    def differing(self, trials: int) -> Iterator[Instance]:
        """The instances among so many on which both sides are well-conditioned, and differ.

        Raises CheckError when no well-conditioned instance is found.
        """
        start = 0
        while self.done < trials:
            try:
                instance = self.sampler.instance(self.draws, start)
            except CheckError:
                if not self.done:
                    raise
                return
            start, self.done = instance.attempt + 1, self.done + 1
            if not compared(self.program, instance).error <= TOLERANCE:
                yield instance

    def samples(self) -> Samples:
        """How they compare on samples of all signs and magnitudes, and on degenerate ones."""
        return samples(self.sampler, self.draws)


def compare(a: Expr, b: Expr, seed: int = 0, trials: int = 5) -> Comparison:
    """Compares values on random instances, on which all properties hold and both sides are well-conditioned.

    Then on samples of all signs and magnitudes, and on degenerate ones: what is equal near 1 alone is not equal.
    Raises CheckError when no well-conditioned instance is found.
    """
    require_trials(trials)
    pair = Pair(a, b, seed)
    found = [_readable(pair.program, instance) for instance in islice(pair.differing(trials), CANDIDATES)]
    if found:
        return Comparison(trials, _simplest(found))
    spread = pair.samples()
    found = [_readable(pair.program, instance) for instance in spread.apart[:CANDIDATES]]
    return Comparison(pair.done, _simplest(found), spread.where())


def where_defined(a: Expr, b: Expr, seed: int = 0) -> str:
    """Where two expressions that are proved equal have a value, if one of them has one elsewhere too."""
    program = Program([a, b], lenient=True)
    if len(program.nodes) > LONG:
        return ""
    sampler, draws = Sampler(program, ()), Draws(seed)
    if defined_everywhere(sampler, draws):
        return ""
    spread = samples(sampler, draws)
    return "" if spread.apart else spread.where()


def compared(program: Program, instance: Instance) -> Agreement:
    """How far apart two values are on an instance, beyond what rounding explains."""
    noise = cache(lambda: noises(program, instance.environment, instance.values))
    left, right = (Rounded(instance.values[p], lambda p=p: noise()[p]) for p in map(program.place.get, program.roots))  # type: ignore[misc, index]
    return agreement(left, right, instance.faint, TOLERANCE)


def _simplest(found: list[Counterexample]) -> Counterexample | None:
    """The counterexample with the fewest numbers."""
    return min(found, key=lambda c: sum(np.size(v) for v in c.values.values()), default=None)


def _readable(program: Program, instance: Instance) -> Counterexample:
    """The counterexample of an instance, rounded as far as the two sides still differ by much."""
    environment = instance.environment
    left, right = program.results(environment)
    for digits in DIGITS:
        rounded = environment._replace(arrays={s: _rounded(s, a, digits) for s, a in environment.arrays.items()})
        values = program.run(rounded)
        if all(np.isfinite(v).all() for v in values):
            one, two = (values[program.place[root]] for root in program.roots)
            if relative_error(*np.broadcast_arrays(one, two)) > 0.01:
                return _counterexample(program, rounded, one, two)
    return _counterexample(program, environment, left, right)


def _rounded(symbol: Symbol, array: Array, digits: int) -> Array:
    """Values with few digits and their properties: entries that are not 0 stay so."""
    if "orthogonal" in symbol.properties:
        return array
    unit = 10.0**-digits
    rounded = np.round(array, digits)
    rounded = np.where((rounded == 0) & (array != 0), np.sign(array) * unit, rounded)
    if symbol.properties & {"spd", "psd"} and np.linalg.eigvalsh(rounded).min() <= 0.1 * unit:
        return array
    return rounded + 0.0


def _counterexample(program: Program, environment: Environment, left: Array, right: Array) -> Counterexample:
    symbols = [n for n in program.nodes if isinstance(n, Symbol)]
    shown = {s.name: _plain(environment.arrays[s][0], s) for s in symbols}
    sizes = {name: n for name, n in environment.sizes.items() if not shown and name not in shown}
    a, b = program.roots
    return Counterexample({**shown, **sizes}, _plain(left[0], a), _plain(right[0], b))


def _plain(array: Array, e: Expr) -> Any:
    """A value as users have it: a float, a vector (n,), a matrix (m, n), after the axes of indices."""
    axes = array.ndim - 2
    lead = tuple(n for n in array.shape[:axes] if n > 1) if not isinstance(e, Symbol) else array.shape[: len(e.ranges)]
    if e.shape == SCALAR:
        value = array.reshape(lead)
        return value if lead else float(value)
    return array.reshape(*lead, *(array.shape[-2:-1] if is_vector(e.shape) else array.shape[-2:]))


def _row(name: str, value: Any) -> str:
    """A value behind its name, the further rows of a matrix below the first."""
    text = np.array2string(np.asarray(value), precision=5, suppress_small=True, separator=", ", max_line_width=100)
    return f"  {name} = " + text.replace("\n", "\n" + " " * (len(name) + 5))
