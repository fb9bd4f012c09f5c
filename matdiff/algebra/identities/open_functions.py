"""Derivatives of open functions: what a transpose, a direction in two forms, and a multiple of one come to."""

from __future__ import annotations

from matdiff.algebra.constants import Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.open_functions import OpenDerivative, OpenHessian
from matdiff.algebra.operators.products import Product, zero


@identity(
    "nabla2_12_f(x, y)' = nabla2_21_f(x, y)",
    where="f: m, n -> scalar; x: m; y: n",
    requires="the second derivatives of f are continuous",
    among=(OpenHessian,),
)
def transpose_of_open_hessian(e: Expr) -> Expr | None:
    """So ∇²f(x) is symmetric."""
    a = e.operands[0]
    return a.flipped if isinstance(a, OpenHessian) else None


@identity(
    "nabla^3 f(x)[y]*z = nabla^3 f(x)[y, z]",
    where="f: n -> scalar; x, y, z: n",
    requires="f three times differentiable",
    among=(OpenHessian,),
)
def last_direction(e: Expr) -> Expr | None:
    """Where a product is a column, what stands behind the matrix is the direction that was left open."""
    f = e.operands
    for k, a in enumerate(f[:-1]):
        if isinstance(a, OpenHessian) and a.directions and f[-1].cols is ONE:
            name, _, places = a.data
            if all(a.arguments[places[end] - 1].cols is ONE for end in (0, -1)):
                column = Product.of(*f[k + 1 :])
                return Product.of(*f[:k], OpenDerivative(name, places, a.arguments, (*a.directions, column)))
    return None


@identity(
    "nabla^2 f(A)[c*E] = c*nabla^2 f(A)[E]",
    where="f: m x n -> scalar; c: scalar; A, E: m x n",
    requires="f twice differentiable",
    on=(OpenDerivative, OpenHessian),
)
def multiple_of_direction(e: Expr) -> Expr | None:
    """In every direction; along 0 nothing changes."""
    assert isinstance(e, OpenDerivative)
    if any(isinstance(d, Zeros) for d in e.directions):
        return zero(e.shape)
    return scalars_in_front(e, len(e.arguments))


@identity(
    "vec(nabla^2 f(A)[E]) = nabla^2 f(A)*vec(E)",
    where="f: m x n -> scalar; A, E: m x n",
    requires="f twice differentiable",
    among=(OpenDerivative,),
)
def vec_of_second_derivative(e: Expr) -> Expr | None:
    a = e.operands[0]
    if type(a) is not OpenDerivative or len(a.directions) != 1:
        return None
    name, _, places = a.data
    return Product.of(OpenHessian(name, places, a.arguments), Vec.of(a.directions[0]))


@identity(
    "unvec(nabla^2 f(A)*vec(E), m, n) = nabla^2 f(A)[E]",
    where="f: m x n -> scalar; A, E: m x n",
    requires="f twice differentiable",
    among=(Product,),
)
def unvec_of_second_derivative(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Product(operands=(OpenHessian() as a, Vec(operands=(direction,)))):
            name, _, places = a.data
            first, last = (a.arguments[places[end] - 1] for end in (0, -1))
            if (e.shape, direction.shape) == (first.shape, last.shape):
                return OpenDerivative(name, places, a.arguments, (*a.directions, direction))
    return None
