"""Sums, products and powers in standard form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import count, product
from math import prod

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import UNIT, Expr, Index, Number
from matdiff.algebra.identities.cancelling import in_a_chain
from matdiff.algebra.matching.rules import (
    ENTRYWISE,
    EQUAL_BASES,
    KNOWN_SUMS,
    LIKE_TERMS,
    MOST_TERMS,
    MULTIPLYING_OUT,
    OF_FACTORS,
    OF_MATRICES,
    OF_MULTIPLES,
    OF_POWERS,
    OF_PRODUCTS,
    OF_SCALARS,
    POWERS_OF_SUMS,
    STACKS,
    SUMS,
    TERM_BY_TERM,
    Term,
    is_all_ones,
    term,
)
from matdiff.algebra.operators.entrywise import exact_root
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, coefficient, multiple, zero
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import IndexedSum, substitute_index
from matdiff.algebra.operators.symbolic_powers import SymbolicPower, matrix_base

Forms = tuple[Expr, Expr]  # of e and of eᵀ
HALF = Fraction(1, 2)
SHORT_POWERS = (2, 3, 4)
SHORT_STEPS = (*range(-8, 0), *range(1, 9))  # of an exponent


class Arithmetic(ABC):
    """The rules about sums, products and powers: *without* one of them, or with some *beyond* those unspoken ones."""

    def __init__(self, *without: str, beyond: frozenset[str] = frozenset()) -> None:
        self.without = frozenset(without)
        self.beyond = beyond
        self.collects = LIKE_TERMS in beyond
        self.multiplies_out = beyond & MULTIPLYING_OUT
        self.distributes = OF_MULTIPLES in beyond
        self.opens_sums = (TERM_BY_TERM in beyond and STACKS not in beyond) or SUMS in beyond
        self.opens_powers = POWERS_OF_SUMS in beyond
        self.knows_sums = KNOWN_SUMS in beyond
        self.known: dict[Expr, Forms] = {}
        self.names = count()  # of indices for the moment
        self.ranks: dict[Expr, int] = {}

    def rank(self, e: Expr) -> int:
        """The place of an expression in an order that is as good as any."""
        return self.ranks.setdefault(e, len(self.ranks))

    def has(self, rule: str) -> bool:
        return rule not in self.without

    @abstractmethod
    def of(self, e: Expr) -> Expr:
        """The standard form of any expression."""

    @abstractmethod
    def indexed(self, index: Index, body: Expr) -> Expr:
        """A sum over an index."""

    @abstractmethod
    def flipped(self, e: Expr) -> Expr:
        """That of its transpose."""

    def sum_of(self, terms: Sequence[Expr]) -> Expr:
        """A sum, with the numbers in it as one."""
        terms = [t for term in terms for t in (term.operands if isinstance(term, Sum) else (term,))]
        if terms[0].is_scalar and self.has("numbers in a sum"):
            numbers = [t.number for t in terms if t.number is not None]
            number = sum(numbers, Fraction(0))
            kept = number != 0 or (bool(numbers) and not self.has("zero"))
            terms = [t for t in terms if t.number is None] + [Number(number)] * kept
        if self.has("zero"):
            left = [t for t in terms if not isinstance(t, Zeros) and t.number != 0]
            terms = left or terms[:1] or [Number(0)]
        if self.collects:
            terms = self._like_terms(terms)
        return Sum.of(*(sorted(terms, key=self.rank) if self.has("order of terms") else terms))

    def _like_terms(self, terms: Sequence[Expr]) -> list[Expr]:
        shape = terms[0].shape
        numbers: dict[Expr | None, Fraction] = {}
        for t in terms:
            number, body = coefficient(t)
            body = None if body is None else self._sorted(body)
            numbers[body] = numbers.get(body, Fraction(0)) + number
        return [multiple(k, body) for body, k in numbers.items() if k] or [zero(shape)]

    def _sorted(self, e: Expr) -> Expr:
        """A product that has lost its number, in order again."""
        t = term(e)
        return self._joined(t.number, list(t.scalars), t.core)

    def product_of(self, e: Expr, scalars: Iterable[Expr], factors: Sequence[Expr]) -> Expr:
        """number × scalars × a product of matrices."""
        parts = [term(s) for s in scalars]
        chain: list[Expr] = []
        for f in factors:
            moves = self.has("inner products in front") or not (f.is_scalar and isinstance(f, Product))
            moves = moves and (self.has("scalars in front") or isinstance(e, Scale))
            part = term(f) if moves else Term(UNIT, (), f)
            parts.append(part._replace(core=None))
            if part.core is not None:
                chain.extend(part.core.operands if isinstance(part.core, Product) else (part.core,))
        number = UNIT
        for p in parts:
            number = number if p.number is UNIT else number * p.number
        found = [s for p in parts for s in p.scalars]
        if EQUAL_BASES in self.beyond:
            number, found = self._joined_powers(number, found)
        if OF_MATRICES in self.beyond:
            chain = self._joined_chain(chain)
        if self.has("zero") and (number == 0 or any(isinstance(f, Zeros) for f in chain)):
            return zero((chain[0].rows, chain[-1].cols) if chain else SCALAR)
        if sums := self._sums(found, chain, OF_PRODUCTS):
            opened = self._opened(
                [*found, *chain],
                sums,
                lambda fs: self.product_of(e, [f for f in fs if f.is_scalar], [f for f in fs if not f.is_scalar]),
            )
            if opened is not None:
                return self._times(number, opened)
        if self.opens_sums and self.multiplies_out and (whole := self._out_of_sum(e, found, chain)) is not None:
            return self._times(number, self.indexed(*whole))
        if self.knows_sums and (known := known_in(chain)) is not None:
            return self._times(number, self.of(Product.of(*found, known)))
        if self.has("identity") and len(chain) > 1:
            chain = [f for f in chain if not isinstance(f, Identity)] or chain[:1]
        if self.has("inner products in front"):
            inner, chain = self._inner_products(chain)
            found += inner
        return self._joined(number, found, Product.of(*chain) if chain else None)

    def summand(self, e: Expr) -> tuple[Index, Expr] | None:
        """Of a sum over an index among the factors the index, and the product with what is summed in its place."""
        t = term(e)
        chain = () if t.core is None else t.core.operands if isinstance(t.core, Product) else (t.core,)
        opened = self._out_of_sum(e, t.scalars, chain)
        return opened and (opened[0], self._times(t.number, opened[1]))

    def _out_of_sum(self, e: Expr, scalars: Sequence[Expr], chain: Sequence[Expr]) -> tuple[Index, Expr] | None:
        factors = [*scalars, *chain]
        k = next((k for k, f in enumerate(factors) if isinstance(f, IndexedSum)), None)
        if k is None:
            return None
        index = factors[k].data[0]
        own = Index(f"·{next(self.names)}", index.last)
        factors[k] = substitute_index(factors[k].operands[0], index, own)
        return own, self.product_of(e, factors[: len(scalars)], factors[len(scalars) :])

    def _times(self, number: Fraction, e: Expr) -> Expr:
        if isinstance(e, Zeros) and self.has("zero"):
            return e
        k, rest = coefficient(e)
        whole = None if rest is None else self._sorted(rest)
        if self.distributes and isinstance(whole, Sum):
            return self.sum_of([self._times(number * k, t) for t in whole.operands])
        return multiple(number * k, whole)

    def _sums(self, scalars: Sequence[Expr], factors: Sequence[Expr], joined: str) -> list[Expr]:
        """The factors that are multiplied out, of matrices that are *joined* somehow and scalars in front of them."""
        if not self.multiplies_out:
            return []
        within = joined if len(factors) > 1 else OF_MULTIPLES
        opens = OF_SCALARS in self.beyond or not (factors or self.beyond.isdisjoint((OF_MULTIPLES, ENTRYWISE)))
        return [
            f for f in (*(scalars if opens else ()), *(factors if within in self.beyond else ())) if isinstance(f, Sum)
        ]

    def _opened(
        self, factors: Sequence[Expr], sums: Sequence[Expr], again: Callable[[Sequence[Expr]], Expr]
    ) -> Expr | None:
        """The sum of the products of one term from each of the sums; first of those in which there are reciprocals, so
        that these cancel."""
        first = [f for f in sums if any(map(has_reciprocal, f.operands))]
        terms = [f.operands if f in (first or sums) else (f,) for f in factors]
        number = prod(map(len, terms))
        return self.sum_of([again(chosen) for chosen in product(*terms)]) if 1 < number <= MOST_TERMS else None

    def _joined_powers(self, number: Fraction, factors: Sequence[Expr]) -> tuple[Fraction, list[Expr]]:
        """aⁱaʲ as aⁱ⁺ʲ."""
        exponents: dict[Expr, list[Expr]] = {}
        for f in factors:
            base, exponent = (f.operands[0], f.operands[1]) if isinstance(f, Power) else (f, Number(1))
            if base.number and exponent.number is not None and base.number < 1:
                base, exponent = Number(1 / base.number), Number(-exponent.number)  # √½ as 1/√2
            exponents.setdefault(base, []).append(exponent)
        joined = [coefficient(self._power(base, self.sum_of(own))) for base, own in exponents.items()]
        number *= prod(k for k, _ in joined)
        return number, [f for _, f in joined if f is not None and not isinstance(f, Ones)]

    def _joined_chain(self, chain: Sequence[Expr]) -> list[Expr]:
        """AⁱAʲ as Aⁱ⁺ʲ, for neighbours."""
        done: list[Expr] = []
        for f in chain:
            done.append(f)
            while len(done) > 1:
                (a, i), (b, j) = matrix_base(done[-2]), matrix_base(done[-1])
                if a is not b or a.rows is not a.cols:
                    break
                done[-2:] = [SymbolicPower.of(a, self.sum_of((i, j)))]
        return done

    def _joined(self, number: Fraction, scalars: list[Expr], core: Expr | None) -> Expr:
        if core is not None and core.is_scalar:
            scalars, core = [*scalars, core], None
        scalars = sorted(scalars, key=self.rank) if self.has("order of factors") else scalars
        whole = scalars[0] if core is None and len(scalars) == 1 else None if scalars else core
        if self.distributes and isinstance(whole, Sum):
            return self.sum_of([self._times(number, t) for t in whole.operands])
        is_one = number is UNIT or number == 1
        head: list[Expr] = [] if is_one and (core is not None or scalars) else [Number(number)]
        whole = Hadamard.of(*head, *scalars) if head or scalars else None
        if core is None or whole is None:
            return core if whole is None and core is not None else whole or Number(number)
        return Scale.make((whole, core))

    def _inner_products(self, chain: list[Expr]) -> tuple[list[Expr], list[Expr]]:
        """Takes the rows times columns out of a product: x(yᵀz) is (yᵀz)x."""
        inner: list[Expr] = []
        kept: list[Expr] = []
        start = None
        for f in chain:
            if f.rows is ONE:
                start = len(kept)
            kept.append(f)
            if f.cols is ONE and start is not None and kept[start].rows is ONE:
                inner.append(self._scalar(kept[start:]))
                del kept[start:]
                start = None
        return inner, kept

    def _scalar(self, chain: Sequence[Expr]) -> Expr:
        """An inner product, which is its own transpose."""
        straight = Product.of(*chain)
        for k, f in enumerate(chain):
            if isinstance(f, IndexedSum) and self.has("constants in front of an indexed sum"):
                return self.of(IndexedSum(Product.of(*chain[:k], f.operands[0], *chain[k + 1 :]), f.index))
        if not self.has("transpose of a scalar"):
            return straight
        return min(straight, Product.of(*[self.flipped(f) for f in reversed(chain)]), key=self.rank)

    def entrywise_of(self, e: Expr, factors: Sequence[Expr]) -> Expr:
        """number × scalars × an entrywise product of matrices."""
        number, scalars, matrices = UNIT, list[Expr](), list[Expr]()
        for f in factors:
            part = term(f) if self.has("scalars in front") else Term(UNIT, (), f)
            number = number if part.number is UNIT else number * part.number
            scalars += part.scalars
            if part.core is not None:
                matrices.extend(part.core.operands if isinstance(part.core, Hadamard) else (part.core,))
        if self.has("zero") and any(isinstance(m, Zeros) for m in matrices):
            return zero(matrices[0].shape)
        shape = matrices[0].shape if matrices else SCALAR
        if EQUAL_BASES in self.beyond:
            number, matrices = self._joined_powers(number, matrices)
            number, scalars = self._joined_powers(number, scalars)
            matrices = matrices or [Ones(*shape)]
        if sums := self._sums(scalars, matrices, ENTRYWISE):
            opened = self._opened([*scalars, *matrices], sums, lambda fs: self._entrywise_term(e, fs))
            if opened is not None:
                return self._times(number, opened)
        beside_diagonal = any(isinstance(m, (Identity, DiagonalMatrix)) for m in matrices)
        if beside_diagonal and self.has("transpose beside the identity"):
            matrices = [min(m, self.flipped(m), key=self.rank) for m in matrices]
        if self.has("ones"):
            matrices = [m for m in matrices if not is_all_ones(m)] or matrices[:1]
        matrices = sorted(matrices, key=self.rank) if self.has("order of factors") else matrices
        return self._joined(number, scalars, Hadamard.of(*matrices))

    def _entrywise_term(self, e: Expr, factors: Sequence[Expr]) -> Expr:
        whole = self.entrywise_of(e, [f for f in factors if not f.is_scalar])
        return self.product_of(e, [f for f in factors if f.is_scalar], (whole,))

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if EQUAL_BASES in self.beyond and isinstance(exponent, Sum):
            exponent = Sum.of(*self._like_terms(exponent.operands))
            steps = next((t.number for t in exponent.operands if t.number in SHORT_STEPS), None)
            if base.number and steps:  # 2ˢ⁺¹ as 2·2ˢ, whose 2 is a number in front
                return self._times(base.number ** int(steps), self._power(base, Sum.of(exponent, Number(-steps))))
        if exponent.number == 1:
            return base
        if exponent.number == 0:
            return Ones(*base.shape) if not base.is_scalar else Number(1)
        if is_all_ones(base) and self.has("ones"):
            return base
        if exponent.number == -1 and isinstance(base, Power) and (below := base.operands[0].number):
            return self._power(Number(1 / below), base.operands[1])
        if exponent.number == HALF and base.number not in (None, 1) and (root := exact_root(base.number)) is not None:
            return root
        if (half := half_of_root(base, exponent)) is not None and self.has("root as a power"):
            return Power(base.operands[0], Number(half))  # 1/√a, as a^(−½) is read
        if OF_POWERS in self.beyond and isinstance(base, Power):
            return self._power(base.operands[0], self._times_exponents(base.operands[1], exponent))
        if OF_FACTORS in self.beyond:
            if isinstance(base, Hadamard):
                return self._of_factors(base, [self._power(f, exponent) for f in base.operands])
            if isinstance(base, Scale):
                return self.product_of(
                    base, [self._power(base.operands[0], exponent)], (self._power(base.operands[1], exponent),)
                )
        k = exponent.number if self.opens_powers and isinstance(base, Sum) else None
        if k is not None and k.denominator == 1 and 1 < k <= MOST_TERMS:
            factors = [base] * int(k)
            if (opened := self._opened(factors, factors, lambda fs: self._of_factors(base, fs))) is not None:
                return opened
        return Power.of(base, exponent)

    def _of_factors(self, e: Expr, factors: Sequence[Expr]) -> Expr:
        return self.product_of(e, factors, ()) if e.is_scalar else self.entrywise_of(e, factors)

    def _times_exponents(self, i: Expr, j: Expr) -> Expr:
        terms = j.operands if isinstance(j, Sum) and i.number is not None else (j,)
        return self.sum_of([self.product_of(i, (i, t), ()) for t in terms])


def known_in(chain: Sequence[Expr]) -> Expr | None:
    """What a product of matrices is by known sums and projections, A² in it as AA; None where nothing is known."""
    powers = [(f, *matrix_base(f)) for f in chain]
    factors = [o for f, a, k in powers for o in ([a] * int(k.number) if k.number in SHORT_POWERS else [f])]
    known = in_a_chain(factors, True)
    return known if factors and known is not Product.of(*factors) else None


def has_reciprocal(e: Expr) -> bool:
    """Whether a term has a factor to a negative power."""
    t = term(e)
    factors = [*t.scalars, *(t.core.operands if isinstance(t.core, Hadamard) else () if t.core is None else (t.core,))]
    numbers = [f.operands[1].number for f in factors if isinstance(f, Power)]
    return any(n is not None and n < 0 for n in numbers)


def half_of_root(base: Expr, exponent: Expr) -> Fraction | None:
    """Half of an odd exponent of a square root."""
    is_root = isinstance(base, Power) and base.operands[1].number == HALF
    k = exponent.number
    return k / 2 if is_root and k is not None and k % 2 == 1 else None
