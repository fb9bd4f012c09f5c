"""What the form of an expression alone says for all values of its symbols: its rank is less than its size, or it is 0.

In goes an expression, out come bounds of its rank.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache

from matdiff.algebra.constants import Identity, Ones, Zeros, is_zero
from matdiff.algebra.dims import ONE, Size, below_one
from matdiff.algebra.expr import Expr, Symbol, fact
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.linear import Bilinear
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, coefficient
from matdiff.algebra.operators.square import Inverse, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.operators.symmetry import assumed

Bounds = tuple[Size, ...]
STACKS = ("HorizontalStack", "VerticalStack")
NOTHING = ONE - ONE


def has_zeros(e: Expr) -> bool:
    """Whether entries of a matrix are 0 by its form: beside a diagonal or above it."""
    zeros = isinstance(e, DiagonalMatrix) or bool(assumed(e) & {"lower", "upper", "skew"})
    return zeros and e.rows is not ONE


def is_nothing(e: Expr) -> bool:
    """Whether an expression is 0 by its form, A − A or xᵀKx with a skew K."""
    if type(e) is Sum and Symbol in map(type, e.operands):
        return len(e.operands) == 2 and are_opposite(e)
    return fact("nothing", e, _is_nothing)


def _is_nothing(node: Expr, below: list[bool]) -> bool:
    if isinstance(node, (Product, Scale, Hadamard, IndexedSum, Bilinear)):
        return any(below) or (isinstance(node, Product) and node.is_scalar and is_skew_form(node))
    if isinstance(node, Sum):
        return all(below) or (len(node.operands) == 2 and are_opposite(node))
    if isinstance(node, (Transpose, Named, Norm, Trace)):
        return below[0]
    return is_zero(node)


def are_opposite(e: Sum) -> bool:
    """Whether two terms are the same with opposite signs."""
    (i, a), (j, b) = map(coefficient, e.operands)
    return a is b and i == -j


def is_skew_form(e: Product) -> bool:
    """Whether a product is xᵀKx with a skew K."""
    first, *middle, last = e.operands
    return len(middle) == 1 and transposed(first) is last and "skew" in assumed(middle[0])


# ---- ranks ------------------------------------------------------------------------------------------


def is_never_invertible(a: Expr) -> bool:
    """Whether the rank of a square matrix is always less than its size.  Sizes that are letters are more than 1.

    >>> from matdiff.language import parse
    >>> is_never_invertible(parse("x*x'", "x: n")), is_never_invertible(parse("X'*X", "X: m x n"))
    (True, False)
    """
    if a.is_scalar:
        return a.number == 0
    return any(is_less(b, a.rows) for b in fact("ranks", a, bounds))


@cache
def is_less(a: Size, b: Size) -> bool:
    """Whether a size is less than another for all sizes."""
    return a is not b and below_one(a - b + ONE)


def bounds(node: Expr, below: list[Bounds]) -> Bounds:
    """Sizes that the rank of a node is at most, by those of its operands."""
    own = least((node.rows, node.cols, *of_form(node, below)))
    if "skew" in assumed(node) or (isinstance(node, Sum) and node.rows is node.cols and is_skew(node)):
        return least((*own, node.rows - ONE)) if (node.rows.number or 0) % 2 else own
    return own


def of_form(node: Expr, below: list[Bounds]) -> Bounds:
    """What the operation says of the rank."""
    if isinstance(node, Zeros):
        return (NOTHING,)
    if isinstance(node, Ones):
        return (ONE,)
    if is_a(node, "Centering") or is_centering(node):
        return (node.rows - ONE,)
    if isinstance(node, Product):
        return tuple(b for bound in below for b in bound)
    if isinstance(node, (Transpose, Named, Inverse)):
        return below[0]
    if isinstance(node, Scale):
        return below[1]
    if is_a(node, *STACKS) and len(set(node.operands)) == 1:
        return below[0]
    if is_a(node, "Sum", *STACKS):
        numbers = [min((b.number for b in bound if b.number is not None), default=None) for bound in below]
        if all(k is not None for k in numbers):
            return (sum((ONE for k in numbers for _ in range(k or 0)), NOTHING),)
    return ()


def least(found: Iterable[Size]) -> Bounds:
    """The bounds of which none is less than another."""
    sizes = tuple(dict.fromkeys(found))
    return tuple(s for s in sizes if not any(is_less(other, s) for other in sizes))


def is_skew(e: Sum) -> bool:
    """Whether the terms of a sum are those of its transpose with the other sign: A − Aᵀ."""
    terms = {split(t) for t in e.operands}
    return {(-k, transposed(rest)) for k, rest in terms} == terms


def split(e: Expr) -> tuple[Fraction, Expr]:
    """The number in front of a term, and the rest, with transposes at the letters."""
    k, rest = coefficient(e)
    return (k, transposed(transposed(rest))) if rest is not None else (k, e)


def is_centering(e: Expr) -> bool:
    """Whether an expression is I − 11ᵀ/n."""
    if not (isinstance(e, Sum) and len(e.operands) == 2 and isinstance(e.operands[0], Identity)):
        return False
    scaled = e.operands[1]
    if not (isinstance(scaled, Scale) and str(-scaled.operands[0]) == f"1/{e.rows}"):
        return False
    ones = scaled.operands[1]
    column_and_row = isinstance(ones, Product) and len(ones.operands) == 2 and ones.operands[0].cols is ONE
    return all(isinstance(f, Ones) for f in (ones.operands if column_and_row else (ones,)))
