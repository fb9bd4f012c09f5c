"""Matching up to the rules of the standard form: the statement and the expression are both in that form.

Beyond what is matched as it is written, a scalar letter in front takes all scalars, or 1 where there are none, a
scalar is its transpose, a column its own vec, and whatever is no power a power with the exponent 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from matdiff.algebra.constants import Constant, Identity, Zeros
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import UNIT, Expr, Number, Symbol
from matdiff.algebra.matching.rules import Term, term
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose, multiple
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symbolic_powers import SymbolicPower, matrix_base
from matdiff.algebra.statements.matcher import NOTHING, Matcher, is_as_wide, is_bare
from matdiff.algebra.statements.substitution import Found


class UpToForm(Matcher):
    """Matches statements with expressions in the standard form of one *form*."""

    def __init__(self, form: Standard) -> None:
        self.form = form
        self.empty = False  # whether a letter in a product may be I where there is no factor for it

    def match(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        if isinstance(p, Transpose) and isinstance(p.operands[0], (Symbol, Member)):
            return self.match(p.operands[0], self.form.flipped(e), found)
        if isinstance(p, Member):
            return self._member(p, e, found)
        if isinstance(p, Scale) or (isinstance(p, Hadamard) and p.is_scalar):
            return self._term(term(p), term(e), found)
        if isinstance(p, Product) and p.is_scalar and isinstance(e, Product):
            return (more for way in (e, self.turned(e)) for more in self.chain(p.operands, way.operands, found))
        if isinstance(p, Product) and isinstance(e, Hadamard) and e.is_scalar:
            return self.chain(p.operands, e.operands, found)
        return super().match(p, e, found)

    def settled(self, e: Expr) -> Expr:
        return self.form.of(e)

    # ---- leaves -----------------------------------------------------------------------------------------

    def holds(self, wanted: str, e: Expr) -> bool:
        return super().holds(wanted, e) or (wanted == "symmetric" and self.form.flipped(e) is e)

    def turned(self, e: Expr) -> Expr:
        """The transpose, of a product of scalars too."""
        if isinstance(e, Product):
            return Product.of(*[self.form.flipped(f) for f in reversed(e.operands)])
        return self.form.flipped(e)

    # ---- products ---------------------------------------------------------------------------------------

    def chain(self, ps: Sequence[Expr], es: Sequence[Expr], found: Found) -> Iterable[Found]:
        """Factors in their order; where *empty*, a letter may be I where there is none for it."""
        return self._with_empty(ps, es, found, ONE) if self.empty else super().chain(ps, es, found)

    def _with_empty(self, ps: Sequence[Expr], es: Sequence[Expr], found: Found, end: Size) -> Iterator[Found]:
        end = es[-1].cols if es else end
        if not ps:
            if not es:
                yield found
            return
        p, others = ps[0], ps[1:]
        most = len(es) if is_bare(p) else min(len(es), 1)
        for count in (k for k in range(1, most + 1) if is_as_wide(p, es[0], es[k - 1])):
            head = es[0] if count == 1 else Product.of(*es[:count])
            for more in self.match(p, head, found):
                yield from self._with_empty(others, es[count:], more, end)
        if is_bare(p):
            side = es[0].rows if es else end
            for more in self.match(p, Number(1) if side is ONE else Identity(side), found):
                yield from self._with_empty(others, es, more, end)

    def _term(self, p: Term, e: Term, found: Found) -> Iterator[Found]:
        """number × scalars × core: what is left of the scalars goes to a scalar letter, or into a bare core."""
        letters = [s for s in p.scalars if isinstance(s, Symbol)]
        shapes = [s for s in p.scalars if not isinstance(s, Symbol)]
        if p.core is None and e.core is not None:
            return
        for more, left in self._scalars(shapes, e.scalars, found):
            number = e.number / p.number
            known = [s for s in letters if s in more]
            fresh = [s for s in letters if s not in more]
            ok, number, left = without_known(known, more, number, left)
            if not ok:
                continue
            if p.core is not None and e.core is not None:
                yield from self._shared(fresh, number, left, p.core, e.core, more)
            elif p.core is None and e.core is None:
                yield from self._spread(fresh, number, left, more)
            elif p.core is not None and not fresh:
                yield from self.match(p.core, self.form.of(scaled(number, left, None)), more)

    def _shared(
        self, fresh: Sequence[Symbol], number: Fraction, left: Sequence[Expr], p: Expr, e: Expr, found: Found
    ) -> Iterator[Found]:
        if fresh:
            for more in self.match(p, e, found):
                yield from self._spread(fresh, number, left, more)
        elif number == 1 and not left:
            yield from self.match(p, e, found)
        elif is_bare(p):
            yield from self.match(p, self.form.of(scaled(number, left, e)), found)

    def _scalars(
        self, ps: Sequence[Expr], es: Sequence[Expr], found: Found
    ) -> Iterator[tuple[Found, tuple[Expr, ...]]]:
        """Each of the scalars with one of the others, and those that are left."""
        for more in self._bag(ps, tuple(es), Hadamard.of, found, True):
            yield more, more["rest"]

    def _spread(
        self, letters: Sequence[Symbol], number: Fraction, left: Sequence[Expr], found: Found
    ) -> Iterator[Found]:
        """Scalars among scalar letters: all go to the last one, or one each to those before."""
        if not letters:
            if number == 1 and not left:
                yield found
            return
        first, *others = letters
        if not others:
            yield from self.match(first, self.form.of(scaled(number, left, None)), found)
            return
        pieces: list[tuple[Expr, Fraction, Sequence[Expr]]] = [(Number(number), UNIT, left)] if number != 1 else []
        pieces += [(s, number, (*left[:k], *left[k + 1 :])) for k, s in enumerate(left)]
        for piece, n, others_left in pieces:
            for more in self.match(first, piece, found):
                yield from self._spread(others, n, others_left, more)

    # ---- operations -------------------------------------------------------------------------------------

    def _operation(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        if isinstance(p, Power):
            return self._power(p, e, found)
        if isinstance(p, Vec) and e.cols is ONE and not isinstance(e, Vec):
            return self._either(p.operands[0], (e, self.form.flipped(e)), found)
        if isinstance(p, Trace) and e.is_scalar:
            inside = e.operands[0] if isinstance(e, Trace) else e
            turns = self.form.has("transpose within a trace")
            return self._either(p.operands[0], (inside, self.turned(inside)) if turns else (inside,), found)
        if isinstance(p, Constant) and e.number == (0 if isinstance(p, Zeros) else 1):
            sized = self._shape(p, e, found)
            return NOTHING if sized is None else (sized,)
        if isinstance(p, (HorizontalStack, VerticalStack)):
            return self._blocks(p.operands, e.operands, type(p), found) if type(e) is type(p) else NOTHING
        return super()._operation(p, e, found)

    def _either(self, p: Expr, ways: Sequence[Expr], found: Found) -> Iterable[Found]:
        return (more for e in ways for more in self.match(p, e, found))

    def _blocks(self, ps: Sequence[Expr], es: Sequence[Expr], kind: type[Expr], found: Found) -> Iterator[Found]:
        """Blocks in their order; a letter, or zeros, may take several neighbours."""
        if not ps or not es:
            if not ps and not es:
                yield found
            return
        most = len(es) if is_bare(ps[0]) or isinstance(ps[0], Zeros) else 1
        for number in range(1, most + 1):
            head = es[0] if number == 1 else self.form.of(kind.of(*es[:number]))  # type: ignore[attr-defined]
            for more in self.match(ps[0], head, found):
                yield from self._blocks(ps[1:], es[number:], kind, more)

    def _power(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        """aˢ with a letter s: every power, and what is none as one with s = 1."""
        base, exponent = power_of(e, isinstance(p, SymbolicPower))
        for more in self.match(p.operands[1], exponent, found):
            yield from self.match(p.operands[0], base, more)


def power_of(e: Expr, of_matrix: bool) -> tuple[Expr, Expr]:
    """An expression as base and exponent."""
    if of_matrix:
        return matrix_base(e)
    return (e.operands[0], e.operands[1]) if isinstance(e, Power) else (e, Number(1))


def scaled(number: Fraction, scalars: Sequence[Expr], core: Expr | None) -> Expr:
    """number × scalars × core."""
    if scalars:
        whole = Hadamard.of(*scalars)
        core = whole if core is None else Scale.of(whole, core)
    return multiple(number, core)


def without_known(
    known: Sequence[Symbol], found: Found, number: Fraction, left: tuple[Expr, ...]
) -> tuple[bool, Fraction, tuple[Expr, ...]]:
    """Takes what scalar letters are known to stand for away from a number and scalars."""
    for letter in known:
        part = term(found[letter])
        if part.number == 0:
            return False, number, left
        number /= part.number
        remaining = list(left)
        for s in part.scalars:
            if s not in remaining:
                return False, number, left
            remaining.remove(s)
        left = tuple(remaining)
    return True, number, left
