"""What changes the places of entries: flip turns a matrix around, dilate and subsample change the distances of its
rows and columns, pad puts zeros around it.  The adjoint of dilate is subsample, that of pad is a slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.dims import ONE, Relation, Shape, Size
from matdiff.algebra.expr import Data, Expr, Number
from matdiff.algebra.laws import differential, shift, vec
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

    __slots__ = ()
    names = ("flip", "rot180")
    signature = "m×n → m×n"
    relations = (Relation("m×n → m×n"),)

    @classmethod
    def of(cls, a: Expr) -> Expr:  # type: ignore[override]
        """A scalar is its own flip."""
        return a if a.is_scalar else cls(a)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.flip(a, (-2, -1))

    @differential("differential_of_flip", "d flip(A)", "d(flip(A)) = flip(d(A))", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return Flipped.of(da)

    @shift("trace_of_flip", "Tr(H flip(A)) = Tr(flip(H)A)", "tr(H*flip(A)) = tr(flip(H)*A)", where="A: m x n; H: n x m")
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Flipped.of(h)

    @vec("vec_of_flip", "vec(flip(A)) = J vec(A)", "vec(flip(A)) = exchange(m*n)*vec(A)", where="A: m x n")
    def vec(self: Expr, place: int) -> Expr:
        return Exchange.of(self.rows * self.cols)


class Exchange(OfOneSize):
    """exchange(n): the matrix J with Jx = flip(x), whose ones stand on the other diagonal; data: n."""

    __slots__ = ()
    names = ("exchange",)
    constant = True

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0], data[0])

    def notation(self, style: Style) -> Notation:
        return sized_name("exchange", self.data, style)

    @staticmethod
    def numpy(np: Any, n: int) -> Any:
        return np.eye(n)[::-1]


class Dilated(Windowed):
    """dilate(H, s): H with s − 1 rows and columns of zeros between its own."""

    __slots__ = ()
    names = ("dilate",)
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

    @differential("differential_of_dilation", "d dilate(A, s)", "d(dilate(A, 2)) = dilate(d(A), 2)", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return Dilated.of(da, *self.data)

    @shift(
        "trace_of_dilation",
        "Tr(H dilate(A, s)) = Tr(subsample(H, s)A)",
        "tr(H*dilate(A, 2)) = tr(subsample(H, 2)*A)",
        where="A: m x n; H: 2*n-1 x 2*m-1",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Subsampled.of(h, *self.data)

    @vec(
        "vec_of_dilation",
        "vec(dilate(A, s)) = corr_matrix(1)ᵀvec(A)",
        "vec(dilate(A, 2)) = corr_matrix(1, 2*m-1, 2*n-1, 2)'*vec(A)",
        where="A: m x n",
    )
    def vec(self: Expr, place: int) -> Expr:
        return Transpose(BandMatrix(Number(1), *self.shape, *self.data))


class Subsampled(Windowed):
    """subsample(H, s): every s-th row and column of H, from the first to the last."""

    __slots__ = ()
    names = ("subsample",)
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

    @differential(
        "differential_of_subsampling",
        "d subsample(A, s)",
        "d(subsample(A, 2)) = subsample(d(A), 2)",
        where="A: 2*m-1 x 2*n-1",
    )
    def d(self: Expr, da: Expr) -> Expr:
        return Subsampled.of(da, *self.data)

    @shift(
        "trace_of_subsampling",
        "Tr(H subsample(A, s)) = Tr(dilate(H, s)A)",
        "tr(H*subsample(A, 2)) = tr(dilate(H, 2)*A)",
        where="A: 2*m-1 x 2*n-1; H: n x m",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Dilated.of(h, *self.data)

    @vec(
        "vec_of_subsampling",
        "vec(subsample(A, s)) = corr_matrix(1) vec(A)",
        "vec(subsample(A, 2)) = corr_matrix(1, 2*m-1, 2*n-1, 2)*vec(A)",
        where="A: 2*m-1 x 2*n-1",
    )
    def vec(self: Expr, place: int) -> Expr:
        return BandMatrix(Number(1), *self.operands[0].shape, *self.data)


class Padded(Windowed):
    """pad(X, k): X with k rows and columns of zeros on every side; a vector is padded at both ends."""

    __slots__ = ()
    names = ("pad", "zero_pad")
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

    @differential("differential_of_padding", "d pad(A, k)", "d(pad(A, 2)) = pad(d(A), 2)", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return Padded(da, *self.data)

    @shift(
        "trace_of_padding",
        "Tr(H pad(A, k)) = Tr(H[k+1:k+n, k+1:k+m]A)",
        "tr(H*pad(A, 2)) = tr(H[3:2+n, 3:2+m]*A)",
        where="A: m x n; H: n+4 x m+4",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        rows, cols = zip(self.operands[0].shape, self.data, strict=True)
        return Slice.of(h, *[(width + ONE, width + extent) for extent, width in (cols, rows)])

    @vec(
        "vec_of_padding",
        "vec(pad(A, k)) = (I[k+1:k+n, :] ⊗ I[k+1:k+m, :])ᵀvec(A)",
        "vec(pad(A, 2)) = kron(eye(4+n)[3:2+n, :], eye(4+m)[3:2+m, :])'*vec(A)",
        where="A: m x n",
    )
    def vec(self: Expr, place: int) -> Expr:
        rows, cols = zip(self.shape, self.operands[0].shape, self.data, strict=True)
        return Transpose(Kronecker.of(*[chosen(*side) for side in (cols, rows)]))


def chosen(extent: Size, inside: Size, margin: Size) -> Expr:
    """The rows of the identity that belong to what lies within a margin."""
    return Slice.of(unit_matrix(extent), (margin + ONE, margin + inside))
