"""From a formula to code: functions of NumPy, JAX or PyTorch, and source for Julia and MATLAB."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matdiff.algebra.expr import Expr, Symbol, symbols
from matdiff.algebra.operators.structure import Named
from matdiff.api.derivatives import derive, hessian, jacobian
from matdiff.api.inputs import Unknowns, Where, function_of, parse, unknowns_in
from matdiff.errors import MatdiffError
from matdiff.results.base import Result
from matdiff.results.gradient import Derivation

if TYPE_CHECKING:
    from matdiff.numeric.objectives import Objective
    from matdiff.results.code import Code

OUTPUTS = ("value", "gradient", "hessian", "hvp", "jacobian", "jvp", "vjp")
USUAL = ("value", "gradient")
OF_A_SCALAR = frozenset(("gradient", "hessian", "hvp"))  # outputs that only a scalar has


def code(
    expr: Any,
    wrt: Unknowns = None,
    where: Where = None,
    backend: str = "numpy",
    outputs: Sequence[str] | None = None,
    name: str = "f",
    sizes: Mapping[str, int] | None = None,
    check: bool = True,
    dialect: str | None = None,
) -> Code:
    """A function of an array library that computes an expression and its derivatives.

    *expr* is text, an expression, a result of matdiff, or a mapping of names to expressions; without unknowns its value
    alone is computed. The function returns a tuple in the order of *outputs*, which are ``value``, ``gradient``,
    ``hessian`` (over vec), ``hvp`` (one direction for each unknown behind the arguments), ``jacobian``, ``jvp`` and
    ``vjp``; with several unknowns an output is a tuple itself. Of a solution the outputs are its unknowns, and
    ``value`` of the objective there; the arguments are the data. A vector has one axis, a scalar none, a family has the
    axes of its indices first. The backends ``julia`` and ``matlab`` give source alone. *sizes* are typical lengths, by
    which the order of products is chosen. With *check* the function is compared with *evaluate* on a random instance.

    >>> value, gradient = code("||X w - y||^2", wrt="w").function([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0], [0.0, 0.0])
    >>> float(value), gradient
    (58.0, array([48., 68.]))
    >>> import matdiff
    >>> ridge = code(matdiff.solve("minimise ||X w - y||^2 + c*||w||^2", "w", "c: scalar positive"))
    >>> ridge.function([[1.0, 0.0], [0.0, 2.0]], [2.0, 5.0], 1.0)
    (array([1., 2.]),)
    """
    if isinstance(expr, (str, Expr)) or _has_function(expr):
        scalar = not OF_A_SCALAR.isdisjoint(outputs or USUAL)
        f, unknowns = _question(expr, wrt, where, dialect, scalar)
        usual = expr.usual() if isinstance(expr, Result) else USUAL
        result = _written(f, unknowns, _outputs(outputs or usual, bool(unknowns)), backend, name, sizes)
    else:
        result = _held(expr, outputs, backend, name, sizes)
    if check:
        result.verify()
    return result


def _has_function(found: Any) -> bool:
    """Whether a result is that of a function, all of whose derivatives may be asked for."""
    from matdiff.results.second import Hessian

    return isinstance(found, (Derivation, Hessian))


def _held(
    found: Any,
    outputs: Sequence[str] | None,
    backend: str,
    name: str,
    sizes: Mapping[str, int] | None,
) -> Code:
    """The function for answers that a result holds, or for expressions by their names."""
    from matdiff.results.code import code_for

    if isinstance(found, Result):
        answers, usual = found.computed(), found.usual()
        read, conditions, needs = found.read, found.conditions, found.needs()
    else:
        is_held = isinstance(found, Mapping) and found and all(isinstance(e, Expr) for e in found.values())
        if not is_held:
            raise MatdiffError(f"there is no code for a {type(found).__name__}")
        answers = {n if isinstance(n, str) else " ".join(map(str, n)): (e,) for n, e in found.items()}
        usual, read, conditions, needs = tuple(answers), (), (), ()
    chosen = {title: answers[title] for title in _known(outputs or usual, answers)}
    occurring = {s for es in chosen.values() for e in es for s in symbols(e)}
    inputs = [s for s in dict.fromkeys(s for e in read for s in symbols(e)) if s in occurring]
    return code_for(chosen, inputs, backend, name, sizes, conditions, needs=needs)


def _written(
    f: Expr,
    unknowns: Mapping[str, Expr],
    wanted: Sequence[str],
    backend: str,
    name: str,
    sizes: Mapping[str, int] | None,
) -> Code:
    """The function, from the form of the expression that is computed well; its value is that of the expression."""
    from matdiff.calculus.conditions import size_names
    from matdiff.program.low_rank import of_low_rank
    from matdiff.program.stable import stable
    from matdiff.results.code import code_for

    has_named = any(isinstance(u, Named) for u in unknowns.values())
    well = f if has_named else stable(f)
    answers, conditions = _answers(well, unknowns, wanted)
    shortcut = None if has_named else of_low_rank(answers, size_names(well))
    meant = {"value": (f,)}
    names = [u.name for u in unknowns.values() if isinstance(u, Symbol)]
    return code_for(answers, symbols(f), backend, name, sizes, conditions, meant, (), shortcut, names)


def _answers(
    f: Expr, unknowns: Mapping[str, Expr], wanted: Sequence[str]
) -> tuple[Mapping[str, Sequence[Expr]], tuple[str, ...]]:
    """The expressions for some outputs, and where they hold."""
    from matdiff.program.stable import spread_between_inverses

    derived = derive(f, list(unknowns.values())) if {"gradient", "hvp"} & {*wanted} else None
    answers = {
        title: tuple(map(spread_between_inverses, _expressions(title, f, unknowns, derived))) for title in wanted
    }
    return answers, derived.conditions if derived is not None else ()


def objective(
    expr: Any, wrt: Unknowns = None, where: Where = None, *, fixed: Mapping[str, Any], start: Any
) -> Objective:
    """A function of one vector for ``scipy.optimize.minimize``, which holds all unknowns, with its gradient.

    *expr* is what ``code`` takes; *fixed* are the values of what is no unknown, *start* those of the unknowns to begin
    with, as a mapping if there are several.  Of a symmetric, triangular or diagonal unknown the free entries vary.

    >>> found = objective("(x - a)'(x - a)", "x", fixed={"a": [1.0, 2.0]}, start=[0.0, 0.0])
    >>> found(found.x0)
    (5.0, array([-2., -4.]))
    >>> found.hessp(found.x0, found.x0 + 1)
    array([2., 2.])
    """
    from matdiff.numeric.objectives import Objective

    f, unknowns = _question(expr, wrt, where, None, True)
    if not unknowns:
        raise MatdiffError("there is no unknown", suggestion='Name one: wrt="X".')
    wanted = list(unknowns.values())
    first = code(f, wanted, check=False)
    return Objective(first, lambda: code(f, wanted, outputs=("hvp",), check=False), wanted, fixed, start)


def _question(
    expr: Any, wrt: Unknowns, where: Where, dialect: str | None, scalar: bool
) -> tuple[Expr, Mapping[str, Expr]]:
    """The function, which may have to be a *scalar*, and its unknowns: those of a derivation are its own."""
    if isinstance(expr, (str, Expr)):
        if unknowns_in(wrt):
            return function_of(expr, wrt, where, scalar, dialect, order=2)
        return (parse(expr, where, dialect) if isinstance(expr, str) else expr), {}
    if not _has_function(expr):
        raise MatdiffError(f"there is no code for a {type(expr).__name__}")
    return expr.function, expr.unknowns


def _outputs(outputs: Sequence[str], has_unknowns: bool) -> tuple[str, ...]:
    """The outputs, which are checked; without unknowns the value alone."""
    _known(outputs, OUTPUTS)
    if not has_unknowns and tuple(outputs) not in (USUAL, ("value",)):
        raise MatdiffError("there is no unknown", suggestion='Name one: wrt="X".')
    return tuple(outputs) if has_unknowns else ("value",)


def _known(outputs: Sequence[str], titles: Collection[str]) -> Sequence[str]:
    """The outputs, all of which there are."""
    for title in outputs:
        if title not in titles:
            raise MatdiffError(f"there is no output {title!r}", suggestion=f"take some of {', '.join(titles)}")
    return outputs


def _expressions(title: str, f: Expr, unknowns: Mapping[str, Expr], derived: Derivation | None) -> Sequence[Expr]:
    """One expression, or one for each unknown."""
    from matdiff.calculus.adjoint import cotangent, directions, pulled, pushed

    wanted = list(unknowns.values())
    if title == "value":
        return [f]
    if title == "jacobian":
        return list(jacobian(f, wanted).results.values())
    if title == "hessian":
        return [hessian(f, wanted).result]
    if title == "jvp":
        return [pushed(f, directions(f, unknowns, {}))]
    if title == "vjp":
        return list(pulled(f, unknowns, cotangent(f, "Y")).values())
    assert derived is not None
    gradients = list(derived.gradients.values())
    if title == "gradient":
        return gradients
    along = directions(f, unknowns, {})
    return [pushed(g, along) for g in gradients]
