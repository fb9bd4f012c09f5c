"""Tensors multiplied out in the cheapest order, two arrays at a time.

The order is found by dynamic programming over the subsets of the factors; of many factors the cheapest pair is taken
again and again.  A product that is in the program already costs nothing, and a product with an inverse is a solution of
linear equations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from fractions import Fraction
from itertools import combinations

from matdiff.program.arrays import LETTERS, Array, Arrays, canonical_letters, in_order
from matdiff.program.costs import FREE, Cost, Costs, total, weight
from matdiff.program.distances import (
    WeightedSquares,
    ends_of,
    moved,
    opened,
    repeated_square,
    repeated_sum,
    square_distances,
    terms_of,
)
from matdiff.program.linear import as_inverse, is_solved, solution
from matdiff.program.paths import Path, Way, steps_of
from matdiff.program.tensors import Factor, Label, Labels, Place, extent_of

MOST = 6  # factors whose order is found among all orders

Product = tuple[tuple[Array, ...], tuple[str, ...]]  # what is multiplied, and the letters of axes


class Contraction:
    """Multiplies tensors out in a table of arrays."""

    def __init__(self, arrays: Arrays, costs: Costs, expands: bool = False) -> None:
        self.arrays = arrays
        self.costs = costs
        self.expands = expands  # whether weighted squares of distances are multiplied out
        self.missing: set[Product] = set()  # products that might be of use in the one that is computed
        self.asked: set[Product] = set()  # those of all before that were not made then
        self.needed: Container[Array] | None = None  # of the arrays that are known, those that there will be
        self.without: set[Array] = set()  # distances that were not taken, since there were none

    def contracted(self, factors: Sequence[Factor], keep: Collection[Label]) -> Factor:
        """The product of some factors as one array, summed over all labels but those that are kept."""
        k = repeated_sum(factors, keep)
        if k is not None:
            return self.term_by_term(factors, k, keep)
        both = repeated_square(self.arrays, factors, keep)
        if both is not None:
            is_total = not keep and {label for _, own in both.weights for label in own} == {*both.distances[1]}
            if self.expands and is_total and (self.needed is None or both.distances[0] not in self.needed):
                self.without.add(both.distances[0])
                return self.squares(both)
            return self.contracted([*both.weights, both.distances], keep)
        ready = self.prepared(self.with_slopes(factors), keep)
        if len(ready) > MOST:
            ready = self.prepared(self.alike(ready), keep)  # which may have summed some to numbers
        ready = self.alike(ready, most_axes=0)
        scalar = next((f for f in ready if not f[1]), None)
        made: dict[int, Factor] = dict(enumerate([f for f in ready if f[1]]))
        path = self.path(list(made.values()), keep)
        for step, (i, j) in enumerate(path):
            a, b = made.pop(i), made.pop(j)
            needed = dict.fromkeys((*keep, *(label for _, labels in made.values() for label in labels)))
            if scalar is not None and step == len(path) - 1 and self.widens(a, b, needed):
                if (self.entries(a), a[0].place) < (self.entries(b), b[0].place):
                    a = self.pair(scalar, a, needed)
                else:
                    b = self.pair(scalar, b, needed)
                scalar = None
            made[len(path) + 1 + step] = self.pair(a, b, needed)
        self.asked |= {key for key in self.missing if self.arrays.known("contract", *key) is None}
        self.missing.clear()
        if not made:
            return scalar or (self.arrays.number(1), ())
        (found,) = made.values()
        kept = tuple([label for label in found[1] if label in keep])
        found = self.one(*found, kept), kept
        return found if scalar is None else self.pair(scalar, found, keep)

    def term_by_term(self, factors: Sequence[Factor], k: int, keep: Collection[Label]) -> Factor:
        """The same where the k-th factor is a sum, whose terms are multiplied one by one."""
        rest = [*factors[:k], *factors[k + 1 :]]
        numbers, terms = factors[k][0].data[0], [opened(term) for term in terms_of(factors[k])]
        ends = ends_of(self.arrays, factors[k])
        if ends is not None:
            points = moved(self.arrays, [x for x, _ in ends])
            first = terms_of(factors[k])[0][1]
            numbers = numbers if {*first} == {*ends[0][1]} else numbers[::-1]
            terms = [[(p, labels)] for p, (_, labels) in zip(points, ends, strict=True)]
        return self.total([[*rest, *term] for term in terms], numbers, keep)

    def squares(self, both: WeightedSquares) -> Factor:
        """A sum of weighted squares of distances, from x² + y² − 2xy where that keeps the digits."""
        rows, ends = both.distances[1], both.ends
        w = self.one(*self.contracted(both.weights, rows), rows), rows
        x, y = zip(moved(self.arrays, [a for a, _ in ends]), [labels for _, labels in ends], strict=True)
        large, _ = self.total([[w, x, x], [w, y, y]], (Fraction(1), Fraction(1)), ())
        small, _ = self.contracted([w, x, y], ())
        t = self.arrays.make("sum", [large, small], ((Fraction(1), Fraction(-2)), ((), ())))
        called = "weighted_square_distances(a, b, c, d, e)"
        return self.arrays.make("apply", [t, large, w[0], *[a for a, _ in ends]], (called,)), ()

    def total(self, terms: Sequence[Sequence[Factor]], numbers: Sequence[Fraction], keep: Collection[Label]) -> Factor:
        """A sum of products with numbers."""
        products = [self.contracted(term, keep) for term in terms]
        labels = tuple([x for x in keep if any(x in own for _, own in products)])
        places = tuple([tuple(map(labels.index, own)) for _, own in products])
        data = tuple(numbers), places
        return self.arrays.make("sum", [a for a, _ in products], data, tuple(map(extent_of, labels))), labels

    def with_slopes(self, factors: Sequence[Factor]) -> Sequence[Factor]:
        """σ(a)σ(−a) as the slope of σ, with one exponential."""
        sigmoids = [k for k, (a, _) in enumerate(factors) if a.op == "map" and a.data[0] == "sigmoid(a)"]
        for i, j in combinations(sigmoids, 2):
            (a, labels), (b, others) = factors[i], factors[j]
            x, y = a.args[0], b.args[0]
            if labels == others and a.data == b.data and (is_negative(x, y) or is_negative(y, x)):
                inner = y if is_negative(x, y) else x
                slope = self.arrays.map("sigmoid_slope(a)", [inner], a.data[1], a.axes)
                rest = [f for k, f in enumerate(factors) if k not in (i, j)]
                return self.with_slopes([(slope, labels), *rest])
        return factors

    def entries(self, factor: Factor) -> float:
        """What the number of entries of an array is compared by."""
        return weight(self.costs.volume(factor[0].axes))

    def widens(self, a: Factor, b: Factor, needed: Collection[Label]) -> bool:
        """Whether a product has more entries than its factors, as xyᵀ; AᵀA has half the work as it is."""
        out = {*a[1], *b[1]} & {*needed}
        if a[0] is b[0] and out != {*a[1], *b[1]}:
            return False
        return weight(self.costs.volume(map(extent_of, out))) > max(self.entries(a), self.entries(b))

    def is_there(self, args: Sequence[Array], data: tuple[str, ...]) -> bool:
        """Whether a product is computed in any case."""
        found = self.arrays.known("contract", args, data)
        if found is None:
            self.missing.add((tuple(args), data))
        return found is not None and (self.needed is None or found in self.needed)

    def was_asked_for(self, a: Array) -> bool:
        """Whether an array was asked for before it was there."""
        return a in self.without or (a.op == "contract" and (a.args, a.data) in self.asked)

    def takeable(self, roots: Sequence[Array]) -> set[Array]:
        """The arrays that one output may take since another one needs them; none where all such were taken."""
        program = in_order(roots)
        uses = Counter(x for a in program for x in a.args) + Counter(roots)
        if not any(map(self.was_asked_for, program)):
            return set()
        return {a for a in program if uses[a] > 1 or a.op != "contract" or self.was_asked_for(a)}

    # ---- single factors ---------------------------------------------------------------------------

    def prepared(self, factors: Iterable[Factor], keep: Collection[Label]) -> list[Factor]:
        """The factors with single places and diagonals taken, and with axes summed that occur but once."""
        found = [self.diagonal(self.placed(f)) for f in factors]
        count = Counter(label for _, labels in found for label in labels)
        ready: list[Factor] = []
        for a, labels in found:
            alone = [label for label in labels if count[label] == 1 and label not in keep]
            if alone and a.op == "inverse":  # A⁻¹1; what belongs to single matrices is summed in the end
                ready += [(a, labels), *[(self.ones(x), (x,)) for x in alone if x in labels[-2:]]]
            else:
                kept = tuple([label for label in labels if label not in alone])
                ready.append((self.one(a, labels, kept), kept))
        return ready

    def alike(self, factors: Iterable[Factor], most_axes: int = 9) -> list[Factor]:
        """The factors with those of the same axes, at most so many, multiplied entry by entry; scalars are such."""
        found: dict[frozenset[Label], Factor] = {}
        others: list[Factor] = []
        for f in factors:
            key = frozenset(f[1])
            if f[0].op == "inverse" or len(key) > most_axes:
                others.append(f)
            else:
                found[key] = self.pair(found[key], f, f[1]) if key in found else f
        return [*found.values(), *others]

    def ones(self, label: Label) -> Array:
        """The vector of ones."""
        return self.arrays.make("embed", (self.arrays.number(1),), ((None,), (extent_of(label),)), (extent_of(label),))

    def placed(self, factor: Factor) -> Factor:
        """An array at the single places among its labels."""
        a, labels = factor
        for k in reversed(range(len(labels))):
            label = labels[k]
            if isinstance(label, Place):
                is_range = a.op == "range"
                a = (
                    label.at
                    if is_range
                    else self.arrays.make("select", (a, label.at), (k,), a.axes[:k] + a.axes[k + 1 :])
                )
                labels = labels[:k] + labels[k + 1 :]
        return a, labels

    def diagonal(self, factor: Factor) -> Factor:
        """An array with the places on the diagonal where a label occurs twice."""
        a, labels = factor
        once = tuple(dict.fromkeys(labels))
        return self.one(a, labels, once), once

    def one(self, a: Array, labels: Labels, out: Labels) -> Array:
        """An array summed over what is not in *out*, its axes in that order."""
        letter = letters_of(labels)
        return self.arrays.contract([a], [word(labels, letter)], word(out, letter))

    # ---- two factors ------------------------------------------------------------------------------

    def pair(self, a: Factor, b: Factor, needed: Collection[Label]) -> Factor:
        """The product of two factors, summed over the labels that nothing else needs."""
        summed = [label for label in a[1] if label in b[1] and label not in needed]
        distances = square_distances(self.arrays, a, b, summed)
        if distances is not None:
            return self.one(*distances, kept := tuple([x for x in distances[1] if x in needed])), kept
        for inverse, other in ((a, b), (b, a)):
            axis = as_inverse(inverse, other, summed)
            if axis is not None:
                found = self.diagonal(solution(self, inverse, other, axis))
                kept = tuple([label for label in found[1] if label in needed])
                return self.one(*found, kept), kept
        made = [self.product(*both, summed) for both in ((a, b), (b, a))]
        known = (m for m in made if self.arrays.known("contract", *canonical(m)))
        wanted = [m[2] == tuple(needed) for m in made]
        turned = wanted[1] if any(wanted) and wanted[0] != wanted[1] else transposes(made[1]) < transposes(made[0])
        args, words, out = next(known, made[turned])
        return self.arrays.contract(args, words[:2], words[2]), out

    def product(self, a: Factor, b: Factor, summed: Collection[Label]) -> tuple[list[Array], list[str], Labels]:
        """A product of two factors, summed over some labels: its operands, the letters of axes, and its labels."""
        if a[1] == b[1][::-1] and (a[0].symmetric or b[0].symmetric):
            a, b = (a, (b[0], a[1])) if b[0].symmetric else ((a[0], b[1]), b)
        a, b = (with_sum_behind(f, summed) for f in (a, b))
        letter = letters_of((*a[1], *b[1]))
        out = tuple([label for label in dict.fromkeys((*a[1], *b[1])) if label not in summed])
        return [a[0], b[0]], [word(labels, letter) for labels in (a[1], b[1], out)], out

    # ---- the order --------------------------------------------------------------------------------

    def path(self, factors: Sequence[Factor], keep: Collection[Label]) -> Path:
        """In which order some factors are multiplied."""
        if len(factors) < 3:
            return [(0, 1)] if len(factors) == 2 else []
        return steps_of(self.best(factors, keep)) if len(factors) <= MOST else self.greedy(factors, keep)

    def best(self, factors: Sequence[Factor], keep: Collection[Label]) -> Way:
        """The cheapest way, by dynamic programming over subsets: the bits of a number say which factors are in it."""
        count = len(factors)
        sets = [frozenset(labels) for _, labels in factors]
        ways: dict[int, Way] = {1 << k: Way(FREE, k) for k in range(count)}
        inside: dict[int, frozenset[Label]] = {1 << k: sets[k] for k in range(count)}
        arrays = {1 << k: frozenset([a]) for k, (a, _) in enumerate(factors)}
        volumes: dict[frozenset[Label], Cost] = {}

        def kind(subset: int) -> tuple[object, ...]:
            return kind_of([f for k, f in enumerate(factors) if subset >> k & 1], inside[subset])

        for subset in range(1, 1 << count):
            if subset in ways:
                continue
            here = frozenset[Label]().union(*[sets[k] for k in range(count) if subset >> k & 1])
            there = frozenset(keep).union(*[sets[k] for k in range(count) if not subset >> k & 1])
            inside[subset] = here & there
            arrays[subset] = frozenset(factors[k][0] for k in range(count) if subset >> k & 1)
            found: list[Way] = []
            part = (subset - 1) & subset
            while part:
                other = subset ^ part
                if part & subset & -subset:  # the first factor is on the left
                    left, right = ways[part], ways[other]
                    both = inside[part] | inside[other]
                    if both not in volumes:
                        volumes[both] = self.costs.volume(map(extent_of, both))
                    step = self.step(factors, left, right, inside[part], inside[other], inside[subset], volumes[both])
                    twice = arrays[part] == arrays[other] and kind(part) == kind(other)  # AᵀBᵀBA needs BA once
                    found.append(Way(total(left.cost, FREE if twice else right.cost, step), (left, right)))
                part = (part - 1) & subset
            ways[subset] = min(found, key=lambda way: round(weight(way.cost), 6))
        return ways[(1 << count) - 1]

    def step(
        self,
        factors: Sequence[Factor],
        left: Way,
        right: Way,
        a: frozenset[Label],
        b: frozenset[Label],
        out: frozenset[Label],
        cost: Cost,
    ) -> Cost:
        """The cost of one product, of so many multiplications: nothing where the program has it."""
        if isinstance(left.parts, int) and isinstance(right.parts, int):
            f, g = factors[left.parts], factors[right.parts]
            summed = (a & b) - out
            made = [self.product(*both, summed) for both in ((f, g), (g, f))]
            if any(self.is_there(*canonical(m)) for m in made):
                return FREE
            if any(is_solved(self.arrays, *both, summed) for both in ((f, g), (g, f))):
                return FREE
        inverses = [isinstance(w.parts, int) and factors[w.parts][0].op == "inverse" for w in (left, right)]
        for way, is_inverse in zip((left, right), inverses, strict=True):
            if is_inverse and isinstance(way.parts, int) and (all(inverses) or not (a & b) - out):
                n = factors[way.parts][0].axes[-1]
                cost = total(cost, self.costs.volume((n, n, n)))  # the inverse itself is formed
        return cost

    def greedy(self, factors: Sequence[Factor], keep: Collection[Label]) -> Path:
        """The cheapest pair first, again and again."""
        sets = {k: frozenset(labels) for k, (_, labels) in enumerate(factors)}
        path: Path = []
        while len(sets) > 1:
            pairs = list(combinations(sets, 2))
            touching = [p for p in pairs if sets[p[0]] & sets[p[1]]] or pairs
            i, j = min(touching, key=lambda p: weight(self.costs.volume(map(extent_of, sets[p[0]] | sets[p[1]]))))
            a, b = sets.pop(i), sets.pop(j)
            outside = frozenset(keep).union(*sets.values())
            sets[len(factors) + len(path)] = (a | b) & outside
            path.append((i, j))
        return path


def with_sum_behind(factor: Factor, summed: Collection[Label]) -> Factor:
    """A symmetric matrix that is summed over its columns, so that Ax and xᵀA are one product."""
    a, labels = factor
    if a.symmetric and len(labels) == 2 and labels[0] in summed and labels[1] not in summed:
        return a, labels[::-1]
    return factor


def transposes(made: tuple[list[Array], list[str], Labels]) -> int:
    """How many matrices are transposed in a product of two that is summed over one axis."""
    left, right, out = made[1]
    summed = [c for c in left if c in right and c not in out]
    if len(summed) != 1 or len(left) != 2 or len(right) != 2:
        return 0
    (c,) = summed
    turned = (left[0] == c and not made[0][0].symmetric, right[1] == c and not made[0][1].symmetric)
    return sum(turned)


def is_negative(a: Array, b: Array) -> bool:
    """Whether an array is −b."""
    return a.op == "sum" and a.args == (b,) and a.data == ((Fraction(-1),), (tuple(range(len(b.axes))),))


def kind_of(factors: Sequence[Factor], keep: Collection[Label]) -> tuple[object, ...]:
    """What is the same for a product of the same arrays, whatever their labels are."""
    ready = sorted(factors, key=lambda f: f[0].place)
    letter = letters_of(tuple([label for _, labels in ready for label in labels]))
    words = [word(labels, letter) for _, labels in ready]
    return tuple([a.place for a, _ in ready]), tuple(words), "".join(sorted(letter[x] for x in keep))


def letters_of(labels: Labels) -> dict[Label, str]:
    """A letter for each label."""
    return {label: LETTERS[k] for k, label in enumerate(dict.fromkeys(labels))}


def word(labels: Labels, letter: dict[Label, str]) -> str:
    """The letters of some labels."""
    return "".join([letter[label] for label in labels])


def canonical(made: tuple[list[Array], list[str], Labels]) -> tuple[list[Array], tuple[str, ...]]:
    """What the table knows a product by."""
    return made[0], canonical_letters(made[1])
