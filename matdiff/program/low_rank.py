"""Inverses and determinants of D + UCUᵀ by those of a smaller matrix, for a diagonal D and a U with few columns.

W = D⁻¹U and M = C⁻¹ + UᵀW:   S⁻¹ = D⁻¹ − WM⁻¹Wᵀ  (Woodbury),   S⁻¹U = WM⁻¹C⁻¹,   det S = det D det C det M

A product with such an inverse is multiplied from the end where it has few columns or few rows, so that nothing in it
has many of both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, SCALAR, Size
from matdiff.algebra.expr import Expr, Number, postorder
from matdiff.algebra.identities.transposes import flipped, transposed
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.entrywise import Log
from matdiff.algebra.operators.products import (
    Hadamard,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    entrywise_reciprocal,
    factors_of,
    quotient,
)
from matdiff.algebra.operators.square import Inverse, LogDeterminant, MatrixPower
from matdiff.algebra.operators.structure import DiagonalMatrix, value_of
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of
from matdiff.program.rewriting import part, power_of, turned_round
from matdiff.records import NamedTuple


class LowRank(NamedTuple):
    """Expressions that are computed by smaller matrices, where *few* is less than *many*; *formed* is one array."""

    few: Size
    many: Size
    answers: Mapping[str, Sequence[Expr]]
    formed: tuple[Expr, ...]


class Parts(NamedTuple):
    """D + UCUᵀ: D⁻¹, U, C⁻¹, and log det D + log det C."""

    inverse: Expr
    u: Expr
    core: Expr
    logdet: Expr

    @property
    def w(self) -> Expr:
        """D⁻¹U, which is one array."""
        if isinstance(self.inverse, DiagonalMatrix):
            return Hadamard(Product(self.inverse.operands[0], Transpose(Ones(self.u.cols))), self.u)
        return Product.of(self.inverse, self.u)

    @property
    def small(self) -> Expr:
        """C⁻¹ + UᵀD⁻¹U"""
        return Sum.of(self.core, Product.of(transposed(self.u), self.inverse, self.u))

    def solved(self, right: Expr) -> Expr:
        """S⁻¹ times what has few columns."""
        inside, own = factors_of(right), factors_of(self.u)
        if inside[: len(own)] == own:
            return Product.of(self.w, Inverse(self.small), self.core, *inside[len(own) :])
        thin = Product.of(self.w, Inverse(self.small), flipped(self.w), right)
        return Sum.of(Product.of(self.inverse, right), -thin)


def of_low_rank(answers: Mapping[str, Sequence[Expr]], sizes: Collection[str]) -> LowRank | None:
    """Expressions, by titles, with inverses and determinants of D + UCUᵀ by smaller ones; None where there are none."""
    smaller = Smaller(sizes)
    found = {title: tuple(map(smaller, exprs)) for title, exprs in answers.items()}
    used = [p for p in smaller.known.values() if p is not None]
    sizes_used = {(p.u.cols, p.u.rows) for p in used}
    return LowRank(*sizes_used.pop(), found, tuple([p.w for p in used])) if len(sizes_used) == 1 else None


class Smaller:
    """Rewrites expressions in which there are inverses and determinants of D + UCUᵀ."""

    def __init__(self, sizes: Collection[str]) -> None:
        self.signs = BothSigns(frozenset(sizes))
        self.known: dict[Expr, Parts | None] = {}
        self.done: dict[Expr, Expr] = {}

    def parts(self, e: Expr) -> Parts | None:
        """What a matrix consists of; None where it is another one."""
        e = value_of(e)
        if e not in self.known:
            self.known[e] = parts(e, self.signs)
        return self.known[e]

    def inverted(self, e: Expr) -> Parts | None:
        """What the matrix consists of of which an expression is the inverse, or a power of the inverse."""
        base, k = power_of(e)
        return self.parts(base) if k < 0 else None

    def __call__(self, e: Expr) -> Expr:
        """An equal expression where there are few columns."""
        for node in postorder(e, self.done.__contains__):
            if node not in self.done:
                self.done[node] = self.rewritten(node)
        return self.done[e]

    def rewritten(self, node: Expr) -> Expr:
        """A node whose operands are done."""
        match node:
            case LogDeterminant(operands=(a,)) if (found := self.parts(a)) is not None:
                return Sum.of(found.logdet, LogDeterminant(found.small))
            case Inverse() | MatrixPower() if self.inverted(node) is not None:
                return self.multiplied([node])
            case Product() if any(self.inverted(f) is not None for f in node.operands):
                apart = self.beside_inverse(node)
                return self.multiplied(node.operands) if apart is None else self(apart)
            case Product() if (apart := self.beside_few(node)) is not None:
                return self(apart)
        operands = tuple([self.done[o] for o in node.operands])
        return node if operands == node.operands else node.rebuild(operands)

    def beside_inverse(self, node: Product) -> Expr | None:
        """S⁻¹(S − A) = I − S⁻¹A, and the like with powers and on the other side."""
        for k, f in enumerate(node.operands):
            around = [power_of(g) for g in (*node.operands[k - 1 : k], *node.operands[k + 1 : k + 2])]
            bases = [base for base, power in around if power < 0 and self.parts(base) is not None]
            if isinstance(f, Sum) and any(coefficient(t)[1] in bases for t in f.operands):
                return self.over_terms(node, k)
        return None

    def over_terms(self, node: Product, k: int) -> Expr:
        """A product, multiplied out over the terms of its k-th factor."""
        before, after = node.operands[:k], node.operands[k + 1 :]
        return Sum.of(*[part(Product.of(*before, t, *after)) for t in node.operands[k].operands])

    def beside_few(self, node: Product) -> Expr | None:
        """(S⁻¹ + A)B = S⁻¹B + AB for a B with few columns."""
        for k, f in enumerate(node.operands):
            terms = f.operands if isinstance(f, Sum) else ()
            if len({node.rows, node.cols} | {g.cols for g in node.operands}) > 1 and any(map(self.has_inverse, terms)):
                return self.over_terms(node, k)
        return None

    def has_inverse(self, term: Expr) -> bool:
        """Whether there is the inverse of a matrix of low rank among the factors of a term."""
        rest = coefficient(term)[1]
        return rest is not None and any(self.inverted(f) is not None for f in factors_of(rest))

    def multiplied(self, given: Sequence[Expr]) -> Expr:
        """A product in which there are inverses of matrices of low rank."""
        factors: list[Expr] = []
        for f in given:
            base, k = power_of(f)
            factors += [self.done[f]] if self.inverted(f) is None else [Inverse(value_of(base))] * -k
        return self.apart(factors)

    def apart(self, factors: Sequence[Expr]) -> Expr:
        """The same of factors that are done but for inverses: a sum of products that have a place with few columns."""
        at = next((k for k, f in enumerate(factors) if self.inverted(f) is not None), None)
        found = None if at is None else self.inverted(factors[at])
        if at is None or found is None:
            return Product.of(*factors)
        lengths = [factors[0].rows, *[f.cols for f in factors]]
        thin = next((k for k, n in enumerate(lengths) if n is not found.u.rows), None)
        if thin is not None:
            return self.from_both_sides(factors[:thin], (), factors[thin:])
        left, right = factors[:at], factors[at + 1 :]
        rest = self.from_both_sides([*left, found.w], [Inverse(found.small)], [flipped(found.w), *right])
        return Sum.of(self.apart([*left, found.inverse, *right]), -rest)

    def from_both_sides(self, left: Sequence[Expr], middle: Sequence[Expr], right: Sequence[Expr]) -> Expr:
        """A product whose left side has few columns, and its right side few rows."""
        a, b = self.from_the_right(left), self.from_the_right(turned(right))
        return Product.of(*[f for f in (a, *middle, None if b is None else transposed(b)) if f is not None])

    def from_the_right(self, factors: Sequence[Expr]) -> Expr | None:
        """A product whose last factor has few columns."""
        done: Expr | None = None
        for f in reversed(factors):
            found = self.inverted(f)
            done = f if done is None else Product.of(f, done) if found is None else found.solved(done)
        return done


def turned(factors: Sequence[Expr]) -> list[Expr]:
    """The factors of the transpose of a product."""
    return [turned_round(f) for f in reversed(factors)]


# ---- what a matrix consists of -------------------------------------------------------------------------


def parts(e: Expr, signs: BothSigns) -> Parts | None:
    """What D + UCUᵀ consists of, for a D and a C that are known to be positive."""
    terms = e.operands if isinstance(e, Sum) else ()
    diagonal = [v for t in terms if (v := diagonal_of(t)) is not None]
    others = [t for t in terms if diagonal_of(t) is None]
    low = columns(others[0], signs) if diagonal and len(others) == 1 else None
    if low is None:
        return None
    is_scalar = all(v.shape == SCALAR for v in diagonal)
    d = Sum.of(*[v if is_scalar else column(v, e.rows) for v in diagonal])
    if not entries_of(signs, d).interval.is_positive:
        return None
    inverse, logdet = inverse_of_diagonal(d, e.rows), logdet_of_diagonal(d, e.rows)
    return low._replace(inverse=inverse, logdet=Sum.of(logdet, low.logdet))


def diagonal_of(e: Expr) -> Expr | None:
    """c of cI, and v of diag(v)."""
    match e:
        case Identity():
            return Number(1)
        case DiagonalMatrix(operands=(v,)):
            return v
        case Scale(operands=(c, Identity())):
            return c
        case Scale(operands=(c, DiagonalMatrix(operands=(v,)))):
            return Scale.of(c, v)
    return None


def column(v: Expr, rows: Size) -> Expr:
    """The diagonal of vI, or of diag(v), as a vector."""
    return Scale.of(v, Ones(rows)) if v.shape == SCALAR else v


def inverse_of_diagonal(v: Expr, rows: Size) -> Expr:
    """(vI)⁻¹, or diag(v)⁻¹."""
    over = entrywise_reciprocal(v) if v.number != 1 else v
    if v.shape == SCALAR:
        return over if rows is ONE else Scale.of(over, Identity(rows))
    return DiagonalMatrix(over)


def logdet_of_diagonal(v: Expr, rows: Size) -> Expr:
    """log det(vI), or log det diag(v)."""
    if v.shape == SCALAR:
        return Number(0) if v.number == 1 else Scale.of(count(rows), Log(v))
    return SumOfEntries(Log(v))


def columns(e: Expr, signs: BothSigns) -> Parts | None:
    """U and C of cUCUᵀ, beside D = I."""
    c, rest = e.operands if isinstance(e, Scale) else (Number(1), e)
    factors = factors_of(rest)
    half = len(factors) // 2
    if not half or list(factors[len(factors) - half :]) != turned(factors[:half]):
        return None
    u, middle = Product.of(*factors[:half]), factors[half : len(factors) - half]
    core = inverse_and_logdet(middle[0] if middle else None, u.cols, signs)
    if u.rows is u.cols or core is None or not entries_of(signs, c).interval.is_positive:
        return None
    inverse, logdet = core
    return Parts(Identity(u.rows), u, quotient(inverse, c), Sum.of(logdet, logdet_of_diagonal(c, u.cols)))


def inverse_and_logdet(c: Expr | None, rows: Size, signs: BothSigns) -> tuple[Expr, Expr] | None:
    """C⁻¹ and log det C for a positive definite C, which is I where there is none."""
    v = Number(1) if c is None else diagonal_of(c)
    if v is not None:
        is_positive = entries_of(signs, v).interval.is_positive
        return (inverse_of_diagonal(v, rows), logdet_of_diagonal(v, rows)) if is_positive else None
    claim = None if c is None else signs.spectrum(c)
    if c is None or claim is None or not claim.interval.is_positive:
        return None
    if isinstance(c, Inverse):
        return c.operands[0], -LogDeterminant(c.operands[0])
    return Inverse(c), LogDeterminant(c)
