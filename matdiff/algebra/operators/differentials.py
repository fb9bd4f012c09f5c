"""The differential as a node of a line: d(A) has the shape of A and stands for what the laws have not yet resolved."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Operator, Symbol
from matdiff.algebra.kinds import VARYING, is_a
from matdiff.algebra.notation import ATOM, POSTFIX, SUM, DifferentialSign, Notation, Slot, Style
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member


class Differential(Operator):
    """dA"""

    names = ("d",)
    signature = "m×n → m×n"

    def notation(self, style: Style) -> Notation:
        a = self.operands[0]
        letter = DifferentialSign(style.pick("d", r"\mathrm{d}"))
        if isinstance(a, (Symbol, Member, Named)) or is_a(a, "Iterate"):
            return Notation((letter, Slot(a, ATOM)), ATOM)
        opening, tail = style.pick("(", r"\left("), style.pick(")", r"\right)")
        return Notation(
            (letter, opening, Slot(a, SUM), tail), POSTFIX
        )  # (d(A + B))ᵀ, lest d(A + B)ᵀ be read as d((A + B)ᵀ)


def holds_differential(e: Expr) -> bool:
    """Whether a differential occurs in an expression."""
    return bool(e.classes & VARYING)  # asked for every node of every line
