"""Subscripts that run into the next factor: W_1x is W_1 x, ∑_i a_ix_i has the factor x_i, S_wW may have the factor W.

In goes a text in the plain spelling, where nothing but a brace says how far a subscript goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator

from matdiff.errors import AmbiguityError
from matdiff.language.names import GREEK_CLASS, MARKS, SPELT_GREEK, canonical
from matdiff.language.transcript import APART, Edit, Transcript
from matdiff.regex import regex

LETTER = rf"(?:{SPELT_GREEK}|[A-Za-z{GREEK_CLASS}])"
NUMBERED = rf"{LETTER}_[0-9]+(?={LETTER})"  # W_1x
INDEXED = rf"(?:{LETTER}_(?P<low>[a-z]{{1,2}}))(?={LETTER}_(?P=low)(?![A-Za-z0-9]))"  # a_ix_i
STARRED = rf"(?<=[A-Za-z{GREEK_CLASS}{MARKS}])_(?:[*∗⋆]|\{{\s*[*∗⋆]\s*\}})"  # k_*
HELD = rf"\{{({LETTER})_\{{([A-Za-z]{{2,}})\}}\}}(?=_)"  # {s_{ch}}_{t}
INTO = rf"(?:{NUMBERED}|{INDEXED})"
OF_TWO = regex(rf"(?<![A-Za-z0-9_{{])(?P<base>{LETTER})_(?P<low>[A-Za-z0-9])(?P<factor>{LETTER})(?![A-Za-z0-9_])")


def parted(script: Transcript, declared: Container[str]) -> Transcript:
    """The text with a small space behind such subscripts, but in names that are declared; k_* is k_star.

    And in S_wW where S_w and W are declared.
    """
    if "_" not in script.text:
        return script
    stars = [(m.start(), m.end(), "_{star}") for m in re.finditer(STARRED, script.text)]
    held = [(m.start(), m.end(), f"⟪{m[1]}_{m[2]}⟫") for m in re.finditer(HELD, script.text)]
    both = [m for m in OF_TWO.finditer(script.text) if canonical(m.group()) not in declared]
    both = [m for m in both if canonical(m[0][:-1]) in declared and canonical(m["factor"]) in declared]
    apart = [(m.start("factor"), m.start("factor"), APART) for m in both]
    return script.edited([*_ends(script.text, declared), *stars, *held, *apart])


def _ends(text: str, declared: Container[str]) -> Iterator[Edit]:
    """Where a subscript ends and a factor begins, which may have such a subscript itself."""
    first, following = re.compile(rf"(?<![A-Za-z_]){INTO}"), re.compile(INTO)
    m = first.search(text)
    while m:
        run = re.compile(r"\w*").match(text, m.start())
        if run is None or canonical(run.group()) not in declared:
            yield m.end(), m.end(), APART
        m = following.match(text, m.end()) or first.search(text, m.end())


def require_no_factor(script: Transcript, declared: Container[str], unknowns: Collection[str]) -> None:
    """Raises AmbiguityError for S_wW by W, which can be a name or have the factor W."""
    for m in OF_TWO.finditer(script.text) if "_" in script.text else ():
        whole, factor = canonical(m.group()), canonical(m.group("factor"))
        if factor in unknowns and whole not in declared and whole not in unknowns:
            base, low, last = m.group("base", "low", "factor")
            message = f"{m.group()} can be a name, or the product of {base}_{low} and {last}"
            hint = f"write {base}_{low} {last} for the product, {base}_{{{low}{last}}} for the name"
            raise script.error(m.span(), message, hint, AmbiguityError)
