"""Functions of one matrix, which commute: their order in a product."""

from __future__ import annotations

from itertools import pairwise

from matdiff.algebra.expr import Expr
from matdiff.algebra.kinds import COMMUTING, is_a, set_of
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.square import Inverse, MatrixPower

# In the order in which they are written.
RANKED = ("Inverse", "MatrixPower", "Expm", "Logm", "Sqrtm", "MatrixFunction", "Sum")


@identity(
    "funm(f, A)*A = A*funm(f, A)",
    title="f(S)g(S) = g(S)f(S)",
    where="A: n x n spd",
    within=COMMUTING,
)
def commuting_functions(e: Expr) -> Expr | None:
    """Functions of one matrix stand in one order, so that equal terms are seen as equal."""
    from matdiff.algebra.operators.matrix_functions import base

    f = e.operands
    for k, (a, b) in enumerate(pairwise(f)):
        if base(a) == base(b) and (a.classes | b.classes) & set_of(COMMUTING) and rank(a) > rank(b):
            return Product.of(*f[:k], b, a, *f[k + 2 :])
    return None


def rank(e: Expr) -> tuple[int, int, str]:
    """The order in which functions of one matrix are written: the matrix itself, its powers, what has a name, sums."""
    inner = e.operands[0] if isinstance(e, (Transpose, Inverse, MatrixPower)) else e
    place = next((k for k, kind in enumerate(RANKED, 1) if is_a(inner, kind)), 0)
    return place, 0 if inner is e else 1, str(inner.data) if is_a(inner, "MatrixFunction") else ""
