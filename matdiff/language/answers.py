"""What a text was read as, and which of its names an unknown is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Symbol, nodes_in, postorder, symbols
from matdiff.algebra.operators.blocks import Blocks
from matdiff.algebra.operators.structure import Named
from matdiff.errors import MatdiffError, UnknownNameError
from matdiff.language.binding import Bound
from matdiff.language.customs import written_bold
from matdiff.language.declared import Declarations
from matdiff.language.names import canonical, changed, named, nearest
from matdiff.language.spelling import plain, transcript
from matdiff.language.transcript import Transcript
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.language.questions import Question
    from matdiff.language.search import Found
    from matdiff.language.side_conditions import Condition


class Says(NamedTuple):
    """What a text says.

    script      the function and its definitions
    question    what is asked, if anything
    conditions  declarations and constraints, in their order
    sides       the other members of a chain J = a = b, each as the script would be
    called      what the function is called on the left
    of          the arguments that it has there
    notes       what is doubtful about the left sides
    spans       the places of all that is said beside the function: left sides, the question, conditions, words
    """

    script: Transcript
    question: Question | None = None
    conditions: tuple[Condition, ...] = ()
    sides: tuple[Transcript, ...] = ()
    called: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


class Reading:
    """What a text was read as.

    expr       the typed expression
    symbols    its symbols by canonical name, in order of appearance
    declared   the declarations that came with it
    text       the text
    notes      how doubtful places were read, and how to say the other thing; the expression has them as well
    question   what the text asks for
    sides      what the text says to be equal to the expression, as in J = a = b
    called     what the text calls the expression: J
    of         the arguments that it has there: w of J(w) = …
    stand_ins  the letters that stand for powers that are asked for
    spans      the places of all that was read; none where Python's own parser has read a piece of code
    constraints  the conditions that no declaration says, as they are typed
    """

    def __init__(self, expr: Expr, declared: Declarations, text: str, bound: Bound) -> None:
        self.expr = expr
        self.notes = expr.notes
        self.declared = declared
        self.text = text
        self.question: Question | None = None
        self.constraints: tuple[str, ...] = ()
        self.asked_at = (0, 0)
        self.sides: tuple[Expr, ...] = ()
        self.called = bound.called
        self.of: tuple[str, ...] = bound.unknowns
        self.spans = bound.spans
        self.symbols = symbols_by_name(expr)
        self.stand_ins: dict[str, Expr] = {}
        self._bound = bound

    def unknown(self, name: str) -> Expr:
        """The symbol, family or definition that a string names, or a member or part (``x_i``, ``X[:, j]``) of one."""
        name = name.removeprefix("self.")
        found = self.find(name) or self.find(re.sub(r"\^\{?T\}?$", "_T", name))
        numbered = re.fullmatch(r"([^\W\d_]+)([0-9]+)", name) if found is None and name[-1:].isdecimal() else None
        if numbered and re.search(
            rf"{numbered[1]}(?:_\{{?)?{numbered[2]}(?![0-9])", transcript(self.text, FUNCTIONS).text
        ):
            found = self.find(f"{numbered[1]}_{numbered[2]}")  # ∂/∂x_1 asks for x1, which is no name but an entry
        found = found or self._entry(name)
        if found is None:
            raise self._unknown_name(name)
        if isinstance(found, Named) and isinstance(found.operands[0], Blocks):
            own, left, seen = {s.name for s in symbols(found)}, [self.expr], {self.expr, found}
            while left:  # x'x + a of x = [a; b] has an entry of x that is not to be held fixed
                node = left.pop()
                if isinstance(node, Symbol) and node.name in own:
                    message = f"{name} cannot be the unknown: {node.name} is a part of it and stands beside it"
                    raise UnknownNameError(message, suggestion=f"write {name}[…] for its entries, and declare {name}")
                left += [below for below in node.operands if below not in seen]
                seen.update(node.operands)
        return found

    def _entry(self, name: str) -> Expr | None:
        """The entry of W that w_ij is where there is no other w."""
        m = re.fullmatch(r"(?P<letter>[a-z])_\{?(?:[a-z0-9]\s*,?\s*){2}\}?", name)
        matrix = self.symbols.get(m["letter"].upper()) if m else None
        if m is None or matrix is None or ONE in matrix.shape or m["letter"] in self.symbols:
            return None
        if not any("is one of the entries of" in note for note in self.notes):
            self.say(f"{name} is one of the entries of {matrix.name}")
        return self.find(matrix.name + name[1:])

    def say(self, note: str) -> None:
        """Adds a note."""
        self.notes = self.expr.facts["notes"] = (*self.notes, note)

    def unused(self) -> dict[str, MatdiffError]:
        """What the text defines and this member of a chain does not use, and what is said of it."""
        return self._bound.unused

    def find(self, name: str) -> Expr | None:
        """What a string names, if it names something."""
        found = self.stand_ins.get(name) or _named(self.symbols, name, self.expr, self._bound.moved)
        return found or _definition(self.expr, name)

    def takes(self, name: str, stand_in: Expr, expr: Expr, said: str) -> None:
        """Makes the function one of *stand_in*, which stands for what a string names, v for σ², as a note *said*."""
        self.notes = expr.facts["notes"] = (*self.notes, said)
        expr.facts["called"] = self.called
        self.expr = expr
        self.symbols = symbols_by_name(expr)
        self.stand_ins[name] = stand_in

    def arguments(self) -> tuple[str, ...]:
        """The symbols on the left side of f(x, y) = …, as they are written there; none if one is something else."""
        names = [name if name in self.stand_ins else self._members(named(changed(plain(name)))) for name in self.of]
        seen = [name for name in names if name in self.symbols or name in self.stand_ins]
        return tuple(seen) if not any(_definition(self.expr, name) for name in names) else ()

    def _members(self, name: str) -> str:
        """The family w for a W that stands nowhere else, whose columns or rows the w_k are; another name itself."""
        family = self.symbols.get(name.lower()) if name not in self.symbols and len(name) == 1 else None
        return name.lower() if family is not None and family.ranges and not family.is_scalar else name

    def _unknown_name(self, name: str) -> UnknownNameError:
        short = canonical(changed(plain(name)).strip())
        place = self.text.find(name) if name else -1
        text, span = (self.text, (place, place + len(name))) if place >= 0 else (None, None)
        because, hint = "", nearest(short, self.symbols) or "the symbols are " + ", ".join(self.symbols)
        if f"{short}_increment" in self.symbols:
            hint = f"Δ{name} is one name: ask for Δ{name}, or write Δ*{name} for the product"
        bare = re.sub(r"(\^\{?T\}?|['ᵀ⊤])$", "", name.strip())
        if bare != name.strip():
            because, hint = ": the unknown is the matrix itself, not its transpose", f"ask for {bare}"
        elif short in FUNCTIONS and short not in self.symbols:
            because = f": {short} is a function"
        elif short in self._bound.indices:
            because = f": {short} is the index of a sum"
        elif short in self._bound.definitions:
            because = f": {short} is a definition"
        elif short in self._bound.names:  # z of softmax(x − z1), and a of a − a
            because, hint = ": the function does not depend on it", "its derivative is 0"
        elif short in self.declared:
            because = ": it is declared, but does not occur in the expression"
        message = f"{name or 'nothing'} cannot be the unknown{because}"
        return UnknownNameError(message, text=text, span=span, suggestion=hint)


def noted(found: Found, bound: Bound) -> tuple[str, ...]:
    """What the lexer, the binding of names and the typing say of doubtful places, in the order of the text."""
    said = sorted([*bound.notes, *found.attempt.notes], key=lambda note: note[0])
    return tuple(dict.fromkeys(sentence for _, sentence in said))


def symbols_by_name(expr: Expr) -> dict[str, Symbol]:
    """The symbols of a function by their names, which are found once for all who ask."""
    known: dict[str, Symbol] | None = expr.facts.get("symbols")
    if known is None:
        known = {s.name: s for s in nodes_in(expr) if isinstance(s, Symbol)}
        if expr.operands:  # a letter would hold itself in memory
            expr.facts["symbols"] = known
    return known


def unknown_in(expr: Expr, name: str) -> Expr:
    """The symbol, family or definition in an expression that a string names, or a member or part of one."""
    known = symbols_by_name(expr)
    found = _named(known, name, expr)
    if found is None and (found := _definition(expr, name)) is None:
        hint = nearest(canonical(name), known) or "the symbols are " + ", ".join(known)
        raise UnknownNameError(f"{name} does not occur in the expression", suggestion=hint)
    return found


def _definition(expr: Expr, name: str) -> Expr | None:
    """The definition in an expression that a string names, or the state of a recurrence."""
    wanted = canonical(changed(plain(name)).strip())
    defined = next((node for node in postorder(expr) if isinstance(node, Named) and node.name == wanted), None)
    if defined is not None:
        return defined
    from matdiff.language.recurrences.shapes import state_named

    return state_named(expr, changed(plain(name)))


def _named(
    known: Mapping[str, Symbol], name: str, expr: Expr, moved: Mapping[str, Collection[int]] | None = None
) -> Expr | None:
    """The symbol that a string names, or the member or part of one; a definition has parts as well."""
    if name in known and name.isalpha() and name.isascii():
        return known[name]  # as it mostly is
    written = name
    name = re.sub(r"\^\{?\[\s*(\w+)\s*\]\}?", r"^{(\1)}", name)  # W^{[l]}
    name = changed(plain(name)).strip()
    symbol = known.get(f"{named(name)}_bold") if written_bold(written) else None
    symbol = symbol or known.get(named(name)) or (known.get("l") if name == "ell" else None)
    if symbol is not None or not re.search(r"[\[_^₀-₉ₐ-ₜᵢ-ᵥⱼ]", name):
        return symbol
    from matdiff.language.parts import part_named

    definitions = {node.name: node for node in postorder(expr) if isinstance(node, Named)}
    bases: dict[str, Expr] = {**definitions, **known}
    return part_named(name, expr, bases, moved or {})
