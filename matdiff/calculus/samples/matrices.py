"""Sums over data as products of data matrices: Σᵢ xᵢxᵢᵀ = XᵀX, with the samples xᵢ as the rows of X.

In goes an expression with sums over families, out comes the same value in terms of data matrices.  A sum that has no
such form is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol, fold, symbols
from matdiff.algebra.forms.stacks import total
from matdiff.algebra.identities import SIMPLIFICATIONS, ByRoot, shorter, stated_in
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.rewriting import Simplifier
from matdiff.errors import UnknownNameError

OF_SUMS = ByRoot(shorter, partial(stated_in, "indexed"))


def matrix_form(e: Expr, names: Mapping[str, str] | None = None) -> Expr:
    """The expression with its sums over data as products of data matrices; a family of scalars y becomes a vector."""
    data = _data_matrices(e, names or {})
    simplified = Simplifier(SIMPLIFICATIONS)

    def change(node: Expr, *operands: Expr) -> Expr:
        if isinstance(node, IndexedSum):
            whole = total(operands[0], node.index, data)
            if whole is not None:  # the sum around it, if there is one, has to do with less
                return simplified(whole)[0] if whole.free else whole
        return node.rebuild(operands) if operands != node.operands else node

    apart, _ = Simplifier(OF_SUMS)(e)  # Σᵢ Σⱼ aᵢⱼxᵢxⱼᵀ is Σᵢ xᵢ Σⱼ aᵢⱼxⱼᵀ
    return simplified(fold(apart, change))[0]


def _data_matrices(e: Expr, names: Mapping[str, str]) -> dict[Expr, Expr]:
    """For every family with one index the matrix of its members as rows, or the vector of its scalars."""
    families = {s.name: s for s in symbols(e) if s.ranges}
    taken = {s.name for s in symbols(e)} - set(families)
    for name in names:
        if name not in families:
            raise UnknownNameError(f"{name} is no family of the expression", suggestion=", ".join(families))
    found: dict[Expr, Expr] = {}
    for name, family in families.items():
        if len(family.ranges) > 1 or family.cols is not ONE:
            continue
        new = names.get(name, name if family.is_scalar else name[0].upper() + name[1:])
        if new in taken:
            raise UnknownNameError(f"{new} is in use already", suggestion=f"give the matrix of {name} another name")
        taken.add(new)
        found[family] = Symbol(new, (family.ranges[0], family.rows))
    return found
