"""A program with the same results that makes fewer large arrays: what nothing else needs is computed differently.

2(AB) = (2A)B            where A is smaller than AB, and c(AB) = (cA)B     −(A − B) = B − A
xyᵀ + xzᵀ = x(y + z)ᵀ    and diag(a)xyᵀ = (a ⊙ x)yᵀ: vectors are short beside matrices
Σⱼ AᵢⱼBᵢⱼ                the sums of A ⊙ B where that is needed in any case
(x ⊗ y)ᵀ                 products without sums are computed with their axes in the order in which they are needed
diag(A − b1ᵀ) = diag(A) − b   entries that are not needed are not computed
A⁻¹B = (A⁻¹)B            where A⁻¹ is an answer, or Tr(A⁻¹C) takes it: a product takes half the time of a solution
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from matdiff.program.arrays import LETTERS, Array, Arrays, in_order
from matdiff.program.costs import SAMPLES, Costs, weight
from matdiff.records import NamedTuple

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
        self.products = {(a.args, a.data[2]): a for a in program if is_entrywise(a)}
        if not any(a.op == "loop" for a in program):  # the steps of a loop speak of the arrays that there are
            for a in program:
                self.done[a] = self.tuned(a)
                self.uses[self.done[a]] = max(self.uses[self.done[a]], self.uses[a])

    def __call__(self, a: Array) -> Array:
        """What stands for an array."""
        return self.done.get(a, a)

    def tuned(self, a: Array) -> Array:
        """An array, whose operands are done."""
        if a.op == "sum" and len(a.args) == 1 and is_whole(a) and self.uses[a.args[0]] == 1:
            found = self.scaled(a.data[0][0], self.done[a.args[0]])
            if found is not None:
                return found
        if a.op == "sum":
            return self.joined(a)
        if a.op == "solve" and len(a.args[1].axes) == 2 and a.args[0] in self.inverses:
            return self.multiplied(self.inverses[a.args[0]], self.done[a.args[1]], a.data[1])
        args = tuple([self.done[x] for x in a.args])
        if a.op == "contract" and len(args) == 1 and self.uses[a.args[0]] == 1:
            found = self.turned(args[0], *a.data) or self.on_diagonal(args[0], *a.data)
            if found is not None:
                return found
        if a.op == "contract" and len(args) == 2:
            left, right, out = a.data
            found = self.summed_product(a) or self.beside_outer(a.data, *args)
            found = found or self.beside_outer((right, left, out), *reversed(args))
            if found is not None:
                return found
        return a if args == a.args else self.arrays.make(a.op, args, a.data, a.axes)

    def scaled(self, k: Fraction | Array, a: Array) -> Array | None:
        """k times an array that nothing else needs, without another array of its size."""
        if a.op == "sum" and isinstance(k, Fraction) and (k == -1 or len(a.args) == 1):
            return self.arrays.make("sum", a.args, (tuple([k * n for n in a.data[0]]), a.data[1]), a.axes)
        if a.op in ("sum", "add_at") and len(a.axes) == 2:
            return self.scaled_terms(k, a)
        is_square = a.op == "contract" and len(a.args) == 2 and a.args[0] is a.args[1] and not is_outer(a)
        if a.op != "contract" or len(a.args) == 1 or is_square:  # the library computes AᵀA with half the work
            return None
        small = min(a.args, key=self.entries)
        if small.op == "inverse" or (small.axes and len(a.axes) < 2) or not self.is_short(small, a):
            return None  # a vector is short beside a matrix
        at = a.args.index(small)
        args = [*a.args[:at], self.times(k, small), *a.args[at + 1 :]]
        return self.arrays.contract(args, a.data[:2], a.data[2])

    def scaled_terms(self, k: Fraction | Array, a: Array) -> Array | None:
        """k times a sum whose terms take the factor without arrays of their size."""
        args = a.args if a.op == "sum" else a.args[:2]
        large = [x for x in args if len(x.axes) == 2]
        if not large or any(self.uses[x] > 1 for x in large):
            return None
        terms = [self.scaled(k, x) if len(x.axes) == 2 else self.times(k, x) for x in args]
        found = [x for x in terms if x is not None]
        if len(found) < len(args):
            return None
        return self.arrays.make(a.op, [*found, *a.args[len(args) :]], a.data, a.axes)

    def is_short(self, a: Array, beside: Array) -> bool:
        """Whether an array has far fewer entries than another."""
        return self.entries(a) <= self.entries(beside) - SMALLER

    def times(self, k: Fraction | Array, a: Array) -> Array:
        """k times an array."""
        word = LETTERS[: len(a.axes)]
        if isinstance(k, Array):
            return self.arrays.contract([k, a], ["", word], word)
        if a.number is not None:
            return self.arrays.number(k * a.number)
        inner = self.scaled(k, a) if a.op == "sum" and len(a.args) == 1 else None
        return inner or self.arrays.make("sum", (a,), ((k,), (tuple(range(len(a.axes))),)), a.axes)

    def beside_outer(self, data: tuple[str, ...], k: Array, a: Array) -> Array | None:
        """A number times what nothing else needs, or diag(k)xyᵀ, by a shorter factor."""
        word, whole, out = data
        if not word and len(whole) == 2:
            found = self.scaled(k, a) if self.uses[a] == 1 or is_rank_one(a) else None
            return found and self.arrays.contract([found], [whole], out)
        if len(word) != 1 or not is_rank_one(a) or word not in out or sorted(whole) != sorted(out):
            return None
        sides = dict(zip(whole, vectors(a), strict=True))
        sides[word] = self.arrays.contract([k, sides[word]], ["a", "a"], "a")
        return self.arrays.contract([sides[c] for c in whole], [*whole], out)

    def joined(self, a: Array) -> Array:
        """A sum with products xyᵀ that share a vector as one of them."""
        args = [self.done[x] for x in a.args]
        found: list[tuple[Fraction, Array, tuple[int, ...]]] = []
        outer: list[Outer] = []
        for k, x, places in zip(a.data[0], args, a.data[1], strict=True):
            if len(a.axes) == 2 and is_rank_one(x) and (self.uses[x] == 1 or len(args) > 1):
                left, right = vectors(x)
                outer.append(Outer(k, (left, right) if places == (0, 1) else (right, left), x))
            else:
                found.append((k, x, places))
        for side in (0, 1):
            groups: dict[Array, list[Outer]] = {}
            for term in outer:
                groups.setdefault(term.vectors[side], []).append(term)
            outer = [self.one(members, side) for members in groups.values()]
        found += [self.term(o) for o in outer]
        if len(found) == 1 and found[0][0] == 1 and found[0][2] == tuple(range(len(a.axes))):
            return found[0][1]
        numbers, arrays, ways = zip(*found, strict=True)
        return self.arrays.make("sum", arrays, (numbers, ways), a.axes)

    def one(self, terms: Sequence[Outer], side: int) -> Outer:
        """The sum of products xyᵀ that have the same x (side 0) or the same y (side 1)."""
        if len(terms) == 1:
            return terms[0]
        sign = -1 if all(t.number < 0 for t in terms) else 1
        others = [t.vectors[1 - side] for t in terms]
        data = tuple([sign * t.number for t in terms]), ((0,),) * len(others)
        pair = terms[0].vectors[side], self.arrays.make("sum", others, data, others[0].axes)
        return Outer(Fraction(sign), pair if side == 0 else pair[::-1], None)

    def term(self, o: Outer) -> tuple[Fraction, Array, tuple[int, ...]]:
        """kxyᵀ as a term of a sum: the number is a factor of the shorter vector where the product has no other use."""
        if o.whole is not None and (abs(o.number) == 1 or self.uses[o.whole] > 1):
            return o.number, o.whole, (0, 1) if vectors(o.whole) == o.vectors else (1, 0)
        x, y = o.vectors
        if abs(o.number) != 1:
            x, y = (self.times(abs(o.number), x), y) if self.is_short(x, y) else (x, self.times(abs(o.number), y))
        return Fraction(1 if o.number > 0 else -1), self.arrays.contract([x, y], ["a", "b"], "ab"), (0, 1)

    def summed_product(self, a: Array) -> Array | None:
        """The sums along one side of A ⊙ B where that is computed in any case."""
        left, right, out = a.data
        product = self.products.get((a.args, left)) if left == right and 0 < len(out) < len(left) else None
        return product and self.arrays.contract([self.done.get(product, product)], [left], out)

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
        """The diagonal, or the trace, of what nothing else needs, by the diagonals of its operands."""
        found = self.diagonal(a) if word == "aa" else None
        return found and self.arrays.contract([found], ["a"], out)

    def diagonal(self, a: Array) -> Array | None:
        """The diagonal of a sum, a product or a function of entries, without its other entries."""
        if self.uses[a] > 1:
            return None
        if a.op == "contract" and len(a.args) == 2:
            return self.diagonal_of_product(a)
        if a.op not in ("sum", "map") and not (a.op == "add_at" and a.data[1:] in (("", "aa"), ("a", "aa"))):
            return None
        parts = [self.diagonal(x) or self.arrays.contract([x], ["aa"], "a") if len(x.axes) == 2 else x for x in a.args]
        places = tuple([(0,) if x.axes else () for x in parts])
        numbers = a.data[0] if a.op != "add_at" else (Fraction(1), a.data[0])
        return self.arrays.make("map" if a.op == "map" else "sum", parts, (numbers, places), a.axes[:1])

    def diagonal_of_product(self, a: Array) -> Array | None:
        """The diagonal of a product of two arrays."""
        row, col = a.data[2]
        factors, words = list(a.args), [word.replace(col, row) for word in a.data[:2]]
        for k, (x, word) in enumerate(zip(a.args, a.data, strict=False)):
            if {*a.data[2]} == {*word}:
                factors[k], words[k] = self.diagonal(x) or self.arrays.contract([x], ["aa"], "a"), row
        return None if any(len({*word}) < len(word) for word in words) else self.arrays.contract(factors, words, row)


class Outer(NamedTuple):
    """kxyᵀ: the number k, the vectors x and y, and the array of xyᵀ if there is one."""

    number: Fraction
    vectors: tuple[Array, Array]
    whole: Array | None


def is_entrywise(a: Array) -> bool:
    """Whether an array is A ⊙ B."""
    return a.op == "contract" and len(a.args) == 2 and a.data[0] == a.data[1] == a.data[2]


def is_rank_one(a: Array) -> bool:
    """Whether an array is xyᵀ."""
    return a.op == "contract" and len(a.axes) == 2 and [len(x.axes) for x in a.args] == [1, 1] and is_outer(a)


def vectors(a: Array) -> tuple[Array, Array]:
    """x and y of xyᵀ."""
    x, y = a.args
    return (x, y) if a.data[2] == a.data[0] + a.data[1] else (y, x)


def is_outer(a: Array) -> bool:
    """Whether a product is summed over nothing."""
    left, right, out = a.data
    return set(left + right) == set(out)


def is_whole(a: Array) -> bool:
    """Whether all terms of a sum have all of its axes, in the same order."""
    return all(places == tuple(range(len(a.axes))) for places in a.data[1])
