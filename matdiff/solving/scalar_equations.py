"""Operations undone from outside in, and equations for a number: rational ones up to the second degree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import isqrt

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Number, postorder
from matdiff.algebra.operators.entrywise import Exp, Log, Sqrt
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
from matdiff.errors import UnsupportedError
from matdiff.solving.equations import Demand, Demands, Equation, Root, equation_law, form_law, gram_factor, sign_of
from matdiff.solving.terms import Term, multiplied_out, tidy

DEEPEST = 60
HIGHEST = 8

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
denominators_cleared = form_law(
    "denominators_cleared",
    "multiply by the denominators",
    "(a/x + b)*x = a + b*x",
    where="a, b, x: scalar positive",
    requires="x ≠ 0",
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
        e = inner[0] if not isinstance(e, SumOfEntries) else exponent_with(inner[0], q)
    return None


def with_number_outside(e: Expr, holds: Callable[[Expr], bool]) -> Expr:
    """sum(sA) = s sum(A) where only the number s holds the unknown."""
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
    factors = list(e.operands) if isinstance(e, Hadamard | Scale) else [e]
    powers = [f for f in factors if isinstance(f, Exp)]
    if len(powers) != 1 or any(q.holds(f) for f in factors if f is not powers[0]):
        return None
    terms = multiplied_out(powers[0].operands[0], q.unknown)
    with_unknown = [t for t in terms if any(map(q.holds, (*t.scalars, *t.factors)))]
    if not with_unknown or any(len(t.factors) != 1 or not isinstance(t.factors[0], Ones) for t in with_unknown):
        return None
    s = exponent_with(e, q)
    rest = [t.expression() for t in terms if t not in with_unknown]
    own = Exp(tidy(Sum.of(*rest))) if rest else Ones(*e.shape)
    left = [own if f is powers[0] else f for f in factors]
    whole = tidy(SumOfEntries.of(Hadamard.of(*left) if not isinstance(e, Scale) else Scale.of(*left)))
    value = tidy(Log(quotient(c, whole)))
    return [(value, positive(c, q), (Step(exponential_parted, s, value),))]


def exponent_with(e: Expr, q: Equation) -> Expr:
    """The s of sum(b ⊙ exp(a + s1)) that holds the unknown."""
    power = next(n for n in postorder(e) if isinstance(n, Exp) and q.holds(n))
    terms = multiplied_out(power.operands[0], q.unknown)
    return tidy(Sum.of(*[t.around(()) for t in terms if any(map(q.holds, (*t.scalars, *t.factors)))]))


def divided(c: Expr, factor: Expr) -> Expr:
    """c divided by a factor, number by number or entry by entry."""
    if factor.is_scalar:
        return quotient(c, factor)
    return Hadamard.of(c, entrywise_reciprocal(factor))


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
    if c.number == 0:
        return [(c, (), ())] if k > 0 else None
    base = c if k > 0 else reciprocal_of(c)
    k = abs(k)
    if k.denominator != 1:
        value = Power.of(base, Number(1 / k))
        return [(value, positive(c, q), (Step(power_undone, inner, value),))]
    value = (
        (root_of(tidy(base), q) if base.is_scalar and not base.free else parted_root(tidy(base), q))
        if k == 2
        else Power.of(base, Number(Fraction(1) / k))
    )
    value = tidy(value)
    said = positive(c, q)
    step = (Step(power_undone, inner, value),)
    if k % 2 or is_positive(inner, q):
        return [(value, said, step)]
    return [(value, said, step), (tidy(-value), said, (Step(power_undone, inner, tidy(-value)),))]


def is_positive(e: Expr, q: Equation) -> bool:
    """Whether a number, or every entry, is known to be positive."""
    return "positive" in assumed(e) or (e.is_scalar and sign_of(e, q.sizes) == "positive")


def positive(c: Expr, q: Equation) -> Demands:
    """The demand that a right-hand side is positive, where it is not known; a square need only not be 0."""
    if not c.is_scalar or is_positive(c, q):
        return ()
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
    factors = c.operands if isinstance(c, Hadamard | Scale) else (c,)
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
        above, below = isqrt(f.number.numerator), isqrt(f.number.denominator)
        return Number(Fraction(above, below)) if Fraction(above, below) ** 2 == f.number else None
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


def entries_nonzero(e: Expr) -> Demands | None:
    """What must hold so that one can divide by every entry; None where one cannot."""
    if isinstance(e, Identity | Zeros):
        return None
    if "positive" in assumed(e) or isinstance(e, Ones):
        return ()
    if isinstance(e, Power) and e.operands[1].number is not None:
        return entries_nonzero(e.operands[0])
    if isinstance(e, Hadamard):
        parts = [entries_nonzero(o) for o in e.operands]
        return None if None in parts else tuple(d for p in parts for d in p or ())
    return (Demand(e, "entries"),)


# ---- rational equations -------------------------------------------------------------------------------

Polynomial = Mapping[int, Expr]
Rational = tuple[Polynomial, Polynomial]
ZERO, UNIT = Number(0), Number(1)


def added(a: Polynomial, b: Polynomial) -> Polynomial:
    """a + b"""
    found = {k: tidy(Sum.of(*[p[k] for p in (a, b) if k in p])) for k in {*a, *b}}
    return {k: c for k, c in found.items() if c.number != 0}


def multiplied(a: Polynomial, b: Polynomial) -> Polynomial:
    """a b"""
    found: dict[int, list[Expr]] = {}
    for j, c in a.items():
        for k, d in b.items():
            found.setdefault(j + k, []).append(Hadamard.of(c, d))
    return {k: s for k, terms in found.items() if (s := tidy(Sum.of(*terms))).number != 0}


def raised(a: Polynomial, k: int) -> Polynomial:
    """aᵏ"""
    found: Polynomial = {0: UNIT}
    for _ in range(k):
        found = multiplied(found, a)
    return found


def sum_of(a: Rational, b: Rational) -> Rational:
    """a + b over a common denominator."""
    if a[1] == b[1]:
        return added(a[0], b[0]), a[1]
    return added(multiplied(a[0], b[1]), multiplied(b[0], a[1])), multiplied(a[1], b[1])


def product_of(a: Rational, b: Rational) -> Rational:
    """a b"""
    return multiplied(a[0], b[0]), multiplied(a[1], b[1])


def rational(e: Expr, x: Expr, holds: Callable[[Expr], bool]) -> Rational | None:
    """A number as a quotient of polynomials in x; None where it is none by the way it is written."""
    found: dict[Expr, Rational | None] = {}
    for node in postorder(e, prune=lambda n: not holds(n)):
        if node is x:
            found[node] = ({1: UNIT}, {0: UNIT})
        elif not holds(node):
            found[node] = ({0: node}, {0: UNIT})
        else:
            found[node] = _rational(node, found)
    return found[e]


def _rational(node: Expr, found: Mapping[Expr, Rational | None]) -> Rational | None:
    parts = [found.get(o) for o in node.operands]
    if not node.is_scalar or any(p is None for p in parts):
        return None
    known = [p for p in parts if p is not None]
    match node:
        case Sum():
            whole: Rational = ({}, {0: UNIT})
            for p in known:
                whole = sum_of(whole, p)
            return whole
        case Hadamard() | Scale() | Product():
            whole = ({0: UNIT}, {0: UNIT})
            for p in known:
                whole = product_of(whole, p)
            return whole
        case Power(operands=(_, k)) if k.number is not None and k.number.denominator == 1 and abs(k.number) <= HIGHEST:
            above, below = known[0] if k.number > 0 else known[0][::-1]
            return raised(above, abs(int(k.number))), raised(below, abs(int(k.number)))
        case IndexedSum() if not any(node.index in c.free for c in known[0][1].values()):
            above, below = known[0]
            return {k: tidy(IndexedSum(c, node.index)) for k, c in above.items()}, below
        case Transpose():
            return known[0]
    return None


def of_term(t: Term, q: Equation) -> Rational | None:
    """A term as a quotient of polynomials."""
    apart = [s for s in t.scalars if q.holds(s)]
    rest = t._replace(scalars=tuple(s for s in t.scalars if not q.holds(s)))
    if any(map(q.holds, t.factors)):
        held = rational(Product.of(*t.factors), q.unknown, q.holds) if len(t.factors) == 1 else None
        if held is None:
            return None
        rest, apart = rest._replace(factors=()), [*apart, t.factors[0]]
    if any(s.free & set(t.sums) for s in apart):
        return rational(tidy(t.expression()), q.unknown, q.holds)
    found: Rational = ({0: tidy(rest.expression())}, {0: UNIT})
    for s in apart:
        p = rational(s, q.unknown, q.holds)
        if p is None:
            return None
        found = product_of(found, p)
    return found


def polynomial(q: Equation) -> tuple[Polynomial, bool] | None:
    """The numerator of an equation for a number, without its factors x, and whether x = 0 is a root."""
    if q.unknown.shape != SCALAR or q.left.shape != SCALAR:
        return None
    whole: Rational = ({}, {0: UNIT})
    for t in q.terms:
        p = of_term(t, q)
        if p is None:
            return None
        whole = sum_of(whole, p)
    above = dict(whole[0])
    lowest = min(above, default=0)
    above = {k - lowest: c for k, c in above.items()}
    zero_too = lowest > 0 and not is_positive(q.unknown, q)
    return above, zero_too and 0 in whole[1]


@equation_law("a + bx = 0 ⇒ x = −a/b", "a + b*(-a/b) = 0", where="a: scalar; b: scalar positive", requires="b ≠ 0")
def root_of_first_degree(q: Equation) -> list[Root] | None:
    found = polynomial(q)
    if found is not None and found[1] and max(found[0]) == 0 and (said := q.regular(found[0][0])) is not None:
        return [root._replace(conditions=said) for root in root_zero(q, True)]
    if found is None or max(found[0], default=0) != 1:
        return None
    a, b = found[0].get(0, ZERO), found[0][1]
    a, b = without_common_number(a, b)
    said = q.regular(b)
    if said is None:
        return None
    value = tidy(quotient(-a, b))
    first = (Step(denominators_cleared, Hadamard.of(b, q.unknown), tidy(-a)),)
    return [*root_zero(q, found[1]), Root(value, said, (*first, Step(root_of_first_degree, q.unknown, value)))]


def root_zero(q: Equation, is_root: bool) -> list[Root]:
    """The root 0 of an equation whose terms all have the unknown as a factor."""
    return [Root(ZERO, (), (Step(root_of_first_degree, q.unknown, ZERO),))] if is_root else []


def without_common_number(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Two numbers with the sign of the second turned over where it is written with a minus sign."""
    if b.leading_number < 0:
        return tidy(-a), tidy(-b)
    return a, b


@equation_law(
    "ax² + bx + c = 0",
    "a*((-b + sqrt(b^2 + 4*a*c))/(2*a))^2 + b*((-b + sqrt(b^2 + 4*a*c))/(2*a)) = c",
    where="a, b, c: scalar positive",
    requires="a ≠ 0 and b² − 4ac ≥ 0",
)
def roots_of_second_degree(q: Equation) -> list[Root] | None:
    found = polynomial(q)
    if found is None or max(found[0], default=0) != 2:
        return None
    p = found[0]
    a, b, c = p[2], p.get(1), p.get(0, ZERO)
    if a.leading_number < 0:
        a, b, c = tidy(-a), None if b is None else tidy(-b), tidy(-c)
    said = q.regular(a)
    if said is None:
        return None
    if b is None:
        inside = tidy(quotient(-c, a))
        root = tidy(root_of(inside, q))
        values = [root] if is_positive(q.unknown, q) else [root, tidy(-root)]
    else:
        inside = tidy(Sum.of(Hadamard.of(b, b), Hadamard.of(Number(-4), a, c)))
        root = root_of(inside, q)
        values = [tidy(quotient(Sum.of(-b, s), Hadamard.of(Number(2), a))) for s in (root, -root)]
    said += positive(inside, q)
    return [*root_zero(q, found[1]), *[Root(v, said, (Step(roots_of_second_degree, q.unknown, v),)) for v in values]]


def refused(q: Equation) -> UnsupportedError:
    """What kind of equation it is that no law solves."""
    name = str(q.unknown)
    found = polynomial(q)
    if found is not None and not any(found[0]):
        kind = "an equation without a solution"
    elif found is not None:
        kind = f"a polynomial equation of degree {max(found[0], default=0)} in {name}"
    elif q.unknown.is_scalar:
        kind = f"a transcendental or secular scalar equation for {name}"
    else:
        kind = f"a nonlinear equation in {name}"
    return UnsupportedError(f"no law solves it in closed form: it is {kind}, {q.left} = 0")


NUMBERS = (undone, root_of_first_degree, roots_of_second_degree)
