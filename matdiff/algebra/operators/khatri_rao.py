"""The Khatri–Rao product, A ⊗ B column by column: vec(B diag(x)Aᵀ) = (A ∗ B)x."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import OPERATORS, Expr, Number
from matdiff.algebra.operators.kronecker import Kronecker, Vec
from matdiff.algebra.operators.linear import Bilinear
from matdiff.algebra.operators.products import Hadamard, Product, Transpose
from matdiff.algebra.operators.vectorisation import unit_matrix


class KhatriRao(Bilinear):
    """khatri_rao(A, B): the Kronecker products of the columns of A and B, one beside the other."""

    names = ("khatri_rao",)
    signature = "m×n, p×n → m*p×n"
    definition = "khatri_rao(A, B) has the columns a ⊗ b for the columns a of A and b of B"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """Of single columns it is the Kronecker product."""
        columns = len(operands) == 2 and operands[0].cols is operands[1].cols is ONE
        return Kronecker.of(*operands) if columns else cls(*operands)

    @staticmethod
    def numpy(np: Any, a: Any, b: Any) -> Any:
        pairs = a[..., :, None, :] * b[..., None, :, :]
        return pairs.reshape(*pairs.shape[:-3], a.shape[-2] * b.shape[-2], a.shape[-1])

    def lower(self, to: Any, a: Any, b: Any) -> Any:
        return to.kronecker(a, b, cols=False)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        other, spread = repeated(self, place)
        return Product.of(Hadamard.of(h, Transpose(other)), spread)

    def matrix_at(self, place: int) -> Expr:
        other, spread = repeated(self, place)
        weights = OPERATORS["DiagonalMatrix"].of(Vec.of(other))
        return Product.of(weights, Kronecker.of(unit_matrix(self.cols), spread))


def repeated(e: Expr, place: int) -> tuple[Expr, Expr]:
    """1 ⊗ B and I ⊗ 1 of A ∗ B = ((I ⊗ 1)A) ⊙ (1 ⊗ B); likewise A ⊗ 1 and 1 ⊗ I."""
    a, b = e.operands
    ones = [Ones(f.rows) if f.rows is not ONE else Number(1) for f in (a, b)]
    if place == 0:
        return Kronecker.of(ones[0], b), Kronecker.of(unit_matrix(a.rows), ones[1])
    return Kronecker.of(a, ones[1]), Kronecker.of(ones[0], unit_matrix(b.rows))
