"""Sides that are said to be equal: what they have come to, and one of them that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, Symbol, replace, symbols
from matdiff.algebra.operators.products import zero
from matdiff.algebra.operators.sums import Entry, Member
from matdiff.errors import MatdiffError
from matdiff.language.names import named
from matdiff.records import NamedTuple
from matdiff.review.filling import Origin
from matdiff.review.operators import with_increments

if TYPE_CHECKING:
    from matdiff.review.neighbours import Inside
    from matdiff.review.scope import Scope

BARE = (Symbol, Number, Entry)
INCREMENT = r"(?<![A-Za-z_])d\((?![^()]*,)"  # d(X), and no distance d(x, y)


class Fault(NamedTuple):
    """A side that is wrong: its text, its value where it has one, and what it should be."""

    side: str
    value: Expr | None
    truth: Expr
    error: MatdiffError | None
    is_derivative: bool
    is_equation: bool = False
    line: str = ""
    origin: Origin | None = None  # of a derivative
    left: str = ""  # of an equation, its first side
    follows: Callable[[Expr], bool] | None = None  # whether the equation with another first side follows from the text
    kind: str = ""  # of the slip, where that is known, and
    why: str = ""  # what a tutor would say of it
    inside: Inside | None = None  # of a derivative that is taken away from the ends
    apart: Mapping[Expr, Expr] = MappingProxyType({})  # letters for the u_o that are none of those of a sum


class Chain:
    """What a chain of equal sides has come to: the value as it should be, and the last one as it stands."""

    def __init__(self, truth: Expr, is_derivative: bool = False, is_line: bool = True) -> None:
        self.truth = truth
        self.line = 0  # the number of the line in which it begins
        self.defines = ""  # the name that is defined by it
        self.first = ""  # the side that it begins with, as it is written
        self.stated = truth
        self.is_derivative = is_derivative
        self.is_line = is_line  # whether it begins with a derivative, a differential or a definition
        self.is_equation = False
        self.is_identity = False  # whether sides were proved equal whatever their letters are
        self.is_jacobian = False
        self.origin: Origin | None = None
        self.inside: Inside | None = None  # the index of a derivative whose sides have neighbours of a member
        self.is_told = False  # whether a line said already what the origin comes to

    def ends_in(self, value: Expr) -> bool:
        """Whether an identity ends in what it is said to be, as in w'w = ‖w‖² = 1."""
        inside = {*symbols(self.truth)}
        is_bare = not self.is_line and isinstance(value, BARE) and bool(inside)
        return is_bare or (self.is_identity and {*symbols(value)} != inside)

    def is_no_number(self, value: Expr) -> bool:
        """Whether a matrix stands for a number, whatever its letters are: A : B = vec(A) vec(B)ᵀ, df/db = Xw + b1."""
        sizes = {name for s in symbols(value) if s.name.isupper() for size in s.shape for name in size.names()}
        is_matrix = value.shape != SCALAR and all(size.names() <= sizes for size in value.shape)
        return (self.is_identity or self.is_derivative) and self.truth.shape == SCALAR and is_matrix


def increments(e: Expr) -> list[Symbol]:
    """The symbols dX in an expression."""
    return [s for s in symbols(e) if s.name[0] == "d" and len(s.name) > 1]


def scaled(e: Expr, factor: int, by: Collection[str] | None = None) -> Expr:
    """An expression with a multiple of every dX, and of the members dxᵢ of a family, or of those of the names *by*."""
    own = {s for s in increments(e) if by is None or named(s.name[1:]) in by}

    def multiple(node: Expr) -> Expr | None:
        is_own = node.operands[0] in own if isinstance(node, Member) else node in own
        return (node * factor if factor else zero(node.shape)) if is_own else None

    return replace(e, multiple)


def has_increments(side: str, scope: Scope) -> bool:
    """Whether dX or d(…) stands in a side, where d is no name."""
    return "d" not in scope.given and re.search(INCREMENT, with_increments(side, scope.names())) is not None
