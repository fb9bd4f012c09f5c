"""Text in, typed expression out: ``read`` and what it answers.

The text is lexed and parsed, its names are resolved, and the readings are searched.  The places where
the lexer itself had to decide (Σ as a sum, f(…) as a function) are varied around that.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra import operators as _operators  # noqa: F401 - fills the table of functions
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import FUNCTIONS, Expr, postorder, symbols
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.structure import Named
from matdiff.errors import MatdiffError, NotationError, ShapeError
from matdiff.language import dialects
from matdiff.language.answers import Reading, Says, noted
from matdiff.language.beside import Beside, heard
from matdiff.language.binding import Bound
from matdiff.language.counting import name_sizes
from matdiff.language.declarations import declare, leading_declarations
from matdiff.language.declared import Declarations, Where, declare_symbols
from matdiff.language.dialects import Dialect
from matdiff.language.doubts import makes_numbers
from matdiff.language.formulas import is_bare
from matdiff.language.labels import Labels
from matdiff.language.leftovers import require_read
from matdiff.language.lexer import Lexer
from matdiff.language.names import changed, font_of, named
from matdiff.language.other_kinds import KindsError
from matdiff.language.quantifiers import counts
from matdiff.language.search import ANY_COST, FAR_FETCHED, Budget, Found, Search
from matdiff.language.spelling import plain, transcript
from matdiff.language.syntax import parse_tokens
from matdiff.language.tokens import Decision
from matdiff.language.typed import build
from matdiff.language.typing import SPECIAL
from matdiff.language.words import MAKERS, Vocabulary
from matdiff.regex import search_in

if TYPE_CHECKING:
    from matdiff.language.questions import Question
    from matdiff.language.side_conditions import Condition

CALL = r"(?:[fghφϕψ]|phi|psi)_?\{?[0-9₀-₉]*\}?\("  # of a letter that is a function by custom
LONGEST = 2_000_000  # characters
FULL_STOP = (  # at the end of a text
    r"(?<!\\right)(?<!\\right )(?<=[\w)\]}'′ᵀ⊤²³¹⁴½‖∥|⟩₊+ ])(?:\.|(?<= ):|(?<=[A-Za-z]):)(?=\s*$)"
)
QUOTED = (  # as a text that is passed on, and $`x^2`$ and ```math as in Markdown
    r'\s*(?:"([^"]+)"|“([^“”]+)”|(?:`([^`]+)`|\$`([^`]+)`\$|```(?:[a-z]+(?=\s*\n))?([^`]+)```))[.?]?\s*'
)
SIMILAR = 2  # how much more a second reading of a doubtful place costs when both make sense
MOST_VARIATIONS = 24
NOT_GIVEN = ("that is not given", "which has to be given")  # a function that conditions and members of a chain may have
MOST_LETTERS = 40_000  # read again in variations


def parse(text: str, where: Where = None, dialect: str | None = None) -> Expr:
    """The expression of a text."""
    return read(text, where, dialect=dialect).expr


def read(
    text: str,
    where: Where = None,
    wrt: Sequence[str] = (),
    scalar: bool = False,
    laws: bool = False,
    dialect: str | None = None,
    solving: bool = False,
) -> Reading:
    """Reads a text; *wrt* are the unknowns as they were typed, *scalar* asks for a scalar.

    *solving* takes in the constraints, which a derivative leaves out with a note.  *dialect* is that of the text
    (``plain``, ``latex``, ``numpy`` …); without it LaTeX and code are recognised.
    Declarations may stand before the expression.
    """
    front, rest = leading_declarations(undressed(text))
    unknowns = [named(changed(plain(w))) for w in ([wrt] if isinstance(wrt, str) else wrt)]

    def readings(**choices: bool) -> Readings:
        return Readings(rest, declare(where, front), unknowns, scalar, laws, dialect, True, **choices)

    found = heard(readings, rest, solving)
    require_one_meaning(found.expr, text)
    asked = (*([wrt] if isinstance(wrt, str) else wrt), *(found.question.names if found.question else ())) or found.of
    if not all(name.isascii() and name.isalpha() for name in asked):
        from matdiff.language.powers_asked import in_powers

        in_powers(found, asked)
    return found


def undressed(text: str) -> str:
    """A text with blanks for the quotation marks around all of it, and for the full stop at its end.

    >>> undressed('"X w".'), undressed("`tr(A X)`"), undressed("f = x'a")
    (' X w  ', ' tr(A X) ', "f = x'a")
    """
    if quoted := re.fullmatch(QUOTED, text):
        start, end = quoted.span(quoted.lastindex or 0)
        text = " " * start + text[start:end] + " " * (len(text) - end)
    return re.sub(FULL_STOP, " ", text) if text.rstrip().endswith((".", ":")) else text


def require_one_meaning(e: Expr, text: str) -> None:
    """Refuses a letter that is an open function in one place and a value in another: g XW g(XW)."""
    open_functions = {node.data[0] for node in postorder(e) if isinstance(node, Unspecified)}
    if twice := next((s.name for s in symbols(e) if s.name in open_functions), None) if open_functions else None:
        hint = f"write the function {twice}(…) in both places, or take another letter"
        raise NotationError(f"{twice} is a function in one place and a letter in another", text=text, suggestion=hint)


def question_of(text: str, where: Where = None) -> Question | None:
    """What a text asks for, before its function is read."""
    front, rest = leading_declarations(undressed(text))
    return Readings(rest, declare(where, front), [], False, False, None, True).said.question


class Readings(Beside):
    """The readings of one text under the decisions of the lexer."""

    def __init__(
        self,
        text: str,
        declared: Declarations,
        wrt: list[str],
        scalar: bool,
        laws: bool,
        dialect: str | None = None,
        asks: bool = False,
        far: bool = True,
        is_prose: bool = False,
    ) -> None:
        if len(text) > LONGEST:
            raise NotationError(f"the text is longer than {LONGEST} characters")
        functions = {*FUNCTIONS, *SPECIAL, *MAKERS}
        is_name = re.search(r"(?<![A-Za-z])d(?:_|\s*[,)])", text) and re.search(r"(?<![A-Za-z])d\s*\(", text) is None
        if not laws or is_name:
            functions.discard("d")  # it is no differential: d_k is a member of d, and eye(d) has d rows
        called = {name for name in declared if declared[name].arguments}
        self.dialect = dialects.of_text(text, dialect) if not laws else None
        self.script = transcript(text, functions | called, "plain" if dialect in dialects.DIALECTS else dialect)
        self.text = text
        self.declared = declared
        self.wrt = wrt
        self.whole, self.said = self.script, Says(self.script)
        if not laws and not dialects.is_program(text, self.dialect) and not is_bare(self.script.text):
            self.take_out(asks, far, is_prose)
        self.scalar = scalar
        self.laws = laws
        is_code = self.dialect is not None and not self.dialect.is_python
        self._words = partial(Vocabulary, declared=declared, functions=functions, wrt=self.wrt, is_code=is_code)
        self.vocabulary = self._words(self.script.text)
        self.budget = Budget()
        self.calls = self.valued = False  # whether open functions are called; whether they may have scalar values

    def in_full(self, solving: bool = False) -> Reading:
        """The reading of least cost, with the other sides of a chain, and what is asked."""
        found = self.best()
        said = self.said
        found.question, found.asked_at, found.of = said.question, self.asked_at, said.of or found.of
        found.constraints = self.constraints
        self._require_dependence(found.expr)
        unused = [c for c in said.conditions if c.is_constraint and not solving]
        for condition in unused:
            self._require_constraint(condition)
        notes = [f"{condition.shown} is a condition that the answer does not use" for condition in unused]
        notes += dialects.said(self.dialect, self.text)
        numbers = [s.name for s in symbols(found.expr) if s.shape == SCALAR and s.name not in self.declared]
        if said.called:
            from matdiff.language.left_sides import also_within, of_steps

            notes += of_steps(said.called, numbers)
            names = {node.name: False for node in postorder(found.expr) if isinstance(node, Named)}
            names |= {s.name: s.shape == SCALAR and not s.ranges for s in symbols(found.expr)}
            notes += also_within(said.called, names, self.text)
        found.notes = found.expr.facts["notes"] = tuple(dict.fromkeys((*found.notes, *said.notes, *notes)))
        found.called = found.expr.facts["called"] = tuple(dict.fromkeys((*said.called, *found.called)))
        spans, idle = [*said.spans, *found.spans], found.unused()
        for side in said.sides:
            declare_symbols(found.expr, self.declared)
            self.script, self.vocabulary = side, self._words(side.text)
            other = self._other_side(found)
            if other is None:
                spans += [side.span(k, k + 1) for k in range(len(side.text))]
                continue
            found.sides, spans = (*found.sides, other.expr), [*spans, *other.spans]
            idle = {name: error for name, error in idle.items() if name in other.unused()}
        for error in idle.values():
            raise error
        if found.spans:
            require_read(self.text, spans)
        return found

    def _require_dependence(self, expr: Expr) -> None:
        """Refuses ℓ(β) = ∑ᵢ yᵢ log pᵢ by β within a function: its formula lacks what it is said to depend on."""
        said = self.vocabulary.heads.plain
        values = {n.name: n.operands[0] for n in postorder(expr) if isinstance(n, Named) and n.name in said}
        for name, value in values.items():
            own = {s.name for s in symbols(value)}
            if missing := next((p for p in said[name] if p in self.wrt and p not in own), None):
                shown = f"{name}({', '.join(said[name])})"
                message = f"{shown} is said to depend on {missing}, and its formula has no {missing}"
                raise NotationError(message, text=self.text, suggestion=f"give what else depends on {missing}")

    def _other_side(self, found: Reading) -> Reading | None:
        """Another member of a chain, with the names of the last one; none of one with a function that is not given."""
        try:
            return self.best()
        except MatdiffError as error:
            if error.message.endswith(NOT_GIVEN):
                found.say(f"{' '.join(self.script.text.split())} is not compared with the last side: {error.message}")
                return None
            error.message = f"the members of the chain do not go together: {error.message}"
            error.suggestion = "give one of them, the one that is meant"
            raise

    def _require_constraint(self, condition: Condition) -> None:
        """Refuses a condition that can be no constraint, since one of its sides cannot be read."""
        from matdiff.language.side_conditions import compared, fault_of_side, is_set

        whole = self.whole
        for start, end in compared(condition.text):
            fault = fault_of_side(condition.text, start, end)
            if not fault and not is_set(condition.text, start, end):
                start, end = condition.start + start, condition.start + end
                side = whole.edited([(0, start, " "), (end, len(whole.text), " ")])
                try:
                    parse_tokens(Lexer(side, self._words(side.text)).run(), self.text)
                except MatdiffError as error:
                    fault = "" if error.message.endswith(NOT_GIVEN) else error.message
            if fault:
                message = f"{condition.text} is neither a declaration nor a constraint: {fault}"
                raise NotationError(message, text=self.text, span=whole.span(condition.start, condition.end))

    def best(self) -> Reading:
        """The reading of least cost over all decisions of the lexer, or the error of the customary one.

        Where a scalar is needed, an open function may have scalar values unless another reading is less far-fetched.
        """
        may_be_valued = self.scalar and "(" in self.script.text and search_in(CALL, self.script.text)
        valued = self._with_values(FAR_FETCHED) if may_be_valued else None
        found, error = self._least(valued[0].cost + 1 if valued else ANY_COST)
        if may_be_valued and found and not valued and found[0].cost > 2 * FAR_FETCHED:
            found = self._with_values(found[0].cost - FAR_FETCHED) or found
        found = found or valued or (self._with_values(ANY_COST) if self.scalar and self.calls else None)
        if found is None:
            assert error is not None
            raise error
        return self._finish(*found)

    def _with_values(self, most_cost: int) -> tuple[Found, Bound] | None:
        """The reading in which some open function has scalar values, if it is not too unusual."""
        self.valued = True
        found, _ = self._least(most_cost)
        self.valued = False
        return found if found and "valued" in found[0].attempt.assumed.values() else None

    def _least(self, most_cost: int) -> tuple[tuple[Found, Bound] | None, MatdiffError | None]:
        """The reading of least cost up to *most_cost*, and the first error."""
        first_error: MatdiffError | None = None
        best: tuple[Found, Bound] | None = None
        heap: list[tuple[int, tuple[int, ...]]] = [(0, ())]
        tried = 0
        most = min(MOST_VARIATIONS, 1 + MOST_LETTERS // len(self.text)) if self.text else 1
        taken: tuple[tuple[int, ...], list[Decision]] = (), []
        while heap and tried < most:
            cost, other = heappop(heap)
            if cost > (best[0].cost - 1 if best else most_cost):
                break
            tried += 1
            decisions: list[Decision] = []
            try:
                found = self._read(other, cost, best[0].cost - 1 if best else most_cost, decisions)
                if found is not None and not (other and makes_numbers(found[1], found[0].attempt)):
                    best, taken = found, (other, decisions)
            except MatdiffError as error:
                if not other and isinstance(error, KindsError):
                    raise  # the customary reading has two meanings, and what goes against custom is none of them
                first_error = first_error or error
            for decision in decisions:
                if not other or decision.place > other[-1]:
                    heappush(heap, (cost + decision.cost, (*other, decision.place)))
        if best is not None:
            self._require_certain(best[0], *taken)
        return best, first_error

    def _require_certain(self, best: Found, other: tuple[int, ...], decisions: list[Decision]) -> None:
        """Raises the doubt about a place that goes against custom, or could do so at about the same cost."""
        for decision in decisions:
            rival = tuple(sorted({*other, decision.place}))
            if decision.doubt and (decision.place in other or self._types(rival, best.cost + SIMILAR)):
                raise decision.doubt

    def _types(self, other: tuple[int, ...], most: int) -> bool:
        """Whether there is a reading under some decisions."""
        try:
            return self._read(other, 0, most, []) is not None
        except MatdiffError:
            return False

    def _read(
        self, other: tuple[int, ...], cost: int, most: int, decisions: list[Decision]
    ) -> tuple[Found, Bound] | None:
        """The best reading under one set of decisions."""
        bound = self.bind(other, decisions)
        found = self._found(bound, most - cost, most == ANY_COST)
        return (Found(found.attempt, found.typed, found.cost + cost), bound) if found else None

    def _found(self, bound: Bound, most: int, required: bool) -> Found | None:
        """The reading of least cost in which many numbered letters are of one kind, if there is one, or any."""
        search = Search(bound, self.scalar, self.budget, self.valued)
        if search.siblings:
            with suppress(MatdiffError):
                found = search.run(most)
                if found and not found.attempt.penalties:
                    return found
            search = Search(bound, self.scalar, self.budget, self.valued, apart=True)
        found = search.run(most)
        if found is None and search.first_error and required:
            raise search.first_error
        return found

    def bind(self, other: tuple[int, ...], decisions: list[Decision]) -> Bound:
        """The tree with its names resolved."""
        if self.dialect is not None and self.dialect.is_python and (bound := self._bind_code(self.dialect)) is not None:
            return bound
        lexer = Lexer(self.script, self.vocabulary, other)
        try:
            tokens = lexer.run()
        finally:
            decisions.extend(lexer.decisions)
        self.calls = self.calls or any(token.type == "UNSPECIFIED" for token in tokens)
        tree = parse_tokens(tokens, self.text)
        called = (tree.value,) if tree.kind in ("define", "abbreviate") else ()
        tree = tree.parts[0] if called else tree
        free = self.laws or not self.scalar
        sides = self.said.sides
        counted = {name: last for side in sides for name, last in counts(side.text).items()}
        around = (lexer.labelled, other, decisions, self.dialect, counted if sides else None, self.said.called)
        bound = Bound(tree, self.text, self.declared, self.wrt, free, *around)
        bound.called = called or bound.called
        bound.spans = lexer.spans(tokens)
        bound.notes.extend(lexer.notes)
        for name, (stem, font) in zip(bound.names, map(font_of, bound.names), strict=True):
            if font and stem in bound.names:
                bound.note(tree, f"{stem} in two fonts is taken as two names, {name} and {stem}")
        for side in map(Labels, (self._words(side.text) for side in sides)):  # θᵀLθ = ∑ W_ij (θ_i − θ_j)²
            for known in bound.names.values():
                known.plain = known.plain or (known.indexed == 1 and side.stands_bare(known.name))
        return bound

    def _bind_code(self, dialect: Dialect) -> Bound | None:
        """The tree of a piece of Python with its names resolved; None where the text is no Python after all."""
        from matdiff.language.dialects.code import bound
        from matdiff.language.dialects.python_text import NotPython

        try:
            return bound(self.text, self.beside, dialect, self.declared, self.wrt, self.vocabulary, not self.scalar)
        except NotPython:
            dialects.require_one_meaning(self.text, dialect)
            self.dialect = None
            return None

    def _finish(self, found: Found, bound: Bound) -> Reading:
        """Names the open sizes, builds the expression, and notes what is said of it."""
        name_sizes(found, bound)
        if any(name[-1].isdigit() for name in found.attempt.shapes):
            from matdiff.language.entries import require_no_numbers_beside

            require_no_numbers_beside(found.attempt)
        try:
            expr = build(found.typed)
            expr.facts["notes"] = noted(found, bound)
            return Reading(expr, self.declared, self.text, bound)
        except ZeroDivisionError:
            raise ShapeError("division by zero", text=self.text, span=(0, len(self.text))) from None
