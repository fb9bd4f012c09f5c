"""What stands in another place than where it is read: softmax_i(z) is softmax(z)_i, xᵀ(t) is x(t)ᵀ, and «f, summed
over i» is ∑_i (f).

In goes the plain spelling of a function and its definitions, out comes the same with these in their places, and where
the words stood in what was typed.
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
