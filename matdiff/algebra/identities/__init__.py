"""The structural laws: equalities between expressions, grouped by what they are about.

``SIMPLIFICATIONS`` lists, for every class of node, the laws that make such a node simpler, in the order
in which they are tried; ``EXPANSIONS`` the laws that bring an operator under d into a form that has a law.
"""

from matdiff.algebra.expr import Expr
from matdiff.algebra.identities import expansions, factoring, indexed, powers, products, traces, transposes
from matdiff.algebra.laws import Law


def _by_root(*tables: dict[type[Expr], tuple[Law, ...]]) -> dict[type[Expr], tuple[Law, ...]]:
    merged: dict[type[Expr], tuple[Law, ...]] = {}
    for table in tables:
        for root, laws in table.items():
            merged[root] = merged.get(root, ()) + laws
    return merged


SIMPLIFICATIONS = _by_root(
    transposes.LAWS, products.LAWS, powers.LAWS, factoring.LAWS, traces.LAWS, indexed.LAWS
)
EXPANSIONS = expansions.LAWS
