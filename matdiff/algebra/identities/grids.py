"""Matrices of a few rows and columns of numbers are written as tables of their entries."""

from __future__ import annotations

from itertools import chain

from matdiff.algebra.constants import Constant
from matdiff.algebra.expr import Expr
from matdiff.algebra.forms.grids import grid, table
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.sums import UnitVector
from matdiff.algebra.reading_cost import reading_cost


@identity(
    "a*unit(1, 2) + b*unit(2, 2) = vstack(a, b)",
    title="ae₁ + be₂ = [a; b]",
    where="a, b: scalar",
    also=(
        "a*unit(1, 2)*unit(2, 2)' + b*unit(2, 2)*unit(1, 2)' = vstack(hstack(0, a), hstack(b, 0))",
        "vstack(a, 0) + vstack(0, b) = vstack(a, b)",
        "hstack(a, 0) + hstack(0, b) = hstack(a, b)",
    ),
    on=(Sum, Scale, Hadamard, Product, Transpose, Kronecker),
    within=(Constant, UnitVector, VerticalStack, HorizontalStack),
)
def entries_in_a_table(e: Expr) -> Expr | None:
    """Where the table is shorter to read; a product of unit vectors takes part of what stands beside it, and stays."""
    entries = None if e.is_scalar else grid(e)
    if entries is None or (not isinstance(e, Sum) and all(a.number is not None for a in chain(*entries))):
        return None
    whole = table(entries)
    return whole if reading_cost(whole) < reading_cost(e) else None
