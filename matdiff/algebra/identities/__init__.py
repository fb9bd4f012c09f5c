"""The structural laws: equalities between expressions, grouped by what they are about.

``SIMPLIFICATIONS`` has, for every class of node, the laws that make such a node simpler, in the order in which they
are tried: that of the modules, and in a module that in which they are stated.  ``TIDYING`` has those of them that bring
signs and scalars to the front of a product, and directions to the derivative that they belong to; ``EXPANSIONS`` the
laws that bring an operator under d into a form that has a law.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from matdiff.algebra.expr import OPERATORS, Expr
from matdiff.algebra.heads import roots
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
    joining,
    kronecker,
    linear_structures,
    matrix_functions,
    open_functions,
    part_by_part,
    partial_traces,
    parts,
    piecewise,
    powers,
    products,
    residuals,
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
    values,
    vectorisation,
)
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries

Laws = tuple[Law, ...]


@cache
def laws_of(module: ModuleType) -> Laws:
    """The identities that a module states, in its order; a law is called as its module calls it."""
    found: list[Law] = []
    for name, law in vars(module).items():
        if isinstance(law, Law) and law.apply.__module__ == module.__name__:
            law.forget()  # and is entered again in the order of the module
            law.enter(name)
            found += law.each if law.kind == "identity" else ()
    return tuple(found)


def stated_in(*modules: ModuleType) -> Laws:
    """The identities that modules state, in their order."""
    return tuple([law for module in modules for law in laws_of(module)])


def shorter(law: Law) -> bool:
    """Whether a law makes an expression simpler."""
    return law.shorter


def under_d(law: Law) -> bool:
    """Whether a law is of use under d."""
    return law.under_d


def of_parts(law: Law) -> bool:
    """Whether a law makes what is asked for by its entries simpler: (x ⊙ eⱼ)[i] is x[i]δᵢⱼ, not x[j]δᵢⱼ."""
    return law.shorter and law is not slices.unit_vector_at_index_in_hadamard


class ByRoot(Mapping[type[Expr], Laws]):
    """Laws by the classes of the nodes that they are tried for, which are looked up when they are first asked for."""

    def __init__(self, laws: Laws, of_use: Callable[[Law], bool] = shorter) -> None:
        self.laws = tuple(filter(of_use, laws))

    @cached_property
    def found(self) -> dict[type[Expr], Laws]:
        found: dict[type[Expr], Laws] = {}
        for law in self.laws:
            for root in roots(law):
                for kind in OPERATORS.values() if root is Entrywise else (root,):
                    if issubclass(kind, root):
                        found[kind] = (*found.get(kind, ()), law)
        return found

    @cached_property
    def get(self) -> Callable[..., Any]:
        return self.found.get  # asked at every node

    def __getitem__(self, root: type[Expr]) -> Laws:
        return self.found[root]

    def __iter__(self) -> Iterator[type[Expr]]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


EVERYWHERE = stated_in(
    transposes,
    assumed,
    structure,
    cholesky,
    slices,
    products,
    broadcasts,
    kronecker,
    vectorisation,
    linear_structures,
    jacobians,
    partial_traces,
    convolution,
    spectral,
    spectral_functions,
    matrix_functions,
    open_functions,
    softmax,
    entrywise,
    values,
    determinants,
    powers,
    symbolic_powers,
    factoring,
    senses,
    cancelling,
    residuals,
    joining,
    traces,
    indexed,
    piecewise,
    given_entries,
    denominators,
    grids,
    part_by_part,
    stacks,
    expansions,
)
EVERY = (*EVERYWHERE, *stated_in(parts))
SIMPLIFICATIONS = ByRoot(EVERYWHERE)
EXPANSIONS = ByRoot(EVERYWHERE, under_d)
OF_PARTS = ByRoot(EVERY, of_parts)
TIDYING: dict[type[Expr], Laws] = {
    Transpose: (transposes.transpose_of_multiple, transposes.transpose_of_scalar),
    Product: (products.zero_in_product, products.multiple_in_product, open_functions.last_direction),
    Hadamard: (products.zero_in_hadamard, products.multiple_in_hadamard, powers.equal_bases, powers.reciprocals_last),
    Scale: (*products.zero_multiple.each, products.unit_multiple, products.nested_multiple),
    Power: (powers.power_of_power,),
    IndexedSum: (indexed.constant_scalars,),
    Sum: (factoring.twins_under_d,),
    Trace: (factoring.twins_under_d,),
    SumOfEntries: (traces.total_of_multiple,),
}
