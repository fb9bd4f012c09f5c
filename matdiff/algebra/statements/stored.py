"""Statements as they have been read: to read one takes as long as many steps of a derivation, so a table keeps them.

Both sides stand in ``grammar/statements.table``, each from its leaves up, a node with the places of its operands:

    $A|m|n| $B|n|p| Product|0,1 Transpose|2 ; $B|n|p| Transpose|0 $A|m|n| Transpose|2 Product|1,3        (AB)ᵀ = BᵀAᵀ

A statement that is not in it is read.  ``python -m matdiff.language.tables`` writes the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import Any
from zlib import crc32

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import Size, polynomial
from matdiff.algebra.expr import OPERATORS, Expr, Index, Number, Symbol, postorder
from matdiff.algebra.laws import Law, Statement
from matdiff.files import grammar_path, read_text

TABLE = "statements.table"
STAMP = 8  # signs of a checksum
LEAVES: dict[str, type[Expr]] = {kind.__name__: kind for kind in (Identity, Ones, Zeros)}
Sides = tuple[Expr, Expr]


def kept(statement: Statement) -> Sides | None:
    """Both sides of a statement, if the table has them."""
    left, found, right = stored().get(stamp(statement), "").partition(" ; ")
    return (expression(left), expression(right)) if found else None


@cache
def stored() -> dict[str, str]:
    """The lines of the table by the stamps that they begin with; none where there is no table."""
    try:
        lines = read_text(grammar_path(TABLE)).splitlines()
    except (OSError, UnicodeError):
        return {}
    return {line[:STAMP]: line[STAMP + 1 :] for line in lines}


def stamp(statement: Statement) -> str:
    """A checksum of the text of a statement and of its declarations."""
    return f"{crc32(repr(tuple(statement)).encode()):0{STAMP}x}"


def table_text(statements: Iterable[Statement]) -> str:
    """The table of some statements, one a line."""
    lines = {stamp(one): " ; ".join(map(words, Law.read_anew(one))) for one in statements}
    return "".join([f"{key} {line}\n" for key, line in sorted(lines.items())])


def words(e: Expr) -> str:
    """An expression, a word for each node.

    >>> words(Symbol("A", (polynomial("m"), polynomial("2*n")), ("spd",)) * Number("1/2"))
    '1/2 $A|m|2*n|spd Scale|0,1'
    """
    nodes = list(postorder(e))
    place = {node: str(k) for k, node in enumerate(nodes)}
    return " ".join([_word(node, ",".join([place[operand] for operand in node.operands])) for node in nodes])


def _word(node: Expr, operands: str) -> str:
    if isinstance(node, Number):
        return str(node.value)
    if isinstance(node, Index):
        return _datum(node)
    if isinstance(node, Symbol):
        name, shape, properties, ranges = node.data
        return "|".join([f"${name}", *map(_datum, shape), ",".join(sorted(properties)), *map(_datum, ranges)])
    return "|".join([type(node).__name__, operands, *map(_datum, node.data)])


def _datum(value: Any) -> str:
    """A size; with a sign before it an index @i=N, a text 'f, a whole number #2, or several #1,1,."""
    if isinstance(value, Size):
        return str(value).replace(" ", "")
    if isinstance(value, Index):
        return f"@{value.name}={_datum(value.last)}"
    if isinstance(value, tuple):
        return "#" + "".join([f"{number}," for number in value])
    return f"'{value}" if isinstance(value, str) else f"#{value}"


def expression(text: str) -> Expr:
    """The expression that some words tell of.

    >>> print(expression("$A|m|n| $B|n|p| Product|0,1 Transpose|2"))
    (AB)ᵀ
    """
    made: list[Expr] = []
    node: Expr
    for each in text.split():
        kind, *rest = each.split("|")
        if kind[0] == "$":
            rows, cols, properties, *ranges = rest
            shape = polynomial(rows), polynomial(cols)
            node = Symbol(kind[1:], shape, filter(None, properties.split(",")), tuple(map(polynomial, ranges)))
        elif kind[0] == "@":
            node = _value(kind)
        elif not rest:
            node = Number(Fraction(kind))
        else:
            operands = tuple([made[int(place)] for place in rest[0].split(",") if place])
            node = (LEAVES.get(kind) or OPERATORS[kind]).make(operands, tuple(map(_value, rest[1:])))
        made.append(node)
    return made[-1]


def _value(text: str) -> Any:
    """What a datum stands for."""
    if text[0] == "@":
        name, _, last = text[1:].partition("=")
        return Index(name, polynomial(last))
    if text[0] == "#":
        return tuple(map(int, text[1:].split(",")[:-1])) if "," in text else int(text[1:])
    return text[1:] if text[0] == "'" else polynomial(text)
