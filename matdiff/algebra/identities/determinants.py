"""Determinants of products and inverses under the logarithm, and inverses of products and diagonal matrices."""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.products import Product, Sum
from matdiff.algebra.operators.square import LogDeterminant
from matdiff.algebra.stated import stated

log_of_absolute_determinant = stated("log(abs(det(A))) = logdet(A)", where="A: n x n", under_d=True)


@identity("logdet(A*B) = logdet(A) + logdet(B)", where="A, B: n x n", under_d=True)
def log_determinant_of_product(e: Expr) -> Expr | None:
    """The product is cut wherever both sides are square."""
    match e.operands[0]:
        case Product(operands=factors):
            blocks: list[list[Expr]] = [[]]
            for factor in factors:
                blocks[-1].append(factor)
                if factor.cols is e.operands[0].rows:
                    blocks.append([])
            parts = [LogDeterminant(Product.of(*block)) for block in blocks if block]
            return Sum.of(*parts) if len(parts) > 1 else None
        case _:
            return None


log_determinant_of_inverse = stated(
    "logdet(inv(A)) = -logdet(A)",
    where="A: n x n",
    also=(Statement("logdet(A^k) = k*logdet(A)", "A: n x n; k: integer"), "logdet(A') = logdet(A)"),
    under_d=True,
)
inverse_of_diagonal = stated("inv(diag(x)) = diag(x.^(-1))", where="x: n positive")
diagonal_of_diagonal = stated("diag(diag(x)) = x", where="x: n")
