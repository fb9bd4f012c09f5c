"""Terms that are joined into one: sums over one range, and multiples of one matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Symbol
from matdiff.algebra.identities.cancelling import weight
from matdiff.algebra.identities.denominators import common_powers, scalars_of_some, shorter
from matdiff.algebra.identities.factoring import Term, common_scalars, join, like_terms, split, zero_in_sum
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.identities.transposes import flipped
from matdiff.algebra.kinds import Alike
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, coefficient, multiple
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum, Member, SumOfEntries, entries_by_index, substitute_index
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.stated import stated
from matdiff.algebra.statements.gathering import in_place_of, joinings


@identity(
    "sum(i=1..N, x[i]) + sum(i=1..N, y[i]) = sum(i=1..N, x[i] + y[i])",
    title="Σᵢ Aᵢ + Σᵢ Bᵢ = Σᵢ (Aᵢ + Bᵢ)",
    where="x[i=1..N], y[i=1..N]: n",
    among=(IndexedSum,),
)
def sums_over_one_index(e: Expr) -> Expr | None:
    """Sums, and multiples of sums, over the same range; a vector that is given entry by entry stays so."""
    terms = [(k, *coefficient(term)) for k, term in enumerate(e.operands)]
    parts = [
        ((body.index.last, entries_by_index(body) is None), k, (Number(number), body))
        for k, number, body in terms
        if isinstance(body, IndexedSum)
    ]
    return next(joinings(e, parts, lambda _, members: over_one_index(members, Sum.of)), None)


def over_one_index(members: Sequence[tuple[Expr, Expr]], total: Callable[..., Expr]) -> Expr | None:
    """Multiples of sums as one sum with the index of the first, where that means nothing in the multiples."""
    from matdiff.algebra.identities.indexed import rebound

    index = members[0][1].data[0]
    if any(index.name in {i.name for i in c.free} for c, _ in members):
        return None
    parts = [(c, rebound(s.operands[0], {index.name} - {s.data[0].name}), s.data[0]) for c, s in members]
    return IndexedSum(total(*[c * substitute_index(body, i, index) for c, body, i in parts]), index)


@identity("a*A + b*A = (a + b)*A", where="a, b: scalar; A: m x n", among=(Scale,), within=(Alike,))
def common_matrix(e: Expr) -> Expr | None:
    """Multiples of one matrix, where the sum gets shorter by it."""
    if e.is_scalar:
        return None
    parts = [split(t) for t in e.operands]
    if not any(p.scalars for p in parts):  # terms that differ in nothing but a number are collected elsewhere
        return None
    cores = [Product.of(*p.factors) if p.chain else Hadamard.of(*p.factors) for p in parts]
    scalars = [multiple(p.number, Hadamard.of(*p.scalars) if p.scalars else None) for p in parts]

    def together(_: bytes, members: Sequence[int]) -> Expr:
        return Scale.of(Sum.of(*[scalars[k] for k in members]), cores[members[0]])

    wholes = joinings(e, [(key(core), k, k) for k, core in enumerate(cores)], together)
    return next((whole for whole in wholes if weight(whole) < weight(e)), None)


@identity(
    "a*sum(i=1..N, x[i]) + b*sum(i=1..N, y[i]) = sum(i=1..N, a*x[i] + b*y[i])",
    title="aΣᵢ Aᵢ + bΣᵢ Bᵢ = Σᵢ (aAᵢ + bBᵢ)",
    where="x[i=1..N], y[i=1..N]: n; a, b: scalar",
    among=(IndexedSum,),
)
def weighted_sums(e: Expr) -> Expr | None:
    """Multiples of sums over one range, where their terms have so much in common that one sum is shorter."""
    parts = [(s.data[0].last, k, (c, s)) for k, term in enumerate(e.operands) for c, s in multiples_of_sums(term)]
    wholes = joinings(e, parts, lambda _, members: over_one_index(members, lambda *terms: factored(Sum.of(*terms))))
    return next((whole for whole in wholes if shorter(whole, e) is whole), None)


def multiples_of_sums(term: Expr) -> Iterator[tuple[Expr, Expr]]:
    """c and the sum where a term is c times a sum over an index, given entry by entry not counted."""
    from matdiff.algebra.identities.indexed import rebound

    number, scalars, factors, _ = split(term)
    if len(factors) == 1 and isinstance(factors[0], Transpose) and isinstance(s := factors[0].operands[0], IndexedSum):
        factors = (IndexedSum(flipped(s.operands[0]), s.index),)
    found = [f for f in factors if isinstance(f, IndexedSum)]
    are_numbers = len(factors) == 1 or all(f.is_scalar for f in factors)
    if len(found) == 1 and entries_by_index(found[0]) is None and are_numbers:
        others = [*scalars, *(f for f in factors if f is not found[0])]
        yield multiple(number, Hadamard.of(*others) if others else None), found[0]
    elif len(factors) == 1 and (sums := [s for s in scalars if isinstance(s, IndexedSum)]):
        others = [s for s in scalars if s is not sums[0]]
        body = rebound(sums[0].operands[0], bound_names(factors[0]))
        if sums[0].index.name not in bound_names(factors[0]) | {i.name for i in factors[0].free}:
            yield (
                multiple(number, Hadamard.of(*others) if others else None),
                IndexedSum(Scale.of(body, factors[0]), sums[0].index),
            )


def factored(e: Expr) -> Expr:
    """A sum with what its terms have in common taken out."""
    laws = (zero_in_sum, like_terms, common_scalars, common_matrix, scalars_of_some, common_powers)
    while isinstance(e, Sum) and (after := next((a for law in laws if (a := law.apply(e)) is not None), None)):
        e = after
    return e


@identity(
    "A*x - sum(A*x)*ones(n)/n = centering(n)*A*x",
    title="Ax − (sum(Ax)/n)1 = CAx",
    where="A: n x m; x: m; n: scalar",
    also=(Statement("c*A*x - c*sum(A*x)*ones(n)/n = c*centering(n)*A*x", "A: n x m; x: m; c, n: scalar"),),
    among=(Ones,),
)
def mean_taken_off(e: Expr) -> Expr | None:
    """Of a product, since a vector with a name reads best with its mean beside it."""
    from matdiff.algebra.operators.recurrence import place
    from matdiff.algebra.operators.triangles import Centering

    size, terms = place(e.rows), enumerate(map(split, e.operands if e.cols is ONE else ()))
    products = [(k, *parts) for k, parts in terms if parts.chain and len(parts.factors) > 1]
    keys = {key(t): k for k, t in enumerate(e.operands)} if products else {}
    for k, number, scalars, factors, _ in products:
        mean = SumOfEntries(Product.of(*factors)) / size
        j = keys.get(key(multiple(-number, Scale.of(Hadamard.of(*scalars, mean), Ones(e.rows)))))
        if j is not None:
            centred = join(Term(number, scalars, (Centering(e.rows), *factors), chain=True))
            return in_place_of(e, [k, j], centred)
    return None


@identity(
    "inv(A) - inv(A)*B*inv(A) = inv(A)*(A - B)*inv(A)",
    where="A: n x n invertible; B: n x n",
    requires="A invertible",
    among=(Inverse,),
)
def inverse_on_both_sides(e: Expr) -> Expr | None:
    """Of a matrix with a name."""
    terms = [split(t) for t in e.operands]
    for k, alone in enumerate(terms):
        inverse = alone.factors[0] if len(alone.factors) == 1 else None
        if not isinstance(inverse, Inverse) or not isinstance(inverse.operands[0], (Symbol, Member, Named)):
            continue
        places = [
            j
            for j, t in enumerate(terms)
            if t.chain and len(t.factors) > 2 and t.factors[0] is t.factors[-1] is inverse
        ]
        within = [join(terms[j]._replace(factors=terms[j].factors[1:-1])) for j in places]
        inner = Sum.of(join(alone._replace(factors=inverse.operands)), *within)
        whole = in_place_of(e, [k, *places], Product.of(inverse, inner, inverse))
        if within and reading_cost(whole) < reading_cost(e):
            return whole
    return None


difference_of_slopes = stated(
    "a*(1 - a) - b*(1 - b) = (1 - a - b)*(a - b)",
    where="a, b: scalar",
)
