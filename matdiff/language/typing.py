"""The typing of one reading: every node of the tree gets a shape, or the reading breaks.

``Attempt`` holds what one reading assumes (the kind of every undeclared symbol, the meaning of every
doubtful 1) and what it finds out (sizes).  The rules for the kinds of nodes stand in
matdiff.language.arithmetic and matdiff.language.applications.
"""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.dims import ONE, Shape, Size
from matdiff.algebra.expr import Index, Symbol
from matdiff.errors import MatdiffError, ShapeError
from matdiff.language.binding import Binder, Bound, Name
from matdiff.language.sizes import Sizes, flexible_names
from matdiff.language.syntax import Node
from matdiff.language.typed import Make, Misfit, Typed, described

Key = str | int  # a choice: the name of a symbol, or the id of a node


class Attempt:
    """One reading of a bound tree."""

    __slots__ = ("assumed", "bound", "definitions", "names", "penalties", "ranges", "shapes", "sizes")

    def __init__(self, bound: Bound, assumed: dict[Key, str]) -> None:
        self.bound = bound
        self.assumed = assumed
        self.sizes = Sizes()
        self.shapes: dict[str, tuple[Shape, tuple[Size, ...]]] = {}
        self.ranges: dict[Binder, Size] = {}
        self.definitions: dict[str, Typed] = {}
        self.penalties: list[tuple[Node, int]] = []
        self.names: dict[Size, Size] = {}

    def run(self) -> Typed:
        """Types every node in order; the last one is the whole text."""
        for node in self.bound.order:
            node.typed = RULES[node.kind](self, node)
        typed: Typed = self.bound.tree.typed
        return typed

    # ---- sizes -------------------------------------------------------------------------------------

    def unify(self, a: Size, b: Size) -> bool:
        """Makes two sizes equal, if they can be."""
        return a is b or self.sizes.unify(a, b)

    def same_shape(self, a: Typed, b: Typed) -> bool:
        """Makes two shapes equal, if they can be."""
        return self.unify(a.rows, b.rows) and self.unify(a.cols, b.cols)

    def shape_of(self, name: Name) -> tuple[Shape, tuple[Size, ...]]:
        """The shape of a symbol and the ranges of a family: declared, or by the kind that is assumed."""
        known = self.shapes.get(name.name)
        if known is None:
            if name.declared:
                known = name.declared.shape, tuple(last for _, last in name.declared.indices)
            else:
                count = name.indexed if name.is_family else int(name.name in self.bound.data)
                known = self._assumed_shape(name), tuple(self.sizes.fresh() for _ in range(count))
            self.shapes[name.name] = known
        return known

    def _assumed_shape(self, name: Name) -> Shape:
        kind = self.assumed[name.name]
        rows = ONE if kind in "SR" else self.sizes.fresh()
        cols = ONE if kind in "SV" else self.sizes.fresh()
        return rows, cols

    def range_of(self, binder: Binder) -> Size:
        """The range of an index: written, or open."""
        if binder not in self.ranges:
            self.ranges[binder] = binder.last if binder.last is not None else self.sizes.fresh()
        return self.ranges[binder]

    # ---- typed pieces ------------------------------------------------------------------------------

    def typed(self, node: Node, shape: Shape, operands: tuple[Typed, ...], make: Make) -> Typed:
        """A typed piece, with what is known of its shape by now."""
        find = self.sizes.find
        return Typed(find(shape[0]), find(shape[1]), operands, make, node)

    def scalar(self, node: Node, operands: tuple[Typed, ...], make: Make) -> Typed:
        """A typed piece that is a scalar."""
        return Typed(ONE, ONE, operands, make, node)

    def penalty(self, node: Node, cost: int, *reasons: Typed) -> None:
        """An unusual reading: costs something when it rests on the guessed kind of a symbol."""
        if any(r.guessed for r in reasons):
            self.penalties.append((node, cost))

    def misfit(self, node: Node, message: str, suggestion: str = "", error: type[MatdiffError] = ShapeError) -> Misfit:
        """The reading breaks at a node."""
        span = (node.start, max(node.end, node.start + 1))
        return Misfit(node, error(message, text=self.bound.text, span=span, suggestion=suggestion))

    def shown(self, piece: Typed) -> str:
        """A piece as it was written, shortened."""
        text = " ".join(self.bound.text[piece.node.start : piece.node.end].split())
        return text if len(text) <= 40 else text[:20] + " … " + text[-17:]

    def described(self, piece: Typed) -> str:
        """«X w is a vector with m rows»"""
        return f"{self.shown(piece)} is {described(*self.sizes.shape((piece.rows, piece.cols)))}"

    # ---- when the reading is kept -------------------------------------------------------------------

    def resolve(self, s: Size, node: Node, what: str) -> Size:
        """A size that is known at the end; the caller names its open sizes."""
        s = self.sizes.find(s)
        if flexible_names(s):
            s = s.substitute(lambda name: self.names.get(_size_named(name), _size_named(name)))
        if flexible_names(s):
            short = what in ("1", "I")
            hint = f"say it, as in {what}_n" if short else "declare a size, or give it as in eye(n), ones(n)"
            raise self.misfit(node, f"the size of {what} is not determined", hint).error
        return s

    def symbol(self, name: Name, node: Node) -> Symbol:
        """The symbol of a name, with its sizes."""
        (rows, cols), ranges = self.shape_of(name)
        shape = self.resolve(rows, node, name.name), self.resolve(cols, node, name.name)
        properties = name.declared.properties if name.declared else ()
        return Symbol(name.name, shape, properties, tuple(self.resolve(r, node, name.name) for r in ranges))

    def index(self, binder: Binder, node: Node) -> Index:
        """The index of a sum, with its range."""
        return Index(binder.name, self.resolve(self.range_of(binder), node, binder.name))


def _size_named(name: str) -> Size:
    return Size((((name,), 1),))


Rule = Callable[[Attempt, Node], "Typed | None"]
RULES: dict[str, Rule] = {}


def rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Declares how nodes of these kinds are typed."""

    def declare(function: Rule) -> Rule:
        for kind in kinds:
            RULES[kind] = function
        return function

    return declare
