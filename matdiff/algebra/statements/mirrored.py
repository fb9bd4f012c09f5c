"""Statements mirrored: what a statement says of transposes."""

from __future__ import annotations

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol, postorder, replace
from matdiff.algebra.kinds import is_a
from matdiff.algebra.laws import Law, Statement
from matdiff.algebra.operators.linear import stated
from matdiff.algebra.operators.products import Transpose, turned

SYMMETRIC = ("Identity", "DiagonalMatrix", "Exchange", "Centering")
PART_BY_PART = ("Sum", "Hadamard", "Scale", "Inverse", "Kronecker")


def mirrored(statement: Statement) -> Statement:
    """Both sides transposed; a letter that is transposed wherever it stands at the left is called Aᵀ itself, so that
    (B ⊗ A)vec(X) = vec(AXBᵀ) says vec(X)ᵀ(B ⊗ A) = vec(AᵀXB)ᵀ."""
    left, right = Law.read(statement)
    left, right = inside_out(left), replace(right, backwards)
    plain = {o for node in postorder(left) if not isinstance(node, Transpose) for o in node.operands}
    letters = [n for n in postorder(left) if isinstance(n, Symbol) and ONE not in n.shape and not n.properties]
    other: dict[Expr, Expr] = {a: Transpose(Symbol(a.name, a.shape[::-1])) for a in letters if a not in plain}
    left, *rights = [untwisted(replace(e, other.get)) for e in (left, turned(right), inside_out(right))]
    return stated(left, min(rights, key=transposes))


def backwards(e: Expr) -> Expr | None:
    """An entrywise product in the other order, which is that of its letters in a product that is turned."""
    return e.rebuild(e.operands[::-1]) if is_a(e, "Hadamard") else None


def transposes(e: Expr) -> int:
    """How many transposes there are in an expression."""
    return sum(isinstance(node, Transpose) for node in postorder(e))


def untwisted(e: Expr) -> Expr:
    """Without transposes of transposes."""
    return replace(e, lambda n: n.operands[0].operands[0] if is_double(n) else None)


def is_double(e: Expr) -> bool:
    return isinstance(e, Transpose) and isinstance(e.operands[0], Transpose)


def inside_out(e: Expr) -> Expr:
    """eᵀ, with the transposes at the factors, terms and blocks of e; a product of scalars in the other order too."""
    if is_a(e, "Product"):
        return e.rebuild(tuple(map(inside_out, reversed(e.operands))))
    if e.is_scalar or is_a(e, *SYMMETRIC):
        return e
    if is_a(e, "Commutation") or (is_a(e, "Ones", "Zeros") and ONE not in e.shape):
        return e.make((), e.data[::-1])
    return e.rebuild(tuple(map(inside_out, e.operands))) if is_a(e, *PART_BY_PART) else turned(e)
