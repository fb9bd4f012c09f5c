"""Sizes that are found out by use: unification of symbolic sizes.

A flexible size is a ``Size`` with a made-up name (``?3``).  ``unify`` makes two sizes equal, binding
flexible ones; a flexible size stands for more than one row, so it never becomes 1.
"""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import Any

from matdiff.algebra.dims import ONE, Monomial, Shape, Size, size

_made: list[Size] = []


class Sizes:
    """The bindings of one reading."""

    def __init__(self) -> None:
        self.bound: dict[Size, Size] = {}
        self.count = 0
        self.factors: dict[Size, tuple[Size, ...]] = {}  # of the rows and columns of A ⊗ B and vec A
        self.summands: dict[Size, tuple[Size, ...]] = {}  # of the rows of [A; B]
        self.now: Any = None  # the piece of text that is being typed,
        self.why: dict[Size, Any] = {}  # and for a bound size the piece by which it was bound
        self.disagreement = False  # two sizes disagreed that are both more than 1: no matter of kinds alone

    def fresh(self) -> Size:
        """A new flexible size."""
        self.count += 1
        while len(_made) < self.count:
            _made.append(size(f"?{len(_made)}"))
        return _made[self.count - 1]

    def find(self, s: Size) -> Size:
        """What is known of a size by now."""
        bound = self.bound
        if s is ONE or not bound:
            return s
        if s in bound:
            path = []
            while s in bound:
                path.append(s)
                s = bound[s]
            for passed in path:  # the next search is a single step
                bound[passed] = s
        if s.name is None and s.number is None:
            known = s.substitute(self._lookup)
            for parts in (self.factors, self.summands):
                if s in parts:
                    parts[known] = parts[s]
            return known
        return s

    def _lookup(self, name: str) -> Size:
        s = size(name)
        return self.find(s) if s in self.bound else s

    def shape(self, shape: Shape) -> Shape:
        """What is known of a shape by now."""
        return self.find(shape[0]), self.find(shape[1])

    def product(self, *sizes: Size) -> Size:
        """The product of sizes, whose order is kept: the rows of A ⊗ B are those of A for each of those of B."""
        factors = tuple(map(self.find, sizes))
        result = reduce(mul, factors)
        if len(factors) > 1 and ONE not in factors:
            self.factors[result] = factors
        return result

    def total(self, *sizes: Size) -> Size:
        """The sum of sizes, whose order is kept: the rows of [A; B] are those of A and those of B."""
        from matdiff.algebra.operators.blocks import total

        summands = tuple(map(self.find, sizes))
        result = total(summands)
        if len(summands) > 1 and ONE not in summands:
            self.summands[result] = summands
        return result

    def unify(self, a: Size, b: Size) -> bool:
        """Makes two sizes equal, if they can be."""
        left, right = self.factors.get(a), self.factors.get(b)
        above, below = self.summands.get(a), self.summands.get(b)
        a, b = self.find(a), self.find(b)
        if a is b:
            return True
        if left and right and len(left) == len(right):
            return self._unify_factors(left, right)
        if a is ONE or b is ONE:
            return False
        if above and below and self._unify_summands(above, below):
            return True
        if is_flexible(a) or is_flexible(b):
            agreed = self._bind(a, b) or self._bind(b, a)
        else:
            agreed = self._unify_products(a, b) or self._solve(a - b) or self._rename(a, b) or self._rename(b, a)
            agreed = agreed or self._unify_factors(self.factors.get(a, ()), self.factors.get(b, ()))
        self.disagreement = self.disagreement or not agreed
        return agreed

    def _bind(self, a: Size, b: Size) -> bool:
        if not is_flexible(a) or b is ONE or (a.name or "") in b.names():
            return False
        self.bound[a] = b
        self.why[a] = self.now
        return True

    def _unify_products(self, a: Size, b: Size) -> bool:
        """n*?1 = n*p: equal factors cancel, and the rest is unified when one side is a flexible size."""
        if len(a.terms) != 1 or len(b.terms) != 1 or a.terms[0][1] != b.terms[0][1]:
            return False
        left, right = list(a.terms[0][0]), list(b.terms[0][0])
        for name in a.terms[0][0]:
            if name in right:
                left.remove(name)
                right.remove(name)
        rest_a, rest_b = _monomial(tuple(left)), _monomial(tuple(right))
        if is_flexible(rest_a) or is_flexible(rest_b):
            return self._bind(rest_a, rest_b) or self._bind(rest_b, rest_a)
        return False

    def _unify_factors(self, a: tuple[Size, ...], b: tuple[Size, ...]) -> bool:
        """(B ⊗ A) vec X, I − X ⊗ X: factor by factor."""
        return len(a) == len(b) > 0 and all(self.unify(c, d) for c, d in zip(a, b, strict=True))

    def _unify_summands(self, a: tuple[Size, ...], b: tuple[Size, ...]) -> bool:
        """[A; B]x − [b; c], the determinant of [A, 0; 0, B]: block by block, if that leaves no doubt."""
        pairs = [(self.find(c), self.find(d)) for c, d in zip(a, b, strict=False)]
        clear = len(a) == len(b) and all(c is d or is_flexible(c) or is_flexible(d) for c, d in pairs)
        return clear and all(self.unify(c, d) for c, d in pairs)

    def _solve(self, rest: Size) -> bool:
        """1 + ?1 - p = h: a flexible size that occurs once, by itself, is found from the others.

        What nobody has declared is no difference: ?1 + ?2 = ?3 + 1 says nothing.
        """
        if len(rest.terms) < 3:
            return False
        for monomial, c in rest.terms:
            found = _monomial(monomial)
            others = [term for term in rest.terms if term[0] != monomial]
            divides = is_flexible(found) and all(k % c == 0 for _, k in others)
            value = Size(tuple((names, -k // c) for names, k in others))
            if divides and not is_difference(value) and self._bind(found, value):
                return True
        return False

    def _rename(self, a: Size, b: Size) -> bool:
        """(?1 + ?1²)/2 = (n + n²)/2, or 6: a polynomial in one flexible size has the value of one in another size."""
        unknown, known = flexible_names(a), b.names()
        if len(a.names() | known) > 2 or len(a.terms) < 2 or len(unknown) != 1 or unknown != a.names():
            return False
        tried = [size(name) for name in known] or [size(k) for k in range(2, MOST_ROWS)]
        found = next((s for s in tried if a.substitute(dict.fromkeys(unknown, s).__getitem__) is b), None)
        return found is not None and self._bind(size(*unknown), found)


MOST_ROWS = 100  # of a square matrix whose size is sought among numbers


def _monomial(names: Monomial) -> Size:
    return Size(((names, 1),))


def is_flexible(s: Size) -> bool:
    """Whether a size is nothing but a made-up name."""
    terms = s.terms
    return len(terms) == 1 and len(terms[0][0]) == 1 and terms[0][0][0][0] == "?" and terms[0][1] == 1


def is_difference(s: Size) -> bool:
    """Whether less a made-up size, or less a number where there are several of them."""
    several = len(flexible_names(s)) > 1
    return any(c < 0 and (several if not names else any(name[0] == "?" for name in names)) for names, c in s.terms)


def flexible_names(s: Size) -> set[str]:
    """The made-up names in a size."""
    return {name for name in s.names() if name[0] == "?"}
