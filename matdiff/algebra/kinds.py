"""Sets of classes, as ints with a bit for each: they are asked for at every node, and ints are fast."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from itertools import count
from operator import or_
from typing import Any

Classes = int
BITS: dict[type, Classes] = {}
NAMED: dict[str, Classes] = {}  # by their names, since a law may speak of a class that has not been loaded
BASES: dict[type, Classes] = {}  # of a class and those that it is derived from
LETTERS = 64  # so many bits tell letters apart, as far as that goes; the others are those of classes
NEXT = count(LETTERS)  # which no two threads get the same of


def bit(kind: type) -> Classes:
    """The set of one class, with that of what it is to a law that asks for the like of it."""
    marks = MIRRORING if getattr(kind, "mirrors", False) else 0
    return BITS.get(kind) or BITS.setdefault(kind, bit_named(kind.__name__) | marks)


def bit_named(name: str) -> Classes:
    """The set of the class of a name."""
    return NAMED.get(name) or NAMED.setdefault(name, 1 << next(NEXT))


def set_of(names: Iterable[str]) -> Classes:
    """The set of the classes of some names."""
    return reduce(or_, map(bit_named, names), 0)


def bases(kind: type) -> Classes:
    """The set of a class and of those that it is derived from."""
    return BASES.get(kind) or BASES.setdefault(kind, set_of(base.__name__ for base in kind.__mro__))


@cache
def names_in(kinds: Classes) -> frozenset[str]:
    """The names of the classes of a set, which are known by then, and of those that they are derived from."""
    return frozenset({base.__name__ for kind, own in list(BITS.items()) if own & kinds == own for base in kind.__mro__})


def of_node(kind: type, data: tuple[Any, ...]) -> Classes:
    """The bases of the class of a node, and the bit of its letter, if it has one, which others may have as well."""
    found = BASES.get(kind) or bases(kind)
    return found | 1 << hash(data[0]) % LETTERS if data and type(data[0]) is str else found


def letters_in(kinds: Classes) -> Classes:
    """The bits of letters alone."""
    return kinds & ((1 << LETTERS) - 1)


class Declared:
    """Stands for a symbol or a member with declared properties, in what a law wants *among* the operands."""


def is_a(e: object, *names: str) -> bool:
    """Whether a thing is of a class of one of these names, which is loaded where there is one, but need not be."""
    return type(e).__name__ in names


class Mirroring:
    """Stands for an operator with f(A)ᵀ = f(Aᵀ), in the same place."""


MIRRORING = bit_named("Mirroring")
BITS[Mirroring] = MIRRORING
DECLARED = bit(Declared)
VARYING = bit_named("Differential")
SPECTRAL = bit_named("Eigenvalues")
COMMUTING = ("Expm", "Logm", "Sqrtm", "MatrixFunction")  # functions of a matrix that are no powers
SEEN_IN_DEFINITIONS = VARYING | SPECTRAL | set_of(COMMUTING)
