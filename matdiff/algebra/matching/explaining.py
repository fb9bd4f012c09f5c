"""Whether a law is the reason of a step: whether the step is an instance of one of the law's statements.

Both sides of the step are taken in standard form and compared from the outside in, down to the smallest parts that
differ.  There the statement, its transpose, or either of them read backwards turns the one into the other, once or at
several places.  Two kinds of law are no patterns.  A law that is itself a rule of the standard form explains what
differs without that rule, and nothing else.  One that is about all terms or all powers at once (like terms, common
factors, aⁱaʲ = aⁱ⁺ʲ) explains what is equal once everything is multiplied out, or every power joined, and was not
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from matdiff.algebra.expr import Expr, Number, Symbol, postorder, replace
from matdiff.algebra.matching.matcher import Matcher
from matdiff.algebra.matching.rules import BEYOND, BY_ENTRIES, BY_STACKS, MULTIPLYING_OUT, POWERS, rules, term
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.matching.substitution import instance
from matdiff.algebra.operators.blocks import VerticalStack
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, zero
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum, UnitVector
from matdiff.algebra.operators.symbolic_powers import SymbolicPower

MOST_USES = 16  # of a statement in one step
MOST_DEFINITIONS = 64  # that are opened one after another
Sides = tuple[Expr, Expr]
Nothing: frozenset[str] = frozenset()


class Reason:
    """A statement of a law, made ready for matching.

    rules    the rules of the standard form that it states, one or several
    beyond   what makes its sides equal where that form does not
    ways     its sides, as they are and transposed, forwards and backwards
    """

    __slots__ = ("beyond", "kind", "left", "right", "rules", "ways")

    def __init__(self, left: Expr, right: Expr, kind: str) -> None:
        form = Standard()
        straight, turned = form.forms(left), form.forms(right)
        pairs = list(dict.fromkeys(zip(straight, turned, strict=True)))
        self.kind = kind
        self.left, self.right = straight[0], turned[0]
        self.ways: list[Sides] = [*pairs, *[(b, a) for a, b in pairs]]
        self.rules: tuple[str, ...] = ()
        self.beyond = Nothing
        if self.left is self.right:
            self.rules = tuple([rule for rule in rules() if not Standard(rule).equates(left, right)])
        elif kind != "differential":
            sums, powers = isinstance(self.left, Sum) or isinstance(self.right, Sum), has_open_powers(left)
            levels = [b for b in BEYOND if POWERS not in b or powers or (sums and MULTIPLYING_OUT in b)]
            if any(isinstance(n, IndexedSum | UnitVector | VerticalStack) for n in postorder(Sum.of(left, right))):
                levels += [BY_ENTRIES, BY_STACKS]
            self.beyond = next((b for b in levels if Standard(beyond=b).equates(left, right)), Nothing)


class Explainer:
    """Explains steps; what was found about their expressions is shared between them."""

    def __init__(self) -> None:
        self.form = Standard()
        self.forms: dict[object, Standard] = {}
        self.matcher = Matcher(self.form)

    def explains(self, reasons: Sequence[Reason], before: Expr, after: Expr) -> bool:
        """Whether a law, given by its statements, turns *before* into *after*."""
        return any(self._explains(reason, before, after) for reason in reasons) or self._opened(reasons, before, after)

    def _opened(self, reasons: Sequence[Reason], before: Expr, after: Expr) -> bool:
        """Whether it does once the definitions that are written by name are opened: 1ᵀp = 1 where p = softmax(z)."""
        names = definitions(before) | definitions(after)
        if not names or reasons[0].kind == "definition":
            return False
        b, a = opened(before, names), opened(after, names)
        return any(self._explains(reason, b, a) for reason in reasons)

    def _explains(self, reason: Reason, before: Expr, after: Expr) -> bool:
        if reason.kind == "definition":
            return self._by_definition(before, after)
        if reason.kind == "differential":
            return self._differential(reason, before, after)
        alike = self.form.equates(before, after)
        if reason.left is reason.right:
            return alike and any(not self._without(rule).equates(before, after) for rule in reason.rules)
        if alike:
            return False
        if reason.beyond and (reason.beyond in BEYOND or self._with(reason.beyond).equates(before, after)):
            return self._with(reason.beyond).equates(before, after)
        parts = [*self._parts(self.form.of(before), self.form.of(after))]
        return any(self._between(reason, b, a) for b, a in reversed(parts))

    def _without(self, rule: str) -> Standard:
        return self.forms.setdefault(rule, Standard(rule))

    def _with(self, beyond: frozenset[str]) -> Standard:
        return self.forms.setdefault(beyond, Standard(beyond=beyond))

    # ---- where the two sides differ ---------------------------------------------------------------------

    def _parts(self, b: Expr, a: Expr) -> Iterator[Sides]:
        """The pairs of parts, from the whole sides to the smallest, outside of which nothing differs."""
        inner: Sides | None = (b, a)
        while inner is not None:
            yield inner
            inner = inner_parts(*inner)

    # ---- the statement applied --------------------------------------------------------------------------

    def _between(self, reason: Reason, b: Expr, a: Expr) -> bool:
        """Whether the statement leads from one part to the other, at its root or at several places within."""
        if self._at_root(reason, b, a):
            return True
        if reason.kind in ("trace", "vec"):  # what stands beside dX in those may be missing
            self.matcher.empty = True
            found = self._at_root(reason, b, a)
            self.matcher.empty = False
            if found:
                return True
        return any(self._meet(left, right, b, a) for left, right in reason.ways)

    def _at_root(self, reason: Reason, b: Expr, a: Expr) -> bool:
        return any(made is a for left, right in reason.ways for made in self._rewritten(left, right, b))

    def _rewritten(self, left: Expr, right: Expr, e: Expr) -> Iterator[Expr]:
        """What one use of a statement at the root makes of an expression."""
        for part, put_back in windows(left, e):
            for found in self.matcher.match(left, part, {}):
                made = instance(right, found)
                if made is not None and made.shape == part.shape:
                    yield self.form.of(put_back(made))

    def _meet(self, left: Expr, right: Expr, b: Expr, a: Expr) -> bool:
        """Whether two expressions become one when the statement is used wherever it can."""
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
                    return self.form.of(put(e, node, made))
        return None

    # ---- differentials ----------------------------------------------------------------------------------

    def _differential(self, reason: Reason, before: Expr, after: Expr) -> bool:
        """d(f(A, B, …)): what is constant has the differential 0."""
        if not isinstance(before, Differential):
            return False
        e = before.operands[0]
        varying = {n.operands[0] for n in postorder(after) if isinstance(n, Differential)}
        return self._at_once(reason, before, after, varying) or self._one_by_one(reason, e, after, varying)

    def _at_once(self, reason: Reason, before: Expr, after: Expr, varying: set[Expr]) -> bool:
        """An instance of the statement."""
        e = before.operands[0]
        constant = {self.form.of(Differential(o)) for o in e.operands if o not in varying}
        for form in dict.fromkeys((self.form.of(before), before)):  # what does not vary may stand in front of a sum
            for found in self.matcher.match(reason.left, form, {}):
                made = instance(reason.right, found)
                if made is not None and made.shape == after.shape:
                    made = replace(made, lambda n: zero(n.shape) if n in constant else None)
                    if self._same(made, after, e):
                        return True
        return False

    def _one_by_one(self, reason: Reason, e: Expr, after: Expr, varying: set[Expr]) -> bool:
        """Of many operands, such as those of ABC: the sum of what follows when one of them varies at a time."""
        letters = [o if o.number is not None else Symbol(f"·{k}", o.shape) for k, o in enumerate(e.operands)]
        own = dict(zip(letters, e.operands, strict=True))
        node = Differential(e.rebuild(tuple(letters)))
        total: list[Expr] = []
        for letter, operand in own.items():
            if operand in varying and isinstance(letter, Symbol):
                made = self._resolved(reason, node, {o for o in letters if o is not letter})
                if made is None:
                    return False
                total.append(made)
        return self._same(replace(Sum.of(*total), own.get) if total else zero(e.shape), after, e)

    def _resolved(self, reason: Reason, e: Expr, fixed: set[Expr]) -> Expr | None:
        """d(…) of one letter, the law used until no other d is left; the differentials of *fixed* letters are 0."""

        def vanishing(node: Expr) -> Expr | None:
            if not isinstance(node, Differential):
                return None
            leaves = {n for n in postorder(node.operands[0]) if isinstance(n, Symbol)}
            return zero(node.shape) if leaves <= fixed else None

        for _ in range(MOST_USES):
            waiting = [n for n in postorder(e) if isinstance(n, Differential) and n.operands[0].operands]
            if not waiting:
                return e
            made = [instance(reason.right, found) for found in self.matcher.match(reason.left, waiting[0], {})]
            form = next((m for m in made if m is not None and m.shape == waiting[0].shape), None)
            if form is None:
                return None
            e = self.form.of(replace(put(e, waiting[0], form), vanishing))
        return None

    def _same(self, claimed: Expr, after: Expr, e: Expr) -> bool:
        """Whether two forms of de agree, up to names for e and for what it is made of."""
        if self.form.equates(claimed, after):
            return True
        states = {n for n in postorder(after) if isinstance(n, Iterate) and n.shape == e.shape}
        if any(self.form.equates(put(claimed, e, state), after) for state in states):
            return True
        names = {n for n in definitions(after) if n.operands[0] is e} | (definitions(after) - definitions(claimed))
        return bool(names) and self._with(frozenset((POWERS,))).equates(claimed, opened(after, names))

    # ---- definitions ------------------------------------------------------------------------------------

    def _by_definition(self, before: Expr, after: Expr) -> bool:
        """Whether names on one side stand for what is written on the other."""
        if self.form.equates(before, after):
            return True
        b, a = before, after
        for _ in range(MOST_DEFINITIONS):
            mine, theirs = definitions(b), definitions(a)
            inside, outside = opened(b, mine - theirs), opened(a, theirs - mine)
            if any(self.form.equates(x, y) for x, y in ((inside, a), (b, outside), (inside, outside))):
                return True
            if not mine - theirs and not theirs - mine:
                break
            b, a = (inside, a) if mine - theirs else (b, outside)
        return is_inserted(before, after)


def has_open_powers(e: Expr) -> bool:
    """Whether a statement is about all powers at once: aⁱaʲ, not A⁻¹A."""
    return any(isinstance(n, Power | SymbolicPower) and isinstance(n.operands[1], Symbol) for n in postorder(e))


def is_named(e: Expr) -> bool:
    return isinstance(e, Named)


def put(e: Expr, part: Expr, other: Expr) -> Expr:
    """The expression with another part in the place of one."""
    return replace(e, lambda node: other if node is part else None)


def definitions(e: Expr) -> set[Expr]:
    """The definitions that are written by name in an expression."""
    return {n for n in postorder(e, prune=is_named) if isinstance(n, Named)}


def opened(e: Expr, names: set[Expr]) -> Expr:
    """The expression with some of its definitions written out."""
    return replace(e, lambda n: n.operands[0] if n in names else n if isinstance(n, Named) else None) if names else e


def is_inserted(before: Expr, after: Expr) -> bool:
    """Whether dh, for definitions h, has been replaced by what it was found to be, and nothing else."""
    waiting = [(before, after)]
    while waiting:
        b, a = waiting.pop()
        if b is a or isinstance(b.operands[0] if isinstance(b, Vec) else b, Differential):
            continue
        if isinstance(b, Product | Sum | Hadamard):
            mine, theirs = unlike(b, a)
            if any(not holds_differential(f) for f in mine) or not theirs:
                return False
            if len(mine) == len(theirs):
                waiting += zip(mine, theirs, strict=True)
            elif not all(isinstance(f, Differential) for f in mine):
                return False
        elif type(b) is type(a) and b.data == a.data and len(b.operands) == len(a.operands):
            waiting += zip(b.operands, a.operands, strict=True)
        else:
            return False
    return True


def unlike(b: Expr, a: Expr) -> tuple[list[Expr], list[Expr]]:
    """The factors or terms of two expressions without those that they share, at the ends of a product."""
    mine, theirs = list(b.operands), list(a.operands) if type(a) is type(b) else [a]
    if isinstance(b, Product):
        while mine and theirs and mine[0] is theirs[0]:
            del mine[0], theirs[0]
        while mine and theirs and mine[-1] is theirs[-1]:
            del mine[-1], theirs[-1]
        return mine, theirs
    for t in b.operands:
        if t in theirs:
            mine.remove(t)
            theirs.remove(t)
    return mine, theirs


# ---- parts ------------------------------------------------------------------------------------------


def inner_parts(b: Expr, a: Expr) -> Sides | None:
    """The parts of two expressions outside of which nothing differs, where these are not the whole."""
    if b is a or type(b) is not type(a) or b.data != a.data:
        return None
    if isinstance(b, Sum | Hadamard):
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


def rebuilt(e: Expr, parts: Sequence[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else e.rebuild(tuple(parts))


Window = tuple[Expr, Callable[[Expr], Expr]]


def windows(left: Expr, e: Expr) -> Iterator[Window]:
    """The parts of a sum or a product that a statement may be about, and how something is put in their place."""
    yield e, lambda made: made
    t = term(e)
    if t.core is None:
        yield from _scalars(e)
    elif t.number != 1 or t.scalars:
        yield t.core, lambda made: Scale.of(e.operands[0], made)
    if isinstance(t.core, Product) and isinstance(left, Product | Scale):
        yield from _neighbours(t.core, e.operands[0] if isinstance(e, Scale) else Number(1))
    if isinstance(left, Sum | Hadamard) and type(e) is type(left):
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
