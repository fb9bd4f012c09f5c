"""Tensors multiplied out, laid out and compared: the arrays behind them, entry by entry or as whole matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from matdiff.algebra.dims import ONE, Size, product_of
from matdiff.algebra.expr import Index
from matdiff.errors import UnsupportedError
from matdiff.program.arrays import LETTERS, Array, Arrays
from matdiff.program.contraction import Contraction
from matdiff.program.costs import Costs
from matdiff.program.tensors import Axis, Factor, Label, Labels, Place, Tensor, extent_of

SIDES = ("rows", "cols")
AGREEMENT = "indicator(a == b, b)"


class Forming:
    """Tensors over one table of arrays."""

    def __init__(
        self, sizes: Mapping[str, int] | None = None, arrays: Arrays | None = None, expands: bool = False
    ) -> None:
        self.arrays = arrays or Arrays()
        self.contraction = Contraction(self.arrays, Costs(sizes), expands)

    def scalar(self, a: Array) -> Tensor:
        """An array without axes as a tensor."""
        return Tensor((), number=a.number) if a.number is not None else Tensor(((a, ()),))

    def of_array(self, a: Array, free: Labels, rows: Size, cols: Size) -> Tensor:
        """An array with axes for free labels, rows and columns; there is no axis of the length 1."""
        sides: list[Labels] = [(Axis(n),) if n is not ONE else () for n in (rows, cols)]
        return Tensor(((a, (*free, *sides[0], *sides[1])),), sides[0], sides[1])

    def number(self, value: Fraction | int) -> Tensor:
        """A number."""
        return Tensor((), number=Fraction(value))

    # ---- axes that are tied -------------------------------------------------------------------------

    def tied(self, a: Tensor, b: Tensor, sides: Sequence[tuple[str, str]]) -> tuple[Tensor, Tensor, Tensor]:
        """The factors of two tensors with some rows or columns of one made those of the other; and both, renamed."""
        for mine, other in sides:
            a, b = self.split_alike(a, b, mine, other)
        names, deltas = self.unified(
            [p for mine, other in sides for p in zip(getattr(a, mine), getattr(b, other), strict=True)]
        )
        a, b = a.renamed(names), b.renamed(names)
        return Tensor((*a.factors, *b.factors, *deltas), number=a.number * b.number), a, b

    def unified(self, pairs: Sequence[tuple[Label, Label]]) -> tuple[dict[Label, Label], list[Factor]]:
        """New names under which the labels of each pair are one; and factors that are 1 where places agree, else 0."""
        parent: dict[Label, Label] = {}

        def root(x: Label) -> Label:
            while x in parent:
                x = parent[x]
            return x

        deltas: list[Factor] = []
        for x, y in pairs:
            x, y = root(x), root(y)
            if x == y:
                continue
            if isinstance(y, Axis):
                parent[y] = x
            elif isinstance(x, Axis):
                parent[x] = y
            else:
                deltas.append(self.agreement(x, y))
        return {x: root(x) for x in parent}, deltas

    def agreement(self, *sides: Label) -> Factor:
        """1 where two places are equal, else 0."""
        parts = [
            (x.at, ()) if isinstance(x, Place) else (self.arrays.make("range", axes=(extent_of(x),)), (x,))
            for x in sides
        ]
        return self.entrywise(AGREEMENT, parts, [x for x in sides if not isinstance(x, Place)])

    def entrywise(self, formula: str, parts: Sequence[Factor], labels: Sequence[Label]) -> Factor:
        """A formula of arrays whose axes are among some labels."""
        places = [tuple([labels.index(x) for x in own]) for _, own in parts]
        return self.arrays.map(formula, [a for a, _ in parts], places, tuple(map(extent_of, labels))), tuple(labels)

    def summed(self, t: Tensor, labels: Sequence[Label]) -> Tensor:
        """A tensor from whose rows and columns some labels are gone: axes that no array has count."""
        still = {*t.occurring, *t.inner}
        for x in dict.fromkeys(labels):
            if isinstance(x, Axis) and x not in still:
                count = self.scalar(self.arrays.size(x.extent))
                t = t.times(*count.factors, number=count.number)
        return t

    # ---- rows and columns that are pairs ------------------------------------------------------------

    def split_alike(self, a: Tensor, b: Tensor, mine: str, other: str) -> tuple[Tensor, Tensor]:
        """Two tensors whose rows or columns are pairs alike: those of vec(A) are, those of a vector not yet."""
        x, y = getattr(a, mine), getattr(b, other)
        if [extent_of(label) for label in x] == [extent_of(label) for label in y]:
            return a, b
        if len(x) == 1:
            return self.split(a, mine, [extent_of(label) for label in y]), b
        if len(y) == 1:
            return a, self.split(b, other, [extent_of(label) for label in x])
        return self.joined(a), self.joined(b)

    def split(self, t: Tensor, side: str, extents: Sequence[Size]) -> Tensor:
        """A tensor with several axes for the rows, or columns, the first being the slowest."""
        (label,) = getattr(t, side)
        if not isinstance(label, Axis) or any(a.op == "inverse" and label in own for a, own in t.factors):
            t = self.formed(t)
            (label,) = getattr(t, side)
        new = tuple([Axis(n) for n in extents])

        def opened(labels: Labels) -> Labels:
            return tuple([y for x in labels for y in (new if x is label else (x,))])

        found = [(self.arrays.reshape(a, tuple(map(extent_of, opened(own)))), opened(own)) for a, own in t.factors]
        return Tensor(tuple(found), opened(t.rows), opened(t.cols), t.number)

    def joined(self, t: Tensor) -> Tensor:
        """A tensor as one array with one axis for the rows and one for the columns."""
        rows, cols = (product_of(tuple(map(extent_of, labels))) for labels in (t.rows, t.cols))
        return self.of_array(self.matrix(t), t.free, rows, cols)

    # ---- multiplied out -----------------------------------------------------------------------------

    def settled(self, t: Tensor) -> Tensor:
        """A tensor whose sums are done: factors that are summed over common axes are one array."""
        out = {*t.out}
        groups: list[tuple[set[Label], list[Factor]]] = []
        for factor in t.factors:
            labels, members = {x for x in factor[1] if x not in out}, [factor]
            for group in [g for g in groups if g[0] & labels]:
                groups.remove(group)
                labels, members = labels | group[0], [*group[1], *members]
            groups.append((labels, members))
        done = [f for labels, g in groups for f in ([self.contraction.contracted(g, t.out)] if labels else g)]
        return t._replace(factors=tuple(done))

    def entries(self, t: Tensor) -> Factor:
        """The array of a tensor without its number, with the axes that it has anything to say of."""
        return self.contraction.contracted(t.factors, t.out)

    def whole(self, t: Tensor) -> Factor:
        """The same with the number."""
        a, labels = self.entries(t)
        if t.number == 1:
            return a, labels
        if a.number is not None:
            return self.arrays.number(t.number * a.number), labels
        return self.arrays.make("sum", (a,), ((t.number,), (tuple(range(len(labels))),)), a.axes), labels

    def laid_out(self, t: Tensor) -> Array:
        """All entries of a tensor, zeros too, with the axes of its free indices, rows and columns."""
        return self.embedded(*self.whole(t), t.out)

    def embedded(self, a: Array, labels: Labels, out: Labels) -> Array:
        """An array in the axes *out*, where labels that occur twice are tied, and single places are filled."""
        if len(out) == len(labels) and {*labels} == {*out}:
            return self.contraction.one(a, labels, out)
        words, places = layout(labels, out)
        return self.arrays.make("embed", (a, *places), words, tuple(map(extent_of, out)))

    def formed(self, t: Tensor) -> Tensor:
        """A tensor as one array with an axis for every row and column."""
        rows, cols = (tuple([Axis(extent_of(x)) for x in labels]) for labels in (t.rows, t.cols))
        return Tensor(((self.laid_out(t), (*t.free, *rows, *cols)),), rows, cols)

    def matrix(self, t: Tensor) -> Array:
        """All entries: the axes of free indices, then one for the rows and one for the columns where there are any."""
        inner = [product_of(tuple(map(extent_of, labels))) for labels in (t.rows, t.cols) if labels]
        return self.arrays.reshape(self.laid_out(t), (*map(extent_of, t.free), *inner))

    # ---- entries ------------------------------------------------------------------------------------

    def aligned(self, tensors: Sequence[Tensor]) -> tuple[list[Tensor], Labels, Labels]:
        """Tensors with the same labels for rows and columns, as far as no entries are zero by their places."""
        found = [t.fresh() for t in tensors]
        sides: dict[str, Labels] = {}
        for side in SIDES:
            having = [k for k, t in enumerate(found) if getattr(t, side)]
            for k in having[1:] + having[1:]:  # twice: what comes late may divide what was early
                found[having[0]], found[k] = self.split_alike(found[having[0]], found[k], side, side)
            sides[side] = getattr(found[having[0]], side) if having else ()
        model = Tensor((), sides["rows"], sides["cols"])
        if not all(t.ties == model.ties and not t.has_places for t in found if t.inner):
            new = [tuple([Axis(extent_of(x)) for x in sides[side]]) for side in SIDES]
            model = Tensor((), new[0], new[1])
        for k, t in enumerate(found):
            if t.ties == model.ties or t.is_plain:
                names = dict(p for s in SIDES for p in zip(getattr(t, s), getattr(model, s), strict=False))
                found[k] = t.renamed(names) if not t.has_places else t
        return found, model.rows, model.cols

    def map(self, formula: str, *tensors: Tensor) -> Tensor:
        """A formula in a, b, c, … entry by entry; what has no rows, or no columns, is repeated along them."""
        found, rows, cols = self.aligned([t if t.is_plain else self.formed(t) for t in tensors])
        parts = [self.whole(t) for t in found]
        return Tensor((self.entrywise(formula, parts, in_order(parts, (*rows, *cols))),), rows, cols)

    def add(self, *tensors: Tensor) -> Tensor:
        """A + B + …"""
        terms = [t for t in tensors if t.number] or [tensors[0]]
        if len(terms) == 1:
            return terms[0]
        found, rows, cols = self.aligned(terms)
        inner = (*rows, *cols)
        parts = [(*self.entries(t), t.number) for t in found if t.inner == inner]
        a, labels = self.plain_sum(parts, inner)
        others = [t for t in found if t.inner != inner]
        if not others:
            a, number = self.with_sign(a)
            return Tensor(((a, labels),), rows, cols, number)
        free = Tensor(((a, labels), *[f for t in others for f in t.factors])).free
        free = tuple(dict.fromkeys((*free, *(i for t in others for i in t.free))))
        a = self.embedded(a, labels, (*free, *inner))
        for t in others:
            piece, own = self.entries(t)
            words, places = layout(own, (*free, *t.inner))
            a = self.arrays.make("add_at", (a, piece, *places), (t.number, *words), a.axes)
        return Tensor(((a, (*free, *inner)),), rows, cols)

    def with_sign(self, a: Array) -> tuple[Array, Fraction]:
        """A sum in which what is computed is positive, and what is given is not; and the sign before it."""
        if a.op != "sum" or len(a.args) == 1:
            return a, Fraction(1)
        numbers, places = a.data
        full = [len(p) == len(a.axes) and is_new(x) for p, x in zip(places, a.args, strict=True)]
        turns = any(full) and all((k < 0) == new for k, new in zip(numbers, full, strict=True))
        if not turns or not a.axes:
            return a, Fraction(1)
        return self.arrays.make("sum", a.args, (tuple([-k for k in numbers]), places), a.axes), Fraction(-1)

    def plain_sum(self, parts: Sequence[tuple[Array, Labels, Fraction]], inner: Labels) -> Factor:
        """Σ kA of arrays whose axes are labelled."""
        labels = in_order([(a, own) for a, own, _ in parts], inner)
        if not parts:
            return self.arrays.number(0), ()
        if all(a.number is not None for a, *_ in parts):
            return self.arrays.number(sum((k * a.number for a, _, k in parts if a.number is not None), Fraction(0))), ()
        if len(parts) == 1 and parts[0][2] == 1:
            return parts[0][:2]
        places = tuple([tuple([labels.index(x) for x in own]) for _, own, _ in parts])
        numbers = tuple([k for *_, k in parts])
        axes = tuple(map(extent_of, labels))
        return self.arrays.make("sum", [p for p, *_ in parts], (numbers, places), axes), labels

    def reduced(self, function: str, t: Tensor, sides: Sequence[str] = SIDES) -> Tensor:
        """A function such as the largest entry along rows, columns or both."""
        gone = {x for side in sides for x in getattr(t, side)}
        t = t if t.is_plain else self.formed(t)
        gone = {x for side in sides for x in getattr(t, side)}
        labels, a = t.out, self.laid_out(t)
        kept = tuple([x for x in labels if x not in gone])
        if gone:
            axes = tuple([k for k, x in enumerate(labels) if x in gone])
            a = self.arrays.make("reduce", (a,), (function, axes), tuple(map(extent_of, kept)))
        rows, cols = (() if side in sides else getattr(t, side) for side in SIDES)
        return Tensor(((a, kept),), rows, cols)

    def apply(self, formula: str, shape: tuple[Size, Size], *tensors: Tensor) -> Tensor:
        """A function of whole matrices, whose result has a shape."""
        if any(t.free for t in tensors):
            name = formula.partition("(")[0]
            raise UnsupportedError(f"there is no code for {name} of the members of a family yet")
        axes = tuple([n for n in shape if n is not ONE])
        return self.of_array(self.arrays.make("apply", [self.matrix(t) for t in tensors], (formula,), axes), (), *shape)

    def answer(self, t: Tensor, order: Sequence[Index]) -> Array:
        """The value of an expression: the axes of its free indices in an order, then rows and columns."""
        a = self.matrix(t)
        free = (*order, *[i for i in t.free if i not in order])
        if not free:
            return a
        inner = tuple([Axis(n) for n in a.axes[len(t.free) :]])
        return self.embedded(a, (*t.free, *inner), (*free, *inner))


def is_new(a: Array) -> bool:
    """Whether an array is a product that is computed, in memory of its own."""
    return a.op == "contract" and len(a.args) > 1


def in_order(parts: Sequence[Factor], inner: Labels) -> Labels:
    """The labels that occur: indices by name first, then rows and columns."""
    return (*Tensor(tuple(parts)).free, *dict.fromkeys(x for x in inner if any(x in own for _, own in parts)))


def layout(labels: Labels, out: Labels) -> tuple[tuple[str, str], list[Array]]:
    """How an array is laid out in axes: the letters of both, a dot for a single place; and these places."""
    names: dict[Label, str] = {}
    for x in (*labels, *out):
        if not isinstance(x, Place):
            names.setdefault(x, LETTERS[len(names)])
    words = "".join([names[x] for x in labels]), "".join([names.get(x, ".") for x in out])
    return words, [x.at for x in out if isinstance(x, Place)]
