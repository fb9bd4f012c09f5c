"""Powers of scalars that terms share are taken out of a sum: m/√q − cw/√q³ is (m − cw/q)/√q.

Where it makes the sum shorter to read, from all terms or from those that have the scalar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from matdiff.algebra.expr import UNIT, Expr
from matdiff.algebra.identities.cancelling import weight
from matdiff.algebra.identities.factoring import split
from matdiff.algebra.identities.powers import base_and_exponent
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.entrywise import to_power
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, multiple
from matdiff.algebra.reading_cost import reading_cost

MOST_TERMS, MOST_BASES = 12, 12  # so many are looked at


class Term(NamedTuple):
    """number × powers of scalars × core, where the core is a matrix, or None."""

    number: Fraction
    powers: dict[Expr, Fraction]
    core: Expr | None

    def divided(self, base: Expr, k: Fraction) -> Term:
        """The term without a power of a base."""
        left = self.powers.get(base, Fraction(0)) - k
        others = {b: j for b, j in self.powers.items() if b is not base}
        return self._replace(powers={**others, base: left} if left else others)

    def is_power(self, base: Expr, k: Fraction) -> bool:
        """Whether the term is nothing but a number times this power."""
        return self.core is None and self.powers == {base: k}

    def expression(self) -> Expr:
        """The term as it is written; reciprocals go last."""
        factors = sorted([to_power(b, k) for b, k in self.powers.items()], key=lambda f: f.reciprocal is not None)
        scalar = Hadamard.of(*factors) if factors else None
        if self.core is None or scalar is None:
            return multiple(self.number, scalar or self.core)
        return multiple(self.number, Scale.of(scalar, self.core))


def term_of(e: Expr) -> Term:
    """A term taken apart."""
    number, scalars, factors, chain = split(e)
    if e.is_scalar and not chain:
        scalars, factors = (*scalars, *factors), ()
    core = (Product.of(*factors) if chain else Hadamard.of(*factors)) if factors else None
    if core is not None and core.is_scalar:
        scalars, core = (*scalars, core), None
    powers: dict[Expr, Fraction] = {}
    for s in scalars:
        base, k = base_and_exponent(s)
        powers[base] = powers.get(base, Fraction(0)) + k
    return Term(number, {b: k for b, k in powers.items() if k}, core)


def shared_powers(terms: Sequence[Term]) -> Iterable[tuple[Expr, Fraction, list[int]]]:
    """The powers that two terms or more have in common, all in the numerator or all in the denominator."""
    bases = dict.fromkeys(b for t in terms for b in t.powers)
    for base in list(bases)[:MOST_BASES]:
        for sign in (1, -1):
            places = [k for k, t in enumerate(terms) if t.powers.get(base, Fraction(0)) * sign > 0]
            if len(places) > 1:
                yield base, sign * min(abs(terms[k].powers[base]) for k in places), places


@identity("A/a + B/a^2 = (A + B/a)/a", where="a: scalar; A, B: m x n")
def common_powers(e: Expr) -> Expr | None:
    """Also for some of the terms: A + cB + cC = A + c(B + C)."""
    if len(e.operands) > MOST_TERMS:
        return None
    terms = [term_of(t) for t in e.operands]
    best = e
    for base, k, places in shared_powers(terms):
        if not any(terms[p].is_power(base, k) for p in places):  # a + ab stays
            inner = Sum.of(*[terms[p].divided(base, k).expression() for p in places])
            joined = Scale.of(to_power(base, k), inner) if not inner.is_scalar else beside(inner, base, k)
            whole = Sum.of(*[joined if p == places[0] else t for p, t in enumerate(e.operands) if p not in places[1:]])
            best = shorter(whole, best)
    return best if best is not e else None


def beside(a: Expr, base: Expr, k: Fraction) -> Expr:
    """A scalar times a power, which stands last where it is below a bar."""
    return Hadamard.of(a, to_power(base, k)) if k < 0 else Hadamard.of(to_power(base, k), a)


def shorter(whole: Expr, e: Expr) -> Expr:
    """The first of two equal expressions if there is less to read in it, and no more to work with."""
    return whole if weight(whole) <= weight(e) and reading_cost(whole) < reading_cost(e) else e


@identity(
    "1/(b*(a/b + c)) = 1/(a + b*c)",
    where="a, b, c, i, j: scalar positive",
    also=("b^i/(a*b^(-j) + c) = b^(i + j)/(a + b^j*c)",),
)
def denominators_multiplied(e: Expr) -> Expr | None:
    """A sum below a bar is multiplied by what stands beside it there and in the denominators of its terms."""
    if not e.is_scalar:
        return None
    term = term_of(e)
    best = e
    for s in [s for s, k in term.powers.items() if k == -1 and isinstance(s, Sum) and len(s.operands) <= MOST_TERMS]:
        inner = [term_of(t) for t in s.operands]
        lowest = {b: min(t.powers.get(b, Fraction(0)) for t in inner) for b in term.powers}
        for b, k in lowest.items():
            if k < 0 and term.powers[b] < 0:
                cleared = Sum.of(*[t.divided(b, k).expression() for t in inner])
                whole = term.divided(s, Fraction(-1)).divided(b, k).divided(cleared, UNIT)
                best = shorter(whole.expression(), best)
    return best if best is not e else None
