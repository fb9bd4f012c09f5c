"""Conditions in the lexer: signs that compare, and the brackets that hold a condition, as [y = k] and 1{x > 0} do.

In goes a sign or a bracket at its place in the text; out go the tokens of a condition.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from matdiff.language.calls import Calls
from matdiff.language.tokens import ENDERS
from matdiff.language.transcript import Transcript
from matdiff.language.words import Vocabulary
from matdiff.regex import match_at

RELATIONS = {"⩽": "≤", "⩾": "≥", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_SIDE = r"(?:[^()\[\]{}=<>≤≥⩽⩾≠;!:]|\([^()]{0,60}\)|\[[^\[\]]{0,60}\]|\{[^{}]{0,60}\})"
CONDITION = rf"{_SIDE}{{1,80}}?([<>!=]=|[=<>≤≥⩽⩾≠]){_SIDE}{{1,80}}?(?:[<>≤≥⩽⩾]{_SIDE}{{1,80}}?)?[)\]}}]"
COMPARING = frozenset("<>!=≤≥⩽⩾≠")
CONDITION_BELOW = rf"_\{{(?=\(?{CONDITION})"
MARKS_OF_INDICATORS = (1, "I", "chi")


class Comparisons(Calls):
    """The tokens of one text so far, and its brackets that hold conditions."""

    def __init__(self, script: Transcript, vocabulary: Vocabulary, other: Collection[int] = ()) -> None:
        super().__init__(script, vocabulary, other)
        self.conditions: set[int] = set()  # the places of these brackets
        self.may_compare = not COMPARING.isdisjoint(self.text)

    def relation(self, m: re.Match[str]) -> int:
        """≤, ≠, and in brackets that hold a condition also < and =."""
        if m.group() == "!=" and self.last not in ENDERS:
            raise self.error("a comparison has a left side", m.start(), m.end())
        return self.emit("RELATION", RELATIONS.get(m.group(), m.group()), m.start(), m.end())

    def compares(self) -> bool:
        """Whether < or = is a comparison: in the brackets of a condition, behind an operand."""
        return self.last in ENDERS and bool(self.brackets) and self.brackets[-1][1] in self.conditions

    def opens_condition(self, start: int, end: int) -> bool:
        """Whether a bracket holds a condition: [y = k], 1{y = k}, (x > 0), but not (x = 0) by itself."""
        inside = match_at(CONDITION, self.text, end) if self.may_compare else None
        if inside is None or self.last == "FUNCTION":
            return False
        one = self.tokens[-1] if self.last in ("NAME", "NUMBER") and not self.gap else None
        marked = one is not None and one.value in MARKS_OF_INDICATORS
        marked = marked or (self.last == "LEFT" and self.brackets[-1][1] in self.conditions)  # 1_{(y = k)}
        plain = inside.group(1) == "=" or "," in inside.group() or {"<", ">"} <= set(inside.group())
        source = self.script.source[slice(*self.script.span(start, start + 1))]  # LaTeX writes [ ] as ( )
        return marked or source.endswith("[") or not plain

    def condition(self, m: re.Match[str]) -> int:
        """The bracket around a condition; a 1 or an I before it says no more than the bracket."""
        if self.last in ("NAME", "NUMBER") and not self.gap and self.tokens[-1].value in MARKS_OF_INDICATORS:
            mark = self.tokens.pop()
            self.say(mark.start, mark.end)
            self.last = self.tokens[-1].type if self.tokens else ""
            if self.last in ("JUXT", "LOOSE"):
                self.tokens.pop()
                self.last = self.tokens[-1].type
        self.conditions.add(m.start())
        self.push(m.group()[-1], m.start())
        self.marks[-1] = None
        return self.opening("LEFT", m.start(), m.end())
