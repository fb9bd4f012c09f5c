"""The Cholesky factor L = chol(A), with LLᵀ = A, and triangles: what makes their formulas as short as on paper.

The differential dL = LΦ(L⁻¹ dA L⁻ᵀ) has Φ = halftril, and a gradient by a symmetric A has the symmetric part of what
comes back: L⁻ᵀ sym(Φ(LᵀG))L⁻¹ (Murray, Differentiation of the Cholesky decomposition, 2016; Giles 2008, sec. 2.2).
"""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.products import Hadamard, Transpose, coefficient, multiple
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.operators.triangles import HalvedTriangle, LowerTriangle, UpperTriangle
from matdiff.algebra.stated import stated
from matdiff.algebra.statements.gathering import in_place_of

HALF = Number("1/2")
DEFINITE = "A positive definite"

# ---- the factor -------------------------------------------------------------------------------------


product_of_factors = stated(
    "chol(A)*chol(A)' = A",
    where="A: n x n spd symmetric",
    requires=DEFINITE,
    also=("inv(chol(A)')*inv(chol(A)) = inv(A)", "inv(chol(A))'*inv(chol(A)) = inv(A)"),
    under_d=True,
)
factor_beside_matrix = stated(
    "inv(chol(A))*A = chol(A)'",
    where="A: n x n spd symmetric",
    requires=DEFINITE,
    also=(
        "A*inv(chol(A)') = chol(A)",
        "A*inv(chol(A))' = chol(A)",
        "inv(A)*chol(A) = inv(chol(A)')",
        "chol(A)'*inv(A) = inv(chol(A))",
    ),
)
norm_of_whitened = stated(
    "norm2(inv(chol(A))*b)^2 = b'*inv(A)*b",
    title="‖chol(A)⁻¹B‖² = Tr(BᵀA⁻¹B)",
    where="A: n x n spd symmetric; b: n; B: n x m",
    requires=DEFINITE,
    also=(
        "norm2(chol(A)'*b)^2 = b'*A*b",
        "norm2(inv(chol(A))*B)^2 = tr(B'*inv(A)*B)",
        "norm2(chol(A)'*B)^2 = tr(B'*A*B)",
    ),
    under_d=True,
    shorter=False,
)
log_determinant_of_factor = stated(
    "logdet(chol(A)) = 1/2*logdet(A)", where="A: n x n spd", requires=DEFINITE, under_d=True
)
determinant_of_factor = stated(
    "det(chol(A)) = sqrt(det(A))", title="|chol(A)| = √|A|", where="A: n x n spd", requires=DEFINITE, under_d=True
)
sum_of_logarithms_of_diagonal = stated(
    "sum(log(diag(chol(A)))) = 1/2*logdet(A)",
    where="A: n x n spd",
    requires=DEFINITE,
    also=("sum(log(diag(chol(A)'))) = 1/2*logdet(A)",),
    under_d=True,
)


# ---- triangles --------------------------------------------------------------------------------------


both_halves = stated(
    "halftril(S) + halftril(S)' = S",
    where="S: n x n symmetric; A: n x n; c: scalar",
    requires="S symmetric",
    also=(
        "c*halftril(S) + c*halftril(S)' = c*S",
        "halftril(A) + halftril(A)' = 2*sym(halftril(A))",
        "c*halftril(A) + c*halftril(A)' = 2*c*sym(halftril(A))",
    ),
)
sum_of_halved_triangles = stated(
    "a*halftril(A) + b*halftril(B) = halftril(a*A + b*B)",
    where="a, b: scalar; A, B: n x n",
    transposed=True,
)
halved_triangle_of_upper = stated(
    "halftril(U) = 1/2*(eye(n) .* U)",
    title="halftril(U) = ½I ⊙ U",
    where="U: n x n upper",
    requires="U upper triangular",
    when=lambda e: not e.is_scalar,
)
symmetric_part_of_halved_triangle = stated(
    "sym(halftril(S)) = 1/2*S", where="S: n x n symmetric", requires="S symmetric"
)


@identity("tril(A) + triu(A) - eye(n) .* A = A", where="A: n x n", among=(Hadamard,))
def both_triangles(e: Expr) -> Expr | None:
    """Also tril(A) − ½I ⊙ A = halftril(A)."""
    for k, term in enumerate(e.operands):
        number, body = coefficient(term)
        if not (isinstance(body, Hadamard) and any(isinstance(f, Identity) for f in body.operands)):
            continue
        a = Hadamard.of(*[f for f in body.operands if not isinstance(f, Identity)])
        if a is body or isinstance(a, Identity):
            continue
        lower, upper = _triangle(e, LowerTriangle, a), _triangle(e, UpperTriangle, a)
        if lower and upper and lower[1] == upper[1] == -number:
            return in_place_of(e, sorted([k, lower[0], upper[0]]), multiple(-number, a))
        if lower and lower[1] == -2 * number:
            return in_place_of(e, sorted([k, lower[0]]), multiple(lower[1], HalvedTriangle(a)))
    return None


def _triangle(e: Expr, cls: type[LowerTriangle | UpperTriangle], a: Expr) -> tuple[int, Fraction] | None:
    """The place and the number of a triangle of A among some terms; triu(Aᵀ)ᵀ is one as well."""
    other = UpperTriangle if cls is LowerTriangle else LowerTriangle
    turned = a if is_symmetric(a) else transposed(a)
    forms = (cls(a), Transpose(other(turned)), Transpose(other(Transpose(a))))
    for k, (number, core) in enumerate(map(coefficient, e.operands)):
        if core in forms:
            return k, number
    return None
