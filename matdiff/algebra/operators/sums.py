"""Sums over entries and over an index; families, their members, entries and unit vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE, SCALAR, Shape, Size, shape_text, size
from matdiff.algebra.expr import OPERATORS, Data, Expr, Index, Number, Operator, Symbol, postorder, replace
from matdiff.algebra.kinds import DECLARED, Classes, is_a
from matdiff.algebra.laws import differential
from matdiff.algebra.notation import ASCII, ATOM, SUM, TERM, Notation, Part, Slot, Style, name_text
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Product, Scale, Transpose
from matdiff.errors import ShapeError


class SumOfEntries(Linear):
    """sum(A) = 1ᵀA1, the sum of all entries."""

    names = ("sum",)
    signature = "m×n → 1×1"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sum(a, axis=(-2, -1), keepdims=True)

    def lower(self, to: Any, a: Any) -> Any:
        return to.total(a)

    def adjoint(self, h: Expr) -> Expr:
        rows, cols = self.operands[0].shape
        if self.operands[0].is_scalar:
            return h
        return Scale.of(h, Transpose(Ones(rows)) if cols is ONE else Ones(cols, rows))

    def matrix(self) -> Expr:
        a = self.operands[0]
        return Number(1) if a.is_scalar else Transpose(Ones(a.rows * a.cols))


def as_product_with_ones(a: Expr) -> Expr:
    """sum(A) as 1ᵀA1."""
    left = () if a.rows is ONE else (Transpose(Ones(a.rows)),)
    right = () if a.cols is ONE else (Ones(a.cols),)
    return Product.of(*left, a, *right)


class IndexedSum(Operator):
    """∑ᵢ of a body over an index; data: the index."""

    @property
    def open_ended(self) -> bool:
        return True

    def __new__(cls, body: Expr, index: Index) -> Expr:  # type: ignore[misc]
        return cls.make((body,), (index,))

    @classmethod
    def sample(cls, shown: str = "") -> IndexedSum:
        member = Member.sample()
        return cls.make((member,), member.operands[1:])

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return operands[0].shape

    @classmethod
    def free_of(cls, operands: tuple[Expr, ...], data: Data) -> frozenset[Index]:
        return operands[0].free - {data[0]}

    @property
    def index(self) -> Index:
        index: Index = self.data[0]
        return index

    def notation(self, style: Style) -> Notation:
        return written_out(style.pick("∑", r"\sum"), self.index, terms(self.operands[0], self.index), style)

    def lower(self, to: Any, body: Any) -> Any:
        return to.over(body, self.index)

    @differential(
        "differential_of_indexed_sum", "d(sum(i=1..N, x[i])) = sum(i=1..N, d(x[i]))", title="d Σᵢ", where="x[i=1..N]: n"
    )
    def d(self: Expr, da: Expr) -> Expr:
        return IndexedSum(da, self.data[0])


Condition = tuple[Expr, str, Expr]


def terms(body: Expr, index: Index, neutral: int = 0) -> tuple[list[Condition], Expr]:
    """The conditions on indices under which a sum, or a product, has a term, and the term."""
    conditions: list[Condition] = []
    if not is_a(body, "Piecewise"):
        return conditions, body
    from matdiff.algebra.operators.piecewise import Piecewise, is_label, is_number

    while isinstance(body, Piecewise) and index in body.free and all(map(is_number, body.operands[:2])):
        left, relation, right = body.compared
        if not (body.operands[3].number == neutral or (not neutral and body.is_restriction)):
            break
        exchanged = (
            is_label(right) or left.number is not None if relation == "=" else relation == "≠" and right is index
        )
        conditions.append((right, relation, left) if exchanged else (left, relation, right))
        body = body.operands[2]
    return conditions, body


def compared(left: Expr, relation: str, right: Expr, style: Style) -> tuple[Part, ...]:
    """A condition as it is written."""
    from matdiff.algebra.operators.piecewise import comparison

    return comparison(left, relation, right, style)


def written_out(sign: str, index: Index, found: tuple[list[Condition], Expr], style: Style) -> Notation:
    """∑_{j=1, j ≠ i}^{N}: the conditions on the terms stand below the sign."""
    conditions, body = found
    below = [part for c in conditions for part in (style.pick(", ", r",\, "), *compared(*c, style))]
    return Notation(
        (f"{sign}_{{{name_text(index.name, style)}=1", *below, f"}}^{{{index.last}}} ", Slot(body, TERM)), TERM
    )


def called_over(name: str, index: Index, found: tuple[list[Condition], Expr], style: Style) -> Notation:
    """sum(j=1..N, j != i, x[j])"""
    conditions, body = found
    given = [part for c in conditions for part in (*compared(*c, style), ", ")]
    return Notation((f"{name}({index.name}=1..{index.last}, ", *given, Slot(body, SUM), ")"))


class Member(Operator):
    """xᵢ: a member of a family; operands: the family and its indices."""

    @classmethod
    def sample(cls, shown: str = "") -> Member:
        i = Index("i", "N")
        return cls.make((Symbol("x", (size("n"), ONE), (), (i.last,)), i))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        family = operands[0]
        if not isinstance(family, Symbol) or len(family.ranges) != len(operands) - 1:
            raise ShapeError("a member needs a family and an index for each of its ranges")
        return family.shape

    @classmethod
    def kinds_of(cls, operands: tuple[Expr, ...], data: Data) -> Classes:
        return operands[0].kinds & DECLARED

    def notation(self, style: Style) -> Notation:
        return subscripted(self.operands[0], self.operands[1:], style)

    def lower(self, to: Any, *operands: Any) -> Any:
        family = self.operands[0]
        assert isinstance(family, Symbol)
        return to.member(family, self.operands[1:])


class Entry(Linear):
    """aᵢⱼ: an entry of a matrix or vector; operands: the matrix and its indices."""

    shown = "A: m×n, i=1..m, j=1..n"
    stated = (shown, "x: n×1, i=1..n")

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        a = operands[0]
        if len(operands) - 1 != (1 if a.cols is ONE else 2):
            raise ShapeError(f"an entry of a {shape_text(a.shape)} does not have {len(operands) - 1} indices")
        return SCALAR

    def notation(self, style: Style) -> Notation:
        return subscripted(self.operands[0], self.operands[1:], style)

    def lower(self, to: Any, a: Any, *places: Any) -> Any:
        for side, place in zip(("rows", "cols"), self.operands[1:], strict=False):
            a = to.taken(a, side, place)
        return a

    def form(self) -> int:
        return 0 if self.operands[2:] else 1

    def adjoint(self, h: Expr) -> Expr:
        a, i, *rest = self.operands
        row = Transpose(UnitVector(i, a.rows))
        return Scale.of(h, Product.of(UnitVector(rest[0], a.cols), row) if rest else row)

    def matrix(self) -> Expr:
        a, i, *rest = self.operands
        chosen = unit(i, a.rows)
        return Transpose(OPERATORS["Kronecker"].of(unit(rest[0], a.cols), chosen) if rest else chosen)


class UnitVector(Operator):
    """eᵢ, the unit vector of an index; data: its size."""

    shown = "i=1..n; n"
    letter = "e{0}"
    bounds = "[0, 1]"

    def __new__(cls, index: Expr, rows: Size) -> Expr:  # type: ignore[misc]
        return cls.make((index,), (rows,))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0], ONE)

    def notation(self, style: Style) -> Notation:
        """By name in LaTeX too: e₂ and eᵢ would be read as a name and a member of a family e."""
        opening, closing = style.pick("unit(", r"\operatorname{unit}\left("), style.pick(")", r"\right)")
        return Notation((opening, Slot(self.operands[0], SUM), f", {self.data[0]}{closing}"))

    def lower(self, to: Any, index: Any) -> Any:
        return to.unit_vector(self.operands[0], self.rows)


def entries_by_index(e: Expr) -> tuple[Index, Expr] | None:
    """i and aᵢ where a vector is Σᵢ aᵢeᵢ, given entry by entry."""
    match e:
        case IndexedSum(operands=(Scale(operands=(a, UnitVector(operands=(i,)))),)) if i is e.index:
            return e.index, a
        case _:
            return None


def over_index(node: Operator, sign: str, style: Style) -> Notation | None:
    """∏ᵢ aᵢ: a function of all entries where these are given one by one."""
    entries = entries_by_index(node.operands[0])
    if entries is None:
        return None
    i, a = entries
    found = terms(a, i, 1) if type(node).title() == "prod" else ([], a)
    if style.explicit or style is ASCII:
        return called_over(type(node).title(), i, found, style)
    return written_out(sign, i, found, style)


def unit(index: Expr, rows: Size) -> Expr:
    """A unit vector, which with one row is the number 1."""
    return Number(1) if rows is ONE else UnitVector(index, rows)


def subscripted(base: Expr, indices: tuple[Expr, ...], style: Style) -> Notation:
    """x[i], or x with subscripts."""
    parts: list[str | Slot | None] = [Slot(base, ATOM), style.pick("[", "_{")]
    for k, index in enumerate(indices):
        parts += [", "] * (k > 0) + [Slot(index, SUM)]
    return Notation((*parts, style.pick("]", "}")))


def free_indices(expr: Expr) -> list[Index]:
    """The free indices in the order of the unknown, if one is noted, or of a member that has them all, else by name."""
    axes: tuple[Index, ...] = expr.facts.get("axes", ())
    if expr.free <= {*axes}:
        return [i for i in axes if i in expr.free]
    for node in postorder(expr) if len(expr.free) > 1 else ():
        if isinstance(node, Member):
            order = [i for i in node.operands[1:] if isinstance(i, Index) and i in expr.free]
            if len(order) > 1 and len(set(order)) == len(expr.free) == len(order):
                return order
    return sorted(expr.free, key=lambda i: (i.name, str(i.last)))


def substitute_index(e: Expr, old: Index, new: Expr) -> Expr:
    """The expression with a free index replaced."""
    if old not in e.free:
        return e
    return replace(e, lambda node: new if node is old else None if old in node.free else node)


def under(sums: Sequence[Index], e: Expr) -> Expr:
    """Σᵢ Σⱼ … of an expression."""
    for index in reversed(sums):
        e = IndexedSum(e, index)
    return e
