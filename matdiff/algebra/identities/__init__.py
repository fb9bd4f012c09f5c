"""The structural laws: equalities between expressions, grouped by what they are about.

``SIMPLIFICATIONS`` has, for every class of node, the laws that make such a node simpler, in the order in which they
are tried: that of the modules, and in a module that in which they are stated.  ``TIDYING`` has those of them that bring
signs and scalars to the front of a product, and directions to the derivative that they belong to; ``EXPANSIONS`` the
laws that bring an operator under d into a form that has a law.  A module is loaded when one of its laws may apply.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from matdiff.algebra.expr import Expr
from matdiff.algebra.heads import Entry, Laws, classes, row, stored
from matdiff.algebra.laws import Law, laws_of
from matdiff.algebra.operators.entrywise import Entrywise

MODULES = (
    "transposes assumed structure cholesky slices products broadcasts kronecker vectorisation linear_structures "
    "jacobians partial_traces convolution spectral spectral_functions commuting matrix_functions open_functions "
    "softmax entrywise values determinants powers factoring senses cancelling residuals joining traces "
    "indexed piecewise given_entries denominators grids part_by_part stacks expansions parts"
).split()  # in the order in which their laws are tried
HOMES = [f"{__name__}.{module}" for module in MODULES]
OF_PARTS_ALONE = "parts"
TIDY = frozenset(
    "transpose_of_multiple transpose_of_scalar zero_in_product multiple_in_product last_direction zero_in_hadamard "
    "multiple_in_hadamard equal_bases reciprocals_last zero_multiple zero_multiple_2 unit_multiple nested_multiple "
    "power_of_power constant_scalars twins_under_d total_of_multiple".split()
)


def every() -> tuple[Law, ...]:
    """All identities, in the order in which they are tried."""
    return tuple([law for module in MODULES for law in laws_of(import_module(f"{__name__}.{module}"))])


@cache
def known() -> tuple[Entry, ...]:
    """What is known of all identities: what the table has of them, or where there is none what they say."""
    return tuple(stored().values()) or tuple(map(row, every()))


def named(*names: str) -> Laws:
    """Identities by their names, each with those that were declared with it."""
    found, by_name = list[Entry](), {law.name: law for law in known()}
    for name in names:
        entry, k = by_name.get(name), 2
        while entry is not None:
            found.append(entry)
            entry, k = by_name.get(f"{name}_{k}"), k + 1
    return Laws(found)


def stated_in(*modules: str) -> list[Entry]:
    """The identities that modules state."""
    return [law for law in known() if law.module in modules]


def shorter(law: Entry) -> bool:
    """Whether a law makes an expression simpler."""
    return law.shorter and law.module != OF_PARTS_ALONE


def under_d(law: Entry) -> bool:
    """Whether a law is of use under d."""
    return law.under_d and law.module != OF_PARTS_ALONE


def of_parts(law: Entry) -> bool:
    """Whether a law makes what is asked for by its entries simpler: (x ⊙ eⱼ)[i] is x[i]δᵢⱼ, not x[j]δᵢⱼ."""
    return law.shorter and law.name != "unit_vector_at_index_in_hadamard"


@cache
def of_roots(laws: Callable[[], Iterable[Entry]]) -> dict[str, list[tuple[int, Entry]]]:
    """Laws with their places, by the names of the classes that they are tried for."""
    found: dict[str, list[tuple[int, Entry]]] = {}
    for place, law in enumerate(laws()):
        for root in law.root.split():
            found.setdefault(root, []).append((place, law))
    return found


NONE = Laws(())


class ByRoot(Mapping[type[Expr], Laws]):
    """Laws by the classes of the nodes that they are tried for, which are looked up when they are first asked for."""

    def __init__(self, of_use: Callable[[Entry], bool], laws: Callable[[], Iterable[Entry]] = known) -> None:
        self.of_use, self.laws = of_use, laws
        self.found: dict[type[Expr], Laws] = {}

    def get(self, root: type[Expr], default: Any = None) -> Any:  # asked at every node
        found = self.found.get(root)
        if found is None:
            of, kinds = of_roots(self.laws), (root.__name__, *(("Entrywise",) if issubclass(root, Entrywise) else ()))
            places = {place: law for kind in kinds for place, law in of.get(kind, ()) if self.of_use(law)}
            found = self.found[root] = Laws([places[place] for place in sorted(places)]) if places else NONE
        return default if found is NONE else found

    def __getitem__(self, root: type[Expr]) -> Laws:
        found: Laws | None = self.get(root)
        if found is None:
            raise KeyError(root)
        return found

    def __iter__(self) -> Iterator[type[Expr]]:
        return (kind for kind in classes().values() if self.get(kind) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


SIMPLIFICATIONS = ByRoot(shorter)
EXPANSIONS = ByRoot(under_d)
OF_PARTS = ByRoot(of_parts)
TIDYING = ByRoot(lambda law: law.name in TIDY)
