"""Partial traces of Kronecker products and outer products, which need no partial trace."""

from __future__ import annotations

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.kronecker import kronecker_factors
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import Law, Statement, identity
from matdiff.algebra.operators.kronecker import Kronecker, PartialTrace1, PartialTrace2, Unvec
from matdiff.algebra.operators.products import Product, Scale, Transpose
from matdiff.algebra.operators.square import Trace

ABSENT = Number(1)  # for x or y in xyᵀ


@identity(
    "ptrace1(cM, A) = c ptrace1(M, A)",
    "ptrace1(c*M, A) = c*ptrace1(M, A)",
    where="c: scalar; M: n*q x m*p; A: m x n",
    also=("ptrace1(M, c*A) = c*ptrace1(M, A)",),
)
def multiple_in_ptrace1(e: Expr) -> Expr | None:
    return scalars_in_front(e)


@identity(
    "ptrace2(cM, B) = c ptrace2(M, B)",
    "ptrace2(c*M, B) = c*ptrace2(M, B)",
    where="c: scalar; M: n*q x m*p; B: p x q",
    also=("ptrace2(M, c*B) = c*ptrace2(M, B)",),
)
def multiple_in_ptrace2(e: Expr) -> Expr | None:
    return scalars_in_front(e)


@identity("ptrace1(C ⊗ D, A) = Tr(CA)D", "ptrace1(kron(C, D), A) = tr(C*A)*D", where="C: n x m; D: q x p; A: m x n")
def ptrace1_of_kronecker(e: Expr) -> Expr | None:
    match e.operands:
        case (Kronecker(operands=(c, d)), a) if (c.cols, c.rows) == a.shape:
            return Scale.of(_trace_of_product(c, a), d)
        case (Identity(), a) if a.rows is a.cols:
            return Scale.of(Trace(a), Identity(e.rows))
        case _:
            return None


@identity("ptrace2(C ⊗ D, B) = Tr(DB)C", "ptrace2(kron(C, D), B) = tr(D*B)*C", where="C: n x m; D: q x p; B: p x q")
def ptrace2_of_kronecker(e: Expr) -> Expr | None:
    match e.operands:
        case (Kronecker(operands=(c, d)), b) if (d.cols, d.rows) == b.shape:
            return Scale.of(_trace_of_product(d, b), c)
        case (Identity(), b) if b.rows is b.cols:
            return Scale.of(Trace(b), Identity(e.rows))
        case _:
            return None


def _trace_of_product(a: Expr, b: Expr) -> Expr:
    product = Product.of(a, b)
    return product if product.is_scalar else Trace(product)


@identity(
    "ptrace1(xyᵀ, A) = UAᵀVᵀ",
    "ptrace1(x*y', A) = unvec(x, q, n)*A'*unvec(y, p, m)'",
    where="x: n*q; y: m*p; A: m x n",
    also=(
        Statement("ptrace1(x, a') = unvec(x, q, n)*a", "x: n*q; a: n"),
        Statement("ptrace1(y', a) = a'*unvec(y, p, m)'", "y: m*p; a: m"),
    ),
)
def ptrace1_of_outer_product(e: Expr) -> Expr | None:
    """With x = vec(U) and y = vec(V)."""
    a = e.operands[1]
    pair = _outer_factors(e.operands[0])
    if pair is None:
        return None
    x, y = pair
    left = [] if x is ABSENT else [Unvec.of(x, e.rows, a.cols)]
    right = [] if y is ABSENT else [Transpose(Unvec.of(y, e.cols, a.rows))]
    return Product.of(*left, transposed(a), *right)


@identity(
    "ptrace2(xyᵀ, B) = UᵀBᵀV",
    "ptrace2(x*y', B) = unvec(x, q, n)'*B'*unvec(y, p, m)",
    where="x: n*q; y: m*p; B: p x q",
    also=(
        Statement("ptrace2(x, b') = unvec(x, q, n)'*b", "x: n*q; b: q"),
        Statement("ptrace2(y', b) = b'*unvec(y, p, m)", "y: m*p; b: p"),
    ),
)
def ptrace2_of_outer_product(e: Expr) -> Expr | None:
    """With x = vec(U) and y = vec(V)."""
    b = e.operands[1]
    pair = _outer_factors(e.operands[0])
    if pair is None:
        return None
    x, y = pair
    left = [] if x is ABSENT else [Transpose(Unvec.of(x, b.cols, e.rows))]
    right = [] if y is ABSENT else [Unvec.of(y, b.rows, e.cols)]
    return Product.of(*left, transposed(b), *right)


def _outer_factors(m: Expr) -> tuple[Expr, Expr] | None:
    """x and y of M = xyᵀ, one of which is 1 where M itself is a column or a row."""
    if m.cols is ONE:
        return m, ABSENT
    if m.rows is ONE:
        return ABSENT, transposed(m)
    if isinstance(m, Product):
        for k in range(1, len(m.operands)):
            if m.operands[k].rows is ONE:
                return Product.of(*m.operands[:k]), transposed(Product.of(*m.operands[k:]))
    return None


@identity(
    "ptrace1((C ⊗ D)M, A) = D ptrace1(M, AC)",
    "ptrace1(kron(C, D)*M, A) = D*ptrace1(M, A*C)",
    where="C: n x k; D: q x l; M: k*l x m*p; A: m x n",
)
def kronecker_in_ptrace1(e: Expr) -> Expr | None:
    """A Kronecker product at either end of M."""
    m, a = e.operands
    if not isinstance(m, Product):
        return None
    first, last = kronecker_factors(m.operands[0]), kronecker_factors(m.operands[-1])
    if first and first[0].rows is a.cols:
        return Product.of(first[1], PartialTrace1(Product.of(*m.operands[1:]), Product.of(a, first[0])))
    if last and last[0].cols is a.rows:
        return Product.of(PartialTrace1(Product.of(*m.operands[:-1]), Product.of(last[0], a)), last[1])
    return None


@identity(
    "ptrace2((C ⊗ D)M, B) = C ptrace2(M, BD)",
    "ptrace2(kron(C, D)*M, B) = C*ptrace2(M, B*D)",
    where="C: n x k; D: q x l; M: k*l x m*p; B: p x q",
)
def kronecker_in_ptrace2(e: Expr) -> Expr | None:
    """A Kronecker product at either end of M."""
    m, b = e.operands
    if not isinstance(m, Product):
        return None
    first, last = kronecker_factors(m.operands[0]), kronecker_factors(m.operands[-1])
    if first and first[1].rows is b.cols:
        return Product.of(first[0], PartialTrace2(Product.of(*m.operands[1:]), Product.of(b, first[1])))
    if last and last[1].cols is b.rows:
        return Product.of(PartialTrace2(Product.of(*m.operands[:-1]), Product.of(last[1], b)), last[0])
    return None


LAWS: dict[type[Expr], tuple[Law, ...]] = {
    PartialTrace1: (multiple_in_ptrace1, ptrace1_of_kronecker, ptrace1_of_outer_product, kronecker_in_ptrace1),
    PartialTrace2: (multiple_in_ptrace2, ptrace2_of_kronecker, ptrace2_of_outer_product, kronecker_in_ptrace2),
}
