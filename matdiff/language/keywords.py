"""The words beside a function, let … in, where, and, for k = 1..K, and ∑ and ∏; where Σ is a sum and where a matrix."""

from __future__ import annotations

from matdiff import regex as re
from matdiff.language.bars import Bars
from matdiff.language.calls import OF_SCALAR, OPERAND_FOLLOWS
from matdiff.language.customs import customary
from matdiff.language.names import MARKS, SUBSCRIPT
from matdiff.language.tokens import ENDERS, OF_NUMBERS
from matdiff.regex import match_at

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
        if word not in ("let", "in", "where", "and") or word in self.vocabulary.names:
            return 0
        if self.brackets and (word not in ("where", "let") or self.text.startswith("(", m.end())):
            return 0
        if word == "let" and self.last in ("", "SEPARATOR") and not self.brackets:
            self.defining = "let"
            return self.say(*m.span()) if match_at(rf"\s*{DEFINITION}", self.text, m.end()) else m.end()
        if word == "where" and self.last == "SEPARATOR" and self.tokens[-2].type == "STEPS" and not self.defining:
            return self.say(*m.span())  # … for k = 1..K where z[1] = x
        if word == "where" and self.last in ENDERS and not self.brackets:
            self.defining = "where"
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
