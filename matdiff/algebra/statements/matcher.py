"""Matching: the substitutions under which a side of a statement becomes a given expression.

The letters of the statement stand for anything of their kind; a letter in a product takes in one factor or several
neighbours, the last letter of a sum or an entrywise product whatever is left.  k in Aᵏ stands for any exponent, in a
product for 1 and −1 as well, k in 2k + 1 for what makes a number of it, g in g(A) for any function of every entry.
Recursion goes no deeper than the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from itertools import pairwise

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE, SCALAR, Size, solution
from matdiff.algebra.expr import FUNCTIONS, Expr, Index, Number, Operator, Symbol, postorder
from matdiff.algebra.kinds import SPECTRAL, is_a
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, turned
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import Named, value_of
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member
from matdiff.algebra.operators.symbolic_powers import SymbolicPower, counted, last_of, matrix_base
from matdiff.algebra.operators.symmetry import is_not_positive
from matdiff.algebra.statements.substitution import Applied, Derived, Family, Found, substituted
from matdiff.errors import MatdiffError, ShapeError

GRANTED = frozenset(  # properties that are conditions of a law, said in words; what a letter stands for has the others
    "psd spd invertible positive nonnegative integer index".split()
)
NOTHING: tuple[Found, ...] = ()
SPECIAL = frozenset((Index, Sum, Hadamard, Scale, Product, SymbolicPower, Unspecified))  # match more freely


class Matcher:
    """Matches statements with expressions as they are written."""

    def match(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        """The substitutions that extend what was found before."""
        kind = type(p)
        if kind is Symbol:  # to ask for a class by itself is fast, and none of these has others below it
            return self._letter(p, e, found)  # type: ignore[arg-type]
        if kind is Transpose and p.rows is ONE and type(p.operands[0]) is Symbol:
            return self.match(p.operands[0], turned(e), found) if e.rows is ONE else NOTHING
        if kind not in SPECIAL:
            return self._operation(p, e, found)
        if kind is Product:
            return self.chain(p.operands, e.operands if type(e) is Product else (e,), found)
        if isinstance(p, Index):
            return self._index(p, e, found)
        if isinstance(p, SymbolicPower):
            return self._power(p, e, found)
        if isinstance(p, Unspecified):
            return self._function(p, e, found)
        if p.is_scalar and e.number is not None:
            return self._solved(p, e.number, found)
        if isinstance(p, Scale):
            return self._multiple(p, e, found)
        alike, join = type(e) is kind, kind.of  # type: ignore[attr-defined]
        return self._bag(sorted(p.operands, key=is_bare), e.operands, join, found) if alike else NOTHING

    def settled(self, e: Expr) -> Expr:
        """What is made of an expression, in the form that expressions have here."""
        return e

    def joined(self, join: Callable[..., Expr], parts: Sequence[Expr]) -> Expr:
        """Several operands for one letter."""
        return self.settled(join(*parts))

    # ---- letters ----------------------------------------------------------------------------------------

    def _letter(self, p: Symbol, e: Expr, found: Found) -> Iterable[Found]:
        known = found.get(p)
        if known is not None:
            return (found,) if known is e else NOTHING
        if not self._has(p, e) or (e.free and any(i in e.free for i in found.get("bound", ()))):
            return NOTHING
        sized = self._shape(p, e, found)
        if sized is None:
            return NOTHING
        as_size = size_of(e) if "integer" in p.properties else None
        return ({**sized, p: e} if as_size is None else {**sized, p: e, p.name: as_size},)

    def _index(self, p: Index, e: Expr, found: Found) -> Iterator[Found]:
        """Every place: a number, an index, or one that data give."""
        if p in found:
            if found[p] is e:
                yield found
        elif e.is_scalar:
            yield {**found, p: e}

    def _has(self, p: Symbol, e: Expr) -> bool:
        """Whether an expression has what a letter is declared to have, as far as that has to be seen."""
        if not p.properties:
            return True
        if "integer" in p.properties and e.number is not None and e.number.denominator != 1:
            return False
        if "positive" in p.properties and is_not_positive(e):
            return False
        return all(self.holds(wanted, e) for wanted in p.properties - GRANTED)

    def holds(self, wanted: str, e: Expr) -> bool:
        """Whether an expression has a property, as far as that can be seen."""
        from matdiff.algebra.operators.triangular import holds

        return holds(wanted, e)

    def _shape(self, p: Expr, e: Expr, found: Found) -> Found | None:
        if p.is_scalar:
            return found if e.is_scalar else None
        for extent, actual in zip(p.shape, e.shape, strict=True):
            sized = self._size(extent, actual, found)
            if sized is None:
                return None
            found = sized
        return found

    def _size(self, p: Size, actual: Size, found: Found) -> Found | None:
        """A size gives the letter in it that is not known yet; one with several waits until they are."""
        name = p.name
        if name in found:
            return found if found[name] is actual else None
        if name is not None:
            return {**found, name: actual} if actual.name is not None or actual.is_whole else None
        unknown = [n for n in p.names() if n not in found]
        if not unknown:
            return found if substituted(p, found) is actual else None
        if len(unknown) > 1:
            return {**found, "sizes": (*found.get("sizes", ()), (p, actual))}
        value = solution(p, unknown[0], actual, found)
        return None if value is None else {**found, unknown[0]: value}

    def _solved(self, p: Expr, number: Fraction, found: Found) -> Iterable[Found]:
        """A number for 2k + 1 or −k: for the letter that is not known what makes it so, where there is one."""
        letters, left = linear(p)[0], number - linear(p)[1]
        unknown = [(letter, times) for letter, times in letters if letter not in found]
        for letter, times in letters:
            if letter in found:
                known = found[letter].number
                if known is None:
                    return NOTHING
                left -= times * known
        if len(unknown) == 1:
            letter, times = unknown[0]
            return self.match(letter, Number(left / times), found)
        return (found,) if letters and not unknown and not left else NOTHING

    # ---- sums and products ------------------------------------------------------------------------------

    def _bag(
        self, ps: Sequence[Expr], es: tuple[Expr, ...], join: Callable[..., Expr], found: Found, rest: bool = False
    ) -> Iterator[Found]:
        """Terms or factors in any order; a bare letter may take several; with *rest* some may be left over."""
        if not ps:
            if rest or not es:
                yield {**found, "rest": es}
            return
        if len(es) < len(ps):
            return
        p, *others = ps
        takes_rest = is_bare(p) and not rest
        if not others and len(es) > 1 and takes_rest:
            for more in self.match(p, self.joined(join, es), found):
                yield {**more, "rest": ()}
            return
        for k, e in enumerate(es):
            for more in self.match(p, e, found):
                yield from self._bag(others, es[:k] + es[k + 1 :], join, more, rest)
        if len(others) == 1 and len(es) > 2 and takes_rest:
            for k, e in enumerate(es):
                for more in self.match(others[0], e, found):
                    for last in self.match(p, self.joined(join, es[:k] + es[k + 1 :]), more):
                        yield {**last, "rest": ()}

    def chain(self, ps: Sequence[Expr], es: Sequence[Expr], found: Found) -> Iterable[Found]:
        """All factors in their order; a letter takes one or several neighbours."""
        if not ps:
            return NOTHING if es else (found,)
        p, others = ps[0], ps[1:]
        spare = len(es) - len(others)
        fewest, most = 1 if any(map(is_bare, others)) else max(spare, 1), spare if is_bare(p) else min(spare, 1)
        numbers = [k for k in range(fewest, most + 1) if is_as_wide(p, es[0], es[k - 1])]
        return (last for number in numbers for last in self._link(p, others, es, number, found)) if numbers else NOTHING

    def _link(self, p: Expr, others: Sequence[Expr], es: Sequence[Expr], number: int, found: Found) -> Iterable[Found]:
        """The first *number* factors for the first part."""
        if isinstance(p, SymbolicPower):
            first = self.all_of(p.operands, matrix_base(es[0]), found)
        else:
            first = self.match(p, es[0] if number == 1 else Product.of(*es[:number]), found)
        return (last for more in first for last in self.chain(others, es[number:], more)) if others else first

    def _multiple(self, p: Scale, e: Expr, found: Found) -> Iterable[Found]:
        """cA: scalars that stand beside a given c belong to A, and −A is whatever begins with a minus sign."""
        c, a = p.operands
        if c.number == -1:
            return self.match(a, -e, found) if e.leading_number < 0 or a in found else NOTHING
        given = c.operands if isinstance(c, Hadamard) else (c,)
        if not is_letter(a) or any(map(is_bare, given)):
            return self._operation(p, e, found)
        scalars, rest = (e.operands[0], e.operands[1:]) if isinstance(e, Scale) else (e, ())
        factors = scalars.operands if isinstance(scalars, Hadamard) and scalars.is_scalar else (scalars,)
        return (
            more
            for known in self._bag(given, factors, Hadamard.of, found, rest=True)
            if known["rest"] or rest
            for more in self.match(a, scaled(known["rest"], rest), known)
        )

    # ---- sums over an index -----------------------------------------------------------------------------

    def _indexed(self, p: IndexedSum, e: Expr, found: Found) -> Iterator[Found]:
        """Σᵢ, whichever index it has; what stands for a letter does not depend on that."""
        sized = self._size(p.index.last, e.index.last, found) if isinstance(e, IndexedSum) else None
        if isinstance(e, IndexedSum) and sized is not None:
            bound = (*found.get("bound", ()), e.index)
            for more in self.match(p.operands[0], e.operands[0], {**sized, p.index: e.index, "bound": bound}):
                yield {**more, "bound": bound[:-1]}

    def _member(self, p: Expr, e: Expr, found: Found) -> Iterator[Found]:
        """xᵢ: anything, in which i may stand."""
        family, *places = p.operands
        here = [found.get(i, i) if isinstance(i, Index) else i for i in places]
        if family in found:
            if len(here) == 1 and self.settled(found[family].at(here[0])) is e:
                yield found
        elif len(here) == 1 and isinstance(here[0], Index):
            yield {**found, family: Family(here[0], e)}

    def _entry(self, p: Expr, e: Expr, found: Found) -> Iterator[Found]:
        """x[i]: whatever is made of entries with this index in the same way for all of them."""
        from matdiff.algebra.operators.entries import vectorised

        places = [found.get(i) for i in p.operands[1:]]
        if e.is_scalar and all(isinstance(i, Index) and i in e.free for i in places):
            whole = vectorised(e, tuple(places))  # type: ignore[arg-type]
            if whole is not None:
                yield from self.match(p.operands[0], self.settled(whole), found)

    # ---- operations -------------------------------------------------------------------------------------

    def _operation(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        if type(p) is IndexedSum:
            return self._indexed(p, e, found)
        if type(p) is Member and found.get("bound"):
            return self._member(p, e, found)
        if type(p) is Entry and type(p.operands[0]) is Symbol and type(e) is not Entry:
            return self._entry(p, e, found)
        if p.data and is_spectral(p):
            return self._spectral(p, e, found)
        if type(p) is not type(e) or len(p.operands) != len(e.operands):
            sized = self._shape(p, e, found) if isinstance(p, Ones) and e.number == 1 else None
            return NOTHING if sized is None else (sized,)
        start = self._data(p, e, found)
        return NOTHING if start is None else self.all_of(p.operands, e.operands, start)

    def all_of(self, ps: Sequence[Expr], es: Sequence[Expr], found: Found) -> Iterable[Found]:
        """Each part of a statement with the operand at its place."""
        if not ps:
            return (found,)
        first = self.match(ps[0], es[0], found)
        return first if len(ps) == 1 else (last for more in first for last in self.all_of(ps[1:], es[1:], more))

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

    def _spectral(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        """funm(f, S) with an open f: a function of matrices of any name and with any parameters, derived as often at
        least; of a known S whatever commutes with it, since both are functions of one matrix."""
        from matdiff.algebra.operators.matrix_functions import commute

        if is_a(p, "MatrixFunction") and p.operands[0] in found:
            known = found.get(p, e) is e and commute(found[p.operands[0]], (e,))
            return ({**found, p: e},) if known else NOTHING
        if type(p) is not type(e):
            return NOTHING
        (f, order, *rest), (name, k, *others) = p.data, e.data
        split = len(e.operands) - sum(others)
        s, *parameters = e.operands[:split]
        own = Derived(name, k - order, tuple(parameters))
        if k < order or rest != others or found.get(f, own) != own:
            return NOTHING
        return self.all_of(p.operands, (s, *e.operands[split:]), {**found, f: own})

    def _power(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        """Aˢ with a letter s: every power."""
        return (
            self.all_of(p.operands, matrix_base(e), found) if isinstance(e, (MatrixPower, SymbolicPower)) else NOTHING
        )

    def _function(self, p: Unspecified, e: Expr, found: Found) -> Iterable[Found]:
        """g(A) with an open g: any function of every entry, which has the same parameters wherever it stands; and of
        eigenvalues any formula in them."""
        name, order = p.data
        if is_a(p.operands[0], "Eigenvalues"):
            own = {n for n in postorder(e, lambda n: not n.classes & SPECTRAL) if is_a(n, "Eigenvalues")}
            (t,) = own if len(own) == 1 else (e,)
            return self.match(p.operands[0], t, {**found, name: Applied(e, t)})
        if order or not isinstance(e, (Entrywise, Power, Unspecified)):
            return NOTHING
        known = found.get(name)
        if any(o.shape != SCALAR for o in e.operands[1:]) or (known is not None and known.to(e.operands[0]) is not e):
            return NOTHING
        return self.match(p.operands[0], e.operands[0], {**found, name: Applied(e, e.operands[0])})


def is_spectral(p: Expr) -> bool:
    """Whether a part of a statement is funm(f, S) with an open f, or a derivative of it in some directions."""
    return is_a(p, "MatrixFunction", "FrechetOfFunction") and p.data[0] not in FUNCTIONS


@cache
def linear(p: Expr) -> tuple[tuple[tuple[Expr, int], ...], int]:
    """The letters of an exponent with how often they stand in it, and its number; no letters for another scalar."""
    try:
        counts = counted(p)
    except ShapeError:
        return (), 0
    return tuple([(e, times) for e, times in counts.items() if e.number is None]), counts.get(Number(1), 0)


def scaled(scalars: tuple[Expr, ...], rest: tuple[Expr, ...]) -> Expr:
    """A matrix, if there is one, with scalars in front."""
    return Hadamard.of(*scalars) if not rest else Scale.of(Hadamard.of(*scalars), *rest) if scalars else rest[0]


class Opened(Matcher):
    """Matches what definitions stand for as well; their names stay where a part of a statement stays."""

    def match(self, p: Expr, e: Expr, found: Found) -> Iterable[Found]:
        if is_letter(p) or type(e) is not Named:
            return super().match(p, e, found)
        return ({**more, p: e} for more in super().match(p, value_of(e), found))


def is_letter(p: Expr) -> bool:
    """Whether a part of a statement is a letter, or xᵀ for a column x."""
    return type(p.operands[0] if type(p) is Transpose and p.rows is ONE else p) is Symbol


def is_bare(p: Expr) -> bool:
    """Whether a part of a statement is a letter, perhaps transposed, or what an index makes of it."""
    return type(p.operands[0] if type(p) is Transpose else p) in (Symbol, Member)


def occurs(letter: Expr, ps: Sequence[Expr]) -> int:
    """In how many of some factors a letter stands."""
    return sum(letter in set(postorder(p)) for p in ps)


def core(e: Expr) -> Expr:
    """What stands below transposes, inverses and powers: the same of all factors that are made of one matrix so."""
    while isinstance(e, (Transpose, Inverse, MatrixPower, SymbolicPower)):
        e = e.operands[0]
    return e


@lru_cache(maxsize=1 << 8)
def beside_alike(factors: tuple[Expr, ...]) -> tuple[int, ...]:
    """The places of factors that are made of one matrix as the next ones are: X of XX⁻¹."""
    cores = [core(factor) for factor in factors]
    return tuple([k for k, pair in enumerate(pairwise(cores)) if pair[0] is pair[1]])


def is_as_wide(p: Expr, first: Expr, last: Expr) -> bool:
    """Whether a product with these ends may be what a part of a statement stands for: only columns are columns."""
    return (p.rows is not ONE or first.rows is ONE) and (p.cols is not ONE or last.cols is ONE)


def size_of(e: Expr) -> Size | None:
    """A whole number, a letter for one, or what is made of them, as the size that it is."""
    try:
        found = last_of(e)
    except MatdiffError:
        return None
    return None if found.number is not None and found.number < 0 else found
