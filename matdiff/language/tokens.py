"""Tokens, and what emitting them has to know: brackets, gaps, and where a factor begins.

White space and its absence become the two signs of implicit products, JUXT and LOOSE.  A function
without brackets (tr A X) widens its reach over gaps where that is the custom.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from matdiff.errors import AmbiguityError, MatdiffError, NotationError
from matdiff.language.bracketing import GAP, Marks
from matdiff.language.syntax import BEHIND, CLOSERS, OF_PRODUCTS, OPENERS, Token
from matdiff.language.tables import END
from matdiff.language.transcript import APART, NAME_ENDS, NAMED, Transcript
from matdiff.language.words import Vocabulary
from matdiff.records import NamedTuple
from matdiff.regex import regex

ENDERS = frozenset((*CLOSERS, *BEHIND, "NAME", "NUMBER", "ARRAY"))
SIGNS_OF_PRODUCTS = (*OF_PRODUCTS, "LOOSE")
STOPS = frozenset((*SIGNS_OF_PRODUCTS, "PLUS", "MINUS", "COLON", "COMMA", "SEPARATOR", "WHERE", "DEFINE", "ABBREVIATE"))
CLOSING = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}
OF_NUMBERS = ("tr", "Tr", "trace", "det", "logdet")
BOLD = (r"\mathbf", r"\boldsymbol", r"\bm")
SHARE = regex(r"(?:log|ln|exp)\s*(?:\(\(\s*[0-9.]+\s*\)/\([^()]*\)\)|[0-9.]+\s*/\s*\w+)\s*\Z")  # log 1/N, before ∑
SPACE = regex(r"(?:[\s~]|\\[,:;> ]|\\q?quad\b)+")  # of LaTeX
UNMARKED = str.maketrans("", "", NAMED + NAME_ENDS)  # what LaTeX marks names by is not shown
WIDE = frozenset("tr Tr trace det logdet vec diag rank inv".split())  # tr A X is the trace of AX; log a b is log(a) b


class Decision(NamedTuple):
    """A place that may be read in two ways, and what the way against custom costs.

    *doubt* is what is said where both ways can be read and neither is customary.
    """

    place: int
    cost: int
    doubt: MatdiffError | None = None


class Reach:
    """A function without brackets, or ⊗: where it stands, whether its operand goes on over gaps or is asked for."""

    def __init__(self, place: int, widens: bool, is_asked: bool = False) -> None:
        self.place = place
        self.widens = widens
        self.is_asked = is_asked
        self.wide: bool | None = None  # not asked yet


class Emitter:
    """The tokens of one text so far; *other* are the places of decisions that go against custom."""

    def __init__(self, script: Transcript, vocabulary: Vocabulary, other: Collection[int] = ()) -> None:
        self.script = script
        self.vocabulary = vocabulary
        self.text = script.text
        self.other = other
        self.tokens: list[Token] = []
        self.decisions: list[Decision] = []
        self.decided: set[int] = set()
        self.numbered: dict[str, int] = {}  # where a letter first has a number: all such names are entries, or none
        self.notes: list[tuple[int, str]] = []
        self.said: list[tuple[int, int]] = []  # the places of what means something, and is no token
        self.brackets: list[tuple[str, int]] = []
        self.reaches: list[Reach | None] = [None]  # for every open bracket, and for none
        self.marks: list[Marks | None] = [None]  # likewise, of square brackets
        self.last = ""
        self.gap = self.line_break = False

    def emit(self, kind: str, value: Any, start: int, end: int) -> int:
        """Adds a token that cannot start an operand; answers where to go on."""
        marks = self.marks[-1]
        if marks is not None:
            marks.note(kind, len(self.tokens))
        self.tokens.append(Token(kind, value, start, end))
        is_sign = kind == "MINUS" and self.last == "CARET"  # tr S^-1 V goes on behind the minus
        self.last = kind
        self.gap = self.line_break = False
        if kind in STOPS and not is_sign:
            self.reaches[-1] = Reach(start, True) if kind == "KRONECKER" else None  # I ⊗ Bᵀ B is I ⊗ (BᵀB)
        return end

    def operand(self, kind: str, value: Any, start: int, end: int) -> int:
        """Adds a token that starts an operand, after the sign of an implicit product where one is meant."""
        if self.last in ENDERS:
            if self.line_break and not self.brackets:
                self.emit("SEPARATOR", None, start, start)
            elif kind == self.last == "NUMBER" and 1 not in (value, self.tokens[-1].value) and not self.in_block():
                raise self.error("an operator is missing between two numbers", start, end, "write * or + between them")
            else:
                self.require_brackets("NUMBER", start, end)  # e^-2x
                if kind == "BIG_SUM" and (share := SHARE.search(self.text, max(0, start - 60), start)):
                    message = "the function of a fraction before a sum can be that of the mean, or be multiplied"
                    raise self.error(message, share.start(), end, "put its argument in brackets")
                ends = kind == "FUNCTION" and value in OF_NUMBERS  # det A tr(B) is det(A) tr(B)
                is_parted = self.gap or (self.ends_bars() and kind not in OPENERS)  # log|A||B|
                is_parted = is_parted or (self.reaches[-1] is not None and self.spaced(kind, start))
                loose = kind in ("BIG_SUM", "PREFIX") or (is_parted and (ends or not self.reached(kind, start, end)))
                self.emit("LOOSE" if loose else "JUXT", None, start, start)
        return self.emit(kind, value, start, end)

    def ends_bars(self) -> bool:
        """Whether the last token closes bars that a function without brackets stands in front of: log|Σ|x'x."""
        reach, k, depth = self.reaches[-1], len(self.tokens), 0
        if reach is None or self.last not in ("BAR_CLOSE", "NORM_CLOSE"):
            return False
        while k and (k == len(self.tokens) or depth):
            k -= 1
            depth += (self.tokens[k].type in CLOSERS) - (self.tokens[k].type in OPENERS)
        return k > 0 and self.tokens[k - 1].start == reach.place

    def require_no_lost_script(self, number: str, start: int, end: int) -> None:
        """Refuses ‖x‖2 and (y − x)2 as they are typed: what was high or low where the text is from is level here."""
        is_norm = self.last in ("NORM_CLOSE", "BAR_CLOSE")
        is_level = is_norm or (self.last in ("RIGHT", "INNER_CLOSE") and not self.gap and number != "1")
        is_entry = (self.marks[-1] is not None and self.gap) or self.line_break
        if not (is_level and number.isdecimal()) or is_entry or "\\" in self.script.source:
            return
        shown = self.text[start:end]
        opened = {"NORM_CLOSE": "‖…‖", "BAR_CLOSE": "|…|"}.get(self.last, "(…)")
        both = f"{opened}_{shown[0]}^{shown[1]}" if is_norm and len(shown) == 2 else f"{opened}^{shown}"
        below = f", {opened}_{shown}" if is_norm and len(shown) == 1 else ""
        hint = f"write {both}{below}, or {shown}*{opened} for the product"
        message = f"the {shown} behind {opened} can be an exponent that has come down, or a factor"
        raise self.error(message, start, end, hint)

    def require_brackets(self, kind: str, start: int, end: int) -> None:
        """Refuses e^-2x and e^-x'A x as they are typed: how far an exponent without brackets reaches is a guess."""
        if self.last != kind or self.gap or self.text[start - 1] == APART:
            return
        k = len(self.tokens) - 2
        k -= k > 0 and self.tokens[k].type == "MINUS"
        if k > 0 and self.tokens[k].type == "CARET" and self.tokens[k - 1][:2] == ("NAME", "e"):
            begin, behind = self.tokens[k - 1].start, self.text[start:end]
            power, exponent = self.text[begin:start], self.text[self.tokens[k].end : start]
            message = f"the exponent of {power}{behind} can end before {behind} or behind it"
            hint = f"write e^({exponent}){behind}… or e^({exponent}{behind}…)"
            raise AmbiguityError(message, text=self.text, span=(begin, end), suggestion=hint)

    def require_exponent(self, start: int, end: int) -> None:
        """Refuses e^-t/T, where the exponent may end before the sign of division, or behind what divides."""
        depth = 0
        for k in range(len(self.tokens) - 1, 1, -1):
            token = self.tokens[k]
            depth += (token.type in CLOSERS) - (token.type in OPENERS)
            base, caret = self.tokens[k - 2 : k]
            is_above = token.type == "MINUS" and caret.type == "CARET" and self.text[token.start - 1] == "^"
            if depth == 0 and is_above and base[:2] == ("NAME", "e"):
                begin, exponent = base.start, self.text[token.start : start].strip()
                message = f"the exponent of {self.text[begin:end]} can end before / or behind what divides"
                hint = f"write e^({exponent}/…) or e^({exponent})/…"
                raise AmbiguityError(message, text=self.text, span=(begin, end), suggestion=hint)
            if depth < 0 or (depth == 0 and token.type in STOPS):
                return

    def in_block(self) -> bool:
        """Whether two numbers beside each other are two entries, as in [1 2; 3 4]."""
        marks = self.marks[-1]
        if marks is None or not self.gap:
            return False
        marks.numbers = True
        return True

    def reached(self, kind: str, start: int, end: int) -> bool:
        """Whether a function without brackets takes in what stands behind a gap: log a b in LaTeX is doubtful."""
        reach = self.reaches[-1]
        if reach is None or self.last == "TRANSPOSE":
            return reach is not None  # log wᵀ x is log(wᵀx)
        if reach.wide is None:
            doubt, (begin, stop), source = None, self.script.span(reach.place, end), self.script.source
            between, is_name = self.between(start), kind == "NAME" and self.last in ("NAME", "SUBSCRIPT")
            is_form = any(t.type == "TRANSPOSE" and t.start >= reach.place for t in self.tokens)  # log x' A x
            is_plain = is_name and not between.strip() and ("\\" in source or is_form)
            if reach.is_asked or ((is_plain or (not self.gap and self.ends_bars())) and not reach.widens):
                message = f"{source[begin:stop]} can be the function of the product, or a product with the function"
                hint = "put its argument in brackets"
                doubt = AmbiguityError(message, text=source, span=(begin, stop), suggestion=hint)
            reach.wide = self.decide(reach.place, reach.widens, 2, doubt)
            if is_name and "\\" in between and not reach.wide:
                said = f"in {source[begin:stop]} the function ends before the last letter; with brackets it goes on"
                self.note(reach.place, said)
        return reach.wide

    def between(self, start: int) -> str:
        """What the source has between the last token and the operand at *start*."""
        span, last = self.script.span, self.tokens[-1]
        return self.script.source[span(last.start, last.end)[1] : span(start, start + 1)[0]]

    def spaced(self, kind: str, start: int) -> bool:
        r"""Whether a space of LaTeX that is no gap, or another font, may end a function: \cos\theta\, x."""
        between, place = self.between(start), self.script.span(*self.tokens[-1][2:])[0]
        was_bold = self.script.source[max(0, place - 14) : place].rstrip("{ ").endswith(BOLD)
        if between.lstrip().startswith(BOLD) and not (was_bold or self.script.source.startswith(BOLD, place)):
            return True  # \cos\theta \mathbf x
        return SPACE.fullmatch(between) is not None and (kind != "NAME" or "\\" in between)

    def decide(self, place: int, custom: bool, cost: int, doubt: MatdiffError | None = None) -> bool:
        """Custom's answer at a place, or the other one where the elaborator asks for it.

        Where a *doubt* is given and both answers can be read, it is raised.
        """
        if place not in self.decided:
            self.decided.add(place)
            self.decisions.append(Decision(place, cost, doubt))
        return custom != (place in self.other)

    def say(self, start: int, end: int) -> int:
        """Notes what means something, and is no token; answers where to go on."""
        self.said.append((start, end))
        return end

    def note(self, place: int, sentence: str) -> None:
        """Says how a doubtful place was read; it is shown if this reading is taken."""
        self.notes.append((self.script.span(place, place + 1)[0], sentence))

    # ---- brackets ----------------------------------------------------------------------------------

    def push(self, bracket: str, start: int) -> None:
        """A bracket or a bar opens."""
        self.brackets.append((bracket, start))
        self.reaches.append(None)
        self.marks.append(Marks(len(self.tokens) - 1) if bracket == "[" else None)

    def opening(self, kind: str, start: int, end: int) -> int:
        """A bracket that starts an operand: what stands before it is outside."""
        bracket = self.pop()
        self.operand(kind, None, start, end)
        self.push(*bracket)
        return end

    def pop(self) -> tuple[str, int]:
        """The innermost bracket closes."""
        self.reaches.pop()
        self.marks.pop()
        return self.brackets.pop()

    def innermost(self) -> str:
        """The bracket that would close next."""
        return self.brackets[-1][0] if self.brackets else ""

    def finish(self) -> list[Token]:
        """The tokens, whose places are those of the source."""
        if self.brackets:
            bracket, start = self.brackets[-1]
            shown = self.text[start]
            missing = ">" if shown == "<" else CLOSING.get(bracket, bracket)
            raise self.error(f"{shown} is never closed", start, start + len(shown), f"{missing} is missing behind it")
        while self.tokens and self.tokens[-1].type == "SEPARATOR":
            self.tokens.pop()
        if any(t.type == GAP for t in self.tokens):
            self.tokens = [t for t in self.tokens if t.type != GAP]
        if not self.tokens:
            source = self.script.source
            raise NotationError("there is no expression: the text is empty", text=source, span=(0, len(source)))
        if self.script.origins:
            span = self.script.span
            self.tokens = [Token(t.type, t.value, *span(t.start, max(t.end, t.start + 1))) for t in self.tokens]
        end = len(self.script.source)
        self.tokens.append(Token(END, None, end, end))
        return self.tokens

    def spans(self, tokens: list[Token]) -> tuple[tuple[int, int], ...]:
        """The places in the source of all tokens, and of words such as let that are said without one."""
        return *[(token.start, token.end) for token in tokens], *[self.script.span(*span) for span in self.said]

    # ---- errors ------------------------------------------------------------------------------------

    def error(self, message: str, start: int, end: int, suggestion: str = "") -> NotationError:
        """A syntax error at a place."""
        said = [words.translate(UNMARKED) for words in (message, suggestion)]
        return NotationError(said[0], text=self.text, span=(start, max(end, start + 1)), suggestion=said[1])

    def relocated(self, error: MatdiffError) -> MatdiffError:
        """An error that points at what was typed."""
        if error.text is self.text and error.span is not None:
            error.text, error.span = self.script.source, self.script.span(*error.span)
        return error
