"""Sets of classes, as ints with a bit for each: they are asked for at every node, and ints are fast."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from itertools import count
from operator import or_

Classes = int
Marks = tuple[Classes, Classes, bool]
MARKS: dict[type, Marks] = {}
OWN_WAYS = ("closed", "seen_through", "free_of", "kinds_of")
NAMED: dict[str, Classes] = {}  # by their names, since a law may speak of a class that has not been loaded
LETTERS = 64  # so many bits tell letters apart, as far as that goes; the others are those of classes
NEXT = count(LETTERS)  # which no two threads get the same of


def marks(kind: type) -> Marks:
    """The set of one class, with that of what it is to a law that asks for the like of it; the set of that class and of
    those that it is derived from, and whether it demands something; and whether all else is that of the operands."""
    own = bit_named(kind.__name__) | (MIRRORING if getattr(kind, "mirrors", False) else 0)
    bases, is_plain = set_of(base.__name__ for base in kind.__mro__), not any(getattr(kind, w, None) for w in OWN_WAYS)
    return MARKS.setdefault(kind, (own, bases | (DEMANDING if getattr(kind, "requires", "") else 0), is_plain))


def bit_named(name: str) -> Classes:
    """The set of the class of a name."""
    return NAMED.get(name) or NAMED.setdefault(name, 1 << next(NEXT))


def set_of(names: Iterable[str]) -> Classes:
    """The set of the classes of some names."""
    return reduce(or_, map(bit_named, names), 0)


def known_as(*kinds: type) -> Classes:
    """The set of some classes and of those that they are derived from."""
    return reduce(or_, [marks(kind)[1] for kind in kinds])


@cache
def names_in(kinds: Classes) -> frozenset[str]:
    """The names of the classes of a set, which are known by then, and of those that they are derived from."""
    found = [kind for kind, (own, *_) in list(MARKS.items()) if own & kinds == own]
    return frozenset(base.__name__ for kind in found for base in kind.__mro__)


def letters_in(kinds: Classes) -> Classes:
    """The bits of letters alone, and of a d."""
    return kinds & TELLING


class Declared:
    """Stands for a symbol or a member with declared properties, in what a law wants *among* the operands."""


def is_a(e: object, *names: str) -> bool:
    """Whether a thing is of a class of one of these names, which is loaded where there is one, but need not be."""
    return type(e).__name__ in names


class Mirroring:
    """Stands for an operator with f(A)ᵀ = f(Aᵀ), in the same place."""


class Alike:
    """Stands for two operands that have something in common, in what occurs *within* what a law applies to."""


MIRRORING = bit_named("Mirroring")
DEMANDING = bit_named("Demanding")  # of operators that say what they require
MARKS[Mirroring] = MIRRORING, MIRRORING, True
ALIKE = bit_named("Alike")
DECLARED, *_ = marks(Declared)
VARYING = bit_named("Differential")
TELLING = (1 << LETTERS) - 1 | VARYING
SPECTRAL = bit_named("Eigenvalues")
COMMUTING = ("Expm", "Logm", "Sqrtm", "MatrixFunction")  # functions of a matrix that are no powers
SEEN_IN_DEFINITIONS = VARYING | SPECTRAL | set_of(COMMUTING)
