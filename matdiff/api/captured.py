"""A Python function in, the same out with other parameters: those of another function, and the arrays around it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from inspect import Parameter, Signature, getclosurevars, signature
from math import prod
from types import CellType, FunctionType, MethodType
from typing import Any

from matdiff.errors import MatdiffError
from matdiff.recording.functions import FAILURES

Function = Callable[..., Any]


def parameters(f: Function) -> Mapping[str, Parameter]:
    """The parameters of a function by their names; a function of a library may not say them."""
    with suppress(ValueError):
        return signature(f).parameters
    return {}


def required(f: Function, given: Collection[str]) -> list[str]:
    """The names of the parameters of a function without a default value, and of those that are given a value."""
    several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    own = {n: p for n, p in parameters(f).items() if p.kind not in several}
    return [n for n, p in own.items() if p.default is p.empty or n in given]


def applied(f: Function, values: Mapping[str, Any]) -> Any:
    """f(…) of those values that it has parameters for, by their places."""
    bound = signature(f).bind(**{name: values[name] for name in parameters(f) if name in values})
    try:
        return f(*bound.args, **bound.kwargs)
    except FAILURES as error:
        name = getattr(f, "__name__", "the function")
        raise MatdiffError(f"{name} raised {type(error).__name__}: {error}") from error


def in_names(f: Function, names: Sequence[str]) -> Function:
    """The function with parameters of these names, by their places, where it has others or does not say them."""
    own = parameters(f)
    if own and (own.keys() <= {*names} or {*names} <= own.keys()):
        return f
    is_open = not own or any(p.kind is p.VAR_POSITIONAL for p in own.values())
    wanted = [Parameter(n, Parameter.POSITIONAL_OR_KEYWORD) for n in (names if is_open else names[: len(own)])]
    return _called(f, wanted, lambda values: f(*values.values()))


def _called(f: Function, wanted: Sequence[Parameter], body: Callable[[Mapping[str, Any]], Any]) -> Function:
    """What stands for a function: what *body* gives of the values of the parameters that are wanted, by their names."""
    said = Signature(wanted)

    def told(*arguments: Any, **named: Any) -> Any:
        return body(said.bind(*arguments, **named).arguments)

    told.__name__ = getattr(f, "__name__", "f")
    told.__signature__ = said  # type: ignore[attr-defined]
    return told


def captured(functions: Iterable[Function]) -> dict[str, Any]:
    """The arrays of numbers around some functions, of which none has a name that means something else in another."""
    found: dict[str, Any] = {}
    taken: set[str] = set()
    for f in functions:
        own = dict(f.keywords) if isinstance(f, partial) else _around(f)
        taken |= {name for name in parameters(f) if name not in own}
        arrays = {n: v for n, v in own.items() if getattr(v, "ndim", 0) in (1, 2) and prod(v.shape) > 1}
        taken |= {n for n, v in arrays.items() if found.setdefault(n, v) is not v}
    kept = {name: value for name, value in found.items() if name not in taken}
    return kept if len({*map(id, kept.values())}) == len(kept) else {}  # no array under two names


def _around(f: Function) -> dict[str, Any]:
    """The values of the global names in the code of a function, and of its closure; of a method those of its object."""
    if isinstance(f, MethodType):
        return dict(getattr(f.__self__, "__dict__", {}))
    with suppress(TypeError, ValueError):  # what is no function, and variables without a value yet
        seen = getclosurevars(f)
        return {**seen.globals, **seen.nonlocals}
    return {}


def with_parameters(f: Function, data: Mapping[str, Any]) -> Function:
    """The function with parameters for the arrays that it takes from around it."""
    own = parameters(f)

    def body(values: Mapping[str, Any]) -> Any:
        given, rest = ({n: v for n, v in values.items() if (n in data) is there} for there in (True, False))
        if isinstance(f, MethodType):
            changed = copy(f.__self__)
            vars(changed).update(given)
            return f.__func__(changed, **rest)
        if not isinstance(f, FunctionType):
            return f(**rest, **{n: v for n, v in given.items() if n in own})
        cells = zip(f.__code__.co_freevars, f.__closure__ or (), strict=True)
        closure = tuple(CellType(given[n]) if n in given else cell for n, cell in cells)
        return FunctionType(f.__code__, {**f.__globals__, **given}, f.__name__, f.__defaults__, closure)(**rest)

    more = [Parameter(n, Parameter.KEYWORD_ONLY) for n in data]
    return _called(f, [*(p for n, p in own.items() if n not in data), *more], body)
