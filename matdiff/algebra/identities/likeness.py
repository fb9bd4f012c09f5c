"""Equality up to the order of terms and the places of transposes, by a key for each class of equal expressions."""

from __future__ import annotations

from zlib import crc32

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, fact
from matdiff.algebra.identities.transposes import is_symmetric_leaf
from matdiff.algebra.kinds import is_a, letters_in
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import SumOfEntries, as_product_with_ones

SYMMETRIC = ("Centering", "SymmetricPart")
LONGEST_CIRCLE = 8  # factors below a trace that may begin anywhere


def key(e: Expr) -> bytes:
    """The same for two expressions that differ only in the order of sums and entrywise products, or, being
    scalars, by a transpose or by the place where the product below a trace begins."""
    known: bytes | None = e.facts.get("key")  # asked for every term of every sum
    return fact("key", e, _key) if known is None else known


def _key(e: Expr, below: list[bytes]) -> bytes:
    if not e.operands:
        return id(e).to_bytes(12)  # leaves are interned and live as long as what is built of them
    if type(e) is Sum or type(e) is Hadamard:
        below = sorted(below)
    elif isinstance(e, Product) and e.is_scalar:
        below = min(below, [transposed_key(o) for o in reversed(e.operands)])
    elif isinstance(e, Trace):
        below = _in_a_circle(e.operands[0])
    elif isinstance(e, Transpose):
        return transposed_key(e.operands[0])
    elif isinstance(e, SumOfEntries):
        return key(as_product_with_ones(e.operands[0]))
    elif is_a(e, "OpenDerivative") and len(e.operands) - e.data[1] > 1:
        below = _directions_in_order(e, below)
    return digest(e, *e.data, *below) if e.data else operation(e, below)


def _in_a_circle(e: Expr) -> list[bytes]:
    """The keys of the factors below a trace, or of their transposes, from the least one on."""
    factors = e.operands if isinstance(e, Product) and len(e.operands) <= LONGEST_CIRCLE else (e,)
    ways = [[*map(key, factors)], [transposed_key(f) for f in reversed(factors)]]
    least = min(map(min, ways))
    return min(way[k:] + way[:k] for way in ways for k, first in enumerate(way) if first == least)


def _directions_in_order(e: Expr, below: list[bytes]) -> list[bytes]:
    """∇³f(x)[y, z] is ∇³f(x)[z, y]: directions that belong to one argument may change their places."""
    count, places = e.data[1], e.data[2][1 : 1 + len(e.operands) - e.data[1]]
    own = {place: sorted(k for p, k in zip(places, below[count:], strict=True) if p == place) for place in set(places)}
    return [*below[:count], *[own[place].pop(0) for place in places]]


def transposed_key(e: Expr) -> bytes:
    """The key of eᵀ, wherever in it the transposes stand."""
    return key(e) if e.is_scalar else fact("transposed key", e, _transposed_key, closed=(Named,))


def _transposed_key(e: Expr, below: list[bytes]) -> bytes:
    if e.is_scalar or isinstance(e, (Identity, DiagonalMatrix)) or is_a(e, *SYMMETRIC) or is_symmetric_leaf(e):
        return key(e)
    if isinstance(e, Transpose):
        return key(e.operands[0])
    if is_a(e, "OpenHessian"):
        return key(e.flipped)  # type: ignore[attr-defined]
    if type(e) is Sum or type(e) is Hadamard:
        return operation(e, sorted(below))
    if isinstance(e, Product):
        return operation(e, below[::-1])
    if isinstance(e, (Scale, Inverse, MatrixPower)):
        return digest(e, *e.data, *below) if e.data else operation(e, below)
    return hashed(b"transpose" + key(e))


def operation(e: Expr, below: list[bytes]) -> bytes:
    """A key made of the kind of an operation without data and of the keys of its operands, which are of one length."""
    return hashed(b"".join((type(e).__name__.encode(), b" ", *below)))


def digest(e: Expr, *parts: object, kind: str = "") -> bytes:
    """A key made of the kind of an operation, its own or another one, and of parts that have keys."""
    told = [id(p) if isinstance(p, Expr) else p for p in parts]
    return hashed(repr((kind or type(e).__name__, *told)).encode())


def hashed(told: bytes) -> bytes:
    """A short key for a long one, of two sums that have nothing to do with each other; it is of use in one run."""
    return hash(told).to_bytes(8, signed=True) + crc32(told).to_bytes(4)


# ---- mostly without keys ----------------------------------------------------------------------------


def is_same(a: Expr | None, b: Expr | None) -> bool:
    """Whether expressions of one kind have one key; of products and traces the factors tell, mostly without keys."""
    if a is b or a is None or b is None:
        return a is b
    if isinstance(a, Trace) and isinstance(b, Trace):
        return in_one_circle(a.operands[0], b.operands[0])
    if isinstance(a, Product) and isinstance(b, Product):
        return are_same(a.operands, b.operands, 1) if a.is_scalar else are_equal(a.operands, b.operands)
    return key(a) == key(b)


def in_one_circle(a: Expr, b: Expr) -> bool:
    """Whether the traces of two matrices have one key."""
    v, w = (e.operands if isinstance(e, Product) and len(e.operands) <= LONGEST_CIRCLE else (e,) for e in (a, b))
    return are_same(v, w, len(w))


def are_same(v: tuple[Expr, ...], w: tuple[Expr, ...], starts: int) -> bool:
    """Whether factors have the keys of others, or of their transposes in the other order, from one of some starts."""
    ways = [w[k:] + w[:k] for k in range(starts)] if len(v) == len(w) else []
    return any(are_equal(v, way) or all(map(is_turned, v, reversed(way))) for way in ways)


def are_equal(v: tuple[Expr, ...], w: tuple[Expr, ...]) -> bool:
    """Whether factors have the keys of others."""
    return len(v) == len(w) and all(map(is_equal, v, w))


def is_equal(a: Expr, b: Expr) -> bool:
    """Whether two factors have one key."""
    return a is b or (letters_in(a.classes) == letters_in(b.classes) and key(a) == key(b))


def is_turned(a: Expr, b: Expr) -> bool:
    """Whether a factor has the key of the transpose of another."""
    if a is b.operands[0] if type(b) is Transpose else type(a) is Transpose and a.operands[0] is b:
        return True
    return letters_in(a.classes) == letters_in(b.classes) and key(a) == transposed_key(b)
