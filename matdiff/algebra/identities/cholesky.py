"""The Cholesky factor L = chol(A), with LLᵀ = A, and triangles: what makes their formulas as short as on paper.

The differential dL = LΦ(L⁻¹ dA L⁻ᵀ) has Φ = halftril, and a gradient by a symmetric A has the symmetric part of what
comes back: L⁻ᵀ sym(Φ(LᵀG))L⁻¹ (Murray, Differentiation of the Cholesky decomposition, 2016; Giles 2008, sec. 2.2).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.assumed import triangles
from matdiff.algebra.identities.kronecker import in_place_of
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.matrix_functions import Cholesky
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, coefficient, multiple
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.operators.triangles import HalvedTriangle, LowerTriangle, SymmetricPart, UpperTriangle
from matdiff.algebra.stated import stated

HALF = Number("1/2")
DEFINITE = "A positive definite"

# ---- the factor -------------------------------------------------------------------------------------


def factored(e: Expr) -> tuple[Expr | None, bool, bool]:
    """A of an e that is chol(A), and whether e is the inverse and the transpose of it."""
    is_inverse = is_transpose = False
    while isinstance(e, Inverse | Transpose):
        is_inverse, is_transpose = is_inverse ^ isinstance(e, Inverse), is_transpose ^ isinstance(e, Transpose)
        e = e.operands[0]
    return (e.operands[0] if isinstance(e, Cholesky) else None), is_inverse, is_transpose


@identity(
    "chol(A)chol(A)ᵀ = A",
    "chol(A)*chol(A)' = A",
    where="A: n x n spd",
    requires=DEFINITE,
    among=(Cholesky, Inverse),
    under_d=True,
)
def product_of_factors(e: Expr) -> Expr | None:
    """Also chol(A)⁻ᵀchol(A)⁻¹ = A⁻¹."""
    f = e.operands
    for k, (left, right) in enumerate(pairwise(f)):
        a, is_inverse, is_transpose = factored(left)
        if a is not None and is_inverse is is_transpose and factored(right) == (a, is_inverse, not is_transpose):
            return Product.of(*f[:k], Inverse(a) if is_inverse else a, *f[k + 2 :]) if is_symmetric(a) else None
    return None


@identity(
    "chol(A)⁻¹A = chol(A)ᵀ",
    "inv(chol(A))*A = chol(A)'",
    where="A: n x n spd",
    requires=DEFINITE,
    among=(Cholesky, Inverse),
)
def factor_beside_matrix(e: Expr) -> Expr | None:
    """Also A chol(A)⁻ᵀ = chol(A), A⁻¹chol(A) = chol(A)⁻ᵀ and chol(A)ᵀA⁻¹ = chol(A)⁻¹."""
    f = e.operands
    for k, (left, right) in enumerate(pairwise(f)):
        for factor, other, stands_left in ((left, right, True), (right, left, False)):
            a, is_inverse, is_transpose = factored(factor)
            if a is None or not is_symmetric(a) or (is_inverse is is_transpose) is stands_left:
                continue
            if other is (a if is_inverse else Inverse(a)):
                new: Expr = Cholesky(a) if is_inverse else Inverse(Cholesky(a))
                new = transposed(new) if is_inverse is stands_left else new
                return Product.of(*f[:k], new, *f[k + 2 :])
    return None


@identity(
    "‖chol(A)⁻¹B‖² = Tr(BᵀA⁻¹B)",
    "norm2(inv(chol(A))*B)^2 = tr(B'*inv(A)*B)",
    where="A: n x n spd; B: n x m",
    requires=DEFINITE,
    under_d=True,
    shorter=False,
)
def norm_of_whitened(e: Expr) -> Expr | None:
    """Also ‖chol(A)ᵀB‖² = Tr(BᵀAB)."""
    norm, exponent = e.operands
    if exponent.number != 2 or not isinstance(norm, Norm) or not isinstance(norm.operands[0], Product):
        return None
    first, *rest = norm.operands[0].operands
    a, is_inverse, is_transpose = factored(first)
    if a is None or is_inverse is is_transpose or not is_symmetric(a):
        return None
    b = Product.of(*rest)
    return inner(b, Product.of(Inverse(a) if is_inverse else a, b))


log_determinant_of_factor = stated(
    "log_determinant_of_factor",
    "logdet(chol(A)) = 1/2*logdet(A)",
    where="A: n x n spd",
    requires=DEFINITE,
    under_d=True,
)


determinant_of_factor = stated(
    "determinant_of_factor",
    "det(chol(A)) = sqrt(det(A))",
    title="|chol(A)| = √|A|",
    where="A: n x n spd",
    requires=DEFINITE,
    under_d=True,
)


sum_of_logarithms_of_diagonal = stated(
    "sum_of_logarithms_of_diagonal",
    "sum(log(diag(chol(A)))) = 1/2*logdet(A)",
    where="A: n x n spd",
    requires=DEFINITE,
    under_d=True,
)


# ---- triangles --------------------------------------------------------------------------------------


@identity(
    "halftril(A) + halftril(A)ᵀ = 2sym(halftril(A))",
    "halftril(A) + halftril(A)' = 2*sym(halftril(A))",
    among=(HalvedTriangle,),
)
def both_halves(e: Expr) -> Expr | None:
    """And for a symmetric A it is A."""
    terms = [coefficient(t) for t in e.operands]
    for k, (c, core) in enumerate(terms):
        if isinstance(core, HalvedTriangle) and (c, Transpose(core)) in terms:
            a = core.operands[0]
            whole = multiple(c, a) if is_symmetric(a) else multiple(2 * c, SymmetricPart(core))
            return in_place_of(e, sorted([k, terms.index((c, Transpose(core)))]), whole)
    return None


@identity(
    "halftril(A) + halftril(B) = halftril(A + B)",
    "halftril(A) + halftril(B) = halftril(A + B)",
    among=(HalvedTriangle,),
)
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


@identity(
    "halftril(U) = ½I ⊙ U", "halftril(U) = 1/2*(eye(n) .* U)", where="U: n x n upper", requires="U upper triangular"
)
def halved_triangle_of_upper(e: Expr) -> Expr | None:
    """½D of a diagonal matrix D."""
    a = e.operands[0]
    lower, upper = triangles(a)
    if not upper or a.is_scalar:
        return None
    return Scale.of(HALF, a if lower else Hadamard.of(Identity(a.rows), a))


symmetric_part_of_halved_triangle = stated(
    "symmetric_part_of_halved_triangle", "sym(halftril(S)) = 1/2*S", where="S: n x n symmetric", requires="S symmetric"
)


@identity("tril(A) + triu(A) − I ⊙ A = A", "tril(A) + triu(A) - eye(n) .* A = A", where="A: n x n", among=(Hadamard,))
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
