"""Powers of scalars that terms share are taken out of a sum: m/√q − cw/√q³ is (m − cw/q)/√q.

Where it makes the sum shorter to read, from all terms or from those that have the scalar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from matdiff.algebra.expr import UNIT, Expr, Number
from matdiff.algebra.identities.cancelling import multiplied_out, shortened, together, weight
from matdiff.algebra.identities.factoring import Term as Parts
from matdiff.algebra.identities.factoring import join, split
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.identities.powers import base_and_exponent
from matdiff.algebra.kinds import Alike
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.entrywise import Sqrt, to_power
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, multiple, ones_like
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.statements.gathering import in_place_of
from matdiff.records import NamedTuple

MOST_TERMS, MOST_BASES, MOST_STEPS = 12, 12, 2  # so many are looked at, and so far apart are powers


Powers = Mapping[Expr, Fraction]  # of bases
NONE = Fraction(0)


def product_of(powers: Powers) -> Expr:
    """Powers of scalars as they are written, reciprocals last."""
    return Hadamard.of(*sorted([to_power(b, k) for b, k in powers.items()], key=lambda f: f.reciprocal is not None))


class Term(NamedTuple):
    """number × powers of scalars × core, where the core is a matrix, or None."""

    number: Fraction
    powers: Powers
    core: Expr | None

    def divided(self, powers: Powers) -> Term:
        """The term without some powers."""
        others = {b: j for b, j in self.powers.items() if b not in powers}
        left = {b: self.powers.get(b, NONE) - k for b, k in powers.items()}
        return self._replace(powers={**others, **{b: j for b, j in left.items() if j}})

    def expression(self) -> Expr:
        """The term as it is written; reciprocals go last."""
        scalar = product_of(self.powers) if self.powers else None
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
        powers[base] = powers.get(base, NONE) + k
    return Term(number, {b: k for b, k in powers.items() if k}, core)


class Shared(NamedTuple):
    """Powers, all above the bar or all below it, that the terms in some *places* have in common."""

    places: tuple[int, ...]
    is_above: bool
    powers: dict[Expr, Fraction]


def shared_powers(terms: Sequence[Term]) -> list[Shared]:
    """The powers that two terms or more have in common, those of the same terms together; of most terms first."""
    found: dict[tuple[tuple[int, ...], bool], Shared] = {}
    for base in list(dict.fromkeys(b for t in terms for b in t.powers))[:MOST_BASES]:
        exponents = [(place, t.powers[base]) for place, t in enumerate(terms) if base in t.powers]
        for is_above in (True, False) if len(exponents) > 1 else ():
            own = {place: abs(k) for place, k in exponents if (k.numerator > 0) is is_above}
            if len(own) > 1:
                places, least = tuple(own), min(own.values())
                shared = found.setdefault((places, is_above), Shared(places, is_above, {}))
                shared.powers[base] = least if is_above else -least
    return sorted(found.values(), key=lambda shared: -len(shared.places))


POWERS = (("", "/c", "c"), ("/c", "/c^2", "c"), ("/c", "/c^3", "c^2"), ("/c^2", "/c^3", "c"))  # of terms as one


@identity(
    "1/(a + b) - a/(a + b)^2 = (a + b - a)/(a + b)^2",
    title="A/c + B/c² = (Ac + B)/c²",
    where="a, b: scalar positive",
    also=(
        Statement(
            "c*(a + b)^k + d*(a + b)^(k - 1) = (c*(a + b) + d)*(a + b)^(k - 1)",
            "a, b: scalar positive; c, d, k: scalar",
        ),
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
    within=(Power,),
)
def common_denominator(e: Expr) -> Expr | None:
    """Where something cancels in what then stands above it, and the sum gets shorter by that."""
    if len(e.operands) > MOST_TERMS:
        return None
    terms = [quotient_of(t) for t in e.operands]
    best = joined = e
    for base in list(dict.fromkeys(b for _, powers in terms for b, k in powers.items() if k < 0))[:MOST_BASES]:
        if isinstance(base, Sum) and (found := over(base, terms, e)) is not None:
            whole, cancelled = found
            if shorter(cancelled, best) is cancelled:
                best, joined = cancelled, whole
    return joined if joined is not e else None


def quotient_of(e: Expr) -> tuple[list[Expr], dict[Expr, Fraction]]:
    """The factors of a term that are no powers of sums, and these powers: of scalars, or entry by entry."""
    number, scalars, factors, chain = split(e)
    chain = chain and len(factors) > 1
    others, powers = list[Expr]((Number(number),)), dict[Expr, Fraction]()
    for f in (*scalars, *factors):
        base, k = base_and_exponent(f)
        if isinstance(base, Sum) and (base.is_scalar or not chain):
            powers[base] = powers.get(base, NONE) + k
        elif chain and not f.is_scalar:
            return [e], {}
        else:
            others.append(f)
    return others, powers


def over(base: Expr, terms: Sequence[tuple[list[Expr], dict[Expr, Fraction]]], e: Expr) -> tuple[Expr, Expr] | None:
    """A sum over its lowest power of a base, of which the others are whole powers apart, and that once terms cancel."""
    exponents = [powers.get(base, NONE) for _, powers in terms]
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


@identity(
    "A + c*B + c*C = A + c*(B + C)",
    where="c: scalar; A, B, C: m x n",
    among=(Scale, Hadamard, Power, Sqrt),
    within=(Alike,),
)
def scalars_of_some(e: Expr) -> Expr | None:
    """What several terms have in common, where nothing of it is left in them."""
    made, in_whole = taken_out(e)
    return made if in_whole else None


@identity(
    "A/a + B/a^2 = (A + B/a)/a",
    where="a: scalar; A, B: m x n",
    also=(
        Statement("a*(1 - a)^2 - a^2*(1 - a) = a*(1 - a)*(1 - a - a)", "a: scalar"),
        Statement("(1 + a)^2 - a*(1 + a) = (1 + a)*(1 + a - a)", "a: scalar"),
    ),
    among=(Scale, Hadamard, Power, Sqrt),
    within=(Alike,),
)
def common_powers(e: Expr) -> Expr | None:
    """Also for some of the terms."""
    made, in_whole = taken_out(e)
    return None if in_whole else made


@lru_cache(maxsize=1)  # which both laws ask
def taken_out(e: Expr) -> tuple[Expr | None, bool]:
    """A sum with the powers that terms share in front of these, and whether they are gone from them."""
    terms = [term_of(t) for t in e.operands[: MOST_TERMS + 1]]
    if len(terms) > MOST_TERMS:
        return None, False
    best, taken, in_whole = e, set[int](), False
    for places, is_above, powers in shared_powers(terms):
        if taken.issuperset(places):
            continue  # taken out of what is left in the brackets
        if any(terms[p].core is None and terms[p].powers == powers for p in places):
            powers.popitem()  # a + ab stays
        if not powers:
            continue
        inner, common = Sum.of(*[terms[p].divided(powers).expression() for p in places]), product_of(powers)
        whole = in_place_of(e, places, times(common, inner, is_above))
        if (shorter(whole, best) if is_above else no_longer(whole, best)) is whole:
            best, taken = whole, {*places}
            in_whole = all(terms[p].powers[b] == k for p in places for b, k in powers.items())
    return best if best is not e else None, in_whole


def times(common: Expr, e: Expr, is_above: bool) -> Expr:
    """Powers times what they were taken out of; of scalars they stand last where they are below a bar."""
    if not e.is_scalar:
        return Scale.of(common, e)
    return Hadamard.of(common, e) if is_above else Hadamard.of(e, common)


def no_longer(whole: Expr, e: Expr) -> Expr:
    """The first of two equal expressions, over a common denominator, if it is as good as the other one."""
    return whole if weight(whole) <= weight(e) and reading_cost(whole) <= reading_cost(e) else e


def shorter(whole: Expr, e: Expr) -> Expr:
    """The first of two equal expressions if there is less to read in it, and no more to work with."""
    return whole if weight(whole) <= weight(e) and reading_cost(whole) < reading_cost(e) else e


@identity(
    "1/(b*(a/b + c)) = 1/(a + b*c)",
    where="a, b, c: scalar positive; i, j: scalar",
    also=("b^i/(a*b^(-j) + c) = b^(i + j)/(a + b^j*c)",),
    within=(Sum,),
)
def denominators_multiplied(e: Expr) -> Expr | None:
    """A sum below a bar is multiplied by what stands beside it there and in the denominators of its terms."""
    term = term_of(e)
    if not e.is_scalar or not any(isinstance(base, Sum) for base in term.powers):
        return None
    best = e
    for s in [s for s, k in term.powers.items() if k == -1 and isinstance(s, Sum) and len(s.operands) <= MOST_TERMS]:
        inner = [term_of(t) for t in s.operands]
        lowest = {b: min(t.powers.get(b, NONE) for t in inner) for b in term.powers}
        for b, k in lowest.items():
            if k < 0 and term.powers[b] < 0:
                cleared = Sum.of(*[t.divided({b: k}).expression() for t in inner])
                whole = term.divided({s: -UNIT, b: k}).divided({cleared: UNIT})
                best = shorter(whole.expression(), best)
    return best if best is not e else None


@identity(
    "(c*A + B)/c = A + B/c",
    where="A, B: m x n; C: n x k; c: scalar",
    also=(
        Statement("(c*A + B)*C/c = (A + B/c)*C", "A, B: m x n; C: n x k; c: scalar"),
        Statement("(c + b)*A/c = (1 + b/c)*A", "A: m x n; b, c: scalar"),
        Statement("(c + b)*(1 + b/c)*A/c = (1 + b/c)*(1 + b/c)*A", "A: m x n; b, c: scalar"),
    ),
    among=(Sum, Product, Hadamard),
    within=(Power,),
)
def denominator_divided(e: Expr) -> Expr | None:
    """A sum is divided term by term where a term has what stands below the bar, and it is shorter so."""
    number, scalars, factors, chain = split(e)
    best = e
    for below in [s for s in scalars if s.reciprocal is not None]:
        base, k = base_and_exponent(below)
        rest = [s for s in scalars if s is not below]
        for place, s in enumerate([*rest, *factors]):
            divided = divided_by(s, base) if k == -1 and isinstance(s, Sum) else None
            if divided is not None:
                others = [*rest, *factors]
                others[place] = divided
                made = Parts(number, tuple(others[: len(rest)]), tuple(others[len(rest) :]), chain)
                best = shorter(join(made), best)
    return best if best is not e else None


def divided_by(e: Expr, base: Expr) -> Expr | None:
    """A sum over a scalar that some of its terms have; the others are divided by it together."""
    terms = [term_of(t) for t in e.operands]
    own = [next((b for b in t.powers if key(b) == key(base) and t.powers[b] >= 1), None) for t in terms]
    if len(terms) > MOST_TERMS or not any(own):
        return None
    made = [t.divided({b: UNIT}).expression() for t, b in zip(terms, own, strict=True) if b is not None]
    left = [t for t, b in zip(e.operands, own, strict=True) if b is None]
    below = to_power(base, -UNIT)
    if left:
        others = Sum.of(*left)
        made.append(Hadamard.of(others, below) if e.is_scalar else Scale.of(below, others))
    return Sum.of(*made)
