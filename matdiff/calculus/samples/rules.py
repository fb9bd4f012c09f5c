"""The rules for parts, operator by operator: what a row, a column or an entry of A + B, AB, diag(x) … is made of."""

from __future__ import annotations

from functools import partial

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.entrywise import Abs, Entrywise, Exp, Log, Sqrt, Unspecified
from matdiff.algebra.operators.norms import EntrywiseNorm1, Frobenius, Norm, PowerNorm, inner
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.softmax import (
    LogSumExp,
    LogSumExpOfColumns,
    LogSumExpOfRows,
    Softmax,
    SoftmaxOfColumns,
    SoftmaxOfRows,
)
from matdiff.algebra.operators.square import MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, SumOfEntries, UnitVector
from matdiff.algebra.operators.triangles import Centering, SymmetricPart
from matdiff.calculus.samples.parts import Part, Place, Samples, known, other, picked, refused, rule_for, summed
from matdiff.calculus.samples.products import cyclic, definition, product

HALF = Number("1/2")
MOST_FACTORS = 8  # in a power of a matrix that is written as a product

rule_for(Product)(product)


def instead(e: Expr, i: Place, j: Place) -> Part:
    """The part of another expression with the same value."""
    return (yield e, i, j)


# ---- entry by entry ---------------------------------------------------------------------------------


@rule_for(Sum, Hadamard, Power, Entrywise, Unspecified, Scale, IndexedSum, Named)
def entry_by_entry(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """(A + B)[i, :] = A[i, :] + B[i, :]; a scalar among the operands stays, ‖A‖² loses the root."""
    if isinstance(e, Power) and isinstance(e.operands[0], Norm) and (k := e.operands[1].number) is not None:
        norm = e.operands[0]
        if any(s.axes(norm.operands[0])[:2]):
            square = yield from s.total(norm.operands[0], _square)
            return square if k == 2 else Power(square, Number(k / 2))
    values: list[Expr] = []
    for o in e.operands:
        values.append((yield (o, None, None) if o.is_scalar else (o, i, j)))
    if isinstance(e, Named) and (i is not None or j is not None):
        return values[0]
    return e.rebuild(tuple(values)) if tuple(values) != e.operands else e


@rule_for(Transpose)
def transpose(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """Aᵀ[i, j] = A[j, i]"""
    a = yield e.operands[0], j, i
    return transposed(a) if i is None and j is None else a


@rule_for(SymmetricPart)
def symmetric_part(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    a = e.operands[0]
    return other(s, e, i, j) if i is None and j is None else instead(Scale.of(HALF, a + Transpose(a)), i, j)


@rule_for(MatrixPower)
def matrix_power(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    a, k = e.operands[0], e.data[0]
    if i is None and j is None:
        return other(s, e, i, j)
    return instead(Product.of(*[a] * k), i, j) if 0 < k <= MOST_FACTORS else other(s, e, i, j)


@rule_for(Centering)
def centering(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """I − 11ᵀ/n"""
    return known(e) if i is None and j is None else instead(definition(e), i, j)


# ---- diagonals, traces, sums, norms -----------------------------------------------------------------


@rule_for(DiagonalMatrix)
def diagonal_matrix(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """diag(x)[i, i] = xᵢ"""
    if i is None and j is None:
        return e.rebuild(((yield e.operands[0], None, None),))
    x = yield e.operands[0], j if i is None else i, None
    if i is None or j is None:
        return Scale.of(x, UnitVector(j if i is None else i, e.rows))  # type: ignore[arg-type]
    return x if i is j else Hadamard.of(Entry(Identity(e.rows), i, j), x)


@rule_for(DiagonalVector)
def diagonal_vector(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """diag(A)[i] = aᵢᵢ"""
    return other(s, e, i, j) if i is None else instead(e.operands[0], i, i)


@rule_for(Trace)
def trace(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """Tr(A) = Σᵢ aᵢᵢ, where the factors are turned so that it sums over samples."""
    a = e.operands[0]
    if isinstance(a, Product) and not any(s.axes(a)[:2]):
        a = cyclic(s, a)
    if not any(s.axes(a)[:2]):
        return Trace((yield a, None, None))
    k = s.fresh(a.rows)
    return IndexedSum((yield a, k, k), k)


def _square(a: Expr) -> Expr:
    return Power.of(a if a.is_scalar else Norm(a), Number(2))


def _absolute(a: Expr) -> Expr:
    return Abs(a) if a.is_scalar else EntrywiseNorm1(a)


def _entries(a: Expr) -> Expr:
    """The sum of the entries, which is an inner product where there are two factors."""
    if a.is_scalar:
        return a
    return inner(*a.operands) if isinstance(a, Hadamard) and len(a.operands) == 2 else SumOfEntries(a)


def _power(p: Expr, a: Expr) -> Expr:
    return Power.of(Abs(a), p)


@rule_for(SumOfEntries, Norm, EntrywiseNorm1, PowerNorm)
def reduction(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """Of all entries, row by row; of a sum of matrices term by term."""
    a = e.operands[0]
    if not any(s.axes(a)[:2]):
        return (yield from other(s, e, i, j))
    match e:
        case Norm():
            return Sqrt((yield from s.total(a, _square)))
        case EntrywiseNorm1():
            return (yield from s.total(a, _absolute))
        case PowerNorm():
            p = yield e.operands[1], None, None
            return Power.of((yield from s.total(a, partial(_power, p))), Power.of(p, Number(-1)))
        case _:
            return (yield from s.total(a, _entries))


@rule_for(Frobenius)
def frobenius(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """A : B = Tr(AᵀB)"""
    a, b = e.operands
    rows, cols = s.axes(a).rows or s.axes(b).rows, s.axes(a).cols or s.axes(b).cols
    if not (rows or cols):
        return (yield from other(s, e, i, j))
    k = s.fresh(a.rows) if rows else None
    m = s.fresh(a.cols, k) if cols else None
    return summed(inner((yield a, k, m), (yield b, k, m)), [k, m])


# ---- logsumexp and softmax --------------------------------------------------------------------------


@rule_for(LogSumExp)
def logsumexp(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """log Σᵢ exp(vᵢ)"""
    v = e.operands[0]
    if not s.axes(v).rows:
        return other(s, e, i, j)
    return _log_of_sum(s, v)


def _log_of_sum(s: Samples, v: Expr) -> Part:
    return Log((yield from s.total(v, Exp)))


@rule_for(LogSumExpOfRows)
def logsumexp_of_rows(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """The logsumexp of one row, or of all rows entry by entry where the columns are samples."""
    a = e.operands[0]
    if s.axes(a).cols:
        k = s.fresh(a.cols, i)
        return Log(IndexedSum(Exp((yield a, i, k)), k))
    return (yield from other(s, e, i, j)) if i is None else LogSumExp.of((yield a, i, None))


@rule_for(SoftmaxOfRows)
def softmax_of_rows(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """The softmax of one row; exp(aᵢⱼ)/Σₖ exp(aᵢₖ) where the columns are samples."""
    a = e.operands[0]
    if s.axes(a).cols:
        k = s.fresh(a.cols, i, j)
        below = IndexedSum(Exp((yield a, i, k)), k)
        return Hadamard.of(Exp((yield a, i, j)), Power.of(below, Number(-1)))
    if i is None:
        return (yield from other(s, e, i, j))
    return picked(Softmax.of((yield a, i, None)), j, None)


@rule_for(Softmax)
def softmax(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """softmax(v)ᵀ is a matrix of one row."""
    v = e.operands[0]
    if not s.axes(v).rows:
        return (yield from other(s, e, i, j))
    k = s.fresh(v.rows, i)
    below = IndexedSum(Exp((yield v, k, None)), k)
    return Hadamard.of(Exp((yield v, i, None)), Power.of(below, Number(-1)))


@rule_for(SoftmaxOfColumns, LogSumExpOfColumns)
def by_columns(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """The same of the rows of the transpose; a logsumexp for each column is a vector all the same."""
    a = e.operands[0]
    if i is None and j is None and not any(s.axes(a)[:2]):
        return other(s, e, i, j)
    turned = transposed(a)
    return instead(LogSumExpOfRows(turned), i, j) if e.cols is ONE else instead(SoftmaxOfRows(turned), j, i)


# ---- blocks and places ------------------------------------------------------------------------------


@rule_for(HorizontalStack, VerticalStack)
def blocks(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """[A, B][i, :]ᵀ = [A[i, :]ᵀ; B[i, :]ᵀ], and [A; B][:, j] = [A[:, j]; B[:, j]]"""
    along = i if isinstance(e, HorizontalStack) else j
    across = j if isinstance(e, HorizontalStack) else i
    if along is None:
        return (yield from other(s, e, i, j))
    values: list[Expr] = []
    for o in e.operands:
        values.append((yield (o, i, None) if isinstance(e, HorizontalStack) else (o, None, j)))
    return picked(VerticalStack.of(*values), across, None)


@rule_for(Entry)
def entry(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """(Xw)[2] = x₂ᵀw"""
    a, *places = e.operands
    counts = s.axes(a)[: len(places)]
    fixed: list[Place] = [p if is_sample else None for p, is_sample in zip(places, counts, strict=True)]
    part = yield a, fixed[0], fixed[1] if len(fixed) > 1 else None
    left = [p for p, is_sample in zip(places, counts, strict=True) if not is_sample]
    return part if part.is_scalar else Entry(part, *left)


@rule_for(Row)
def row(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """X[2, :] = x₂ᵀ"""
    a, r = e.operands
    rows, cols, _ = s.axes(a)
    if not rows and not cols:
        return (yield from other(s, e, i, j))
    if rows:
        part = yield a, r, j
        return part if j is not None else transposed(part)
    return picked((yield a, None, j), r, None)


@rule_for(Column)
def column(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """X[:, 2] is the transpose of a row of Xᵀ."""
    a, c = e.operands
    return other(s, e, i, j) if not any(s.axes(a)[:2]) else instead(Transpose(Row(transposed(a), c)), i, j)


@rule_for(Slice)
def part_of_matrix(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """X[:, 1:k] has the rows xᵢ[1:k]."""
    a = e.operands[0]
    rows, cols = e.ranges  # type: ignore[attr-defined]
    if not any(s.axes(a)[:2]):
        return (yield from other(s, e, i, j))
    if s.axes(a)[:2] != s.axes(e)[:2]:
        raise refused(e, a)
    if i is not None and j is not None:
        return (yield a, i, j)
    return Slice.of((yield a, i, j), cols if j is None else rows)
