"""From text to tokens, in one pass over one regular expression.

Three things happen here and not in the grammar.  Runs of letters become names: declared names,
functions, Greek names, else single letters.  White space and its absence become the two signs of
implicit products, JUXT and LOOSE.  Bars open or close by what stands before them.

Where a letter may be a name or a function, or Σ a matrix or a sum, custom decides first; every such
place is recorded as a ``Decision``, and the elaborator may ask for the other reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Any, NamedTuple

from matdiff.errors import SyntaxError
from matdiff.language.names import GREEK_CLASS, SUBSCRIPTS, SUPERSCRIPTS
from matdiff.language.syntax import Token
from matdiff.language.tables import END
from matdiff.language.words import SUBSCRIPT, Vocabulary, match_at, split_word, summation, superscript

SUPERS = "".join(SUPERSCRIPTS)
PATTERN = re.compile(
    rf"""
    (?P<space>[^\S\n]+) | (?P<newline>\n) |
    (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[½¼¾⅓⅔]) |
    (?P<word>[A-Za-z]+[0-9]*) | (?P<greek>[{GREEK_CLASS}][0-9]*) | (?P<sum>∑) | (?P<root>√) |
    (?P<transpose>[ᵀ⊤]|\^\s*(?:\{{\s*(?:T|⊤|ᵀ|\\top)\s*\}}|[T⊤ᵀ])) |
    (?P<inverse_transpose>⁻[ᵀ⊤]|\^\s*(?:\{{\s*[-−]\s*(?:T|⊤|ᵀ)\s*\}}|\(\s*[-−]\s*T\s*\)|[-−]\s*[T⊤])) |
    (?P<super>[{SUPERS}]+) |
    (?P<subscript>{SUBSCRIPT}) |
    (?P<bar>\|\||[|‖∥]) | (?P<open>[(\[{{]) | (?P<close>[)\]}}]) | (?P<quote>['′"]) | (?P<end>;) |
    (?P<sign>\.\*|\./|\.\^|\*\*|:=|[-+−–‐‑*·×@⋅∗/÷⊙∘⊘⊗:,=^])
    """,
    re.VERBOSE,
)
SIGNS = {
    **dict.fromkeys("+", "PLUS"),
    **dict.fromkeys("-−–‐‑", "MINUS"),
    **dict.fromkeys("*·×@⋅∗", "TIMES"),
    **dict.fromkeys("/÷", "DIVIDE"),
    **dict.fromkeys([".*", "⊙", "∘"], "DOT_TIMES"),
    **dict.fromkeys(["./", "⊘"], "DOT_DIVIDE"),
    **dict.fromkeys([".^", "**"], "DOT_CARET"),
    "⊗": "KRONECKER",
    ":": "COLON",
    ",": "COMMA",
    "=": "DEFINE",
    ":=": "ABBREVIATE",
    "^": "CARET",
}
ENDERS = frozenset(
    ["NAME", "NUMBER", "RIGHT", "BAR_CLOSE", "NORM_CLOSE", "TRANSPOSE", "INVERSE_TRANSPOSE", "SUPERSCRIPT", "SUBSCRIPT"]
)
FRACTIONS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3)}
CLOSING = {"(": ")", "[": "]", "{": "}"}
OPERAND_FOLLOWS = rf"\s*[A-Za-z0-9(\[|‖∥√½¼¾∑{GREEK_CLASS}]"
NORM_KIND = r"(²|\^2(?![0-9])|\^\{2\})?(?:_\{?(2|1|F|fro|Fro|\*|∞|inf)\}?|([₁₂]))"
DENOMINATOR = r"\s*/\s*([0-9]{1,100}(?:\.[0-9]{1,100})?)(?![0-9.]*\s*(?:\^|\.\^|\*\*|[⁰¹²³⁴-⁹⁻ᵀ⊤'_]))"
LONGEST_NUMBER = 100
QUOTED = r"'(\w+)'|\"(\w+)\""
CALLED = r"(['′]*)\("
TRANSPOSED = r"'|ᵀ|⊤|\^\{?[T⊤]"


class Decision(NamedTuple):
    """A place that may be read in two ways, and what the way against custom costs."""

    place: int
    cost: int


class Lexer:
    """The pass over one text; *other* are the places of decisions that go against custom."""

    def __init__(self, text: str, vocabulary: Vocabulary, other: Collection[int] = ()) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.other = other
        self.tokens: list[Token] = []
        self.decisions: list[Decision] = []
        self.brackets: list[tuple[str, int]] = []
        self.last = ""
        self.gap = self.line_break = False

    def run(self) -> list[Token]:
        """The tokens of the text."""
        text, place = self.text, 0
        match = PATTERN.match
        while place < len(text):
            found = match(text, place)
            if not found:
                raise self.illegal(place)
            place = HANDLERS[found.lastgroup or ""](self, found)
        if self.brackets:
            bracket, start = self.brackets[-1]
            raise self.error(f"{bracket} is never closed", start, start + len(bracket))
        while self.tokens and self.tokens[-1].type == "SEPARATOR":
            self.tokens.pop()
        if not self.tokens:
            raise SyntaxError("there is no expression: the text is empty", text=text, span=(0, 0))
        self.tokens.append(Token(END, None, len(text), len(text)))
        return self.tokens

    # ---- emitting tokens ---------------------------------------------------------------------------

    def emit(self, kind: str, value: Any, start: int, end: int) -> int:
        """Adds a token that cannot start an operand; answers where to go on."""
        self.tokens.append(Token(kind, value, start, end))
        self.last = kind
        self.gap = self.line_break = False
        return end

    def operand(self, kind: str, value: Any, start: int, end: int) -> int:
        """Adds a token that starts an operand, after the sign of an implicit product where one is meant."""
        if self.last in ENDERS:
            if self.line_break and not self.brackets:
                self.emit("SEPARATOR", None, start, start)
            elif kind == "NUMBER" and self.last == "NUMBER" and 1 not in (value, self.tokens[-1].value):
                raise self.error("an operator is missing between two numbers", start, end)
            else:
                loose = self.gap or kind == "BIG_SUM"
                self.emit("LOOSE" if loose else "JUXT", None, start, start)
        return self.emit(kind, value, start, end)

    def error(self, message: str, start: int, end: int, suggestion: str = "") -> SyntaxError:
        """A syntax error at a place."""
        return SyntaxError(message, text=self.text, span=(start, max(end, start + 1)), suggestion=suggestion)

    def illegal(self, place: int) -> SyntaxError:
        """The error for a character that means nothing."""
        sign = self.text[place]
        shown = sign if sign.isprintable() else f"U+{ord(sign):04X}"
        hint = "LaTeX commands are not read here" if sign == "\\" else ""
        if sign == "_":
            hint = "a subscript is a letter, digits, or braces without braces inside"
        return self.error(f"the character {shown} has no meaning here", place, place + 1, hint)

    def decide(self, place: int, custom: bool, cost: int) -> bool:
        """Custom's answer at a place, or the other one where the elaborator asks for it."""
        self.decisions.append(Decision(place, cost))
        return custom != (place in self.other)

    # ---- one method for each group of the pattern --------------------------------------------------

    def space(self, m: re.Match[str]) -> int:
        self.gap = True
        return m.end()

    def newline(self, m: re.Match[str]) -> int:
        self.gap = self.line_break = True
        return m.end()

    def separator(self, m: re.Match[str]) -> int:
        if self.last in ("SEPARATOR", ""):
            return m.end()
        return self.emit("SEPARATOR", None, m.start(), m.end())

    def number(self, m: re.Match[str]) -> int:
        """A number; NUMBER/NUMBER is one fraction unless a power or a division is next to it."""
        end = m.end()
        if len(m.group()) > LONGEST_NUMBER or len(m.group().lower().partition("e")[2]) > 4:
            raise self.error("the number is too long", m.start(), end)
        value = FRACTIONS.get(m.group()) or Fraction(m.group())
        before = self.tokens[-2].type if self.last == "MINUS" and len(self.tokens) > 1 else self.last
        if before not in ("CARET", "DOT_CARET", "DIVIDE", "DOT_DIVIDE"):
            ratio = match_at(DENOMINATOR, self.text, end)
            if ratio and Fraction(ratio.group(1)) and m.group() not in FRACTIONS:
                value, end = value / Fraction(ratio.group(1)), ratio.end()
        return self.operand("NUMBER", value, m.start(), end)

    def superscript(self, m: re.Match[str]) -> int:
        if len(m.group()) > LONGEST_NUMBER:
            raise self.error("the exponent is too long", m.start(), m.end())
        value, length = superscript(m.group())
        return self.emit("SUPERSCRIPT", value, m.start(), m.start() + length)

    def subscript(self, m: re.Match[str]) -> int:
        if self.last not in ENDERS or self.gap:
            raise self.error("a subscript belongs directly behind a name", m.start(), m.end())
        sized = self.last == "NUMBER" or self.tokens[-1].value == "I"
        short = match_at("_[A-Za-z][0-9]*", self.text, m.start()) if sized else None
        m = short or m  # I_n A: the size of a constant is one letter, or stands in braces
        text = m.group().lstrip("_").strip("{}").translate({ord(k): v for k, v in SUBSCRIPTS.items()})
        return self.emit("SUBSCRIPT", text, m.start(), m.end())

    def transpose(self, m: re.Match[str]) -> int:
        word = match_at(r"\^\s*([A-Za-z]\w*)", self.text, m.start())
        if word and len(word.group(1)) > 1 and word.group(1) in self.vocabulary.names:
            return self.emit("CARET", None, m.start(), m.start() + 1)
        return self.emit("TRANSPOSE", m.group(), m.start(), m.end())

    def inverse_transpose(self, m: re.Match[str]) -> int:
        return self.emit("INVERSE_TRANSPOSE", None, m.start(), m.end())

    def quote(self, m: re.Match[str]) -> int:
        """A transpose, or the start of a word in quotes behind a comma."""
        quoted = match_at(QUOTED, self.text, m.start())
        if self.last == "COMMA" and quoted:
            return self.emit("STRING", quoted.group(1) or quoted.group(2), m.start(), quoted.end())
        if m.group() != "'":
            raise self.error(f"{m.group()} has no meaning here", m.start(), m.end(), "g′(…) is the derivative of g")
        return self.emit("TRANSPOSE", None, m.start(), m.end())

    def sign(self, m: re.Match[str]) -> int:
        return self.emit(SIGNS[m.group()], None, m.start(), m.end())

    # ---- brackets and bars -------------------------------------------------------------------------

    def open(self, m: re.Match[str]) -> int:
        bracket = m.group()
        self.brackets.append((bracket, m.start()))
        if self.last == "FUNCTION" or self.last == "UNSPECIFIED" or self.last == "CARET" or self.last == "DOT_CARET":
            return self.emit("LEFT", None, m.start(), m.end())
        if bracket == "[" and self.last in ENDERS and not self.gap:
            return self.emit("LEFT_INDEX", None, m.start(), m.end())
        return self.operand("LEFT", None, m.start(), m.end())

    def close(self, m: re.Match[str]) -> int:
        if not self.brackets:
            raise self.error(f"there is a superfluous {m.group()}", m.start(), m.end(), "remove it, or open it before")
        bracket, start = self.brackets.pop()
        if CLOSING.get(bracket) != m.group():
            raise self.error(f"{bracket} is not closed before {m.group()}", start, m.end())
        return self.emit("RIGHT", None, m.start(), m.end())

    def bar(self, m: re.Match[str]) -> int:
        """A bar closes when an operand stands before it and the innermost open bracket is such a bar."""
        innermost = self.brackets[-1][0] if self.brackets else ""
        sign, start, end = m.group(), m.start(), m.end()
        if sign == "||" and innermost == "|" and self.last in ENDERS:
            sign, end = "|", start + 1
        kind = "|" if sign == "|" else "‖"
        name = "BAR" if kind == "|" else "NORM"
        if innermost == kind and self.last in ENDERS:
            self.brackets.pop()
            return self.close_norm(start, end) if name == "NORM" else self.emit("BAR_CLOSE", None, start, end)
        self.brackets.append((kind, start))
        return self.operand(name + "_OPEN", None, start, end)

    def close_norm(self, start: int, end: int) -> int:
        """The end of a norm with the sign of its kind, which may stand before or behind the square."""
        kind = match_at(NORM_KIND, self.text, end)
        if not kind:
            return self.emit("NORM_CLOSE", "2", start, end)
        sign = kind.group(2) or kind.group(3).translate({ord("₁"): "1", ord("₂"): "2"})
        self.emit("NORM_CLOSE", sign, start, kind.end())
        return self.emit("SUPERSCRIPT", Fraction(2), kind.start(1), kind.end()) if kind.group(1) else kind.end()

    # ---- words -------------------------------------------------------------------------------------

    def word(self, m: re.Match[str]) -> int:
        """A run of letters, or a Greek letter, with digits and a subscript behind it."""
        start = m.start()
        for piece in split_word(self.text, start, m.end(), self.vocabulary):
            if piece.kind == "NAME":
                end = self.name(piece.value, start, piece.end)
            elif piece.kind == "FUNCTION":
                end = self.function(piece.value, start, piece.end)
            elif piece.kind == "SUM":
                end = self.big_sum(start, piece.end)
            elif piece.kind == "KRONECKER" and self.last in ENDERS:
                end = self.emit("KRONECKER", None, start, piece.end)
            else:
                end = self.function("kron", start, piece.end)
            start = end
        return start

    def name(self, name: str, start: int, end: int) -> int:
        """A name, unless the letter stands for an open function or ends in a vector of ones."""
        if name == "Sigma" and self.text[start] == "Σ" and (big := self.capital_sigma(start, end)):
            return big
        if name in self.vocabulary.names:
            return self.operand("NAME", name, start, end)
        called = match_at(CALLED, self.text, end)
        if called and name != "Sigma" and self.vocabulary.is_letter(name) and self.open_function(name, called, start):
            if name == "sigma" and not called.group(1):
                return self.operand("FUNCTION", "sigmoid", start, end)
            return self.operand("UNSPECIFIED", (name, len(called.group(1))), start, called.end() - 1)
        with_ones = re.fullmatch("[a-z]1", name) and match_at(TRANSPOSED, self.text, end)
        if with_ones and not self.vocabulary.numbered(name[0]) and self.decide(start, True, 1):
            self.operand("NAME", name[0], start, end - 1)
            return self.operand("NUMBER", Fraction(1), end - 1, end)
        return self.operand("NAME", name, start, end)

    def open_function(self, name: str, called: re.Match[str], start: int) -> bool:
        """Whether a letter before a bracket is a function that the text leaves open."""
        if "′" in called.group(1):
            return True
        if called.group(1) and not self.vocabulary.is_called(name):
            return False
        custom = name in CUSTOMARY_FUNCTIONS
        return self.decide(start, custom, 2 if custom else 3)

    def function(self, name: str, start: int, end: int) -> int:
        """A function with its bracket, or before an operand."""
        if match_at(r"\s*\(", self.text, end):
            bracket = self.text.index("(", end)
            head = summation(self.text, bracket + 1) if name == "sum" else None
            if head:
                self.brackets.append(("(", bracket))
                return self.operand("SUM_OF", head.indices, start, head.end)
            return self.operand("FUNCTION", name, start, end)
        if not match_at(OPERAND_FOLLOWS, self.text, end):
            raise self.error(f"the function {name} is used without an argument", start, end, f"write {name}(…)")
        return self.operand("PREFIX", name, start, end)

    def root(self, m: re.Match[str]) -> int:
        return self.function("sqrt", m.start(), m.end())

    def sum_sign(self, m: re.Match[str]) -> int:
        return self.big_sum(m.start(), m.end())

    def big_sum(self, start: int, end: int) -> int:
        """A sum sign with its limits."""
        limits = self.vocabulary.limits(self.text, end)
        return self.operand("BIG_SUM", limits.indices, start, limits.end)

    def capital_sigma(self, start: int, end: int) -> int:
        """Σ as a sum sign where it is one (the answer is the place behind it), else 0."""
        limits = self.vocabulary.limits(self.text, end)
        if limits.explicit:
            return self.operand("BIG_SUM", limits.indices, start, limits.end)
        follows = match_at(OPERAND_FOLLOWS, self.text, limits.end)
        inside = self.brackets[-1][0] if self.brackets else ""
        if not follows or (follows.group().lstrip() in ("|", "‖") and inside == follows.group().lstrip()):
            return 0
        starts_term = self.last not in ENDERS or self.last == "NUMBER"
        declared = "Sigma" in self.vocabulary.names
        custom = (bool(limits.indices) and not declared) or (starts_term and follows.group()[-1] in "(|‖∥[")
        if not self.decide(start, custom, 2):
            return 0
        return self.operand("BIG_SUM", limits.indices, start, limits.end)


CUSTOMARY_FUNCTIONS = frozenset(("f", "g", "h", "phi", "psi", "sigma", "varphi"))
HANDLERS: dict[str, Callable[[Lexer, re.Match[str]], int]] = {
    "space": Lexer.space,
    "newline": Lexer.newline,
    "number": Lexer.number,
    "word": Lexer.word,
    "greek": Lexer.word,
    "sum": Lexer.sum_sign,
    "root": Lexer.root,
    "transpose": Lexer.transpose,
    "inverse_transpose": Lexer.inverse_transpose,
    "super": Lexer.superscript,
    "subscript": Lexer.subscript,
    "bar": Lexer.bar,
    "open": Lexer.open,
    "close": Lexer.close,
    "quote": Lexer.quote,
    "end": Lexer.separator,
    "sign": Lexer.sign,
}
