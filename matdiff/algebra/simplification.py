"""The simplest form that the laws give an expression."""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.rewriting import Simplifier


def tidy(e: Expr) -> Expr:
    """An expression to which no law applies any more."""
    return Simplifier(SIMPLIFICATIONS)(e)[0]
