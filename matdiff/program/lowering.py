"""From expressions to arrays: each node becomes a tensor once, as its operator says in its own block.

An operator's *lower* gets the lowering and the tensors of its operands; what it needs is here and in *forming*:
products, sums, entries, functions of entries and of whole matrices.  A tensor is multiplied out where several nodes
need it, or where its entries are needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from fractions import Fraction

from matdiff.algebra.dims import ONE, SCALAR, Size, divided
from matdiff.algebra.expr import Expr, Index, Number, Operator, Symbol, postorder
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.errors import UnsupportedError
from matdiff.program.arrays import LETTERS, Array, Arrays
from matdiff.program.distances import are_distances, differences
from matdiff.program.kinds import Kinds
from matdiff.program.linear import UNFACTORED, factorised
from matdiff.program.loops import Loops
from matdiff.program.tensors import Axis, Factor, Label, Labels, Tensor, extent_of, replaced

MOST_FACTORS = 8  # a longer product is multiplied out before it becomes part of another


class Lowering(Loops):
    """Expressions as tensors over one table of arrays."""

    def __init__(
        self,
        roots: Sequence[Expr],
        sizes: Mapping[str, int] | None = None,
        symbols: Sequence[Symbol] = (),
        formed: Collection[Expr] = (),
        arrays: Arrays | None = None,
        needed: Container[Array] | None = None,
        expands: bool = False,
    ) -> None:
        super().__init__(sizes, arrays, expands)
        self.contraction.needed = needed
        nodes = distinct(roots, ())
        self.symbols = [s for s in nodes if isinstance(s, Symbol)]
        every = [*symbols, *self.symbols]
        lengths = [x for s in every if s.ranges or s.shape != SCALAR for x in (*s.ranges, *s.shape)]
        lengths += [node.index.last for node in nodes if isinstance(node, Recurrence)]
        self.shown = frozenset(name for extent in lengths for name in extent.names())
        self.kinds = Kinds(self.shown)
        self.done: dict[Expr, Tensor] = {}
        self.recurrences(nodes)
        self.lower(roots, formed)

    def lower(self, roots: Sequence[Expr], formed: Collection[Expr] = ()) -> None:
        """Notes the tensors of some expressions, and of all that is in them."""
        nodes = distinct(roots, self.done)
        uses = Counter(o for node in nodes for o in node.operands)
        uses.update(roots)
        for node in nodes:
            found = self._lowered(node)
            if node in formed:
                found = self.formed(found)
            shared = uses[node] > 1 or len(found.factors) > MOST_FACTORS
            self.done[node] = self.once(found) if shared else found

    def once(self, t: Tensor) -> Tensor:
        """A tensor multiplied out for all that needs it; A⁻¹B⁻¹ waits for what it is multiplied by."""
        is_chain = 1 < len(t.factors) <= MOST_FACTORS and all(a.op == "inverse" for a, _ in t.factors)
        return t if is_chain else self.settled(t)

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
            with self.within(node):
                found: Tensor = node.lower(self, *[self.here(self.done[o]) for o in node.operands])
        except NotImplementedError:
            title = node.title() if isinstance(node, Operator) else type(node).__name__
            raise UnsupportedError(f"there is no code for {title} yet") from None
        return found

    # ---- leaves -------------------------------------------------------------------------------------

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

    def pi(self) -> Tensor:
        """The number π."""
        return self.scalar(self.arrays.make("apply", (), ("pi",)))

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
            return Tensor(self.square(a.args[0]), number=t.number**2)
        if k == 2 and a.op == "map" and a.data[0] == "sqrt(a)":
            inside = [labels[place] for place in a.data[1][0]]
            return Tensor(self.unmultiplied(a.args[0], inside), t.rows, t.cols, t.number**2)
        half = self.settled(self.entry_power(Tensor(((a, labels),), t.rows, t.cols), k // 2))
        both = Tensor((*half.factors, *half.factors), t.rows, t.cols)
        found = both.times((a, labels)) if k % 2 else both
        return found._replace(factors=(self.entries(found),) if k > 2 else found.factors, number=t.number**k)

    def square(self, a: Array) -> tuple[Factor, ...]:
        """The sum of the squares of all entries; ‖A ⊗ B‖² = ‖A‖²‖B‖²."""
        while a.op == "reshape" or (a.op == "contract" and len(a.args) == 1 and len(a.axes) == len(a.args[0].axes)):
            (a,) = a.args
        parts = a.args if a.op == "contract" and len(a.axes) == sum(len(x.axes) for x in a.args) else (a,)
        return tuple([(self.arrays.contract([x, x], [LETTERS[: len(x.axes)]] * 2, ""), ()) for x in parts])

    def unmultiplied(self, a: Array, labels: Sequence[Label]) -> tuple[Factor, ...]:
        """The factors of an array that is a product, so that what it is summed over can wait; itself if it is none."""
        if are_distances(a) and self.contraction.expands:
            a, labels = differences(self.arrays, a), (*labels, Axis(a.args[0].axes[1]))
            return ((a, labels), (a, labels))
        if a.op != "contract" or len(a.args) == 1:
            return ((a, tuple(labels)),)
        known: dict[str, Label] = dict(zip(a.data[-1], labels, strict=True))
        for x, word in zip(a.args, a.data, strict=False):
            for letter, extent in zip(word, x.axes, strict=True):
                known.setdefault(letter, Axis(extent))
        return tuple((x, tuple(known[c] for c in word)) for x, word in zip(a.args, a.data, strict=False))

    def power(self, t: Tensor, k: int) -> Tensor:
        """Aᵏ for a square matrix and a number k > 0, by squares."""
        done = t
        for bit in bin(k)[3:]:
            done = self.once(done)
            done = self.product(done, done)
            if bit == "1":
                done = self.product(self.once(done), t)
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

    def moved(
        self, function: str, mode: str, shape: tuple[Size, Size], x: Tensor, k: Tensor, stride: Size = ONE
    ) -> Tensor:
        """A convolution or a correlation with a kernel, at every s-th place."""
        has_two = bool(x.rows and x.cols)
        if stride is ONE:
            return self.apply(f"{function}{'2d' * has_two}(a, b, {mode!r})", shape, x, k)
        if has_two:
            kernel = "b" if function == "correlate" else "flip(b)"
            return self.apply(f"correlate_every(a, {kernel}, c)", shape, x, k, self.count(stride))
        return self.apply(f"{function}(a, b, {mode!r})[::c]", shape, x, k, self.count(stride))

    # ---- linear equations ---------------------------------------------------------------------------

    def factor(self, e: Expr, t: Tensor) -> tuple[Array, str, Labels, bool]:
        """The factorisation of a square matrix or of its transpose, its kind, the free indices, and which of them."""
        a = self.matrix(t)
        kind = "batch" if t.free else self.kinds.of(e)
        turned = kind not in UNFACTORED and a.op == "contract" and a.data == ("ab", "ba")
        return factorised(self.arrays, a.args[0] if turned else a, kind), kind, t.free, turned

    def inverse(self, e: Expr, t: Tensor) -> Tensor:
        """A⁻¹, which a product makes a solution of equations; A⁻ᵀ is its transpose."""
        if isinstance(e, Transpose):
            return self.inverse(e.operands[0], t.transposed()).transposed()
        if t.rows == t.cols:  # a diagonal matrix
            entries = self.map("1 / a", t._replace(cols=()))
            return entries._replace(cols=entries.rows)
        factor, kind, free, turned = self.factor(e, t)
        data = (kind, self.kinds.is_symmetric(e))
        found = self.of_array(self.arrays.make("inverse", (factor,), data, factor.axes), free, *e.shape)
        return found.transposed() if turned else found

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
        factor, kind, free, _ = self.factor(e, t)
        return Tensor(((self.arrays.make(what, (factor,), (kind,), factor.axes[:-2]), free),))


def distinct(roots: Iterable[Expr], known: Container[Expr]) -> list[Expr]:
    """The nodes of some expressions that are not known yet, operands first."""
    nodes: dict[Expr, None] = {}
    for root in roots:
        for node in postorder(root, lambda e: e in nodes or e in known):
            if node not in known:
                nodes.setdefault(node)
    return list(nodes)


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
