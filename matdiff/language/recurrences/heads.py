"""How a recurrence is written: the state that an item defines, ``z[k+1] =``, and its steps, ``for k = 1..K``.

In goes a place in the text, out comes a ``Head`` or ``Steps``; the lexer makes one token of each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from matdiff import regex as re
from matdiff.algebra.dims import Size
from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.names import LOWERED, MARKS, SUBS, as_index, canonical
from matdiff.language.parameters import running_letters
from matdiff.records import NamedTuple

NUMBERED = (
    r"\[([^\][;=\n]*)\]|_\{([^{};=\n]*)\}|_([A-Za-z0-9]+)"
    rf"|([{SUBS}]+(?:[₊₋][{SUBS}]+)*)|\^\{{\s*\(([^(){{}};=\n]*)\)\s*\}}|\^\(([^();=\n]*)\)"
)
HEAD = rf"[ \t]*((?:⟪\w+⟫|[^\W\d_])[\w{MARKS}]*?)[ \t]*(?:{NUMBERED})(?=\s*:?=(?!=))"
ITEM = rf"(?:^|[;\n,]|\b(?:let|where|with|and)\b)\s*{HEAD}"
SIZE = r"[-−+]?[^\S\n]*\w+(?:[^\S\n]*[-−+*][^\S\n]*\w+)*"
DOTS = rf"(?:\s*,\s*{SIZE})?\s*,?\s*(?:\.\.\.?|…|⋯)\s*,?\s*"
RANGE = rf"([^\W\d_])\s*(?:=|∈|\bin\b)\s*[{{\[]?\s*({SIZE})(?:{DOTS}|\s*:\s*|\s+to\s+)({SIZE})(?:\s*[}}\]])?"
STEPS = rf"[,;]?\s*(\(\s*)?(?:(?:[Ff]or|with)\s+(?:(?:all|each|every|any)\s+)?)?{RANGE}(?(1)\s*\))"
SIGNS = frozenset("]})_₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


class Head(NamedTuple):
    """The state that an item defines, z[k+1], and the place behind it."""

    name: str
    number: str
    end: int

    @property
    def is_worded(self) -> bool:
        """Whether a word stands where the number would: E_total is no state, also beside E_n."""
        return len(self.number) > 2 and self.number.isalpha()


class Steps(NamedTuple):
    """for k = 1..K, or downwards for k = K..1; *letter* is k."""

    letter: str
    first: Size
    last: Size
    end: int


def head_at(text: str, place: int) -> Head | None:
    """The state that an item defines which starts at a place."""
    found = re.compile(HEAD).match(text, place)
    return _head(found) if found else None


def _head(found: re.Match[str]) -> Head:
    number = next(g for g in found.groups()[1:] if g is not None).translate(LOWERED)
    return Head(canonical(found.group(1).strip("⟪⟫")), number.strip(), found.end())


def steps_at(text: str, place: int) -> Steps | None:
    """The range of the steps that starts at a place, perhaps with a comma or the word «for» in front."""
    found = re.compile(STEPS).match(text, place)
    if not found:
        return None
    sides = (Excerpt(found[k].replace("−", "-"), found.start(k), text) for k in (3, 4))
    first, last = (parse_size(side, least=None) for side in sides)
    return Steps(canonical(found.group(2)), first, last, found.end())


def states(text: str) -> Iterator[str]:
    """The names of the states and members that a text defines: z of z[k+1] = …, p of a p_k = … that is used as p_j.

    With a letter as its number, that is where a sum or a range binds it, or another number of the name.
    """
    if not _has_heads(text):
        return
    heads = [(found, _head(found)) for found in re.finditer(ITEM, text)]
    written = {head.name: found.group(1) for found, head in heads}
    numbered = {name: list(_numbers(text, own)) for name, own in written.items()}
    ends = {name for name, low in numbered.items() if any(n.isdecimal() or (n[1:] == "" and n.isupper()) for n in low)}
    last = {head.number for _, head in heads if head.name in ends}  # l of z_l and a_l: z_L
    leading = {head.number for _, head in heads if head.number.isalpha() and f"{head.number}1" in numbered[head.name]}
    leading &= last
    ranged = {found.group(1) for found in re.finditer(RANGE, text)} | running_letters(text)
    for found, head in heads:
        is_function = len(head.name) > 1 and head.name in FUNCTIONS
        if is_function or head.is_worded:  # log_nu, x_max
            continue
        numbers = [head.number, *numbered[head.name]]
        is_state = found.group(2) is not None or re.search("[-+]", head.number) is not None
        is_general = _is_general(text, found, head.number, numbers[1:]) or _is_partly(text, found, numbers, ranged)
        is_general = is_general or _is_of_whole(text, found, head.number)
        if head.number in leading or is_state or is_general or any(map(ranged.issuperset, numbers)):
            yield head.name


def _is_general(text: str, found: re.Match[str], letter: str, numbers: Sequence[str]) -> bool:
    """Whether p_i = exp(z_i)/s is said for every i: its formula has i as an index, and it is used as p_k only."""
    if len(letter) != 1 or not letter.islower() or numbers.count(letter) != 1 or not numbers[1:]:
        return False
    return _has_low(text[found.end() :], letter)


def _is_partly(text: str, found: re.Match[str], numbers: Sequence[str], ranged: Collection[str]) -> bool:
    """Whether s_ij = q_iᵀk_j is used under a sum over one of its letters, and its formula has both as indices."""
    letters = numbers[0]
    is_pair = len(letters) == 2 and letters.islower() and numbers.count(letters) > 1
    is_summed = is_pair and any(letter in ranged for letter in letters)
    return is_summed and all(_has_low(text[found.end() :], letter) for letter in letters)


def _is_of_whole(text: str, found: re.Match[str], letters: str) -> bool:
    """Whether K_ij = … gives the entries of a K that stands elsewhere without an index, as in yᵀKy."""
    indices = re.sub(r"[\s,]", "", letters)
    if not (re.fullmatch("[a-z]{1,2}", indices) and all(_has_low(text[found.end() :], letter) for letter in indices)):
        return False
    name = re.escape(found.group(1))
    bare = rf"(?<![\w\\⟪]{{2}}){name}(?![\w{MARKS}]*\s*(?:{NUMBERED}))(?![A-Za-z]{{2}})"
    is_defined = re.search(rf"(?:^|[;\n,]|\b(?:let|where|with|and)\b)\s*{name}\s*(?:\([^()]*\)\s*)?:?=(?!=)", text)
    return not is_defined and re.search(rf"{bare}(?!\s*[({MARKS}])", text) is not None


def _has_low(formula: str, letter: str) -> bool:
    """Whether a formula that a text begins with has a letter as an index."""
    return re.match(rf"[^;\n]*?[^\W_]{as_index(letter)}", formula) is not None


def step_letters(text: str, names: Collection[str]) -> frozenset[str]:
    """The letters that number the steps of some states: l of a^{(l)} = …"""
    heads = map(_head, re.finditer(ITEM, text)) if names else ()
    letters = {m.group() for head in heads if head.name in names and (m := re.match(r"[^\W\d_]", head.number))}
    return frozenset(letters)


def _numbers(text: str, written: str) -> Iterator[str]:
    """What stands low or in brackets behind a name, without the signs between letters."""
    for found in re.finditer(rf"{re.escape(written)}(?:{NUMBERED})", text):
        number = next(g for g in found.groups() if g is not None).translate(LOWERED)
        yield re.sub(r"\W", "", number.rpartition("_")[2]) or "0"


def _has_heads(text: str) -> bool:
    """Whether a state may be defined somewhere; most texts are told apart without a regular expression."""
    ends = (piece.rstrip(" \t:")[-12:] for piece in text.split("="))
    return "=" in text and any(end[-1:] in SIGNS or "_" in end for end in ends)
