"""Whether a law is the reason of a step: whether the step is an instance of one of the law's statements.

Both sides of the step are taken in standard form and compared from the outside in, down to the smallest parts that
differ.  There the statement, its transpose, or either of them read backwards turns the one into the other, once or at
several places.  Two kinds of law are no patterns.  A law that is itself a rule of the standard form explains what
differs without that rule, and nothing else.  One that is about all terms or all powers at once (like terms, common
factors, aⁱaʲ = aⁱ⁺ʲ) explains what is equal once everything is multiplied out, or every power joined, and was not
before.
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Symbol, postorder, replace
from matdiff.algebra.matching.applying import MOST_USES, Applied, Sides
from matdiff.algebra.matching.rules import (
    BEYOND,
    BY_ENTRIES,
    BY_STACKS,
    IN_TWO_SPELLINGS,
    MULTIPLYING_OUT,
    POWERS,
    rules,
)
from matdiff.algebra.matching.shared import ways_to_look
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.matching.up_to_form import UpToForm
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Hadamard, Power, Product, Sum, zero
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.structure import Named, is_named
from matdiff.algebra.operators.sums import IndexedSum, UnitVector
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.statements.substitution import instance
from matdiff.algebra.walks import exchanged

MOVING = (  # hide what a statement is about
    "inner products in front",
    "constants in front of an indexed sum",
    "zero",
    "trace of a scalar",
    "transpose within a trace",
)
MOST_DEFINITIONS = 64  # that are opened one after another
Nothing: frozenset[str] = frozenset()
UNSEEN = frozenset(  # letters, exp for any function of a number, and what a standard form writes otherwise
    "Symbol Number Index Member Unspecified Exp Zeros Ones Identity"
    " Product Hadamard Sum Scale Transpose Power SymbolicPower Inverse Trace Vec Differential".split()
)


class Reason:
    """A statement of a law, made ready for matching.

    rules    the rules of the standard form that it states, one or several
    beyond   what makes its sides equal where that form does not
    about    the operators of either side, if any: in an instance all of one side are seen
    """

    __slots__ = ("about", "beyond", "kind", "known", "left", "right", "rules", "sides")

    def __init__(self, left: Expr, right: Expr, kind: str) -> None:
        form = Standard()
        straight, turned = form.forms(left), form.forms(right)
        self.kind = kind
        self.left, self.right = straight[0], turned[0]
        self.sides = left, right
        self.about = [about for side in (left, right) if (about := operators(side) - UNSEEN)]
        self.known: dict[object, list[Sides]] = {}
        self.rules: tuple[str, ...] = ()
        self.beyond = Nothing
        if left is right and left.is_scalar:
            self.rules = ("transpose of a scalar",)  # aᵀ = a is read as a = a
        elif self.left is self.right:
            self.rules = tuple([rule for rule in rules() if not Standard(rule).equates(left, right)])
        elif kind != "differential":
            sums, powers = isinstance(self.left, Sum) or isinstance(self.right, Sum), has_open_powers(left)
            opens = any(isinstance(n, Sum) for n in postorder(left))
            levels = [b for b in BEYOND if POWERS not in b or powers or (sums and MULTIPLYING_OUT in b)]
            levels = [b for b in levels if b is not IN_TWO_SPELLINGS or isinstance(left, Sum)]
            if any(isinstance(n, (IndexedSum, UnitVector, VerticalStack)) for n in postorder(Sum.of(left, right))):
                levels += [BY_ENTRIES, BY_STACKS]
            levels += [b for b in BEYOND[-1:] if opens and b not in levels]
            self.beyond = next((b for b in levels if Standard(beyond=b).equates(left, right)), Nothing)

    def is_about(self, there: set[str]) -> bool:
        """Whether a step with these operators may be an instance."""
        return not self.about or any(about <= there for about in self.about)

    @property
    def is_pattern(self) -> bool:
        """Whether it is applied by matching one of its sides."""
        only_beyond = self.beyond in BEYOND  # what is equal entry by entry may be a pattern as well
        return not only_beyond and self.left is not self.right and self.kind not in ("definition", "differential")

    def ways(self, *rules: str) -> list[Sides]:
        """The sides as they are and transposed, forwards and backwards, in standard form without some rules."""
        if rules not in self.known:
            form = Standard(*rules)
            pairs = list(dict.fromkeys(zip(*map(form.forms, self.sides), strict=True)))
            self.known[rules] = [*pairs, *[(b, a) for a, b in pairs]]
        return self.known[rules]


class Explainer:
    """Explains steps; what was found about their expressions is shared between them."""

    def __init__(self) -> None:
        self.form = Standard()
        self.forms: dict[object, Standard] = {}
        self.applied: dict[object, Applied] = {}
        self.matcher = UpToForm(self.form)

    def explains(self, reasons: Sequence[Reason], before: Expr, after: Expr) -> bool:
        """Whether a law, given by its statements, turns *before* into *after*."""
        is_equality = reasons[0].kind not in ("definition", "differential")
        if is_equality:
            there = operators(before) | operators(after)
            reasons = [reason for reason in reasons if reason.is_about(there)]
        views = list(ways_to_look(before, after)) if is_equality and reasons else [(before, after)]
        return (
            any(self._explains(reason, b, a) for b, a in views for reason in reasons)
            or any(self._hidden(reason, b, a, rule) for b, a in views for rule in MOVING for reason in reasons)
            or (bool(reasons) and self._opened(reasons, before, after))
        )

    def _opened(self, reasons: Sequence[Reason], before: Expr, after: Expr) -> bool:
        """Whether it does once the definitions that are written by name are opened: 1ᵀp = 1 where p = softmax(z).

        Those that use others come first, so that Z/H is √H/H where Z = √H, whatever H is.
        """
        if reasons[0].kind == "definition":
            return False
        while names := definitions(before) | definitions(after):
            used = {n for name in names for n in definitions(name.operands[0])}
            before, after = opened(before, names - used), opened(after, names - used)
            if any(self._explains(reason, before, after) for reason in reasons):
                return True
        return False

    def _explains(self, reason: Reason, before: Expr, after: Expr) -> bool:
        if reason.kind == "definition":
            return self._by_definition(before, after)
        if reason.kind == "differential":
            return self._differential(reason, before, after)
        alike = self.form.equates(before, after)
        if reason.left is reason.right:
            return alike and any(self._is_needed(rule, before, after) for rule in reason.rules)
        if alike:
            return False
        if reason.beyond and self._with(reason.beyond).equates(before, after):
            return True
        return self._pattern(reason, before, after)

    def _hidden(self, reason: Reason, before: Expr, after: Expr, rule: str) -> bool:
        """Whether it does in standard form without a rule, which makes both sides alike."""
        if self._without(rule).equates(before, after):
            return False
        return self._pattern(reason, before, after, rule) or (
            bool(reason.beyond) and self._with(reason.beyond, rule).equates(before, after)
        )

    def _pattern(self, reason: Reason, before: Expr, after: Expr, *rules: str) -> bool:
        """Whether a statement that is a pattern turns the one side into the other, in standard form without *rules*."""
        if not reason.is_pattern:
            return False
        applied = self.applied.setdefault(rules, Applied(self._without(*rules)))
        return applied.leads(reason.ways(*rules), before, after, empty=reason.kind in ("trace", "vec"))

    def _is_needed(self, rule: str, before: Expr, after: Expr) -> bool:
        """Whether two sides that are alike are so by a rule; another rule that makes them alike as well is left out."""
        if not self._without(rule).equates(before, after):
            return True
        return any(
            self._without(other).equates(before, after) and not self._without(rule, other).equates(before, after)
            for other in rules()
        )

    def _without(self, *rules: str) -> Standard:
        return self.forms.setdefault(rules, Standard(*rules))

    def _with(self, beyond: frozenset[str], *rules: str) -> Standard:
        return self.forms.setdefault((beyond, rules), Standard(*rules, beyond=beyond))

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
        fixed = [Differential(o) for o in e.operands if o not in varying]
        constant = {*fixed, *map(self.form.of, fixed)}
        for form in dict.fromkeys((self.form.of(before), before)):  # what does not vary may stand in front of a sum
            for found in self.matcher.match(reason.left, form, {}):
                made = instance(reason.right, found)
                if made is not None and made.shape == after.shape:
                    made = self._further(reason, without_constants(made, constant), after)
                    if self._same(without_constants(made, constant), after, e):
                        return True
        return False

    def _further(self, reason: Reason, made: Expr, after: Expr) -> Expr:
        """The statement used again for d of what it has left of many operands, as in d[A; [B; C]]."""
        there = set(postorder(after))
        for _ in range(MOST_USES):
            waiting = (n for n in postorder(made) if isinstance(n, Differential) and n not in there)
            more = ((n, instance(reason.right, f)) for n in waiting for f in self.matcher.match(reason.left, n, {}))
            found = next(((n, m) for n, m in more if m is not None and m.shape == n.shape), None)
            if found is None:
                break
            made = exchanged(made, *found)
        return made

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
            e = self._without("inner products in front").of(replace(exchanged(e, waiting[0], form), vanishing))
        return None

    def _same(self, claimed: Expr, after: Expr, e: Expr) -> bool:
        """Whether two forms of de agree, up to names for e and for what it is made of."""
        if self.form.equates(claimed, after):
            return True
        states = {n for n in postorder(after) if isinstance(n, Iterate) and n.shape == e.shape}
        if any(self.form.equates(exchanged(claimed, e, state), after) for state in states):
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


def without_constants(e: Expr, constant: set[Expr]) -> Expr:
    """A differential without the terms that hold a dX that is 0: every one of them is linear in it."""
    gone: set[Expr] = set()
    for node in postorder(e):
        vanishing = [o in gone for o in node.operands]
        is_sum = isinstance(node, (Sum, HorizontalStack, VerticalStack))
        if node in constant or (vanishing and (all(vanishing) if is_sum else any(vanishing))):
            gone.add(node)
    return replace(e, lambda n: zero(n.shape) if n in gone else None)


def operators(e: Expr) -> set[str]:
    """The names of the operators in an expression and in its definitions."""
    return {type(n).__name__ for n in postorder(e)}


def has_open_powers(e: Expr) -> bool:
    """Whether a statement is about all powers at once: aⁱaʲ, not A⁻¹A."""
    return any(isinstance(n, (Power, SymbolicPower)) and isinstance(n.operands[1], Symbol) for n in postorder(e))


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
        if is_zero(a) and not isinstance(b, Sum) and holds_differential(b):
            continue  # dh is 0
        if isinstance(b, (Product, Sum, Hadamard)):
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
