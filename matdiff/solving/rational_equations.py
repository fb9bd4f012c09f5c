"""Equations that are rational in a number, or entry by entry: roots of quadratic and of increasing cubic functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from matdiff.algebra.constants import Ones, is_zero
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Number, postorder
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, zero
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.solving.equations import (
    Demands,
    Equation,
    Root,
    entries_nonzero,
    equation_law,
    form_law,
    fulfilled,
    negated,
    sign_of,
)
from matdiff.solving.scalar_equations import divided, is_positive, positive, root_of, times, undone
from matdiff.solving.terms import Term

HIGHEST = 8

denominators_cleared = form_law(
    "denominators_cleared",
    "multiply by the denominators",
    "(a/x + b)*x = a + b*x",
    where="a, b, x: scalar positive",
    requires="x ≠ 0",
)

Polynomial = Mapping[int, Expr]
Rational = tuple[Polynomial, Polynomial]
ZERO, UNIT = Number(0), Number(1)


def plus(terms: Sequence[Expr]) -> Expr:
    """The sum of numbers and arrays, to every entry of which the numbers are added."""
    shape = next((t.shape for t in terms if not t.is_scalar), SCALAR)
    return tidy(Sum.of(*[Scale.of(t, Ones(*shape)) if t.shape != shape else t for t in terms]))


def added(a: Polynomial, b: Polynomial) -> Polynomial:
    """a + b"""
    found = {k: plus([p[k] for p in (a, b) if k in p]) for k in {*a, *b}}
    return {k: c for k, c in found.items() if not is_zero(c)}


def multiplied(a: Polynomial, b: Polynomial) -> Polynomial:
    """a b"""
    found: dict[int, list[Expr]] = {}
    for j, c in a.items():
        for k, d in b.items():
            found.setdefault(j + k, []).append(times(c, d))
    return {k: s for k, terms in found.items() if not is_zero(s := plus(terms))}


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
    """A quotient of polynomials in a number, or entry by entry; None where it is none by the way it is written."""
    found: dict[Expr, Rational | None] = {}
    for node in postorder(e, prune=lambda n: not holds(n)):
        if node is x:
            found[node] = ({1: UNIT}, {0: UNIT})
        elif not holds(node):
            found[node] = ({0: node}, {0: UNIT})
        else:
            found[node] = _rational(node, found) if x.is_scalar or node.shape == x.shape else None
    return found[e]


def _rational(node: Expr, found: Mapping[Expr, Rational | None]) -> Rational | None:
    parts = [found.get(o) for o in node.operands]
    if any(p is None for p in parts):
        return None
    known = [p for p in parts if p is not None]
    match node:
        case Sum():
            whole: Rational = ({}, {0: UNIT})
            for p in known:
                whole = sum_of(whole, p)
            return whole
        case Product(operands=(b, a)) if node.is_scalar and not a.is_scalar:
            return summed(known[1], b) if known[0] == ({0: b}, {0: UNIT}) else None
        case Product() if any(not o.is_scalar for o in node.operands):
            return None
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
        case SumOfEntries(operands=(a,)) if a.cols is ONE:
            return summed(known[0], Transpose(Ones(a.rows)))
        case Transpose() if node.is_scalar:
            return known[0]
    return None


def summed(a: Rational, b: Expr) -> Rational | None:
    """bᵀa for polynomials whose coefficients are columns, or numbers that stand in every entry."""
    above, below = a
    if not all(c.is_scalar for c in below.values()):
        return None
    return {k: tidy(Product.of(b, times(c, Ones(b.cols)) if c.is_scalar else c)) for k, c in above.items()}, below


def of_term(t: Term, q: Equation) -> Rational | None:
    """A term as a quotient of polynomials."""
    if not q.unknown.is_scalar:
        return rational(tidy(t.expression()), q.unknown, q.holds)
    apart = [s for s in t.scalars if q.holds(s)]
    rest = t._replace(scalars=tuple(s for s in t.scalars if not q.holds(s)))
    if any(map(q.holds, t.factors)):
        whole = Product.of(*t.factors)
        if not whole.is_scalar:
            return None
        rest, apart = rest._replace(factors=()), [*apart, whole]
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
    """The numerator of an equation, without its factors x and with a + in front of the highest power, and whether x = 0
    is a root.
    """
    if q.unknown.shape != q.left.shape:
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
    if above and above[max(above)].leading_number < 0:
        above = {k: negated(c) for k, c in above.items()}
    zero_too = lowest > 0 and not is_positive(q.unknown, q)
    return above, zero_too and 0 in whole[1]


@equation_law("a + bx = 0 ⇒ x = −a/b", "a + b*(-a/b) = 0", where="a: scalar; b: scalar positive", requires="b ≠ 0")
def root_of_first_degree(q: Equation) -> list[Root] | None:
    found = polynomial(q)
    if found is not None and found[1] and max(found[0]) == 0 and (said := nonzero(found[0][0], q)) is not None:
        return [root._replace(conditions=said) for root in root_zero(q, True)]
    if found is None or max(found[0], default=0) != 1:
        return None
    a, b = found[0].get(0, ZERO), found[0][1]
    said = nonzero(b, q)
    if said is None:
        return None
    value = tidy(divided(negated(a), b))
    first = (Step(denominators_cleared, times(b, q.unknown), negated(a)),)
    return [*root_zero(q, found[1]), Root(value, said, (*first, Step(root_of_first_degree, q.unknown, value)))]


def root_zero(q: Equation, is_root: bool) -> list[Root]:
    """The root 0 of an equation whose terms all have the unknown as a factor."""
    nothing = zero(q.unknown.shape)
    return [Root(nothing, (), (Step(root_of_first_degree, q.unknown, nothing),))] if is_root else []


def nonzero(e: Expr, q: Equation) -> Demands | None:
    """What must hold so that one can divide by a number, or by every entry."""
    return q.regular(e) if e.is_scalar else entries_nonzero(e)


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
    said = nonzero(a, q)
    if said is None:
        return None
    if b is None:
        inside = tidy(divided(negated(c), a))
        root = tidy(root_of(inside, q))
        values = [root] if is_positive(q.unknown, q) else [root, tidy(-root)]
    else:
        inside = plus([times(b, b), times(Number(-4), a, c)])
        root = root_of(inside, q)
        signs_differ = fulfilled("positive", a, q.sizes) and fulfilled("positive", negated(c), q.sizes)
        one = is_positive(q.unknown, q) and signs_differ  # then the other root is negative
        values = [tidy(divided(plus([negated(b), s]), times(Number(2), a))) for s in (root, negated(root))]
        values = values[:1] if one else values
    said += positive(inside, q)
    return [*root_zero(q, found[1]), *[Root(v, said, (Step(roots_of_second_degree, q.unknown, v),)) for v in values]]


CUBE_ROOT = "(sqrt(q^2/4 + p^3/27) - q/2)^(1/3)"


@equation_law(
    "x³ + px + q = 0 ⇒ x = u − p/(3u), u³ = √(q²/4 + p³/27) − q/2",
    f"({CUBE_ROOT} - p/(3*{CUBE_ROOT}))^3 + p*({CUBE_ROOT} - p/(3*{CUBE_ROOT})) = -q",
    where="p: scalar positive; q: scalar",
    requires="p > 0; x is then the only root",
    source="Cardano, Ars magna (1545), ch. 11",
)
def root_of_third_degree(q: Equation) -> list[Root] | None:
    """The only root of an increasing cubic function, after its square has been taken out by a shift."""
    found = polynomial(q)
    if found is None or max(found[0], default=0) != 3 or not q.unknown.is_scalar or found[1]:
        return None
    a, b, c, d = (found[0].get(k, ZERO) for k in (3, 2, 1, 0))
    said = nonzero(a, q)
    if said is None:
        return None
    b, c, d = (divided(e, a) for e in (b, c, d))
    shift = tidy(times(Number(Fraction(1, 3)), b))
    p = plus([c, times(Number(-3), shift, shift)])
    rest = plus([d, times(Number(-1), shift, c), times(Number(2), shift, shift, shift)])
    if sign_of(p, q.sizes) != "positive":
        return None
    half, third = times(Number(Fraction(1, 2)), rest), times(Number(Fraction(1, 3)), p)
    inside = plus([times(half, half), times(third, third, third)])
    u = Power.of(plus([Sqrt(inside), negated(half)]), Number(Fraction(1, 3)))
    value = plus([u, negated(divided(third, u)), negated(shift)])
    return [Root(value, said, (Step(root_of_third_degree, q.unknown, value),))]


NUMBERS = (undone, root_of_first_degree, roots_of_second_degree, root_of_third_degree)
