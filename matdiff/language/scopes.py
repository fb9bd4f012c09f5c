"""What a name can be bound to: the index of a sum, or a symbol with the ways in which it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from matdiff.algebra.dims import Size
from matdiff.language.declared import Declaration
from matdiff.opening import ByNeed
from matdiff.records import NamedTuple


class Binder:
    """The index of a sum or of the steps of a recurrence; *last* is its written range.

    first   where it starts in the text; it is counted from 1, and stands in the text for so much more
    bare    marks a sum that names no index
    value   the number that stands for it, where the steps are written out
    owner   the recurrence whose steps it numbers
    """

    __slots__ = ("bare", "binder", "first", "last", "name", "offset", "owner", "used", "value")

    def __init__(self, name: str, last: Size | None, bare: bool = False, first: int = 1) -> None:
        self.name = name
        self.first = first
        self.last = last
        self.bare = bare
        self.used = False
        self.value: int | None = None
        self.owner: object = None
        self.binder, self.offset = self, 0  # as of k + 1, which is so much more than another one


class Shifted(NamedTuple):
    """An index and a whole number more or less: k + 1."""

    binder: Binder
    offset: int


class Place(NamedTuple):
    """A fixed place among the entries, x[2] and x[n], or a range of them: x[1:3], and x[:] when both ends are open.

    *digits* is how a place of a matrix may be written: A_{12} is A[1, 2].
    *in_steps* says that it numbers what every step has: the L of W_L, where z_l = W_l a_{l-1}.
    """

    first: Size | None = None
    last: Size | None = None
    digits: str = ""
    in_steps: bool = False

    @property
    def single(self) -> Size | None:
        """The place, unless it is a range."""
        return self.first if self.last is None else None


class Fixed(NamedTuple):
    """A constant index, which no sum binds, as y in z_y; or a class label, a member of a family, as y_i in w_{y_i}."""

    name: str
    indices: tuple[Binder | Shifted | Fixed, ...] = ()


Position = Binder | Shifted | Place | Fixed
Scope = dict[str, Position]
ZEROS = "zeros"  # how a 0 is read that fills a block of as many rows and columns as the others leave
BARE = ""  # the key of the innermost sum without an index


class Name:
    """A symbol of the text: its declaration, and how it is used."""

    __slots__ = ("declared", "in_sums", "indexed", "is_index", "is_shifted", "name", "places", "plain", "uses", "whole")

    def __init__(self, name: str, declared: Declaration | None) -> None:
        self.name = name
        self.declared = declared
        self.indexed = 0  # the number of indices that it is used with
        self.plain = False  # used without an index
        self.in_sums = True  # used only inside sums without an index
        self.is_index = False  # says which entry or member is meant
        self.whole = ""  # the matrix whose rows or columns its members are: W of w_k
        self.is_shifted = False  # occurs with an index and a number more or less, or in steps that are written out
        self.places: list[Place] = []  # the numbers with which it stands beside x_i: x_1
        self.uses: dict[int, list[Binder | Shifted]] = {}  # for every place of an index, the indices in it

    @property
    def is_family(self) -> bool:
        """Whether the symbol stands for several: declared with an index, or always used with one."""
        if self.declared:
            return bool(self.declared.indices)
        return self.indexed > 0 and not self.plain

    @property
    def last_places(self) -> list[Size]:
        """The T of x_T beside x_t."""
        return [place.first for place in self.places if place.first is not None and place.first.number is None]

    @property
    def has_ends(self) -> bool:
        """Whether its indices are written with different ends, as in ∑_{i=1}^{n−1} ∑_{j=1}^n of xᵢ and xⱼ."""
        ends = [{use.last for use in uses if isinstance(use, Binder) and use.last} for uses in self.uses.values()]
        return any(len(e) > 1 and all((a - b).number is not None for a in e for b in e) for e in ends)

    def note(self, indices: Iterable[Position]) -> None:
        """An occurrence with indices."""
        for place, index in enumerate(indices):
            if not isinstance(index, (Place, Fixed)):
                self.uses.setdefault(place, []).append(index)
                self.is_shifted = self.is_shifted or isinstance(index, Shifted) or index.value is not None


# ---- indices around the body of a definition -----------------------------------------------------------


def outer_key(letter: str) -> str:
    """The key of an index around a call: the body that is substituted there cannot name it."""
    return f"({letter})"


def fresh_letter(letter: str, scope: Scope, spelt: Iterable[str]) -> str:
    """What an index of a body is called: its letter, unless an index around the call has it."""
    taken = {index.binder.name for index in scope.values() if isinstance(index, (Binder, Shifted))}
    if letter not in taken:
        return letter
    return next((i for i in "ijklmnpqrstuv" if i not in taken and i not in set(spelt)), f"{letter}{len(taken)}")


Handler = Callable[[Any, Any, Scope], Scope | None]  # of what is bound, a node and the names around it
HANDLERS: ByNeed[Handler] = ByNeed()
resolves = HANDLERS.declares  # how the names in nodes of these kinds are resolved
