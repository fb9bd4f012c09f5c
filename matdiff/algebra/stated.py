"""Laws that are their statements: the left side is the pattern, the right side what takes its place.

A statement is read when an expression first comes up to which the law may apply, and made into two functions: one
matches, one builds.  A letter stands for one operand; below the root of the pattern it may take several neighbours of
a product, or what is left of a sum or an entrywise product.  k in Aᵏ stands for any exponent, g in g(A) for any
function of every entry.  At the root a statement about AB applies inside XABY, and one about A + B to two terms of
many.  What maps A and B one by one, as in (AB)ᵀ = BᵀAᵀ, maps all operands at once.  Where a letter is declared
symmetric, orthogonal …, what it stands for has to be seen to be so; that a matrix is invertible or definite is a
condition, which the law says in words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Size, solution
from matdiff.algebra.expr import Expr, Number, Symbol, postorder
from matdiff.algebra.laws import Declared, Law
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, turned
from matdiff.algebra.operators.reductions import count
from matdiff.algebra.operators.square import MatrixPower
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.operators.symmetry import assumed, is_symmetric

Found = dict[Any, Any]  # what letters and the names of sizes stand for
Match = Callable[[Any, Found], bool]  # of an expression or a datum; it fills in what was found
Build = Callable[[Found], Expr]
Way = Callable[[Expr], Expr | None]
Guard = Callable[[Expr], bool]
NARY = (Sum, Product, Hadamard)
ASKED = frozenset(("skew", "orthogonal", "idempotent", "unit", "stochastic", "simplex"))  # of what a letter stands for


def stated(name: str, statement: str, *, title: str = "", when: Guard | None = None, **more: Any) -> Law:
    """Declares an equality that is applied from left to right by matching, to expressions for which *when* holds.

    Its title is the statement as it is printed, where no other one is given.
    """
    module = sys._getframe(1).f_globals["__name__"]  # where the law book looks it up

    def first_applied(e: Expr) -> Expr | None:
        """Reads the statements once they may apply, and is then replaced by what they are made into."""
        if (law.among and not holds_one_of(e, law.among)) or (when is not None and not when(e)):
            return None
        ways = [way(*Law.read(statement), when) for statement in law.statements]
        law.apply = ways[0] if len(ways) == 1 else first_of(ways)
        law.apply.__module__ = module
        return law.apply(e)

    first_applied.__module__ = module
    law = Law(name, title or (lambda: printed(law)), statement, "identity", first_applied, **more)
    return law


def holds_one_of(e: Expr, classes: tuple[type, ...]) -> bool:
    """Whether one of the operands is of these classes, seen through transposes and multiples."""
    return any(issubclass(kind, classes) for kind in ingredients(e))


def ingredients(node: Expr) -> frozenset[type]:
    """The classes of the operands, seen through transposes and multiples."""
    kinds: set[type] = set()
    for e in node.operands:
        kind = type(e)
        kinds.add(kind)
        while kind is Transpose or kind is Scale or kind is Hadamard:
            e = e.operands[-1]
            kind = type(e)
            kinds.add(kind)
        if kind is Member:
            e = e.operands[0]
        if isinstance(e, Symbol) and e.properties:
            kinds.add(Declared)
    return frozenset(kinds)


def printed(law: Law) -> str:
    """The statement of a law as it is printed."""
    left, right = Law.read(law.statements[0])
    return f"{left} = {right}"


def first_of(ways: Sequence[Way]) -> Way:
    """What the first of several statements that fits makes of an expression."""

    def rewritten(e: Expr) -> Expr | None:
        for each in ways:
            made = each(e)
            if made is not None:
                return made
        return None

    return rewritten


def way(left: Expr, right: Expr, when: Guard | None) -> Way:
    """The function that turns instances of the left side into those of the right side, or gives None."""
    each = operand_by_operand(left, right, when)
    if each is not None:
        return each
    if isinstance(left, Product):
        return within_product(left.operands, building(right))
    if isinstance(left, Sum | Hadamard):
        return among_terms(type(left), left.operands, building(right))
    matches, build, kind = matching(left), building(right), None if is_open(left) else type(left)
    place, head = first_head(left.operands)

    def rewritten(e: Expr) -> Expr | None:
        if kind is not None and type(e) is not kind:
            return None
        if head is not None and type(e.operands[place]) is not head:
            return None
        found: Found = {}
        return build(found) if (when is None or when(e)) and matches(e, found) else None

    return rewritten


def operand_by_operand(left: Expr, right: Expr, when: Guard | None) -> Way | None:
    """f(A ∘ B) = g(A) ∘ g(B), or in the other order, for a ∘ that takes any number of operands."""
    inside, outer, join = left.operands[0] if len(left.operands) == 1 else left, type(left), type(right)
    kind, order = type(inside), 1
    if inside is left or kind not in NARY or join not in NARY or (join is Product) is not (kind is Product):
        return None
    letters, images = inside.operands, right.operands
    if len(letters) != 2 or len(images) != 2 or not all(isinstance(o, Symbol) for o in letters):
        return None
    if letters[1] in set(postorder(images[0])):
        images, order = images[::-1], -1
    (a, b), image = letters, building(images[0])
    if a is b or image({a: b}) is not images[1]:
        return None

    def rewritten(e: Expr) -> Expr | None:
        if type(e) is not outer or type(e.operands[0]) is not kind or (when is not None and not when(e)):
            return None
        return join.of(*[image({a: o}) for o in e.operands[0].operands[::order]])

    return rewritten


def within_product(ps: Sequence[Expr], build: Build) -> Way:
    """A statement about AB, inside XABY."""
    chain, fewest = in_order(ps, whole=False), len(ps)
    place, head = first_head(ps[:2])

    def rewritten(e: Expr) -> Expr | None:
        f = e.operands
        for k in range(len(f) - fewest + 1 if type(e) is Product else 0):
            if head is not None and type(f[k + place]) is not head:
                continue
            found: Found = {}
            if chain(f[k:], found):
                return between(f[:k], build(found), f[k + found[TAKEN] :])
        return None

    return rewritten


def between(before: tuple[Expr, ...], made: Expr, after: tuple[Expr, ...]) -> Expr:
    """A product with something between other factors; a scalar of it goes to the front, an I falls away."""
    scalar, core = made.operands if isinstance(made, Scale) else (None, made)
    falls_away = isinstance(core, Identity) and (before or after)
    whole = Product.of(*before, *([] if falls_away else [core]), *after)
    return whole if scalar is None else Scale.of(scalar, whole)


def among_terms(kind: type[Expr], ps: Sequence[Expr], build: Build) -> Way:
    """A statement about A + B, or A ⊙ B, of some of the terms; the right side stands where the first of them stood."""
    matches, number = all_of([matching(p) for p in ps]), len(ps)
    heads = {type(p) for p in ps if not is_open(p)}
    join: Callable[..., Expr] = kind.of  # type: ignore[attr-defined]

    def rewritten(e: Expr) -> Expr | None:
        f = e.operands
        if type(e) is not kind or not heads <= {type(o) for o in f}:
            return None
        for chosen in permutations(range(len(f)), number):
            found: Found = {}
            if matches([f[k] for k in chosen], found):
                made, first = build(found), min(chosen)
                return join(*[made if k == first else t for k, t in enumerate(f) if k == first or k not in chosen])
        return None

    return rewritten


# ---- matching ---------------------------------------------------------------------------------------

TAKEN = "·taken"  # how many factors a pattern has taken in


def is_letter(p: Expr) -> bool:
    """Whether a part of a pattern is a letter, or xᵀ for a column x."""
    is_row = isinstance(p, Transpose) and p.rows is ONE
    return isinstance(p.operands[0] if is_row else p, Symbol)


def is_open(p: Expr) -> bool:
    """Whether the class of what a part of a pattern matches is not known."""
    return is_letter(p) or isinstance(p, SymbolicPower | Unspecified)


def first_head(ps: Sequence[Expr]) -> tuple[int, type[Expr] | None]:
    """The first part of which the class is known, and that class."""
    return next(((k, type(p)) for k, p in enumerate(ps) if not is_open(p)), (0, None))


def matching(p: Expr) -> Match:
    """The function that finds what the letters of a pattern stand for in an expression."""
    if isinstance(p, Symbol):
        return letter(p)
    if is_letter(p):
        column = letter(p.operands[0])  # type: ignore[arg-type]
        return lambda e, found: e.rows is ONE and column(turned(e), found)
    if isinstance(p, Product):
        chain = in_order(p.operands, whole=True)
        return lambda e, found: chain(e.operands if isinstance(e, Product) else (e,), found)
    if isinstance(p, Sum | Hadamard):
        return in_any_order(p)
    if isinstance(p, SymbolicPower):
        return any_power(*map(matching, p.operands))
    if isinstance(p, Unspecified):
        return any_function(p.data[0], matching(p.operands[0]))
    operands, data = all_of([matching(o) for o in p.operands]), all_of([datum(d) for d in p.data])
    kind, number = type(p), len(p.operands)

    def matches(e: Expr, found: Found) -> bool:
        return type(e) is kind and len(e.operands) == number and data(e.data, found) and operands(e.operands, found)

    return matches


def in_any_order(p: Sum | Hadamard) -> Match:
    """Terms or factors in any order; one letter takes what is left."""
    parts = sorted(p.operands, key=is_letter)
    matches_all, kind = all_of([matching(o) for o in parts]), type(p)
    alone = len(parts) - is_letter(parts[-1])  # so many take one operand each

    def matches(e: Expr, found: Found) -> bool:
        f = e.operands
        if type(e) is not kind or len(f) < len(parts) or (alone == len(parts) and len(f) > alone):
            return False
        for chosen in permutations(range(len(f)), alone):
            rest = [o for k, o in enumerate(f) if k not in chosen]
            trial = dict(found)
            if matches_all([*[f[k] for k in chosen], *([kind.of(*rest)] if rest else [])], trial):
                found.update(trial)
                return True
        return False

    return matches


def any_power(base: Match, exponent: Match) -> Match:
    """Aᵏ with a number or anything else for k."""

    def matches(e: Expr, found: Found) -> bool:
        if isinstance(e, MatrixPower):
            return base(e.operands[0], found) and exponent(Number(e.data[0]), found)
        return isinstance(e, SymbolicPower) and base(e.operands[0], found) and exponent(e.operands[1], found)

    return matches


def any_function(name: str, inside: Match) -> Match:
    """g(A) with any function of every entry, which has the same parameters wherever it stands."""

    def matches(e: Expr, found: Found) -> bool:
        if not isinstance(e, Entrywise | Power | Unspecified) or not all(o.is_scalar for o in e.operands[1:]):
            return False
        known = found.setdefault(name, e)
        is_same = known is e or (type(known), known.data, known.operands[1:]) == (type(e), e.data, e.operands[1:])
        return is_same and inside(e.operands[0], found)

    return matches


def all_of(parts: Sequence[Match]) -> Callable[[Sequence[Any], Found], bool]:
    """Each of some things by its own part of the pattern."""
    if not parts:
        return lambda things, found: True
    if len(parts) == 1:
        only = parts[0]
        return lambda things, found: only(things[0], found)

    def matches(things: Sequence[Any], found: Found) -> bool:
        for part, thing in zip(parts, things, strict=True):  # noqa: SIM110
            if not part(thing, found):
                return False
        return True

    return matches


def datum(d: Any) -> Match:
    """A size, a number or a name beside the operands."""
    return extent(d) if isinstance(d, Size) else lambda actual, found: actual == d


def letter(p: Symbol) -> Match:
    """Anything of the shape of a letter, with its properties; the same everywhere."""
    rows, cols = map(extent, p.shape)
    properties, wants_symmetry = p.properties & ASKED, "symmetric" in p.properties

    def matches(e: Expr, found: Found) -> bool:
        known = found.get(p)
        if known is not None:
            return known is e
        r, c = e.shape
        if not rows(r, found) or not cols(c, found):
            return False
        if (properties and not properties <= assumed(e)) or (wants_symmetry and not is_symmetric(e)):
            return False
        found[p] = e
        return True

    return matches


def extent(p: Size) -> Match:
    """A size of a pattern: 1, a letter for any size, or what is made of letters of which one is not known."""
    names = [*p.names()]
    name = names[0] if names else ""
    if not names:
        return lambda actual, found: actual is p
    if p.terms == (((name,), 1),):
        return lambda actual, found: found.setdefault(name, actual) is actual

    def matches(actual: Size, found: Found) -> bool:
        unknown = [n for n in names if n not in found]
        if unknown:
            value = solution(p, unknown[0], actual, found) if len(unknown) == 1 else None
            if value is None:
                return False
            found[unknown[0]] = value
        return p.substitute(found.__getitem__) is actual

    return matches


def in_order(ps: Sequence[Expr], whole: bool) -> Callable[[tuple[Expr, ...], Found], bool]:
    """Factors in their order, a letter taking as few neighbours as it can; all of them, or those that come first."""
    parts = [(matching(p), is_letter(p)) for p in ps]

    def taken(k: int, es: tuple[Expr, ...], start: int, found: Found) -> bool:
        if k == len(parts):
            found[TAKEN] = start
            return start == len(es) or not whole
        (part, several), is_last = parts[k], k == len(parts) - 1
        most = len(es) - start - (len(parts) - 1 - k)
        fewest = most if whole and is_last else 1
        if not several or (not whole and (is_last or k == 0)):
            most = min(most, 1)
        for number in range(max(fewest, 1), most + 1):
            trial = dict(found)
            head = es[start] if number == 1 else Product.of(*es[start : start + number])
            if part(head, trial) and taken(k + 1, es, start + number, trial):
                found.update(trial)
                return True
        return False

    return lambda es, found: taken(0, es, 0, found)


# ---- building ---------------------------------------------------------------------------------------


def building(p: Expr) -> Build:
    """The function that puts in what letters stand for; what is transposed twice is written plainly."""
    if isinstance(p, Symbol):
        return lambda found: found[p] if p in found else count(found[p.name])
    parts = [building(o) for o in p.operands]
    if isinstance(p, Transpose):
        inside = parts[0]
        return lambda found: turned(inside(found))
    if isinstance(p, Unspecified):
        inside, name = parts[0], p.data[0]
        return lambda found: found[name].rebuild((inside(found), *found[name].operands[1:]))
    if not p.operands and not any(isinstance(d, Size) for d in p.data):
        return lambda found: p
    if not all(isinstance(d, Size) for d in p.data):
        return lambda found: p.rebuild(tuple([b(found) for b in parts]))
    sizes = [substituting(d) for d in p.data]
    of: Callable[..., Expr] | None = getattr(type(p), "of", None)
    if of is None:
        return lambda found: p.make(tuple([b(found) for b in parts]), tuple([s(found) for s in sizes]))
    return lambda found: of(*[b(found) for b in parts], *[s(found) for s in sizes])


def substituting(d: Size) -> Callable[[Found], Size]:
    """A size, with what its letters stand for."""
    name = next(iter(d.names()), "")
    if not name:
        return lambda found: d
    if d.terms == (((name,), 1),):
        return lambda found: found[name]
    return lambda found: d.substitute(found.__getitem__)
