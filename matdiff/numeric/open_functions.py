"""Open functions with scalar values: by the functions that are given for them, or by the stand-ins of a check.

A function that is given takes its arguments as ``evaluate`` takes values, a float, an array (n,) or (m, n), and
answers likewise; it is called once for every instance and every value of the free indices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from matdiff.algebra.dims import ONE, SCALAR, Shape
from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import ASCII, TEXT
from matdiff.algebra.operators.open_functions import OpenDerivative, OpenFunction, derivative_sign
from matdiff.algebra.operators.spectral_functions import value as value_of_matrix
from matdiff.errors import ShapeError, UnknownNameError

if TYPE_CHECKING:
    from matdiff.numeric.program import Array, Environment, Program


def open_function(program: Program, environment: Environment, node: Expr, *operands: Array) -> Array:
    """f(A), ∇f(A) or ∇²f(A)[E] by the given function, or by the stand-in of a check."""
    if environment.functions is None:
        stand_in: Array = node.numpy(np, *operands, *node.data)  # type: ignore[attr-defined]
        return stand_in
    names = names_of(node)
    given = next((environment.functions[name] for name in names if name in environment.functions), None)
    if given is None:
        raise UnknownNameError(f"no function is given for {names[0]}", suggestion=f'give one as values["{names[0]}"]')
    lead = np.broadcast_shapes(*[a.shape[:-2] for a in operands])
    rows = [np.broadcast_to(a, (*lead, *a.shape[-2:])).reshape(-1, *a.shape[-2:]) for a in operands]
    result = operands[node.data[2][0] - 1].shape[-2:] if isinstance(node, OpenDerivative) else (1, 1)
    shapes = [o.shape for o in node.operands]
    values = [value_of(given, names[0], shapes, arrays, result) for arrays in zip(*rows, strict=True)]
    return np.array(values).reshape(*lead, *result)


def matrix_function(program: Program, environment: Environment, node: Expr, *operands: Array) -> Array:
    """funm(f, S) and its derivatives in directions, where f may be a function that is given."""
    if environment.functions is None:
        stand_in: Array = value_of_matrix(np, node.data, operands)
        return stand_in
    given = environment.functions

    def call(np: Any, t: Array, name: str, order: int) -> Array:
        called = name + "'" * order
        if called not in given:
            raise UnknownNameError(f"no function is given for {called}", suggestion=f'give one as values["{called}"]')
        result = np.asarray(given[called](t), dtype=float)
        if result.shape != t.shape:
            raise ShapeError(f"the function {called} must map an array to an array of the same shape")
        found: Array = result
        return found

    value: Array = value_of_matrix(np, node.data, operands, call)
    return value


def names_of(node: Expr) -> tuple[str, ...]:
    """The names under which the function of a node may be given: ∇f, nabla_f."""
    if isinstance(node, OpenFunction):
        return (node.data[0],)
    name, count, places = node.data
    return derivative_sign(name, count, places, TEXT), derivative_sign(name, count, places, ASCII)


def value_of(
    given: Callable[..., Any], name: str, shapes: Sequence[Shape], arrays: Sequence[Array], result: tuple[int, ...]
) -> Array:
    """One value of a given function, as a matrix."""
    value = np.asarray(given(*[seen(a, shape) for a, shape in zip(arrays, shapes, strict=True)]), dtype=float)
    if value.shape not in (result, *([result[:1]] if result[1] == 1 else []), *([()] if result == (1, 1) else [])):
        wanted = "a number" if result == (1, 1) else f"an array of the shape {result[:1] if result[1] == 1 else result}"
        raise ShapeError(f"the function {name} must give {wanted}, not an array of the shape {value.shape}")
    matrix: Array = value.reshape(result)
    return matrix


def seen(a: Array, shape: Shape) -> float | Array:
    """A matrix as the user sees a value of this shape."""
    return float(a[0, 0]) if shape == SCALAR else a[:, 0] if shape[1] is ONE else a
