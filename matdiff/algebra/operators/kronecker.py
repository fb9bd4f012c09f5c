"""vec and its inverse, the Kronecker product, and what is left of it when one factor is integrated out.

    Tr(M(A ⊗ B)) = Tr(ptrace2(M, B)A) = Tr(ptrace1(M, A)B)

defines the two partial traces: they are the adjoints of A ↦ A ⊗ B and B ↦ A ⊗ B.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.dims import ONE, Relation, Shape, Size, shape_text, triangular
from matdiff.algebra.dims import divided as divided
from matdiff.algebra.expr import Data, Expr
from matdiff.algebra.notation import POSTFIX, TERM, Notation, Slot, Style, call, latex_name
from matdiff.algebra.operators.linear import Bilinear, Linear
from matdiff.algebra.operators.products import Product, Scale, Transpose
from matdiff.algebra.operators.vectorisation import Commutation, Elimination, unit_matrix
from matdiff.errors import ShapeError

# ---- vec and its inverse ---------------------------------------------------------------------------


class Vec(Linear):
    """vec(A): the columns of A, one below the other."""

    names = ("vec",)
    signature = "m×n → n*m×1"
    source = "Magnus and Neudecker, ch. 2, sec. 4: vec(A)ᵀvec(B) = Tr(AᵀB)"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """A column is its own vec, and a row is the transpose of it."""
        a = operands[0]
        if len(operands) == 1 and ONE in a.shape:
            return a if a.cols is ONE else Transpose(a)
        return cls(*operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.swapaxes(a, -1, -2).reshape(*a.shape[:-2], -1, 1)

    def lower(self, to: Any, a: Any) -> Any:
        return a._replace(rows=(*a.cols, *a.rows), cols=())

    def adjoint(self, h: Expr) -> Expr:
        return Transpose(Unvec.of(Transpose(h), *self.operands[0].shape))

    def matrix(self) -> Expr:
        return unit_matrix(self.rows)


class Unvec(Linear):
    """unvec(c, m, n): the m×n matrix A with vec(A) = c; data: its sizes."""

    names = ("unvec",)
    shown = "c: m*n×1; m, n"
    sizes = 2
    relations = (Relation("m*n×1 → m×n", "m n"),)

    def __new__(cls, c: Expr, rows: Size, cols: Size) -> Expr:  # type: ignore[misc]
        return cls.make((c,), (rows, cols))

    @classmethod
    def of(cls, c: Expr, rows: Size, cols: Size) -> Expr:  # type: ignore[override]
        """The operand itself or its transpose where a column or a row is asked for."""
        if cols is ONE and c.rows is rows:
            return c
        return Transpose(c) if rows is ONE and c.rows is cols else cls(c, rows, cols)

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        return f"a vector with {sizes[0] * sizes[1]} rows"

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        rows, cols = data
        if len(operands) != 1 or operands[0].shape != (rows * cols, ONE):
            shown = " and ".join(shape_text(o.shape) for o in operands)
            raise ShapeError(f"unvec to {shape_text((rows, cols))} takes {rows * cols} rows, not {shown}")
        return (rows, cols)

    def notation(self, style: Style) -> Notation:
        rows, cols = self.data
        opening = style.pick("unvec(", r"\operatorname{unvec}\left(")
        return Notation((opening, Slot(self.operands[0], 0), f", {rows}, {cols}", style.pick(")", r"\right)")))

    @staticmethod
    def numpy(np: Any, c: Any, rows: int, cols: int) -> Any:
        return np.swapaxes(c.reshape(*c.shape[:-2], cols, rows), -1, -2)

    def lower(self, to: Any, c: Any) -> Any:
        rows, cols = self.shape
        return to.unstacked(c, rows, cols)

    def adjoint(self, h: Expr) -> Expr:
        return Transpose(Vec.of(Transpose(h)))

    def matrix(self) -> Expr:
        return unit_matrix(self.operands[0].rows)


class Vech(Linear):
    """vech(A): the columns of the lower triangle of A, one below the other."""

    names = ("vech",)
    shown = "A: n×n"
    relations = (Relation("n×n → (n*n+n)/2×1"),)

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """A number is its own vech."""
        return operands[0] if len(operands) == 1 and operands[0].is_scalar else cls.make(operands)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        if len(operands) != 1 or operands[0].rows is not operands[0].cols:
            raise ShapeError(f"vech takes a square matrix, not {' and '.join(shape_text(o.shape) for o in operands)}")
        return (triangular(operands[0].rows), ONE)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        cols, rows = np.triu_indices(a.shape[-1])
        return a[..., rows, cols][..., None]

    def adjoint(self, h: Expr) -> Expr:
        n = self.operands[0].rows
        return Transpose(Unvec.of(Product.of(Transpose(Elimination(n)), Transpose(h)), n, n))

    def matrix(self) -> Expr:
        return Elimination.of(self.operands[0].rows)


# ---- the Kronecker product -------------------------------------------------------------------------


class Kronecker(Bilinear):
    """A ⊗ B, the Kronecker product: the matrix of the blocks aᵢⱼB."""

    names = ("kron",)
    signature = "m×n, p×q → m*p×n*q"
    stated = ("A: m×n, B: p×q", "x: m×1, y: p×1")
    source = "Magnus and Neudecker, ch. 8, sec. 2; ch. 3, sec. 7: vec(A ⊗ B) = (I ⊗ K ⊗ I)(vec(A) ⊗ vec(B))"
    mirrors = True

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """With a scalar it is the ordinary product."""
        has_scalar = len(operands) == 2 and any(o.is_scalar for o in operands)
        return Scale.of(*sorted(operands, key=lambda e: not e.is_scalar)) if has_scalar else cls(*operands)

    def notation(self, style: Style) -> Notation:
        a, b = self.operands
        left = Slot(a, TERM if isinstance(a, Kronecker) else POSTFIX)  # A ⊗ B ⊗ C is (A ⊗ B) ⊗ C
        return Notation((left, style.pick(" ⊗ ", r" \otimes "), Slot(b, POSTFIX)), TERM)

    @staticmethod
    def numpy(np: Any, a: Any, b: Any) -> Any:
        blocks = a[..., :, None, :, None] * b[..., None, :, None, :]
        return blocks.reshape(*blocks.shape[:-4], a.shape[-2] * b.shape[-2], a.shape[-1] * b.shape[-1])

    def lower(self, to: Any, a: Any, b: Any) -> Any:
        return to.kronecker(a, b)

    def form(self) -> int:
        return 1 if {o.cols for o in self.operands} == {ONE} else 0

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        a, b = self.operands
        return PartialTrace2(h, b) if place == 0 else PartialTrace1(h, a)

    def matrix_at(self, place: int) -> Expr:
        """(I ⊗ K ⊗ I)(vec(A) ⊗ I) by B."""
        a, b = self.operands
        return by_first_factor(a.shape, b) if place == 0 else by_second_factor(a, b.shape)


def by_first_factor(shape: Shape, b: Expr) -> Expr:
    """M with vec(A ⊗ B) = M vec(A) for an A of a shape."""
    return _sorted_entries(shape, b.shape, Kronecker.of(unit_matrix(shape[0] * shape[1]), Vec.of(b)))


def by_second_factor(a: Expr, shape: Shape) -> Expr:
    """M with vec(A ⊗ B) = M vec(B) for a B of a shape."""
    return _sorted_entries(a.shape, shape, Kronecker.of(Vec.of(a), unit_matrix(shape[0] * shape[1])))


def _sorted_entries(left: Shape, right: Shape, m: Expr) -> Expr:
    """(I ⊗ K ⊗ I)M, which takes the entries of vec(A) ⊗ vec(B) to the places that they have in vec(A ⊗ B)."""
    (rows, cols), (p, q) = left, right
    if ONE in (rows, q):
        return m
    inner = Kronecker.of(unit_matrix(cols), Commutation(q, rows))
    return Product.of(Kronecker.of(inner, unit_matrix(p)), m)


# ---- partial traces --------------------------------------------------------------------------------


class PartialTrace(Bilinear):
    """A partial trace of M, whose rows and columns are counted by two indices each, against a matrix."""

    mirrors = True

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """The shapes are matched by division."""
        return cls(*operands)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        if len(operands) != 2:
            raise ShapeError(f"{cls.title()} takes 2 operands, not {len(operands)}")
        (rows, cols), (p, q) = operands[0].shape, operands[1].shape
        n, m = divided(rows, q), divided(cols, p)
        if n is None or m is None or not n.terms or not m.terms:
            raise ShapeError(
                f"{cls.title()}(M, A) needs an M of size n·q×m·p for an A of size p×q, "
                f"not {shape_text((rows, cols))} and {shape_text((p, q))}"
            )
        return (n, m)

    def notation(self, style: Style) -> Notation:
        name = self.names[0]
        if not style.latex:
            return call(name, self.operands, style)
        opening = rf"{latex_name(name[:-1])}_{name[-1]}\left("
        return Notation((opening, Slot(self.operands[0], 0), ", ", Slot(self.operands[1], 0), r"\right)"))


class PartialTrace1(PartialTrace):
    """ptrace1(M, A) = Σᵢⱼ aⱼᵢMᵢⱼ over the blocks of M, for which Tr(M(A ⊗ B)) = Tr(ptrace1(M, A)B)."""

    names = ("ptrace1",)
    shown = "M: n*q×m*p, A: m×n"
    signature = "n*q×m*p, m×n → q×p"
    definition = "ptrace1(M, A) is the sum of aⱼᵢMᵢⱼ over the blocks Mᵢⱼ of M"

    @staticmethod
    def numpy(np: Any, m: Any, a: Any) -> Any:
        rows, cols = a.shape[-2:]
        blocks = m.reshape(*m.shape[:-2], cols, m.shape[-2] // cols, rows, m.shape[-1] // rows)
        return np.einsum("...iajb,...ji->...ab", blocks, a)

    def lower(self, to: Any, m: Any, a: Any) -> Any:
        return to.partial_trace(m, a, self.operands[1].shape, first=True)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        m, a = self.operands
        return Kronecker.of(a, h) if place == 0 else PartialTrace2(m, h)

    def matrix_at(self, place: int) -> Expr:
        """By M it is the adjoint of B ↦ Aᵀ ⊗ B."""
        m, a = self.operands
        q, p = self.shape
        if place == 0:
            return Transpose(by_second_factor(Transpose(a), (q, p)))
        order = Kronecker.of(Commutation.of(a.cols, a.rows * p), unit_matrix(q))
        return Unvec.of(Product.of(order, Vec.of(m)), p * q, a.rows * a.cols)


class PartialTrace2(PartialTrace):
    """ptrace2(M, B) with the entries Tr(MᵢⱼB) for the blocks of M, for which Tr(M(A ⊗ B)) = Tr(ptrace2(M, B)A)."""

    names = ("ptrace2",)
    shown = "M: n*q×m*p, B: p×q"
    signature = "n*q×m*p, p×q → n×m"
    definition = "ptrace2(M, B) has the entries Tr(MᵢⱼB) for the blocks Mᵢⱼ of M"

    @staticmethod
    def numpy(np: Any, m: Any, b: Any) -> Any:
        rows, cols = b.shape[-2:]
        blocks = m.reshape(*m.shape[:-2], m.shape[-2] // cols, cols, m.shape[-1] // rows, rows)
        return np.einsum("...iajb,...ba->...ij", blocks, b)

    def lower(self, to: Any, m: Any, b: Any) -> Any:
        return to.partial_trace(m, b, self.operands[1].shape, first=False)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        m, b = self.operands
        return Kronecker.of(h, b) if place == 0 else PartialTrace1(m, h)

    def matrix_at(self, place: int) -> Expr:
        """By M it is the adjoint of A ↦ A ⊗ Bᵀ."""
        trace, b = self.operands
        (n, m), (p, q) = self.shape, b.shape
        if place == 0:
            return Transpose(by_first_factor((n, m), Transpose(b)))
        inner = Kronecker.of(unit_matrix(q), Commutation.of(p, m))
        order = Product.of(Kronecker.of(inner, unit_matrix(n)), Commutation.of(q, n * p * m))
        return Unvec.of(Product.of(order, Vec.of(trace)), m * n, p * q)
