"""What a text says of its indices behind a formula: for all i, ∀i, i = 1, …, N.

In goes the plain spelling of a text, out comes the text with blanks in these places.  A quantifier says no more than
r_i = … or the sum over i does; a range is that of a sum whose limits are not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matdiff.language.names import SUBS, SUBSCRIPTS
from matdiff.language.transcript import Edit, Transcript

DOTS = r"(?:\.\.\.?|…|⋯)"
LEAD = r"(?:[,;\n]\s*)?(?:\b[Ff]or\s+(?:(?:all|each|every|any)\s+)?|\bwith\s+|\bwhere\s+|∀\s*)?"
END = r"(?=\s*(?:[;,.\n)]|$))"
FOR_ALL = rf"(?:[,;\n]\s*)?(?:\b[Ff]or\s+(?:all|each|every|any)\s+|∀\s*)(?P<index>[a-z]){END}"
RANGE = (
    rf"{LEAD}\(?\b(?P<index>[a-z])\s*(?:=\s*1\s*,\s*(?:2\s*,\s*)?{DOTS}\s*,?\s*|=\s*1\s*(?:\.\.\.?|…|:)\s*"
    rf"|∈\s*[({{\[]\s*1\s*,\s*(?:2\s*,\s*)?{DOTS}\s*,?\s*)(?P<last>[A-Za-z]|[0-9]+)\s*[)}}\]]?{END}"
)
MEMBER_DEFINED = r"(?:_\{?([a-z])\}?|\[([a-z])\]|\^\{?\(([a-z])\)\}?)\s*:?="
SUM = r"(?:∑|Σ|\bsum)\s*"
SUMMED = SUM + r"(?:_\{{\s*{index}\s*\}}|_{index}(?![\w=])|{low}(?![{subs}₌]))"  # without limits
LIMITED = SUM + r"_\{{\s*{index}\s*=\s*1\s*\}}\^(?:\{{\s*{last}\s*\}}|{last}(?!\w))"
RECURRENT = r"\[\s*\w\s*[-+]\s*1\s*\]\s*:?=|_\{?\s*\w\s*[-+]\s*1\s*\}?\s*:?="  # whose steps a range says


def without_quantifiers(script: Transcript) -> tuple[Transcript, list[tuple[int, int]]]:
    """The text without what it says of indices, which sums have for limits then; and the places of that."""
    edits: list[Edit] = []
    found: list[tuple[int, int]] = []
    for span, limits in (*_quantified(script.text), *_ranges(script.text)):
        found.append(span)
        edits += [(k, k + 1, " ") for k in range(*span)] + limits
    return script.edited(edits), found


def _quantified(text: str) -> Iterator[tuple[tuple[int, int], list[Edit]]]:
    """The places of «for all i» behind r_i = …, which defines r_i for every i anyhow, or behind a sum over i."""
    defined: dict[str, int] = {}
    for m in re.finditer(MEMBER_DEFINED, text):
        defined.setdefault(m.group(m.lastindex or 0), m.start())
    for m in re.finditer(FOR_ALL, text):
        index = m.group("index")
        summed = re.search(_summed(index), text)
        if min(defined.get(index, m.end()), summed.start() if summed else m.end()) < m.start():
            yield m.span(), []


def _ranges(text: str) -> Iterator[tuple[tuple[int, int], list[Edit]]]:
    """The places of «i = 1, …, N» behind sums over i without limits, and the limits that these have then."""
    for m in () if re.search(RECURRENT, text) else re.finditer(RANGE, text):
        index, last = m.group("index", "last")
        sums = list(re.finditer(_summed(index), text[: m.start()]))
        if sums or re.search(LIMITED.format(index=index, last=last), text[: m.start()]):
            yield m.span(), [(s.end(), s.end(), f"^{{{last}}}") for s in sums]


def _summed(index: str) -> str:
    """A pattern of the sign of a sum over an index, without limits: ∑_i, ∑ᵢ."""
    low = next((sign for sign, letter in SUBSCRIPTS.items() if letter == index), "(?!)")
    return SUMMED.format(index=index, low=low, subs=SUBS)
