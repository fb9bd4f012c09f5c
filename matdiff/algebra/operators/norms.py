"""Norms and inner products."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, Operator
from matdiff.algebra.laws import Statement, differential, stated_differential
from matdiff.algebra.notation import FROBENIUS, TERM, Notation, Slot, Style
from matdiff.algebra.operators.products import (
    Product,
    Scale,
    Transpose,
    reciprocal,
)
from matdiff.algebra.operators.square import Trace, between_bars


def inner(a: Expr, b: Expr) -> Expr:
    """⟨A, B⟩: aᵀb for vectors and scalars, Tr(AᵀB) for matrices."""
    product = Product.of(Transpose(a) if not a.is_scalar else a, b)
    return product if product.is_scalar else Trace(product)


class Norm(Operator):
    """‖A‖, the Euclidean norm of a vector and the Frobenius norm of a matrix."""

    names = ("norm2", "norm")
    bounds = "[0, ∞)"
    signature = "m×n → 1×1"
    kink = True
    barred = True
    requires = "{0} ≠ 0"

    def notation(self, style: Style) -> Notation:
        return between_bars(self, style, "norm2", ("‖", "‖"), (r"\left\|", r"\right\|"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sqrt(np.sum(a * a, axis=(-2, -1), keepdims=True))

    def lower(self, to: Any, a: Any) -> Any:
        a = a._replace(number=abs(a.number))
        return to.apply("norm(a)", SCALAR, a) if not a.free else to.map("sqrt(a)", to.total(to.entry_power(a, 2)))

    @differential("differential_of_norm", "d(norm2(A)) = tr(A'*d(A))/norm2(A)", title="d‖A‖", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return Scale.of(reciprocal(self), inner(self.operands[0], da))


class EntrywiseNorm1(Operator):
    """‖A‖₁ = Σ|aᵢⱼ|, the sum of the absolute values of the entries."""

    names = ("norm1",)
    bounds = "[0, ∞)"
    signature = "m×n → 1×1"
    kink = True
    barred = True
    requires = "no entry of {0} is 0"

    def notation(self, style: Style) -> Notation:
        return between_bars(self, style, "norm1", ("‖", "‖₁"), (r"\left\|", r"\right\|_1"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sum(np.abs(a), axis=(-2, -1), keepdims=True)

    def lower(self, to: Any, a: Any) -> Any:
        return to.total(to.map("abs(a)", a))

    d = stated_differential(
        "differential_of_norm1",
        "d(norm1(A)) = tr(sign(A)'*d(A))",
        title="d‖A‖₁",
        where="A: m x n",
        also=(Statement("d(norm1(x)) = sign(x)'*d(x)", "x: n"),),
    )


class MaximumNorm(Operator):
    """‖x‖_∞ = max |xᵢ|, the largest absolute value of the entries of a vector."""

    names = ("norm_inf",)
    bounds = "[0, ∞)"
    signature = "n×1 → 1×1"
    kink = True
    barred = True
    requires = "the largest absolute value of the entries of {0} is unique and not 0"

    def notation(self, style: Style) -> Notation:
        return between_bars(self, style, "norm_inf", ("‖", "‖_∞"), (r"\left\|", r"\right\|_{\infty}"))

    @staticmethod
    def numpy(np: Any, x: Any) -> Any:
        return np.max(np.abs(x), axis=-2, keepdims=True)

    def lower(self, to: Any, x: Any) -> Any:
        return to.reduced("max", to.map("abs(a)", x))

    @staticmethod
    def gap(np: Any, x: Any) -> Any:
        """By how much the largest absolute value exceeds the next one, or 0."""
        size = np.sort(np.abs(x), axis=-2)
        return size[..., -1:, :] - (size[..., -2:-1, :] if size.shape[-2] > 1 else 0.0)

    d = stated_differential(
        "differential_of_maximum_norm",
        "d(norm_inf(x)) = (sign(x) .* onehot_max(abs(x)))'*d(x)",
        title="d‖x‖_∞",
        requires="the largest absolute value of the entries of x is unique and not 0",
        where="x: n",
    )


class PowerNorm(Operator):
    """‖x‖_p = (Σᵢ |xᵢ|ᵖ)^(1/p) of a vector, with a scalar p ≥ 1."""

    names = ("normp",)
    bounds = "[0, ∞)"
    signature = "n×1, 1×1 → 1×1"
    kink = True
    barred = True

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """The norms for p = 1 and p = 2 have operators of their own."""
        kinds = {Number(1): EntrywiseNorm1, Number(2): Norm}
        usual = kinds.get(operands[1]) if len(operands) == 2 else None  # type: ignore[call-overload]
        return usual(operands[0]) if usual else cls.make(operands)

    def condition(self) -> str:
        x, p = self.operands
        return f"{x} ≠ 0" if p.number is not None and p.number > 2 else f"no entry of {x} is 0"

    @staticmethod
    def numpy(np: Any, x: Any, p: Any) -> Any:
        size = np.abs(x)
        largest = np.max(size, axis=-2, keepdims=True)
        scale = np.where(largest > 0, largest, 1.0)  # so that high powers do not overflow
        return scale * np.sum((size / scale) ** p, axis=-2, keepdims=True) ** (1 / p)

    def lower(self, to: Any, x: Any, p: Any) -> Any:
        size = to.map("abs(a)", x)
        largest = to.reduced("max", size)
        total = to.total(to.map("where(b > 0, a / b, 0.0) ** c", size, largest, p))
        return to.map("a * b ** (1 / c)", largest, total, p)

    d = stated_differential(
        "differential_of_power_norm",
        "d(normp(x, p)) = normp(x, p)^(1 - p)*(x .* abs(x).^(p - 2))'*d(x)"
        " + d(p)*normp(x, p)*(sum(abs(x).^p .* log(abs(x)))/normp(x, p)^p - log(normp(x, p)))/p",
        title="d‖x‖_p",
        requires="no entry of x is 0",
        where="x: n; p: scalar positive",
    )


class Frobenius(Operator):
    """A : B = Tr(AᵀB), the Frobenius inner product."""

    signature = "m×n, m×n → 1×1"

    def notation(self, style: Style) -> Notation:
        a, b = self.operands
        return Notation((Slot(a, FROBENIUS), " : ", Slot(b, TERM)), FROBENIUS)

    @staticmethod
    def numpy(np: Any, a: Any, b: Any) -> Any:
        return np.sum(a * b, axis=(-2, -1), keepdims=True)

    def lower(self, to: Any, a: Any, b: Any) -> Any:
        return to.total(to.hadamard(a, b))

    d = stated_differential(
        "differential_of_frobenius",
        "d(A : B) = tr(d(A)'*B) + tr(A'*d(B))",
        title="d(A : B)",
        where="A, B: m x n",
        also=(Statement("d(x : y) = d(x)'*y + x'*d(y)", "x, y: n"),),
    )
