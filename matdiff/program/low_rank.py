"""Inverses and determinants of D + UUᵀ by those of a smaller matrix, for a diagonal D and a U with few columns.

(D + UUᵀ)⁻¹ = D⁻¹ − W(I + UᵀW)⁻¹Wᵀ  (Woodbury),   det(D + UUᵀ) = det(D) det(I + UᵀW)   with W = D⁻¹U
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Number, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.entrywise import Log
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.reductions import count
from matdiff.algebra.operators.square import Inverse, LogDeterminant
from matdiff.algebra.operators.structure import DiagonalMatrix, value_of
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.algebra.rewriting import Simplifier
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of


class LowRank(NamedTuple):
    """An expression that is computed by smaller matrices, where *few* is less than *many*."""

    expr: Expr
    few: Size
    many: Size


class Parts(NamedTuple):
    """D + UUᵀ: D⁻¹, log det D, and U."""

    inverse: Expr
    logdet: Expr
    u: Expr

    def small(self) -> Expr:
        """I + UᵀD⁻¹U"""
        return Sum.of(Identity(self.u.cols), Product.of(Transpose(self.u), self.inverse, self.u))


def of_low_rank(e: Expr, sizes: Collection[str]) -> LowRank | None:
    """The expression with inverses and determinants of D + UUᵀ by smaller ones; None where there are none."""
    signs = BothSigns(frozenset(sizes))
    known: dict[Expr, Parts | None] = {}
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        below = value_of(node.operands[0]) if isinstance(node, Inverse | LogDeterminant) else None
        if below is not None and below not in known:
            known[below] = parts(below, signs)
        operands = tuple([done[o] for o in node.operands])
        done[node] = node if operands == node.operands else node.rebuild(operands)
        found = None if below is None else known[below]
        if found is not None and isinstance(node, LogDeterminant):
            done[node] = Sum.of(found.logdet, LogDeterminant(found.small()))
        elif isinstance(node, Product):
            done[node] = multiplied(node, done[node], known)
    used = {(p.u.cols, p.u.rows) for p in known.values() if p is not None}
    if len(used) != 1:
        return None
    few, many = used.pop()
    return LowRank(Simplifier(SIMPLIFICATIONS)(done[e])[0], few, many)


def parts(e: Expr, signs: BothSigns) -> Parts | None:
    """D and U of D + UUᵀ, for a D that is known to be positive."""
    diagonal = [t for t in e.operands if inverse_of_diagonal(t) is not None] if isinstance(e, Sum) else []
    if len(diagonal) != 1 or len(e.operands) != 2:
        return None
    (d,), (p,) = diagonal, [t for t in e.operands if t is not diagonal[0]]
    entries = d.operands[0] if not isinstance(d, Identity) else Number(1)
    if not isinstance(p, Product) or len(p.operands) % 2 or not entries_of(signs, entries).interval.is_positive:
        return None
    half = len(p.operands) // 2
    u = Product.of(*p.operands[:half])
    inverse = inverse_of_diagonal(d)
    if inverse is None or p.operands[half:] != tuple(transposed(f) for f in reversed(p.operands[:half])):
        return None
    logs = SumOfEntries(Log(entries)) if isinstance(d, DiagonalMatrix) else Hadamard.of(count(e.rows), Log(entries))
    logs = logs if entries.number != 1 else Number(0)
    return Parts(inverse, logs, u) if u.rows is not u.cols else None


def inverse_of_diagonal(e: Expr) -> Expr | None:
    """D⁻¹ of diag(v), cI or I."""
    if isinstance(e, DiagonalMatrix):
        return DiagonalMatrix(Power(e.operands[0], Number(-1)))
    if isinstance(e, Scale) and isinstance(e.operands[1], Identity):
        return Scale.of(Power(e.operands[0], Number(-1)), e.operands[1])
    return e if isinstance(e, Identity) else None


def multiplied(before: Expr, e: Expr, known: dict[Expr, Parts | None]) -> Expr:
    """A product with (D + UUᵀ)⁻¹ among its factors, as a sum of products."""
    for k, f in enumerate(before.operands):
        found = known.get(value_of(f.operands[0])) if isinstance(f, Inverse) else None
        if found is not None and isinstance(e, Product):
            left, right = e.operands[:k], e.operands[k + 1 :]
            w = (found.inverse, found.u)
            thin = Product.of(*left, *w, Inverse(found.small()), *map(transposed, reversed(w)), *right)
            return Sum.of(Product.of(*left, found.inverse, *right), -thin)
    return e
