"""Differences of all pairs, xᵢ − yⱼ, which are not formed where their lengths or their weighted sums are needed.

Σₗ (xᵢₗ − yⱼₗ)²          a function of the library
Σⱼ wᵢⱼ(xᵢₗ − yⱼₗ)        (Σⱼ wᵢⱼ)xᵢₗ − Σⱼ wᵢⱼyⱼₗ, two products
Σⱼₗ wᵢⱼ(xᵢₗ − yⱼₗ)²      (Σⱼ wᵢⱼ)‖xᵢ‖² − 2xᵢᵀ(Σⱼ wᵢⱼyⱼ) + Σⱼ wᵢⱼ‖yⱼ‖²

The points x and x are moved by their mean before, so that those far from 0 keep their digits; where the last sum is far
less than its terms it is computed from the distances.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from matdiff.program.arrays import Array, Arrays
from matdiff.program.tensors import Factor, Label
from matdiff.records import NamedTuple


def terms_of(factor: Factor) -> list[Factor]:
    """The terms of a sum, with the labels of their axes."""
    a, labels = factor
    return [(x, tuple([labels[p] for p in places])) for x, places in zip(a.args, a.data[1], strict=True)]


def square_distances(arrays: Arrays, a: Factor, b: Factor, summed: Sequence[Label]) -> Factor | None:
    """Σₗ (xᵢₗ − yⱼₗ)², where both factors are xᵢₗ − yⱼₗ; None of anything else."""
    ends = ends_of(arrays, a) if a == b and len(summed) == 1 else None
    if ends is None or any(labels[1] is not summed[0] for _, labels in ends):
        return None
    points = [x for x, _ in ends]
    shape = tuple([p.axes[0] for p in points])
    return arrays.make("apply", points, ("square_distances(a, b)",), shape), tuple([labels[0] for _, labels in ends])


def ends_of(arrays: Arrays, factor: Factor) -> list[Factor] | None:
    """The points x and y of differences xᵢₗ − yⱼₗ, in the order in which they were made, as rows; None of others."""
    a, labels = factor
    if a.op != "sum" or a.data[0] not in ((1, -1), (-1, 1)) or len(labels) != 3:
        return None
    ends = sorted(terms_of(factor), key=lambda term: term[0].place)
    common = [x for x in ends[0][1] if x in ends[1][1]]
    if any(len(own) != 2 for _, own in ends) or len(common) != 1:
        return None
    found: list[Factor] = []
    for x, own in ends:
        (row,) = [label for label in own if label is not common[0]]
        found.append((arrays.contract([x], ["ab"], "ab" if own[1] is common[0] else "ba"), (row, common[0])))
    return found


def moved(arrays: Arrays, points: Sequence[Array]) -> list[Array]:
    """Points as rows, from which their mean is taken, where x and y are the same points: so many are no work."""
    (x, y) = points
    if x is not y:
        return [x, y]
    total, number = arrays.contract([x], ["ab"], "b"), arrays.size(x.axes[0])
    mean = arrays.map("a / b", [total, number], [(0,), ()], x.axes[1:])
    data = (Fraction(1), Fraction(-1)), ((0, 1), (1,))
    return [arrays.make("sum", [p, mean], data, p.axes) for p in points]


def differences(arrays: Arrays, distances: Array) -> Array:
    """xᵢₗ − yⱼₗ for the squares of distances."""
    x, y = distances.args
    data = (Fraction(1), Fraction(-1)), ((0, 2), (1, 2))
    return arrays.make("sum", [x, y], data, (*distances.axes, x.axes[1]))


def are_distances(a: Array) -> bool:
    """Whether an array is that of the squares of distances."""
    return a.op == "apply" and a.data == ("square_distances(a, b)",)


class WeightedSquares(NamedTuple):
    """Σₗ wᵢⱼ(xᵢₗ − yⱼₗ)²: the weights, x and y, and the squares of the distances."""

    weights: list[Factor]
    ends: list[Factor]
    distances: Factor


def repeated_square(arrays: Arrays, factors: Sequence[Factor], keep: Collection[Label]) -> WeightedSquares | None:
    """What a product is, if weighted squares of distances are in it."""
    for k, f in enumerate(factors):
        j = next((j for j in range(k) if factors[j] == f), None)
        ends = None if j is None else ends_of(arrays, f)
        if ends is None:
            continue
        weights = [g for i, g in enumerate(factors) if i not in (j, k)]
        common = ends[0][1][1]
        if common not in keep and all(common not in own for _, own in weights):
            distances = square_distances(arrays, f, f, [common])
            assert distances is not None
            return WeightedSquares(weights, ends, distances)
    return None


def repeated_sum(factors: Sequence[Factor], keep: Collection[Label]) -> int | None:
    """The place of a sum, with three axes or more, of products and of arrays with fewer, that is summed over an axis;
    what a term lacks is an axis of others."""
    for k, (a, labels) in enumerate(factors):
        is_square = any(other[0] is a for other in [*factors[:k], *factors[k + 1 :]])  # of differences, which cancel
        is_wide = a.op == "sum" and len(labels) > 2 and not {*labels} <= {*keep}
        if not is_wide or is_square or any(len(x.axes) == len(labels) and not is_product(x) for x in a.args):
            continue
        others = {label for j, (_, own) in enumerate(factors) if j != k for label in own}
        lacking = {label for _, own in terms_of((a, labels)) for label in labels if label not in own}
        if all(label in others for label in lacking if label not in keep):
            return k
    return None


def is_product(a: Array) -> bool:
    """Whether an array is a product of two, each entry without a sum."""
    return a.op == "contract" and len(a.args) == 2 and {*a.data[0], *a.data[1]} == {*a.data[2]}


def opened(factor: Factor) -> list[Factor]:
    """The factors of a product without sums; anything else alone."""
    a, labels = factor
    if not is_product(a):
        return [factor]
    label = dict(zip(a.data[2], labels, strict=True))
    return [(x, tuple([label[c] for c in word])) for x, word in zip(a.args, a.data, strict=False)]
