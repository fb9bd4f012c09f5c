"""One side of a line beside what it should be: right, right under a convention, wrong, or not read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, postorder, replace, symbols
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.products import Transpose, zero
from matdiff.errors import MatdiffError, ShapeError
from matdiff.language.declared import Where
from matdiff.language.names import named
from matdiff.review import doubts
from matdiff.review.asking import NotSaid, conditions_on, is_stationary, of_form
from matdiff.review.blocks import with_gradients, with_rows
from matdiff.review.calls import with_arguments, with_constants, with_formulas, with_partials
from matdiff.review.chain import BARE, Chain, Fault, scaled
from matdiff.review.comparing import Outcome, compared, factor, is_right, is_rounded
from matdiff.review.conventions import apart, as_usual, may_turn, under_conventions, unmoved
from matdiff.review.definitions import introduced
from matdiff.review.derivatives import expansion
from matdiff.review.directions import declare_steps, remainder_in, with_directions
from matdiff.review.doubts import MISFIT
from matdiff.review.edits import MOST_EDITS, Edit, edits, indices, slight
from matdiff.review.equations import CONDITION, Equations, Implied, without_asides
from matdiff.review.filling import Work
from matdiff.review.fitting import fitted
from matdiff.review.held import reasons, with_differentials
from matdiff.review.indexed import declare_entries, with_diagonals, with_sums
from matdiff.review.jacobians import with_jacobian
from matdiff.review.judged import Counts, Judged
from matdiff.review.learning import learn
from matdiff.review.lines import Line, has_words, lines_of
from matdiff.review.mistakes import Mistakes
from matdiff.review.operators import names_in
from matdiff.review.other_ways import in_doubt
from matdiff.review.paths import of_motion
from matdiff.review.report import AGREES, CONVENTION, NO_CLAIM, PROVED, UNREAD, WRONG
from matdiff.review.scope import Scope
from matdiff.review.upstream import links_in

OPEN_STEP = "it does not follow from the equation above in a step that is known"
OF_INVERSE = r"(?:∂|(?<![A-Za-z])d)\s*\(?[^\W\d_]\s*(?:⁻¹|\^\s*\{?\s*[-−]\s*1)"  # dX X⁻¹ + X dX⁻¹ = 0
MISPLACED = r"the index \w+ (?:is not bound|runs to)"


class Beside:
    """Judges a side beside the chain that it belongs to."""

    def __init__(
        self, text: str, where: Where, wrt: str | None = None, is_square: bool = False, counts: Counts = lambda *_: True
    ) -> None:
        self.text, self.wrt, self.is_square = text, wrt, is_square
        self.counts = counts  # the lines whose verdicts are asked for
        self.scope = Scope(where, text, wrt)
        lines = lines_of(text, tuple(self.scope.declared), self.scope.habits.respelt)
        lines = with_partials(with_gradients(lines, self.scope))
        lines = with_constants(with_rows(with_jacobian(self.scope, lines)), self.scope)
        self.lines = with_sums(with_directions(with_formulas(with_diagonals(lines), self.scope.given)))
        declare_entries(self.scope, self.lines)
        declare_steps(self.scope, self.lines)
        self.lines = introduced(with_arguments(self.scope, self.lines), self.scope)
        learn(self.scope, self.lines)
        self.chain: Chain | None = None
        self.above = ""  # the words between the line and the formulas before it
        self.aside = ""  # what these say of entries off the diagonal, or on it
        self.earlier: list[Chain] = []  # those before it, the last ones
        self.lost = 0  # the line whose last statement is not read
        self.equations = Equations(as_usual(self.scope))
        self.scope.solutions = self.equations.solutions
        self.mistakes = Mistakes(self.scope)
        self.defined: set[str] = set()
        self.following, self.said = self.verdicts(), list[Judged]()  # the next verdicts, the last ones
        self.squared: dict[str, Beside] = {}  # by the size of what has none
        self.sized = 0  # the last line that is right where these sizes are equal
        self.has_derived = False  # a derivative stands above, which may be meant to be 0 from there on
        self.derived_by: set[str] = set()  # the unknowns of these
        firsts = [s.sides[0] for line in self.lines for s in line.statements if not s.goes_on]
        self.solved_for = {named(first) for first in firsts if named(first) in self.scope.given}

    def verdicts(self) -> Iterator[Judged]:
        """The lines in their order, each with its verdict."""
        raise NotImplementedError

    def upto(self, number: int) -> list[Judged]:
        """The verdicts on the first lines, so many of them."""
        self.said += islice(self.following, max(number - len(self.said), 0))
        return self.said[:number]

    def _side(self, line: Line, side: str) -> Judged:
        """The verdict on one side, beside what it should be."""
        chain = self.chain
        assert chain is not None
        if side.strip() in ("0", "const", "constant"):
            return self._zero(line, side, chain)
        try:
            rest, by, order = remainder_in(side)
            h = next((s for s in symbols(chain.truth) if by and s.name == named(by)), None)
            side, value = fitted(self.scope, rest if h else side, chain.truth)
            if h is not None:
                chain.truth, chain.stated, value = (expansion(e, h, order) for e in (chain.truth, chain.stated, value))
        except ShapeError as error:
            return self._misfit(line, side, error, chain)
        except (MatdiffError, RecursionError) as error:
            if isinstance(error, NotSaid) and self.scope.asks_alone(side):
                return Judged(line, NO_CLAIM)  # ∇_w L of an L that is not given
            said = getattr(error, "message", "the line is too deep")
            if re.match(MISPLACED, said) and (fault := self._misplaced(line, side, chain)) is not None:
                return Judged(line, WRONG, said, fault)
            self._leave_out()
            return Judged(line, UNREAD, said)
        return self.compared(line, chain, side, value)

    def _zero(self, line: Line, side: str, chain: Chain) -> Judged:
        """The verdict on 0: an equation to be solved, or one that follows; of dX X⁻¹ + X dX⁻¹ it is an identity."""
        is_identity, nothing = re.search(OF_INVERSE, chain.first) is not None, zero(chain.stated.shape)
        if is_identity and (outcome := compared(chain.stated, nothing)).equal:
            return self._right(line, chain, nothing, outcome)
        known = with_differentials(self.scope, self.equations, chain.stated, line.text)
        holds = not chain.is_line and known.holds(chain.stated)
        is_known = is_identity or (chain.is_equation and known.speak_of(chain.stated, *known.gradients))
        follows = (lambda e: is_right(e, nothing)) if is_identity else known.holds
        meant = self._meant(chain.first, follows) if is_known and not holds and self.counts(line, self.scope) else None
        self.equations.add(chain.stated)
        self.equations.zeros += map(self.equations.usual, of_form(self.scope, chain.origin))
        self.chain = None
        if meant is None:
            return Judged(line, AGREES, "it follows from an equation above") if holds else Judged(line, NO_CLAIM)
        self.equations.add(meant)
        fault = Fault(chain.first, chain.stated, meant, None, False, True)
        whole = Fault(side, nothing, chain.stated, None, False, True, left=chain.first, follows=follows)
        return Judged(line, WRONG, "", whole if is_identity else fault)

    def compared(self, line: Line, chain: Chain, side: str, value: Expr) -> Judged:
        """The verdict on a side that is read, beside what it should be; for i ≠ k off the diagonal."""
        if (case := doubts.in_case(f"{self.aside} {line.text}", chain.truth, value)) is not None:
            chain.truth, value = case
        outcome = under_conventions(line.text, chain, value, self.scope)
        if outcome.equal is False:
            value, outcome = self._in_doubt(line, chain, side, value) or (value, outcome)
        if outcome.equal:
            is_turned = value.shape != chain.truth.shape and value.shape == chain.truth.shape[::-1]
            chain.truth = Transpose(chain.truth) if is_turned and not self.scope.asks(side) else chain.truth
            return self._right(line, chain, value, outcome)
        if outcome.equal is None:
            chain.stated = value
            return Judged(line, UNREAD, "it could be neither proved nor refuted")
        if chain.is_equation or chain.ends_in(value):
            return self._equation(line, side, chain, value)
        if isinstance(value, Symbol) and links_in(self.scope, value):
            self.scope.told[value.name] = chain.truth
            return Judged(line, NO_CLAIM)
        if links_in(self.scope, chain.truth) and not {*symbols(value)} <= {*symbols(chain.truth)}:
            return Judged(line, UNREAD, "the function that is differentiated is not given")
        why = reasons(self.scope, self.equations, self.lines, line, chain.truth)
        follows = value.shape == chain.truth.shape and self.equations.give(chain.truth, value, why)
        if follows:
            chain.stated = chain.truth = value
            return self._following(line, chain.first, value)
        is_untold = doubts.is_untold(chain, value)
        if is_untold and chain.defines:  # the name is said once more, in other letters
            if not doubts.is_a_name(self.scope, value) and not any(is_a(e, "IndexedSum") for e in postorder(value)):
                self.scope.define(chain.defines, value)
                chain.truth = chain.stated = value
            return Judged(line, NO_CLAIM)
        if (slopes := of_motion(self.scope, chain, value)) is not None:
            self.scope.told |= slopes
            self.equations.add(chain.truth, value)
            self.chain = None
            return Judged(line, NO_CLAIM)
        if is_untold or doubts.is_strange(self.scope, chain.truth, value):
            return self._of_strangers(line, chain, side, value)
        return self._different(line, chain, side, value, in_case=case is not None)

    def _of_strangers(self, line: Line, chain: Chain, side: str, value: Expr) -> Judged:
        """A side with letters of which the text has not spoken: not read, unless a small edit makes it follow."""
        why = reasons(self.scope, self.equations, self.lines, line, chain.truth)
        said = [*why] if chain.is_derivative and self.scope.paths else []
        meant = self._meant(side, lambda e: self.equations.give(chain.truth, e, said) is True) if said else None
        if meant is not None:
            return Judged(line, WRONG, "", Fault(side, value, meant, None, True, line=line.text))
        sized = doubts.with_sizes(self.scope, value, chain.truth) if chain.is_derivative else ()
        for one, truth in sized:  # n for the size that a mean is over, with a number in front
            if factor(one, truth) is not None:
                chain.truth = truth
                return self._different(line, chain, side, one, in_case=False)
        self._leave_out()
        return Judged(line, UNREAD, "it speaks of something that was not introduced")

    def _different(self, line: Line, chain: Chain, side: str, value: Expr, in_case: bool) -> Judged:
        """The verdict on a side that is not what it should be: wrong, unless sizes or conditions are not known."""
        if value.shape == SCALAR != chain.truth.shape and value.free - chain.truth.free:
            self._leave_out()
            return Judged(line, UNREAD, "an entry stands for the whole")
        is_row = value.shape == chain.truth.shape[::-1] != value.shape[::-1] and may_turn(line.text, chain, self.scope)
        if is_row and chain.stated is chain.truth:
            chain.truth = chain.stated = Transpose(chain.truth)
        said = f"{self.aside} {line.text}"
        if holds := doubts.equal_under_conditions(self.scope, said, chain.truth, value):
            return self._right(line, chain, value, Outcome(True, None, "right under the condition that is said"))
        is_settled = doubts.has_known_shapes(self.scope, chain.truth, value) or chain.is_no_number(value)
        is_settled = is_settled or doubts.lacks_a_vector(chain, value, self.text) or self._is_near(side, chain)
        if not is_settled and not self._is_wrong_for_any_sizes(line):
            self.chain = None
            return Judged(line, UNREAD, "the shapes do not fit, and they are not declared")
        condition = doubts.condition_of(self.scope, said, chain, value)
        if condition and not in_case and holds is not False:
            self.chain = None
            return Judged(line, UNREAD, condition)
        follows = chain.stated is not chain.truth and compared(chain.stated, value).equal
        follows = follows or self.mistakes.lead_to(chain, value)
        self.mistakes.note(chain, value)
        chain.stated = value
        if follows:
            return Judged(line, AGREES, "it follows from the line above, which is wrong")
        truth, own = apart(chain)
        truth = scaled(truth, 0, unmoved(truth, value, self.scope))
        value, is_slope = replace(value, own), chain.is_derivative
        fault = Fault(side, value, truth, None, is_slope, False, line.text, chain.origin, apart=own)
        return Judged(line, WRONG, "", fault)

    def _misplaced(self, line: Line, side: str, chain: Chain) -> Fault | None:
        """What is wrong in a side that makes no sense as it stands, and is right with another index in one place."""
        if self._meant(side, lambda e: is_right(e, chain.truth), indices(side, line.text)) is None:
            return None
        return Fault(side, None, chain.truth, None, chain.is_derivative, line=line.text, kind="index")

    def _in_doubt(self, line: Line, chain: Chain, side: str, value: Expr) -> tuple[Expr, Outcome] | None:
        """Another reading of a side that is right; a number is so as far as it is written."""
        if is_rounded(chain.truth, value, side):
            return value, Outcome(True)
        for spelt in in_doubt(side):
            with suppress(MatdiffError):
                other = self.scope.value(spelt)
                outcome = under_conventions(line.text, chain, other, self.scope)
                if outcome.equal:
                    return other, outcome
        sized = doubts.with_sizes(self.scope, value, chain.truth)
        return next(((one, Outcome(True)) for one, truth in sized if is_right(one, truth)), None)

    def _leave_out(self) -> None:
        """Goes on behind a side that is not read: what a derivative should be, the sides behind it should be too."""
        if self.chain is not None and not self.chain.is_line:
            self.chain = None

    def _right(self, line: Line, chain: Chain, value: Expr, outcome: Outcome) -> Judged:
        """The verdict on a side that is right."""
        work = Work(None if chain.is_told else chain.origin, chain.stated, value)
        chain.stated, chain.is_told = value, True
        chain.truth = value if outcome.decides else chain.truth
        if chain.is_equation and outcome.proof and not isinstance(value, BARE):
            chain.is_equation, chain.is_identity = False, True
        if outcome.convention:
            return Judged(line, CONVENTION, outcome.convention, work=work)
        reason = "proved" if outcome.proof else "equal on random instances; no proof was found"
        return Judged(line, PROVED if outcome.proof else AGREES, reason, work=work)

    def _equation(self, line: Line, side: str, chain: Chain, value: Expr) -> Judged:
        """The verdict on an equation that is no identity: whether it follows from those before it."""
        left, value = self.equations.usual(chain.truth), self.equations.usual(value)
        if left.shape != value.shape:
            self.chain = None
            return self._of_other_shapes(line, chain.first, side, left, value)
        if isinstance(left, Symbol) and left in symbols(value) and left not in symbols(left - value):
            return Judged(line, NO_CLAIM)  # W = W − ηG, the next W
        before, unknowns = with_differentials(self.scope, self.equations, left - value, line.text), self.unknowns()
        before.zeros += map(before.usual, conditions_on(self.scope, left, value, before))
        is_restated = named(chain.first or "0") in self.scope.definitions and {*symbols(left)} == {*symbols(value)}

        def implied(one: Expr, other: Expr) -> bool:
            return before.implies(one, other, unknowns).follows or (is_restated and is_right(other, one))

        is_supposed = before.suppose(left, value, self.derived_by)
        found = before.implies(left, value, unknowns)
        is_open = is_supposed and (has_words(line.text) or not isinstance(left, Symbol))
        is_open |= bool(self.lost) and not before.speak_of(left - value, *before.gradients)  # of what is not read
        found = Implied(None) if is_open and not found.follows else found
        self.equations.add(left, value)
        self.chain = Chain(value, is_line=False)
        self.chain.is_equation = re.search(CONDITION, line.text) is not None
        if found.follows:
            return self._following(line, chain.first, value)
        if not found.follows and is_stationary(self.scope, left - value, before):
            return Judged(line, AGREES, "the derivative of a function above is 0")
        is_conclusion = is_supposed or is_restated or before.concludes_with(left, value)
        is_asked = is_conclusion and self.counts(line, self.scope)
        if found.follows is None and is_asked and not (before.departs or before.is_at_a_point):
            found = self._edited(chain.first, side, left, value, implied)
        if found.follows is None or self.equations.suffices:
            is_given = self.equations.suffices or is_supposed or self._is_given(line, left, value, before)
            return Judged(line, NO_CLAIM) if is_given else Judged(line, UNREAD, OPEN_STEP)
        known = None if self.is_square else found.should_be  # R m×n is not symmetric because m = n is tried
        if known is not None and (word := doubts.needed(self.scope, value, known)):
            return Judged(line, CONVENTION, word)
        truth = found.should_be or left
        fault = Fault(side, value, truth, None, False, True, left=chain.first, follows=lambda e: implied(e, value))
        return Judged(line, WRONG, "", fault)

    def _edited(self, first: str, side: str, left: Expr, value: Expr, implied: Callable[[Expr, Expr], bool]) -> Implied:
        """That an equation does not follow, if one side needs a small edit; with the right side as it is then."""
        meant = self._meant(side, lambda e: implied(left, e))
        is_it = meant is not None or self._meant(first, lambda e: implied(e, value)) is not None
        return Implied(False, meant) if is_it else Implied(None)

    def _following(self, line: Line, first: str, value: Expr) -> Judged:
        """The verdict on an equation that follows; from there on a name, J, is short for what it is said to be."""
        name = named(first.strip() or "0")
        if name in self.scope.definitions and self.scope.asked & {s.name for s in symbols(value)}:
            self.scope.define(name, value)
        return Judged(line, AGREES, "it follows from an equation above")

    def _is_given(self, line: Line, left: Expr, value: Expr, before: Equations) -> bool:
        """Whether an equation that does not follow may be a new one, and not a step that is not known."""
        is_number = value.number is not None and not self.has_derived  # ‖u‖ = ‖v‖ = 1
        text = without_asides(line.text, self.chain.first if self.chain else "", self.scope.texts)
        is_new = not before.speak_of(left - value) or re.search(CONDITION, text) is not None
        return not before.zeros or is_number or (is_new and not before.concludes)

    def _of_other_shapes(self, line: Line, first: str, side: str, left: Expr, value: Expr) -> Judged:
        """The verdict on an equation whose sides have different shapes: wrong where these are declared."""
        is_shape = SCALAR not in (left.shape, value.shape) and value.shape != left.shape[::-1]
        names = {s.name for e in (left, value) for s in symbols(e)}
        function = doubts.function_in(self.scope, first)
        if is_shape and not function and names <= self.scope.given and doubts.has_known_shapes(self.scope, left, value):
            truth = self.equations.solution(left, self.unknowns())
            return Judged(line, WRONG, "", Fault(side, value, truth, None, False, True))
        is_open = any(all(self.scope.is_open(s.name) for s in symbols(e)) for e in (left, value))
        is_naming = is_open and not (is_shape and {left} <= {s for s in symbols(left) if s.name in self.derived_by})
        said = function or "the sides of the equation have different shapes"
        return Judged(line, NO_CLAIM) if is_naming else Judged(line, UNREAD, said)

    def _meant(self, side: str, holds: Callable[[Expr], bool], among: Iterable[Edit] = ()) -> Expr | None:
        """What a side would be with which an equation holds, and which is one small edit away."""
        for edit in islice(among or edits(side), MOST_EDITS):
            with suppress(MatdiffError, RecursionError):
                if holds(value := self.scope.tried(edit.side)):
                    return value
        return None

    def unknowns(self) -> set[str]:
        """What equations are solved for."""
        return set(self.scope.varied) | self.solved_for

    def _misfit(self, line: Line, side: str, error: ShapeError, chain: Chain) -> Judged:
        """A side whose shapes do not fit: wrong where every shape in it is declared, else not read."""
        names = names_in(side, self.scope.names())
        is_misfit = re.match(MISFIT, error.message) is not None
        if error.message.startswith("only a square") and not names <= self.scope.where | set(self.scope.definitions):
            is_misfit = False
        names -= {"sigma", "I", *(link.partition("_")[0] for link in self.scope.upstream)}
        is_settled = not self.is_square and all(map(self.scope.is_settled, names))
        if "×" in side:
            self.chain = None
            return Judged(line, UNREAD, "× between vectors is a cross product, which is not available")
        is_settled |= not chain.is_equation and self._is_near(side, chain)
        if not is_misfit or (not is_settled and not self._is_wrong_for_any_sizes(line)):
            self.chain = None
            return Judged(line, UNREAD, error.message)
        truth = chain.truth
        if chain.is_equation:
            before, unknowns = self.equations.copy(), self.unknowns()
            before.zeros = before.zeros or before.gradients
            meant = self._meant(side, lambda e: before.implies(chain.truth, e, unknowns).follows is True)
            truth = meant or before.solution(truth, unknowns)
        fault = Fault(side, None, truth, error, chain.is_derivative, chain.is_equation, line.text)
        return Judged(line, WRONG, error.message, fault)

    def _is_near(self, side: str, chain: Chain) -> bool:
        """Whether a side whose shapes are in doubt is right with one transpose, sign or number more or less."""
        usual, truth = self.equations.usual, self.equations.usual(chain.truth)
        return self._meant(side, lambda e: is_right(usual(e), truth), slight(side)) is not None

    def _is_wrong_for_any_sizes(self, line: Line) -> bool:
        """Whether a line is wrong where all sizes that are not declared are one, or one of those that are."""
        first = self._where_open_sizes_are("n", line)
        if first.verdict == WRONG or not re.match(MISFIT, first.reason):
            return first.verdict == WRONG
        others = [self._where_open_sizes_are(size, line) for size in doubts.said_sizes(self.scope)]
        rest = [j.reason for j in others if j.verdict != WRONG]
        return len(rest) < len(others) and all(re.match(MISFIT, reason) for reason in rest)

    def _where_open_sizes_are(self, size: str, line: Line) -> Judged:
        """The verdict on a line where all sizes that are not declared are this one."""
        if self.is_square:
            return Judged(line, UNREAD)
        if size not in self.squared:
            judge = type(self)(self.text, doubts.squared(self.scope, size), self.wrt, True, self.counts)
            judge.scope.given = self.scope.given
            self.squared[size] = judge
        *_, judged = (Judged(line, UNREAD), *self.squared[size].upto(line.number))
        return judged
