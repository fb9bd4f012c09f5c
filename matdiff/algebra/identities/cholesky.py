"""The Cholesky factor L = chol(A), with LLᵀ = A, and triangles: what makes their formulas as short as on paper.

The differential dL = LΦ(L⁻¹ dA L⁻ᵀ) has Φ = halftril, and a gradient by a symmetric A has the symmetric part of what
comes back: L⁻ᵀ sym(Φ(LᵀG))L⁻¹ (Murray, Differentiation of the Cholesky decomposition, 2016; Giles 2008, sec. 2.2).
"""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.kronecker import in_place_of
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.products import Hadamard, Scale, Sum, Transpose, coefficient, multiple
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.operators.triangles import HalvedTriangle, LowerTriangle, SymmetricPart, UpperTriangle
from matdiff.algebra.stated import stated

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
    "sum(log(diag(chol(A)))) = 1/2*logdet(A)", where="A: n x n spd", requires=DEFINITE, under_d=True
)


# ---- triangles --------------------------------------------------------------------------------------


@identity("halftril(A) + halftril(A)' = 2*sym(halftril(A))", among=(HalvedTriangle,))
def both_halves(e: Expr) -> Expr | None:
    """And for a symmetric A it is A."""
    terms = [coefficient(t) for t in e.operands]
    for k, (c, core) in enumerate(terms):
        if isinstance(core, HalvedTriangle) and (c, Transpose(core)) in terms:
            a = core.operands[0]
            whole = multiple(c, a) if is_symmetric(a) else multiple(2 * c, SymmetricPart(core))
            return in_place_of(e, sorted([k, terms.index((c, Transpose(core)))]), whole)
    return None


@identity("halftril(A) + halftril(B) = halftril(A + B)", among=(HalvedTriangle,))
def sum_of_halved_triangles(e: Expr) -> Expr | None:
    """Multiples of them, all as they are or all transposed."""
    for turn in (False, True):
        places: list[int] = []
        inner: list[Expr] = []
        for k, term in enumerate(e.operands):
            c, a = term.operands if isinstance(term, Scale) else (Number(1), term)
            core = a.operands[0] if turn and isinstance(a, Transpose) else None if turn else a
            if isinstance(core, HalvedTriangle):
                places.append(k)
                inner.append(Scale.of(c, core.operands[0]))
        if len(places) > 1:
            joined = HalvedTriangle(Sum.of(*inner))
            return in_place_of(e, places, Transpose(joined) if turn else joined)
    return None


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
