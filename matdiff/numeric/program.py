"""Expressions in, NumPy arrays out: one pass over the distinct nodes of any number of expressions.

Every node has an array with the axes (batch, one axis for each index, rows, columns).  The batch axis
holds instances that are computed side by side; the axis of an index has length 1 where the node does
not depend on it, so that a sum over an index is a sum over its axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from matdiff.algebra.constants import Identity, Ones, Pi, Zeros
from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Index, Number, Symbol, postorder
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.open_functions import OpenDerivative, OpenFunction, OpenHessian
from matdiff.algebra.operators.paths import Path
from matdiff.algebra.operators.piecewise import Piecewise, holds, is_number
from matdiff.algebra.operators.products import Sum
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, open_states
from matdiff.algebra.operators.slices import Column, Row
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction, MatrixFunction
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, UnitVector
from matdiff.errors import ShapeError, UnknownNameError, UnsupportedError
from matdiff.numeric.careful import CAREFUL, filled
from matdiff.numeric.open_functions import matrix_function, open_function
from matdiff.numeric.recurrences import Steps, Values, chosen
from matdiff.numeric.stencil import central_difference
from matdiff.records import NamedTuple

if TYPE_CHECKING:  # numpy.typing takes a while to import
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = np.ndarray
NOTHING: Mapping[Any, Any] = {}


Excluded = list[tuple[frozenset[Index], Array]]  # sets of indices, and where a condition on them does not hold


class Environment(NamedTuple):
    """What the symbols stand for.

    sizes       size name → number
    arrays      symbol → array (batch, one axis for each range of a family, rows, columns)
    functions   name of an unspecified function, with its primes → function of an array; None: stand-ins
    directions  unknown → dX, in the axes of *arrays*, for the nodes d(A)
    step        h of the stencil
    scale       how large the values are that were drawn, 1 for nearly all instances
    moved       what becomes of every value, as rounding would move it
    """

    sizes: Mapping[str, int]
    arrays: Mapping[Symbol, Array]
    functions: Mapping[str, Callable[[Array], Any]] | None = None
    directions: Mapping[Symbol, Array] = NOTHING
    step: float = 0.0
    scale: float = 1.0
    moved: Callable[[Array], Array] | None = None


class Program:
    """The distinct nodes of some expressions, operands first, and the axis of each index."""

    __slots__ = ("axes", "closed", "excluding", "indices", "nodes", "place", "plan", "roots", "steps", "unit")

    def __init__(self, roots: Iterable[Expr], indices: Sequence[Index] = (), lenient: bool = False) -> None:
        """*indices* come first among the axes, so that programs can share a layout.

        A *lenient* program asks nothing of the terms that a condition on indices leaves out, as 1/‖xᵢ − xⱼ‖ at i = j
        of a sum over i ≠ j: what is not defined there is NaN, and does not matter.
        """
        self.roots = tuple(roots)
        self.nodes = distinct_nodes(self.roots)
        self.place = {node: k for k, node in enumerate(self.nodes)}
        self.indices = tuple(dict.fromkeys([*indices, *indices_of(self.nodes)]))
        self.axes = {index: 1 + k for k, index in enumerate(self.indices)}
        self.unit = (1,) * (1 + len(self.indices))
        self.plan = [
            (node, SPECIAL.get(type(node)), [self.place[o] for o in node.operands], node.data) for node in self.nodes
        ]
        self.excluding = [node for node in self.nodes if lenient and leaves_out(node)]
        self.steps: dict[int, Steps] = {}
        self.closed: Iterable[int] = range(len(self.nodes))
        recurrences = [node for node in self.nodes if isinstance(node, Recurrence)]
        if recurrences:
            self.closed = [k for k, node in enumerate(self.nodes) if not open_states(node)]
        own = {node: set(postorder(node.operands[1])) for node in recurrences}
        elsewhere = set(self.nodes).difference(*own.values())  # lines of a derivation about a step
        last = {node.state: node for node in recurrences}  # of those with one state and different steps
        for node in recurrences:
            places = range(len(self.nodes) if last[node.state] is node else self.place[node])
            mine = own[node] | elsewhere.intersection(self.nodes[k] for k in places)
            inner = [n for n in self.nodes if n in mine and node.state in open_states(n)]
            self.steps[self.place[node]] = Steps(node, inner, self.place, self.axes[node.index])

    def run(self, environment: Environment) -> list[Array]:
        """The array of every node, in the order of *nodes*.  What is undefined is NaN or infinite."""
        with np.errstate(all="ignore"):
            return self.computed(environment)

    def watched(self, environment: Environment) -> tuple[list[Array], bool]:
        """The array of every node, and whether a value underflowed."""
        seen: list[str] = []
        with np.errstate(all="ignore", under="call", call=lambda kind, flag: seen.append(kind)):
            return self.computed(environment), bool(seen)

    def computed(self, environment: Environment) -> list[Array]:
        """All nodes, one after the other."""
        values: list[Any] = [None] * len(self.nodes)
        self.execute(self.closed, values, environment)
        return values

    def execute(self, places: Iterable[int], values: Values | list[Any], environment: Environment) -> None:
        """Computes the nodes at some places from the values of their operands."""
        excluded = self.excluded(environment)
        for k in places:
            node, special, below, data = self.plan[k]
            operands = [values[p] for p in below]
            if excluded and isinstance(node, IndexedSum):
                operands = [that_matters(node.operands[0], operands[0], excluded)]
            if special is not None:
                values[k] = special(self, environment, node, *operands)
            elif k in self.steps:
                values[k] = self.states(self.steps[k], values, environment)
            else:
                values[k] = self.value(environment, node, operands, data)
            if environment.moved is not None:
                values[k] = environment.moved(values[k])
            for indices, outside in excluded:
                if indices <= node.free:
                    values[k] = np.where(outside & ~np.isfinite(values[k]), np.nan, values[k])

    def value(self, environment: Environment, node: Expr, operands: list[Array], data: tuple[Any, ...]) -> Array:
        """What the operator of a node makes of the values of its operands."""
        try:
            if sized(data):
                data = tuple(size_in(environment, d) for d in data)
            value: Array = node.numpy(CAREFUL, *operands, *data)  # type: ignore[attr-defined]
            return value if operands else value.reshape(*self.unit, *value.shape)
        except np.linalg.LinAlgError:
            return self.undefined(environment, node, operands)

    def excluded(self, environment: Environment) -> Excluded:
        """Sets of indices, and where a condition on them does not hold."""

        def count(e: Expr) -> Array:
            if isinstance(e, Member):
                family, *places = e.operands
                return member(self, environment, e, count(family), *map(count, places))
            terms = e.operands if isinstance(e, Sum) else (e,)
            return np.asarray(sum(SPECIAL[type(term)](self, environment, term) for term in terms))

        return [
            (left.free | right.free, np.logical_not(holds(node.data[0], count(left), count(right))))
            for node in self.excluding
            for left, right in [node.operands[:2]]
        ]

    def that_matter(self, values: list[Array], environment: Environment) -> list[Array]:
        """The values with 0 where a term that is left out is not defined."""
        excluded = self.excluded(environment)
        pairs = zip(self.nodes, values, strict=True)
        return [that_matters(node, value, excluded) for node, value in pairs] if excluded else values

    def states(self, steps: Steps, values: Values | list[Any], environment: Environment) -> Array:
        """All states of a recurrence."""
        count = size_in(environment, steps.recurrence.index.last)
        found: Array = steps.run(values, count, lambda places, local: self.execute(places, local, environment))
        return found

    def results(self, environment: Environment) -> list[Array]:
        """The arrays of the roots."""
        values = self.run(environment)
        return [values[self.place[root]] for root in self.roots]

    def undefined(self, environment: Environment, node: Expr, operands: list[Array]) -> Array:
        """NaN in the shape of a node, as the inverse of a singular matrix."""
        lead = np.broadcast_shapes(*[o.shape[:-2] for o in operands])
        return np.full((*lead, *shape_in(environment, node)), np.nan)

    def along(self, index: Index, row: Array) -> Array:
        """A one-dimensional array laid along the axis of an index."""
        shape = [*self.unit, 1, 1]
        shape[self.axes[index]] = len(row)
        return row.reshape(shape)


def run(roots: Iterable[Expr], environment: Environment) -> list[Array]:
    """The arrays of some expressions, computed in one pass."""
    return Program(roots).results(environment)


def distinct_nodes(roots: Iterable[Expr]) -> list[Expr]:
    """Every distinct node of the expressions once, operands before operations."""
    nodes: dict[Expr, None] = {}
    for root in roots:
        for node in postorder(root, nodes.__contains__):
            nodes.setdefault(node)
    return list(nodes)


def indices_of(nodes: Iterable[Expr]) -> list[Index]:
    """The indices that occur, free or bound."""
    found: dict[Index, None] = {}
    for node in nodes:
        if isinstance(node, Index):
            found[node] = None
        elif isinstance(node, (IndexedSum, Recurrence)):
            found[node.index] = None
    return list(found)


def leaves_out(node: Expr) -> bool:
    """Whether a node leaves out terms by a condition on indices."""
    return (
        isinstance(node, Piecewise) and bool(node.free) and all(is_number(a) or is_size(a) for a in node.operands[:2])
    )


def is_size(e: Expr) -> bool:
    """Whether an expression may be a size with a whole number more or less, T − 1."""
    return all(isinstance(term, (Symbol, Number)) for term in (e.operands if isinstance(e, Sum) else (e,)))


def that_matters(node: Expr, value: Array, excluded: Excluded) -> Array:
    """The value of a node with 0 where a term that is left out is not defined."""
    for indices, outside in excluded:
        if indices <= node.free:
            value = np.where(outside & np.isnan(value), 0.0, value)
    return value


def sized(data: tuple[Any, ...]) -> bool:
    """Whether the data of a node are sizes, as of unvec(c, m, n)."""
    return bool(data) and isinstance(data[0], Size)


def size_in(environment: Environment, size: Size) -> int:
    """The size as a number."""
    if size.number is not None:
        return size.number
    missing = sorted(size.names() - environment.sizes.keys())
    if missing:
        raise UnknownNameError(
            f"the size {missing[0]} is not determined by the given values", suggestion=f"give a value for {missing[0]}"
        )
    return size.value(environment.sizes)


def shape_in(environment: Environment, node: Expr) -> tuple[int, int]:
    """The shape as numbers."""
    return size_in(environment, node.rows), size_in(environment, node.cols)


# ---- the meaning of the nodes that need the environment -------------------------------------------


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
