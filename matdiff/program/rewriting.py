"""Expressions as they are computed best: products that need not be formed, and symmetric ones with half the work."""

from __future__ import annotations

from collections.abc import Iterable

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of


class Rewriting:
    """Rewrites expressions; with *halves* the library computes ZᵀZ with half the work."""

    def __init__(self, halves: bool, sizes: Iterable[str] = ()) -> None:
        self.halves = halves
        self.signs = BothSigns(frozenset(sizes))
        self.done: dict[Expr, Expr] = {}
        self.formed: set[Expr] = set()  # what is one array, however it is used

    def __call__(self, e: Expr) -> Expr:
        """An equal expression."""
        for node in postorder(e, self.done.__contains__):
            if node in self.done:
                continue
            operands = tuple([self.done[o] for o in node.operands])
            found = node if operands == node.operands else node.rebuild(operands)
            if isinstance(found, Trace) and isinstance(a := found.operands[0], Sum):
                found = Sum.of(*[Trace(t) for t in a.operands])
            if isinstance(found, Product):
                found = spread(found) or (self.halved(found) if self.halves else None) or found
            self.done[node] = found
        return self.done[e]

    def halved(self, e: Expr) -> Expr | None:
        """Aᵀdiag(v)A = ZᵀZ with Z = diag(√v)A where no entry of v is negative."""
        middle = len(e.operands) // 2
        d, right = e.operands[middle], e.operands[middle + 1 :]
        if not isinstance(d, DiagonalMatrix) or e.operands[:middle] != tuple(map(transposed, reversed(right))):
            return None
        if (
            not right
            or any(isinstance(f, Kronecker) for f in right)
            or not entries_of(self.signs, d.operands[0]).interval.is_nonnegative
        ):
            return None
        z = Product.of(DiagonalMatrix(Sqrt(d.operands[0])), *right)
        self.formed.add(z)
        return Product(Transpose(z), z)


def spread(e: Expr) -> Expr | None:
    """(A ⊗ I + …)B = (A ⊗ I)B + …: what is sparse by its places stays so only in products, and A⁻¹B is a solution."""
    for k, f in enumerate(e.operands):
        if isinstance(f, Sum) and any(map(is_sparse, f.operands)):
            before, after = e.operands[:k], e.operands[k + 1 :]
            return Sum.of(*[part(Product.of(*before, t, *after)) for t in f.operands])
    return None


def part(e: Expr) -> Expr:
    """A term, multiplied out in its turn, with its scalar in front."""
    factors, scalars = [], []
    for f in e.operands if isinstance(e, Product) else ():
        scalars += [f.operands[0]] if isinstance(f, Scale) else []
        factors.append(f.operands[1] if isinstance(f, Scale) else f)
    whole = Product.of(*factors) if factors else e
    whole = (spread(whole) if isinstance(whole, Product) else None) or whole
    for s in scalars:
        whole = Scale.of(s, whole)
    return whole


def is_sparse(e: Expr) -> bool:
    """Whether a term has a factor A ⊗ I or I ⊗ A, or is xyᵀ or A⁻¹."""
    rest = e.operands[1] if isinstance(e, Scale) else e
    if isinstance(rest, Inverse):
        return True
    factors = rest.operands if isinstance(rest, Product) else (rest,)
    if any(f.cols is ONE for f in factors[:-1]):
        return True
    return any(isinstance(f, Kronecker) and any(isinstance(o, Identity) for o in f.operands) for f in factors)
