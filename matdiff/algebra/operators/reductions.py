"""Abbreviations: reductions and norms that a short formula says as well."""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.abbreviations import Abbreviation, count
from matdiff.algebra.operators.entrywise import Sqrt, filled
from matdiff.algebra.operators.products import Product, Transpose, quotient, zero
from matdiff.algebra.operators.softmax import LogSumExp, LogSumExpOfColumns, LogSumExpOfRows, as_column, is_row
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.errors import ShapeError


class SumsOfColumns(Abbreviation):
    """colsum(A) = Aᵀ1, the sum of every column"""

    names = ("colsum", "colsums")
    signature = "m×n → n×1"
    meaning = "colsum(A) = A'*ones(m)"
    where = "A: m x n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (a,) = operands
        if a.rows is ONE:
            return a if a.is_scalar else as_column(a)
        return Product.of(Transpose(a), Ones(a.rows))


class SumsOfRows(Abbreviation):
    """rowsum(A) = A1, the sum of every row"""

    names = ("rowsum", "rowsums")
    signature = "m×n → m×1"
    meaning = "rowsum(A) = A*ones(n)"
    where = "A: m x n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (a,) = operands
        return a if a.cols is ONE else Product.of(a, Ones(a.cols))


class Mean(Abbreviation):
    """mean(A), the mean of all entries"""

    names = ("mean",)
    signature = "m×n → 1×1"
    meaning = "mean(A) = sum(A)/(m*n)"
    where = "A: m x n; m, n: scalar"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (a,) = operands
        return quotient(SumOfEntries.of(a), count(a.rows * a.cols))


class MeansOfColumns(Abbreviation):
    """colmean(A) = Aᵀ1/m, the mean of every column"""

    names = ("colmean", "colmeans")
    signature = "m×n → n×1"
    meaning = "colmean(A) = A'*ones(m)/m"
    where = "A: m x n; m: scalar"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        return quotient(SumsOfColumns.of(*operands), count(operands[0].rows))


class MeansOfRows(Abbreviation):
    """rowmean(A) = A1/n, the mean of every row"""

    names = ("rowmean", "rowmeans")
    signature = "m×n → m×1"
    meaning = "rowmean(A) = A*ones(n)/n"
    where = "A: m x n; n: scalar"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        return quotient(SumsOfRows.of(*operands), count(operands[0].cols))


class Mahalanobis(Abbreviation):
    """mahalanobis(x, S) = ‖x‖_S = √(xᵀSx)"""

    names = ("mahalanobis",)
    signature = "n×1, n×n → 1×1"
    meaning = "mahalanobis(x, S) = sqrt(x'*S*x)"
    where = "x: n; S: n x n spd"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        x, s = operands
        return Sqrt(Product.of(Transpose(x), s, x))


class LogSoftmax(Abbreviation):
    """log_softmax(v) = v − logsumexp(v)1"""

    names = ("log_softmax", "logsoftmax")
    signature = "n×1 → n×1"
    meaning = "log_softmax(v) = v - logsumexp(v)*ones(n)"
    where = "v: n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (v,) = operands
        if v.cols is not ONE and not is_row(v):
            raise ShapeError("log_softmax takes a vector; of a matrix there are logsoftmax_rows and logsoftmax_cols")
        return v - filled(LogSumExp.of(v), v)


class LogSoftmaxOfRows(Abbreviation):
    """logsoftmax_rows(A) = A − logsumexp_rows(A)1ᵀ"""

    names = ("logsoftmax_rows",)
    signature = "m×n → m×n"
    meaning = "logsoftmax_rows(A) = A - logsumexp_rows(A)*ones(n)'"
    where = "A: m x n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (a,) = operands
        return zero(a.shape) if a.cols is ONE else a - Product.of(LogSumExpOfRows(a), Transpose(Ones(a.cols)))


class LogSoftmaxOfColumns(Abbreviation):
    """logsoftmax_cols(A) = A − 1 logsumexp_cols(A)ᵀ"""

    names = ("logsoftmax_cols",)
    signature = "m×n → m×n"
    meaning = "logsoftmax_cols(A) = A - ones(m)*logsumexp_cols(A)'"
    where = "A: m x n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (a,) = operands
        return zero(a.shape) if a.rows is ONE else a - Product.of(Ones(a.rows), Transpose(LogSumExpOfColumns(a)))
