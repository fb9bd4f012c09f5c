"""The standard form of an expression: what a line may take for granted.

Two expressions with one standard form differ in nothing but the rules of arithmetic that a reader needs no word for:
the order of terms and of scalar or entrywise factors, the place of scalars in a product, numbers, 0, 1 and I, and
where transposes stand, which here are at the leaves.  Each of these rules is a law as well; without the rule of its
own, the two sides of such a law have different standard forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain, permutations

from matdiff.algebra.constants import Constant, Identity, Ones, Zeros, is_zero
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import UNIT, Expr, Index, Number, postorder
from matdiff.algebra.forms.grids import grid
from matdiff.algebra.forms.stacks import as_product, total
from matdiff.algebra.matching.arithmetic import Arithmetic, Forms
from matdiff.algebra.matching.rules import (
    ENTRIES,
    MOST_SUMS,
    MOST_WRITTEN,
    OF_OPERATIONS,
    STACKS,
    TERM_BY_TERM,
    Term,
    depth,
    linear_places,
    rule_of,
    term,
)
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Abs, Sqrt
from matdiff.algebra.operators.khatri_rao import KhatriRao
from matdiff.algebra.operators.kronecker import Kronecker, Vec
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.open_functions import OpenHessian
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    multiple,
    zero,
)
from matdiff.algebra.operators.softmax import SoftmaxOfColumns, SoftmaxOfRows
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import (
    Entry,
    IndexedSum,
    Member,
    SumOfEntries,
    as_product_with_ones,
    substitute_index,
)
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.operators.symmetry import assumed, is_even, is_symmetric_definition
from matdiff.algebra.operators.triangles import Centering, LowerTriangle, SkewPart, SymmetricPart, UpperTriangle
from matdiff.algebra.operators.vectorisation import Commutation

EVEN = Norm | Abs


class Standard(Arithmetic):
    """Finds standard forms; those that were found hold as long as it lives."""

    def of(self, e: Expr) -> Expr:
        """The standard form."""
        return self.forms(e)[0]

    def equates(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions have one standard form; those of entries are compared one by one."""
        if ENTRIES in self.beyond:
            left, right = grid(a), grid(b)
            both = left is not None and right is not None
            return both and all(map(self._equal, chain(*left or ()), chain(*right or ())))
        return self._equal(a, b)

    def _equal(self, a: Expr, b: Expr) -> bool:
        return self.of(a) is self.of(b)

    def flipped(self, e: Expr) -> Expr:
        """That of eᵀ."""
        return self.forms(e)[1]

    def forms(self, e: Expr) -> Forms:
        """The standard forms of an expression and of its transpose."""
        known = self.known
        if e not in known:
            for node in postorder(e, prune=lambda n: n in known or isinstance(n, Named)):
                if node not in known:
                    known[node] = self._forms(node)
        return known[e]

    def _forms(self, e: Expr) -> Forms:
        """The same of a node whose operands have been asked."""
        if isinstance(e, Transpose):
            straight, turned = self.known[e.operands[0]]
            return (turned, straight) if self.has("transpose of a transpose") else (turned, Transpose(turned))
        if isinstance(e, Ones) and e.rows is ONE and self.has("transpose of a constant") and self.has("ones"):
            return self._number(1) if e.is_scalar else (Transpose(Ones(e.cols)), Ones(e.cols))
        if isinstance(e, Constant) and e.is_scalar and self.has("ones"):
            return self._number(int(not isinstance(e, Zeros)))
        if self.knows_sums and isinstance(e, Centering):
            return self.forms(Identity(e.rows) - Ones(e.rows) * Transpose(Ones(e.rows)) / count(e.rows))
        if isinstance(e, Named) or not e.operands:
            return e, self._turned_leaf(e)
        below = [self.known[o] for o in e.operands]
        straight = self._straight(e, tuple([a for a, _ in below]))
        if straight.is_scalar and self.has("transpose of a scalar"):
            if isinstance(e, Product):
                straight = min(straight, self._straight(e, tuple([b for _, b in reversed(below)])), key=self.rank)
            return straight, straight
        return straight, self._turned(e, straight, below)

    def _number(self, value: int) -> Forms:
        number = Number(value)
        return number, number if self.has("transpose of a scalar") else Transpose(number)

    # ---- one node ---------------------------------------------------------------------------------------

    def _straight(self, e: Expr, operands: tuple[Expr, ...]) -> Expr:
        if isinstance(e, Sum):
            return self.sum_of(operands)
        if isinstance(e, Scale):
            return self.product_of(e, operands[:1], operands[1:])
        if isinstance(e, Hadamard):
            return self.product_of(e, operands, ()) if e.is_scalar else self.entrywise_of(e, operands)
        if isinstance(e, Product):
            return self.product_of(e, (), operands)
        if isinstance(e, EVEN) or (isinstance(e, Power) and is_even(e.operands[1])):
            operands = (self._in_either_sense(operands[0]), *operands[1:])
        if isinstance(e, Power):
            return self._power(*operands)
        if isinstance(e, Sqrt) and self.has("root as a power"):
            return self._power(operands[0], Number(Fraction(1, 2)))
        if isinstance(e, IndexedSum):
            return self.indexed(e.index, operands[0])
        if STACKS in self.beyond and (known := as_product(e)) is not None:
            return self.of(known)
        if self.knows_sums and isinstance(e, SumOfEntries):
            return self.of(as_product_with_ones(operands[0]))
        if isinstance(e, (HorizontalStack, VerticalStack)):
            return self._blocks(HorizontalStack if isinstance(e, HorizontalStack) else VerticalStack, operands)
        if (varying := linear_places(e)) and (found := self._linear(e, operands, varying)) is not None:
            return found
        return self._trace(e, operands[0]) if isinstance(e, Trace) else self._of_parts(e, operands)

    def _of_parts(self, e: Expr, operands: tuple[Expr, ...]) -> Expr:
        """Entries, vec, diagonals, d; what has no rule is as it was, of other operands."""
        if isinstance(e, Entry) and isinstance(operands[0], (Ones, Zeros)):
            is_zero = isinstance(operands[0], Zeros)
            return Number(int(not is_zero)) if self.has("zero" if is_zero else "ones") else e.rebuild(operands)
        if isinstance(e, Vec) and e.operands[0].rows is ONE:
            return self.flipped(operands[0])
        if isinstance(e, Kronecker) and self.has("identity") and all(isinstance(o, Identity) for o in operands):
            return Identity(e.rows)
        if isinstance(e, (Vec, DiagonalMatrix, DiagonalVector, Kronecker, KhatriRao)):
            return type(e).of(*operands)
        if isinstance(e, Differential) and (
            operands[0].number is not None or isinstance(operands[0], (Constant, Index))
        ):
            return zero(e.shape) if self.has("zero") else e.rebuild(operands)
        return e.rebuild(operands)

    def _in_either_sense(self, a: Expr) -> Expr:
        """A or −A, of which an even function is the same."""
        if not self.has("sense of a difference"):
            return a
        if not isinstance(a, Sum):
            return self._times(Fraction(-1), a) if coefficient(a)[0] < 0 else a
        return min(a, self.sum_of([self._times(Fraction(-1), t) for t in a.operands]), key=self.rank)

    def _linear(self, e: Expr, operands: Sequence[Expr], varying: range) -> Expr | None:
        """0, and numbers, scalars and sums over an index in an operand of something linear in front of it."""
        if self.has("zero") and any(isinstance(operands[k], Zeros) for k in varying):
            return zero(e.rebuild(tuple(operands)).shape)
        if not self.has(f"multiples out of {type(e).__name__}"):
            return None
        if OF_OPERATIONS in self.beyond:
            for k in varying:
                o = operands[k]
                if isinstance(o, Sum) and not isinstance(e, Trace):
                    return self.sum_of([self._straight(e, (*operands[:k], t, *operands[k + 1 :])) for t in o.operands])
        opens = self.opens_sums or (isinstance(e, Trace) and self.has("trace of an indexed sum"))
        for k in varying if opens else ():
            if (opened := self.summand(operands[k])) is not None:
                index, inner = opened
                return self.indexed(index, self._straight(e, (*operands[:k], inner, *operands[k + 1 :])))
        kept = not isinstance(e, (Trace, SumOfEntries))
        parts = [
            Term(UNIT, (), o) if (o.is_scalar and kept) or k not in varying else term(o) for k, o in enumerate(operands)
        ]
        if not any(p.number != 1 or p.scalars for p in parts):
            return None
        inner = self._straight(e, tuple([p.core if p.core is not None else Number(1) for p in parts]))
        scalars = [multiple(p.number, Hadamard.of(*p.scalars) if p.scalars else None) for p in parts]
        return self.product_of(
            e, [self.of(s) for s in scalars] + [inner] * inner.is_scalar, () if inner.is_scalar else (inner,)
        )

    def _blocks(self, kind: type[HorizontalStack | VerticalStack], blocks: Sequence[Expr]) -> Expr:
        """Blocks of zeros that are neighbours are one."""
        done: list[Expr] = []
        for b in blocks:
            if done and is_zero(b) and is_zero(done[-1]) and self.has("zero"):
                done[-1] = zero(kind.of(done[-1], b).shape)
            else:
                done.append(b)
        return kind.of(*done)

    def _trace(self, e: Expr, a: Expr) -> Expr:
        """Traces of scalars and of sums."""
        if a.is_scalar and self.has("trace of a scalar"):
            return a
        if isinstance(a, Sum) and OF_OPERATIONS in self.beyond:
            return self.sum_of([self._straight(e, (t,)) for t in a.operands])
        return Trace(a) if not self.has("transpose within a trace") else self._least(a)

    def _least(self, a: Expr) -> Expr:
        """Tr(A) or Tr(Aᵀ)."""
        turned = (
            Product.of(*[self.flipped(f) for f in reversed(a.operands)]) if isinstance(a, Product) else self.flipped(a)
        )
        return min(Trace(a), Trace(self.of(turned)), key=self.rank)

    # ---- sums over an index ---------------------------------------------------------------------------------

    def indexed(self, index: Index, body: Expr) -> Expr:
        """A sum over an index with a name of its own, and what does not depend on the index outside; of several sums
        in one another the order that comes first."""
        if self.has("zero") and is_zero(body):
            return zero(body.shape)
        count = index.last.number
        if count is not None and count <= MOST_WRITTEN:
            return self.sum_of([self.of(substitute_index(body, index, Number(k))) for k in range(1, count + 1)])
        if TERM_BY_TERM in self.beyond and isinstance(body, Sum):
            return self.sum_of([self.indexed(index, t) for t in body.operands])
        if STACKS in self.beyond:
            ones = Ones(index.last)
            whole = total(body, index, {}) if index in body.free else Scale.of(Transpose(ones) * ones, body)
            if whole is not None:
                return self.of(whole)
        indices, summand = self._nested(index, body)
        number = UNIT
        orders: Iterable[tuple[Index, ...]] = [tuple(indices)]
        if 1 < len(indices) <= MOST_SUMS and self.has("order of sums") and self.has("names of indices"):
            orders = permutations(indices)
            if self.has("constants in front of an indexed sum"):  # of a number, which tells nothing of the order
                number, rest = coefficient(summand)
                summand = Number(1) if rest is None else self._sorted(rest)
        return self._times(number, min((self._in_order(order, summand) for order in orders), key=self.rank))

    def _nested(self, index: Index, body: Expr) -> tuple[list[Index], Expr]:
        """The indices of sums in one another, and what is summed, with every factor inside."""
        indices = [index]
        while True:
            is_sum = isinstance(body, IndexedSum)
            inner = self.summand(body) if is_sum or self.has("constants in front of an indexed sum") else None
            if inner is None:
                return indices, body
            indices.append(inner[0])
            body = inner[1]

    def _in_order(self, order: Sequence[Index], body: Expr) -> Expr:
        for index in reversed(order):
            body = self._summed(index, body)
        return body

    def _summed(self, index: Index, body: Expr) -> Expr:
        """One sum, with what is constant in front of it or behind it; where sums are multiplied out, only a number."""
        t = term(body)
        if not self.has("constants in front of an indexed sum"):
            return self._renamed(body, index)
        if self.multiplies_out and STACKS not in self.beyond:
            return self._times(t.number, self._renamed(self._joined(UNIT, list(t.scalars), t.core), index))
        chain = [] if t.core is None else list(t.core.operands) if isinstance(t.core, Product) else [t.core]
        scalars, kept = [s for s in t.scalars if index not in s.free], [s for s in t.scalars if index in s.free]
        varies = not kept or any(index in f.free for f in chain)
        left, inside, right = outside_in(chain, index) if varies else (chain, [], [])
        if not left and not right and not scalars and t.number == 1:
            return self._renamed(body, index)
        whole = self._renamed(self._joined(UNIT, kept, Product.of(*inside) if inside else None), index)
        scalars = [multiple(t.number, None), *scalars]
        if not chain:
            return self.product_of(whole, [*scalars, whole], ())
        if not inside:
            return self.product_of(Product.of(*chain), [*scalars, whole], chain)
        return self.product_of(Product.of(*left, whole, *right), scalars, [*left, whole, *right])

    def _renamed(self, body: Expr, index: Index) -> Expr:
        if not self.has("names of indices"):
            return IndexedSum(body, index)
        own = Index(f"#{depth(body)}", index.last)
        return IndexedSum(self.of(substitute_index(body, index, own)), own)

    # ---- transposes -------------------------------------------------------------------------------------

    def _turned_leaf(self, e: Expr) -> Expr:
        if e.is_scalar and self.has("transpose of a scalar"):
            return e
        if isinstance(e, Constant) and self.has(
            "transpose of the identity" if isinstance(e, Identity) else "transpose of a constant"
        ):
            is_line = isinstance(e, Ones) and ONE in e.shape
            return e if e.rows is e.cols else Transpose(e) if is_line else type(e)(e.cols, e.rows)
        if isinstance(e, Commutation) and self.has("transpose of Commutation"):
            return Commutation(e.data[1], e.data[0])
        if isinstance(e, Centering) and self.has("transpose of Centering"):
            return e
        return self._turned_name(e)

    def _turned_name(self, e: Expr) -> Expr:
        symmetric = is_symmetric_definition(e) if isinstance(e, Named) else "symmetric" in assumed(e)
        if symmetric and self.has("transpose of a declared matrix"):
            return e
        if "skew" in assumed(e) and self.has("transpose of a skew matrix"):
            return Scale.of(Number(-1), e)
        return Transpose(e)

    def _turned(self, e: Expr, straight: Expr, below: Sequence[Forms]) -> Expr:
        """The form of eᵀ."""
        if isinstance(e, Member):
            return self._turned_name(straight)
        if isinstance(e, Piecewise) and e.is_scalar:
            return Transpose(straight)
        operands = tuple([b for _, b in below])
        if isinstance(straight, Zeros) or (linear_places(e) and isinstance(straight, (Sum, Scale, IndexedSum))):
            return self.flipped(straight)  # of what stands in front of it by now
        rule = rule_of(e)
        if rule is None or not self.has(rule):
            return Transpose(straight)
        if isinstance(e, Product):
            return self._straight(e, operands[::-1])
        if isinstance(e, (SymmetricPart, DiagonalMatrix, SkewPart)):
            return self._straight(Scale(Number(-1), e), (Number(-1), straight)) if isinstance(e, SkewPart) else straight
        if isinstance(e, (LowerTriangle, UpperTriangle)):
            return (UpperTriangle if isinstance(e, LowerTriangle) else LowerTriangle)(operands[0])
        if isinstance(e, (SoftmaxOfRows, SoftmaxOfColumns)):
            return (SoftmaxOfColumns if isinstance(e, SoftmaxOfRows) else SoftmaxOfRows)(operands[0])
        if isinstance(e, (HorizontalStack, VerticalStack)):
            return self._blocks(VerticalStack if isinstance(e, HorizontalStack) else HorizontalStack, operands)
        if isinstance(e, OpenHessian):
            return e.flipped
        if isinstance(e, (SymbolicPower, Power)):
            return self._straight(e, (operands[0], below[1][0]))
        return self._straight(e, operands)


def outside_in(chain: list[Expr], index: Index) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """The factors of a product before the first one with an index, those from there to the last one, and the others."""
    places = [k for k, f in enumerate(chain) if index in f.free]
    if not places:
        return [], chain, []
    return chain[: places[0]], chain[places[0] : places[-1] + 1], chain[places[-1] + 1 :]
