"""Open functions of whole vectors and matrices with scalar values: f(A, B), and their derivatives ∇f(A), ∇²f(A).

∇ₖf is the gradient by the k-th argument, in the shape of that argument.  The derivatives of higher order are taken in
directions: ∇²f(A)[E] is the change of ∇f at A along E, ∇²ⱼₖf(A, B)[E] that of ∇ⱼf where the k-th argument changes.
They are linear in every direction, and self-adjoint since the order of differentiation does not matter.

Without its last direction such a derivative is a matrix, the Hessian ∇²f(A) with vec(∇²f(A)[E]) = ∇²f(A)vec(E), and
∇³f(A)[E], the change of ∇²f along E.  Of columns ∇²f(x)[e] is the product ∇²f(x)e, and no form of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from matdiff.algebra.dims import ONE, SCALAR, Shape
from matdiff.algebra.expr import Data, Expr, Index, Number, Operator
from matdiff.algebra.fresh import INDICES, fresh
from matdiff.algebra.laws import differential, shift, vec
from matdiff.algebra.notation import ATOM, POSTFIX, SUM, Notation, Part, Slot, Style, name_text
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.kronecker import Unvec, Vec
from matdiff.algebra.operators.linear import Directed
from matdiff.algebra.operators.norms import inner
from matdiff.algebra.operators.products import Differentials, Product, Sum, Transpose, turned
from matdiff.algebra.operators.sums import IndexedSum, UnitVector
from matdiff.errors import ShapeError

MOST_ARGUMENTS = 9  # the places of the arguments are written with one digit each
WAVES = 4  # of the stand-in, beside one for every entry


def listing(operands: Sequence[Expr]) -> list[Part]:
    """The operands with commas between them."""
    parts: list[Part] = []
    for k, operand in enumerate(operands):
        parts += [", "] * (k > 0) + [Slot(operand, SUM)]
    return parts


class OpenFunction(Operator):
    """f(A, B, …), a scalar, for a function f that the text leaves open; data: its name."""

    shown = "A: m×n"
    shown_with = ("f",)

    @classmethod
    def applied(cls, name: str, *arguments: Expr) -> Expr:
        """f(A, B); a function of one scalar is one of each entry, whose derivative is f′."""
        if len(arguments) == 1 and arguments[0].is_scalar:
            return Unspecified(name, 0, arguments[0])
        return cls.make(arguments, (name,))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        if not 0 < len(operands) <= MOST_ARGUMENTS:
            raise ShapeError(f"an open function has 1 to {MOST_ARGUMENTS} arguments, not {len(operands)}")
        return SCALAR

    @classmethod
    def title(cls) -> str:
        return "an open function"

    def notation(self, style: Style) -> Notation:
        name = name_text(self.data[0], style)
        opening = style.pick(f"{name}(", rf"{name}\left(")
        return Notation((opening, *listing(self.operands), style.pick(")", r"\right)")))

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        *arguments, name = values
        return stand_in(np, name, arguments, (), ())

    @differential(
        "differential_of_open_function",
        "d(f(A)) = tr((nabla f(A))'*d(A))",
        where="f: m x n -> scalar; A: m x n",
        requires="f differentiable",
    )
    def d(self: Expr, *changes: Differentials) -> Expr:
        """The inner products of the gradients with the changes."""
        gradients = [OpenDerivative(self.data[0], (k,), self.operands) for k in range(1, 1 + len(changes))]
        return Sum.of(*[inner(g, change) for g, change in zip(gradients, changes, strict=True) if change is not None])


class OpenDerivative(Directed):
    """∇f(A), the gradient of an open function with scalar values, and ∇²f(A)[E], its derivative in a direction.

    data      the name of f, the number of its arguments, and the places of the arguments by which it is derived,
              counted from 1: that of the gradient, then those that the directions belong to
    operands  the arguments, then the directions
    """

    shown = "A: m×n"
    shown_with: ClassVar[Data] = ("f", 1, (1,))

    def __new__(  # type: ignore[misc]
        cls, name: str, places: tuple[int, ...], arguments: Sequence[Expr], directions: Sequence[Expr] = ()
    ) -> Expr:
        if len(arguments) == 1 and arguments[0].is_scalar:  # of one scalar, f′(a)b c …
            return Product.of(Unspecified(name, len(places), arguments[0]), *directions)
        if cls is OpenDerivative and len(places) == 2 and all(arguments[k - 1].cols is ONE for k in places):
            return Product.of(OpenHessian(name, places, arguments), *directions)
        return cls.make((*arguments, *directions), (name, len(arguments), places))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        require_directions(operands, data, 1)
        derived: Expr = operands[data[2][0] - 1]
        return derived.shape

    @property
    def arguments(self) -> tuple[Expr, ...]:
        """A of ∇²f(A)[E]."""
        return self.operands[: self.data[1]]

    @property
    def directions(self) -> tuple[Expr, ...]:
        """E of ∇²f(A)[E]."""
        return self.operands[self.data[1] :]

    @classmethod
    def title(cls) -> str:
        return "a derivative of an open function"

    def notation(self, style: Style) -> Notation:
        name, count, places = self.data
        opening, closing = style.pick("(", r"\left("), style.pick(")", r"\right)")
        head = derivative_sign(name, count, places, style) + opening
        parts: list[Part] = [head, *listing(self.arguments), closing]
        if self.directions:
            parts += [style.pick("[", r"\left["), *listing(self.directions), style.pick("]", r"\right]")]
        return Notation(tuple(parts))

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        *operands, name, count, places = values
        return stand_in(np, name, operands[:count], places, operands[count:])

    @differential(
        "differential_of_open_gradient",
        "d(nabla f(A)) = nabla^2 f(A)[d(A)]",
        title="d ∇f(A)",
        where="f: m x n -> scalar; A: m x n",
        requires="f twice differentiable",
    )
    def d(self: Expr, *changes: Differentials) -> Expr:
        return with_changes(self, changes, OpenDerivative, len(self.data[2]))

    @shift(
        "trace_of_open_derivative",
        "Tr(Hᵀ∇²f(A)[E]) = Tr((∇²f(A)[H])ᵀE)",
        "tr(H'*nabla^2 f(A)[E]) = tr((nabla^2 f(A)[H])'*E)",
        where="f: m x n -> scalar; A, E, H: m x n",
        requires="the second derivatives of f are continuous",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        """The direction and Hᵀ change their roles, and with them the arguments that they belong to."""
        name, count, places = self.data
        k = place - count + 1
        exchanged = (places[k], *places[1:k], places[0], *places[k + 1 :])
        directions = (*self.operands[count:place], turned(h), *self.operands[place + 1 :])
        return turned(OpenDerivative(name, exchanged, self.operands[:count], directions))

    @vec(
        "vec_of_open_derivative",
        "vec(∇²f(A)[E]) = ∇²f(A)vec(E)",
        "vec(nabla^2 f(A)[E]) = nabla^2 f(A)*vec(E)",
        where="f: m x n -> scalar; A, E: m x n",
        requires="f twice differentiable",
    )
    def vec(self: Expr, place: int) -> Expr:
        """The matrix without the direction; the other directions stay."""
        name, count, places = self.data
        k = place - count + 1
        others = (*self.operands[count:place], *self.operands[place + 1 :])
        return OpenHessian(name, (*places[:k], *places[k + 1 :], places[k]), self.operands[:count], others)


class OpenHessian(OpenDerivative):
    """∇²f(A), the matrix of a second derivative in one direction, and ∇³f(A)[E], where only the last one is left open.

    data      as of ∇²f(A)[E]; the rows belong to the first of the places, the columns to the last one
    operands  the arguments, then the directions that are given
    """

    shown = "A: m×n"
    shown_with = ("f", 1, (1, 1))
    vec = None  # type: ignore[assignment] # of a direction of ∇³f(A)[E]: the sum over all entries stands for it

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        require_directions(operands, data, 2)
        (rows, cols), (p, q) = operands[data[2][0] - 1].shape, operands[data[2][-1] - 1].shape
        return rows * cols, p * q

    @property
    def flipped(self) -> Expr:
        """The transpose: rows and columns change their roles."""
        name, _, (first, *between, last) = self.data
        return OpenHessian(name, (last, *between, first), self.arguments, self.directions)

    def notation(self, style: Style) -> Notation:
        """One column needs brackets before an index: behind ∇²₁₂f(x, a) that would be a direction."""
        return super().notation(style)._replace(level=POSTFIX if self.cols is ONE else ATOM)

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        *operands, name, count, places = values
        units = unit_directions(np, operands[places[-1] - 1].shape[-2:])
        given = operands[count:]
        columns = [Vec.numpy(np, stand_in(np, name, operands[:count], places, [*given, e])) for e in units]
        return np.concatenate(columns, axis=-1)

    @differential(
        "differential_of_open_hessian",
        "d(nabla^2 f(A)) = nabla^3 f(A)[d(A)]",
        title="d ∇²f(A)",
        where="f: m x n -> scalar; A: m x n",
        requires="f three times differentiable",
    )
    def d(self: Expr, *changes: Differentials) -> Expr:
        """A change of an argument stands before the direction that is left open."""
        return with_changes(self, changes, OpenHessian, len(self.data[2]) - 1)

    @shift(
        "trace_of_open_hessian",
        "Tr(H∇³f(A)[E]) = Σⱼ Tr((∇³f(A)[Hᵀeⱼ, eⱼ])ᵀE)",
        "tr(H*nabla^3 f(x)[e]) = sum(j=1..n, nabla^3 f(x)[H'*unit(j, n), unit(j, n)]'*e)",
        where="f: n -> scalar; x, e: n; H: n x n",
        requires="the third derivatives of f are continuous",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        """Tr(xyᵀ∇³f(A)[E]) = Tr((∇³f(A)[y, x])ᵀE), which is summed over the columns where H has no such factors."""
        name, count, places = self.data
        k = place - count + 1
        rows, cols = (self.operands[places[end] - 1].shape for end in (0, -1))
        others = (*self.operands[count:place], *self.operands[place + 1 :])
        exchanged = (places[k], *places[1:k], *places[k + 1 : -1], places[0], places[-1])
        column, row, index = split(h, self)
        inner = (Unvec.of(turned(row), *rows), Unvec.of(column, *cols))
        found = turned(OpenDerivative(name, exchanged, self.operands[:count], (*others, *inner)))
        return found if index is None else IndexedSum(found, index)


def with_changes(e: Expr, changes: Sequence[Differentials], kind: Callable[..., Expr], given: int) -> Expr:
    """d of a derivative: linear in every direction, and a change of an argument is one more behind the *given* ones."""
    name, count, places = e.data
    f = e.operands
    terms: list[Expr] = []
    for k, change in enumerate(changes):
        if change is not None and k < count:
            more = (*places[:given], k + 1, *places[given:])
            terms.append(kind(name, more, f[:count], (*f[count:], change)))
        elif change is not None:
            terms.append(e.rebuild((*f[:k], change, *f[k + 1 :])))
    return Sum.of(*terms)


def require_directions(operands: tuple[Expr, ...], data: Data, open_ends: int) -> None:
    """A derivative of some order has as many directions, but for its open ends, in the shapes of the arguments."""
    name, count, places = data
    wanted = len(places) - open_ends
    if not (0 < count <= MOST_ARGUMENTS and 0 <= wanted == len(operands) - count):
        raise ShapeError(f"a derivative of {name} of order {len(places)} needs {wanted} directions")
    if not all(0 < place <= count for place in places):
        raise ShapeError(f"{name} has {count} arguments")
    for direction, place in zip(operands[count:], places[1:], strict=False):
        if direction.shape != operands[place - 1].shape:
            raise ShapeError(f"a direction of a derivative of {name} does not have the shape of the argument")


def split(h: Expr, hessian: Expr) -> tuple[Expr, Expr, Index | None]:
    """H = xyᵀ as the column x and the row yᵀ; else eⱼ and eⱼᵀH, with the index of the sum over eⱼeⱼᵀH that H is."""
    if h.rows is ONE:
        return Number(1), h, None
    factors = h.operands if isinstance(h, Product) else (h,)
    for k in range(1, len(factors)):
        if factors[k].rows is ONE:
            return Product.of(*factors[:k]), Product.of(*factors[k:]), None
    taken = {i.name for i in h.free | hessian.free}
    index = Index(next(fresh(taken, "j", INDICES[1:])), h.rows)
    e = UnitVector(index, h.rows)
    return e, Product.of(Transpose(e), h), index


def unit_directions(np: Any, shape: tuple[int, int]) -> list[Any]:
    """The matrices with one entry 1 and else 0, column by column."""
    rows, cols = shape
    return list(np.swapaxes(np.eye(rows * cols).reshape(rows * cols, cols, rows), -1, -2))


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def derivative_sign(name: str, count: int, places: Sequence[int], style: Style) -> str:
    """∇f, ∇₂f, ∇²f, ∇²₁₂f: the order, and the places where there are several arguments; nabla2_12_f in ASCII."""
    order = str(len(places)) if len(places) > 1 else ""
    below = "".join(map(str, places)) if count > 1 else ""
    written = name_text(name, style)
    if style.latex:
        return r"\nabla" + (f"_{{{below}}}" if below else "") + (f"^{{{order}}}" if order else "") + f" {written}"
    if style.explicit:
        return f"nabla{order}{'_' if below else ''}{below}_{written}"
    return f"∇{order.translate(SUPERSCRIPTS)}{below.translate(SUBSCRIPTS)}{written}"


# ---- a stand-in for checks ----------------------------------------------------------------------------


def stand_in(np: Any, name: str, arguments: Sequence[Any], places: Sequence[int], directions: Sequence[Any]) -> Any:
    """A function with the name for checks, or one of its derivatives: a sum of waves sin(⟨C, A⟩ + φ).

    One wave runs along every entry of an argument, some run across all of them, so that the second derivatives have
    full rank and no symmetry but their own.
    """
    code = sum(map(ord, name))
    values = [_along_entries(np, code, arguments, places, directions)]
    for wave in range(1, WAVES + 1):
        ways = [_weights(np, code + 7 * wave, k, a) for k, a in enumerate(arguments)]
        angle = sum(_inner(c, a) for c, a in zip(ways, arguments, strict=True)) + 0.9 * wave
        value = np.sin(angle + len(places) * math.pi / 2)
        for place, direction in zip(places[1:], directions, strict=True):
            value = value * _inner(ways[place - 1], direction)
        values.append(value * ways[places[0] - 1] if places else value)
    return sum(values)


def _along_entries(
    np: Any, code: int, arguments: Sequence[Any], places: Sequence[int], directions: Sequence[Any]
) -> Any:
    """The waves sin(a + φ) of every entry a; mixed derivatives are 0."""
    if not places:
        waves = [np.sin(a + _weights(np, code, k, a)) for k, a in enumerate(arguments)]
        return sum(w.sum(axis=(-2, -1), keepdims=True) for w in waves)
    first = places[0] - 1
    if set(places) != {places[0]}:
        return 0.0 * arguments[first]
    value = np.sin(arguments[first] + _weights(np, code, first, arguments[first]) + len(places) * math.pi / 2)
    for direction in directions:
        value = value * direction
    return value


def _weights(np: Any, code: int, argument: int, a: Any) -> Any:
    """Numbers in the shape of an argument that are different for every entry, argument and wave."""
    row, column = np.arange(a.shape[-2])[:, None], np.arange(a.shape[-1])
    return np.cos(1.0 + 0.37 * code + 1.3 * argument + 2.1 * row + 3.3 * column) / math.sqrt(max(1, a.shape[-2]))


def _inner(a: Any, b: Any) -> Any:
    return (a * b).sum(axis=(-2, -1), keepdims=True)
