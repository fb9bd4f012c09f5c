"""The small edits of a side: a transpose more or less, a sign turned, two factors exchanged, a number left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

from matdiff import regex as re
from matdiff.language.names import SUBSCRIPTS
from matdiff.language.outside import between
from matdiff.records import NamedTuple
from matdiff.review.operators import FUNCTION, GREEK, LETTER

TRANSPOSED = r"\s?(?:ᵀ|⊤|'|\^\s*\{?\s*[T⊤]\s*\}?(?![A-Za-z]))"
POWER = r"(?:⁻ᵀ|⁻¹|⁻²|[²³]|\^\s*\{[^{}]*\}|\^\s*[-−]?(?:\w|⊤))"
NUMBER = r"[0-9]+(?:\.[0-9]+)?|[½¼]"
TOKEN = (
    rf"(?P<transpose>{TRANSPOSED})|(?P<power>{POWER})|(?P<number>{NUMBER})|(?P<function>(?:{FUNCTION})(?![A-Za-z]))"
    rf"|(?P<name>(?:(?<![A-Za-z])[d∂]\s?(?=[^\W\d_]))?{LETTER})|(?P<open>[(\[⟨])|(?P<close>[)\]⟩])|(?P<sign>[-+−])"
)
INVERTED = {
    "": ("^{-1}", "^{-T}"),
    **dict.fromkeys(("⁻¹", "^{-1}", "^-1"), ("",)),
    **dict.fromkeys(("ᵀ", "'", "^T"), ("^{-T}",)),
    **dict.fromkeys(("⁻ᵀ", "^{-T}", "^-T"), ("'",)),
}  # a power → what stands there with an inverse more or less
SQUARED = {"": "²", **dict.fromkeys(("²", "^2", "^{2}"), "")}  # α for α²
BETWEEN = r"[\s·⊗]*"
LOW = {low: letter for low, letter in SUBSCRIPTS.items() if letter.isalpha()}
MOST_EDITS = 160
SLIGHT = frozenset(("transpose", "layout", "order", "sign", "factor"))
SEVERAL = r"[a-z](?:[\s,]*[a-z])*"
INDICES = rf"(?<![∑∏])(?<!sum)(?:_\{{{SEVERAL}\}}|_[a-z]{{1,2}}(?![a-z])|[{''.join(LOW)}]+|\[{SEVERAL}\])"
INLINE = rf"[∂d]({LETTER})\s*/\s*[∂d]({LETTER})"  # ∂L/∂S, which is one factor
SCALING = (  # d of dA, 2, (1/2), /m
    rf"(?<![A-Za-z\\])[d∂]\s?(?=[^\W\d_](?![a-z]))|/\s*{LETTER}(?![A-Za-z(])"
    rf"|(?<![\w^_{{.])(?<!vector\()(?:{NUMBER})(?![\w.])(?!\s*[-/ᵀ⊤'^])|\(\(?1\)?/\(?2\)?\)"
)


class Edit(NamedTuple):
    """A kind of slip, and the side without it."""

    kind: str
    side: str
    why: str = ""  # what a tutor would say of this edit, where that is not what is said of its kind


class Factor(NamedTuple):
    """An operand of a product: its place, and where its transposes and powers begin."""

    start: int
    bare: int
    end: int


def edits(side: str, known: str = "") -> Iterator[Edit]:
    """All sides that are one small edit away, the most common slips first; with indices that are *known* beside it."""
    side = re.sub(INLINE, r"((∂\1)/(∂\2))", side)
    found = list(factors(side))
    yield from _signs(side)
    yield from _numbers(side)
    yield from _left_out(side)
    yield from _bracketed(side, found)
    yield from _turned_terms(side)
    yield from _transposes(side, found)
    yield from _inverses(side, found)
    yield from indices(side, known)
    yield from _exchanges(side, found)
    yield from _counted(side)
    powers = ((f, SQUARED.get(side[f.bare : f.end])) for f in found if re.match(rf"[α-ω]|{GREEK}", side[f.start :]))
    yield from (Edit("factor", f"{side[: f.bare]}{p} {side[f.end :]}") for f, p in powers if p is not None)


def slight(side: str) -> Iterator[Edit]:
    """The edits that leave all letters: a transpose, a sign or a number more or less, two factors exchanged."""
    return (edit for edit in edits(side) if edit.kind in SLIGHT)


def factors(side: str) -> Iterator[Factor]:
    """The names and brackets of a side with what stands behind them."""
    stack: list[int] = []
    tokens = list(re.finditer(TOKEN, side))
    for k, m in enumerate(tokens):
        kind = m.lastgroup
        if kind == "open":
            before = tokens[k - 1] if k else None
            is_call = before is not None and before.end() == m.start() and before.lastgroup == "function"
            is_call = is_call or (before is not None and before.group() == "d" and before.end() == m.start())
            stack.append(before.start() if is_call and before else m.start())
        elif kind == "close" and stack:
            yield _with_tail(stack.pop(), m.end(), tokens, k)
        elif kind == "name" and not (m.group() == "d" and side[m.end() : m.end() + 1] == "("):
            yield _with_tail(m.start(), m.end(), tokens, k)


def _with_tail(start: int, bare: int, tokens: list[re.Match[str]], k: int) -> Factor:
    end = bare
    for m in tokens[k + 1 :]:
        if m.lastgroup not in ("transpose", "power") or m.start() != end:
            break
        end = m.end()
    return Factor(start, bare, end)


def _transposes(side: str, found: list[Factor]) -> Iterator[Edit]:
    for f in found:
        tail = side[f.bare : f.end]
        if re.fullmatch(r"⁻ᵀ|⁻¹|\^\s*\{?\s*[-−]\s*(?:1|T|⊤)\s*\}?", tail):
            other = "^{-T}" if tail == "⁻¹" or "1" in tail else "^{-1}"
            yield Edit("transpose", side[: f.bare] + other + side[f.end :])
            continue
        if m := re.search(rf"{TRANSPOSED}$", tail):
            yield Edit("transpose", side[: f.bare + m.start()] + " " + side[f.end :])
        else:
            yield Edit("transpose", side[: f.end] + "ᵀ" + side[f.end :])
    for one, other in (("⁻¹", "⁻ᵀ"), ("⁻ᵀ", "⁻¹"), ("^{-1}", "^{-T}"), ("^{-T}", "^{-1}")):
        if side.count(one) > 1:
            yield Edit("transpose", side.replace(one, other))
    after = dict(_neighbours(side, found))
    for first in after:
        last = first
        while last in after:  # (BA)ᵀ for BA, (ABC)ᵀ for ABC
            last = after[last]
            yield Edit("transpose", f"{side[: first.start]}({side[first.start : last.end]})ᵀ{side[last.end :]}")
    for left, right in after.items():
        if m := re.fullmatch(TRANSPOSED, side[right.bare : right.end]):
            if left.end == left.bare:  # yxᵀ for xyᵀ
                turned = f" {side[right.start : right.bare]} {side[left.start : left.end]}{m.group()}"
                yield Edit("transpose", side[: left.start] + turned + side[right.end :])
            moved = m.group() + side[left.end : right.bare] + " "  # xᵀy for xyᵀ
            yield Edit("transpose", side[: left.end] + moved + side[right.end :])


def _turned_terms(side: str) -> Iterator[Edit]:
    """A term of a sum transposed, which is a row among columns."""
    for part in parts(side):
        places = terms(side, *part)
        for start, end in places if len(places) > 1 else ():
            kind = "transpose" if re.match(rf"[A-Z](?:{TRANSPOSED})?\s*$", side[start:end]) else "layout"  # (M + M)b
            yield Edit(kind, f"{side[:start]} ({side[start:end]})ᵀ {side[end:]}")


def _inverses(side: str, found: list[Factor]) -> Iterator[Edit]:
    """An inverse more or less: S for S⁻¹, of a factor without a power."""
    said = "an inverse is missing, or one too many"
    for f in found:
        for other in INVERTED.get(side[f.bare : f.end].replace(" ", ""), ()):
            yield Edit("inverse", f"{side[: f.bare]}{other} {side[f.end :]}", said)
    bare = [f for f in found if f.bare == f.end]
    for whole in dict.fromkeys(side[f.start : f.end] for f in bare):  # S − SAS for S⁻¹ − S⁻¹AS⁻¹
        ends = [f.end for f in bare if side[f.start : f.end] == whole]
        if len(ends) > 1:
            pieces = (side[a:b] for a, b in pairwise((0, *ends, len(side))))
            yield Edit("inverse", "^{-1} ".join(pieces), said)


def indices(side: str, known: str = "") -> Iterator[Edit]:
    """An index in the place of another one of a side, or one that is *known*; two indices exchanged: W_ij for W_ji.

    >>> [edit.side for edit in indices("∑_j W_{ji} x_j")][:3]
    ['∑_j W_{ij} x_j', '∑_j W_{ii} x_j', '∑_j W_{jj} x_j']
    """
    groups = list(re.finditer(INDICES, side))
    written = [sign for m in re.finditer(INDICES, side + known) for sign in m.group() if sign.isalpha()]
    letters = sorted({LOW.get(sign, sign) for sign in written})
    high = {letter: low for low, letter in LOW.items()}
    for m in groups:
        places = [m.start() + k for k, sign in enumerate(m.group()) if sign.isalpha()]
        if len(places) == 2 and side[places[0]] != side[places[1]]:
            one, other = places
            turned = side[:one] + side[other] + side[one + 1 : other] + side[one] + side[other + 1 :]
            yield Edit("index", turned)
        for place in places:
            is_low = side[place] in LOW
            for letter in letters:
                spelt = high.get(letter, "") if is_low else letter
                if spelt and spelt != side[place]:
                    yield Edit("index", side[:place] + spelt + side[place + 1 :])


def _signs(side: str) -> Iterator[Edit]:
    for first, last in parts(side):
        start, _ = terms(side, first, last)[0]
        if not side[first:start].strip():
            yield Edit("sign", f"{side[:start]}-{side[start:]}")
    for m in re.finditer(r"[-+−]", side):
        if side[: m.start()].rstrip()[-1:] in ("^", "{"):
            continue
        turned = "-" if m.group() == "+" else "+"
        if not side[: m.start()].strip() or side[: m.start()].rstrip()[-1] in "([,":
            turned = " "
        yield Edit("sign", side[: m.start()] + turned + side[m.end() :])


def _neighbours(side: str, found: list[Factor]) -> Iterator[tuple[Factor, Factor]]:
    """The operands that stand beside each other."""
    by_start = {f.start: f for f in sorted(found, key=lambda f: f.end)}
    for f in found:
        gap = re.compiled(BETWEEN).match(side, f.end)
        other = by_start.get(gap.end()) if gap else None
        if other is not None:
            yield f, other


def _exchanges(side: str, found: list[Factor]) -> Iterator[Edit]:
    by_start = {f.start: f for f in sorted(found, key=lambda f: f.end)}
    for f in found:
        if re.fullmatch(r"⁻²|\^\s*\{?\s*[-−]2\s*\}?", side[f.bare : f.end]):
            base = side[f.start : f.bare] + "^{-1}"
            for left in (one for one, right in _neighbours(side, found) if right is f):
                yield Edit("order", f"{side[: left.start]}{base} {side[left.start : f.start]} {base}{side[f.end :]}")
            ends = {other.end for left, other in _neighbours(side, found) if left is f}
            ends.add(next((f.end + b for a, b in terms(side[f.end :])), len(side)))  # of the term, a sum behind it too
            for end in sorted(ends):
                yield Edit("order", f"{side[: f.start]}{base}{side[f.end : end]} {base}{side[end:]}")
    for f, other in _neighbours(side, found):
        one, two = side[f.start : f.end], side[other.start : other.end]
        between = side[f.end : other.start] or " "
        yield Edit("order", f"{side[: f.start]}{two}{between}{one}{side[other.end :]}")
        last = re.compiled(BETWEEN).match(side, other.end)
        third = by_start.get(last.end()) if last else None
        if third is not None:
            three = side[third.start : third.end]
            for turned in ((three, two, one), (three, one, two), (two, three, one)):
                yield Edit("order", side[: f.start] + " ".join(turned) + side[third.end :])


def _bracketed(side: str, found: list[Factor]) -> Iterator[Edit]:
    """Brackets around the factors beside a sign ⊙: Xᵀ(R ⊙ S) for XᵀR ⊙ S."""
    for m in re.finditer("⊙", side):
        around = min((p for p in parts(side) if p[0] <= m.start() < p[1]), key=lambda p: p[1] - p[0])
        start, end = next((a, b) for a, b in terms(side, *around) if m.start() < b)
        inside = [f for f in found if start <= f.start and f.end <= end]
        for opens in sorted({f.start for f in inside if f.start < m.start()}):
            for closes in sorted({f.end for f in inside if f.end > m.end()}):
                shown = f"{side[:opens]}({side[opens:closes]}){side[closes:]}"
                yield Edit("order", shown, "brackets are missing around an entrywise product")


def _numbers(side: str) -> Iterator[Edit]:
    """A number left out, a d of vᵀ dA dv too, or 2 and ½ put in front of a term."""
    for m in re.finditer(SCALING, side):
        yield Edit("factor", side[: m.start()] + " " + side[m.end() :])
        if m.group() == "2":
            yield Edit("factor", f"{side[: m.start()]}4 {side[m.end() :]}")
    for m in list(re.finditer(r"‖(?:_\w)?(²|\^\{?2\}?)?", side))[1::2]:  # ‖a‖ for ‖a‖²
        yield Edit("factor", side[: m.start()] + ("‖" if m[1] else "‖²") + side[m.end() :])
    for start, end in (place for part in parts(side) for place in terms(side, *part)):
        if side[start:end].strip().isdecimal():
            continue  # of 1 − h² it is a term that is missing
        first = re.compiled(r"\s*(\d+)(?![\d.^/])").match(side, start, end)
        for factor, number in ((2, "2 "), (Fraction(1, 2), "(1/2) ")):
            spelt = f"({factor * int(first.group(1))})" if first else number
            yield Edit("factor", f"{side[:start]}{spelt}{side[first.end() if first else start :]}")


def _counted(side: str) -> Iterator[Edit]:
    """A number one more or less: 2(s/r)¹² for 3(s/r)¹²."""
    for m in re.finditer(r"(?<![\w^.{])\d(?=\s*(?:[^\W\d]|[(\[‖√∑]))", side):
        for other in (int(m.group()) - 1, int(m.group()) + 1):
            yield Edit("factor", f"{side[: m.start()]}{other}{side[m.end() :]}")


def scaled(side: str, letters: Iterable[str]) -> Iterator[Edit]:
    """A letter put in front of a term, of the side or of a bracket in it: n λI for λI."""
    for letter in letters:
        for start, _ in (place for part in parts(side) for place in terms(side, *part)):
            yield Edit("factor", f"{side[:start]}{letter} {side[start:]}")


def terms(side: str, first: int = 0, last: int | None = None) -> list[tuple[int, int]]:
    """The places of the terms of a side, or of a part of it, without their signs, outside of brackets."""
    sign = re.compiled(r"\s*[-+−]?").match(side, first)
    start = sign.end() if sign else first
    return [(start + a, start + b) for a, b in between(side[start:last], r"(?<=[^\s^*·])\s*[-+−]")]


def _left_out(side: str) -> Iterator[Edit]:
    """A term left out, of the side or of a bracket in it."""
    for first, last in parts(side):
        places = terms(side, first, last)
        for start, end in places if len(places) > 1 else ():
            before = side[first:start].rstrip()
            before = before[:-1] if before[-1:] in ("+", "-", "−") else before
            rest = (before + " " + side[end:last]).strip().lstrip("+")
            yield Edit("extra term", side[:first] + rest + side[last:])


def parts(side: str) -> Iterator[tuple[int, int]]:
    """The places of a whole side, and of what stands inside of its brackets."""
    yield 0, len(side)
    stack: list[int] = []
    for k, sign in enumerate(side):
        if sign in "([{":
            stack.append(k + 1)
        elif sign in ")]}" and stack:
            yield stack.pop(), k
