"""The law beside a step of a random function is its reason, and so is the one beside a random simplification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import matdiff
from fuzz import in_chunks, seeds
from fuzz.expressions import anything, scalar
from fuzz.operations import operation
from fuzz.test_expressions import unknown_of
from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.products import Hadamard
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.errors import MatdiffError
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
def test_the_steps_to_random_jacobians_and_hessians_are_instances_of_their_laws(chunk: int) -> None:
    for seed in seeds(60, chunk):
        for derivative, f in ((matdiff.jacobian, anything(seed)), (matdiff.hessian, scalar(seed))):
            unknown = unknown_of(f, seed)
            if unknown is not None:
                assert not without_reason(steps_of(derivative, f, unknown)), seed


@in_chunks
def test_the_steps_to_derivatives_of_random_operations_are_instances_of_their_laws(chunk: int) -> None:
    for seed in seeds(48, chunk):
        e, unknown = operation(seed) or (None, None)
        if e is not None and unknown is not None:
            f = e if e.is_scalar else SumOfEntries.of(Hadamard.of(Symbol("W", e.shape), e))
            for derivative, of in ((matdiff.derive, f), (matdiff.jacobian, e), (matdiff.hessian, f)):
                assert not without_reason(steps_of(derivative, of, unknown)), seed


def steps_of(derivative: Callable[[Expr, Symbol], Any], f: Expr, unknown: Symbol) -> Sequence[Step]:
    """The steps to a derivative; none where it is refused."""
    try:
        steps: Sequence[Step] = derivative(f, unknown).steps
    except MatdiffError:
        return ()
    return steps


@in_chunks
def test_random_simplifications_are_instances_of_their_laws(chunk: int) -> None:
    for seed in seeds(60, chunk):
        assert not without_reason(Simplifier(SIMPLIFICATIONS)(anything(seed))[1]), seed
