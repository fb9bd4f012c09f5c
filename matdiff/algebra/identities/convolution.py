"""Convolutions: flips that cancel, factors and zeros that come out, and what is a product of matrices after all."""

from __future__ import annotations

from itertools import pairwise

from matdiff.algebra.constants import Ones, Zeros
from matdiff.algebra.dims import ONE, Shape
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.convolution import Convolution, CrossCorrelation, FullConvolution, FullCrossCorrelation
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.norms import inner
from matdiff.algebra.operators.patches import BandMatrix, BandSum, Patches, PatchSum
from matdiff.algebra.operators.products import Product, Transpose, zero
from matdiff.algebra.operators.resampling import Dilated, Flipped, Padded, Subsampled
from matdiff.algebra.operators.slices import Slice
from matdiff.algebra.operators.windows import places
from matdiff.algebra.stated import stated

# ---- what comes out of a convolution ----------------------------------------------------------------


LINEAR = (
    CrossCorrelation,
    Convolution,
    FullConvolution,
    FullCrossCorrelation,
    Flipped,
    Dilated,
    Subsampled,
    Padded,
    Patches,
    PatchSum,
    BandMatrix,
    BandSum,
)


@identity("corr(c*X, K) = c*corr(X, K)", where="c: scalar; X: m x n; K: p x q", on=LINEAR)
def multiple_in_convolution(e: Expr) -> Expr | None:
    """Out of either operand, and out of what is linear in its only operand."""
    return scalars_in_front(e)


@identity("corr(zeros(m, n), K) = zeros(m-p+1, n-q+1)", where="K: p x q", on=LINEAR)
def zero_in_convolution(e: Expr) -> Expr | None:
    return zero(e.shape) if any(isinstance(o, Zeros) for o in e.operands) else None


@identity("corr(A, B) = tr(A'*B)", where="A, B: m x n", on=(CrossCorrelation, Convolution), under_d=True)
def correlation_in_one_place(e: Expr) -> Expr | None:
    """With a kernel as large as the matrix; of the convolution it is flipped."""
    a, k = e.operands
    if a.shape != k.shape:
        return None
    return inner(a, Flipped.of(k) if isinstance(e, Convolution) else k)


# ---- flips ------------------------------------------------------------------------------------------

OTHER: dict[type[Expr], type[Expr]] = {
    Convolution: CrossCorrelation,
    CrossCorrelation: Convolution,
    FullConvolution: FullCrossCorrelation,
    FullCrossCorrelation: FullConvolution,
}


flip_of_flip = stated("flip(flip(A)) = A", where="A: m x n", also=("flip(ones(m, n)) = ones(m, n)",))


@identity(
    "conv(X, flip(K)) = corr(X, K)",
    where="X: m x n; K: p x q",
    also=(
        "corr(X, flip(K)) = conv(X, K)",
        "conv_full(X, flip(K)) = corr_full(X, K)",
        "corr_full(X, flip(K)) = conv_full(X, K)",
    ),
)
def flipped_kernel(e: Expr) -> Expr | None:
    """And the other way round, within the matrix and in full."""
    x, k = e.operands
    return OTHER[type(e)].make((x, k.operands[0]), e.data) if isinstance(k, Flipped) else None


@identity("flip(conv(flip(X), K)) = conv(X, flip(K))", where="X: m x n; K: p x q")
def flip_of_convolution(e: Expr) -> Expr | None:
    """A flip goes inside where it meets another one."""
    a = e.operands[0]
    if type(a) not in OTHER or not any(isinstance(o, Flipped) for o in a.operands):
        return None
    return a.rebuild(tuple([o.operands[0] if isinstance(o, Flipped) else Flipped.of(o) for o in a.operands]))


transpose_of_exchange = stated("exchange(n)' = exchange(n)")
exchanged = stated(
    "exchange(m*n)*vec(A) = vec(flip(A))",
    where="A: m x n; x: n",
    also=("vec(A)'*exchange(m*n) = vec(flip(A))'", "exchange(n)*x = flip(x)", "x'*exchange(n) = flip(x)'"),
)


power_of_exchange = stated(
    "exchange(n)^(2*k) = eye(n)", where="k: integer", also=("exchange(n)^(2*k + 1) = exchange(n)",)
)


# ---- strides and margins ----------------------------------------------------------------------------


@identity("subsample(dilate(A, 2), 2) = A", title="subsample(dilate(A, s), s) = A", where="A: m x n")
def subsampled_dilation(e: Expr) -> Expr | None:
    a = e.operands[0]
    if isinstance(a, Ones):
        return Ones(*e.shape)
    return a.operands[0] if isinstance(a, Dilated) and a.data == e.data else None


@identity(
    "subsample(corr(X, K), 2) = corr(X, K, 2)",
    title="subsample(corr(X, K), s) = corr(X, K, s)",
    where="X: 2*m+p-2 x 2*n+q-2; K: p x q",
)
def subsampled_correlation(e: Expr) -> Expr | None:
    """Also of a convolution, and of what has a stride already."""
    a = e.operands[0]
    if not isinstance(a, CrossCorrelation | Convolution):
        return None
    return a.make(a.operands, (a.data[0] * e.data[0],))


@identity(
    "corr(pad(X, 2), K) = corr_full(X, K)",
    title="corr(pad(X, p−1), K) = corr_full(X, K)",
    where="X: m x n; K: 3 x 3",
    on=(CrossCorrelation, Convolution),
)
def correlation_of_padding(e: Expr) -> Expr | None:
    """With as many zeros as let the kernel meet every entry; also of a convolution."""
    x, k = e.operands
    if not isinstance(x, Padded) or e.data[0] is not ONE or x.data != tuple([extent - ONE for extent in k.shape]):
        return None
    full = FullCrossCorrelation if isinstance(e, CrossCorrelation) else FullConvolution
    return full.of(x.operands[0], k)


@identity("pad(A, 2)[3:2+m, 3:2+n] = A", title="pad(A, k)[k+1:k+m, k+1:k+n] = A", where="A: m x n")
def slice_of_padding(e: Expr) -> Expr | None:
    match e:
        case Slice(operands=(Padded(operands=(a,), data=margins),)):
            inside = [(k + ONE, k + extent) for k, extent in zip(margins, a.shape, strict=True)]
            return a if list(e.ranges) == inside else None
        case _:
            return None


# ---- products of matrices ---------------------------------------------------------------------------


@identity(
    "im2col(X, p, q)*vec(K) = vec(corr(X, K))",
    where="X: m+p-1 x n+q-1; K: p x q",
    source="Chellapilla, Puri and Simard, High Performance Convolutional Neural Networks for Document Processing",
    among=(Patches, BandMatrix),
    under_d=True,
)
def product_of_patches(e: Expr) -> Expr | None:
    """Also K̂ vec(X) = vec(corr(X, K)), with their transposes, which are the adjoints, and in a row."""
    f = e.operands
    for k, (left, right) in enumerate(pairwise(f)):
        found = _applied(left, right)
        if found is not None:
            return Product.of(*f[:k], found, *f[k + 2 :])
        found = _applied(transposed(right), transposed(left)) if left.rows is ONE else None
        if found is not None:
            return Product.of(*f[:k], Transpose(found), *f[k + 2 :])
    return None


@identity(
    "im2col(X, m-p+1, n-q+1)*im2col(X, p, q) = im2col(X, p, q)'*im2col(X, p, q)",
    title="im2col(X, m−p+1, n−q+1) = im2col(X, p, q)ᵀ",
    where="X: m x n",
    among=(Patches,),
)
def transpose_of_patches(e: Expr) -> Expr | None:
    """Where both stand at the ends of a product, which is symmetric then, as a Hessian is."""
    first, *middle, last = e.operands
    if not (isinstance(first, Patches) and isinstance(last, Patches) and first.operands == last.operands):
        return None
    (m, n), (p, q, stride) = last.operands[0].shape, last.data
    if stride is not ONE or first.data != (m - p + ONE, n - q + ONE, ONE):
        return None
    return Product.of(Transpose(last), *middle, last)


def _applied(m: Expr, v: Expr) -> Expr | None:
    """The product of im2col(X), of corr_matrix(K) or of a transpose of these with a vec."""
    within = m.operands[0] if isinstance(m, Transpose) else m
    if not isinstance(within, Patches | BandMatrix):
        return None
    stride, other = within.data[-1], within.operands[0]
    shape = within.data[:2]  # of the kernel for im2col, of the matrix for corr_matrix
    if within is not m:
        x_shape, k_shape = (other.shape, shape) if isinstance(within, Patches) else (shape, other.shape)
        shape = tuple([places(extent, window, stride) for extent, window in zip(x_shape, k_shape, strict=True)])
    a = _unstacked(v, shape)
    if a is None:
        return None
    if within is m:
        pair = (other, a) if isinstance(m, Patches) else (a, other)
        return Vec.of(CrossCorrelation.of(*pair, stride))
    g = Dilated.of(a, stride)
    return Vec.of(CrossCorrelation.of(other, g) if isinstance(within, Patches) else FullConvolution.of(g, other))


def _unstacked(v: Expr, shape: Shape) -> Expr | None:
    """A of vec(A), for an A of a shape; a column is its own vec."""
    if isinstance(v, Vec) and v.operands[0].shape == shape:
        return v.operands[0]
    return v if v.shape == shape else None
