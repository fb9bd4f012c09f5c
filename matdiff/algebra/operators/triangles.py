"""Parts of a matrix (lower, upper, symmetric, skew, diagonal), and two matrices that their sizes determine."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.dims import ONE, Shape, Size
from matdiff.algebra.expr import Data, Expr, Identity, Operator
from matdiff.algebra.laws import differential, shift
from matdiff.algebra.notation import Notation, Style
from matdiff.algebra.operators.products import Hadamard, Transpose
from matdiff.algebra.operators.reductions import Abbreviation
from matdiff.errors import ShapeError

# ---- triangles --------------------------------------------------------------------------------------


class LowerTriangle(Operator):
    """tril(A): A with zeros above its diagonal."""

    __slots__ = ()
    names = ("tril",)
    signature = "m×n → m×n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """tril(A); tril(A, −1) without the diagonal too, as NumPy and MATLAB have it."""
        return triangle(cls, UpperTriangle, -1, operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.tril(a)

    @differential("differential_of_lower_triangle", "d tril(A)", "d(tril(A)) = tril(d(A))", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return LowerTriangle(da)

    @shift(
        "trace_of_lower_triangle",
        "Tr(A tril(B)) = Tr(triu(A)B)",
        "tr(A*tril(B)) = tr(triu(A)*B)",
        where="A: n x m; B: m x n",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return UpperTriangle(h)


class UpperTriangle(Operator):
    """triu(A): A with zeros below its diagonal."""

    __slots__ = ()
    names = ("triu",)
    signature = "m×n → m×n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """triu(A); triu(A, 1) without the diagonal too."""
        return triangle(cls, LowerTriangle, 1, operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.triu(a)

    @differential("differential_of_upper_triangle", "d triu(A)", "d(triu(A)) = triu(d(A))", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return UpperTriangle(da)

    @shift(
        "trace_of_upper_triangle",
        "Tr(A triu(B)) = Tr(tril(A)B)",
        "tr(A*triu(B)) = tr(tril(A)*B)",
        where="A: n x m; B: m x n",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return LowerTriangle(h)


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


class SymmetricPart(Operator):
    """sym(A) = ½(A + Aᵀ)"""

    __slots__ = ()
    names = ("sym",)
    signature = "n×n → n×n"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return (a + np.swapaxes(a, -1, -2)) / 2

    @differential("differential_of_symmetric_part", "d sym(A)", "d(sym(A)) = sym(d(A))")
    def d(self: Expr, da: Expr) -> Expr:
        return SymmetricPart(da)

    @shift("trace_of_symmetric_part", "Tr(A sym(B)) = Tr(sym(A)B)", "tr(A*sym(B)) = tr(sym(A)*B)")
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return SymmetricPart(h)


class SkewPart(Operator):
    """skew(A) = ½(A − Aᵀ)"""

    __slots__ = ()
    names = ("skew",)
    signature = "n×n → n×n"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return (a - np.swapaxes(a, -1, -2)) / 2

    @differential("differential_of_skew_part", "d skew(A)", "d(skew(A)) = skew(d(A))")
    def d(self: Expr, da: Expr) -> Expr:
        return SkewPart(da)

    @shift("trace_of_skew_part", "Tr(A skew(B)) = Tr(skew(A)B)", "tr(A*skew(B)) = tr(skew(A)*B)")
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return SkewPart(h)


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


class Commutation(Operator):
    """commutation(m, n): the matrix K with vec(Aᵀ) = K vec(A) for every m×n matrix A; data: its sizes."""

    __slots__ = ()
    names = ("commutation",)
    sizes = 2
    constant = True

    def __new__(cls, rows: Size, cols: Size) -> Expr:  # type: ignore[misc]
        return cls.make((), (rows, cols))

    @classmethod
    def of(cls, rows: Size, cols: Size) -> Expr:  # type: ignore[override]
        """Of a row or a column it is the identity."""
        return Identity(rows * cols) if ONE in (rows, cols) else cls(rows, cols)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0] * data[1], data[0] * data[1])

    def notation(self, style: Style) -> Notation:
        opening, closing = style.pick("commutation(", r"\operatorname{commutation}\left("), style.pick(")", r"\right)")
        return Notation((opening, f"{self.data[0]}, {self.data[1]}", closing))

    @staticmethod
    def numpy(np: Any, m: int, n: int) -> Any:
        """Row i·n + j of K takes the entry A[i, j], which stands at the place j·m + i of vec(A)."""
        return np.eye(m * n)[np.arange(m * n).reshape(n, m).T.ravel()]


def transposed_constant(e: Expr) -> Expr | None:
    """The transpose of a matrix that its sizes determine."""
    if isinstance(e, Commutation):
        return Commutation(*reversed(e.data))
    return e if isinstance(e, Centering) else None


def lower_or_upper(e: Expr) -> Expr | None:
    """tril(A)ᵀ is triu(Aᵀ), and the other way round."""
    if isinstance(e, LowerTriangle | UpperTriangle):
        other = UpperTriangle if isinstance(e, LowerTriangle) else LowerTriangle
        a = e.operands[0]
        return other(a.operands[0] if isinstance(a, Transpose) else Transpose(a))
    return None
