"""Whether a recorded expression has the values of the function that it was recorded from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.numeric.evaluate import evaluate
from matdiff.numeric.functions import instance, without_ones

Call = Callable[[Mapping[str, Any]], Any]
TRIALS = 3
FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError, AssertionError)
TOLERANCE = {"numpy": 1e-7, "torch": 1e-7, "jax": 1e-3}  # JAX computes with single precision unless told otherwise


def require_same_values(
    expr: Expr, symbols: Sequence[Any], ones: Mapping[str, Sequence[bool]], call: Call, library: str = "numpy"
) -> None:
    """Raises UnsupportedError where the expression and the function differ on random values.

    A function that cannot be called on them, for sizes that it does not take, is not compared.
    """
    undefined = False
    for seed in range(TRIALS):
        try:
            values, sizes = instance([expr], symbols, seed)
        except MatdiffError:
            return
        given = {name: in_library(shaped(v, ones[name]), library) for name, v in values.items()}
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                got = as_numbers(at_once(call, library)(given))
            except FAILURES:
                return
        want = without_ones(np.asarray(evaluate(expr, {**sizes, **values})), expr)
        found = got.reshape([k for k in got.shape if k != 1])
        if not np.all(np.isfinite(found)) or not np.all(np.isfinite(want)):
            undefined = undefined or (bool(np.all(np.isfinite(found))))
            continue
        scale = max(float(np.max(np.abs(want), initial=0.0)), 1e-3)
        if found.shape != want.shape or not np.all(np.abs(found - want) <= TOLERANCE[library] * scale):
            raise differing(expr)
        return
    if undefined:
        raise differing(expr)


def differing(expr: Expr) -> UnsupportedError:
    """The error for an expression that has not the values of the function."""
    return UnsupportedError(
        "the recorded expression has not the values of the function: something in it is not recorded right",
        suggestion=f"the expression would be {expr}",
    )


def shaped(value: Any, ones: Sequence[bool]) -> Any:
    """A value with the axes of the array, those of length 1 too."""
    array = np.array(value, dtype=float)
    lengths = iter(array.shape)
    return array.reshape([1 if one else next(lengths) for one in ones]) if ones else value


def in_library(value: Any, library: str) -> Any:
    """An array of a library."""
    if library == "torch":
        torch = import_module("torch")
        return torch.tensor(value, dtype=torch.float64)
    if library == "jax":
        return import_module("jax.numpy").asarray(value)
    return value


def at_once(call: Call, library: str) -> Call:
    """The function compiled as a whole by JAX, which takes much longer to compile every operation by itself."""
    if library != "jax":
        return call
    compiled: Call = import_module("jax").jit(call)
    return compiled


def as_numbers(value: Any) -> Any:
    """What a function gives, as an array of numbers."""
    return np.asarray(value.detach() if hasattr(value, "detach") else value, dtype=float)
