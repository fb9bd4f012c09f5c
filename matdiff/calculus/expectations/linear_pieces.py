"""What operations that are linear in each operand do to a piece that is linear in a random deviation.

In go the operation, its constant operands and a piece, out comes the piece that the whole is.  It keeps the form
left · H · right as long as it can; a scalar becomes ⟨K, H⟩ and a column J vec(H), with its gradient K and Jacobian J.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Index, Number, Symbol
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.convolution import Convolution, CrossCorrelation, FullConvolution, FullCrossCorrelation
from matdiff.algebra.operators.khatri_rao import KhatriRao
from matdiff.algebra.operators.kronecker import Kronecker, PartialTrace1, PartialTrace2, Unvec, Vec, Vech
from matdiff.algebra.operators.matrix_functions import Frechet
from matdiff.algebra.operators.patches import BandMatrix, BandSum, Patches, PatchSum
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Transpose, zero
from matdiff.algebra.operators.resampling import Dilated, Flipped, Padded, Subsampled
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import Entry, IndexedSum, SumOfEntries
from matdiff.algebra.operators.sylvester import Sylvester
from matdiff.algebra.operators.triangles import HalvedTriangle, LowerTriangle, SkewPart, SymmetricPart, UpperTriangle
from matdiff.algebra.operators.vectorisation import unit_matrix
from matdiff.calculus.expectations.independence import names, together
from matdiff.calculus.expectations.moments import Factor, Piece, flipped, product_of, times
from matdiff.calculus.gradient import gradients
from matdiff.calculus.jacobian import jacobians
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
LINEAR_IN_LAST: tuple[type[Expr], ...] = (Sylvester, Frechet)
Apply = Callable[[Sequence[Expr]], Expr]


def moved(kind: type[Expr], apply: Apply, operands: Sequence[Expr], place: int, p: Piece) -> Piece:
    """The operation with a piece at a place among constant operands."""
    before, after = operands[:place], operands[place + 1 :]
    if p.bound:
        p = p.rebound(names((*before, *after)))
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
        return _with(p, _changing(p), product_of(before[0], _explicit(p, _changing(p))))
    if kind is Transpose:
        return p.transposed()
    shape = p.form().shape
    if kind is SumOfEntries:
        return p._replace(left=_ones(p.left, shape[0]), right=flipped(_ones(flipped(p.right), shape[1])))
    if kind is Hadamard and shape[1] is ONE:
        return p._replace(left=times(DiagonalMatrix(Hadamard.of(*before, *after)), p.left))
    if kind is Hadamard and shape[0] is ONE:
        return p._replace(right=times(p.right, DiagonalMatrix(flipped(Hadamard.of(*before, *after)) or Number(1))))
    if kind in (Kronecker, *ADDITIVE):
        return _in_blocks(kind, before, after, p)
    if kind is Trace:
        return _as_scalar(p)
    if kind is DiagonalMatrix:
        return p._replace(kind="diagonal")
    return None


def _in_blocks(kind: type[Expr], before: Sequence[Expr], after: Sequence[Expr], p: Piece) -> Piece | None:
    """(AHB) ⊗ c = (I ⊗ c)AHB, (AHB) ⊗ cᵀ = AHB(I ⊗ cᵀ), [0 A] = A[0 I]"""
    rows, cols = p.form().shape
    if kind is Kronecker:
        (other,) = (*before, *after)
        if ONE not in other.shape:
            return None
        beside = other.cols is not ONE
        unit = unit_matrix(cols if beside else rows)
        whole = Kronecker.of(other, unit) if before else Kronecker.of(unit, other)
    else:
        beside = kind is HorizontalStack
        unit = unit_matrix(cols if beside else rows)
        around = [zero((unit.rows, o.cols) if beside else (o.rows, unit.cols)) for o in (*before, *after)]
        whole = kind.make((*around[: len(before)], unit, *around[len(before) :]))
    return p._replace(right=times(p.right, whole)) if beside else p._replace(left=times(whole, p.left))


def _ones(e: Factor, size: Size) -> Factor:
    """1ᵀA"""
    return e if size is ONE else times(Transpose(Ones(size)), e)


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
    left = None if isinstance(found, Identity) else found
    piece = Piece(p.source, left=left, column=p.source.cols is not ONE, bound=p.bound)
    return piece if form.cols is ONE else piece.transposed()


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
    groups: dict[tuple[str, Piece], list[Piece]] = {}
    for p in pieces:
        field = _changing(p)
        groups.setdefault((field, _with(p, field, None)), []).append(p)
    found = []
    for (field, _), alike in groups.items():
        first = alike[0]
        if len(alike) > 1:
            first = _with(first, field, together([_explicit(p, field) for p in alike]))
        found.append(first)
    return tuple(found)


def _changing(p: Piece) -> str:
    """The factor that is added up."""
    if p.kind == "multiple":
        return "factor" if p.source.is_scalar else "weight"
    if p.kind == "other":
        return "other"
    return "right" if p.turned and p.left is None else "left"


def _with(p: Piece, field: str, factor: Factor) -> Piece:
    """The piece with another one of its factors."""
    fields = {field: factor}
    return p._replace(**fields)  # type: ignore[arg-type]


def _explicit(p: Piece, field: str) -> Expr:
    """A factor, where nothing is written an identity matrix or the number 1."""
    factor: Factor = getattr(p, field)
    if factor is not None:
        return factor
    if p.kind == "multiple":
        return Number(1)
    rows, cols = (p.source.rows * p.source.cols, ONE) if p.column else p.source.shape
    return unit_matrix(cols if p.turned == (field == "left") else rows)


def over_index(p: Piece, index: Index) -> Piece:
    """The sum over an index of a piece."""
    p = p.rebound((index.name,))
    if index in p.source.free:
        return p._replace(bound=(*p.bound, index))
    field = _changing(p)
    fixed = [getattr(p, name) for name in ("left", "right", "weight", "factor", "other") if name != field]
    if any(e is not None and index in e.free for e in fixed):
        return normal(Piece(p.source, "other", other=IndexedSum(p.form(), index), bound=p.bound))
    return _with(p, field, IndexedSum(_explicit(p, field), index))
