"""What the public functions take: texts or expressions, unknowns, declarations, Python functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError

if TYPE_CHECKING:
    pass

Where = str | Mapping[str, str] | None


def parse(text: str, where: Where = None, spelling: str | None = None) -> Expr:
    """The typed expression that a text stands for, in any spelling; *spelling* forces ``plain`` or ``latex``.

    >>> parse("x'A x").shape
    (1, 1)
    """
    from matdiff.language import read

    return read(text, where, spelling=spelling).expr


def function_of(
    expr: str | Expr, wrt: str | Expr | Sequence[str | Expr], where: Where, scalar: bool, spelling: str | None = None
) -> tuple[Expr, dict[str, Expr]]:
    """An expression and its unknowns by name."""
    from matdiff.language import read, unknown_in

    names = (wrt,) if isinstance(wrt, str | Expr) else tuple(wrt)
    if not names:
        raise MatdiffError("there is no unknown", suggestion='Name one: wrt="X".')
    if isinstance(expr, str):
        reading = read(expr, where, [n for n in names if isinstance(n, str)], scalar=scalar, spelling=spelling)
        f, find = reading.expr, reading.unknown
    else:
        f, find = expr, lambda name: unknown_in(expr, name)
    return f, {str(n): n if isinstance(n, Expr) else find(n) for n in names}


def from_function(f: Callable[..., Any], where: Where = None) -> Expr:
    """The expression that a Python function computes, recorded in one call with symbolic arrays.

    *f* is written with NumPy as for arrays; *where* declares the shapes of its parameters.  An operation that has no
    expression, such as a branch on a value, raises a MatdiffError that names it.

    >>> print(from_function(lambda W, x, y: ((W @ x - y) ** 2).sum(), "W: m x n; x: n; y: m"))
    sum((Wx − y).^2)
    """
    from matdiff.language.tracing import from_function as traced

    return traced(f, where)


def with_notes(answer: Expr, question: Expr) -> Expr:
    """An answer that is an expression, with what was said of the doubtful places of the question."""
    answer.facts["notes"] = question.notes
    return answer


def reading(expr: Expr, form: str = "text") -> str:
    """How an expression was read: with the shapes of its symbols as ``text`` or ``json``, or in one spelling.

    >>> print(reading(parse("X w"), "text"))
    Xw        m
    X: m×n   w: n
    >>> reading(parse("X'w"), "numpy")
    'X.T @ w'
    """
    if form == "text":
        from matdiff.output.text import parsed

        return parsed(expr)
    if form == "json":
        from matdiff.page.pieces import parsed as parsed_json

        return parsed_json(expr)
    return format(expr, form)


def evaluate(expr: Expr | str, values: Mapping[str, Any]) -> Any:
    """The value of an expression: a float for a scalar, an array (n,) for a vector, (m, n) for a matrix.

    >>> evaluate("x'x", {"x": [3, 4]})
    25.0
    """
    from matdiff.numeric.evaluate import evaluate as value

    return value(parse(expr) if isinstance(expr, str) else expr, values)
