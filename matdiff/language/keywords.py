"""Bars, |A| and ‖x‖, and which norm is meant by the sign behind them; the words beside a function, let … in, where,
and, for k = 1..K; ∑ and ∏, and where Σ is a sum and where a matrix.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.calls import OF_SCALAR, OPERAND_FOLLOWS
from matdiff.language.customs import customary
from matdiff.language.names import MARKS, PLAIN_SUBSCRIPT, SUBSCRIPT
from matdiff.language.scripts import Scripts
from matdiff.language.tokens import CLOSING, ENDERS, OF_NUMBERS
from matdiff.language.transcript import CLOSES, OPENS, Transcript
from matdiff.language.words import Vocabulary
from matdiff.regex import match_at

NORM_KIND = (
    r"(²|\^2(?![0-9])|\^\{\s*2\s*\})?\s*"
    r"(?:_\{\s*([^{}]*?)\s*\}|_([A-Za-zℓ\u0370-\u03ff]+[12]?|[0-9]+|\*|∞)|([₀-₉ₚ]|∗(?!\s*[\w(])))"
)
NORM_OF_BARS = r"\s*(?:_(?:\{\s*(?:[12F]|\\infty|∞)\s*\}|[12F∞](?![\w]))|[₁₂])"  # |x|_1 is a norm, |x|_i an entry
WEIGHT = r"(?P<square>²|\^2(?![0-9])|\^\{\s*2\s*\})?\s*_(?=\{\s*(?:[^\W\d_]|\()[^,{}]*(?:\{[^,{}]*\}[^,{}]*)*\})"
COVARIANCE = (  # of ‖x‖_Σ, which statistics divides by, and others multiply with
    r"(?:²|\^2(?![0-9])|\^\{\s*2\s*\})?\s*_\s*(?:(?P<brace>\{)\s*)?"
    rf"(?P<of>(?:Σ|Sigma)[{MARKS}]*(?:_\w+|_\{{\w+\}})?)\s*(?(brace)\}}|(?![\w⁻]))"
)
VALUE = r"_\{?\s*[^\W\d]\w*\s*=[^{}]*\}?"  # |_{t=0}
IS_WEIGHT = (  # ‖x‖_{Σ⁻¹}, ‖x‖_{R_t} and the ‖x‖_{H_t} of a step, and not ‖f‖_{L^2}, ‖f‖_{L_p} and ‖f‖_{H_k}
    rf"\{{(?:\s*[^\W\d_][{MARKS}]+\s*\}}|(?:[^{{}}]|_\{{[^{{}}]*\}})*?(?:[⁻ᵀ⊤'+(]|\^\s*\{{?\s*[-−T⊤]))"
    r"|\{\s*(?![Llℓ]|H_\{?[^t])[^\W\d_]_(?:[a-z]|\{[a-z](?:given[a-z])?(?:(?:[-−+]|minus|plus)[0-9])?\})\s*\}"
)


class Bars(Scripts):
    """The part of the pass over a text that tells bars that open from bars that close."""

    def __init__(self, script: Transcript, vocabulary: Vocabulary, other: Collection[int] = ()) -> None:
        super().__init__(script, vocabulary, other)
        self.squared: dict[int, tuple[int, int]] = {}  # braces of ‖x‖²_{S}, and the places of the squares before them
        self.separators: set[int] = set()  # the places of bars and semicolons that separate arguments: N(x | μ, Σ)

    def bar(self, m: re.Match[str]) -> int:
        """A bar closes when an operand stands before it and the innermost open bracket is such a bar."""
        if m.start() in self.separators:
            return self.emit("COMMA", None, m.start(), m.end())
        self.require_no_value(m)
        innermost = self.innermost()
        sign, start, end = m.group().rstrip(OPENS + CLOSES), m.start(), m.end()
        if sign == "||" and innermost == "|" and self.last in ENDERS:
            sign, end = "|", start + 1
        kind = "|" if sign == "|" else "‖"
        name = "BAR" if kind == "|" else "NORM"
        closes = innermost == kind and self.last in ENDERS if end - start == len(sign) else m.group()[-1] == CLOSES
        if not closes:
            self.push(kind, start)
            return self.opening(name + "_OPEN", start, end)
        if innermost != kind:
            raise self.error(f"there is a superfluous {sign}", start, end, "remove it, or open it before")
        _, opened = self.pop()
        if name == "BAR" and match_at(NORM_OF_BARS, self.text, end):
            self.make_norm(opened)
            name = "NORM"
        return self.close_norm(start, end) if name == "NORM" else self.emit("BAR_CLOSE", None, start, end)

    def require_no_value(self, m: re.Match[str]) -> None:
        """Refuses f|_{t=0}: values at a point are for those who have the answer."""
        if self.text.startswith("_", m.end()) and (point := match_at(VALUE, self.text, m.end())):
            shown = point.group().strip("_{} ")
            hint = f"leave it out, and put {shown} into the answer: matdiff.evaluate takes values"
            raise self.error(f"the value at {shown} cannot be asked for here", m.start(), point.end(), hint)

    def not_closed(self, sign: str, end: int) -> NotationError:
        """The error where a bracket closes while another one, or a bar, is open inside."""
        bracket, start = self.brackets[-1]
        shown, missing = self.text[start], CLOSING.get(bracket, bracket)
        outer, place = self.brackets[-2] if len(self.brackets) > 1 else ("", 0)
        message, hint = f"{shown} is not closed before {sign}", f"{missing} is missing"
        name = next((t for t in self.tokens if t.end == place and t.type == "NAME"), None) if bracket == "|" else None
        if name and outer == "(" and sign == ")":
            whole, start = f"{name.value}{self.text[place:end]}", name.start
            message, hint = f"{whole} is a conditional probability that is not given", "give it a name, as in p = …"
        elif bracket == "|" and "⟨" in (outer, *(b for b, _ in self.brackets)) and sign == "⟩":
            hint = "⟨ψ|H|ψ⟩ is written ψ'Hψ"
        return self.error(message, start, end, hint)

    def make_norm(self, place: int) -> None:
        """|x|₁ is ‖x‖₁: the bar that opened at a place was that of a norm."""
        k = next(k for k, token in enumerate(self.tokens) if token.start == place < token.end)
        self.tokens[k] = self.tokens[k]._replace(type="NORM_OPEN")

    def close_norm(self, start: int, end: int) -> int:
        """The end of a norm with the sign of its kind, which may stand before or behind the square."""
        if self.text.isascii() and "_" not in self.text:
            return self.emit("NORM_CLOSE", "", start, end)
        if covariance := match_at(COVARIANCE, self.text, end):
            of = covariance["of"]
            message = f"the norm with the sign {of} can have the weight {of}, or that of a covariance, {of}⁻¹"
            raise self.error(message, start, covariance.end(), f"write ‖x‖_{{{of}⁻¹}}² or xᵀ{of} x")
        if (weight := match_at(WEIGHT, self.text, end)) and match_at(IS_WEIGHT, self.text, weight.end()):
            return self.weigh(start, weight)
        kind = match_at(NORM_KIND, self.text, end)
        if not kind:
            return self.emit("NORM_CLOSE", "", start, end)
        square, braced, plain, low = kind.groups()
        sign = braced or plain or (low or "").translate(PLAIN_SUBSCRIPT)
        self.emit("NORM_CLOSE", sign, start, kind.end())
        return self.emit("SUPERSCRIPT", Fraction(2), kind.start(1), kind.end()) if square else kind.end()

    def weigh(self, start: int, weight: re.Match[str]) -> int:
        """The brace of ‖x‖_{Σ⁻¹}, in which an expression stands; a square before it comes behind it."""
        brace = weight.end()
        if weight.group("square"):
            self.squared[brace] = weight.span("square")
        self.push("{", brace)
        return self.emit("NORM_LOW", None, start, brace + 1)

    def after_arguments(self, start: int) -> None:
        """A bracket that opened at *start* has closed: behind the weight of a norm its square follows."""
        super().after_arguments(start)
        if start in self.squared:
            self.emit("SUPERSCRIPT", Fraction(2), *self.squared[start])


DEFINITION = (
    rf"[^\S\n]*(?:∇\s*_?)?(?:⟪\w+⟫|[^\W\d_])[\w{MARKS}]*"
    rf"(?:{SUBSCRIPT}|\[[^\][=]*\]|\^\{{?\([^()]*\)\}}?|\([^()=]*\))*\s*:?=(?!=)"
)
BELOW = r"/\s*(?:\w+|\([^()]*\))[²³]?\s*\)?\s*$"  # 1/n or (1/n), at the end
CONDITIONAL = r"_\{\w+(?:given\w|\s*[-+−]\s*\w+\s*\})"
SUM_FOLLOWS = r"\s*(?:∑|Σ\s*_\{)"  # Σ_k Σ_{i ∈ C_k} is no matrix before a sum


class Keywords(Bars):
    """The part of the pass over a text that takes the words between its definitions, and the signs of sums."""

    defining = ""  # the word, let or where, that began a list of definitions

    def keyword(self, m: re.Match[str]) -> int:
        """let … in, where, and the «and» between definitions; 0 where the word is none of them."""
        word = m.group()
        if word == "with" and self.last == "SEPARATOR" and self.tokens[-2].type == "STEPS":
            return self.say(*m.span())  # … for k = 1..K with z[1] = x
        if word not in ("let", "in", "where", "and") or word in self.vocabulary.names:
            return 0
        if self.brackets and (word not in ("where", "let") or self.text.startswith("(", m.end())):
            return 0
        if word == "let" and self.last in ("", "SEPARATOR") and not self.brackets:
            self.defining = "let"
            return self.say(*m.span()) if match_at(rf"\s*{DEFINITION}", self.text, m.end()) else m.end()
        if word == "where" and self.last == "SEPARATOR" and self.tokens[-2].type == "STEPS" and not self.defining:
            return self.say(*m.span())
        if word == "where" and self.last in ENDERS | {"SEPARATOR"} and not self.brackets:
            self.defining = "where"
            if self.last == "SEPARATOR":
                self.tokens.pop()
            return self.emit("WHERE", None, m.start(), m.end())
        if word in ("where", "let"):
            hint = "write the function, where, and definitions"
            raise self.error(f"{word} stands beside a function", *m.span(), hint)
        if word == "in" and self.defining == "let":
            self.defining = ""
        elif word != "and" or not self.defining:
            return 0
        return self.say(*m.span()) if self.last == "SEPARATOR" else self.emit("SEPARATOR", None, m.start(), m.end())

    def steps(self, start: int) -> int:
        """for k = 1..K behind the step of a recurrence; 0 where there is none."""
        if not self.repeating or self.brackets or self.last not in ENDERS:
            return 0
        from matdiff.language.recurrences.heads import steps_at

        steps = steps_at(self.text, start)
        if steps is None and (broken := match_at(r"[Ff]or\b[^;\n]*", self.text, start)):
            message = "how often the step is repeated is not said"
            raise self.error(message, start, broken.end(), "write for k = 1..K, or for k = 1..3")
        if steps is None:
            return 0
        self.repeating = False
        self.emit("STEPS", steps, start, steps.end)
        return self.emit("SEPARATOR", None, steps.end, steps.end)

    def begins_after_definition(self, place: int) -> bool:
        """Whether a sign that begins a line begins a statement: of what the line before defines, and it holds."""
        if not self.line_break or self.brackets or self.last not in ENDERS:
            return False
        sign = max((k for k, token in enumerate(self.tokens) if token.type in ("DEFINE", "SEPARATOR")), default=0)
        if not sign or self.tokens[sign].type == "SEPARATOR" or self.tokens[sign - 1].type != "NAME":
            return False
        name, end = self.tokens[sign - 1], self.text.find("\n", place)
        line = self.text[place : end if end >= 0 else len(self.text)]
        written = re.escape(self.text[name.start : name.end])
        return re.search(rf"(?<![^\W\d½¼¾⅓⅔])(?<!⟪){written}(?!\w)", line) is not None

    def sum_sign(self, m: re.Match[str]) -> int:
        return self.big("sum" if m.group() == "∑" else "prod", m.start(), m.end())

    def capital(self, start: int, end: int) -> int:
        """Σ and Π as the signs of sums and products where they are such, else 0."""
        if match_at(CONDITIONAL, self.text, end):
            return 0  # Σ_{x|y}, Σ_{t-1}
        return self.capital_pi(start, end) if self.text[start] == "Π" else self.capital_sigma(start, end)

    def capital_pi(self, start: int, end: int) -> int:
        """Π as the sign of a product where a term begins with it that has limits, else 0."""
        from matdiff.language.limits import read_limits

        limits = read_limits(self.text, end)
        begins = self.last not in ENDERS or self.last == "NUMBER"
        if not (limits.clauses and begins and match_at(OPERAND_FOLLOWS, self.text, limits.end)):
            return 0
        if not (limits.explicit or ("Pi" not in self.vocabulary.names and self.decide(start, True, 2))):
            return 0
        return self.operand("BIG_SUM", ("prod", limits), start, limits.end)

    def capital_sigma(self, start: int, end: int) -> int:
        """Σ as a sum sign where it is one (the answer is the place behind it), else 0."""
        from matdiff.language.limits import read_limits

        limits = read_limits(self.text, end)
        declared = "Sigma" in self.vocabulary.names
        upper = limits.upper if "=" not in self.text[end : limits.end] else None
        if upper is not None and (declared or upper.number is not None or not self.decide(start, True, 2)):
            return 0  # Σ_j^2 is an entry squared, or a power of Σ_j; Σ_t^T may be transposed
        before_sum = bool(limits.clauses) and not declared and match_at(SUM_FOLLOWS, self.text, limits.end)
        if limits.explicit or before_sum:
            return self.operand("BIG_SUM", ("sum", limits), start, limits.end)
        follows = match_at(OPERAND_FOLLOWS, self.text, limits.end)
        inside = self.innermost()
        if not follows or (follows.group().lstrip() in ("|", "‖") and inside == follows.group().lstrip()):
            return 0
        by_itself = self.runs_by_itself(limits.end)
        is_below = bool(by_itself and re.search(BELOW, self.text[max(0, start - 40) : start]))  # nobody divides by nΣ
        starts_term = self.last not in ENDERS or self.last == "NUMBER" or is_below
        if not starts_term and match_at(OF_SCALAR, self.text, limits.end):
            return 0  # xᵀΣ(θ)x
        if declared and not limits.clauses and not starts_term:
            return 0  # Σ of xᵀΣx, whether its size fits or not
        numbers = follows.group()[-1] in "(|‖[" or by_itself
        is_number = self.vocabulary.kinds.get("Sigma") == "S"
        behind_a_number = self.last == "NAME" and customary(self.tokens[-1].value)[0] == ("S", 0)
        custom = (bool(limits.clauses) or (by_itself and behind_a_number)) and not declared
        within = self.tokens[-1].value[1].clauses if self.last == "BIG_SUM" else limits.clauses
        custom = custom or within != limits.clauses  # Σ_i Σ_k γ_ik beside Σ_k⁻¹
        of_matrix = not by_itself and self.in_trace()
        custom = custom or (starts_term and numbers and not (is_number or of_matrix))
        if not self.decide(start, custom, 2):
            return 0
        return self.operand("BIG_SUM", ("sum", limits), start, limits.end)

    def in_trace(self) -> bool:
        """Whether a trace or a determinant is taken here, which is of a matrix: tr(Σ(S + mmᵀ))."""
        opened = self.brackets[-1][1] if self.brackets else -1
        behind = (k for k in range(len(self.tokens) - 1, -1, -1) if self.tokens[k].start <= opened)
        k = next(behind, 0) - 1
        of = self.tokens[k] if k >= 0 else self.tokens[-1] if self.tokens else None
        return of is not None and of.type in ("FUNCTION", "PREFIX") and of.value in OF_NUMBERS
