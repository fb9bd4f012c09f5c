"""Sums over data as products of data matrices: Σᵢ xᵢxᵢᵀ = XᵀX, with the samples xᵢ as the rows of X.

In goes an expression with sums over families, out comes the same value in terms of data matrices.  What
depends on the index i is stacked: scalars sᵢ to the vector s, vectors vᵢ to the matrix V with the rows vᵢᵀ,
and every operation on samples becomes one on stacks.  A sum that has no such form is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Index, Number, Symbol, fold, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS, indexed
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.entrywise import Abs, lifted
from matdiff.algebra.operators.norms import EntrywiseNorm1, Norm, inner
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.softmax import LogSumExp, LogSumExpOfRows, Softmax, SoftmaxOfRows
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries, UnitVector
from matdiff.calculus.rewrite import Simplifier
from matdiff.errors import UnknownNameError


class Stack(NamedTuple):
    """What a quantity of the samples is, stacked: the scalars *left*, the rows of *left*, or uᵢwᵢᵀ of two of them."""

    kind: str  # scalar, column, row, outer
    left: Expr
    right: Expr | None = None


Part = Expr | Stack | None  # independent of the index, stacked, or without such a form


def matrix_form(e: Expr, names: Mapping[str, str] | None = None) -> Expr:
    """The expression with its sums over data as products of data matrices.

    *names* gives the matrix for a family of vectors (``{"x": "X"}``); without it X is taken for x.  A family of
    scalars y becomes the vector y.  Raises UnknownNameError when a name does not belong to a family or is in use.

    >>> from matdiff.language import parse
    >>> print(matrix_form(parse("∑_i (w'x_i - y_i)^2", "x[i=1..N]: d; w: d; y[i=1..N]: scalar")))
    ‖Xw − y‖²
    >>> print(matrix_form(parse("∑_i (x_i - μ)(x_i - μ)'", "x[i=1..N]: d; μ: d")))
    (X − 1μᵀ)ᵀ(X − 1μᵀ)
    """
    data = _data_matrices(e, names or {})
    simplified = Simplifier(SIMPLIFICATIONS)

    def change(node: Expr, *operands: Expr) -> Expr:
        if isinstance(node, IndexedSum):
            total = _total(operands[0], node.index, data)
            if total is not None:  # the sum around it, if there is one, has to do with less
                return simplified(total)[0] if total.free else total
        return node.rebuild(operands) if operands != node.operands else node

    apart, _ = Simplifier(indexed.LAWS)(e)  # Σᵢ Σⱼ aᵢⱼxᵢxⱼᵀ is Σᵢ xᵢ Σⱼ aᵢⱼxⱼᵀ
    return simplified(fold(apart, change))[0]


def _data_matrices(e: Expr, names: Mapping[str, str]) -> dict[Expr, Expr]:
    """For every family with one index the matrix of its members as rows, or the vector of its scalars."""
    families = {s.name: s for s in symbols(e) if s.ranges}
    taken = {s.name for s in symbols(e)} - set(families)
    for name in names:
        if name not in families:
            raise UnknownNameError(f"{name} is no family of the expression", suggestion=", ".join(families))
    found: dict[Expr, Expr] = {}
    for name, family in families.items():
        if len(family.ranges) > 1 or family.cols is not ONE:
            continue
        new = names.get(name, name if family.is_scalar else name[0].upper() + name[1:])
        if new in taken:
            raise UnknownNameError(f"{new} is in use already", suggestion=f"give the matrix of {name} another name")
        taken.add(new)
        found[family] = Symbol(new, (family.ranges[0], family.rows))
    return found


def _total(body: Expr, index: Index, data: Mapping[Expr, Expr]) -> Expr | None:
    """Σᵢ of a body, at once or else term by term."""
    whole = _summed(_stacked(body, index, data))
    if whole is not None or not isinstance(body, Sum):
        return whole
    terms = [_summed(_stacked(term, index, data)) for term in body.operands]
    return None if None in terms else Sum.of(*[t for t in terms if t is not None])


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
                return _transposed(parts[0])
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
            return Stack("column", Identity(node.rows)) if i is index else None
        case Entry() if isinstance(a, Stack) and a.kind == "column" and index not in places[0].free:
            return Stack("scalar", Column(a.left, places[0]))
        case Row() | Column() if isinstance(a, Expr) and places[0] is index:
            return Stack("row", a) if isinstance(node, Row) else Stack("column", Transpose.of(a))
        case Entry() if isinstance(a, Expr):
            if len(places) == 1 or places[0] is places[1] is index:
                return Stack("scalar", a if len(places) == 1 else DiagonalVector.of(a)) if places[0] is index else None
            if places[0] is index and index not in places[1].free:
                return Stack("scalar", Column(a, places[1]))
            if places[1] is index and index not in places[0].free:
                return Stack("scalar", Transpose(Row(a, places[0])))
    return None


def _transposed(a: Part) -> Part:
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
    if len(kinds) != 1 or None in parts or kinds == {"outer"} or isinstance(node, IndexedSum | Member):
        return None
    kind = kinds.pop()
    if isinstance(node, Power) and isinstance(node.operands[0], Norm):
        return _power_of_norm(node, parts[0])
    wholes = [p.left if isinstance(p, Stack) else _constant(p, kind, index) for p in parts if p is not None]
    whole = lifted(node, wholes)
    return None if whole is None else Stack(kind, whole)


def _power_of_norm(node: Expr, a: Part) -> Part:
    """‖vᵢ‖²: the square takes the root away"""
    if not isinstance(a, Stack) or node.operands[1].number is None:
        return None
    squares = a.left.operands[0]
    half = node.operands[1].number / 2
    return Stack("scalar", squares if half == 1 else Power(squares, Number(half)))


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
            return Product.of(Transpose(a), Ones(a.rows))
        case "row":
            return Product.of(Transpose(Ones(a.rows)), a)
    return None if stack.right is None else Product.of(Transpose(a), stack.right)


def _sum_of_scalars(s: Expr) -> Expr:
    """1ᵀs, as an inner product or a norm where s is made of products."""
    match s:
        case Sum():
            return Sum.of(*[_sum_of_scalars(t) for t in s.operands])
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
