"""A Jacobian in index notation: 𝓛(eₖeₗᵀ) at the place i, j, where 𝓛 is the differential.

In goes an expression F and an unknown X, out comes ∂Fᵢⱼ/∂Xₖₗ as a scalar with free indices; I[i, k] is δᵢₖ.
"""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number, Symbol, postorder, replace
from matdiff.algebra.fresh import fresh
from matdiff.algebra.identities import OF_PARTS
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.identities.transposes import addends, flipped, transposed
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries, UnitVector
from matdiff.algebra.rewriting import Rewriter, Simplifier
from matdiff.calculus.adjoint import direction, names_in, pushed


def entries(f: Expr, unknown: Expr) -> tuple[Expr, Expr, Expr]:
    """An entry of F, an entry of the unknown, and the derivative of the one by the other."""
    taken = names_in(f) | {i for node in postorder(f) for i in bound_names(node)}
    letters = fresh(taken, "i", "ijklpqrstuvw")
    rows = [Index(next(letters), s) if s is not ONE else None for s in f.shape]
    member = unknown
    if isinstance(unknown, Symbol) and unknown.ranges:
        member = Member(unknown, *[Index(next(letters), r) for r in unknown.ranges])
    places = [Index(next(letters), s) if s is not ONE else None for s in unknown.shape]
    v = direction(unknown, next(fresh(taken, "V")))
    free = Symbol(v.name, v.shape, (), v.ranges)
    simplify = Simplifier(OF_PARTS)
    change = simplify(replace(pushed(f, {unknown: free}), _at_unit(free, member, _unit(unknown, places))))[0]
    push = Rewriter(before=pushed_inside)
    inside = simplify(push(entry(change, *rows)))[0]
    return entry(f, *rows), entry(member, *places), simplify(push(inside))[0]


def _at_unit(free: Symbol, member: Expr, unit: Expr) -> Callable[[Expr], Expr | None]:
    """What replaces the direction: eₖeₗᵀ; of a family δ times that, since only one member changes."""

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Member) and node.operands[0] is free:
            pairs = zip(node.operands[1:], member.operands[1:], free.ranges, strict=True)
            return Scale.of(Hadamard.of(*[Entry(Identity(last), a, b) for a, b, last in pairs]), unit)
        return unit if node is free else None

    return change


def _unit(x: Expr, places: list[Index | None]) -> Expr:
    """eₖeₗᵀ in the shape of an unknown."""
    down, across = places
    factors: list[Expr] = [UnitVector(down, x.rows)] if down is not None else []
    factors += [Transpose(UnitVector(across, x.cols))] if across is not None else []
    return Product.of(*factors) if factors else Number(1)


def entry(a: Expr, i: Expr | None, j: Expr | None) -> Expr:
    """aᵢⱼ; None where there is only one row or column."""
    if a.is_scalar:
        return a
    if a.rows is ONE:
        a, i, j = transposed(a), j, None
    return Entry(a, *[k for k in (i, j) if k is not None])


def pushed_inside(e: Expr) -> Expr | None:
    """An entry of an operation by entries of its operands; None where nothing is to be done."""
    if not isinstance(e, Entry):
        return _scalar(e)
    a, i, *rest = e.operands
    j = rest[0] if rest else None
    match a:
        case Sum():
            return Sum.of(*[entry(o, i, j) for o in a.operands])
        case Hadamard():
            return Hadamard.of(*[entry(o, i, j) for o in a.operands])
        case Scale(operands=(c, b)):
            return Scale.of(c, entry(b, i, j))
        case Transpose(operands=(b,)) if b.rows is ONE:
            turned = Sum.of(*map(flipped, addends(b)))
            return None if turned is a else entry(turned, i, None)
        case Transpose(operands=(b,)):
            return entry(b, j, i)
        case Entrywise(operands=(b, *others)) | Power(operands=(b, *others)):
            return a.rebuild((entry(b, i, j), *others))
        case IndexedSum(operands=(b,), data=(index,)):
            return IndexedSum(entry(b, i, j), index)
        case DiagonalMatrix(operands=(x,)) if j is not None:
            return Hadamard.of(Entry(x, i), Entry(Identity(a.rows), i, j))
        case Ones() | Zeros():
            return Number(int(isinstance(a, Ones)))
        case UnitVector(operands=(k,)):
            return Entry(Identity(a.rows), i, k)
        case Product():
            return _of_product(a, i, j)
        case _:
            return None


def _scalar(e: Expr) -> Expr | None:
    """xᵀeⱼ = x[j], Tr(P eₖeₗᵀ Q) = (QP)ₗₖ, and the sum of the entries of a unit vector is 1."""
    match e:
        case SumOfEntries(operands=(UnitVector(),)):
            return Number(1)
        case Product(operands=(*rest, UnitVector(operands=(j,)))) if e.is_scalar:
            return entry(Product.of(*rest), None, j)
        case Product(operands=(Transpose(operands=(UnitVector(operands=(i,)),)), *rest)) if e.is_scalar:
            return entry(Product.of(*rest), i, None)
        case Trace(operands=(Product(operands=f),)):
            for k in range(len(f) - 1):
                match f[k], f[k + 1]:
                    case UnitVector(operands=(i,)), Transpose(operands=(UnitVector(operands=(j,)),)):
                        others = (*f[k + 2 :], *f[:k])
                        return entry(Product.of(*others), j, i) if others else None
    return None


def _of_product(a: Expr, i: Expr, j: Expr | None) -> Expr | None:
    """(P eₖ eₗᵀ Q)ᵢⱼ = Pᵢₖ Qₗⱼ: every factor eₖ takes an entry, and a column times a row comes apart."""
    chains: list[list[Expr]] = [[]]
    for factor in a.operands:
        if chains[-1] and factor.rows is ONE:
            chains.append([])
        chains[-1].append(factor)
    made: list[Expr] = []
    for k, chain in enumerate(chains):
        left, right = i if k == 0 else None, j if k == len(chains) - 1 else None
        if isinstance(chain[-1], UnitVector) and len(chain) > 1:
            right = chain.pop().operands[0]
        if isinstance(chain[0], Transpose) and isinstance(chain[0].operands[0], UnitVector) and len(chain) > 1:
            left = chain.pop(0).operands[0].operands[0]
        whole = Product.of(*chain)
        made.append(whole if whole.is_scalar else entry(whole, left, right))
    found = Hadamard.of(*made) if len(made) > 1 else made[0]
    return None if found is Entry(a, *[k for k in (i, j) if k is not None]) else found
