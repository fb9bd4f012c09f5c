"""Singular values, eigenvalues, pseudo-inverses and adjugates: what their named pieces multiply to."""

from __future__ import annotations

from itertools import pairwise

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Number, Operator
from matdiff.algebra.identities.transposes import growth, transposed
from matdiff.algebra.laws import Law, Statement, identity
from matdiff.algebra.operators.inverses import Adjugate, Commutator, PseudoInverse
from matdiff.algebra.operators.products import Product, Scale, Transpose
from matdiff.algebra.operators.singular import LeftSingular, NuclearNorm, Polar, RightSingular, SpectralNorm
from matdiff.algebra.operators.spectral import (
    LargestEigenvalue,
    LargestEigenvector,
    SmallestEigenvalue,
    SmallestEigenvector,
)
from matdiff.algebra.operators.square import Determinant
from matdiff.algebra.stated import stated

UNIT_VECTORS = (LargestEigenvector, SmallestEigenvector, LeftSingular, RightSingular)


def transposed_functions() -> tuple[Statement, ...]:
    """f(Aᵀ)ᵀ = f(A) for functions of matrices, and for directions in which they are differentiated."""
    of_one = [f"{f}(A')' = {f}(A)" for f in ("expm", "logm", "sqrtm", "adj")]
    of_two = [f"{f}(A', B')' = {f}(A, B)" for f in ("max", "min", "frechet_expm", "frechet_logm")]
    return tuple([Statement(s, "A, B: n x n") for s in (*of_one, *of_two)])


@identity("f(A)ᵀ = f(Aᵀ)", "pinv(A')' = pinv(A)", where="A: m x n", also=transposed_functions())
def transpose_of_function(e: Expr) -> Expr | None:
    """Where signs are saved, and f(S)ᵀ = f(S) for a symmetric S."""
    a = e.operands[0]
    if isinstance(a, Operator) and a.mirrors and growth(a) <= 0:
        return a.rebuild(tuple(map(transposed, a.operands)))
    return None


transpose_of_sylvester = stated(
    "transpose_of_sylvester",
    "sylvester(A, B, C)ᵀ = sylvester(Bᵀ, Aᵀ, Cᵀ)",
    "sylvester(A, B, C)' = sylvester(B', A', C')",
    where="A: m x m spd; B: n x n spd; C: m x n",
    also=(Statement("commutator(A, B)' = commutator(B', A')", "A, B: n x n"),),
)


@identity("vᵀv = 1", "eigvec_max(A)'*eigvec_max(A) = 1", where="A: n x n symmetric", among=UNIT_VECTORS)
def length_of_unit_vector(e: Expr) -> Expr | None:
    match e.operands:
        case (Transpose(operands=(v,)), w) if v is w and isinstance(v, UNIT_VECTORS):
            return Number(1)
        case _:
            return None


@identity(
    "Av = λv",
    "A*eigvec_max(A) = lambda_max(A)*eigvec_max(A)",
    where="A: n x n symmetric",
    among=(LargestEigenvector, SmallestEigenvector),
)
def matrix_times_eigenvector(e: Expr) -> Expr | None:
    f = e.operands
    for k, (a, v) in enumerate(pairwise(f)):
        if isinstance(v, LargestEigenvector | SmallestEigenvector) and v.operands[0] is a:
            value = LargestEigenvalue(a) if isinstance(v, LargestEigenvector) else SmallestEigenvalue(a)
            return Scale.of(value, Product.of(*f[:k], v, *f[k + 2 :]))
    return None


eigenvalue_of_transpose = stated(
    "eigenvalue_of_transpose",
    "λ(Aᵀ) = λ(A)",
    "lambda_max(A') = lambda_max(A)",
    where="A: n x n",
    also=("lambda_min(A') = lambda_min(A)",),
)


singular_values_of_transpose = stated(
    "singular_values_of_transpose",
    "‖Aᵀ‖ = ‖A‖",
    "norm_nuc(A') = norm_nuc(A)",
    where="A: m x n",
    also=("norm_spec(A') = norm_spec(A)",),
)


singular_value_of_outer_product = stated(
    "singular_value_of_outer_product",
    "‖xyᵀ‖_* = ‖x‖‖y‖",
    "norm_nuc(x*y') = norm2(x)*norm2(y)",
    where="x: m; y: n",
    also=("norm_spec(x*y') = norm2(x)*norm2(y)",),
)


@identity("polar(2A) = polar(A)", "polar(-2*A) = -polar(A)", where="A: m x n")
def multiple_in_polar(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Scale(operands=(c, a)) if c.number:
            return Polar(a) if c.number > 0 else -Polar(a)
        case _:
            return None


double_pseudo_inverse = stated(
    "double_pseudo_inverse",
    "(A⁺)⁺ = A",
    "pinv(pinv(A)) = A",
    where="A: m x n",
    also=("pinv(eye(n)) = eye(n)", "pinv(zeros(m, n)) = zeros(n, m)"),
)


pseudo_inverse_in_product = stated(
    "pseudo_inverse_in_product",
    "AA⁺A = A",
    "A*pinv(A)*A = A",
    where="A: m x n",
    among=(PseudoInverse,),
    also=("pinv(A)*A*pinv(A) = pinv(A)", "A'*pinv(A)'*A' = A'", "pinv(A)'*A'*pinv(A)' = pinv(A)'"),
)


def _operand_of(cls: type[Expr], e: Expr) -> Expr | None:
    """A of f(A), and Aᵀ of f(A)ᵀ."""
    if isinstance(e, Transpose) and isinstance(e.operands[0], cls):
        return transposed(e.operands[0].operands[0])
    return e.operands[0] if isinstance(e, cls) else None


@identity("A adj(A) = |A|I", "A*adj(A) = det(A)*eye(n)", where="A: n x n", among=(Adjugate,))
def adjugate_in_product(e: Expr) -> Expr | None:
    """In either order."""
    f = e.operands
    for k, (a, b) in enumerate(pairwise(f)):
        for adjugate, other in ((a, b), (b, a)):
            if _operand_of(Adjugate, adjugate) is other:
                rest = Product.of(*f[:k], *f[k + 2 :]) if len(f) > 2 else Identity(a.rows)
                return Scale.of(Determinant(other.operands[0] if isinstance(other, Transpose) else other), rest)
    return None


trivial_commutator = stated(
    "trivial_commutator",
    "[A, A] = 0",
    "commutator(A, A) = zeros(n, n)",
    where="A: n x n",
    also=("commutator(A, eye(n)) = zeros(n, n)", "commutator(eye(n), A) = zeros(n, n)"),
)


LAWS: dict[type[Expr], tuple[Law, ...]] = {
    Transpose: (transpose_of_function, transpose_of_sylvester),
    Product: (length_of_unit_vector, matrix_times_eigenvector, pseudo_inverse_in_product, adjugate_in_product),
    SmallestEigenvalue: (eigenvalue_of_transpose,),
    LargestEigenvalue: (eigenvalue_of_transpose,),
    SpectralNorm: (singular_values_of_transpose, singular_value_of_outer_product),
    NuclearNorm: (singular_values_of_transpose, singular_value_of_outer_product),
    Polar: (multiple_in_polar,),
    PseudoInverse: (double_pseudo_inverse,),
    Commutator: (trivial_commutator,),
}
EXPANSIONS: dict[type[Expr], tuple[Law, ...]] = {
    SpectralNorm: (singular_value_of_outer_product,),
    NuclearNorm: (singular_value_of_outer_product,),
}
