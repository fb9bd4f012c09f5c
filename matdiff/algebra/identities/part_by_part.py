"""Sums of matrices that are made of parts in one way, as diagonal ones and stacks, are taken part by part."""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.factoring import split
from matdiff.algebra.identities.joining import factored
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.products import Hadamard, Sum, multiple
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.statements.gathering import in_place_of


@identity(
    "diag(x) + diag(y) = diag(x + y)",
    where="x, y: n",
    also=(
        Statement("a*diag(x) + diag(y) = diag(a*x + y)", "a: scalar; x, y: n"),
        Statement("a*diag(x) + a*diag(y) = diag(a*(x + y))", "a: scalar; x, y: n"),
        Statement("a^2*diag(x) + a*diag(y) = diag(a*(a*x + y))", "a: scalar; x, y: n"),
    ),
    among=(DiagonalMatrix,),
)
def diagonals_joined(e: Expr) -> Expr | None:
    """Multiples of diagonal matrices are one."""
    return joined_within(e, lambda a: isinstance(a, DiagonalMatrix) or None)


@identity(
    "vstack(x, y) + vstack(z, w) = vstack(x + z, y + w)",
    title="[A; B] + [C; D] = [A + C; B + D]",
    where="x, z: m; y, w: n",
    also=(
        Statement("vstack(x, zeros(n, 1)) + vstack(z, zeros(n, 1)) = vstack(x + z, zeros(n, 1))", "x, z: m"),
        Statement("hstack(A, B) + hstack(C, D) = hstack(A + C, B + D)", "A, C: m x n; B, D: m x p"),
    ),
    among=(VerticalStack, HorizontalStack),
)
def stacks_joined(e: Expr) -> Expr | None:
    """Multiples of matrices of equally large blocks, block by block, where that is shorter."""
    return joined_within(
        e,
        lambda a: (type(a), [o.shape for o in a.operands]) if isinstance(a, (VerticalStack, HorizontalStack)) else None,
    )


def joined_within(e: Expr, kind: Callable[[Expr], object]) -> Expr | None:
    """A sum in which the operations of one kind, with what they are multiplied by, are done once to their sums."""
    groups: list[tuple[object, list[tuple[int, Expr, Expr]]]] = []
    for k, t in enumerate(e.operands):
        number, scalars, factors, _ = split(t)
        known = kind(factors[0]) if len(factors) == 1 else None
        if known is not None:
            members = next((m for other, m in groups if other == known), None)
            if members is None:
                groups.append((known, members := []))
            members.append((k, multiple(number, Hadamard.of(*scalars) if scalars else None), factors[0]))
    for _, members in groups:
        (_, _, a), *others = members
        parts = zip(*[[o if is_zero(o) else c * o for o in m.operands] for _, c, m in members], strict=True)
        sums = [factored(Sum.of(*several)) for several in parts]
        if all(is_zero(s) or s.leading_number < 0 for s in sums):
            joined = -a.rebuild(tuple([s if is_zero(s) else -s for s in sums]))
        else:
            joined = a.rebuild(tuple(sums))
        whole = in_place_of(e, [k for k, *_ in members], joined)
        if others and reading_cost(whole) < reading_cost(e):
            return whole
    return None
