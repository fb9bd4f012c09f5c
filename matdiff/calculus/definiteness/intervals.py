"""Intervals of real numbers, with bounds that belong to them or not: what is known of entries and eigenvalues.

In go intervals, out come intervals that hold every result of an operation on their numbers.  Bounds are exact
rational numbers or infinite; where a function has irrational values they are rounded outwards.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import inf, isfinite

from matdiff.records import NamedTuple

Bound = Fraction | float  # of the floating-point numbers only the infinite ones
OUTWARDS = Fraction(1, 10**12)


class Interval(NamedTuple):
    """The numbers between two bounds; *open_low* and *open_high* say that a bound itself does not belong to them."""

    low: Bound
    high: Bound
    open_low: bool
    open_high: bool

    @property
    def is_positive(self) -> bool:
        return self.low > 0 or (self.low == 0 and self.open_low)

    @property
    def is_negative(self) -> bool:
        return self.high < 0 or (self.high == 0 and self.open_high)

    @property
    def is_nonnegative(self) -> bool:
        return self.low >= 0

    @property
    def is_nonpositive(self) -> bool:
        return self.high <= 0

    @property
    def is_zero(self) -> bool:
        return self.low == 0 == self.high

    @property
    def has_sign(self) -> bool:
        return self.low >= 0 or self.high <= 0

    def __str__(self) -> str:
        low, high = (str(b).replace("inf", "∞").replace("-", "−") for b in (self.low, self.high))
        return f"{'(' if self.open_low else '['}{low}, {high}{')' if self.open_high else ']'}"

    def relation(self, name: str) -> str:
        """What the interval says of something, as in ``0 < p < 1``."""
        low, high = ("<" if self.open_low else "≤"), ("<" if self.open_high else "≤")
        if self.low == self.high:
            return f"{name} = {self.low}"
        if isfinite(self.low) and isfinite(self.high):
            return f"{shown(self.low)} {low} {name} {high} {shown(self.high)}"
        if isfinite(self.low):
            return f"{name} {'>' if self.open_low else '≥'} {shown(self.low)}"
        return f"{name} {high} {shown(self.high)}" if isfinite(self.high) else ""


def shown(bound: Bound) -> str:
    """A bound as it is written; a rounded one in few digits."""
    short = isinstance(bound, Fraction) and bound.denominator < 10**6
    return (str(bound) if short else f"{float(bound):.4g}").replace("-", "−")


def at(value: Fraction | int) -> Interval:
    """One number."""
    exact = value if type(value) is Fraction else Fraction(value)
    return Interval(exact, exact, False, False)


@cache
def from_text(text: str) -> Interval:
    """An interval as it is written.

    >>> from_text("(0, 1]").is_positive
    True
    """
    low, high = (b.strip().replace("−", "-").replace("∞", "inf") for b in text[1:-1].split(","))
    bounds = [float(b) if b.endswith("inf") else Fraction(b) for b in (low, high)]
    return Interval(bounds[0], bounds[1], text[0] == "(", text[-1] == ")")


REAL = Interval(-inf, inf, True, True)
POSITIVE = Interval(Fraction(0), inf, True, True)
NONNEGATIVE = Interval(Fraction(0), inf, False, True)
NONPOSITIVE = Interval(-inf, Fraction(0), True, False)
NEGATIVE = Interval(-inf, Fraction(0), True, True)
PI = Interval(Fraction(333, 106), Fraction(355, 113), True, True)  # two of its convergents
ZERO, ONE = at(0), at(1)

# ---- arithmetic -------------------------------------------------------------------------------------


def plus(a: Interval, b: Interval) -> Interval:
    """a + b"""
    return Interval(a.low + b.low, a.high + b.high, a.open_low or b.open_low, a.open_high or b.open_high)


def minus(a: Interval) -> Interval:
    """−a"""
    return Interval(-a.high, -a.low, a.open_high, a.open_low)


def times(a: Interval, b: Interval) -> Interval:
    """a b, where the factors vary independently."""
    if (a is REAL and not b.is_zero) or (b is REAL and not a.is_zero):
        return REAL
    left, right = ((a.low, a.open_low), (a.high, a.open_high)), ((b.low, b.open_low), (b.high, b.open_high))
    corners = [_corner(x, y) for x in left for y in right]
    low, high = min(v for v, _ in corners), max(v for v, _ in corners)
    open_low = all(is_open for v, is_open in corners if v == low)
    open_high = all(is_open for v, is_open in corners if v == high)
    return Interval(low, high, open_low, open_high)


def _corner(x: tuple[Bound, bool], y: tuple[Bound, bool]) -> tuple[Bound, bool]:
    """A product of bounds, and whether it is not reached: 0 is reached with any other factor."""
    (a, a_open), (b, b_open) = x, y
    if a == 0 or b == 0:
        reached = (a == 0 and not a_open) or (b == 0 and not b_open)
        return Fraction(0), not reached
    return a * b, a_open or b_open


def hull(a: Interval, b: Interval) -> Interval:
    """The least interval that holds both."""
    low = min((a.low, a.open_low), (b.low, b.open_low))
    high = max((a.high, not a.open_high), (b.high, not b.open_high))
    return Interval(low[0], high[0], low[1], not high[1])


def both(a: Interval, b: Interval) -> Interval:
    """The numbers in both; two true statements about a number never exclude each other."""
    low = max((a.low, a.open_low), (b.low, b.open_low))
    high = min((a.high, not a.open_high), (b.high, not b.open_high))
    return Interval(low[0], high[0], low[1], not high[1])


def within(a: Interval, b: Interval) -> bool:
    """Whether all numbers of a are numbers of b.

    >>> within(ONE, POSITIVE), within(NONNEGATIVE, POSITIVE)
    (True, False)
    """
    return both(a, b) == a


def disjoint(a: Interval, b: Interval) -> bool:
    """Whether two intervals have no number in common."""
    return any(
        left.high < right.low or (left.high == right.low and (left.open_high or right.open_low))
        for left, right in ((a, b), (b, a))
    )


def below(a: Interval) -> Interval:
    """The numbers from the least one on: a sum of nonnegative numbers one of which is in the interval."""
    return a._replace(high=inf, open_high=True)


def above(a: Interval) -> Interval:
    """The numbers up to the greatest one."""
    return a._replace(low=-inf, open_low=True)


def reciprocal(a: Interval) -> Interval:
    """1/a where it is defined: 0 is left out."""
    if a.high == 0 == a.low:
        return REAL
    if a.is_nonnegative:
        low = (Fraction(0), True) if a.high == inf else (1 / a.high, a.open_high)
        high = (inf, True) if a.low == 0 else (1 / a.low, a.open_low)
        return Interval(low[0], high[0], low[1], high[1])
    return minus(reciprocal(minus(a))) if a.is_nonpositive else REAL


def power(a: Interval, k: Fraction) -> Interval:
    """aᵏ where it is defined."""
    if k < 0:
        return reciprocal(power(a, -k))
    if k.denominator == 1 and k.numerator % 2 == 0:
        size = a if a.is_nonnegative else minus(a) if a.is_nonpositive else _sizes(a)
        return mapped(size, lambda t: t**k.numerator, True)
    if k.denominator == 1:
        return mapped(a, lambda t: t**k.numerator, True)
    if not a.is_nonnegative:
        a = both(a, NONNEGATIVE) if a.high > 0 else NONNEGATIVE
    return mapped(a, lambda t: inf if t == inf else t if t in (0, 1) else float(t) ** float(k))


def _sizes(a: Interval) -> Interval:
    """|a| for an interval with 0 in it."""
    (size, is_closed) = max((-a.low, not a.open_low), (a.high, not a.open_high))
    return Interval(Fraction(0), size, False, not is_closed)


def mapped(a: Interval, f: Callable[[Bound], Bound], exact: bool = False) -> Interval:
    """The values of an increasing function, told by those at the bounds."""
    low, high = f(a.low), f(a.high)
    if not exact:
        low, high = _rounded(low, a.low, -1), _rounded(high, a.high, 1)
    return Interval(low, high, a.open_low, a.open_high)


def _rounded(value: Bound, at: Bound, side: int) -> Bound:
    """A value at a bound, moved outwards where it need not be exact; at 0 and ±1 simple values are."""
    if not isfinite(value):
        return value
    exact = Fraction(value)
    if abs(at) in (0, 1) and exact.denominator <= 2:
        return exact
    return exact + side * OUTWARDS * max(Fraction(1), abs(exact))
