"""The verdicts on the lines of a derivation, and the first line that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import copy

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, postorder, symbols
from matdiff.algebra.notation import GREEK
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Transpose, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.errors import MatdiffError, ShapeError, UnsupportedError
from matdiff.language.names import named
from matdiff.review.asking import Independent, NotSaid, gradients_of, of_form, read_off
from matdiff.review.calls import CALL
from matdiff.review.chain import BARE, Chain, has_increments, scaled
from matdiff.review.comparing import compared
from matdiff.review.definitions import defined_by, is_model, without_star
from matdiff.review.directions import misplaced, remainder_in
from matdiff.review.doubts import OFF_DIAGONAL, ON_DIAGONAL, is_misfit
from matdiff.review.equations import CONDITION, without_asides
from matdiff.review.filling import Origin
from matdiff.review.fitting import fitted, of_identity
from matdiff.review.judged import Judged
from matdiff.review.lines import Line, Statement
from matdiff.review.neighbours import from_the_ends
from matdiff.review.numbers import with_numbers
from matdiff.review.operators import LETTER, LINKED, increments_in, is_chain_rule, letters_in, with_increments
from matdiff.review.report import AGREES, GRAVEST, NO_CLAIM, RIGHT, UNREAD, WRONG
from matdiff.review.scope import SLOPE
from matdiff.review.sides import Beside
from matdiff.review.upstream import is_told

BY_SQUARE = r"(?:\^\{?2\}?|²)\s*\)*$"  # ∂ℓ/∂σ²
INTRODUCES = r"(?i)\b(?:let|consider|suppose|define|take|now|next|example|exercise|problem|with|where|when|if)\b"
RESTATES = r"(?i)\b(?:expand|rewrit|simplif|equivalent|that is|i\.e\.|thus|hence|therefore)"  # Q(w) = … once more
UPDATE = rf"({LETTER}) = \1\s*[-+−]"  # w = w − η∇f, a step
SUPPOSES = r"\b(?:[Ii]f|[Ff]or|[Ss]uppose|[Aa]ssum(?:e|ing)|[Tt]ake|[Cc]hoose|[Ww]hen|[Ww]ith|[Ll]et)"
LOGARITHM = r"(?<=the definition of )l_(?=[pNLZfq] is)"  # our name for log p
RESUMED = 3  # chains that a line may go on with


class Judge(Beside):
    """Reads a text line by line and says of each line whether it follows."""

    def verdicts(self) -> Iterator[Judged]:
        """The lines in their order, each with its verdict."""
        for line in self.lines:
            judged = with_numbers(self, self._of_equal_sizes(self._line(line)))
            judged = judged._replace(reason=re.sub(LOGARITHM, "log ", judged.reason))
            yield judged if judged.scope else judged._replace(scope=self.scope)

    def _of_equal_sizes(self, judged: Judged) -> Judged:
        """A verdict, or that with all sizes equal where it is right so, or wrong and X⁻¹ needs them to be equal."""
        is_unfit = judged.verdict == UNREAD and is_misfit(self.scope, judged.reason)
        is_unfit = is_unfit or (judged.fault is not None and self._asks_for_square(judged.fault.value))
        if self.is_square or not is_unfit or not judged.line.statements or not self.counts(judged.line, self.scope):
            return judged
        other = self._where_open_sizes_are("n", judged.line)
        if other.verdict == NO_CLAIM:
            return Judged(judged.line, NO_CLAIM)
        goes_on = self.sized == judged.line.number - 1 and judged.reason.startswith("the line before it")
        is_sized = re.search("square matrix|terms of a sum|sides of the", judged.reason) is not None
        if judged.verdict == UNREAD and other.verdict == WRONG and (goes_on or is_sized):
            return other._replace(line=judged.line)
        if other.verdict not in RIGHT:
            return judged
        self.sized = judged.line.number
        said = "it is so where the sizes that nobody declares are equal"
        return Judged(judged.line, other.verdict, said, work=other.work)

    def _asks_for_square(self, value: Expr | None) -> bool:
        """Whether a side has the inverse of a letter that nobody declares, beside which sizes may be equal."""
        inner = [node.operands[0] for node in (postorder(value) if value else ()) if isinstance(node, Inverse)]
        bare = (e.operands[0] if isinstance(e, Transpose) else e for e in inner)
        return any(isinstance(e, Symbol) and e.name not in self.scope.given for e in bare)

    def _line(self, line: Line) -> Judged:
        if unread := self.scope.habits.doubt(line.text):
            self.chain = None
            return Judged(line, UNREAD, unread)
        self.scope.functions |= {s.name for s in self.equations.solutions if isinstance(s, Symbol)}  # dw/dλ of w = …
        self.equations.begin(line.text, self.above if line.statements else "")
        self.aside = " ".join(re.findall(f"{OFF_DIAGONAL}|{ON_DIAGONAL}", self.above)) if line.statements else ""
        self.above = "" if line.statements else f"{self.above} {line.text}"
        if self.equations.are_zero and not self.equations.zeros:
            self.equations.zeros += map(self.equations.usual, gradients_of(self.scope, line.text))
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
            first = self.chain.first if statement.goes_on and self.chain else statement.sides[0]
            rest = tuple(side for side in statement.sides if not is_chain_rule(first, side))
            found = [*self._sides(line, statement)]
            if rest != statement.sides and any(j.verdict == UNREAD or (j.fault and j.fault.error) for j in found):
                found = [Judged(line, AGREES, "the chain rule, whatever the functions are")]
                found = [*self._sides(line, statement._replace(sides=rest))] if rest[1:] else found
            yield from found

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
            elif re.match(UPDATE, " = ".join(sides)) or self._is_renewed(line, sides):
                self.chain = None
                yield Judged(line, NO_CLAIM)
                return
            else:
                self.earlier = [*self.earlier, *filter(None, [self.chain])][-RESUMED:]
                self.chain = self._begun(line, sides)
                self.chain.line, sides = line.number, sides[1:]
                from_the_ends(self.scope, self.chain, sides)
        except MatdiffError as error:
            self.chain, self.lost = self._beside_unsaid(sides, error), line.number
            is_zero = isinstance(error, Independent) and statement.sides[1:] == ("0",)
            yield Judged(line, AGREES if is_zero else UNREAD, error.message)
            return
        for k, side in enumerate(sides):
            chain = self.chain
            side = chain.inside.respelt(side) if chain and chain.inside else side
            judged = self._resumed(line, side) if statement.goes_on and not k else self._side(line, side)
            judged = chain.inside.noted(judged) if chain and chain.inside else judged
            self.lost = line.number if judged.verdict == UNREAD else self.lost
            yield judged
            if begins_with_zero and side == "0":
                self.chain = chain
            if self.chain is None:
                return

    def _beside_unsaid(self, sides: list[str], error: MatdiffError) -> Chain | None:
        """The chain that a side begins behind a derivative of what is not given, of which nothing is said."""
        with suppress(MatdiffError):
            return Chain(self.scope.value(sides[1])) if isinstance(error, NotSaid) and len(sides) == 2 else None
        return None

    def _resumed(self, line: Line, side: str) -> Judged:
        """A side that goes on with the statement before it, or with one above that, if it is right beside that only.

        What is wrong beside all of them is so beside the one whose letters it has; behind df that is not f.
        """
        lost, self.lost = self.lost, 0
        is_behind = self.chain is not None and self.chain.line == lost
        found = [(self._side(line, side), self.chain)]
        own = defined_by(side, (), self.scope)[0]  # = f goes on with what f′ comes to, and does not say f = f
        for chain in reversed(self.earlier if found[0][0].verdict not in RIGHT else []):
            if chain.is_line and chain.defines != (own or None):
                self.chain = copy(chain)
                found.append((self._side(line, side), self.chain))
                if found[-1][0].verdict in RIGHT:
                    return found[-1][0]
        alike = [pair for pair in found if pair[0].verdict == found[0][0].verdict]
        if alike[0][0].moves():
            alike = [pair for pair in alike if pair[1] is None or not pair[1].defines] or alike
        judged, self.chain = min(alike, key=lambda pair: pair[0].strangers())
        if judged.verdict == WRONG and is_behind:
            self.chain = None
            return Judged(line, UNREAD, "it may go on with a formula that is not read")
        return judged

    def _begun(self, line: Line, sides: list[str]) -> Chain:
        """The chain that the first side of a statement begins; a side that a definition gives is taken out."""
        self._note_style(sides)
        if chain := self._defined(line, sides) or self._form(sides):
            return chain
        if (value := self.scope.implicit.get(_alone(sides[0]))) is not None and not self.equations.has_increments():
            chain = Chain(self.scope.resolved(Differential(value)))
            self.equations.add(self.scope.value(sides[0]), chain.truth)
            return chain
        first = sides[0] = without_star(sides[0], self.scope)
        is_derivative = self.scope.asks(first) or re.fullmatch(SLOPE, first.strip()) is not None  # σ′(z) too
        is_derivative |= self.scope.adjoints and _alone(first) != ""
        if is_derivative:
            self.scope.declared.general.clear()  # an index runs anew, ∂L/∂A_mn
        try:
            self.scope.is_jacobian, above = False, self.scope.origin
            chain = Chain(self.scope.value(first), is_derivative)
            chain.first, chain.is_jacobian = first, self.scope.is_jacobian
            chain.origin = self.scope.origin if self.scope.origin is not above else None
        except MatdiffError as error:
            is_chance = error.message.endswith("that is not given")  # log p(x|1)/p(x|0) = …
            is_unsaid = is_chance or isinstance(error, NotSaid)
            if is_unsaid and len(sides) > 1 + (not is_chance and not self.scope.asks_alone(first)):
                return Chain(self.scope.value(sides.pop(1)), is_derivative)
            if not error.message.startswith("the size of I ") or len(sides) < 2:
                raise
            return Chain(of_identity(self.scope, first, self.scope.value(sides[1]))[1])  # det(X) I = adj(X) X
        with suppress(ShapeError):  # of a side that is judged below
            if is_derivative and sides[1:] and is_told(self.scope, chain.truth, sides[1]):
                return Chain(self.scope.value(sides.pop(1)), is_derivative)
        is_form = has_increments(first, self.scope) and self._is_form(chain.truth)
        is_form = (is_form and not self.equations.has_increments()) or remainder_in(sides[-1])[1] != ""
        with self.scope.trying():
            chain.is_line = (is_derivative or is_form) and not self._is_linearised(sides)
            chain.is_equation = not chain.is_line and (self._is_behind(first) or self._is_condition(line, sides))
        self.has_derived = self.has_derived or is_derivative
        is_by_square = chain.origin is None and is_derivative and re.search(BY_SQUARE, first) is not None
        self._note_gradient(chain.origin, chain.truth, is_by_square)
        return chain

    def _is_form(self, value: Expr) -> bool:
        """Whether a value is 0 where nothing varies, as a differential is, and X + dX is not."""
        return compared(scaled(value, 0, self.scope.names()), zero(value.shape)).equal is not False

    def _is_behind(self, first: str) -> bool:
        """Whether an equation may be meant to follow from those above; what f(x + h) − f(x) is follows from f."""
        called = (m for m in re.finditer(CALL, first) if named(m["name"] or "0") in self.scope.definitions)
        is_moved = any(re.search("[-+−]", m["arguments"]) for m in called)
        return (bool(self.equations.zeros) or self.has_derived) and not is_moved

    def _note_gradient(self, origin: Origin | None, value: Expr, is_by_square: bool = False) -> None:
        """Notes a gradient, or those of a differential, which a text may set to zero; and by what they are."""
        is_first = is_by_square or (origin is not None and origin.order == 1)
        found = [value] if is_first and not self.scope.is_jacobian else [*of_form(self.scope, origin)]
        for gradient in found:
            self.equations.note(gradient)
        if origin is not None and (found or origin.order):
            self.derived_by |= {s.name for unknown in origin.unknowns for s in symbols(unknown)}

    def _defined(self, line: Line, sides: list[str]) -> Chain | None:
        """The chain of a name that is defined here."""
        name, _ = defined_by(sides[0], sides[1:], self.scope)
        if name not in self.scope.texts or name in self.defined:
            return None
        if name in self.scope.below and self.scope.texts[name] not in sides:
            raise UnsupportedError(f"this definition of {name} is not read")
        self.defined.add(name)
        if name not in self.scope.definitions and name not in self.scope.members:
            why = self.scope.why.get(name, "")
            raise UnsupportedError(f"the definition of {name} is not read{': ' if why else ''}{why}")
        is_derivative = any(map(self.scope.asks, sides))
        if (truth := read_off(self.scope, name, self.scope.origin, line.text)) is not None:
            return Chain(truth, True)
        side = sides.pop(1 + self.scope.given_by[name])
        chain = Chain(self.scope.value(sides[0]), is_derivative)
        if is_derivative and self.scope.asks_alone(side):
            self.scope.is_jacobian, self.scope.origin = False, None
            self.scope.value(side)
            self._note_gradient(self.scope.origin, chain.truth)
        chain.defines = name
        return chain

    def _is_renewed(self, line: Line, sides: list[str]) -> bool:
        """Whether a name is given another meaning from here on: the next f(x) = …, if K = θ²C + s²I."""
        name, indices = defined_by(sides[0], sides[1:], self.scope)
        if sides[1:] == ["0"] and name in self.scope.texts.keys() - self.defined:
            return True  # start with w = 0
        if not indices and name in self.scope.declared and self._is_supposed(name, sides[1], line):
            known = self.scope.declared[name]
            _, value = fitted(self.scope, sides[1], Symbol(name, known.shape, known.properties))
            self.scope.renew(name, value, sides)
            self.scope.functions.add(name)
            self.defined.add(name)
            return True
        is_known = name in self.defined & self.scope.definitions.keys() and not indices
        if not is_known or len(sides) < 2 or remainder_in(sides[-1])[1]:
            return False
        try:
            value = self.scope.read(sides[1])
            if compared(self.scope.definitions[name], value).equal is not False:
                return False
            is_same = compared(self.scope.value(sides[0]), self.scope.value(sides[1])).equal is not False
            text = without_asides(line.text, name, self.scope.texts)
            inside, before = {*symbols(value)}, {*symbols(self.scope.unfolded(self.scope.definitions[name]))}
            is_new = self.has_derived or re.search(INTRODUCES, text) is not None or self._is_told(name, before, inside)
            at_solution = inside < before and before - inside <= {*self.equations.solutions}  # S(b) = yᵀy − …
            if is_same and name not in (said := {s.name for s in inside}) and said & self.defined:
                self.scope.definitions[name] = value  # E = ½D² once more, of which ∂E/∂D can be taken
            if is_same or not is_new or at_solution or any(s.name == name for s in inside):
                return False
        except MatdiffError:
            self.scope.forget(name)
            raise
        self.scope.renew(name, value, sides)
        return True

    def _is_told(self, name: str, before: set[Symbol], inside: set[Symbol]) -> bool:
        """Whether J(θ) had no θ, as log p(D|θ) + log p(θ) has none, and is now said in terms of it."""
        own = {*self.scope.arguments.get(name, ())}
        return own <= {s.name for s in inside - before} and bool(own)

    def _is_supposed(self, name: str, side: str, line: Line) -> bool:
        """Whether a line supposes what a letter is that has no definition.

        And by which nothing is differentiated, unless it is by a letter of what it is then: K = XXᵀ.
        """
        unknowns = self.scope.asked | self.derived_by
        is_open = name not in self.scope.texts and (name not in unknowns or letters_in(side) & unknowns - {name})
        is_open = is_open and not is_model(name, side, self.lines, self.scope)
        return bool(is_open) and re.search(rf"{SUPPOSES}\W+{GREEK.get(name, name)}\s*=", line.text) is not None

    def _form(self, sides: list[str]) -> Chain | None:
        """The chain of dL, where nothing but its differential is known of L."""
        form = re.fullmatch(rf"d\(({LETTER})\)", with_increments(sides[0], self.scope.names()))
        name = named(form.group(1)) if form else ""
        if not name or self.scope.adjoints or not self._is_new(name):
            return None
        said = self.scope.read(sides[1])
        value = self.scope.resolved(self.scope.unfolded(said))
        moving = (node for node in postorder(said) if isinstance(node, Differential))
        if any(s.name == name for node in moving for s in symbols(node)):
            return None  # dL of dL
        self.scope.forms[name] = said
        sides.pop(1)
        self.scope.functions.add(name)
        self.scope.varied.pop(name, None)
        return Chain(value)

    def _is_condition(self, line: Line, sides: list[str]) -> bool:
        """Whether an equation may be meant as a condition and not as an identity: Ax = b, w'w = 1."""
        spelt = [side.strip() for side in sides[:2]]
        read = self.scope.value if re.search(RESTATES, line.text) else self.scope.read
        is_bare = "I" in spelt
        for side in spelt:  # of which f(x + h) is none that is bare, though it has a name
            with suppress(ShapeError):
                is_bare |= isinstance(e := read(side), BARE) and str(e) not in self.scope.derivatives
        speaks_of_more = self._speaks_of_more(sides)
        is_called = re.fullmatch(rf"{LETTER}\s*\([^()]*\)", spelt[0]) is not None
        is_bare = is_bare and (speaks_of_more or not is_called)  # f(Q) = … once more, in the same letters
        text = without_asides(line.text, sides[0], self.scope.texts)
        return is_bare or re.search(CONDITION, text) is not None or speaks_of_more

    def _is_linearised(self, sides: list[str]) -> bool:
        """Whether an equation with dX is one to be solved: H dx + Aᵀdν = −r, and nothing that is differentiated."""
        inner = [n.operands[0] for n in postorder(self.scope.read(sides[0])) if isinstance(n, Differential)]
        said = self.scope.definitions.keys() | self.scope.forms.keys()
        is_plain = bool(inner) and all(isinstance(e, Symbol) and e.name not in said for e in inner)
        return is_plain and self._speaks_of_more(sides)

    def _speaks_of_more(self, sides: list[str]) -> bool:
        """Whether one of two sides has a letter that the other has not, as no identity of plain expressions does."""
        try:
            one = self.scope.value(sides[0])
            return {*symbols(one)} != {*symbols(fitted(self.scope, sides[1], one)[1])}
        except (MatdiffError, IndexError):
            return False

    def _note_style(self, sides: list[str]) -> None:
        """Notes that dA is short for ∂L/∂A: dA = 2(A − Y) is written, or dQ = dS K, dK = dSᵀQ of no L or in code."""
        scope = self.scope
        left, of = _alone(sides[0]), re.fullmatch(LINKED, sides[0])
        is_link = left in scope.definitions and scope.definitions[left].shape != SCALAR
        on = named(of[2] or of[4]) if of else left
        if on in scope.names() and any(self._is_backward(re.sub(LINKED, " ", side), on) for side in sides[1:]):
            scope.adjoints = True  # dZ = dA ⊙ A ⊙ (1 − A) of A = σ(Z), ∂L/∂Z = dA ⊙ A ⊙ (1 − A)
        elif is_link:
            scope.adjoints |= not any(has_increments(side, scope) for side in sides[1:])
        elif left in scope.names() and (
            scope.habits.is_code or not any(value.shape == SCALAR for value in scope.definitions.values())
        ):
            firsts = {_alone(s.sides[0]) for line in self.lines for s in line.statements if not s.goes_on} - {""}
            used = {s.name for value in scope.definitions.values() for s in symbols(value)}
            is_step = re.search(r"^[-−]|⁻¹|inv\(|solve|\^\{?-1", sides[1]) is not None  # dx = −H⁻¹∇f
            is_alone = scope.habits.is_code and not (is_step or any(has_increments(side, scope) for side in sides[1:]))
            scope.adjoints |= len(firsts & used - scope.definitions.keys()) > (0 if is_alone else 1)

    def _is_backward(self, side: str, on: str) -> bool:
        """Whether a product without inverses has the increment of what is defined with a name: dV = PᵀdO of O = PV."""
        scope = self.scope
        varied = () if re.search(r"⁻¹|inv\(|\^\{?-1|/", side) else increments_in(side, scope.names())
        values = [scope.definitions[n] for n in varied if n in scope.definitions]
        used = ({*symbols(v), *symbols(scope.unfolded(v))} for v in values if v.shape != SCALAR)
        return any(on in {s.name for s in one} for one in used)

    def _is_new(self, name: str) -> bool:
        """Whether nothing but its differential is known of a function."""
        scope = self.scope
        used = {s.name for e in (*scope.definitions.values(), *self.equations.zeros) for s in symbols(e)}
        told = {*scope.given, *scope.definitions, *scope.forms, *scope.members}
        return name not in used and told.isdisjoint((name, name.rpartition("_")[0]))


def _alone(side: str) -> str:
    """The X of a side that is dX and nothing more."""
    left = re.fullmatch(rf"d({LETTER})", side)
    return named(left.group(1)) if left else ""
