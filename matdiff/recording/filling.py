"""Arrays that a loop over a symbolic length fills: out[i] = v, out[i, j] += v, h[t + 1] = f(h[t]).

While the loop runs, the array is one with a new block at the place of the index.  When it is over, the blocks of all
rounds stand in it: a family of what does not depend on the array, the states of a recurrence where a round reads the
block of the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from matdiff.algebra.dims import Shape, Size
from matdiff.algebra.expr import Data, Expr, Index, postorder
from matdiff.algebra.notation import Notation, Style
from matdiff.algebra.operators.recurrence import place_parts
from matdiff.recording.keys import Chosen, Range

Keys = tuple[Expr | Range, ...]


class Filled(Expr):
    """An array with another block; operands: the array and the block; data: the places of the block on every axis."""

    def __new__(cls, whole: Expr, block: Expr, keys: Keys) -> Self:
        if isinstance(whole, Filled) and whole.keys == keys:
            whole = whole.operands[0]
        return cls.make((whole, block), keys)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return operands[0].shape

    @classmethod
    def free_of(cls, operands: tuple[Expr, ...], data: Data) -> frozenset[Index]:
        return frozenset[Index]().union(*(e.free for e in (*operands, *data) if isinstance(e, Expr)))

    @property
    def keys(self) -> Keys:
        return self.data

    def notation(self, style: Style) -> Notation:
        return Notation(("an array that is being filled",))


def read(e: Expr, found: Sequence[Chosen]) -> Expr:
    """The array without the blocks that stand elsewhere than at some places."""
    while isinstance(e, Filled) and any(map(apart, e.keys, found)):
        e = e.operands[0]
    return e


def apart(one: Any, other: Any) -> bool:
    """Whether two places of an axis differ in every round."""
    if isinstance(one, Expr) and isinstance(other, Expr):
        (i, a), (j, b) = place_parts(one), place_parts(other)
        return i is j and (a - b).number not in (None, 0)
    if isinstance(one, Expr) and isinstance(other, Size):
        _, after = place_parts(one)
        ahead = (after - other).number
        return ahead is not None and ahead > 0
    if isinstance(one, Range) and isinstance(other, Range):
        gaps = [(b.first - a.last).number for a, b in ((one, other), (other, one))]
        return any(gap is not None and gap >= 0 for gap in gaps)
    return False


def is_filled(e: Expr) -> bool:
    """Whether an expression has an array in it that is being filled."""
    return any(isinstance(node, Filled) for node in postorder(e))
