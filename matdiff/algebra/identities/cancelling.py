"""Sums in which terms cancel when products are multiplied out.

Multiplying out makes a sum longer, factoring makes it shorter; so products are multiplied out only where
the result, like terms collected, is shorter than before, and the laws of both kinds come to rest together.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from itertools import product as choices
from math import prod

from matdiff.algebra.constants import Ones, Zeros, is_zero
from matdiff.algebra.expr import UNIT, Expr, Number, fact
from matdiff.algebra.heads import ByClass, candidates
from matdiff.algebra.identities import named
from matdiff.algebra.identities.factoring import like_terms, split
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.identities.powers import collected as collected_powers
from matdiff.algebra.identities.products import is_ones, is_row_of_ones
from matdiff.algebra.identities.transposes import addends, flipped, transposed
from matdiff.algebra.kinds import is_a
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    both,
    coefficient,
    multiple,
    zero,
)
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.stated import stated

MOST_TERMS = 12  # nothing is multiplied out to more terms
HEAVIEST = 10**9
TWICE = 2


def weight(e: Expr) -> int:
    """How long an expression is, where a definition is its name."""
    return fact("weight", e, lambda node, below: min(HEAVIEST, 1 + sum(below)), closed=(Named,))


# ---- multiplying out --------------------------------------------------------------------------------


def multiplied_out(e: Expr, within: bool = True) -> list[Expr]:
    """The terms of a product whose factors are sums, each without zeros, ones and scalars inside.

    Only *within* definitions are looked into for columns that sum to 0.  What stays as it is is its only term.
    """
    if not within:
        return _multiplied_out(e, within)
    known: tuple[Expr, ...] | bool | None = e.facts.get("multiplied out")
    if known is None:
        found = _multiplied_out(e, within)
        known = e.facts["multiplied out"] = found != [e] and tuple(found)  # itself it would hold in memory
    return [e] if isinstance(known, bool) else [*known]


def _multiplied_out(e: Expr, within: bool) -> list[Expr]:
    number, scalars, factors, chain = split(e)
    open_scalars = [terms_of_scalar(s) for s in scalars]
    open_factors = [addends(f) for f in factors]
    if not 1 < prod(map(len, (*open_scalars, *open_factors))) <= MOST_TERMS:
        return [e]
    made = []
    for chosen in choices(choices(*open_scalars), choices(*open_factors)):
        term = together(number, *chosen, chain, within)
        if not is_zero(term):
            made.append(term)
    return made


def terms_of_scalar(s: Expr) -> Sequence[Expr]:
    """The terms of a scalar that is a sum, or a product with one factor that is a sum."""
    if not isinstance(s, Product):
        return addends(s)
    opened = [(k, addends(f)) for k, f in enumerate(s.operands)]
    sums = [(k, terms) for k, terms in opened if len(terms) > 1]
    if len(sums) != 1:
        return (s,)
    ((k, terms),) = sums
    return [together(UNIT, (), (*s.operands[:k], t, *s.operands[k + 1 :]), True) for t in terms]


def together(
    number: Fraction, scalars: Sequence[Expr], factors: Sequence[Expr], chain: bool, within: bool = True
) -> Expr:
    """number × scalars × factors, with the scalars that stand in the factors in front."""
    above: list[Expr] = []
    matrices: list[Expr] = []
    for factor in factors:
        part = split(factor)
        number = both(number, part.number)
        above += part.scalars
        if part.factors:
            matrices.append(Product.of(*part.factors) if part.chain else Hadamard.of(*part.factors))
    for scalar in (*scalars, *above):
        inner, rest = coefficient(scalar)
        number = both(number, inner)
        matrices += [rest] if rest is not None else []
    above = [m for m in matrices if m.is_scalar]
    matrices = [m for m in matrices if not m.is_scalar]
    body = in_a_chain(matrices, within) if chain else entry_by_entry(matrices)
    if isinstance(body, Scale):
        above.append(body.operands[0])
        body = body.operands[1]
    if isinstance(body, Zeros):
        return body
    if body is not None and body.is_scalar:
        inner, rest = coefficient(body)
        number *= inner
        above += [rest] if rest is not None else []
        body = None
    if not number:
        return Number(0)
    scale = collected(above)
    if scale is None:
        return multiple(number, body)
    return multiple(number, scale) if body is None else Scale.of(multiple(number, scale), body)


def in_a_chain(matrices: Sequence[Expr], within: bool) -> Expr | None:
    """A product of matrices without identities, in which sums that are 1 and products of ones are known."""
    body = Product.of(*matrices) if matrices else None
    while isinstance(body, Product):
        laws = candidates(sums_known(within), body)
        simpler = next((s for law in laws if (s := law.apply(body)) is not None), None)
        if simpler is None:
            break
        body = simpler
    return body


def entry_by_entry(matrices: Sequence[Expr]) -> Expr | None:
    """An entrywise product without ones."""
    return Hadamard.of(*([m for m in matrices if not isinstance(m, Ones)] or matrices[:1])) if matrices else None


def collected(scalars: Sequence[Expr]) -> Expr | None:
    """A product of scalars, powers of one base joined."""
    if not scalars:
        return None
    whole = Hadamard.of(*scalars)
    return collected_powers(whole) if isinstance(whole, Hadamard) else whole


@identity(
    "(A + B)*C - A*C = B*C",
    where="A, B: m x n; C: n x p",
    also=(
        Statement("(a + b)/c - a/c = b/c", "a, b, c: scalar"),
        Statement("(a + b)/a - 1 = b/a", "a, b: scalar"),
        Statement("ones(n)'*(x + y) - sum(x) = sum(y)", "x, y: n"),
        Statement("A' + (A + B)' = 2*A' + B'", "A, B: m x n"),
        Statement("X' - X'*(X*inv(X'*X)*X' - P) = X'*P", "X: m x n; P: m x m"),
        Statement("x - A*(x - inv(A)*y) = x - A*x + y", "A: n x n invertible; x, y: n"),
    ),
    within=(Sum,),
)
def cancelling_products(e: Expr) -> Expr | None:
    """Multiplies out one term, two or all of them, whichever makes the sum shortest."""
    if len(e.operands) > MOST_TERMS:
        return None
    opened = [multiplied_out(t) for t in e.operands]
    places = [k for k, terms in enumerate(opened) if len(terms) != 1 or terms[0] is not e.operands[k]]
    best: Expr = e
    closed_keys, opened_keys = [likeness(t) for t in e.operands], [[*map(likeness, terms)] for terms in opened]
    groups = [(k,) for k in places] + [*combinations(places, 2)][:MOST_TERMS] + [tuple(places)] * (len(places) > 2)
    for group in groups:
        keys = [i for k, own in enumerate(closed_keys) for i in (opened_keys[k] if k in group else [own])]
        if len(keys) == len({*keys}) > 1:
            continue  # no terms are alike
        terms = [t for k, own in enumerate(e.operands) for t in (opened[k] if k in group else [own])]
        whole = shortened(terms, e)
        if whole is not None and weight(whole) < weight(best):
            best = whole
    return best if best is not e else None


def likeness(e: Expr) -> bytes:
    """The same for terms that differ by a number."""
    body = coefficient(e)[1]
    return b"" if body is None else key(body)


def shortened(terms: Sequence[Expr], e: Expr) -> Expr | None:
    """A sum of terms with like terms collected, where there are any."""
    if not terms:
        return zero(e.shape)
    whole = Sum.of(*terms)
    return like_terms.apply(whole) if isinstance(whole, Sum) else whole


@identity(
    "(eye(n) - P)^2 = eye(n) - P",
    where="P: n x n idempotent",
    also=(Statement("(eye(n) - X*inv(X'*X)*X')^2 = eye(n) - X*inv(X'*X)*X'", "X: n x m"),),
    among=(Sum,),
)
def power_of_projection(e: Expr) -> Expr | None:
    """A sum that is its own square when multiplied out."""
    a = e.operands[0]
    if not isinstance(a, Sum) or len(a.operands) > MOST_TERMS or e.data[0] < TWICE:
        return None
    square = shortened(multiplied_out(Product.of(a, a)), e)
    return a if isinstance(square, Sum) and {*square.operands} == {*a.operands} else None


@identity("x'*ones(n) = ones(n)'*x", where="x: n", among=(Ones,))
def ones_first(e: Expr) -> Expr | None:
    f = e.operands
    if isinstance(f[0], Transpose) and is_ones(f[-1]) and e.is_scalar and not is_row_of_ones(f[0]):
        return flipped(e)
    return None


@identity(
    "(x - ones(n)'*x/n*ones(n))'*ones(n) = 0",
    title="(x − (1ᵀx/n)1)ᵀ1 = 0",
    where="x: n; n: scalar",
    also=(Statement("ones(n)'*(p - q) = 0", "p, q: n simplex"),),
    among=(Ones,),
)
def sum_of_centred(e: Expr) -> Expr | None:
    """The sum of the entries of a vector, of every row or every column, where that cancels when multiplied out."""
    f = e.operands
    if not ((is_ones(f[-1]) or is_row_of_ones(f[0])) and any(len(addends(g)) > 1 for g in f)):
        return None
    whole = shortened(multiplied_out(e), e)
    return whole if whole is not None and weight(whole) < weight(e) else None


sum_of_ones = stated("ones(n)'*ones(n) = n", where="n: scalar")
sum_of_matrix_of_ones = stated("sum(ones(n)) = n", where="m, n: scalar", also=("sum(ones(m, n)) = m*n",))
sum_of_zeros = stated("sum(zeros(m, n)) = 0")


@identity(
    "ones(n)'*(centering(n)*A) = zeros(1, m)",
    title="1ᵀCA = 0",
    where="A: n x m",
    also=(
        Statement("ones(n)'*(x - ones(n)'*x/n*ones(n)) = 0", "x: n; n: scalar"),
        "centering(n)*(centering(n)*A) = centering(n)*A",
        Statement("centering(n)*(x - ones(n)'*x/n*ones(n)) = x - ones(n)'*x/n*ones(n)", "x: n; n: scalar"),
        Statement("centering(n)*(p - q) = p - q", "p, q: n simplex"),
    ),
    among=(Ones, "Centering"),
)
def sum_of_centred_columns(e: Expr) -> Expr | None:
    """Also CCA = CA: of two neighbours in a product, where a definition may hide that the columns sum to 0."""
    f = e.operands
    for k in range(len(f) - 1):
        left, right = f[k], f[k + 1]
        if is_row_of_ones(left) or is_a(left, "Centering"):
            drops, cancels = is_a(left, "Centering"), columns_cancel(right)
        elif is_ones(right) or is_a(right, "Centering"):
            drops, cancels = is_a(right, "Centering"), columns_cancel(transposed(left))
        else:
            continue
        if cancels and drops:
            rest = k if is_a(left, "Centering") else k + 1
            return Product.of(*f[:rest], *f[rest + 1 :])
        if cancels:
            return zero(e.shape)
    return None


def columns_cancel(e: Expr) -> bool:
    """Whether every column of an expression, all definitions opened, sums to 0; a definition keeps the answer."""
    turned, passed = False, list[tuple[Expr, str]]()
    while isinstance(e, (Named, Transpose, Scale, Product)):
        question = "rows cancel" if turned else "columns cancel"
        if isinstance(e, Transpose):
            turned = not turned
        elif isinstance(e, Named):
            if question in e.facts:
                break
            passed.append((e, question))
        e = e.operands[0 if isinstance(e, (Named, Transpose)) or (isinstance(e, Product) and not turned) else -1]
    found = bool(e.facts[question]) if isinstance(e, Named) else terms_cancel(e, turned)
    for definition, question in passed:
        definition.facts[question] = found
    return found


def terms_cancel(e: Expr, turned: bool) -> bool:
    """The same of an expression that is no product, transpose or name; or of its rows, when it is *turned*."""
    if not isinstance(e, Sum):
        return is_a(e, "Centering")
    e = Sum.of(*map(with_scalars_opened, e.operands))
    ones = Ones(e.cols) if turned else Transpose(Ones(e.rows))
    whole = Product.of(e, ones) if turned else Product.of(ones, e)
    found = shortened(multiplied_out(whole, within=False), whole)
    return found is not None and is_zero(found)


def with_scalars_opened(e: Expr) -> Expr:
    """A term in which definitions of scalars stand as what they are; those say from then on that they were opened."""
    if isinstance(e, Scale):
        c, a = e.operands
        factors = c.operands if isinstance(c, Hadamard) else (c,)
        return Scale.of(Hadamard.of(*map(seen_through, factors)), a)
    return seen_through(e)


def seen_through(e: Expr) -> Expr:
    """What a name stands for; every definition on the way is marked."""
    while isinstance(e, Named):
        e.facts["opened"] = True
        e = e.operands[0]
    return e


# ---- quotients --------------------------------------------------------------------------------------


@identity(
    "(A ./ B + C) .* B = A + C .* B",
    title="(A ⊘ B + C) ⊙ B = A + C ⊙ B",
    where="A, B, C: m x n",
    among=(Sum,),
    within=(Power,),
)
def reciprocals_in_sum(e: Expr) -> Expr | None:
    """A sum is multiplied by what stands in the denominators of its terms, where the product gets shorter."""
    f = e.operands
    for k, s in enumerate(f):
        if not isinstance(s, Sum) or len(s.operands) > MOST_TERMS:
            continue
        parts = [split(t) for t in s.operands]
        below = {r.reciprocal[0] for p in parts for r in p.factors if r.reciprocal}
        used = [g for i, g in enumerate(f) if i != k and g in below]
        if not used:
            continue
        terms = [together(UNIT, (), (t, *used), False) for t in s.operands]
        cancelled = [collected_in(t) for t in terms]
        unused = [g for i, g in enumerate(f) if i != k and g not in below]
        whole = Hadamard.of(*unused, Sum.of(*cancelled))
        if weight(whole) < weight(e):
            return whole
    return None


def collected_in(e: Expr) -> Expr:
    """A term with the powers of one base joined in its entrywise product."""
    number, body = coefficient(e)
    c, a = body.operands if isinstance(body, Scale) else (None, body)
    joined = collected_powers(a) if isinstance(a, Hadamard) else a
    if joined is None:
        return e
    return multiple(number, joined if c is None else Scale.of(c, joined))


@cache
def sums_known(within: bool) -> ByClass:
    """What a product of ones with a factor, and of projections, is; one law looks into definitions."""
    laws = named(
        *("rows_of_softmax_summed", "softmax_summed", "sum_of_ones"),
        *("entries_that_sum_to_one", "rows_that_sum_to_one", "centred_twice", "idempotent_product"),
        *("pseudo_inverse_in_product", "identity_in_product", "inverse_in_product"),
        *("product_beside_its_inverse", "factor_beside_inverse"),
        *(("sum_of_centred_columns",) if within else ()),
    )
    return {Product: laws}
