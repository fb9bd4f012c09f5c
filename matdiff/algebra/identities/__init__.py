"""The structural laws: equalities between expressions, grouped by what they are about.

``SIMPLIFICATIONS`` lists, for every class of node, the laws that make such a node simpler, in the order
in which they are tried; ``TIDYING`` those of them that bring signs and scalars to the front of a product, and
directions to the derivative that they belong to;
``EXPANSIONS`` the laws that bring an operator under d into a form that has a law.
"""

from matdiff.algebra.expr import Expr
from matdiff.algebra.identities import (
    assumed,
    broadcasts,
    cancelling,
    cholesky,
    convolution,
    denominators,
    determinants,
    entrywise,
    expansions,
    factoring,
    given_entries,
    grids,
    indexed,
    jacobians,
    kronecker,
    linear_structures,
    matrix_functions,
    open_functions,
    partial_traces,
    piecewise,
    powers,
    products,
    senses,
    slices,
    softmax,
    spectral,
    spectral_functions,
    stacks,
    structure,
    symbolic_powers,
    traces,
    transposes,
    vectorisation,
)
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose
from matdiff.algebra.operators.sums import IndexedSum


def _by_root(*tables: dict[type[Expr], tuple[Law, ...]]) -> dict[type[Expr], tuple[Law, ...]]:
    merged: dict[type[Expr], tuple[Law, ...]] = {}
    for table in tables:
        for root, laws in table.items():
            merged[root] = merged.get(root, ()) + laws
    return merged


SIMPLIFICATIONS = _by_root(
    transposes.LAWS,
    assumed.LAWS,
    structure.LAWS,
    cholesky.LAWS,
    slices.LAWS,
    products.LAWS,
    broadcasts.LAWS,
    kronecker.LAWS,
    vectorisation.LAWS,
    linear_structures.LAWS,
    jacobians.LAWS,
    partial_traces.LAWS,
    convolution.LAWS,
    spectral.LAWS,
    spectral_functions.LAWS,
    matrix_functions.LAWS,
    open_functions.LAWS,
    softmax.LAWS,
    entrywise.LAWS,
    determinants.LAWS,
    powers.LAWS,
    symbolic_powers.LAWS,
    factoring.LAWS,
    senses.LAWS,
    cancelling.LAWS,
    traces.LAWS,
    indexed.LAWS,
    piecewise.LAWS,
    given_entries.LAWS,
    denominators.LAWS,
    grids.LAWS,
    stacks.LAWS,
)
TIDYING: dict[type[Expr], tuple[Law, ...]] = {
    Transpose: (transposes.transpose_of_multiple, transposes.transpose_of_scalar),
    Product: (products.zero_in_product, products.multiple_in_product, open_functions.last_direction),
    Hadamard: (products.zero_in_hadamard, products.multiple_in_hadamard, powers.equal_bases, powers.reciprocals_last),
    Scale: (products.zero_multiple, products.unit_multiple, products.nested_multiple),
    Power: (powers.power_of_power,),
    IndexedSum: (indexed.constant_scalars,),
}
EXPANSIONS = _by_root(
    symbolic_powers.EXPANSIONS,
    softmax.EXPANSIONS,
    entrywise.EXPANSIONS,
    determinants.EXPANSIONS,
    structure.EXPANSIONS,
    cholesky.EXPANSIONS,
    kronecker.EXPANSIONS,
    vectorisation.EXPANSIONS,
    convolution.EXPANSIONS,
    spectral.EXPANSIONS,
    spectral_functions.EXPANSIONS,
    matrix_functions.EXPANSIONS,
    expansions.LAWS,
)
