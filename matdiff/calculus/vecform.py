"""dF → Σ M vec(dX): the laws of vec bring every differential to the right end of a product.

A line is a sum of terms Σᵢ c M vec(L), where only L holds a differential.  As in the trace form, a law replaces
one term by others with a smaller L, until L is some dX.  A column is its own vec, so a vector keeps its shape.
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Operator
from matdiff.algebra.identities import jacobians as laws
from matdiff.algebra.identities import transposes
from matdiff.algebra.identities.factoring import zero_in_sum
from matdiff.algebra.identities.indexed import bound_names, fresh_index
from matdiff.algebra.identities.products import scalar_in_product
from matdiff.algebra.identities.traces import trace_of_scalar
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack, alone, blocks_one_by_one
from matdiff.algebra.operators.differentials import holds_differential
from matdiff.algebra.operators.khatri_rao import KhatriRao
from matdiff.algebra.operators.kronecker import Kronecker, Vec
from matdiff.algebra.operators.linear import law_at
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, scalars_of
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import IndexedSum, UnitVector
from matdiff.algebra.rewriting import Step
from matdiff.calculus.traceform import Move, Moved, TraceForm, TraceTerm


def as_vec(e: Expr) -> Expr:
    """vec(A); a column is its own vec, and a row xᵀ has the vec x."""
    return e if e.cols is ONE else transposed(e) if e.rows is ONE else Vec(e)


class VecTerm(TraceTerm):
    """number × Σ over *sums* of scalars × left · vec(middle)."""

    __slots__ = ()

    def expression(self) -> Expr:
        """The term as it stands in the line."""
        return self.with_factor(Product.of(*self.left, as_vec(self.middle)))

    def before(self, *left: Expr) -> VecTerm:
        """The term with matrices put in front of the vec."""
        return self._replace(left=(*self.left, *left))


class VecForm(TraceForm):
    """Brings the terms of a line to the form M vec(dX), in rounds that each change every open term once."""

    def opened(self, df: Expr) -> list[TraceTerm]:
        """The terms of df; what holds no differential is zero and left out."""
        return [VecTerm(e) for e in (df.operands if isinstance(df, Sum) else (df,)) if holds_differential(e)]

    def _advance(self, term: TraceTerm, steps: list[Step | Moved]) -> list[TraceTerm]:
        """A law changes the term; what it leaves as it is written is no step."""
        law, moved = self._move(term)
        before, after = term.expression(), moved.expression()
        if before is not after:
            steps.append(Step(law, before, after))
        return self._settle([moved], steps)

    # ---- what a textbook writes no line for ---------------------------------------------------------

    def _open(self, t: TraceTerm) -> tuple[Law, Sequence[TraceTerm]] | None:
        match t.middle:
            case Sum(operands=terms):
                kept = [m for m in terms if holds_differential(m)]
                if len(kept) < len(terms):
                    return zero_in_sum, [t._replace(middle=Sum.of(*kept))]
                is_plain = t.number == 1 and not t.scalars
                law = transposes.transpose_of_sum if is_plain and is_row(t) else laws.terms_one_by_one
                return law, [t._replace(middle=m) for m in kept]
            case Scale(operands=(c, a)) if holds_differential(a):
                law = transposes.transpose_of_multiple if is_row(t) else laws.scalars_to_the_front
                return law, [t.times(scalars_of(c), a)]
            case Scale(operands=(c, a)):
                law = transposes.transpose_of_multiple if is_row(t) else laws.scalar_to_the_end
                return law, [t._replace(left=(*t.left, as_vec(a)), middle=c)]
            case Hadamard(operands=f) if t.middle.is_scalar:
                k = self._place(f)
                return laws.scalars_to_the_front, [t.times((*f[:k], *f[k + 1 :]), f[k])]
            case Product(operands=f) if holds_differential(f[-1]) and f[-1].cols is ONE:
                return laws.row_behind_column, [t._replace(left=(*t.left, *f[:-1]), middle=f[-1])]
            case Transpose(operands=(a,)) if ONE in a.shape:
                return laws.row_as_column, [t._replace(middle=a)]
            case Transpose(operands=(Sum() | Scale() | Product() | Transpose() | IndexedSum() as a,)):
                return transpose_within(a), [t._replace(middle=_turned(a))]
            case IndexedSum(operands=(body,), data=(index,)):
                law = transposes.transpose_of_indexed_sum if is_row(t) else laws.sums_to_the_front
                return law, [self._bind(t, body, index)]
            case Trace(operands=(a,)) | DiagonalVector(operands=(a,)):
                return self._open_inside(t, a)
            case HorizontalStack(operands=blocks) | VerticalStack(operands=blocks):
                places = [k for k, b in enumerate(blocks) if holds_differential(b)]
                parts = [t._replace(middle=alone(t.middle, k)) for k in places]
                return (blocks_one_by_one, parts) if len(parts) > 1 else None
            case _:
                return None

    def _open_inside(self, t: TraceTerm, a: Expr) -> tuple[Law, Sequence[TraceTerm]] | None:
        """A trace, or a diagonal, of a sum or of a multiple."""
        of = type(t.middle)
        match a:
            case Sum(operands=terms):
                kept = [m for m in terms if holds_differential(m)]
                if len(kept) < len(terms):
                    return zero_in_sum, [t._replace(middle=of(Sum.of(*kept)))]
                return laws.terms_one_by_one, [t._replace(middle=of(m)) for m in kept]
            case Scale(operands=(c, b)) if holds_differential(b):
                return laws.scalars_to_the_front, [t.times(scalars_of(c), of(b))]
            case Scale(operands=(c, b)) if of is Trace:
                return laws.scalars_to_the_front, [t.times((Trace(b),), c)]
            case Scale(operands=(c, b)):
                return laws.scalar_to_the_end, [t._replace(left=(*t.left, of(b)), middle=c)]
            case IndexedSum(operands=(body,), data=(index,)):
                return laws.sums_to_the_front, [self._bind(t, of(body), index)]
            case _:
                return (trace_of_scalar, [t._replace(middle=a)]) if a.is_scalar else None

    # ---- the laws of vec ----------------------------------------------------------------------------

    def _move(self, t: TraceTerm) -> Move:
        match t.middle:
            case Product(operands=f):
                k = self._place(f)
                if isinstance(f[k], DiagonalMatrix):
                    return self._with_diagonal(t, f, k)
                moved = t._replace(left=(*t.left, around(f[:k], f[k], f[k + 1 :])), middle=f[k])
                return law_of_product(t.middle, f[k]), moved
            case Trace(operands=(a,)):
                return laws.trace_as_inner_product, self._trace(t, a)
            case DiagonalVector(operands=(Product(operands=f),)) if isinstance(f[k := self._place(f)], DiagonalMatrix):
                return laws.diagonal_between, self._diagonal_between(t, f, k)
            case _:
                return self._linear(t)

    def _trace(self, t: TraceTerm, a: Expr) -> TraceTerm:
        """Tr(PLQ) = vec((QP)ᵀ)ᵀvec(L), and Tr(PLᵀQ) = vec(QP)ᵀvec(L)."""
        factors = a.operands if isinstance(a, Product) else (a,)
        k = self._place(factors)
        inner, others = factors[k], (*factors[k + 1 :], *factors[:k])
        h = Product.of(*others) if others else Identity(inner.rows)
        if isinstance(inner, Transpose):
            inner, h = inner.operands[0], transposed(h)
        return t._replace(left=(*t.left, transposed(as_vec(transposed(h)))), middle=inner)

    def _diagonal_between(self, t: TraceTerm, f: Sequence[Expr], k: int) -> TraceTerm:
        """diag(P diag(L)Q) = (P ⊙ Qᵀ)L"""
        sides = [Product.of(*side) for side in (f[:k], [transposed(q) for q in reversed(f[k + 1 :])]) if side]
        mixed = Hadamard.of(*sides) if len(sides) > 1 else Hadamard.of(Identity(f[k].rows), *sides)
        return t._replace(left=(*t.left, mixed), middle=f[k].operands[0])

    def _with_diagonal(self, t: TraceTerm, f: Sequence[Expr], k: int) -> Move:
        """vec(P diag(L)Q) = (Qᵀ ∗ P)L with the product ∗ of Khatri and Rao, which is P diag(q) for one column q."""
        behind = Product.of(*[transposed(q) for q in reversed(f[k + 1 :])]) if f[k + 1 :] else Identity(f[k].rows)
        before = Product.of(*f[:k]) if k else Identity(f[k].rows)
        if behind.rows is ONE:
            law, own = laws.diagonal_and_column, (*f[:k], DiagonalMatrix(transposed(behind)))
        elif before.rows is ONE:
            law, own = laws.row_and_diagonal, (behind, DiagonalMatrix(transposed(before)))
        else:
            law, own = laws.vec_of_product_with_diagonal, (KhatriRao.of(behind, before),)
        return law, t._replace(left=(*t.left, *own), middle=f[k].operands[0])

    def _linear(self, t: TraceTerm) -> Move:
        """The matrix of an operator that is linear in the operand with the differential."""
        e = t.middle
        places = [k for k, o in enumerate(e.operands) if holds_differential(o)]
        law = e.vec if isinstance(e, Operator) else None
        if law is None or len(places) != 1:
            matrix, inner = self._universal(t, places)
            return laws.entry_by_entry, t._replace(left=(*t.left, matrix), middle=inner)
        matrix = law.apply(e, places[0])
        left = t.left if isinstance(matrix, Identity) else (*t.left, matrix)
        return law_at(law, e, places[0]), t._replace(left=left, middle=e.operands[places[0]])

    def _universal(self, t: TraceTerm, places: Sequence[int]) -> tuple[Expr, Expr]:
        """Σᵢⱼ vec(𝓛(eᵢeⱼᵀ))(eⱼ ⊗ eᵢ)ᵀ for an operator 𝓛, which is always right."""
        e = t.middle
        k = self._place(e.operands)
        inner = e.operands[k]
        taken = bound_names(t.expression()) | {i.name for i in t.expression().free}
        i = fresh_index(Index("i", inner.rows), taken)
        if inner.cols is ONE:
            unit: Expr = UnitVector(i, inner.rows)
            sums = [i]
        else:
            j = fresh_index(Index("j", inner.cols), taken | {i.name})
            row = Transpose(UnitVector(j, inner.cols))
            unit = row if inner.rows is ONE else Product.of(UnitVector(i, inner.rows), row)
            sums = [j] if inner.rows is ONE else [i, j]
        image = e.rebuild((*e.operands[:k], unit, *e.operands[k + 1 :]))
        column = (
            Kronecker(UnitVector(sums[1], inner.cols), UnitVector(i, inner.rows)) if len(sums) > 1 else as_vec(unit)
        )
        matrix = Product.of(as_vec(image), Transpose(column))
        for index in reversed(sums):
            matrix = IndexedSum(matrix, index)
        return matrix, inner


def around(left: Sequence[Expr], inner: Expr, right: Sequence[Expr]) -> Expr:
    """The matrix M with vec(PLQ) = M vec(L): Qᵀ ⊗ P, of which a 1×1 identity is left out."""
    p = Product.of(*left) if left else None if inner.rows is ONE else Identity(inner.rows)
    q = Product.of(*[transposed(f) for f in reversed(right)]) if right else None
    if q is None and inner.cols is not ONE:
        q = Identity(inner.cols)
    if p is None or q is None:
        return q or p or Identity(ONE)
    return Kronecker.of(q, p)


def law_of_product(product: Expr, inner: Expr) -> Law:
    """The law by which a product with a differential becomes a matrix times it."""
    if product.is_scalar and ONE in inner.shape:
        return laws.turned_inner_product
    if product.rows is inner.rows is ONE:
        return transposes.transpose_of_product  # the vec of a row is its transpose
    return scalar_in_product if product.cols is inner.cols is ONE else laws.vec_of_product


def is_row(t: TraceTerm) -> bool:
    """Whether the vec of what has the differential is its transpose, with nothing in front."""
    return t.middle.rows is ONE and t.middle.cols is not ONE and not t.left


def transpose_within(a: Expr) -> Law:
    """The law by which a transpose goes into an operation."""
    found: dict[type[Expr], Law] = {
        Sum: transposes.transpose_of_sum,
        Scale: transposes.transpose_of_multiple,
        Product: transposes.transpose_of_product,
        Transpose: transposes.double_transpose,
        IndexedSum: transposes.transpose_of_indexed_sum,
    }
    return found[type(a)]


def _turned(a: Expr) -> Expr:
    """aᵀ with the transpose at the operands."""
    if isinstance(a, (Product, Transpose)):
        return transposes.flipped(a)
    return a.rebuild(tuple([o if o.is_scalar else transposed(o) for o in a.operands]))
