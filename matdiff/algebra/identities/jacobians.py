"""The laws that bring d vec F to the form J d vec X, and those that make a Jacobian shorter.

The first kind is applied to the terms of a line by calculus.vecform; the second wherever it applies.
"""

from __future__ import annotations

from functools import cache

from matdiff.algebra.expr import OPERATORS, Expr, Index
from matdiff.algebra.laws import Statement, of_a_line
from matdiff.algebra.operators.linear import Directed, Linear, along, places
from matdiff.algebra.operators.linear import stated as stated_as
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.sums import IndexedSum, UnitVector
from matdiff.algebra.stated import stated

# ---- the laws of a line -----------------------------------------------------------------------------


terms_one_by_one = of_a_line("M(a + b) = Ma + Mb", "M*vec(A + B) = M*vec(A) + M*vec(B)", "M: p x m*n; A, B: m x n")
scalars_to_the_front = of_a_line(
    "M vec(cA) = cM vec(A)",
    "b*a*M*vec(c*A) = a*b*c*M*vec(A)",
    "a, b, c: scalar; M: p x m*n; A: m x n",
    also=(Statement("sum(i=1..N, c*x[i]) = c*sum(i=1..N, x[i])", "c: scalar; x[i=1..N]: n"),),
)
row_behind_column = of_a_line("(yᵀz)x = (xyᵀ)z", "(y'*z)*x = x*y'*z", "x: m; y, z: n")
turned_inner_product = of_a_line("xᵀy = yᵀx", "x'*y = y'*x", "x, y: n")
scalar_to_the_end = of_a_line("ca = ac", "vec(c*A) = vec(A)*c", "c: scalar; A: m x n")
row_as_column = of_a_line("vec(xᵀ) = x", "vec(x') = x", "x: n")
sums_to_the_front = of_a_line(
    "M Σᵢaᵢ = Σᵢ Maᵢ",
    "M*sum(i=1..N, x[i]) = sum(i=1..N, M*x[i])",
    "x[i=1..N]: n; M: m x n",
    also=(
        Statement("vec(sum(i=1..N, A[i])) = sum(i=1..N, vec(A[i]))", "A[i=1..N]: m x n"),
        Statement("M*sum(i=1..N, x) = sum(i=1..N, M*x)", "x: n; M: m x n"),
    ),
)
vec_of_product = of_a_line(
    "vec(ABC) = (Cᵀ ⊗ A)vec(B)", "vec(A*B*C) = kron(C', A)*vec(B)", "A: p x m; B: m x n; C: n x q"
)
trace_as_inner_product = of_a_line(
    "Tr(AᵀB) = vec(A)ᵀvec(B)",
    "tr(A'*B) = vec(A)'*vec(B)",
    "A, B: m x n",
    also=(Statement("tr(A*B*C) = vec((C*A)')'*vec(B)", "A: k x m; B: m x n; C: n x k"),),
)
vec_of_product_with_diagonal = of_a_line(
    "vec(A diag(x)B) = (Bᵀ ∗ A)x", "vec(A*diag(x)*B) = khatri_rao(B', A)*x", "A: m x n; x: n; B: n x p"
)
diagonal_and_column = of_a_line("A diag(x)y = A diag(y)x", "A*diag(x)*y = A*diag(y)*x", "A: m x n; x, y: n")
row_and_diagonal = of_a_line("(yᵀdiag(x)A)ᵀ = Aᵀdiag(y)x", "(y'*diag(x)*A)' = A'*diag(y)*x", "A: n x m; x, y: n")
diagonal_between = of_a_line(
    "diag(A diag(x)B) = (A ⊙ Bᵀ)x", "diag(A*diag(x)*B) = (A .* B')*x", "A: m x n; x: n; B: n x m"
)


def from_units(e: Expr, place: int) -> Statement:
    """vec(𝓛(A)) = Σᵢⱼ vec(𝓛(eᵢeⱼᵀ))(eⱼ ⊗ eᵢ)ᵀvec(A)"""
    column, a = OPERATORS["Vec"].of, e.operands[place]
    i, j = Index("i", a.rows), Index("j", a.cols)
    units = UnitVector(i, a.rows), UnitVector(j, a.cols)
    image = e.rebuild((*e.operands[:place], Product.of(units[0], Transpose(units[1])), *e.operands[place + 1 :]))
    row = Transpose(OPERATORS["Kronecker"].of(*reversed(units)))
    return stated_as(column(e), Product.of(IndexedSum(IndexedSum(column(image) * row, j), i), column(a)))


@cache
def without_matrix() -> list[Statement]:
    """The same for all operators that are linear in an operand and say no M with vec(𝓛(A)) = M vec(A)."""
    kinds = [kind for kind in OPERATORS.values() if kind.names and not kind.vec]
    linear = [e for kind in kinds if issubclass(kind, Linear) for e in kind.examples()]
    directed = [e for kind in kinds if issubclass(kind, Directed) for e in along(kind)]
    uses = [(e, k) for e in linear for k in places(e) if is_small(e.operands[k])]
    return [from_units(*use) for use in (*uses, *((e, k) for e in directed for k in range(1, len(e.operands))))]


def is_small(e: Expr) -> bool:
    """Whether no size is made of more than two letters, so that every entry can be visited in a check."""
    return all(len({*extent.names()}) <= 2 for extent in e.shape)


entry_by_entry = of_a_line(
    "𝓛(A) = Σᵢⱼ 𝓛(eᵢeⱼᵀ)aᵢⱼ",
    lambda: without_matrix()[0].statement,
    lambda: without_matrix()[0].where,
    also=lambda: without_matrix()[1:],
)
by_scalar = of_a_line(
    "𝓛(dt) = 𝓛(1)dt",
    "A*(t*B) + t*C = t*(A*B + C)",
    "t: scalar; A: m x n; B: n x p; C: m x p",
    also=(
        Statement("s*t = t*s", "s, t: scalar"),
        Statement("tr(t*A) = t*tr(A)", "t: scalar; A: n x n"),
        Statement("zeros(m, n) = t*zeros(m, n)", "t: scalar"),
    ),
)
derivative_by_scalar = of_a_line(
    "dA = J dt", "d(A) = d(t)*J", "t: scalar; A, J: m x n", "definition", "J is the derivative of A with respect to t"
)
collected_factors = of_a_line("Ax + Bx = (A + B)x", "A*x + B*x = (A + B)*x", "A, B: m x n; x: n")
jacobian_of_chain = of_a_line(
    "d vec Y = J d vec X",
    "d(y) = J*d(x)",
    "y: m; x: n; J: m x n",
    "definition",
    "J is the Jacobian of y with respect to x",
)

# ---- shorter Jacobians ------------------------------------------------------------------------------


product_into_kronecker = stated(
    "A*kron(x', B) = kron(x', A*B)",
    title="A(xᵀ ⊗ B) = xᵀ ⊗ AB",
    where="A: p x m; B: m x q; x: n",
    also=("A*kron(B, x') = kron(A*B, x')",),
    transposed=True,
)


column_and_row_in_kronecker = stated(
    "kron(x, kron(y', A)) = kron(x*y', A)",
    title="x ⊗ (yᵀ ⊗ A) = xyᵀ ⊗ A",
    where="x: m; y: n; A: p x q",
    transposed=True,
)
