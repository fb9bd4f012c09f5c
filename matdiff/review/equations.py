"""Equations of a derivation, ∇f = 0 and what is said to follow from it: XᵀXw = Xᵀy, w = (XᵀX)⁻¹Xᵀy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from copy import copy

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Number, Symbol, exchanged, postorder, replace, symbols
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Product, Sum, Transpose, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.sums import Entry, Member
from matdiff.algebra.simplification import tidy
from matdiff.errors import MatdiffError
from matdiff.language.names import named
from matdiff.numeric.premises import Premises
from matdiff.records import NamedTuple
from matdiff.review.chain import increments
from matdiff.review.comparing import compared, is_multiple
from matdiff.review.derivatives import derivative
from matdiff.review.lines import IMPLIED
from matdiff.review.operators import LETTER
from matdiff.solving.elimination import roots
from matdiff.solving.equations import Equation

CONDITION = r"(?i)\b(?:subject to|s\.\s?t\.|such that|constraint|given|if|when|suppose|assum|with|where|let)"
ZERO = r"(?:zero|\$?0\$?)(?![\w.])"
SETTING = (
    rf"(?i)\b(?:set|sett?ing|equat\w+|put|putting)\b[^=]*\bto\s+{ZERO}"
    r"|\b(?:stationary|critical)\s+(?:point|where|condition|if)|\bat\s+(?:an?|the)\s+(?:optim|extrem|minim|maxim)\w+"
    rf"|\b(?:gradient|derivative|differential|slope)s?\b[^=.]*(?:\b(?:is|are|be)\s+{ZERO}|\bvanish)"
    r"|\bat (?:the|an?) (?:optim|minim|maxim|station|critical)"
    r"|arg\W*m(?:in|ax)\W*_(?:\w|\{\s*\\?\w+\s*\})(?!\w|.*(?:s\.t\.|subject))"  # of all x
)  # setting the derivative to zero
CONCLUDES = (
    r"(?i)\b(?:so|thus|hence|therefore|gives|read off|gradient|also|donc)\b|⇒|=>|\\(?:Rightarrow|implies|therefore)"
)
OPTIMUM = (
    r"^\W*(?:hat\W+|widehat\W+)?[^\W\d_]+\W*(?:\u0302|\*|\^\W*(?:\*|ast|star)\}?|_(?:hat|star|opt))\s*="
    r"|^\W*(?:[Mm]inim|[Mm]axim|[Oo]ptim|[Ss]olution)\w*\s*:|^\W*(?:(?:wide)?hat\W*\w+\W*|[âêîôûŵŷẑ]\s*)="
)  # w^* = …, \hat β = …
CONSTRAINED = (
    r"(?i)\bsubject to\b|\bs\.\s?t\.|\bconstrain|\bcontrainte|Nebenbedingung|\b(?:sums?|norm) (?:to )?(?:1|one)\b"
)
AT_A_POINT = (  # for w = 0; for the decomposition A = UDVᵀ
    r"(?i)\b(?:for|at|if|when|let|take|choose)\s+[^\s=]+\s*=|(?:decomposi|factori[sz]a)tion\s+[^\s=]+\s*="
)
DEPARTS = r"(?i)\b(?:add(?:s|ed|ing)?|regulari[sz]\w*|modif\w+|replac\w+|instead|approximat\w+|damp\w+)\b"
SUFFICES = rf"{IMPLIED}|=\s*\$?0\$?,?\s+if\s(?!and only)"  # ∇f = 0 ⇐ Xw = y


class Implied(NamedTuple):
    """Whether an equation follows from those before it, None where that is not known; what its right side should be."""

    follows: bool | None
    should_be: Expr | None = None


class Equations:
    """The equations of a text so far, each as an expression that is 0, and the solutions that were found."""

    def __init__(self, usual: Callable[[Expr], Expr]) -> None:
        self.usual = usual  # what takes the matrices for symmetric that are so by custom
        self.zeros: list[Expr] = []
        self.solutions: dict[Expr, Expr] = {}
        self.gradients: list[Expr] = []  # which a text may set to zero in words
        self._premises: Premises | None = None
        self.is_constrained = False  # whether a line so far speaks of constraints
        self.begin("", "")

    def begin(self, words: str, above: str) -> None:
        """Takes the gradients so far for 0 where a line says so: setting it to zero, the gradient vanishes.

        Its words may give a letter a value as an example, change the equation, as may those *above* it, which hold no
        formula, and say that it suffices, or follows.
        """
        self.is_at_a_point = re.search(AT_A_POINT, words) is not None
        self.departs = re.search(DEPARTS, f"{above} {words}") is not None
        self.suffices = re.search(SUFFICES, words) is not None
        self.is_constrained |= re.search(CONSTRAINED, words) is not None
        is_optimum = not self.is_constrained and re.search(OPTIMUM, words) is not None
        self.concludes = is_optimum or re.search(CONCLUDES, words) is not None
        self.are_zero = re.search(SETTING, words) is not None
        if self.are_zero:
            self.zeros += self.gradients
            self.gradients = []

    def concludes_with(self, left: Expr, right: Expr) -> bool:
        """Whether an equation is meant to follow: words say so, or it speaks of nothing else than those before it.

        Or its right side is what a differential comes to, and has no other letter.
        """
        is_form = bool(increments(left)) and {*symbols(right)} <= {*symbols(left)}
        return bool(self.zeros) and (self.concludes or is_form or self.speak_of(left - right))

    def speak_of(self, difference: Expr, *more: Expr) -> bool:
        """Whether the equations so far, and what is given beside them, have all letters of a difference."""
        return {*symbols(self.usual(difference))} <= {s for known in (*self.zeros, *more) for s in _letters(known)}

    def copy(self) -> Equations:
        """The equations so far, to which nothing is added; what words conclude from a gradient sets it to zero."""
        found = copy(self)
        found.zeros = [*self.zeros] or [*(self.gradients if self.concludes else ())]
        found.gradients, found.solutions, found._premises = [*self.gradients], dict(self.solutions), None
        return found

    def suppose(self, left: Expr, right: Expr, by: set[str]) -> bool:
        """Takes gradients for 0 of which nobody says so, where a text says what that is by which they are.

        Or where an equation has the letters of one.
        """
        inside = {*symbols(left - right)}
        is_alike = not isinstance(left, Symbol) and any({*symbols(g)} == inside for g in self.gradients)
        is_unknown = not self.zeros and (is_alike or (isinstance(left, Symbol) and left.name in by))
        self.zeros = [*self.gradients] if is_unknown else self.zeros
        return is_unknown

    def note(self, gradient: Expr) -> None:
        """Notes a gradient, which is 0 if the line says so."""
        gradient = self.usual(gradient)
        (self.zeros if self.are_zero else self.gradients).append(gradient)

    def add(self, left: Expr, right: Expr | None = None) -> None:
        """Notes an equation, unless it holds whatever its letters are: AA⁻¹ = I."""
        left, right = self.usual(left), None if right is None else self.usual(right)
        difference = left if right is None else left - right
        if not compared(difference, zero(difference.shape)).equal:
            self.zeros.append(difference)
        if isinstance(left, Symbol) and right is not None and left not in symbols(right):
            self.solutions[left] = right

    def implies(self, left: Expr, right: Expr, unknowns: set[str]) -> Implied:
        """Whether left = right follows from the equations before it: in a known step, or wherever all of them hold."""
        left, right = self.usual(left), self.usual(right)
        given = self._premises.give(left, right) if self._premises else None
        said = [*self.zeros, *(self.gradients if self.concludes else ())]
        if given or (given is None and any(self._same(known, left - right) for known in reversed(said))):
            return Implied(True)
        found = self._implied(left, right, unknowns)
        if found.follows or not self.zeros or given is False:
            return found
        put_in = replace(left, self.solutions)  # X + dX of a dX that was solved for
        if not isinstance(left, Symbol) and put_in is not left and {*symbols(right)} <= {*symbols(put_in)}:
            equal = compared(put_in, right).equal
            return Implied(equal, put_in if equal is False else None)
        self._premises = self._premises or Premises(self.zeros, (left, right))
        follows = self._premises.give(left, right) is True or self._follows_from_solutions(left, right)
        return Implied(True) if follows or self._follows_at_numbers(left, right) else found

    def _follows_from_solutions(self, left: Expr, right: Expr) -> bool:
        """Whether left = right follows where what was solved for is put in: x̄ for the μ of ∑ (x_i − μ)² = nσ²."""
        put_in = [replace(known, self.solutions) for known in self.zeros] if self.solutions else []
        zeros = [e for e in put_in if not compared(e, zero(e.shape)).equal]
        return 0 < len(zeros) < len(self.zeros) and Premises(zeros, (left, right)).give(left, right) is True

    def _follows_at_numbers(self, left: Expr, right: Expr) -> bool:
        """Whether left = right where 2x + y = 0 = x + 2y; premises do not look at places where all letters are 0."""
        found: dict[Expr, Expr] = {}
        for known in self.zeros:
            rest = replace(known, found)
            slopes = ((s, derivative(rest, s, 1)) for s in symbols(rest) if rest.shape == s.shape == SCALAR)
            for unknown, slope in [one for one in slopes if one[1].number][:1]:
                root = tidy(unknown - rest / slope)
                found = {s: tidy(replace(e, {unknown: root})) for s, e in found.items()} | {unknown: root}
        is_told = {*symbols(left - right)} <= {s for s, e in found.items() if e.number is not None}
        return is_told and compared(replace(left, found), replace(right, found)).equal is True

    def _implied(self, left: Expr, right: Expr, unknowns: set[str]) -> Implied:
        """Whether left = right follows from one of the equations before it, and what it should be."""
        if isinstance(left, Member | Entry) and not any(node is left for node in postorder(right)):
            return self._of_member(left, right, unknowns)
        if isinstance(left, Symbol) and left not in symbols(right):
            return self._solves(left, right, unknowns)
        moved = self._moved(left, right)
        return moved if moved.follows is not None else self._follows(left, right, unknowns)

    def _of_member(self, left: Member | Entry, right: Expr, unknowns: set[str]) -> Implied:
        """Whether μ_k = value follows, where that is one unknown."""
        alone = Symbol(str(left), left.shape)
        found = self.copy()
        found.zeros = [exchanged(known, left, alone) for known in self.zeros]
        found.gradients = [exchanged(known, left, alone) for known in self.gradients]
        return found._solves(alone, right, unknowns)

    def solution(self, left: Expr, unknowns: set[str]) -> Expr:
        """What a left side is where the latest equation holds; itself where that is not known."""
        return replace(self.usual(left), self._at_root({left.name} if isinstance(left, Symbol) else unknowns))

    def _at_root(self, unknowns: set[str]) -> dict[Expr, Expr]:
        """The only unknown of the latest equation with its solution; nothing where that is not known."""
        inside = [s for known in self.zeros[-1:] for s in symbols(known) if s.name in unknowns]
        root = _root(self.zeros[-1], inside[0]) if len(inside) == 1 else None
        return {inside[0]: root} if root is not None else {}

    def _same(self, known: Expr, other: Expr) -> bool:
        if known.shape != other.shape:
            return False
        inside = {*symbols(other)}  # what is proportional speaks of the same
        alike = [one for one in {known, replace(known, self.solutions)} if {*symbols(one)} == inside]
        said = [one for one in alike if one is known or compared(one, zero(one.shape)).equal is False]  # 0 says nothing
        return any(_are_parallel(one, other) for one in said)

    def give(self, left: Expr, right: Expr, reasons: Iterable[Expr] = ()) -> bool:
        """Whether two sides are equal where the equations so far hold, as wᵀw = 1, and *reasons* are 0."""
        sides, zeros = (self.usual(left), self.usual(right)), [*self.zeros, *map(self.usual, reasons)]
        is_one = any(self._same(known, sides[0] - sides[1]) for known in zeros)
        return is_one or (bool(zeros) and Premises(zeros, sides).imply(*sides))

    def has_increments(self) -> bool:
        """Whether an increment dX stands in an equation."""
        return any(s.name[0] == "d" and len(s.name) > 1 for known in self.zeros for s in symbols(known))

    def holds(self, value: Expr) -> bool:
        """Whether it was said before that a value is 0, or it is a gradient, which is set to 0 by that."""
        value = self.usual(value)
        return any(self._same(known, value) for known in reversed([*self.gradients, *self.zeros]))

    def _moved(self, left: Expr, right: Expr) -> Implied:
        """Whether left = right is the latest equation with some of its terms moved to the right side."""
        known = self.zeros[-1] if self.zeros else None
        if not isinstance(known, Sum) or known.shape != left.shape or right.shape != left.shape:
            return Implied(None)
        terms = set(left.operands if isinstance(left, Sum) else (left,))
        if not terms < set(known.operands) or not {*symbols(right)} <= {*symbols(known)}:
            return Implied(None)
        rest = left - known
        return Implied(compared(rest, right).equal, rest)

    def _solves(self, unknown: Symbol, value: Expr, unknowns: set[str]) -> Implied:
        """Whether X = value makes an equation before it true, or else a gradient, which a text then sets to 0."""
        holding = [known for known in reversed(self.zeros) if unknown in symbols(known)]
        is_said = bool(holding) or self.concludes
        inside, shapes = {unknown, *symbols(value)}, (unknown.shape, unknown.shape[::-1])
        if len(inside) > 2 and not any(known.shape in shapes for known in holding):  # a model z = Hx + v is none
            holding = [known for known in reversed(self.gradients) if inside <= {*symbols(known)}] or holding
        inserted = (exchanged(known, unknown, value) for known in holding)
        equal = [compared(e, zero(e.shape)).equal for e in inserted]
        is_determined = bool(holding) and holding[0].shape in shapes  # not by 1ᵀu = 1
        whole = (known.shape in shapes or not holding[1:] for known in holding)  # but not by a constraint among others
        if True in equal:
            return Implied(True if any(e and fits for e, fits in zip(equal, whole, strict=True)) else None)
        others = {s.name for e in holding[:1] for s in symbols(e) if s.name in unknowns or s in self.solutions}
        if (
            equal[:1] == [False]
            and is_said
            and is_determined
            and not (self.is_at_a_point or self.departs)
            and all(not s.name.endswith("_bar") or s in _letters(holding[0]) for s in symbols(value))  # x̄ of no known n
            and others <= {unknown.name, *(s.name for s in symbols(value))}
        ):
            return Implied(False, _root(holding[0], unknown))
        return Implied(None)

    def _follows(self, left: Expr, right: Expr, unknowns: set[str]) -> Implied:
        """Whether left = right holds where the equation before it does."""
        used = {*symbols(left - right)}
        is_new = not used <= {s for zero in self.zeros for s in _letters(zero)}  # and no consequence
        at_root = {} if is_new else self._at_root(unknowns)
        if not at_root.keys() & used or any(compared(e, zero(e.shape)).equal for e in at_root.values()):
            return Implied(None)  # Σw = λw says nothing of w
        one, other = replace(left, at_root), replace(right, at_root)
        equal = compared(one, other).equal
        if equal is False and not used <= _letters(self.zeros[-1]):
            return Implied(None)  # it may follow from those above
        return Implied(equal, one if equal is False else None)


def without_asides(text: str, first: str, known: Collection[str]) -> str:
    """A line without the words that say what another name in it is: e = My with M = I − P, which is no condition."""
    others = {*known} - {named(first.strip() or "0")}
    return re.sub(rf"\b(?:with|where)\W+({LETTER})\s*=", lambda m: "" if named(m[1]) in others else m[0], text)


def _letters(e: Expr) -> set[Symbol]:
    """The letters of an expression, and N of a sum of N members of a family."""
    return {*symbols(e), *(Symbol(n, SCALAR) for s in symbols(e) for last in s.ranges for n in last.names())}


def _are_parallel(one: Expr, other: Expr) -> bool:
    """Whether one of two expressions is the other times a number, which with vectors may be any, as wᵀSw.

    But where one is a letter times a number, (σ − λ)n, that number is 0, and (σ − 2λ)n says something else.
    """
    if one.shape == SCALAR or any(s.shape == one.shape and not s.ranges and _are_aligned(one, s) for s in symbols(one)):
        return is_multiple(one, other)
    return _are_aligned(one, other)


def _are_aligned(one: Expr, other: Expr) -> bool:
    """Whether two vectors, or matrices, have one direction wherever their letters are."""
    a, b = Vec.of(one), Vec.of(other)
    inner = Product.of(Transpose(a), b)
    is_one = compared(Product.of(Transpose(b), b) * a, inner * b).equal is True
    return is_one and compared(inner, Number(0)).equal is False


def _root(equation: Expr, unknown: Symbol) -> Expr | None:
    """The only solution of an equation, with the inverse that this takes; None where there are several, or none."""
    with suppress(MatdiffError):
        first, *others = roots(Equation(equation, unknown))
        return first.value if not others and first.value.shape == unknown.shape else None
    with suppress(MatdiffError):
        slope = derivative(equation, unknown, 1)
        if ONE in unknown.shape and slope.rows is slope.cols and unknown not in symbols(slope):
            return tidy(-Product.of(Inverse(slope), exchanged(equation, unknown, zero(unknown.shape))))
    return None
