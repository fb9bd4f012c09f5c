r"""What is set in several ways, in one of them: \textrm{so} is \text{so}, \mathrm{log} is \log, ∇_mu is ∇_{mu}."""

from __future__ import annotations

from collections.abc import Iterator

from matdiff import regex as re
from matdiff.language.names import SPELT_GREEK
from matdiff.language.transcript import Copy, Edit, Transcript
from matdiff.review.comparing import factor
from matdiff.review.judged import Judged
from matdiff.review.report import UNREAD, WRONG

LISTED = r"\s*-\s"
TEXT = r"\\(?P<text>text(?:rm|normal|sf|up)|[mh]box)(?=\s*\{)"
NAME = r"(log|ln|exp|det)"
UPRIGHT = rf"\\(?:math(?:rm|sf)|operatorname|text(?:rm)?)\s*\{{\s*{NAME}\s*\}}"
FUNCTION = rf"\\mathop\s*\{{\s*{UPRIGHT}\s*\}}|{UPRIGHT}|\{{\s*\\rm\s+{NAME}\s*\}}"
BY_GREEK = rf"(?<=∇_)(?P<greek>(?:{SPELT_GREEK})(?:_[a-z])?)(?![A-Za-z_])"
ABBREVIATED = r"(?m)^[^=:;\n]*[^=:;\s]\s*=\s*(?P<names>(?:[^\W\d_][₀-₉]*\s*:=[^;=\n]+;\s*)+)(?=\S)"  # g = t := Ax; 2t
SPACED = r"(?P<script>[\^_]\{)\s+(?P<inside>[^\s{}]+)\s*\}"  # ^{ 2}


def set_alike(text: str) -> Transcript:
    r"""A text in which such things are written in one way, and where they stand in it.

    >>> set_alike(r"\mbox{so } \nabla^{ 2} f = \mathrm{log}x").text
    '\\text{so } \\nabla^{2} f = \\log x'
    """
    return Transcript(text, text).edited(sorted(_edits(text), key=lambda edit: edit[:2]))


def _edits(text: str) -> Iterator[Edit | Copy]:
    for m in re.finditer(ABBREVIATED, text) if ":=" in text else ():
        yield m.start(), m.start(), m.span("names")
        yield *m.span("names"), ""
    if "\\" not in text and "∇_" not in text:
        return
    for m in re.finditer(rf"{FUNCTION}|{TEXT}|{SPACED}|{BY_GREEK}", text):
        if name := m[1] or m[2] or m[3]:
            yield *m.span(), f"\\{name}" + (" " if text[m.end() : m.end() + 1].isalpha() else "")
        elif m["greek"]:
            yield *m.span(), f"{{{m['greek']}}}"
        else:
            yield *m.span(), r"\text" if m["text"] else f"{m['script']}{m['inside']}}}"


def as_set(judged: Judged, script: Transcript) -> Judged:
    """A verdict whose line stands as it does in the text that was typed; no line of a list is wrong by its sign."""
    if judged.verdict == WRONG and re.match(LISTED, judged.line.text) and _is_opposite(judged):
        judged = Judged(judged.line, UNREAD, "the - in front can be a minus, or the sign of a list")
    if not script.origins:
        return judged
    start, end = script.span(*judged.line.span)
    span = script.source.rfind("\n", 0, start) + 1, end  # what is moved to its front begins elsewhere
    return judged._replace(line=judged.line._replace(text=script.source[slice(*span)], span=span))


def _is_opposite(judged: Judged) -> bool:
    """Whether a wrong side is that with another sign."""
    fault = judged.fault
    return fault is not None and fault.value is not None and factor(fault.value, fault.truth) == -1
