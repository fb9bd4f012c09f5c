"""What an expression with data matrices is at fixed places of its rows and columns: its parts.

A row or a column is written as a column vector, an entry as a scalar.  A rule (they stand in sumrules) is a generator:
it asks for the parts that it is made of, and returns the part; so rules read like mathematics, and one loop with a
stack of its own runs them, however deep an expression is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from matdiff.algebra.constants import Constant, Identity, Zeros
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Index, Number, Operator, Symbol, postorder, symbols
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.softmax import (
    LogSumExpOfColumns,
    LogSumExpOfRows,
    Softmax,
    SoftmaxOfColumns,
    SoftmaxOfRows,
)
from matdiff.algebra.operators.square import MatrixPower
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, UnitVector
from matdiff.algebra.operators.triangles import Centering, SymmetricPart
from matdiff.algebra.operators.triangular import triangles
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple

Place = Expr | None  # the index or the number of a row or column; None for all of them
Key = tuple[Expr, Place, Place]  # an expression, and the places of its rows and columns that are fixed
Part = Generator[Key, Expr, Expr]
Rule = Callable[["Samples", Expr, Place, Place], Part]

LETTERS = "ijklrstuvw"


class Axes(NamedTuple):
    """Whether the rows, and whether the columns of an expression count samples; whether there are data in it."""

    rows: bool = False
    cols: bool = False
    data: bool = False


class Samples:
    """The parts of an expression with data matrices.

    families   the family for every data matrix
    letters    names for indices that nothing else has
    axes       what is known of expressions
    """

    __slots__ = ("_axes", "families", "letters")

    def __init__(self, e: Expr, families: Mapping[Expr, Symbol]) -> None:
        self.families = families
        self._axes: dict[Expr, Axes] = {}
        taken = set(bound_names(e)) | {i.name for i in e.free} | {f.name for f in families.values()}
        for s in symbols(e):
            taken |= {s.name, *(n for extent in (*s.shape, *s.ranges) for n in extent.names())}
        self.letters = [c for c in LETTERS if c not in taken]
        self.letters += [f"i{k}" for k in range(1, 5 + len(taken)) if f"i{k}" not in taken]

    def __call__(self, e: Expr) -> Expr:
        """The whole of an expression."""
        done: dict[Key, Expr] = {}
        stack: list[tuple[Key, Part]] = [((e, None, None), self.part(e, None, None))]
        answer: Expr | None = None
        while stack:
            key, asking = stack[-1]
            try:
                wanted = next(asking) if answer is None else asking.send(answer)
            except StopIteration as stop:
                answer = done[key] = stop.value
                stack.pop()
                continue
            answer = done.get(wanted)
            if answer is None:
                stack.append((wanted, self.part(*wanted)))
        return done[e, None, None]

    def part(self, e: Expr, i: Place, j: Place) -> Part:
        """The rule for a part."""
        rows, cols, data = self.axes(e)
        if (rows and i is None) or (cols and j is None):
            raise UnsupportedError(
                f"{shown(e)} has a {'row' if rows else 'column'} for every sample, which nothing sums over",
                suggestion="A sum over samples comes from a product such as XᵀX, from a norm, a trace or sum(…).",
            )
        if i is None and j is None and not data:
            return known(e)
        rule = next((RULES[cls] for cls in type(e).__mro__ if cls in RULES), other)
        return rule(self, e, i, j)

    def fresh(self, extent: Size, *used: Place) -> Index:
        """An index over a size, other than those in use."""
        names = {u.name for u in used if isinstance(u, Index)}
        letter = next((c for c in self.letters if c not in names), None)
        return Index(letter or next(f"i{k}" for k in range(len(names) + 99, 10**9) if f"i{k}" not in names), extent)

    def axes(self, e: Expr) -> Axes:
        """What is known of an expression, each node being asked once."""
        known = self._axes
        if e not in known:
            for node in postorder(e, prune=known.__contains__):
                if node not in known:
                    below = [known[o] for o in node.operands]
                    is_data = node in self.families
                    rows, cols = (True, False) if is_data else _axes(node, below)
                    known[node] = Axes(rows, cols, is_data or any(b.data for b in below))
        return known[e]

    def total(self, a: Expr, term: Callable[[Expr], Expr], *used: Place) -> Part:
        """The sum of a term over all the samples of a matrix; the term of 0 is 0."""
        rows, cols, _ = self.axes(a)
        i = self.fresh(a.rows, *used) if rows else None
        if rows and cols and is_diagonal(a):
            return IndexedSum(term((yield a, i, i)), i)  # type: ignore[arg-type]
        j = self.fresh(a.cols, i, *used) if cols else None
        return summed(term((yield a, i, j)), [i, j])


def known(e: Expr) -> Part:
    """The rule for what needs nothing else."""
    return e
    yield


def shown(e: Expr) -> str:
    text = str(e)
    return text if len(text) <= 60 else text[:60] + "…"


def is_diagonal(e: Expr) -> bool:
    return e.rows is e.cols and not e.is_scalar and all(triangles(e))


def summed(e: Expr, places: list[Place]) -> Expr:
    """Σᵢ Σⱼ of an expression."""
    for place in reversed(places):
        if isinstance(place, Index):
            e = IndexedSum(e, place)
    return e


def _axes(e: Expr, below: list[Axes]) -> tuple[bool, bool]:
    """Whether the rows and the columns of an operation count samples, given this for its operands."""
    rows, cols, _ = below[0] if below else Axes()
    match e:
        case Transpose():
            return cols, rows
        case Product():
            return _of_product(e, below)
        case Sum() | Hadamard() | Power() | Entrywise() | Unspecified() | Scale() | IndexedSum() | Named():
            return any(b.rows for b in below), any(b.cols for b in below)
        case DiagonalMatrix() | MatrixPower() | SymmetricPart():
            return rows or cols, rows or cols
        case DiagonalVector():
            return rows or cols, False
        case LogSumExpOfRows() | Column() | Softmax():
            return rows, False
        case LogSumExpOfColumns():
            return cols, False
        case Row():
            return False, cols
        case SoftmaxOfRows() | SoftmaxOfColumns():
            return rows, cols
        case HorizontalStack():
            return any(b.rows for b in below), False
        case VerticalStack():
            return False, any(b.cols for b in below)
        case Slice():
            return rows and e.rows is e.operands[0].rows, cols and e.cols is e.operands[0].cols
    return False, False


def _of_product(e: Expr, below: list[Axes]) -> tuple[bool, bool]:
    """The rows of the first factor, but those of the next one where that is diagonal or takes off means: CX."""
    f, last = e.operands, len(e.operands) - 1
    first = next((k for k in range(last) if not passes(f[k]) or below[k].rows), last)
    end = next((k for k in range(last, 0, -1) if not passes(f[k]) or below[k].cols), 0)
    return below[first].rows, below[end].cols


def passes(e: Expr) -> bool:
    """Whether the rows of a matrix go with its columns: those of diagonal matrices and of I − 11ᵀ/n."""
    return isinstance(e, Centering) or is_diagonal(e)


def picked(a: Expr, i: Place, j: Place) -> Expr:
    """A part of an expression that is there as a whole."""
    match a:
        case Identity() if i is not None and i is j:
            return Number(1)
        case Identity() if i is None or j is None:
            return a if i is j else UnitVector(i or j, a.rows)  # type: ignore[arg-type]
        case Constant() if not isinstance(a, Identity) and (i is not None or j is not None):
            shape = (a.rows if i is None else ONE), (a.cols if j is None else ONE)
            column = shape if shape[1] is ONE else shape[::-1]
            return Number(int(not isinstance(a, Zeros))) if column == (ONE, ONE) else type(a)(*column)
    if i is not None and j is not None:
        return Entry(a, i, j)
    if i is not None:
        return Entry(a, i) if a.cols is ONE else Transpose(Row(a, i))
    if j is not None:
        return Entry(Transpose(a), j) if a.rows is ONE else Column(a, j)
    return a


def refused(e: Expr, operand: Expr) -> UnsupportedError:
    """What is said of an operation that mixes samples otherwise than by sums."""
    return UnsupportedError(
        f"{shown(e)} cannot be written with sums over samples",
        suggestion=f"{shown(operand)} has a row or a column for every sample.",
    )


def other(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """An operation without a rule: it may be made of sums, but not of the samples themselves."""
    for operand in e.operands:
        if s.axes(operand).rows or s.axes(operand).cols:
            raise refused(e, operand)
    values: list[Expr] = []
    for operand in e.operands:
        values.append((yield operand, None, None))
    whole = e.rebuild(tuple(values)) if tuple(values) != e.operands else e
    return picked(whole, i, j)


RULES: dict[type[Expr], Rule] = {}


def rule_for(*classes: type[Operator] | type[Symbol]) -> Callable[[Rule], Rule]:
    """Enters a rule for the parts of some operations."""

    def enter(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(classes, rule))
        return rule

    return enter


@rule_for(Symbol)
def _sample(s: Samples, e: Expr, i: Place, j: Place) -> Part:
    """X[i, :]ᵀ = xᵢ"""
    if e not in s.families or i is None:
        return known(picked(e, i, j))
    member = Member(s.families[e], i)
    return known(member if j is None else Entry(member, j))
