"""Products of data matrices as sums over samples: XᵀX = Σᵢ xᵢxᵢᵀ, with the rows of X as the samples xᵢ.

In goes an expression with data matrices, out comes the same value in terms of the members of families.  An axis that
counts samples is followed from the data matrices upwards; where it is summed over, an index takes its place, and from
there downwards every operation on whole matrices becomes one on single rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import matdiff.calculus.samples.rules  # noqa: F401 - fills the table of rules
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.indexed import closed_scalars, constant_body, distinct_indices
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.rewriting import Simplifier
from matdiff.algebra.simplification import tidy
from matdiff.calculus.samples.parts import Samples
from matdiff.errors import UnknownNameError, UnsupportedError

OF_SAMPLES = frozenset({"positive", "nonnegative", "integer"})  # what holds for a matrix and for its rows
OF_SUMS = (distinct_indices, constant_body, closed_scalars)


def sum_form(e: Expr, names: Mapping[str, str]) -> Expr:
    """The expression with its data matrices, whose rows are samples, as families, and sums over them."""
    families = _families(e, names)
    try:
        found = Samples(e, families)(e)
    except UnsupportedError as error:
        found = _simplified_first(e, families, error)
    simple, _ = Simplifier({**SIMPLIFICATIONS, IndexedSum: OF_SUMS})(found)
    return simple


def _simplified_first(e: Expr, families: Mapping[Expr, Symbol], error: UnsupportedError) -> Expr:
    """Another try after simplification: vec(X)ᵀvec(X) is Tr(XᵀX).  What fails again, fails with the first error."""
    simpler = tidy(e)
    try:
        return Samples(simpler, families)(simpler)
    except UnsupportedError:
        raise error from None


def _families(e: Expr, names: Mapping[str, str]) -> dict[Expr, Symbol]:
    """For every data matrix the family of its rows, for a vector that of its entries."""
    known = {s.name: s for s in symbols(e)}
    taken = set(known) - set(names)
    found: dict[Expr, Symbol] = {}
    for name, family in names.items():
        matrix = known.get(name)
        if matrix is None or matrix.ranges or matrix.rows is ONE:
            fit = [n for n, s in known.items() if not s.ranges and s.rows is not ONE]
            raise UnknownNameError(
                f"{name} is no matrix of the expression with rows",
                suggestion=f"Those are {', '.join(fit)}." if fit else "",
            )
        if family in taken or not family.isidentifier():
            problem = f"{family} is in use already" if family in taken else f"{family!r} is not a name"
            raise UnknownNameError(problem, suggestion=f"give the rows of {name} another name")
        taken.add(family)
        found[matrix] = Symbol(family, (matrix.cols, ONE), matrix.properties & OF_SAMPLES, (matrix.rows,))
    return found
