"""The Khatri–Rao product, A ⊗ B column by column: vec(B diag(x)Aᵀ) = (A ∗ B)x."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import OPERATORS, Expr, Number, Operator
from matdiff.algebra.laws import differential, shift, vec
from matdiff.algebra.operators.kronecker import Kronecker, Vec
from matdiff.algebra.operators.products import Differentials, Hadamard, Product, Sum, Transpose
from matdiff.algebra.operators.vectorisation import unit_matrix


class KhatriRao(Operator):
    """khatri_rao(A, B): the Kronecker products of the columns of A and B, one beside the other."""

    __slots__ = ()
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

    @differential(
        "differential_of_khatri_rao",
        "d(A ∗ B)",
        "d(khatri_rao(A, B)) = khatri_rao(d(A), B) + khatri_rao(A, d(B))",
        where="A: m x n; B: p x n",
    )
    def d(self: Expr, da: Differentials, db: Differentials) -> Expr:
        a, b = self.operands
        terms = [KhatriRao(da, b)] if da is not None else []
        return Sum.of(*terms, *([KhatriRao(a, db)] if db is not None else []))

    @shift(
        "trace_of_khatri_rao",
        "Tr(M(A ∗ B)) = Tr((M ⊙ (1 ⊗ B)ᵀ)(I ⊗ 1)A)",
        "tr(M*khatri_rao(A, B)) = tr((M .* kron(ones(m), B)')*kron(eye(m), ones(p))*A)",
        where="M: n x m*p; A: m x n; B: p x n",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        other, spread = repeated(self, place)
        return Product.of(Hadamard.of(h, Transpose(other)), spread)

    @vec(
        "vec_of_khatri_rao",
        "vec(A ∗ B) = diag(vec(1 ⊗ B))(I ⊗ I ⊗ 1)vec(A)",
        "vec(khatri_rao(A, B)) = diag(vec(kron(ones(m), B)))*kron(eye(n), kron(eye(m), ones(p)))*vec(A)",
        where="A: m x n; B: p x n",
    )
    def vec(self: Expr, place: int) -> Expr:
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
