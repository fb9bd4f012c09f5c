"""Assertions on derivatives for the tests of others: ``assert_gradient``, ``assert_jacobian``, ``assert_hessian``.

>>> assert_gradient(lambda x: (x ** 2).sum(), lambda x: 2 * x, where="x: n")
>>> assert_gradient("||X w - y||^2", "X'(X w - y)", wrt="w")
Traceback (most recent call last):
AssertionError: the gradient of ||X w - y||^2 by w is wrong
  claimed    X'(X w - y)
  right      2Xᵀ(Xw − y)
  a factor is wrong
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from matdiff.algebra.constants import Constant
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, replace, symbols
from matdiff.algebra.operators.products import Scale
from matdiff.api.claims import Function, check_derivative
from matdiff.api.inputs import Where

__all__ = ["assert_gradient", "assert_hessian", "assert_jacobian"]
At = Mapping[str, Any] | None
TABLE = r"\[[^][]*\d[^][]*\]"  # of numbers, as it is shown
FEW, WIDE = 4, 24  # entries and signs of a table that is shown as it is


def assert_gradient(f: Function, gradient: Function, where: Where = None, wrt: str = "", *, at: At = None) -> None:
    """Raises AssertionError where *gradient* is not the gradient of *f*, a function, a text or an expression.

    *where* declares the shapes, or *at* gives arrays; *wrt* is the first argument if it is left out.
    """
    __tracebackhide__ = True
    _require("gradient", f, gradient, where, wrt, at)


def assert_jacobian(f: Function, jacobian: Function, where: Where = None, wrt: str = "", *, at: At = None) -> None:
    """Raises AssertionError where *jacobian* is not ∂fᵢ/∂xⱼ at [i, j] (its transpose is accepted of a text)."""
    __tracebackhide__ = True
    _require("Jacobian", f, jacobian, where, wrt, at)


def assert_hessian(f: Function, hessian: Function, where: Where = None, wrt: str = "", *, at: At = None) -> None:
    """Raises AssertionError where *hessian* is not ∂²f/∂xᵢ∂xⱼ."""
    __tracebackhide__ = True
    _require("Hessian", f, hessian, where, wrt, at)


def _require(what: str, f: Function, claimed: Function, where: Where, wrt: str, at: At) -> None:
    __tracebackhide__ = True
    review = check_derivative(f, claimed, wrt, where, at, 2 if what == "Hessian" else 1)
    unread = next((line for line in review.lines if line.verdict == "not read"), None)
    if review.ok and unread is None:
        return
    if unread is not None:
        raise AssertionError(f"the {what} could not be compared: {unread.reason}")
    by = f" by {wrt}" if wrt else ""
    rows = [f"the {what} of {_shown(f)}{by} is wrong"]
    if review.should_be is not None:
        said = review.lines[0].text.split(" = ", 1)[1] if callable(claimed) else str(claimed)
        rows.append(f"  claimed    {_abridged(said)}")
        rows.append(f"  right      {_abridged(str(_without_data(review.should_be)))}")
    rows.append(f"  {_abridged(review.message.split('; it should be')[0])}")
    raise AssertionError("\n".join(rows))


def _shown(what: Function) -> str:
    return getattr(what, "__name__", "f") if callable(what) else str(what)


def _abridged(formula: str) -> str:
    """A formula with the sizes of its tables of numbers in their place: the data of a test are no formula."""

    def shown(table: re.Match[str]) -> str:
        rows = table.group().split(";")
        columns = rows[0].count(",") + 1
        is_short = len(rows) * columns <= FEW and len(table.group()) <= WIDE
        return table.group() if is_short else f"[{len(rows)}×{columns} numbers]"

    return re.sub(TABLE, shown, formula)


def _without_data(e: Expr) -> Expr:
    """An expression with a name that says their sizes for the arrays of numbers in it."""

    def named(node: Expr) -> Expr | None:
        is_data = node.shape != SCALAR and not symbols(node) and not isinstance(node, (Constant, Scale))
        rows, columns = node.shape
        return Symbol(f"[{rows}×{columns} numbers]", node.shape) if is_data and not node.free else None

    return replace(e, named)
