"""The transpose."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.expr import OPERATORS, Expr, Operator
from matdiff.algebra.laws import differential, vec
from matdiff.algebra.notation import ATOM, POSTFIX, Notation, Slot, Style


class Transpose(Operator):
    """Aᵀ"""

    names = ("transpose",)
    signature = "m×n → n×m"
    seen_through = True

    def notation(self, style: Style) -> Notation:
        return Notation((Slot(self.operands[0], ATOM), style.pick("ᵀ", r"^{\top}")), POSTFIX)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.swapaxes(a, -1, -2)

    def lower(self, to: Any, a: Any) -> Any:
        return a.transposed()

    @differential("differential_of_transpose", "d(A') = d(A)'", title="d(Aᵀ)", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return Transpose(da)

    @vec("transpose_within_vec", "vec(Aᵀ) = K vec(A)", "vec(A') = commutation(m, n)*vec(A)", where="A: m x n")
    def vec(self: Expr, place: int) -> Expr:
        return OPERATORS["Commutation"].of(*self.operands[0].shape)  # type: ignore[arg-type]


def turned(e: Expr) -> Expr:
    """eᵀ, and e of eᵀ; a scalar is its own transpose."""
    return e.operands[0] if isinstance(e, Transpose) else e if e.is_scalar else Transpose.make((e,))
