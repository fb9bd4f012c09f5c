"""Programs of MATLAB, Octave and Julia: their comments, the frame of a function, and values that are added up.

In goes the plain spelling of a text; what frames the statements goes out of it, and ``l = a; l += b`` is one statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.names import ABBREVIATED, GREEK_WORDS
from matdiff.language.outside import between
from matdiff.language.transcript import Edit, Transcript
from matdiff.regex import regex

COMMENT = regex(
    r"(?:(?<=[;\n])|^)[ \t]*[%#][^\n]*"  # of a line, or behind a semicolon
    r"|(?<=[^\s\d])(?:[ \t]+#|[ \t]{2,}%)[^\n]*"
)
CONTINUED = regex(r"\.\.\.[ \t]*\n")
FRAME = regex(
    r"\s*function\b\s*(?:\[?(?P<given>\w+(?:\s*,\s*\w+)*)\]?\s*=\s*)?\w+[ \t]*\([^()\n]*\)[ \t]*[;,]?[ \t]*(?=\n)"
)
END = regex(r"(?:(?<=[\n;])|(?<=[\n;] ))\s*end(?:function)?\b[\s;]*$")
RETURN = regex(r"(?:(?<=[\n;])|^)[ \t]*return[ \t]+(?=[^\n;]*[\s;]*$)")
EMPTY = r"[\d.]+|zeros\s*\(.*\)"  # what a value begins with
WORDS = frozenset((*GREEK_WORDS, *ABBREVIATED, *FUNCTIONS, "lambda"))
ASSIGNMENT = r"\s*(?P<name>[^\W\d_]\w*)\s*(?P<part>\([^()=]*\))?\s*(?P<sign>[-+*/])?=(?!=)"


class Statement(NamedTuple):
    """A statement that gives a name a value, alone or with its own former one; where it stands, and where the value."""

    name: str
    sign: str
    start: int
    value: int
    end: int


class Program(NamedTuple):
    """The statements of a program; what is to be said of it, and the places in the source that are done with."""

    script: Transcript
    notes: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    def without(self, spans: Iterable[tuple[int, int]]) -> Program:
        """The program with a space in the place of some pieces."""
        return self.edited([(start, end, " ") for start, end in spans])

    def edited(self, edits: Sequence[Edit]) -> Program:
        """The program with other pieces in some places."""
        done = (self.script.span(start, end) for start, end, _ in edits)
        return self._replace(script=self.script.edited(edits), spans=(*self.spans, *done))


def unframed(script: Transcript) -> Program:
    """A program as one statement for each name; a text of mathematics as it stands."""
    program = Program(script)
    if "\\" in script.source or not re.search(r"[%#]|\bfunction\b|\breturn\b|[-+*/]=|\n|;", script.text):
        return program
    frame = FRAME.match(script.text)
    for pattern in (COMMENT, CONTINUED, *([END] if frame else []), RETURN):
        program = program.without([m.span() for m in pattern.finditer(program.script.text)])
    program = program.without([frame.span()] if frame else [])
    others = re.split(r"\s*,\s*", frame["given"])[1:] if frame and frame["given"] else []
    for name in others:
        text = program.script.text
        own = [(s.start, s.end) for s in statements(text) if s.name == name]
        if own and not _stands(name, Program(program.script).without(own).script.text):
            program = program.without(own)
            program = program._replace(notes=(*program.notes, f"{name} is another value of the function"))
    return added_up(program)


def statements(text: str) -> list[Statement]:
    """The assignments in a text, each on its own line."""
    found = []
    for start, end in between(text, "[;\n]"):
        m = re.compile(ASSIGNMENT).match(text, start, end)
        goes_on = re.match(r"[ \t]*\n\s*[-+*/=.^]", text[end:]) or text[start:end].rstrip().endswith(tuple("-+*/=(,"))
        if m and not goes_on:
            found.append(Statement(m["name"], m["sign"] or "", m.start("name"), m.end(), end))
    return found


def _stands(name: str, text: str) -> bool:
    """Whether a name may stand in a text: by itself, or in a run of letters that is no word."""
    words = (word for word in re.findall(r"[^\W_]+", text) if word not in WORDS)
    return any(name in word for word in words) or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def added_up(program: Program) -> Program:
    """A program in which a value that is made of the former value of its name has that in its place.

    Where another statement uses the former value too, or nothing does, the name is defined twice, which is refused.
    """
    text = program.script.text
    edits: list[Edit] = []
    former: dict[str, tuple[Statement, str]] = {}
    for statement in statements(text):
        name, value = statement.name, text[statement.value : statement.end].strip()
        if name in former and not _stands(name, text[former[name][0].end : statement.start]):
            before, given = former[name]
            together = _together(name, given, statement.sign, value)
            if together:
                value = together
                edits.append((before.start, before.end, " "))
                edits.append((statement.start, statement.end, f"{name} = {value}"))
        former[name] = statement, value
    return program.edited(edits)


def _together(name: str, given: str, sign: str, value: str) -> str:
    """The value of l in l = given; l += value, or l = value with one l in it; empty where it is neither."""
    if sign:
        return f"({given}) {sign} ({value})" if not _stands(name, value) else ""
    use = rf"(?<![\w.]){re.escape(name)}(?!\w|\s*[(\[]|\.[A-Za-z])"
    whole, count = re.subn(use, lambda _: f"({given})", value)
    if _stands(name, re.sub(use, " ", value)):
        return ""
    return whole if count == 1 or (count == 0 and re.fullmatch(EMPTY, given)) else ""
