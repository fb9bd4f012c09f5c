"""An equation multiplied out as far as the unknown goes: Σ over indices of scalars × A₁ A₂ …, the unknown a factor.

Sums that do not hold the unknown stay as they are, so that Xᵀ(Xw − y) becomes XᵀXw − Xᵀy and (A + B)X stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number, postorder
from matdiff.algebra.identities.indexed import fresh_index
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    factors_of,
    zero,
)
from matdiff.algebra.operators.square import Inverse, MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries, as_product_with_ones, substitute_index
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.algebra.operators.triangles import SkewPart, SymmetricPart
from matdiff.algebra.simplification import tidy
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple

MOST_TERMS = 400
MOST_FACTORS = 40


def holding(*unknowns: Expr) -> Callable[[Expr], bool]:
    """Whether a part of an expression holds one of some unknowns; parts are looked at when asked."""
    known = dict.fromkeys(unknowns, True)

    def holds(part: Expr) -> bool:
        for node in postorder(part, prune=known.__contains__):
            if node not in known:
                known[node] = any(known[o] for o in node.operands)
        return known[part]

    return holds


class Term(NamedTuple):
    """number × Σ over *sums* of the scalars × the product of the factors."""

    factors: tuple[Expr, ...] = ()
    scalars: tuple[Expr, ...] = ()
    sums: tuple[Index, ...] = ()
    number: Fraction = Fraction(1)

    def scalar(self) -> Expr:
        """The number and the scalars."""
        return Hadamard.of(Number(self.number), *self.scalars) if self.scalars else Number(self.number)

    def around(self, factors: Sequence[Expr], scalar: Expr | None = None) -> Expr:
        """The term with other factors; without any it is a scalar."""
        c = self.scalar() if scalar is None else scalar
        body = Scale.of(c, Product.of(*factors)) if factors else c
        for index in reversed(self.sums):
            body = IndexedSum(body, index)
        return body

    def expression(self) -> Expr:
        """The term as it is written."""
        return self.around(self.factors)

    def transposed(self) -> Term:
        """The transpose of the term."""
        return self._replace(factors=tuple(turned(f) for f in reversed(self.factors)))

    def times(self, scalars: Sequence[Expr]) -> Term:
        """The term with more scalars, the numbers among them multiplied."""
        number = self.number
        others = list(self.scalars)
        for s in scalars:
            k, rest = coefficient(s)
            number *= k
            others += [] if rest is None else rest.operands if isinstance(rest, Hadamard) else [rest]
        return self._replace(scalars=tuple(others), number=number)


def turned(e: Expr) -> Expr:
    """eᵀ; a symmetric matrix is its own."""
    return e if e.is_scalar or (not isinstance(e, Transpose) and is_symmetric(e)) else transposed(e)


Piece = tuple[tuple[Index, ...], tuple[Expr, ...], tuple[Expr, ...]]  # sums, scalars, factors


def opened(e: Expr, unknown: Expr) -> list[Piece] | None:
    """A factor as a sum of products, one level down; None where it stays as it is."""
    if e is unknown or isinstance(e, Named):
        return None
    match e:
        case Sum():
            return [((), (), (o,)) for o in e.operands]
        case Scale(operands=(c, a)):
            return [((), (c,), (a,))]
        case Product():
            return [((), (), e.operands)]
        case IndexedSum():
            return [((e.index,), (), (e.operands[0],))]
        case SymmetricPart() | SkewPart():
            a, sign = e.operands[0], 1 if isinstance(e, SymmetricPart) else -1
            half = Number(Fraction(1, 2))
            return [((), (half,), (a,)), ((), (Hadamard.of(Number(sign), half),), (transposed(a),))]
        case MatrixPower() if 1 < abs(e.data[0]) <= 4:
            a, k = e.operands[0], e.data[0]
            return [((), (), (a if k > 0 else Inverse(a),) * abs(k))]
        case Hadamard() if e.is_scalar:
            return [((), e.operands, ())]
        case Hadamard() if e.cols is ONE and e.operands.count(unknown) == 1:
            others = [o for o in e.operands if o is not unknown]
            return [((), (), (DiagonalMatrix(Hadamard.of(*others)), unknown))]
        case SumOfEntries():
            return [((), (), factors_of(as_product_with_ones(e.operands[0])))]
        case Power(operands=(Norm(operands=(a,)), k)) if k.number == 2:
            return [((), (), (inner(a, a),))]
        case Power(operands=(a, k)) if a.is_scalar and k.number in (2, 3):
            return [((), (a,) * int(k.number or 0), ())]
        case DiagonalMatrix(operands=(Sum() as a,)):
            return [((), (), (DiagonalMatrix(o),)) for o in a.operands]
        case Trace():
            return opened_below(Trace, e.operands[0], unknown)
        case DiagonalVector():
            return opened_below(DiagonalVector, e.operands[0], unknown) or opened_diagonal(e.operands[0], unknown)
        case Transpose():
            return opened_transpose(e.operands[0], unknown)
    return None


def opened_below(over: type[Trace | DiagonalVector], a: Expr, unknown: Expr) -> list[Piece] | None:
    """Tr or diag of what can be opened: of a product at the first factor with the unknown that can be."""
    parts = a.operands if isinstance(a, Product) else (a,)
    for k, f in enumerate(parts):
        below = opened(f, unknown) if holding(unknown)(f) else None
        if below is not None:
            whole = [(s, c, over(Product.of(*parts[:k], *factors, *parts[k + 1 :]))) for s, c, factors in below]
            return [(s, (*c, e), ()) if e.is_scalar else (s, c, (e,)) for s, c, e in whole]
    return None


def opened_diagonal(a: Expr, unknown: Expr) -> list[Piece] | None:
    """diag(diag(u)A) = u ⊙ diag(A), diag(A diag(u)B) = (A ⊙ Bᵀ)u, diag(Au vᵀ) = v ⊙ Au where u holds the unknown."""
    parts = a.operands if isinstance(a, Product) else (a,)
    column = next((k for k, f in enumerate(parts[:-1]) if f is unknown and f.cols is ONE), None)
    if column is not None:
        return [((), (), (DiagonalMatrix(transposed(Product.of(*parts[column + 1 :]))), *parts[: column + 1]))]
    k = next((k for k, f in enumerate(parts) if isinstance(f, DiagonalMatrix) and holding(unknown)(f)), None)
    if k is None:
        return [((), (), (DiagonalVector(a.operands[0]),))] if isinstance(a, Transpose) else None
    u, before, after = parts[k].operands[0], parts[:k], parts[k + 1 :]
    if before and after:
        return [((), (), (Hadamard.of(Product.of(*before), transposed(Product.of(*after))), u))]
    rest = before or after
    return [((), (), (Hadamard.of(*([DiagonalVector(Product.of(*rest))] if rest else []), u),))]


def opened_transpose(a: Expr, unknown: Expr) -> list[Piece] | None:
    """(AB)ᵀ = BᵀAᵀ, and alike."""
    if isinstance(a, Inverse):
        return [((), (), (Inverse(turned(a.operands[0])),))] if not isinstance(a.operands[0], Transpose) else None
    if a is unknown and "skew" in assumed(a):
        return [((), (Number(-1),), (a,))]
    below = opened(a, unknown)
    if below is None:
        return [((), (), (a,))] if is_symmetric(a) else None
    return [(sums, scalars, tuple(turned(f) for f in reversed(factors))) for sums, scalars, factors in below]


def multiplied_out(e: Expr, unknown: Expr) -> list[Term]:
    """The terms of an expression in which the unknown is a factor, or stands in one that cannot be opened."""
    return list(_terms(e, unknown, holding(unknown)))


def _terms(e: Expr, unknown: Expr, holds: Callable[[Expr], bool]) -> Iterator[Term]:
    waiting = [Term((e,))]
    for _ in range(MOST_TERMS * MOST_FACTORS):
        if not waiting:
            return
        term = waiting.pop()
        after = next(_openings(term, unknown, holds), None)
        if after is None:
            yield term
        else:
            waiting.extend(reversed(after))
    raise UnsupportedError("the equation has too many terms to be solved in closed form")


def _openings(t: Term, unknown: Expr, holds: Callable[[Expr], bool]) -> Iterator[list[Term]]:
    """The term with one of its parts opened, in all ways."""
    for k, f in enumerate(t.factors):
        if f.is_scalar and len(t.factors) > 1:
            yield [t._replace(factors=t.factors[:k] + t.factors[k + 1 :]).times([f])]
        elif holds(f) or (isinstance(f, (Sum, Scale)) and len(t.factors) == 1 and not holds(f)):
            pieces = opened(f, unknown)
            if pieces is not None:
                yield [_with(t, t.factors[:k], piece, t.factors[k + 1 :], t.scalars) for piece in pieces]
        elif isinstance(f, Scale):
            yield [t._replace(factors=(*t.factors[:k], f.operands[1], *t.factors[k + 1 :])).times([f.operands[0]])]
    for k, s in enumerate(t.scalars):
        others = t.scalars[:k] + t.scalars[k + 1 :]
        if not holds(s) or s is unknown:
            continue
        pieces = opened(s, unknown)
        if pieces is None:
            continue
        if not isinstance(s, (Product, SumOfEntries)):
            yield [_with(t, t.factors, (sums, (*c, *f), ()), (), others) for sums, c, f in pieces]
        elif not t.factors or t.factors[-1].cols is ONE:  # v·(aᵀw) = v aᵀ w
            yield [_with(t, t.factors, forwards(piece, unknown), (), others) for piece in pieces]


def forwards(piece: Piece, unknown: Expr) -> Piece:
    """A number xᵀa as aᵀx."""
    sums, scalars, factors = piece
    if unknown in factors or Transpose(unknown) not in factors:
        return piece
    return sums, scalars, tuple(turned(f) for f in reversed(factors))


def _with(t: Term, before: tuple[Expr, ...], piece: Piece, after: tuple[Expr, ...], scalars: tuple[Expr, ...]) -> Term:
    """A piece in the place of a part of the term."""
    sums, own, factors = piece
    taken = {i.name for i in t.sums}
    for index in sums:
        new = fresh_index(index, taken)
        if new is not index:
            own = tuple(substitute_index(s, index, new) for s in own)
            factors = tuple(substitute_index(f, index, new) for f in factors)
            sums = tuple(new if i is index else i for i in sums)
        taken.add(new.name)
    kept = tuple(f for f in (*before, *factors, *after) if not isinstance(f, Identity))
    if not kept and (before or factors or after):
        kept = (next(f for f in (*before, *factors, *after)),)
    return t._replace(factors=kept, scalars=scalars, sums=(*t.sums, *sums)).times(own)


def in_lowest_terms(terms: Sequence[Term], holds: Callable[[Expr], bool]) -> list[Term]:
    """The terms divided by what all numbers and scalars have in common, but for indices and the unknown."""
    common = Fraction(gcd(*[abs(t.number.numerator) for t in terms]), lcm(*[t.number.denominator for t in terms]))
    shared = [s for s in terms[0].scalars if not s.free and not holds(s) and all(s in t.scalars for t in terms)]
    found = []
    for t in terms:
        scalars = list(t.scalars)
        for s in dict.fromkeys(shared):
            scalars.remove(s)
        found.append(t._replace(number=t.number / common, scalars=tuple(scalars)))
    return found


def total(terms: Sequence[Expr], shape: tuple[object, object]) -> Expr:
    """The sum of some expressions of a shape."""
    return tidy(Sum.of(*terms)) if terms else zero(shape)  # type: ignore[arg-type]
