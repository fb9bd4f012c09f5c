"""What a piece of text means in one reading: its shape, and how to build its expression.

A reading is tried on shapes alone, which may still contain flexible sizes; only the reading that is
kept is built, when all sizes are known.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from matdiff.algebra.dims import ONE, Size, shape_text
from matdiff.errors import MatdiffError
from matdiff.language.sizes import flexible_names
from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.algebra.expr import Expr

Make = Callable[..., "Expr"]


class Misfit(Exception):
    """A reading breaks at a node: what is said of it, should no other reading do."""

    def __init__(self, node: Node, error: MatdiffError) -> None:
        super().__init__(error.message)
        self.node = node
        self.error = error


class Typed:
    """A typed piece of text.

    rows, cols  the shape
    operands    the typed pieces that it is made of; *make* builds its expression from theirs
    factors     of a product without brackets: its factors
    negated     of −A: A
    number      of a number: its value
    guessed     whether an undeclared symbol occurs in it
    of_numbers  whether it and all that it is made of are scalars
    has_two_axes  of an array in code: whether it has a second axis, which may be of length 1
    ones        of a number in code: how many axes of length 1 it has
    third       of an array with three axes, which code reduces before it ends: the length of the last one
    """

    guessed: bool
    of_numbers: bool

    __slots__ = (
        *("rows", "cols", "operands", "make", "node", "factors", "negated", "number"),
        *("has_two_axes", "ones", "third", "guessed", "of_numbers"),
    )

    def __init__(self, rows: Size, cols: Size, operands: tuple[Typed, ...], make: Make, node: Node) -> None:
        self.rows = rows
        self.cols = cols
        self.operands = operands
        self.make = make
        self.node = node
        self.factors: list[Typed] | None = None
        self.negated: Typed | None = None
        self.number: Fraction | None = None
        self.has_two_axes = False
        self.ones = 0
        self.third: Size | None = None
        self.guessed, self.of_numbers = False, rows is ONE and cols is ONE
        for operand in operands:
            self.guessed = self.guessed or operand.guessed
            self.of_numbers = self.of_numbers and operand.of_numbers

    @property
    def is_scalar(self) -> bool:
        return self.rows is ONE and self.cols is ONE and self.third is None


def described(rows: Size, cols: Size) -> str:
    """A shape in words; sizes that are not known are not shown."""
    if rows is ONE and cols is ONE:
        return "a scalar"
    open_sizes = flexible_names(rows) | flexible_names(cols)
    if cols is ONE:
        return "a vector" if open_sizes else f"a vector with {rows} rows"
    if rows is ONE:
        return "a row vector" if open_sizes else f"a row vector with {cols} columns"
    return "a matrix" if open_sizes else f"a matrix of size {shape_text((rows, cols))}"


def build(root: Typed) -> Expr:
    """The expression of a typed piece."""
    done: dict[int, Expr] = {}
    stack: list[tuple[Typed, bool]] = [(root, False)]
    while stack:
        piece, ready = stack.pop()
        if ready or not piece.operands:
            done[id(piece)] = piece.make(*[done[id(o)] for o in piece.operands])
        elif id(piece) not in done:
            stack.append((piece, True))
            stack.extend((o, False) for o in reversed(piece.operands) if id(o) not in done)
    return done[id(root)]


def is_vector(a: Typed) -> bool:
    """Whether a piece is a column with more than one row."""
    return a.cols is ONE and a.rows is not ONE
