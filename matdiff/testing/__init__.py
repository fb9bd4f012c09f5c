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
from inspect import signature
from typing import Any

from matdiff.api.claims import Function, check_derivative
from matdiff.api.inputs import Where
from matdiff.review.reviewing import abridged, shortened

__all__ = ["assert_gradient", "assert_hessian", "assert_jacobian"]
At = Mapping[str, Any] | None


def assert_gradient(f: Function, gradient: Function, where: Where = None, wrt: str = "", *, at: At = None) -> None:
    """Raises AssertionError where *gradient* is not the gradient of *f*, a function, a text or an expression.

    *where* declares the shapes, or *at* gives arrays; *wrt* is the first argument if it is left out.  The array has the
    shape of the argument: (n, 1) for (n,), of which a step of descent would make n×n, is wrong.
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
    review = check_derivative(f, claimed, wrt, where, at, what)
    unread = next((line for line in review.lines if line.verdict == "not read"), None)
    if review.ok and unread is None:
        return
    if unread is not None:
        raise AssertionError(f"the {what} could not be compared: {unread.reason}")
    several = callable(f) and len(signature(f).parameters) > 1
    name = wrt or (re.split(r"[_ ]", review.lines[0].text)[1] if several else "")
    by = f" by {name}" if name else ""
    rows = [f"the {what} of {_shown(f)}{by} is wrong"]
    if review.should_be is not None:
        said = review.lines[0].text.split(" = ", 1)[1] if callable(claimed) else str(claimed)
        is_formula = said != getattr(claimed, "__name__", "") and not hasattr(claimed, "ndim")
        rows += [f"  claimed    {abridged(said)}"] * is_formula
        rows.append(f"  right      {shortened(review.should_be)}")
    rows.append(f"  {abridged(review.message.split('; it should be')[0])}")
    raise AssertionError("\n".join(rows))


def _shown(what: Function) -> str:
    return getattr(what, "__name__", "f") if callable(what) else str(what)
