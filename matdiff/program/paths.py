"""Ways to multiply several factors, two at a time, and the steps of such a way."""

from __future__ import annotations

from matdiff.program.costs import Cost
from matdiff.records import NamedTuple

Path = list[tuple[int, int]]  # which two are multiplied; each product is counted behind all that were there before


class Way(NamedTuple):
    """How some factors are multiplied, at what cost; a single factor is its number."""

    cost: Cost
    parts: tuple[Way, Way] | int


def steps_of(way: Way) -> Path:
    """The steps of a way, the innermost first."""
    path: Path = []
    leaves = leaves_of(way)
    numbers: dict[int, int] = {}
    stack: list[tuple[Way, bool]] = [(way, False)]
    while stack:
        node, ready = stack.pop()
        if isinstance(node.parts, int):
            numbers[id(node)] = node.parts
        elif ready:
            left, right = node.parts
            path.append((numbers[id(left)], numbers[id(right)]))
            numbers[id(node)] = leaves + len(path) - 1
        else:
            stack += [(node, True), (node.parts[1], False), (node.parts[0], False)]
    return path


def leaves_of(way: Way) -> int:
    """How many factors a way multiplies."""
    count, stack = 0, [way]
    while stack:
        node = stack.pop()
        if isinstance(node.parts, int):
            count += 1
        else:
            stack += node.parts
    return count
