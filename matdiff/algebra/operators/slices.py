"""Parts of a matrix by their places, counted from 1: a row, a column, a block of consecutive rows and columns.

What takes them out of a trace is made of rows and columns of the identity, e₂ and I[:, 1:3].
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Shape, Size, shape_text
from matdiff.algebra.expr import Data, Expr, Index, Number, Symbol
from matdiff.algebra.notation import ATOM, SUM, Notation, Part, Slot, Style
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.sums import Entry, Member, UnitVector, unit
from matdiff.errors import ShapeError

Range = tuple[Size, Size]  # the first and the last place


class Row(Linear):
    """A[i, :], a row of a matrix; operands: the matrix and the index."""

    shown = "A: m×n, i=1..m"

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (ONE, operands[0].cols)

    def notation(self, style: Style) -> Notation:
        a, i = self.operands
        return Notation((Slot(a, ATOM), style.pick("[", "_{"), Slot(i, SUM), ", :", style.pick("]", "}")))

    def lower(self, to: Any, a: Any, place: Any) -> Any:
        return to.taken(a, "rows", self.operands[1])

    def instance(self, operands: tuple[Expr, ...], data: Data) -> Expr:
        a, i = operands
        return Entry(a, i) if a.cols is ONE else Row(a, i)

    def adjoint(self, h: Expr) -> Expr:
        a, i = self.operands
        return Product.of(h, Transpose(UnitVector(i, a.rows)))

    def matrix(self) -> Expr:
        from matdiff.algebra.operators.kronecker import Kronecker
        from matdiff.algebra.operators.vectorisation import unit_matrix

        a, i = self.operands
        chosen = unit(i, a.rows)
        return Kronecker.of(unit_matrix(a.cols), chosen if chosen.is_scalar else Transpose(chosen))


class Column(Linear):
    """A[:, j], a column of a matrix; operands: the matrix and the index."""

    shown = "A: m×n, j=1..n"

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (operands[0].rows, ONE)

    def notation(self, style: Style) -> Notation:
        a, j = self.operands
        return Notation((Slot(a, ATOM), style.pick("[:, ", "_{:, "), Slot(j, SUM), style.pick("]", "}")))

    def lower(self, to: Any, a: Any, place: Any) -> Any:
        return to.taken(a, "cols", self.operands[1])

    def instance(self, operands: tuple[Expr, ...], data: Data) -> Expr:
        a, j = operands
        return Entry(a, Number(1), j) if a.rows is ONE else Column(a, j)

    def adjoint(self, h: Expr) -> Expr:
        a, j = self.operands
        return Product.of(UnitVector(j, a.cols), h)

    def matrix(self) -> Expr:
        from matdiff.algebra.operators.kronecker import Kronecker
        from matdiff.algebra.operators.vectorisation import unit_matrix

        a, j = self.operands
        chosen = unit(j, a.cols)
        return Kronecker.of(chosen if chosen.is_scalar else Transpose(chosen), unit_matrix(a.rows))


class Slice(Linear):
    """A[1:3, 2:n], consecutive rows and columns of a matrix; data: the first and the last row, and column."""

    shown = "A: m×n; 1, k, 1, l"
    stated = ("A: k+l+m×n+p+q; k+1, k+l, q+1, q+p", "x: k+l+m×1; k+1, k+l, 1, 1")

    def __new__(cls, a: Expr, rows: Range, cols: Range) -> Expr:  # type: ignore[misc]
        return cls.make((a,), (*rows, *cols))

    @classmethod
    def of(cls, a: Expr, rows: Range | None = None, cols: Range | None = None) -> Expr:  # type: ignore[override]
        """Some rows and columns, or all; a row, a column or an entry is a node of its own."""
        rows, cols = rows or (ONE, a.rows), cols or (ONE, a.cols)
        one_row, one_column = (first is last and first.number is not None for first, last in (rows, cols))
        one_row, one_column = one_row and a.rows is not ONE, one_column and a.cols is not ONE
        if one_row and (one_column or a.cols is ONE):
            return Entry(a, *[Number(r[0].number or 1) for r in (rows, cols)[: 1 + one_column]])
        if one_column and a.rows is ONE:
            return Entry(a, Number(1), Number(cols[0].number or 1))
        if one_row:
            return cls.of(Row(a, Number(rows[0].number or 1)), None, cols)
        if one_column:
            return cls.of(Column(a, Number(cols[0].number or 1)), rows)
        return a if (*rows, *cols) == (ONE, a.rows, ONE, a.cols) else cls(a, rows, cols)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        shape = data[1] - data[0] + ONE, data[3] - data[2] + ONE
        for length, extent, last in zip(shape, operands[0].shape, data[1::2], strict=True):
            beyond = last.number is not None and extent.number is not None and last.number > extent.number
            if beyond or (length.number is not None and length.number < 1):
                raise ShapeError(f"{shape_text(operands[0].shape)} has no slice that ends at {last}")
        return shape

    def instance(self, operands: tuple[Expr, ...], data: Data) -> Expr:
        return self.of(operands[0], data[:2], data[2:])

    @property
    def ranges(self) -> tuple[Range, Range]:
        """The rows and the columns."""
        first, last, left, right = self.data
        return (first, last), (left, right)

    def notation(self, style: Style) -> Notation:
        a = self.operands[0]
        parts: list[Part] = [Slot(a, ATOM), style.pick("[", "_{")]
        for k, ((first, last), extent) in enumerate(zip(self.ranges, a.shape, strict=True)):
            if k and a.cols is ONE:
                break
            shown = ":" if first is ONE and last is extent else f"{first}:{last}".replace(" ", "")
            parts += [", "] * k + [shown]
        return Notation((*parts, style.pick("]", "}")))

    @staticmethod
    def numpy(np: Any, a: Any, *places: int) -> Any:
        first, last, left, right = places
        if not (1 <= first <= last <= a.shape[-2] and 1 <= left <= right <= a.shape[-1]):
            raise ShapeError(f"there is no slice {first}:{last}, {left}:{right} of {a.shape[-2]}×{a.shape[-1]}")
        return a[..., first - 1 : last, left - 1 : right]

    def lower(self, to: Any, a: Any) -> Any:
        for side, (first, last), extent in zip(("rows", "cols"), self.ranges, self.operands[0].shape, strict=True):
            if extent is not ONE and (first, last) != (ONE, extent):
                a = to.between(a, side, first - ONE, last)
        return a

    def form(self) -> int:
        return 1 if self.operands[0].cols is ONE else 0

    def adjoint(self, h: Expr) -> Expr:
        a = self.operands[0]
        rows, cols = self.ranges
        left = (Slice.of(Identity(a.cols), None, cols),) if cols != (ONE, a.cols) else ()
        right = (Slice.of(Identity(a.rows), rows),) if rows != (ONE, a.rows) else ()
        return Product.of(*left, h, *right)

    def matrix(self) -> Expr:
        from matdiff.algebra.operators.kronecker import Kronecker

        a = self.operands[0]
        rows, cols = self.ranges
        return Kronecker.of(chosen_rows(a.cols, cols), chosen_rows(a.rows, rows))


def chosen_rows(extent: Size, chosen: Range) -> Expr:
    """I[1:k, :], which takes rows out of a matrix, or I where they are all."""
    from matdiff.algebra.operators.vectorisation import unit_matrix

    return unit_matrix(extent) if chosen == (ONE, extent) else Slice.of(Identity(extent), chosen)


# ---- constant indices: z[y], W[y[i], :] ------------------------------------------------------------


def counted(node: Expr) -> tuple[tuple[Size, Expr], ...]:
    """How many entries, rows, columns or members there are of which a node takes one, and which it takes.

    An index that is compared with another one has the same range.
    """
    from matdiff.algebra.operators.piecewise import Piecewise

    extents: tuple[Size, ...]
    match node:
        case Entry(operands=(a, *places)):
            extents = a.shape
        case Row(operands=(a, *places)):
            extents = (a.rows,)
        case Column(operands=(a, *places)):
            extents = (a.cols,)
        case UnitVector(operands=places):
            extents = (node.rows,)
        case Member(operands=(Symbol() as family, *places)):
            extents = family.ranges
        case Piecewise(operands=(Index() as i, label, *_)) | Piecewise(operands=(label, Index() as i, *_)):
            return ((i.last, label),)
        case _:
            return ()
    return tuple(zip(extents, places, strict=False))


def index_ranges(nodes: Iterable[Expr]) -> dict[Symbol, tuple[Size, ...]]:
    """What the symbols that are indices run to: the numbers of what they count."""
    found: dict[Symbol, tuple[Size, ...]] = {}
    for extent, place in (pair for node in nodes for pair in counted(node)):
        symbol = place.operands[0] if isinstance(place, (Entry, Member)) else place
        if isinstance(symbol, Symbol) and INDEX in symbol.properties:
            found[symbol] = tuple(dict.fromkeys((*found.get(symbol, ()), extent)))
    return found
