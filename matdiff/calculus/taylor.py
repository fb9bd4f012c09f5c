"""Derivatives of any order in directions, dᵏF[V₁, …, V_k], and Taylor's formula: F(X) + dF[H] + ½ d²F[H, H] + …

In go an expression F of any shape, an unknown and the names of the directions, out comes an expression of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Symbol, replace
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.products import Scale, Sum
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.rewriting import Simplifier
from matdiff.calculus.adjoint import direction, names_in, pushed, require_new
from matdiff.calculus.parts import is_part
from matdiff.calculus.varying import Exchange
from matdiff.errors import UnsupportedError

HIGHEST = 8


def derivative(f: Expr, unknown: Expr, order: int, names: Sequence[str] = ()) -> Expr:
    """The derivative dᵏF[V₁, …, V_k] of an order: linear in each direction and symmetric in them; no matrix is formed.

    *names* are those of the directions, u, v, w … for a vector and U, V, W … for a matrix if none are given; a name
    may be repeated, as in d³F[U, U, V].  Differentiating dF[V₁] again, with V₁ held constant, gives d²F[V₁, V₂].
    """
    if not 0 <= order <= HIGHEST:
        raise UnsupportedError(f"a derivative of order {order} is not available", suggestion=f"0 to {HIGHEST} are.")
    if isinstance(unknown, Named):  # a definition varies freely, as a symbol does
        known: dict[Expr, Expr] = {unknown: Symbol(unknown.name, unknown.shape)}
        f, unknown = replace(f, known.get), known[unknown]
    chosen = list(names) or direction_names(f, unknown, order)
    if len(chosen) != order:
        raise UnsupportedError(
            f"a derivative of order {order} has {order} directions, and {len(chosen)} names are given"
        )
    for name in chosen:
        require_new(name, f, "that of a direction", 'names=("u", "v", "w")')
    term = f
    for name in chosen:
        term = pushed(term, _change(unknown, name))
    return term


def _change(unknown: Expr, name: str) -> Mapping[Expr, Expr]:
    """What changes in a direction of that name, and how."""
    if not (is_part(unknown) or isinstance(unknown, Symbol)):
        raise UnsupportedError(
            f"derivatives of higher order by {unknown} are not available",
            suggestion="Take the whole family: its direction is a family as well.",
        )
    return {unknown: direction(unknown, name)}


def direction_names(f: Expr, unknown: Expr, order: int) -> list[str]:
    """Names for directions that the expression does not use."""
    letters = "UVW" if ONE not in unknown.shape else "uvw"
    taken = names_in(f)
    if order <= len(letters) and taken.isdisjoint(letters):
        return list(letters[:order])
    last = letters[1]
    first = next(k for k in range(1, len(taken) + 2) if all(f"{last}{k + j}" not in taken for j in range(order)))
    return [f"{last}{first + j}" for j in range(order)]


def expansion(f: Expr, unknown: Expr, order: int, by: str, around: str = "") -> Expr:
    """F(X) + dF[H] + … up to an order, with the name *by* for H; with *around* a point A, in terms of X − A.

    Differentiating dF[H] again, with H held constant, gives d²F[H, H].
    """
    if not 0 <= order <= HIGHEST:
        raise UnsupportedError("an expansion of this order is not available", suggestion=f"0 to {HIGHEST} are.")
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
