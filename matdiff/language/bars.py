"""Bars in a text: |A|, ‖x‖, and which norm is meant by the sign behind them."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.names import MARKS, PLAIN_SUBSCRIPT
from matdiff.language.scripts import Scripts
from matdiff.language.tokens import CLOSING, ENDERS
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
