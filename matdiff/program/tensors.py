"""Tensors: products of arrays with named axes that are not multiplied out yet.

A label is the name of an axis.  A tensor is a number times arrays whose axes have labels, summed over every label that
is neither in its rows nor in its columns nor a free index:

    A B         A[i, j] B[j, k], rows (i), columns (k)         diag(d)     d[i], rows (i), columns (i)
    I           nothing, rows (i), columns (i)                 1bᵀ         b[j], rows (i), columns (j)
    A ⊗ B       A[i, j] B[k, l], rows (i, k), columns (j, l)   vec(A)      A[i, j], rows (j, i)
    xᵢ          x[i, a], rows (a), where i is the index itself eₖ          nothing, rows (k)

So a product with a diagonal, Kronecker, commutation, all-ones or unit matrix costs what its entries cost, and no such
matrix is ever formed but where it is the answer: an axis that occurs twice in rows and columns stands for a diagonal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Index
from matdiff.program.arrays import Array
from matdiff.records import NamedTuple


class Axis:
    """A label of an axis that is summed over, or is a row or column."""

    __slots__ = ("extent",)

    def __init__(self, extent: Size) -> None:
        self.extent = extent


class Place(NamedTuple):
    """A label that stands for a single place of an axis, counted from 1."""

    at: Array
    extent: Size


Label = Axis | Place | Index
Labels = tuple[Label, ...]
Factor = tuple[Array, Labels]


class Tensor(NamedTuple):
    """A number times arrays with labelled axes; which labels are rows and which are columns."""

    factors: tuple[Factor, ...]
    rows: Labels = ()
    cols: Labels = ()
    number: Fraction = Fraction(1)

    @property
    def occurring(self) -> set[Label]:
        """The labels of the arrays."""
        return {label for _, labels in self.factors for label in labels}

    @property
    def free(self) -> Labels:
        """The indices that are free, by name."""
        found = {label for label in (*self.occurring, *self.rows, *self.cols) if isinstance(label, Index)}
        return tuple(sorted(found, key=lambda i: (i.name, str(i.last))))

    @property
    def out(self) -> Labels:
        """The labels that are not summed over, in the order of the axes of the value."""
        return (*self.free, *self.rows, *self.cols)

    @property
    def inner(self) -> Labels:
        """The labels of rows and columns."""
        return (*self.rows, *self.cols)

    @property
    def ties(self) -> list[int]:
        """Which rows and columns are the same axis: for each the place where it occurs first."""
        return [self.inner.index(label) for label in self.inner]

    @property
    def has_places(self) -> bool:
        """Whether a row or column is a single place or an index: the other entries are zero."""
        return any(not isinstance(label, Axis) for label in self.inner)

    @property
    def is_plain(self) -> bool:
        """Whether every row and column is an axis of its own: there are no zeros beside a diagonal."""
        return not self.has_places and len(set(self.inner)) == len(self.inner)

    @property
    def is_zero(self) -> bool:
        """Whether the number is 0."""
        return self.number == 0

    def renamed(self, names: Mapping[Label, Label]) -> Tensor:
        """With other labels."""
        if not names:
            return self

        def new(labels: Iterable[Label]) -> Labels:
            return tuple([names.get(label, label) for label in labels])

        return Tensor(tuple([(a, new(w)) for a, w in self.factors]), new(self.rows), new(self.cols), self.number)

    def fresh(self) -> Tensor:
        """With new labels for all but free indices: a tensor can be used twice in one product."""
        old = [label for label in (*self.occurring, *self.rows, *self.cols) if isinstance(label, Axis)]
        return self.renamed({label: Axis(label.extent) for label in old})

    def transposed(self) -> Tensor:
        """Aᵀ"""
        return Tensor(self.factors, self.cols, self.rows, self.number)

    def times(self, *factors: Factor, number: Fraction = Fraction(1)) -> Tensor:
        """With further factors."""
        return Tensor((*self.factors, *factors), self.rows, self.cols, self.number * number)


def extent_of(label: Label) -> Size:
    """The length of a labelled axis."""
    return label.last if isinstance(label, Index) else label.extent


def replaced(t: Tensor, side: str, labels: Labels) -> Tensor:
    """A tensor with other rows, or with other columns."""
    return t._replace(rows=labels) if side == "rows" else t._replace(cols=labels)
