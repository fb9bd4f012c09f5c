"""Statements of laws made ready for matching: what they are about, and by which rules their sides are equal."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Symbol, postorder
from matdiff.algebra.heads import is_anything
from matdiff.algebra.matching.applying import Sides
from matdiff.algebra.matching.rules import (
    BEYOND,
    BY_ENTRIES,
    BY_FACTORS,
    BY_STACKS,
    ENTRIES,
    IN_TWO_SPELLINGS,
    LIKE_TERMS,
    MULTIPLYING_OUT,
    POWERS,
    STACKS,
    TERM_BY_TERM,
    hiding,
    implied,
    multiples,
    rules,
)
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.operators.blocks import Blocks
from matdiff.algebra.operators.products import Power, Sum
from matdiff.algebra.operators.sums import IndexedSum, UnitVector
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.operators.triangles import Centering

WIDER = {  # rules that stand for more: on a line a column is its vec, and a scalar factor may get a trace of its own
    ("identity", "multiples out of Trace"): ("trace of a scalar",),
    ("trace", "transpose within a trace"): ("transpose of a scalar",),
}
NOTHING: frozenset[str] = frozenset()
SPOKEN = ("sense of a difference", "transpose of a sum")  # where the sides are equal by more than these
UNSEEN = frozenset(  # letters, exp for any function of a number, and what a standard form writes otherwise
    "Symbol Number Index Member Unspecified Exp Zeros Ones Identity"
    " Product Hadamard Sum Scale Transpose Power SymbolicPower Inverse Differential".split()
)


class Reason:
    """A statement of a law, made ready for matching.

    rules    the rules of the standard form that it states, one or several; beyond them, those that are needed as well
    beyond   what makes its sides equal where that form does not
    needed   that of it without which they are not
    about    the operators of either side, if any: in an instance all of one side are seen
    """

    __slots__ = ("about", "beyond", "kind", "known", "left", "needed", "right", "rules", "sides")

    def __init__(self, left: Expr, right: Expr, kind: str) -> None:
        form = Standard()
        straight, turned = form.forms(left), form.forms(right)
        self.kind = kind
        self.left, self.right = straight[0], turned[0]
        self.sides = left, right
        seen = ({type(n).__name__ for n in postorder(side) if not is_anything(n)} for side in (left, right))
        self.about = [about for one in seen if (about := one - UNSEEN)]
        self.known: dict[object, list[Sides]] = {}
        self.rules: tuple[str, ...] = ()
        self.beyond = NOTHING
        self.needed: tuple[frozenset[str], ...] = ()
        if left is right and left.is_scalar:
            self.rules = ("transpose of a scalar",)  # aᵀ = a is read as a = a
        elif self.left is self.right:
            own = [rule for rule in rules() if self._is_of(rule)]
            own = [rule for rule in own if rule != "transpose of a transpose"] or own  # as it is written at the left
            wider = [rule for one in own for rule in WIDER.get((kind, one), ())]
            if kind == "trace" and any(rule.startswith("multiples") for rule in own):
                wider += ["scalars in front", *multiples()]
            self.rules = (*own, *wider)
        elif kind != "differential":
            sums, powers = isinstance(self.left, Sum) or isinstance(self.right, Sum), has_open_powers(left)
            opens = any(isinstance(n, (Sum, Centering)) for n in postorder(left))
            levels = [b for b in BEYOND if not b & POWERS or powers or (sums and b & MULTIPLYING_OUT)]
            levels = [b for b in levels if b is not IN_TWO_SPELLINGS or isinstance(left, Sum)]
            if any(isinstance(n, (IndexedSum, UnitVector, Blocks)) for n in postorder(Sum.of(left, right))):
                levels += [BY_ENTRIES, BY_STACKS]
            levels += [b for b in BEYOND[-1:] if opens and b not in levels]
            self.beyond = next((b for b in levels if Standard(beyond=b).equates(left, right)), NOTHING)
            self.needed = self._narrowed() if self.beyond else ()
            spoken = SPOKEN if self.beyond else ()
            self.rules = tuple([r for r in spoken if not Standard(r, beyond=self.beyond).equates(left, right)])

    def _is_of(self, rule: str) -> bool:
        """Whether the sides are alike by a rule, perhaps once what it may be hidden behind is left out."""
        hidden = [(), implied(rule)]
        return any(
            Standard(*others).equates(*self.sides) and not Standard(rule, *others).equates(*self.sides)
            for others in hidden
        )

    def _narrowed(self) -> tuple[frozenset[str], ...]:
        """What of that is needed; where terms only get or lose a factor, no other sums are multiplied out."""
        left, right = self.sides

        def is_needed(some: frozenset[str]) -> bool:
            return not Standard(beyond=self.beyond - some).equates(left, right)

        alone = {one: frozenset((one,)) for one in (LIKE_TERMS, TERM_BY_TERM, *self.beyond)}
        is_identity, of_powers = self.kind == "identity", has_open_powers(left)
        widens = is_needed(alone[LIKE_TERMS]) or is_needed(alone[TERM_BY_TERM])
        if is_identity and ((self.beyond == BY_FACTORS and not widens) or of_powers):
            for one in sorted(self.beyond & MULTIPLYING_OUT):
                self.beyond -= frozenset() if is_needed(alone[one]) else alone[one]
        some = [alone[one] for one in self.beyond - MULTIPLYING_OUT]
        some += [self.beyond & MULTIPLYING_OUT] * (not of_powers) + [alone[TERM_BY_TERM]] * is_identity
        return tuple(filter(is_needed, some))

    def is_about(self, there: set[str]) -> bool:
        """Whether a step with these operators may be an instance."""
        return not self.about or any(about <= there for about in self.about)

    @property
    def is_pattern(self) -> bool:
        """Whether it is applied by matching one of its sides."""
        only_beyond = self.beyond and self.beyond.isdisjoint((ENTRIES, STACKS))  # which may be patterns as well
        return not only_beyond and self.left is not self.right and self.kind not in ("definition", "differential")

    def ways(self, *rules: str) -> list[Sides]:
        """The sides as they are and transposed, forwards and backwards, in standard form without some rules."""
        if rules not in self.known:
            form = Standard(*hiding(*rules))
            pairs = list(dict.fromkeys(zip(*map(form.forms, self.sides), strict=True)))
            self.known[rules] = [*pairs, *[(b, a) for a, b in pairs]]
        return self.known[rules]


def operators(e: Expr) -> set[str]:
    """The names of the operators in an expression and in its definitions."""
    return {type(n).__name__ for n in postorder(e)}


def has_open_powers(e: Expr) -> bool:
    """Whether a statement is about all powers at once: aⁱaʲ, not A⁻¹A."""
    return any(isinstance(n, (Power, SymbolicPower)) and isinstance(n.operands[1], Symbol) for n in postorder(e))
