"""The verdicts on the lines of a derivation, and the first line that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, symbols
from matdiff.algebra.operators.products import Transpose
from matdiff.errors import MatdiffError, ShapeError, UnsupportedError
from matdiff.language.names import named
from matdiff.records import NamedTuple
from matdiff.review import doubts
from matdiff.review.asking import Independent, NotSaid, gradients_of, is_stationary, read_off
from matdiff.review.chain import BARE, Chain, Fault
from matdiff.review.comparing import Outcome, compared
from matdiff.review.conventions import under_conventions
from matdiff.review.definitions import defined_by, without_star
from matdiff.review.equations import Equations
from matdiff.review.expansions import misplaced
from matdiff.review.filling import Work
from matdiff.review.habits import by_entries, with_ones
from matdiff.review.lines import Line, Statement, lines_of
from matdiff.review.operators import LETTER, names_in, with_increments
from matdiff.review.repeated import with_sums
from matdiff.review.scope import Scope, has_increments
from matdiff.review.verdicts import AGREES, CONVENTION, GRAVEST, MISFIT, NO_CLAIM, PROVED, UNREAD, WRONG

CONDITION = r"(?i)\b(?:subject to|s\.\s?t\.|such that|constraint|given|if|when|suppose|assum|with|where|let)"
INTRODUCES = r"(?i)\b(?:let|consider|suppose|define|take|now|next|example|exercise|problem|with|where)\b"
RESTATES = r"(?i)\b(?:expand|rewrit|simplif|equivalent|that is|i\.e\.|thus|hence|therefore)"  # Q(w) = … once more
IDENTITY = r"(?<![A-Za-z_])I(?![A-Za-z_ᵀ⁻])"


class Judged(NamedTuple):
    """A line and the verdict on it, with the reason in a sentence."""

    line: Line
    verdict: str
    reason: str = ""
    fault: Fault | None = None
    work: Work | None = None

    def moved(self, lines: int, place: int) -> Judged:
        """The verdict in a text with so many lines, and so many characters, in front."""
        start, end = self.line.span
        return self._replace(
            line=self.line._replace(number=self.line.number + lines, span=(start + place, end + place))
        )


class Judge:
    """Reads a text line by line and says of each line whether it follows."""

    def __init__(
        self, text: str, where: str | Mapping[str, str] | None, wrt: str | None = None, is_square: bool = False
    ) -> None:
        self.text, self.wrt, self.is_square = text, wrt, is_square
        self.scope = Scope(where, text, wrt)
        self.lines = with_sums(lines_of(text, tuple(self.scope.declared), self.scope.habits.respelt))
        self.scope.learn(self.lines)
        self.chain: Chain | None = None
        self.equations = Equations()
        self.defined: set[str] = set()
        self.squared: dict[str, tuple[Iterator[Judged], dict[int, Judged]]] = {}  # by the size of what has none
        self.has_derived = False  # a derivative stands above, which may be meant to be 0 from there on
        firsts = [s.sides[0] for line in self.lines for s in line.statements if not s.goes_on]
        self.solved_for = {named(first) for first in firsts if named(first) in self.scope.given}

    def verdicts(self) -> Iterator[Judged]:
        """The lines in their order, each with its verdict."""
        for line in self.lines:
            yield self._line(line)

    def _line(self, line: Line) -> Judged:
        if unread := self.scope.habits.doubt(line.text):
            self.chain = None
            return Judged(line, UNREAD, unread)
        self.equations.begin(line.text)
        if self.equations.are_zero and not self.equations.zeros:
            self.equations.zeros += gradients_of(self.scope)
        found = [j for statement in line.statements for j in self._statement(line, statement)]
        return min(found, key=lambda j: GRAVEST.index(j.verdict), default=Judged(line, NO_CLAIM))

    def _statement(self, line: Line, statement: Statement) -> Iterator[Judged]:
        """The verdicts on the sides of a statement, of which the first is what the others should be."""
        if statement.unread:
            self.chain = None
            if (name := defined_by(statement.sides[0], (), self.scope)[0]) in self.defined:
                self.scope.forget(name)
            yield Judged(line, UNREAD, statement.unread)
        elif expanded := misplaced(statement, self.scope.definitions, self.text):
            self.chain = None
            yield Judged(line, WRONG, "", expanded)
        else:
            yield from self._sides(line, statement)

    def _sides(self, line: Line, statement: Statement) -> Iterator[Judged]:
        """The verdicts on the sides of a statement; of 0 = ∇f = … the rest is what ∇f comes to."""
        sides = list(statement.sides)
        begins_with_zero = sides[0] == "0" and len(sides) > 1
        sides = [sides[1], "0", *sides[2:]] if begins_with_zero else sides
        try:
            if statement.goes_on:
                if self.chain is None:
                    yield Judged(line, UNREAD, "the line before it is not read")
                    return
            elif self._is_renewed(line, sides):
                self.chain = None
                yield Judged(line, NO_CLAIM)
                return
            else:
                self.chain = self._begun(line, sides)
                sides = sides[1:]
        except MatdiffError as error:
            self.chain = None
            is_zero = isinstance(error, Independent) and statement.sides[1:] == ("0",)
            yield Judged(line, AGREES if is_zero else UNREAD, error.message)
            return
        for side in sides:
            chain = self.chain
            yield self._side(line, side)
            if begins_with_zero and side == "0":
                self.chain = chain
            if self.chain is None:
                return

    def _begun(self, line: Line, sides: list[str]) -> Chain:
        """The chain that the first side of a statement begins; a side that a definition gives is taken out."""
        self._note_style(sides)
        if chain := self._defined(line, sides) or self._form(sides):
            return chain
        first = sides[0] = without_star(sides[0], self.scope)
        is_derivative = self.scope.asks(first)
        try:
            self.scope.is_jacobian, self.scope.origin = False, None
            chain = Chain(self.scope.value(first), is_derivative)
            chain.first, chain.is_jacobian, chain.origin = first, self.scope.is_jacobian, self.scope.origin
        except NotSaid:
            if len(sides) < 2:
                raise
            return Chain(self.scope.value(sides.pop(1)), is_derivative)
        is_form = has_increments(first, self.scope) and self.scope.is_form(chain.truth)
        is_form = is_form and not self.equations.has_increments()
        chain.is_line = (is_derivative or is_form) and not self._is_linearised(sides)
        is_behind = bool(self.equations.zeros) or self.has_derived
        chain.is_equation = not chain.is_line and (is_behind or self._is_condition(line, sides))
        self.has_derived = self.has_derived or is_derivative
        if chain.origin is not None and chain.origin.order == 1 and not chain.is_jacobian:
            self.equations.note(chain.truth)
        return chain

    def _defined(self, line: Line, sides: list[str]) -> Chain | None:
        """The chain of a name that is defined here."""
        name, _ = defined_by(sides[0], sides[1:], self.scope)
        if name not in self.scope.texts or name in self.defined:
            return None
        self.defined.add(name)
        if name not in self.scope.definitions and name not in self.scope.members:
            raise UnsupportedError(f"the definition of {name} is not read")
        is_derivative = any(map(self.scope.asks, sides))
        if (truth := read_off(self.scope, name, self.chain.origin if self.chain else None, line.text)) is not None:
            return Chain(truth, True)
        del sides[1 + self.scope.given_by[name]]
        return Chain(self.scope.value(sides[0]), is_derivative)

    def _is_renewed(self, line: Line, sides: list[str]) -> bool:
        """Whether a name that was defined above, and used since, is given another meaning: the next f(x) = …"""
        name, indices = defined_by(sides[0], sides[1:], self.scope)
        if name not in self.defined or name not in self.scope.definitions or indices or len(sides) < 2:
            return False
        try:
            value = self.scope.read(sides[1])
            if compared(self.scope.definitions[name], value).equal is not False:
                return False
            is_same = compared(self.scope.value(sides[0]), self.scope.value(sides[1])).equal is not False
            is_new = self.has_derived or re.search(INTRODUCES, line.text) is not None
            if is_same or not is_new or any(s.name == name for s in symbols(value)):
                return False
        except MatdiffError:
            self.scope.forget(name)
            raise
        self.scope.renew(name, value, sides)
        return True

    def _form(self, sides: list[str]) -> Chain | None:
        """The chain of dL, where nothing but its differential is known of L."""
        form = re.fullmatch(rf"d\(({LETTER})\)", with_increments(sides[0], self.scope.names()))
        name = named(form.group(1)) if form else ""
        if not name or not self._is_new(name):
            return None
        value = self.scope.forms[name] = self.scope.value(sides.pop(1))
        self.scope.functions.add(name)
        self.scope.varied.pop(name, None)
        return Chain(value)

    def _is_condition(self, line: Line, sides: list[str]) -> bool:
        """Whether an equation may be meant as a condition and not as an identity: Ax = b, w'w = 1."""
        spelt = [side.strip() for side in sides[:2]]
        read = self.scope.value if re.search(RESTATES, line.text) else self.scope.read
        is_bare = "I" in spelt or any(isinstance(read(side), BARE) for side in spelt)
        return is_bare or re.search(CONDITION, line.text) is not None or self._speaks_of_more(sides)

    def _is_linearised(self, sides: list[str]) -> bool:
        """Whether an equation with dX is one to be solved: H dx + Aᵀdν = −r, and nothing that is differentiated."""
        return self.scope.has_plain_increments(sides[0]) and self._speaks_of_more(sides)

    def _speaks_of_more(self, sides: list[str]) -> bool:
        """Whether one of two sides has a letter that the other has not, as no identity of plain expressions does."""
        try:
            one, other = (set(symbols(self.scope.value(side))) for side in sides[:2])
        except (MatdiffError, ValueError):
            return False
        return one != other

    def _note_style(self, sides: list[str]) -> None:
        """Notes that dA is short for ∂L/∂A where a text writes dA = 2(A − Y)."""
        scope = self.scope
        left = re.fullmatch(rf"d({LETTER})", sides[0])
        is_link = left is not None and named(left.group(1)) in scope.definitions
        if is_link and left and scope.definitions[named(left.group(1))].shape != SCALAR:
            scope.adjoints |= not any(has_increments(side, scope) for side in sides[1:])

    def _is_new(self, name: str) -> bool:
        """Whether nothing but its differential is known of a function."""
        scope = self.scope
        known = {s.name for value in scope.definitions.values() for s in symbols(value)}
        return name not in known.union(scope.given, scope.definitions, scope.forms)

    def _side(self, line: Line, side: str) -> Judged:
        """The verdict on one side, beside what it should be."""
        chain = self.chain
        assert chain is not None
        if side.strip() in ("0", "const", "constant"):
            holds = self.equations.holds(chain.stated)
            self.equations.add(chain.stated)
            self.chain = None
            return Judged(line, AGREES, "it follows from an equation above") if holds else Judged(line, NO_CLAIM)
        try:
            side, value = self._value(side, chain)
        except ShapeError as error:
            return self._misfit(line, side, error, chain)
        except (MatdiffError, RecursionError) as error:
            self._leave_out()
            return Judged(line, UNREAD, getattr(error, "message", "the line is too deep"))
        return self.compared(line, chain, side, value)

    def compared(self, line: Line, chain: Chain, side: str, value: Expr) -> Judged:
        """The verdict on a side that is read, beside what it should be."""
        outcome = under_conventions(line.text, chain, value, self.scope)
        if outcome.equal:
            is_turned = value.shape != chain.truth.shape and value.shape == chain.truth.shape[::-1]
            chain.truth = Transpose(chain.truth) if is_turned and not self.scope.asks(side) else chain.truth
            return self._right(line, chain, value, outcome)
        if outcome.equal is None:
            chain.stated = value
            return Judged(line, UNREAD, "it could be neither proved nor refuted")
        if chain.is_equation or chain.ends_in(value):
            return self._equation(line, side, chain, value)
        if doubts.is_strange(self.scope, chain.truth, value):
            self._leave_out()
            return Judged(line, UNREAD, "it speaks of something that was not introduced")
        is_settled = doubts.has_known_shapes(self.scope, chain.truth, value) or chain.is_no_number(value)
        if not is_settled and not self._is_wrong_for_any_sizes(line):
            self.chain = None
            return Judged(line, UNREAD, "the shapes do not fit, and they are not declared")
        if condition := doubts.condition_of(self.scope, line.text, chain.truth, value):
            self.chain = None
            return Judged(line, UNREAD, condition)
        follows = chain.stated is not chain.truth and compared(chain.stated, value).equal
        chain.stated = value
        if follows:
            return Judged(line, AGREES, "it follows from the line above, which is wrong")
        fault = Fault(side, value, chain.truth, None, chain.is_derivative, False, line.text, chain.origin)
        return Judged(line, WRONG, "", fault)

    def _leave_out(self) -> None:
        """Goes on behind a side that is not read: what a derivative should be, the sides behind it should be too."""
        if self.chain is not None and not self.chain.is_line:
            self.chain = None

    def _value(self, side: str, chain: Chain) -> tuple[str, Expr]:
        """A side as it can be read, and what it means; I has the size of what stands beside it."""
        if side.strip() == "I" and "I" not in self.scope.names() and chain.truth.shape[0] == chain.truth.shape[1]:
            return side, Identity(chain.truth.shape[0])
        try:
            return self._of_shape(side, chain.truth)
        except MatdiffError as error:
            spelt = by_entries(side, error.message)
            if error.message.startswith("the size of I "):
                spelt = re.sub(IDENTITY, f" eye({chain.truth.shape[0]}) ", side)
            is_chain = error.message.startswith("the product does not fit") and self.scope.asks(side)
            if spelt == side and not is_chain:
                raise
        return spelt, self.scope.value(spelt) if spelt != side else self._in_a_layout(side)

    def _of_shape(self, side: str, truth: Expr) -> tuple[str, Expr]:
        """A side and its value; a factor 1 behind a matrix is the vector of ones where the shapes ask for that."""
        value, spelt = self.scope.value(side), with_ones(side)
        if value.shape != truth.shape and doubts.found_out(self.scope, value, truth.shape):
            value = self.scope.value(side)
        if value.shape != truth.shape and spelt != side:
            with suppress(MatdiffError):
                other = self.scope.value(spelt)
                return (spelt, other) if other.shape == truth.shape else (side, value)
        return side, value

    def _in_a_layout(self, side: str) -> Expr:
        """What a product of derivatives means in a layout where it fits: (∂J/∂e)(∂e/∂θ) of rows, or the reverse."""
        with suppress(ShapeError), self.scope.habits.turning("gradients"):
            return self.scope.value(side)
        with self.scope.habits.turning("jacobians"):
            return self.scope.value(side)

    def _right(self, line: Line, chain: Chain, value: Expr, outcome: Outcome) -> Judged:
        """The verdict on a side that is right."""
        work = Work(None if chain.is_told else chain.origin, chain.stated, value)
        chain.stated, chain.is_told = value, True
        if chain.is_equation and outcome.proof and not isinstance(value, BARE):
            chain.is_equation, chain.is_identity = False, True
        if outcome.convention:
            return Judged(line, CONVENTION, outcome.convention, work=work)
        reason = "proved" if outcome.proof else "equal on random instances; no proof was found"
        return Judged(line, PROVED if outcome.proof else AGREES, reason, work=work)

    def _equation(self, line: Line, side: str, chain: Chain, value: Expr) -> Judged:
        """The verdict on an equation that is no identity: whether it follows from those before it."""
        left = chain.truth
        if left.shape != value.shape:
            self.chain = None
            is_shape = SCALAR not in (left.shape, value.shape) and value.shape != left.shape[::-1]
            names = {s.name for e in (left, value) for s in symbols(e)}
            if is_shape and names <= self.scope.given and doubts.has_known_shapes(self.scope, left, value):
                truth = self.equations.solution(left, self.unknowns())
                return Judged(line, WRONG, "", Fault(side, value, truth, None, False, True))
            return Judged(line, UNREAD, "the sides of the equation have different shapes")
        before, unknowns = self.equations.copy(), self.unknowns()
        found = before.implies(left, value, unknowns)
        self.equations.add(left, value)
        self.chain = Chain(value)
        if found.follows:
            return Judged(line, AGREES, "it follows from an equation above")
        if not found.follows and is_stationary(self.scope, left - value):
            return Judged(line, AGREES, "the derivative of a function above is 0")
        if found.follows is None:
            said = "it does not follow from the equation above in a step that is known"
            return Judged(line, UNREAD, said) if len(self.equations.zeros) > 1 else Judged(line, NO_CLAIM)
        if found.should_be is not None and (word := doubts.needed(self.scope, value, found.should_be)):
            return Judged(line, CONVENTION, word)
        fault = Fault(side, value, found.should_be or left, None, False, True, left=chain.first)
        return Judged(
            line, WRONG, "", fault._replace(follows=lambda e: before.implies(e, value, unknowns).follows is True)
        )

    def unknowns(self) -> set[str]:
        """What equations are solved for."""
        return set(self.scope.varied) | self.solved_for

    def _misfit(self, line: Line, side: str, error: ShapeError, chain: Chain) -> Judged:
        """A side whose shapes do not fit: wrong where every shape in it is declared, else not read."""
        names = names_in(side, self.scope.names())
        is_misfit = re.match(MISFIT, error.message) is not None
        if error.message.startswith("only a square") and not names <= self.scope.where | set(self.scope.definitions):
            is_misfit = False
        is_settled = not self.is_square and all(n in ("sigma", "I") or self.scope.is_settled(n) for n in names)
        if not is_misfit or (not is_settled and not self._is_wrong_for_any_sizes(line)):
            self.chain = None
            return Judged(line, UNREAD, error.message)
        truth = self.equations.solution(chain.truth, self.unknowns()) if chain.is_equation else chain.truth
        fault = Fault(side, None, truth, error, chain.is_derivative, chain.is_equation, line.text)
        return Judged(line, WRONG, error.message, fault)

    def _is_wrong_for_any_sizes(self, line: Line) -> bool:
        """Whether a line is wrong where all sizes that are not declared are one, or one of those that are."""
        first = self._where_open_sizes_are("n", line)
        if first.verdict == WRONG or not is_misfit(first):
            return first.verdict == WRONG
        others = [self._where_open_sizes_are(size, line) for size in doubts.said_sizes(self.scope)]
        return {WRONG} <= {j.verdict for j in others} and all(j.verdict == WRONG or is_misfit(j) for j in others)

    def _where_open_sizes_are(self, size: str, line: Line) -> Judged:
        """The verdict on a line where all sizes that are not declared are this one."""
        if self.is_square:
            return Judged(line, UNREAD)
        if size not in self.squared:
            judge = Judge(self.text, doubts.squared(self.scope, size), self.wrt, is_square=True)
            judge.scope.given = self.scope.given
            self.squared[size] = judge.verdicts(), {}
        following, known = self.squared[size]
        while line.number not in known and (judged := next(following, None)) is not None:
            known[judged.line.number] = judged
        return known.get(line.number, Judged(line, UNREAD))


def is_misfit(judged: Judged) -> bool:
    """Whether a line is not read because its shapes do not fit."""
    return judged.verdict == UNREAD and re.match(MISFIT, judged.reason) is not None
