"""What stands in another place than where it is read: softmax_i(z) is softmax(z)_i, xᵀ(t) is x(t)ᵀ, «f, summed
over i» is ∑_i (f); and what is said of indices behind a formula: for all i, ∀i, i = 1, …, N.

In goes the plain spelling of a function and its definitions, out comes the same with these in their places, and where
the words stood in what was typed.  A quantifier says no more than r_i = … or the sum over i does; a range is that of a
sum whose limits are not written.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from matdiff import regex as re
from matdiff.errors import AmbiguityError
from matdiff.language.names import DOTS, LETTER, SUBS, SUBSCRIPTS, as_index
from matdiff.language.outside import closing, outside
from matdiff.language.parameters import running_letters
from matdiff.language.transcript import Edit, Transcript
from matdiff.regex import regex

OF_VECTORS = r"(?<![\w.])⟪?(?:[Ll]og_?)?[Ss]oft_?[Mm](?:ax|in)⟫?"  # functions with an entry for each of their argument
LOW = rf"_\{{[a-z0-9]\}}|_[a-z0-9](?!\w)|[{SUBS}]"
WITH_INDEX = regex(rf"{OF_VECTORS}(?P<low>{LOW})\s*\(")
LOWERED = str.maketrans({sign: f"_{letter}" for sign, letter in SUBSCRIPTS.items()})
LETTERS = r"(?P<letters>[a-z](?:\s*(?:,|\band\b)\s*[a-z](?!\w))*)(?!\w)"
RANGE = rf"(?:\s*(?:=|from\b)\s*(?P<first>[0-9])\s*(?:,?\s*{DOTS}\s*,?|to\b|:)\s*(?P<last>[A-Za-z]|[0-9]+)(?!\w))?"
SUMMED = regex(
    r"(?P<lead>\s*,?\s*(?P<open>\(\s*)?)(?<!\w)(?P<word>(?:all\s+)?(?:summed|summing|added(?:\s+up)?)|[Ss]um)\s+(?:over|from(?=\s+[a-z]\s*=))\s+"
    rf"(?:all\s+|each\s+|every\s+)?(?P<over>{LETTERS}(?:\s*(?:!=|≠)\s*(?P<other>[a-z](?:_\w)?)(?!\w)|{RANGE}))(?P<of>\s*:|\s+of\b)?(?P<close>\s*\))?"
)
SUMMED_UP = regex(r"(?:,\s{0,9})?(?<!\w)(?:all\s+)?(?:summed|added)(?:\s+up)?(?=[\s.?]*(?:$|[;\n]))")
ENTRIES = regex(r"\s*(?:the\s+|all\s+)*(?:entries|elements)\s+of\s+")
BEFORE_ARGUMENT = regex(  # xᵀ of xᵀ(t)
    rf"(?P<name>{LETTER})\s*(?P<transpose>\^\{{?\s*[T⊤]\s*\}}?|ᵀ|⊤)\s*\(\s*(?P<letter>[a-z])\s*(?:[-+−]\s*[0-9]\s*)?\)",
    given="^ᵀ⊤",
)
BEGINS = r"[;\n]|(?<![<>!=])=(?!=)|\b(?:where|and|let|in)\b"  # behind it a function or a definition begins
BARS = r"‖[^‖]*‖|\|\|[^|]*\|\||\|[^|]*\|"
PLUS = r"(?<=[^\s*/^(=;,])\s*[-+−–]"  # between two terms


def rearranged(script: Transcript) -> tuple[Transcript, tuple[tuple[int, int], ...]]:
    """The text with such indices behind the arguments, and sums in front of what they are of.

    Errors: AmbiguityError where a sum behind several terms may be of the last ones only.
    """
    text = script.text
    edits = [*_transposes(text), *(_indices(text) if "oft" in text else ())]
    spans = [script.span(start, end) for start, end, _ in edits if start < end]
    for m in SUMMED.finditer(text) if "over" in text or "from" in text else ():
        is_closed = bool(m["open"] and m["close"])
        end = m.end("close") if is_closed else m.end("over")
        if m["word"].lower() != "sum" or is_closed or ("," in m["lead"] and not m["of"]):
            start = _start(text, m.start())
            _require_one_meaning(script, start, m)
            edits += [(start, start, f" {_sum(m)} ("), (m.start(), end, ")")]
            spans.append(script.span(m.start(), end))
        else:
            edits.append((m.start("word"), m.end("of") if m["of"] else end, f"{_sum(m)} "))
            spans.append(script.span(m.start("word"), m.end("of") if m["of"] else end))
    for m in SUMMED_UP.finditer(text):
        start = _start(text, m.start())
        front = ENTRIES.match(text, start)
        begin = front.end() if front else start
        _require_one_term(script, begin, m)
        low = "".join(re.findall(r"_\{?([a-z]+)(?![^\W_])", text[begin : m.start()].translate(LOWERED)))
        sign = f"∑_{{{','.join(dict.fromkeys(low))}}}" if low else "sum"
        edits += [(start, begin, f" {sign}("), (*m.span(), ")")]
        spans += [script.span(start, begin), script.span(*m.span())]
    return script.edited(edits), tuple(spans)


def _indices(text: str) -> Iterator[Edit]:
    """Moves the index of softmax_i(z) behind its brackets, where the text does not say itself what that is."""
    for m in WITH_INDEX.finditer(text):
        end = closing(text, m.end()) + 1
        if not re.match(r"\s*:?=", text[end:]):
            yield (*m.span("low"), "")
            yield end, end, m["low"]


def _transposes(text: str) -> Iterator[Edit]:
    """Moves the transpose of xᵀ(t) behind the argument, where t is the index of a sum or x(t) stands there, too."""
    found = list(BEFORE_ARGUMENT.finditer(text))
    bound = running_letters(text) if found else frozenset[str]()
    for m in found:
        called = rf"(?<!\w){re.escape(m['name'])}\s*\(\s*{m['letter']}(?!\w)"
        if m["letter"] in bound or re.search(called, text):
            yield (*m.span("transpose"), "")
            yield m.end(), m.end(), m["transpose"]


def _sum(m: re.Match[str]) -> str:
    """∑_{i=1}^{N}"""
    letters = ",".join(re.findall(r"\b[a-z]\b", m["letters"]))
    if m["other"]:
        return f"∑_{{{letters}=1, {letters}≠{m['other']}}}"  # over j alone, as the words say
    return f"∑_{{{letters}={m['first']}}}^{{{m['last']}}}" if m["last"] else f"∑_{{{letters}}}"


def _start(text: str, place: int) -> int:
    """Where the function begins that ends at a place."""
    depth = 0
    for k in range(place - 1, -1, -1):
        depth += (text[k] in ")]}") - (text[k] in "([{")
        if depth < 0:
            return k + 1
        begins = re.compile(BEGINS).match(text, k) if not depth else None
        if begins and begins.end() <= place:
            return begins.end()
    return 0


def _terms(text: str, start: int, end: int) -> list[str]:
    """The terms of a sum between two places."""
    shown = re.sub(BARS, lambda bars: "x" * len(bars[0]), text[start:end])
    ends = [start, *(start + sign.end() for sign in outside(shown, PLUS)), end]
    return [text[a:b] for a, b in pairwise(ends)]


def _require_one_term(script: Transcript, start: int, m: re.Match[str]) -> None:
    """Refuses «summed» behind several terms, of which the last one may be meant."""
    if len(_terms(script.text, start, m.start())) > 1:
        message = f"«{m[0].strip(' ,')}» can be said of all terms, or of the last one"
        raise script.error(m.span(), message, "write sum(…) around what is summed", AmbiguityError)


def _require_one_meaning(script: Transcript, start: int, m: re.Match[str]) -> None:
    """Refuses a sum over i behind terms of which some have no i."""
    terms = _terms(script.text, start, m.start())
    for letter in re.findall(r"\b[a-z]\b", m["letters"]) if len(terms) > 1 else ():
        found = [re.search(rf"(?<![^\W_]){letter}(?!\w)|{as_index(letter)}", term) for term in terms]
        if not all(found):
            shown = m[0].strip(" ,(")
            message = f"«{shown}» can be said of all terms, or of those with {letter}"
            hint = f"put brackets around what is summed, and write ∑_{letter} in front of it"
            raise script.error(m.span(), message, hint, AmbiguityError)


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
