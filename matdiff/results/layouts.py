"""The two layouts of derivatives: ∂f/∂X of the shape of X (denominator), or of that of Xᵀ (numerator)."""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.products import Sum, Transpose
from matdiff.errors import MatdiffError

LAYOUTS = ("numerator", "denominator")


def require_layout(layout: str) -> None:
    """Refuses what is no layout."""
    if layout not in LAYOUTS:
        raise MatdiffError(f"there is no layout {layout!r}", suggestion=f"Take one of {', '.join(LAYOUTS)}.")


def turned(answer: Expr) -> Expr:
    """An answer in the other layout: its transpose, term by term."""
    from matdiff.algebra.simplification import tidy

    terms = answer.operands if isinstance(answer, Sum) else (answer,)
    found = Sum.of(*(tidy(Transpose(term)) for term in terms))
    found.facts["context"] = answer.facts.get("context", ())
    return found
