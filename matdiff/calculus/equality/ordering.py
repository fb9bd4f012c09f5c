"""What the normal form compares by: an order of all expressions, the transpose of a settled expression,
and the least form of a scalar such as Tr(ABC), xᵀAy or sum(x ⊙ y ⊙ z).

Such a scalar is a cyclic *word* of factors: Tr(ABC) = Tr(BCA) = Tr(CᵀBᵀAᵀ), and xᵀAy is the word x, A, y cut
where a size is 1.  A word with an entrywise product in it is a sum of entries, Tr((A ⊙ B)C) = sum(A ⊙ B ⊙ Cᵀ), and
back; so the forms of one scalar make a small orbit, of which the least is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from matdiff.algebra.constants import Constant, Identity, Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import UNIT, Expr, Index, Number, Operator, Symbol, fact
from matdiff.algebra.identities.transposes import is_symmetric_leaf
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    factors_of,
    multiple,
    scalars_of,
)
from matdiff.algebra.operators.square import Inverse, MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries
from matdiff.algebra.walks import remade

HEAVIEST = 99_999
LONGEST_WORD = 40
LARGEST_ORBIT = 40
MOST_COPIES = 8
Word = tuple[Expr, ...]
Signed = tuple[Fraction, Expr]

# ---- an order -------------------------------------------------------------------------------------------


def order(e: Expr) -> str:
    """Where an expression stands among all others: short ones first, then by name; the same in every run."""
    return f"{weight(e):05}{fact('name in order', e, _name)}"


def weight(e: Expr) -> int:
    """How many nodes an expression has, written out."""
    return fact("weight in order", e, lambda node, below: min(HEAVIEST, 1 + sum(below)))


def _name(e: Expr, below: list[str]) -> str:
    if isinstance(e, Symbol):
        return f"{e.name} {e.shape} {sorted(e.properties)} {e.ranges}"
    if isinstance(e, (Number, Index, Constant)):
        return f"{type(e).__name__} {[str(d) for d in e.data]}"
    data = [f"{d.name} {d.last}" if isinstance(d, Index) else repr(d) for d in e.data]
    from hashlib import blake2b  # only for the expression at hand

    return "~" + type(e).__name__ + blake2b(repr((data, below)).encode(), digest_size=16).hexdigest()


def ordered_sum(terms: Iterable[Expr]) -> Expr:
    """A sum with its terms in order."""
    return Sum.of(*sorted(terms, key=lambda t: order(coefficient(t)[1] or t)))


def ordered_product(factors: Iterable[Expr]) -> Expr:
    """An entrywise product with its factors in order, equal ones as a power."""
    copies: dict[Expr, int] = {}
    for whole in factors:
        for factor in scalars_of(whole):
            base, k = copies_of(factor)
            copies[base] = copies.get(base, 0) + k
    parts = [b if k == 1 else Power(b, Number(k)) for b, k in copies.items()]
    return Hadamard.of(*sorted(parts, key=order))


def copies_of(e: Expr) -> tuple[Expr, int]:
    """A, k for A.^k with a small whole k, else A, 1."""
    if isinstance(e, Power) and (k := e.operands[1].number) is not None and k.denominator == 1 and 1 < k <= MOST_COPIES:
        return e.operands[0], int(k)
    return e, 1


# ---- the transpose --------------------------------------------------------------------------------------


def flip(e: Expr) -> Signed:
    """A sign and eᵀ up to that sign, with transposes at the leaves."""
    return fact("flip", e, _flip)


def _flip(e: Expr, below: list[Signed]) -> Signed:
    if e.is_scalar or isinstance(e, (Identity, DiagonalMatrix)) or is_symmetric_leaf(e):
        return UNIT, e
    if isinstance(e, Symbol) and "skew" in e.properties:
        return -UNIT, e
    if isinstance(e, Zeros) or (isinstance(e, Ones) and ONE not in e.shape):
        return UNIT, type(e)(e.cols, e.rows)
    if isinstance(e, Transpose):
        return UNIT, e.operands[0]
    flipped = [multiple(s, f) for s, f in below]
    sign = UNIT
    for s, _ in below:
        sign *= s
    if isinstance(e, Product):
        return sign, Product.of(*[f for _, f in reversed(below)])
    if isinstance(e, Hadamard):
        return sign, ordered_product(f for _, f in below)
    if isinstance(e, (Scale, Inverse, Kronecker, IndexedSum)):
        return sign, e.rebuild(tuple(f for _, f in below))
    if isinstance(e, Sum):
        return UNIT, ordered_sum(flipped)
    if isinstance(e, (Entrywise, Power, Unspecified, MatrixPower)) or (isinstance(e, Operator) and e.mirrors):
        return UNIT, e.rebuild(tuple(flipped))
    return UNIT, Transpose(e)


def transposed(e: Expr) -> Expr:
    """eᵀ with transposes at the leaves."""
    return multiple(*flip(e))


# ---- words ----------------------------------------------------------------------------------------------


def word_of(e: Expr) -> Word | None:
    """The cyclic word of a trace, a product that is a scalar, or a sum of entries."""
    match e:
        case Trace(operands=(a,)) if not isinstance(a, Hadamard):
            return factors_of(a)
        case Product() if e.is_scalar:
            return e.operands
        case SumOfEntries(operands=(a,)) if not isinstance(a, Hadamard) and copies_of(a)[1] == 1:
            left = () if a.rows is ONE else (Transpose(Ones(a.rows)),)
            right = () if a.cols is ONE else (Ones(a.cols),)
            return (*left, *factors_of(a), *right)
        case _:
            return None


def rotations(word: Word) -> list[Word]:
    """The word from each of its letters on; of a word with cuts, from each of the cuts on."""
    cuts = [k for k, f in enumerate(word) if f.rows is ONE]
    return [(*word[k:], *word[:k]) for k in cuts or range(len(word))]


def flipped_word(word: Word) -> tuple[Fraction, Word]:
    """The transposed word, up to a sign."""
    sign, turned = UNIT, list[Expr]()
    for letter in reversed(word):
        s, f = flip(letter)
        sign *= s
        turned.extend(factors_of(f))
    return sign, tuple(turned)


def least_word(word: Word) -> Signed:
    """A sign and the first of all forms of a word; 0 where the word is minus itself."""
    if len(word) > LONGEST_WORD:
        return UNIT, scalar_of(word)
    sign, turned = flipped_word(word)
    straight = min(rotations(word), key=in_order)
    flipped = min(rotations(turned), key=in_order)
    if straight == flipped and sign != 1:
        return Fraction(0), scalar_of(straight)
    return (UNIT, scalar_of(straight)) if in_order(straight) <= in_order(flipped) else (sign, scalar_of(flipped))


def in_order(word: Word) -> list[str]:
    """Where a word stands among others."""
    return [order(f) for f in word]


def scalar_of(word: Word) -> Expr:
    """A word as an expression: 1ᵀ1 and Tr(I) are sizes."""
    if len(word) == 1 and isinstance(word[0], Identity):
        return count(word[0].rows)
    if len(word) == 2 and isinstance(word[1], Ones) and word[0] is Transpose(word[1]):
        return count(word[1].rows)
    whole = Product.of(*word)
    return whole if whole.is_scalar else Trace(whole)


# ---- sums of entries --------------------------------------------------------------------------------------


def entries_of(e: Expr) -> list[Expr] | None:
    """The matrices whose entrywise product is summed, each as often as it stands there."""
    match e:
        case SumOfEntries(operands=(a,)):
            found = [b for f in scalars_of(a) for b in spread(f)]
        case Trace(operands=(Hadamard(operands=f),)):
            outer = [pair for g in f if (pair := outer_factors(g)) is not None]
            rest = [b for g in f if outer_factors(g) is None for b in spread(g)]
            found = [*(x for pair in outer for x in pair), *map(DiagonalVector, rest)]
        case _:
            return None
    return found if len(found) > 1 else None


def spread(e: Expr) -> list[Expr]:
    """A.^k as k times A."""
    base, k = copies_of(e)
    return [base] * k


def sum_of_entries(entries: list[Expr]) -> Signed:
    """A sign and the sum of the entries of a product, of columns rather than rows, else of the lesser of A and Aᵀ."""
    sign = UNIT
    turned = []
    for k, f in map(flip, entries):
        sign *= k
        turned.append(f)
    straight, flipped = ordered_product(entries), ordered_product(turned)
    if straight.cols is ONE or (straight.rows is not ONE and order(straight) <= order(flipped)):
        return UNIT, SumOfEntries(straight)
    return sign, SumOfEntries(flipped)


def forms_of_entries(entries: list[Expr]) -> Iterator[Signed]:
    """sum(A ⊙ B ⊙ C) = Tr((A ⊙ B)ᵀC), sum(xyᵀ ⊙ B ⊙ C) = xᵀ(B ⊙ C)y, sum(x ⊙ diag(A)) = xᵀdiag(A)."""
    for k, chosen in enumerate(entries):
        others = entries[:k] + entries[k + 1 :]
        outer = outer_factors(chosen)
        if outer is not None:
            x, y = outer
            yield least_word((*factors_of(transposed(x)), ordered_product(others), *factors_of(y)))
        else:
            yield least_word((*factors_of(transposed(ordered_product(others))), *factors_of(chosen)))


def outer_factors(e: Expr) -> tuple[Expr, Expr] | None:
    """x and y of xyᵀ, where neither is a scalar."""
    f = factors_of(e)
    if ONE in e.shape:
        return None
    cut = next((k for k in range(1, len(f)) if f[k].rows is ONE), None)
    return None if cut is None else (Product.of(*f[:cut]), transposed(Product.of(*f[cut:])))


def forms_of_diagonals(word: Word) -> Iterator[Signed]:
    """The forms of a word with diagonal matrices: Tr(diag(x)A) = xᵀdiag(A), Tr(diag(x)A diag(y)B) = xᵀ(A ⊙ Bᵀ)y."""
    places = [k for k, f in enumerate(word) if isinstance(f, DiagonalMatrix)]
    cut = any(f.rows is ONE for f in word)
    for k in places:
        x = word[k].operands[0]
        rest = (*word[k + 1 :], *word[:k])
        second = next((j for j, f in enumerate(rest) if isinstance(f, DiagonalMatrix)), None)
        if not rest:
            yield least_word((Transpose(Ones(x.rows)), *factors_of(x)))
        elif cut:
            middle = next(j for j, f in enumerate(rest) if f.rows is ONE)
            yield sum_of_entries([x, Product.of(*rest[:middle]), transposed(Product.of(*rest[middle:]))])
        elif second is not None and len(places) == 2 and 0 < second < len(rest) - 1:
            between, after = Product.of(*rest[:second]), transposed(Product.of(*rest[second + 1 :]))
            y = rest[second].operands[0]
            yield least_word((*factors_of(transposed(x)), ordered_product((between, after)), *factors_of(y)))
        else:
            sign, turned = flip(Product.of(*rest))
            least, chosen = min((Product.of(*rest), UNIT), (turned, sign), key=lambda form: order(form[0]))
            yield chosen, Product.of(*factors_of(transposed(x)), DiagonalVector(least))


def word_with_diagonal(word: Word) -> Word | None:
    """xᵀdiag(A) as the word diag(x), A."""
    for k, letter in enumerate(word):
        base = letter.operands[0] if isinstance(letter, Transpose) else letter
        if isinstance(base, DiagonalVector) and len(word) > 1:
            rest = Product.of(*word[k + 1 :], *word[:k])
            x = rest if isinstance(letter, Transpose) else transposed(rest)
            return (DiagonalMatrix(x), *factors_of(base.operands[0]))
    return None


def entries_of_word(word: Word) -> Iterator[list[Expr]]:
    """Tr((A ⊙ B)C) = sum(A ⊙ B ⊙ Cᵀ), at every entrywise product of the word."""
    for k, letter in enumerate(word):
        inside = [b for f in scalars_of(letter) for b in spread(f)]
        rest = (*word[k + 1 :], *word[:k])
        if len(inside) > 1 and rest:
            yield [*inside, transposed(Product.of(*rest))]


# ---- the orbit ----------------------------------------------------------------------------------------------


def least_scalar(e: Expr) -> Expr | None:
    """The first of the forms of a trace, product or sum of entries that is a scalar; None where it is that itself."""
    orbit: dict[Expr, Fraction] = {}
    waiting = [(UNIT, e)]
    while waiting and len(orbit) < LARGEST_ORBIT:
        sign, form = waiting.pop()
        for change, other in _neighbours(form):
            if change == 0 or orbit.get(other, sign * change) != sign * change:
                return Number(0)
            if other not in orbit:
                orbit[other] = sign * change
                waiting.append((sign * change, other))
    settled = [form for form in orbit if not any(isinstance(f, DiagonalMatrix) for f in word_of(form) or ())]
    best = min(settled, key=_rank, default=e)
    return multiple(orbit[best], best) if best is not e else None


def _rank(e: Expr) -> tuple[bool, int, list[str]]:
    """Words before sums of entries, short ones first."""
    word = word_of(e)
    return isinstance(e, SumOfEntries), weight(e), in_order(word) if word is not None else [order(e)]


def _neighbours(e: Expr) -> Iterator[Signed]:
    word, entries = word_of(e), entries_of(e)
    if word is not None:
        if any(isinstance(f, DiagonalMatrix) for f in word):
            yield from forms_of_diagonals(word)
        else:
            yield least_word(word)
        if (opened := word_with_diagonal(word)) is not None:
            yield from forms_of_diagonals(opened)
        for found in entries_of_word(word):
            yield sum_of_entries(found)
    if entries is not None:
        yield sum_of_entries(entries)
        yield from forms_of_entries(entries)


def resettled(e: Expr) -> Expr:
    """A settled expression whose indices have been renamed: what commutes is put in order again."""

    def settled(node: Expr, form: Expr) -> Expr:
        if isinstance(form, Sum):
            return ordered_sum(form.operands)
        if isinstance(form, Hadamard):
            return Hadamard.of(*sorted(form.operands, key=place_in_product))
        return (form.is_scalar and isinstance(form, (Product, Trace, SumOfEntries)) and least_scalar(form)) or form

    return remade(e, settled)


def place_in_product(e: Expr) -> str:
    """Numbers stand first in an entrywise product."""
    return "" if e.number is not None else order(e)
