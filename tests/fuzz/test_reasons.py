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


def without_reason(steps: Sequence[Step]) -> list[str]:
    """The steps that are no instances of their laws."""
    return [f"{steps[k].law.title}: {steps[k].before} → {steps[k].after}" for k in unexplained(steps)]


@in_chunks
def test_the_steps_of_random_functions_are_instances_of_their_laws(chunk: int) -> None:
    for seed in seeds(36, chunk):
        f = scalar(seed)
        unknown = unknown_of(f, seed)
        if unknown is not None:
            assert not without_reason(matdiff.derive(f, unknown).steps), seed


@in_chunks
def test_random_simplifications_are_instances_of_their_laws(chunk: int) -> None:
    for seed in seeds(60, chunk):
        assert not without_reason(Simplifier(SIMPLIFICATIONS)(anything(seed))[1]), seed
