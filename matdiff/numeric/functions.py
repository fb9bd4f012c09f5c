"""A function that was written for an array library, compared with the expressions that it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from matdiff.algebra.expr import Expr, Symbol
from matdiff.errors import CheckError
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array
from matdiff.numeric.evaluate import evaluate
from matdiff.numeric.instances import Sampler
from matdiff.numeric.program import Program

TOLERANCE = 1e-6

Values = Mapping[str, Any]


def instance(
    exprs: Sequence[Expr], inputs: Sequence[Symbol], seed: int = 0, needs: Sequence[Expr] = ()
) -> tuple[Values, Mapping[str, int]]:
    """Random values of some symbols, as functions take them, and the sizes: a vector has one axis, a scalar none.

    What *needs* a value has one there.
    """
    program = Program([*exprs, *inputs, *needs], lenient=True)
    found = Sampler(program, ()).instance(Draws(seed)).environment
    values: dict[str, Any] = {}
    for s in inputs:
        array: Array = np.asarray(found.arrays[s][0])
        lead = len(s.ranges)
        inner = [length for length, extent in zip(array.shape[lead:], s.shape, strict=True) if extent.number != 1]
        array = array.reshape((*array.shape[:lead], *inner))
        values[s.name] = array if array.ndim else float(array)
    return values, found.sizes


def largest_error(
    function: Callable[..., Any], arguments: Sequence[Any], outputs: Sequence[Sequence[Expr]], values: Values
) -> float:
    """The largest error of the outputs of a function, relative to the largest entry of each, on some values.

    Raises CheckError where an output has another shape, or differs by more than rounding explains.
    """
    worst = 0.0
    for got, exprs in zip(function(*arguments), outputs, strict=True):
        for one, e in zip(got if len(exprs) > 1 else [got], exprs, strict=True):
            want = without_ones(np.asarray(evaluate(e, values)), e)
            found = np.asarray(one, dtype=float)
            if found.shape != want.shape:
                raise CheckError(f"the code for {shown(e)} gives the shape {found.shape}, which is not {want.shape}")
            error = float(
                np.max(np.abs(found - want), initial=0.0) / max(float(np.max(np.abs(want), initial=0.0)), 1e-3)
            )
            if not error <= TOLERANCE:
                raise CheckError(f"the code for {shown(e)} is off by {error:.1e}")
            worst = max(worst, error)
    return worst


def without_ones(value: Array, e: Expr) -> Array:
    """A value without the axes of length 1 that rows and columns have."""
    inner = [k for k, extent in enumerate(e.shape) if extent.number == 1]
    axes = [value.ndim - 2 + k for k in inner] if 1 not in inner and value.ndim >= 2 else []
    return value.squeeze(tuple(axes)) if axes else value


def shown(e: Expr) -> str:
    """The text of an expression, cut where it is long."""
    text = str(e)
    return text if len(text) <= 120 else text[:120] + "…"
