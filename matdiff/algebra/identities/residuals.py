"""What the normal equations say of a residual: Xᵀ(y − X(XᵀX + λI)⁻¹Xᵀy) = λ(XᵀX + λI)⁻¹Xᵀy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.factoring import Term, join, split
from matdiff.algebra.identities.transposes import addends, flipped, untransposed
from matdiff.algebra.kinds import set_of
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.products import Product, Sum, Transpose, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import Named, value_of
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.reading_cost import reading_cost

TWO = 2  # terms of a residual
INVERTED = set_of(("Inverse", "Named"))  # of which a residual has one


@identity(
    "A*(y - B*inv(A*B + C)*A*y) = C*inv(A*B + C)*A*y",
    where="A: m x n; B: n x m; C: m x m; y: n",
    requires="AB + C invertible",
    also=(Statement("(y - y*A*inv(B*A + C)*B)*A = y*A*inv(B*A + C)*C", "A: n x m; B: m x n; C: m x m; y: 1 x n"),),
    among=(Sum, Named),
    within=(Inverse, Named),
)
def residual_beside_its_matrix(e: Expr) -> Expr | None:
    """Where that is less to read: C is what is inverted without AB."""
    found = with_residual_left_over(e)
    return None if found is None or is_zero(found) else shorter(e, found)


@identity(
    "A*(y - B*inv(A*B)*A*y) = zeros(m)",
    where="A: m x n; B: n x m; y: n",
    requires="AB invertible",
    also=(Statement("(y - y*A*inv(B*A)*B)*A = zeros(1, m)", "A: n x m; B: m x n; y: 1 x n"),),
    among=(Sum, Named),
    within=(Inverse, Named),
)
def residual_is_orthogonal(e: Expr) -> Expr | None:
    """A residual of least squares is orthogonal to the columns."""
    found = with_residual_left_over(e)
    return found if found is not None and is_zero(found) else None


def with_residual_left_over(e: Expr) -> Expr | None:
    """A product with C(AB + C)⁻¹Ay in place of A and the residual y − B(AB + C)⁻¹Ay behind it; or its mirror image.

    Names of a residual, and within it, are seen through.
    """
    f = e.operands
    for k, residual in enumerate(f):
        inner = residual.operands[0] if type(residual) is Transpose else residual
        body = value_of(inner) if type(inner) is Named else inner
        if type(body) is not Sum or len(body.operands) != TWO or not body.classes & INVERTED:
            continue
        terms = [split(t) for t in addends(body if body is residual else opened(residual))]
        if terms[0].scalars != terms[1].scalars or terms[0].number != -terms[1].number:
            continue
        for a, b in (terms, terms[::-1]):
            for j in range(k):
                if (left := left_over(f[j:k], a, b)) is not None:
                    return Product.of(*f[:j], left, *f[k + 1 :])
            for j in range(len(f), k + 1, -1):
                if (left := left_over(f[k + 1 : j], a, b, behind=True)) is not None:
                    return Product.of(*f[:k], left, *f[j:])
    return None


def left_over(beside: Sequence[Expr], a: Term, b: Term, behind: bool = False) -> Expr | None:
    """What C(AB + C)⁻¹Ay a product of A with y − B(AB + C)⁻¹Ay is; or its mirror image."""
    pieces = [split(opened(f)).factors if isinstance(value_of(untransposed(f)), Product) else (f,) for f in b.factors]
    factors = tuple([straight(f) for piece in pieces for f in piece])
    starts = [0, *accumulate(map(len, pieces))]
    whole = (*a.factors, *beside) if behind else (*beside, *a.factors)
    for k, inverse in enumerate(factors):
        before, after = factors[:k], factors[k + 1 :]
        if not isinstance(inverse, Inverse) or whole != (before if behind else after):
            continue
        product = Product.of(*after, *beside) if behind else Product.of(*beside, *before)
        inverted = inverse.operands[0]
        terms = inverted.operands if isinstance(inverted, Sum) else (inverted,)
        rest = [t for t in terms if t is not product]
        if not rest:
            return zero(Product.of(*whole).shape)
        if len(rest) < len(terms):
            c = Sum.of(*rest)
            if behind:
                left = (*(b.factors[: starts.index(k + 1)] if k + 1 in starts else factors[: k + 1]), c)
            else:
                left = (c, *(b.factors[starts.index(k) :] if k in starts else factors[k:]))
            return join(a._replace(factors=left, chain=True))
    return None


def opened(e: Expr) -> Expr:
    """What a name, or the transpose of one, stands for."""
    return flipped(value_of(e.operands[0])) if isinstance(e, Transpose) else value_of(e)


def straight(e: Expr) -> Expr:
    """A symmetric matrix without ᵀ."""
    return e.operands[0] if isinstance(e, Transpose) and is_symmetric(e.operands[0]) else e


def shorter(e: Expr, other: Expr) -> Expr | None:
    """The other of two equal expressions if there is less to read in it."""
    return other if reading_cost(other) < reading_cost(e) else None
