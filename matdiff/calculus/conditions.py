"""Where a derivation holds: the fewest conditions that say it.

In go the steps, out come conditions on the operations that were derived.  What the declarations or the form of an
expression prove is not said (1 + xᵀx > 0, S⁻¹ of an spd matrix), nor what follows from another condition: |A| > 0
says that A is invertible, x ≠ 0 that ‖x‖ ≠ 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import inf
from typing import NamedTuple

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Number, Operator, Symbol, postorder, replace, symbols
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Abs, Entrywise, Log
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.square import Determinant, Inverse, MatrixPower
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.definiteness.eigenvalues import Signs, is_regular
from matdiff.calculus.definiteness.intervals import POSITIVE, REAL, Interval, within
from matdiff.calculus.rewrite import Step

MOST_PRUNED = 24  # conditions that are held against each other


class Condition(NamedTuple):
    """What an expression has to be: every entry in an *interval*, no entry 0, not 0 as a whole, or invertible.

    *demand* is one of the words below; what has none there is said in the *words* of the operation itself.
    """

    demand: str
    about: Expr
    interval: Interval = REAL
    words: str = ""

    def __str__(self) -> str:
        if self.words:
            return self.words
        name = str(by_names(self.about))
        if self.demand == INVERTIBLE:
            return f"{name} is invertible"
        whole = self.demand == NONZERO or self.about.is_scalar
        entries = name if whole else f"every entry of {name}"
        return self.interval.relation(entries) if self.demand == WITHIN else f"{entries} ≠ 0"


WITHIN, NO_ZEROS, NONZERO, INVERTIBLE = "within", "no zeros", "nonzero", "invertible"
EIGENVALUES, COUNT, OTHER = "positive eigenvalues", "positive integer", "other"
IN_WORDS = {  # what ``requires`` says, as a demand on the operand of that place
    "{0} is invertible": (INVERTIBLE, 0),
    "{0} has no eigenvalue that is real and ≤ 0": (EIGENVALUES, 0),
    "{0} is positive definite": (EIGENVALUES, 0),
    "{1} is a positive integer": (COUNT, 1),
}
BOUNDS = r"(?:(−?\d+) < )?\{(\d)\} (?:> (−?\d+)|< (−?\d+))"  # {0} > 0, −1 < {0} < 1


def fewest(steps: Iterable[Step], function: Expr, answers: Iterable[Expr]) -> tuple[Condition, ...]:
    """The conditions under which the answers hold, without those that are known to hold or follow from others."""
    answers = [*answers]
    found = dict.fromkeys(c for step in steps for c in of_step(step))
    kept = {n for a in answers for n in postorder(a)}
    found |= dict.fromkeys(c for n in postorder(function) if n in kept for c in of_value(n))
    if any(c.demand == NONZERO for c in found):
        smooth = only_even_powers(function) - {n for a in answers for n in divided_by(a)}
        found = dict.fromkeys(c for c in found if not (c.demand == NONZERO and c.about in smooth))
    sizes = size_names(function) if found else frozenset[str]()
    signs = Signs(sizes)
    left = [c for c in dict.fromkeys(regular(signs, c) for c in found) if not holds(signs, c)]
    if len(left) <= MOST_PRUNED:
        for c in sorted(left, key=lambda c: -len(str(c))):
            others = [o for o in left if o is not c]
            if follows(c, others, sizes):
                left = others
    return tuple({str(c): c for c in left}.values())


def size_names(f: Expr) -> frozenset[str]:
    """The names of the sizes that a function mentions: a scalar of such a name is that size."""
    found: set[Size] = set()
    for node in postorder(f):
        found.update(node.shape)
        if isinstance(node, IndexedSum | Recurrence):
            found.add(node.index.last)
        if isinstance(node, Symbol):
            found.update(node.ranges)
    return frozenset(name for s in found for name in s.names())


def by_names(e: Expr) -> Expr:
    """An expression in which definitions are written as their names: what they are has been said with the function."""

    def name(node: Expr) -> Expr | None:
        return Symbol(node.name, node.shape) if isinstance(node, Named) and not node.free else None

    return replace(e, name)


# ---- what an operation demands ----------------------------------------------------------------------


def of_step(step: Step) -> Iterator[Condition]:
    """The conditions of the law that was applied: its own, or where the operation that it differentiates has one."""
    e = step.before.operands[0] if isinstance(step.before, Differential) else step.before
    if step.law.positive is not None:
        yield from simplest(Condition(WITHIN, step.law.positive(e), POSITIVE))
    elif step.law.kind == "differential" and isinstance(e, Operator):
        yield from of_operation(e)


def of_value(e: Expr) -> Iterator[Condition]:
    """Where a part of the function that is in the answer has a value, though it was not differentiated."""
    if isinstance(e, Inverse | MatrixPower | Power | Log):
        yield from of_operation(e)


def of_operation(e: Operator) -> Iterator[Condition]:
    """Where an operation has a differential, by what its block says."""
    if isinstance(e, Power):
        base, k = e.operands[0], e.operands[1].number
        if k is None or k.denominator != 1:
            yield from simplest(Condition(WITHIN, base, POSITIVE))
        elif k < 0:
            yield from simplest(Condition(NO_ZEROS, base))
    elif isinstance(e, MatrixPower) and e.data[0] < 0:
        yield from simplest(Condition(INVERTIBLE, e.operands[0]))
    elif type(e).condition is Operator.condition or isinstance(e, Entrywise):
        yield from demanded(e)
    else:
        yield from in_words(e, OTHER, e)


def demanded(e: Operator) -> Iterator[Condition]:
    """The words of ``requires`` as a condition on an operand."""
    if e.requires in IN_WORDS:
        demand, place = IN_WORDS[e.requires]
        a = e.operands[place]
        yield from simplest(Condition(demand, a)) if demand == INVERTIBLE else in_words(e, demand, a)
    elif e.requires == "{0} ≠ 0":
        yield from simplest(Condition(NO_ZEROS if isinstance(e, Entrywise) else NONZERO, e.operands[0]))
    elif bounds := re.fullmatch(BOUNDS, e.requires):
        low, high = (Fraction(b.replace("−", "-")) if b else None for b in (bounds[1] or bounds[3], bounds[4]))
        interval = Interval(-inf if low is None else low, inf if high is None else high, True, True)
        yield from simplest(Condition(WITHIN, e.operands[int(bounds[2])], interval))
    else:
        yield from in_words(e, OTHER, e)


def in_words(e: Operator, demand: str, about: Expr) -> Iterator[Condition]:
    """A condition that is said as the block of the operation says it, if there is one."""
    named = by_names(e)
    words = named.condition() if isinstance(named, Operator) else ""
    if words:
        yield Condition(demand, about, REAL, words)


def simplest(c: Condition) -> Iterator[Condition]:
    """The same said of less: 2a ≠ 0 of a, ‖x‖ ≠ 0 of x, ab ≠ 0 of a and of b, (Aᵀ)⁻¹ of A."""
    waiting = [c]
    while waiting:
        c = waiting.pop()
        a = c.about
        match c.demand, a:
            case _, Transpose():
                waiting.append(c._replace(about=a.operands[0]))
            case ("no zeros", Abs()):
                waiting.append(c._replace(about=a.operands[0]))
            case ("no zeros", Power()) if a.operands[1].number is not None:
                waiting.append(c._replace(about=a.operands[0]))
            case ("no zeros", Norm()):
                waiting.append(Condition(NONZERO, a.operands[0]))
            case ("no zeros", Product()) if a.is_scalar and (x := square_of(a)) is not None:
                waiting.append(Condition(NONZERO, x))
            case ("no zeros", Hadamard()):
                waiting += [c._replace(about=o) for o in reversed(a.operands)]
            case ("no zeros" | "nonzero" | "invertible", Scale()) if a.operands[0].number is not None:
                waiting.append(c._replace(about=a.operands[1]))
            case ("within", Scale()) if c.interval == POSITIVE and (a.operands[0].number or 0) > 0:
                waiting.append(c._replace(about=a.operands[1]))
            case ("within", Power() | Norm()) if c.interval == POSITIVE and is_even(a):
                waiting.append(Condition(NO_ZEROS, a))
            case ("within", Product()) if c.interval == POSITIVE and a.is_scalar and square_of(a) is not None:
                waiting.append(Condition(NO_ZEROS, a))
            case ("no zeros", Determinant()):
                waiting.append(Condition(INVERTIBLE, a.operands[0]))
            case ("invertible", Inverse()):
                waiting.append(c._replace(about=a.operands[0]))
            case ("nonzero", _) if a.is_scalar:
                waiting.append(c._replace(demand=NO_ZEROS))
            case _:
                yield c


def is_even(e: Expr) -> bool:
    """Whether an operation is positive wherever it is not 0: ‖x‖, a²."""
    k = e.operands[1].number if isinstance(e, Power) else Fraction(2)
    return k is not None and k % 2 == 0


def only_even_powers(f: Expr) -> set[Expr]:
    """The x of which only ‖x‖², ‖x‖⁴, … occur in a function: it is smooth where they are 0 too."""
    even: set[Expr] = set()
    other: set[Expr] = set()
    for node in postorder(f):
        is_even = isinstance(node, Power) and (node.operands[1].number or Fraction(1)) % 2 == 0
        for operand in node.operands:
            if isinstance(operand, Norm):
                (even if is_even and (node.operands[1].number or 0) > 0 else other).add(operand.operands[0])
    return even - other


def divided_by(answer: Expr) -> Iterator[Expr]:
    """The x of which an answer has another power of ‖x‖ than ‖x‖², ‖x‖⁴, …"""
    held = {n.operands[0] for n in postorder(answer) if isinstance(n, Norm)}
    yield from held - only_even_powers(answer)


def square_of(e: Product) -> Expr | None:
    """The vector x of xᵀx."""
    half = len(e.operands) // 2
    left, right = Product.of(*e.operands[:half]), Product.of(*e.operands[half:])
    return right if transposed(left) is right else None


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


def regular(signs: Signs, c: Condition) -> Condition:
    """|A| > 0 for A ⪰ 0 says that A is invertible."""
    if c.demand == WITHIN and isinstance(c.about, Determinant) and c.interval == POSITIVE:
        a = c.about.operands[0]
        known = signs.spectrum(a)
        return Condition(INVERTIBLE, a) if known is not None and known.interval.is_nonnegative else c
    return c


def _is_positive(signs: Signs, a: Expr) -> bool:
    """Whether a determinant is positive: that of a product of positive definite factors is."""
    factors = a.operands if isinstance(a, Product) and all(f.rows is f.cols for f in a.operands) else (a,)
    spectra = [signs.spectrum(f) for f in factors]
    return all(s is not None and s.interval.is_positive for s in spectra)


def follows(c: Condition, others: Sequence[Condition], sizes: frozenset[str]) -> bool:
    """Whether a condition holds where others do."""
    if any(said.demand == NONZERO and implies_nonzero(said.about, c) for said in others):
        return True
    if c.demand == INVERTIBLE and any(is_determinant_of(o, c.about) for o in others):
        return True
    known = dict(fact for o in others for fact in known_where(o))
    return bool(known) and holds(Signs(sizes, known), c)


def implies_nonzero(whole: Expr, c: Condition) -> bool:
    """Ax ≠ 0 says that x ≠ 0."""
    factors = whole.operands if isinstance(whole, Product | Scale) else ()
    return c.demand in (NONZERO, NO_ZEROS) and c.about in factors and (c.demand == NONZERO or c.about.is_scalar)


def is_determinant_of(c: Condition, a: Expr) -> bool:
    """Whether a condition is about the determinant of a matrix, or of a product that has it as a factor."""
    det = c.about.operands[0] if isinstance(c.about, Named) else c.about
    if not (c.demand in (WITHIN, NO_ZEROS) and isinstance(det, Determinant)):
        return False
    whole = det.operands[0]
    factors = whole.operands if isinstance(whole, Product) and whole.operands[0].rows is whole.rows else ()
    inner = [f.operands[0] if isinstance(f, Inverse | Transpose) else f for f in factors if f.rows is f.cols]
    return whole is a or (len(inner) == len(factors) and a in inner)


def known_where(c: Condition) -> Iterator[tuple[Expr, Interval]]:
    """Between which numbers expressions lie where a condition holds."""
    if c.demand == WITHIN:
        yield c.about, c.interval
    elif c.demand == NO_ZEROS:
        yield from ((e, POSITIVE) for e in (Abs(c.about), Power(c.about, Number(2)), Power(c.about, Number(-2))))
    elif c.demand == NONZERO and c.about.cols is ONE:
        yield from ((e, POSITIVE) for e in (Norm(c.about), Product.of(Transpose.of(c.about), c.about)))
