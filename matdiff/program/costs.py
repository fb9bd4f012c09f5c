"""What operations cost: sizes as numbers to compare by, for a program whose sizes are not known yet.

Each size name has a few typical lengths, which are the same in every run, or the one that the caller gives.  A cost is
a row of numbers, one for each choice; the lesser of two costs is that with the lesser geometric mean.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import mul

from matdiff.algebra.dims import ONE, Size, size
from matdiff.program.arrays import Array, in_order, inside
from matdiff.records import NamedTuple

SAMPLES = 7
LEAST, LARGEST = 8, 4000
FEW, SMALL = frozenset("kqr"), 40  # ranks and numbers of classes by custom

Cost = tuple[float, ...]
FREE: Cost = (0.0,) * SAMPLES


class Costs:
    """Costs under the sizes that are given; the others are what they often are."""

    def __init__(self, sizes: Mapping[str, int] | None = None) -> None:
        self.sizes = dict(sizes or {})
        self._lengths: dict[Size, Cost] = {}
        self._names: dict[str, Cost] = {}

    def length(self, extent: Size) -> Cost:
        """The length of an axis in each choice."""
        if extent not in self._lengths:
            rows: list[float] = []
            for k in range(SAMPLES):
                total = sum(float(c) * math.prod(self._of(name)[k] for name in names) for names, c in extent.terms)
                rows.append(max(1.0, total))
            self._lengths[extent] = tuple(rows)
        return self._lengths[extent]

    def _of(self, name: str) -> Cost:
        if name not in self._names:
            draw = random.Random(zlib.crc32(name.encode()))
            spread = math.log((SMALL if name in FEW else LARGEST) / LEAST)
            typical = tuple([LEAST * math.exp(spread * draw.random()) for _ in range(SAMPLES)])
            self._names[name] = (float(self.sizes[name]),) * SAMPLES if name in self.sizes else typical
        return self._names[name]

    def volume(self, extents: Iterable[Size]) -> Cost:
        """The product of some lengths: the entries of an array, the multiplications of a product."""
        lengths = [self.length(extent) for extent in extents]
        return tuple([math.prod(column) for column in zip(*lengths, strict=True)]) if lengths else (1.0,) * SAMPLES

    def of(self, roots: Sequence[Array]) -> float:
        """What the operations of the program for some arrays are compared by."""
        return round(weight(self.length(work_of(in_order(roots)).flops)), 6)


def total(*costs: Cost) -> Cost:
    """The sum of costs."""
    return tuple([sum(column) for column in zip(*costs, strict=True)])


def weight(cost: Cost) -> float:
    """What costs are compared by: the logarithm of the geometric mean."""
    return sum(math.log(c + 1e-9) for c in cost)


class Work(NamedTuple):
    """What a program does: operations on numbers, numbers that it keeps, and the factorisations that it needs."""

    flops: Size
    memory: Size
    factorisations: tuple[str, ...]


def work_of(program: Iterable[Array]) -> Work:
    """The work of a program, as polynomials in its sizes."""
    flops, memory = Size(()), Size(())
    factorisations: list[str] = []
    for a in program:
        entries = reduce(mul, a.axes, ONE)
        if a.op in ("input", "number", "size", "state", "counter"):
            continue
        if a.op == "loop":
            step = work_of(inside(a))
            flops, factorisations = flops + step.flops * a.data[3], [*factorisations, *step.factorisations]
            memory = memory + step.memory
        memory = memory + entries
        flops = flops + operations(a, entries)
        if a.op == "factor":
            factorisations.append(f"{a.data[0]} of {a.axes[-1]} × {a.axes[-1]}")
    return Work(flops, memory, tuple(factorisations))


def operations(a: Array, entries: Size) -> Size:
    """How many operations one array takes; of a function of the library the order of magnitude."""
    if a.op == "contract":
        lengths = {c: n for x, word in zip(a.args, a.data, strict=False) for c, n in zip(word, x.axes, strict=True)}
        products = reduce(mul, lengths.values(), ONE)
        return products * size(2) if len(a.args) == 2 and len(lengths) > len(a.data[-1]) else products
    if a.op == "factor":
        n = a.axes[-1]
        return (n * n * n).over(3) * size(1 if a.data[0] == "cholesky" else 2)
    if a.op == "solve":
        return entries * a.args[0].axes[-1] * size(2)
    if a.op in ("inverse", "apply"):
        return entries * a.axes[-1] * size(2) if a.axes else entries
    if a.op == "sum":
        return entries * size(len(a.args))
    return Size(()) if a.op in ("embed", "reshape", "select", "part", "take", "flip", "loop") else entries
