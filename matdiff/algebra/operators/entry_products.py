"""The product of all entries, and of all members of a family: ∏ᵢ aᵢ is that of the vector with the entries aᵢ."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.expr import Operator
from matdiff.algebra.laws import Statement, stated_differential
from matdiff.algebra.notation import Notation, Style
from matdiff.algebra.operators.sums import entries_by_index, over_index


class ProductOfEntries(Operator):
    """prod(A), the product of all entries"""

    names = ("prod",)
    signature = "m×n → 1×1"
    requires = "no entry of {0} is 0"

    @property
    def open_ended(self) -> bool:
        return entries_by_index(self.operands[0]) is not None

    def notation(self, style: Style) -> Notation:
        return over_index(self, style.pick("∏", r"\prod"), style) or super().notation(style)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.prod(a, axis=(-2, -1), keepdims=True)

    def lower(self, to: Any, a: Any) -> Any:
        return to.reduced("prod", a)

    d = stated_differential(
        "differential_of_product_of_entries",
        "d(prod(A)) = prod(A)*tr((1 ./ A)'*d(A))",
        where="A: m x n",
        also=(Statement("d(prod(x)) = prod(x)*((1 ./ x)'*d(x))", "x: n"),),
    )
