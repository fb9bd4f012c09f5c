"""What operations that are linear in each operand do to a piece that is linear in a random deviation.

In go the operation, its constant operands and a piece, out comes the piece that the whole is: as long as it has the
form left · H · right it keeps it; a scalar becomes ⟨K, H⟩ and a column J vec(H), with the gradient K and the Jacobian J.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number, Ones, Symbol
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.convolution import Convolution, CrossCorrelation, FullConvolution, FullCrossCorrelation
from matdiff.algebra.operators.khatri_rao import KhatriRao
from matdiff.algebra.operators.kronecker import Kronecker, PartialTrace1, PartialTrace2, Unvec, Vec, Vech
from matdiff.algebra.operators.patches import BandMatrix, BandSum, Patches, PatchSum
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Transpose
from matdiff.algebra.operators.resampling import Dilated, Flipped, Padded, Subsampled
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import Entry, IndexedSum, SumOfEntries
from matdiff.algebra.operators.triangles import HalvedTriangle, LowerTriangle, SkewPart, SymmetricPart, UpperTriangle
from matdiff.calculus.gradient import gradients
from matdiff.calculus.jacobian import jacobians
from matdiff.calculus.moments import Factor, Piece, flipped, product_of, times
from matdiff.calculus.rewrite import Simplifier
from matdiff.calculus.varying import Exchange
from matdiff.errors import UnsupportedError

LINEAR: tuple[type[Expr], ...] = (
    *(Transpose, Trace, SumOfEntries, DiagonalMatrix, DiagonalVector, Vec, Unvec, Vech, Entry, Row, Column, Slice),
    *(LowerTriangle, UpperTriangle, HalvedTriangle, SymmetricPart, SkewPart),
    *(Flipped, Dilated, Subsampled, Padded, Patches, PatchSum, BandMatrix, BandSum),
)
ADDITIVE: tuple[type[Expr], ...] = (HorizontalStack, VerticalStack)  # linear in all operands together
MULTILINEAR: tuple[type[Expr], ...] = (
    *(Product, Scale, Hadamard, Kronecker, KhatriRao, PartialTrace1, PartialTrace2),
    *(CrossCorrelation, Convolution, FullConvolution, FullCrossCorrelation),
)
Apply = Callable[[Sequence[Expr]], Expr]


def moved(kind: type[Expr], apply: Apply, operands: Sequence[Expr], place: int, p: Piece) -> Piece:
    """The operation with a piece at a place among constant operands."""
    before, after = operands[:place], operands[place + 1 :]
    if p.kind == "multiple":
        factor = apply([*before, Number(1) if p.factor is None else p.factor, *after])
        return p._replace(factor=None if factor.number == 1 else factor)
    found = _kept(kind, before, after, p)
    if found is None:
        found = Piece(p.source, "other", other=apply([*before, p.form(), *after]), bound=p.bound)
    return normal(found)


def _kept(kind: type[Expr], before: Sequence[Expr], after: Sequence[Expr], p: Piece) -> Piece | None:
    """The piece in the form that it has, where the operation keeps that."""
    if p.kind == "other":
        return None
    if p.kind == "diagonal":
        return p if kind is Transpose else _product_with_diagonal(before, after, p) if kind is Product else None
    if kind is Product:
        return p._replace(left=times(*before, p.left), right=times(p.right, *after))
    if kind is Scale and before:
        return p._replace(left=product_of(before[0], p.left))
    if kind is Transpose:
        return p._replace(left=flipped(p.right), right=flipped(p.left), turned=not p.turned)
    shape = p.form().shape
    if kind is SumOfEntries:
        return p._replace(left=_ones(p.left, shape[0]), right=flipped(_ones(flipped(p.right), shape[1])))
    if kind is Hadamard and shape[1] is ONE:
        return p._replace(left=times(DiagonalMatrix(Hadamard.of(*before, *after)), p.left))
    if kind is Hadamard and shape[0] is ONE:
        return p._replace(right=times(p.right, DiagonalMatrix(flipped(Hadamard.of(*before, *after)) or Number(1))))
    if kind is Trace:
        return _as_scalar(p)
    if kind is DiagonalMatrix:
        return p._replace(kind="diagonal")
    return None


def _ones(e: Factor, size: object) -> Factor:
    """1ᵀA"""
    return e if size is ONE else times(Transpose(Ones(size)), e)  # type: ignore[arg-type]


def _product_with_diagonal(before: Sequence[Expr], after: Sequence[Expr], p: Piece) -> Piece | None:
    """A diag(Bh)a = A diag(a)B h, and transposed."""
    column, row = times(*after), times(*before)
    if column is not None and column.cols is ONE:
        return p._replace(kind="between", left=times(row, DiagonalMatrix(column), p.left))
    if row is not None and row.rows is ONE:
        right = times(DiagonalMatrix(flipped(row) or row), column)
        turned = not p.turned
        return p._replace(kind="between", left=flipped(p.right), right=times(flipped(p.left), right), turned=turned)
    return None


# ---- normal forms -----------------------------------------------------------------------------------


def normal(p: Piece) -> Piece:
    """A scalar as ⟨K, H⟩, and a column or row as J vec(H)."""
    if p.kind == "between" and p.form().is_scalar:
        return _as_scalar(p)
    if p.kind != "other":
        return p
    form = p.form()
    if ONE not in form.shape:
        return p
    h = Symbol("·h", p.source.shape)
    linear = Exchange({p.source: h})(form)
    try:
        if form.is_scalar:
            weight = gradients(linear, {"h": h}).gradients["h"]
            return Piece(p.source, "multiple", weight=weight, bound=p.bound)
        column = linear if form.cols is ONE else Transpose(linear)
        found = jacobians(column, {"h": h}).whole.gradients["h"]
    except UnsupportedError:
        return p
    piece = Piece(p.source, left=found, column=p.source.cols is not ONE, bound=p.bound)
    return piece if form.cols is ONE else piece._replace(left=None, right=flipped(found), turned=True)


def _as_scalar(p: Piece) -> Piece:
    """Tr(AHB) = ⟨AᵀBᵀ, H⟩, Tr(AHᵀB) = ⟨BA, H⟩"""
    if p.column:
        return normal(Piece(p.source, "other", other=p.form(), bound=p.bound))
    weight = times(p.right, p.left) if p.turned else times(flipped(p.left), flipped(p.right))
    if weight is None and not p.source.is_scalar:  # Tr(H) = ⟨I, H⟩
        return normal(Piece(p.source, "other", other=Trace(p.source), bound=p.bound))
    return Piece(p.source, "multiple", weight=weight, bound=p.bound)


# ---- sums -------------------------------------------------------------------------------------------


def collected(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Pieces that differ in one factor as one piece with the sum of these: AH + BH = (A + B)H."""
    groups: dict[Piece, list[Factor]] = {}
    for p in pieces:
        if p.kind == "multiple":
            changing, key = (p.weight, p._replace(weight=None)) if p.factor is None else (p.factor, _without_factor(p))
        elif p.kind == "other":
            changing, key = p.other, p._replace(other=None)
        elif p.left is None and p.right is not None and p.turned:
            changing, key = p.right, p._replace(right=None)
        else:
            changing, key = p.left, p._replace(left=None)
        groups.setdefault(key, []).append(changing)
    return tuple(found for key, parts in groups.items() for found in _joined(key, parts))
