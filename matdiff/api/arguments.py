"""What the public functions take is what their annotations say; anything else is refused with the argument's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from itertools import islice
from numbers import Integral
from os import PathLike
from typing import Any, ParamSpec, TypeVar

from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError, shortly

P = ParamSpec("P")
R = TypeVar("R")
Test = Callable[[Any], bool]


def _several(*kinds: type) -> Test:
    """Lists and tuples of these."""
    return lambda value: isinstance(value, (list, tuple)) and all(isinstance(v, kinds) for v in value)


def _listed(value: Any) -> Any:
    """Sets, generators and their like as a tuple."""
    known = isinstance(value, (str, bytes, bytearray, list, tuple, Mapping, Expr, type))
    if known or hasattr(value, "shape") or not isinstance(value, Iterable):
        return value
    listed = tuple(islice(value, MOST))
    return value if len(listed) == MOST else listed


ONLY_TEXT = {str}


def _mapping(kind: Any = object) -> Test:
    """Mappings from names to these."""
    return lambda value: (
        isinstance(value, (dict, Mapping))  # the first is asked sooner
        and (ONLY_TEXT.issuperset(map(type, value)) or all(isinstance(k, str) for k in value))
        and (kind is object or all(isinstance(v, kind) for v in value.values()))
    )


def _is_function(value: Any) -> bool:
    """Whether something is called with arrays: a class is not."""
    return callable(value) and not isinstance(value, type)


def _is_moment(value: Any) -> bool:
    return isinstance(value, (str, Expr)) or _several(str, Expr)(value)


MOST = 10_000  # names in a list

NOTHING = type(None)
KINDS: dict[str, tuple[tuple[type | Test, ...], str]] = {
    "str": ((str,), "a text"),
    "Expr": ((Expr,), "an expression"),
    "int": ((lambda value: isinstance(value, Integral) and not isinstance(value, bool),), "a whole number"),
    "None": ((NOTHING,), ""),
    "bool": ((bool,), "True or False"),
    "Function": ((str, Expr, _is_function), "a text, an expression or a Python function"),
    "At": ((NOTHING, _mapping()), "a mapping of names to values"),
    "Sequence[str]": ((_several(str),), "a list of texts"),
    "Sequence[str | Expr]": ((_several(str, Expr),), "a list of names"),
    "Path": ((PathLike,), "a path"),
    "Sequence[str | Path]": ((_several(str, PathLike),), "a list of paths"),
    "Mapping[str, str]": ((_mapping(str),), "a mapping of names to texts"),
    "Mapping[str, int]": ((_mapping(Integral),), "a mapping of names to whole numbers"),
    "Mapping[str, Any]": ((_mapping(),), "a mapping of names to values"),
    "Moments": (
        (str, lambda value: _mapping()(value) and all(map(_is_moment, value.values()))),
        "a text, x ~ (mu, Sigma), or a mapping of names to moments",
    ),
    "Unknowns": ((NOTHING, str, Expr, _several(str, Expr)), "a name or a list of names"),
    "Where": ((NOTHING, str, Mapping, _several(str)), "a text or a mapping of declarations, X: m x n; w: n,"),
}


def stated(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which refuses arguments that are not what its annotations say, with a MatdiffError.

    One that wraps another knows what it is given, and stays as it is.
    """
    if hasattr(function, "__wrapped__"):
        return function
    code = function.__code__
    names, unnamed = code.co_varnames, code.co_varnames[: code.co_posonlyargcount]
    kinds = {name: _kinds(said) for name, said in function.__annotations__.items()}

    @wraps(function)
    def checked(*arguments: P.args, **named: P.kwargs) -> R:
        given = map(fitting, names, arguments)
        for name in named:
            if name not in unnamed:
                named[name] = fitting(name, named[name])
        return function(*given, *arguments[len(names) :], **named)  # type: ignore[arg-type]

    def fitting(name: str, value: Any) -> Any:
        types, tests, words = kinds.get(name, ANYTHING)
        if isinstance(value, types):
            return value
        for test in tests:
            if test(value):
                return value
        listed = _listed(value)
        if isinstance(listed, types) or any(test(listed) for test in tests):
            return listed
        hint = "matdiff.from_function(f, where=…) reads a function of Python" if callable(value) else ""
        raise MatdiffError(f"{name} is {shortly(value)}, where {words} is needed", suggestion=hint)

    return checked


Kinds = tuple[tuple[type, ...], list[Test], str]
ANYTHING: Kinds = ((object,), [], "")


def _kinds(annotation: str) -> Kinds:
    """What an annotation allows: types, tests, and all of it in words."""
    parts = re.split(r" \| (?![^\[]*\])", annotation)
    if not all(part in KINDS for part in parts):
        return ANYTHING
    allowed = [kind for part in parts for kind in KINDS[part][0]]
    types = tuple([kind for kind in allowed if isinstance(kind, type)])
    tests = [kind for kind in allowed if not isinstance(kind, type)]
    return types, tests, " or ".join(words for part in parts if (words := KINDS[part][1]))
