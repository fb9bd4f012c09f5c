"""Whether a recorded expression has the values of the function that it was recorded from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.activations import Step
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.numeric.evaluate import evaluate
from matdiff.numeric.functions import instance, without_ones
from matdiff.numeric.functions_of_jax import IN_NUMPY

Call = Callable[[Mapping[str, Any]], Any]
FAILURES = (
    *(TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError, AssertionError),
    MatdiffError,  # it was no number
)
TOLERANCE = {"numpy": 1e-7, "torch": 1e-7, "jax": 1e-3}  # JAX computes with single precision unless told otherwise


def require_same_values(
    expr: Expr,
    symbols: Sequence[Any],
    ones: Mapping[str, Sequence[bool]],
    call: Call,
    library: str = "numpy",
    by_numpy: Callable[[Mapping[str, Any], Mapping[str, Any]], Any] | None = None,
) -> None:
    """Raises UnsupportedError where the expression and the function differ on random values.

    What runs in steps is compared for several sizes.  A function that cannot be called on them, for sizes that it does
    not take, is not compared.  *by_numpy* is the function with NumPy's functions for those of its library, where there
    are such: it needs no compilation.
    """
    in_steps = any(isinstance(node, Recurrence) for node in postorder(expr))
    for seed in range(3 if in_steps else 1):
        require_same_values_once(expr, symbols, ones, call, library, by_numpy, seed)


def require_same_values_once(
    expr: Expr,
    symbols: Sequence[Any],
    ones: Mapping[str, Sequence[bool]],
    call: Call,
    library: str,
    by_numpy: Any,
    seed: int,
) -> None:
    """Compares the expression and the function on values of one seed."""
    for drawn_for in ([], [expr]):  # any values, and values on which the expression is defined and well-conditioned
        try:
            values, sizes = instance(drawn_for, symbols, seed)
            values = values if drawn_for else {s.name: of_both_signs(s, values[s.name]) for s in symbols}
            want = without_ones(np.asarray(evaluate(expr, {**sizes, **values})), expr)
        except MatdiffError:
            continue
        given = {n: shaped(v, ones[n]) for n, v in values.items()}
        if (
            by_numpy is not None
            and library == "jax"
            and agrees(value_of([partial(by_numpy, IN_NUMPY)], given), want, library)
        ):
            return
        got = value_of(ways(call, library), given)
        if got is None or not np.all(np.isfinite(got)):
            continue
        if not np.all(np.isfinite(want)):  # 0 times what is not defined where a mask is 0
            if any(isinstance(node, Step) for node in postorder(expr)):
                raise differing(expr, "is not defined where the function is")
            continue
        if not agrees(got, want, library):
            raise differing(expr, "has not the values of the function")
        return


def of_both_signs(symbol: Any, value: Any) -> Any:
    """Entries that are positive and in turn between −0.9 and 0, where nothing is declared of them."""
    if symbol.properties or not np.ndim(value):
        return value
    is_odd = np.arange(np.size(value)).reshape(np.shape(value)) % 2
    return np.where(is_odd, -np.minimum(np.abs(value), 0.9), np.abs(value))


def agrees(got: Any, want: Any, library: str) -> bool:
    """Whether the function has given, but for rounding, the value that the expression has."""
    if got is None:
        return False
    found = got.reshape([k for k in got.shape if k != 1])
    scale = max(float(np.max(np.abs(want), initial=0.0)), 1e-3)
    return found.shape == want.shape and bool(np.all(np.abs(found - want) <= TOLERANCE[library] * scale))


def value_of(runs: Iterable[Call], values: Mapping[str, Any]) -> Any:
    """What the function gives; nothing where it does not take such numbers, or such sizes."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for run in runs:
            try:
                return as_numbers(run(values))
            except FAILURES:
                continue
    return None


def ways(call: Call, library: str) -> Iterator[Call]:
    """The ways in which the function can be called on arrays of NumPy, the fastest first."""
    for run in dict.fromkeys((at_once(call, library), call)):
        yield partial(in_its_library, run, library)


def in_its_library(call: Call, library: str, values: Mapping[str, Any]) -> Any:
    """The function of arrays of its library."""
    return call({n: in_library(v, library) for n, v in values.items()})


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
