"""Whether a recorded expression has the values of the function that it was recorded from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.activations import Step
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.numeric.evaluate import evaluate
from matdiff.numeric.functions import instance, without_ones

Call = Callable[[Mapping[str, Any]], Any]
FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError, AssertionError)
TOLERANCE = {"numpy": 1e-7, "torch": 1e-7, "jax": 1e-3}  # JAX computes with single precision unless told otherwise


def require_same_values(
    expr: Expr, symbols: Sequence[Any], ones: Mapping[str, Sequence[bool]], call: Call, library: str = "numpy"
) -> None:
    """Raises UnsupportedError where the expression and the function differ on random values.

    A function that cannot be called on them, for sizes that it does not take, is not compared.
    """
    for drawn_for in ([], [expr]):  # any values, and values on which the expression is defined and well-conditioned
        try:
            values, sizes = instance(drawn_for, symbols)
            values = values if drawn_for else {s.name: of_both_signs(s, values[s.name]) for s in symbols}
            want = without_ones(np.asarray(evaluate(expr, {**sizes, **values})), expr)
        except MatdiffError:
            continue
        got = value_of(call, {n: in_library(shaped(v, ones[n]), library) for n, v in values.items()}, library)
        if got is None or not np.all(np.isfinite(got)):
            continue
        if not np.all(np.isfinite(want)):  # 0 times what is not defined where a mask is 0
            if any(isinstance(node, Step) for node in postorder(expr)):
                raise differing(expr, "is not defined where the function is")
            continue
        found = got.reshape([k for k in got.shape if k != 1])
        scale = max(float(np.max(np.abs(want), initial=0.0)), 1e-3)
        if found.shape != want.shape or not np.all(np.abs(found - want) <= TOLERANCE[library] * scale):
            raise differing(expr, "has not the values of the function")
        return


def of_both_signs(symbol: Any, value: Any) -> Any:
    """Entries that are positive and in turn between −0.9 and 0, where nothing is declared of them."""
    if symbol.properties or not np.ndim(value):
        return value
    is_odd = np.arange(np.size(value)).reshape(np.shape(value)) % 2
    return np.where(is_odd, -np.minimum(np.abs(value), 0.9), np.abs(value))


def value_of(call: Call, values: Mapping[str, Any], library: str) -> Any:
    """What the function gives; nothing where it does not take such numbers, or such sizes."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for run in dict.fromkeys((at_once(call, library), call)):
            try:
                return as_numbers(run(values))
            except FAILURES:
                continue
    return None


def differing(expr: Expr, what: str) -> UnsupportedError:
    """The error for an expression that has not the values of the function."""
    return UnsupportedError(
        f"the recorded expression {what}: something in it is not recorded right",
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
