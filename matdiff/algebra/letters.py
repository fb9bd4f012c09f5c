"""What an operation is shown with, in a line of text: letters with their shapes, and behind a semicolon sizes.

X: m×n, K: p×q; 2        S: n×n symmetric        A: m×n, i=1..m
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matdiff.algebra.dims import ONE, SCALAR, Pattern, Shape, Size, polynomial
from matdiff.records import NamedTuple

LETTERS = {"scalar": "abcst", "vector": "xyzuv", "matrix": "ABCEF"}
SHOWN = 2  # operands shown of an operator that takes any number


class Letter(NamedTuple):
    """A letter, its shape and its properties; of an index how far it runs."""

    name: str
    shape: Shape = SCALAR
    properties: tuple[str, ...] = ()
    last: Size | None = None


def declared(text: str) -> tuple[list[Letter], tuple[Size, ...]]:
    """The letters and the sizes that a line of text lists.

    >>> declared("X: 2*m×n, i=1..m; 2")[1]
    (2,)
    """
    letters, _, sizes = text.partition(";")
    return [_letter(part) for part in _parts(letters)], tuple(map(polynomial, _parts(sizes)))


def _parts(text: str) -> Iterator[str]:
    yield from (part.strip() for part in text.split(",") if part.strip())


def _letter(text: str) -> Letter:
    name, bound, last = text.partition("=1..")
    if bound:
        return Letter(name, last=polynomial(last))
    name, _, words = text.partition(": ")
    shape, *properties = words.split() or ["1×1"]
    rows, cols = map(polynomial, shape.split("×"))
    return Letter(name, (rows, cols), tuple(properties))


def by_signature(inputs: Sequence[Pattern], variadic: bool, domain: str) -> str:
    """The line for the shapes of a signature: ``A: m×n, x: n×1``."""
    left = {kind: iter(names) for kind, names in LETTERS.items()}
    found: list[str] = []
    for rows, cols in [*inputs] * (SHOWN if variadic else 1):
        shape = polynomial(rows), polynomial(cols)
        kind = "scalar" if shape == SCALAR else "vector" if shape[1] is ONE else "matrix"
        found.append(f"{next(left[kind])}: {rows}×{cols} {'' if found else domain}")
    return ", ".join(found)
