"""Vectors that are given entry by entry, Σᵢ aᵢeᵢ: their entries, and inner products with them."""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import Expr, Index, Number, Symbol, postorder
from matdiff.algebra.identities.indexed import rebound
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Scale, Sum, Transpose
from matdiff.algebra.operators.sums import IndexedSum, entries_by_index, substitute_index


def entry_given(v: Expr, j: Expr, *more: Expr) -> Expr | None:
    """The entry at an index of a vector that is given entry by entry, or made of such vectors entry by entry."""
    if not isinstance(j, (Index, Symbol)):
        return None
    done: dict[Expr, Expr] = {}
    known = False
    for e in postorder(v, prune=lambda n: n.shape != v.shape or entries_by_index(n) is not None):
        given = entries_by_index(e)
        if e.shape != v.shape:
            done[e] = e
        elif given is not None:
            index, a = given
            done[e], known = substitute_index(rebound(a, {j.name}), index, j), True
        elif isinstance(e, Ones):
            done[e] = Number(1)
        elif isinstance(e, (Sum, Scale, Hadamard, Power, Entrywise)):
            done[e] = e.rebuild(tuple([done[o] for o in e.operands]))
        else:
            return None
    return done[v] if known else None


@identity("sum(i=1..n, a[i]*unit(i, n))[j] = a[j]", title="(Σᵢ aᵢeᵢ)[j] = aⱼ", where="a[i=1..n]: scalar; j: index")
def entry_of_given_vector(e: Expr) -> Expr | None:
    return entry_given(*e.operands) if entries_by_index(e.operands[0]) is not None else None


@identity(
    "exp(sum(i=1..n, a[i]*unit(i, n)))[j] = exp(a[j])",
    title="f(Σᵢ aᵢeᵢ)[j] = f(aⱼ)",
    where="a[i=1..n]: scalar; j: index",
    also=("g(sum(i=1..n, a[i]*unit(i, n)))[j] = g(a[j])",),
)
def entry_of_function_of_given_vector(e: Expr) -> Expr | None:
    """Of what is made of such vectors entry by entry, as 1 ./ v."""
    return entry_given(*e.operands) if entries_by_index(e.operands[0]) is None else None


@identity(
    "sum(i=1..n, b[i]*unit(i, n))'*sum(i=1..n, a[i]*unit(i, n)) = sum(i=1..n, b[i]*a[i])",
    title="xᵀΣᵢ aᵢeᵢ = Σᵢ xᵢaᵢ",
    where="a[i=1..n], b[i=1..n]: scalar",
    among=(IndexedSum,),
)
def product_with_given_vector(e: Expr) -> Expr | None:
    match e.operands:
        case (Transpose(operands=(v,)), w):
            for one, other in ((v, w), (w, v)):
                given = entries_by_index(other)
                entry = None if given is None or given[0] in one.free else entry_given(one, given[0])
                if given is not None and entry is not None:
                    return IndexedSum(Hadamard.of(entry, given[1]), given[0])
    return None
