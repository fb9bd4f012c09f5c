"""A value for somebody who asks: the names are known, values are what was declared, and the answer is a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np
from numpy import ndarray

from matdiff.algebra.assumptions import close, implied, least, records
from matdiff.algebra.constants import PI
from matdiff.algebra.expr import Expr, Index, Symbol
from matdiff.errors import MatdiffError, UnknownNameError
from matdiff.numeric.careful import is_finite, quietly
from matdiff.numeric.drawn import project
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.evaluate import KEPT, Question, Sizes, as_array, asked, axes_of, known_as
from matdiff.records import NamedTuple

FLOAT = np.dtype(float)
NUMBERS = (float, int, np.float64)


def answer(expr: Expr, values: Mapping[str, Any], named: Mapping[str, Any], allow_nan: bool = False) -> float | Array:
    """The value where the symbols have the *values*, and those that are *named* one by one, which must be known.

    The type of numbers is that of the arrays, where all of them have 32 bits.
    """
    question = asked(expr)
    for name in named:
        require_known(name, named[name], question)
    given = {**values, **named}
    environment = question.bound(given)
    for s in question.symbols:
        if s.properties:
            require_declared(s, environment.arrays[s], environment.sizes)
    arrays = question.program.run(environment)
    value = arrays[question.program.place[expr]][0]
    if not (allow_nan or is_finite(value)) and np.isnan(value).any():
        raise undefined(question, environment, arrays)
    found = question.shaped(value, environment, given)
    return found if isinstance(found, float) else found.astype(kind(given), copy=False)


class Usual:
    """A function of an expression that always has a value, for values as they mostly are: arrays and floats, 64 bits.

    function  what gives the value, in a tuple
    inputs    the names of its arguments, each with the number of its axes
    declared  the symbols that have properties, which the values are held against
    axes      those of the value
    """

    __slots__ = ("axes", "declared", "function", "inputs")

    def __init__(self, function: Callable[..., Any], inputs: Sequence[Symbol], expr: Expr) -> None:
        self.function, self.axes = function, axes_of(expr)
        self.inputs = {s.name: axes_of(s) + len(s.ranges) for s in inputs}
        self.declared = [s for s in inputs if s.properties]

    def value(self, given: Mapping[str, Any]) -> float | Array | None:
        """The value; None where there is none, or anything is not as usual, which ``answer`` has words for."""
        if len(given) != len(self.inputs):
            return None
        arguments = []
        for name, axes in self.inputs.items():
            argument = given.get(name)
            arguments.append(argument)
            if type(argument) is not ndarray:
                if axes or type(argument) not in NUMBERS:
                    return None
            elif argument.dtype is not FLOAT or argument.ndim != axes or not axes:
                return None
        for s in self.declared:
            array = as_array(s, given[s.name])
            require_declared(s, array, sizes_in(s, array))
        try:
            (found,) = quietly(self.function, arguments)
        except (ValueError, ArithmeticError):
            return None
        if self.axes == 0:
            return float(found) if isfinite(found) else None
        entries = found if self.axes == 1 else found.ravel()
        return np.array(found) if found.ndim == self.axes and isfinite(entries.dot(entries)) else None


def kind(given: Mapping[str, Any]) -> Any:
    """The type of numbers of what is given: of lists and numbers it is that of Python's."""
    kinds = [value.dtype for value in given.values() if getattr(value, "ndim", 0) and hasattr(value, "dtype")]
    found = np.result_type(*kinds) if kinds else np.dtype(float)
    return found if found.kind == "f" and found.itemsize < np.dtype(float).itemsize else np.dtype(float)


# ---- names ----------------------------------------------------------------------------------------------


def require_known(name: str, value: Any, question: Question) -> None:
    """Refuses a name that the expression, and the function that it was derived from, does not have."""
    if callable(value):
        return  # a function that the text leaves open
    known = dict.fromkeys(names(question))
    if known_as(name) not in known and name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(known)}." if known else ""
        raise UnknownNameError(f"there is no {name} in {question.expr}", suggestion=hint)


def names(question: Question) -> Iterator[str]:
    """What values can be given for: symbols, sizes and indices."""
    symbols = [*question.symbols, *question.context]
    yield from (s.name for s in symbols)
    yield from (name for s in symbols for extent in (*s.ranges, *s.shape) for name in sorted(extent.names()))
    yield from question.lengths
    if PI in question.program.place:
        yield PI.data[0]
    yield from (node.name for node in question.program.nodes if isinstance(node, Index))


# ---- declared properties --------------------------------------------------------------------------------


def require_declared(s: Symbol, array: Array, sizes: Mapping[str, int]) -> None:
    """Refuses a value that does not have a property that the symbol is declared to have."""
    if not np.isfinite(array).all():
        return  # which shows in the answer
    each = array.reshape(-1, *array.shape[-2:])  # the members of a family
    for test in tests_of(s):
        if not test.holds(each, sizes):
            declared = " ".join(least(s.properties))
            raise MatdiffError(f"{s.name} is declared {declared}, and its value is not {test.word}")


class Test(NamedTuple):
    """Whether arrays have a property: they are where its *projection* puts *one* of them, and *held* says so.

    Entries that have to be 0 by other *properties* need not be positive.
    """

    word: str
    one: Symbol
    projection: Question | None
    held: Callable[[Any, Array], bool] | None
    properties: frozenset[str] = frozenset()

    def holds(self, each: Array, sizes: Mapping[str, int]) -> bool:
        """Whether matrices, side by side, have it."""
        if self.projection is not None:
            there = self.projection.program.results(Environment(sizes, {self.one: each}))[0]
            if not close(np, each, there):
                return False
        if self.held is not None and self.word == "positive":
            each = np.where(project(self.properties, np.ones(each.shape[1:])) != 0, each, 1.0)
        return self.held is None or self.held(np, each)


@lru_cache(maxsize=KEPT)
def tests_of(s: Symbol) -> tuple[Test, ...]:
    """The tests of the properties of a symbol; the first that fails is named."""
    one, declared = Symbol(s.name, s.shape), least(s.properties)
    known = sorted(records(implied(s.properties)), key=lambda p: (p.projection is None, p.word not in declared))
    return tuple([Test(p.word, one, p.projection and asked(p.projection(one)), p.held, s.properties) for p in known])


def sizes_in(s: Symbol, array: Array) -> Mapping[str, int]:
    """The sizes that one array tells."""
    sizes = Sizes()
    sizes.read(s, array.shape[1:])
    return sizes.known


# ---- what has no value ----------------------------------------------------------------------------------


def undefined(question: Question, environment: Environment, arrays: list[Array]) -> MatdiffError:
    """The error that names the first part of the expression without a value."""
    hint = "allow_nan=True gives NaN there."
    for node, array in zip(question.program.nodes, arrays, strict=True):
        below = [arrays[question.program.place[o]] for o in node.operands]
        if np.isnan(array).any() and not any(np.isnan(b).any() for b in below):
            if isinstance(node, Symbol):
                return MatdiffError(f"the value of {node.name} has entries that are NaN", suggestion=hint)
            return MatdiffError(f"{node} has no value here", suggestion=hint)
    return MatdiffError(f"{question.expr} has no value here", suggestion=hint)
