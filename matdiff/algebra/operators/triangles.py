"""Parts of a matrix: lower, upper, symmetric, skew, diagonal; and the centring matrix."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

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


class Triangle(Linear):
    """The base of both triangles; without the diagonal, from the *strict* one on, one is what the *other* leaves."""

    strict: ClassVar[int] = 0
    other: ClassVar[type[Triangle]]

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """tril(A); tril(A, −1) without the diagonal too, as NumPy and MATLAB have it."""
        a, *offset = operands
        match [k.number for k in offset]:
            case [] | [0]:
                return cls(a)
            case [number] if number == cls.strict:
                return a - cls.other(a)
        raise ShapeError(f"{cls.title()} takes a matrix, and the number {cls.strict} where the diagonal is left out")

    @classmethod
    def numpy(cls, np: Any, a: Any) -> Any:
        return getattr(np, cls.names[0])(a)

    def adjoint(self, h: Expr) -> Expr:
        return self.other(h)

    def matrix(self) -> Expr:
        return kept(self)


class LowerTriangle(Triangle):
    """tril(A): A with zeros above its diagonal."""

    names = ("tril",)
    signature = "m×n → m×n"
    strict = -1
    code = "tril(a)"


class UpperTriangle(Triangle):
    """triu(A): A with zeros below its diagonal."""

    names = ("triu",)
    signature = "m×n → m×n"
    strict = 1
    other = LowerTriangle
    code = "triu(a)"


LowerTriangle.other = UpperTriangle


class HalvedTriangle(Linear):
    """halftril(A) = tril(A) − ½I ⊙ A: the lower triangle with its diagonal halved, Φ(A) in Murray (2016)."""

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


# ---- symmetric and skew-symmetric parts -------------------------------------------------------------


class HalfOfBoth(Linear):
    """The base of ½(A + Aᵀ) and ½(A − Aᵀ), by the *sign* of Aᵀ."""

    sign: ClassVar[int] = 1

    @classmethod
    def numpy(cls, np: Any, a: Any) -> Any:
        return (a + cls.sign * np.swapaxes(a, -1, -2)) / 2

    def lower(self, to: Any, a: Any) -> Any:
        return to.add(a, a.transposed().times(number=Fraction(self.sign))).times(number=Fraction(1, 2))

    def adjoint(self, h: Expr) -> Expr:
        return type(self)(h)

    def matrix(self) -> Expr:
        n = self.rows
        if self.is_scalar:
            return Number((1 + self.sign) // 2)
        return Scale.of(Number("1/2"), Identity(n * n) + Number(self.sign) * _commutation(n))


class SymmetricPart(HalfOfBoth):
    """sym(A) = ½(A + Aᵀ)"""

    names = ("sym",)
    signature = "n×n → n×n"


class SkewPart(HalfOfBoth):
    """skew(A) = ½(A − Aᵀ)"""

    names = ("skew",)
    signature = "n×n → n×n"
    sign = -1


class DiagonalPart(Abbreviation):
    """dg(A) = I ⊙ A, the matrix with nothing but the diagonal of A"""

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
