"""Operations undone from outside in, for a number or entry by entry: powers, logarithms, exponentials, factors."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matdiff.algebra.arithmetic import bits
from matdiff.algebra.constants import Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.entrywise import Exp, Log, Sqrt, exact_root
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    entrywise_reciprocal,
    quotient,
    zero,
)
from matdiff.algebra.operators.sums import IndexedSum, Member, SumOfEntries
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.solving.equations import (
    Demand,
    Demands,
    Equation,
    Root,
    entries_nonzero,
    equation_law,
    form_law,
    fulfilled,
    gram_factor,
    sign_of,
)
from matdiff.solving.terms import multiplied_out

DEEPEST = 60
MOST_BITS = 50  # of numbers whose roots are tried in floating point

power_undone = form_law(
    "power_undone",
    "take the root",
    "(c.^(1/2)).^2 = c",
    where="c: n positive",
    requires="c > 0 where k is even",
)
log_undone = form_law(
    "log_undone",
    "log x = c ⇒ x = exp(c)",
    "log(exp(c)) = c",
    where="c: n",
)
exp_undone = form_law(
    "exp_undone",
    "exp(x) = c ⇒ x = log c",
    "exp(log(c)) = c",
    where="c: n positive",
    requires="c > 0",
)
exponential_parted = form_law(
    "exponential_parted",
    "sum(exp(a + s1)) = c ⇒ s = log(c/sum(exp(a)))",
    "sum(exp(a + log(c/sum(exp(a)))*ones(n))) = c",
    where="a: n; c: scalar positive",
    requires="c > 0",
)
exponential_parted_in_sum = form_law(
    "exponential_parted_in_sum",
    "Σᵢ exp(aᵢ + s) = c ⇒ s = log(c/Σᵢ exp(aᵢ))",
    "sum(i=1..n, exp(a[i] + log(c/sum(j=1..n, exp(a[j]))))) = c",
    where="a[i=1..n]: scalar; c: scalar positive",
    requires="c > 0",
)
Branch = tuple[Expr, Demands, tuple[Step, ...]]  # the right-hand side, its demands, the steps that led to it

# ---- from outside in ----------------------------------------------------------------------------------


@equation_law(
    "undo what is around the unknown",
    "a.*((c - b)./a) + b = c",
    where="a: n positive; b, c: n",
)
def undone(q: Equation) -> list[Root] | None:
    """Undoes the operations around the only place of the unknown, number by number or entry by entry."""
    e, holds, x = q.left, q.holds, q.unknown
    branches: list[Branch] = [(zero(e.shape), (), ())]
    for _ in range(DEEPEST):
        e = with_number_outside(e, holds)
        if e is x:
            return [Root(v, c, told(s, x, v)) for v, c, s in branches if not q.holds(v)] or None
        inner = [o for o in e.operands if holds(o)]
        if len(inner) != 1 or e.operands.count(inner[0]) != 1:
            return None
        after = [peeled(e, inner[0], c, q) for c, _, _ in branches]
        if any(a is None for a in after):
            return None
        branches = [
            (tidy(value), (*said, *own), (*steps, *step))
            for (_, said, steps), found in zip(branches, after, strict=True)
            for value, own, step in found or ()
        ]
        e = branches[0][2][-1].before if isinstance(e, (SumOfEntries, IndexedSum)) else inner[0]
    return None


def with_number_outside(e: Expr, holds: Callable[[Expr], bool]) -> Expr:
    """bᵀa = sum(b ⊙ a), and sum(sA) = s sum(A) where only the number s holds the unknown."""
    if isinstance(e, Product) and e.is_scalar and holds(e.operands[-1]) and not any(map(holds, e.operands[:-1])):
        b = tidy(transposed(Product.of(*e.operands[:-1])))
        e = SumOfEntries(e.operands[-1] if isinstance(b, Ones) else Hadamard.of(b, e.operands[-1]))
    if isinstance(e, SumOfEntries) and isinstance(a := e.operands[0], Scale) and not holds(a.operands[1]):
        return Hadamard.of(a.operands[0], SumOfEntries.of(a.operands[1]))
    return e


def told(steps: tuple[Step, ...], x: Expr, value: Expr) -> tuple[Step, ...]:
    """The steps, the last of which says what the unknown is."""
    is_last = bool(steps) and steps[-1].before is x and steps[-1].after is value
    return steps if is_last else (*steps, Step(undone, x, value))


def peeled(e: Expr, inner: Expr, c: Expr, q: Equation) -> list[Branch] | None:
    """What the operand that holds the unknown is equal to, where the operation on it is c."""
    others = [o for o in e.operands if o is not inner]
    match e:
        case Sum():
            return [(c - Sum.of(*others), (), ())]
        case Scale() if inner is e.operands[1]:
            said = q.regular(others[0])
            return None if said is None else [(quotient(c, others[0]), said, ())]
        case Hadamard():
            factor = Hadamard.of(*others)
            said = q.regular(factor) if factor.is_scalar else entries_nonzero(factor)
            return None if said is None else [(divided(c, factor), said, ())]
        case SumOfEntries():
            return parted_exponentials(inner, c, q)
        case IndexedSum():
            return parted_in_sum(e, c, q)
        case Log():
            return [(Exp(c), (), (Step(log_undone, inner, Exp(c)),))]
        case Exp():
            return [(Log(c), positive(c, q), (Step(exp_undone, inner, Log(c)),))]
        case Sqrt():
            return [(Power.of(c, Number(2)), positive(c, q), ())]
        case Power() if inner is e.operands[0]:
            return rooted(e, inner, c, q)
    return None


def parted_exponentials(e: Expr, c: Expr, q: Equation) -> list[Branch] | None:
    """sum(b ⊙ exp(a + s1)) = c ⇒ eˢ = c/sum(b ⊙ exp(a)), for the s that holds the unknown."""
    factors = list(e.operands) if isinstance(e, (Hadamard, Scale)) else [e]
    powers = [f for f in factors if isinstance(f, Exp)]
    if len(powers) != 1 or any(q.holds(f) for f in factors if f is not powers[0]):
        return None
    terms = multiplied_out(powers[0].operands[0], q.unknown)
    alike = [t for t in terms if len(t.factors) == 1 and isinstance(t.factors[0], Ones)]
    if any(any(map(q.holds, (*t.scalars, *t.factors))) for t in terms if t not in alike):
        return None
    s = tidy(Sum.of(*[t.around(()) for t in alike]))
    rest = [t.expression() for t in terms if t not in alike]
    own = Exp(tidy(Sum.of(*rest))) if rest else Ones(*e.shape)
    left = [own if f is powers[0] else f for f in factors]
    whole = tidy(SumOfEntries.of(Hadamard.of(*left) if not isinstance(e, Scale) else Scale.of(*left)))
    value = tidy(Log(quotient(c, whole)))
    return [(value, positive(c, q), (Step(exponential_parted, s, value),))]


def parted_in_sum(e: IndexedSum, c: Expr, q: Equation) -> list[Branch] | None:
    """Σᵢ bᵢexp(aᵢ + s) = c ⇒ eˢ = c/Σᵢ bᵢexp(aᵢ), for the s that holds the unknown."""
    body = e.operands[0]
    factors = list(body.operands) if isinstance(body, Hadamard) else [body]
    powers = [f for f in factors if isinstance(f, Exp)]
    if len(powers) != 1 or any(q.holds(f) for f in factors if f is not powers[0]):
        return None
    terms = [tidy(t.expression()) for t in multiplied_out(powers[0].operands[0], q.unknown)]
    s = tidy(Sum.of(*[t for t in terms if e.index not in t.free]))
    own = Exp(tidy(Sum.of(*[t for t in terms if e.index in t.free])))
    if q.holds(own):
        return None
    whole = IndexedSum(Hadamard.of(*[own if f is powers[0] else f for f in factors]), e.index)
    value = tidy(Log(quotient(c, tidy(whole))))
    return [(value, positive(c, q), (Step(exponential_parted_in_sum, s, value),))]


def times(*factors: Expr) -> Expr:
    """The product of numbers and arrays, entry by entry."""
    numbers, arrays = ([f for f in factors if f.is_scalar is is_number] for is_number in (True, False))
    return Scale.of(Hadamard.of(*numbers), Hadamard.of(*arrays)) if numbers and arrays else Hadamard.of(*factors)


def divided(c: Expr, factor: Expr) -> Expr:
    """c divided by a factor, number by number or entry by entry."""
    if factor.is_scalar:
        return quotient(c, factor)
    return times(c, entrywise_reciprocal(factor))


def reciprocal_of(c: Expr) -> Expr:
    """1/c entry by entry; of a multiple of 1 and of a quotient in their simplest form."""
    if c.is_scalar:
        return tidy(quotient(Number(1), c))
    if isinstance(c, Ones):
        return c
    if isinstance(c, Scale):
        return Scale.of(tidy(quotient(Number(1), c.operands[0])), reciprocal_of(c.operands[1]))
    if isinstance(c, Hadamard):
        return Hadamard.of(*[reciprocal_of(o) for o in c.operands])
    return entrywise_reciprocal(c)


def rooted(e: Expr, inner: Expr, c: Expr, q: Equation) -> list[Branch] | None:
    """The roots of xᵏ = c."""
    k = e.operands[1].number
    if k is None or k == 0:
        return None
    if k == -1:
        said = q.regular(c) if c.is_scalar else None if isinstance(c, Zeros) else ()
        return None if said is None else [(reciprocal_of(c), said, ())]
    if c.number == 0 or isinstance(c, Zeros):
        return [(c, (), ())] if k > 0 else None
    base = c if k > 0 else reciprocal_of(c)
    k = abs(k)
    if k.denominator != 1:
        value = Power.of(base, Number(1 / k))
        return [(value, positive(c, q), (Step(power_undone, inner, value),))]
    if k % 2 and base.is_scalar and sign_of(tidy(-base), q.sizes) == "positive":
        value = tidy(-power_root(tidy(-base), int(k)))
        return [(value, (), (Step(power_undone, inner, value),))]
    value = (
        (root_of(tidy(base), q) if base.is_scalar and not base.free else parted_root(tidy(base), q))
        if k == 2
        else power_root(tidy(base), int(k))
    )
    value = tidy(value)
    said = positive(c, q)
    step = (Step(power_undone, inner, value),)
    if k % 2 or is_positive(inner, q):
        return [(value, said, step)]
    return [(value, said, step), (tidy(-value), said, (Step(power_undone, inner, tidy(-value)),))]


def power_root(c: Expr, k: int) -> Expr:
    """c^(1/k), a fraction where it is one: 2 of 32^(1/5)."""
    if c.number is not None and c.number > 0 and bits(c.number) < MOST_BITS:
        root = Fraction(round(c.number.numerator ** (1 / k)), round(c.number.denominator ** (1 / k)))
        if root**k == c.number:
            return Number(root)
    return Power.of(c, Number(Fraction(1, k)))


def is_positive(e: Expr, q: Equation) -> bool:
    """Whether a number, or every entry, is known to be positive."""
    return "positive" in assumed(e) or (e.is_scalar and sign_of(e, q.sizes) == "positive")


def positive(c: Expr, q: Equation) -> Demands:
    """The demand that a right-hand side is positive, where it is not known; a square need only not be 0."""
    if is_positive(c, q):
        return ()
    if not c.is_scalar:
        return () if fulfilled("positive", c, q.sizes) else (Demand(c, "positive"),)
    return q.regular(c) or () if sign_of(c, q.sizes) == "nonnegative" else (Demand(c, "positive"),)


def root_of(c: Expr, q: Equation) -> Expr:
    """The square root of a number, with the roots of squares among its factors taken: r‖c‖/2 of r²cᵀc/4."""
    outside: list[Expr] = []
    inside: list[Expr] = []
    for f in c.operands if isinstance(c, Hadamard) and c.is_scalar else (c,):
        root = square_root_of(f, q)
        (inside if root is None else outside).append(f if root is None else root)
    return Hadamard.of(*outside, *([Sqrt(Hadamard.of(*inside))] if inside else []))


def parted_root(c: Expr, q: Equation) -> Expr:
    """The root of a product with the factors apart that are known to be positive."""
    factors = c.operands if isinstance(c, (Hadamard, Scale)) else (c,)
    apart = [f for f in factors if "positive" in assumed(f.operands[0] if isinstance(f, Member) else f)]
    rest = [f for f in factors if f not in apart]
    scalars = [f for f in rest if f.is_scalar]
    arrays = [f for f in rest if not f.is_scalar]
    roots: list[Expr] = [Sqrt(f) for f in apart]
    roots += [Sqrt(Hadamard.of(*arrays))] if arrays else []
    roots += [root_of(Hadamard.of(*scalars), q)] if scalars else []
    number = [r for r in roots if r.is_scalar]
    whole = [r for r in roots if not r.is_scalar]
    if not whole:
        return Hadamard.of(*number)
    return Scale.of(Hadamard.of(*number), Hadamard.of(*whole)) if number else Hadamard.of(*whole)


def square_root_of(f: Expr, q: Equation) -> Expr | None:
    """The root of a factor, where it has one that is simpler."""
    if f.number is not None and f.number > 0:
        return exact_root(f.number)
    if isinstance(f, Power) and (k := f.operands[1].number) is not None:
        base = f.operands[0]
        if k.denominator == 1 and k % 2 == 0 and (is_positive(base, q) or sign_of(base, q.sizes) == "nonnegative"):
            return tidy(Power.of(base, Number(k / 2)))
        root = square_root_of(base, q)
        return None if root is None else tidy(Power.of(root, Number(k)))
    gram = gram_factor(f)
    if gram is not None and len(f.operands) % 2 == 0 and gram.cols is ONE and f is plain_gram(gram):
        return Norm(gram)
    return None


def plain_gram(a: Expr) -> Expr:
    """aᵀa"""
    return Product.of(Transpose(a), a)
