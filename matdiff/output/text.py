"""Expressions as text in matdiff's own language."""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import TEXT
from matdiff.output.notation import write


def text(e: Expr) -> str:
    """The text of an expression, which parses back to it."""
    return write(e, TEXT)
