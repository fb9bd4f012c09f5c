"""Sums: like terms are collected and common factors taken out, as a person writes the result.

Every law here makes the sum shorter or keeps its length while a term disappears, so the laws come to rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeVar

from matdiff.algebra.constants import Zeros
from matdiff.algebra.expr import UNIT, Expr, Number, fact, replace
from matdiff.algebra.identities.likeness import are_same, in_one_circle, is_same, key
from matdiff.algebra.identities.transposes import growth
from matdiff.algebra.kinds import Alike, Classes, letters_in
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.differentials import holds_differential
from matdiff.algebra.operators.products import (
    Hadamard,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    factors_of,
    multiple,
    zero,
)
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries
from matdiff.algebra.statements.gathering import in_place_of
from matdiff.records import NamedTuple

Body = TypeVar("Body", bound=Expr | None)  # what a term is without its number

# ---- terms ------------------------------------------------------------------------------------------


class Term(NamedTuple):
    """A term of a sum: number × scalars × factors, where *chain* tells a matrix product from an entrywise one."""

    number: Fraction
    scalars: tuple[Expr, ...]
    factors: tuple[Expr, ...]
    chain: bool


def split(e: Expr) -> Term:
    """A term taken apart; it is asked for by one law after another, and taken apart once."""
    found: Term | None = e.facts.get("term")
    if found is None:
        found = e.facts["term"] = _split(e)
    return found


def _split(e: Expr) -> Term:
    number, rest = coefficient(e)
    if rest is None:
        return Term(number, (), (), True)
    scalars: tuple[Expr, ...] = ()
    if isinstance(rest, Scale):
        c, rest = rest.operands
        scalars = c.operands if isinstance(c, Hadamard) else (c,)
    if isinstance(rest, Hadamard):
        return Term(number, scalars, rest.operands, False)
    return Term(number, scalars, rest.operands if isinstance(rest, Product) else (rest,), True)


def join(term: Term) -> Expr:
    """The expression of a term; a term of nothing but its number is that number."""
    number, scalars, factors, chain = term
    body = (Product.of(*factors) if chain else Hadamard.of(*factors)) if factors else None
    if scalars:
        body = Hadamard.of(*scalars) if body is None else Scale.of(Hadamard.of(*scalars), body)
    return multiple(number, body)


# ---- laws -------------------------------------------------------------------------------------------

MULTIPLES = (Scale, Hadamard, Number)  # terms that may begin with a number or scalars


@identity("A + zeros(m, n) = A", where="A: m x n", among=(Zeros, Number))
def zero_in_sum(e: Expr) -> Expr | None:
    terms = [t for t in e.operands if not isinstance(t, Zeros) and t.number != 0]
    return Sum.of(*(terms or e.operands[:1])) if len(terms) < len(e.operands) else None


@identity("tr(B*A) = tr(A*B)", where="A: m x n; B: n x m", on=(Sum,), among=(), within=(Trace,))
def traces_in_one_order(e: Expr) -> Expr | None:
    """Traces of factors that differ in where they begin are written as the first of them, where terms are alike."""
    if len(traces := traces_within(e)) < 2 or like_terms.apply(e) is None:
        return None
    first = dict[bytes, Expr]()
    same = {t: first.setdefault(key(t), t) for t in traces}
    if all(t is s or are_same(factors_of(t.operands[0]), factors_of(s.operands[0]), 1) for t, s in same.items()):
        return None
    return replace(e, lambda n: same.get(n, n if isinstance(n, CLOSED) else None))


CLOSED = (Named, IndexedSum)


def traces_within(e: Expr) -> tuple[Expr, ...]:
    """The traces in an expression that stand in no other one, and in no definition."""
    return fact("traces within", e, _traces_within, closed=CLOSED)


def _traces_within(e: Expr, below: list[tuple[Expr, ...]]) -> tuple[Expr, ...]:
    return (e,) if isinstance(e, Trace) else tuple(dict.fromkeys(t for traces in below for t in traces))


def _kind(e: Expr | None) -> tuple[type, Classes] | None:
    """The same for expressions with one key: their letters, and a class, below transposes; a sum of entries is a
    product with ones."""
    if e is None:
        return None
    core = e
    while type(core) is Transpose or (type(core) is SumOfEntries and core.operands[0].is_scalar):
        core = core.operands[0]
    return Product if type(core) is SumOfEntries else type(core), letters_in(e.classes)


IN_TWO_SPELLINGS = Statement("sum(x) + ones(n)'*x = 2*sum(x)", "x: n")


@identity(
    "A + A = 2*A",
    where="A: m x n",
    also=(Statement("a + 1 + 2 = a + 3", "a: scalar"), IN_TWO_SPELLINGS),
    among=(),
    within=(Alike,),
)
def like_terms(e: Expr) -> Expr | None:
    return collected(e, lambda bodies: bodies[0])


def collected(e: Expr, chosen: Callable[[Sequence[Expr | None]], Expr | None]) -> Expr | None:
    """A sum with like terms collected, each at its first place and with the body that is chosen."""
    parts = [coefficient(t) for t in e.operands]
    kinds = [_kind(body) for _, body in parts]
    if len(parts) == 2:  # as it mostly is
        (j, a), (k, b) = parts
        if kinds[0] != kinds[1] or not is_same(a, b):
            return None
        number = 2 if j is UNIT is k else j + k
        return multiple(number, chosen([a, b])) if number else zero(e.shape)
    often = Counter(kinds)
    alike: dict[object, list[tuple[Fraction, Expr | None]]] = {}
    for kind, part in zip(kinds, parts, strict=True):
        body = part[1]
        same = body if body is None or often[kind] == 1 else key(body)
        alike.setdefault(same, []).append(part)
    if len(alike) == len(parts):
        return None
    sums = [(sum([1 if number is UNIT else number for number, _ in group]), group) for group in alike.values()]
    terms = [multiple(number, chosen([body for _, body in group])) for number, group in sums if number]
    return Sum.of(*terms) if terms else zero(e.shape)


@identity(
    "x'*y + y'*x = 2*y'*x",
    title="aᵀ + a = 2a",
    where="x, y: n",
    also=(
        Statement("tr(A'*B + B'*A) = 2*tr(B'*A)", "A, B: m x n"),
        Statement("tr(S*A'*B + S*B'*A) = 2*tr(S*B'*A)", "A, B: m x n; S: n x n symmetric"),
        Statement("tr(A*B + B*A) = 2*tr(B*A)", "A, B: n x n"),
        IN_TWO_SPELLINGS,
    ),
    shorter=False,
)
def twins_under_d(e: Expr) -> Expr | None:
    """Terms of a scalar that differ by a transpose, as the product law gives them: of dxᵀy and yᵀdx the last stays."""
    if isinstance(e, Trace):
        both = e.operands[0].operands if isinstance(e.operands[0], Sum) else ()
        return multiple(2, Trace(_last_in_d(both))) if len(both) == 2 and in_one_circle(*both) else None
    return collected(e, _last_in_d) if e.is_scalar else None


def _last_in_d(bodies: Sequence[Body]) -> Body:
    """Of like bodies the last one in a form that ends in its d, where there is one."""
    return next((body for body in reversed(bodies) if body is not None and _ends_in_d(body)), bodies[0])


def _ends_in_d(e: Expr) -> bool:
    """Whether a product, or that below a trace, has its d at the right end."""
    inside = e.operands[0] if isinstance(e, Trace) else e
    return isinstance(inside, Product) and holds_differential(inside.operands[-1])


@identity("-A + B = B - A", where="A, B: m x n", among=MULTIPLES)
def positive_first(e: Expr) -> Expr | None:
    f = e.operands
    if f[0].leading_number.numerator >= 0:
        return None
    k = next((k for k, t in enumerate(f) if t.leading_number.numerator >= 0), None)
    return None if k is None else Sum.of(f[k], *f[:k], *f[k + 1 :])


@identity(
    "-(A - B) = B - A",
    where="A, B: m x n",
    among=(Sum,),
    on=(Scale, Hadamard),
    also=(Statement("-2*(A - B) = 2*(B - A)", "A, B: m x n"),),
)
def negative_of_difference(e: Expr) -> Expr | None:
    """Where the sum has a minus sign to lose; of scalars only 1 − a, since longer ones are likely to be shared."""
    number, body = coefficient(e)
    if number >= 0 or not isinstance(body, Sum) or not any(t.leading_number < 0 for t in body.operands):
        return None
    if e.is_scalar and (len(body.operands) > 2 or not any(t.number is not None for t in body.operands)):
        return None
    return multiple(-number, opposite(body))


def opposite(e: Expr) -> Expr:
    """−e for a sum, term by term."""
    negative = Sum.of(*[-t for t in e.operands])
    return positive_first.apply(negative) or negative


@identity(
    "c*A + c*B = c*(A + B)",
    where="a, b, c: scalar; A, B: m x n",
    also=("(a - b)*A + (b - a)*B = (a - b)*(A - B)",),
    among=MULTIPLES,
)
def common_scalars(e: Expr) -> Expr | None:
    """A number or scalars that all terms share, or a minus sign; a − b and b − a are shared as well."""
    terms, shared = [split(t) for t in e.operands], list[Expr]()
    if e.is_scalar and any(not t.factors for t in terms):
        number = -UNIT if all(t.number.numerator < 0 for t in terms) else UNIT
    else:
        number = common_number([t.number for t in terms])
        if terms[0].scalars:
            terms = [in_the_sense_of(terms[0].scalars, t) for t in terms]
            shared = [s for s in terms[0].scalars if all(s in t.scalars for t in terms[1:])]
    if not shared and (number is UNIT or number == 1):
        return None
    if not terms[0].scalars:
        parts = map(coefficient, e.operands)
        return multiple(number, Sum.of(*[multiple(UNIT if k is number else k / number, body) for k, body in parts]))
    inner = Sum.of(*[join(t._replace(number=t.number / number, scalars=without(t.scalars, shared))) for t in terms])
    return multiple(number, Scale.of(Hadamard.of(*shared), inner) if shared else inner)


@identity(
    "A + B + c*(A + B) = (1 + c)*(A + B)",
    where="c: scalar; A, B: m x n",
    among=(Scale,),
    within=(Sum,),
    also=(Statement("a*A + a*B + c*(A + B) = (a + c)*(A + B)", "a, c: scalar; A, B: m x n"),),
)
def sum_beside_its_multiple(e: Expr) -> Expr | None:
    """Also 2A + 2B + c(A + B) = (2 + c)(A + B)."""
    beside = {body: number for number, body in map(coefficient, e.operands)}
    for t in map(split, e.operands):
        whole = t.factors[0] if t.scalars and len(t.factors) == 1 else None
        if not isinstance(whole, Sum):
            continue
        ratios = {beside.get(body, 0) / number for number, body in map(coefficient, whole.operands)}
        if len(ratios) == 1 and 0 not in ratios:
            within = {body for _, body in map(coefficient, whole.operands)}
            rest = [o for o in e.operands if split(o) is not t and coefficient(o)[1] not in within]
            factor = Sum.of(Number(*ratios), multiple(t.number, Hadamard.of(*t.scalars)))
            return Sum.of(*rest, Scale.of(factor, whole))
    return None


def common_number(numbers: list[Fraction]) -> Fraction:
    """The number that is taken out of terms with these numbers: their size if it is the same, and a minus sign."""
    first = numbers[0]
    if UNIT in numbers or all(number is first for number in numbers):
        return UNIT if UNIT in numbers else first
    ratios = [number.as_integer_ratio() for number in numbers]
    sizes = {(abs(p), q) for p, q in ratios}
    number = abs(first) if len(sizes) == 1 and (1, 1) not in sizes else UNIT
    return -number if all(p < 0 for p, _ in ratios) else number


def in_the_sense_of(scalars: tuple[Expr, ...], term: Term) -> Term:
    """A term with a − b in place of b − a, where the scalars have that and the term has not."""
    wanted = {key(opposite(s)): s for s in scalars if isinstance(s, Sum) and s not in term.scalars}
    number, turned = term.number, []
    for s in term.scalars:
        same = wanted.get(key(s)) if wanted and isinstance(s, Sum) else None
        number = number if same is None else -number
        turned.append(s if same is None else same)
    return term._replace(number=number, scalars=tuple(turned))


def without(all_of: tuple[Expr, ...], some: Iterable[Expr]) -> tuple[Expr, ...]:
    """The factors that remain when some are taken out, each once."""
    rest = list(all_of)
    for s in some:
        rest.remove(s)
    return tuple(rest)


@identity(
    "A*C + B*C = (A + B)*C",
    where="A, B: m x n; C: n x p",
    also=(Statement("x'*y*z' + x'*w*z' = (x'*y + x'*w)*z'", "w, x, y: n; z: m"),),
    among=(Product, Hadamard),
    within=(Alike,),
)
def common_right_factor(e: Expr) -> Expr | None:
    if e.is_scalar and _group(e, chain=True, place=0) is not None:
        return None  # xᵀ(y − z): a difference is read as a column
    return _group(e, chain=True, place=-1)


@identity(
    "C*A + C*B = C*(A + B)",
    where="C: m x n; A, B: n x p",
    also=(Statement("z*x'*y + z*x'*w = z*(x'*y + x'*w)", "w, x, y: n; z: m"),),
    among=(Product, Hadamard),
    within=(Alike,),
)
def common_left_factor(e: Expr) -> Expr | None:
    return _group(e, chain=True, place=0)


@identity("A .* C + B .* C = (A + B) .* C", where="A, B, C: m x n", among=(Hadamard,), within=(Alike,))
def common_entrywise_factor(e: Expr) -> Expr | None:
    return _group(e, chain=False, place=None)


def _group(e: Expr, chain: bool, place: int | None) -> Expr | None:
    """Joins the terms that share a factor at a place, where a factor is left over in every one of them."""
    terms = [split(t) for t in e.operands]
    groups: dict[Expr, dict[int, None]] = {}
    for k, t in enumerate(terms):
        if t.chain is chain and len(t.factors) > 1:
            for factor in t.factors if place is None else (t.factors[place],):
                if factor.number is None:
                    groups.setdefault(factor, {})[k] = None
    members = max(groups.values(), key=len, default={})
    if len(members) < 2:
        return None
    best = next(factor for factor, group in groups.items() if group is members)
    rests = []
    for k in members:
        f = terms[k].factors
        rest = without(f, [best]) if place is None else f[:-1] if place else f[1:]
        rests.append(join(terms[k]._replace(factors=rest)))
    if chain:
        inner = Sum.of(*rests)
        joined = Product.of(inner, best) if place else Product.of(best, inner)
    else:
        joined = Hadamard.of(Sum.of(*rests), best)
    return in_place_of(e, [*members], joined)


@identity("A' + B' = (A + B)'", where="A, B: m x n", among=(Transpose,))
def common_transpose(e: Expr) -> Expr | None:
    """Where every term is a transpose that goes no further inside."""
    parts = [coefficient(t) for t in e.operands]
    turned = [body.operands[0] for _, body in parts if isinstance(body, Transpose)]
    if e.is_scalar or len(turned) < len(parts):
        return None
    whole = Sum.of(*[multiple(number, a) for (number, _), a in zip(parts, turned, strict=True)])
    return Transpose(whole) if growth(whole) > 0 else None
