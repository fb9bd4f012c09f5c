"""Equations between stacks, row by row: [H, Aᵀ; A, 0] [p; λ] = −[g; c] says that Hp + Aᵀλ = −g and Ap = −c.

And those of gradients by several arguments, entry by entry: ∇f = (2x + y, x) of an f(x, y).
"""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.language.declared import Declaration
from matdiff.language.names import named
from matdiff.language.outside import closing, split
from matdiff.review.lines import Line, Statement
from matdiff.review.operators import LETTER, TURNED, letters_in

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

CALLED = rf"(?P<f>{LETTER})\s*\((?P<by>\s*{LETTER}(?:\s*,\s*{LETTER})+)\s*\)"  # f(x, y)
OF_ALL = (  # ∇f, ∇²f(x, y), H, H_f
    r"(?:∇|grad\b)\s*(?P<twice>²|\^\{{?2\}}?)?\s*{0}(?:\s*\({1}\))?|H(?P<hess>_?\{{?{0}\}}?(?:\s*\({1}\))?|)"
)
TABLE = rf"[(\[](?P<inside>.*)[)\]]\s*(?:{TURNED})?"
OF_ARRAYS = rf"[A-ZΑ-Ω‖]|{TURNED}"


def with_gradients(lines: list[Line], scope: Scope) -> list[Line]:
    """The lines with the entries ∂f/∂x = 2x + y, ∂f/∂y = x for ∇f = (2x + y, x) of an f(x, y) that a line gives.

    >>> from matdiff.review.judging import Judge
    >>> [s.sides for s in Judge("f(x, y) = x² + xy\\n∇f = (2x + y, x)", None).lines[1].statements]
    [('((∂f)/(∂x))', '2x + y'), ('((∂f)/(∂y))', 'x')]
    """
    firsts = [s.sides[:2] for line in lines for s in line.statements if s.sides[1:] and not s.goes_on]
    told = [(m["f"], re.findall(LETTER, m["by"]), of) for first, of in firsts if (m := re.fullmatch(CALLED, first))]
    for f, by, of in told:
        entries = (tuple(e for s in line.statements for e in _entries(s, f, by)) for line in lines)
        put = [line._replace(statements=one) for line, one in zip(lines, entries, strict=True)]
        if put != lines and re.search(OF_ARRAYS, of) is None:
            scope.declared.table |= {named(x): Declaration(named(x), SCALAR) for x in by if named(x) not in scope.given}
        lines = put
    return lines


def _entries(statement: Statement, f: str, by: list[str]) -> list[Statement]:
    """The entries of a gradient, or of a Hessian, by all arguments, each as a statement; what names H stays too."""
    first, *others = statement.sides
    asked = re.fullmatch(OF_ALL.format(re.escape(f), r"\s*,\s*".join(map(re.escape, by))), first.strip())
    if asked is None or statement.goes_on:
        return [statement]
    pairs = [f"((∂²{f})/(∂{x}{'²' if x == y else f'∂{y}'}))" for x in by for y in by]
    entries = [f"((∂{f})/(∂{x}))" for x in by] if asked["twice"] is asked["hess"] is None else pairs
    tables = [_table(side) if side != "0" else ["0"] * len(entries) for side in others]
    if not tables or any(len(table) != len(entries) for table in tables):
        return [statement]
    return [*[statement] * (first == "H"), *map(Statement, zip(entries, *tables, strict=True))]


def _table(side: str) -> list[str]:
    """The entries of a column, a row, or a table in brackets, row by row; none where a side is no such thing."""
    side = re.sub("⟨(.*)⟩", r"(\1)", side.strip())
    m = re.fullmatch(TABLE, side)
    inside = m["inside"] if m and closing(side, 1) == m.end("inside") else ""
    inside = inside if "," in inside else re.sub(r"(?<=\d)\s+(?=[-−]?\d)", ", ", inside)  # [2 1; 1 2]
    return [entry.strip() for row in split(inside, ";") for entry in split(row, ",")] if inside else []


def with_rows(lines: list[Line]) -> list[Line]:
    """The lines, with the rows of such equations as statements.

    >>> from matdiff.review.lines import lines_of
    >>> [s.sides for s in with_rows(lines_of("[H, A'; A, 0] [p; q] = -[g; c - b]"))[0].statements]
    [("H p + A' q", '-g'), ('A p', '-(c - b)')]
    """
    every = [*chain.from_iterable(line.statements for line in lines)]
    whole = {s for s, behind in pairwise(every) if behind.goes_on}
    return [
        line._replace(statements=tuple(r for s in line.statements for r in ([s] if s in whole else _rows(s))))
        for line in lines
    ]


def _rows(statement: Statement) -> list[Statement]:
    """The equations of the rows; the statement where a side is no stack, or the first has all letters, an identity."""
    first, *others = stacks = [[] if statement.goes_on else _stack(side) for side in statement.sides]
    many, *fewer = map(letters_in, statement.sides)
    is_identity = any(few and few <= many for few in fewer)
    if not first or not others or is_identity or {len(first)} != {*map(len, others)}:
        return [statement]
    return [Statement(sides) for sides in zip(*stacks, strict=True)]


def _stack(side: str) -> list[str]:
    """The rows of a product of blocks that is one column; none where a side is no such product."""
    rest = side.strip()
    sign = rest[:1] if rest.startswith(("-", "−")) else ""
    rest, rows = rest.removeprefix(sign).lstrip(), list[list[str]]()
    while rest.startswith("["):
        end = closing(rest, 1)
        blocks = [split(row, ",") for row in split(rest[1:end], ";")]
        rows = [[_sum(row, column) for column in zip(*blocks, strict=False)] for row in rows] if rows else blocks
        rest = rest[end + 1 :].lstrip(" *·")
    is_column = not rest and {*map(len, rows)} == {1}
    return [f"{sign}{_factor(row) if sign else row.strip()}" for (row,) in rows] if is_column else []


def _sum(row: list[str], column: tuple[str, ...]) -> str:
    """A row of blocks times a column of them."""
    pairs = [(_factor(a), _factor(b)) for a, b in zip(row, column, strict=False)]
    return " + ".join(f"{a} {b}" for a, b in pairs if "0" not in (a, b)) or "0"


def _factor(block: str) -> str:
    """A block as a factor, in brackets unless it is a letter, or one transposed."""
    inner = block.strip().removeprefix("(").removesuffix(")").strip()
    return inner if re.fullmatch(rf"0|[∂d]?{LETTER}(?:'|ᵀ|\^T)?", inner) else f"({block.strip()})"
