"""Parts of a matrix: lower, upper, symmetric, skew, diagonal; and the centring matrix."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import Shape, Size
from matdiff.algebra.expr import OPERATORS, Data, Expr, Number, Operator
from matdiff.algebra.notation import Notation, Style
from matdiff.algebra.operators.abbreviations import Abbreviation
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Hadamard, Scale, Transpose, ones_like
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.errors import ShapeError

# ---- triangles --------------------------------------------------------------------------------------


class LowerTriangle(Linear):
    """tril(A): A with zeros above its diagonal."""

    __slots__ = ()
    names = ("tril",)
    signature = "m×n → m×n"
    code = "tril(a)"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """tril(A); tril(A, −1) without the diagonal too, as NumPy and MATLAB have it."""
        return triangle(cls, UpperTriangle, -1, operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.tril(a)

    def adjoint(self, h: Expr) -> Expr:
        return UpperTriangle(h)

    def matrix(self) -> Expr:
        return kept(self)


class UpperTriangle(Linear):
    """triu(A): A with zeros below its diagonal."""

    __slots__ = ()
    names = ("triu",)
    signature = "m×n → m×n"
    code = "triu(a)"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """triu(A); triu(A, 1) without the diagonal too."""
        return triangle(cls, LowerTriangle, 1, operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.triu(a)

    def adjoint(self, h: Expr) -> Expr:
        return LowerTriangle(h)

    def matrix(self) -> Expr:
        return kept(self)


class HalvedTriangle(Linear):
    """halftril(A) = tril(A) − ½I ⊙ A: the lower triangle with its diagonal halved, Φ(A) in Murray (2016)."""

    __slots__ = ()
    names = ("halftril",)
    signature = "n×n → n×n"
    definition = "halftril(A) is the lower triangle of A with its diagonal halved"
    code = "0.5 * (tril(a) + tril(a, -1))"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.tril(a) - np.eye(a.shape[-1]) * a / 2

    def adjoint(self, h: Expr) -> Expr:
        return Transpose(HalvedTriangle(Transpose(h)))

    def matrix(self) -> Expr:
        return Number("1/2") if self.is_scalar else kept(self)


def _commutation(n: Size) -> Expr:
    """The matrix that turns vec A into vec Aᵀ, for square matrices."""
    from matdiff.algebra.operators.vectorisation import Commutation

    return Commutation(n, n)


def kept(e: Expr) -> Expr:
    """The diagonal matrix that keeps the entries of a triangle."""
    ones = ones_like(e)
    return ones if e.is_scalar else DiagonalMatrix(OPERATORS["Vec"].of(e.rebuild((ones,))))


def triangle(cls: type[Operator], other: type[Operator], strict: int, operands: tuple[Expr, ...]) -> Expr:
    """A triangle with its diagonal, or without: then it is what the other triangle leaves."""
    a, *offset = operands
    match [k.number for k in offset]:
        case [] | [0]:
            return cls(a)
        case [number] if number == strict:
            return a - other(a)
    raise ShapeError(f"{cls.title()} takes a matrix, and the number {strict} where the diagonal is left out")


# ---- symmetric and skew-symmetric parts -------------------------------------------------------------


class SymmetricPart(Linear):
    """sym(A) = ½(A + Aᵀ)"""

    __slots__ = ()
    names = ("sym",)
    signature = "n×n → n×n"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return (a + np.swapaxes(a, -1, -2)) / 2

    def lower(self, to: Any, a: Any) -> Any:
        return to.add(a, a.transposed()).times(number=Fraction(1, 2))

    def adjoint(self, h: Expr) -> Expr:
        return SymmetricPart(h)

    def matrix(self) -> Expr:
        n = self.rows
        return Number(1) if self.is_scalar else Scale.of(Number("1/2"), Identity(n * n) + _commutation(n))


class SkewPart(Linear):
    """skew(A) = ½(A − Aᵀ)"""

    __slots__ = ()
    names = ("skew",)
    signature = "n×n → n×n"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return (a - np.swapaxes(a, -1, -2)) / 2

    def lower(self, to: Any, a: Any) -> Any:
        return to.add(a, a.transposed().times(number=Fraction(-1))).times(number=Fraction(1, 2))

    def adjoint(self, h: Expr) -> Expr:
        return SkewPart(h)

    def matrix(self) -> Expr:
        n = self.rows
        return Number(0) if self.is_scalar else Scale.of(Number("1/2"), Identity(n * n) - _commutation(n))


class DiagonalPart(Abbreviation):
    """dg(A) = I ⊙ A, the matrix with nothing but the diagonal of A"""

    __slots__ = ()
    names = ("dg",)
    signature = "n×n → n×n"
    meaning = "dg(A) = eye(n) .* A"
    where = "A: n x n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (a,) = operands
        if a.rows is not a.cols:
            raise ShapeError("dg takes a square matrix")
        return Hadamard.of(Identity(a.rows), a)


# ---- matrices that their sizes determine ------------------------------------------------------------


class Centering(Operator):
    """centering(n) = I − 11ᵀ/n: it takes the mean of a vector off; data: its size."""

    __slots__ = ()
    names = ("centering", "center")
    shown = "; n"
    sizes = 1
    constant = True

    def __new__(cls, rows: Size) -> Expr:  # type: ignore[misc]
        return cls.make((), (rows,))

    @classmethod
    def of(cls, rows: Size) -> Expr:  # type: ignore[override]
        return cls(rows)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0], data[0])

    def notation(self, style: Style) -> Notation:
        opening, closing = style.pick("centering(", r"\operatorname{centering}\left("), style.pick(")", r"\right)")
        return Notation((opening, f"{self.data[0]}", closing))

    @staticmethod
    def numpy(np: Any, n: int) -> Any:
        return np.eye(n) - np.full((n, n), 1.0 / n)

    def lower(self, to: Any) -> Any:
        n = self.rows
        mean = to.hadamard(to.map("1 / a", to.count(n)), to.constant(-1, n, n))
        return to.add(to.identity(n), mean)
