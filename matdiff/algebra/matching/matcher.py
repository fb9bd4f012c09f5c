"""Matching: the substitutions under which a side of a statement becomes a given expression.

Both are in standard form.  The letters of the statement stand for anything of their kind; a letter in a product takes
in one factor or several neighbours, the last letter of a sum or an entrywise product whatever is left, a scalar letter
in front all scalars, or 1 where there are none.  Recursion goes no deeper than the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from matdiff.algebra.constants import Constant, Identity, Zeros
from matdiff.algebra.dims import ONE, SCALAR, Size, solution
from matdiff.algebra.expr import UNIT, Expr, Index, Number, Operator, Symbol
from matdiff.algebra.matching.rules import Term, matrix_base, term
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.matching.substitution import Applied, Family, Found, substituted
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.entries import vectorised
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, multiple
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member
from matdiff.algebra.operators.symbolic_powers import SymbolicPower, last_of
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.errors import MatdiffError

PROVED = frozenset(("symmetric", "skew", "orthogonal", "diagonal", "lower", "upper", "idempotent"))


class Matcher:
    """Matches statements with expressions in the standard form of one *form*."""

    def __init__(self, form: Standard) -> None:
        self.form = form
        self.empty = False  # whether a letter in a product may be I where there is no factor for it

    # ---- leaves -----------------------------------------------------------------------------------------

    def match(self, p: Expr, e: Expr, found: Found) -> Iterator[Found]:
        """The substitutions that extend what was found before."""
        if isinstance(p, Symbol):
            yield from self._letter(p, e, found)
        elif isinstance(p, Transpose) and isinstance(p.operands[0], Symbol | Member):
            yield from self.match(p.operands[0], self.form.flipped(e), found)
        elif isinstance(p, Member):
            yield from self._member(p, e, found)
        elif isinstance(p, Index):
            yield from self._index(p, e, found)
        elif isinstance(p, Sum):
            yield from self._sum(p, e, found)
        elif isinstance(p, Scale) or (isinstance(p, Hadamard) and p.is_scalar):
            yield from self._term(term(p), term(e), found)
        elif isinstance(p, Product):
            yield from self._chain(p.operands, e.operands if isinstance(e, Product) else (e,), found)
            if p.is_scalar and isinstance(e, Product):
                yield from self._chain(p.operands, self.turned(e).operands, found)
        elif isinstance(p, Hadamard):
            if isinstance(e, Hadamard):
                yield from self._bag(p.operands, e.operands, Hadamard.of, found)
        else:
            yield from self._operation(p, e, found)

    def _letter(self, p: Symbol, e: Expr, found: Found) -> Iterator[Found]:
        if p in found:
            if found[p] is e:
                yield found
            return
        bound = found.get("bound", ())
        if any(i in e.free for i in bound) or not self._has(p, e):
            return
        sized = self._shape(p, e, found)
        if sized is not None:
            as_size = size_of(e) if "integer" in p.properties else None
            yield {**sized, p: e} if as_size is None else {**sized, p: e, p.name: as_size}

    def _has(self, p: Symbol, e: Expr) -> bool:
        """Whether an expression has what a letter is declared to have, as far as that can be seen."""
        wanted = p.properties & PROVED
        if "integer" in p.properties and e.number is not None and e.number.denominator != 1:
            return False
        if not wanted or wanted <= assumed(e):
            return True
        return wanted <= {"symmetric"} and (is_symmetric(e) or self.form.flipped(e) is e)

    def _shape(self, p: Expr, e: Expr, found: Found) -> Found | None:
        for extent, actual in zip(p.shape, e.shape, strict=True):
            sized = self._size(extent, actual, found)
            if sized is None:
                return None
            found = sized
        return found

    def _size(self, p: Size, actual: Size, found: Found) -> Found | None:
        """A size gives the letter in it that is not known yet; one with several waits until they are."""
        unknown = [n for n in p.names() if n not in found]
        if not unknown:
            return found if substituted(p, found) is actual else None
        if len(unknown) > 1:
            return {**found, "sizes": (*found.get("sizes", ()), (p, actual))}
        value = solution(p, unknown[0], actual, found)
        return None if value is None else {**found, unknown[0]: value}

    def _member(self, p: Member, e: Expr, found: Found) -> Iterator[Found]:
        family, *places = p.operands
        here = [found.get(i, i) if isinstance(i, Index) else i for i in places]
        if family in found:
            if len(here) == 1 and self.form.of(found[family].at(here[0])) is e:
                yield found
        elif len(here) == 1 and isinstance(here[0], Index):
            yield {**found, family: Family(here[0], e)}

    def _index(self, p: Index, e: Expr, found: Found) -> Iterator[Found]:
        if p in found:
            if found[p] is e:
                yield found
        elif e.is_scalar:
            yield {**found, p: e}

    def turned(self, e: Expr) -> Expr:
        """The transpose, of a product of scalars too."""
        if isinstance(e, Product):
            return Product.of(*[self.form.flipped(f) for f in reversed(e.operands)])
        return self.form.flipped(e)

    # ---- sums and products ------------------------------------------------------------------------------

    def _sum(self, p: Sum, e: Expr, found: Found) -> Iterator[Found]:
        if isinstance(e, Sum):
            yield from self._bag(p.operands, e.operands, Sum.of, found)

    def _bag(
        self, ps: Sequence[Expr], es: Sequence[Expr], join: Callable[..., Expr], found: Found, rest: bool = False
    ) -> Iterator[Found]:
        """Terms or factors in any order; a bare letter may take several; with *rest* some may be left over."""
        ps = sorted(ps, key=is_bare)
        yield from self._bag_from(ps, tuple(es), join, found, rest)

    def _bag_from(
        self, ps: Sequence[Expr], es: tuple[Expr, ...], join: Callable[..., Expr], found: Found, rest: bool
    ) -> Iterator[Found]:
        if not ps:
            if rest or not es:
                yield {**found, "rest": es}
            return
        if len(es) < len(ps):
            return
        p, *others = ps
        if not others and len(es) > 1 and is_bare(p) and not rest:
            for more in self.match(p, self.form.of(join(*es)), found):
                yield {**more, "rest": ()}
            return
        for k, e in enumerate(es):
            for more in self.match(p, e, found):
                yield from self._bag_from(others, es[:k] + es[k + 1 :], join, more, rest)
        if len(others) == 1 and is_bare(p) and len(es) > 2 and not rest:
            for k, e in enumerate(es):
                for more in self.match(others[0], e, found):
                    for last in self.match(p, self.form.of(join(*es[:k], *es[k + 1 :])), more):
                        yield {**last, "rest": ()}

    def _chain(self, ps: Sequence[Expr], es: Sequence[Expr], found: Found, end: Size | None = None) -> Iterator[Found]:
        """Factors in their order; a letter takes one or several neighbours, or is I where there is none for it."""
        end = es[-1].cols if es else end
        if not ps:
            if not es:
                yield found
            return
        p, others = ps[0], ps[1:]
        most = len(es) if is_bare(p) else 1
        for count in range(1, most + 1):
            if count <= len(es):
                head = es[0] if count == 1 else Product.of(*es[:count])
                for more in self.match(p, head, found):
                    yield from self._chain(others, es[count:], more, end)
        side = es[0].rows if es else end
        if self.empty and is_bare(p) and side is not None:
            for more in self.match(p, Number(1) if side is ONE else Identity(side), found):
                yield from self._chain(others, es, more, end)

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
        for more in self._bag_from(ps, tuple(es), Hadamard.of, found, True):
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

    def _operation(self, p: Expr, e: Expr, found: Found) -> Iterator[Found]:
        if isinstance(p, IndexedSum):
            if isinstance(e, IndexedSum):
                yield from self._indexed(p, e, found)
        elif isinstance(p, Power | SymbolicPower):
            yield from self._power(p, e, found)
        elif isinstance(p, Unspecified):
            yield from self._function(p, e, found)
        elif isinstance(p, Vec) and e.cols is ONE and not isinstance(e, Vec):
            yield from self.match(p.operands[0], e, found)
            yield from self.match(p.operands[0], self.form.flipped(e), found)
        elif isinstance(p, Trace) and e.is_scalar:
            inside = e.operands[0] if isinstance(e, Trace) else e
            yield from self.match(p.operands[0], inside, found)
            yield from self.match(p.operands[0], self.turned(inside), found)
        elif isinstance(p, Constant) and e.number == (0 if isinstance(p, Zeros) else 1):
            sized = self._shape(p, e, found)
            if sized is not None:
                yield sized
        elif isinstance(p, HorizontalStack | VerticalStack):
            if type(e) is type(p):
                yield from self._blocks(p.operands, e.operands, type(p), found)
        elif isinstance(p, Entry) and isinstance(p.operands[0], Symbol) and not isinstance(e, Entry):
            yield from self._entry(p, e, found)
        elif type(p) is type(e) and len(p.operands) == len(e.operands):
            start = self._data(p, e, found)
            if start is not None:
                yield from self._operands(p.operands, e.operands, start)

    def _operands(self, ps: Sequence[Expr], es: Sequence[Expr], found: Found) -> Iterator[Found]:
        if not ps:
            yield found
            return
        for more in self.match(ps[0], es[0], found):
            yield from self._operands(ps[1:], es[1:], more)

    def _blocks(self, ps: Sequence[Expr], es: Sequence[Expr], kind: type[Expr], found: Found) -> Iterator[Found]:
        """Blocks in their order; a letter, or zeros, may take several neighbours."""
        if not ps:
            if not es:
                yield found
            return
        most = len(es) if is_bare(ps[0]) or isinstance(ps[0], Zeros) else 1
        for number in range(1, most + 1):
            head = es[0] if number == 1 else self.form.of(kind.of(*es[:number]))  # type: ignore[attr-defined]
            for more in self.match(ps[0], head, found):
                yield from self._blocks(ps[1:], es[number:], kind, more)

    def _entry(self, p: Expr, e: Expr, found: Found) -> Iterator[Found]:
        """xᵢ: whatever is made of entries with this index in the same way for all of them."""
        places = [found.get(i, i) for i in p.operands[1:]]
        if e.is_scalar and all(isinstance(i, Index) and i in e.free for i in places):
            whole = vectorised(e, tuple(places))
            if whole is not None:
                yield from self.match(p.operands[0], self.form.of(whole), found)

    def _data(self, p: Expr, e: Expr, found: Found) -> Found | None:
        """Sizes, numbers and names beside the operands."""
        if not isinstance(p, Operator) and p.number is None:
            return self._shape(p, e, found)
        for a, b in zip(p.data, e.data, strict=True):
            if isinstance(a, Size) and isinstance(b, Size):
                sized = self._size(a, b, found)
                if sized is None:
                    return None
                found = sized
            elif a is not b and a != b:
                return None
        return found

    def _indexed(self, p: IndexedSum, e: IndexedSum, found: Found) -> Iterator[Found]:
        sized = self._size(p.index.last, e.index.last, found)
        if sized is not None:
            bound = (*found.get("bound", ()), e.index)
            for more in self.match(p.operands[0], e.operands[0], {**sized, p.index: e.index, "bound": bound}):
                yield {**more, "bound": bound[:-1]}

    def _power(self, p: Expr, e: Expr, found: Found) -> Iterator[Found]:
        """aˢ with a letter s: every power, and what is none as one with s = 1."""
        base, exponent = power_of(e, isinstance(p, SymbolicPower))
        for more in self.match(p.operands[1], exponent, found):
            yield from self.match(p.operands[0], base, more)

    def _function(self, p: Unspecified, e: Expr, found: Found) -> Iterator[Found]:
        """g(A) with an open g: any function of every entry."""
        if isinstance(e, Entrywise | Power | Unspecified) and all(o.shape == SCALAR for o in e.operands[1:]):
            name = p.data[0]
            known = found.get(name)
            if p.data[1] == 0 and (known is None or known.to(e.operands[0]) is e):
                yield from self.match(p.operands[0], e.operands[0], {**found, name: Applied(e)})


def is_bare(p: Expr) -> bool:
    """Whether a part of a statement is a letter, perhaps transposed, or what an index makes of it."""
    return isinstance(p.operands[0] if isinstance(p, Transpose) else p, Symbol | Member)


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


def size_of(e: Expr) -> Size | None:
    """A whole number, a letter for one, or what is made of them, as the size that it is."""
    try:
        found = last_of(e)
    except MatdiffError:
        return None
    return None if found.number is not None and found.number < 0 else found
