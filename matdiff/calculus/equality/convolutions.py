"""Convolutions in the normal form: flipped kernels rather than cross-correlations, full convolutions in order.

conv_full commutes and is associative; conv, of what lies within, takes the full convolution of its kernels.
"""

from __future__ import annotations

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.convolution import flip_of_flip, subsampled_dilation, zero_in_convolution
from matdiff.algebra.laws import Law, identity
from matdiff.algebra.operators.convolution import Convolution, CrossCorrelation, FullConvolution, FullCrossCorrelation
from matdiff.algebra.operators.resampling import Flipped, Subsampled
from matdiff.calculus.equality.ordering import order

MOST_FACTORS = 64  # of a nest of full convolutions that is put in order


@identity("corr(X, K) = conv(X, flip(K))", where="X: m x n; K: p x q")
def correlation_as_convolution(e: Expr) -> Expr | None:
    """Also in full."""
    x, k = e.operands
    if isinstance(e, CrossCorrelation):
        return Convolution.of(x, Flipped.of(k), *e.data)
    return FullConvolution.of(x, Flipped.of(k))


@identity("flip(conv(X, K)) = conv(flip(X), flip(K))", where="X: m x n; K: p x q")
def flip_inside(e: Expr) -> Expr | None:
    """Also of a full convolution."""
    a = e.operands[0]
    if not isinstance(a, Convolution | FullConvolution):
        return None
    return a.rebuild(tuple([Flipped.of(o) for o in a.operands]))


@identity("conv(conv(X, K), L) = conv(X, conv_full(K, L))", where="X: m x n; K: p x q; L: r x s")
def convolution_of_convolution(e: Expr) -> Expr | None:
    """A stride may stand outside."""
    match e.operands:
        case (Convolution(operands=(x, k), data=(stride,)), other) if stride is ONE:
            return Convolution.of(x, FullConvolution.of(k, other), *e.data)
        case _:
            return None


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
    CrossCorrelation: (zero_in_convolution, correlation_as_convolution),
    FullCrossCorrelation: (zero_in_convolution, correlation_as_convolution),
    Convolution: (zero_in_convolution, convolution_of_convolution),
    FullConvolution: (zero_in_convolution, full_convolutions_in_order),
    Flipped: (*flip_of_flip.each, flip_inside),
    Subsampled: (subsampled_dilation,),
}
