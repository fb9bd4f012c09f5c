"""The laws of the normal form about diagonal matrices and outer products: between other factors diag(x) stays a factor,
elsewhere it becomes an entrywise product, and outer products in an entrywise product are joined."""

from __future__ import annotations

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.products import is_row_of_ones
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.products import Hadamard, Power, Product, Transpose, factors_of, multiple
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.stated import stated
from matdiff.calculus.equality.ordering import flip, order, ordered_product, outer_factors, transposed


@identity("diag(x)*A = (x*ones(n)') .* A", title="diag(x)A = x1ᵀ ⊙ A", where="x: m; A: m x n")
def diagonal_beside_factors(e: Expr) -> Expr | None:
    """Between factors a diagonal matrix stays one; beside a vector or at an end it becomes an entrywise product."""
    f = e.operands
    for k, factor in enumerate(f):
        opened = _outer_in_hadamard(factor)
        if opened is not None:
            return Product.of(*f[:k], *opened, *f[k + 1 :])
    for k, factor in enumerate(f):
        if isinstance(factor, DiagonalMatrix) and ONE in e.shape:
            x, left, right = factor.operands[0], f[:k], f[k + 1 :]
            if e.cols is ONE:
                return Product.of(*left, ordered_product((x, Product.of(*right))))
            return Product.of(ordered_product((Product.of(*left), transposed(x))), *right)
    if isinstance(f[0], DiagonalMatrix):
        rest = Product.of(*f[1:])
        return ordered_product((Product.of(f[0].operands[0], Transpose(Ones(rest.cols))), rest))
    if isinstance(f[-1], DiagonalMatrix):
        rest = Product.of(*f[:-1])
        return ordered_product((Product.of(Ones(rest.rows), transposed(f[-1].operands[0])), rest))
    return None


def _outer_in_hadamard(e: Expr) -> tuple[Expr, ...] | None:
    """xyᵀ ⊙ A as diag(x), A, diag(y)."""
    if not isinstance(e, Hadamard):
        return None
    for k, factor in enumerate(e.operands):
        parts = outer_factors(factor)
        if parts is not None:
            left, right = [() if isinstance(x, Ones) else (DiagonalMatrix(x),) for x in parts]
            return (*left, Hadamard.of(*e.operands[:k], *e.operands[k + 1 :]), *right)
    return None


@identity("eye(n) .* A = diag(diag(A))", where="A: n x n")
def hadamard_on_diagonal(e: Expr) -> Expr | None:
    """Beside I or diag(x) only the diagonal counts; outer products are joined: xyᵀ ⊙ uvᵀ = (x ⊙ u)(y ⊙ v)ᵀ."""
    f = tuple(g for g in e.operands if not is_row_of_ones(g)) or e.operands[:1]
    if len(f) < len(e.operands):
        return Hadamard.of(*f)
    if any(isinstance(g, (Identity, DiagonalMatrix)) for g in f) and not e.is_scalar:
        parts = [
            g.operands[0] if isinstance(g, DiagonalMatrix) else DiagonalVector(g) for g in f if type(g) is not Identity
        ]
        return DiagonalMatrix(ordered_product(parts or [Ones(e.rows)]))
    outer = [g for g in f if outer_factors(g) is not None]
    if len(outer) < 2:
        return None
    pairs = [p for g in outer if (p := outer_factors(g)) is not None]
    left, right = (
        ordered_product([x for x in side if not isinstance(x, Ones)] or side[:1]) for side in zip(*pairs, strict=True)
    )
    return ordered_product((Product.of(left, *factors_of(transposed(right))), *[g for g in f if g not in outer]))


diagonal_of_entrywise = stated(
    "diag(A .* B) = diag(A) .* diag(B)",
    where="A, B: n x n; k: scalar",
    also=("diag(A.^k) = diag(A).^k",),
)


@identity("diag(A') = diag(A)", where="A: n x n")
def diagonal_vector_in_order(e: Expr) -> Expr | None:
    """The diagonal of A and of Aᵀ are the same; that of −Aᵀ = A is 0."""
    a = e.operands[0]
    sign, flipped = flip(a)
    if flipped is a and sign != 1:
        return Zeros(a.rows, ONE)
    least = min(a, flipped, key=order)
    return None if least is a else multiple(sign, DiagonalVector(least))


def is_of_two(e: Expr) -> bool:
    """Whether each entrywise product, or square, among the factors is one of two matrices."""
    found = [f for f in e.operands if isinstance(f, (Hadamard, Power))]
    return all(len(f.operands) == 2 and ONE not in f.shape for f in found)


row_sums_of_hadamard = stated(
    "(A .* B)*ones(n) = diag(A*B')",
    where="A, B: m x n",
    also=("A.^2*ones(n) = diag(A*A')", "ones(m)'*(A .* B) = diag(A'*B)'", "ones(m)'*A.^2 = diag(A'*A)'"),
    when=is_of_two,
)
