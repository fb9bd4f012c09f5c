"""An expression and the values of its symbols in, its value out: a float, a vector (n,), a matrix (m, n).

Values are what NumPy makes arrays of.  A family has the axes of its indices first.  The sizes that the
expression mentions are read off the arrays; a scalar that has the name of a size is that size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from math import isqrt
from typing import Any

import numpy as np

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import SCALAR, Shape, Size, size
from matdiff.algebra.expr import Expr, Index, Symbol
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.sums import IndexedSum, free_indices
from matdiff.algebra.operators.symbolic_powers import SymbolicPower, counted
from matdiff.errors import ShapeError, UnknownNameError, UnsupportedError
from matdiff.language.names import canonical
from matdiff.language.spelling import plain
from matdiff.numeric.environments import NOTHING, Array, Environment, size_in
from matdiff.numeric.program import Program, run

KEPT = 64  # expressions whose programs are kept for the next values, and names

__all__ = ["Environment", "Program", "evaluate", "free_indices", "run"]


def evaluate(expr: Expr, values: Mapping[str, Any]) -> float | Array:
    """The value of an expression; free indices without a value of their own become the leading axes of the result.

    >>> from matdiff.algebra.dims import size
    >>> x = Symbol("x", (size("n"), size(1)))
    >>> evaluate(x.T * x, {"x": [3, 4]})
    25.0
    """
    question = asked(expr)
    return question.value(question.bound(values), values)


class Question:
    """An expression whose value is asked for: its program, and what has to be known of the values.

    symbols  what needs a value
    lengths  the names of sizes that the nodes depend on by themselves
    order    the free indices, in the order of the axes of the answer
    sizes    what is known of arrays of some shapes, where nothing else is given
    """

    def __init__(self, expr: Expr) -> None:
        self.expr = expr
        self.program = Program([expr], lenient=True)
        if any(isinstance(node, Differential) for node in self.program.nodes):
            raise UnsupportedError("a differential has no value without a direction")
        self.symbols = [node for node in self.program.nodes if isinstance(node, Symbol)]
        self.lengths = sorted({n for node in self.program.nodes for extent in sizes_of(node) for n in extent.names()})
        self.order = free_indices(expr)
        self.names = {s.name for s in self.symbols}
        self.sizes: dict[tuple[tuple[int, ...], ...], Mapping[str, int]] = {}

    def bound(self, values: Mapping[str, Any]) -> Environment:
        """The environment in which the symbols have the given values; the same shapes have the same sizes."""
        if values.keys() != self.names:
            return bind(self.symbols, self.lengths, values, self.context)
        arrays = {s: as_array(s, values[s.name]) for s in self.symbols}
        shapes = tuple([a.shape for a in arrays.values()])
        sizes = self.sizes.get(shapes)
        if sizes is None:
            found = bind(self.symbols, self.lengths, values, self.context)
            if len(self.sizes) < KEPT and self.names.isdisjoint(found.sizes):
                self.sizes[shapes] = found.sizes
            return found
        return Environment(sizes, arrays, NOTHING)

    @property
    def context(self) -> Sequence[Symbol]:
        """The symbols of the function that the expression was derived from, if it was."""
        return self.expr.facts.get("context", ())  # type: ignore[no-any-return]

    def value(self, environment: Environment, values: Mapping[str, Any]) -> float | Array:
        """The value in an environment; a free index may have a place among the *values*."""
        return self.shaped(self.program.results(environment)[0][0], environment, values)

    def shaped(self, value: Array, environment: Environment, values: Mapping[str, Any]) -> float | Array:
        """The array of the expression as an answer."""
        program, order = self.program, self.order
        rows, cols = value.shape[-2:]
        if program.indices:
            lengths = [size_in(environment, i.last) if i in self.expr.free else 1 for i in program.indices]
            value = np.broadcast_to(value, (*lengths, rows, cols))
            value = value.transpose(*(program.axes[i] - 1 for i in order), *rest(program, order), -2, -1)
        fixed = {i for i in order if isinstance(values.get(i.name), (int, np.integer))}
        for axis, i in reversed([*enumerate(order)]):
            if i in fixed:
                value = np.take(value, at_place(i, int(values[i.name]), value.shape[axis]), axis)
        shape = tuple([size_in(environment, i.last) for i in order if i not in fixed])
        if self.expr.shape == SCALAR:
            return np.array(value.reshape(shape)) if shape else float(value.reshape(()))
        return np.array(value.reshape(*shape, *((rows,) if is_vector(self.expr.shape) else (rows, cols))))


@lru_cache(maxsize=KEPT)
def asked(expr: Expr) -> Question:
    """The question for the value of an expression, which is put again for other values."""
    return Question(expr)


def at_place(index: Index, number: int, count: int) -> int:
    """The place of a free index that has a value, which is counted from 1."""
    if not 1 <= number <= count:
        raise ShapeError(f"the index {index.name} is between 1 and {count}, not {number}")
    return number - 1


def rest(program: Program, order: list[Index]) -> list[int]:
    """The axes of the indices that are not free; they have length 1."""
    return [axis - 1 for index, axis in program.axes.items() if index not in order]


def axes_of(e: Expr) -> int:
    """How many axes a value has, for fixed indices."""
    return 0 if e.shape == SCALAR else 1 if is_vector(e.shape) else 2


def is_vector(shape: Shape) -> bool:
    """Whether a value of this shape has one axis."""
    return shape[1] is SCALAR[1] and shape != SCALAR


# ---- names and sizes ------------------------------------------------------------------------------


def bind(
    wanted: Sequence[Symbol], needed: Sequence[str], values: Mapping[str, Any], context: Sequence[Symbol] = ()
) -> Environment:
    """The environment in which the wanted symbols have the given values; the needed sizes follow from these."""
    given = {known_as(name): value for name, value in values.items()} | dict(values)
    functions = {name: value for name, value in given.items() if callable(value)}
    named = wanted if any(s.name == "pi" for s in wanted) else [*wanted, Symbol("pi")]  # π may be given another value
    arrays = {s: as_array(s, given[s.name]) for s in named if s.name in given}
    sizes = Sizes(frozenset([s.name for s in wanted]), context)
    for s, array in arrays.items():
        sizes.read(s, array.shape[1:])
    sizes.solve()
    for name in needed:
        sizes.add(name, given)
    for s in wanted:  # N in N S⁻¹, which was the range of a sum
        if context and s not in arrays and s.shape == SCALAR and not s.ranges and s.name not in sizes.known:
            with suppress(UnknownNameError):
                sizes.seek(s.name, given)
    for s in wanted:
        if s not in arrays and s.name in sizes.known and s.shape == SCALAR and not s.ranges:
            arrays[s] = np.full((1, 1, 1), float(sizes.known[s.name]))
        elif s not in arrays:
            raise UnknownNameError(f"no value is given for {s.name}", suggestion=given_names(given))
        elif s.name in sizes.known and s.shape == SCALAR and not s.ranges:
            sizes.agree(s, float(arrays[s].item()))
    return Environment(sizes.known, arrays, functions)


@lru_cache(maxsize=KEPT)
def known_as(name: str) -> str:
    """The name of a symbol as the language has it, for one that somebody gives."""
    return canonical(plain(name.replace("′", "'")))


def given_names(given: Mapping[str, Any]) -> str:
    """What was given, for an error message."""
    return f"given: {', '.join(given)}" if given else "no values are given at all"


def as_array(s: Symbol, value: Any) -> Array:
    """The value of a symbol with the axes (1, ranges, rows, columns)."""
    inner = axes_of(s)
    if type(value) is np.ndarray and value.dtype == float and value.ndim == inner + len(s.ranges) and inner:
        return value[None, ..., None] if inner == 1 else value[None]
    try:
        array = np.asarray(value)
        if array.dtype.kind == "c" or value is None:
            raise TypeError("no real numbers")
        array = array.astype(float, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise ShapeError(f"the value of {s.name} is not an array of real numbers") from None
    if INDEX in s.properties and not np.all(array == np.rint(array)):
        raise ShapeError(f"{s.name} is an index: its value is a whole number, counted from 1")
    spare = array.ndim - len(s.ranges) - inner
    if inner < 2 and 0 <= spare <= 2 - inner and array.shape[array.ndim - spare :] == (1,) * spare:
        return array.reshape(1, *array.shape[: array.ndim - spare], *(1,) * (2 - inner))
    if spare == 0:
        return array[None]
    if spare == -1 and inner == 2 and s.rows is SCALAR[0]:  # a row given as a list of numbers
        return array[None, ..., None, :]
    raise ShapeError(f"the value of {s.name} has {array.ndim} axes where {len(s.ranges) + inner} are expected")


def sizes_of(node: Expr) -> tuple[Size, ...]:
    """The sizes that the value of a node depends on by itself."""
    if isinstance(node, (Ones, Zeros, Identity)):
        return node.shape
    if isinstance(node, Index):
        return (node.last,)
    if isinstance(node, (IndexedSum, Recurrence)):
        return (node.index.last,)
    if isinstance(node, SymbolicPower):  # the exponent is a whole number, as a size is
        return tuple([size(s.name) for s in counted(node.operands[1]) if isinstance(s, Symbol)])
    return tuple([d for d in node.data if isinstance(d, Size)])


class Sizes:
    """Size names and what the arrays say about them."""

    __slots__ = ("context", "known", "open", "origin", "own")

    def __init__(self, own: frozenset[str] = frozenset(), context: Sequence[Symbol] = ()) -> None:
        self.own = own  # the names of the symbols of the expression itself, whose shapes are read first
        self.context = context  # the symbols of the function that it was derived from
        self.known: dict[str, int] = {}
        self.origin: dict[str, str] = {}  # the array that a size was read from
        self.open: list[tuple[Size, int, str]] = []

    def read(self, s: Symbol, lengths: tuple[int, ...]) -> None:
        """Notes what an array says; plain names are bound at once."""
        for extent, length in zip((*s.ranges, *s.shape), lengths, strict=True):
            if extent.name is not None and extent.name not in self.known:
                self.known[extent.name] = length
                self.origin[extent.name] = s.name
            else:
                self.open.append((extent, length, s.name))

    def solve(self) -> None:
        """Compares what is known and finds a name that alone is unknown in a linear size, until nothing changes."""
        changed = True
        while changed and self.open:
            changed, waiting = False, self.open
            self.open = []
            for extent, length, origin in waiting:
                unknown = extent.names() - self.known.keys()
                if not unknown:
                    self.compare(extent, length, origin)
                elif len(unknown) == 1 and self.solved(extent, length, origin, unknown.pop()):
                    changed = True
                else:
                    self.open.append((extent, length, origin))

    def compare(self, extent: Size, length: int, origin: str) -> None:
        """A contradiction names the arrays."""
        if extent.value(self.known) != length:
            others = sorted({self.origin.get(n, "") for n in extent.names()} - {""})
            where = f" from {', '.join(others)}" if others else ""
            raise ShapeError(f"{origin} has a length of {length} where {extent} = {extent.value(self.known)}{where}")

    def solved(self, extent: Size, length: int, origin: str, name: str) -> bool:
        """Whether the size tells the name, which is then known: it is linear in it, or grows with it."""
        terms = [(monomial.count(name), c) for monomial, c in extent.terms if name in monomial]
        if any(degree > 1 for degree, _ in terms):
            places = range(1, 2 * isqrt(length) + 2)  # n(n + 1)/2 is more beyond
            value = next((k for k in places if extent.value(self.known | {name: k}) == length), None)
            return value is not None and all(c > 0 for _, c in terms) and self.found(name, value, origin)
        at_0, at_1 = (extent.value(self.known | {name: k}) for k in (0, 1))
        value, remainder = divmod(length - at_0, at_1 - at_0) if at_1 != at_0 else (0, 1)
        if remainder or value < 0:
            raise ShapeError(f"{origin} has a length of {length}, which is not {extent} for a whole number {name}")
        return self.found(name, value, origin)

    def found(self, name: str, value: int, origin: str) -> bool:
        """Writes a size down."""
        self.known[name] = value
        self.origin[name] = origin
        return True

    def add(self, name: str, given: Mapping[str, Any]) -> None:
        """A size that no array shows, as in the gradient 1 of sum(x), is given itself or sought elsewhere."""
        if name in self.known:
            return
        if name in given:
            self.known[name] = whole_number(name, given[name])
        else:
            self.seek(name, given)

    def seek(self, name: str, given: Mapping[str, Any]) -> None:
        """Finds a size by the symbols of the function that the expression was derived from, as n in ∇ sum(x) = 1."""
        for s in self.context:
            if s.name in given and s.name not in self.own:
                with suppress(ShapeError):  # what is given for a symbol that does not occur need not fit
                    self.read(s, as_array(s, given[s.name]).shape[1:])
        self.solve()
        if name not in self.known:
            raise UnknownNameError(
                f"the size {name} is not determined by the given values", suggestion=f"give a value for {name}"
            )

    def agree(self, s: Symbol, value: float) -> None:
        """A scalar that has the name of a size must be that size."""
        if value != self.known[s.name]:
            origin = self.origin.get(s.name)
            seen = f" in {origin}" if origin else ""
            raise ShapeError(f"{s.name} is given as {value:g}, but as a size it is {self.known[s.name]}{seen}")


def whole_number(name: str, value: Any) -> int:
    """A size that is given as a number."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if number < 0 or not number.is_integer():
        raise ShapeError(f"the size {name} must be a whole number")
    return int(number)
