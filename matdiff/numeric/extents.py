"""Which sizes the instances of a check may have: their names, and the least number that each may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Number, Symbol
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.sums import Entry, Member
from matdiff.numeric.evaluate import sizes_of
from matdiff.numeric.program import Program


def size_names(program: Program, symbols: Iterable[Symbol]) -> tuple[dict[str, int], set[int]]:
    """The names of sizes with the least number that each may be, and the numbers among the sizes."""
    least: dict[str, int] = {}
    numerals: set[int] = set()
    extents: dict[Size, int] = {ONE: 1}
    for s in symbols:
        extents.update(dict.fromkeys((*s.ranges, *s.shape), 2))
    for node in program.nodes:
        if own := sizes_of(node):
            extents.update(dict.fromkeys(own, 2))
    for node in program.nodes:
        for extent, last in last_places(node):
            extents[extent] = max(extents.get(extent, 2), last)
    for extent, smallest in extents.items():
        if extent.number is not None:
            numerals.add(extent.number)
        for name in sorted(extent.names()):
            least[name] = max(least.get(name, 2), smallest)
    return least, numerals


def make_room(extent: Size, sizes: dict[str, int]) -> None:
    """Enlarges a size so that a difference such as m − p + 1, the rows of a convolution, is at least 2."""
    lacking = 2 - extent.value(sizes)
    larger = next(((m[0], c) for m, c in extent.terms if len(m) == 1 and c > 0), None)
    if lacking > 0 and larger is not None:
        name, c = larger
        sizes[name] += -int(-lacking // c)


def last_places(node: Expr) -> Iterator[tuple[Size, int]]:
    """The sizes that places with a number have to lie within, and these numbers."""
    a = node.operands[0] if node.operands else node
    if isinstance(node, Slice):
        yield from [(extent, last.number) for extent, last in zip(a.shape, node.data[1::2], strict=True) if last.number]
    elif isinstance(node, (Member, Entry, Row, Column)):
        across = a.ranges if isinstance(node, Member) and isinstance(a, Symbol) else a.shape
        across = across[1:] if isinstance(node, Column) else across
        for extent, index in zip(across, node.operands[1:], strict=False):
            if isinstance(index, Number):
                yield extent, int(index.value)
