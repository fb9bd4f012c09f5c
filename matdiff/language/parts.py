"""Unknowns that are named by a text: a symbol, a member of a family, an entry, a row, a column or a block of either.

In go ``x_i``, ``X[1, 2]``, ``Phi[a][:, b]`` or ``R_{ik}`` and the symbols, out comes the expression of that part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Index, Number, Symbol
from matdiff.algebra.operators.recurrence import place as numbered
from matdiff.algebra.operators.slices import Column, Range, Row, Slice
from matdiff.algebra.operators.sums import Entry, Member
from matdiff.errors import MatdiffError, UnknownNameError
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.names import SUBSCRIPTS, canonical

Group = tuple[str, bool]
Find = Callable[[str], Expr | None]
Place = Expr | Range  # an index or a number; or the first and the last place
NOTHING_MOVED: Mapping[str, Collection[int]] = MappingProxyType({})


class Written:
    """A name with what stands in brackets behind it, or low.

    groups   the places, and whether they were written low
    taken    names that cannot be free indices
    sizes    those that stand for the last place, as in x[n]
    moved    of a family, the places of the indices that the text counts from 0
    """

    __slots__ = ("base", "find", "groups", "moved", "sizes", "taken", "text")

    def __init__(
        self, text: str, base: Expr, groups: list[Group], find: Find, taken: Collection[str], sizes: Collection[str]
    ):
        self.text, self.base, self.groups, self.find = text, base, groups, find
        self.taken, self.sizes = taken, sizes
        self.moved: Collection[int] = ()

    def error(self, message: str, suggestion: str = "") -> UnknownNameError:
        """An error that says what is wrong with the unknown."""
        return UnknownNameError(f"{self.text} cannot be the unknown: {message}", suggestion=suggestion)


def part_named(
    text: str,
    find: Find,
    taken: Collection[str],
    sizes: Collection[str],
    moved: Mapping[str, Collection[int]] = NOTHING_MOVED,
) -> Expr | None:
    """The part that a text names; None where it does not begin with a name that *find* knows.

    *moved* tells of the families that are counted from 0 in what they come from which of their indices are.
    """
    known = written(text, find, taken, sizes)
    if known is None or not known.groups:
        return known.base if known else None
    part = known.base
    groups = list(known.groups)
    if isinstance(part, Symbol) and part.ranges:
        known.moved = moved.get(part.name, ())
        part, rest = _member(known, groups.pop(0))
        if rest and groups:
            raise known.error("a part is taken once")
        if rest:
            return _part(known, part, rest)
    if len(groups) > 1:
        raise known.error("a part is taken once", "write X[1, 2] for an entry of the first row")
    for group in groups:
        pieces = _pieces(group, (dimensions(part),))
        if pieces is None:
            raise known.error(_counted(part, group[0]))
        part = _part(known, part, pieces)
    return part


def dimensions(e: Expr) -> int:
    """How many indices an entry has."""
    return (e.rows is not ONE) + (e.cols is not ONE)


def _counted(part: Expr, given: str) -> str:
    """How many places there should be."""
    count = dimensions(part)
    what = f"{part} is a scalar" if not count else f"an entry of {part} has {count} ind{'ex' if count == 1 else 'ices'}"
    return f"{what}, not {given.strip() or 'none'}"


# ---- what is written --------------------------------------------------------------------------------

LOW = "".join(SUBSCRIPTS)


def written(text: str, find: Find, taken: Collection[str], sizes: Collection[str]) -> Written | None:
    """The longest name that is known, and what stands behind it."""
    text = text.strip()
    opening = text.find("[")
    name, brackets = (text, "") if opening < 0 else (text[:opening].rstrip(), text[opening:])
    if re.sub(r"\[[^\[\]]*\]|\s", "", brackets):
        return None
    inside = [(g, False) for g in re.findall(r"\[([^\[\]]*)\]", brackets)]
    for base, low in _split(name):
        found = find(base)
        if found is not None:
            return Written(text, found, [(low, True)] * bool(low) + inside, find, taken, sizes)
    return None


def _split(name: str) -> Iterator[tuple[str, str]]:
    """A name as it is; then without its subscript, _i or _{ij} or ᵢⱼ, and without an index in brackets that is high."""
    yield name, ""
    if high := re.fullmatch(r"(.*?)\^\{?\(([^()]*)\)\}?|(.*?)\^\{?([a-z])\}?", name):  # x^{(i)}, x^k
        yield high.group(1) or high.group(3), high.group(2) or high.group(4)
        return
    signs = re.fullmatch(rf"(.*?)([{LOW}]+)", name)
    if signs:
        yield signs.group(1), "".join(SUBSCRIPTS[c] for c in signs.group(2))
        return
    base, bar, low = name.rpartition("_{") if name.endswith("}") else name.rpartition("_")
    if bar and base and low.strip("}"):
        yield base, low.removesuffix("}").strip()


def _pieces(group: Group, counts: Collection[int]) -> list[str] | None:
    """What stands between the commas, or the single letters of a subscript; None where there are not so many."""
    text, is_low = group
    pieces = [piece.strip() for piece in re.split(r"[,\s]+" if is_low else ",", text)]
    run = pieces[0] if len(pieces) == 1 and is_low else ""
    if run.isalpha() or (run.isalnum() and 1 not in counts):
        pieces = list(run)
    return pieces if len(pieces) in counts and all(pieces) else None


# ---- what it means ----------------------------------------------------------------------------------


def _member(known: Written, group: Group) -> tuple[Expr, list[str]]:
    """The member of a family, and the places in it that stand in the same brackets: x[i, 2] is an entry of x[i]."""
    family = known.base
    assert isinstance(family, Symbol)
    count = len(family.ranges)
    pieces = _pieces(group, (count, count + dimensions(family)))
    if pieces is None:
        inside = ", ".join([":", "j"][-dimensions(family) :]) if dimensions(family) else ""
        example = f"{family.name}[{', '.join('abcd'[:count])}]" + f"[{inside}]" * bool(inside)
        message = f"{family.name} has {count} {'index' if count == 1 else 'indices'}, not {group[0]}"
        raise UnknownNameError(message, suggestion=f"write {example}")
    places = enumerate(zip(pieces[:count], family.ranges, strict=True))
    indices = [_place(known, piece, last, k in known.moved) for k, (piece, last) in places]
    single = [i for i in indices if isinstance(i, Expr)]
    if known.moved and not group[1] and any(not isinstance(i, Index) for i in single):
        low = f"{family.name}_{''.join(pieces[:count])}"
        raise known.error(f"the text counts {family.name} from 0, and matdiff from 1", f"{low} is the text's")
    if len(single) < count:
        raise known.error("a member of a family has an index or a number", "a range stands for rows or columns")
    return Member(family, *single), pieces[count:]


def _part(known: Written, a: Expr, pieces: list[str]) -> Expr:
    """An entry, a row, a column or a slice."""
    extents = [extent for extent in a.shape if extent is not ONE]
    places = [_place(known, piece, last) for piece, last in zip(pieces, extents, strict=True)]
    written_indices = [i for p in places if isinstance(p, Expr) for i in p.free]
    _require_one_range(known, [*sorted(a.free, key=lambda i: i.name), *written_indices])
    if a.rows is ONE:
        places.insert(0, Number(1))
    elif a.cols is ONE:
        places.append((ONE, ONE))
    rows, cols = (p if isinstance(p, tuple) else None for p in places)
    i, j = (p if isinstance(p, Expr) else None for p in places)
    try:
        if i is not None and (j is not None or a.cols is ONE):
            return Entry(a, *[k for k in (i, j) if k is not None])
        if i is not None and a.rows is not ONE:
            return Slice.of(Row(a, i), None, cols)
        return Slice.of(a, rows, cols) if j is None else Slice.of(Column(a, j), rows)
    except MatdiffError as error:
        raise known.error(error.message) from None


def _require_one_range(known: Written, indices: Iterable[Index]) -> None:
    """One letter has one range: Phi[a][:, a] has no meaning where there are not as many members as columns."""
    named: dict[str, Index] = {}
    for i in indices:
        if named.setdefault(i.name, i) is not i:
            raise known.error(f"the index {i.name} runs to {named[i.name].last} and to {i.last}")


def _place(known: Written, piece: str, last: Size, from_zero: bool = False) -> Place:
    """A number, a free index, a size, or a range such as 1:3."""
    if ":" in piece:
        return _range(known, piece, last)
    name = canonical(piece)
    if re.fullmatch(r"[^\W\d_]\w*", name) and name not in last.names():
        constant = known.find(name) if name in known.taken else None
        if isinstance(constant, Symbol) and INDEX in constant.properties:
            return constant  # z_i of f(z_i, z_1, …, z_N)
        if name in known.taken:
            raise known.error(f"{name} is a name in the expression", "take another letter for the index")
        return Index(name, last)
    extent = _size(known, piece, 0) + ONE if from_zero else _size(known, piece)
    over = (extent - last).number
    if not extent.names() <= set(known.sizes):
        raise known.error(f"{piece} is no index, no number and no size")
    if over is not None and over > 0:
        raise known.error(f"there are {last}, and no place {piece}")
    return Number(extent.number) if extent.number is not None else numbered(extent)


def _range(known: Written, piece: str, last: Size) -> Range:
    """The first and the last place of 1:3, 2: or :"""
    first, _, end = (p.strip() for p in piece.partition(":"))
    found = _size(known, first) if first else ONE, _size(known, end) if end else last
    length, over = (found[1] - found[0]).number, (found[1] - last).number
    if not {*found[0].names(), *found[1].names()} <= set(known.sizes):
        raise known.error(f"the ends of {piece} are no numbers and no sizes")
    if (length is not None and length < 0) or (over is not None and over > 0):
        raise known.error(f"the range {piece} is not between 1 and {last}")
    return found


def _size(known: Written, piece: str, least: int = 1) -> Size:
    try:
        return parse_size(Excerpt(piece, 0, piece), least)
    except MatdiffError:
        raise known.error(f"{piece} is no place", "places are counted from 1") from None
