"""The larger and the smaller of two, entry by entry, and the largest and the smallest entry of a whole."""

from __future__ import annotations

from typing import Any, ClassVar

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Operator
from matdiff.algebra.laws import Law, Statement, differential, stated_differential
from matdiff.algebra.notation import Notation, Style, call
from matdiff.algebra.operators.activations import Relu, Step
from matdiff.algebra.operators.entrywise import filled
from matdiff.algebra.operators.products import Differentials, Hadamard, Sum, ones_like, zero
from matdiff.algebra.operators.sums import entries_by_index, over_index
from matdiff.errors import ShapeError

# ---- the larger of two ------------------------------------------------------------------------------


def paired(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Two operands of one shape; a scalar beside a matrix is repeated."""
    return filled(a, b) if a.is_scalar else a, filled(b, a) if b.is_scalar else b


def chosen(ahead: Expr, behind: Expr, da: Differentials, db: Differentials) -> Expr:
    """dA where A is ahead of B, dB elsewhere; also right where A and B are one and the same."""
    if da is None and db is not None:
        return Hadamard.of(Step(behind), db)
    first = Step(ahead)
    terms = [Hadamard.of(first, da)] if da is not None else []
    return Sum.of(*terms, *([Hadamard.of(ones_like(first) - first, db)] if db is not None else []))


class ExtremeOfTwo(Operator):
    """The base of max(A, B) and min(A, B), entry by entry; *sign* is −1 where min(A, B) = −max(−A, −B)."""

    sign: ClassVar[int] = 1
    mirrors = True
    kink = True
    requires = "no entry of {0} equals that of {1}"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """max(0, A) is relu(A) and min(0, A) −relu(−A); several operands are taken two by two."""
        first, *others = operands
        for other in others:
            if is_zero(first) or is_zero(other):
                a = other if is_zero(first) else first
                first = Relu(a) if cls.sign > 0 else -Relu(-a)
            else:
                first = cls.make(paired(first, other))
        return first

    def notation(self, style: Style) -> Notation:
        return call(self.names[0][:3], self.operands, style)

    def condition(self) -> str:
        a, b = self.operands
        return f"{a} ≠ {b}" if self.is_scalar else super().condition()

    def lower(self, to: Any, a: Any, b: Any) -> Any:
        return to.map(f"{self.names[0]}(a, b)", a, b)

    @classmethod
    def numpy(cls, np: Any, a: Any, b: Any) -> Any:
        return getattr(np, cls.names[0])(a, b)

    @staticmethod
    def gap(np: Any, a: Any, b: Any) -> Any:
        return a - b


def change_of_two(name: str, ahead: str, behind: str) -> Law:
    """dA where A is ahead of B, dB elsewhere."""
    first, second = f"step({ahead})", f"step({behind})"

    @differential(
        f"differential_of_{name}imum",
        f"d({name}(A, B)) = {first} .* d(A) + (1 - {first}) .* d(B)",
        also=(f"d({name}(A, B)) = {first} .* d(A) + {second} .* d(B)",),
        requires="no entry of A equals that of B",
        where="A, B: m x n",
    )
    def d(self: Expr, da: Differentials, db: Differentials) -> Expr:
        a, b = self.operands
        return chosen(a - b, b - a, da, db) if name == "max" else chosen(b - a, a - b, da, db)

    return d


class Maximum(ExtremeOfTwo):
    """max(A, B), the larger one entry by entry"""

    names = ("maximum",)
    signature = "m×n, m×n → m×n"
    d = change_of_two("max", "A - B", "B - A")


class Minimum(ExtremeOfTwo):
    """min(A, B), the smaller one entry by entry"""

    names = ("minimum",)
    signature = "m×n, m×n → m×n"
    sign = -1
    d = change_of_two("min", "B - A", "A - B")


# ---- the largest of all -----------------------------------------------------------------------------


ROUNDING = 1e-12  # of the largest entry: what is nearer to it is the same entry twice, as in a symmetric matrix


def largest(np: Any, a: Any) -> tuple[Any, Any]:
    """The entries in a row, and which of them are the largest."""
    flat = a.reshape(*a.shape[:-2], -1)
    top = np.max(flat, axis=-1, keepdims=True)
    return flat, flat >= top - ROUNDING * np.where(np.isfinite(top), np.abs(top), 0)


def lead(np: Any, a: Any) -> Any:
    """By how much the largest entry exceeds the next one."""
    flat, first = largest(np, a)
    top, behind = (np.max(np.where(some, flat, -np.inf), axis=-1, keepdims=True) for some in (first, ~first))
    return np.where(np.isfinite(behind), top - behind, 1.0)[..., None]


def at_largest(np: Any, a: Any) -> Any:
    """1 at the largest entry, in equal parts where it stands at several places, and 0 elsewhere."""
    _, first = largest(np, a)
    return (first / np.maximum(first.sum(axis=-1, keepdims=True), 1)).reshape(a.shape)


class ExtremeEntry(Operator):
    """The base of max(A) and min(A) of all entries; the *overloads* are those entry by entry."""

    kink = True

    @classmethod
    def gap(cls, np: Any, a: Any) -> Any:
        return lead(np, a if cls.names == ("max",) else -a)

    @classmethod
    def numpy(cls, np: Any, a: Any) -> Any:
        if 0 in a.shape[-2:]:
            raise ShapeError(f"{cls.names[0]} is of no entries")
        return getattr(np, cls.names[0])(a, axis=(-2, -1), keepdims=True)

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """max(A) of one operand, max(A, B) of several entry by entry."""
        return cls.make(operands) if len(operands) == 1 else cls.overloads[0].of(*operands)

    @property
    def open_ended(self) -> bool:
        return entries_by_index(self.operands[0]) is not None

    def notation(self, style: Style) -> Notation:
        name = self.names[0]
        return over_index(self, style.pick(name, f"\\{name}"), style) or super().notation(style)

    def condition(self) -> str:
        entries = entries_by_index(self.operands[0])
        return self.requires.replace("entry of ", "" if entries else "entry of ").format(
            entries[1] if entries else self.operands[0]
        )

    def lower(self, to: Any, a: Any) -> Any:
        return to.reduced(self.names[0], a)


def change_of_extreme(name: str, which: str) -> Law:
    """dA at the place of the entry."""
    return stated_differential(
        f"differential_of_{which}_entry",
        f"d({name}(A)) = tr(onehot_{name}(A)'*d(A))",
        where="A: m x n",
        also=(Statement(f"d({name}(x)) = onehot_{name}(x)'*d(x)", "x: n"),),
    )


class MaxOfEntries(ExtremeEntry):
    """max(A), the largest entry"""

    names = ("max",)
    signature = "m×n → 1×1"
    overloads = (Maximum,)
    requires = "the largest entry of {0} is unique"
    d = change_of_extreme("max", "largest")


class MinOfEntries(ExtremeEntry):
    """min(A), the smallest entry"""

    names = ("min",)
    signature = "m×n → 1×1"
    overloads = (Minimum,)
    requires = "the smallest entry of {0} is unique"
    d = change_of_extreme("min", "smallest")


class OneHot(Operator):
    """The base of what is 1 at the place of the largest or of the smallest entry, and 0 elsewhere.

    Where an entry stands at several places whatever the unknown is, as in a symmetric matrix, they have equal parts:
    dA is the same at all of them, and Tr(onehot(A)ᵀ dA) is right with any; with equal parts onehot(A) is symmetric too.
    """

    whole: ClassVar[type[ExtremeEntry]]
    bounds = "[0, 1]"
    mirrors = True
    kink = True

    @classmethod
    def gap(cls, np: Any, a: Any) -> Any:
        return cls.whole.gap(np, a)

    @classmethod
    def numpy(cls, np: Any, a: Any) -> Any:
        return at_largest(np, a if cls.whole is MaxOfEntries else -a)


def change_of_place(name: str, which: str) -> Law:
    """The place does not change where the entry is unique."""

    @differential(f"differential_of_place_of_{which}_entry", f"d(onehot_{name}(A)) = zeros(m, n)", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return zero(self.shape)

    return d


class OneHotMax(OneHot):
    """onehot_max(A): 1 at the place of the largest entry (½ at two places in a symmetric matrix), 0 elsewhere"""

    names = ("onehot_max",)
    signature = "m×n → m×n"
    whole = MaxOfEntries
    requires = MaxOfEntries.requires
    definition = "onehot_max({0}) is 1 at the place of the largest entry of {0}, in equal parts where it stands twice"
    d = change_of_place("max", "largest")


class OneHotMin(OneHot):
    """onehot_min(A): 1 at the place of the smallest entry (½ at two places in a symmetric matrix), 0 elsewhere"""

    names = ("onehot_min",)
    signature = "m×n → m×n"
    whole = MinOfEntries
    requires = MinOfEntries.requires
    definition = "onehot_min({0}) is 1 at the place of the smallest entry of {0}, in equal parts where it stands twice"
    d = change_of_place("min", "smallest")
