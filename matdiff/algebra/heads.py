"""What a law is about, by its statements: the classes of their left sides, and of what stands in these.

A law is tried for nodes of those classes only, only where one of the others is among the operands, and one that is its
statement only where all that it speaks of occurs.  To read all statements takes longer than a derivation does, and so
does to load all identities, so what they say is kept in ``grammar/laws.table``: an identity is loaded when an
expression first comes up to which it may apply.  A law that is not in it, or has another statement there, is read.
``python -m matdiff.language.tables`` writes the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from operator import or_
from typing import Any
from zlib import crc32

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, OPERATORS, Expr, Index, Number, Symbol, postorder
from matdiff.algebra.kinds import ALIKE, DECLARED, Alike, Classes, Declared, Mirroring, is_a, known_as, names_in, set_of
from matdiff.algebra.laws import CATALOGUE, Law
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import MatrixPower
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.statements.matcher import GRANTED, is_letter
from matdiff.files import grammar_path, read_text
from matdiff.records import NamedTuple

Kinds = tuple[type[Any], ...]
Names = tuple[str, ...]  # of classes, which need not have been loaded
EVERYWHERE = (Transpose, Scale, Hadamard, Product, Sum, Power, Number, Identity)  # tell little, since they are common
OPEN = (Unspecified, SymbolicPower, MatrixPower, Member)  # stand for what is of another class
COMMON = DECLARED | known_as(Symbol, Number, Transpose, Scale, Hadamard, Product, Sum)
TABLE = "laws.table"
BY_FORM = frozenset(("symmetric", "lower", "upper", "diagonal"))  # what need not be declared to be seen


class Heads(NamedTuple):
    """The classes of left sides, those of which one is among the operands, those that occur, and a law as printed."""

    roots: Kinds
    among: Kinds
    occurring: Kinds
    title: str


class Entry(NamedTuple):
    """What is known of a law before it is loaded, as a line of the table has it.

    use      s where it makes an expression shorter, d where it is of use under d
    root     the classes of the nodes that it is tried for
    beside   the classes of which one has to be among the operands, if there are such
    within   groups of classes, of which one each occurs, at any depth, in what it applies to
    title    the law as it is printed
    """

    name: str
    module: str
    stamp: str
    use: str
    root: str
    beside: str
    within: str
    title: str

    @property
    def shorter(self) -> bool:
        return "s" in self.use

    @property
    def under_d(self) -> bool:
        return "d" in self.use

    @property
    def roots(self) -> Names:
        return tuple(self.root.split())

    @property
    def among(self) -> Names:
        return tuple(self.beside.split())

    @property
    def occurring(self) -> tuple[Names, ...]:
        return tuple([tuple(group.split("|")) for group in self.within.split()])

    @property
    def law(self) -> Law:
        return CATALOGUE[self.name]


class Laws(Sequence[Law]):
    """Laws in the order in which they are tried, each of which is loaded when it is asked for."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    def __getitem__(self, place: Any) -> Any:
        return Laws(self.entries[place]) if isinstance(place, slice) else self.entries[place].law

    def __iter__(self) -> Iterator[Law]:
        return (entry.law for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)


Known = Entry | Law  # a law, or what is known of it before it is loaded


def each(laws: Sequence[Law]) -> Sequence[Known]:
    """Some laws, none of which is loaded for that."""
    return laws.entries if isinstance(laws, Laws) else laws


def loaded(law: Known) -> Law:
    return law.law if isinstance(law, Entry) else law


def names_of(kinds: Iterable[type | str]) -> Names:
    return tuple([kind if isinstance(kind, str) else kind.__name__ for kind in kinds])


@cache
def read(law: Law) -> Heads:
    """What the statements of a law say when they are read."""
    from matdiff.algebra.operators.linear import brief

    (left, right), *more = map(Law.read, law.statements)
    lefts = [left, *(other for other, _ in more)]
    found = [telling(left.operands) for left in lefts]
    inside = {type(node) for o in left.operands for node in postorder(o) if not is_anything(node)}
    telling_classes = {*OPERATORS.values()} - {*EVERYWHERE, *OPEN}  # what a part matches is of them, and they are rare
    return Heads(
        distinct(map(possible, lefts)),
        distinct(found) if all(found) else (),
        tuple(sorted(inside & telling_classes, key=lambda kind: kind.__name__)) if not more else (),
        f"{brief(left)} = {brief(right)}",
    )


def is_anything(p: Expr) -> bool:
    """Whether a part of a statement stands for whatever is made of entries, or is a function of a matrix."""
    is_any = is_a(p, "Entry") or (is_a(p, "MatrixFunction") and p.data[0] not in FUNCTIONS)
    return is_any and isinstance(p.operands[0], Symbol)


def distinct(kinds: Iterable[Kinds]) -> Kinds:
    return tuple(dict.fromkeys(kind for several in kinds for kind in several))


def telling(operands: tuple[Expr, ...]) -> Kinds:
    """The classes of one of the operands of a left side: of the rarest of them."""
    found = [kinds for kinds in map(inside, operands) if kinds]
    return min(found, key=lambda kinds: kinds[0] in EVERYWHERE, default=())


def inside(p: Expr) -> Kinds:
    """The classes of what a part of a left side matches, seen through transposes and multiples."""
    core = p
    while isinstance(core, (Transpose, Scale)):
        core = core.operands[-1]
    if is_anything(core):
        return ()
    return possible(core) or (() if is_letter(p) or isinstance(p, Index) else (type(p),))


def possible(p: Expr) -> Kinds:
    """The classes of what a part of a left side matches; none for a place, or a letter without declaration."""
    from matdiff.algebra.operators.paths import Path
    from matdiff.algebra.operators.triangles import SkewPart

    if isinstance(p, Index):
        return ()
    if isinstance(p, Symbol):
        seen = p.properties - GRANTED - BY_FORM
        return (Declared, SkewPart, Path) if "skew" in seen else (Declared,) if seen else ()
    if isinstance(p, Unspecified):
        return (Entrywise, Power, Unspecified)
    if isinstance(p, Ones) and ONE not in p.shape:
        return (Number, Ones)  # of one entry
    return (MatrixPower, SymbolicPower) if isinstance(p, SymbolicPower) else (type(p),)


# ---- which laws are tried for a node -----------------------------------------------------------------

ByClass = Mapping[type[Expr], Sequence[Law]]  # by the classes of the nodes that laws are tried for


class Chosen(NamedTuple):
    """Those of some *laws* that can apply to nodes with operands of certain classes.

    Some *need* one each of further classes below these, all of which are *asked* for; *found* are those that can
    apply where some of these occur.
    """

    laws: ByClass  # kept with what was found for them, so that no other ones get their id
    needs: tuple[tuple[Known, tuple[Classes, ...]], ...]
    asked: Classes
    found: dict[Classes, tuple[Law, ...]]


CHOSEN: dict[tuple[int, type, Classes], Chosen] = {}


def candidates(laws: ByClass, node: Expr) -> tuple[Law, ...]:
    """Those of the laws that can apply to a node, by the classes of what it is made of; only these are loaded."""
    chosen = CHOSEN.get((id(laws), type(node), node.inside)) or choose(laws, type(node), node.inside)
    occurring = node.below & chosen.asked
    if chosen.asked & ALIKE and have_in_common(node.operands):
        occurring |= ALIKE
    found = chosen.found.get(occurring)
    if found is None:
        found = tuple([loaded(law) for law, needed in chosen.needs if all(occurring & one for one in needed)])
        chosen.found[occurring] = found
    return found


def have_in_common(operands: Sequence[Expr]) -> bool:
    """Whether two operands may have a factor in common: a letter, a class that tells something, or none of these."""
    seen = 0
    for o in operands:
        own = o.classes & ~COMMON or COMMON
        if own & seen:
            return True
        seen |= own
    return False


def choose(laws: ByClass, root: type[Expr], kinds: Classes) -> Chosen:
    """Finds out what is then known."""
    seen = names_in(kinds)
    chosen = [law for law in each(laws.get(root, ())) if not (wanted := told(law).among) or not seen.isdisjoint(wanted)]
    needs = tuple([(law, tuple(map(set_of, told(law).occurring))) for law in chosen])
    asked = reduce(or_, [one for _, needed in needs for one in needed], 0)
    known = CHOSEN[id(laws), root, kinds] = Chosen(laws, needs, asked, {})
    return known


# ---- the table ----------------------------------------------------------------------------------------


def told(law: Known) -> Entry:
    """What the table has of a law, or what it says itself where it has other statements by now."""
    return law if isinstance(law, Entry) else _told(law)


@cache
def _told(law: Law) -> Entry:
    found = stored().get(law.name)
    return found if found and found.stamp == stamp(law) else row(law)


@cache
def stored() -> dict[str, Entry]:
    """The identities of the table by their names, in the order in which they are tried."""
    try:
        lines = read_text(grammar_path(TABLE)).splitlines()
        rows = [Entry(*line.split(" ; ", len(Entry._fields) - 1)) for line in lines]
    except (OSError, UnicodeError, TypeError):  # there is none, or it is damaged
        return {}
    return {found.name: found for found in rows}


def classes() -> dict[str, type]:
    """The classes that the table speaks of, by their names."""
    found: dict[str, type] = {
        kind.__name__: kind for kind in (Alike, Declared, Mirroring, Number, Index, Symbol, Identity, Ones, Zeros)
    }
    return found | dict(OPERATORS)


def row(law: Law) -> Entry:
    """What a law says of itself."""
    said, module = read(law), law.apply.__module__.rpartition(".")[2]
    use, seen = "s" * law.shorter + "d" * law.under_d, said.occurring if law.among is None else ()
    beside = names_of(said.among if law.among is None else law.among)
    groups = [*names_of(seen), "|".join(names_of(law.within))]
    roots, among, within = (" ".join(filter(None, k)) for k in (names_of(law.on or said.roots), beside, groups))
    return Entry(law.name, module, stamp(law), use, roots, among, within, said.title)


def stamp(law: Law) -> str:
    """A checksum of the statements of a law, and of what it says itself of where it applies."""
    own = [names_of(kinds) for kinds in (law.on, law.among or (), law.within)]
    return f"{crc32(repr((law.statements, own, law.shorter, law.under_d)).encode()):08x}"


def table_text(laws: Iterable[Law]) -> str:
    """The table of some laws, one a line."""
    return "".join(" ; ".join(row(law)) + "\n" for law in laws)
