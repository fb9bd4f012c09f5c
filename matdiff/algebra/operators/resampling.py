"""What changes the places of entries: flip turns a matrix around, dilate and subsample change the distances of its
rows and columns, pad puts zeros around it.  The adjoint of dilate is subsample, that of pad is a slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.dims import ONE, Relation, Shape, Size
from matdiff.algebra.expr import Data, Expr, Number
from matdiff.algebra.notation import Notation, Style, call
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.patches import BandMatrix
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.slices import Slice
from matdiff.algebra.operators.vectorisation import OfOneSize, sized_name, unit_matrix
from matdiff.algebra.operators.windows import Windowed, refuse_unless
from matdiff.errors import ShapeError


class Flipped(Windowed):
    """flip(K): rows and columns in the opposite order, a rotation by 180 degrees."""

    names = ("flip", "rot180")
    signature = "m×n → m×n"
    relations = (Relation("m×n → m×n"),)
    code = "flip(a)"

    @classmethod
    def of(cls, a: Expr) -> Expr:  # type: ignore[override]
        """A scalar is its own flip."""
        return a if a.is_scalar else cls(a)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.flip(a, (-2, -1))

    def adjoint(self, h: Expr) -> Expr:
        return Flipped.of(h)

    def matrix(self) -> Expr:
        return Exchange.of(self.rows * self.cols)


class Exchange(OfOneSize):
    """exchange(n): the matrix J with Jx = flip(x), whose ones stand on the other diagonal; data: n."""

    names = ("exchange",)
    shown = "; n"
    letter = "J"
    constant = True

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0], data[0])

    def notation(self, style: Style) -> Notation:
        return sized_name("exchange", self.data, style)

    @staticmethod
    def numpy(np: Any, n: int) -> Any:
        return np.eye(n)[::-1]

    def lower(self, to: Any) -> Any:
        return to.exchange(self.rows)


class Dilated(Windowed):
    """dilate(H, s): H with s − 1 rows and columns of zeros between its own."""

    names = ("dilate",)
    shown = "A: m×n; s"
    stated = ("A: m×n; 2",)
    sizes = 1
    relations = (Relation("a×b → stride*a-stride+1×stride*b-stride+1", "stride"),)

    @classmethod
    def of(cls, a: Expr, stride: Size) -> Expr:  # type: ignore[override]
        """A scalar has nothing between its entries."""
        return a if stride is ONE or a.is_scalar else cls(a, stride)

    @staticmethod
    def numpy(np: Any, a: Any, stride: int) -> Any:
        rows, cols = (stride * (extent - 1) + 1 for extent in a.shape[-2:])
        wide = np.zeros((*a.shape[:-2], rows, cols))
        wide[..., ::stride, ::stride] = a
        return wide

    def lower(self, to: Any, a: Any) -> Any:
        return to.apply("dilated(a, b)", self.shape, a, to.count(self.data[0]))

    def adjoint(self, h: Expr) -> Expr:
        return Subsampled.of(h, *self.data)

    def matrix(self) -> Expr:
        return Transpose(BandMatrix(Number(1), *self.shape, *self.data))


class Subsampled(Windowed):
    """subsample(H, s): every s-th row and column of H, from the first to the last."""

    names = ("subsample",)
    shown = "A: s*m-s+1×s*n-s+1; s"
    stated = ("A: 2*m-1×2*n-1; 2",)
    sizes = 1
    relations = (Relation("stride*a-stride+1×stride*b-stride+1 → a×b", "stride"),)

    @classmethod
    def of(cls, a: Expr, stride: Size) -> Expr:  # type: ignore[override]
        """The stride 1 leaves nothing out."""
        return a if stride is ONE or a.is_scalar else cls(a, stride)

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        return f"sizes that exceed 1 by multiples of the stride {sizes[0]}"

    @staticmethod
    def numpy(np: Any, a: Any, stride: int) -> Any:
        refuse_unless(all((extent - 1) % stride == 0 for extent in a.shape[-2:]), "the stride does not divide")
        return a[..., ::stride, ::stride]

    def lower(self, to: Any, a: Any) -> Any:
        return to.apply("a[::b, ::b]" if a.rows and a.cols else "a[::b]", self.shape, a, to.count(self.data[0]))

    def adjoint(self, h: Expr) -> Expr:
        return Dilated.of(h, *self.data)

    def matrix(self) -> Expr:
        return BandMatrix(Number(1), *self.operands[0].shape, *self.data)


class Padded(Windowed):
    """pad(X, k): X with k rows and columns of zeros on every side; a vector is padded at both ends."""

    names = ("pad", "zero_pad")
    shown = "A: m×n; k, k"
    stated = ("A: m×n; 2, 2",)
    sizes = 1
    relations = (
        Relation("m×1 → m+2*k×1", "k"),
        Relation("1×n → 1×n+2*k", "k"),
        Relation("m×n → m+2*k×n+2*k", "k"),
    )
    mirrors = False

    def __new__(cls, a: Expr, above: Size, left: Size) -> Expr:  # type: ignore[misc]
        return cls.make((a,), (above, left))

    @classmethod
    def of(cls, a: Expr, width: Size) -> Expr:  # type: ignore[override]
        """A column has no zeros beside it, a row none above it."""
        none = Size(())
        return cls(a, none if a.rows is ONE is not a.cols else width, none if a.cols is ONE else width)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        if len(operands) != 1:
            raise ShapeError(f"pad takes one matrix, not {len(operands)}")
        rows, cols = (extent + width + width for extent, width in zip(operands[0].shape, data, strict=True))
        return (rows, cols)

    def notation(self, style: Style) -> Notation:
        usual = call("pad", self.operands, style).parts
        width = self.data[0] if self.data[0].terms else self.data[1]
        return Notation((*usual[:-1], f", {width}", usual[-1]))

    @staticmethod
    def numpy(np: Any, a: Any, above: int, left: int) -> Any:
        return np.pad(a, [(0, 0)] * (a.ndim - 2) + [(above, above), (left, left)])

    def lower(self, to: Any, a: Any) -> Any:
        widths = [to.count(n) for n, extent in zip(self.data, self.operands[0].shape, strict=True) if extent is not ONE]
        axes = "((b, b), (c, c))" if len(widths) == 2 else "((b, b),)"
        return to.apply(f"pad(a, {axes})", self.shape, a, *widths)

    def adjoint(self, h: Expr) -> Expr:
        rows, cols = zip(self.operands[0].shape, self.data, strict=True)
        return Slice.of(h, *[(width + ONE, width + extent) for extent, width in (cols, rows)])

    def matrix(self) -> Expr:
        rows, cols = zip(self.shape, self.operands[0].shape, self.data, strict=True)
        return Transpose(Kronecker.of(*[chosen(*side) for side in (cols, rows)]))


def chosen(extent: Size, inside: Size, margin: Size) -> Expr:
    """The rows of the identity that belong to what lies within a margin."""
    return Slice.of(unit_matrix(extent), (margin + ONE, margin + inside))
