"""Blocks, triangles, and the matrices I, C, K that their sizes determine: what makes them shorter."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Identity, Number, Ones, Zeros
from matdiff.algebra.identities.slices import filled
from matdiff.algebra.identities.softmax import is_row_of_ones
from matdiff.algebra.identities.transposes import growth, transposed
from matdiff.algebra.laws import Law, identity
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.reductions import count
from matdiff.algebra.operators.square import Determinant
from matdiff.algebra.operators.triangles import (
    Centering,
    Commutation,
    LowerTriangle,
    SkewPart,
    SymmetricPart,
    UpperTriangle,
    lower_or_upper,
    transposed_constant,
)

# ---- transposes -------------------------------------------------------------------------------------


@identity("sym(A)ᵀ = sym(A)", "sym(A)' = sym(A)")
def transpose_of_part(e: Expr) -> Expr | None:
    """Also skew(A)ᵀ = −skew(A), and tril(Aᵀ)ᵀ = triu(A)."""
    a = e.operands[0]
    if isinstance(a, SymmetricPart | SkewPart):
        return a if isinstance(a, SymmetricPart) else -a
    return lower_or_upper(a) if isinstance(a, LowerTriangle | UpperTriangle) and growth(a) <= 0 else None


@identity("Kₘₙᵀ = Kₙₘ", "commutation(m, n)' = commutation(n, m)")
def transpose_of_sized(e: Expr) -> Expr | None:
    """Also of the centring matrix, which is symmetric."""
    return transposed_constant(e.operands[0])


@identity("[Aᵀ; Bᵀ]ᵀ = [A, B]", "vstack(A', B')' = hstack(A, B)", where="A: m x n; B: m x p")
def transpose_of_blocks(e: Expr) -> Expr | None:
    a = e.operands[0]
    if not isinstance(a, HorizontalStack | VerticalStack) or growth(a) > 0:
        return None
    other = VerticalStack if isinstance(a, HorizontalStack) else HorizontalStack
    return other.of(*map(transposed, a.operands))


# ---- blocks -----------------------------------------------------------------------------------------


@identity(
    "[A, B][C; D] = AC + BD", "hstack(A, B)*vstack(C, D) = A*C + B*D", where="A: m x n; B: m x p; C: n x q; D: p x q"
)
def product_of_blocks(e: Expr) -> Expr | None:
    f = e.operands
    for k in range(len(f) - 1):
        left, right = beside(f[k]), below(f[k + 1])
        if left and right and [a.cols for a in left] == [b.rows for b in right]:
            total = Sum.of(*[Product.of(a, b) for a, b in zip(left, right, strict=True)])
            return Product.of(*f[:k], total, *f[k + 2 :])
    return None


def beside(e: Expr) -> tuple[Expr, ...]:
    """The blocks of a matrix that stand beside each other, if it is written with such."""
    if isinstance(e, Transpose) and isinstance(e.operands[0], VerticalStack):
        return tuple(map(transposed, e.operands[0].operands))
    return e.operands if isinstance(e, HorizontalStack) else ()


def below(e: Expr) -> tuple[Expr, ...]:
    """The blocks of a matrix that stand below each other, if it is written with such."""
    if isinstance(e, Transpose) and isinstance(e.operands[0], HorizontalStack):
        return tuple(map(transposed, e.operands[0].operands))
    return e.operands if isinstance(e, VerticalStack) else ()


@identity("[0, 0] = 0", "hstack(zeros(m, n), zeros(m, p)) = zeros(m, n+p)")
def blocks_of_zeros(e: Expr) -> Expr | None:
    return Zeros(*e.shape) if all(isinstance(o, Zeros) or o.number == 0 for o in e.operands) else None


@identity("[a, b; c, d] has the determinant ad − bc", "det([a, b; c, d]) = a*d - b*c", where="a, b, c, d: scalar")
def determinant_of_two(e: Expr) -> Expr | None:
    match e.operands[0]:
        case VerticalStack(operands=(HorizontalStack(operands=(a, b)), HorizontalStack(operands=(c, d)))):
            return Hadamard.of(a, d) - Hadamard.of(b, c) if a.is_scalar and d.is_scalar else None
        case _:
            return None


@identity("I.^k = I", "eye(n).^2 = eye(n)")
def entrywise_power_of_identity(e: Expr) -> Expr | None:
    a, k = e.operands
    return a if isinstance(a, Identity) and k.number is not None and k.number > 0 else None


@identity("11ᵀ1 = n1", "ones(m, n)*ones(n, p) = n*ones(m, p)", where="n: scalar")
def ones_times_ones(e: Expr) -> Expr | None:
    f = e.operands
    for k in range(len(f) - 1):
        if isinstance(f[k], Ones) and isinstance(f[k + 1], Ones):
            made = Product.of(*f[:k], filled(f[k], f[k].rows, f[k + 1].cols), *f[k + 2 :])
            return Scale.of(count(f[k].cols), made)
    return None


# ---- triangles, centring, commutation ---------------------------------------------------------------


@identity("tril(cA) = c tril(A)", "tril(c*A) = c*tril(A)", where="c: scalar; A: m x n")
def part_of_multiple(e: Expr) -> Expr | None:
    """Also of the upper triangle and of the symmetric and skew-symmetric parts."""
    match e.operands[0]:
        case Scale(operands=(c, a)):
            return Scale.of(c, e.rebuild((a,)))
        case _:
            return None


@identity("CC = C, C1 = 0", "centering(n)*centering(n) = centering(n)")
def centred_twice(e: Expr) -> Expr | None:
    f = e.operands
    for k in range(len(f) - 1):
        a, b = f[k], f[k + 1]
        if isinstance(a, Centering) and a is b:
            return Product.of(*f[:k], *f[k + 1 :])
        if (isinstance(a, Centering) and isinstance(b, Ones)) or (is_row_of_ones(a) and isinstance(b, Centering)):
            return Number(0) if e.is_scalar else Zeros(*e.shape)
    return None


@identity("K vec(A) = vec(Aᵀ)", "commutation(m, n)*vec(A) = vec(A')", where="A: m x n")
def commuted_vec(e: Expr) -> Expr | None:
    """Also KₘₙKₙₘ = I."""
    f = e.operands
    for k in range(len(f) - 1):
        if not isinstance(f[k], Commutation):
            continue
        if isinstance(f[k + 1], Vec) and f[k + 1].operands[0].shape == f[k].data:
            return Product.of(*f[:k], Vec.of(transposed(f[k + 1].operands[0])), *f[k + 2 :])
        if isinstance(f[k + 1], Commutation) and f[k + 1].data == (f[k].data[1], f[k].data[0]):
            rest = (*f[:k], *f[k + 2 :])
            return Product.of(*rest) if rest else Identity(e.rows)
    return None


EXPANSIONS: dict[type[Expr], tuple[Law, ...]] = {Determinant: (determinant_of_two,)}
LAWS: dict[type[Expr], tuple[Law, ...]] = {
    Transpose: (transpose_of_part, transpose_of_sized, transpose_of_blocks),
    Product: (product_of_blocks, centred_twice, commuted_vec, ones_times_ones),
    HorizontalStack: (blocks_of_zeros,),
    VerticalStack: (blocks_of_zeros,),
    Determinant: (determinant_of_two,),
    Power: (entrywise_power_of_identity,),
    LowerTriangle: (part_of_multiple,),
    UpperTriangle: (part_of_multiple,),
    SymmetricPart: (part_of_multiple,),
    SkewPart: (part_of_multiple,),
}
