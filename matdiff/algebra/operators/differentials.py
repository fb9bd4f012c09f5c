"""The differential as a node of a line: d(A) has the shape of A and stands for what the laws have not yet resolved."""

from __future__ import annotations

from matdiff.algebra.expr import Operator, Symbol
from matdiff.algebra.notation import ATOM, SUM, Notation, Slot, Style
from matdiff.algebra.operators.sums import Member


class Differential(Operator):
    """dA"""

    __slots__ = ()
    names = ("d",)
    signature = "m×n → m×n"

    def notation(self, style: Style) -> Notation:
        a = self.operands[0]
        letter = style.pick("d", r"\mathrm{d}")
        if isinstance(a, Symbol | Member):
            return Notation((letter, Slot(a, ATOM)), ATOM)
        return Notation((style.pick("d(", r"\mathrm{d}\left("), Slot(a, SUM), style.pick(")", r"\right)")))
