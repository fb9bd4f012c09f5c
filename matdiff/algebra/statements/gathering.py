"""Statements about sums: a f(A, C) + b f(B, C) = f(aA + bB, C), of any number of terms at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeVar

from matdiff.algebra.expr import Expr, Number, Operator, replace, symbols
from matdiff.algebra.operators.products import Hadamard, Scale, Sum, Transpose, coefficient, multiple, turned
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.statements.matcher import Matcher
from matdiff.algebra.statements.substitution import instance


def gathered(left: Expr, right: Expr, matcher: Matcher) -> Callable[[Expr], Expr | None] | None:
    """The function that joins the terms of a sum that differ in what one letter stands for; None for other statements.

    Every term is matched once, so that many of them take no longer than each by itself.
    """
    if not isinstance(left, Sum) or len(left.operands) != 2:
        return None
    if any(not isinstance(t, (Scale, Hadamard)) or len(t.operands) != 2 for t in left.operands):
        return None
    (c, one), (d, other) = [t.operands for t in left.operands]
    differing = [set[Expr](symbols(p)) - set(symbols(q)) for p, q in ((one, other), (other, one))]
    if any(len(letters) != 1 for letters in differing):
        return None
    (a,), (b,) = differing
    if replace(one, {a: b}.get) is not other or right is not replace(one, {a: Sum.of(c * a, d * b)}.get):
        return None

    def parts(e: Expr) -> Iterator[tuple[frozenset[Any], int, Expr]]:
        for k, term in enumerate(e.operands):
            number, body = coefficient(term)
            ways = (
                (scalar, found) for scalar, core in multiples(body) for found in matcher.match(one, upright(core), {})
            )
            for scalar, found in ways:
                shared = {letter: known for letter, known in found.items() if letter not in (a, "rest")}
                own = found[a] if scalar is None else scalar * found[a]
                yield frozenset(shared.items()), k, Scale.of(Number(number), own)
                break

    def together(shared: frozenset[Any], own: Sequence[Expr]) -> Expr | None:
        return instance(one, {**dict(shared), a: Sum.of(*own)})

    return lambda e: next(joinings(e, parts(e), together), None)


def upright(e: Expr) -> Expr:
    """f(S, Aᵀ) for f(S, A)ᵀ with a symmetric S."""
    a = e.operands[0] if isinstance(e, Transpose) else e
    if a is e or not (isinstance(a, Operator) and a.mirrors and is_symmetric(a.operands[0])):
        return e
    return a.rebuild((a.operands[0], *map(turned, a.operands[1:])))


Key = TypeVar("Key", bound=Hashable)
Part = TypeVar("Part")


def joinings(
    e: Expr, parts: Iterable[tuple[Key, int, Part]], together: Callable[[Key, Sequence[Part]], Expr | None]
) -> Iterator[Expr]:
    """The sums in which terms with one key are one term, of parts with their keys and the places of their terms."""
    groups: dict[Key, list[tuple[int, Part]]] = {}
    for known, k, part in parts:
        groups.setdefault(known, []).append((k, part))
    for known, members in groups.items():
        joined = together(known, [part for _, part in members]) if len(members) > 1 else None
        if joined is not None:
            yield in_place_of(e, [k for k, _ in members], joined)


def multiples(body: Expr | None) -> Iterator[tuple[Expr | None, Expr]]:
    """The ways to see a term without its number as c times something, or as that by itself."""
    if isinstance(body, Scale):
        yield body.operands[0], body.operands[1]
    elif isinstance(body, Hadamard) and body.is_scalar:
        f = body.operands
        yield from ((Hadamard.of(*f[:k], *f[k + 1 :]), factor) for k, factor in enumerate(f))
    elif body is not None:
        yield None, body


def in_place_of(e: Expr, places: Sequence[int], joined: Expr) -> Expr:
    """A sum in which some terms are replaced by one, which stands where the first of them stood."""
    first, taken = places[0], frozenset(places)
    return Sum.of(*[joined if k == first else t for k, t in enumerate(e.operands) if k == first or k not in taken])


def over_terms(number: Fraction, e: Expr) -> Expr:
    """A multiple of an expression; of a sum term by term."""
    parts = [coefficient(t) for t in (e.operands if type(e) is Sum else (e,))]
    terms = [multiple(number * k, body) for k, body in parts]
    return Sum.of(*terms) if len(terms) > 1 else terms[0]
