"""Block matrices: matrices beside each other and on top of each other, [A, B; C, D]."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from matdiff.algebra.dims import ONE, Shape, Size, shape_text
from matdiff.algebra.expr import Data, Expr, flattened, rejoined
from matdiff.algebra.laws import Statement, of_a_line
from matdiff.algebra.notation import POSTFIX, SUM, Notation, Part, Slot, Style, call
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Sum, zero
from matdiff.algebra.operators.slices import Range, Slice
from matdiff.errors import ShapeError


class Blocks(Linear):
    """The base of the two ways to put blocks together."""

    linear = slice(None)

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        flat = flattened(cls, operands)
        return flat[0] if len(flat) == 1 else cls.make(flat)

    rebuild = rejoined


class HorizontalStack(Blocks):
    """[A, B, …]: matrices with equally many rows, one beside the other."""

    names = ("hstack",)
    shown = "A: m×n, B: m×p"
    stated = (shown, "A: m×n, B: m×p, C: m×q")

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (shared("rows", [o.rows for o in operands], operands), total([o.cols for o in operands]))

    def notation(self, style: Style) -> Notation:
        return between_brackets([self.operands], style)

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        return joined(np, values, -1)

    def lower(self, to: Any, *blocks: Any) -> Any:
        return to.stacked("cols", blocks, self.shape)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        return Slice.of(h, places([o.cols for o in self.operands])[place])

    def matrix_at(self, place: int) -> Expr:
        return placed([self.rows * o.cols for o in self.operands], place)


class VerticalStack(Blocks):
    """[A; B; …]: matrices with equally many columns, one on top of the other."""

    names = ("vstack",)
    shown = "A: m×n, B: p×n"
    stated = (shown, "A: m×n, B: p×n, C: q×n")

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (total([o.rows for o in operands]), shared("columns", [o.cols for o in operands], operands))

    def notation(self, style: Style) -> Notation:
        """[A; B], or vstack(Ax, By) where every row would be read as two blocks beside each other."""
        rows = [o.operands if isinstance(o, HorizontalStack) else (o,) for o in self.operands]
        clear = any(len(r) > 1 or is_closed(r[0], style) for r in rows)
        return between_brackets(rows, style) if clear or style.latex else call("vstack", self.operands, style)

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        return joined(np, values, -2)

    def lower(self, to: Any, *blocks: Any) -> Any:
        return to.stacked("rows", blocks, self.shape)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        return Slice.of(h, None, places([o.rows for o in self.operands])[place])

    def matrix_at(self, place: int) -> Expr:
        from matdiff.algebra.operators.kronecker import Kronecker
        from matdiff.algebra.operators.vectorisation import unit_matrix

        return Kronecker.of(unit_matrix(self.cols), placed([o.rows for o in self.operands], place))


def placed(extents: Sequence[Size], place: int) -> Expr:
    """[0; I; 0], which lays a block at its place among blocks with these numbers of rows."""
    from matdiff.algebra.operators.vectorisation import unit_matrix

    cols = extents[place]
    blocks = [unit_matrix(cols) if k == place else zero((rows, cols)) for k, rows in enumerate(extents)]
    return VerticalStack.of(*blocks)


def among_zeros(x: Expr, places: Range, rows: Size) -> Expr:
    """[0; x; 0], a vector in its places among so many rows."""
    above, below = [[zero((n, ONE))] * (n.number != 0) for n in (places[0] - ONE, rows - places[1])]
    return VerticalStack.of(*above, x, *below)


def shared(what: str, extents: Sequence[Size], operands: Sequence[Expr]) -> Size:
    """The size that all blocks have in common."""
    if not extents or any(e is not extents[0] for e in extents):
        shapes = " and ".join(shape_text(o.shape) for o in operands)
        raise ShapeError(f"blocks need equally many {what}: {shapes or 'there are none'}")
    return extents[0]


def total(extents: Sequence[Size]) -> Size:
    """The sum of sizes."""
    return reduce(add, extents)


def places(extents: Sequence[Size]) -> list[Range]:
    """The first and the last place of each block."""
    found, last = [], ONE - ONE
    for extent in extents:
        found.append((last + ONE, last + extent))
        last = last + extent
    return found


def alone(e: Expr, place: int) -> Expr:
    """The stack with nothing but the block at one place."""
    return e.rebuild(tuple([o if k == place else zero(o.shape) for k, o in enumerate(e.operands)]))


blocks_one_by_one = of_a_line(
    "[A B] = [A 0] + [0 B]",
    "tr(C*hstack(A, B)*D) = tr(C*hstack(A, zeros(m, p))*D) + tr(C*hstack(zeros(m, n), B)*D)",
    where="A: m x n; B: m x p; C: q x m; D: n+p x q",
    also=(
        Statement(
            "tr(C*vstack(A, B)*D) = tr(C*vstack(A, zeros(p, n))*D) + tr(C*vstack(zeros(m, n), B)*D)",
            "A: m x n; B: p x n; C: q x m+p; D: n x q",
        ),
        Statement(
            "C*hstack(A, B) = C*hstack(A, zeros(m, p)) + C*hstack(zeros(m, n), B)", "A: m x n; B: m x p; C: q x m"
        ),
        Statement(
            "C*vstack(A, B) = C*vstack(A, zeros(p, n)) + C*vstack(zeros(m, n), B)", "A: m x n; B: p x n; C: q x m+p"
        ),
        Statement(
            "C*vec(hstack(A, B)) = C*vec(hstack(A, zeros(m, p))) + C*vec(hstack(zeros(m, n), B))",
            "A: m x n; B: m x p; C: q x m*n+m*p",
        ),
        Statement(
            "C*vec(vstack(A, B)) = C*vec(vstack(A, zeros(p, n))) + C*vec(vstack(zeros(m, n), B))",
            "A: m x n; B: p x n; C: q x m*n+p*n",
        ),
    ),
    name="blocks_one_by_one",
)


def joined(np: Any, values: Sequence[Any], axis: int) -> Any:
    """Arrays joined along an axis, those before the last two broadcast."""
    lead = np.broadcast_shapes(*[v.shape[:-2] for v in values])
    return np.concatenate([np.broadcast_to(v, (*lead, *v.shape[-2:])) for v in values], axis=axis)


def is_closed(e: Expr, style: Style) -> bool:
    """Whether the text of a block has no gaps between factors."""
    terms = e.operands if isinstance(e, Sum) else (e,)
    shown = [-t if t.leading_number < 0 else t for t in terms]
    return all(isinstance(t, VerticalStack) or t.notation(style).level >= POSTFIX for t in shown)


def between_brackets(rows: Sequence[Sequence[Expr]], style: Style) -> Notation:
    """[A, B; C, D]"""
    parts: list[Part] = [style.pick("[", r"\begin{bmatrix} ")]
    for k, row in enumerate(rows):
        parts += [style.pick("; ", r" \\ ")] * (k > 0)
        for j, block in enumerate(row):
            parts += [style.pick(", ", " & ")] * (j > 0) + [Slot(block, SUM)]
    return Notation((*parts, style.pick("]", r" \end{bmatrix}")))
