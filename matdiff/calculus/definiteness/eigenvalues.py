"""Between which numbers the eigenvalues of a symmetric matrix lie, and why.

In goes an expression, out comes a claim: an interval that holds every eigenvalue, so ⪰ 0 is [0, ∞) and ≻ 0 is
(0, ∞); None of a matrix that is not symmetric by the way it is written.  A scalar is its only eigenvalue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import exp, inf, log, sqrt

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.expr import Expr, Number, Symbol, postorder
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.entrywise import Exp
from matdiff.algebra.operators.inverses import Adjugate, PseudoInverse
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.matrix_functions import Expm, Logm, Sqrtm
from matdiff.algebra.operators.paths import Path
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.resampling import Exchange
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import IndexedSum, Member
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.operators.triangles import Centering, SymmetricPart
from matdiff.algebra.operators.vectorisation import Commutation
from matdiff.calculus.definiteness import intervals as iv
from matdiff.calculus.definiteness.intervals import Bound, Interval
from matdiff.calculus.definiteness.signs import EIGENVALUES, ENTRIES, Claim, Facts, Found, entries_of, power_of, several

UNIT, SYMMETRIC_UNIT = iv.from_text("[0, 1]"), iv.from_text("[−1, 1]")


NOTHING: Mapping[Expr, Interval] = {}


class Signs(Facts):
    """The claims about expressions, worked out from the operands upwards.

    *known* are the intervals in which the entries of some expressions have to lie where the claims are about.
    """

    def __init__(self, sizes: Iterable[str] = (), known: Mapping[Expr, Interval] = NOTHING) -> None:
        super().__init__(sizes)
        self.known = known
        self._entries: dict[Expr, Claim] = {}
        self._spectra: dict[Expr, Claim | None] = {}

    def entries(self, e: Expr) -> Claim:
        if e not in self._entries:
            self._visit(e)
        return self._entries[e]

    def spectrum(self, e: Expr) -> Claim | None:
        if e not in self._spectra:
            self._visit(e)
        return self._spectra[e]

    def _visit(self, e: Expr) -> None:
        for node in postorder(e, self._entries.__contains__):
            if node not in self._entries:
                if node.is_scalar and not isinstance(node, Product):
                    self._scalar(node)
                else:
                    self._spectra[node] = self._spectrum(node) if node.rows is node.cols else None
                    self._entries[node] = self.improved(entries_of(self, node))

    def _scalar(self, node: Expr) -> None:
        claim = self.improved(entries_of(self, node))
        self._entries[node] = claim
        self._spectra[node] = claim

    def _spectrum(self, node: Expr) -> Claim | None:
        rule = RULES.get(type(node))
        found = None if rule is None else rule(self, node)
        return self.improved(Claim(node, EIGENVALUES, *found)) if found is not None else None

    def improved(self, claim: Claim) -> Claim:
        """A claim that says more by what is known."""
        known = self.known.get(claim.expr) if self.known and claim.about == ENTRIES else None
        if known is None or iv.within(claim.interval, known):
            return claim
        return Claim(claim.expr, ENTRIES, iv.both(claim.interval, known), "where f is defined")


# ---- leaves -----------------------------------------------------------------------------------------


def of_symbol(facts: Facts, e: Expr) -> Found | None:
    """Declared properties."""
    known = assumed(e)
    if "symmetric" not in known:
        return None
    found = iv.REAL
    for wanted, interval in (
        ({"spd"}, iv.POSITIVE),
        ({"psd"}, iv.NONNEGATIVE),
        ({"idempotent"}, UNIT),
        ({"orthogonal"}, SYMMETRIC_UNIT),
        ({"stochastic"}, SYMMETRIC_UNIT),
        ({"diagonal", "positive"}, iv.POSITIVE),
        ({"diagonal", "nonnegative"}, iv.NONNEGATIVE),
    ):
        found = iv.both(found, interval) if wanted <= known else found
    return found, "declared" if found != iv.REAL else "", ()


def constant(interval: Interval) -> Callable[[Facts, Expr], Found]:
    """Of a matrix that its size determines."""
    return lambda facts, e: (interval, "", ())


# ---- sums and products ------------------------------------------------------------------------------


def of_all(together: Callable[[Interval, Interval], Interval], reason: str) -> Callable[[Facts, Expr], Found | None]:
    """Of the eigenvalues of all operands, taken together."""

    def rule(facts: Facts, e: Expr) -> Found | None:
        claims = [facts.spectrum(o) for o in e.operands]
        known = [c for c in claims if c is not None]
        return (reduce(together, [c.interval for c in known]), reason, known) if len(known) == len(claims) else None

    return rule


def of_scale(facts: Facts, e: Expr) -> Found | None:
    """c A"""
    c, a = facts.entries(e.operands[0]), facts.spectrum(e.operands[1])
    if a is None:
        return None
    return iv.times(c.interval, a.interval), "" if isinstance(c.expr, Number) else "a multiple", (c, a)


def of_product(facts: Facts, e: Expr) -> Found | None:
    """ADAᵀ, where D is what stands in the middle; AAᵀ where nothing does."""
    outer, inner = stripped(facts, e.operands)
    if not outer:
        return None
    a = Product.of(*outer)
    middle = facts.spectrum(Product.of(*inner)) if inner else None
    if inner and middle is None:
        return None
    if all("orthogonal" in assumed(f.operands[0] if isinstance(f, Transpose) else f) for f in outer):
        return (iv.ONE, "", ()) if middle is None else (middle.interval, "`QᵀDQ` has the eigenvalues of D", (middle,))
    regular = all(is_regular(facts, f) for f in outer)
    if middle is None:
        return _gram(a, regular)
    return _congruent(middle, regular)


def _gram(a: Expr, regular: bool) -> Found:
    """AAᵀ"""
    leaf = a.operands[0] if isinstance(a, Transpose) else a
    if "unit" in assumed(leaf):
        return UNIT, "`uuᵀ` for a vector of length 1", ()
    return (iv.POSITIVE, "`AᵀA` with `A` invertible", ()) if regular else (iv.NONNEGATIVE, "`AᵀA`", ())


def _congruent(middle: Claim, regular: bool) -> Found:
    """ADAᵀ"""
    d, one = middle.interval, middle.expr.is_scalar
    how = "`AᵀDA` with `A` invertible" if regular else "`AᵀA`" if one else "`AᵀDA`"
    strict = regular and (d.is_positive or d.is_negative)
    if d.is_nonnegative:
        return iv.POSITIVE if strict else iv.NONNEGATIVE, f"{how} with `D ⪰ 0`", (middle,)
    if d.is_nonpositive:
        return iv.NEGATIVE if strict else iv.NONPOSITIVE, f"{how} with `D ⪯ 0`", (middle,)
    return iv.REAL, "", (middle,)


def stripped(facts: Facts, factors: Sequence[Expr]) -> tuple[Sequence[Expr], Sequence[Expr]]:
    """The factors that have their transposes at the other end, and those between them."""
    k = 0
    while k < len(factors) // 2 and mirrors(facts, factors[k], factors[-1 - k]):
        k += 1
    return factors[:k], factors[k : len(factors) - k]


def mirrors(facts: Facts, a: Expr, b: Expr) -> bool:
    """Whether b is aᵀ by the way it is written."""
    if transposed(a) is b or transposed(b) is a:
        return True
    return a.cols is b.rows and (facts.spectrum(a) is not None if a is b else key(transposed(a)) == key(b))


def is_regular(facts: Facts, f: Expr) -> bool:
    """Whether a factor is an invertible matrix."""
    f = f.operands[0] if isinstance(f, Transpose) else f
    if isinstance(f, (Inverse, Expm)) or "invertible" in assumed(f):
        return True
    known = facts.spectrum(f) if f.rows is f.cols else None
    return known is not None and (known.interval.is_positive or known.interval.is_negative)


def of_hadamard(facts: Facts, e: Expr) -> Found | None:
    """Schur: A ⊙ B ⪰ 0 for A, B ⪰ 0."""
    claims = [facts.spectrum(o) for o in e.operands]
    known = [c for c in claims if c is not None]
    if len(known) < len(claims):
        return None
    if not all(c.interval.has_sign for c in known):
        return iv.REAL, "", known
    signs = [as_sign(c.interval) for c in known]
    return reduce(iv.times, signs), "`A ⊙ B ⪰ 0` for `A, B ⪰ 0`", known


def as_sign(a: Interval) -> Interval:
    """The sign of an interval without its size."""
    return (
        (iv.ZERO if a.is_zero else iv.POSITIVE if a.is_positive else iv.NONNEGATIVE)
        if a.is_nonnegative
        else (iv.NEGATIVE if a.is_negative else iv.NONPOSITIVE)
    )


def of_entrywise_power(facts: Facts, e: Expr) -> Found | None:
    """A ⊙ A ⊙ …"""
    a, k = facts.spectrum(e.operands[0]), e.operands[1].number
    if a is None:
        return None
    if k is None or k.denominator != 1 or k < 1 or not a.interval.has_sign:
        return iv.REAL, "", (a,)
    sign = as_sign(a.interval)
    return sign if k % 2 else as_sign(iv.times(sign, sign)), "`A ⊙ A ⪰ 0` for `A ⪰ 0`", (a,)


def of_entrywise_exp(facts: Facts, e: Expr) -> Found | None:
    """exp(A) = 11ᵀ + A + ½A ⊙ A + …"""
    a = facts.spectrum(e.operands[0])
    if a is None or not a.interval.is_nonnegative:
        return None if a is None else (iv.REAL, "", (a,))
    return as_sign(a.interval), "`A ⊙ A ⪰ 0` for `A ⪰ 0`, in the power series", (a,)


def of_total(facts: Facts, e: Expr) -> Found | None:
    """∑ᵢ Aᵢ"""
    a = facts.spectrum(e.operands[0])
    return None if a is None else (several(a.interval, False), "a sum", (a,))


# ---- functions --------------------------------------------------------------------------------------


def of_diagonal(facts: Facts, e: Expr) -> Found | None:
    """diag(x)"""
    x = facts.entries(e.operands[0])
    return x.interval, "its entries on the diagonal", (x,)


def by_eigenvalues(
    change: Callable[[Expr, Interval], Interval | None], reason: str
) -> Callable[[Facts, Expr], Found | None]:
    """Of f(A), whose eigenvalues are f of those of A."""

    def rule(facts: Facts, e: Expr) -> Found | None:
        a = facts.spectrum(e.operands[0])
        if a is None:
            return None
        found = change(e, a.interval)
        return (iv.REAL, "", (a,)) if found is None else (found, reason, (a,))

    return rule


def exponential(t: Bound) -> Bound:
    """eᵗ"""
    return 0.0 if t == -inf else inf if t > 700 else Fraction(exp(max(t, -700)))


def logarithm(t: Bound) -> Bound:
    """log t"""
    return -inf if t <= 0 else inf if t == inf else Fraction(log(t))


def root(t: Bound) -> Bound:
    """√t"""
    return inf if t == inf else Fraction(sqrt(max(t, 0)))


def _expm(e: Expr, a: Interval) -> Interval:
    return iv.both(iv.POSITIVE, iv.mapped(a, exponential))


def _logm(e: Expr, a: Interval) -> Interval:
    return iv.mapped(iv.both(a, iv.POSITIVE) if a.high > 0 else iv.POSITIVE, logarithm)


def _sqrtm(e: Expr, a: Interval) -> Interval:
    size = iv.both(a, iv.NONNEGATIVE) if a.high >= 0 else iv.NONNEGATIVE
    return iv.both(iv.POSITIVE if size.is_positive else iv.NONNEGATIVE, iv.mapped(size, root))


def _pseudo_inverse(e: Expr, a: Interval) -> Interval | None:
    return iv.NONNEGATIVE if a.is_nonnegative else iv.NONPOSITIVE if a.is_nonpositive else None


Rule = Callable[[Facts, Expr], Found | None]
RULES: dict[type[Expr], Rule] = {
    Symbol: of_symbol,
    Member: of_symbol,
    Path: of_symbol,
    Identity: constant(iv.ONE),
    Zeros: constant(iv.ZERO),
    Ones: constant(iv.NONNEGATIVE),
    Centering: constant(UNIT),
    Commutation: lambda facts, e: (SYMMETRIC_UNIT, "", ()) if e.data[0] is e.data[1] else None,
    Exchange: constant(SYMMETRIC_UNIT),
    Sum: of_all(iv.plus, "a sum"),
    Scale: of_scale,
    Product: of_product,
    Hadamard: of_hadamard,
    Power: of_entrywise_power,
    Exp: of_entrywise_exp,
    Kronecker: of_all(iv.times, "`A ⊗ B` has the products of the eigenvalues"),
    IndexedSum: of_total,
    DiagonalMatrix: of_diagonal,
    Transpose: by_eigenvalues(lambda e, a: a, ""),
    Named: by_eigenvalues(lambda e, a: a, ""),
    SymmetricPart: by_eigenvalues(lambda e, a: a, ""),
    Inverse: by_eigenvalues(lambda e, a: iv.reciprocal(a), "the inverse has the reciprocal eigenvalues"),
    MatrixPower: by_eigenvalues(lambda e, a: power_of(a, Fraction(e.data[0])), "the powers of the eigenvalues"),
    Expm: by_eigenvalues(_expm, "the exponentials of the eigenvalues"),
    Logm: by_eigenvalues(_logm, "the logarithms of the eigenvalues"),
    Sqrtm: by_eigenvalues(_sqrtm, "the roots of the eigenvalues"),
    PseudoInverse: by_eigenvalues(_pseudo_inverse, "the pseudoinverse has the same sign"),
    Adjugate: by_eigenvalues(
        lambda e, a: as_sign(a) if a.is_nonnegative else None, "the products of the other eigenvalues"
    ),
}
