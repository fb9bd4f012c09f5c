"""Symbolic sizes: what goes in is a number or a name, what comes out is a canonical polynomial.

A size such as ``n``, ``3``, ``n*p`` or ``n + 1`` is a polynomial in size names whose values are whole; its
coefficients need not be: n(n + 1)/2.  Sizes are interned, so two equal sizes are one object and are compared
with ``is``.  A shape is a pair of sizes; a vector is a matrix with one column, a scalar one with one entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from math import lcm
from operator import is_, mul
from typing import ClassVar

Monomial = tuple[str, ...]
Coefficient = int | Fraction  # an int where it is whole


class Size:
    """A polynomial in size names, in canonical form.

    >>> size("n") * size("p") + size(1)
    n*p + 1
    >>> size("n") + size("p") is size("p") + size("n")
    True
    """

    __slots__ = ("_text", "name", "terms")
    terms: tuple[tuple[Monomial, Coefficient], ...]
    name: str | None  # when the size is nothing but a name
    _table: ClassVar[dict[tuple[tuple[Monomial, Coefficient], ...], Size]] = {}

    def __new__(cls, terms: tuple[tuple[Monomial, Coefficient], ...]) -> Size:
        known = cls._table.get(terms)
        if known is None:
            known = cls._table[terms] = object.__new__(cls)
            known.terms = terms
            is_name = len(terms) == 1 and terms[0][1] == 1 and len(terms[0][0]) == 1
            known.name = terms[0][0][0] if is_name else None
        return known

    @staticmethod
    def _collect(pairs: list[tuple[Monomial, Coefficient]]) -> Size:
        total: dict[Monomial, Coefficient] = {}
        for monomial, coefficient in pairs:
            total[monomial] = total.get(monomial, 0) + coefficient
        return Size(tuple(sorted((m, int(c) if c.denominator == 1 else c) for m, c in total.items() if c)))

    def __add__(self, other: Size) -> Size:
        return Size._collect([*self.terms, *other.terms])

    def __sub__(self, other: Size) -> Size:
        return Size._collect([*self.terms, *((m, -c) for m, c in other.terms)])

    def __mul__(self, other: Size) -> Size:
        if self is ONE:
            return other
        if other is ONE:
            return self
        pairs = [(tuple(sorted(m + k)), c * d) for m, c in self.terms for k, d in other.terms]
        return Size._collect(pairs)

    def over(self, divisor: int) -> Size:
        """The polynomial divided by a number; whether its values are whole is another question."""
        return Size._collect([(m, Fraction(c) / divisor) for m, c in self.terms])

    @property
    def denominator(self) -> int:
        """The least number whose multiple of the polynomial has whole coefficients."""
        return lcm(*[c.denominator for _, c in self.terms])

    @property
    def is_whole(self) -> bool:
        """Whether all values are whole: then they are for the remainders modulo the denominator."""
        modulus = self.denominator
        if modulus == 1:
            return True
        names = sorted(self.names())
        if modulus ** len(names) > MOST_REMAINDERS:
            return False  # a refusal, not a proof
        places = product(range(modulus), repeat=len(names))
        return all(self._at(dict(zip(names, at, strict=True))).denominator == 1 for at in places)

    def names(self) -> set[str]:
        """The size names that occur."""
        return {name for monomial, _ in self.terms for name in monomial}

    def substitute(self, lookup: Callable[[str], Size]) -> Size:
        """Replaces every name by the size that *lookup* gives for it."""
        total = Size(())
        for monomial, coefficient in self.terms:
            factor = Size((((), coefficient),))
            for name in monomial:
                factor = factor * lookup(name)
            total = total + factor
        return total

    def value(self, numbers: Mapping[str, int]) -> int:
        """The size as a number, given numbers for its names."""
        return int(self._at(numbers))

    def _at(self, numbers: Mapping[str, int]) -> Coefficient:
        total: Coefficient = 0
        for monomial, coefficient in self.terms:
            for name in monomial:
                coefficient *= numbers[name]
            total += coefficient
        return total

    @property
    def number(self) -> int | None:
        """The size as a number when no name occurs in it, else None."""
        if not self.terms:
            return 0
        return int(self.terms[0][1]) if self.terms[0][0] == () and len(self.terms) == 1 else None

    def __str__(self) -> str:
        """n*p + 1, 1 - n; with a denominator (n + n*n)/2."""
        divisor = self.denominator
        if divisor > 1:
            return f"({Size(tuple((m, int(c * divisor)) for m, c in self.terms))})/{divisor}"
        parts: list[str] = []
        begins = any(m and c > 0 for m, c in self.terms)  # else a number does: 1 - n
        for monomial, c in sorted(self.terms, key=lambda term: (begins == (not term[0]), term[1] < 0)):
            factors = [str(abs(c))] * (abs(c) != 1 or not monomial) + list(monomial)
            parts.append(("-" if c < 0 else "+" if parts else "") + "*".join(factors))
        return " ".join(re.sub(r"^([+-])", r"\1 ", p) if i else p for i, p in enumerate(parts)) or "0"

    __repr__ = __str__

    def __reduce__(self) -> tuple[type[Size], tuple[tuple[tuple[Monomial, Coefficient], ...]]]:
        return Size, (self.terms,)


def size(value: int | str | Size) -> Size:
    """A size from a number, a name or a size."""
    if isinstance(value, Size):
        return value
    if isinstance(value, str):
        return Size((((value,), 1),))
    return Size((((), value),) if value else ())


def triangular(n: Size) -> Size:
    """n(n + 1)/2, the number of entries in a triangle of an n×n matrix.

    >>> triangular(size("n")), triangular(size(3))
    ((n + n*n)/2, 6)
    """
    return (n * n + n).over(2)


MOST_REMAINDERS = 4096  # that are tried out in *is_whole*
ONE = size(1)


def product_of(sizes: Iterable[Size]) -> Size:
    """The product of some sizes, which is the number of entries."""
    return reduce(mul, sizes, ONE)


Shape = tuple[Size, Size]
SCALAR: Shape = (ONE, ONE)


def shape_text(shape: Shape) -> str:
    """A shape in words: ``scalar``, ``n`` for a vector, ``m×n`` for a matrix."""
    rows, cols = shape
    if shape == SCALAR:
        return "scalar"
    if cols is ONE:
        return str(rows)
    return "×".join(f"({s})" if len(s.terms) > 1 and s.denominator == 1 else str(s) for s in shape)


# ---- the shapes in a signature: m×n, p×q → m*p×n*q --------------------------------------------------

Pattern = tuple[str, str]


def pattern(text: str) -> Pattern:
    """The letters for rows and columns in a signature."""
    rows, cols = text.split("×")
    return rows, cols


def resolved(letters: str, bound: Mapping[str, Size]) -> Size:
    """A product of letters with the sizes that they are bound to."""
    if letters in bound:
        return bound[letters]
    total = ONE
    for factor in letters.split("*"):
        total = total * bound[factor]
    return total


# ---- division ----------------------------------------------------------------------------------------


def divided(extent: Size, divisor: Size) -> Size | None:
    """The size k with k·divisor = extent; None where there is none (long division of polynomials)."""
    quotient, rest = Size(()), extent
    head, c = _leading(divisor)
    while rest.terms:
        names, number = _leading(rest)
        left = list(names)
        for name in head:
            if name not in left:
                return None
            left.remove(name)
        step = Size._collect([(tuple(left), Fraction(number) / c)])
        quotient, rest = quotient + step, rest - step * divisor
    return quotient if quotient.is_whole else None


def _leading(s: Size) -> tuple[Monomial, Coefficient]:
    """The leading term in the order by degree and then by names, which products respect."""
    return min(s.terms, key=lambda term: (-len(term[0]), term[0]))


LARGEST_NUMBER = 10**18

# ---- shapes that are related by sums: s*a-s+p×s*b-s+q, p×q → a×b -------------------------------------


def polynomial(text: str) -> Size:
    """A size from text such as ``s*a-s+p`` or ``(n*n+n)/2``.

    >>> polynomial("s*a-s+p")
    a*s + p - s
    """
    if text.isalnum():
        return size(int(text) if text.isdecimal() else text)
    if text.startswith("("):
        whole, divisor = text[1:].split(")/")
        return polynomial(whole).over(int(divisor))
    total = Size(())
    for sign, term in re.findall(r"([+-]?)([^+-]+)", text.replace(" ", "")):
        product = ONE
        for factor in term.split("*"):
            product = product * size(int(factor) if factor.isdecimal() else factor)
        total = total - product if sign == "-" else total + product
    return total


class Relation:
    """How the shapes of operands, the sizes behind them and the shape of the result are related.

    text        ``"s*a-s+p×s*b-s+q, p×q → a×b"``: a letter is a size that is to be found
    letters     those that the sizes behind the operands give
    optional    how many of these may be left out; they are 1 then
    equations   between letters that no shape shows: ``"m = s*a-s+p"``
    """

    __slots__ = ("equations", "letters", "operands", "optional", "result", "text")

    def __init__(self, text: str, letters: str = "", optional: int = 0, equations: str = "") -> None:
        left, right = text.split(" → ")
        shapes = [[polynomial(extent) for extent in shape.split("×")] for shape in (*left.split(", "), right)]
        self.text = text
        self.operands = shapes[:-1]
        self.result = shapes[-1]
        self.letters = tuple(letters.split())
        self.optional = optional
        pairs = [equation.split(" = ") for equation in equations.split(", ") if equation]
        self.equations = [(letter, polynomial(extent)) for letter, extent in pairs]

    def completed(self, sizes: Sequence[Size]) -> tuple[Size, ...]:
        """The sizes with those that were left out."""
        return (*sizes, *[ONE] * (len(self.letters) - len(sizes)))

    def fit(
        self,
        shapes: Sequence[Shape],
        sizes: Sequence[Size],
        agree: Callable[[Size, Size], bool] = is_,
        fresh: Callable[[], Size] | None = None,
    ) -> Shape | None:
        """The shape of the result; None where the shapes do not fit.

        *agree* says whether two sizes are equal, or makes them so; *fresh* gives a size to be found out later,
        for a letter that division does not give.
        """
        known = dict(zip(self.letters, self.completed(sizes), strict=True))
        extents = [extent for shape in shapes for extent in shape]
        waiting = list(zip([e for pair in self.operands for e in pair], extents, strict=True))
        waiting += [(extent, known[letter]) for letter, extent in self.equations]
        while waiting:
            pair = next((p for p in waiting if len(p[0].names() - known.keys()) <= 1), None)
            if pair is None:
                return None
            waiting.remove(pair)
            letter = next(iter(pair[0].names() - known.keys()), None)
            if letter is not None:
                found = solution(pair[0], letter, pair[1], known)
                if found is None and fresh is not None:
                    found = fresh()
                if found is None:
                    return None
                known[letter] = found
            if not agree(pair[0].substitute(known.__getitem__), pair[1]):
                return None
        return self._checked(known)

    def _checked(self, known: Mapping[str, Size]) -> Shape | None:
        """The shape of the result, unless a size is below 1."""
        if any(map(below_one, known.values())):
            return None
        rows, cols = (extent.substitute(known.__getitem__) for extent in self.result)
        return rows, cols


def below_one(s: Size) -> bool:
    """Whether a size is below 1 whatever its names are; these stand for more than one row."""
    return sum(c * 2 ** len(names) for names, c in s.terms) < 1 and all(c < 0 for names, c in s.terms if names)


def never_negative(s: Size) -> bool:
    """Whether a size is at least 0 whatever its names are, since nothing is taken off in it."""
    return all(c > 0 for _, c in s.terms)


def too_large(shape: Shape) -> bool:
    """Whether a size has numbers that are those of no array, as after doubling it a hundred times."""
    return any(not -LARGEST_NUMBER < c < LARGEST_NUMBER for extent in shape for _, c in extent.terms)


def solution(extent: Size, letter: str, wanted: Size, known: Mapping[str, Size]) -> Size | None:
    """The letter, which is not below 0, for which a polynomial that is linear in it has the wanted value."""
    if extent.terms == (((letter,), 1),):
        return wanted if wanted.is_whole else None
    slope, rest = Size(()), Size(())
    for monomial, c in extent.terms:
        others = tuple(name for name in monomial if name != letter)
        term = Size(((others, c),)).substitute(known.__getitem__)
        slope, rest = (slope, rest + term) if others == monomial else (slope + term, rest)
    found = divided(wanted - rest, slope) if slope.terms else None
    return None if found is None or below_one(found + ONE) else found
