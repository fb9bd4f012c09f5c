"""Relatives of the inverse: the pseudo-inverse and the adjugate; and the commutator."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Operator, Symbol
from matdiff.algebra.laws import stated_differential
from matdiff.algebra.notation import ATOM, POSTFIX, Notation, Slot, Style, call
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.linear import Bilinear
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.structure import Named

NEGLIGIBLE = 1e-10  # a singular value, or a gap, that is this small beside the largest counts as 0


class PseudoInverse(Operator):
    """pinv(A) = A⁺, the inverse of Moore and Penrose."""

    names = ("pinv",)
    signature = "m×n → n×m"
    copies = 3
    kink = True
    requires = "{0} has constant rank"
    mirrors = True
    code = "pinv(a)"

    def notation(self, style: Style) -> Notation:
        a = self.operands[0]
        is_name = isinstance(a, Named) or (isinstance(a, Symbol) and a.cols is ONE)  # x^+ is the next x
        if not style.latex or is_name:
            return call("pinv", self.operands, style)
        return Notation((Slot(a, ATOM), "^{+}"), POSTFIX)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.linalg.pinv(a, NEGLIGIBLE)

    @staticmethod
    def gap(np: Any, a: Any) -> Any:
        """The smallest singular value that is not 0."""
        values = np.linalg.svd(a, compute_uv=False)
        largest = values[..., :1]
        least = np.where(values > NEGLIGIBLE * largest, values, np.inf).min(axis=-1)
        return least / np.maximum(1.0, largest[..., 0])

    d = stated_differential(
        "differential_of_pseudo_inverse",
        "d(pinv(A)) = -pinv(A)*d(A)*pinv(A) + pinv(A)*pinv(A)'*d(A)'*(eye(m) - A*pinv(A))"
        " + (eye(n) - pinv(A)*A)*d(A)'*pinv(A)'*pinv(A)",
        title="d(A⁺)",
        where="A: m x n",
        requires="the rank of A is constant",
        source="Golub and Pereyra (1973), SIAM J. Numer. Anal. 10",
    )


class Adjugate(Operator):
    """adj(A) = |A|A⁻¹, the matrix of the cofactors, transposed."""

    names = ("adj", "adjugate")
    signature = "n×n → n×n"
    copies = 2
    kink = True
    requires = "{0} is invertible"
    mirrors = True

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        """From the singular values, so that singular matrices have one too."""
        u, s, v = np.linalg.svd(a)
        others = np.where(np.eye(s.shape[-1], dtype=bool), 1.0, s[..., None, :]).prod(axis=-1)
        sign = (np.linalg.det(u) * np.linalg.det(v))[..., None, None]
        return sign * np.swapaxes(v, -1, -2) @ (others[..., :, None] * np.swapaxes(u, -1, -2))

    @staticmethod
    def gap(np: Any, a: Any) -> Any:
        values = np.linalg.svd(a, compute_uv=False)
        return values[..., -1] / np.maximum(1.0, values[..., 0])

    d = stated_differential(
        "differential_of_adjugate",
        "d(adj(A)) = tr(inv(A)*d(A))*adj(A) - inv(A)*d(A)*adj(A)",
        where="A: n x n",
        requires="A invertible",
        source="Magnus and Neudecker, ch. 8, sec. 6",
    )


class Commutator(Bilinear):
    """commutator(A, B) = AB − BA"""

    names = ("commutator",)
    signature = "n×n, n×n → n×n"
    definition = "commutator(A, B) = AB − BA"

    def notation(self, style: Style) -> Notation:
        if not style.latex:
            return call("commutator", self.operands, style)
        return Notation((r"\left[", Slot(self.operands[0], 0), ", ", Slot(self.operands[1], 0), r"\right]"))

    @staticmethod
    def numpy(np: Any, a: Any, b: Any) -> Any:
        return a @ b - b @ a

    def lower(self, to: Any, a: Any, b: Any) -> Any:
        return to.add(to.product(a, b), to.product(b, a).times(number=Fraction(-1)))

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        a, b = self.operands
        return Commutator(b, h) if place == 0 else Commutator(h, a)

    def matrix_at(self, place: int) -> Expr:
        """[A, B] = −[B, A]"""
        constant, one = self.operands[1 - place], Identity(self.rows)
        if self.is_scalar:
            return Number(0)
        left, right = Kronecker(one, constant), Kronecker(Transpose(constant), one)
        return left - right if place else right - left
