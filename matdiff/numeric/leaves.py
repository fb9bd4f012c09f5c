"""The values of the nodes that need to know what the symbols stand for: leaves, members, places, sums and d(A)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from matdiff.algebra.constants import Identity, Ones, Pi, Zeros
from matdiff.algebra.expr import Expr, Index, Number, Symbol
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.open_functions import OpenDerivative, OpenFunction, OpenHessian
from matdiff.algebra.operators.paths import Path
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.slices import Column, Row
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction, MatrixFunction
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, UnitVector
from matdiff.errors import ShapeError, UnknownNameError, UnsupportedError
from matdiff.numeric.careful import filled
from matdiff.numeric.environments import Array, Environment, shape_in, size_in
from matdiff.numeric.open_functions import matrix_function, open_function
from matdiff.numeric.recurrences import chosen
from matdiff.numeric.stencil import central_difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from matdiff.numeric.program import Program


def number(program: Program, environment: Environment, node: Number) -> Array:
    """A number."""
    made: Array = filled(node.value, len(program.unit) + 2)
    return made


def symbol(program: Program, environment: Environment, node: Symbol) -> Array:
    """The value of a symbol; a family keeps an axis for each of its ranges."""
    value = environment.arrays.get(node)
    if value is None:
        raise UnknownNameError(f"no value is given for {node.name}")
    if node.ranges or value.ndim == len(program.unit) + 2:
        return value
    return value.reshape(value.shape[0], *program.unit[1:], *value.shape[-2:])


def index(program: Program, environment: Environment, node: Index) -> Array:
    """1, …, N along the axis of the index."""
    return program.along(node, np.arange(1.0, 1.0 + size_in(environment, node.last)))


def ones(program: Program, environment: Environment, node: Ones) -> Array:
    """A matrix of ones."""
    return np.ones((*program.unit, *shape_in(environment, node)))


def zeros(program: Program, environment: Environment, node: Zeros) -> Array:
    """A matrix of zeros."""
    return np.zeros((*program.unit, *shape_in(environment, node)))


def pi(program: Program, environment: Environment, node: Pi) -> Array:
    """The number π, unless a value is given for that name."""
    given = environment.arrays.get(Symbol("pi"))
    return np.full((*program.unit, 1, 1), np.pi if given is None else given.item())


def identity(program: Program, environment: Environment, node: Identity) -> Array:
    """The identity matrix."""
    return np.eye(size_in(environment, node.rows)).reshape(*program.unit, *shape_in(environment, node))


def unspecified(program: Program, environment: Environment, node: Unspecified, a: Array) -> Array:
    """g(A) by the given function, or by the stand-in of a check."""
    name, order = node.data
    if environment.functions is None:
        stand_in: Array = Unspecified.numpy(np, a, name, order)
        return stand_in
    called = name + "'" * order
    given = environment.functions.get(called)
    if given is None:
        raise UnknownNameError(f"no function is given for {called}", suggestion=f'give one as values["{called}"]')
    value = np.asarray(given(a), dtype=float)
    if value.shape != a.shape:
        raise ShapeError(f"the function {called} must map an array to an array of the same shape")
    return value


def path(program: Program, environment: Environment, node: Path, a: Array, t: Array) -> Array:
    """A(t) by the stand-in of a check; for values the text has to give the function."""
    if environment.functions is not None:
        shown = str(node)
        raise UnsupportedError(f"{shown} is a function that is not given", suggestion=f"define it, as in {shown} = …")
    stand_in: Array = node.numpy(np, a, t, *node.data)
    return stand_in


def member(program: Program, environment: Environment, node: Member, family: Array, *places: Array) -> Array:
    """xᵢ: the axes of the family become the axes of its indices."""
    indices = [i for i in node.operands[1:] if isinstance(i, Index)]
    if len(indices) < len(places) or len(set(indices)) < len(indices):
        return gathered(program, node, family, places)
    for k, i in enumerate(indices):
        last = size_in(environment, i.last)
        if last > family.shape[1 + k]:
            raise ShapeError(f"the index {i.name} runs to {last}, but there are {family.shape[1 + k]} members")
        if last < family.shape[1 + k]:
            family = np.take(family, range(last), axis=1 + k)
    order = sorted(range(len(indices)), key=lambda k: program.axes[indices[k]])
    lead = list(program.unit)
    lead[0] = family.shape[0]
    for k, i in enumerate(indices):
        lead[program.axes[i]] = family.shape[1 + k]
    moved = family.transpose(0, *(1 + k for k in order), -2, -1)
    return moved.reshape(*lead, *family.shape[-2:])


def gathered(program: Program, node: Member, family: Array, places: Sequence[Array]) -> Array:
    """A member whose indices are numbers, have a number more, or repeat each other.

    Where a condition leaves out the members that there are not, x[t − 1] at t = 1, they are NaN.
    """
    if program.excluding:
        ends = family.shape[1 : 1 + len(places)]
        family = np.pad(family, [(0, 0), *((0, 1) for _ in places), (0, 0), (0, 0)], constant_values=np.nan)
        places = [np.where((p < 0.5) | (p > n + 0.5), n + 1, p) for p, n in zip(places, ends, strict=True)]
    chosen = [positions(node, place, family.shape[1 + k])[..., 0, 0] for k, place in enumerate(places)]
    batch = np.arange(family.shape[0]).reshape(-1, *(1,) * (chosen[0].ndim - 1))
    value: Array = family[(batch, *chosen)]
    return value


def positions(node: Expr, place: Array, length: int) -> NDArray[np.intp]:
    """Indices, counted from 1, as positions, counted from 0."""
    at = np.rint(place).astype(np.intp) - 1
    if at.size and (at.min() < 0 or at.max() >= length):
        outside = int(at.max() + 1 if at.max() >= length else at.min() + 1)
        what = getattr(node.operands[0], "name", "the matrix")
        raise ShapeError(f"the index {outside} of {what} is not between 1 and {length}")
    return at


def entry(program: Program, environment: Environment, node: Entry, a: Array, *places: Array) -> Array:
    """aᵢⱼ, where the matrix itself may depend on the indices."""
    value: Array = np.take_along_axis(a, positions(node, places[0], a.shape[-2]), -2)
    if len(places) > 1:
        value = np.take_along_axis(value, positions(node, places[1], a.shape[-1]), -1)
    return value


def row(program: Program, environment: Environment, node: Row, a: Array, place: Array) -> Array:
    """A[i, :]"""
    return np.take_along_axis(a, positions(node, place, a.shape[-2]), -2)


def column(program: Program, environment: Environment, node: Column, a: Array, place: Array) -> Array:
    """A[:, j]"""
    return np.take_along_axis(a, positions(node, place, a.shape[-1]), -1)


def unit_vector(program: Program, environment: Environment, node: UnitVector, place: Array) -> Array:
    """eᵢ"""
    rows = np.arange(size_in(environment, node.rows)).reshape(-1, 1)
    return np.where(positions(node, place, len(rows)) == rows, 1.0, 0.0)


def indexed_sum(program: Program, environment: Environment, node: IndexedSum, body: Array) -> Array:
    """Σᵢ as a sum along the axis of i; N times the body where that does not depend on i."""
    axis = program.axes[node.index]
    last = size_in(environment, node.index.last)
    if body.shape[axis] == 1:
        return body * last
    total: Array = np.sum(body, axis=axis, keepdims=True)
    return total


def iterate(program: Program, environment: Environment, node: Iterate, states: Array, number: Array) -> Array:
    """z[j], a state of a recurrence."""
    value: Array = chosen(node, states, number)
    return value


def differential(program: Program, environment: Environment, node: Differential, a: Array) -> Array:
    """d(A) from the values of A beside X, by no law: an independent check of the laws."""
    operand = node.operands[0]
    if isinstance(operand, Symbol) and operand in environment.directions:
        return symbol(program, environment._replace(arrays=environment.directions), operand)
    if a.shape[0] == 1:
        return np.zeros_like(a)
    return central_difference(a, environment.step)


SPECIAL: dict[type[Expr], Callable[..., Array]] = {
    Number: number,
    Symbol: symbol,
    Index: index,
    Ones: ones,
    Zeros: zeros,
    Identity: identity,
    Pi: pi,
    Unspecified: unspecified,
    OpenFunction: open_function,
    OpenDerivative: open_function,
    OpenHessian: open_function,
    MatrixFunction: matrix_function,
    FrechetOfFunction: matrix_function,
    Member: member,
    Path: path,
    Entry: entry,
    Row: row,
    Column: column,
    UnitVector: unit_vector,
    IndexedSum: indexed_sum,
    Iterate: iterate,
    Differential: differential,
}
