"""Two expressions in, where they have values and where these agree out: samples of all signs and magnitudes.

Instances on which both sides are well-conditioned stay near 1, and may lie on one branch of a root or an inverse
function alone.  Samples are spread over several magnitudes and all signs that the properties allow, and some are
degenerate: rank one, or with equal eigenvalues.  What is not defined on a sample is NaN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from matdiff.algebra.assumptions import implied
from matdiff.algebra.expr import Symbol
from matdiff.errors import CheckError, ShapeError
from matdiff.numeric.drawn import DEGENERATE, WIDE
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array
from matdiff.numeric.instances import Instance, Sampler
from matdiff.numeric.instances import condition as condition_number
from matdiff.numeric.rounding import Rounded, agreement, noises
from matdiff.records import NamedTuple

SPREAD, FEW, LONG = 36, 10, 2000  # samples, of programs with more nodes than are LONG a few
ENOUGH = 5  # samples whose signs are no accident
WORST = 1e8  # condition of what is inverted
UNEQUAL = 1e-4  # relative: where values are far from 1, less may be rounding after all


class Samples(NamedTuple):
    """Where both sides are equal, where they differ, and where one of them alone has a value."""

    equal: list[Instance]
    apart: list[Instance]
    left_alone: list[Instance]
    right_alone: list[Instance]

    def where(self) -> str:
        """Where both sides have a value, or are equal, if that is not so everywhere."""
        others = [*self.left_alone, *self.right_alone] if not self.apart else self.apart
        if not others or not self.equal:
            return ""
        found = condition(self.equal, others)
        if self.apart:
            return found
        alone = [name for name, held in (("left", self.left_alone), ("right", self.right_alone)) if held]
        elsewhere = "the left and the right side are" if len(alone) == 2 else f"the {alone[0]} side is"
        return f"{found or 'where both sides are defined'}; {elsewhere} defined elsewhere too"


def defined_everywhere(sampler: Sampler, draws: Draws) -> bool:
    """Whether both roots of a program have values on a few samples, which are computed together."""
    try:
        environment = sampler.draw(draws, 0, WIDE, FEW)
        return environment is not None and not any(np.isnan(v).any() for v in sampler.program.results(environment))
    except (ShapeError, CheckError):
        return False


def samples(sampler: Sampler, draws: Draws) -> Samples:
    """Compares the two roots of a program on samples that are spread, and on degenerate ones."""
    found = Samples([], [], [], [])
    for instance, degenerate in drawn(sampler, draws):
        program = sampler.program
        left, right = (instance.values[program.place[root]] for root in program.roots)
        has_left, has_right = (not np.isnan(side).any() for side in (left, right))
        if has_left and has_right and is_finite(left) and is_finite(right):
            if differs(sampler, instance):
                found.apart.append(instance)
            elif not degenerate:
                found.equal.append(instance)
        elif not degenerate and has_left != has_right and is_finite(left if has_left else right):
            (found.left_alone if has_left else found.right_alone).append(instance)
    return found


def drawn(sampler: Sampler, draws: Draws) -> Iterator[tuple[Instance, bool]]:
    """Samples, and whether they are degenerate."""
    for k in range(SPREAD if len(sampler.program.nodes) < LONG else FEW):
        style = DEGENERATE if k % 3 == 2 else WIDE
        try:
            environment = sampler.draw(draws, k, style)
            if environment is None:
                continue
            values, faint = sampler.program.watched(environment)
        except (ShapeError, CheckError):
            continue
        if style is WIDE or sampler.trouble(environment, values, k) is None:
            yield Instance(environment, values, k, faint), style is DEGENERATE


def differs(sampler: Sampler, instance: Instance) -> bool:
    """Whether the two sides differ by more than rounding explains, however badly conditioned they may be."""
    program, values = sampler.program, instance.values
    places = [program.place[root] for root in program.roots]
    left, right = np.broadcast_arrays(*(values[p] for p in places))
    if agreement(Rounded(left, zero), Rounded(right, zero), tolerance=UNEQUAL).error <= UNEQUAL:
        return False
    if any(not condition_number(values[operand]) < WORST for _, operand in sampler.squares):
        return False
    noise = noises(program, instance.environment, values)
    one, two = (Rounded(side, lambda n=noise[p]: n) for side, p in zip((left, right), places, strict=True))  # type: ignore[misc]
    return not agreement(one, two, tolerance=UNEQUAL).error <= UNEQUAL


def zero() -> float:
    """No rounding at all."""
    return 0.0


def is_finite(a: Array) -> bool:
    """Whether all entries are."""
    return bool(np.isfinite(a).all())


# ---- a set in words ---------------------------------------------------------------------------------


def condition(inside: Sequence[Instance], outside: Sequence[Instance]) -> str:
    """Signs of symbols that tell some samples from others, in words, or nothing."""
    if len(inside) < ENOUGH:
        return ""
    signs = [(s, sign) for s in inside[0].environment.arrays for sign in "><"]
    common = [f for f in signs if all(has_sign(i, *f) for i in inside)]
    needed = [f for f in common if not all(has_sign(i, *f) for i in outside)]
    tell = all(any(not has_sign(i, *f) for f in needed) for i in outside)
    return "where " + " and ".join(words(*f) for f in needed) if tell and needed else ""


def has_sign(instance: Instance, s: Symbol, sign: str) -> bool:
    """Whether the entries of a symbol have a sign; of a triangular matrix, those of the diagonal."""
    a = instance.environment.arrays[s]
    a = np.diagonal(a, axis1=-2, axis2=-1) if is_triangular(s) else a
    return bool(np.all(a > 0 if sign == ">" else a < 0))


def is_triangular(s: Symbol) -> bool:
    """Whether the diagonal of a symbol holds its eigenvalues."""
    return bool(implied(s.properties) & {"lower", "upper"})


def words(s: Symbol, sign: str) -> str:
    """What has_sign says."""
    if is_triangular(s):
        return f"every diagonal entry of {s} {sign} 0"
    return f"{s} {sign} 0" if s.is_scalar and not s.ranges else f"every entry of {s} {sign} 0"
