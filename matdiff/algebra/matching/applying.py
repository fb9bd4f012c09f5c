"""One statement applied to an expression: at its root, or wherever it can be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations

from matdiff.algebra.expr import UNIT, Expr, Number, Symbol, postorder
from matdiff.algebra.identities.indexed import as_written
from matdiff.algebra.matching.rules import term
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.matching.up_to_form import UpToForm, scaled
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, coefficient
from matdiff.algebra.operators.structure import is_named
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.statements.gathering import over_terms
from matdiff.algebra.statements.substitution import instance
from matdiff.algebra.walks import exchanged
from matdiff.errors import ShapeError

MOST_USES = 16  # of a statement in one step
Sides = tuple[Expr, Expr]


class Applied:
    """Statements applied to expressions in the standard form of one *form*."""

    def __init__(self, form: Standard) -> None:
        self.form = form
        self.matcher = UpToForm(form)

    def leads(self, ways: Sequence[Sides], before: Expr, after: Expr, empty: bool) -> bool:
        """Whether a statement, read in one of the ways, leads from one side to the other, in the smallest part that
        differs or in a larger one; where *empty*, what stands beside dX in the statement may be missing."""
        parts = [*self._parts(self.form.of(before), self.form.of(after))]
        return any(self._between(ways, b, a, empty) for b, a in reversed(parts))

    def _parts(self, b: Expr, a: Expr) -> Iterator[Sides]:
        """The pairs of parts, from the whole sides to the smallest, outside of which nothing differs."""
        inner: Sides | None = (b, a)
        while inner is not None:
            yield inner
            inner = inner_parts(*inner)

    def _between(self, ways: Sequence[Sides], b: Expr, a: Expr, empty: bool) -> bool:
        """At the root, or at several places within."""
        for self.matcher.empty in (False, True)[: 1 + empty]:
            if self._at_root(ways, b, a) or any(self._meet(left, right, b, a) for left, right in ways):
                return True
        return False

    def _at_root(self, ways: Sequence[Sides], b: Expr, a: Expr) -> bool:
        return any(made is a for left, right in ways for made in self._rewritten(left, right, b))

    def _rewritten(self, left: Expr, right: Expr, e: Expr) -> Iterator[Expr]:
        """What one use of a statement at the root makes of an expression."""
        for part, put_back in windows(left, e):
            for found in self.matcher.match(left, part, {}):
                made = instance(right, found)
                if made is not None and made is not part and made.shape == part.shape:
                    yield self.form.of(put_back(as_written(made, part)))

    def _meet(self, left: Expr, right: Expr, b: Expr, a: Expr) -> bool:
        """Whether one use within leads to the other side, or uses wherever it can lead both sides to one."""
        if self._once(left, right, b) is a:
            return True
        rest = self._rest(left, right, b)
        return rest is not None and rest is self._rest(left, right, a)

    def _rest(self, left: Expr, right: Expr, e: Expr) -> Expr | None:
        """The expression after the statement has been used from left to right wherever it can; None where that
        does not end."""
        seen = {e}
        for _ in range(MOST_USES):
            changed = self._once(left, right, e)
            if changed is None or changed in seen:
                return e
            seen.add(changed)
            e = changed
        return None

    def _once(self, left: Expr, right: Expr, e: Expr) -> Expr | None:
        for node in postorder(e, prune=is_named):
            if isinstance(node, Symbol) and node.ranges:
                continue  # a family has members, and is no value itself
            for made in self._rewritten(left, right, node):
                if made is not node:
                    return self._with(e, node, made)
        return None

    def _with(self, e: Expr, part: Expr, other: Expr) -> Expr | None:
        """An expression with another part; None where that makes no sense, as diag(1) for 1 in an exponent."""
        try:
            return self.form.of(exchanged(e, part, other))
        except ShapeError:
            return None


# ---- parts ------------------------------------------------------------------------------------------


def inner_parts(b: Expr, a: Expr) -> Sides | None:
    """The parts of two expressions outside of which nothing differs, where these are not the whole."""
    if b is a or type(b) is not type(a) or b.data != a.data:
        return None
    if isinstance(b, (Sum, Hadamard)):
        left, right = list(b.operands), list(a.operands)
        for t in b.operands:
            if t in right:
                left.remove(t)
                right.remove(t)
        whole = len(left) == len(b.operands) and max(len(left), len(right)) > 1
        return None if whole or not left or not right else (rebuilt(b, left), rebuilt(a, right))
    if isinstance(b, Product):
        return inner_of_products(b.operands, a.operands)
    places = [k for k, (x, y) in enumerate(zip(b.operands, a.operands, strict=False)) if x is not y]
    alone = len(places) == 1 and len(b.operands) == len(a.operands)
    return (b.operands[places[0]], a.operands[places[0]]) if alone else None


def inner_of_products(b: Sequence[Expr], a: Sequence[Expr]) -> Sides | None:
    """Without the factors that two products have in common at the left and at the right."""
    most = min(len(b), len(a)) - 1
    i = next((k for k in range(most) if b[k] is not a[k]), most)
    j = next((k for k in range(most - i) if b[-1 - k] is not a[-1 - k]), most - i)
    x, y = Product.of(*b[i : len(b) - j]), Product.of(*a[i : len(a) - j])
    return (x, y) if i + j and x.shape == y.shape else None


def inner_of_terms(b: Expr, a: Expr) -> Sides | None:
    """X and Y + Z where cX has become cY + cZ, and ∑ᵢX the sum of ∑ᵢY and ∑ᵢZ."""
    terms = a.operands if isinstance(a, Sum) else ()
    if terms and isinstance(b, IndexedSum):
        alike = all(isinstance(t, IndexedSum) and t.index is b.index for t in terms)
        return (b.operands[0], Sum.of(*[t.operands[0] for t in terms])) if alike else None
    shared = shared_by((b, *terms)) if terms else []
    return (without(b, shared), Sum.of(*[without(t, shared) for t in terms])) if shared else None


def shared_by(terms: Sequence[Expr]) -> list[Expr]:
    """The scalars in front of every term."""
    first, *others = [term(t).scalars for t in terms]
    return [s for s in first if all(s in scalars for scalars in others)]


def without(e: Expr, shared: Sequence[Expr]) -> Expr:
    """A term without some of the scalars in front."""
    t = term(e)
    return scaled(t.number, [s for s in t.scalars if s not in shared], t.core)


def rebuilt(e: Expr, parts: Sequence[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else e.rebuild(tuple(parts))


Window = tuple[Expr, Callable[[Expr], Expr]]


def windows(left: Expr, e: Expr) -> Iterator[Window]:
    """The parts of a sum or a product that a statement may be about, and how something is exchanged in their place."""
    yield e, lambda made: made
    if isinstance(left, Sum) and isinstance(e, Sum):
        numbers = [coefficient(t)[0] for t in e.operands]
        for k in dict.fromkeys([-UNIT, *numbers, *[-k for k in numbers]]):
            if k not in (0, 1):
                yield over_terms(1 / k, e), partial(over_terms, k)
        if shared := shared_by(e.operands):
            inner = Sum.of(*[without(t, shared) for t in e.operands])
            yield inner, lambda made: Scale.of(Hadamard.of(*shared), made)
    t = term(e)
    if t.core is None:
        yield from _scalars(e)
        if isinstance(e, Product) and isinstance(left, (Product, Scale)):
            yield from _neighbours(e, Number(1))
    elif t.number != 1 or t.scalars:
        yield t.core, lambda made: Scale.of(e.operands[0], made)
    if isinstance(t.core, Product) and isinstance(left, (Product, Scale)):
        yield from _neighbours(t.core, e.operands[0] if isinstance(e, Scale) else Number(1))
    if isinstance(left, (Sum, Hadamard)) and type(e) is type(left):
        yield from _some_of(e, len(left.operands))


def _scalars(e: Expr) -> Iterator[Window]:
    """Each factor of a product of scalars."""
    if isinstance(e, Hadamard):
        for k, s in enumerate(e.operands):
            others = (*e.operands[:k], *e.operands[k + 1 :])
            yield s, lambda made, others=others: Hadamard.of(*others, made)  # type: ignore[misc]


def _neighbours(product: Expr, scalars: Expr) -> Iterator[Window]:
    """Runs of factors of a matrix product, two at least."""
    f = product.operands
    for i, j in combinations(range(len(f) + 1), 2):
        if 1 < j - i < len(f):
            before, after = f[:i], f[j:]
            yield (
                Product.of(*f[i:j]),
                lambda made, before=before, after=after: Scale.of(scalars, Product.of(*before, made, *after)),  # type: ignore[misc]
            )


def _some_of(e: Expr, count: int) -> Iterator[Window]:
    """As many terms of a sum, or factors of an entrywise product, as a statement has."""
    f = e.operands
    for chosen in combinations(range(len(f)), count) if count < len(f) else ():
        rest = [t for k, t in enumerate(f) if k not in chosen]
        part = rebuilt(e, [f[k] for k in chosen])
        yield part, lambda made, rest=rest: rebuilt(e, [made, *rest])  # type: ignore[misc]
