"""Why a line that seems to be wrong may not be: sizes that nobody declared, letters that nobody introduced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr, symbols
from matdiff.language.names import named
from matdiff.review.comparing import spread

if TYPE_CHECKING:
    from matdiff.review.scope import Scope


def has_known_shapes(scope: Scope, truth: Expr, value: Expr) -> bool:
    """Whether two sides have one shape, with no number spread, or shapes that follow from what is declared."""
    names = {s.name for e in (truth, value) for s in symbols(e)}
    settled = (scope.is_settled(n) or (n[0] == "d" and scope.is_settled(named(n[1:]))) for n in names)
    is_plain = truth.shape == value.shape and not spread(truth) and not spread(value)
    return is_plain or all(settled)


def is_strange(scope: Scope, truth: Expr, value: Expr) -> bool:
    """Whether one of two sides has a symbol that is neither declared nor in the other."""
    one, other = ({s.name for s in symbols(e)} for e in (truth, value))
    said = ({s.name for s in symbols(v)} for v in scope.definitions.values())
    known = (scope.given or frozenset().union(*said)) | scope.sizes()
    odd = {name for name in one ^ other if not (name[0] == "d" and named(name[1:]) in known)}
    return bool(known and odd - known)
