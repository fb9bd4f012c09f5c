"""Block matrices [A, B; Bᵀ, C]: eliminated block by block, as [P; Q]D[Pᵀ, Qᵀ] and what is left.

In goes a matrix of blocks, out comes a claim about its eigenvalues.  In a row every term αLMRᵀ beside the diagonal
must go with one αLMLᵀ on it, M ⪰ 0; then α[L; R]M[Lᵀ, Rᵀ] ⪰ 0 is taken away from all blocks, and the rows below go on.
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import Identity, Ones, is_zero
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.products import (
    Hadamard,
    Product,
    Scale,
    Transpose,
    entrywise_reciprocal,
    reciprocal,
    zero,
)
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.calculus.definiteness import intervals as iv
from matdiff.calculus.definiteness.intervals import Interval
from matdiff.calculus.definiteness.opposite_signs import BothSigns, Summand, addends, as_term, total
from matdiff.calculus.definiteness.signs import EIGENVALUES, Claim
from matdiff.calculus.equality.proof import prove

Grid = list[list[Expr]]
REASON = "blocks `[P; Q]D[Pᵀ, Qᵀ]` with `D ⪰ 0`"
MOST_BLOCKS = 6


def grid_of(e: Expr) -> Grid | None:
    """The blocks of a matrix of blocks that are square on the diagonal."""
    if not isinstance(e, VerticalStack):
        return None
    rows = [list(r.operands) if isinstance(r, HorizontalStack) else [r] for r in e.operands]
    is_grid = all(len(r) == len(rows) for r in rows) and all(
        rows[k][k].rows is rows[k][k].cols for k in range(len(rows))
    )
    return rows if is_grid and len(rows) <= MOST_BLOCKS else None


def grid_claim(signs: BothSigns, grid: Grid, whole: Expr) -> Claim | None:
    """That a matrix of blocks is ⪰ 0 or ⪯ 0; its rows are taken in the given order, then in the opposite one."""
    for order in (range(len(grid)), range(len(grid) - 1, -1, -1)):
        for sign in (1, -1):
            blocks = [[signs.simple(sign * grid[j][k]) for k in order] for j in order]
            found = eliminated(signs, blocks)
            if found is not None:
                interval, premises = found
                reason = REASON if any(not is_zero(b) for j, r in enumerate(grid) for b in r[j + 1 :]) else "its blocks"
                return Claim(whole, EIGENVALUES, interval if sign > 0 else iv.minus(interval), reason, premises)
    return None


def eliminated(signs: BothSigns, grid: Grid) -> tuple[Interval, list[Claim]] | None:
    """The sign of the eigenvalues where the matrix is ⪰ 0."""
    premises: list[Claim] = []
    left: list[Interval] = []
    for j in range(len(grid)):
        if any(not is_zero(grid[j][k]) for k in range(j + 1, len(grid))) and not pivot(signs, grid, j, premises):
            return None
        rest = claim_of(signs, grid[j][j])
        if rest is None or not rest.interval.is_nonnegative:
            return None
        left.append(rest.interval)
        premises.append(rest)
    if all(i.is_zero for i in left) and len(premises) == len(grid):
        return iv.ZERO, premises
    return iv.POSITIVE if all(i.is_positive for i in left) else iv.NONNEGATIVE, premises


def claim_of(signs: BothSigns, block: Expr) -> Claim | None:
    """The claim about a block on the diagonal."""
    claim = signs.spectrum(block)
    if (claim is None or not claim.interval.has_sign) and not block.is_scalar:
        found = total(signs, block)
        return None if found is None else Claim(block, EIGENVALUES, *found)
    return claim


def pivot(signs: BothSigns, grid: Grid, j: int, premises: list[Claim]) -> bool:
    """Takes α[L; R]M[Lᵀ, Rᵀ] away from all blocks for the terms of one on the diagonal; whether its row is 0 then."""
    terms = [t for a in addends(grid[j][j]) if (t := as_term(signs, *a)) is not None]
    terms.sort(key=lambda t: (-len(t.outer), t.middle is None))  # αI goes with anything: it is the last to be asked
    later = range(j + 1, len(grid))
    for term in terms:
        rights = {k: right_of(signs, term, grid[j][k]) for k in later if not is_zero(grid[j][k])}
        if all(r is None for r in rights.values()):
            continue
        claim = signs.spectrum(term.expr(grid[j][j]))
        if claim is None or not claim.interval.is_nonnegative:
            return False
        premises.append(claim)
        sides = {j: Product.of(*term.outer) if term.outer else Identity(grid[j][j].rows)}
        sides |= {k: transposed(r) for k, r in rights.items() if r is not None}
        for a, left in sides.items():
            for b, right in sides.items():
                grid[a][b] = minus(signs, grid[a][b], product(term, left, right))
    return all(is_zero(grid[j][k]) for k in later)


def product(term: Summand, left: Expr, right: Expr) -> Expr:
    """α L M Rᵀ"""
    middle = () if term.middle is None else (term.middle,)
    return Scale.of(term.scalar, Product.of(left, *middle, Transpose.of(right)))


def minus(signs: BothSigns, block: Expr, share: Expr) -> Expr:
    """A block without a share of it."""
    rest = signs.simple(block - share)
    if not is_zero(rest) and prove(block, share) is not None:
        return zero(block.shape)
    return rest


def right_of(signs: BothSigns, term: Summand, block: Expr) -> Expr | None:
    """Rᵀ where a term of a block beside the diagonal is αLMRᵀ, for the α, L and M of a term on it."""
    n = len(term.outer)
    positive = signs.entries(term.scalar).interval.is_positive
    for scalar, factors in addends(block):
        ratio = signs.simple(Hadamard.of(scalar, reciprocal(term.scalar))) if positive else Number(1)
        if tuple(factors[:n]) != term.outer or not (positive or scalar is term.scalar):
            continue
        right = behind(signs, term.middle, factors[n:], block)
        if right is not None:
            return Scale.of(ratio, right)
    return None


def behind(signs: BothSigns, middle: Expr | None, factors: Sequence[Expr], block: Expr) -> Expr | None:
    """Rᵀ where the factors are M Rᵀ; a vector p is diag(p)1, and diag(q) is diag(p)diag(q ./ p)."""
    if middle is None:
        return Product.of(*factors) if factors else Identity(block.cols)
    if factors and factors[0] is middle:
        return Product.of(*factors[1:]) if len(factors) > 1 else Identity(block.cols)
    if not isinstance(middle, DiagonalMatrix) or len(factors) != 1:
        return None
    p, last = middle.operands[0], factors[0]
    if isinstance(last, DiagonalMatrix) and signs.entries(p).interval.is_positive:
        return DiagonalMatrix(signs.simple(Hadamard.of(last.operands[0], entrywise_reciprocal(p))))
    return Ones(middle.rows) if last is p else None
