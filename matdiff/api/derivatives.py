"""Derivatives: gradients, Jacobians, Hessians, differentials, and derivatives in directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, symbols
from matdiff.api.inputs import Unknowns, Where, function_of, parse, with_notes
from matdiff.calculus.gradient import gradients
from matdiff.calculus.possible import require_somewhere
from matdiff.results.gradient import Derivation

if TYPE_CHECKING:
    from matdiff.results.differential import DifferentialForm
    from matdiff.results.second import Hessian, Jacobian


def derive(
    expr: str | Expr,
    wrt: Unknowns = None,
    where: Where = None,
    dialect: str | None = None,
    expand: bool = True,
    layout: str = "denominator",
) -> Derivation:
    """The gradients G of a scalar function, with df = Tr(Gᵀ dX); each has the shape of its unknown.

    *expr* is text or an expression, *wrt* one unknown or several, which the text may name itself
    (``min_w …``), *where* declares shapes and properties
    (``"X: m x n; S: d x d spd"``).  What is not declared is inferred from use.  LaTeX and code are
    recognised; *dialect* (``plain``, ``latex``, ``numpy``, ``matlab`` …) settles it.  Of a function with definitions
    the answer is one closed form, or without *expand* stands in terms of the gradients δ_h with respect to them.
    In the ``numerator`` *layout* the page and ``.derivatives`` give the transposes ∂f/∂X too.
    Raises MatdiffError when the text cannot be read, shapes do not fit, or no law covers an operator.

    >>> derive("tr(inv(X)*A)", wrt="X").gradient
    Expr('−X⁻ᵀAᵀX⁻ᵀ': n×n)
    """
    found = gradients(*function_of(expr, wrt, where, True, dialect), expand)
    require_somewhere(found.function, found.unknowns.values(), found.gradients.values())
    return Derivation(found, layout)


def jacobian(
    expr: str | Expr,
    wrt: Unknowns = None,
    where: Where = None,
    layout: str = "numerator",
    dialect: str | None = None,
) -> Jacobian:
    """The Jacobian J of an expression F of any shape: d vec F = J d vec X, for a vector ∂f/∂xᵀ; by a scalar t, ∂F/∂t.

    vec stacks columns; ``layout="denominator"`` gives the transpose of J.  An unknown with a property varies in its
    subspace, and J is projected.

    >>> print(jacobian("A*X*B", wrt="X").result)
    Bᵀ ⊗ A
    """
    from matdiff.calculus.jacobian import jacobians
    from matdiff.results.second import Jacobian

    found = jacobians(*function_of(expr, wrt, where, False, dialect))
    require_somewhere(found.whole.function, found.whole.unknowns.values(), found.whole.gradients.values())
    return Jacobian(found, layout)


def hessian(expr: str | Expr, wrt: Unknowns = None, where: Where = None, dialect: str | None = None) -> Hessian:
    """The Hessian H of a scalar expression: d²f = (d vec X)ᵀ H d vec X; of several unknowns the matrix of blocks.

    >>> print(hessian("||A x - b||^2", wrt="x").result)
    2AᵀA
    """
    from matdiff.calculus.hessian import hessians
    from matdiff.results.second import Hessian

    found = hessians(*function_of(expr, wrt, where, True, dialect, order=2))
    require_somewhere(found.function, found.unknowns.values(), found.blocks.values())
    return Hessian(found)


def differential(
    expr: str | Expr,
    wrt: str | Expr | Sequence[str | Expr] = (),
    where: Where = None,
    dialect: str | None = None,
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
        return DifferentialForm(differential_form(*function_of(expr, wrt, where, False, dialect)))
    f = parse(expr, where, dialect) if isinstance(expr, str) else expr
    return DifferentialForm(differential_form(f, {s.name: s for s in symbols(f)}))


def taylor(
    expr: str | Expr, wrt: str | Expr, where: Where = None, order: int = 2, by: str = "", around: str = ""
) -> Expr:
    """Taylor's formula F(X) + dF[H] + ½ d²F[H, H] + … for F(X + H), up to an order; *by* is the name of H.

    With *around* the point is a symbol of that name, and what stands for H is X − A.

    >>> print(taylor("log det X", wrt="X"))
    log|X| + Tr(X⁻¹H) − ½Tr(X⁻¹HX⁻¹H)
    >>> print(taylor("exp(t)", wrt="t", where="t: scalar", around="a"))
    exp(a) + (t − a)exp(a) + ½(t − a)²exp(a)
    """
    from matdiff.calculus.taylor import expansion

    f, unknowns = function_of(expr, (wrt,), where, False)
    (unknown,) = unknowns.values()
    is_matrix = unknown.rows is not ONE and unknown.cols is not ONE
    return with_notes(expansion(f, unknown, order, by or ("H" if is_matrix else "h"), around), f)


def derivative(expr: str | Expr, wrt: str | Expr, where: Where = None, order: int = 3, by: Sequence[str] = ()) -> Expr:
    """dᵏF[V₁, …, V_k], the derivative of an order k in directions: linear in each of them, and symmetric.

    *by* are the names of the directions; without it u, v, w, and U, V, W for matrices.

    >>> print(derivative("x'A x", wrt="x", where="A: n x n symmetric", order=2))
    2uᵀAv
    """
    from matdiff.calculus.taylor import derivative as derived

    f, unknowns = function_of(expr, (wrt,), where, False)
    return with_notes(derived(f, next(iter(unknowns.values())), order, tuple(by)), f)


def adjoint(expr: str | Expr, wrt: str | Expr, where: Where = None, by: str = "Y") -> Expr:
    """The adjoint 𝓛* of the linear map 𝓛 from *wrt* to *expr*: ⟨Y, 𝓛(X)⟩ = ⟨𝓛*(Y), X⟩, with *by* for the name Y.

    Of an affine map it is the adjoint of the linear part; a map that is neither is refused.

    >>> print(adjoint("A*X*B", wrt="X"))
    AᵀYBᵀ
    """
    from matdiff.calculus.adjoint import adjoint_of, cotangent

    f, unknowns = function_of(expr, (wrt,), where, False)
    ((name, unknown),) = unknowns.items()
    return with_notes(adjoint_of(f, name, unknown, cotangent(f, by)), f)


def vjp(
    expr: str | Expr, wrt: str | Expr | Sequence[str | Expr], where: Where = None, by: str = "Y"
) -> Expr | Mapping[str, Expr]:
    """The gradient of ⟨Y, F⟩ for an expression F of any shape and a Y that is constant, whose name is *by*.

    With several unknowns a mapping from their names.

    >>> print(vjp("tanh(W x)", wrt="W", by="y"))
    (y ⊙ (1 − tanh(Wx).^2))xᵀ
    """
    from matdiff.calculus.adjoint import cotangent, pulled

    f, unknowns = function_of(expr, wrt, where, False)
    found = {name: with_notes(g, f) for name, g in pulled(f, unknowns, cotangent(f, by)).items()}
    return next(iter(found.values())) if isinstance(wrt, (str, Expr)) else found


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

    f, unknowns = function_of(expr, wrt, where, False)
    names = {next(iter(unknowns)): by} if isinstance(by, str) else by
    return with_notes(pushed(f, directions(f, unknowns, names or {})), f)
