"""From expressions to arrays: each node becomes a tensor once, as its operator says in its own block.

An operator's *lower* gets the lowering and the tensors of its operands; what it needs is here and in *forming*:
products, sums, entries, functions of entries and of whole matrices.  A tensor is multiplied out where several nodes
need it, or where its entries are needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction

from matdiff.algebra.dims import ONE, SCALAR, Size, divided, size
from matdiff.algebra.expr import Expr, Index, Number, Operator, Symbol, postorder
from matdiff.algebra.operators.products import Transpose
from matdiff.errors import UnsupportedError
from matdiff.program.arrays import LETTERS, Array
from matdiff.program.forming import Forming
from matdiff.program.kinds import Kinds
from matdiff.program.linear import factorised, product_of
from matdiff.program.tensors import Axis, Factor, Label, Labels, Place, Tensor, extent_of

MOST_FACTORS = 8  # a longer product is multiplied out before it becomes part of another


class Lowering(Forming):
    """Expressions as tensors over one table of arrays."""

    def __init__(
        self,
        roots: Sequence[Expr],
        sizes: Mapping[str, int] | None = None,
        symbols: Sequence[Symbol] = (),
        formed: Collection[Expr] = (),
    ) -> None:
        super().__init__(sizes)
        nodes: dict[Expr, None] = {}
        for root in roots:
            nodes.update(dict.fromkeys(postorder(root, nodes.__contains__)))
        self.symbols = [s for s in nodes if isinstance(s, Symbol)]
        every = [*symbols, *self.symbols]
        shapes = [(*s.ranges, *s.shape) for s in every if s.ranges or s.shape != SCALAR]
        self.shown = frozenset(name for shape in shapes for extent in shape for name in extent.names())
        self.kinds = Kinds(self.shown)
        uses = Counter(o for node in nodes for o in node.operands)
        uses.update(roots)
        self.done: dict[Expr, Tensor] = {}
        for node in nodes:
            found = self._lowered(node)
            if node in formed:
                found = self.formed(found)
            self.done[node] = self.settled(found) if uses[node] > 1 or len(found.factors) > MOST_FACTORS else found

    def _lowered(self, node: Expr) -> Tensor:
        """The tensor of a node whose operands are lowered."""
        match node:
            case Number():
                return self.number(node.value)
            case Index():
                return Tensor(((self.arrays.make("range", axes=(node.last,)), (node,)),))
            case Symbol():
                return self.of_array(self.symbol(node), tuple(map(Axis, node.ranges)), *node.shape)
        try:
            found: Tensor = node.lower(self, *[self.done[o] for o in node.operands])
        except NotImplementedError:
            title = node.title() if isinstance(node, Operator) else type(node).__name__
            raise UnsupportedError(f"there is no code for {title} yet") from None
        return found

    # ---- leaves -------------------------------------------------------------------------------------

    def is_input(self, s: Symbol) -> bool:
        """Whether a symbol is an argument: π is none, and a scalar that has the name of a size is that size."""
        is_scalar = s.shape == SCALAR and not s.ranges
        return not (is_scalar and (s.name in self.shown or (s.name == "pi" and not s.properties)))

    def symbol(self, s: Symbol) -> Array:
        """The array of a symbol; a family has the axes of its indices first."""
        if not self.is_input(s):
            return (
                self.arrays.make("size", (), (size(s.name),))
                if s.name in self.shown
                else self.arrays.make("apply", (), ("pi",))
            )
        return self.arrays.make("input", (), (s,), (*s.ranges, *without_ones(s.shape)))

    def number(self, value: Fraction | int) -> Tensor:
        """A number."""
        return Tensor((), number=Fraction(value))

    def constant(self, number: int, rows: Size, cols: Size) -> Tensor:
        """A matrix of one number."""
        sides: list[Labels] = [(Axis(n),) if n is not ONE else () for n in (rows, cols)]
        return Tensor((), sides[0], sides[1], Fraction(number))

    def identity(self, extent: Size) -> Tensor:
        """The identity matrix."""
        axis = Axis(extent)
        return Tensor((), (axis,), (axis,))

    def exchange(self, extent: Size) -> Tensor:
        """The identity matrix upside down, which turns the other factor of a product round."""
        upside = self.arrays.make("flip", (self.laid_out(self.identity(extent)),), (0,), (extent, extent))
        return self.of_array(upside, (), extent, extent)

    def count(self, extent: Size) -> Tensor:
        """A size as a number."""
        return self.scalar(self.arrays.size(extent))

    # ---- products -----------------------------------------------------------------------------------

    def product(self, a: Tensor, b: Tensor) -> Tensor:
        """AB"""
        for t, other, side in ((a, b, "rows"), (b, a, "cols")):
            if is_exchange(t):
                return self.along_axes(self.turned, other, side).times(number=t.number)
        joined, a, b = self.tied(a.fresh(), b.fresh(), [("cols", "rows")])
        return self.summed(joined._replace(rows=a.rows, cols=b.cols), a.cols)

    def hadamard(self, a: Tensor, b: Tensor) -> Tensor:
        """A ⊙ B; a scalar multiplies every entry."""
        a, b = a.fresh(), b.fresh()
        if not a.inner or not b.inner:
            return Tensor((*a.factors, *b.factors), (*a.rows, *b.rows), (*a.cols, *b.cols), a.number * b.number)
        joined, a, _ = self.tied(a, b, [("rows", "rows"), ("cols", "cols")])
        return joined._replace(rows=a.rows, cols=a.cols)

    def kronecker(self, a: Tensor, b: Tensor, cols: bool = True) -> Tensor:
        """A ⊗ B; without *cols* column by column, the Khatri–Rao product."""
        a, b = a.fresh(), b.fresh()
        if cols:
            return Tensor((*a.factors, *b.factors), (*a.rows, *b.rows), (*a.cols, *b.cols), a.number * b.number)
        joined, a, b = self.tied(a, b, [("cols", "cols")])
        return joined._replace(rows=(*a.rows, *b.rows), cols=a.cols)

    def total(self, t: Tensor) -> Tensor:
        """The sum of all entries."""
        return self.summed(t._replace(rows=(), cols=()), t.inner)

    def along(self, t: Tensor, side: str) -> Tensor:
        """The sums over all rows, or over all columns."""
        return self.summed(replaced(t, side, ()), getattr(t, side))

    def over(self, t: Tensor, index: Index) -> Tensor:
        """The sum over an index."""
        axis = Axis(index.last)
        return self.summed(t.renamed({index: axis}), (axis,))

    def diagonal(self, t: Tensor) -> Tensor:
        """The entries on the diagonal as a column."""
        if extents(t.rows) != extents(t.cols):
            t = self.joined(t)
        t = t.fresh()
        names, deltas = self.unified(list(zip(t.rows, t.cols, strict=True)))
        t = t.renamed(names)
        return Tensor((*t.factors, *deltas), t.rows, (), t.number)

    def entry_power(self, t: Tensor, k: int) -> Tensor:
        """Aᵏ entry by entry for a number k > 0; of a length, ‖x‖² = xᵀx needs no root."""
        a, labels = self.entries(t)
        if k == 1:
            return t
        if k == 2 and a.op == "apply" and a.data == ("norm(a)",):
            word = LETTERS[: len(a.args[0].axes)]
            return Tensor(((self.arrays.contract([a.args[0]] * 2, [word] * 2, ""), ()),), number=t.number**2)
        half = self.entry_power(Tensor(((a, labels),), t.rows, t.cols), k // 2)
        both = Tensor((*half.factors, *half.factors), t.rows, t.cols)
        found = both.times((a, labels)) if k % 2 else both
        return found._replace(factors=(self.entries(found),) if k > 2 else found.factors, number=t.number**k)

    def power(self, t: Tensor, k: int) -> Tensor:
        """Aᵏ for a square matrix and a number k > 0, by squares."""
        done = t
        for bit in bin(k)[3:]:
            done = self.settled(done)
            done = self.product(done, done)
            if bit == "1":
                done = self.product(self.settled(done), t)
        return done

    # ---- the order of entries -------------------------------------------------------------------------

    def unstacked(self, t: Tensor, rows: Size, cols: Size) -> Tensor:
        """The matrix whose columns, one below the other, are a vector."""
        t = (
            t.fresh()
            if [extent_of(x) for x in t.rows] == [cols, rows]
            else self.split(self.joined(t), "rows", [cols, rows])
        )
        return t._replace(rows=t.rows[1:], cols=t.rows[:1])

    def commutation(self, rows: Size, cols: Size) -> Tensor:
        """The matrix K with vec(Aᵀ) = K vec(A)."""
        i, j = Axis(rows), Axis(cols)
        return Tensor((), (i, j), (j, i))

    def partial_trace(self, m: Tensor, a: Tensor, shape: tuple[Size, Size], first: bool) -> Tensor:
        """Σ M[ia, jb] A[j, i] over i and j, the first of two indices, or over the second ones."""
        p, q = shape
        m, a = m.fresh(), self.formed(a)
        m = m if len(m.rows) == len(m.cols) == 2 else self.joined(m)
        for side, extent in (("rows", q), ("cols", p)):
            if len(getattr(m, side)) == 1:
                (whole,) = getattr(m, side)
                other = divided(extent_of(whole), extent)
                assert other is not None
                m = self.split(m, side, [extent, other] if first else [other, extent])
        (i, r), (j, c) = (pair if first else pair[::-1] for pair in (m.rows, m.cols))
        traced = self.tied(m._replace(rows=(j,), cols=(i,)), a, [("rows", "rows"), ("cols", "cols")])[0]
        return traced._replace(rows=(r,), cols=(c,))

    # ---- entries, rows, columns, ranges ---------------------------------------------------------------

    def label(self, e: Expr, extent: Size) -> Label:
        """The label of a place, which is counted from 1: an index is its own."""
        if isinstance(e, Index):
            return e
        if e.number is not None:
            return Place(self.arrays.number(e.number), extent)
        a, free = self.whole(self.done[e] if e in self.done else self.number(0))
        if free or e not in self.done:
            raise UnsupportedError(f"there is no code for the place {e} yet")
        return Place(a, extent)

    def unit_vector(self, place: Expr, rows: Size) -> Tensor:
        """eᵢ, whose only entry is at a place."""
        label = self.label(place, rows)
        if extent_of(label) is not rows:
            raise UnsupportedError(f"there is no code for a unit vector of {rows} places by {place} yet")
        return Tensor((), (label,))

    def member(self, family: Symbol, places: Sequence[Expr]) -> Tensor:
        """A member of a family."""
        a = self.symbol(family)
        labels: list[Label] = []
        for k, (place, extent) in enumerate(zip(places, family.ranges, strict=True)):
            label = self.label(place, extent)
            if isinstance(label, Index) and label.last is not extent:
                a = self.part(a, k, Size(()), label.last)
            labels.append(label)
        return self.of_array(a, tuple(labels), *family.shape)

    def taken(self, t: Tensor, side: str, place: Expr) -> Tensor:
        """A row or a column."""
        extents = [extent_of(x) for x in getattr(t, side)]
        return self.at(t, side, self.label(place, product_of(tuple(extents)))) if extents else t  # the only one

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
        if not t.is_plain:
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

    # ---- linear equations ---------------------------------------------------------------------------

    def factor(self, e: Expr, t: Tensor) -> tuple[Array, str, Labels]:
        """The factorisation of a square matrix, its kind, and the free indices."""
        a = self.matrix(t)
        kind = "batch" if t.free else self.kinds.of(e)
        return factorised(self.arrays, a, kind), kind, t.free

    def inverse(self, e: Expr, t: Tensor) -> Tensor:
        """A⁻¹, which a product makes a solution of equations; A⁻ᵀ is its transpose."""
        if isinstance(e, Transpose):
            return self.inverse(e.operands[0], t.transposed()).transposed()
        if t.rows == t.cols:  # a diagonal matrix
            entries = self.map("1 / a", t._replace(cols=()))
            return entries._replace(cols=entries.rows)
        factor, kind, free = self.factor(e, t)
        data = (kind, self.kinds.is_symmetric(e))
        return self.of_array(self.arrays.make("inverse", (factor,), data, factor.axes), free, *e.shape)

    def cholesky(self, t: Tensor, shape: tuple[Size, Size]) -> Tensor:
        """The lower factor of a positive definite matrix."""
        a = self.matrix(t)
        return self.of_array(factorised(self.arrays, a, "cholesky"), t.free, *shape)

    def determinant(self, e: Expr, t: Tensor, what: str) -> Tensor:
        """The determinant (*what* is ``det``), or the logarithm of its size (``logdet``)."""
        if isinstance(e, Transpose):
            return self.determinant(e.operands[0], t.transposed(), what)
        if t.rows == t.cols and t.rows:
            entries = t._replace(cols=())
            if what == "logdet":
                return self.total(self.map("log(abs(a))", self.formed(entries)))
            return self.reduced("prod", self.formed(entries))
        factor, kind, free = self.factor(e, t)
        return Tensor(((self.arrays.make(what, (factor,), (kind,), factor.axes[:-2]), free),))


def without_ones(shape: Sequence[Size]) -> tuple[Size, ...]:
    """The lengths of the axes that there are: a vector has one, a scalar none."""
    return tuple([extent for extent in shape if extent.number != 1])


def extents(labels: Labels) -> list[Size]:
    """The lengths of some axes."""
    return [extent_of(x) for x in labels]


def is_exchange(t: Tensor) -> bool:
    """Whether a tensor is the identity upside down."""
    if len(t.factors) != 1:
        return False
    (a, labels) = t.factors[0]
    turned = (
        a.op == "flip" and a.args[0].op == "embed" and a.args[0].data == ("", "aa") and a.args[0].args[0].number == 1
    )
    return turned and {*labels} == {*t.inner}


def replaced(t: Tensor, side: str, labels: Labels) -> Tensor:
    """A tensor with other rows, or with other columns."""
    return t._replace(rows=labels) if side == "rows" else t._replace(cols=labels)


def block_axes(a: Array, t: Tensor, free: Labels, has_rows: bool, has_cols: bool) -> tuple[Size, ...]:
    """The axes of a block in a stack, where some other block has rows or columns."""
    inner = [*a.axes[len(free) :]]
    one = Size((((), 1),))
    rows = inner.pop(0) if t.rows else one
    cols = inner.pop(0) if t.cols else one
    return (*a.axes[: len(free)], *[rows] * has_rows, *[cols] * has_cols)
