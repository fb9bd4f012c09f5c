"""Aᵏ where the exponent is a whole number that is not known: k, k − 1, or i under a sum."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from matdiff.algebra.dims import SCALAR, Shape, Size, shape_text, size
from matdiff.algebra.expr import Data, Expr, Index, Number, Operator, Symbol, rejoined
from matdiff.algebra.laws import differential
from matdiff.algebra.notation import Notation, Style, power
from matdiff.algebra.operators.products import Hadamard, Product, Sum, multiple
from matdiff.algebra.operators.square import Inverse, MatrixPower, matrix_power
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.errors import ShapeError, UnsupportedError


class SymbolicPower(Operator):
    """Aᵏ, with a scalar k ≥ 0 that is a whole number; operands: A and k."""

    shown = "A: n×n, k"
    requires = "{1} is a positive integer"
    code = "matrix_power(a, int(b))"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """Aᵏ; with a number for k the power that is written out, and I for k = 0."""
        a, k = operands[0], exponent(operands[1])
        return cls.make((a, k)) if k.number is None else matrix_power(a, int(k.number))

    rebuild = rejoined

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        a, k = operands
        if a.rows is not a.cols or k.shape != SCALAR:
            raise ShapeError(f"a power needs a square matrix and a scalar, not {shape_text(a.shape)}")
        return a.shape

    def notation(self, style: Style) -> Notation:
        return power(self.operands[0], self.operands[1], style)

    @staticmethod
    def numpy(np: Any, a: Any, k: Any) -> Any:
        """By repeated multiplication up to the largest exponent; a negative one is a power of the inverse."""
        whole = np.rint(k).astype(int)
        base = np.where(whole < 0, np.linalg.inv(a), a) if (whole < 0).any() else a
        lead = np.broadcast_shapes(a.shape[:-2], k.shape[:-2])
        found = current = np.broadcast_to(np.eye(a.shape[-1]), (*lead, *a.shape[-2:]))
        for step in range(1, int(np.abs(whole).max()) + 1):
            current = current @ base
            found = np.where(np.abs(whole) == step, current, found)
        return found

    @differential(
        "differential_of_symbolic_power",
        "d(A^k) = sum(i=1..k, A^(i - 1)*d(A)*A^(k - i))",
        title="d(Aᵏ)",
        where="A: n x n; k: integer",
        requires="k a positive integer",
        source="product law",
    )
    def d(self: Expr, da: Expr | None, dk: Expr | None) -> Expr:
        a, k = self.operands
        if da is None or dk is not None:
            raise UnsupportedError(f"an exponent of a matrix cannot vary: {self}")
        index = Index(next(i for i in "ijlrst" if i not in {f.name for f in self.free}), last_of(k))
        return IndexedSum(Product.of(SymbolicPower.of(a, index - 1), da, SymbolicPower.of(a, k - index)), index)


def matrix_base(e: Expr) -> tuple[Expr, Expr]:
    """A matrix as base and exponent."""
    if isinstance(e, SymbolicPower):
        return e.operands[0], e.operands[1]
    if isinstance(e, (MatrixPower, Inverse)):
        return e.operands[0], Number(-1 if isinstance(e, Inverse) else e.data[0])
    return e, Number(1)


def last_of(k: Expr) -> Size:
    """An exponent as a size, over which a sum can run."""
    if k.number is not None:
        return size(whole(k))
    total = size(0)
    for leaf, count in counted(k).items():
        if isinstance(leaf, Index):
            raise UnsupportedError(f"a power with the exponent {k}, through which a sum runs, is not differentiated")
        total = total + size(count) * (size(leaf.name) if isinstance(leaf, Symbol) else size(1))
    return total


def counted(k: Expr) -> dict[Expr, int]:
    """How often each symbol and index stands in an exponent, and 1 for the number in it."""
    found: dict[Expr, int] = {}
    waiting = [(k, 1)]
    while waiting:
        e, times = waiting.pop()
        if isinstance(e, Sum):
            waiting.extend((term, times) for term in reversed(e.operands))
        elif isinstance(e, Hadamard) and len(e.operands) == 2 and e.operands[0].number is not None:
            waiting.append((e.operands[1], times * whole(e.operands[0])))
        elif e.number is not None:
            found[Number(1)] = found.get(Number(1), 0) + times * whole(e)
        elif isinstance(e, (Symbol, Index)):
            found[e] = found.get(e, 0) + times
        else:
            raise ShapeError(f"the power of a matrix is an integer, which {k} need not be")
    return {leaf: count for leaf, count in found.items() if count}


def whole(e: Expr) -> int:
    """A number that has to be an integer."""
    if e.number is None or e.number.denominator != 1:
        raise ShapeError(f"the power of a matrix is an integer, which {e} is not")
    return int(e.number)


def exponent(k: Expr) -> Expr:
    """An exponent in its normal form: symbols, then indices, then the number; the positive ones first."""
    if k.number is not None:
        return Number(whole(k))
    counts = counted(k)
    order = sorted(counts, key=lambda e: (isinstance(e, Number), counts[e] < 0, isinstance(e, Index), str(e)))
    terms = [multiple(Fraction(counts[e]), None if isinstance(e, Number) else e) for e in order]
    return Sum.of(*terms) if terms else Number(0)
