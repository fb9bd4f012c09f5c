"""Whether a law is the reason of a step: whether the step is an instance of one of the law's statements.

Both sides of the step are taken in standard form and compared from the outside in, down to the smallest parts that
differ.  There the statement, its transpose, or either of them read backwards turns the one into the other, once or at
several places.  Two kinds of law are no patterns.  A law that is itself a rule of the standard form explains what
differs without that rule, and nothing else.  One that is about all terms or all powers at once (like terms, common
factors, aⁱaʲ = aⁱ⁺ʲ) explains what is equal once sums are multiplied out, or powers joined, as its own two sides are,
and is not with less of that.
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Symbol, postorder, replace
from matdiff.algebra.matching.applying import MOST_USES, Applied, inner_of_terms, inner_parts
from matdiff.algebra.matching.reason import NOTHING, Reason, operators
from matdiff.algebra.matching.rules import (
    ENTRYWISE,
    LIKE_TERMS,
    OF_MULTIPLES,
    OF_OPERATIONS,
    OF_PRODUCTS,
    POWERS,
    hiding,
    implied,
    may_matter,
    rules,
)
from matdiff.algebra.matching.shared import ways_to_look
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.matching.up_to_form import UpToForm
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Hadamard, Product, Sum, zero
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.structure import Named, is_named
from matdiff.algebra.statements.substitution import instance
from matdiff.algebra.walks import exchanged

MOVING = (  # hide what a statement is about
    ("inner products in front",),
    ("order of factors",),
    ("constants in front of an indexed sum",),
    ("zero",),
    ("identity",),
    ("trace of a scalar",),
    ("transpose within a trace",),
    ("order of factors", "transpose within a trace"),
    ("sense of a difference",),
)
BETWEEN_FACTORS = {ENTRYWISE, OF_OPERATIONS, OF_PRODUCTS}
OF_A_LINE = ("trace", "vec")  # kinds of laws that are about terms
OF_SKEW = "transpose of a skew matrix"  # as −A it stands apart from what (A⁻¹)ᵀ is
MOST_DEFINITIONS = 64  # that are opened one after another


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
            there |= {"Trace", "Vec"} if "Differential" in there else set()
            reasons = [reason for reason in reasons if reason.is_about(there)]
        views = list(ways_to_look(before, after)) if is_equality and reasons else [(before, after)]
        inner = inner_parts(before, after) if is_equality and reasons else None
        if inner is None and reasons and reasons[0].kind in OF_A_LINE:
            inner = inner_of_terms(before, after)
        return (
            any(self._explains(reason, b, a) for b, a in views for reason in reasons)
            or (inner is not None and self.explains(reasons, *inner))
            or any(self._hidden(reason, b, a, *rules) for b, a in views for rules in MOVING for reason in reasons)
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
        alike = self.form.equates(before, after) or self._exactly(OF_SKEW).equates(before, after)
        if reason.left is reason.right:
            return alike and any(self._is_needed(rule, before, after) for rule in reason.rules)
        if alike:
            return False
        if self._is_beyond(reason, before, after):
            return True
        return self._pattern(reason, before, after)

    def _hidden(self, reason: Reason, before: Expr, after: Expr, *rules: str) -> bool:
        """Whether it does in standard form without some rules, which make both sides alike."""
        if self._without(*rules).equates(before, after):
            return False
        return self._pattern(reason, before, after, *rules) or self._is_beyond(reason, before, after, *rules)

    def _is_beyond(self, reason: Reason, before: Expr, after: Expr, *rules: str) -> bool:
        """Whether both sides are equal by all that the sides of a statement are equal by, and by no less; where that
        opens sums between factors, with numbers in front of what was opened."""
        beyond = reason.beyond
        levels = (beyond, beyond - {LIKE_TERMS})[: 1 + (frozenset((LIKE_TERMS,)) not in reason.needed)]
        levels += (beyond | {OF_MULTIPLES},) if beyond & BETWEEN_FACTORS and OF_MULTIPLES not in beyond else ()
        return any(
            self._with(level, *rules).equates(before, after)
            and not any(self._with(level - some, *rules).equates(before, after) for some in reason.needed)
            and not any(self._exactly(r, *hiding(*rules), beyond=level).equates(before, after) for r in reason.rules)
            for level in levels
        )

    def _pattern(self, reason: Reason, before: Expr, after: Expr, *rules: str) -> bool:
        """Whether a statement that is a pattern turns the one side into the other, in standard form without *rules*."""
        if not reason.is_pattern:
            return False
        applied = self.applied.setdefault(rules, Applied(self._without(*rules)))
        return applied.leads(reason.ways(*rules), before, after, empty=reason.kind in OF_A_LINE)

    def _is_needed(self, rule: str, before: Expr, after: Expr) -> bool:
        """Whether two sides that are alike are so by a rule, once what it may be hidden behind, or another rule that
        makes them alike as well, is left out."""
        behind, there = implied(rule), operators(before) | operators(after)
        other = [one for one in rules() if one != rule and may_matter(one, there)]
        return may_matter(rule, there) and any(
            self._exactly(*others).equates(before, after) and not self._exactly(rule, *others).equates(before, after)
            for others in ((), behind, *((behind | hiding(one)) - {rule} for one in other))
        )

    def _without(self, *rules: str) -> Standard:
        return self._exactly(*hiding(*rules))

    def _with(self, beyond: frozenset[str], *rules: str) -> Standard:
        return self._exactly(*hiding(*rules), beyond=beyond)

    def _exactly(self, *rules: str, beyond: frozenset[str] = NOTHING) -> Standard:
        key = frozenset(rules), beyond
        if key not in self.forms:
            self.forms[key] = Standard(*rules, beyond=beyond)
        return self.forms[key]

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
        return bool(names) and self._with(POWERS).equates(claimed, opened(after, names))

    # ---- definitions ------------------------------------------------------------------------------------

    def _by_definition(self, before: Expr, after: Expr) -> bool:
        """Whether names on one side stand for what is written on the other."""
        if self.form.equates(before, after):
            return True
        b, a = before, after
        for _ in range(MOST_DEFINITIONS):
            mine, theirs = definitions(b), definitions(a)
            inside, outside = opened(b, mine - theirs), opened(a, theirs - mine)
            sides = (inside, a), (b, outside), (inside, outside)
            if any(form.equates(x, y) for form in (self.form, self._with(POWERS)) for x, y in sides):
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
