"""The value of an expression: apart from what the other functions take, so that it finds its rooms open."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from matdiff.algebra.expr import FUNCTIONS, Expr
from matdiff.api.inputs import parse
from matdiff.results.values import value

KEPT = 64  # texts


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
    read = expr if isinstance(expr, Expr) else _read(expr, tuple(FUNCTIONS.values()))
    return value(read, values or {}, named, allow_nan)


@lru_cache(maxsize=KEPT)
def _read(text: str, functions: tuple[object, ...]) -> Expr:
    """A text that is evaluated again and again is read once, as long as the language has the same *functions*."""
    return parse(text)
