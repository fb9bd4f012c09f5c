"""Powers of scalars that terms share are taken out of a sum: m/√q − cw/√q³ is (m − cw/q)/√q.

Where it makes the sum shorter to read, from all terms or from those that have the scalar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from matdiff.algebra.expr import UNIT, Expr, Number
from matdiff.algebra.identities.cancelling import multiplied_out, shortened, together, weight
from matdiff.algebra.identities.factoring import split
from matdiff.algebra.identities.powers import base_and_exponent
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.entrywise import Sqrt, to_power
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, multiple, ones_like
from matdiff.algebra.reading_cost import reading_cost

MOST_TERMS, MOST_BASES, MOST_STEPS = 12, 12, 2  # so many are looked at, and so far apart are powers


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


def bases_of(e: Expr) -> set[Expr]:
    """The bases of the powers in a term."""
    _, scalars, factors, chain = split(e)
    if factors and e.is_scalar:
        scalars = (*scalars, *([Product.of(*factors)] if chain else factors))
    return {base_and_exponent(s)[0] for s in scalars}


def are_disjoint(sets: Sequence[set[Expr]]) -> bool:
    return sum(map(len, sets)) == len(set().union(*sets))


def shared_powers(terms: Sequence[Term]) -> Iterable[tuple[Expr, Fraction, list[int]]]:
    """The powers that two terms or more have in common, all in the numerator or all in the denominator."""
    bases = dict.fromkeys(b for t in terms for b in t.powers)
    for base in list(bases)[:MOST_BASES]:
        for sign in (1, -1):
            places = [k for k, t in enumerate(terms) if t.powers.get(base, Fraction(0)) * sign > 0]
            if len(places) > 1:
                yield base, sign * min(abs(terms[k].powers[base]) for k in places), places


POWERS = (("", "/c", "c"), ("/c", "/c^2", "c"), ("/c", "/c^3", "c^2"))  # of terms that are brought together


@identity(
    "1/(a + b) - a/(a + b)^2 = (a + b - a)/(a + b)^2",
    title="A/c + B/c² = (Ac + B)/c²",
    where="a, b: scalar positive",
    also=(
        Statement("1/(a + b) + c/(a + b)^2 = (a + b + c)/(a + b)^2", "a, b: scalar positive; c: scalar"),
        *[Statement(f"a{low} + b{high} = (a*{by} + b){high}", "a, b, c: scalar") for low, high, by in POWERS],
        Statement("A + B/c = (c*A + B)/c", "A, B: m x n; c: scalar"),
        Statement("A/c + B/c^2 = (c*A + B)/c^2", "A, B: m x n; c: scalar"),
        Statement("A/c + B/c^3 = (c^2*A + B)/c^3", "A, B: m x n; c: scalar"),
        Statement("x + y ./ z = (x .* z + y) ./ z", "x, y, z: n"),
        Statement("x ./ z + y ./ z.^2 = (x .* z + y) ./ z.^2", "x, y, z: n"),
        Statement("x ./ z + y ./ z.^3 = (x .* z.^2 + y) ./ z.^3", "x, y, z: n"),
        Statement("1 ./ z + y ./ z.^2 = (ones(n) .* z + y) ./ z.^2", "y, z: n"),
        Statement("1 ./ z + y ./ z.^3 = (ones(n) .* z.^2 + y) ./ z.^3", "y, z: n"),
    ),
    among=(Power, Hadamard, Scale),
)
def common_denominator(e: Expr) -> Expr | None:
    """Where something cancels in what then stands above it, and the sum gets shorter by that."""
    if len(e.operands) > MOST_TERMS or not any(map(is_over_sum, e.operands)):
        return None
    terms = [quotient_of(t) for t in e.operands]
    best = joined = e
    for base in list(dict.fromkeys(b for _, powers in terms for b, k in powers.items() if k < 0))[:MOST_BASES]:
        if isinstance(base, Sum) and (found := over(base, terms, e)) is not None:
            whole, cancelled = found
            if shorter(cancelled, best) is cancelled:
                best, joined = cancelled, whole
    return joined if joined is not e else None


def is_over_sum(e: Expr) -> bool:
    """Whether a factor of a term is a power of a sum below a bar."""
    _, scalars, factors, _ = split(e)
    powers = [base_and_exponent(f) for f in (*scalars, *factors) if isinstance(f, Power)]
    return any(k < 0 and isinstance(base, Sum) for base, k in powers)


def quotient_of(e: Expr) -> tuple[list[Expr], dict[Expr, Fraction]]:
    """The factors of a term that are no powers of sums, and these powers: of scalars, or entry by entry."""
    number, scalars, factors, chain = split(e)
    chain = chain and len(factors) > 1
    others, powers = list[Expr]((Number(number),)), dict[Expr, Fraction]()
    for f in (*scalars, *factors):
        base, k = base_and_exponent(f)
        if isinstance(base, Sum) and (base.is_scalar or not chain):
            powers[base] = powers.get(base, Fraction(0)) + k
        elif chain and not f.is_scalar:
            return [e], {}
        else:
            others.append(f)
    return others, powers


def over(base: Expr, terms: Sequence[tuple[list[Expr], dict[Expr, Fraction]]], e: Expr) -> tuple[Expr, Expr] | None:
    """A sum over its lowest power of a base, of which the others are whole powers apart, and that once terms cancel."""
    exponents = [powers.get(base, Fraction(0)) for _, powers in terms]
    least = min(exponents)
    steps = [k - least for k in exponents]
    if any(s.denominator != 1 or s > MOST_STEPS for s in steps) or not any(steps):
        return None
    above, opened = list[Expr](), list[Expr]()
    whole = Power.of(Sqrt(base), Number(2)) if least.denominator == 2 else base
    for (others, powers), step in zip(terms, steps, strict=True):
        rest = [to_power(b, k) for b, k in powers.items() if b is not base]
        one = [ones_like(e)] if all(f.is_scalar for f in (*others, *rest)) and not e.is_scalar else []
        above.append(beside_each_other([*others, *one, *rest, *[whole] * int(step)]))
        opened += multiplied_out(beside_each_other([*others, *one, *rest, *[base] * int(step)]))
    numerator = shortened(opened, e)
    if numerator is None:
        return None
    below = to_power(base, least)
    parts = numerator, below
    cancelled = together(UNIT, [f for f in parts if f.is_scalar], [f for f in parts if not f.is_scalar], chain=False)
    return beside_each_other([Sum.of(*above), below]), cancelled


def beside_each_other(factors: Sequence[Expr]) -> Expr:
    """A product of scalars and of what is multiplied entry by entry."""
    in_order = sorted(factors, key=lambda f: f.reciprocal is not None)
    scalars = [f for f in in_order if f.is_scalar and f.number != 1]
    arrays = [f for f in in_order if not f.is_scalar]
    array = Hadamard.of(*arrays) if arrays else None
    if not scalars:
        return Number(1) if array is None else array
    return Hadamard.of(*scalars) if array is None else Scale.of(Hadamard.of(*scalars), array)


@identity("A/a + B/a^2 = (A + B/a)/a", where="a: scalar; A, B: m x n")
def common_powers(e: Expr) -> Expr | None:
    """Also for some of the terms: A + cB + cC = A + c(B + C)."""
    if len(e.operands) > MOST_TERMS or are_disjoint([bases_of(t) for t in e.operands]):
        return None
    terms = [term_of(t) for t in e.operands]
    best = e
    for base, k, places in shared_powers(terms):
        if not any(terms[p].is_power(base, k) for p in places):  # a + ab stays
            inner = Sum.of(*[terms[p].divided(base, k).expression() for p in places])
            joined = Scale.of(to_power(base, k), inner) if not inner.is_scalar else beside(inner, base, k)
            whole = Sum.of(*[joined if p == places[0] else t for p, t in enumerate(e.operands) if p not in places[1:]])
            best = whole if k < 0 and is_no_longer(whole, best) else shorter(whole, best)
    return best if best is not e else None


def is_no_longer(whole: Expr, e: Expr) -> bool:
    """Whether a form over a common denominator is as good as another one."""
    return weight(whole) <= weight(e) and reading_cost(whole) <= reading_cost(e)


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
