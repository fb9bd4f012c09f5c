"""What a text says of its indices behind a formula: for all i, ∀i, i = 1, …, N.

In goes the plain spelling of a text, out comes the text with blanks in these places.  A quantifier says no more than
r_i = … or the sum over i does; a range is that of a sum whose limits are not written.
"""

from __future__ import annotations

from collections.abc import Iterator

from matdiff import regex as re
from matdiff.language.names import DOTS, SUBS, SUBSCRIPTS
from matdiff.language.transcript import Edit, Transcript

LEAD = r"(?:[,;\n]\s{0,9})?(?:\b[Ff]or\s+(?:(?:all|each|every|any)\s+)?|\bwith\s+|\bwhere\s+|∀\s*)?"
END = r"(?=\s*(?:[;,.\n)]|$))"
FOR_ALL = rf"(?:[,;\n]\s{{0,9}})?(?:\b[Ff]or\s+(?:all|each|every|any)\s+|∀\s*)(?P<index>[a-z]){END}"
SAID_RANGE = (
    rf"{LEAD}\(?\b(?P<index>[a-z])\s*(?:=\s*1\s*,\s*(?:2\s*,\s*)?{DOTS}\s*,?\s*|=\s*1\s*(?:\.\.\.?|…|:)\s*"
    rf"|∈\s*[({{\[]\s*1\s*,\s*(?:2\s*,\s*)?{DOTS}\s*,?\s*)(?P<last>[A-Za-z]|[0-9]+)\s*[)}}\]]?{END}"
)
MEMBER_DEFINED = r"(?:_\{?([a-z])\}?|\[([a-z])\]|\^\{?\(([a-z])\)\}?)\s*:?="
SUM = r"(?:∑|Σ|(?<![A-Za-z_])sum)\s*"
UNLIMITED = SUM + rf"(?:_\{{\s*([a-z])\s*\}}|_([a-z])(?![\w=])|([{SUBS}])(?![{SUBS}₌]))"  # without limits
LIMITED = SUM + r"_\{\s*([a-z])\s*=\s*1\s*\}\^(?:\{\s*(\w+)\s*\}|(\w+))"
RECURRENT = r"[\[_{(]\s*\w\s*[-+−]\s*1\s*[\])}]"  # h[k + 1], h_{t−1}: of these a range says the steps


def counts(text: str) -> dict[str, str]:
    """The letters of what sums with limits run through, and up to what: y and n of ∑_{i=1}^n y_i².

    >>> counts("(1/n)∑_{i=1}^{n} (y_i - x_i'b)^2 + ∑_{j=1}^3 b_j")
    {'y': 'n', 'x': 'n'}
    """
    found: dict[str, str] = {}
    for m in re.finditer(LIMITED, text):
        last, member = m[2] or m[3], rf"(?<![^\W\d_])([^\W\d_])_\{{?{m[1]}\}}?(?!\w)"
        found |= {name: last for name in re.findall(member, text[m.end() :]) if last.isalpha() and name not in found}
    return found


def without_quantifiers(script: Transcript) -> tuple[Transcript, list[tuple[int, int]]]:
    """The text without what it says of indices, which sums have for limits then; and the places in the source."""
    if not any(sign in script.text for sign in ("=", "∀", "∈", "or ")):
        return script, []
    edits: list[Edit] = []
    found: list[tuple[int, int]] = []
    for span, limits in (*_quantified(script.text), *_ranges(script.text)):
        found.append(script.span(*span))
        edits += [(k, k + 1, " ") for k in range(*span)] + limits
    return script.edited(edits), found


def _quantified(text: str) -> Iterator[tuple[tuple[int, int], list[Edit]]]:
    """The places of «for all i» behind r_i = …, which defines r_i for every i anyhow, or behind a sum over i."""
    found = list(re.finditer(FOR_ALL, text))
    said: dict[str, int] = {}
    for m in re.finditer(f"{MEMBER_DEFINED}|{UNLIMITED}", text) if found else ():
        letter = m.group(m.lastindex or 0)
        said.setdefault(SUBSCRIPTS.get(letter, letter), m.start())
    for m in found:
        if said.get(m.group("index"), m.end()) < m.start():
            yield m.span(), []


def _ranges(text: str) -> Iterator[tuple[tuple[int, int], list[Edit]]]:
    """The places of «i = 1, …, N» behind sums over i without limits, and the limits that these have then."""
    found = [] if re.search(RECURRENT, text) else list(re.finditer(SAID_RANGE, text))
    sums: dict[str, list[int]] = {}
    for m in re.finditer(UNLIMITED, text) if found else ():
        letter = m.group(m.lastindex or 0)
        sums.setdefault(SUBSCRIPTS.get(letter, letter), []).append(m.end())
    limited = {(m.group(1), m.group(2) or m.group(3)) for m in re.finditer(LIMITED, text)} if found else set()
    for m in found:
        index, last = m.group("index", "last")
        places = [place for place in sums.pop(index, ()) if place <= m.start()]
        if places or (index, last) in limited:
            yield m.span(), [(place, place, f"^{{{last}}}") for place in places]
