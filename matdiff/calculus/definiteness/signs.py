"""Which sign the entries of an expression have, and why.

In goes an expression, out come claims: an interval that holds every entry, which follows from those of the
operands.  A claim holds wherever the expression is defined.  What an operator says of all its values stands in its
block (``bounds``); how the interval depends on the operands stands here, a function for every kind of operator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import inf, isnan

from matdiff.algebra.constants import Identity, Ones, Pi, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import UNIT, Expr, Index, Number, Operator, Symbol
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.entry_products import ProductOfEntries
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.extremes import Maximum, MaxOfEntries, Minimum, MinOfEntries
from matdiff.algebra.operators.kronecker import Kronecker, Unvec, Vec, Vech
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.spectral import Eigenvalue
from matdiff.algebra.operators.square import Determinant, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries, entries_by_index
from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.definiteness import intervals as iv
from matdiff.calculus.definiteness.intervals import Bound, Interval

ENTRIES, EIGENVALUES = "entries", "eigenvalues"


class Claim:
    """That every entry, or every eigenvalue, of an expression lies in an interval; *reason* in words, with signs of
    mathematics between backquotes, and the claims about other expressions from which it follows."""

    __slots__ = ("about", "expr", "interval", "premises", "reason")

    def __init__(
        self, expr: Expr, about: str, interval: Interval, reason: str = "", premises: Sequence[Claim] = ()
    ) -> None:
        self.expr = expr
        self.about = about
        self.interval = interval
        self.reason = reason
        self.premises = tuple(premises)

    def text(self, name: str = "") -> str:
        """The claim in signs, with a *name* for what it is about."""
        name, i = name or str(self.expr), self.interval
        if self.expr.is_scalar:
            return i.relation(name)
        if self.about == ENTRIES:
            return i.relation(f"every entry of {name}")
        for holds, sign in ((i.is_zero, "="), (i.is_positive, "≻"), (i.is_negative, "≺")):
            if holds:
                return f"{name} {sign} 0"
        if i.has_sign:
            return f"{name} {'⪰' if i.is_nonnegative else '⪯'} 0"
        return i.relation(f"every eigenvalue of {name}")

    def steps(self) -> list[Claim]:
        """The claims that have a reason, those that others follow from first; this one is the last."""
        found: list[Claim] = []
        seen: set[tuple[Expr, str]] = set()
        stack: list[tuple[Claim, bool]] = [(self, False)]
        while stack:
            claim, ready = stack.pop()
            if ready:
                found.append(claim)
            elif (claim.expr, claim.about) not in seen:
                seen.add((claim.expr, claim.about))
                stack.append((claim, True))
                stack += [(p, False) for p in reversed(claim.premises)]
        return [claim for claim in found if claim.reason and claim.interval != iv.REAL]


Found = tuple[Interval, str, Sequence[Claim]]


class Facts:
    """What is known of expressions that have been visited; *sizes* are the names of sizes, which are 1 or more."""

    def __init__(self, sizes: Iterable[str] = ()) -> None:
        self.sizes = frozenset(sizes)

    def entries(self, e: Expr) -> Claim:
        """The claim about the entries."""
        raise NotImplementedError

    def spectrum(self, e: Expr) -> Claim | None:
        """The claim about the eigenvalues of a matrix that is symmetric by the way it is written."""
        raise NotImplementedError


# ---- leaves and entrywise operations ----------------------------------------------------------------


def of_leaf(facts: Facts, e: Expr) -> Found | None:
    """Numbers, matrices of ones, declared properties; a size and an index are 1 or more."""
    match e:
        case Number():
            return iv.at(e.value), "", ()
        case Ones():
            return iv.ONE, "", ()
        case Zeros():
            return iv.ZERO, "", ()
        case Identity():
            return iv.hull(iv.ZERO, iv.ONE), "", ()
        case Index():
            return iv.below(iv.ONE), "", ()
        case Symbol() if e.is_scalar and not e.ranges and e.name in facts.sizes:
            return iv.below(iv.ONE), "a size", ()
        case Pi():
            return iv.PI, "π", ()
        case Symbol() | Member():
            return of_declared(e)
    return None


def of_declared(e: Expr) -> Found | None:
    """Of a symbol or the members of a family."""
    known = assumed(e)
    beside = e.rows is e.cols and e.rows is not ONE and bool(known & {"diagonal", "lower", "upper"})
    is_positive = "positive" in known and not beside  # of a triangular matrix the other entries stay 0
    if "simplex" in known or "stochastic" in known:
        return iv.from_text("(0, 1]" if is_positive else "[0, 1]"), "declared", ()
    if known & {"orthogonal", "unit"}:
        return iv.from_text("(0, 1]" if is_positive else "[−1, 1]"), "declared", ()
    if is_positive:
        return iv.below(iv.ONE) if "integer" in known else iv.POSITIVE, "declared", ()
    return (iv.NONNEGATIVE, "declared", ()) if "nonnegative" in known else None


def of_all(together: Callable[[Interval, Interval], Interval], reason: str) -> Rule:
    """Of the entries of all operands, taken together."""

    def rule(facts: Facts, e: Expr) -> Found:
        claims = [facts.entries(o) for o in e.operands]
        return reduce(together, [c.interval for c in claims]), reason, claims

    return rule


def of_scale(facts: Facts, e: Expr) -> Found | None:
    """c A"""
    c, a = map(facts.entries, e.operands)
    return iv.times(c.interval, a.interval), "", (c, a)


def of_hadamard(facts: Facts, e: Expr) -> Found | None:
    """A ⊙ B ⊙ …, where equal factors are a power."""
    exponents: dict[Expr, Fraction] = {}
    for factor in e.operands:
        k = factor.operands[1].number if isinstance(factor, Power) else None
        base, k = (factor, UNIT) if k is None else (factor.operands[0], k)
        exponents[base] = exponents[base] + k if base in exponents else k
    claims = [facts.entries(base) for base in exponents]
    powers = [power_of(c.interval, k) for c, k in zip(claims, exponents.values(), strict=True)]
    return reduce(iv.times, powers), "a product", [c for c in claims if not isinstance(c.expr, Number)]


def power_of(a: Interval, k: Fraction) -> Interval:
    """aᵏ, where large powers of numbers are not worked out."""
    if k == 0:
        return iv.ONE
    if k == 1:
        return a
    if abs(k.numerator) <= 16:
        return iv.power(a, k)
    even = k.numerator % 2 == 0 and k.denominator == 1
    if even or a.is_nonnegative or k.denominator != 1:
        return iv.POSITIVE if a.is_positive or k < 0 else iv.NONNEGATIVE
    return iv.NONPOSITIVE if a.is_nonpositive else iv.REAL


def of_power(facts: Facts, e: Expr) -> Found | None:
    """Aᵏ entry by entry; with an exponent that is no number, where A > 0."""
    base = facts.entries(e.operands[0])
    k = e.operands[1].number
    if k is None:
        return (iv.POSITIVE, "a power of positive numbers", (base,)) if base.interval.is_positive else None
    even = k.denominator == 1 and k.numerator % 2 == 0
    if even and not base.interval.has_sign:
        return power_of(base.interval, k), "an even power", ()
    return power_of(base.interval, k), "" if base.interval.has_sign else "a power", (base,)


def of_entrywise(facts: Facts, e: Expr) -> Found | None:
    """f(A): what is known of all values of f, and where f increases the values at the bounds of A."""
    assert isinstance(e, Entrywise)
    all_values = iv.from_text(e.bounds) if e.bounds else iv.REAL
    name = e.names[0]
    if e.increasing and len(e.operands) == 1:
        a = facts.entries(e.operands[0])
        reached = iv.mapped(a.interval, lambda t: value_at(e, t))
        if e.kink:  # it may be constant beside a bound, and takes the value there
            reached = reached._replace(open_low=False, open_high=False)
        found = iv.both(all_values, reached)
        if found != all_values:
            return found, f"{name} increases", (a,)
    return (all_values, f"values of {name}", ()) if e.bounds else None


def value_at(e: Entrywise, t: Bound) -> Bound:
    """The value of an increasing function at a bound; infinite where it is none, or the bound is."""
    if t in (inf, -inf):
        return t
    import numpy as np  # only where a function has bounds to be evaluated

    try:
        with np.errstate(all="ignore"):
            value = float(e.numpy(np, np.full((1, 1), float(t)))[0, 0])
    except OverflowError:
        value = np.nan
    if isnan(value):
        return inf if t > 0 else -inf
    return value if value in (inf, -inf) else Fraction(value)


def of_larger(facts: Facts, e: Expr) -> Found | None:
    """max(A, B, …) and min(A, B, …)"""
    claims = [facts.entries(o) for o in e.operands]
    turn = iv.minus if isinstance(e, Minimum) else lambda a: a
    parts = [turn(c.interval) for c in claims]
    low = max((p.low, p.open_low) for p in parts)
    high = max((p.high, not p.open_high) for p in parts)
    return turn(Interval(low[0], high[0], low[1], not high[1])), "", claims


# ---- products, sums and places ----------------------------------------------------------------------


def of_product(facts: Facts, e: Expr) -> Found | None:
    """A B …: of entries that have a sign; a number such as xᵀSx by the eigenvalues of S."""
    if e.is_scalar and (form := facts.spectrum(e)) is not None:
        return form.interval, form.reason, form.premises
    claims = [facts.entries(f) for f in e.operands]
    found = claims[0].interval
    for (a, _), claim in zip(pairwise(e.operands), claims[1:], strict=True):
        found = several(iv.times(found, claim.interval), a.cols is ONE)
    return found, "sums of products", claims


def several(a: Interval, only_one: bool) -> Interval:
    """A sum of one or more numbers of an interval."""
    if only_one or a.is_zero:
        return a
    return iv.below(a) if a.is_nonnegative else iv.above(a) if a.is_nonpositive else iv.REAL


def of_total(facts: Facts, e: Expr) -> Found | None:
    """∑ᵢ aᵢ and sum(A)"""
    a = facts.entries(e.operands[0])
    return several(a.interval, False), "a sum", (a,)


def of_product_of_entries(facts: Facts, e: Expr) -> Found | None:
    """∏ᵢ aᵢ and prod(A), of what is positive, or not negative"""
    given = entries_by_index(e.operands[0])
    a = facts.entries(e.operands[0] if given is None else given[1])
    interval = iv.POSITIVE if a.interval.is_positive else iv.NONNEGATIVE if a.interval.is_nonnegative else None
    return None if interval is None else (interval, "a product", (a,))


def of_trace(facts: Facts, e: Expr) -> Found | None:
    """Tr(A) is the sum of the eigenvalues; Tr(AB) ≥ 0 for A, B ⪰ 0."""
    a = e.operands[0]
    if (whole := facts.spectrum(a)) is not None:
        return several(whole.interval, False), "the sum of the eigenvalues", (whole,)
    for left, right in halves(a):
        first, second = facts.spectrum(left), facts.spectrum(right)
        if first is not None and second is not None and first.interval.has_sign and second.interval.has_sign:
            product = several(iv.times(first.interval, second.interval), False)
            return product, "`Tr(AB) ≥ 0` for `A, B ⪰ 0`", (first, second)
    entries = facts.entries(a)
    return several(entries.interval, False), "a sum", (entries,)


def halves(a: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The ways in which the factors of Tr(A B …), which may be rotated, make two square matrices."""
    f = a.operands if isinstance(a, Product) and len(a.operands) <= 8 else ()
    for k in range(len(f)):
        turned = (*f[k:], *f[:k])
        yield from [
            (Product.of(*turned[:j]), Product.of(*turned[j:]))
            for j in range(1, len(f))
            if turned[0].rows is turned[j - 1].cols
        ]


def of_determinant(facts: Facts, e: Expr) -> Found | None:
    """The product of the eigenvalues."""
    a = facts.spectrum(e.operands[0])
    if a is None or not a.interval.is_nonnegative:
        return None
    return iv.POSITIVE if a.interval.is_positive else iv.NONNEGATIVE, "the product of the eigenvalues", (a,)


def of_eigenvalue(facts: Facts, e: Expr) -> Found | None:
    """λ(A)"""
    a = facts.spectrum(e.operands[0])
    return None if a is None else (a.interval, "an eigenvalue", (a,))


def of_places(facts: Facts, e: Expr) -> Found | None:
    """Where every entry of the operation is one of the only operand."""
    a = facts.entries(e.operands[0])
    return a.interval, "", (a,)


def of_diagonal(facts: Facts, e: Expr) -> Found | None:
    """The entries on the diagonal lie between the eigenvalues; an entry xᵢ is one as of the vector."""
    a = e.operands[0]
    on_diagonal = isinstance(e, DiagonalVector) or (len(e.operands) == 3 and e.operands[1] is e.operands[2])
    known = facts.spectrum(a) if on_diagonal else None
    entries = facts.entries(a)
    if known is None or entries.interval.has_sign:
        return entries.interval, "", (entries,)
    return known.interval, "the diagonal lies between the eigenvalues", (known,)


def of_diagonal_matrix(facts: Facts, e: Expr) -> Found | None:
    """diag(x) has zeros beside the entries of x."""
    x = facts.entries(e.operands[0])
    return iv.hull(x.interval, iv.ZERO), "", (x,)


Rule = Callable[[Facts, Expr], Found | None]
RULES: dict[type[Expr], Rule] = {
    Sum: of_all(iv.plus, "a sum"),
    Scale: of_scale,
    Hadamard: of_hadamard,
    Power: of_power,
    Product: of_product,
    IndexedSum: of_total,
    SumOfEntries: of_total,
    ProductOfEntries: of_product_of_entries,
    Trace: of_trace,
    Determinant: of_determinant,
    Maximum: of_larger,
    Minimum: of_larger,
    DiagonalMatrix: of_diagonal_matrix,
    DiagonalVector: of_diagonal,
    Entry: of_diagonal,
    Kronecker: of_all(iv.times, "a product"),
    HorizontalStack: of_all(iv.hull, ""),
    VerticalStack: of_all(iv.hull, ""),
    **dict.fromkeys((Transpose, Named, Vec, Unvec, Vech, Row, Column, Slice, MaxOfEntries, MinOfEntries), of_places),
}


def entries_of(facts: Facts, e: Expr) -> Claim:
    """The claim about the entries of a node whose operands have been visited."""
    rule: Rule | None = RULES.get(type(e))
    if rule is None:
        rule = of_entrywise if isinstance(e, Entrywise) else of_eigenvalue if isinstance(e, Eigenvalue) else of_leaf
    found = rule(facts, e)
    if found is None and isinstance(e, Operator) and e.bounds:
        found = iv.from_text(e.bounds), f"values of {e.title()}", ()
    return Claim(e, ENTRIES, *found) if found is not None else Claim(e, ENTRIES, iv.REAL)
