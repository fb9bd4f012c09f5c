"""Convolution as a product of matrices: the parts of X as rows, or the entries of K in the bands of a matrix.

    vec(corr(X, K)) = im2col(X, p, q) vec(K) = corr_matrix(K, m, n) vec(X)        X: m×n, K: p×q

Both matrices are linear in what they are made of, and col2im and corr_kernel are the adjoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.dims import ONE, Relation, Shape, Size, shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.products import Transpose, turned
from matdiff.algebra.operators.windows import Windowed, refuse_unless, windows

STEPS = "m = stride*a-stride+p, n = stride*b-stride+q"


class Patches(Windowed):
    """im2col(X, p, q, s): the vec of each p×q part of X as a row, in the order of the places in vec(corr(X, K, s))."""

    names = ("im2col",)
    shown = "X: m×n; p, q, 1"
    stated = ("X: m+p-1×n+q-1; p, q, 1",)
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

    def lower(self, to: Any, a: Any) -> Any:
        p, q, stride = map(to.count, self.data)
        if a.rows and a.cols:
            return to.apply("patches(a, b, c, d)", self.shape, a, p, q, stride)
        return to.apply("windows(a, b, c)", self.shape, a, p if a.rows else q, stride)

    def adjoint(self, h: Expr) -> Expr:
        p, q, stride = self.data
        return Transpose(PatchSum(turned(h), *self.operands[0].shape, p, q, stride))


class PatchSum(Windowed):
    """col2im(C, m, n, p, q, s): the m×n matrix to which every row of C adds a p×q part; the adjoint of im2col."""

    names = ("col2im",)
    shown = "C: m*n×p*q; m+p-1, n+q-1, p, q, 1"
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

    def adjoint(self, h: Expr) -> Expr:
        return Transpose(Patches(turned(h), *self.data[2:]))


class BandMatrix(Windowed):
    """corr_matrix(K, m, n, s): the matrix K̂ with vec(corr(X, K, s)) = K̂ vec(X) for an m×n matrix X."""

    names = ("corr_matrix",)
    shown = "K: p×q; m, n, 1"
    stated = ("K: p×q; m+p-1, n+q-1, 1",)
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

    def adjoint(self, h: Expr) -> Expr:
        return Transpose(BandSum(turned(h), *self.operands[0].shape, *self.data))


class BandSum(Windowed):
    """corr_kernel(M, p, q, m, n, s): the sums of the entries of M where corr_matrix has those of the kernel."""

    names = ("corr_kernel",)
    shown = "M: m*n×m*n+m*q-m+n*p+p*q-p-n-q+1; p, q, m+p-1, n+q-1, 1"
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

    def adjoint(self, h: Expr) -> Expr:
        return Transpose(BandMatrix(turned(h), *self.data[2:]))


def needed(what: str, stride: Sequence[Size]) -> str:
    """What is needed, in steps of a stride where one is given."""
    return what + "".join(f" in steps of {s}" for s in stride if s is not ONE)


def counts(m: int, n: int, p: int, q: int, stride: int) -> tuple[int, int]:
    """How often a p×q window fits into an m×n matrix, downwards and to the right."""
    gaps = m - p, n - q
    refuse_unless(all(gap >= 0 and gap % stride == 0 for gap in gaps), "the kernel does not fit")
    return gaps[0] // stride + 1, gaps[1] // stride + 1
