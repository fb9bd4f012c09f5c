"""What is declared of names: their shapes, properties and indices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matdiff.algebra.dims import Shape, Size
from matdiff.algebra.expr import Expr, symbols
from matdiff.records import NamedTuple

Where = str | Mapping[str, str] | None  # what declares names: a text, or a mapping of the left sides to the right ones
OPEN = "?"  # names of sizes begin with it that are found out by use


class Declaration(NamedTuple):
    """One declared name; *indices* are the index names and ranges of a family, *arguments* the shapes of what an
    open function with scalar values takes (None of what is no function), *last* what an index runs to, if that is said.
    *zeros* are the places of the indices that count from 0, whose ranges end one number earlier than is told here;
    *is_column* is of n x 1, which in code has a second axis.
    """

    name: str
    shape: Shape
    properties: frozenset[str] = frozenset()
    indices: tuple[tuple[str, Size], ...] = ()
    arguments: tuple[Shape, ...] | None = None
    last: Size | None = None
    zeros: frozenset[int] = frozenset()
    is_column: bool = False


class Declarations:
    """The declared names in order; iterating gives the names.  *general* are free indices and where they end."""

    def __init__(self, table: dict[str, Declaration] | None = None) -> None:
        self.table = table if table is not None else {}
        self.general: dict[str, Size] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __contains__(self, name: object) -> bool:
        return name in self.table

    def __getitem__(self, name: str) -> Declaration:
        return self.table[name]

    def get(self, name: str) -> Declaration | None:
        """The declaration of a canonical name, if there is one."""
        return self.table.get(name)

    def sizes(self) -> set[str]:
        """The names of the sizes that occur."""
        found: set[str] = set()
        for d in self.table.values():
            for s in (*d.shape, *(last for _, last in d.indices), *(s for shape in d.arguments or () for s in shape)):
                found |= s.names()
            found |= d.last.names() if d.last is not None else set()
        return {name for name in found if name[0] != OPEN}


def declare_symbols(known: Expr, declared: Declarations) -> None:
    """Adds the symbols and the free indices of an expression to what is declared."""
    declared.general |= {i.name: i.last for i in known.free}
    for s in symbols(known):
        if s.name not in declared:
            indices = tuple((f"i{k}", last) for k, last in enumerate(s.ranges, 1))
            declared.table[s.name] = Declaration(s.name, s.shape, s.properties, indices)
