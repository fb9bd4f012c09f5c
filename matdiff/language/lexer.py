"""From text to tokens, in one pass over one regular expression.

Two things happen here and not in the grammar.  Runs of letters become names: declared names, functions,
Greek names, else single letters.  Bars open or close by what stands before them.

Where a letter may be a name or a function, or Σ a matrix or a sum, custom decides first; every such
place is recorded as a ``Decision``, and the elaborator may ask for the other reading.
"""

from __future__ import annotations

import re
from fractions import Fraction

from matdiff.errors import MatdiffError, NotationError
from matdiff.language.bracketing import GAP, array_of, indexes
from matdiff.language.calls import CALLED
from matdiff.language.densities import SEPARATED, has_comma
from matdiff.language.doubtful_calls import STARTERS
from matdiff.language.keywords import DEFINITION, Keywords
from matdiff.language.labels import FACTOR
from matdiff.language.named_functions import require_no_projection
from matdiff.language.names import (
    COMPLEX,
    CUSTOMARY_FUNCTIONS,
    FONT_MARKS,
    GREEK_CLASS,
    MARKS,
    SUBSCRIPT,
    SUPERS,
    canonical,
    has_script,
    is_letter,
    no_function,
)
from matdiff.language.outside import separator
from matdiff.language.scripts import LONGEST_NUMBER
from matdiff.language.splitting import split_word, word_at
from matdiff.language.syntax import Token
from matdiff.language.tokens import CLOSING, ENDERS
from matdiff.language.transcript import APART, CLOSES, OPENS
from matdiff.regex import match_at, regex

PATTERN = regex(
    rf"""
    (?P<space>[^\S\n]+) | (?P<newline>\n) |
    (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[½¼¾⅓⅔]) |
    (?P<accented>[A-Za-z{GREEK_CLASS}][{MARKS}]+(?:_?[0-9]+)?) |
    (?P<word>[A-Za-z]+(?![{MARKS}])[0-9]*|[{GREEK_CLASS}][0-9]*) | (?P<sum_sign>[∑∏]) | (?P<root>√) |
    (?P<conjugate>ᴴ|\.H(?![A-Za-z])|\^\s*(?:\{{\s*[-−]?\s*H\s*\}}|H(?![A-Za-z\[]))) |
    (?P<transpose>[ᵀ⊤]|\.'|\.m?T(?![A-Za-z])|\^\s*(?:\{{\s*(?:T|⊤|ᵀ|')\s*\}}|[T⊤ᵀ'])) |
    (?P<inverse_transpose>⁻[ᵀ⊤]|\^\s*(?:\{{\s*[-−]\s*(?:T|⊤|ᵀ)\s*\}}|\(\s*[-−]\s*T\s*\)|[-−]\s*[T⊤ᵀ])) |
    (?P<pseudo_inverse>[†⁺]|\^\s*(?:\{{\s*[†+]\s*\}}|†|\+(?!\s*[0-9]))) |
    (?P<superscript>[{SUPERS}]+) |
    (?P<positive_part>_(?:\{{\s*\+\s*\}}|\+)|₊) | (?P<entries>\(\s*:\s*\)) |
    (?P<subscript>{SUBSCRIPT}) |
    (?P<relation>[≠≤≥⩽⩾]|[<>!=]=) | (?P<factorial>!) |
    (?P<bar>(?:\|\||[|‖])[{OPENS}{CLOSES}]?) | (?P<open>[(\[{{⟨<]) | (?P<close>[)\]}}⟩>]) |
    (?P<quote>['′"]) | (?P<separator>;) | (?P<method>\.[A-Za-z_]+(?=\()) | (?P<quoted>⟪\w+⟫) |
    (?P<nabla>∇) |
    (?P<sign>(?<=[\w)\]}}'ᵀ⊤|‖][ ])\.(?=[ ](?:[A-Za-z{GREEK_CLASS}](?![A-Za-z])|\()) |
        (?<=(?<![^\W_])[a-z{GREEK_CLASS}])\.(?=[a-su-z{GREEK_CLASS}](?![A-Za-z0-9.(])) |
        \.\*\*?|\./|\.\^|\.[+-]|\*\*|:=|[-+−–‐‑*·×@⋅∗/÷⊙∘⊘⊗⋆:,=^\\])
    """,
    re.VERBOSE,
)
SIGNS = {
    **dict.fromkeys(["+", ".+"], "PLUS"),
    **dict.fromkeys([*"-−–‐‑", ".-"], "MINUS"),
    **dict.fromkeys("*×∗", "TIMES"),
    **dict.fromkeys("·⋅.", "DOT"),  # w . x
    "@": "MATMUL",
    **dict.fromkeys("/÷", "DIVIDE"),
    **dict.fromkeys([".*", "⊙", "∘"], "DOT_TIMES"),
    **dict.fromkeys(["./", "⊘"], "DOT_DIVIDE"),
    **dict.fromkeys([".^", "**", ".**"], "DOT_CARET"),
    "\\": "LEFT_DIVIDE",
    "⊗": "KRONECKER",
    "⋆": "STAR",
    ":": "COLON",
    ",": "COMMA",
    "=": "DEFINE",
    ":=": "ABBREVIATE",
    "^": "CARET",
}
FRACTIONS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3)}
CALLED_BY_LETTER = {"sigma": "sigmoid", "Gamma": "tgamma"}
LEFT_OPEN = "{}(…) is a function that the text leaves open; that of the normal distribution is {}"
ANGLES = {"<": "⟨", ">": "⟩"}
DENOMINATOR = r"\s*/\s*([0-9]{1,100}(?:\.[0-9]{1,100})?)(?![0-9.]*\s*(?:\^|\.\^|\*\*|[⁰¹²³⁴-⁹⁻ᵀ⊤'_]))"
ROOT = r"\s*[-−]?\s*1\s*/\s*[0-9]+(?![.\d])"  # x^1/2
MODULE = r"(?:np|jnp|numpy|torch|tf|scipy|math|LA)(?:\.(?:linalg|special|functional|numpy))*\.(?=[a-z])"
FUNCTION_HEAD = r"[ \t]*([^\W\d_]\w*)[ \t]*\(\s*([^()=;\n]*?)\s*\)\s*(?=:?=)"
TRANSPOSED = r"'|ᵀ|⊤|\^\{?[T⊤]"
ENDS_IN_ONES = rf"(?:'|ᵀ|⊤|\^(?:T(?!\w)|⊤|\{{[T⊤]\}}))(?!{FACTOR})"  # b1ᵀ, and no x1ᵀy


MACRO = regex(r"\\[A-Za-z]|\$")  # a sign of LaTeX


class Lexer(Keywords):
    """The pass over one text; *other* are the places of decisions that go against custom."""

    def run(self) -> list[Token]:
        """The tokens of the text."""
        try:
            text, place = self.text, 0
            match = PATTERN.match
            while place < len(text):
                found = match(text, place)
                if not found:
                    raise self.illegal(place)
                place = getattr(self, found.lastgroup or "")(found)  # each group has a method of its name
            return self.finish()
        except MatdiffError as error:
            raise self.relocated(error) from None

    def illegal(self, place: int) -> NotationError:
        """The error for a character that means nothing."""
        sign = self.text[place]
        shown = f"the character {sign if sign.isprintable() else f'U+{ord(sign):04X}'}"
        if sign in FONT_MARKS.values():
            shown, place = "the font of this letter", place - 1
        return self.error(f"{shown} has no meaning here", place, place + 1, ILLEGAL.get(sign, ""))

    # ---- one method for each group of the pattern --------------------------------------------------

    def space(self, m: re.Match[str]) -> int:
        self.gap = self.gap or bool(m.group().strip(APART))
        return m.end()

    def newline(self, m: re.Match[str]) -> int:
        self.gap = self.line_break = True
        return m.end()

    def separator(self, m: re.Match[str]) -> int:
        if m.start() in self.separators:
            return self.emit("COMMA", None, m.start(), m.end())
        if self.last in ("SEPARATOR", ""):
            return m.end()
        if self.innermost() == "(":
            return self.emit("COMMA", None, m.start(), m.end())  # f(x; θ)
        return self.emit("SEPARATOR", None, m.start(), m.end())

    def number(self, m: re.Match[str]) -> int:
        """A number; NUMBER/NUMBER is one fraction unless a power or a division is next to it."""
        end = m.end()
        if m.group() == "11" and match_at(TRANSPOSED, self.text, end) and self.decide(m.start(), True, 2):
            end = self.operand("NUMBER", Fraction(1), m.start(), end - 1)  # 11ᵀ is the matrix of ones
            return self.operand("NUMBER", Fraction(1), end, end + 1)
        exponent = m.group().lower().partition("e")[2]
        if len(m.group()) > LONGEST_NUMBER or len(exponent.lstrip("+-")) > 3:
            hint = f"write the power of 10 as one, 10^({exponent})" if exponent else ""
            raise self.error("the number is too long", m.start(), end, suggestion=hint)
        value = FRACTIONS.get(m.group()) or Fraction(m.group())
        before = self.tokens[-2].type if self.last == "MINUS" and len(self.tokens) > 1 else self.last
        if before not in ("CARET", "DOT_CARET", "DIVIDE", "DOT_DIVIDE"):
            ratio = match_at(DENOMINATOR, self.text, end) if "/" in self.text else None
            if ratio and Fraction(ratio.group(1)) and m.group() not in FRACTIONS:
                value, end = value / Fraction(ratio.group(1)), ratio.end()
        is_vector = value == 1 and has_script(self.text, end) and match_at(rf"{TRANSPOSED}|{SUBSCRIPT}", self.text, end)
        if not is_vector:  # of ones
            self.require_no_lost_script(m.group(), m.start(), m.end())
        return self.operand("NUMBER", value, m.start(), end)

    def sign(self, m: re.Match[str]) -> int:
        kind = SIGNS[m.group()]
        if kind == "DEFINE" and self.compares():
            return self.relation(m)
        if kind == "CARET" and "/" in self.text and (root := match_at(ROOT, self.text, m.end())):
            shown, hint = f"{m.group()}{root.group()}", f"write ^({root.group().strip()}) for the root"
            raise self.error(f"{shown} can be a root, or a first power that is divided", m.start(), root.end(), hint)
        if kind == "DIVIDE":
            self.require_exponent(m.start(), m.end())
        if kind in ("CARET", "TIMES", "STAR") and (label := self.label(m.start())):
            return label
        if kind == "COMMA" and not self.brackets and (self.defining or match_at(DEFINITION, self.text, m.end())):
            return self.separator(m)  # where a = …, b = …
        if m.group() == "∘":
            self.require_no_composition(m)
        in_square = self.marks[-1] is not None and self.gap and self.last in ENDERS
        if in_square and kind in ("PLUS", "MINUS") and not self.text[m.end() : m.end() + 1].isspace():
            self.emit(GAP, None, m.start(), m.start())  # [a -b; c d]
        if kind == "MINUS" and self.begins_after_definition(m.end()):
            self.emit("SEPARATOR", None, m.start(), m.start())
        marks = self.marks[-1]  # a bracket that starts an operand is at its place, one of indices behind it
        first = self.tokens[marks.opening + 1 : marks.opening + 2] if kind == "COLON" and marks is not None else []
        is_place = kind == "COLON" and self.innermost() == "(" and self.brackets[-1][1] in self.places
        if is_place or (first and first[0].type == "LEFT_INDEX"):
            return self.range_of_indices(m)
        return self.emit(kind, None, m.start(), m.end())

    def range_of_indices(self, m: re.Match[str]) -> int:
        """x[1:3]; in x[2:] and x[:3] the colon is also written as a number for the open end."""
        closes = match_at(r"\s*[\]),]", self.text, m.end()) is not None
        if self.last in ("LEFT_INDEX", "COMMA") and not closes:
            self.emit("NUMBER", Fraction(1), m.start(), m.end())
        is_open = closes and self.last in ENDERS
        self.emit("COLON", None, m.start(), m.end())
        return self.emit("NUMBER", Fraction(1), m.start(), m.end()) if is_open else m.end()

    def method(self, m: re.Match[str]) -> int:
        """X.sum(…), x.dot(y): a function that is called as a method of its first argument."""
        name = m.group()[1:]
        if name in COMPLEX:
            raise no_function(name, (), self.text, m.span())
        if self.last not in ENDERS or name not in {*self.vocabulary.functions, "dot", "matmul", "T", "t"}:
            raise self.error(f"{m.group()} is not known", m.start(), m.end(), "methods are .T, .sum(), .dot(y), …")
        return self.emit("METHOD", name, m.start(), m.end())

    # ---- brackets and bars -------------------------------------------------------------------------

    def open(self, m: re.Match[str]) -> int:
        if m.group() == "(" and (behind := self.steps(m.start()) or self.number_of_equation(m.start())):
            return behind
        if m.group() == "<" and self.compares():
            return self.relation(m)
        if m.group() in "([{" and self.opens_condition(m.start(), m.end()):
            return self.condition(m)
        bracket = ANGLES.get(m.group(), m.group())
        self.require_no_spectrum(m)
        before = self.last
        is_behind = bracket == "[" and before in ENDERS and not self.gap and indexes(before, self.text, m.end())
        if bracket == "[" and not is_behind and (rows := array_of(self.text, m.start())):
            return self.operand("ARRAY", rows, m.start(), self.text.find("]", m.end()) + 1)
        if before == "FUNCTION" and self.tokens[-1].value in SEPARATED:
            self.separators.update(separator(self.text, m.end()))
            if self.tokens[-1].value == "kl":
                self.divergences.add(m.start())
        if before == "FUNCTION" and self.tokens[-1].value == "cases":
            self.conditions.add(m.start())
        if bracket == "(" and before in ("NAME", "SUBSCRIPT") and not self.gap:
            self.require_no_call(m.start())
        is_index = self.takes_direction(m.start()) or (bracket == "(" and self.takes_place(m.start()))
        self.push(bracket, m.start())
        if is_index:
            self.places.add(m.start())
            return self.emit("LEFT_INDEX", None, m.start(), m.end())
        if before in ("FUNCTION", "UNSPECIFIED", "CARET", "DOT_CARET", "METHOD"):
            return self.emit("LEFT", None, m.start(), m.end())
        if is_behind:
            return self.emit("LEFT_INDEX", None, m.start(), m.end())
        return self.opening("INNER_OPEN" if bracket == "⟨" else "LEFT", m.start(), m.end())

    def close(self, m: re.Match[str]) -> int:
        if m.group() == ">" and self.last in ENDERS and self.innermost() != "⟨":
            return self.relation(m)
        sign = ANGLES.get(m.group(), m.group())
        if not self.brackets:
            raise self.error(f"there is a superfluous {m.group()}", m.start(), m.end(), "remove it, or open it before")
        if CLOSING.get(self.innermost()) != sign:
            raise self.not_closed(m.group(), m.end())
        marks = self.marks[-1]
        _, start = self.pop()
        if marks is not None:
            marks.settle(self.tokens, lambda: self.decide(start, True, 2))
        if sign != "⟩":
            self.emit("RIGHT", None, m.start(), m.end())
            self.after_arguments(start)
            return m.end()
        kind = match_at(r"_(?:F(?![A-Za-z])|\{\s*F\s*\})", self.text, m.end())
        return self.emit("INNER_CLOSE", None, m.start(), kind.end() if kind else m.end())

    # ---- words -------------------------------------------------------------------------------------

    def word(self, m: re.Match[str]) -> int:
        """A run of letters, or a Greek letter, with digits and a subscript behind it."""
        start = m.start()
        if steps := self.steps(start):
            return steps
        if defined := self.defined(start):
            return defined
        head = match_at(FUNCTION_HEAD, self.text, start) if self.defines and self.last in STARTERS else None
        if head and head.group(1) not in self.vocabulary.functions:
            return self.emit("NAME", canonical(head.group(1)), start, head.end())  # L(w) = …: the name is L
        if keyword := self.keyword(m):
            return keyword
        if m.group() in ("inf", "Inf", "infty") and self.last == "COMMA" and m.group() not in self.vocabulary.names:
            return self.emit("STRING", "inf", start, m.end())
        require_no_projection(self.text, start, self.vocabulary.names)
        self.require_no_laplacian(m)
        if named := self.named_function(m):
            return named
        if call := self.open_call(m):
            return call
        if self.text.startswith(".", m.end()) and (module := match_at(MODULE, self.text, start)):
            return self.say(*module.span())  # np.linalg.norm is norm
        cost = self.vocabulary.cost_of_name(m.group(), m.end())
        if cost and self.decide(self.numbered.setdefault(canonical(m.group()), start), True, cost):  # x_2 is an entry
            return self.operand("NAME", canonical(m.group()), start, m.end())
        if name := self.named_by_a_word(start, m.end()):
            return self.operand("NAME", name, start, m.end())
        for piece in split_word(self.text, start, m.end(), self.vocabulary):
            if piece.kind == "NAME":
                end = self.name(piece.value, start, piece.end)
            elif piece.kind == "FUNCTION":
                end = self.function(piece.value, start, piece.end)
            elif piece.kind == "SUM":
                end = self.big(piece.value, start, piece.end)
            elif piece.kind == "KRONECKER" and self.last in ENDERS and not has_comma(self.text, piece.end):
                end = self.emit("KRONECKER", None, start, piece.end)
            else:
                end = self.function("kron", start, piece.end)
            start = end
        return start

    def named_by_a_word(self, start: int, end: int) -> str | None:
        """The name that a word is in what is typed, with a note; LaTeX marks its words."""
        name = word_at(self.text, start, end, self.vocabulary, self.is_apart())
        if name is None or MACRO.search(self.script.source):
            return None
        if name == "end" and self.innermost() == "(" and self.brackets[-1][1] not in self.places:
            raise self.error("end is the last place only in square brackets", start, end, "write x[end]")
        if name != "end":
            letters = " ".join(re.findall("[^0-9][0-9]*", name))
            self.note(start, f"{name} is taken as one name; a product of letters is written {letters}")
        return name

    def is_apart(self) -> bool:
        """Whether an operand and a space stand in front."""
        return self.gap and self.last in ENDERS

    def name(self, name: str, start: int, end: int) -> int:
        """A name, unless the letter stands for an open function or ends in a vector of ones."""
        if name in ("Sigma", "Pi") and self.text[start] in "ΣΠ" and (big := self.capital(start, end)):
            return big
        prime = match_at(r"′(?![′'(])[₀-₉]*", self.text, end) if self.text.startswith("′", end) else None
        if prime and not self.labels.primes_transpose:
            return self.whole_name(canonical(self.text[start : prime.end()]), start, prime.end())
        if name in self.vocabulary.heads.called or name in self.vocabulary.heads.plain:
            return self.call_of_definition(name, end, start)
        self.require_no_product(name, end, start)
        if path := self.path(name, start, end):
            return path
        if name in self.vocabulary.names:
            if name in self.vocabulary.asked:
                self.require_given(name, start, end)
            return self.operand("NAME", name, start, end)
        self.require_no_inverse(name, start, end)
        self.require_no_loss(name, start, end, self.last)
        called = match_at(CALLED, self.text, end)
        if called and not called.group(1) and name.rstrip("0123456789") not in (*CUSTOMARY_FUNCTIONS, "Gamma"):
            self.require_given(name, start, end)
        is_prime = called and "′" in called.group(1) and not self.labels.primes_transpose
        if called and name != "Sigma" and is_letter(name) and (is_prime or self.open_function(name, called, start)):
            self.say(end, called.end() - 1)  # σ⊙(x)
            if name in CALLED_BY_LETTER and not called.group(1):
                self.operand("FUNCTION", CALLED_BY_LETTER[name], start, end)
                return called.end() - 1
            if name == "Phi" or (name == "phi" and self.vocabulary.is_called("Phi")):
                self.note(start, LEFT_OPEN.format(self.text[start:end], "normcdf" if name == "Phi" else "normpdf"))
            self.operand("UNSPECIFIED", (name, len(called.group(1))), start, called.end() - 1)
            return called.end() - 1
        with_ones = re.fullmatch("[a-z]1", name) and match_at(ENDS_IN_ONES, self.text, end)
        behind_ones = with_ones and re.search(r"(?<![\w.^])1[ *]*$", self.text[:start])  # 1 b1ᵀ
        if with_ones and not behind_ones and not self.vocabulary.numbered(name[0]) and self.decide(start, True, 1):
            self.operand("NAME", name[0], start, end - 1)
            return self.operand("NUMBER", Fraction(1), end - 1, end)
        return self.operand("NAME", name, start, end)


ILLEGAL = {
    "_": "a subscript is a letter, digits, or braces without braces inside",
    "∂": "a derivative is asked for with wrt, not written in the expression",
    "$": "dollars stand around LaTeX",
    ".": "an inner product is written u'v or u·v",
    "%": "a percent sign is not part of the language",
}
