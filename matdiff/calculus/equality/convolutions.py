"""Convolutions in the normal form: flipped kernels rather than cross-correlations, full convolutions in order.

conv_full commutes and is associative; conv, of what lies within, takes the full convolution of its kernels.
"""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.convolution import FULL, STRIDED, flip_of_flip, subsampled_dilation, zero_in_convolution
from matdiff.algebra.laws import Law, Statement, identity
from matdiff.algebra.operators.convolution import Convolution, CrossCorrelation, FullConvolution, FullCrossCorrelation
from matdiff.algebra.operators.resampling import Flipped, Subsampled
from matdiff.algebra.stated import stated
from matdiff.calculus.equality.ordering import order

MOST_FACTORS = 64  # of a nest of full convolutions that is put in order


correlation_as_convolution = stated(
    "corr(X, K, s) = conv(X, flip(K), s)",
    where=STRIDED,
    also=(Statement("corr_full(X, K) = conv_full(X, flip(K))", FULL),),
)
flip_inside = stated(
    "flip(conv(X, K, s)) = conv(flip(X), flip(K), s)",
    where=STRIDED,
    also=(Statement("flip(conv_full(X, K)) = conv_full(flip(X), flip(K))", FULL),),
)
convolution_of_convolution = stated(
    "conv(conv(X, K), L, s) = conv(X, conv_full(K, L), s)",
    where="X: s*(m-1)+p+k-1 x s*(n-1)+q+l-1; K: p x q; L: k x l",
)


@identity("conv_full(X, K) = conv_full(K, X)", where="X: m x n; K: p x q", source="the product of polynomials commutes")
def full_convolutions_in_order(e: Expr) -> Expr | None:
    """The factors of a nest, which may be bracketed and ordered at will."""
    factors: list[Expr] = []
    stack: list[Expr] = [e]
    while stack:
        factor = stack.pop()
        if isinstance(factor, FullConvolution):
            stack.extend(reversed(factor.operands))
        else:
            factors.append(factor)
        if len(factors) + len(stack) > MOST_FACTORS:
            return None
    first, *rest = sorted(factors, key=order)
    found = first
    for factor in rest:
        found = FullConvolution.of(found, factor)
    return found if found is not e else None


NORMAL: dict[type[Expr], tuple[Law, ...]] = {
    CrossCorrelation: (zero_in_convolution, *correlation_as_convolution.each),
    FullCrossCorrelation: (zero_in_convolution, *correlation_as_convolution.each),
    Convolution: (zero_in_convolution, convolution_of_convolution),
    FullConvolution: (zero_in_convolution, full_convolutions_in_order),
    Flipped: (*flip_of_flip.each, *flip_inside.each),
    Subsampled: subsampled_dilation.each,
}
