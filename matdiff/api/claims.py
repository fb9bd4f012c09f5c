"""A claimed gradient, Jacobian or Hessian of a text, an expression or a Python function: right, or what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr, Symbol
from matdiff.api.functions import kind_of
from matdiff.api.inputs import Where, from_function
from matdiff.errors import MatdiffError, UnsupportedError

if TYPE_CHECKING:
    from matdiff.review.report import Review

Function = str | Expr | Callable[..., Any]
At = Mapping[str, Any] | None
FAILURES = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError)


def check_gradient(f: Function, claimed: Function, wrt: str = "", where: Where = None, *, at: At = None) -> Review:
    """Whether *claimed* is the gradient of *f* by *wrt*; the Jacobian where *f* is no number.

    Texts, expressions, and Python functions of the same arguments, whose first one is the unknown if *wrt* is left out;
    a function that gives a tuple gives the derivatives by all arguments, in their order.
    Functions that cannot be recorded are compared with central differences, at the arrays *at* or where *where* says.

    >>> review = check_gradient("||X w - y||^2", "X'(X w - y)", "w")
    >>> review.kind, str(review.should_be)
    ('factor', '2Xᵀ(Xw − y)')
    >>> check_gradient(lambda x: (x ** 2).sum(), lambda x: 2 * x, where="x: n").ok
    True
    """
    return check_derivative(f, claimed, wrt, where, at)


def check_derivative(
    f: Function, claimed: Function, wrt: str = "", where: Where = None, at: At = None, order: int = 1
) -> Review:
    """What *check_gradient* says, of the Hessian for the order 2."""
    from inspect import signature

    from matdiff.review.reviewing import review

    of_python = next((g for g in (f, claimed) if callable(g)), None)
    names = list(signature(of_python).parameters) if of_python else []
    if callable(claimed):
        every = [wrt] if wrt or len(names) < 2 or not _gives_several(claimed, where, at) else names
        if len(every) > 1:
            reviews = [check_derivative(f, claimed, name, where, at, order) for name in every]
            return next((one for one in reviews if not one.ok), reviews[0])
    wrt = wrt or next(iter(names), "")
    place = names.index(wrt) if wrt in names else 0  # of the derivative, where a function gives several
    if isinstance(f, str) and isinstance(claimed, str):
        low = f"_{{{wrt}}}" if wrt else ""
        return review(f"∇{'²' if order == 2 else ''}{low} ({f}) = {claimed}", where, wrt or None)
    if where is None and at is not None:
        where = {name: kind for name, value in at.items() if (kind := kind_of(value, name == wrt))}
    found: Review | None = None
    try:
        found = _by_expressions(f, claimed, wrt, where, order, place)
    except MatdiffError:
        if not (callable(f) and callable(claimed)):
            raise
    is_decided = found is not None and (not found.ok or all(line.verdict != "not read" for line in found.lines))
    if callable(f) and callable(claimed) and not is_decided:
        return _by_numbers(f, claimed, wrt, where, at, order, place)
    assert found is not None
    return found


def _gives_several(claimed: Callable[..., Any], where: Where, at: At) -> bool:
    """Whether a function gives a tuple, of the derivatives by its arguments."""
    seen: list[Any] = []

    @wraps(claimed)
    def watched(*args: Any, **named: Any) -> Any:
        seen.append(claimed(*args, **named))
        return seen[-1]

    with suppress(MatdiffError):
        from_function(watched, where)
    if not seen and at is not None:
        with suppress(*FAILURES):
            watched(**at)
    return bool(seen) and isinstance(seen[-1], tuple)


def _by_expressions(f: Function, claimed: Function, wrt: str, where: Where, order: int, place: int) -> Review:
    """The claim as expressions: functions are recorded, a text is read beside what is known."""
    from matdiff.language import read, read_beside, unknown_in
    from matdiff.review.claims import claim

    if isinstance(f, str):
        whole = read(f, where, [wrt] if wrt else []).expr
    else:
        whole = f if isinstance(f, Expr) else from_function(f, where)
    if isinstance(claimed, str):
        value = read_beside(whole, claimed, where)
    else:
        value = claimed if isinstance(claimed, Expr) else from_function(claimed, where, place)
    unknown = unknown_in(whole, wrt)
    if not isinstance(unknown, Symbol):
        raise UnsupportedError(f"{wrt} is a part of a symbol")
    return claim(whole, value, unknown, order, getattr(f, "__name__", "f"), has_layout=callable(claimed))


def _by_numbers(
    f: Callable[..., Any],
    claimed: Callable[..., Any],
    wrt: str,
    where: Where,
    at: At,
    order: int,
    place: int,
) -> Review:
    """The claim beside central differences at one point."""
    from matdiff.numeric.differences import by_differences, how_it_differs
    from matdiff.review.claims import measured
    from matdiff.review.verdicts import AGREES, WRONG

    values = dict(at) if at is not None else drawn(where)
    try:
        truth = by_differences(f, values, wrt, order)
        given = claimed(**values)
        said = how_it_differs(given[place] if isinstance(given, tuple) else given, truth.value, truth.error)
    except FAILURES as error:
        raise MatdiffError(f"the function raised {type(error).__name__}: {error}") from error
    shown = f"∇{'²' if order == 2 else ''}_{wrt} {getattr(f, '__name__', 'f')} = {getattr(claimed, '__name__', 'g')}"
    if said:
        return measured(shown, WRONG, said)
    return measured(shown, AGREES, f"equal to central differences up to {float(truth.error.max()):.0e}")


def drawn(where: Where) -> dict[str, Any]:
    """Random values of what is declared."""
    from matdiff.language.declarations import declare
    from matdiff.numeric.functions import instance

    declared = declare(where)
    if not list(declared):
        raise MatdiffError("the arguments are not declared", suggestion="give where, or arrays as at={…}")
    found = (declared[name] for name in declared)
    return dict(instance([], [Symbol(d.name, d.shape, d.properties, tuple(r for _, r in d.indices)) for d in found])[0])
