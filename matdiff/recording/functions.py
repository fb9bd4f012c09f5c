"""A Python function in, the expression that it computes out.

``from_function`` calls the function once, with traced arrays for its parameters.  What asks an array is
answered by the array.  A few things ask Python instead: ``len(x)``, ``np.eye(n)``, ``math.sqrt(n)``; so the function
is called with a copy of its globals in which these words know traced arrays.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial, reduce
from types import CellType, FunctionType, MethodType
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol
from matdiff.errors import DeclarationError, MatdiffError, UnsupportedError
from matdiff.language.declarations import Declarations, declare
from matdiff.language.names import canonical
from matdiff.recording.arrays import FUNCTIONS, UFUNCS, Traced, extent, lift, refuse
from matdiff.recording.axes import copy
from matdiff.recording.reductions import largest, smallest, total

FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def from_function(f: Callable[..., Any], where: str | Mapping[str, str] | None = None) -> Expr:
    """The expression that a function of arrays computes; *where* declares the shapes of its parameters."""
    if not callable(f):
        raise UnsupportedError(f"{f!r} is not a function")
    positional, named = _arguments(f, declare(where), _columns(where))
    try:
        result = rebound(f)(*positional, **named)
    except MatdiffError:
        raise
    except FAILURES as error:
        raise UnsupportedError(
            f"the function raised {type(error).__name__}: {error}",
            suggestion="It is called with symbolic arrays: NumPy's functions and operators can be recorded.",
        ) from error
    if result is None or isinstance(result, tuple | list | dict):
        what = "nothing" if result is None else f"a {type(result).__name__}"
        raise UnsupportedError(f"the function returns {what}", suggestion="Return one number or array.")
    return lift(result).expr


# ---- parameters -------------------------------------------------------------------------------------


def _columns(where: str | Mapping[str, str] | None) -> set[str]:
    """The names that are declared as matrices of one column, n x 1: arrays with two axes, unlike those of size n."""
    items = (
        where.items() if isinstance(where, Mapping) else [i.partition(":")[::2] for i in re.split("[;\n]", where or "")]
    )
    found = [left for left, right in items if re.search(r"(?:×|\bx|\bby)\s*1\b", right)]
    return {canonical(name.strip()) for left in found for name in left.split(",")}


def _arguments(f: Callable[..., Any], declared: Declarations, columns: set[str]) -> tuple[list[Any], dict[str, Any]]:
    """A traced array for every parameter that has no default value, or is declared all the same."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        raise UnsupportedError(f"the parameters of {f!r} are not known") from None
    positional: list[Any] = []
    named: dict[str, Any] = {}
    missing: list[str] = []
    taken: set[str] = set()
    for p in parameters:
        name = canonical(p.name)
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            continue
        if name in taken:
            raise DeclarationError(f"two parameters have the name {name}")
        taken.add(name)
        if name not in declared and p.default is p.empty:
            missing.append(p.name)
        elif p.kind is p.POSITIONAL_ONLY:
            positional.append(_parameter(declared, name, columns) if name in declared else p.default)
        elif name in declared:
            named[p.name] = _parameter(declared, name, columns)
    if missing:
        plural = "parameters have" if len(missing) > 1 else "parameter has"
        raise DeclarationError(
            f"the {plural} no declaration: {', '.join(missing)}",
            suggestion=f'Declare the shape: where="{missing[0]}: m x n"; n is a vector, scalar a number.',
        )
    return positional, named


def _parameter(declared: Declarations, name: str, columns: set[str]) -> Traced:
    """The array that stands for a parameter."""
    shape, indices = declared[name].shape, declared[name].indices
    if declared[name].arguments is not None:
        raise UnsupportedError(f"{name} is declared as a function, which cannot be recorded")
    if indices:
        raise UnsupportedError(
            f"the family {name} cannot be the argument of a function", suggestion=f"Declare a matrix: {name}: N x d."
        )
    two_axes = shape[1] is not ONE or name in columns
    lengths = shape if two_axes else shape[:1] if shape[0] is not ONE else ()
    return Traced(Symbol(name, shape, declared[name].properties), lengths)


# ---- words of Python and NumPy that do not ask the array ------------------------------------------------


def rebound(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function, a method, an object that is called, or a partial function, which sees the words below."""
    inner: Any = f.func if isinstance(f, partial) else f
    given, options = (f.args, f.keywords) if isinstance(f, partial) else ((), {})
    if isinstance(inner, MethodType):
        inner, given = inner.__func__, (inner.__self__, *given)
    elif not isinstance(inner, FunctionType | type):
        inner, given = type(inner).__call__, (inner, *given)
    return partial(_Rebinding(inner).function, *given, **options) if isinstance(inner, FunctionType) else f


class _Rebinding:
    """Copies of a function and of the functions that it can call in its module, with new globals."""

    def __init__(self, f: FunctionType) -> None:
        self.words = words()
        self.old = f.__globals__
        self.new: dict[str, Any] = {}
        self.copies: dict[FunctionType, FunctionType] = {}
        self.waiting: list[FunctionType] = []
        self.function = self.copy(f)
        for name, value in self.old.items():
            self.new[name] = self.replaced(value)
        for name, word in BUILTINS.items():
            self.new.setdefault(name, word)
        while self.waiting:
            self.fill(self.waiting.pop())

    def replaced(self, value: Any) -> Any:
        """What stands for a value in the copies."""
        if isinstance(value, FunctionType) and value.__globals__ is self.old:
            return self.copy(value)
        return self.words.get(id(value), value)

    def copy(self, f: FunctionType) -> FunctionType:
        """The copy of a function; its closure is filled later, since it may hold the function itself."""
        if f not in self.copies:
            closure = tuple(CellType() for _ in f.__closure__) if f.__closure__ else None
            other = FunctionType(f.__code__, self.new, f.__name__, f.__defaults__, closure)
            other.__kwdefaults__ = f.__kwdefaults__
            self.copies[f] = other
            self.waiting.append(f)
        return self.copies[f]

    def fill(self, f: FunctionType) -> None:
        """Gives the closure of a copy its values."""
        for old, new in zip(f.__closure__ or (), self.copies[f].__closure__ or (), strict=True):
            try:
                value = old.cell_contents
            except ValueError:
                continue  # not assigned yet
            new.cell_contents = self.replaced(value)


class StandIn:
    """A module with some functions replaced."""

    def __init__(self, module: Any, own: Mapping[str, Any]) -> None:
        self.module = module
        self.own = own

    def __getattr__(self, name: str) -> Any:
        return self.own[name] if name in self.own else getattr(self.module, name)


def words() -> dict[int, Any]:
    """Modules and functions, by identity, and what stands for them."""
    import math

    import numpy as np

    numpy_words = {name: _made(getattr(np, name), FUNCTIONS[name]) for name in MADE}
    numpy_words |= {name: _or_else(getattr(np, name), copy) for name in ("array", "asarray", "asanyarray", "float64")}
    math_words = {name: _or_else(f, UFUNCS[name]) for name, f in vars(math).items() if name in UFUNCS}
    found: dict[int, Any] = {id(np): StandIn(np, numpy_words), id(math): StandIn(math, math_words)}
    for module, own in ((np, numpy_words), (math, math_words)):
        found |= {id(getattr(module, name)): word for name, word in own.items()}
    return found


MADE = ("eye", "identity", "ones", "zeros", "full")


def _made(original: Any, recorded: Any) -> Any:
    """np.eye(n): recorded where a size or a value is symbolic."""

    def make(*arguments: Any, **options: Any) -> Any:
        given = [*arguments, *options.values()]
        inside = [v for a in given if isinstance(a, tuple | list) for v in a]
        if not any(isinstance(a, Traced) for a in given + inside):
            return original(*arguments, **options)
        options.pop("like", None)
        return recorded(*arguments, **options)

    return make


def _or_else(original: Any, recorded: Any) -> Any:
    """math.sqrt(n): recorded for a traced argument."""
    return lambda a, *others, **options: recorded(a) if isinstance(a, Traced) else original(a, *others, **options)


def _length(x: Any) -> Any:
    """len(x)"""
    return extent(x.lengths[0]) if isinstance(x, Traced) and x.lengths else len(x)


def _sum(values: Any, *start: Any, **options: Any) -> Any:
    """sum(x), along the first axis of an array"""
    if isinstance(values, Traced) and not (start or options):
        return total(values, 0)
    return sum(values, *start, **options)


def _extreme(builtin: Any, of_array: Any, name: str) -> Any:
    """max(x) of a vector, max(0, a) of numbers"""

    def choose(*values: Any, **options: Any) -> Any:
        if not any(isinstance(v, Traced) for v in values):
            return builtin(*values, **options)
        if options or any(lift(v).lengths[1:] for v in values):
            refuse(f"{name}() of these arrays", f"np.{name} and np.{name}imum say over which entries.")
        return of_array(*values) if len(values) == 1 else reduce(UFUNCS[f"{name}imum"], map(lift, values))

    return choose


BUILTINS = {
    "len": _length,
    "sum": _sum,
    "max": _extreme(max, largest, "max"),
    "min": _extreme(min, smallest, "min"),
}
