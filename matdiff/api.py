"""The public functions: text or expressions in, derivations out.  The mathematics is in the folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.dims import ONE, shape_text
from matdiff.algebra.expr import Expr, Operator, symbols
from matdiff.algebra.laws import CATALOGUE, Law
from matdiff.calculus.gradient import gradients
from matdiff.errors import CheckError, MatdiffError
from matdiff.results.equality import Equality
from matdiff.results.gradient import Derivation

if TYPE_CHECKING:
    from matdiff.results.differential import DifferentialForm
    from matdiff.results.equations import ImplicitDerivative, StationaryPoint
    from matdiff.results.second import Hessian, Jacobian

Where = str | Mapping[str, str] | None
Class = TypeVar("Class", bound=type[Operator])


def derive(
    expr: str | Expr,
    wrt: str | Expr | Sequence[str | Expr],
    where: Where = None,
    spelling: str | None = None,
    expand: bool = True,
) -> Derivation:
    """The gradients G of a scalar function, with df = Tr(Gᵀ dX); each has the shape of its unknown.

    *expr* is text or an expression, *wrt* one unknown or several, *where* declares shapes and properties
    (``"X: m x n; S: d x d spd"``).  What is not declared is inferred from use.  LaTeX is recognised;
    *spelling* (``plain`` or ``latex``) settles it.  Of a function with definitions the answer is one closed form, or
    without *expand* stands in terms of the gradients ∇_h with respect to them.  Raises MatdiffError when the text
    cannot be read, shapes do not fit, or no law covers an operator.

    >>> derive("tr(inv(X)*A)", wrt="X").gradient
    Expr('−X⁻ᵀAᵀX⁻ᵀ': n×n)
    """
    return Derivation(gradients(*_function(expr, wrt, where, True, spelling), expand))


def _function(
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


def equal(
    a: str | Expr, b: str | Expr, where: Where = None, *, seed: int = 0, trials: int = 5, spelling: str | None = None
) -> Equality:
    """Whether two expressions are equal wherever both have a value: proved, refuted by numbers, or neither.

    Texts are read together: undeclared symbols get shapes that suit both.

    >>> equal("2X'X w - 2X'y", "2X'(X w - y)").message
    'equal, proved by simplification'
    >>> equal("tr(A B)", "tr(A'B)", "A, B: n x n").equal
    False
    """
    from matdiff.calculus.equality.proof import prove
    from matdiff.numeric.comparison import compare

    left, right = _both_sides(a, b, where, spelling)
    if left.shape != right.shape:
        shapes = f"the left side is {shape_text(left.shape)}, the right side is {shape_text(right.shape)}"
        return Equality(left, right, False, f"different: {shapes}")
    proof = prove(left, right)
    if proof is not None:
        return Equality(left, right, True, f"equal, {PROVED[proof.method]}", proof)
    try:
        found = compare(left, right, seed, trials)
    except CheckError as error:
        return Equality(left, right, None, f"undecided: there is no proof, and {error.message}")
    if found.counterexample is not None:
        return Equality(left, right, False, "different: there is a counterexample", None, found.counterexample)
    return Equality(left, right, None, f"equal on {found.trials} random instances, no proof", trials=found.trials)


PROVED = {
    "identical": "since they are the same up to the order of terms",
    "simplification": "proved by simplification",
    "normal form": "proved by the normal form",
    "common denominator": "proved by the normal form over a common denominator",
}


def _both_sides(a: str | Expr, b: str | Expr, where: Where, spelling: str | None) -> tuple[Expr, Expr]:
    """Two sides as expressions; a text beside an expression has its symbols."""
    from matdiff.language import read, read_beside, read_pair

    if isinstance(a, Expr):
        return a, b if isinstance(b, Expr) else read_beside(a, b, where, spelling)
    if isinstance(b, Expr):
        return read_beside(b, a, where, spelling), b
    try:
        return read_pair(a, b, where, spelling)
    except MatdiffError as error:
        left, right = read(a, where, spelling=spelling).expr, read(b, where, spelling=spelling).expr
        if left.shape != right.shape:
            return left, right
        raise MatdiffError(
            f"the two sides do not fit together: {error.message}",
            suggestion="Declare the shapes of the symbols, as in X: m x n; w: n; a: scalar.",
        ) from None


def jacobian(
    expr: str | Expr,
    wrt: str | Expr | Sequence[str | Expr],
    where: Where = None,
    layout: str = "numerator",
    spelling: str | None = None,
) -> Jacobian:
    """The Jacobian J of an expression F of any shape: d vec F = J d vec X, for a vector ∂f/∂xᵀ; by a scalar t, ∂F/∂t.

    vec stacks columns; ``layout="denominator"`` gives the transpose of J.  An unknown with a property varies in its
    subspace, and J is projected.

    >>> print(jacobian("A*X*B", wrt="X").result)
    Bᵀ ⊗ A
    """
    from matdiff.calculus.jacobian import jacobians
    from matdiff.results.second import Jacobian

    return Jacobian(jacobians(*_function(expr, wrt, where, False, spelling)), layout)


def hessian(
    expr: str | Expr, wrt: str | Expr | Sequence[str | Expr], where: Where = None, spelling: str | None = None
) -> Hessian:
    """The Hessian H of a scalar expression: d²f = (d vec X)ᵀ H d vec X; of several unknowns the matrix of blocks.

    >>> print(hessian("||A x - b||^2", wrt="x").result)
    2AᵀA
    """
    from matdiff.calculus.hessian import hessians
    from matdiff.results.second import Hessian

    return Hessian(hessians(*_function(expr, wrt, where, True, spelling)))


def differential(
    expr: str | Expr,
    wrt: str | Expr | Sequence[str | Expr] = (),
    where: Where = None,
    spelling: str | None = None,
) -> DifferentialForm:
    """The differential dF of an expression of any shape, with its lines; without *wrt* every symbol varies.

    >>> print(differential("inv(X)*A").result)
    X⁻¹(dA − dX X⁻¹A)
    >>> print(differential("inv(X)*A", wrt="X").result)
    −X⁻¹ dX X⁻¹A
    """
    from matdiff.calculus.forms import differential_form
    from matdiff.results.differential import DifferentialForm

    if wrt:
        return DifferentialForm(differential_form(*_function(expr, wrt, where, False, spelling)))
    f = parse(expr, where, spelling) if isinstance(expr, str) else expr
    return DifferentialForm(differential_form(f, {s.name: s for s in symbols(f)}))


def taylor(
    expr: str | Expr, wrt: str | Expr, where: Where = None, order: int = 2, by: str = "", around: str = ""
) -> Expr:
    """Taylor's formula F(X) + dF[H] + ½ d²F[H, H] + … for F(X + H), up to an order; *by* is the name of H.

    With *around* the point is a symbol of that name, and what stands for H is X − A.

    >>> print(taylor("log det X", wrt="X"))
    log|X| + Tr(X⁻¹H) − ½Tr(X⁻¹HX⁻¹H)
    >>> print(taylor("exp(t)", wrt="t", where="t: scalar", around="a"))
    exp(a) + exp(a)(t − a) + ½exp(a)(t − a)²
    """
    from matdiff.calculus.taylor import expansion

    f, unknowns = _function(expr, (wrt,), where, False)
    (unknown,) = unknowns.values()
    is_matrix = unknown.rows is not ONE and unknown.cols is not ONE
    return expansion(f, unknown, order, by or ("H" if is_matrix else "h"), around)


def derivative(
    expr: str | Expr, wrt: str | Expr, where: Where = None, order: int = 3, by: Sequence[str] = ()
) -> Expr:
    """dᵏF[V₁, …, V_k], the derivative of an order k in directions: linear in each of them, and symmetric.

    *by* are the names of the directions; without it u, v, w, and U, V, W for matrices.

    >>> print(derivative("x'A x", wrt="x", where="A: n x n symmetric", order=2))
    2uᵀAv
    """
    from matdiff.calculus.taylor import derivative as derived

    f, unknowns = _function(expr, (wrt,), where, False)
    return derived(f, next(iter(unknowns.values())), order, tuple(by))


def implicit(
    equation: str | Expr,
    solve_for: str | Expr,
    wrt: str | Expr | Sequence[str | Expr],
    where: Where = None,
    objective: str | Expr | None = None,
) -> ImplicitDerivative:
    """The derivative of the X that an equation F(X, θ) = 0 defines: dX by dθ, the Jacobians, and ∇_θ of an objective.

    *equation* is ``A X + X A' = Q``, an expression that is zero, a fixed point ``x = tanh(W x + b)``, or
    ``argmin_x g`` for the condition ∇g = 0.  Raises ShapeError where F has not as many entries as X.

    >>> implicit("A x = b", solve_for="x", wrt=("A", "b"), where="A: n x n")
    dx = A⁻¹(db − dA x)
    >>> implicit("A X + X A' = Q", solve_for="X", wrt="Q", where="A: n x n", objective="tr(B X)").gradients["Q"]
    Expr('sylvester(Aᵀ, A, Bᵀ)': n×n)
    """
    from matdiff.calculus.implicit import implicit as derived
    from matdiff.language import read_beside, unknown_in
    from matdiff.language.problems import read_equation
    from matdiff.results.equations import ImplicitDerivative

    f, minimised = read_equation(equation, where, str(solve_for)) if isinstance(equation, str) else (equation, False)
    whole = f if isinstance(f, Expr) else f.expr
    x = solve_for if isinstance(solve_for, Expr) else unknown_in(whole, solve_for)
    goal = read_beside(whole, objective, where) if isinstance(objective, str) else objective
    if minimised:
        whole = gradients(whole, {"x": x}).gradients["x"]
    names = (wrt,) if isinstance(wrt, str | Expr) else tuple(wrt)
    parameters = {str(n): n if isinstance(n, Expr) else unknown_in(whole, n) for n in names}
    return ImplicitDerivative(derived(whole, x, parameters, goal))


def stationary(
    problem: str,
    wrt: str | Sequence[str],
    where: Where = None,
    subject_to: str | Sequence[str] = (),
    data: Sequence[str] | None = None,
) -> StationaryPoint:
    """The Lagrangian of ``minimise f subject to A x = b``, its conditions, and the system of Newton's method.

    *data* are the symbols whose differentials stand on the right-hand side: by default those of the constraints.

    >>> point = stationary("minimise ½x'P x + q'x subject to A x = b", wrt="x", where="P: n x n symmetric")
    >>> point
    ∇_x L = Px + q + Aᵀν
    ∇_nu L = Ax − b
    >>> print(point.matrix)
    [P, Aᵀ; A, 0_{m×m}]
    """
    from matdiff.calculus.stationary import stationary as derived
    from matdiff.language.problems import read_problem
    from matdiff.results.equations import StationaryPoint

    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    further = (subject_to,) if isinstance(subject_to, str) else tuple(subject_to)
    found = read_problem(problem, where, names, further)
    known = {s.name: s for e in (found.reading.expr, *found.constraints) for s in symbols(e)}
    varying = None if data is None else [known[name] for name in data if name in known]
    f = found.reading.expr
    return StationaryPoint(derived(f, found.constraints, {n: found.reading.unknown(n) for n in names}, varying))


def parse(text: str, where: Where = None, spelling: str | None = None) -> Expr:
    """The typed expression that a text stands for, in any spelling; *spelling* forces ``plain`` or ``latex``.

    >>> parse("x'A x").shape
    (1, 1)
    """
    from matdiff.language import read

    return read(text, where, spelling=spelling).expr


def adjoint(expr: str | Expr, wrt: str | Expr, where: Where = None, by: str = "Y") -> Expr:
    """The adjoint 𝓛* of the linear map 𝓛 from *wrt* to *expr*: ⟨Y, 𝓛(X)⟩ = ⟨𝓛*(Y), X⟩, with *by* for the name Y.

    Of an affine map it is the adjoint of the linear part; a map that is neither is refused.

    >>> print(adjoint("A*X*B", wrt="X"))
    AᵀYBᵀ
    """
    from matdiff.calculus.adjoint import adjoint_of, cotangent

    f, unknowns = _function(expr, (wrt,), where, False)
    ((name, unknown),) = unknowns.items()
    return adjoint_of(f, name, unknown, cotangent(f, by))


def vjp(
    expr: str | Expr, wrt: str | Expr | Sequence[str | Expr], where: Where = None, by: str = "Y"
) -> Expr | Mapping[str, Expr]:
    """The gradient of ⟨Y, F⟩ for an expression F of any shape and a Y that is constant, whose name is *by*.

    With several unknowns a mapping from their names.

    >>> print(vjp("tanh(W x)", wrt="W", by="y"))
    (y ⊙ (1 − tanh(Wx).^2))xᵀ
    """
    from matdiff.calculus.adjoint import cotangent, pulled

    f, unknowns = _function(expr, wrt, where, False)
    found = pulled(f, unknowns, cotangent(f, by))
    return next(iter(found.values())) if isinstance(wrt, str | Expr) else found


def jvp(
    expr: str | Expr,
    wrt: str | Expr | Sequence[str | Expr],
    where: Where = None,
    by: str | Mapping[str, str] | None = None,
) -> Expr:
    """The differential dF of an expression F where that of X is the direction V_X; *by* gives other names.

    Each node is differentiated once, forwards.  With several unknowns each has a direction, and *by* is a mapping.

    >>> print(jvp("A inv(X)", wrt="X", by="V"))
    −AX⁻¹VX⁻¹
    """
    from matdiff.calculus.adjoint import directions, pushed

    f, unknowns = _function(expr, wrt, where, False)
    names = {next(iter(unknowns)): by} if isinstance(by, str) else by
    return pushed(f, directions(f, unknowns, names or {}))


def from_function(f: Callable[..., Any], where: Where = None) -> Expr:
    """The expression that a Python function computes, recorded in one call with symbolic arrays.

    *f* is written with NumPy as for arrays; *where* declares the shapes of its parameters.  An operation that has no
    expression, such as a branch on a value, raises a MatdiffError that names it.

    >>> print(from_function(lambda W, x, y: ((W @ x - y) ** 2).sum(), "W: m x n; x: n; y: m"))
    sum((Wx − y).^2)
    """
    from matdiff.language.tracing import from_function as traced

    return traced(f, where)


def matrix_form(expr: Expr | str, names: Mapping[str, str] | None = None, where: Where = None) -> Expr:
    """Sums over data as products of data matrices, whose rows are the samples: Σᵢ xᵢxᵢᵀ = XᵀX.

    *names* gives the matrix of a family (``{"x": "X"}``); without it the capital letter is taken.  Raises
    UnknownNameError when a name is no family, or is in use.

    >>> print(matrix_form("∑_i (w'x_i - y_i)^2", where="x[i=1..N]: d; w: d; y[i=1..N]: scalar"))
    ‖Xw − y‖²
    """
    from matdiff.calculus.samples.matrices import matrix_form

    return matrix_form(parse(expr, where) if isinstance(expr, str) else expr, names)


def sum_form(expr: Expr | str, names: Mapping[str, str], where: Where = None) -> Expr:
    """Data matrices as families of samples, which are their rows: XᵀX = Σᵢ xᵢxᵢᵀ, the way back from matrix_form.

    *names* gives the family of a matrix or vector.  Raises UnsupportedError, which names the part, where nothing sums
    over the samples.

    >>> print(sum_form("norm2(X w - y)^2", {"X": "x", "y": "y"}, "X: N x d; w: d; y: N"))
    ∑_{i=1}^{N} (x[i]ᵀw − y[i])²
    """
    from matdiff.calculus.samples.sums import sum_form

    return sum_form(parse(expr, where) if isinstance(expr, str) else expr, names)


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
    import matdiff.calculus.equality.normal_form  # noqa: F401 - states the laws of the normal form

    return tuple(CATALOGUE.values())


def law_book(form: str = "text") -> str:
    """All operators and all laws as a page of ``text`` or ``markdown``, or as ``json``."""
    from matdiff.output.law_book import book

    laws()
    return book(form)


def register(cls: Class) -> Class:
    """Checks an operator of your own numerically; one that fails is refused with a MatdiffError that says why.

    A class that derives from Operator or Entrywise is in the language from its creation on; this checks its shape rule,
    its meaning, its laws and its spellings.  Call it behind the class.
    """
    from matdiff.numeric.registration import register as checked

    return checked(cls)
