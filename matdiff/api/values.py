"""The value of an expression: apart from what the other functions take, so that it finds its rooms open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

from matdiff.algebra.expr import FUNCTIONS, Expr
from matdiff.api.arguments import stated
from matdiff.api.inputs import parse
from matdiff.results.values import question, value

KEPT = 64  # texts
P = ParamSpec("P")
R = TypeVar("R")


def by_code_first(function: Callable[P, R]) -> Callable[P, R]:
    """Asks the code of an expression first, where there is one, which takes no values but those that are as usual."""
    checked = stated(function)

    @wraps(function)
    def evaluated(*arguments: P.args, **named: P.kwargs) -> R:
        if len(arguments) == 2 and not named and isinstance(arguments[0], Expr) and type(arguments[1]) is dict:
            usual = question(arguments[0]).usual
            if usual is not None and (found := usual.value(arguments[1])) is not None:
                return cast(R, found)
        return checked(*arguments, **named)

    return evaluated


@by_code_first
def evaluate(
    expr: Expr | str, /, values: Mapping[str, Any] | None = None, *, allow_nan: bool = False, **named: Any
) -> Any:
    """The value of an expression: a float for a scalar, an array (n,) for a vector, (m, n) for a matrix.

    The values of its symbols come as a mapping, which may hold more, or by name.  Raises MatdiffError for a name that
    is not there, a value that is not what was declared, and, unless *allow_nan*, where the expression has no value.
    Arrays of 32 bits give such an array.  An expression that has a value everywhere and is evaluated some hundred times
    is computed by code from then on; ``code`` gives the function at once.

    >>> evaluate("x'x", {"x": [3, 4]}), evaluate("a x'x", x=[3, 4], a=2)
    (25.0, 50.0)
    """
    read = expr if isinstance(expr, Expr) else _read(expr, FUNCTIONS.changes)
    return value(read, values or {}, named, allow_nan)


@lru_cache(maxsize=KEPT)
def _read(text: str, changes: int) -> Expr:
    """A text that is evaluated again and again is read once, as long as no function comes or goes."""
    return parse(text)
