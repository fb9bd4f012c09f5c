"""Sums: like terms are collected and common factors taken out, as a person writes the result.

Every law here makes the sum shorter or keeps its length while a term disappears, so the laws come to rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from zlib import crc32

from matdiff.algebra.constants import Identity, Zeros
from matdiff.algebra.expr import UNIT, Expr, Number, fact
from matdiff.algebra.identities.transposes import growth, is_symmetric_leaf
from matdiff.algebra.kinds import Classes, is_a, letters_in
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.differentials import holds_differential
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, coefficient, multiple, zero
from matdiff.algebra.operators.square import Inverse, MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import SumOfEntries, as_product_with_ones
from matdiff.algebra.statements.gathering import in_place_of
from matdiff.records import NamedTuple

SYMMETRIC = ("Centering", "SymmetricPart")
LONGEST_CIRCLE = 8  # factors below a trace that may begin anywhere

# ---- equality up to the order of terms --------------------------------------------------------------


def key(e: Expr) -> bytes:
    """The same for two expressions that differ only in the order of sums and entrywise products, or, being
    scalars, by a transpose or by the place where the product below a trace begins."""
    known: bytes | None = e.facts.get("key")  # asked for every term of every sum
    return fact("key", e, _key) if known is None else known


def _key(e: Expr, below: list[bytes]) -> bytes:
    if not e.operands:
        return id(e).to_bytes(12)  # leaves are interned and live as long as what is built of them
    if type(e) is Sum or type(e) is Hadamard:
        below = sorted(below)
    elif isinstance(e, Product) and e.is_scalar:
        below = min(below, [transposed_key(o) for o in reversed(e.operands)])
    elif isinstance(e, Trace):
        below = _in_a_circle(e.operands[0])
    elif isinstance(e, Transpose):
        return transposed_key(e.operands[0])
    elif isinstance(e, SumOfEntries):
        return key(as_product_with_ones(e.operands[0]))
    elif is_a(e, "OpenDerivative") and len(e.operands) - e.data[1] > 1:
        below = _directions_in_order(e, below)
    return digest(e, *e.data, *below) if e.data else operation(e, below)


def _in_a_circle(e: Expr) -> list[bytes]:
    """The keys of the factors below a trace, or of their transposes, from the least one on."""
    factors = e.operands if isinstance(e, Product) and len(e.operands) <= LONGEST_CIRCLE else (e,)
    ways = [[*map(key, factors)], [transposed_key(f) for f in reversed(factors)]]
    least = min(map(min, ways))
    return min(way[k:] + way[:k] for way in ways for k, first in enumerate(way) if first == least)


def _directions_in_order(e: Expr, below: list[bytes]) -> list[bytes]:
    """∇³f(x)[y, z] is ∇³f(x)[z, y]: directions that belong to one argument may change their places."""
    count, places = e.data[1], e.data[2][1 : 1 + len(e.operands) - e.data[1]]
    own = {place: sorted(k for p, k in zip(places, below[count:], strict=True) if p == place) for place in set(places)}
    return [*below[:count], *[own[place].pop(0) for place in places]]


def transposed_key(e: Expr) -> bytes:
    """The key of eᵀ, wherever in it the transposes stand."""
    return key(e) if e.is_scalar else fact("transposed key", e, _transposed_key, closed=(Named,))


def _transposed_key(e: Expr, below: list[bytes]) -> bytes:
    if e.is_scalar or isinstance(e, (Identity, DiagonalMatrix)) or is_a(e, *SYMMETRIC) or is_symmetric_leaf(e):
        return key(e)
    if isinstance(e, Transpose):
        return key(e.operands[0])
    if is_a(e, "OpenHessian"):
        return key(e.flipped)  # type: ignore[attr-defined]
    if type(e) is Sum or type(e) is Hadamard:
        return operation(e, sorted(below))
    if isinstance(e, Product):
        return operation(e, below[::-1])
    if isinstance(e, (Scale, Inverse, MatrixPower)):
        return digest(e, *e.data, *below) if e.data else operation(e, below)
    return hashed(b"transpose" + key(e))


def operation(e: Expr, below: list[bytes]) -> bytes:
    """A key made of the kind of an operation without data and of the keys of its operands, which are of one length."""
    return hashed(b"".join((type(e).__name__.encode(), b" ", *below)))


def digest(e: Expr, *parts: object, kind: str = "") -> bytes:
    """A key made of the kind of an operation, its own or another one, and of parts that have keys."""
    told = [id(p) if isinstance(p, Expr) else p for p in parts]
    return hashed(repr((kind or type(e).__name__, *told)).encode())


def hashed(told: bytes) -> bytes:
    """A short key for a long one, of two sums that have nothing to do with each other; it is of use in one run."""
    return hash(told).to_bytes(8, signed=True) + crc32(told).to_bytes(4)


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


@identity("A + zeros(m, n) = A", where="A: m x n", among=(Zeros, Number))
def zero_in_sum(e: Expr) -> Expr | None:
    terms = [t for t in e.operands if not isinstance(t, Zeros) and t.number != 0]
    return Sum.of(*(terms or e.operands[:1])) if len(terms) < len(e.operands) else None


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


@identity("A + A = 2*A", where="A: m x n", also=(Statement("a + 1 + 2 = a + 3", "a: scalar"), IN_TWO_SPELLINGS))
def like_terms(e: Expr) -> Expr | None:
    numbers: dict[object, Fraction] = {}
    bodies: dict[object, Expr | None] = {}
    parts = [coefficient(t) for t in e.operands]
    kinds = [_kind(body) for _, body in parts]
    if len(set(kinds)) == len(parts):
        return None
    often: dict[object, int] = {}
    for k in kinds:
        often[k] = often.get(k, 0) + 1
    same = [body if body is None or often[k] == 1 else key(body) for k, (_, body) in zip(kinds, parts, strict=True)]
    if len(set(same)) == len(parts):
        return None
    for (number, body), body_key in zip(parts, same, strict=True):
        numbers[body_key] = numbers[body_key] + number if body_key in numbers else number
        bodies.setdefault(body_key, body)
    terms = [multiple(numbers[k], bodies[k]) for k in numbers if numbers[k]]
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
        alike = len(both) == 2 and letters_in(both[0].classes) == letters_in(both[1].classes)
        merged = _merged(Sum.of(*map(Trace, both))) if alike else None
        return None if isinstance(merged, Sum) else merged
    return _merged(e) if e.is_scalar else None


def _merged(e: Expr) -> Expr | None:
    """A sum with like terms collected, each at its first place, and where it can in a form that ends in its d."""
    merged = like_terms.apply(e)
    if merged is None:
        return None
    found = [body for _, body in map(coefficient, e.operands) if body is not None and _ends_in_d(body)]
    last = {key(body): body for body in found}
    parts = map(coefficient, merged.operands if isinstance(merged, Sum) else [merged])
    return Sum.of(*[multiple(number, body and last.get(key(body), body)) for number, body in parts])


def _ends_in_d(e: Expr) -> bool:
    """Whether a product, or that below a trace, has its d at the right end."""
    inside = e.operands[0] if isinstance(e, Trace) else e
    return isinstance(inside, Product) and holds_differential(inside.operands[-1])


@identity("-A + B = B - A", where="A, B: m x n")
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


@identity("c*A + c*B = c*(A + B)", where="c: scalar; A, B: m x n")
def common_scalars(e: Expr) -> Expr | None:
    """A number or scalars that all terms share, or a minus sign; a − b and b − a are shared as well."""
    terms = [split(t) for t in e.operands]
    if e.is_scalar and any(not t.factors for t in terms):
        number = -UNIT if all(t.number.numerator < 0 for t in terms) else UNIT
        shared: list[Expr] = []
    else:
        number = common_number([t.number for t in terms])
        if terms[0].scalars:
            terms = [in_the_sense_of(terms[0].scalars, t) for t in terms]
        shared = [s for s in terms[0].scalars if all(s in t.scalars for t in terms[1:])]
    if not shared and number == 1:
        return None
    if not terms[0].scalars:
        parts = map(coefficient, e.operands)
        return multiple(number, Sum.of(*[multiple(UNIT if k is number else k / number, body) for k, body in parts]))
    inner = Sum.of(*[join(t._replace(number=t.number / number, scalars=without(t.scalars, shared))) for t in terms])
    return multiple(number, Scale.of(Hadamard.of(*shared), inner) if shared else inner)


@identity("A + B + c*(A + B) = (1 + c)*(A + B)", where="c: scalar; A, B: m x n", among=(Scale,), within=(Sum,))
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
    if all(number is first for number in numbers):
        return first
    size = abs(first)
    number = size if all(abs(n) == size for n in numbers) else UNIT
    return -number if all(n.numerator < 0 for n in numbers) else number


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
)
def common_left_factor(e: Expr) -> Expr | None:
    return _group(e, chain=True, place=0)


@identity("A .* C + B .* C = (A + B) .* C", where="A, B, C: m x n", among=(Hadamard,))
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
    best = max(groups, key=lambda f: len(groups[f]), default=None)
    if best is None or len(groups[best]) < 2:
        return None
    members = groups[best]
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
