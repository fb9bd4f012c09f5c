"""Differences in one sense: A(x − y) − A(y − x) is 2A(x − y), and ‖y − x‖ is ‖x − y‖."""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.expr import Expr, Index, Number, Symbol, fact
from matdiff.algebra.identities.likeness import digest, key
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    multiple,
    zero,
)
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.stated import stated

Signed = tuple[int, bytes]  # a sign, and the same for two expressions that differ by a sign at most
LINEAR = Product | Transpose | IndexedSum | Trace


def signed(e: Expr) -> Signed:
    """A sign and a key, the same key for e and −e, however the differences in them are written."""
    return fact("signed", e, _signed, closed=(Named,))


def _signed(e: Expr, below: list[Signed]) -> Signed:
    if e.number is not None and e.number < 0:
        return -1, _digest(e, -e.number)
    if not below:
        return 1, key(e)
    keys = [k for _, k in below]
    sign = 1
    for s, _ in below:
        sign *= s
    if isinstance(e, Sum):
        terms = sorted((k, s) for s, k in below)
        first = terms[0][1]
        return first, _digest(e, [(k, s * first) for k, s in terms])
    if isinstance(e, (Scale, Hadamard)):
        kept = [k for o, k in zip(e.operands, keys, strict=True) if o.number is None or abs(o.number) != 1]
        return sign, kept[0] if len(kept) == 1 else _digest(e, sorted(kept) if isinstance(e, Hadamard) else kept)
    if isinstance(e, LINEAR):
        return sign, _digest(e, *e.data, keys)
    parity = 1 if isinstance(e, Norm) else e.parity if isinstance(e, Entrywise) else 0
    if parity:
        return sign if parity < 0 else 1, _digest(e, keys)
    if isinstance(e, Power) and (k := e.operands[1].number) is not None and k.denominator == 1:
        return 1 if k % 2 == 0 else below[0][0], _digest(e, keys[0], k)
    return 1, _digest(e, *e.data, below)


def _digest(e: Expr, *parts: object) -> bytes:
    """A key in which numbers of all kinds are one."""
    return digest(e, *parts, kind="Number" if e.number is not None else "")


def holds_difference(e: Expr) -> bool:
    """Whether there is a difference in an expression that could be written the other way round."""
    return fact("difference", e, _holds_difference, closed=(Named,))


def _holds_difference(e: Expr, below: list[bool]) -> bool:
    return any(below) or (isinstance(e, Sum) and any(t.leading_number < 0 for t in e.operands))


@identity(
    "A*(x - y) - A*(y - x) = 2*A*(x - y)",
    where="A: m x n; x, y: n",
    also=tuple(
        Statement(s, "x, y: n")
        for s in ("sin(x - y) - sin(y - x) = 2*sin(x - y)", "(x - y).^2 + (y - x).^2 = 2*(x - y).^2")
    ),
    within=(Sum,),
)
def like_terms_in_one_sense(e: Expr) -> Expr | None:
    """Terms that differ by a number once the differences in them are turned into the sense of the first."""
    parts = [coefficient(t) for t in e.operands]
    places = [k for k, (_, body) in enumerate(parts) if body is not None and holds_difference(body)]
    if len(places) < 2:
        return None
    first: dict[bytes, int] = {}
    numbers = [number for number, _ in parts]
    for k in places:
        body = parts[k][1]
        assert body is not None
        sign, known = signed(body)
        j = first.setdefault(known, k)
        if j != k:
            numbers[j] += numbers[k] * sign * signed(parts[j][1] or body)[0]
            numbers[k] = Fraction(0)
    if len(first) == len(places):
        return None
    terms = [multiple(n, body) for n, (_, body) in zip(numbers, parts, strict=True) if n]
    return Sum.of(*terms) if terms else zero(e.shape)


def is_turned(e: Expr) -> bool:
    """Whether the indices of an entry do not come in the order of their names."""
    i, j = e.operands[1:] if len(e.operands) > 2 else (e, e)
    return isinstance(i, (Index, Symbol, Number)) and isinstance(j, (Index, Symbol, Number)) and _name(j) < _name(i)


def _name(place: Expr) -> tuple[bool, object]:
    return (False, place.number) if place.number is not None else (True, place.data[0])


entry_of_symmetric = stated("S[j, i] = S[i, j]", where="S: n x n symmetric", requires="S symmetric", when=is_turned)
entry_of_skew = stated("K[j, i] = -K[i, j]", where="K: n x n skew", requires="K skew-symmetric", when=is_turned)
