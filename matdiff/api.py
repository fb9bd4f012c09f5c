"""The public functions: text or expressions in, derivations out.  The mathematics is in the folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import CATALOGUE, Law
from matdiff.calculus.derivation import Gradients, Line
from matdiff.calculus.gradient import gradients
from matdiff.calculus.rewrite import Step
from matdiff.errors import MatdiffError, UnsupportedError

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification

Where = str | Mapping[str, str] | None


class Derivation:
    """A derived gradient with everything that led to it.

    function, unknowns   what was derived, with respect to what
    gradient, gradients  the answer; a mapping from the names of the unknowns to the answers
    unconstrained        for unknowns with a property (symmetric, …) the gradient before the projection
    steps, lines         the applications of laws, and the lines that replaying them gives
    conditions           where the laws that were used hold
    """

    def __init__(self, found: Gradients) -> None:
        self._found = found
        self.function: Expr = found.function
        self.unknowns: Mapping[str, Expr] = found.unknowns
        self.gradients: Mapping[str, Expr] = found.gradients
        self.unconstrained: Mapping[str, Expr] = found.unconstrained

    @property
    def gradient(self) -> Expr:
        """The gradient with respect to the only unknown."""
        if len(self.gradients) != 1:
            names = ", ".join(self.gradients)
            raise MatdiffError(
                f"there are several gradients, with respect to {names}", suggestion="Take one of .gradients[…]."
            )
        return next(iter(self.gradients.values()))

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every application of a law: Step(law, before, after)."""
        return self._found.steps()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines at the textbook level of detail: Line(expression, laws)."""
        return tuple(line for block in self._found.blocks for phase in block.phases for line in phase.lines())

    @property
    def conditions(self) -> tuple[str, ...]:
        """The side conditions of the laws that were used, in words."""
        return self._found.conditions()

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares both sides of every step, and every gradient with central differences, on random instances.

        >>> derive("x'A x", wrt="x").verify().ok
        True
        """
        from matdiff.numeric.check import verify

        answers = {self.unknowns[name]: g for name, g in self.gradients.items()}
        return verify(self.function, answers, self.steps, seed=seed, trials=trials)

    def to_text(self, steps: str = "textbook", check: str = "") -> str:
        """The derivation as a page of text; *steps* is ``full``, ``textbook`` or ``none``."""
        from matdiff.output.text import derivation

        return derivation(self._found, steps, check)

    def to_latex(self, steps: str = "textbook") -> str:
        """The derivation as a LaTeX ``align*`` with the names of the laws at the right."""
        from matdiff.output.latex import derivation

        return derivation(self._found, steps)

    def to_json(self, check: Verification | None = None) -> str:
        """The derivation as JSON: function, shapes, gradients, steps, conditions."""
        from matdiff.output.json import derivation

        return derivation(self._found, check)

    def to_sympy(self) -> Any:
        """The gradient as a SymPy matrix expression; with several unknowns a dictionary of them."""
        from matdiff.output.sympy import to_sympy

        answers = {name: to_sympy(g) for name, g in self.gradients.items()}
        return next(iter(answers.values())) if len(answers) == 1 else answers

    def __repr__(self) -> str:
        return "\n".join(f"∇_{name} f = {g}" for name, g in self.gradients.items())


def derive(
    expr: str | Expr, wrt: str | Expr | Sequence[str | Expr], where: Where = None, spelling: str | None = None
) -> Derivation:
    """The gradients G of a scalar function, with df = Tr(Gᵀ dX); each has the shape of its unknown.

    *expr* is text or an expression, *wrt* one unknown or several, *where* declares shapes and properties
    (``"X: m x n; S: d x d spd"``).  What is not declared is inferred from use.  LaTeX is recognised;
    *spelling* (``plain`` or ``latex``) settles it.  Raises MatdiffError when the text cannot be read,
    shapes do not fit, or no law covers an operator.

    >>> derive("tr(inv(X)*A)", wrt="X").gradient
    Expr('−X⁻ᵀAᵀX⁻ᵀ': n×n)
    """
    from matdiff.language import read, unknown_in

    names = (wrt,) if isinstance(wrt, str | Expr) else tuple(wrt)
    if not names:
        raise MatdiffError("there is no unknown", suggestion='Name one: wrt="X".')
    if isinstance(expr, str):
        reading = read(expr, where, [n for n in names if isinstance(n, str)], scalar=True, spelling=spelling)
        f, find = reading.expr, reading.unknown
    else:
        f, find = expr, lambda name: unknown_in(expr, name)
    return Derivation(gradients(f, {str(n): n if isinstance(n, Expr) else find(n) for n in names}))


def jacobian(expr: str | Expr, wrt: str, where: Where = None) -> NoReturn:
    """The Jacobian ∂f/∂xᵀ: not available yet, and refused."""
    raise UnsupportedError(
        "Jacobians are not available yet", suggestion="Gradients of scalar expressions are: matdiff.derive."
    )


def hessian(expr: str | Expr, wrt: str, where: Where = None) -> NoReturn:
    """The Hessian of a scalar expression: not available yet, and refused."""
    raise UnsupportedError("Hessians are not available yet", suggestion="Gradients are: matdiff.derive.")


def parse(text: str, where: Where = None, spelling: str | None = None) -> Expr:
    """The typed expression that a text stands for, in any spelling; *spelling* forces ``plain`` or ``latex``.

    >>> parse("x'A x").shape
    (1, 1)
    """
    from matdiff.language import read

    return read(text, where, spelling=spelling).expr


def matrix_form(expr: Expr | str, names: Mapping[str, str] | None = None, where: Where = None) -> Expr:
    """Sums over data as products of data matrices, whose rows are the samples: Σᵢ xᵢxᵢᵀ = XᵀX.

    *names* gives the matrix of a family (``{"x": "X"}``); without it the capital letter is taken.  Raises
    UnknownNameError when a name is no family, or is in use.

    >>> print(matrix_form("∑_i (w'x_i - y_i)^2", where="x[i=1..N]: d; w: d; y[i=1..N]: scalar"))
    ‖Xw − y‖²
    """
    from matdiff.calculus.dataform import matrix_form

    return matrix_form(parse(expr, where) if isinstance(expr, str) else expr, names)


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
        from matdiff.output.json import parsed as parsed_json

        return parsed_json(expr)
    return format(expr, form)


def evaluate(expr: Expr | str, values: Mapping[str, Any]) -> Any:
    """The value of an expression: a float for a scalar, an array (n,) for a vector, (m, n) for a matrix.

    >>> evaluate("x'x", {"x": [3, 4]})
    25.0
    """
    from matdiff.numeric.evaluate import evaluate as value

    return value(parse(expr) if isinstance(expr, str) else expr, values)


def laws() -> tuple[Law, ...]:
    """The catalogue of laws, each with its statement and condition."""
    return tuple(CATALOGUE.values())
