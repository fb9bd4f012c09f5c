"""What a law is about, by its statements: the classes of their left sides, and of what stands in these.

A law is tried for nodes of those classes only, only where one of the others is among the operands, and one that is its
statement only where all that it speaks of occurs.  To read all statements takes longer than a derivation does, so what
they say is kept in ``grammar/laws.table``; a law that is not in it, or has another statement there, is read.
``python -m matdiff.language.tables`` writes the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any
from zlib import crc32

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import OPERATORS, Expr, Index, Number, Symbol, postorder
from matdiff.algebra.laws import Declared, Law
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.linear import brief
from matdiff.algebra.operators.paths import Path
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import MatrixPower
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.operators.triangles import SkewPart
from matdiff.algebra.statements.matcher import SEEN, is_letter
from matdiff.files import grammar_path, read_text
from matdiff.records import NamedTuple

Kinds = tuple[type[Any], ...]
EVERYWHERE = (Transpose, Scale, Hadamard, Product, Sum, Power, Number, Identity)  # tell little, since they are common
OPEN = (Unspecified, SymbolicPower, MatrixPower, Member)  # stand for what is of another class
TABLE = "laws.table"
BY_FORM = frozenset(("symmetric", "lower", "upper", "diagonal"))  # what need not be declared to be seen


class Heads(NamedTuple):
    """The classes of left sides, those of which one is among the operands, those that occur, and a law as printed."""

    roots: Kinds
    among: Kinds
    occurring: Kinds
    title: str


def roots(law: Law) -> Kinds:
    """The classes of the nodes that a law is tried for."""
    return law.on or told(law, "roots")


def among(law: Law) -> Kinds:
    """The classes of which one has to be among the operands, if there are such."""
    return told(law, "among") if law.among is None else law.among


def occurring(law: Law) -> tuple[Kinds, ...]:
    """Classes of which one each occurs, at any depth, in what a law applies to."""
    if law.among is None:
        return tuple([(kind,) for kind in told(law, "occurring")])
    return (law.within,) if law.within else ()


def title(law: Law) -> str:
    """A law as it is printed."""
    row = row_of(law)
    return read(law).title if row is None else row[-1]


@cache
def told(law: Law, what: str) -> Kinds:
    """What the table says of the statements of a law, or what they say themselves."""
    row, known = row_of(law), classes()
    if row is not None:
        with suppress(KeyError):
            return tuple([known[name] for name in row[COLUMNS.index(what)].split()])
    found: Kinds = getattr(read(law), what)
    return found


@cache
def read(law: Law) -> Heads:
    """What the statements of a law say when they are read."""
    (left, right), *more = map(Law.read, law.statements)
    lefts = [left, *(other for other, _ in more)]
    found = [telling(left.operands) for left in lefts]
    inside = (type(node) for o in left.operands for node in postorder(o))
    return Heads(
        distinct(map(possible, lefts)),
        distinct(found) if all(found) else (),
        tuple(sorted({kind for kind in inside if is_telling(kind)}, key=lambda k: k.__name__)) if not more else (),
        f"{brief(left)} = {brief(right)}",
    )


def is_telling(kind: type[Any]) -> bool:
    """Whether what a part of a statement of that class matches is of that class, and of a rare one."""
    return kind in OPERATORS.values() and kind not in EVERYWHERE and kind not in OPEN


def distinct(kinds: Iterable[Kinds]) -> Kinds:
    return tuple(dict.fromkeys(kind for several in kinds for kind in several))


def telling(operands: tuple[Expr, ...]) -> Kinds:
    """The classes of one of the operands of a left side: of the rarest of them."""
    found = [kinds for kinds in map(inside, operands) if kinds]
    return min(found, key=lambda kinds: kinds[0] in EVERYWHERE, default=())


def inside(p: Expr) -> Kinds:
    """The classes of what a part of a left side matches, seen through transposes and multiples."""
    core = p
    while isinstance(core, Transpose | Scale):
        core = core.operands[-1]
    return possible(core) or (() if is_letter(p) or isinstance(p, Index) else (type(p),))


def possible(p: Expr) -> Kinds:
    """The classes of what a part of a left side matches; none for a place, or a letter without declaration."""
    if isinstance(p, Index):
        return ()
    if isinstance(p, Symbol):
        seen = p.properties & SEEN - BY_FORM
        return (Declared, SkewPart, Path) if "skew" in seen else (Declared,) if seen else ()
    if isinstance(p, Unspecified):
        return (Entrywise, Power, Unspecified)
    if isinstance(p, Ones) and ONE not in p.shape:
        return (Number, Ones)  # of one entry
    return (MatrixPower, SymbolicPower) if isinstance(p, SymbolicPower) else (type(p),)


# ---- the table ----------------------------------------------------------------------------------------


COLUMNS = ("name", "stamp", *Heads._fields)


def row_of(law: Law) -> list[str] | None:
    """What the table has of a law in its columns, unless the law has other statements by now."""
    row = stored().get(law.name)
    return row if row and row[1] == stamp(law) else None


@cache
def stored() -> dict[str, list[str]]:
    """The rows of the table, by the names of laws."""
    try:
        lines = read_text(grammar_path(TABLE)).splitlines()
    except (OSError, UnicodeError):
        return {}
    rows = [line.split(" ; ", len(COLUMNS) - 1) for line in lines]
    return {row[0]: row for row in rows if len(row) == len(COLUMNS)}


@cache
def classes() -> dict[str, type]:
    """The classes that the table speaks of, by their names."""
    found: dict[str, type] = {kind.__name__: kind for kind in (Declared, Number, Index, Symbol, Identity, Ones, Zeros)}
    return found | OPERATORS


def stamp(law: Law) -> str:
    """A checksum of the statements of a law."""
    return f"{crc32(repr(law.statements).encode()):08x}"


def table_text(laws: Iterable[Law]) -> str:
    """The table of some laws, one a line."""
    rows = []
    for law in laws:
        *kinds, title = read(law)
        rows.append((law.name, stamp(law), *[" ".join(k.__name__ for k in several) for several in kinds], title))
    return "".join(" ; ".join(row) + "\n" for row in sorted(rows))
