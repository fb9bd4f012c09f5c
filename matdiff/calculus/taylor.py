"""Taylor's formula: F(X + H) ≈ F(X) + dF[H] + ½ d²F[H, H], for F of any shape."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Number, Symbol
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.products import Scale, Sum
from matdiff.calculus.adjoint import direction, pushed, require_new
from matdiff.calculus.rewrite import Simplifier
from matdiff.calculus.varying import Exchange
from matdiff.errors import UnsupportedError

HIGHEST = 8


def expansion(f: Expr, unknown: Expr, order: int, by: str, around: str = "") -> Expr:
    """F(X) + dF[H] + … up to an order, with the name *by* for H; with *around* a point A, in terms of X − A.

    Differentiating dF[H] again, with H held constant, gives d²F[H, H].
    """
    if not 0 <= order <= HIGHEST:
        raise UnsupportedError(f"an expansion of order {order} is not available", suggestion=f"0 to {HIGHEST} are.")
    if not isinstance(unknown, Symbol) or unknown.ranges:
        raise UnsupportedError(f"{unknown} is not a symbol", suggestion="Expand in one vector or matrix.")
    step = direction(unknown, by)
    require_new(by, f, "that of the increment", 'by="h"')
    terms, term, factor = [f], f, Number(1)
    for k in range(1, order + 1):
        term = pushed(term, {unknown: step})
        factor = Number(factor.value / k)
        terms.append(Scale.of(factor, term))
    simplify = Simplifier(SIMPLIFICATIONS)
    if around:
        require_new(around, f, "that of the point", 'around="a"')
        point = Symbol(around, unknown.shape, unknown.properties)
        at_point, moved = Exchange({unknown: point}), Exchange({step: Sum.of(unknown, Scale.of(Number(-1), point))})
        terms = [moved(at_point(t)) for t in terms]
    return Sum.of(terms[0], *[simplify(t)[0] for t in terms[1:]])
