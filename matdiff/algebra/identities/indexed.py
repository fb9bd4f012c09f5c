"""Sums over an index: what does not depend on the index moves out."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Index, Number, Symbol, Zeros, replace
from matdiff.algebra.laws import Law, identity
from matdiff.algebra.operators.products import Hadamard, Product, Scale
from matdiff.algebra.operators.sums import IndexedSum


def substitute_index(e: Expr, old: Index, new: Expr) -> Expr:
    """The expression with a free index replaced."""
    if old not in e.free:
        return e
    return replace(e, lambda node: new if node is old else None if old in node.free else node)


def fresh_index(index: Index, taken: set[str]) -> Index:
    """The index itself, or one with a new name and the same range when the name is taken."""
    if index.name not in taken:
        return index
    letters = [c for c in "ijklrstuvw" if c not in taken]
    name = letters[0] if letters else next(f"i{k}" for k in range(1, len(taken) + 2) if f"i{k}" not in taken)
    return Index(name, index.last)


@identity("Σᵢ cAᵢ = c Σᵢ Aᵢ", "sum(i=1..N, c*x[i]) = c*sum(i=1..N, x[i])", where="c: scalar; x[i=1..N]: n")
def constant_scalars(e: Expr) -> Expr | None:
    body, index = e.operands[0], e.data[0]
    if isinstance(body, Scale):
        c, a = body.operands
        scalars, rest = (c.operands if isinstance(c, Hadamard) else (c,)), [a]
    elif isinstance(body, Hadamard) and body.is_scalar:
        scalars, rest = body.operands, []
    else:
        return None
    outside = [s for s in scalars if index not in s.free]
    inside = [s for s in scalars if index in s.free]
    if not outside or not (inside or rest):
        return None
    within = Hadamard.of(*inside) if not rest else Scale.of(Hadamard.of(*inside), *rest) if inside else rest[0]
    return Scale.of(Hadamard.of(*outside), IndexedSum(within, index))


@identity("Σᵢ ABᵢC = A(Σᵢ Bᵢ)C", "sum(i=1..N, A*x[i]) = A*sum(i=1..N, x[i])", where="A: m x n; x[i=1..N]: n")
def constant_factors(e: Expr) -> Expr | None:
    body, index = e.operands[0], e.data[0]
    if not isinstance(body, Product):
        return None
    f = body.operands
    moving = [k for k, factor in enumerate(f) if index in factor.free]
    if not moving or (moving[0] == 0 and moving[-1] == len(f) - 1):
        return None
    left, middle, right = f[: moving[0]], f[moving[0] : moving[-1] + 1], f[moving[-1] + 1 :]
    return Product.of(*left, IndexedSum(Product.of(*middle), index), *right)


@identity("Σᵢ A = NA", "sum(i=1..N, A) = N*A", where="A: m x n; N: scalar")
def constant_body(e: Expr) -> Expr | None:
    body, index = e.operands[0], e.data[0]
    if isinstance(body, Zeros) or body.number == 0:
        return body
    if index in body.free:
        return None
    if index.last.number is not None:
        return Scale.of(Number(index.last.number), body)
    return Scale.of(Symbol(index.last.name), body) if index.last.name else None


LAWS: dict[type[Expr], tuple[Law, ...]] = {IndexedSum: (constant_body, constant_scalars, constant_factors)}
