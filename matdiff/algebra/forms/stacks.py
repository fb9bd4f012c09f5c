"""Sums over an index as products of whole matrices: Σᵢ A[i, :]ᵀB[i, :] = AᵀB, and Σᵢ aᵢeᵢ = a.

What depends on the index i is stacked: scalars sᵢ to the vector s, vectors vᵢ to the matrix V with the rows vᵢᵀ,
and every operation on single ones becomes one on stacks.  A sum that has no such form is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matdiff.algebra.constants import Identity, Ones, is_zero
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import FUNCTIONS, Expr, Index, Number, fold
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack, among_zeros, places
from matdiff.algebra.operators.entrywise import Abs, lifted, to_power
from matdiff.algebra.operators.norms import EntrywiseNorm1, Norm, inner
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.softmax import LogSumExp, LogSumExpOfRows, Softmax, SoftmaxOfRows
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries, UnitVector, as_product_with_ones
from matdiff.algebra.reading_cost import reading_cost
from matdiff.records import NamedTuple


class Stack(NamedTuple):
    """What a quantity of the samples is, stacked: the scalars *left*, the rows of *left*, or uᵢwᵢᵀ of two of them."""

    kind: str  # scalar, column, row, outer
    left: Expr
    right: Expr | None = None


Part = Expr | Stack | None  # independent of the index, stacked, or without such a form


def turned(a: Expr) -> Expr:
    """aᵀ, without a transpose where none is needed."""
    return a if a.is_scalar or isinstance(a, Identity) else a.operands[0] if isinstance(a, Transpose) else Transpose(a)


def total(body: Expr, index: Index, data: Mapping[Expr, Expr]) -> Expr | None:
    """Σᵢ of a body, at once or else term by term."""
    whole = _summed(_stacked(body, index, data))
    if whole is not None or not isinstance(body, Sum):
        return whole
    return summed([_summed(_stacked(term, index, data)) for term in body.operands])


def as_product(e: Expr) -> Expr | None:
    """1ᵀA1 of a sum of entries, and I[2:n, :]ᵀx of a vector among zeros."""
    if isinstance(e, SumOfEntries):
        return as_product_with_ones(e.operands[0])
    shown = [k for k, o in enumerate(e.operands) if not is_zero(o)] if isinstance(e, VerticalStack) else []
    if len(shown) != 1 or len(e.operands) == 1 or e.cols is not ONE:
        return None
    place = places([o.rows for o in e.operands])[shown[0]]
    return Product.of(Transpose.of(Slice.of(Identity(e.rows), place)), e.operands[shown[0]])


def summed(terms: Sequence[Expr | None]) -> Expr | None:
    """The sum of terms, where all of them have been found."""
    found = [t for t in terms if t is not None]
    return Sum.of(*found) if len(found) == len(terms) else None


# ---- from samples to stacks ------------------------------------------------------------------------


def _stacked(body: Expr, index: Index, data: Mapping[Expr, Expr]) -> Part:
    """What the body of a sum is for all samples at once."""

    def visit(node: Expr, *parts: Part) -> Part:
        if index not in node.free:
            return node
        match node:
            case Member(operands=(family, i)) if i is index and family in data:
                return Stack("scalar" if family.is_scalar else "column", data[family])
            case Transpose():
                return _turned(parts[0])
            case Product():
                return _product(parts, index)
            case Scale():
                return _scaled(*parts)
            case Norm() | SumOfEntries() | EntrywiseNorm1() | LogSumExp() | Softmax():
                return _of_every_row(node, parts[0])
            case Slice() if isinstance(parts[0], Stack) and parts[0].kind == "column":
                return Stack("column", Slice.of(parts[0].left, None, node.ranges[0]))
            case VerticalStack() | HorizontalStack():
                return _blocks(node, parts, index)
            case Entry() | Row() | Column() | UnitVector():
                return _at_place(node, parts[0], index)
            case _:
                return _entrywise(node, parts, index)

    return fold(body, visit)


def _at_place(node: Expr, a: Part, index: Index) -> Part:
    """What stands at the place of the index in something that does not depend on it, or at a place of a sample."""
    places = node.operands[1:]
    match node:
        case UnitVector(operands=(i,)):
            return _rows(Identity(node.rows), i, index, "column")
        case Entry() if isinstance(a, Stack) and a.kind == "column" and index not in places[0].free:
            return Stack("scalar", Column(a.left, places[0]))
        case Row() if isinstance(a, Expr):
            return _rows(a, places[0], index, "row")
        case Column() if isinstance(a, Expr):
            return _rows(Transpose.of(a), places[0], index, "column")
        case Entry() if isinstance(a, Expr):
            if len(places) == 1:
                return _rows(a, places[0], index, "scalar")
            i, j = places
            if i is j is index:
                return _rows(DiagonalVector.of(a), i, index, "scalar") if a.rows is a.cols else None
            if index not in j.free:
                return _rows(Column(a, j), i, index, "scalar")
            if index not in i.free:
                return _rows(turned(Row(a, i)), j, index, "scalar")
    return None


def _rows(a: Expr, place: Expr, index: Index, kind: str) -> Part:
    """The rows of a matrix at i, or at i + 1, for all i; None where these may be too many."""
    terms = place.operands if isinstance(place, Sum) else (place,)
    numbers = [t.number for t in terms if t is not index]
    if index not in terms or any(n is None or n.denominator != 1 for n in numbers):
        return None
    offset = size(int(sum(n for n in numbers if n is not None)))
    first, last = ONE + offset, index.last + offset
    room = (a.rows - last).number
    if first.number is None or first.number < 1 or room is None or room < 0:
        return None
    return Stack(kind, a if first is ONE and room == 0 else Slice.of(a, (first, last)))


def _turned(a: Part) -> Part:
    if not isinstance(a, Stack):
        return None
    if a.kind == "outer":
        return Stack("outer", a.right or a.left, a.left)
    return Stack({"column": "row", "row": "column", "scalar": "scalar"}[a.kind], a.left)


def _row_sums(u: Expr, v: Expr) -> Expr:
    """(u₁ᵀv₁, …, u_Nᵀv_N)"""
    return Product.of(Hadamard.of(u, v), Ones(u.cols))


def _product(parts: tuple[Part, ...], index: Index) -> Part:
    """A product of samples and constants, factor by factor from the left."""
    done: Part = parts[0]
    for factor in parts[1:]:
        if done is None or factor is None:
            return None
        if isinstance(done, Expr):
            done = Product.of(done, factor) if isinstance(factor, Expr) else _from_left(done, factor, index)
        elif isinstance(factor, Expr):
            done = _from_right(done, factor, index)
        else:
            done = _both(done, factor)
    return done


def _from_left(a: Expr, v: Stack, index: Index) -> Part:
    """A vᵢ: the rows of V Aᵀ"""
    times = Product.of(v.left, Transpose.of(a)) if v.kind != "row" else v.left
    if v.kind == "column":
        return Stack("scalar" if a.rows is ONE else "column", times)
    if v.kind == "outer":
        return Stack("outer", times, v.right)
    return Stack("outer", _repeated(a, index), v.left) if v.kind == "row" and a.cols is ONE else None


def _from_right(v: Stack, a: Expr, index: Index) -> Part:
    """vᵢᵀA: the rows of V A"""
    if v.kind == "row":
        return Stack("scalar" if a.cols is ONE else "row", Product.of(v.left, a))
    if v.kind == "outer" and v.right is not None:
        return Stack("outer", v.left, Product.of(v.right, a))
    return Stack("outer", v.left, _repeated(Transpose.of(a), index)) if v.kind == "column" and a.rows is ONE else None


def _both(u: Stack, v: Stack) -> Part:
    match u.kind, v.kind:
        case "row", "column":
            return Stack("scalar", _row_sums(u.left, v.left))
        case "column", "row":
            return Stack("outer", u.left, v.left)
        case "outer", "column" if u.right is not None:
            return Stack("column", Product.of(DiagonalMatrix(_row_sums(u.right, v.left)), u.left))
    return None


def _repeated(column: Expr, index: Index) -> Expr:
    """1cᵀ, a constant vector for every sample."""
    return Product.of(Ones(index.last), Transpose.of(column))


def _scaled(c: Part, a: Part) -> Part:
    """cᵢaᵢ: diag(c) A"""
    if c is None or a is None:
        return None
    if isinstance(c, Expr):
        return a._replace(left=Scale.of(c, a.left)) if isinstance(a, Stack) else None
    if isinstance(a, Stack) and c.kind == "scalar":
        return a._replace(left=Product.of(DiagonalMatrix(c.left), a.left))
    if isinstance(a, Expr) and c.kind == "scalar" and ONE in a.shape:
        return Stack("column", Product.of(c.left, Transpose.of(a))) if a.cols is ONE else Stack("row", c.left * a)
    return None


def _of_every_row(node: Expr, a: Part) -> Part:
    """‖vᵢ‖, the sum of the entries of vᵢ, its logsumexp and its softmax"""
    if not isinstance(a, Stack) or a.kind not in ("column", "row"):
        return None
    rows = a.left
    match node:
        case Norm():
            return Stack("scalar", FUNCTIONS["sqrt"].of(_row_sums(rows, rows)))
        case LogSumExp():
            return Stack("scalar", LogSumExpOfRows.of(rows))
        case Softmax():
            return Stack("column", SoftmaxOfRows.of(rows))
    entries = Abs(rows) if isinstance(node, EntrywiseNorm1) else rows
    return Stack("scalar", Product.of(entries, Ones(rows.cols)))


def _blocks(node: Expr, parts: tuple[Part, ...], index: Index) -> Part:
    """[vᵢ; c]: the rows of [V, 1cᵀ]"""
    kind = "column" if isinstance(node, VerticalStack) else "row"
    wholes: list[Expr] = []
    for part in parts:
        if isinstance(part, Stack) and part.kind in (kind, "scalar"):
            wholes.append(part.left)
        elif isinstance(part, Expr) and ONE in part.shape:
            wholes.append(_repeated(part if kind == "column" else Transpose.of(part), index))
        else:
            return None
    return Stack(kind, HorizontalStack.of(*wholes)) if node.shape[kind == "column"] is ONE else None


def _entrywise(node: Expr, parts: tuple[Part, ...], index: Index) -> Part:
    """Sums, entrywise products and functions of samples of one kind."""
    kinds = {p.kind for p in parts if isinstance(p, Stack)}
    if len(kinds) != 1 or None in parts or kinds == {"outer"} or isinstance(node, (IndexedSum, Member)):
        return None
    kind = kinds.pop()
    if isinstance(node, Power) and isinstance(node.operands[0], Norm):
        return _power_of_norm(node, parts[0])
    vectors = [p for p in parts if isinstance(p, Expr) and not p.is_scalar]
    if any(ONE not in v.shape for v in vectors):
        return None  # the A of xᵢ ⊗ A
    if isinstance(node, Hadamard) and kind != "scalar" and vectors:
        constant = Hadamard.of(*vectors) if kind == "column" else turned(Hadamard.of(*vectors))
        rows = Hadamard.of(*[p.left for p in parts if isinstance(p, Stack)])
        return Stack(kind, Product.of(rows, DiagonalMatrix(constant)))
    wholes = [p.left if isinstance(p, Stack) else _constant(p, kind, index) for p in parts if p is not None]
    whole = lifted(node, wholes)
    return None if whole is None else Stack(kind, whole)


def _power_of_norm(node: Expr, a: Part) -> Part:
    """‖vᵢ‖²: the square takes the root away"""
    if not isinstance(a, Stack) or node.operands[1].number is None:
        return None
    squares = a.left.operands[0]
    half = node.operands[1].number / 2
    return Stack("scalar", to_power(squares, half))


def _constant(c: Expr, kind: str, index: Index) -> Expr:
    if kind == "scalar" or c.is_scalar:
        return c
    return _repeated(c if kind == "column" else Transpose.of(c), index)


def _summed(stack: Part) -> Expr | None:
    """Σᵢ of what is stacked."""
    if not isinstance(stack, Stack):
        return None
    a = stack.left
    match stack.kind:
        case "scalar":
            return _sum_of_scalars(a)
        case "column":
            return _weighted_rows(a)
        case "row":
            return turned(_weighted_rows(a))
    return None if stack.right is None else Product.of(Transpose(a), stack.right)


def _weighted_rows(a: Expr) -> Expr:
    """(diag(c)A)ᵀ1 = Aᵀc"""
    match a:
        case Product(operands=(DiagonalMatrix(operands=(c,)), Identity())):
            return c
        case Product(operands=(DiagonalMatrix(operands=(c,)), Slice(operands=(Identity(),)) as chosen)):
            return among_zeros(c, chosen.ranges[0], chosen.cols)
        case Product(operands=(DiagonalMatrix(operands=(c,)), *rest)):
            return Product.of(turned(Product.of(*rest)), c)
        case _:
            return Product.of(Transpose(a), Ones(a.rows))


def _sum_of_scalars(s: Expr) -> Expr:
    """1ᵀs, as an inner product or a norm where s is made of products."""
    match s:
        case Sum():
            one_by_one = Sum.of(*[_sum_of_scalars(t) for t in s.operands])
            return min(one_by_one, FUNCTIONS["sum"].of(s), key=reading_cost)
        case Scale(operands=(c, a)):
            return Scale.of(c, _sum_of_scalars(a))
        case Product(operands=(Hadamard(operands=(u, v)), Ones())):
            return _square(u) if u is v else inner(u, v)
        case Hadamard(operands=(u, v)):
            return inner(u, v)
        case Power(operands=(v, two)) if two.number == 2:
            return _square(v)
    return FUNCTIONS["sum"].of(s)


def _square(a: Expr) -> Expr:
    return Power(Norm(a), Number(2))
