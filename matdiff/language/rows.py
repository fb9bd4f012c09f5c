"""Rows and columns that have the small letter of a matrix: beside W, w_k is a row of it or a column, by the sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.slices import Column, Row
from matdiff.algebra.operators.sums import Entry
from matdiff.errors import AmbiguityError
from matdiff.language.customs import LETTERS_OF_COUNTS
from matdiff.language.entries import index_of, require_range
from matdiff.language.places import Indices
from matdiff.language.scopes import Name
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed

if TYPE_CHECKING:
    from matdiff.language.typing import Attempt

WAYS = ("rows", "columns", "entry")


def part_of_whole(attempt: Attempt, node: Node, name: Name, indices: Indices) -> Typed:
    """w_k as a row or a column of W, written as a vector; w_ij as an entry."""
    whole = attempt.bound.names[name.whole]
    shape, ranges = attempt.shape_of(whole)
    way = attempt.assumed[name.name]
    shown = attempt.written(node)
    if ranges or ONE in shape:
        raise attempt.misfit(node, f"{whole.name} is no matrix of which {shown} could be a part")
    extents = shape if way == "entry" else shape[:1] if way == "rows" else shape[1:]
    for index, extent in zip(indices, extents, strict=True):
        require_range(attempt, node, index, extent, f"the number of {way} of {whole.name}")
    other = f"another family is declared, {name.name}[{'i=1..M, j=1..N]: scalar' if way == 'entry' else 'i=1..N]: d'}"
    kind = "entries" if way == "entry" else way
    attempt.note(node, f"{shown} is one of the {kind} of {whole.name}; {other}")

    def make() -> Expr:
        matrix, places = attempt.symbol(whole, node), [index_of(attempt, node, i) for i in indices]
        if way == "entry":
            return Entry(matrix, *places)
        return Transpose.of(Row(matrix, *places)) if way == "rows" else Column(matrix, *places)

    length = {"rows": shape[1], "columns": shape[0], "entry": ONE}[way]
    result = attempt.typed(node, (length, ONE), (), make)
    result.guessed = whole.declared is None
    return result


def require_another(attempt: Attempt, node: Node, name: Name) -> None:
    """w_k beside a matrix W that are neither rows nor columns of it: numbers may have its letter, vectors may not.

    Nor is W a number so that they may.
    """
    whole = attempt.bound.names[name.whole]
    shape, _ = attempt.shape_of(whole)
    is_number = shape == SCALAR and (whole.declared is not None or whole.name in LETTERS_OF_COUNTS)
    if ONE in shape and (shape != SCALAR or is_number):
        return
    shown = attempt.written(node)
    if attempt.assumed[name.name] != "S":
        message = f"{shown} can be neither a row nor a column of {name.whole}"
        raise attempt.misfit(node, message, f"declare {name.name}[i=1..N]: d, or call it otherwise")
    attempt.note(node, f"{shown} is a name of its own, and no part of {name.whole}")


def require_no_numbers_beside(attempt: Attempt) -> None:
    """w_0 and w_1 that are numbers beside a vector w of which nothing is declared can be its entries.

    And r1 that is a vector beside a number r can be r times the vector of ones.
    """
    find, declared = attempt.sizes.find, attempt.bound.declared
    shapes = {name: (find(rows), find(cols)) for name, ((rows, cols), ranges) in attempt.shapes.items() if not ranges}
    vectors = {name for name, (rows, cols) in shapes.items() if cols is ONE and rows is not ONE}
    open_names = shapes.keys() - set(declared)
    for node in [n for n in attempt.bound.order if n.kind == "symbol" and n.value[0] in open_names]:
        name = node.value[0]
        base = name.rstrip("0123456789")
        low, first = name.removeprefix(base), f"{base}0"
        if not low or base not in open_names:
            continue
        if base in vectors and first in open_names - {name} and shapes[name] == SCALAR == shapes[first]:
            message = f"{base}_{low} can be an entry of {base}, or a number of its own"
            hint = f"write {base}[{int(low) + 1}] for the entry; declare {base}_{low}: scalar for the number"
            raise attempt.bound.error(node, message, hint, AmbiguityError)
        is_glued = low == "1" and attempt.bound.text[node.end - 2 : node.end - 1].isalpha()  # no r_1
        if is_glued and name in vectors and shapes[base] == SCALAR and f"{base}2" not in open_names:
            message = f"{name} can be {base} times the vector of ones, or a vector of its own"
            hint = f"write {base}*1 for the product; declare {name}: vector for the vector"
            raise attempt.bound.error(node, message, hint, AmbiguityError)
