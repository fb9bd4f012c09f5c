"""Singular values: the nuclear and the spectral norm, and the named pieces of their derivatives, the orthogonal
polar factor and the leading singular vectors."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Operator
from matdiff.algebra.laws import Statement, differential, stated_differential
from matdiff.algebra.notation import Notation, Slot, Style, call
from matdiff.algebra.operators.inverses import NEGLIGIBLE, PseudoInverse
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Product, Sum, Transpose
from matdiff.algebra.operators.square import between_bars
from matdiff.algebra.operators.sylvester import Sylvester

# ---- numbers ---------------------------------------------------------------------------------------


def transposed(np: Any, a: Any) -> Any:
    """Aᵀ"""
    return np.swapaxes(a, -1, -2)


def with_sign(np: Any, v: Any) -> Any:
    """Columns ±v: the entry of the largest absolute value is made positive."""
    place = np.argmax(np.abs(v), axis=-2)[..., None, :]
    return v * np.where(np.take_along_axis(v, place, -2) < 0, -1.0, 1.0)


def singular_values(np: Any, a: Any) -> Any:
    """The singular values, largest first."""
    return np.linalg.svd(a, compute_uv=False)


# ---- norms by singular values ----------------------------------------------------------------------


class NormOfSingularValues(Operator):
    """The base of the norms by singular values."""

    bounds = "[0, ∞)"
    kink = True
    barred = True

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """Of a vector it is the length."""
        return Norm(*operands) if len(operands) == 1 and ONE in operands[0].shape else cls(*operands)


class NuclearNorm(NormOfSingularValues):
    """‖A‖_*, the sum of the singular values."""

    names = ("norm_nuc",)
    signature = "m×n → 1×1"
    requires = "{0} has full rank"
    code = "matrix_norm(a, 'nuc')"

    def notation(self, style: Style) -> Notation:
        return between_bars(self, style, "norm_nuc", ("‖", "‖_*"), (r"\left\|", r"\right\|_*"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sum(singular_values(np, a), axis=-1)[..., None, None]

    @staticmethod
    def gap(np: Any, a: Any) -> Any:
        """The smallest singular value; rounding, as in xyᵀ, counts as 0, and what stays 0 does no harm."""
        values = singular_values(np, a)
        least, largest = values[..., -1], values[..., 0]
        return np.where(least > NEGLIGIBLE * largest, least, 0.0) / np.maximum(1.0, largest)

    d = stated_differential(
        "differential_of_nuclear_norm",
        "d(norm_nuc(A)) = tr(polar(A)'*d(A))",
        title="d‖A‖_*",
        where="A: m x n",
        source="Watson (1992), Linear Algebra Appl. 170",
    )


def of_any_shape() -> str:
    """d polar(A) where A need not be square: UUᵀ = QQᵀ and VVᵀ = QᵀQ are projections, one of them is I."""
    q, right = "polar(A)", "polar(A)'*polar(A)"
    within = f"{q}'*A + eye(n) - {right}"
    twist = f"{q}'*d(A) - d(A)'*{q}"
    return (
        f"d({q}) = {q}*sylvester({within}, {within}, {right}*({twist})*{right})"
        f" + (eye(m) - {q}*{q}')*d(A)*pinv(A)*{q} + {q}*pinv(A)*d(A)*(eye(n) - {right})"
    )


class Polar(Operator):
    """polar(A) = UVᵀ for A = U diag(s) Vᵀ, the orthogonal factor of the polar decomposition."""

    names = ("polar",)
    bounds = "[−1, 1]"
    signature = "m×n → m×n"
    copies = 4
    requires = "{0} has full rank"
    definition = "polar(A) = UVᵀ for the singular value decomposition A = U diag(s)Vᵀ"
    mirrors = True
    kink = True
    gap = staticmethod(NuclearNorm.gap)
    code = "polar(a)[0]"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        """Without the singular vectors to the value 0, which are not unique."""
        u, s, v = np.linalg.svd(a, full_matrices=False)
        return np.where(s > NEGLIGIBLE * s[..., :1], 1.0, 0.0)[..., None, :] * u @ v

    @differential(
        "differential_of_polar",
        "d(polar(A)) = polar(A)*sylvester(polar(A)'*A, polar(A)'*A, polar(A)'*d(A) - d(A)'*polar(A))",
        where="A: n x n",
        also=(Statement(of_any_shape(), "A: m x n"),),
        requires="A has full rank; for an A that is not square the null spaces are taken into account",
        source="Higham, Functions of Matrices, ch. 8",
    )
    def d(self: Expr, da: Expr) -> Expr:
        a, q = self.operands[0], self
        h = Product.of(Transpose(q), a)
        twist = Product.of(Transpose(q), da) - Product.of(Transpose(da), q)
        if a.rows is a.cols:
            return Product.of(q, Sylvester(h, h, twist))
        # UUᵀ = QQᵀ and VVᵀ = QᵀQ are projections; one of them is I, and which one depends on the sizes
        left, right = Product.of(q, Transpose(q)), Product.of(Transpose(q), q)
        within = Sum.of(h, Identity(a.cols), -right)
        inverse = PseudoInverse(a)
        return Sum.of(
            Product.of(q, Sylvester(within, within, Product.of(right, twist, right))),
            Product.of(Identity(a.rows) - left, da, inverse, q),
            Product.of(q, inverse, da, Identity(a.cols) - right),
        )


class SpectralNorm(NormOfSingularValues):
    """The spectral norm, the largest singular value."""

    names = ("norm_spec", "opnorm")
    signature = "m×n → 1×1"
    requires = "the largest singular value of {0} is simple and not 0"
    code = "matrix_norm(a, 2)"

    def notation(self, style: Style) -> Notation:
        if not style.latex:
            return call("norm_spec", self.operands, style)
        return Notation((r"\left\|", Slot(self.operands[0], 0), r"\right\|_2"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return singular_values(np, a)[..., :1, None]

    @staticmethod
    def gap(np: Any, a: Any) -> Any:
        values = singular_values(np, a)
        following = values[..., 1] if values.shape[-1] > 1 else 0.0
        return (values[..., 0] - following) / np.maximum(1.0, values[..., 0])

    d = stated_differential(
        "differential_of_spectral_norm",
        "d(norm_spec(A)) = left_singular(A)'*d(A)*right_singular(A)",
        title="d‖A‖₂",
        where="A: m x n",
        requires="the largest singular value of A is simple",
        source="Magnus and Neudecker, ch. 8, sec. 9, with λ_max(AᵀA)",
    )


class LeftSingular(Operator):
    """left_singular(A) = Av/‖A‖₂ for the right singular vector v, the unit left one to the largest singular value."""

    names = ("left_singular",)
    bounds = "[−1, 1]"
    signature = "m×n → m×1"
    copies = 2
    requires = SpectralNorm.requires
    definition = "left_singular(A) is the unit left singular vector of A to its largest singular value"
    kink = True
    gap = staticmethod(SpectralNorm.gap)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return a @ RightSingular.numpy(np, a) / SpectralNorm.numpy(np, a)

    def lower(self, to: Any, a: Any) -> Any:
        v = to.apply("with_sign(svd(a)[2][0])", (self.operands[0].cols, ONE), a)
        return to.apply("a @ b / matrix_norm(a, 2)", self.shape, a, v)

    d = stated_differential(
        "differential_of_left_singular_vector",
        "d(left_singular(A)) = pinv(norm_spec(A)^2*eye(m) - A*A')*(d(A)*A' + A*d(A)')*left_singular(A)",
        where="A: m x n",
        requires="the largest singular value of A is simple",
    )


class RightSingular(Operator):
    """right_singular(A): the unit right singular vector to the largest singular value, its largest entry positive."""

    names = ("right_singular",)
    bounds = "[−1, 1]"
    signature = "m×n → n×1"
    copies = 2
    requires = SpectralNorm.requires
    definition = "right_singular(A) is the unit right singular vector of A to its largest singular value"
    kink = True
    gap = staticmethod(SpectralNorm.gap)
    code = "with_sign(svd(a)[2][0])"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return with_sign(np, transposed(np, np.linalg.svd(a, full_matrices=False)[2][..., :1, :]))

    d = stated_differential(
        "differential_of_right_singular_vector",
        "d(right_singular(A)) = pinv(norm_spec(A)^2*eye(n) - A'*A)*(d(A)'*A + A'*d(A))*right_singular(A)",
        where="A: m x n",
        requires="the largest singular value of A is simple",
    )
