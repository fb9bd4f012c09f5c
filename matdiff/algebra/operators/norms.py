"""Norms and inner products."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.expr import Expr, Operator
from matdiff.algebra.laws import differential
from matdiff.algebra.notation import FROBENIUS, TERM, Notation, Slot, Style
from matdiff.algebra.operators.entrywise import Sign
from matdiff.algebra.operators.products import Differentials, Product, Scale, Sum, Transpose, reciprocal
from matdiff.algebra.operators.square import Trace, between_bars


def inner(a: Expr, b: Expr) -> Expr:
    """⟨A, B⟩: aᵀb for vectors and scalars, Tr(AᵀB) for matrices."""
    product = Product.of(Transpose(a) if not a.is_scalar else a, b)
    return product if product.is_scalar else Trace(product)


class Norm(Operator):
    """‖A‖, the Euclidean norm of a vector and the Frobenius norm of a matrix."""

    __slots__ = ()
    names = ("norm2", "norm")
    signature = "m×n → 1×1"
    kink = True
    barred = True
    requires = "{0} ≠ 0"

    def notation(self, style: Style) -> Notation:
        return between_bars(self, style, "norm2", ("‖", "‖"), (r"\left\|", r"\right\|"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sqrt(np.sum(a * a, axis=(-2, -1), keepdims=True))

    @differential(
        "differential_of_norm", "d‖A‖", "d(norm2(A)) = tr(A'*d(A))/norm2(A)", requires="A ≠ 0", where="A: m x n"
    )
    def d(self: Expr, da: Expr) -> Expr:
        return Scale.of(reciprocal(self), inner(self.operands[0], da))


class EntrywiseNorm1(Operator):
    """‖A‖₁ = Σ|aᵢⱼ|, the sum of the absolute values of the entries."""

    __slots__ = ()
    names = ("norm1",)
    signature = "m×n → 1×1"
    kink = True
    barred = True
    requires = "no entry of {0} is 0"

    def notation(self, style: Style) -> Notation:
        return between_bars(self, style, "norm1", ("‖", "‖₁"), (r"\left\|", r"\right\|_1"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sum(np.abs(a), axis=(-2, -1), keepdims=True)

    @differential(
        "differential_of_norm1",
        "d‖A‖₁",
        "d(norm1(A)) = tr(sign(A)'*d(A))",
        requires="no entry of A is 0",
        where="A: m x n",
    )
    def d(self: Expr, da: Expr) -> Expr:
        return inner(Sign(self.operands[0]), da)


class Frobenius(Operator):
    """A : B = Tr(AᵀB), the Frobenius inner product."""

    __slots__ = ()
    signature = "m×n, m×n → 1×1"

    def notation(self, style: Style) -> Notation:
        a, b = self.operands
        return Notation((Slot(a, FROBENIUS), " : ", Slot(b, TERM)), FROBENIUS)

    @staticmethod
    def numpy(np: Any, a: Any, b: Any) -> Any:
        return np.sum(a * b, axis=(-2, -1), keepdims=True)

    @differential("differential_of_frobenius", "d(A : B)", "d(A : B) = tr(d(A)'*B) + tr(A'*d(B))", where="A, B: m x n")
    def d(self: Expr, da: Differentials, db: Differentials) -> Expr:
        a, b = self.operands
        terms = [inner(da, b)] if da is not None else []
        return Sum.of(*terms, *([inner(a, db)] if db is not None else []))
