"""A value for somebody who asks: the names are known, values are what was declared, and the answer is a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np

from matdiff.algebra.assumptions import close, implied, least, records
from matdiff.algebra.constants import PI
from matdiff.algebra.expr import Expr, Index, Symbol
from matdiff.errors import MatdiffError, UnknownNameError
from matdiff.numeric.evaluate import Question, asked, known_as
from matdiff.numeric.program import Array, Environment


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
    if not allow_nan and np.isnan(value).any():
        raise undefined(question, environment, arrays)
    found = question.shaped(value, environment, given)
    return found if isinstance(found, float) else found.astype(kind(given), copy=False)


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
    one, declared = Symbol(s.name, s.shape), least(s.properties)
    each = array.reshape(-1, *array.shape[-2:])  # the members of a family
    for p in sorted(records(implied(s.properties)), key=lambda p: (p.projection is None, p.word not in declared)):
        same = p.projection is None or close(np, each, projected(p.projection(one), one, each, sizes))
        if not same or (p.held is not None and not p.held(np, each)):
            raise MatdiffError(f"{s.name} is declared {' '.join(declared)}, and its value is not {p.word}")


def projected(projection: Expr, one: Symbol, each: Array, sizes: Mapping[str, int]) -> Array:
    """What a projection makes of matrices, side by side."""
    return asked(projection).program.results(Environment(sizes, {one: each}))[0]


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
