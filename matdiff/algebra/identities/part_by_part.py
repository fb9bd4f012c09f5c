"""Sums of matrices that are made of parts in one way, as diagonal ones and stacks, are taken part by part."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.factoring import split
from matdiff.algebra.identities.joining import factored
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.products import Hadamard, Sum, multiple
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.stated import stated
from matdiff.algebra.statements.gathering import joinings

diagonals_joined = stated(
    "a*diag(x) + b*diag(y) = diag(a*x + b*y)", title="diag(x) + diag(y) = diag(x + y)", where="a, b: scalar; x, y: n"
)


@identity(
    "vstack(x, y) + vstack(z, w) = vstack(x + z, y + w)",
    title="[A; B] + [C; D] = [A + C; B + D]",
    where="x, z: m; y, w: n",
    also=(
        Statement("vstack(x, zeros(n, 1)) + vstack(z, zeros(n, 1)) = vstack(x + z, zeros(n, 1))", "x, z: m"),
        Statement("vstack(A, zeros(p, n)) + vstack(zeros(m, n), B) = vstack(A, B)", "A: m x n; B: p x n"),
        Statement("hstack(A, B) + hstack(C, D) = hstack(A + C, B + D)", "A, C: m x n; B, D: m x p"),
    ),
    among=(VerticalStack, HorizontalStack),
)
def stacks_joined(e: Expr) -> Expr | None:
    """Multiples of matrices of equally large blocks, block by block, where that is shorter."""
    stacks = [
        (k, factors[0], multiple(number, Hadamard.of(*scalars) if scalars else None))
        for k, (number, scalars, factors, _) in enumerate(map(split, e.operands))
        if len(factors) == 1 and isinstance(factors[0], (VerticalStack, HorizontalStack))
    ]
    parts = [((type(a), *[o.shape for o in a.operands]), k, (c, a)) for k, a, c in stacks]
    return next((whole for whole in joinings(e, parts, blocks_added) if reading_cost(whole) < reading_cost(e)), None)


def blocks_added(_: Hashable, members: Sequence[tuple[Expr, Expr]]) -> Expr:
    """The sum of multiples of stacks as one; a minus sign that all blocks share stands in front."""
    places = zip(*[[o if is_zero(o) else c * o for o in m.operands] for c, m in members], strict=True)
    sums = [factored(Sum.of(*several)) for several in places]
    a = members[0][1]
    if all(is_zero(s) or s.leading_number < 0 for s in sums):
        return -a.rebuild(tuple([s if is_zero(s) else -s for s in sums]))
    return a.rebuild(tuple(sums))
