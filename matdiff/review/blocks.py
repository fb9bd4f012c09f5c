"""Equations between stacks, row by row: [H, Aᵀ; A, 0] [p; λ] = −[g; c] says that Hp + Aᵀλ = −g and Ap = −c."""

from __future__ import annotations

from itertools import chain, pairwise

from matdiff import regex as re
from matdiff.language.outside import closing, split
from matdiff.review.lines import Line, Statement
from matdiff.review.operators import LETTER, letters_in


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
