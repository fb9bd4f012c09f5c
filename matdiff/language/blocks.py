"""The rules of typing for block matrices: [A, B; C, D], hstack(A, B), vstack(x, y)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.language.broadcasting import filled
from matdiff.language.scopes import ZEROS
from matdiff.language.syntax import Node, postorder
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, rule, special

Grid = list[list[Typed]]


@rule("block")
def type_block(attempt: Attempt, node: Node) -> Typed:
    """[A, B; C, D]; the parts are the blocks, the value says how many there are in each row"""
    ends = list(accumulate(node.value))
    cells = [part.typed for part in node.parts]
    for cell in cells if max(node.value) == 1 else []:
        if any(map(_is_of_a_number, postorder(cell.node))):
            _say_vectors(attempt, cell)
    return stacked(attempt, node, [cells[end - count : end] for end, count in zip(ends, node.value, strict=True)])


@rule("ARRAY")
def type_array(attempt: Attempt, node: Node) -> Typed:
    """[0.5, 1; 2, -3] of many numbers"""
    rows, counts = node.value, [len(row) for row in node.value]
    shape = size(len(rows)), size(counts[0])
    return attempt.typed(node, shape, (), lambda: made(counts, [Number(k) for row in rows for k in row]))


def _is_of_a_number(node: Node) -> bool:
    """Whether a node is a function of a number, as cos q₁ is."""
    return node.kind == "call" and len(node.parts) == 1 and node.parts[0].typed.is_scalar


def _say_vectors(attempt: Attempt, cell: Typed) -> None:
    """Notes that the l of [l cos q₁; l sin q₁] is a vector, which may be a number as well."""
    for leaf in postorder(cell.node):
        if leaf.kind == "symbol" and leaf.typed.guessed and leaf.typed.cols is ONE and leaf.typed.rows is not ONE:
            name = leaf.value[0]
            attempt.note(leaf, f"{name} is read as a vector; if it is a scalar, declare it: {name}: scalar")


@special("hstack", "vstack")
def type_stack(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """hstack(A, B) is [A, B], vstack(A, B) is [A; B]"""
    return stacked(attempt, node, [operands] if node.value == "hstack" else [[o] for o in operands])


def stacked(attempt: Attempt, node: Node, grid: Grid) -> Typed:
    """The rows below each other.  A number among matrices is a block of such entries: [A 0; 0 B], [X 1]."""
    aligned = len({len(row) for row in grid}) == 1
    heights = [extent(attempt, row, [cell.rows for cell in row if not is_number(cell)]) for row in grid]
    columns = list(zip(*grid, strict=True)) if aligned else []
    widths = [extent(attempt, column, [cell.cols for cell in column if not is_number(cell)]) for column in columns]
    pieces: Grid = []
    for height, row in zip(heights, grid, strict=True):
        wide = widths if aligned else [ONE if is_number(cell) else cell.cols for cell in row]
        pieces.append([fitted(attempt, node, *block) for block in zip(row, [height] * len(row), wide, strict=True)])
    total = attempt.sizes.total
    across = total(*[cell.cols for cell in pieces[0]])
    for row in pieces[1:]:
        if not aligned and not attempt.unify(across, total(*[cell.cols for cell in row])):
            raise attempt.clash(node, "the rows of blocks have different widths", pieces[0][0], row[0])
    counts = [len(row) for row in grid]
    shape = total(*[row[0].rows for row in pieces]), across
    return attempt.typed(node, shape, tuple(cell for row in pieces for cell in row), lambda *e: made(counts, e))


def is_number(cell: Typed) -> bool:
    """Whether a cell is nothing but a number, which fills a block."""
    return cell.number is not None


def extent(attempt: Attempt, line: Sequence[Typed], found: Sequence[Size]) -> Size:
    """The size that the blocks have in common, as the first one says; of numbers alone 1, or open for a block of 0."""
    if not found and any(attempt.assumed.get(id(cell.node)) == ZEROS for cell in line):
        return attempt.sizes.fresh()
    return found[0] if found else ONE


def fitted(attempt: Attempt, node: Node, cell: Typed, rows: Size, cols: Size) -> Typed:
    """A block with the size of its row and of its column."""
    if not is_number(cell):
        if (cell.rows is ONE) is not (rows is ONE) or not attempt.unify(cell.rows, rows):
            raise attempt.clash(node, f"{attempt.shown(cell)} does not have the height of its row", cell)
        if (cell.cols is ONE) is not (cols is ONE) or not attempt.unify(cell.cols, cols):
            raise attempt.clash(node, f"{attempt.shown(cell)} does not have the width of its column", cell)
        return cell
    if rows is ONE and cols is ONE:
        return cell

    def make(c: Expr) -> Expr:
        return filled(c, *[attempt.resolve(s, node, attempt.shown(cell)) for s in (rows, cols)])

    return attempt.typed(cell.node, (rows, cols), (cell,), make)


def made(counts: Sequence[int], cells: Sequence[Expr]) -> Expr:
    """The expression of a block matrix."""
    ends = accumulate(counts)
    rows = [HorizontalStack.of(*cells[end - count : end]) for end, count in zip(ends, counts, strict=True)]
    return VerticalStack.of(*rows)


@rule("row", "rows", "all")
def type_punctuation(attempt: Attempt, node: Node) -> None:
    """Read by what they stand in"""
