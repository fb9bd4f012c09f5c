"""Whether a matrix is triangular, diagonal or skew-symmetric by the way it is written and by what is declared."""

from __future__ import annotations

from matdiff.algebra.constants import Identity, Zeros
from matdiff.algebra.expr import Expr, Symbol, fact
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import assumed, is_symmetric

Triangles = tuple[bool, bool]  # whether a matrix is lower, and whether it is upper triangular


def holds(wanted: str, e: Expr) -> bool:
    """Whether a matrix has a property, as far as that can be seen."""
    if wanted in assumed(e):
        return True
    if wanted == "symmetric":
        return is_symmetric(e)
    if wanted == "skew":
        return is_skew(e)
    lower, upper = triangles(e) if wanted in ("lower", "upper", "diagonal") else (False, False)
    return {"lower": lower, "upper": upper}.get(wanted, lower and upper)


def triangles(e: Expr) -> Triangles:
    """Whether a matrix is lower and whether it is upper triangular, by the way it is written."""
    return fact("triangles", e, _triangles, closed=(Named,))


def _triangles(e: Expr, below: list[Triangles]) -> Triangles:
    if e.is_scalar or isinstance(e, (DiagonalMatrix, Identity, Zeros)):
        return True, True
    if isinstance(e, (Symbol, Member)) or is_a(e, "Path"):
        return "lower" in assumed(e), "upper" in assumed(e)
    lower, upper = [a for a, _ in below], [b for _, b in below]
    if isinstance(e, (Product, Sum, Scale, Inverse, MatrixPower)):
        return all(lower), all(upper)
    if isinstance(e, Hadamard):
        return any(lower), any(upper)
    if is_a(e, "Cholesky", "HalvedTriangle"):
        return True, is_a(e, "HalvedTriangle") and upper[0]
    if is_a(e, "LowerTriangle", "UpperTriangle"):
        return lower[0] or is_a(e, "LowerTriangle"), upper[0] or is_a(e, "UpperTriangle")
    return (upper[0], lower[0]) if isinstance(e, Transpose) else (False, False)


def is_skew(e: Expr) -> bool:
    """Whether a matrix is skew-symmetric by what is assumed of it, or by its being a skew part."""
    return is_a(e, "SkewPart") or has(e, "skew")


def has(e: Expr, wanted: str) -> bool:
    """Whether e or what it is the transpose of is assumed to have a property."""
    leaf, _ = leaf_of(e)
    return (isinstance(leaf, (Symbol, Member)) or is_a(leaf, "Path")) and wanted in assumed(leaf)


def leaf_of(e: Expr) -> tuple[Expr, bool]:
    """A symbol or a member, and whether e is the transpose of it."""
    return (e.operands[0], True) if isinstance(e, Transpose) else (e, False)
