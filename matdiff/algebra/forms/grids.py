"""Matrices of a few rows and columns of numbers: sums of unit vectors and of blocks as one table of entries."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from matdiff.algebra.constants import Constant, Identity, Ones
from matdiff.algebra.expr import Expr, Number, fact
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import UnitVector

Grid = tuple[tuple[Expr, ...], ...]  # the entries, row by row
MOST = 64  # entries of a matrix that is written entry by entry
ZERO, UNIT = Number(0), Number(1)


def grid(e: Expr) -> Grid | None:
    """The entries of a matrix that is made of scalars and constants; None of any other, and of large ones."""
    is_table = e.rows.number is not None and e.cols.number is not None
    return fact("grid", e, _grid, closed=(Named,)) if is_table else None


def _grid(e: Expr, below: list[Grid | None]) -> Grid | None:
    rows, cols = e.rows.number, e.cols.number
    if rows is None or cols is None or rows * cols > MOST:
        return None
    if e.is_scalar:
        return ((e,),)
    match e:
        case UnitVector(operands=(Number() as k,)):
            return tuple([(UNIT if i == k.value else ZERO,) for i in range(1, int(rows) + 1)])
        case Constant():
            one, other = (
                (UNIT, ZERO) if isinstance(e, Identity) else (UNIT, UNIT) if isinstance(e, Ones) else (ZERO, ZERO)
            )
            return tuple([tuple([one if i == j else other for j in range(int(cols))]) for i in range(int(rows))])
    known = [g for g in below if g is not None]
    return _of_operands(e, known) if known and len(known) == len(below) else None


def _of_operands(e: Expr, grids: list[Grid]) -> Grid | None:
    """The entries of an operation, given those of its operands."""
    first = grids[0]
    match e:
        case Transpose():
            return tuple(zip(*first, strict=True))
        case VerticalStack():
            return tuple(chain(*grids))
        case HorizontalStack():
            return tuple([tuple(chain(*rows)) for rows in zip(*grids, strict=True)])
        case Sum():
            return entry_by_entry(plus, *grids)
        case Hadamard():
            return entry_by_entry(times, *grids)
        case Scale():
            return entry_by_entry(lambda a: times(first[0][0], a), grids[1])
        case DiagonalMatrix():
            return tuple(
                [tuple([row[0] if i == j else ZERO for j in range(len(first))]) for i, row in enumerate(first)]
            )
        case Product():
            whole = first
            for other in grids[1:]:
                columns = tuple(zip(*other, strict=True))
                whole = tuple([tuple([plus(*map(times, row, column)) for column in columns]) for row in whole])
            return whole
        case Kronecker(operands=(_, _)):
            return tuple([tuple([times(a, b) for a in upper for b in lower]) for upper in first for lower in grids[1]])
        case _:
            return None


def entry_by_entry(operation: Callable[..., Expr], *grids: Grid) -> Grid:
    """An operation on the entries that stand in one place."""
    return tuple([tuple(map(operation, *rows)) for rows in zip(*grids, strict=True)])


def plus(*terms: Expr) -> Expr:
    """A sum of entries, most of which are 0."""
    kept = [t for t in terms if t is not ZERO]
    return Sum.of(*kept) if kept else ZERO


def times(*factors: Expr) -> Expr:
    """A product of entries, many of which are 0 or 1."""
    if ZERO in factors:
        return ZERO
    kept = [f for f in factors if f is not UNIT]
    return Hadamard.of(*kept) if kept else UNIT


def table(entries: Grid) -> Expr:
    """The matrix with these entries."""
    return VerticalStack.of(*[HorizontalStack.of(*row) for row in entries])
