"""Recurrences: z[k+1] = F(z[k]) for k = 1..K, the layers of a network or the steps of an iteration.

States are numbered from *origin* to K + *origin*.  Forwards the start is the first of them, and step k leads from the
state k + origin − 1 to the state k + origin; backwards the start is the last, and step k leads the other way.
"""

from __future__ import annotations

from typing import Any, Self

from matdiff.algebra.dims import SCALAR, Shape, Size, shape_text, size
from matdiff.algebra.expr import Data, Expr, Index, Leaf, Number, Operator, Symbol, fact
from matdiff.algebra.laws import of_a_line
from matdiff.algebra.notation import SUM, Notation, Slot, Style, name_text
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum
from matdiff.errors import ShapeError, UnsupportedError


class State(Leaf):
    """The state that a step starts from, inside the step: z[k], or z[k−1] when the origin is 0.

    index    k, which runs over the steps 1..K
    origin   the number of the first state: 1 for ``z[1] = x; z[k+1] = …``, 0 for ``z[0] = x; z[k] = …``
    forward  whether the recurrence runs from the first state to the last
    """

    def __new__(cls, name: str, shape: Shape, index: Index, origin: int, forward: bool = True) -> Self:
        return cls.make((), (name, shape, index, origin, forward))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        shape: Shape = data[1]
        return shape

    @classmethod
    def free_of(cls, operands: tuple[Expr, ...], data: Data) -> frozenset[Index]:
        return frozenset((data[2],))

    def lower(self, to: Any) -> Any:
        return to.state(self)

    def notation(self, style: Style) -> Notation:
        name, _, index, origin, forward = self.data
        return numbered(name, place(index, origin - forward), style)


class Recurrence(Operator):
    """All states of a recurrence; operands: the start and the step, an expression of its State; data: those of it."""

    def __new__(cls, start: Expr, step: Expr, state: State) -> Self:
        return cls.make((start, step), state.data)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        start, step = operands
        name, index, shape = data[0], data[2], operands[0].shape
        if start.shape != step.shape or data[1] != shape:
            shapes = f"it starts as {shape_text(start.shape)}, and a step gives {shape_text(step.shape)}"
            raise ShapeError(f"{name} changes its shape: {shapes}")
        if index in start.free:
            raise ShapeError(f"the start of {name} depends on {index.name}, which numbers the steps")
        if is_open(start) or open_states(step) - {State.make((), data)}:
            raise ShapeError(f"{name} is a recurrence inside another one")
        return shape

    @classmethod
    def free_of(cls, operands: tuple[Expr, ...], data: Data) -> frozenset[Index]:
        return (operands[0].free | operands[1].free) - {data[2]}

    @property
    def name(self) -> str:
        name: str = self.data[0]
        return name

    @property
    def index(self) -> Index:
        index: Index = self.data[2]
        return index

    @property
    def origin(self) -> int:
        origin: int = self.data[3]
        return origin

    @property
    def forward(self) -> bool:
        forward: bool = self.data[4]
        return forward

    @property
    def state(self) -> State:
        """The state inside the step."""
        return State.make((), self.data)

    @property
    def first(self) -> Expr:
        """The state from which it starts."""
        return Iterate(self, place(size(0) if self.forward else self.index.last, self.origin))

    @property
    def last(self) -> Expr:
        """The state to which the last step leads."""
        return Iterate(self, place(self.index.last if self.forward else size(0), self.origin))

    @property
    def before(self) -> Expr:
        """The state before step k."""
        return Iterate(self, place(self.index, self.origin - self.forward))

    @property
    def after(self) -> Expr:
        """The state after step k."""
        return Iterate(self, place(self.index, self.origin - (not self.forward)))

    def lower(self, to: Any, start: Any, step: Any) -> Any:
        return to.recurrence(self, start, step)

    @classmethod
    def title(cls) -> str:
        return "a recurrence"

    def notation(self, style: Style) -> Notation:
        return Notation((name_text(self.name, style),))


class Iterate(Operator):
    """z[j], a state of a recurrence; operands: the recurrence and the number j, such as k, k + 1, K + 1 or 3."""

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        recurrence, number = operands
        if not isinstance(recurrence, Recurrence) or number.shape != SCALAR:
            raise ShapeError("a state needs a recurrence and its number")
        shape: Shape = recurrence.shape
        return shape

    def lower(self, to: Any, states: Any, number: Any) -> Any:
        return to.iterate(*self.operands)

    @classmethod
    def title(cls) -> str:
        return "a state of a recurrence"

    def notation(self, style: Style) -> Notation:
        recurrence, number = self.operands
        return numbered(recurrence.data[0], number, style)


def numbered(name: str, number: Expr, style: Style) -> Notation:
    """z[k + 1], or z with subscripts, of which LaTeX wants one at a time."""
    written = name_text(name, style)
    written = f"{{{written}}}" if style.latex and "_" in written else written
    return Notation((written, style.pick("[", "_{"), Slot(number, SUM), style.pick("]", "}")))


def place(base: Index | Size, offset: int = 0) -> Expr:
    """The number of a state: an index or a size, and a whole number more or less."""
    if isinstance(base, Index):
        return base if not offset else Sum(base, Number(offset))
    terms: list[Expr] = []
    for monomial, coefficient in base.terms:
        factor: Expr = Number(coefficient)
        for name in monomial:
            factor = Scale.of(factor, Symbol(name))
        terms.append(factor)
    numbers = sum((t.value for t in terms if isinstance(t, Number)), Number(offset).value)
    rest = [t for t in terms if not isinstance(t, Number)]
    return Sum.of(*rest, *([Number(numbers)] if numbers or not rest else []))


def place_parts(number: Expr) -> tuple[Index | None, Size]:
    """The number of a state, or of a member, as an index, if there is one, and a size: the inverse of ``place``."""
    index: Index | None = None
    total = size(0)
    for term in number.operands if isinstance(number, Sum) else (number,):
        if isinstance(term, Index) and index is None:
            index = term
            continue
        monomial = size(1)
        for factor in term.operands if isinstance(term, (Hadamard, Product, Scale)) else (term,):
            if isinstance(factor, Symbol):
                monomial = monomial * size(factor.name)
            elif factor.number is not None and factor.number.denominator == 1:
                monomial = monomial * size(int(factor.number))
            else:
                raise UnsupportedError(f"{number} is not the number of a state")
        total = total + monomial
    return index, total


def open_states(e: Expr) -> frozenset[State]:
    """The states that an expression has outside the recurrences that they belong to."""

    def found(node: Expr, below: list[frozenset[State]]) -> frozenset[State]:
        if isinstance(node, State):
            return frozenset((node,))
        states = frozenset[State]().union(*below)
        return states - {node.state} if isinstance(node, Recurrence) else states

    states: frozenset[State] = fact("states", e, found)
    return states


def is_open(e: Expr) -> bool:
    """Whether an expression is part of a step, so that it has no value of its own."""
    return bool(open_states(e))


step_of_recurrence = of_a_line(
    "recurrence",
    "z = A",
    where="z, A: m x n",
    kind="definition",
    requires="z is the state after a step A",
    name="step_of_recurrence",
)
