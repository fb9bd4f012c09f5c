"""The rule of typing for functions of a symmetric matrix: funm(f, S), and its derivative frechet_funm(f, S, E).

The function is a word among the arguments, first or, as SciPy has it, behind the matrix: one of the table, one that is
given by a formula, or an open one.
"""

from __future__ import annotations

from matdiff.algebra.expr import FUNCTIONS, Expr, Symbol, replace
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction, MatrixFunction, of_matrix
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.errors import UnsupportedError
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import SPECIAL, Attempt, special

HINT = "write funm(log, S), or funm(f, S) with f(t) = t log t in front of it"


@special("funm", "frechet_funm")
def type_matrix_function(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """f(S), and its derivative in some directions"""
    words = [part for part in node.parts if part.kind == "STRING" and isinstance(part.value, tuple)]
    pieces = [operand for operand in operands if operand is not None]
    if len(words) != 1 or len(pieces) != len(operands) - 1 or not pieces or node.parts.index(words[0]) > 1:
        raise attempt.misfit(node, f"{node.value} takes a function and a symmetric matrix", HINT)
    (name, order), s = words[0].value, pieces[0]
    if not attempt.unify(s.rows, s.cols):
        raise attempt.misfit(node, f"{node.value} needs a square matrix: {attempt.described(s)}")
    function = FUNCTIONS.get(name)
    if name in SPECIAL if function is None else not issubclass(function, Entrywise):
        raise attempt.misfit(words[0], f"{name} is no function of a scalar", HINT)
    count = number_of_parameters(attempt, node, name, pieces[1:])
    if name in attempt.formulas:
        return of_formula(attempt, node, name, order, pieces)

    def make(*built: Expr) -> Expr:
        return made(attempt, node, (name, order), built, count)

    return attempt.typed(node, (s.rows, s.cols), tuple(pieces), make)


def number_of_parameters(attempt: Attempt, node: Node, name: str, rest: list[Typed]) -> int:
    """How many of the arguments behind the matrix are parameters; the others are directions of its shape."""
    scalars = sum(piece.is_scalar for piece in rest)
    function = FUNCTIONS.get(name)
    most = len(function.inputs) - 1 if function is not None and name not in attempt.formulas else 0
    is_derivative = node.value == "frechet_funm"
    if scalars not in (0, most) or any(p.is_scalar for p in rest[scalars:]) or (len(rest) > scalars) != is_derivative:
        what = "directions behind the matrix" if is_derivative else "one matrix"
        raise attempt.misfit(node, f"{node.value} of {name} takes {what}", HINT)
    s = next(part.typed for part in node.parts if part.typed is not None)
    for direction in rest[scalars:]:
        if not attempt.same_shape(direction, s):
            raise attempt.clash(node, "a direction has the shape of the matrix", direction, s)
    return scalars


def made(attempt: Attempt, node: Node, what: tuple[str, int], built: tuple[Expr, ...], count: int) -> Expr:
    """The expression, once the matrix is known to be symmetric."""
    name, order = what
    require_symmetric(attempt, node, built[0])
    whole = MatrixFunction.applied(name, order, *built[: 1 + count])
    directions = built[1 + count :]
    if not directions:
        return whole
    if not isinstance(whole, MatrixFunction):
        raise attempt.misfit(node, f"{name} of a matrix has a derivative of its own", f"write frechet_{name}m").error
    return FrechetOfFunction.make((*whole.operands, *directions), (*whole.data, len(directions)))


def of_formula(attempt: Attempt, node: Node, name: str, order: int, pieces: list[Typed]) -> Typed:
    """The formula of f with the matrix for its letter: t log t is S logm(S)."""
    if order or len(pieces) > 1:
        raise attempt.misfit(node, f"{name} is given by a formula: write its derivative as one, too")
    formula, parameter = attempt.formulas[name]

    def make(f: Expr, s: Expr) -> Expr:
        t = Symbol(parameter)
        if s.is_scalar:
            return replace(f, lambda n: s if n is t else None)
        require_symmetric(attempt, node, s)
        try:
            return of_matrix(f, t, s)
        except ValueError:
            raise attempt.misfit(node, f"{name} is not made of operations on single entries").error from None

    return attempt.typed(node, (pieces[0].rows, pieces[0].cols), (formula, pieces[0]), make)


def require_symmetric(attempt: Attempt, node: Node, s: Expr) -> None:
    """f is applied to the eigenvalues, which only a symmetric matrix is known to have."""
    if not is_symmetric(s):
        place = next(part for part in node.parts if part.typed is not None)
        shown = attempt.written(place)
        hint = f"declare it, as in {shown}: n x n symmetric" if place.kind == "symbol" else "declare what it is made of"
        raise attempt.misfit(place, f"{shown} is not known to be symmetric", hint, UnsupportedError).error
