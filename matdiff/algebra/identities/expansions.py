"""Equalities used under d: an operator is replaced by a form whose differential is shorter.  Each form
is built from simpler operators, so the replacement ends."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import Power
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries
from matdiff.algebra.stated import stated

TWO = Number(2)


@identity("norm2(A)^2 = tr(A'*A)", where="A: m x n", under_d=True, shorter=False)
def square_of_norm(e: Expr) -> Expr | None:
    match e:
        case Power(operands=(Norm(operands=(a,)), exponent)) if exponent is TWO:
            return inner(a, a)
        case _:
            return None


frobenius_as_trace = stated("A : B = tr(A'*B)", where="A, B: m x n", under_d=True, shorter=False)


log_of_determinant = stated(
    "log(det(A)) = logdet(A)",
    title="log|A|",
    requires="det A > 0",
    where="A: n x n spd",
    positive=lambda e: e.operands[0],
    under_d=True,
    shorter=False,
)


@identity(
    "sum(i=1..n, x[i]) = sum(x)",
    title="Σᵢⱼ f(aᵢⱼ) = sum f(A)",
    where="x: n",
    also=(Statement("sum(i=1..m, sum(j=1..n, A[i, j])) = sum(A)", "A: m x n"),),
    under_d=True,
    shorter=False,
)
def sum_over_entries(e: Expr) -> Expr | None:
    """A sum, single or double, whose body is made of the entries of vectors or matrices in the same way."""
    from matdiff.algebra.operators.entries import vectorised

    indices: list[Index] = []
    body = e
    while isinstance(body, IndexedSum):
        indices.append(body.index)
        body = body.operands[0]
    if not body.is_scalar:
        return None
    for order in (tuple(indices), tuple(reversed(indices))):
        whole = vectorised(body, order)
        if whole is not None and not whole.is_scalar:
            return SumOfEntries(whole)
    return None
