"""Vectors repeated as columns, x1ᵀ, or as rows, 1yᵀ, in entrywise products: they leave it where it meets a vector.

A product of matrices in, the shorter one out.
"""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.softmax import is_ones, is_row_of_ones
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.products import Hadamard, Product, Transpose

Repeated = tuple[Expr, bool]  # a vector, and whether it is repeated as columns


def repeated(e: Expr) -> Repeated | None:
    """(x, True) of x1ᵀ, (y, False) of 1yᵀ, where the other factor is not ones as well."""
    match e:
        case Product(operands=(*left, last)) if is_row_of_ones(last) and not (len(left) == 1 and is_ones(left[0])):
            return Product.of(*left), True
        case Product(operands=(first, *right)) if is_ones(first):
            return transposed(right[0]) if len(right) == 1 else flipped(right), False
        case _:
            return None


def flipped(factors: list[Expr]) -> Expr:
    """The transpose of a product."""
    return Product.of(*map(transposed, reversed(factors)))


def without(factors: tuple[Expr, ...], columns: bool) -> tuple[Expr, Expr] | None:
    """A vector that is repeated in an entrywise product, as columns or as rows, and the product without it."""
    for k, factor in enumerate(factors if len(factors) > 1 else ()):
        found = repeated(factor)
        if found is not None and found[1] is columns:
            return found[0], Hadamard.of(*factors[:k], *factors[k + 1 :])
    return None


@identity(
    "((x*ones(n)') .* A)*y = x .* (A*y)",
    title="((x1ᵀ) ⊙ A)y = x ⊙ (Ay)",
    where="A: m x n; x: m; y: n",
    among=(Hadamard,),
)
def repeated_columns_times_vector(e: Expr) -> Expr | None:
    """Also zᵀ((1xᵀ) ⊙ A) = ((Aᵀz) ⊙ x)ᵀ."""
    return _beside_vector(e, _out_of_columns)


@identity("(A .* (ones(m)*y'))*z = A*(y .* z)", where="A: m x n; y, z: n", among=(Hadamard,))
def repeated_rows_times_vector(e: Expr) -> Expr | None:
    """Also zᵀ((x1ᵀ) ⊙ A) = (x ⊙ z)ᵀA."""
    return _beside_vector(e, _out_of_rows)


def _out_of_columns(a: Expr, y: Expr) -> Expr | None:
    """((x1ᵀ) ⊙ A)y as x ⊙ (Ay)."""
    factors, turned = _parts(a)
    found = without(factors, columns=not turned)
    if found is None:
        return None
    x, rest = found
    return Hadamard.of(x, Product.of(Transpose(rest) if turned else rest, y))


def _out_of_rows(a: Expr, z: Expr) -> Expr | None:
    """(A ⊙ (1yᵀ))z as A(y ⊙ z)."""
    factors, turned = _parts(a)
    found = without(factors, columns=turned)
    if found is None:
        return None
    y, rest = found
    return Product.of(Transpose(rest) if turned else rest, Hadamard.of(y, z))


def _beside_vector(e: Expr, change: Callable[[Expr, Expr], Expr | None]) -> Expr | None:
    """A change of a matrix and the column at its right; of a row and the matrix at its right, all transposed."""
    f = e.operands
    for k in range(len(f) - 1):
        if f[k + 1].cols is ONE and f[k].rows is not ONE and (new := change(f[k], f[k + 1])) is not None:
            return Product.of(*f[:k], new, *f[k + 2 :])
        if f[k].rows is ONE and f[k + 1].cols is not ONE:
            new = change(transposed(f[k + 1]), transposed(f[k]))
            if new is not None:
                return Product.of(*f[:k], Transpose(new), *f[k + 2 :])
    return None


def _parts(e: Expr) -> tuple[tuple[Expr, ...], bool]:
    """The factors of an entrywise product, and whether it stands transposed; of anything else no factors."""
    inner = e.operands[0] if isinstance(e, Transpose) else e
    return (inner.operands if isinstance(inner, Hadamard) else ()), inner is not e
