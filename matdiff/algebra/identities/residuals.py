"""What the normal equations say of a residual: Xᵀ(y − X(XᵀX + λI)⁻¹Xᵀy) = λ(XᵀX + λI)⁻¹Xᵀy."""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.cancelling import addends
from matdiff.algebra.identities.factoring import Term, join, split
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.products import Product, Sum, Transpose
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.reading_cost import reading_cost

TWO = 2  # terms of a residual


@identity(
    "A*(y - B*inv(A*B + C)*A*y) = C*inv(A*B + C)*A*y",
    where="A: m x n; B: n x m; C: m x m; y: n",
    requires="AB + C invertible",
    also=(Statement("(y - y*A*inv(B*A + C)*B)*A = y*A*inv(B*A + C)*C", "A: n x m; B: m x n; C: m x m; y: 1 x n"),),
    among=(Sum,),
    within=(Inverse,),
)
def residual_beside_its_matrix(e: Expr) -> Expr | None:
    """Where that is less to read: C is what is inverted without AB."""
    f = e.operands
    for k, residual in enumerate(f):
        terms = [split(t) for t in addends(residual)]
        if len(terms) != TWO or terms[0].scalars != terms[1].scalars or terms[0].number != -terms[1].number:
            continue
        for a, b in (terms, terms[::-1]):
            for j in range(k):
                if (left := left_over(f[j:k], a, b)) is not None:
                    return shorter(e, Product.of(*f[:j], join(a._replace(factors=left, chain=True)), *f[k + 1 :]))
            for j in range(len(f), k + 1, -1):
                if (left := left_over(f[k + 1 : j], a, b, behind=True)) is not None:
                    return shorter(e, Product.of(*f[:k], join(a._replace(factors=left, chain=True)), *f[j:]))
    return None


def left_over(beside: Sequence[Expr], a: Term, b: Term, behind: bool = False) -> tuple[Expr, ...] | None:
    """The factors C(AB + C)⁻¹A y of what a product of A with y − B(AB + C)⁻¹A y is; or those of its mirror image."""
    factors = tuple([straight(f) for f in b.factors])
    for k, inverse in enumerate(factors):
        if not isinstance(inverse, Inverse) or not isinstance(inverse.operands[0], Sum):
            continue
        before, after = factors[:k], factors[k + 1 :]
        if behind:
            is_same, product = before == (*a.factors, *beside), Product.of(*after, *beside)
        else:
            is_same, product = after == (*beside, *a.factors), Product.of(*beside, *before)
        rest = [t for t in inverse.operands[0].operands if t is not product]
        if is_same and len(rest) == len(inverse.operands[0].operands) - 1:
            c = Sum.of(*rest)
            return (*before, inverse, c) if behind else (c, inverse, *after)
    return None


def straight(e: Expr) -> Expr:
    """A symmetric matrix without ᵀ."""
    return e.operands[0] if isinstance(e, Transpose) and is_symmetric(e.operands[0]) else e


def shorter(e: Expr, other: Expr) -> Expr | None:
    """The other of two equal expressions if there is less to read in it."""
    return other if reading_cost(other) < reading_cost(e) else None
