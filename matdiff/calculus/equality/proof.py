"""Two expressions in, a proof that they are equal out, or None where the laws of the project give none.

Both sides are simplified and brought to their normal form.  Where these differ, the difference A − B is multiplied by
what stands in its denominators and inverses, which is not 0 or singular where A and B have values; when that
leaves 0, A − B is 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, fact, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.likeness import digest, key
from matdiff.algebra.identities.transposes import addends
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, coefficient, factors_of, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.calculus.equality.normal_form import NormalForm, TooLong, without_names
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple

LARGEST = 3_000  # nodes of an expression that a normal form is sought of
MOST_FACTORS = 5  # by so many denominators a difference is multiplied


class Proof(NamedTuple):
    """How two expressions were proved equal.

    method   ``identical``, ``simplification``, ``normal form`` or ``common denominator``
    form     what both sides were brought to; with a common denominator, 0
    left     the steps from the left side to the form
    right    the steps from the right side to the form
    factors  what the difference was multiplied by
    """

    method: str
    form: Expr
    left: tuple[Step, ...] = ()
    right: tuple[Step, ...] = ()
    factors: tuple[Expr, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every application of a law."""
        return self.left + self.right

    def conditions(self) -> tuple[str, ...]:
        """Where the laws that were used hold, in words."""
        return tuple(dict.fromkeys(f"{s.law.positive(s.before)} > 0" for s in self.steps if s.law.positive is not None))


def prove(a: Expr, b: Expr) -> Proof | None:
    """A proof that two expressions of one shape are equal wherever both have a value, or None."""
    a, b = without_names(a), without_names(b)
    if alike(a, b):
        return Proof("identical", a)
    if max(size_of(a), size_of(b)) > LARGEST:
        return None
    try:
        found = _by_simplification(a, b) or _by_normal_form(a, b)
    except (TooLong, UnsupportedError):  # a form that does not come to rest proves nothing
        found = None
    return found or (Proof("identical", a) if key(a) == key(b) else None)


def alike(a: Expr, b: Expr) -> bool:
    """Whether two expressions differ in nothing but the order of terms and of factors entry by entry."""
    return a is b or fact("ordered key", a, _ordered) == fact("ordered key", b, _ordered)


def _ordered(e: Expr, below: list[bytes]) -> bytes:
    if not e.operands:
        return str(id(e)).encode()
    return digest(e, *e.data, *(sorted(below) if isinstance(e, (Sum, Hadamard)) else below))


def size_of(e: Expr) -> int:
    """The number of distinct nodes."""
    return sum(1 for _ in postorder(e))


def _by_simplification(a: Expr, b: Expr) -> Proof | None:
    """The way answers are made short may lead to one form already."""
    simplifier = Simplifier(SIMPLIFICATIONS)
    (left, first), (right, second) = simplifier(a), simplifier(b)
    if alike(left, right) or ((first or second) and key(left) == key(right)):
        return Proof("simplification", left, tuple(first), tuple(second))
    return None


def _by_normal_form(a: Expr, b: Expr) -> Proof | None:
    normal = NormalForm()
    (left, first), (right, second) = normal(a), normal(b)
    if left is right or key(left) == key(right):
        return Proof("normal form", left, tuple(first), tuple(second))
    return _by_common_denominator(left - right, tuple(first), tuple(second), normal)


def _by_common_denominator(
    difference: Expr, first: tuple[Step, ...], second: tuple[Step, ...], normal: NormalForm
) -> Proof | None:
    """Multiplies a difference by its denominators, one after the other, until it is 0 or none is left."""
    factors: list[Expr] = []
    difference, steps = normal(difference)
    taken = list(steps)
    while not is_zero(difference):
        following = next(_multiplied(difference, factors), None)
        if following is None or is_zero(following[0]) or len(factors) == MOST_FACTORS:
            return None
        factor, product = following
        factors.append(factor)
        difference, steps = normal(product)
        taken += steps
    return Proof("common denominator", zero(difference.shape), (*first, *taken), second, tuple(factors))


def _multiplied(e: Expr, before: list[Expr]) -> Iterator[tuple[Expr, Expr]]:
    """The sums that stand in denominators or inverses of the terms, each with the product by it."""
    for term in addends(e):
        body = coefficient(term)[1] or term
        scalars, matrix = body.operands if isinstance(body, Scale) else (None, body)
        for factor in scalars.operands if isinstance(scalars, Hadamard) else (scalars,):
            if factor is not None and (base := _denominator(factor)) is not None:
                yield base, Sum.of(*[Scale.of(base, t) for t in addends(e)])
        for factor in matrix.operands if isinstance(matrix, Hadamard) else (matrix,):
            if (base := _denominator(factor)) is not None:
                yield base, Sum.of(*[Hadamard.of(base, t) for t in addends(e)])
        chain = factors_of(matrix)
        if isinstance(chain[0], Inverse) and not e.is_scalar:
            yield chain[0].operands[0], Product.of(chain[0].operands[0], e)
        if isinstance(chain[-1], Inverse) and not e.is_scalar:
            yield chain[-1].operands[0], Product.of(e, chain[-1].operands[0])


def _denominator(e: Expr) -> Expr | None:
    """b of b⁻ᵏ with a sum b, to the first power."""
    if isinstance(e, Power) and (k := e.operands[1].number) is not None and k < 0 and k.denominator == 1:
        return e.operands[0]
    return None
