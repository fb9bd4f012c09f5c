"""softmax and logsumexp of a vector, and of a matrix by rows and by columns.

softmax is the gradient of logsumexp; both are operators of their own, since their laws are shorter than
those of the quotients that they stand for.
"""

from __future__ import annotations

from typing import Any, ClassVar

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Operator
from matdiff.algebra.laws import stated_differential
from matdiff.algebra.operators.products import Product, Transpose, ones_like


def stable_logsumexp(np: Any, a: Any, axis: int) -> Any:
    """log(Σ exp(a)) along an axis, which does not overflow."""
    largest = np.max(a, axis=axis, keepdims=True)
    return largest + np.log(np.sum(np.exp(a - largest), axis=axis, keepdims=True))


def shifted(to: Any, a: Any, side: str) -> tuple[Any, Any, Any]:
    """As arrays: the largest entries along rows or columns, exp(a − largest), and the sums of these."""
    largest = to.reduced("max", a, (side,))
    powers = to.map("exp(a - b)", a, largest)
    return largest, powers, to.along(powers, side)


class LogSumExp(Operator):
    """logsumexp(v) = log(Σᵢ exp(vᵢ)) of a vector"""

    names = ("logsumexp",)
    signature = "n×1 → 1×1"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        return cls.make(tuple(as_column(o) for o in operands))

    @staticmethod
    def numpy(np: Any, v: Any) -> Any:
        return stable_logsumexp(np, v, -2)

    def lower(self, to: Any, v: Any) -> Any:
        largest, _, total = shifted(to, v, "rows")
        return to.map("a + log(b)", largest, total)

    d = stated_differential("differential_of_logsumexp", "d(logsumexp(v)) = softmax(v)'*d(v)", where="v: n")


class Softmax(Operator):
    """softmax(v) = exp(v)/sum(exp(v)) of a vector"""

    names = ("softmax",)
    bounds = "(0, 1]"
    signature = "n×1 → n×1"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """A row gives a row."""
        if len(operands) == 1 and is_row(operands[0]):
            return Transpose(cls(as_column(operands[0])))
        return cls.make(operands)

    @staticmethod
    def numpy(np: Any, v: Any) -> Any:
        return np.exp(v - stable_logsumexp(np, v, -2))

    def lower(self, to: Any, v: Any) -> Any:
        _, powers, total = shifted(to, v, "rows")
        return to.map("a / b", powers, total)

    d = stated_differential(
        "differential_of_softmax",
        "d(softmax(v)) = softmax(v) .* d(v) - (softmax(v)'*d(v))*softmax(v)",
        source="(diag(p) − ppᵀ)dv with p = softmax(v)",
        where="v: n",
    )


class LogSumExpOfRows(Operator):
    """logsumexp_rows(A) = log(exp(A)1): the logsumexp of every row"""

    names = ("logsumexp_rows",)
    signature = "m×n → m×1"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """Of rows of one entry: that entry."""
        trivial = len(operands) == 1 and operands[0].cols is ONE
        return operands[0] if trivial else cls.make(operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return stable_logsumexp(np, a, -1)

    def lower(self, to: Any, a: Any) -> Any:
        largest, _, total = shifted(to, a, "cols")
        return to.map("a + log(b)", largest, total)

    d = stated_differential(
        "differential_of_logsumexp_of_rows",
        "d(logsumexp_rows(A)) = (softmax_rows(A) .* d(A))*ones(n)",
        where="A: m x n",
    )


class SoftmaxOfLines(Operator):
    """The base of the softmax of every row and of every column; *across* is what counts the entries of one."""

    bounds = "(0, 1]"
    across: ClassVar[str] = ""

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """Of one entry: 1."""
        trivial = len(operands) == 1 and getattr(operands[0], cls.across) is ONE
        return ones_like(operands[0]) if trivial else cls.make(operands)

    def lower(self, to: Any, a: Any) -> Any:
        _, powers, total = shifted(to, a, self.across)
        return to.map("a / b", powers, total)


class SoftmaxOfRows(SoftmaxOfLines):
    """softmax_rows(A): the softmax of every row"""

    names = ("softmax_rows", "softmax_row")
    signature = "m×n → m×n"
    across = "cols"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.exp(a - stable_logsumexp(np, a, -1))

    d = stated_differential(
        "differential_of_softmax_of_rows",
        "d(softmax_rows(A)) = softmax_rows(A) .* (d(A) - (softmax_rows(A) .* d(A))*ones(n)*ones(n)')",
        where="A: m x n",
    )


class LogSumExpOfColumns(Operator):
    """logsumexp_cols(A) = log(exp(A)ᵀ1): the logsumexp of every column"""

    names = ("logsumexp_cols",)
    signature = "m×n → n×1"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """Of columns of one entry: that entry."""
        trivial = len(operands) == 1 and operands[0].rows is ONE
        return as_column(operands[0]) if trivial else cls.make(operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.swapaxes(stable_logsumexp(np, a, -2), -1, -2)

    def lower(self, to: Any, a: Any) -> Any:
        largest, _, total = shifted(to, a, "rows")
        return to.map("a + log(b)", largest, total).transposed()

    d = stated_differential(
        "differential_of_logsumexp_of_columns",
        "d(logsumexp_cols(A)) = (softmax_cols(A) .* d(A))'*ones(m)",
        where="A: m x n",
    )


class SoftmaxOfColumns(SoftmaxOfLines):
    """softmax_cols(A): the softmax of every column"""

    names = ("softmax_cols", "softmax_col")
    signature = "m×n → m×n"
    across = "rows"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.exp(a - stable_logsumexp(np, a, -2))

    d = stated_differential(
        "differential_of_softmax_of_columns",
        "d(softmax_cols(A)) = softmax_cols(A) .* (d(A) - ones(m)*ones(m)'*(softmax_cols(A) .* d(A)))",
        where="A: m x n",
    )


def is_row(e: Expr) -> bool:
    return e.rows is ONE and not e.is_scalar


def as_column(e: Expr) -> Expr:
    """A vector as a column; a row such as xᵀA becomes Aᵀx."""
    if not is_row(e):
        return e
    factors = reversed(e.operands) if isinstance(e, Product) else [e]
    return Product.of(*[f.operands[0] if isinstance(f, Transpose) else Transpose(f) for f in factors])
