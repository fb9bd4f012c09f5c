"""What holds under a condition: cases(A, a ≤ b, C), and with 0 elsewhere the terms of a sum that has a condition."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.constants import Identity, is_zero
from matdiff.algebra.dims import SCALAR, Shape
from matdiff.algebra.expr import Data, Expr, Index, Number, Symbol, fact
from matdiff.algebra.laws import differential
from matdiff.algebra.notation import SUM, Notation, Part, Slot, Style
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Differentials, Scale, Sum, zero
from matdiff.algebra.relations import opposite
from matdiff.errors import ShapeError

EXCHANGED = {"≤": "≥", "<": ">"}
PYTHON_SIGNS = {"≤": "<=", "≥": ">=", "=": "==", "≠": "!="}
LATEX_SIGNS = {"≤": r"\le", "≥": r"\ge", "<": "<", ">": ">", "=": "=", "≠": r"\ne"}


class Piecewise(Linear):
    """cases(A, a ≤ b, C): A where the condition holds, and C where it does not; operands: a, b, A, C; data: its sign"""

    names = ("cases",)
    shown = "a, b, A: m×n, C: m×n"
    shown_with = ("≤",)
    linear = slice(2, 4)
    kink = True

    def __new__(cls, left: Expr, relation: str, right: Expr, then: Expr, otherwise: Expr) -> Expr:  # type: ignore[misc]
        if relation in "=≠" and is_number(left) and is_number(right) and str(left) > str(right):
            left, right = right, left  # i ≠ j and j ≠ i are one condition
        return cls.make((left, right, then, otherwise), (relation,))

    def rebuild(self, operands: tuple[Expr, ...]) -> Expr:
        left, right, then, otherwise = operands
        return Piecewise(left, self.relation, right, then, otherwise)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        left, right, then, otherwise = operands
        if left.shape != SCALAR or right.shape != SCALAR or then.shape != otherwise.shape:
            raise ShapeError("a condition compares two scalars, and the cases have one shape")
        return then.shape

    @property
    def relation(self) -> str:
        relation: str = self.data[0]
        return relation

    @property
    def compared(self) -> tuple[Expr, str, Expr]:
        """The condition."""
        return self.operands[0], self.relation, self.operands[1]

    @property
    def is_restriction(self) -> bool:
        """Whether it is 0 where the condition does not hold."""
        return is_zero(self.operands[3])

    def notation(self, style: Style) -> Notation:
        then, otherwise = [Slot(a, SUM) for a in self.operands[2:]]
        where = comparison(*self.compared, style)
        if style.latex:
            end = r" & \text{otherwise} \end{cases}"
            return Notation((r"\begin{cases} ", then, " & ", *where, r" \\ ", otherwise, end))
        return Notation(("cases(", then, ", ", *where, ", ", otherwise, ")"))

    def condition(self) -> str:
        """Off the border; what is counted is never on it."""
        left, right = self.operands[:2]
        sizes = frozenset(name for index in left.free | right.free for name in index.last.names())
        counted = bool(left.free | right.free) and all(
            a.number is not None or is_counted(a, sizes) for a in (left, right)
        )
        return "" if self.relation in "=≠" or counted else f"{left} ≠ {right}"

    @staticmethod
    def gap(np: Any, left: Any, right: Any, *cases: Any) -> Any:
        return left - right

    @staticmethod
    def numpy(np: Any, left: Any, right: Any, then: Any, otherwise: Any, relation: str) -> Any:
        return np.where(holds(relation, left, right), then, otherwise)

    def lower(self, to: Any, left: Any, right: Any, then: Any, otherwise: Any) -> Any:
        sign = PYTHON_SIGNS.get(self.relation, self.relation)
        return to.within_range(self) or to.map(f"where(a {sign} b, c, d)", left, right, then, otherwise)

    @differential(
        "differential_of_cases",
        "d(cases(A, a ≤ b, C)) = cases(d(A), a ≤ b, zeros(m, n)) + cases(d(C), b < a, zeros(m, n))",
        title="d cases",
        requires="a ≠ b",
        where="A, C: m x n; a, b: scalar",
    )
    def d(self: Expr, dleft: Differentials, dright: Differentials, da: Differentials, dc: Differentials) -> Expr:
        terms = [restricted(self, da)] if da is not None else []
        terms += [elsewhere(self, dc)] if dc is not None else []
        return Sum.of(*terms) if terms else zero(self.shape)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        return restricted(self, h) if place == 2 else elsewhere(self, h)

    def matrix_at(self, place: int) -> Expr:
        size = self.rows * self.cols
        one = restricted(self, Number(1)) if place == 2 else elsewhere(self, Number(1))
        return one if self.is_scalar else Scale.of(one, Identity(size))


def comparison(left: Expr, relation: str, right: Expr, style: Style) -> tuple[Part, ...]:
    """a ≤ b, as it is written; a number stands on the right: x > 0."""
    if left.number is not None and right.number is None:
        left, relation, right = right, EXCHANGED.get(relation, relation), left
    sign = style.pick(relation, LATEX_SIGNS[relation])
    return Slot(left, SUM), f" {sign} ", Slot(right, SUM)


def restricted(e: Expr, a: Expr) -> Expr:
    """An expression where the condition of *e* holds, and 0 elsewhere."""
    left, right = e.operands[:2]
    return Piecewise(left, e.data[0], right, a, zero(a.shape))


def elsewhere(e: Expr, a: Expr) -> Expr:
    """An expression where the condition of *e* does not hold, and 0 where it does."""
    left, right = e.operands[:2]
    return Piecewise(*opposite(left, e.data[0], right), a, zero(a.shape))


def holds(relation: str, left: Any, right: Any) -> Any:
    """Whether a comparison holds, of numbers or arrays."""
    if relation == "=":
        return left == right
    if relation == "≠":
        return left != right
    return left <= right if relation == "≤" else left < right


def decided(relation: str, left: Expr, right: Expr) -> bool | None:
    """Whether a comparison holds whatever the symbols are; None where that depends on them."""
    if left is right:
        return relation in "≤="
    if left.number is not None and right.number is not None:
        return bool(holds(relation, left.number, right.number))
    return None


def is_number(e: Expr) -> bool:
    """Whether an expression is a whole number, an index or a class label, or one with a whole number more or less."""
    counted = [t for t in (e.operands if isinstance(e, Sum) else (e,)) if not isinstance(t, Number)]
    return not counted or (len(counted) == 1 and (isinstance(counted[0], Index) or is_label(counted[0])))


def is_label(e: Expr) -> bool:
    """Whether an expression is a constant index or a class label y[i]."""
    symbol = e.operands[0] if e.operands else e
    return isinstance(symbol, Symbol) and INDEX in symbol.properties


def is_counted(e: Expr, sizes: Set[str]) -> bool:
    """Whether an expression is made of indices, sizes of these names and numbers, so that it does not vary."""
    terms = e.operands if isinstance(e, Sum) else (e,)
    values = [t for t in terms if not (t.number is not None or (isinstance(t, Symbol) and t.name in sizes))]

    def varies(node: Expr, below: list[bool]) -> bool:
        return any(below) or (isinstance(node, Symbol) and INDEX not in node.properties)

    return e.number is None and not any(fact("has values", t, varies) for t in values)
