"""Convolution as a product of matrices: the parts of X as rows, or the entries of K in the bands of a matrix.

    vec(corr(X, K)) = im2col(X, p, q) vec(K) = corr_matrix(K, m, n) vec(X)        X: m×n, K: p×q

Both matrices are linear in what they are made of, and col2im and corr_kernel are the adjoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.dims import ONE, Relation, Shape, Size, shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import differential, shift
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.windows import Windowed, refuse_unless, turned, windows

STEPS = "m = stride*a-stride+p, n = stride*b-stride+q"


class Patches(Windowed):
    """im2col(X, p, q, s): the vec of each p×q part of X as a row, in the order of the places in vec(corr(X, K, s))."""

    __slots__ = ()
    names = ("im2col",)
    sizes = 3
    relations = (Relation("stride*a-stride+p×stride*b-stride+q → a*b×p*q", "p q stride", optional=1),)
    mirrors = False

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        return needed(f"a matrix from which {shape_text((sizes[0], sizes[1]))} parts can be taken", sizes[2:])

    @staticmethod
    def numpy(np: Any, x: Any, p: int, q: int, stride: int) -> Any:
        parts = windows(np, x, p, q, stride)
        a, b = parts.shape[-4:-2]
        return np.einsum("...abij->...baji", parts).reshape(*x.shape[:-2], a * b, p * q)

    @differential("differential_of_im2col", "d im2col(X)", "d(im2col(X, 2, 3)) = im2col(d(X), 2, 3)", where="X: m x n")
    def d(self: Expr, dx: Expr) -> Expr:
        return Patches(dx, *self.data)

    @shift(
        "trace_of_im2col",
        "Tr(Hᵀim2col(X)) = Tr(col2im(H)ᵀX)",
        "tr(H'*im2col(X, p, q)) = tr(col2im(H, m+p-1, n+q-1, p, q)'*X)",
        where="X: m+p-1 x n+q-1; H: m*n x p*q",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        p, q, stride = self.data
        return Transpose(PatchSum(turned(h), *self.operands[0].shape, p, q, stride))


class PatchSum(Windowed):
    """col2im(C, m, n, p, q, s): the m×n matrix to which every row of C adds a p×q part; the adjoint of im2col."""

    __slots__ = ()
    names = ("col2im",)
    sizes = 5
    relations = (Relation("a*b×p*q → m×n", "m n p q stride", optional=1, equations=STEPS),)
    mirrors = False

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        m, n, p, q, *stride = sizes
        return needed(f"a row for every {shape_text((p, q))} part of an {shape_text((m, n))} matrix", stride)

    @staticmethod
    def numpy(np: Any, c: Any, m: int, n: int, p: int, q: int, stride: int) -> Any:
        a, b = counts(m, n, p, q, stride)
        parts = c.reshape(*c.shape[:-2], b, a, q, p)
        whole = np.zeros((*c.shape[:-2], m, n))
        for i in range(p):
            for j in range(q):
                rows, cols = slice(i, m - p + i + 1, stride), slice(j, n - q + j + 1, stride)
                whole[..., rows, cols] += np.swapaxes(parts[..., j, i], -1, -2)
        return whole

    @differential(
        "differential_of_col2im",
        "d col2im(C)",
        "d(col2im(C, m+1, n+2, 2, 3)) = col2im(d(C), m+1, n+2, 2, 3)",
        where="C: m*n x 6",
    )
    def d(self: Expr, dc: Expr) -> Expr:
        return PatchSum(dc, *self.data)

    @shift(
        "trace_of_col2im",
        "Tr(Hᵀcol2im(C)) = Tr(im2col(H)ᵀC)",
        "tr(H'*col2im(C, m+p-1, n+q-1, p, q)) = tr(im2col(H, p, q)'*C)",
        where="C: m*n x p*q; H: m+p-1 x n+q-1",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Transpose(Patches(turned(h), *self.data[2:]))


class BandMatrix(Windowed):
    """corr_matrix(K, m, n, s): the matrix K̂ with vec(corr(X, K, s)) = K̂ vec(X) for an m×n matrix X."""

    __slots__ = ()
    names = ("corr_matrix",)
    sizes = 3
    relations = (Relation("p×q → a*b×m*n", "m n stride", optional=1, equations=STEPS),)
    mirrors = False
    definition = "corr_matrix(K, m, n) is the matrix K̂ with vec(corr(X, K)) = K̂ vec(X) for an m×n matrix X"

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        return needed(f"a kernel that fits into {shape_text((sizes[0], sizes[1]))}", sizes[2:])

    @staticmethod
    def numpy(np: Any, k: Any, m: int, n: int, stride: int) -> Any:
        p, q = k.shape[-2:]
        a, b = counts(m, n, p, q, stride)
        bands = np.zeros((*k.shape[:-2], b, a, n, m))
        for i in range(a):
            for j in range(b):
                top, left = stride * i, stride * j
                bands[..., j, i, left : left + q, top : top + p] = np.swapaxes(k, -1, -2)
        return bands.reshape(*k.shape[:-2], a * b, m * n)

    @differential(
        "differential_of_corr_matrix",
        "d corr_matrix(K)",
        "d(corr_matrix(K, m+p-1, n+q-1)) = corr_matrix(d(K), m+p-1, n+q-1)",
        where="K: p x q",
    )
    def d(self: Expr, dk: Expr) -> Expr:
        return BandMatrix(dk, *self.data)

    @shift(
        "trace_of_corr_matrix",
        "Tr(Hᵀcorr_matrix(K)) = Tr(corr_kernel(H)ᵀK)",
        "tr(H'*corr_matrix(K, m+p-1, n+q-1)) = tr(corr_kernel(H, p, q, m+p-1, n+q-1)'*K)",
        where="K: p x q; H: m*n x m*n+m*q-m+n*p+p*q-p-n-q+1",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Transpose(BandSum(turned(h), *self.operands[0].shape, *self.data))


class BandSum(Windowed):
    """corr_kernel(M, p, q, m, n, s): the sums of the entries of M where corr_matrix has those of the kernel."""

    __slots__ = ()
    names = ("corr_kernel",)
    sizes = 5
    relations = (Relation("a*b×m*n → p×q", "p q m n stride", optional=1, equations=STEPS),)
    mirrors = False
    definition = "corr_kernel(M, p, q, m, n) has the sums of the entries of M where corr_matrix(K, m, n) has those of K"

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        p, q, m, n, *stride = sizes
        kernel, whole = shape_text((p, q)), shape_text((m, n))
        return needed(
            f"a matrix of the size of corr_matrix(K, {m}, {n}) for a {kernel} kernel K within {whole}", stride
        )

    @staticmethod
    def numpy(np: Any, c: Any, p: int, q: int, m: int, n: int, stride: int) -> Any:
        a, b = counts(m, n, p, q, stride)
        bands = c.reshape(*c.shape[:-2], b, a, n, m)
        total = np.zeros((*c.shape[:-2], q, p))
        for i in range(a):
            for j in range(b):
                top, left = stride * i, stride * j
                total += bands[..., j, i, left : left + q, top : top + p]
        return np.swapaxes(total, -1, -2)

    @differential(
        "differential_of_corr_kernel",
        "d corr_kernel(M)",
        "d(corr_kernel(M, p, q, m+p-1, n+q-1)) = corr_kernel(d(M), p, q, m+p-1, n+q-1)",
        where="M: m*n x m*n+m*q-m+n*p+p*q-p-n-q+1",
    )
    def d(self: Expr, dm: Expr) -> Expr:
        return BandSum(dm, *self.data)

    @shift(
        "trace_of_corr_kernel",
        "Tr(Hᵀcorr_kernel(M)) = Tr(corr_matrix(H)ᵀM)",
        "tr(H'*corr_kernel(M, p, q, m+p-1, n+q-1)) = tr(corr_matrix(H, m+p-1, n+q-1)'*M)",
        where="M: m*n x m*n+m*q-m+n*p+p*q-p-n-q+1; H: p x q",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Transpose(BandMatrix(turned(h), *self.data[2:]))


def needed(what: str, stride: Sequence[Size]) -> str:
    """What is needed, in steps of a stride where one is given."""
    return what + "".join(f" in steps of {s}" for s in stride if s is not ONE)


def counts(m: int, n: int, p: int, q: int, stride: int) -> tuple[int, int]:
    """How often a p×q window fits into an m×n matrix, downwards and to the right."""
    gaps = m - p, n - q
    refuse_unless(all(gap >= 0 and gap % stride == 0 for gap in gaps), "the kernel does not fit")
    return gaps[0] // stride + 1, gaps[1] // stride + 1
