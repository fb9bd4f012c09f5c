"""np.einsum, operand by operand: what two operands share is multiplied, or summed over when nothing needs it later."""

from __future__ import annotations

import string
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.algebra.operators.structure import DiagonalVector
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, Traced, function, lift, refuse
from matdiff.recording.linear import vdot
from matdiff.recording.members import made, member, over_places, stacked
from matdiff.recording.operations import matmul, multiply
from matdiff.recording.reductions import total
from matdiff.recording.shapes import differ
from matdiff.records import NamedTuple


class Lettered(NamedTuple):
    """An array with a letter for each of its axes."""

    array: Traced
    letters: str

    def turned(self, letters: str) -> Traced:
        """The array with its axes in this order."""
        return self.array if self.letters == letters else self.array.T

    def beside(self, letters: str) -> Traced:
        """The array with axes of length 1 for the letters that it lacks."""
        own = "".join(letter for letter in letters if letter in self.letters)
        array = self.turned(own)
        sizes = dict(zip(own, array.lengths, strict=True))
        return Traced(array.expr, tuple(sizes.get(letter, ONE) for letter in letters))


@function("einsum")
def einsum(subscripts: Any, *operands: Any, optimize: Any = None) -> Traced:
    """The sum of products that the letters say, as a chain of products of two."""
    if not isinstance(subscripts, str) or "." in subscripts:
        refuse("np.einsum without letters for all axes")
    pieces, output = parsed(subscripts, len(operands))
    arrays = [first(lift(a), letters, subscripts) for a, letters in zip(operands, pieces, strict=True)]
    check(arrays, output, subscripts)
    if len(output) > 2 or any(len(a.letters) > 2 for a in arrays):
        return by_members(arrays, output)
    while len(arrays) > 1:
        arrays = joined(arrays, output)
        if any(len(a.letters) > 2 for a in arrays):
            return by_members(arrays, output)
    last = reduced(arrays[0], output)
    return Traced(last.turned(output).expr, last.turned(output).lengths)


def parsed(subscripts: str, count: int) -> tuple[list[str], str]:
    """The letters of the operands and of the result; without an arrow those that occur once, in order."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    pieces = left.split(",")
    if len(pieces) != count:
        raise ShapeError(f"np.einsum({subscripts!r}) is about {len(pieces)} arrays, and {count} are given")
    if not arrow:
        output = "".join(sorted(letter for letter in set(left) - {","} if left.count(letter) == 1))
    return pieces, output


def first(a: Traced, letters: str, subscripts: str) -> Lettered:
    """An operand; a letter that it has twice stands for its diagonal."""
    if len(letters) != a.ndim:
        raise ShapeError(f"np.einsum({subscripts!r}): an array has {a.ndim} axes and the letters {letters or 'none'}")
    if len(letters) == 2 and letters[0] == letters[1]:
        if a.lengths[0] is not a.lengths[1]:
            raise differ(a.lengths[0], a.lengths[1], f"np.einsum({subscripts!r}): {letters} is of a square matrix")
        return Lettered(Traced(a.expr if a.expr.is_scalar else DiagonalVector(a.expr), a.lengths[:1]), letters[0])
    return Lettered(a, letters)


def check(arrays: Sequence[Lettered], output: str, subscripts: str) -> None:
    """Every letter has one length, and those of the result occur."""
    lengths = {letter: k for a in arrays for letter, k in zip(a.letters, a.array.lengths, strict=True)}
    for a in arrays:
        for letter, k in zip(a.letters, a.array.lengths, strict=True):
            if lengths[letter] is not k:
                message = f"np.einsum({subscripts!r}): {letter} is {lengths[letter]} and {k}"
                raise differ(lengths[letter], k, message)
    if set(output) - lengths.keys() or len(set(output)) < len(output):
        raise ShapeError(f"np.einsum({subscripts!r}) has a result that the operands do not give")


def beyond(a: Lettered, b: Lettered) -> Lettered:
    """The product of two operands over all their letters."""
    union = "".join(dict.fromkeys(a.letters + b.letters))
    return Lettered(multiply(spread_over(a, union), spread_over(b, union)), union)


def spread_over(a: Lettered, letters: str) -> Traced:
    """An operand with axes of length 1 for the letters that it lacks."""
    order = [a.letters.index(letter) for letter in letters if letter in a.letters]
    turned = FUNCTIONS["transpose"](a.array, order)
    found: Traced = turned[tuple(slice(None) if letter in a.letters else None for letter in letters)]
    return found


def by_members(arrays: Sequence[Lettered], output: str) -> Traced:
    """The sum of products where an array has more than two axes: for each place of one letter, or summed over it."""
    sizes = {letter: k for a in arrays for letter, k in zip(a.letters, a.array.lengths, strict=True)}
    if len(output) > 2:
        lengths = tuple(sizes[letter] for letter in output)
        return made(lengths, lambda axis, k: at_place(arrays, output, output[axis], k))
    tall = [letter for a in arrays if len(a.letters) > 2 for letter in a.letters]
    letter = min(tall, key=lambda x: (sizes[x].number is None, x in output, sizes[x].number or 0))
    if letter not in output:
        return over_places(sizes[letter], lambda k: at_place(arrays, output, letter, k))
    found = stacked(sizes[letter], lambda k: at_place(arrays, output, letter, k))
    return found if output[0] == letter else found.T


def at_place(arrays: Sequence[Lettered], output: str, letter: str, place: Any) -> Traced:
    """The sum of products at one place of a letter."""
    parts = [Lettered(member(a.array, a.letters.index(letter), place), a.letters.replace(letter, "")) if letter in a.letters else a for a in arrays]  # fmt: skip  # noqa: E501
    return einsum(",".join(p.letters for p in parts) + "->" + output.replace(letter, ""), *[p.array for p in parts])


@function("linalg.tensordot")
def tensordot_letters(a: Any, b: Any, axes: Any) -> Traced:
    """np.tensordot by its pairs of axes."""
    x, y = lift(a), lift(b)
    left, right = axes if not isinstance(axes, int) else (range(x.ndim - axes, x.ndim), range(axes))
    left, right = ([k] if isinstance(k, int) else list(k) for k in (left, right))
    if not all(-n.ndim <= k < n.ndim for n, some in ((x, left), (y, right)) for k in some):
        raise ShapeError(f"tensordot is over axes that arrays with {x.ndim} and {y.ndim} axes have not")
    names = string.ascii_letters
    of_x = list(names[: x.ndim])
    of_y = list(names[x.ndim : x.ndim + y.ndim])
    for p, q in zip(left, right, strict=True):
        of_y[q % y.ndim] = of_x[p % x.ndim]
    output = [n for n in of_x if n not in of_y] + [n for n in of_y if n not in of_x]
    return einsum(f"{''.join(of_x)},{''.join(of_y)}->{''.join(output)}", x, y)


def matmul_of_members(a: Traced, b: Traced) -> Traced:
    """A @ B for stacks of matrices, whose leading axes are broadcast."""
    if a.ndim < 2 or b.ndim < 2:
        refuse("the product of a vector with an array of three axes")
    shared = max(a.ndim, b.ndim) - 2
    batch = string.ascii_lowercase[:shared]
    of_a, of_b = batch[shared - a.ndim + 2 :] + "XY", batch[shared - b.ndim + 2 :] + "YZ"
    return einsum(f"{of_a},{of_b}->{batch}XZ", a, b)


FUNCTIONS["matmul of members"] = matmul_of_members


def reduced(a: Lettered, needed: str) -> Lettered:
    """The sum over the letters that nothing needs."""
    axes = tuple(k for k, letter in enumerate(a.letters) if letter not in needed)
    return Lettered(total(a.array, axes), "".join(letter for letter in a.letters if letter in needed)) if axes else a


def joined(arrays: Sequence[Lettered], output: str) -> list[Lettered]:
    """The operands with the first two that make an array of at most two axes made one."""
    for i, j in combinations(range(len(arrays)), 2):
        others = [a for k, a in enumerate(arrays) if k not in (i, j)]
        needed = output + "".join(a.letters for a in others)
        product = pair(arrays[i], arrays[j], needed)
        if product is not None:
            return [*others[:i], product, *others[i:]]
    return [*arrays[:-2], beyond(arrays[-2], arrays[-1])]


def pair(a: Lettered, b: Lettered, needed: str) -> Lettered | None:
    """The product of two operands, summed over what nothing else needs; None where it has three axes."""
    a, b = (reduced(own, needed + other.letters) for own, other in ((a, b), (b, a)))
    shared = [letter for letter in a.letters if letter in b.letters]
    summed = [letter for letter in shared if letter not in needed]
    kept = "".join(letter for letter in dict.fromkeys(a.letters + b.letters) if letter not in summed)
    if len(summed) == len(shared) == 1:
        (k,) = summed
        left, right = a.letters.replace(k, ""), b.letters.replace(k, "")
        return Lettered(matmul(a.turned(left + k), b.turned(k + right)), left + right)
    if len(summed) == 2:
        return Lettered(vdot(a.array, b.turned(a.letters)), "")
    union = "".join(dict.fromkeys(a.letters + b.letters))
    if len(union) > 2:
        return None
    whole = Lettered(multiply(a.beside(union), b.beside(union)), union)
    return reduced(whole, kept)
