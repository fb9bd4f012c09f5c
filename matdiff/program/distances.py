"""Differences of all pairs, xᵢ − yⱼ, which are not formed where their lengths or their weighted sums are needed.

Σₗ (xᵢₗ − yⱼₗ)²         a function of the library
Σⱼ wᵢⱼ(xᵢₗ − yⱼₗ)       (Σⱼ wᵢⱼ)xᵢₗ − Σⱼ wᵢⱼyⱼₗ, two products
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from matdiff.program.arrays import Array, Arrays
from matdiff.program.tensors import Factor, Label


def terms_of(factor: Factor) -> list[Factor]:
    """The terms of a sum, with the labels of their axes."""
    a, labels = factor
    return [(x, tuple([labels[p] for p in places])) for x, places in zip(a.args, a.data[1], strict=True)]


def square_distances(arrays: Arrays, a: Factor, b: Factor, summed: Sequence[Label]) -> Factor | None:
    """Σₗ (xᵢₗ − yⱼₗ)², where both factors are xᵢₗ − yⱼₗ; None of anything else."""
    if a != b or a[0].op != "sum" or a[0].data[0] not in ((1, -1), (-1, 1)) or len(summed) != 1:
        return None
    ends = sorted(terms_of(a), key=lambda term: term[0].place)
    if any(len(labels) != 2 or summed[0] not in labels for _, labels in ends):
        return None
    rows = [next(label for label in labels if label is not summed[0]) for _, labels in ends]
    if rows[0] is rows[1]:
        return None
    points = [arrays.contract([x], ["ab"], "ab" if own[1] is summed[0] else "ba") for x, own in ends]
    shape = tuple([p.axes[0] for p in points])
    return arrays.make("apply", points, ("square_distances(a, b)",), shape), tuple(rows)


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
