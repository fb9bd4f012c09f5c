"""Convolutions: flips that cancel, factors and zeros that come out, and what is a product of matrices after all."""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.constants import Zeros
from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.convolution import Convolution, CrossCorrelation, FullConvolution, FullCrossCorrelation
from matdiff.algebra.operators.linear import stated as stated_as
from matdiff.algebra.operators.patches import BandMatrix, BandSum, Patches, PatchSum
from matdiff.algebra.operators.products import Scale, zero
from matdiff.algebra.operators.resampling import Dilated, Flipped, Padded, Subsampled
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


def of_all(inside: Callable[[Expr], Expr], made: Callable[[Expr], Expr]) -> list[Statement]:
    """What f(A) is with something made of A inside, of all of them, or of their first operand."""
    samples = [kind.sample() for kind in LINEAR]
    return [stated_as(e.rebuild((inside(e.operands[0]), *e.operands[1:])), made(e)) for e in samples]


def multiple(e: Expr) -> Expr:
    return Scale(Symbol("c"), e)


def nothing(e: Expr) -> Expr:
    return zero(e.shape)


@identity(
    "corr(c*X, K) = c*corr(X, K)",
    where="c: scalar; X: m x n; K: p x q",
    also=lambda: of_all(inside=multiple, made=multiple)[1:],
)
def multiple_in_convolution(e: Expr) -> Expr | None:
    """Out of either operand, and out of what is linear in its only operand."""
    return scalars_in_front(e)


@identity(
    "corr(zeros(m, n), K) = zeros(m-p+1, n-q+1)",
    where="K: p x q",
    on=LINEAR,
    also=lambda: of_all(inside=nothing, made=nothing)[1:],
)
def zero_in_convolution(e: Expr) -> Expr | None:
    return zero(e.shape) if any(isinstance(o, Zeros) for o in e.operands) else None


correlation_in_one_place = stated(
    "corr(A, B, s) = tr(A'*B)",
    where="A, B: m x n",
    also=("conv(A, B, s) = tr(A'*flip(B))",),
    under_d=True,
)


# ---- flips ------------------------------------------------------------------------------------------

FULL = "X: m x n; K: p x q"
STRIDED = "X: s*(m-1)+p x s*(n-1)+q; K: p x q"


flip_of_flip = stated("flip(flip(A)) = A", where="A: m x n", also=("flip(ones(m, n)) = ones(m, n)",))


flipped_kernel = stated(
    "conv(X, flip(K), s) = corr(X, K, s)",
    where=STRIDED,
    also=(
        "corr(X, flip(K), s) = conv(X, K, s)",
        Statement("conv_full(X, flip(K)) = corr_full(X, K)", FULL),
        Statement("corr_full(X, flip(K)) = conv_full(X, K)", FULL),
    ),
)
flip_of_convolution = stated(  # a flip goes inside where it meets another one
    "flip(conv(flip(X), K, s)) = conv(X, flip(K), s)",
    where=STRIDED,
    also=(
        "flip(corr(flip(X), K, s)) = corr(X, flip(K), s)",
        *[Statement(f"flip({f}(flip(X), K)) = {f}(X, flip(K))", FULL) for f in ("conv_full", "corr_full")],
    ),
)
transpose_of_exchange = stated("exchange(n)' = exchange(n)")
exchanged = stated(
    "exchange(m*n)*vec(A) = vec(flip(A))",
    where="A: m x n; x: n",
    also=("exchange(n)*x = flip(x)",),
    transposed=True,
)


power_of_exchange = stated(
    "exchange(n)^(2*k) = eye(n)", where="k: integer", also=("exchange(n)^(2*k + 1) = exchange(n)",)
)


# ---- strides and margins ----------------------------------------------------------------------------


subsampled_dilation = stated(
    "subsample(dilate(A, s), s) = A",
    where="A: m x n",
    also=("subsample(ones(s*(m-1)+1, s*(n-1)+1), s) = ones(m, n)",),
)
subsampled_correlation = stated(
    "subsample(corr(X, K, r), s) = corr(X, K, r*s)",
    where="X: r*s*(m-1)+p x r*s*(n-1)+q; K: p x q",
    also=("subsample(conv(X, K, r), s) = conv(X, K, r*s)",),
)
correlation_of_padding = stated(  # with as many zeros as let the kernel meet every entry
    "corr(pad(X, p), K) = corr_full(X, K)",
    where="X: m x n; K: p+1 x p+1",
    also=(
        "conv(pad(X, p), K) = conv_full(X, K)",
        Statement("corr(pad(x, p), k) = corr_full(x, k)", "x: n; k: p+1"),
        Statement("conv(pad(x, p), k) = conv_full(x, k)", "x: n; k: p+1"),
    ),
)
slice_of_padding = stated(
    "pad(A, k)[k+1:k+m, k+1:k+n] = A", where="A: m x n", also=(Statement("pad(x, k)[k+1:k+n] = x", "x: n"),)
)


# ---- products of matrices ---------------------------------------------------------------------------


product_of_patches = stated(  # and with their transposes, which are the adjoints
    "im2col(X, p, q, s)*vec(K) = vec(corr(X, K, s))",
    where=STRIDED + "; G: m x n",
    also=(
        "corr_matrix(K, s*(m-1)+p, s*(n-1)+q, s)*vec(X) = vec(corr(X, K, s))",
        "im2col(X, p, q, s)'*vec(G) = vec(corr(X, dilate(G, s)))",
        "corr_matrix(K, s*(m-1)+p, s*(n-1)+q, s)'*vec(G) = vec(conv_full(dilate(G, s), K))",
        *[
            Statement(s, "x: s*(m-1)+p; k: p; g: m")
            for s in (
                "im2col(x, p, 1, s)*k = corr(x, k, s)",
                "corr_matrix(k, s*(m-1)+p, 1, s)*x = corr(x, k, s)",
                "im2col(x, p, 1, s)'*g = corr(x, dilate(g, s))",
                "corr_matrix(k, s*(m-1)+p, 1, s)'*g = conv_full(dilate(g, s), k)",
            )
        ],
    ),
    source="Chellapilla, Puri and Simard, High Performance Convolutional Neural Networks for Document Processing",
    transposed=True,
    under_d=True,
)
transpose_of_patches = stated(  # where both stand at the ends of a product, which is symmetric then, as a Hessian is
    "im2col(X, m-p+1, n-q+1)*im2col(X, p, q) = im2col(X, p, q)'*im2col(X, p, q)",
    where="X: m x n; A: (m-p+1)*(n-q+1) x (m-p+1)*(n-q+1)",
    also=("im2col(X, m-p+1, n-q+1)*A*im2col(X, p, q) = im2col(X, p, q)'*A*im2col(X, p, q)",),
)
