"""Comparisons of arrays, as arrays of 0 and 1, and what is chosen by them: np.where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.activations import Step
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import Hadamard, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import Entry
from matdiff.algebra.operators.triangles import LowerTriangle, UpperTriangle
from matdiff.algebra.walks import fold
from matdiff.recording.arrays import FUNCTIONS, METHODS, UFUNCS, Traced, as_traced, function, lift, refuse, ufunc
from matdiff.recording.operations import entrywise, multiply, plus, subtract
from matdiff.recording.shapes import Lengths, broadcast, is_repeated, repeated, shape_of, spread

Comparison = tuple[Expr, str, Expr]


class Mask(Traced):
    """An array of 0 and 1; of one entry the comparison that it stands for is known."""

    __slots__ = ("compared",)

    def __init__(self, expr: Expr, lengths: Lengths, compared: Comparison | None = None) -> None:
        super().__init__(expr, lengths)
        self.compared = compared if not lengths else None


# ---- comparisons --------------------------------------------------------------------------------------


def positive(e: Expr) -> Expr:
    """1 where an entry is positive."""
    return Step(e)


def opposite(e: Expr) -> Expr:
    """1 − A: of 0 and 1 the other one."""
    return plus(repeated(Number(1), e.shape), -e)


@ufunc("greater")
def greater(a: Traced, b: Traced) -> Traced:
    if is_binary(a.expr) and b.expr.number is not None:
        return equal_to_number(a, int(b.expr.number < 1)) if 0 <= b.expr.number < 1 else refuse("this comparison")
    difference = subtract(a, b)
    return Mask(positive(difference.expr), difference.lengths, (b.expr, "<", a.expr))


@ufunc("less")
def less(a: Traced, b: Traced) -> Traced:
    return greater(b, a)


@ufunc("less_equal")
def less_equal(a: Traced, b: Traced) -> Traced:
    return Mask(opposite(greater(a, b).expr), broadcast(a.lengths, b.lengths), (a.expr, "≤", b.expr))


@ufunc("greater_equal")
def greater_equal(a: Traced, b: Traced) -> Traced:
    return less_equal(b, a)


@ufunc("equal")
def equal(a: Traced, b: Traced) -> Traced:
    for x, y in ((a, b), (b, a)):
        if is_binary(x.expr) and y.expr.number in (0, 1):
            return equal_to_number(x, int(y.expr.number))
    difference = subtract(a, b)
    apart = plus(positive(difference.expr), positive(-difference.expr))
    return Mask(opposite(apart), difference.lengths)


def equal_to_number(a: Traced, value: int) -> Traced:
    """Where an array of 0 and 1 has one of them."""
    return Mask(a.expr if value else opposite(a.expr), a.lengths)


@ufunc("not_equal")
def not_equal(a: Traced, b: Traced) -> Traced:
    return logical_not(equal(a, b))


@ufunc("logical_not", "bitwise_not", "invert")
def logical_not(a: Traced) -> Traced:
    return Mask(opposite(require_mask(a).expr), a.lengths)


@ufunc("logical_and", "bitwise_and")
def logical_and(a: Traced, b: Traced) -> Traced:
    found = multiply(require_mask(a), require_mask(b))
    return Mask(found.expr, found.lengths)


@ufunc("logical_or", "bitwise_or")
def logical_or(a: Traced, b: Traced) -> Traced:
    return logical_not(logical_and(logical_not(a), logical_not(b)))


def require_mask(a: Traced) -> Traced:
    """Raises UnsupportedError for what is not known to have the entries 0 and 1."""
    return a if isinstance(a, Mask) or is_binary(a.expr) else refuse("logic on arrays of numbers", "Write a > 0.")


def is_binary(e: Expr) -> bool:
    """Whether an expression has, by its form, the entries 0 and 1 alone."""
    return fold(e, _is_binary)


def _is_binary(node: Expr, *known: bool) -> bool:
    if isinstance(node, (Step, Ones, Zeros, Identity)) or node.number in (0, 1):
        return True
    if isinstance(node, (Entry, Row, Column)):
        return known[0]
    if isinstance(node, Sum) and len(known) == 2:  # 1 − A
        return node.operands[0] is repeated(Number(1), node.shape) and is_negated(node.operands[1])
    return isinstance(node, THROUGH) and all(known)


def is_negated(e: Expr) -> bool:
    """Whether an expression is −A for an A of 0 and 1."""
    return (
        isinstance(e, (Scale, Hadamard))
        and len(e.operands) == 2
        and e.operands[0].number == -1
        and is_binary(e.operands[1])
    )


THROUGH = (
    *(LowerTriangle, UpperTriangle, Transpose, Hadamard, DiagonalMatrix, DiagonalVector),
    *(VerticalStack, HorizontalStack, Slice, Named),
)


# ---- choices --------------------------------------------------------------------------------------------


@function("where")
def where(condition: Any, x: Any = None, y: Any = None) -> Traced:
    """A where the condition holds, else B: M ⊙ A + (1 − M) ⊙ B."""
    if x is None or y is None:
        refuse("np.where with one argument", "Write np.where(condition, a, b).")
    mask = lift(condition)
    if mask.ndim < 3:
        require_mask(mask)
    if infinite(x) or infinite(y):
        kept = mask if infinite(y) else logical_not(mask)
        return as_traced(FUNCTIONS["masked"](x if infinite(y) else y, kept))
    a, b = lift(x), lift(y)
    if any(part.ndim > 2 for part in (mask, a, b)):
        return as_traced(FUNCTIONS["entrywise of members"](where, [mask, a, b]))
    if isinstance(mask, Mask) and mask.compared is not None:
        left, relation, right = mask.compared
        return entrywise(lambda p, q: Piecewise(left, relation, right, p, q), a, b)
    return chosen(mask, a, b)


def chosen(mask: Traced, a: Traced, b: Traced) -> Traced:
    """M ⊙ A + (1 − M) ⊙ B"""
    parts = [multiply(m, part) for m, part in ((mask, a), (Mask(opposite(mask.expr), mask.lengths), b))]
    kept = [p for p, part in zip(parts, (a, b), strict=True) if not is_repeated(part.expr, 0)]
    lengths = broadcast(mask.lengths, a.lengths, b.lengths)
    if not kept:
        return Traced(repeated(Number(0), shape_of(lengths)), lengths)
    whole = kept[0] if len(kept) == 1 else UFUNCS["add"](*kept)
    return Traced(spread(whole.expr, whole.lengths, lengths), lengths)


def infinite(value: Any) -> bool:
    """Whether a value is −∞, as in scores that a softmax is to leave out."""
    return isinstance(value, float) and value == float("-inf")


# ---- softmax over some of the entries ------------------------------------------------------------------


class Masked(Traced):
    """A, with −∞ where the mask is 0: for exp, softmax and logsumexp alone."""

    __slots__ = ("finite", "kept")

    def __init__(self, finite: Traced, kept: Traced) -> None:
        self.finite, self.kept = finite, kept
        self.lengths = broadcast(finite.lengths, kept.lengths)
        self.sharing = []
        self.part_of = None

    def __getattr__(self, name: str) -> Any:
        if name == "expr":
            refuse("the number -inf", "It is for a softmax or np.exp: -inf is where nothing is counted.")
        return super().__getattr__(name)


class Selected(Traced):
    """X[mask], entries whose number depends on values: operations go on entry by entry, until they are summed up."""

    __slots__ = ("mask", "whole")

    def __init__(self, whole: Traced, mask: Traced) -> None:
        if whole.lengths != mask.lengths:
            refuse("the rows that a mask takes", "Write np.sum(mask[:, None] * X).")
        self.whole, self.mask = whole, mask
        self.lengths = whole.lengths
        self.sharing = []
        self.part_of = None

    def __getattr__(self, name: str) -> Any:
        if name == "expr":
            refuse("an array of the entries that a mask takes", "Write np.sum(mask * x); np.sum(mask) is their number.")
        return super().__getattr__(name)

    @property
    def shape(self) -> Any:
        return refuse("the number of entries that a mask takes", "np.sum(mask) is their number.")

    @property
    def size(self) -> Any:
        return UFUNCS["count of mask"](self.mask)


def of_selected(operation: Callable[..., Traced], arrays: Sequence[Traced]) -> Traced:
    """An operation on entries that one mask takes, and on numbers."""
    chosen_ones = [a for a in arrays if isinstance(a, Selected)]
    mask = chosen_ones[0].mask
    if any(a.mask.expr is not mask.expr for a in chosen_ones) or any(
        a.ndim for a in arrays if not isinstance(a, Selected)
    ):
        refuse("an operation on entries that different masks take")
    return Selected(operation(*[a.whole if isinstance(a, Selected) else a for a in arrays]), mask)


FUNCTIONS["entrywise of selected"] = of_selected
FUNCTIONS["selected"] = Selected
FUNCTIONS["masked"] = lambda a, kept: Masked(lift(a), kept)
METHODS["masked_fill"] = lambda a, mask, value: where(mask, value, a)
