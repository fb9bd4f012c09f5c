"""What a name can be bound to: the index of a sum, or a symbol with the ways in which it is used."""

from __future__ import annotations

from matdiff.algebra.dims import Size
from matdiff.language.declarations import Declaration


class Binder:
    """The index of a sum; *last* is its written range, *bare* marks a sum that names no index."""

    __slots__ = ("bare", "last", "name", "used")

    def __init__(self, name: str, last: Size | None, bare: bool = False) -> None:
        self.name = name
        self.last = last
        self.bare = bare
        self.used = False


Scope = dict[str, Binder]
BARE = ""  # the key of the innermost sum without an index


class Name:
    """A symbol of the text: its declaration, and how it is used."""

    __slots__ = ("declared", "in_sums", "indexed", "name", "plain")

    def __init__(self, name: str, declared: Declaration | None) -> None:
        self.name = name
        self.declared = declared
        self.indexed = 0  # the number of indices that it is used with
        self.plain = False  # used without an index
        self.in_sums = True  # used only inside sums without an index

    @property
    def is_family(self) -> bool:
        """Whether the symbol stands for several: declared with an index, or always used with one."""
        if self.declared:
            return bool(self.declared.indices)
        return self.indexed > 0 and not self.plain
