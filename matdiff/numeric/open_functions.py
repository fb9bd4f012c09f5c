"""Open functions with scalar values: by the functions that are given for them, or by the stand-ins of a check.

A function that is given takes its arguments as ``evaluate`` takes values, a float, an array (n,) or (m, n), and
answers likewise; it is called once for every instance and every value of the free indices.  ∇²f may be a function of A
and E, or one of A alone that gives the matrix: what the other form needs follows from the one that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from matdiff.algebra.dims import ONE, SCALAR, Shape
from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import ASCII, TEXT
from matdiff.algebra.operators.kronecker import Unvec, Vec
from matdiff.algebra.operators.open_functions import (
    OpenDerivative,
    OpenFunction,
    OpenHessian,
    derivative_sign,
    unit_directions,
)
from matdiff.algebra.operators.spectral_functions import value as value_of_matrix
from matdiff.errors import ShapeError, UnknownNameError
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.numeric.environments import Array, Environment
    from matdiff.numeric.program import Program


def open_function(program: Program, environment: Environment, node: Expr, *operands: Array) -> Array:
    """f(A), ∇f(A), ∇²f(A) or ∇²f(A)[E] by the given function, or by the stand-in of a check."""
    if environment.functions is None:
        stand_in: Array = node.numpy(np, *operands, *node.data)  # type: ignore[attr-defined]
        return stand_in
    names = names_of(node)
    given = next((environment.functions[name] for name in names if name in environment.functions), None)
    if given is None:
        raise UnknownNameError(f"no function is given for {names[0]}", suggestion=f'give one as values["{names[0]}"]')
    lead = np.broadcast_shapes(*[a.shape[:-2] for a in operands])
    rows = [np.broadcast_to(a, (*lead, *a.shape[-2:])).reshape(-1, *a.shape[-2:]) for a in operands]
    function = Given(given, names[0])
    call = form_of(function, node)
    values = [call(function, node, arrays) for arrays in zip(*rows, strict=True)]
    return np.array(values).reshape(*lead, *values[0].shape)


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


# ---- a derivative of second or higher order is given with all its directions, or as a matrix ----------


class Given(NamedTuple):
    """A function that is given, and its name."""

    function: Callable[..., Any]
    name: str

    def value(self, shapes: Sequence[Shape], arrays: Sequence[Array], result: tuple[int, ...]) -> Array:
        """One value, as a matrix."""
        arguments = [seen(a, shape) for a, shape in zip(arrays, shapes, strict=True)]
        value = np.asarray(self.function(*arguments), dtype=float)
        if value.shape not in (result, *([result[:1]] if result[1] == 1 else []), *([()] if result == (1, 1) else [])):
            shown = f"an array of the shape {result[:1] if result[1] == 1 else result}"
            wanted = "a number" if result == (1, 1) else shown
            raise ShapeError(f"the function {self.name} must give {wanted}, not an array of the shape {value.shape}")
        matrix: Array = value.reshape(result)
        return matrix


Form = Callable[["Given", Expr, Sequence["Array"]], "Array"]


def form_of(given: Given, node: Expr) -> Form:
    """How the value of a node is had: ∇²f(A) by itself, or from ∇²f(A)[E], and the other way round."""
    count = len(node.operands)
    if takes(given.function, count):
        return directly
    if isinstance(node, OpenHessian) and takes(given.function, count + 1):
        return by_columns
    if isinstance(node, OpenDerivative) and len(node.data[2]) > 1 and takes(given.function, count - 1):
        return by_matrix
    raise ShapeError(f"the function {given.name} must take {count} argument{'s' * (count > 1)}")


def takes(given: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with so many arguments, as far as Python can tell."""
    from inspect import signature

    try:
        parameters = signature(given)
    except (TypeError, ValueError):  # nothing is known of some functions that are not written in Python
        return True
    try:
        parameters.bind(*[None] * count)
    except TypeError:
        return False
    return True


def directly(given: Given, node: Expr, arrays: Sequence[Array]) -> Array:
    """f(A), ∇f(A), ∇²f(A), or ∇²f(A)[E], as the node is written."""
    shapes = [o.shape for o in node.operands]
    if not isinstance(node, OpenDerivative):
        return given.value(shapes, arrays, (1, 1))
    first, last = (arrays[node.data[2][end] - 1] for end in (0, -1))
    return given.value(shapes, arrays, (first.size, last.size) if isinstance(node, OpenHessian) else first.shape)


def by_columns(given: Given, node: Expr, arrays: Sequence[Array]) -> Array:
    """∇²f(A), whose columns are the vec(∇²f(A)[E]) of the matrices E with one entry 1 and else 0."""
    first, last = (node.data[2][end] - 1 for end in (0, -1))
    shapes = [*(o.shape for o in node.operands), node.operands[last].shape]
    units = unit_directions(np, arrays[last].shape)
    values = [given.value(shapes, [*arrays, e], arrays[first].shape) for e in units]
    return np.concatenate([Vec.numpy(np, value) for value in values], axis=-1)


def by_matrix(given: Given, node: Expr, arrays: Sequence[Array]) -> Array:
    """∇²f(A)[E], of which vec is ∇²f(A)vec(E)."""
    *others, direction = arrays
    first = arrays[node.data[2][0] - 1]
    shapes = [o.shape for o in node.operands[:-1]]
    matrix = given.value(shapes, others, (first.size, direction.size))
    value: Array = Unvec.numpy(np, matrix @ Vec.numpy(np, direction), *first.shape)
    return value


def seen(a: Array, shape: Shape) -> float | Array:
    """A matrix as the user sees a value of this shape."""
    return float(a[0, 0]) if shape == SCALAR else a[:, 0] if shape[1] is ONE else a
