"""Functions of a square matrix: inverse, powers, trace, determinant."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Shape, shape_text
from matdiff.algebra.expr import OPERATORS, Data, Expr, Number, Operator, fact
from matdiff.algebra.laws import Statement, differential, stated_differential
from matdiff.algebra.notation import ATOM, POSTFIX, Notation, Slot, Style, call, fenced, power
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose
from matdiff.errors import ShapeError


class Inverse(Operator):
    """A⁻¹"""

    names = ("inv", "inverse")
    signature = "n×n → n×n"
    requires = "{0} is invertible"

    def notation(self, style: Style) -> Notation:
        a = self.operands[0]
        if isinstance(a, Transpose):
            return Notation((Slot(a.operands[0], ATOM), style.pick("⁻ᵀ", r"^{-\top}")), POSTFIX)
        return Notation((Slot(a, ATOM), style.pick("⁻¹", "^{-1}")), POSTFIX)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.linalg.inv(a)

    def lower(self, to: Any, a: Any) -> Any:
        return to.inverse(self.operands[0], a)

    d = stated_differential(
        "differential_of_inverse",
        "d(inv(A)) = -inv(A)*d(A)*inv(A)",
        title="d(A⁻¹)",
        requires="A invertible",
        source="Magnus and Neudecker, ch. 8, sec. 4",
    )


class MatrixPower(Operator):
    """Aᵏ for a square matrix and an integer k."""

    shown = "A: n×n"
    shown_with = (3,)

    def __new__(cls, base: Expr, exponent: int) -> Expr:  # type: ignore[misc]
        return cls.make((base,), (exponent,))

    @property
    def copies(self) -> int:  # type: ignore[override]
        return abs(int(self.data[0]))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        shape = operands[0].shape
        if shape[0] is not shape[1]:
            raise ShapeError(f"only a square matrix has powers, and this one is {shape_text(shape)}")
        return shape

    def notation(self, style: Style) -> Notation:
        return power(self.operands[0], Number(self.data[0]), style)

    @staticmethod
    def numpy(np: Any, a: Any, k: int) -> Any:
        return np.linalg.matrix_power(a, k)

    def lower(self, to: Any, a: Any) -> Any:
        k = self.data[0]
        return to.power(a, k) if k > 0 else to.power(to.inverse(self.operands[0], a), -k)

    @differential(
        "differential_of_matrix_power",
        "d(A^3) = d(A)*A^2 + A*d(A)*A + A^2*d(A)",
        title="d(Aᵏ)",
        also=(
            Statement("d(A^k) = sum(i=1..k, A^(i - 1)*d(A)*A^(k - i))", "A: n x n; k: integer"),
            Statement("d(A^(-k)) = -sum(i=1..k, A^(-i)*d(A)*A^(i - 1 - k))", "A: n x n; k: integer"),
        ),
        source="product law; for k < 0 also d(A⁻¹)",
    )
    def d(self: Expr, da: Expr) -> Expr:
        a, k = self.operands[0], self.data[0]
        if k > 0:
            return Sum.of(*[Product.of(*_powers(a, i), da, *_powers(a, k - 1 - i)) for i in range(k)])
        inner = [Product.of(*_powers(a, -i), da, *_powers(a, k - 1 + i)) for i in range(1, 1 - k)]
        return -Sum.of(*inner)


def _powers(a: Expr, k: int) -> tuple[Expr, ...]:
    """Aᵏ as factors of a product: none for k = 0."""
    return () if k == 0 else (matrix_power(a, k),)


def matrix_power(a: Expr, k: int) -> Expr:
    """Aᵏ, with A⁰ = I, A¹ = A and A⁻¹ the inverse."""
    if k == 0:
        return Identity(a.rows)
    return a if k == 1 else Inverse(a) if k == -1 else MatrixPower(a, k)


class Trace(Linear):
    """tr A, the sum of the diagonal entries."""

    names = ("tr", "trace", "Tr", "Trace")
    signature = "n×n → 1×1"

    def notation(self, style: Style) -> Notation:
        return call("Tr", self.operands, style)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.trace(a, axis1=-2, axis2=-1)[..., None, None]

    def lower(self, to: Any, a: Any) -> Any:
        return to.total(to.diagonal(a))

    def matrix(self) -> Expr:
        n = self.operands[0].rows
        return Number(1) if n is ONE else Transpose(OPERATORS["Vec"].of(Identity(n)))

    def adjoint(self, h: Expr) -> Expr:
        return Scale.of(h, Identity(self.operands[0].rows))


def between_bars(e: Expr, style: Style, name: str, text: tuple[str, str], latex: tuple[str, str]) -> Notation:
    """|A| or ‖A‖; in text by name when there are bars inside, since nobody could tell which belong together."""
    a = e.operands[0]
    return call(name, e.operands, style) if not style.latex and has_bars(a) else fenced(a, style, text, latex)


def has_bars(e: Expr) -> bool:
    """Whether something in an expression is written between bars."""
    return fact("bars", e, lambda node, below: node.barred or any(below))


class Determinant(Operator):
    """det A, the determinant."""

    barred = True
    names = ("det",)
    signature = "n×n → 1×1"
    requires = "{0} is invertible"

    @property
    def named(self) -> bool:
        """Whether it is written det(A): |a| is an absolute value."""
        return self.operands[0].is_scalar or has_bars(self.operands[0])

    def notation(self, style: Style) -> Notation:
        if self.operands[0].is_scalar:
            return call("det", self.operands, style)
        return between_bars(self, style, "det", ("|", "|"), (r"\left|", r"\right|"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.linalg.det(a)[..., None, None]

    def lower(self, to: Any, a: Any) -> Any:
        return to.determinant(self.operands[0], a, "det")

    d = stated_differential(
        "differential_of_determinant",
        "d(det(A)) = det(A)*tr(inv(A)*d(A))",
        title="d|A|",
        requires="A invertible",
        source="Jacobi; Magnus and Neudecker, ch. 8, sec. 3: d|A| = tr(adj(A) dA)",
    )


class LogDeterminant(Operator):
    """log |det A|, the logarithm of the absolute determinant."""

    names = ("logdet", "lndet")
    signature = "n×n → 1×1"
    requires = "{0} is invertible"

    def notation(self, style: Style) -> Notation:
        return fenced(self.operands[0], style, ("logdet(", ")"), (r"\log\det\left(", r"\right)"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.linalg.slogdet(a)[1][..., None, None]

    def lower(self, to: Any, a: Any) -> Any:
        return to.determinant(self.operands[0], a, "logdet")

    d = stated_differential(
        "differential_of_logdet",
        "d(logdet(A)) = tr(inv(A)*d(A))",
        title="d log|A|",
        requires="A invertible",
        source="Magnus and Neudecker, ch. 8, sec. 3",
    )
