"""Products with inverses as solutions of linear equations, by one factorisation for each matrix."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from matdiff.algebra.dims import product_of
from matdiff.program.arrays import Array, Arrays
from matdiff.program.tensors import Factor, Label

if TYPE_CHECKING:
    from matdiff.program.contraction import Contraction

UNFACTORED = ("lower", "upper", "batch")  # triangular matrices are factors; of many matrices the library keeps none


def as_inverse(factor: Factor, other: Factor, summed: Collection[Label]) -> int | None:
    """The axis of an inverse that a product with another array is summed over: A⁻¹B = solve(A, B); None of no such.

    Tr(A⁻¹B) for a matrix B takes fewer operations by the inverse itself, Tr(A⁻¹B⁻¹) by both.
    """
    a, labels = factor
    if a.op != "inverse":
        return None
    last = len(labels) - 1
    if {*labels[-2:]} == {*other[1]} <= {*summed}:
        return None
    return next((k for k in (last, last - 1) if labels[k] in summed), None)


def solution(contraction: Contraction, inverse: Factor, other: Factor, axis: int) -> Factor:
    """A⁻¹B, or A⁻ᵀB by the first axis of the inverse: its labels are the other axis of the inverse, then those of B."""
    (a, labels), (b, below) = inverse, other
    (kind, symmetric), batch = a.data, labels[:-2]
    first = axis == len(labels) - 2
    rest = tuple([label for label in below if label is not labels[axis] and label not in batch])
    front = tuple([label for label in batch if label in below])
    b = contraction.one(b, below, (*front, labels[axis], *rest))
    extents = b.axes[len(front) + 1 :]
    if len(rest) > 1 or (batch and not rest):  # one matrix of all right sides
        b = contraction.arrays.reshape(b, (*b.axes[: len(front) + 1], product_of(extents)))
    shape = (*a.axes[:-1], *b.axes[len(front) + 1 :])
    data = (kind, first and not symmetric, tuple(map(batch.index, front)))
    found = contraction.arrays.make("solve", (a.args[0], b), data, shape)
    found = contraction.arrays.reshape(found, (*a.axes[:-1], *extents))
    return found, (*batch, labels[-1] if first else labels[-2], *rest)


def is_solved(arrays: Arrays, inverse: Factor, other: Factor, summed: Collection[Label]) -> bool:
    """Whether A⁻¹b, or A⁻ᵀb, is computed already for a vector b."""
    axis = as_inverse(inverse, other, summed)
    (a, labels), (b, below) = inverse, other
    if axis is None or len(labels) != 2 or len(below) != 1:
        return False
    kind, symmetric = a.data
    return arrays.known("solve", (a.args[0], b), (kind, axis == 0 and not symmetric, ()), a.axes[:-1]) is not None


def factorised(arrays: Arrays, matrix: Array, kind: str) -> Array:
    """The factorisation that everything about a matrix is computed from."""
    return matrix if kind in UNFACTORED else arrays.make("factor", (matrix,), (kind,), matrix.axes)
