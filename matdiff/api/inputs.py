"""What the public functions take: texts or expressions, unknowns, declarations, Python functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from typing import TYPE_CHECKING, Any

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr, symbols
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.language.outside import split

if TYPE_CHECKING:
    from matdiff.language.answers import Reading

Where = str | Mapping[str, str] | None
Unknowns = str | Expr | Sequence[str | Expr] | None


def parse(text: str, where: Where = None, dialect: str | None = None) -> Expr:
    """The typed expression that a text stands for, in any spelling; *dialect* forces ``plain``, ``latex``, ``numpy`` ….

    >>> parse("x'A x").shape
    (1, 1)
    """
    from matdiff.language import read

    found = read(text, where, dialect=dialect)
    _require_equal(found)
    if found.question and found.question.names:
        asked = "the derivative by" if found.question.order else "what is best over"
        note = f"the text asks for {asked} {', '.join(found.question.names)}; this is the function"
        found.expr.facts["notes"] = (*found.expr.notes, note)
    return found.expr


def function_of(
    expr: str | Expr, wrt: Unknowns, where: Where, scalar: bool, dialect: str | None = None, order: int = 1
) -> tuple[Expr, dict[str, Expr]]:
    """An expression and its unknowns by name, which the text may ask for itself; *order* is that of the derivative."""
    names = unknowns_in(wrt)
    if isinstance(expr, str):
        from matdiff.language import read

        reading = read(expr, where, [n for n in names if isinstance(n, str)], scalar=scalar, dialect=dialect)
        names = _asked(reading, names, order)
        if not names and (arguments := reading.arguments()):
            return function_of(expr, arguments, where, scalar, dialect, order)  # f(x) = … is a function of x
        _require_equal(reading, {str(reading.unknown(n)) if isinstance(n, str) else str(n) for n in names})
        f, find = reading.expr, reading.unknown
    else:
        from matdiff.language.answers import unknown_in

        f, find = expr, partial(unknown_in, expr)
    if not names:
        names = tuple([s.name for s in symbols(f)])
        if len(names) != 1:  # x'x is by x: there is nothing else
            raise no_unknown(f)
    return f, {str(n): n if isinstance(n, Expr) else find(n) for n in names}


def no_unknown(f: Expr) -> MatdiffError:
    """The error where nothing says by what the derivative is."""
    names = [s.name for s in symbols(f)]
    hint = f'name one of {", ".join(names)}: wrt="{names[-1]}"' if names else ""
    return MatdiffError("there is no unknown", suggestion=hint)


def unknowns_in(wrt: Unknowns) -> tuple[str | Expr, ...]:
    """The unknowns of ``wrt``: names, or a text with commas between them; a comma in brackets belongs to a name.

    >>> unknowns_in("U, X[:, 1]")
    ('U', 'X[:, 1]')
    """
    if wrt is None:
        return ()
    if isinstance(wrt, str) and wrt.isalnum():
        return (wrt,)  # as it mostly is
    given = [wrt] if isinstance(wrt, (str, Expr)) else wrt
    return tuple(name for one in given for name in ((one,) if isinstance(one, Expr) else _names(one)))


def _names(text: str) -> list[str]:
    """The names in a text, between its commas outside of brackets."""
    names = split(text, ",") if "," in text else [text]
    return [*filter(None, map(str.strip, names))] or [text]  # no name is refused as one


def _asked(reading: Reading, names: tuple[str | Expr, ...], order: int) -> tuple[str | Expr, ...]:
    """The unknowns that the text or the caller names; a derivative in the text has to be the one that is wanted."""
    question = reading.question
    if question is None:
        return names
    text, span = reading.text, reading.asked_at
    if question.order > order:
        raise UnsupportedError(
            "the text asks for a second derivative", text=text, span=span,
            suggestion="the Hessian is what matdiff.hessian and the command matdiff hessian give",
        )  # fmt: skip
    all_named = tuple(name for name in question.names if not _is_of_conditions(reading, name)) or question.names
    if not names or not question.names:
        return names or all_named
    wanted = {str(reading.unknown(n)) if isinstance(n, str) else str(n) for n in names}
    all_asked = {str(reading.unknown(n)) for n in all_named}
    if wanted != all_asked:
        shown, asked = ", ".join(map(str, names)), ", ".join(question.names)
        if question.order and not wanted < all_asked:
            message = f"the text asks for the derivative by {asked}, and wrt is {shown}"
            raise MatdiffError(message, text=text, span=span, suggestion="leave out wrt, or the operator in the text")
        does = "asks for the derivative by" if question.order else "optimises over"
        note = f"the text {does} {asked}; the derivative is by {shown}, as wrt says"
        reading.expr.facts["notes"] = (*reading.expr.notes, note)
    return names


def _is_of_conditions(reading: Reading, name: str) -> bool:
    """Whether an unknown stands only in conditions, as b of min_{w,b} ‖w‖² with yᵢ(wᵀxᵢ + b) ≥ 1: noted."""
    is_one = any(re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", text) for text in reading.constraints)
    if not is_one or reading.find(name):
        return False
    reading.expr.facts["notes"] = (*reading.expr.notes, f"{name} stands in the conditions only, and has no derivative")
    return True


def _require_equal(reading: Reading, unknowns: Set[str] = frozenset()) -> None:
    """Raises MatdiffError where the members of a chain J = a = b are not the same.

    A member with letters of its own, where the next one has others or all unknowns, names what that says:
    ½∑ᵢ eᵢ² = ½‖y − Xb‖², wᵀΣw = ∑ᵢⱼ wᵢσᵢⱼwⱼ.
    """
    given = {str(s) for s in symbols(reading.expr)}
    for side in reading.sides:
        from matdiff.api.comparing import compared  # only where a text has a chain

        own = {str(s): s.name for s in symbols(side)}
        new = [shown for shown in sorted(own.keys() - given) if own[shown] not in reading.declared]
        new = new if reading.called or reading.question else []  # ‖r‖² = rᵀr is about nothing else
        if new and unknowns and (given - own.keys() or unknowns.isdisjoint(own)):
            shown = " and ".join(new)
            note = f"{side} is not compared with {reading.expr}: nothing says what {shown} is"
            reading.expr.facts["notes"] = (*reading.expr.notes, note)
            continue
        found = compared(side, reading.expr)
        if not found:
            hint = "give one of them, the one that is meant"
            message = f"the sides of the equation are not the same: {side} and {reading.expr} are {found.message}"
            raise MatdiffError(message, suggestion=hint)


def from_function(f: Callable[..., Any], where: Where = None, output: Any = 0) -> Expr:
    """The expression that a Python function computes, recorded in one call with symbolic arrays.

    *f* is written with NumPy, SciPy, JAX or PyTorch as for arrays; *where* declares the shapes of those parameters of
    which annotations, docstring and comments do not say them, and which do not follow from use; *output* says which
    member of a tuple is meant.
    Local variables are definitions of the expression, which is compared with the function on random values.  An
    operation that has no expression, such as a branch on a value, raises a MatdiffError that names it and its line.

    >>> print(from_function(lambda W, x, y: ((W @ x - y) ** 2).sum()))
    sum((Wx − y).^2)
    >>> print(from_function(lambda x, b: ((x - b) ** 2).sum(), "x, b: n"))
    sum((x − b).^2)
    """
    from matdiff.numeric.recorded import require_same_values
    from matdiff.recording.functions import from_function as recorded

    found = recorded(f, where, output)
    ones = {name: [k.number == 1 for k in p.lengths] for name, p in found.parameters.items()}
    symbols = [p.expr for p in found.parameters.values()]
    require_same_values(found.expr, symbols, ones, found.call, found.library, found.by_numpy)
    return found.expr


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
