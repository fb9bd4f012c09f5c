"""Sums in which the index counts rows, columns and entries of whole matrices are products of these."""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.forms.stacks import summed, total
from matdiff.algebra.identities.cancelling import multiplied_out
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.reading_cost import reading_cost


@identity(
    "sum(i=1..m, A[i, :]'*B[i, :]) = A'*B",
    title="Σᵢ A[i, :]ᵀB[i, :] = AᵀB",
    where="A: m x n; B: m x p",
    also=(
        Statement("sum(i=1..m, x[i]*y[i]) = x'*y", "x, y: m"),
        Statement("sum(i=1..m, A[i, :]*x*unit(i, m)) = A*x", "A: m x n; x: n"),
    ),
)
def sum_as_product(e: Expr) -> Expr | None:
    """A sum in which the index counts rows, columns and entries of whole matrices, where their product is shorter.

    At once, or term by term when everything is multiplied out, whichever is shorter.
    """
    body, index = e.operands[0], e.data[0]
    at_once = total(body, index, {})
    terms = multiplied_out(body)
    one_by_one = summed([total(t, index, {}) for t in terms]) if len(terms) > 1 else None
    found = [w for w in (at_once, one_by_one) if w is not None]
    best = min(found, key=reading_cost, default=e)
    return best if reading_cost(best) < reading_cost(e) else None
