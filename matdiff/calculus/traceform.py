"""df → Tr(H dX): the properties of the trace bring every differential to the right end of a trace.

A line is a sum of terms Σᵢ c Tr(P L Q), where L is the only factor that holds a differential.  A law
replaces one term by others with a smaller L, so the process ends; then L is some dX and Q is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import UNIT, Expr, Index, Number, Operator
from matdiff.algebra.identities.factoring import zero_in_sum
from matdiff.algebra.identities.indexed import fresh_index
from matdiff.algebra.identities.products import ones_in_hadamard, zero_in_product
from matdiff.algebra.identities.traces import (
    factors_before_trace,
    scalar_as_trace,
    trace_of_cycle,
    trace_of_indexed_sum,
    trace_of_multiple,
    trace_of_scalar,
    trace_of_sum,
    trace_of_transposed_product,
)
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.kinds import VARYING, is_a
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.operators.linear import law_at
from matdiff.algebra.operators.products import (
    Hadamard,
    Product,
    Scale,
    Sum,
    Transpose,
    both,
    coefficient,
    multiple,
    scalars_of,
)
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import IndexedSum, substitute_index, under
from matdiff.algebra.rewriting import Step, Steps, Told
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple


class TraceTerm(NamedTuple):
    """number × Σ over *sums* of scalars × Tr(left · middle · right)."""

    middle: Expr
    left: tuple[Expr, ...] = ()
    right: tuple[Expr, ...] = ()
    number: Fraction = UNIT
    scalars: tuple[Expr, ...] = ()
    sums: tuple[Index, ...] = ()

    def times(self, scalars: Sequence[Expr], middle: Expr) -> TraceTerm:
        """Another middle, with scalars taken out of this one."""
        number = self.number
        for s in scalars:
            number = number if s.number is None else both(number, s.number)
        return self._replace(
            middle=middle, number=number, scalars=(*self.scalars, *[s for s in scalars if s.number is None])
        )

    def around(self, left: tuple[Expr, ...], middle: Expr, right: tuple[Expr, ...]) -> TraceTerm:
        """The same number, scalars and sums with another product below the trace."""
        return TraceTerm(middle, left, right, *self[3:])

    def expression(self) -> Expr:
        """The term as it stands in the line."""
        return self.with_factor(Trace(Product.of(*self.left, self.middle, *self.right)))

    def with_factor(self, e: Expr, sums: Sequence[Index] | None = None) -> Expr:
        """A trace or matrix with the number, the scalars and the sums of the term; reciprocals stand last."""
        if self.scalars:
            below = [s for s in self.scalars if s.reciprocal]
            above = [s for s in self.scalars if not s.reciprocal]
            e = Hadamard.of(*above, e, *below) if e.is_scalar else Scale.of(Hadamard.of(*above, *below), e)
        own, rest = coefficient(under(self.sums if sums is None else sums, e))
        return multiple(both(self.number, own), rest)

    @property
    def done(self) -> bool:
        return isinstance(self.middle, Differential) and not self.right

    @property
    def shows_gradient(self) -> bool:
        """Whether it is done, and a multiple of Tr(Gᵀ dX), under no sum that X does not depend on."""
        return [*map(type, self.left)] == [Transpose] and self.middle.operands[0].free.issuperset(self.sums)


Move = tuple[Law, TraceTerm]


class Moved(NamedTuple):
    """The application of a law to a term, before anybody asks for it as a step."""

    law: Law
    before: TraceTerm
    after: Sequence[TraceTerm]
    silent: bool = False  # whether it is no step where it changes nothing in writing


def told(applied: Sequence[Step | Moved]) -> Told:
    """Applications as steps."""

    def tell() -> Iterator[Step]:
        for a in applied:
            step = a if isinstance(a, Step) else Step(a.law, a.before.expression(), line_of(a.after))
            if isinstance(a, Step) or step.before is not step.after or not a.silent:
                yield step

    return Steps(tell)


class TraceForm:
    """Brings the terms of a line to the form Tr(H dX), in rounds that each change every open term once."""

    def terms(self, df: Expr) -> tuple[Law, list[TraceTerm]]:
        """The terms of df, and the law by which df is the sum of them; what holds no differential is 0, and left out.

        A trace with its factor is taken as it is, anything else as a = Tr(a).
        """
        law, found = factors_before_trace, list[TraceTerm]()
        for e in df.operands if isinstance(df, Sum) else (df,):
            if holds_differential(e):
                term = self._term(e)
                law = scalar_as_trace if term is None else law
                found.append(term or TraceTerm(e))
            else:
                law = zero_in_sum if law is factors_before_trace else law
        return law if found else zero_in_product, found

    def _term(self, e: Expr) -> TraceTerm | None:
        """A trace with its factor, where a term is one."""
        number, rest = coefficient(e)
        factors = rest.operands if isinstance(rest, Hadamard) else (e if rest is None else rest,)
        traces = [k for k, f in enumerate(factors) if isinstance(f, Trace) and holds_differential(f)]
        if not traces:
            return None
        k = traces[0]
        return TraceTerm(factors[k].operands[0], number=number, scalars=(*factors[:k], *factors[k + 1 :]))

    def rounds(self, terms: Sequence[TraceTerm]) -> tuple[list[Told], list[TraceTerm]]:
        """The steps from a sum of terms to one of done terms, grouped by line, and those terms."""
        first: list[Step | Moved] = []
        current = self._settle(terms, first)
        rounds = [told(first)] if first else []
        while any(not t.done for t in current):
            steps: list[Step | Moved] = []
            following: list[TraceTerm] = []
            for term in current:
                following.extend([term] if term.done else self._advance(term, steps))
            rounds.append(told(steps))
            current = following
        return rounds, current

    def _advance(self, term: TraceTerm, steps: list[Step | Moved]) -> list[TraceTerm]:
        law, moved = self._move(term)
        steps.append(Moved(law, term, (moved,), silent=True))
        without = ones_in_hadamard.apply(moved.left[0]) if moved.left and isinstance(moved.left[0], Hadamard) else None
        if without is not None:
            simple = moved._replace(left=(without, *moved.left[1:]))
            steps.append(Moved(ones_in_hadamard, moved, (simple,), silent=True))
            moved = simple
        return self._settle([moved], steps)

    # ---- what a textbook writes no line for: sums of traces and scalars -----------------------------

    def _settle(self, terms: Sequence[TraceTerm], steps: list[Step | Moved]) -> list[TraceTerm]:
        """Splits sums, takes scalars out and opens products, until the middle is a factor that needs a law."""
        waiting, settled = list(reversed(terms)), []
        while waiting:
            t = waiting.pop()
            opened = None if isinstance(t.middle, Differential) else self._open(t)
            if opened is None:
                settled.append(t)
                continue
            law, parts = opened
            waiting.extend(reversed(parts))
            steps.append(Moved(law, t, parts, silent=True))
        return settled

    def _open(self, t: TraceTerm) -> tuple[Law, Sequence[TraceTerm]] | None:
        match t.middle:
            case Sum(operands=terms):
                parts = [t.around(t.left, m, t.right) for m in terms if holds_differential(m)]
                return trace_of_sum if len(parts) > 1 else zero_in_sum, parts
            case Scale(operands=(c, a)) if holds_differential(a):
                return trace_of_multiple, [t.times(scalars_of(c), a)]
            case Scale(operands=(c, a)):
                rest = Trace(Product.of(*t.left, a, *t.right))
                return trace_of_multiple, [t.times((rest,), c).around((), c, ())]
            case Product(operands=factors):
                k = self._place(factors)
                left, right = (*t.left, *factors[:k]), (*factors[k + 1 :], *t.right)
                return trace_of_multiple, [t.around(left, factors[k], right)]
            case Hadamard(operands=factors) if t.middle.is_scalar:
                k = self._place(factors)
                return trace_of_multiple, [t.times((*factors[:k], *factors[k + 1 :]), factors[k])]
            case Trace() if t.left or t.right:  # Tr(H Tr(A)) = Tr(H)Tr(A)
                around = Product.of(*t.left, *t.right)
                other = around if around.is_scalar else Trace(around)
                return trace_of_multiple, [t.times((other,), t.middle).around((), t.middle, ())]
            case Trace(operands=(a,)):
                return trace_of_scalar, [t.around(t.left, a, t.right)]
            case Operator(operands=blocks) if is_a(t.middle, "HorizontalStack", "VerticalStack"):
                from matdiff.algebra.operators.blocks import alone, blocks_one_by_one

                places = [k for k, b in enumerate(blocks) if holds_differential(b)]
                parts = [t.around(t.left, alone(t.middle, k), t.right) for k in places]
                return (blocks_one_by_one, parts) if len(parts) > 1 else None
            case IndexedSum(operands=(body,), data=(index,)):
                return trace_of_indexed_sum, [self._bind(t, body, index)]
            case _:
                return None

    def _place(self, factors: Sequence[Expr]) -> int:
        """Where among the factors the differential is."""
        places = [k for k, f in enumerate(factors) if f.classes & VARYING]
        if len(places) != 1:
            raise UnsupportedError("a product of differentials is not linear in them")
        return places[0]

    def _bind(self, t: TraceTerm, body: Expr, index: Index) -> TraceTerm:
        """Takes a sum over an index in front of the trace, renaming the index where its name is taken."""
        outside: set[str] = {i.name for i in t.sums}
        for e in (*t.left, *t.right, *t.scalars):
            outside |= {i.name for i in e.free}
        if index.name in outside:
            new = fresh_index(index, outside | {i.name for i in body.free})
            body, index = substitute_index(body, index, new), new
        return t._replace(middle=body, sums=(*t.sums, index))

    # ---- the properties of the trace ----------------------------------------------------------------

    def _move(self, t: TraceTerm) -> Move:
        if isinstance(t.middle, Transpose):
            left = tuple(transposed(f) for f in reversed(t.right))
            right = tuple(transposed(f) for f in reversed(t.left))
            return trace_of_transposed_product, t.around(left, t.middle.operands[0], right)
        if t.right:
            return trace_of_cycle, t.around((*t.right, *t.left), t.middle, ())
        return self._shift(t)

    def _shift(self, t: TraceTerm) -> Move:
        """Tr(H op(L)) = Tr(H' L), the law of an operator that is linear in L."""
        e = t.middle
        law = e.shift if isinstance(e, Operator) else None
        if law is None:
            name = e.title() if isinstance(e, Operator) else str(e)
            raise UnsupportedError(f"there is no law that takes a differential out of {name}")
        place = self._place(e.operands)
        h = Product.of(*t.left) if t.left else Number(1) if e.is_scalar else Identity(e.rows)
        moved: Expr = law.apply(e, h, place)
        return law_at(law, e, place), t.around((moved,), e.operands[place], t.right)


def line_of(terms: Sequence[TraceTerm]) -> Expr:
    """A sum of terms as an expression."""
    return Sum.of(*[t.expression() for t in terms]) if terms else Number(0)
