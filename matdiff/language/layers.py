"""Numbers and labels at a letter: the l of W^l, a^{l-1} and F_ij^l numbers a layer, as in W^{(l)}, where l is no number
of the text; so L.

In goes a text in the plain spelling, out comes one with brackets around such letters, and what is said of them.
A label of what a text defines with an index, G_ij^l = … and y_i^{new} = …, is a part of its name; of several vectors
x_i in ‖x − x_i‖, x_i is the name.  The x1 of f(x) = x1² + x2², and of x = (x1, x2, x3), is the entry x_1 of x.
"""

from __future__ import annotations

from collections.abc import Collection, Container

from matdiff import regex as re
from matdiff.language.declared import Declarations
from matdiff.language.names import DOTS, GREEK_CLASS, MARKS, SUBS, SUBSCRIPTS, named
from matdiff.language.parameters import running_letters
from matdiff.language.transcript import CLOSES, OPENS, Edit, Transcript
from matdiff.regex import regex

RAISED = (  # G^l(x) is a function
    rf"(?<![A-Za-z{GREEK_CLASS}])(?!e\s*\^)(?:[A-Za-z{GREEK_CLASS}][{MARKS}]*|(?<=\}})|(?<=[{SUBS}]))"
    r"\s*\^\s*(?:\{\s*(?P<braced>LETTER(?:\s*[-−+]\s*[0-9])?)\s*\}|(?P<plain>LETTER)(?!\w))(?!\s*\()"
)
SCRIPTED = r"[_^]\s*(?:\{[^{}]*\}|\w)"
ALONE = r"(?<![A-Za-z])LETTER(?![A-Za-z])(?!\s*=)"
ENDS = rf"[∑∏]\s*(?:_\s*(?:\{{[^{{}}]*\}}|\w)|[{SUBS}]+)\s*\^\s*\{{?\s*LETTER"  # ∑_{l=1}^L
LOWERED = rf"(?:_\{{[^{{}}]*\}}|_\w|[{SUBS}]+)"
LABEL = r"\^(?:\{?\(?(?!T)[A-Za-z]+\)?\}?|\{?[*∗⋆]\}?)"
DEFINED = regex(
    rf"(?:^|[;,\n]|\b(?:where|and|with)\b)\s*(?P<name>[^\W\d_][{MARKS}]*)"
    rf"(?:{LOWERED}(?P<high>{LABEL})|(?P<first>{LABEL}){LOWERED})\s*:?=(?!=)"
)


def with_labels(script: Transcript) -> Transcript:
    """The text with one name for G_ij^l and G^l_ij, of which it defines the entries."""
    text = script.text
    for head in DEFINED.finditer(text) if "^" in text and "=" in text else ():
        name, high = head["name"], head["high"] or head["first"]
        label = re.sub(r"[\^{}()]", "", high)
        if label in running_letters(text):
            continue
        high = re.escape(high)
        uses = re.finditer(rf"(?<![A-Za-z]){name}(?:(?P<low>{LOWERED}){high}|{high}(?P<under>{LOWERED}))", script.text)
        whole = f"⟪{named(f'{name}^{{{label}}}')}⟫"
        script = script.edited([(*use.span(), whole + (use["low"] or use["under"])) for use in uses])
    return script


LOW = rf"(?:_\{{?(?P<LETTER>[a-z])\}}?(?!\w)|(?P<SUB>[{SUBS}]))"
ONE = rf"[{OPENS}\s]*(?P<x>[^\W\d_][{MARKS}]*)"
FIRST = LOW.replace("LETTER", "i").replace("SUB", "si")
SECOND = LOW.replace("LETTER", "j").replace("SUB", "sj")
BESIDE = regex(rf"(?:‖|\|\||(?<=[kK])\(|⟨){ONE}(?:{FIRST})?\s*[-−,]\s*(?P=x)(?:{SECOND})?(?=[{CLOSES}\s]*[‖|)⟩])")


def with_points(script: Transcript, declared: Declarations) -> tuple[Transcript, tuple[str, ...]]:
    """The text with a name of their own for the x_i of ‖x − x_i‖, which are no entries of x, and notes."""
    notes, bound = list[str](), frozenset[str]()
    for m in BESIDE.finditer(script.text) if "‖" in script.text or "|" in script.text or "," in script.text else ():
        low = [letter for letter in m.group("i", "si", "j", "sj") if letter]
        bound = bound or running_letters(script.text)
        x, letter = m["x"], SUBSCRIPTS.get(low[0], low[0]) if len(low) == 1 else ""
        whole = f"{named(x)}_{letter}"
        others = [name for name in declared if name.startswith(f"{named(x)}_") and not declared[name].indices]
        if letter not in bound or others or f"⟪{whole}⟫" in script.text:
            continue
        members = re.finditer(rf"(?<![^\W\d_]){x}(?=(?:_\{{?[a-z]\}}?|[{SUBS}])(?![\w{SUBS}]))", script.text)
        script = script.edited([(*member.span(), f"⟪{whole}⟫") for member in members])
        notes.append(
            f"{x}_{letter} beside {x} is one of several vectors, with the name {whole}; an entry is {x}[{letter}]"
        )
    return script, tuple(notes)


PLACE = rf"(?<![A-Za-z{GREEK_CLASS}\\])NAME(?:_\{{([1-9])\}}|_?([1-9])|([₁-₉]))(?![0-9_{SUBS}])"
OF = r"(?<!\w)(?P<f>\w+)\s*\(\s*(?P<x>(?![A-Z])[^\W\d_])\s*\)\s*:?=(?!=)"
MADE_OF = regex(  # x = (x1, x2, x3), x = [x_1, …, x_n]ᵀ; f(x) = …
    r"(?<![\w.])(?P<of>[^\W\d_])\s*=\s*(?P<open>[(\[])\s*(?P=of)(?:_\{1\}|_?1|₁)"
    rf"(?P<rest>(?:[,;\s]+(?:{DOTS}|(?P=of)(?:_\{{\w\}}|_?[0-9a-z]|[{SUBS}])))+)\s*[)\]]"
    rf"(?P<turned>\s*(?:\^\s*\{{?\s*[T⊤']\s*\}}?|[ᵀ⊤'′]|\.T))?(?P<in>\s*(?:∈|\bin\b))?|{OF}",
    given="=",
)
NO_NUMBERS = r"[‖|'ᵀ⊤⟨⊙⊗]|\^\s*\{?\s*T|(?<![A-Za-z])(?:[A-Z]|sum|mean|prod|dot|inner|norm\d?|tr|trace)(?![A-Za-z])"
SAID = r"(?<!\w)FUN\s*\(\s*NAME\s*\)|(?:[∂d]\s?|∇_\{?|[A-Za-z]{2,}\.?\s+|(?=NAME\s*IN))NAME(?![\w(])(?:\s*IN\s*R)?"
SAID = SAID.replace("IN", r"(?:∈|\bin\b)")


def with_entries(script: Transcript, declared: Container[str], asked: Collection[str]) -> Transcript:
    """The text with x ∈ R^3 for x = (x1, x2, x3), and with x_1 for its x1; so of the x of f(x) = x1² + x1 x2."""
    text, edits = script.text, list[Edit]()
    for m in MADE_OF.finditer(text) if "1" in text or "₁" in text else ():
        x, own = m["of"] or m["x"], PLACE.replace("NAME", m["of"] or m["x"])
        entries = [(*e.span(), f"{x}_{SUBSCRIPTS.get(e[3], e[1] or e[2])} ") for e in re.finditer(own, text)]
        is_grid = m["open"] == "[" and (x.isupper() or {",", ";"} <= {*m["rest"]})  # H = [H1, H2; H3, H4]
        if is_grid or any(re.fullmatch(own, name) for name in asked) or re.search(rf"[∂d]\s?{own}", text):
            continue
        if m["of"]:
            last = m["rest"].strip("_{}() ")[-1]
            if m["open"] == "(" or m["turned"] or ";" in m["rest"]:
                edits += [(*m.span(), x + (m["in"] or f" ∈ R^{SUBSCRIPTS.get(last, last)}")), *entries]
            continue
        said, numbers = SAID.replace("NAME", x).replace("FUN", m["f"]), {int(new[2:]) for *_, new in entries}
        if len(numbers) < max((2, *numbers)):
            continue
        if re.search(rf"{NO_NUMBERS}|(?<![A-Za-z]){x}(?![a-z])", re.sub(f"{said}|{own}", " ", text)):
            continue
        end = len(text.rstrip(" .?!\n"))
        is_said = named(x) in declared or re.search(rf"{x}\s*(?:∈|\bin\b)", text)
        edits += [*entries, *([] if is_said else [(end, end, f", {x} ∈ R^{max(numbers)}")])]
    return script.edited(edits)


def with_layers(script: Transcript, known: Collection[str]) -> tuple[Transcript, tuple[str, ...]]:
    """The text with ^{(l)} for ^l, and ^{(L)} for ^L, and notes; *known* names are declared or asked for."""
    notes = list[str]()
    for letter in ("l", "L") if "^" in script.text else ():
        text = script.text
        found = (
            list(re.finditer(RAISED.replace("LETTER", letter), text)) if letter in text and letter not in known else []
        )
        if found and not _is_number(letter, text):
            edits = [(*m.span("braced"), f"({m['braced']})") for m in found if m["braced"]]
            edits += [(*m.span("plain"), f"{{({letter})}}") for m in found if m["plain"]]
            script = script.edited(edits)
            notes.append(
                f"the {letter} above a name is taken as the number of a layer; for powers declare {letter}: scalar"
            )
    return script, tuple(notes)


def _is_number(letter: str, text: str) -> bool:
    """Whether a letter stands by itself, or is the index or the end of a sum."""
    is_bound = letter in running_letters(text)
    is_end = re.search(ENDS.replace("LETTER", letter), text)
    return bool(is_bound or is_end or re.search(ALONE.replace("LETTER", letter), re.sub(SCRIPTED, " ", text)))
