"""Laws that are their statements: the left side is matched, the right side takes its place.

A statement is read when an expression first comes up to which the law may apply.  At the root a statement about AB
applies inside XABY, and one about A + B to two terms of many.  What maps A and B one by one, as in (AB)ᵀ = BᵀAᵀ, maps
all operands at once.  That a matrix is invertible or definite is a condition, which the law says in words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import product as ways_to_choose
from typing import Any

from matdiff.algebra.constants import UNITY, Identity, Ones, is_one, is_zero
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import UNIT, Expr, Index, Number, Operator, Symbol, postorder, replace
from matdiff.algebra.heads import is_anything, told
from matdiff.algebra.kinds import names_in, set_of
from matdiff.algebra.laws import Law, Statement, Words
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.products import (
    Hadamard,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    multiple,
    turned,
)
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symbolic_powers import SymbolicPower, matrix_base
from matdiff.algebra.statements.conditions import under_any_condition
from matdiff.algebra.statements.gathering import gathered, over_terms
from matdiff.algebra.statements.matcher import GRANTED, Matcher, Opened, beside_alike, core, is_letter, linear, occurs
from matdiff.algebra.statements.mirrored import mirrored
from matdiff.algebra.statements.substitution import Found, instance
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple

Way = Callable[[Expr], Expr | None]
Guard = Callable[[Expr], bool]
NARY = ("Sum", "Product", "Hadamard", "HorizontalStack", "VerticalStack")
MATCHER, OPENED = Matcher(), Opened()
NAMED = set_of(("Named",))


def stated(
    statement: str,
    *,
    also: Sequence[str | Statement] = (),
    where: str = "",
    name: str = "",
    title: str = "",
    of_all: bool = False,
    transposed: bool = False,
    **more: Any,
) -> Law:
    """Declares an equality that is applied from left to right by matching, to expressions for which *when* holds.

    What it is said of as well, columns or a mirror image, are laws of their own, with a number behind the name and
    where it is that *of_all* of them with the same title; so is what all of them say of transposes, where *transposed*
    asks for it.
    """
    module = sys._getframe(1).f_globals["__name__"]  # where the law book looks it up
    first, *others = [Statement(s, where) if isinstance(s, str) else s for s in (statement, *also)]
    law = one(*first, module, title=title, **more)
    turned = [one(*later(mirrored, s), module, **more) for s in (first, *others) if transposed]
    law.others = (*[one(*s, module, title=title if of_all else "", **more) for s in others], *turned)
    if name:
        law.enter(name)
    return law


def later(making: Callable[[Statement], Statement], of: Statement) -> tuple[Words, Words]:
    """A statement and its declarations, made of another one when they are asked for."""
    made = cache(partial(making, of))
    return lambda: made().statement, lambda: made().where


def one(
    statement: Words,
    where: Words,
    module: str,
    *,
    title: str = "",
    when: Guard | None = None,
    opened: bool = False,
    among: tuple[type | str, ...] | None = None,
    **more: Any,
) -> Law:
    """A law that is one statement, and where *opened* is said of what definitions stand for as well."""

    def first_applied(e: Expr) -> Expr | None:
        """Reads the statement once it may apply, and is then replaced by what it is made into."""
        wanted = told(law).among
        if (wanted and names_in(e.inside).isdisjoint(wanted)) or (when is not None and not when(e)):
            return None
        matcher = OPENED if opened else MATCHER
        left, right = Law.read(law.statements[0])
        law.apply = first_of([way(*sides, when, matcher) for sides in under_any_condition(left, right)])
        law.apply.__module__ = module
        return law.apply(e)

    first_applied.__module__ = module
    law = Law("", title, statement, "identity", first_applied, where=where, among=among, **more)
    return law


def first_of(ways: Sequence[Way]) -> Way:
    """The first of some ways that leads somewhere."""
    return ways[0] if len(ways) == 1 else lambda e: next((made for w in ways if (made := w(e)) is not None), None)


def way(left: Expr, right: Expr, when: Guard | None, matcher: Matcher) -> Way:
    """The function that turns instances of the left side into those of the right side, or gives None."""
    each = operand_by_operand(left, right, when)
    if each is not None:
        return each
    together = gathered(left, right, matcher) if when is None else None
    if together is not None:
        return together
    if isinstance(left, Product):
        return within_product(left.operands, right, when, matcher)
    if isinstance(left, (Sum, Hadamard)):
        return among_terms(type(left), left.operands, right, when, matcher)
    straight = of_one_letter(left, right, when) if matcher is MATCHER else None
    if straight is not None:
        return straight
    kind = None if is_open(left) else type(left)
    place, fits = first_told(left.operands, matcher)

    def rewritten(e: Expr) -> Expr | None:
        if kind is not None and type(e) is not kind:
            return None
        if fits is not None and not fits(e.operands[place]):
            return None
        return built(right, matcher.match(left, e, {})) if when is None or when(e) else None

    return rewritten


def of_one_letter(left: Expr, right: Expr, when: Guard | None) -> Way | None:
    """f(g(A)) = h(A) for operations of one operand each, which are gone through without a search."""
    kinds, letter = list[type[Expr]](), left
    while len(letter.operands) == 1 and not (letter.data or is_open(letter)):
        kinds.append(type(letter))
        letter = letter.operands[0]
    if not kinds or type(letter) is not Symbol or [n for n in postorder(right) if n.data or not n.operands] != [letter]:
        return None
    is_any = letter.properties <= GRANTED and None not in [extent.name for extent in letter.shape]
    is_square = letter.rows is letter.cols

    def rewritten(e: Expr) -> Expr | None:
        a = e
        for kind in kinds:
            if type(a) is not kind:
                return None
            a = a.operands[0]
        fits = (not is_square or a.rows is a.cols) if is_any else MATCHER.match(letter, a, {})
        if not fits or (when is not None and not when(e)):
            return None
        return a if right is letter else instance(right, {letter: a})

    return rewritten


def changed(law: Law, e: Expr, changes: Sequence[Expr | None]) -> Expr:
    """d of an operation by the statement of its law, the last one that fits; what does not vary has no term in it."""
    for pattern, differentials, terms in rules_of_d(law):
        given = {d: c for d, c in zip(differentials, changes, strict=True) if c is not None}
        for found in MATCHER.match(pattern, e, {}):
            made = [instance(t, {**found, **given}) for t, varying in terms if given.keys() >= varying]
            if None not in made:
                return Sum.of(*[m for m in made if m is not None])
    raise unfit(law, e)


def unfit(law: Law, e: Expr) -> UnsupportedError:
    """The error for an operation that is not what the law of its d is about: it says what its operand has to be."""
    pattern = rules_of_d(law)[0].pattern
    letters = [(p, o) for p, o in zip(pattern.operands, e.operands, strict=True) if isinstance(p, Symbol)]
    for letter, operand in letters:
        for word in letter.properties - GRANTED:
            told = f"{str(e)[:60]} is differentiated only where {str(operand)[:60]} is known to be {word}"
            wanted = "spd" if "spd" in letter.properties else word
            return UnsupportedError(told, suggestion=f"Declare the matrix {wanted}.")
    return UnsupportedError(f"the law of d {e} does not fit")


class RuleOfD(NamedTuple):
    """d of a pattern, the d of its operands, and the terms that it has, each with those d that occur in it."""

    pattern: Expr
    differentials: tuple[Expr, ...]
    terms: tuple[tuple[Expr, set[Expr]], ...]


@cache
def rules_of_d(law: Law) -> tuple[RuleOfD, ...]:
    """What the statements of a law of d say, the last one first."""
    rules = []
    for left, right in map(Law.read, reversed(law.statements)):
        (pattern,) = left.operands
        terms = right.operands if isinstance(right, Sum) else (right,)
        with_d = [(t, varying(t)) for t in terms]
        rules.append(RuleOfD(pattern, tuple(map(Differential, pattern.operands)), tuple(with_d)))
    return tuple(rules)


def varying(e: Expr) -> set[Expr]:
    """The differentials in a side of a statement."""
    return {node for node in postorder(e) if isinstance(node, Differential)}


def built(right: Expr, ways: Iterable[Found]) -> Expr | None:
    """The right side with what the letters stand for, found in the first way in which there is one."""
    return next((made for found in ways if (made := instance(right, found)) is not None), None)


def operand_by_operand(left: Expr, right: Expr, when: Guard | None) -> Way | None:
    """f(A ∘ B, C) = g(A, C) ∘ g(B, C), or in the other order, for a ∘ that takes any number of operands."""
    inside, outer, join = left.operands[0] if left.operands else left, type(left), type(right)
    kind, order = type(inside), 1
    if inside is left or outer.__name__ in NARY or kind.__name__ not in NARY:
        return None
    if not issubclass(join, Operator) or join.__name__ not in NARY:
        return None
    if (join is Product) is not (kind is Product) and not right.is_scalar:  # numbers need no order
        return None
    letters, images = inside.operands, right.operands
    if len(letters) != 2 or len(images) != 2 or not all(isinstance(o, Symbol) for o in letters):
        return None
    if letters[1] in set(postorder(images[0])):
        images, order = images[::-1], -1
    a, b = letters
    second = replace(images[0], {a: b}.get) if a.shape == b.shape else instance(images[0], {a: b})
    if a is b or second is not images[1]:
        return None
    whole = Symbol("·", inside.shape)
    around = left.rebuild((whole, *left.operands[1:])) if left.operands[1:] or left.data else None
    each = turned if type(images[0]) is Transpose and images[0].operands[0] is a else None  # as it mostly is

    def rewritten(e: Expr) -> Expr | None:
        if type(e) is not outer or type(e.operands[0]) is not kind or (when is not None and not when(e)):
            return None
        parts = e.operands[0].operands if kind is not Product or join is Product else squares(e.operands[0])
        for found in MATCHER.match(around, e, {}) if around is not None else ({},):
            made = [instance(images[0], {**found, a: o}) if each is None else each(o) for o in parts[::order]]
            return join.of(*[m for m in made if m is not None]) if len(made) > 1 and None not in made else None
        return None

    return rewritten


def squares(e: Expr) -> tuple[Expr, ...]:
    """A square product, cut wherever both sides are square."""
    blocks: list[list[Expr]] = [[]]
    for factor in e.operands:
        blocks[-1].append(factor)
        if factor.cols is e.rows:
            blocks.append([])
    return tuple([Product.of(*block) for block in blocks if block])


def within_product(ps: Sequence[Expr], right: Expr, when: Guard | None, matcher: Matcher) -> Way:
    """A statement about AB, inside XABY; a letter between others may take several factors, and where definitions are
    opened one at an end that stands in others as well as many as it can."""
    fewest = len(ps)
    place, fits = first_told(ps, matcher)
    spread = matcher is not MATCHER and any(is_letter(p) and occurs(p, ps) > 1 for p in (ps[0], ps[-1]))  # as (AB)⁻¹A
    several = spread or any(is_letter(p) for p in ps[1:-1])
    alike = matcher is MATCHER and not several and is_letter(core(ps[0])) and core(ps[0]) is core(ps[1])
    square = alike and ps[0].rows is ps[0].cols
    narrow = sum(p.cols is ONE for p in ps[:-1])

    def rewritten(e: Expr) -> Expr | None:
        f = e.operands if type(e) is Product else ()
        begins: Sequence[int] = range(len(f) - fewest + 1)
        if alike:
            begins = [k for k in beside_alike(f) if k <= len(f) - fewest and (not square or f[k].rows is f[k].cols)]
        if fits is not None:
            there = [k for k, factor in enumerate(f) if fits(factor)]
            latest = max(there, default=-1)
            begins = [k for k in begins if (k + place <= latest if place > (not spread) else k + place in there)]
        if not begins or (when is not None and not when(e)):
            return None
        columns = [k for k, factor in enumerate(f, 1) if factor.cols is ONE]
        if narrow > len(columns):
            return None  # x yᵀz is no part of a product of matrices, in which it is not searched for
        first = max(fewest, columns[narrow - 1] + 1 if narrow else 0)
        ends = [end for end in (columns if ps[-1].cols is ONE else range(first, len(f) + 1)) if end >= first]
        for k in begins:
            longer = [end for end in ends if end >= k + fewest] if several else (k + fewest,)
            for end in longer[::-1] if spread else longer:
                made = built(right, matcher.chain(ps, f[k:end], {}))
                if made is not None:
                    return between(f[:k], made, f[end:])
        return None

    return rewritten


def between(before: tuple[Expr, ...], made: Expr, after: tuple[Expr, ...]) -> Expr:
    """A product with something between other factors; a scalar of it goes to the front, an I falls away."""
    scalar, core = made.operands if isinstance(made, Scale) else (None, made)
    falls_away = isinstance(core, Identity) and (before or after)
    whole = Product.of(*before, *([] if falls_away else [core]), *after)
    return whole if scalar is None else Scale.of(scalar, whole)


def among_terms(kind: type[Expr], ps: Sequence[Expr], right: Expr, when: Guard | None, matcher: Matcher) -> Way:
    """A statement about A + B, or a multiple of it, or about A ⊙ B, of some of the terms; the right side stands where
    the first of them stood, and 0 or 1 falls away."""
    split: Callable[[Expr], tuple[Fraction, Expr | None]] = coefficient if kind is Sum else lambda e: (UNIT, e)
    first_number, cores = split(ps[0])[0], [split(p)[1] or UNITY for p in ps]
    heads = [None if is_open(p) else at_a_glance(p, matcher) for p in cores]
    told = [fits for fits in heads if fits is not None]
    join: Callable[..., Expr] = kind.of  # type: ignore[attr-defined]

    def rewritten(e: Expr) -> Expr | None:
        if type(e) is not kind or (when is not None and not when(e)):
            return None
        f, parts = e.operands, list(map(split, e.operands))
        seen = [(t, body or UNITY) for t, (_, body) in zip(f, parts, strict=True)]  # with its number, and without it
        if not all(any(any(map(fits, both)) for both in seen) for fits in told):
            return None

        def found(p: Expr, fits: Guard) -> list[int]:
            return [k for k, both in enumerate(seen) if any(fits(o) and any(matcher.match(p, o, {})) for o in both)]

        free = [k for k, t in enumerate(f) if kind is Sum or t.number is None]  # a number stays in front of a product
        places = [free if fits is None else found(p, fits) for p, fits in zip(cores, heads, strict=True)]
        for chosen in ways_to_choose(*places):
            number = parts[chosen[0]][0]
            if len({*chosen}) < len(chosen) or not number:
                continue
            times = UNIT if number == first_number else number / first_number
            terms = [f[k] if times is UNIT else multiple(parts[k][0] / times, parts[k][1]) for k in chosen]
            made = built(right, matcher.all_of(ps, terms, {}))
            if made is not None:
                first = min(chosen)
                falls_away = len(chosen) < len(f) and (is_one if kind is Hadamard else is_zero)(made)
                stays = [k for k in range(len(f)) if k not in chosen or (k == first and not falls_away)]
                whole = made if times is UNIT else over_terms(times, made)
                return join(*[whole if k == first else f[k] for k in stays])
        return None

    return rewritten


def is_open(p: Expr) -> bool:
    """Whether the class of what a part of a pattern matches is not known."""
    varies = isinstance(p, (Index, SymbolicPower, Unspecified, Member)) or is_anything(p)
    return is_letter(p) or varies or (p.is_scalar and linear(p)[0] != ())


def first_told(ps: Sequence[Expr], matcher: Matcher) -> tuple[int, Guard | None]:
    """The first part of which the class is known, and whether something may be an instance of it, at a glance."""
    told_ones = (k for k, p in enumerate(ps) if not is_open(p) or is_power_of_known(p))
    return next(((k, at_a_glance(ps[k], matcher)) for k in told_ones), (0, None))


def is_power_of_known(p: Expr) -> bool:
    """Whether a part is (AB)ᵏ, which is nothing but a power of a product."""
    return isinstance(p, SymbolicPower) and not is_open(p.operands[0])


def base_fits(p: Expr) -> Guard:
    """The same of (AB)ᵏ, by the base of a power, or of what a name stands for."""
    kinds = (type(p.operands[0]), Named)
    return lambda e: type(matrix_base(e.operands[0] if type(e) is Named else e)[0]) in kinds


def at_a_glance(p: Expr, matcher: Matcher) -> Guard:
    """By its class, and those of its operands; where definitions are opened a name may stand for it."""
    kind = type(p)
    if kind is SymbolicPower:
        return base_fits(p)
    inside = set_of(type(o).__name__ for o in p.operands if not is_open(o) and not isinstance(o, (Ones, Scale)))

    def fits(e: Expr) -> bool:
        return type(e) is kind and (e.inside & inside == inside or e.inside & NAMED != 0)

    if kind is Number:
        fits = lambda e: e is p  # noqa: E731
    elif kind is Ones:
        fits = lambda e: type(e) is Ones or e is UNITY  # noqa: E731
    elif kind is Scale:
        fits = lambda e: type(e) is Scale or e.is_scalar  # noqa: E731
    return fits if matcher is MATCHER else lambda e: type(e) is Named or fits(e)
