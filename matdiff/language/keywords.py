"""The words that say what stands beside a function: let … in, where, and, for k = 1..K."""

from __future__ import annotations

import re

from matdiff.language.bars import Bars
from matdiff.language.names import MARKS, SUBSCRIPT
from matdiff.language.tokens import ENDERS
from matdiff.regex import match_at

DEFINITION = (
    rf"[^\S\n]*(?:∇\s*_?)?(?:⟪\w+⟫|[^\W\d_])[\w{MARKS}]*"
    rf"(?:{SUBSCRIPT}|\[[^\][=]*\]|\^\{{?\([^()]*\)\}}?|\([^()=]*\))*\s*:?=(?!=)"
)


class Keywords(Bars):
    """The part of the pass over a text that takes the words between its definitions."""

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
        return re.search(rf"(?<![\w⟪]){re.escape(self.text[name.start : name.end])}(?!\w)", line) is not None
