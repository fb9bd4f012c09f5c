"""A program with the same results that makes fewer large arrays: what nothing else needs is computed differently.

2(AB) = (2A)B            where A is smaller than AB              −(A − B) = B − A
(x ⊗ y)ᵀ                 products without sums are computed with their axes in the order in which they are needed
diag(A − b1ᵀ) = diag(A) − b   entries that are not needed are not computed
A⁻¹B = (A⁻¹)B            where A⁻¹ is an answer, or Tr(A⁻¹C) takes it: a product takes half the time of a solution
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from matdiff.program.arrays import Array, Arrays, in_order
from matdiff.program.costs import SAMPLES, Costs, weight

SMALLER = 1.4 * SAMPLES  # by how much: a quarter as many entries
FACTORED = ("cholesky", "symmetric", "lu")  # kinds whose solution takes as many operations as a product


class Tuning:
    """Makes the arrays of a program anew."""

    def __init__(self, arrays: Arrays, costs: Costs, roots: Sequence[Array]) -> None:
        self.arrays = arrays
        self.costs = costs
        program = in_order(roots)
        self.uses = Counter(x for a in program for x in a.args) + Counter(roots)
        self.done: dict[Array, Array] = {}
        self.inverses = {a.args[0]: a for a in program if a.op == "inverse" and a.data[0] in FACTORED}
        if not any(a.op == "loop" for a in program):  # the steps of a loop speak of the arrays that there are
            for a in program:
                self.done[a] = self.tuned(a)

    def __call__(self, a: Array) -> Array:
        """What stands for an array."""
        return self.done.get(a, a)

    def tuned(self, a: Array) -> Array:
        """An array, whose operands are done."""
        if a.op == "sum" and len(a.args) == 1 and is_whole(a) and self.uses[a.args[0]] == 1:
            found = self.scaled(a.data[0][0], self.done[a.args[0]])
            if found is not None:
                return found
        if a.op == "solve" and len(a.args[1].axes) == 2 and a.args[0] in self.inverses:
            return self.multiplied(self.inverses[a.args[0]], self.done[a.args[1]], a.data[1])
        args = tuple([self.done[x] for x in a.args])
        if a.op == "contract" and len(args) == 1 and self.uses[a.args[0]] == 1:
            found = self.turned(args[0], *a.data) or self.on_diagonal(args[0], *a.data)
            if found is not None:
                return found
        return a if args == a.args else self.arrays.make(a.op, args, a.data, a.axes)

    def scaled(self, k: Fraction, a: Array) -> Array | None:
        """k times an array that nothing else needs, without another array of its size."""
        if a.op == "sum" and (k == -1 or len(a.args) == 1):
            return self.arrays.make("sum", a.args, (tuple([k * n for n in a.data[0]]), a.data[1]), a.axes)
        is_square = a.op == "contract" and len(a.args) == 2 and a.args[0] is a.args[1] and not is_outer(a)
        if a.op != "contract" or len(a.args) == 1 or is_square:  # the library computes AᵀA with half the work
            return None
        small = min(a.args, key=self.entries)
        if small.op == "inverse" or (small.axes and len(a.axes) < 2) or self.entries(small) > self.entries(a) - SMALLER:
            return None  # a vector is short beside a matrix
        places = tuple(range(len(small.axes)))
        times = self.arrays.make("sum", (small,), ((k,), (places,)), small.axes)
        inner = self.scaled(k, small) if small.op == "sum" and len(small.args) == 1 else None
        at = a.args.index(small)
        args = [*a.args[:at], inner or times, *a.args[at + 1 :]]
        return self.arrays.make("contract", args, a.data, a.axes)

    def multiplied(self, inverse: Array, b: Array, transposed: bool) -> Array:
        """A⁻¹B, or A⁻ᵀB, by an inverse that is formed in any case."""
        if inverse not in self.done:
            self.done[inverse] = self.tuned(inverse)
        return self.arrays.contract([self.done[inverse], b], ["ba" if transposed else "ab", "bc"], "ac")

    def entries(self, a: Array) -> float:
        """What numbers of entries are compared by."""
        return weight(self.costs.volume(a.axes))

    def turned(self, a: Array, word: str, out: str) -> Array | None:
        """A product without sums, with its axes in another order."""
        if a.op != "contract" or len(a.args) == 1 or len(word) < 3 or sorted(word) != sorted(out):
            return None
        left, right, order = a.data
        if not is_outer(a):
            return None
        names = dict(zip(word, order, strict=True))
        return self.arrays.contract(a.args, (left, right), "".join(names[c] for c in out))

    def on_diagonal(self, a: Array, word: str, out: str) -> Array | None:
        """The diagonal, or the trace, of a sum or a function of entries, by the diagonals of its operands."""
        if word != "aa" or a.op not in ("sum", "map"):
            return None
        args = [self.arrays.contract([x], ["aa"], "a") if len(x.axes) == 2 else x for x in a.args]
        places = tuple([(0,) if x.axes else () for x in args])
        found = self.arrays.make(a.op, args, (a.data[0], places), a.axes[:1])
        return self.arrays.contract([found], ["a"], out)


def is_outer(a: Array) -> bool:
    """Whether a product is summed over nothing."""
    left, right, out = a.data
    return set(left + right) == set(out)


def is_whole(a: Array) -> bool:
    """Whether all terms of a sum have all of its axes, in the same order."""
    return all(places == tuple(range(len(a.axes))) for places in a.data[1])
