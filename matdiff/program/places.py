"""Entries, members, rows, columns and ranges: arrays at the places that expressions name, which are counted from 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matdiff.algebra.dims import ONE, SCALAR, Size, product_of, size
from matdiff.algebra.expr import Expr, Index, Symbol
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.recurrence import place_parts
from matdiff.errors import UnsupportedError
from matdiff.program.arrays import Array
from matdiff.program.forming import AGREEMENT, Forming
from matdiff.program.ranges import range_of
from matdiff.program.tensors import Axis, Factor, Label, Labels, Place, Tensor, extent_of, replaced


class Places(Forming):
    """Tensors at places."""

    done: dict[Expr, Tensor]
    lower: Callable[[Sequence[Expr]], None]
    shown: frozenset[str]  # the sizes that the shapes of arrays, and the lengths of recurrences, speak of
    numbers: Mapping[Label, Label] = {}  # what indices are: in a step, its number is a place

    def is_input(self, s: Symbol) -> bool:
        """Whether a symbol is an argument: a scalar that has the name of a size is that size."""
        return not (s.shape == SCALAR and not s.ranges and s.name in self.shown)

    def symbol(self, s: Symbol) -> Array:
        """The array of a symbol; a family has the axes of its indices first."""
        if not self.is_input(s):
            return self.arrays.make("size", (), (size(s.name),))
        return self.arrays.make("input", (), (s,), (*s.ranges, *without_ones(s.shape)))

    def label(self, e: Expr, extent: Size) -> Label:
        """The label of a place, which is counted from 1: an index is its own."""
        if isinstance(e, Index):
            return self.numbers.get(e, e)
        if e.number is not None:
            return Place(self.arrays.number(e.number), extent)
        a, free = self.whole(self.done[e] if e in self.done else self.number(0))
        if free or e not in self.done:
            raise UnsupportedError(f"there is no code for the place {e} yet")
        return Place(a, extent)

    def located(self, a: Array, axis: int, place: Expr) -> tuple[Array, Label]:
        """An array cut along an axis to the places that an expression names, and the label that the axis has then."""
        try:
            index, shift = place_parts(place)
        except UnsupportedError:
            index = None
        if index is None or index in self.numbers:
            return a, self.label(place, a.axes[axis])
        return self.cut(a, axis, index, shift)

    def cut(self, a: Array, axis: int, index: Index | None, shift: Size) -> tuple[Array, Label]:
        """The same of an index, if there is one, and a number of places behind it."""
        extent = a.axes[axis]
        if index is None:
            return a, Place(self.arrays.size(shift), extent)
        first, last = shift, shift + index.last
        if not first.terms and last is extent:
            return a, index
        if is_natural(first) and is_natural(extent - last):
            return self.part(a, axis, first, last), index
        if a.op == "inverse":
            raise UnsupportedError("there is no code for members of an inverse in a product yet")
        axes = (*a.axes[:axis], index.last, *a.axes[axis + 1 :])  # what has no member there is excluded by a condition
        return self.arrays.make("take", (a,), (axis, first, last), axes), index

    def within_range(self, e: Piecewise) -> Tensor | None:
        """What is 0 outside of a range of an index; None where it is something else."""
        found = None if self.numbers else range_of(e)
        if found is None:
            return None
        self.lower([found.body])
        t = self.done[found.body]
        t = t if t.is_plain else self.formed(t)
        a, labels = self.whole(t)
        if found.inner not in labels:
            return None
        axis = labels.index(found.inner)
        lengths = (found.before, found.inner.last, found.of.last - found.inner.last - found.before)
        blocks = [a if k == 1 else self.zeros_like(a, axis, n) for k, n in enumerate(lengths) if n.terms]
        axes = (*a.axes[:axis], found.of.last, *a.axes[axis + 1 :])
        a = a if len(blocks) == 1 else self.arrays.make("concatenate", blocks, (axis,), axes)
        return Tensor(((a, labels),), t.rows, t.cols).renamed({found.inner: found.of})

    def zeros_like(self, a: Array, axis: int, length: Size) -> Array:
        """Zeros that fit an array, with another length along an axis."""
        return self.arrays.fill(0, (*a.axes[:axis], length, *a.axes[axis + 1 :]))

    def unit_vector(self, place: Expr, rows: Size) -> Tensor:
        """eᵢ, whose only entry is at a place."""
        if not place.free or (isinstance(place, Index) and extent_of(self.label(place, rows)) is rows):
            return Tensor((), (self.label(place, rows),))
        row = Axis(rows)
        number, free = self.whole(self.done[place].renamed(self.numbers))
        parts = [(number, free), (self.arrays.make("range", axes=(rows,)), (row,))]
        return Tensor((self.entrywise(AGREEMENT, parts, (*free, row)),), (row,))

    def member(self, family: Symbol, places: Sequence[Expr]) -> Tensor:
        """A member of a family."""
        a = self.symbol(family)
        labels: list[Label] = []
        for k, place in enumerate(places):
            a, label = self.located(a, k, place)
            labels.append(label)
        return self.of_array(a, tuple(labels), *family.shape)

    def taken(self, t: Tensor, side: str, place: Expr) -> Tensor:
        """A row or a column."""
        extents = [extent_of(x) for x in getattr(t, side)]
        if not extents:
            return t  # the only one
        if place.free and not isinstance(place, Index):

            def cut(a: Array, axis: int) -> Array:
                return self.located(a, axis, place)[0]

            t = self.along_axes(cut, t, side)
            (place,) = place.free
        return self.at(t, side, self.label(place, product_of(tuple(extents))))

    def at(self, t: Tensor, side: str, new: Label) -> Tensor:
        """A row or a column at a place."""
        t = t.fresh() if len(getattr(t, side)) == 1 else self.joined(t)
        (old,) = getattr(t, side)
        if isinstance(new, Index) and isinstance(old, Axis) and new.last is not old.extent:
            t = self.between(t, side, Size(()), new.last)
            (old,) = getattr(t, side)
        names, deltas = self.unified([(new, old)])
        return replaced(t.renamed(names).times(*deltas), side, ())

    def between(self, t: Tensor, side: str, start: Size, stop: Size) -> Tensor:
        """The rows, or the columns, from one to another; *start* is counted from 0 and *stop* is not among them."""
        if stop - start is ONE:  # there is no axis of the length 1
            return self.at(t, side, Place(self.arrays.size(stop), stop))

        def part(a: Array, axis: int) -> Array:
            return self.part(a, axis, start, stop)

        return self.along_axes(part, t, side)

    def along_axes(self, change: Callable[[Array, int], Array], t: Tensor, side: str) -> Tensor:
        """A tensor whose arrays are changed along the axis of the rows, or of the columns."""
        if len(getattr(t, side)) != 1:
            t = self.joined(t)
        if not t.is_plain or getattr(t, side)[0] not in t.occurring:
            t = self.formed(t)
        (old,) = getattr(t, side)
        new, factors = old, list[Factor]()
        for a, labels in t.factors:
            if old in labels:
                axis = labels.index(old)
                a = change(a, axis)
                new = new if new is not old else Axis(a.axes[axis])
                labels = tuple([new if x is old else x for x in labels])
            factors.append((a, labels))
        return replaced(t._replace(factors=tuple(factors)), side, (new,))

    def turned(self, a: Array, axis: int) -> Array:
        """An axis the other way round."""
        if a.op == "inverse":
            raise UnsupportedError("there is no code for an inverse the other way round in a product yet")
        if a.op == "flip" and a.data == (axis,):
            return a.args[0]
        return self.arrays.make("flip", (a,), (axis,), a.axes)

    def part(self, a: Array, axis: int, start: Size, stop: Size) -> Array:
        """The places of an axis from one to another."""
        if a.op == "inverse":
            raise UnsupportedError("there is no code for a part of an inverse in a product yet")
        axes = (*a.axes[:axis], stop - start, *a.axes[axis + 1 :])
        return self.arrays.make("part", (a,), (axis, start, stop), axes)

    def stacked(self, side: str, tensors: Sequence[Tensor], shape: tuple[Size, Size]) -> Tensor:
        """Blocks side by side (cols) or one below the other (rows)."""
        free: Labels = tuple(dict.fromkeys(i for t in tensors for i in t.free))
        if any(t.free != free for t in tensors):
            raise UnsupportedError("there is no code for stacked members of a family yet")
        has_rows = any(t.rows for t in tensors) or side == "rows"
        has_cols = any(t.cols for t in tensors) or side == "cols"
        blocks = [
            self.arrays.reshape(a, block_axes(a, t, free, has_rows, has_cols))
            for t in tensors
            for a in [self.matrix(t)]
        ]
        axis = len(free) + (side == "cols" and has_rows)
        axes = (*map(extent_of, free), *without_ones(shape))
        return self.of_array(self.arrays.make("concatenate", blocks, (axis,), axes), free, *shape)


def is_natural(s: Size) -> bool:
    """Whether a size is at least 0, whatever its names are: each is at least 1."""
    return all(c > 0 for names, c in s.terms if names) and s.value(dict.fromkeys(s.names(), 1)) >= 0


def without_ones(shape: Sequence[Size]) -> tuple[Size, ...]:
    """The lengths of the axes that there are: a vector has one, a scalar none."""
    return tuple([extent for extent in shape if extent.number != 1])


def block_axes(a: Array, t: Tensor, free: Labels, has_rows: bool, has_cols: bool) -> tuple[Size, ...]:
    """The axes of a block in a stack, where some other block has rows or columns."""
    inner = [*a.axes[len(free) :]]
    one = Size((((), 1),))
    rows = inner.pop(0) if t.rows else one
    cols = inner.pop(0) if t.cols else one
    return (*a.axes[: len(free)], *[rows] * has_rows, *[cols] * has_cols)
