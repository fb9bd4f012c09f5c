"""A claimed gradient, Jacobian or Hessian of a text, an expression or a Python function: right, or what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial, wraps
from typing import Any

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr, Symbol
from matdiff.api.functions import in_kind, in_numpy, kind_of
from matdiff.api.inputs import Where, from_function
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.language.declarations import declare
from matdiff.language.names import canonical
from matdiff.records import NamedTuple
from matdiff.review.report import AGREES, UNREAD, WRONG, Review

Function = str | Expr | Callable[..., Any]
At = Mapping[str, Any] | None


class Asked(NamedTuple):
    """The unknown of a claim, its derivative by a word, and the place of that where a function gives several."""

    wrt: str
    what: str
    place: Any

    @property
    def order(self) -> int:
        """The order of the derivative."""
        return 2 if self.what == "Hessian" else 1


def check_gradient(f: Function, claimed: Function, wrt: str = "", where: Where = None, *, at: At = None) -> Review:
    """Whether *claimed* is the gradient of *f* by *wrt*; the Jacobian where *f* is no number.

    Texts, expressions, and Python functions of the same arguments, whose first one is the unknown if *wrt* is left out;
    a function that gives a tuple gives the derivatives by all arguments, in their order, the value of *f* in front or
    not; or an array, the value *at* a point.  The array of a gradient has the shape of its unknown: (n, 1) for (n,) is
    wrong, since NumPy would make n×n of a step with it.
    Functions that cannot be recorded are compared with central differences, at the arrays *at* or where *where* says.

    >>> review = check_gradient("||X w - y||^2", "X'(X w - y)", "w")
    >>> review.kind, str(review.should_be)
    ('factor', '2Xᵀ(Xw − y)')
    >>> check_gradient(lambda x: (x ** 2).sum(), lambda x: 2 * x, where="x: n").ok
    True
    """
    return check_derivative(f, claimed, wrt, where, at)


def check_derivative(
    f: Function, claimed: Function, wrt: str = "", where: Where = None, at: At = None, what: str = "gradient"
) -> Review:
    """What *check_gradient* says, of a gradient, a Jacobian or a Hessian."""
    from matdiff.api.captured import in_names, parameters, required
    from matdiff.review.reviewing import review

    of_python = [g for g in (f, claimed) if callable(g)]
    given = [*(at or declare(where))] if of_python else []
    names = next(filter(None, (required(g, given) for g in of_python)), given)
    if callable(f) and at and hasattr(claimed, "shape") and not isinstance(claimed, Expr):
        return _by_numbers(f, lambda: claimed, where, at, Asked(wrt or next(iter(names)), what, 0))
    if callable(f) and callable(claimed):
        f, claimed = in_names(f, names), in_names(claimed, names)
        fixed = [n for n in at or () if n in names and n not in parameters(claimed)]
        if at and fixed:  # a gradient that knows the data itself
            f, at = partial(f, **{n: at[n] for n in fixed}), {n: v for n, v in at.items() if n not in fixed}
    places = _members(claimed, names, where, at) if callable(claimed) and names else {}
    if places and not wrt:
        reviews = [check_derivative(f, claimed, name, where, at, what) for name in places]
        return next((one for one in reviews if not one.ok), reviews[0])
    wrt = wrt or next(iter(names), "")
    asked = Asked(wrt, what, places.get(wrt, 0))
    if isinstance(f, str) and isinstance(claimed, str):
        low = f"_{{{wrt}}}" if wrt else ""
        return review(f"∇{'²' if asked.order == 2 else ''}{low} ({f}) = {claimed}", where, wrt or None)
    if where is None and at is not None:
        where = {name: kind for name, value in at.items() if (kind := kind_of(value, name == wrt))}
    found: Review | None = None
    try:
        found = _by_expressions(f, claimed, where, asked)
    except MatdiffError:
        if not (callable(f) and callable(claimed)):
            raise
    if callable(f) and callable(claimed) and (found is None or any(line.verdict == UNREAD for line in found.lines)):
        return _by_numbers(f, claimed, where, at, asked)
    assert found is not None
    if not found.ok:
        return _with_data(found, f, claimed, where, asked)
    return _in_shape(found, f, claimed, where, at, asked) if callable(f) and callable(claimed) else found


def _in_shape(
    found: Review, f: Callable[..., Any], claimed: Callable[..., Any], where: Where, at: At, asked: Asked
) -> Review:
    """The review of a right gradient of a number, which is wrong where its array has other axes than the unknown."""
    from matdiff.api.captured import applied, parameters
    from matdiff.numeric.differences import how_it_spreads
    from matdiff.review.reviewing import measured

    with suppress(MatdiffError):
        values = dict(at) if at is not None else drawn(where, parameters(f))
        if asked.what == "gradient" and asked.wrt in values and not getattr(applied(f, values), "shape", ()):
            said = how_it_spreads(_member(applied(claimed, values), asked), values[asked.wrt])
            return measured(found.lines[0].text, WRONG, said) if said else found
    return found


def _member(given: Any, asked: Asked) -> Any:
    """The derivative that is asked for, of those that a function gives."""
    return given[asked.place] if isinstance(given, (tuple, dict)) else given


def _members(claimed: Callable[..., Any], names: Sequence[str], where: Where, at: At) -> dict[str, Any]:
    """By which argument each member is, of the tuple or the dict that a function gives."""
    from matdiff.api.captured import applied

    seen: list[Any] = []

    @wraps(claimed)
    def watched(*args: Any, **named: Any) -> Any:
        seen.append(claimed(*args, **named))
        return seen[-1]

    with suppress(MatdiffError):
        from_function(watched, where)
    if not seen:
        with suppress(MatdiffError):
            applied(watched, drawn(where, names) if at is None else at)
    found = seen[-1] if seen else None
    if isinstance(found, tuple):  # one more than there are unknowns begins with the value
        return dict(zip(names, range(len(found) == len(names) + 1, len(found)), strict=False))
    return {name: name for name in names if name in found} if isinstance(found, dict) else {}


def _with_data(found: Review, f: Function, claimed: Function, where: Where, asked: Asked) -> Review:
    """The review of a wrong claim, in the names of the arrays that its functions take from around them."""
    from matdiff.api.captured import captured, with_parameters
    from matdiff.recording.functions import joined

    data = captured(g for g in (f, claimed) if callable(g))
    kinds = {n: kind for n, value in data.items() if (kind := kind_of(value, is_unknown=False))}
    with suppress(MatdiffError):
        f, claimed = (with_parameters(g, kinds) if kinds and callable(g) else g for g in (f, claimed))
        told = _by_expressions(f, claimed, joined(where, kinds), asked) if kinds else found
        return found if told.ok else told
    return found


def _by_expressions(f: Function, claimed: Function, where: Where, asked: Asked) -> Review:
    """The claim as expressions: functions are recorded, a text is read beside what is known."""
    from matdiff.language import read, read_beside
    from matdiff.review.reviewing import claim

    if isinstance(f, str):
        whole = read(f, where, [asked.wrt] if asked.wrt else []).expr
    else:
        whole = f if isinstance(f, Expr) else from_function(f, where)
    if isinstance(claimed, str):
        value = read_beside(whole, claimed, where)
    else:
        value = claimed if isinstance(claimed, Expr) else from_function(claimed, where, asked.place)
    name = getattr(f, "__name__", "f")
    return claim(whole, value, _symbol(whole, asked), asked.order, name, has_layout=callable(claimed))


def _symbol(f: Expr, asked: Asked) -> Symbol:
    """The unknown in a function."""
    from matdiff.language import unknown_in

    unknown = unknown_in(f, asked.wrt)
    if not isinstance(unknown, Symbol):
        raise UnsupportedError(f"{asked.wrt} is a part of a symbol")
    return unknown


def _by_numbers(f: Callable[..., Any], claimed: Callable[..., Any], where: Where, at: At, asked: Asked) -> Review:
    """The claim beside central differences at one point; what it should be as a formula, where there is one."""
    from matdiff.api.captured import applied, parameters
    from matdiff.numeric.differences import by_differences, how_it_differs, how_it_spreads
    from matdiff.review.derivatives import derivative
    from matdiff.review.reviewing import measured

    values = dict(at) if at is not None else drawn(where, parameters(f))
    if asked.wrt not in values:
        raise MatdiffError(f"{asked.wrt} is not declared", suggestion="give where, or arrays as at={…}")

    def called(**given: Any) -> Any:
        return in_numpy(applied(f, {n: in_kind(v, values[n]) for n, v in given.items()}))

    truth = by_differences(called, values, asked.wrt, asked.order)
    given = in_numpy(_member(applied(claimed, values), asked))
    is_gradient = asked.what == "gradient" and truth.value.shape == getattr(values[asked.wrt], "shape", None)
    said = (how_it_spreads(given, values[asked.wrt]) if is_gradient else "") or how_it_differs(
        given, truth.value, truth.error
    )
    nabla = f"∇{'²' if asked.order == 2 else ''}_{asked.wrt}"
    shown = f"{nabla} {getattr(f, '__name__', 'f')} = {getattr(claimed, '__name__', 'g')}"
    if not said:
        return measured(shown, AGREES, f"equal to central differences up to {float(truth.error.max()):.0e}")
    review = measured(shown, WRONG, said)
    with suppress(MatdiffError):
        whole = from_function(f, where)
        review.should_be = derivative(whole, _symbol(whole, asked), asked.order)
    return review


def drawn(where: Where, names: Iterable[str] = ()) -> dict[str, Any]:
    """Random values of what is declared, by the *names* of the parameters."""
    from matdiff.numeric.functions import instance

    declared, called = declare(where), {canonical(n): n for n in names}
    if not list(declared):
        raise MatdiffError("the arguments are not declared", suggestion="give where, or arrays as at={…}")
    found = (declared[name] for name in declared)
    values, _ = instance([], [Symbol(d.name, d.shape, d.properties, tuple(r for _, r in d.indices)) for d in found])
    return {called.get(name, name): value for name, value in values.items()}
