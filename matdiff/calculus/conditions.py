"""Where a derivation holds: the fewest conditions that say it.

In goes what the operations demand, out come the conditions that have to be said.  What the declarations or the form
of an expression prove is not said (1 + xᵀx > 0, S⁻¹ of an spd matrix), nor what follows from another condition:
|A| > 0 says that A is invertible, Ax ≠ 0 that x ≠ 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Number, Operator, Symbol, nodes_in, postorder, symbols
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.activations import Relu
from matdiff.algebra.operators.entry_products import ProductOfEntries
from matdiff.algebra.operators.entrywise import Abs, Sqrt
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.square import Determinant, Inverse
from matdiff.algebra.operators.structure import Named, value_of
from matdiff.algebra.operators.sums import IndexedSum, entries_by_index
from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.definiteness.eigenvalues import Signs, is_regular
from matdiff.calculus.definiteness.intervals import POSITIVE, REAL, ZERO, Interval, disjoint, within
from matdiff.calculus.definiteness.rank import has_zeros, is_never_invertible, is_nothing
from matdiff.calculus.demands import (
    COUNT,
    EIGENVALUES,
    INVERTIBLE,
    NO_ZEROS,
    NONZERO,
    OTHER,
    WITHIN,
    Condition,
    of_operation,
    of_value,
    simplest,
    square_of,
)
from matdiff.errors import UnsupportedError

MOST_PRUNED = 24  # conditions that are held against each other


def fewest(
    found: Iterable[Condition], function: Expr, answers: Sequence[Expr], order: int = 1, forms: Sequence[Expr] = ()
) -> tuple[Condition, ...]:
    """Of conditions of derivatives of an order those that are not known to hold and do not follow from others.

    The *forms* are those that parts of the function were brought to under d.
    """
    if any(c.demand == NONZERO for c in found):
        smooth = only_even_powers(function) - {n for a in answers for n in divided_by(a)}
        found = [c for c in found if not (c.demand == NONZERO and c.about in smooth)]
    if any(c.demand == NO_ZEROS for c in found):
        harmless = smoothed_kinks(function, forms, answers, order)
        found = [c for c in found if c not in harmless]
    sizes = size_names(function)
    signs = Signs(sizes)
    left = [c for c in dict.fromkeys(r for c in found for r in regular(signs, c)) if not holds(signs, c)]
    if len(left) <= MOST_PRUNED:
        for c in sorted(left, key=lambda c: -len(str(c))):
            others = [o for o in left if o is not c]
            if follows(c, others, sizes):
                left = others
    return tuple({str(c): c for c in left}.values())


def require_possible(found: Collection[Condition], function: Expr) -> None:
    """Refuses a derivative that would hold only where a condition is met that nothing meets."""
    smooth = only_even_powers(function) if any(c.demand == NONZERO for c in found) else ()
    signs = cache(lambda: Signs(size_names(function)))  # not all conditions need them
    for c in found:
        if not (c.demand == NONZERO and c.about in smooth) and cannot_hold(signs, c):
            raise UnsupportedError(
                f"the derivative would hold where {c}, and this is so nowhere",
                suggestion="Look at the function once more: it has no value, or none that varies.",
            )


def size_names(f: Expr) -> frozenset[str]:
    """The names of the sizes that a function mentions: a scalar of such a name is that size."""
    found: set[Size] = set()
    for node in nodes_in(f):
        found.update(node.shape)
        if isinstance(node, (IndexedSum, Recurrence)):
            found.add(node.index.last)
        if isinstance(node, Symbol):
            found.update(node.ranges)
    return frozenset(name for s in found for name in s.names())


def only_even_powers(f: Expr) -> set[Expr]:
    """The x of which only ‖x‖², ‖x‖⁴, … occur in a function: it is smooth where they are 0 too."""
    even: set[Expr] = set()
    other: set[Expr] = set()
    for node in nodes_in(f):
        is_even = isinstance(node, Power) and (node.operands[1].number or Fraction(1)) % 2 == 0
        for operand in node.operands:
            if isinstance(operand, Norm):
                (even if is_even and (node.operands[1].number or 0) > 0 else other).add(operand.operands[0])
    return even - other


def divided_by(answer: Expr) -> Iterator[Expr]:
    """The x of which an answer has another power of ‖x‖ than ‖x‖², ‖x‖⁴, …"""
    held = {n.operands[0] for n in postorder(answer) if isinstance(n, Norm)}
    yield from held - only_even_powers(answer)


def smoothed_kinks(f: Expr, forms: Sequence[Expr], answers: Sequence[Expr], order: int) -> set[Condition]:
    """That a ≠ 0 where nothing asks for it but |a| and relu(a), of which only powers above the order occur."""
    own = set(postorder(f))
    bare = {seen_through(f), *(a for form in forms if (a := seen_through(form)) not in own)}
    nodes = list(own.union(n for form in forms for n in postorder(form)))
    kinks = {n for n in nodes if isinstance(n, (Abs, Relu))} - bare
    if not kinks:
        return set()
    for node in nodes:
        kinks.difference_update(seen_through(o) for o in node.operands if not is_smooth_in(node, o, order))
    others = [c for n in nodes if n not in kinks and isinstance(n, Operator) for c in of_operation(n)]
    divided = [c for a in answers for n in postorder(a) for c in of_value(n)]
    return {c for n in kinks if isinstance(n, Operator) for c in of_operation(n)}.difference(others, divided)


def is_smooth_in(whole: Expr, kink: Expr, order: int) -> bool:
    """Whether what is made of a function with a kink where it is 0 has derivatives there: f², fᵀf, ‖f‖ for f ≠ 0."""
    if isinstance(whole, Power):
        return kink is whole.operands[0] and (whole.operands[1].number or 0) > order
    if isinstance(whole, Product):
        return order == 1 and whole.is_scalar and square_of(whole) is not None
    return isinstance(whole, (Named, Transpose)) or (isinstance(whole, Norm) and order == 1)


def seen_through(e: Expr) -> Expr:
    """What stands below names and transposes."""
    while isinstance(e, (Named, Transpose)):
        e = e.operands[0]
    return e


def cannot_hold(signs: Callable[[], Signs], c: Condition) -> bool:
    """Whether no values of the symbols meet a condition."""
    if c.demand == INVERTIBLE:
        return is_never_invertible(c.about)
    if c.demand == EIGENVALUES and c.about.rows is c.about.cols:
        known = signs().spectrum(c.about)
        return known is not None and disjoint(known.interval, POSITIVE)
    if c.demand not in (WITHIN, NO_ZEROS, NONZERO):
        return False
    found = ZERO if is_nothing(c.about) else signs().entries(c.about).interval
    if c.demand == WITHIN:
        return disjoint(found, c.interval) or (has_zeros(c.about) and not c.interval.low < 0 < c.interval.high)
    return found.is_zero or (c.demand == NO_ZEROS and has_zeros(c.about))


# ---- what is known, and what follows ----------------------------------------------------------------


def holds(signs: Signs, c: Condition) -> bool:
    """Whether a condition is known to hold, by what is declared and by the form of the expression."""
    a = c.about
    if (names := symbols(a)) and signs.sizes.issuperset(s.name for s in names):
        return True  # n − 1 ≠ 0 is said by what a size is for
    if c.demand == OTHER:
        return False
    if c.demand == COUNT:
        return assumed(a) >= {"positive", "integer"}
    if c.demand == EIGENVALUES:
        return _is_positive(signs, a)
    if c.demand == INVERTIBLE:
        return all(is_regular(signs, f) for f in (a.operands if isinstance(a, Product) else (a,)))
    entries = signs.entries(a).interval
    if c.demand == WITHIN:
        positive_definite = isinstance(a, Determinant) and c.interval == POSITIVE and _is_positive(signs, a.operands[0])
        return within(entries, c.interval) or positive_definite
    return entries.is_positive or entries.is_negative


def regular(signs: Signs, c: Condition) -> Iterator[Condition]:
    """The same by what signs say: √a ≠ 0 is a > 0, |A| > 0 for A ⪰ 0 that A is invertible, xᵀSx > 0 for S ≻ 0 that
    x ≠ 0, and ab > 0 for a ≥ 0 is a > 0 and b > 0."""
    waiting = [c]
    while waiting:
        c = waiting.pop()
        a = c.about
        is_form = c.demand in (NO_ZEROS, WITHIN) and a.is_scalar and len(a.operands) > 2
        if c.demand in (NONZERO, NO_ZEROS) and isinstance(a, Sqrt) and a.is_scalar:
            waiting.append(Condition(WITHIN, a.operands[0], POSITIVE))
        elif is_form and (x := factor_of_definite_form(signs, a)) is not None:  # xᵀSx
            yield from simplest(Condition(NONZERO, x)) if c.interval in (REAL, POSITIVE) else (c,)
        elif c.demand != WITHIN or c.interval != POSITIVE or not a.is_scalar:
            yield c
        elif isinstance(a, Determinant):
            known = signs.spectrum(a.operands[0])
            is_psd = known is not None and known.interval.is_nonnegative
            yield from simplest(Condition(INVERTIBLE, a.operands[0])) if is_psd else (c,)
        elif isinstance(a, Hadamard) and sum(not signs.entries(f).interval.is_nonnegative for f in a.operands) <= 1:
            waiting += [s for f in reversed(a.operands) for s in simplest(Condition(WITHIN, f, POSITIVE))]
        else:
            yield c


def factor_of_definite_form(signs: Signs, a: Expr) -> Expr | None:
    """U where something is UᵀU, or UᵀSU for a positive definite S."""
    if not isinstance(a, Product) or transposed(a.operands[0]) is not a.operands[-1]:
        return None
    between = a.operands[1:-1]
    known = signs.spectrum(Product.of(*between)) if between else None
    return a.operands[-1] if not between or (known is not None and known.interval.is_positive) else None


def _is_positive(signs: Signs, a: Expr) -> bool:
    """Whether a determinant is positive: that of a product of positive definite factors is."""
    factors = a.operands if isinstance(a, Product) and all(f.rows is f.cols for f in a.operands) else (a,)
    spectra = [signs.spectrum(f) for f in factors]
    return all(s is not None and s.interval.is_positive for s in spectra)


def follows(c: Condition, others: Sequence[Condition], sizes: frozenset[str]) -> bool:
    """Whether a condition holds where others do."""
    if any(said.demand == NONZERO and implies_nonzero(said.about, c) for said in others):
        return True
    if any(c in of_meaning(said, sizes) for said in others):
        return True
    if c.demand == NO_ZEROS and any(has_factor(said, c.about) for said in others):
        return True
    if c.demand == NONZERO and Condition(INVERTIBLE, c.about) in others:
        return True
    if (
        c.demand == NO_ZEROS
        and c.about.is_scalar
        and any(o.demand == WITHIN and divides(o.about, c.about) for o in others)
    ):
        return True
    if c.demand == INVERTIBLE and any(is_determinant_of(o, c.about) for o in others):
        return True
    if c.demand == INVERTIBLE and (u := factor_of_definite_form(Signs(sizes), c.about)) is not None:
        inverted = [o.about for o in others if o.demand == INVERTIBLE]  # UᵀU where UᵀSU is, and the other way round
        if any(factor_of_definite_form(Signs(sizes), a) is u for a in inverted):
            return True
    known = dict(fact for o in others for fact in known_where(o))
    return bool(known) and holds(Signs(sizes, known), c)


def divides(whole: Expr, a: Expr) -> bool:
    """Whether a quotient has a number below its bar: what is said of the quotient says that this is not 0."""
    factors = whole.operands if isinstance(whole, Hadamard) else (whole,)
    return any(f.reciprocal is not None and f.reciprocal[0] is a for f in factors)


def of_meaning(c: Condition, sizes: frozenset[str]) -> Iterator[Condition]:
    """What a condition on a definition says of what that stands for: s ≠ 0 says r ≠ 0 where s = ‖r‖."""
    if isinstance(c.about, Named):
        for meant in simplest(c._replace(about=value_of(c.about))):
            yield from regular(Signs(sizes), meant)


def implies_nonzero(whole: Expr, c: Condition) -> bool:
    """Ax ≠ 0 says that x ≠ 0."""
    factors = whole.operands if isinstance(whole, (Product, Scale)) else ()
    return c.demand in (NONZERO, NO_ZEROS) and c.about in factors and (c.demand == NONZERO or c.about.is_scalar)


def has_factor(c: Condition, a: Expr) -> bool:
    """Whether a condition says that a product of entries is not 0, of those of a or of all values of a."""
    if not isinstance(c.about, ProductOfEntries) or not (c.demand == NO_ZEROS or disjoint(c.interval, ZERO)):
        return False
    vector = c.about.operands[0]
    entries = entries_by_index(vector)
    return a is (vector if entries is None else entries[1])


def is_determinant_of(c: Condition, a: Expr) -> bool:
    """Whether a condition is about the determinant of a matrix, or of a product that has it as a factor."""
    det = c.about.operands[0] if isinstance(c.about, Named) else c.about
    if not (c.demand in (WITHIN, NO_ZEROS) and isinstance(det, Determinant)):
        return False
    whole = det.operands[0]
    factors = whole.operands if isinstance(whole, Product) and whole.operands[0].rows is whole.rows else ()
    inner = [f.operands[0] if isinstance(f, (Inverse, Transpose)) else f for f in factors if f.rows is f.cols]
    return whole is a or (len(inner) == len(factors) and a in inner)


def known_where(c: Condition) -> Iterator[tuple[Expr, Interval]]:
    """Between which numbers expressions lie where a condition holds."""
    if c.demand == WITHIN:
        yield c.about, c.interval
    elif c.demand == NO_ZEROS:
        yield from ((e, POSITIVE) for e in (Abs(c.about), Power(c.about, Number(2)), Power(c.about, Number(-2))))
    elif c.demand == NONZERO and c.about.cols is ONE:
        yield from ((e, POSITIVE) for e in (Norm(c.about), Product.of(Transpose.of(c.about), c.about)))
