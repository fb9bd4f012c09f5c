"""∑ and ∏, and where Σ is a sum and where a matrix."""

from __future__ import annotations

import re

from matdiff.language.calls import OF_SCALAR, OPERAND_FOLLOWS
from matdiff.language.customs import customary
from matdiff.language.keywords import Keywords
from matdiff.language.tokens import ENDERS, OF_NUMBERS
from matdiff.regex import match_at

BELOW = r"/\s*(?:\w+|\([^()]*\))[²³]?\s*\)?\s*$"  # 1/n or (1/n), at the end
CONDITIONAL = r"_\{\w+given\w"
SUM_FOLLOWS = r"\s*(?:∑|Σ\s*_\{)"  # Σ_k Σ_{i ∈ C_k} is no matrix before a sum


class CapitalSigma(Keywords):
    """The part of the pass over a text that takes the signs of sums and products."""

    def sum_sign(self, m: re.Match[str]) -> int:
        return self.big("sum" if m.group() == "∑" else "prod", m.start(), m.end())

    def capital(self, start: int, end: int) -> int:
        """Σ and Π as the signs of sums and products where they are such, else 0."""
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

        if match_at(CONDITIONAL, self.text, end):
            return 0  # Σ_{x|y}
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
        starts_term = self.last not in ENDERS or self.last == "NUMBER" or (by_itself and self.below_a_line(start))
        if not starts_term and match_at(OF_SCALAR, self.text, limits.end):
            return 0  # xᵀΣ(θ)x
        if declared and not limits.clauses and not starts_term:
            return 0  # Σ of xᵀΣx, whether its size fits or not
        numbers = follows.group()[-1] in "(|‖[" or by_itself
        is_number = self.vocabulary.kinds.get("Sigma") == "S"
        behind_a_number = self.last == "NAME" and customary(self.tokens[-1].value)[0] == ("S", 0)
        custom = (bool(limits.clauses) or (by_itself and behind_a_number)) and not declared
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

    def below_a_line(self, start: int) -> bool:
        """Whether 1/n or (1/n) stands before a sign: nobody divides by nΣ without brackets."""
        return re.search(BELOW, self.text[max(0, start - 40) : start]) is not None
