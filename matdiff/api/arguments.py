"""What the public functions take is what their annotations say; anything else is refused with the argument's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from numbers import Integral
from typing import Any, ParamSpec, TypeVar

from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError, shortly

P = ParamSpec("P")
R = TypeVar("R")
Test = Callable[[Any], bool]


def _several(*kinds: type) -> Test:
    """Lists and tuples, sets and generators, of these."""
    return lambda value: (
        not isinstance(value, str | bytes | Mapping | Expr)
        and hasattr(value, "__iter__")
        and not hasattr(value, "shape")
        and (not isinstance(value, list | tuple | set | frozenset) or all(isinstance(v, kinds) for v in value))
    )


def _mapping(kind: Any = object) -> Test:
    """Mappings from names to these."""
    return lambda value: (
        isinstance(value, Mapping) and all(isinstance(k, str) and isinstance(v, kind) for k, v in value.items())
    )


KINDS: dict[str, tuple[Test, str]] = {
    "str": (lambda value: isinstance(value, str), "a text"),
    "Expr": (lambda value: isinstance(value, Expr), "an expression"),
    "int": (lambda value: isinstance(value, Integral) and not isinstance(value, bool), "a whole number"),
    "None": (lambda value: value is None, ""),
    "Sequence[str]": (_several(str), "a list of texts"),
    "Sequence[str | Expr]": (_several(str, Expr), "a list of names"),
    "Mapping[str, str]": (_mapping(str), "a mapping of names to texts"),
    "Mapping[str, int]": (_mapping(Integral), "a mapping of names to whole numbers"),
    "Mapping[str, Any]": (_mapping(), "a mapping of names to values"),
    "Moments": (_mapping(str | tuple | list | Expr), "a mapping of names to moments"),
    "Unknowns": (lambda value: value is None or isinstance(value, str | Expr) or _several(str, Expr)(value), "names"),
    "Where": (
        lambda value: value is None or isinstance(value, str | Mapping) or _several(str)(value),
        "declarations: X: m x n; w: n",
    ),
}


def stated(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which refuses arguments that are not what its annotations say, with a MatdiffError."""
    code = function.__code__
    names, unnamed = code.co_varnames, code.co_varnames[: code.co_posonlyargcount]
    kinds = {name: _kinds(said) for name, said in function.__annotations__.items()}

    @wraps(function)
    def checked(*arguments: P.args, **named: P.kwargs) -> R:
        by_name = ((name, value) for name, value in named.items() if name not in unnamed)
        for name, value in (*zip(names, arguments, strict=False), *by_name):
            tests = kinds.get(name, [])
            if tests and not any(test(value) for test, _ in tests):
                wanted = " or ".join(words for _, words in tests if words)
                raise MatdiffError(f"{name} is {shortly(value)}, where {wanted} is needed")
        return function(*arguments, **named)

    return checked


def _kinds(annotation: str) -> list[tuple[Test, str]]:
    """What an annotation allows; nothing where it allows anything."""
    parts = re.split(r" \| (?![^\[]*\])", annotation)
    return [KINDS[part] for part in parts] if all(part in KINDS for part in parts) else []
