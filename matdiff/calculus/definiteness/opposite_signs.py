"""Sums whose terms have both signs: claims that hold although no term tells the sign of the whole.

In go the terms, out come claims.  A matrix αM − βMu(Mu)ᵀ is ⪰ (α − βuᵀMu)M for M ⪰ 0, by the inequality of Cauchy and
Schwarz: so the covariance diag(p) − ppᵀ of a categorical variable is ⪰ 0.  A sum of fractions has the sign of what is
left when it is multiplied by its denominators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, coefficient
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.algebra.rewriting import Simplifier
from matdiff.calculus.definiteness import intervals as iv
from matdiff.calculus.definiteness.eigenvalues import NOTHING, Signs, as_sign, is_regular, stripped
from matdiff.calculus.definiteness.intervals import Interval
from matdiff.calculus.definiteness.signs import EIGENVALUES, ENTRIES, Claim, Found
from matdiff.calculus.equality.proof import prove
from matdiff.records import NamedTuple

MOST_TERMS = 24
CAUCHY = "`M − Mu(Mu)ᵀ ⪰ 0` where `uᵀMu ≤ 1`"
COVARIANCE = "`diag(p) − ppᵀ` is a covariance matrix, that of a categorical variable"
Addend = tuple[Expr, tuple[Expr, ...]]


class BothSigns(Signs):
    """Claims about expressions, also where a sum has terms of both signs."""

    def __init__(self, sizes: Iterable[str] = (), known: Mapping[Expr, Interval] = NOTHING) -> None:
        super().__init__(sizes, known)
        self.simplifier = Simplifier(SIMPLIFICATIONS)
        self.level = 0

    def improved(self, claim: Claim) -> Claim:
        """A sum is asked once more as a whole; what is asked for that goes no deeper than two sums."""
        claim = super().improved(claim)
        is_open = isinstance(claim.expr, Sum) and not claim.interval.has_sign
        if not is_open or self.level > 1 or len(claim.expr.operands) > MOST_TERMS:
            return claim
        self.level += 1
        try:
            found = (total if claim.about == EIGENVALUES else common_denominator)(self, claim.expr)
        finally:
            self.level -= 1
        return claim if found is None else Claim(claim.expr, claim.about, *found)

    def simple(self, e: Expr) -> Expr:
        """The expression in its simplest form."""
        return self.simplifier(e)[0]


# ---- multiplied out ---------------------------------------------------------------------------------


def addends(e: Expr) -> list[Addend]:
    """A matrix as a sum of multiples of products, where these are few: pairs of a scalar and factors."""
    done: list[Addend] = []
    waiting: list[Addend] = [(Number(1), (e,))]
    while waiting:
        scalar, factors = waiting.pop()
        k = next((k for k, f in enumerate(factors) if opens(f)), None)
        if k is None or len(done) + len(waiting) > MOST_TERMS:
            done.append((scalar, tuple(f for f in factors if not isinstance(f, Identity))))
            continue
        for c, parts in reversed(opened(factors[k])):
            waiting.append((Hadamard.of(scalar, c), (*factors[:k], *parts, *factors[k + 1 :])))
    return done


def opens(f: Expr) -> bool:
    """Whether a factor is made of others; sums of vectors stay as they are."""
    inside = f.operands[0] if isinstance(f, Transpose) else f
    return isinstance(inside, (Scale, Product)) or (isinstance(inside, Sum) and ONE not in inside.shape)


def opened(f: Expr) -> list[Addend]:
    """One factor as multiples of products."""
    turned = isinstance(f, Transpose)
    e = f.operands[0] if turned else f
    if isinstance(e, Sum):
        return [(Number(1), (Transpose.of(o) if turned else o,)) for o in e.operands]
    if isinstance(e, Scale):
        return [(e.operands[0], (transposed(e.operands[1]) if turned else e.operands[1],))]
    return [(Number(1), tuple(map(transposed, reversed(e.operands))) if turned else e.operands)]


# ---- matrices ---------------------------------------------------------------------------------------


class Summand(NamedTuple):
    """α L M Lᵀ with a scalar α; the *middle* M is None for I."""

    scalar: Expr
    outer: tuple[Expr, ...]
    middle: Expr | None

    def without_scalar(self, shape: Expr) -> Expr:
        """L M Lᵀ, in the shape of an expression."""
        middle = () if self.middle is None else (self.middle,)
        factors = (*self.outer, *middle, *map(transposed, reversed(self.outer)))
        return Product.of(*factors) if factors else Identity(shape.rows)

    def expr(self, shape: Expr) -> Expr:
        return Scale.of(self.scalar, self.without_scalar(shape))


class Weighed(NamedTuple):
    """A term, the interval of its eigenvalues, and what that follows from."""

    term: Summand
    interval: Interval
    premises: tuple[Claim, ...]


def total(signs: BothSigns, e: Expr) -> Found | None:
    """The eigenvalues of a sum of terms α L M Lᵀ, some of which are ⪰ 0 and some ⪯ 0."""
    terms = [as_term(signs, *a) for a in addends(e)]
    found = [t for t in terms if t is not None]
    if len(found) < len(terms):
        return None
    weighed = [weigh(signs, t, e) for t in diagonals_together(signs, found)]
    known = [w for w in weighed if w is not None]
    if len(known) < len(weighed):
        return None
    whole = reduce(iv.plus, [w.interval for w in known])
    if whole.has_sign:
        return whole, "a sum", [c for w in known for c in w.premises]
    return absorbed(signs, known) or turned_over(absorbed(signs, [negative(w) for w in known]))


def as_term(signs: Signs, scalar: Expr, factors: tuple[Expr, ...]) -> Summand | None:
    """A product that is symmetric by the way it is written."""
    outer, middle = stripped(signs, factors)
    if not middle:
        return Summand(scalar, tuple(outer), None)
    inside = Product.of(*middle)
    if inside.is_scalar:
        return Summand(Hadamard.of(scalar, inside), tuple(outer), None)
    return Summand(scalar, tuple(outer), inside) if signs.spectrum(inside) is not None else None


def diagonals_together(signs: BothSigns, terms: Sequence[Summand]) -> list[Summand]:
    """α L diag(p) Lᵀ + β L diag(q) Lᵀ as L diag(αp + βq) Lᵀ."""
    groups: dict[tuple[Expr, ...], list[Summand]] = {}
    for t in terms:
        if isinstance(t.middle, DiagonalMatrix):
            groups.setdefault(t.outer, []).append(t)
    made = [t for t in terms if not isinstance(t.middle, DiagonalMatrix)]
    for outer, group in groups.items():
        if len(group) == 1:
            made += group
            continue
        entries = [Scale.of(t.scalar, t.middle.operands[0]) for t in group if t.middle is not None]
        made.append(Summand(Number(1), outer, DiagonalMatrix(signs.simple(Sum.of(*entries)))))
    return made


def weigh(signs: Signs, term: Summand, shape: Expr) -> Weighed | None:
    claim = signs.spectrum(term.expr(shape))
    return None if claim is None else Weighed(term, claim.interval, (claim,))


def negative(w: Weighed) -> Weighed:
    return w._replace(term=w.term._replace(scalar=-w.term.scalar), interval=iv.minus(w.interval))


def turned_over(found: Found | None) -> Found | None:
    return None if found is None else (iv.minus(found[0]), found[1], found[2])


def absorbed(signs: BothSigns, terms: Sequence[Weighed]) -> Found | None:
    """Every term −βMu(Mu)ᵀ together with a term αM; None where a negative term is left over."""
    kept = [w for w in terms if w.interval.is_nonnegative]
    reason = CAUCHY
    for w in terms:
        if w.interval.is_nonnegative:
            continue
        pairs = ((k, pair, reduced(signs, pair, w)) for k, pair in enumerate(kept))
        k, pair, less = next((p for p in pairs if p[2] is not None), (0, w, None))
        if less is None or not w.interval.is_nonpositive:
            return None
        kept[k], reason = less, reason_of(pair.term, w.term)
    whole = reduce(iv.plus, [w.interval for w in kept])
    return as_sign(whole), reason, [c for w in kept for c in w.premises]


def reason_of(pair: Summand, term: Summand) -> str:
    """Which of the inequalities it is."""
    is_diagonal = isinstance(pair.middle, DiagonalMatrix) and pair.middle.operands[0] is term.outer[-1]
    return COVARIANCE if is_diagonal and pair.scalar is Number(1) else CAUCHY


def reduced(signs: BothSigns, pair: Weighed, term: Weighed) -> Weighed | None:
    """(α − βuᵀMu) L M Lᵀ, which is not more than α L M Lᵀ − βLMu(LMu)ᵀ, where α − βuᵀMu ≥ 0."""
    (scalar, outer, middle), minus = pair.term, term.term
    positive = None if middle is None else signs.spectrum(middle)
    if middle is not None and (positive is None or not positive.interval.is_nonnegative):
        return None
    shares = [signs.simple(Hadamard.of(-minus.scalar, form)) for form in forms_of(pair.term, minus)]
    found = ((share, difference(signs, scalar, share)) for share in shares)
    share, rest = next((f for f in found if f[1] is not None), (scalar, None))
    if rest is None:
        return None
    left = Summand(signs.simple(scalar - share), outer, middle)
    claims = [*([] if positive is None else [positive]), *([] if left.scalar.number is not None else [rest])]
    regular = rest.interval.is_positive and all(is_regular(signs, f) for f in outer)
    strict = regular and (positive is None or positive.interval.is_positive)
    interval = iv.POSITIVE if strict else iv.ZERO if rest.interval.is_zero else iv.NONNEGATIVE
    return Weighed(left, iv.NONNEGATIVE if interval.is_zero else interval, tuple(claims))


def forms_of(pair: Summand, minus: Summand) -> list[Expr]:
    """uᵀMu, written in one way or in several, where the one term is L M Lᵀ and the other LMu(LMu)ᵀ."""
    n = len(pair.outer)
    rest, middle = minus.outer[n:], pair.middle
    if minus.middle is not None or minus.outer[:n] != pair.outer or not rest or rest[-1].cols is not ONE:
        return []
    if middle is None:
        u = Product.of(*rest)
        return [inner(u, u), Power(Norm(u), Number(2))]
    if rest[0] is middle and len(rest) > 1:
        u = Product.of(*rest[1:])
        return [Product.of(Transpose(u), middle, u)]
    form = weighted(middle.operands[0], rest[0]) if isinstance(middle, DiagonalMatrix) and len(rest) == 1 else None
    return [] if form is None else [form]


def weighted(p: Expr, v: Expr) -> Expr | None:
    """Σ pᵢuᵢ² where v = p ⊙ u."""
    factors = list(v.operands if isinstance(v, Hadamard) else (v,))
    for f in p.operands if isinstance(p, Hadamard) else (p,):
        if f not in factors:
            return None
        factors.remove(f)
    squares = [Power(f, Number(2)) for f in factors]
    return SumOfEntries(Hadamard.of(p, *squares))


# ---- scalars and entries ----------------------------------------------------------------------------


def difference(signs: BothSigns, larger: Expr, smaller: Expr) -> Claim | None:
    """A claim that larger − smaller ≥ 0: by its sign, by a proof that it is 0, or by smaller/larger ≤ 1."""
    whole = signs.simple(larger - smaller)
    claim = signs.entries(whole)
    if claim.interval.is_nonnegative:
        return claim
    if prove(larger, smaller) is not None:
        return Claim(whole, ENTRIES, iv.ZERO, "the terms cancel")
    if not signs.entries(larger).interval.is_positive:
        return None
    above, below = fraction(signs.simple(Hadamard.of(smaller, Power.of(larger, Number(-1)))))
    rest = signs.entries(signs.simple(below - above))
    if not (signs.entries(below).interval.is_positive and rest.interval.is_nonnegative):
        return None
    return Claim(whole, ENTRIES, as_sign(rest.interval), "the quotient of the terms is at most 1", (rest,))


def fraction(e: Expr) -> tuple[Expr, Expr]:
    """What a product has above and below its bar."""
    factors = e.operands if isinstance(e, Hadamard) else (e,)
    above, below = [], []
    for f in factors:
        k = f.operands[1].number if isinstance(f, Power) else None
        if k is not None and k < 0:
            below.append(Power.of(f.operands[0], Number(-k)) if k != -1 else f.operands[0])
        else:
            above.append(f)
    return Hadamard.of(*above) if above else Number(1), Hadamard.of(*below) if below else Number(1)


def common_denominator(signs: BothSigns, e: Expr) -> Found | None:
    """The entries of a sum of fractions have the sign of the sum times its denominators; f(a) − f(b) that of a − b."""
    steps = rising(signs, e)
    if steps is not None:
        return steps
    powers: dict[Expr, Fraction] = {}
    for base, k in (p for o in e.operands for p in denominators(o)):
        powers[base] = max(powers.get(base, k), k)
    if not powers:
        return None
    factor = Hadamard.of(*[Power.of(b, Number(k)) if k != 1 else b for b, k in powers.items()])
    if not signs.entries(factor).interval.is_nonnegative:
        return None
    products = [signs.simple(Hadamard.of(factor, o) if o.shape == factor.shape else o) for o in e.operands]
    if any(o.shape != factor.shape for o in e.operands):
        return None
    rest = signs.entries(signs.simple(Sum.of(*products)))
    return (as_sign(rest.interval), "a common denominator", (rest,)) if rest.interval.has_sign else None


def denominators(e: Expr) -> Iterator[tuple[Expr, Fraction]]:
    """The bases and exponents of what a term is divided by."""
    _, body = coefficient(e)
    for f in body.operands if isinstance(body, Hadamard) else [body]:
        k = f.operands[1].number if isinstance(f, Power) else None
        if isinstance(f, Power) and k is not None and k < 0:
            yield f.operands[0], -k


def rising(signs: BothSigns, e: Expr) -> Found | None:
    """f(a) − f(b) ≥ 0 where f increases and a − b ≥ 0."""
    if len(e.operands) != 2:
        return None
    for plus, other in (e.operands, e.operands[::-1]):
        k, b = coefficient(other)
        if k != -1 or b is None or type(plus) is not type(b) or not isinstance(plus, Entrywise):
            continue
        if plus.increasing and plus.operands[1:] == b.operands[1:]:
            gap = signs.entries(signs.simple(plus.operands[0] - b.operands[0]))
            if gap.interval.has_sign:
                sign = iv.NONNEGATIVE if gap.interval.is_nonnegative else iv.NONPOSITIVE
                return sign, f"{plus.names[0]} increases", (gap,)
    return None
