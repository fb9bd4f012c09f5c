"""Conditions among statements, and the declarations that they are: A ≻ 0, A = Aᵀ, x ∈ ℝⁿ, A symmetric, w ≥ 0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from matdiff.errors import MatdiffError
from matdiff.language.declarations import Declarations, add_condition, add_space, properties_in
from matdiff.language.extents import Excerpt
from matdiff.language.left_sides import HEAD, Piece
from matdiff.language.questions import LETTER
from matdiff.language.transcript import Transcript

INNER = r"<[^<>;\n=]*,[^<>;\n=]*>"  # ⟨A, B⟩
NAMES = rf"{LETTER}(?:\s*,\s*{LETTER})*"
MEMBER = rf"(?P<names>{NAMES})\s*∈\s*(?P<space>\S.*)"
TRANSPOSED = r"\s*(?:\^\s*\{?\s*[⊤ᵀT']\s*\}?|[ᵀ⊤'])\s*"
QUALIFIED = rf"(?P<names>{NAMES})\s+(?:(?:is|are|be)\s+)?(?:an?\s+)?(?P<words>[a-z][a-z -]*)"
SYMMETRIC = rf"(?P<name>{LETTER})\s*=\s*(?P<minus>[-−])?\s*(?P<again>{LETTER}){TRANSPOSED}"
SYMMETRIC_TOO = rf"(?P<name>{LETTER}){TRANSPOSED}=\s*(?P<minus>[-−])?\s*(?P<again>{LETTER})\s*"
SPACES = re.compile(r"(?P<kind>[RS])\s*(?:\^|[₊]|$|[⁰¹²³⁴-⁹ᵃ-ᶻⁿᵈᵐᵏᵖˣ₊])")
RELATIONS = re.compile(r"\S\s*(?:[∈≻⪰≺⪯≤≥⩽⩾⊥≠]|[<>]=?)\s*\S|∀")


class Condition(NamedTuple):
    """What is said of names: *properties* and a *space*; where neither, it is a constraint on them."""

    text: str
    start: int
    end: int
    names: tuple[str, ...] = ()
    properties: str = ""
    space: Excerpt | None = None

    @property
    def is_constraint(self) -> bool:
        return not self.names and self.space is None


def declare_conditions(declared: Declarations, conditions: Sequence[Condition], script: Transcript) -> None:
    """Adds the conditions in a text to what is declared."""
    try:
        for condition in conditions:
            if condition.space and re.match(r"\w+_\{?[a-z]\}?\s*[∈,]", condition.text):
                hint = "the members of a family are declared as in x[i=1..N]: d"
                raise condition.space.error(f"{condition.text} declares members", hint)
            for name in condition.names:
                add_condition(
                    declared, name, condition.properties, Excerpt(condition.text, condition.start, script.text)
                )
            if condition.space:
                add_space(declared, condition.space)
    except MatdiffError as error:
        raise relocated(error, script) from None


def relocated(error: MatdiffError, script: Transcript) -> MatdiffError:
    """An error about a plain spelling, pointing at what was typed."""
    if error.text == script.text and error.span is not None:
        error.text, error.span = script.source, script.span(*error.span)
    return error


def condition_of(text: str, piece: Piece, behind: bool) -> list[Condition] | None:
    """The condition that a statement is; None of another."""
    said = text[piece.start : piece.end].strip(" \u200a\t.⟪⟫")
    start = text.find(said, piece.start) if said else piece.start
    end = start + len(said)
    above = said.removesuffix("0").rstrip()
    if above != said and above.endswith(("≻", "⪰", "≽")):
        listed = above[:-1].rstrip()
        word = "spd" if above.endswith("≻") else "psd"
        if found := re.fullmatch(rf"({LETTER})(?:{TRANSPOSED})?\s*=\s*({LETTER})(?:{TRANSPOSED})?", listed):
            return [Condition(said, start, end, (found.group(1),), word)] if found.group(1) == found.group(2) else None
        if re.fullmatch(NAMES, listed):
            return [Condition(said, start, end, tuple(re.split(r"\s*,\s*", listed)), word)]
        return [Condition(said, start, end)]
    for pattern in (SYMMETRIC, SYMMETRIC_TOO):
        if (m := re.fullmatch(pattern, said)) and m.group("name") == m.group("again"):
            word = "skew" if m.group("minus") else "symmetric"
            return [Condition(said, start, end, (m.group("name"),), word)]
    if m := re.fullmatch(MEMBER, said):
        if SPACES.match(m.group("space")):
            return [Condition(said, start, end, space=Excerpt(said, start, text))]
        return [Condition(said, start, end)]
    if m := qualified(said):
        names = tuple(re.split(r"\s*,\s*", m.group("names")))
        return [Condition(said, start, end, names, properties_in(m.group("words")))]
    if re.match(HEAD, said) or re.match(r"[Ff]or\b", said):
        return None
    if RELATIONS.search(outside(said)) and re.match(r"\s*[^\W\d_]|\s*[‖|0-9]", said):
        return [Condition(said, start, end)]
    left, equals, _ = outside(said).partition("=")
    if (
        behind
        and equals
        and not left.lstrip().startswith("∇")
        and not left.rstrip().endswith((":", "!", "<", ">"))
        and left.strip()
    ):
        return [Condition(said, start, end)]
    return None


def qualified(said: str) -> re.Match[str] | None:
    """A is symmetric, S positive definite: names, and properties of them in words."""
    m = re.fullmatch(QUALIFIED, said)
    return m if m and properties_in(m.group("words")) else None


def outside(text: str) -> str:
    """A text without what stands in brackets."""
    kept, depth = [], 0
    for sign in re.sub(INNER, "()", text):
        depth -= sign in ")]}"
        kept.append(sign if depth <= 0 and sign not in ")]}" else "")
        depth += sign in "([{"
    return "".join(kept)
