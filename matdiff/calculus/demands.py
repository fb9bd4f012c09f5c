"""What the operations of a derivation demand of their operands, by what their blocks say.

In go the steps, out come conditions, each said of the least that it is about: ‖x‖ ≠ 0 of x, (2A)⁻¹ of A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cache
from math import inf

from matdiff.algebra.expr import Expr, Operator, Symbol, postorder, replace, symbols
from matdiff.algebra.identities.transposes import transposed, untransposed
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Abs, Entrywise, Log
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, MatrixPower
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import SumOfEntries, entries_by_index
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.rewriting import Step
from matdiff.calculus.definiteness.intervals import POSITIVE, REAL, Interval
from matdiff.records import NamedTuple
from matdiff.regex import regex

VALUED = (Inverse, MatrixPower, Power, Log, LogDeterminant)  # what has no value everywhere


class Condition(NamedTuple):
    """What an expression has to be: every entry in an *interval*, no entry 0, not 0 as a whole, or invertible.

    *demand* is one of the words below; what has none there is said in the words of the *operation* itself.
    """

    demand: str
    about: Expr
    interval: Interval = REAL
    operation: Operator | None = None

    @property
    def words(self) -> str:
        """What the block of the operation says, if there is anything: that of a long operand is long."""
        named = None if self.operation is None else by_names(self.operation)
        return named.condition() if isinstance(named, Operator) else ""

    def __str__(self) -> str:
        return self.words or self.said(str(by_names(self.about)))

    def said(self, name: str, words: Callable[[str], str] = str) -> str:
        """The condition in signs, of what is written under a name; *words* is how words stand among them."""
        if self.demand == INVERTIBLE:
            return name + words(" is invertible")
        whole = self.demand == NONZERO or self.about.is_scalar
        entries = name if whole else words("every entry of ") + name
        return self.interval.relation(entries) if self.demand == WITHIN else f"{entries} ≠ 0"


WITHIN, NO_ZEROS, NONZERO, INVERTIBLE = "within", "no zeros", "nonzero", "invertible"
EIGENVALUES, COUNT, OTHER = "positive eigenvalues", "positive integer", "other"
IN_WORDS = {  # what ``requires`` says, as a demand on the operand of that place
    "{0} is invertible": (INVERTIBLE, 0),
    "{0} has no eigenvalue that is real and ≤ 0": (EIGENVALUES, 0),
    "{0} is positive definite": (EIGENVALUES, 0),
    "{1} is a positive integer": (COUNT, 1),
}
BOUNDS = regex(r"(?:(−?\d+) < )?\{(\d)\} (?:> (−?\d+)|< (−?\d+))")  # {0} > 0, −1 < {0} < 1


def demanded_by(steps: Iterable[Step], function: Expr, answers: Iterable[Expr]) -> tuple[Condition, ...]:
    """What the laws that were used demand, and the parts of the function that the answers still have."""
    found = dict.fromkeys(c for step in steps for c in of_step(step))
    kept = {n for a in answers for n in postorder(a)}
    turned = {frozenset(symbols(n)) for n in kept if isinstance(n, Inverse)}  # S⁻ᵀ for the S⁻¹ of the function
    valued = (n for n in postorder(function) if n in kept or (isinstance(n, Inverse) and {*symbols(n)} in turned))
    found |= dict.fromkeys(c for n in valued for c in of_value(n))
    return tuple(c for c in found if c.demand != OTHER or c.words)


def by_names(e: Expr) -> Expr:
    """An expression in which definitions are written as their names: what they are has been said with the function."""

    def name(node: Expr) -> Expr | None:
        return Symbol(node.name, node.shape) if isinstance(node, Named) and not node.free else None

    return replace(e, name)


def of_step(step: Step) -> Iterator[Condition]:
    """The conditions of the law that was applied: its own, or where the operation that it differentiates has one."""
    e = step.before.operands[0] if isinstance(step.before, Differential) else step.before
    if step.law.positive is not None:
        yield from simplest(Condition(WITHIN, step.law.positive(e), POSITIVE))
    elif step.law.kind == "differential" and isinstance(e, Operator):
        if isinstance(e, Power) and Differential(e.operands[1]) in postorder(step.after):  # the exponent varies
            yield from simplest(Condition(WITHIN, e.operands[0], POSITIVE))
        yield from of_operation(e)


def of_value(e: Expr) -> Iterator[Condition]:
    """Where a part of the function that is in the answer has a value, though it was not differentiated."""
    if isinstance(e, VALUED) and not isinstance(e, LogDeterminant):
        yield from of_operation(e)


def of_operation(e: Operator) -> Iterator[Condition]:
    """Where an operation has a differential, by what its block says."""
    if isinstance(e, Power):
        base, least = e.operands[0], least_whole(e.operands[1])
        if least is None:
            yield from simplest(Condition(WITHIN, base, POSITIVE))
        elif least < 0:
            yield from simplest(Condition(NO_ZEROS, base))
    elif isinstance(e, MatrixPower) and e.data[0] < 0:
        yield from simplest(Condition(INVERTIBLE, e.operands[0]))
    elif type(e).condition is Operator.condition or isinstance(e, Entrywise):
        yield from demanded(e)
    else:
        yield Condition(OTHER, e, REAL, e)


def least_whole(k: Expr) -> float | None:
    """The least value of an exponent that is a whole number, by what is declared; None where it may be no such."""
    if k.number is not None:
        return k.number.numerator if k.number.denominator == 1 else None
    if isinstance(k, Sum):
        least = [low for o in k.operands if (low := least_whole(o)) is not None]
        return sum(least) if len(least) == len(k.operands) else None
    known = assumed(k)
    return None if "integer" not in known else 1.0 if "positive" in known else 0.0 if "nonnegative" in known else -inf


def demanded(e: Operator) -> Iterator[Condition]:
    """The words of ``requires`` as a condition on an operand."""
    if not e.requires and type(e).condition is Operator.condition:
        return
    if e.requires in IN_WORDS:
        demand, place = IN_WORDS[e.requires]
        a = e.operands[place]
        yield from simplest(Condition(demand, a)) if demand == INVERTIBLE else (Condition(demand, a, REAL, e),)
    elif is_a(e, "ProductOfEntries"):
        entries = entries_by_index(e.operands[0])
        yield from simplest(Condition(NO_ZEROS, entries[1] if entries else e.operands[0]))
    elif e.requires == "{0} ≠ 0":
        yield from simplest(Condition(NO_ZEROS if isinstance(e, Entrywise) else NONZERO, e.operands[0]))
    elif bounds := within_bounds(e.requires):
        yield from simplest(Condition(WITHIN, e.operands[bounds[0]], bounds[1]))
    else:
        yield Condition(OTHER, e, REAL, e)


@cache
def within_bounds(words: str) -> tuple[int, Interval] | None:
    """The place of an operand that words bound, and between which numbers."""
    found = BOUNDS.fullmatch(words)
    if found is None:
        return None
    low, high = (Fraction(b.replace("−", "-")) if b else None for b in (found[1] or found[3], found[4]))
    bounds = Interval(-inf if low is None else low, inf if high is None else high, True, True)
    return int(found[2]), POSITIVE if bounds == POSITIVE else bounds  # which is then compared at a glance


def simplest(c: Condition) -> Iterator[Condition]:
    """The same said of less: 2a ≠ 0 of a, ‖x‖ ≠ 0 of x, ab ≠ 0 of a and of b, (Aᵀ)⁻¹ of A."""
    waiting = [c]
    while waiting:
        c = waiting.pop()
        may_be = isinstance(c.about, MADE_OF_LESS) or (c.demand == NONZERO and c.about.is_scalar)
        less = _of_less(c) if may_be else None
        if less is None:
            yield c
        else:
            waiting += less


MADE_OF_LESS = (
    Abs, Determinant, Hadamard, Inverse, MatrixPower, Norm, Power, Product, Scale, SumOfEntries, Transpose,
)  # fmt: skip


def _of_less(c: Condition) -> list[Condition] | None:
    """What it says of the operands, the first one last; nothing if that is not the same."""
    a = c.about
    match c.demand, a:
        case (_, Transpose()) | ("no zeros", Abs()) | ("invertible", Inverse() | MatrixPower()):
            return [c._replace(about=a.operands[0])]
        case ("no zeros", Power()) if a.operands[1].number is not None:
            return [c._replace(about=a.operands[0])]
        case ("no zeros", Norm()):
            return [Condition(NONZERO, a.operands[0])]
        case ("no zeros", Product()) if a.is_scalar and (x := square_of(a)) is not None:
            return [Condition(NONZERO, x)]
        case ("no zeros", Hadamard()):
            return [c._replace(about=o) for o in reversed(a.operands)]
        case ("no zeros" | "nonzero" | "invertible", Scale()) if a.operands[0].number is not None:
            return [c._replace(about=a.operands[1])]
        case ("within", Scale()) if c.interval == POSITIVE and (a.operands[0].number or 0) > 0:
            return [c._replace(about=a.operands[1])]
        case ("within", Power() | Norm()) if c.interval == POSITIVE and is_even(a):
            return [Condition(NO_ZEROS, a)]
        case ("within", Product()) if c.interval == POSITIVE and a.is_scalar and square_of(a) is not None:
            return [Condition(NO_ZEROS, a)]
        case ("within", SumOfEntries()) if c.interval == POSITIVE and is_even(a.operands[0]):
            return [Condition(NONZERO, a.operands[0])]
        case ("nonzero", Power() | Abs()) if is_even(a):
            return [c._replace(about=a.operands[0])]
        case ("no zeros", Determinant()):
            return [Condition(INVERTIBLE, a.operands[0])]
        case ("invertible", Product()) if is_of_one_matrix(a):
            return [c._replace(about=a.operands[0])]
        case ("within", Determinant()) if c.interval == POSITIVE and isinstance(a.operands[0], MatrixPower):
            base, k = a.operands[0].operands[0], a.operands[0].data[0]
            return [Condition(INVERTIBLE, base) if k % 2 == 0 else c._replace(about=a.rebuild((base,)))]
        case ("within", Determinant()) if c.interval == POSITIVE and isinstance(a.operands[0], Inverse):
            return [c._replace(about=a.rebuild(a.operands[0].operands))]
        case ("nonzero", _) if a.is_scalar:
            return [c._replace(demand=NO_ZEROS)]
        case _:
            return None


def is_of_one_matrix(e: Product) -> bool:
    """Whether a product is AAᵀ, or AᵀAAᵀ, with a square A."""
    a = e.operands[0]
    return a.rows is a.cols and len({*map(untransposed, e.operands)}) == 1


def is_even(e: Expr) -> bool:
    """Whether an operation is positive wherever its operand is not 0: ‖x‖, a², |a|³."""
    if not isinstance(e, Power):
        return isinstance(e, (Norm, Abs))
    k = e.operands[1].number
    return k is not None and k > 0 and (k % 2 == 0 or is_even(e.operands[0]))


def square_of(e: Product) -> Expr | None:
    """The vector x of xᵀx."""
    half = len(e.operands) // 2
    left, right = Product.of(*e.operands[:half]), Product.of(*e.operands[half:])
    return right if transposed(left) is right else None
