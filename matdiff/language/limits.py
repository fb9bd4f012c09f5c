"""What stands below and above the sign of a sum, or at the head of ``sum(i=1..N, …)``: clauses in, data out.

A clause gives an index its range (i = 1, 1 ≤ k ≤ K), or says for which indices there is a term (i < j, (i, j) ∈ E).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice, pairwise, takewhile

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Size
from matdiff.errors import MatdiffError, NotationError
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.names import DOTS, GREEK_CLASS, GREEK_WORDS, LABELS, MARKS, SUBSCRIPTS, SUPERSCRIPTS, canonical
from matdiff.language.outside import closing, outside
from matdiff.records import NamedTuple


class Range(NamedTuple):
    """i = a, …, b: an index with its first and its last number, where these are written."""

    letter: str
    first: Size
    last: Size | None


class Chain(NamedTuple):
    """1 ≤ i < j: sides with the signs ≤, < and ≠ between them."""

    sides: tuple[str, ...]
    relations: tuple[str, ...]


class Among(NamedTuple):
    """(i, j) ∈ E, j ∈ N(i): indices in a set that has a letter, which may depend on other indices."""

    letters: tuple[str, ...]
    name: str
    of: tuple[str, ...]
    paired: bool = True  # whether brackets say that they are in it together


Clause = Range | Chain | Among


class Limits(NamedTuple):
    """The clauses of a sign and what they end with; *explicit* when a range is written."""

    clauses: tuple[Clause, ...]
    upper: Size | None
    end: int
    explicit: bool


SUBS = "".join(SUBSCRIPTS) + "₌₊₋"
LETTER = rf"[A-Za-z{GREEK_CLASS}]"
LOWER = (
    rf"_\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}|_({LETTER}|[a-z]{{2,3}})(?:=[01])?(?![A-Za-z=])|"
    rf"_([a-z]=[0-9])(?![0-9])|([{SUBS}]+)"
)
UPPER = rf"\^\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}|\^({LETTER}|[0-9]+)|([{''.join(SUPERSCRIPTS)}]+)"
LIMITING = frozenset(("_", "^", *SUBS, *SUPERSCRIPTS))  # what limits begin with
EXPONENT = r"⁻|ᵀ|\^\s*\{?\s*(?:[-−]|1\s*/|⊤)"  # of a matrix: Σ_k^{-1}, Σₖ⁻¹, Σ_k^{1/2}, Σ_k^⊤
SIGN = r"≤|≥|≠|<=|>=|!=|<|>"
WORD = r"[^\W\d]\w*"
RUN = rf"({WORD})\s*=\s*([^=<>≤≥≠∈,]+?)\s*(?:{DOTS}|:|\bto\b)\s*([^=<>≤≥≠∈:,]+)"
LABEL = r"[^\W\d_][^\W_]*(?:_\{?[^\W\d_]+\}?|\[[^\W\d_]+\])"  # y_i, y[i]
LABELLED = rf"({LABEL})\s*=\s*(-?\w+|{LABEL})|([^\W\d_])\s*=\s*([^\W\d_]\w*\[\w+\])"
SET = rf"([^\W\d_]+[{MARKS}]*[0-9]*)(?:\(([\w,\s]+)\)|_\{{?([\w,\s]+)\}}?|[_^]\{{?([-+−*∗⋆])\}}?)?"
INTERVAL = rf"[\[({{]\s*(?:1\s*,?\s*(?:2\s*,\s*)?{DOTS}\s*,?\s*)?([^\W_][\w+\-*]*)\s*[\])}}]"
PLAIN = {ord(sign): letter for sign, letter in {**SUBSCRIPTS, "₌": "=", "₊": "+", "₋": "-", "−": "-"}.items()}
RAISED = {ord(sign): letter for sign, letter in SUPERSCRIPTS.items()}
NORMAL = {"<=": "≤", ">=": "≥", "!=": "≠"}
EXCHANGED = {"≥": "≤", ">": "<"}


def read_limits(text: str, place: int) -> Limits:
    """The limits behind the sign of a sum: _{i=1}^N, _i, ᵢ, _{i,j}, _{i≠j}, or none."""
    if text[place : place + 1] not in LIMITING:
        return Limits((), None, place, False)
    lower, upper = re.compile(LOWER).match(text, place), None
    if lower:
        upper = re.compile(UPPER).match(text, lower.end())
    elif upper := re.compile(UPPER).match(text, place):
        lower = re.compile(LOWER).match(text, upper.end())
    if not lower or (upper and re.match(EXPONENT, upper.group())):
        if lower and upper and "=" in lower.group().translate(PLAIN):
            raise _error(Excerpt(upper.group(), upper.start(), text), "a sum ends with a size", "write ∑_{i=1}^N")
        return Limits((), None, place, False)  # Σ_k^{-1}
    last = None
    if upper:
        group = next(k for k in (1, 2, 3) if upper.group(k) is not None)
        last = bound_text(Excerpt(upper.group(group).translate(RAISED), upper.start(group), text))
    group = next(k for k in (1, 2, 3, 4) if lower.group(k) is not None)
    inside = Excerpt(lower.group(group).translate(PLAIN), lower.start(group), text)
    clauses = tuple(read_clauses(inside))
    explicit = upper is not None or any(not isinstance(c, Range) or "=" in inside.text for c in clauses)
    return Limits(clauses, last, max(lower.end(), upper.end() if upper else 0), explicit)


def read_head(text: str, place: int) -> Limits | None:
    """The head of ``sum(i=1..N, j≠i, …``, if that is what stands behind the bracket."""
    if text.find(",", place) < 0:
        return None
    clauses: list[Clause] = []
    side = rf"(?:{WORD}(?:\[\w+\])?|[0-9]+)(?:\s*[-+]\s*(?:{WORD}|[0-9]+))?"
    patterns = (
        rf"\s*({WORD}\s*=\s*[\w+-]+?\s*(?:{DOTS}|:)\s*[^,()]+?)\s*,",
        rf"\s*({side}(?:\s*(?:{SIGN})\s*{side})+)\s*,(?![^,()]*>)",
        rf"\s*({LABELLED})\s*,",
        rf"\s*(\(\s*{WORD}\s*,\s*{WORD}\s*\)\s*(?:∈|\bin\b)\s*{WORD}|{WORD}\s*(?:∈|\bin\b)\s*{WORD})\s*,",
    )
    while found := next((m for p in patterns if (m := re.compile(p).match(text, place))), None):
        clauses += read_clauses(Excerpt(found.group(1).replace("−", "-"), found.start(1), text))
        place = found.end()
    return Limits(tuple(clauses), None, place, True) if clauses else None


def runs_over_a_letter(text: str, place: int, known: Collection[str], bound: Collection[str]) -> bool:
    """Whether a letter numbers what a sum at text[place:] is of: sum(x_i*y_i), sum (y_i − a)^2.

    *known* are the names of the text, and *bound* the letters that its other sums run over.
    """
    return any(i not in bound and canonical(f"{name}_{i}") not in known for name, i in _numbered(text, place))


def implied_letters(text: str) -> frozenset[str]:
    """The letters that number what sums without limits are of.

    >>> sorted(implied_letters("J = ∑(y_i − p_i)², p_i = w'x_i"))
    ['i']
    """
    return frozenset(letter for m in re.finditer(BARE, text) for _, letter in _numbered(text, m.end()))


def _numbered(text: str, place: int) -> Iterator[tuple[str, str]]:
    """The names with a letter below in what a sum at text[place:] takes in, and the letters."""
    found = _all_numbered(text)
    first = bisect_left(found, place, key=lambda m: m.start())
    if first < len(found):
        end = _end_of_sum(text, place)
        for m in takewhile(lambda m: m.end() <= end, islice(found, first, None)):
            if m[1] != "I":  # the identity, whose letter is its size
                letter = next(filter(None, m.groups()[1:]))
                yield m[1], SUBSCRIPTS.get(letter, letter)


@lru_cache(maxsize=4)
def _all_numbered(text: str) -> tuple[re.Match[str], ...]:
    """The names with a letter below in a text: found once for all its sums."""
    return tuple(re.finditer(NUMBERED, text))


def _end_of_sum(text: str, place: int) -> int:
    """Where ends what a sum at text[place:] takes in: its brackets, or the term that it stands before."""
    if text.startswith("(", place):
        return closing(text, place + 1)
    signs = outside(text, r"[-+−,=;\n]", place)
    return next((sign.start() for sign in signs if sign.start() > place), closing(text, place))


BARE = rf"(?:[∑Σ]|(?<![A-Za-z_])sum\b)(?!\s*[_^{SUBS}])"
LOW = r"_(?:\{(?=[i-np-t]\}))?([i-np-t])\}?|([ᵢⱼₖₗₘₙₚᵣₛₜ])"
IN_BRACKETS = r"\^\{?\(([i-np-t])\)\}?|\[([i-np-t])\]|\(([i-np-t])\)"
NUMBERED = rf"(?<![A-Za-z]{{2}})({LETTER})(?:{LOW}|{IN_BRACKETS})(?![^\W{''.join(SUPERSCRIPTS)}])"


def bound_text(piece: Excerpt) -> Size:
    """A number or a size that an index starts or ends with; it may be 0."""
    text = piece.text.replace("−", "-").strip()
    if "∞" in text or text in ("inf", "infty"):
        raise _error(piece, "a sum without an end is not available", "write ∑_{i=1}^N")
    text = re.sub(r"(?<=\d)(?=[^\W\d])", "*", re.sub(r"_\{(\w+)\}", r"_\1", text))  # 2n, n_{k}
    return parse_size(Excerpt(text, piece.start, piece.whole), least=None)


def read_clauses(inside: Excerpt) -> Iterator[Clause]:
    """The clauses that stand below the sign, from left to right."""
    if pair := re.fullmatch(RATED, inside.text.strip()):
        yield Among((canonical(pair[1]), canonical(pair[2])), canonical(pair[3]), ())
        return
    waiting: list[str] = []  # letters whose range is said by the next clause, as in i, j = 1
    pieces = list(_pieces(inside))
    if not pieces:
        raise _error(inside, "the index of the sum is missing", "write ∑_{i=1}^N")
    k = 0
    while k < len(pieces):
        piece = pieces[k]
        clause = _clause(piece)
        k += 1
        if isinstance(clause, list):
            waiting += clause
            continue
        if isinstance(clause, Range) and clause.last is None:
            dots = next((n for n in (k, k + 1) if n < len(pieces) and re.fullmatch(DOTS, pieces[n].text)), None)
            if dots is not None and dots + 1 < len(pieces):  # k = 1, …, K
                clause = clause._replace(last=bound_text(pieces[dots + 1]))
                k = dots + 2
        if isinstance(clause, Among):
            clause = clause._replace(letters=(*waiting, *clause.letters), paired=clause.paired and not waiting)
        else:
            first, last = (clause.first, clause.last) if isinstance(clause, Range) else (ONE, None)
            yield from (Range(letter, first, last) for letter in waiting)
        waiting = []
        yield clause
    yield from (Range(letter, ONE, None) for letter in waiting)


def _pieces(inside: Excerpt) -> Iterator[Excerpt]:
    """What stands between the commas, colons and bars outside of brackets; a colon between numbers is a range."""
    start = 0
    places = [m.start() for m in outside(inside.text, "[,;:|∣]")]
    for place in (*places, len(inside.text)):
        if inside.text[place:].startswith(":") and re.fullmatch(rf"\s*{WORD}\s*=.*", inside.text[start:place]):
            continue
        piece = inside.part(start, place)
        start = place + 1
        if not piece.text.strip() and places:
            sign = inside.part(max(place - 1, 0), place + 1)
            raise _error(sign, "a condition is missing below the sum", "leave out the sign beside it")
        if piece.text:
            yield piece


def _clause(piece: Excerpt) -> Clause | list[str]:
    """One clause, or letters alone."""
    text = piece.text
    if "⟨" in text or "∼" in text or "~" in text:
        raise _error(piece, f"{text} is no index", "neighbours are pairs of a set: ∑_{(i,j)∈E}")
    if "∉" in text:
        raise _error(piece, f"{text} is not available", "a sum over what is not in S has the factor 1 − S_i")
    if "∈" in text or re.search(r"\bin\b", text):
        return _membership(piece)
    if run := re.fullmatch(RUN, text):
        first, last = (bound_text(piece.part(*run.span(g))) for g in (2, 3))
        return Range(canonical(run.group(1)), first, last)
    if equal := re.fullmatch(LABELLED, text):
        return Chain((equal.group(1) or equal.group(4), equal.group(2) or equal.group(3)), ("=",))
    sides = [s.strip() for s in re.split(rf"{SIGN}|=", text)]
    signs = [NORMAL.get(s, s) for s in re.findall(rf"{SIGN}|=", text)]
    if signs == ["="] and re.fullmatch(WORD, sides[0]) and "_" not in sides[0]:
        letters = split_letters(sides[0])
        if len(letters) == 1:
            return Range(letters[0], bound_text(piece.part(text.index("=") + 1, len(text))), None)
    if signs and "=" not in signs:
        return _chain(piece, sides, signs)
    if signs:
        raise _error(piece, f"{text} is no condition on indices", f"multiply the terms by 0 or 1, as [{text}] does")
    if not re.fullmatch(r"\(?[\w\s,]+\)?", text) or re.search(r"\d|_", text):
        raise _error(piece, f"{text} is not an index", "write ∑_{i=1}^N")
    return [letter for word in re.findall(WORD, text) for letter in split_letters(word)]


def split_letters(word: str) -> list[str]:
    """ij is i and j, ijkl and abij are four letters; alpha is one, and nodes is a word.

    >>> split_letters("ijkl"), split_letters("alpha"), split_letters("nodes")
    (['i', 'j', 'k', 'l'], ['alpha'], ['nodes'])
    """
    name, joined = canonical(word), [a + b in LETTERS_IN_ROWS for a, b in pairwise(word)]
    are_many = len(word) <= 3 or all(map(any, pairwise([False, *joined, False])))
    return [canonical(c) for c in word] if are_many and len(word) > 1 and name not in GREEK_WORDS else [name]


LETTERS_IN_ROWS = "abcdefgh ijklmnpqrstuvwxyz"


def _chain(piece: Excerpt, sides: list[str], signs: list[str]) -> Chain:
    """Inequalities from the smaller side to the larger one."""
    if any(s in EXCHANGED for s in signs):
        sides, signs = sides[::-1], [EXCHANGED.get(s, s if s == "≠" else f"{s}…") for s in signs[::-1]]
    if signs.count("≠") > 1:
        a, b, c = sides[:3]
        raise _error(piece, f"{piece.text} does not say whether {a} ≠ {c}", f"write {a}≠{b}, {b}≠{c}, {a}≠{c}")
    if any("…" in s for s in signs) or not all(sides):
        raise _error(piece, f"{piece.text} is no chain of inequalities", "write 1 ≤ i < j ≤ n")
    if len(sides) > 2 and any(re.fullmatch(DOTS, s) for s in sides):
        raise _error(piece, "a chain of indices with dots has no number of sums", "write ∑_{i<j<k}")
    return Chain(tuple(sides), tuple(signs))


PAIR = r"(?:\(\s*\1\s*,\s*\2\s*\)|_\{?\s*\1\s*,?\s*\2\s*\}?)"
RATED = rf"\(?(\w)\s*,\s*(\w)\)?\s*[:;|]\s*([^\W\d_])\s*{PAIR}\s*=\s*1"  # (i, j): r(i, j) = 1, r_ij = 1
MEMBER = r"[^\W\d_]+(?:_\{?[a-z]\}?|\^\{?\([a-z]\)\}?)"  # x_i and x^{(i)}


def _membership(piece: Excerpt) -> Clause | list[str]:
    """i ∈ S, (i, j) ∈ E, j ∈ N(i); i ∈ [n] and i ∈ {1, …, n} are ranges."""
    left, _, right = re.sub(r"\bin\b", "∈", piece.text, count=1).partition("∈")
    left, right = left.strip(), right.strip()
    if members := re.fullmatch(rf"\(?{MEMBER}(?:,{MEMBER})*\)?", re.sub(r"\s+", "", left)):  # (x_i, y_i) ∈ D
        numbers = set(re.findall(r"[_^]\{?\(?(\w)", members.group()))
        left = numbers.pop() if len(numbers) == 1 else left
    if not re.fullmatch(r"\(?[\w\s,]+\)?", left) or re.search(r"\d|_", left):
        raise _error(piece, f"{left} is not an index", "a sum runs over indices: write ∑_i with x_i, y_i")
    letters = tuple(letter for word in re.findall(WORD, left) for letter in split_letters(word))
    interval = re.fullmatch(INTERVAL, right) or re.fullmatch(rf"()?1\s*{DOTS}\s*([\w+-]+)", right)
    if interval and len(letters) == 1:
        last = next(g for g in interval.groups()[::-1] if g)
        return Range(letters[0], ONE, bound_text(Excerpt(last, piece.start, piece.whole)))
    named = re.fullmatch(SET, right)
    if not named:
        raise _error(piece, f"{right} is no letter of a set", "a set of indices is a letter, or a matrix of 0 and 1")
    of = re.findall(r"\w", re.sub(r"[^\W\d_]+_", "", named.group(2) or named.group(3) or ""))  # i of R(t_i)
    is_alone = len(letters) == 1 or "(" in left or len(left) == len(letters)
    label = f"_{LABELS[named.group(4)]}" if named.group(4) else ""  # Ω^+
    return Among(letters, canonical(named.group(1) + label), tuple(map(canonical, of)), is_alone)


def _error(piece: Excerpt, message: str, suggestion: str = "") -> MatdiffError:
    return piece.error(message, suggestion, NotationError)


def bound_by(clause: Clause) -> tuple[str, ...]:
    """The letters that a clause may bind."""
    if isinstance(clause, Range):
        return (clause.letter,)
    return clause.letters if isinstance(clause, Among) else tuple(map(canonical, clause.sides))
