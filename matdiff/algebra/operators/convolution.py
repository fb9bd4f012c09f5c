"""Convolution and cross-correlation of matrices and of vectors, with what their adjoints need.

    corr(X, K)[a, b] = Σᵢⱼ X[a + i, b + j] K[i, j]       cross-correlation, the convolution of deep learning
    conv(X, K)       = corr(X, flip(K))                 the convolution of mathematics, whose kernel is flipped

These are taken where the kernel lies within X; ``corr_full`` and ``conv_full`` wherever it meets X, which has zeros
around it.  A stride s keeps every s-th row and column.  A vector is a matrix with one column, so that all of this
holds in one dimension, too.  Each operation is linear in each operand, and the adjoint of one is another:

    L = L(H), H = corr(X, K)   ⇒   ∇_K L = corr(X, ∇_H L),   ∇_X L = conv_full(∇_H L, K)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.dims import ONE, Relation, Shape, Size, below_one, shape_text, size
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.linear import Bilinear
from matdiff.algebra.operators.patches import BandMatrix, Patches
from matdiff.algebra.operators.products import Product, Scale, Transpose, turned
from matdiff.algebra.operators.resampling import Dilated, Exchange, Flipped, Padded, Subsampled
from matdiff.algebra.operators.windows import Windowed, windows

WITHIN = Relation("stride*a-stride+p×stride*b-stride+q, p×q → a×b", "stride", optional=1)
FULL = Relation("m×n, p×q → m+p-1×n+q-1")


def kernel_fits(shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
    """What keeps a kernel from lying within a matrix, in words."""
    stride = sizes[0] if sizes else ONE
    (m, n), (p, q) = shapes
    if stride is ONE or any(below_one(extent - inside + ONE) for extent, inside in ((m, p), (n, q))):
        return "a kernel that is no larger than the matrix that it is moved over"
    even = shape_text((stride * size("a") - stride + p, stride * size("b") - stride + q if q is not ONE else n))
    return f"a matrix of size {even} for this kernel and the stride {stride}, or one that is cropped or padded to it"


# ---- where the kernel lies within the matrix --------------------------------------------------------


class Within(Windowed, Bilinear):
    """The base of the operators whose kernel lies within the matrix, at every s-th place."""

    sizes = 1
    relations = (WITHIN,)

    @classmethod
    def of(cls, x: Expr, k: Expr, stride: Size = ONE) -> Expr:  # type: ignore[override]
        """With a scalar for a kernel it is a multiple."""
        return Scale.of(k, Subsampled.of(x, stride)) if k.is_scalar else cls(x, k, stride)

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        return kernel_fits(shapes, sizes)


class CrossCorrelation(Within):
    """corr(X, K, s): the inner products of a kernel with the parts of X, at every s-th place; not flipped."""

    names = ("corr", "cross_correlation")
    shown = "X: m×n, K: p×q; 1"
    stated = ("X: 2*m+p-2×2*n+q-2, K: p×q; 2",)

    @staticmethod
    def numpy(np: Any, x: Any, k: Any, stride: int) -> Any:
        p, q = k.shape[-2:]
        return np.einsum("...abij,...ij->...ab", windows(np, x, p, q, stride), k)

    def lower(self, to: Any, x: Any, k: Any) -> Any:
        return to.moved("correlate", "valid", self.shape, x, k, *self.data)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        x, k = self.operands
        g = Dilated.of(turned(h), *self.data)
        return Transpose(FullConvolution.of(g, k) if place == 0 else CrossCorrelation.of(x, g))

    def matrix_at(self, place: int) -> Expr:
        """By K it is im2col(X)."""
        x, k = self.operands
        return BandMatrix(k, *x.shape, *self.data) if place == 0 else Patches(x, *k.shape, *self.data)


class Convolution(Within):
    """conv(X, K, s): the convolution, in which the kernel is flipped, at every s-th place where it lies within X."""

    names = ("conv",)
    shown = "X: m×n, K: p×q; 1"
    stated = ("X: 2*m+p-2×2*n+q-2, K: p×q; 2",)

    @staticmethod
    def numpy(np: Any, x: Any, k: Any, stride: int) -> Any:
        return CrossCorrelation.numpy(np, x, np.flip(k, (-2, -1)), stride)

    def lower(self, to: Any, x: Any, k: Any) -> Any:
        return to.moved("convolve", "valid", self.shape, x, k, *self.data)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        x, k = self.operands
        g = Dilated.of(turned(h), *self.data)
        return Transpose(FullCrossCorrelation.of(g, k) if place == 0 else Flipped.of(CrossCorrelation.of(x, g)))

    def matrix_at(self, place: int) -> Expr:
        """By K it is im2col(X)J, where J flips."""
        x, k = self.operands
        if place == 0:
            return BandMatrix(Flipped.of(k), *x.shape, *self.data)
        return Product.of(Patches(x, *k.shape, *self.data), Exchange.of(k.rows * k.cols))


# ---- wherever the kernel meets the matrix -----------------------------------------------------------


class FullConvolution(Windowed, Bilinear):
    """conv_full(X, K): the convolution wherever the flipped kernel meets X; also that of polynomials."""

    names = ("conv_full",)
    shown = "X: m×n, K: p×q"
    relations = (FULL,)

    @classmethod
    def of(cls, x: Expr, k: Expr) -> Expr:  # type: ignore[override]
        """With a scalar it is a multiple."""
        if x.is_scalar:
            return Scale.of(x, k)
        return Scale.of(k, x) if k.is_scalar else cls(x, k)

    @staticmethod
    def numpy(np: Any, x: Any, k: Any) -> Any:
        return FullCrossCorrelation.numpy(np, x, np.flip(k, (-2, -1)))

    def lower(self, to: Any, x: Any, k: Any) -> Any:
        return to.moved("convolve", "full", self.shape, x, k)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        return Transpose(CrossCorrelation.of(turned(h), self.operands[1 - place]))

    def matrix_at(self, place: int) -> Expr:
        return Transpose(BandMatrix(self.operands[1 - place], *self.shape))


class FullCrossCorrelation(Windowed, Bilinear):
    """corr_full(X, K): the cross-correlation wherever the kernel meets X, which has zeros around it."""

    names = ("corr_full",)
    shown = "X: m×n, K: p×q"
    relations = (FULL,)

    @classmethod
    def of(cls, x: Expr, k: Expr) -> Expr:  # type: ignore[override]
        """With a scalar it is a multiple."""
        if x.is_scalar:
            return Scale.of(x, Flipped.of(k))
        return Scale.of(k, x) if k.is_scalar else cls(x, k)

    @staticmethod
    def numpy(np: Any, x: Any, k: Any) -> Any:
        p, q = k.shape[-2:]
        return CrossCorrelation.numpy(np, Padded.numpy(np, x, p - 1, q - 1), k, 1)

    def lower(self, to: Any, x: Any, k: Any) -> Any:
        return to.moved("correlate", "full", self.shape, x, k)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        x, k = self.operands
        g = turned(h)
        return Transpose(Convolution.of(g, k) if place == 0 else Flipped.of(CrossCorrelation.of(g, x)))

    def matrix_at(self, place: int) -> Expr:
        """By K it is corr_matrix(X)ᵀJ, where J flips."""
        x, k = self.operands
        if place == 0:
            return Transpose(BandMatrix(Flipped.of(k), *self.shape))
        return Product.of(Transpose(BandMatrix(x, *self.shape)), Exchange.of(k.rows * k.cols))
