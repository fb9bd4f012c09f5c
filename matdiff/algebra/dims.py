"""Symbolic sizes: what goes in is a number or a name, what comes out is a canonical polynomial.

A size such as ``n``, ``3``, ``n*p`` or ``n + 1`` is a polynomial in size names with integer
coefficients.  Sizes are interned, so two equal sizes are one object and are compared with ``is``.
A shape is a pair of sizes; a vector is a matrix with one column, a scalar one with one entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import ClassVar

Monomial = tuple[str, ...]


class Size:
    """A polynomial in size names, in canonical form.

    >>> size("n") * size("p") + size(1)
    1 + n*p
    >>> size("n") + size("p") is size("p") + size("n")
    True
    """

    __slots__ = ("_text", "terms")
    terms: tuple[tuple[Monomial, int], ...]
    _table: ClassVar[dict[tuple[tuple[Monomial, int], ...], Size]] = {}

    def __new__(cls, terms: tuple[tuple[Monomial, int], ...]) -> Size:
        known = cls._table.get(terms)
        if known is None:
            known = cls._table[terms] = object.__new__(cls)
            known.terms = terms
        return known

    @staticmethod
    def _collect(pairs: list[tuple[Monomial, int]]) -> Size:
        total: dict[Monomial, int] = {}
        for monomial, coefficient in pairs:
            total[monomial] = total.get(monomial, 0) + coefficient
        return Size(tuple(sorted((m, c) for m, c in total.items() if c)))

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

    def names(self) -> set[str]:
        """The size names that occur."""
        return {name for monomial, _ in self.terms for name in monomial}

    def substitute(self, lookup: Callable[[str], Size]) -> Size:
        """Replaces every name by the size that *lookup* gives for it."""
        total = Size(())
        for monomial, coefficient in self.terms:
            product = size(coefficient)
            for name in monomial:
                product = product * lookup(name)
            total = total + product
        return total

    def value(self, numbers: Mapping[str, int]) -> int:
        """The size as a number, given numbers for its names."""
        total = 0
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
        return self.terms[0][1] if self.terms[0][0] == () and len(self.terms) == 1 else None

    @property
    def name(self) -> str | None:
        """The name when the size is nothing but a name, else None."""
        if len(self.terms) == 1 and self.terms[0][1] == 1 and len(self.terms[0][0]) == 1:
            return self.terms[0][0][0]
        return None

    def __str__(self) -> str:
        parts: list[str] = []
        for monomial, c in self.terms:
            factors = [str(abs(c))] * (abs(c) != 1 or not monomial) + list(monomial)
            parts.append(("-" if c < 0 else "+" if parts else "") + "*".join(factors))
        return " ".join(re.sub(r"^([+-])", r"\1 ", p) if i else p for i, p in enumerate(parts)) or "0"

    __repr__ = __str__

    def __reduce__(self) -> tuple[type[Size], tuple[tuple[tuple[Monomial, int], ...]]]:
        return Size, (self.terms,)


def size(value: int | str | Size) -> Size:
    """A size from a number, a name or a size."""
    if isinstance(value, Size):
        return value
    if isinstance(value, str):
        return Size((((value,), 1),))
    return Size((((), value),) if value else ())


ONE = size(1)
Shape = tuple[Size, Size]
SCALAR: Shape = (ONE, ONE)


def shape_text(shape: Shape) -> str:
    """A shape in words: ``scalar``, ``n`` for a vector, ``m×n`` for a matrix."""
    rows, cols = shape
    if shape == SCALAR:
        return "scalar"
    if cols is ONE:
        return str(rows)
    return "×".join(f"({s})" if len(s.terms) > 1 else str(s) for s in shape)


# ---- the shapes in a signature: m×n, p×q → m*p×n*q --------------------------------------------------

Pattern = tuple[str, str]


def pattern(text: str) -> Pattern:
    """The letters for rows and columns in a signature."""
    rows, cols = text.split("×")
    return rows, cols


def resolved(letters: str, bound: Mapping[str, Size]) -> Size:
    """A product of letters with the sizes that they are bound to."""
    total = ONE
    for factor in letters.split("*"):
        total = total * bound[factor]
    return total
