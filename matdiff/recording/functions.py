"""A Python function in, the expression that it computes out.

``from_function`` calls the function once, with traced arrays for its parameters.  What asks an array is answered by
the array; the names of libraries and words of Python in the user's code mean what ``matdiff.recording.words`` says.
"""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Callable, Mapping
from functools import partial
from numbers import Real
from types import TracebackType
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.recurrence import open_states
from matdiff.errors import DeclarationError, MatdiffError, UnsupportedError, shortly
from matdiff.language.customs import customary
from matdiff.language.declarations import declare, texts_of
from matdiff.language.declared import Declarations
from matdiff.language.names import canonical
from matdiff.recording.arrays import Traced, lift, refuse
from matdiff.recording.counting import Now, counting
from matdiff.recording.definitions import MARK, defined, naming
from matdiff.recording.filling import is_filled
from matdiff.recording.from_use import shapes_from_use
from matdiff.recording.reached import functions_of, library_of
from matdiff.recording.signatures import said_shapes
from matdiff.recording.words import BY_NUMPY, IN_NUMPY, in_our_words
from matdiff.records import NamedTuple

FAILURES = (
    *(TypeError, ValueError, ArithmeticError, LookupError),
    *(AttributeError, RuntimeError, NameError, AssertionError),
)


class Recording(NamedTuple):
    """The expression of a function, its parameters, and the function itself, which takes arrays by their names.

    It is called with its own library, or with NumPy's functions for those of JAX, some of which are given.
    """

    expr: Expr
    parameters: Mapping[str, Traced]
    call: Callable[[Mapping[str, Any]], Any]
    library: str
    by_numpy: Callable[[Mapping[str, Callable[..., Any]], Mapping[str, Any]], Any]


def from_function(f: Callable[..., Any], where: str | Mapping[str, str] | None = None, output: Any = 0) -> Recording:
    """What a function of arrays computes; *where* declares the shapes of its parameters, *output* picks of a tuple.

    What neither it nor the function says of them follows from use, where that leaves one customary possibility.
    """
    if not callable(f):
        raise UnsupportedError(f"{shortly(f)} is not a function")
    f = plain(f)
    where = with_said(where, f)
    if missing := {p.name: customary(canonical(p.name)) for p in undeclared(f, where)}:
        taken = {*declare(where).sizes(), *inspect.signature(f).parameters}
        known = where
        said = shapes_from_use(missing, taken, lambda s: recorded(f, joined(known, s), output).expr.is_scalar)
        where = joined(where, said)
    return recorded(f, where, output)


def recorded(f: Callable[..., Any], where: str | Mapping[str, str] | None, output: Any) -> Recording:
    """What a function computes, all of whose parameters are declared."""
    positional, named = _arguments(f, declare(where), _columns(where))
    functions = functions_of(f)
    library = library_of(functions)
    names = {id(p): p.expr.data[0] for p in (*positional, *named.values()) if isinstance(p, Traced)}
    parameters = {names[id(p)]: Traced(p.expr, p.lengths) for p in (*positional, *named.values()) if id(p) in names}
    files = frozenset(g.__code__.co_filename for g in functions)
    with in_our_words(functions, library), counting(parameters) as now:
        try:
            with naming(files):
                result = f(*positional, **named)
            expr = defined(closed(lift(picked(result, output)).expr, now), parameters, canonical)
        except MatdiffError as error:
            raise located(error, error.__traceback__, functions) from None
        except FAILURES as error:
            message = f"the function raised {type(error).__name__}: {error}"
            hint = "It is called with symbolic arrays: functions and operators of the libraries can be recorded."
            raise located(UnsupportedError(message, suggestion=hint), error.__traceback__, functions) from error
    call = partial(called, f, positional, named, names, output)

    def by_numpy(others: Mapping[str, Callable[..., Any]], values: Mapping[str, Any]) -> Any:
        token = IN_NUMPY.set(others)
        try:
            with in_our_words(functions, BY_NUMPY):
                return call(values)
        finally:
            IN_NUMPY.reset(token)

    return Recording(expr, parameters, call, library, by_numpy)


def closed(e: Expr, now: Now) -> Expr:
    """What a function gives, from which every loop over a symbolic length has come back."""
    if now.running:
        message = "a loop over a symbolic length that is left before its end cannot be recorded"
        hint = "Where a break or a return depends on values there is no formula; else declare the length as a number."
        raise at_line(UnsupportedError(message, suggestion=hint), now.running[0].file, now.running[0].line)
    states = open_states(e)
    for error, running in (why for state, why in now.failed.items() if state in states):
        raise at_line(error, running.file, running.line)
    if e.free or states or is_filled(e):
        hint = "Sum what it computes, put it into a list, or give its variables their values before the loop."
        refuse("what the last round of a loop over a symbolic length leaves, or a part of it,", hint)
    return e


def with_said(where: str | Mapping[str, str] | None, f: Callable[..., Any]) -> str | Mapping[str, str] | None:
    """The declarations, and of parameters that have none the shapes that the function says itself."""
    missing = undeclared(f, where)
    return joined(where, said_shapes(f, missing) if missing else {})


def undeclared(f: Callable[..., Any], where: str | Mapping[str, str] | None) -> list[inspect.Parameter]:
    """The parameters without a declaration and without a default value."""
    declared = declare(where)
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    open_ones = (p for p in parameters if p.default is p.empty and p.kind not in several)
    return [p for p in open_ones if canonical(p.name) not in declared]


def joined(where: str | Mapping[str, str] | None, said: Mapping[str, str]) -> str | Mapping[str, str] | None:
    """Declarations, and those of further parameters."""
    if not said:
        return where
    if isinstance(where, Mapping):
        return {**said, **where}
    return "; ".join([*(texts_of(where) if where else []), *(f"{n}: {shape}" for n, shape in said.items())])


def plain(f: Any) -> Any:
    """The function itself where jax.jit and its kin stand around it; also where some arguments are given.

    Of a module of PyTorch it is what the module computes.
    """
    if isinstance(f, partial):
        return partial(plain(f.func), *f.args, **f.keywords)
    if type(f).__module__.startswith("jax") and hasattr(f, "__wrapped__"):
        return plain(inspect.unwrap(f))
    if hasattr(f, "forward") and hasattr(f, "register_forward_hook"):
        return f.forward
    return f


def picked(result: Any, output: Any) -> Any:
    """The result, or one member of a tuple or a dict of results."""
    if result is None:
        raise UnsupportedError("the function returns nothing", suggestion="Return one number or array.")
    if is_array(result) or not isinstance(result, (tuple, list, dict)):
        return result
    if isinstance(result, dict) and output == 0:
        output = next(iter(result), None)
    try:
        return picked(result[output], 0)
    except (LookupError, TypeError):
        raise UnsupportedError(f"the function returns no member {output!r}") from None


def is_array(result: Any) -> bool:
    """Whether a result is a list of numbers, or of lists of them, as arrays are written."""
    if not isinstance(result, list):
        return False
    return all(isinstance(r, Real) or getattr(r, "ndim", 1) == 0 or is_array(r) for r in result)


def called(
    f: Any, positional: list[Any], named: dict[str, Any], names: dict[int, str], output: Any, values: Mapping[str, Any]
) -> Any:
    """The value of the function itself on arrays."""

    def own(p: Any) -> Any:
        return values[names[id(p)]] if id(p) in names else p

    return picked(f(*map(own, positional), **{name: own(p) for name, p in named.items()}), output)


def located(error: MatdiffError, trace: TracebackType | None, functions: list[Any]) -> MatdiffError:
    """The error with the line of the user's code at which it came up."""
    error.message = re.sub(rf"{re.escape(MARK)}\d+", "", error.message)
    codes = {f.__code__.co_filename for f in functions}
    place = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in codes:
            place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return at_line(error, *place) if place else error


def at_line(error: MatdiffError, file: str, number: int) -> MatdiffError:
    """The error with a line of a file, if there is one."""
    if line := linecache.getline(file, number).strip():
        error.message = f"{error.message}, in line {number}: {line}"
        error.text = None
    return error


# ---- parameters -------------------------------------------------------------------------------------


def _columns(where: str | Mapping[str, str] | None) -> set[str]:
    """The names that are declared as matrices of one column, n x 1: arrays with two axes, unlike those of size n."""
    items = [text.partition(":")[::2] for text in texts_of(where or "")]
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
