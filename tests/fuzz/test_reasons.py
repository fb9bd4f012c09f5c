"""The law beside a step of a random function is its reason, and so is the one beside a random simplification."""

from __future__ import annotations

from collections.abc import Sequence

import matdiff
from fuzz import in_chunks, seeds
from fuzz.expressions import anything, scalar
from fuzz.test_expressions import unknown_of
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.numeric.reasons import unexplained

SHARE = 0.999  # of the steps; of 160,000 some 100 had none before the last of them was found


def explained(steps: Sequence[Step]) -> tuple[int, int]:
    """How many of some steps are instances of their laws, and how many there are."""
    return len(steps) - len(unexplained(steps)), len(steps)


@in_chunks
def test_the_steps_of_random_functions_are_instances_of_their_laws(chunk: int) -> None:
    right = number = 0
    for seed in seeds(36, chunk):
        f = scalar(seed)
        unknown = unknown_of(f, seed)
        if unknown is not None:
            good, tried = explained(matdiff.derive(f, unknown).steps)
            right, number = right + good, number + tried
    assert right >= SHARE * number - 1


@in_chunks
def test_random_simplifications_are_instances_of_their_laws(chunk: int) -> None:
    counts = [explained(Simplifier(SIMPLIFICATIONS)(anything(seed))[1]) for seed in seeds(60, chunk)]
    assert sum(good for good, _ in counts) >= SHARE * sum(tried for _, tried in counts) - 1
