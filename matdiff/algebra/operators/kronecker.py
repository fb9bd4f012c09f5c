"""vec and its inverse, the Kronecker product, and what is left of it when one factor is integrated out.

    Tr(M(A ⊗ B)) = Tr(ptrace2(M, B)A) = Tr(ptrace1(M, A)B)

defines the two partial traces: they are the adjoints of A ↦ A ⊗ B and B ↦ A ⊗ B.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matdiff.algebra.dims import ONE, Relation, Shape, Size, shape_text, triangular
from matdiff.algebra.dims import divided as divided
from matdiff.algebra.expr import Data, Expr, Operator
from matdiff.algebra.laws import differential, shift, vec
from matdiff.algebra.notation import POSTFIX, TERM, Notation, Slot, Style, call, latex_name
from matdiff.algebra.operators.products import Differentials, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.vectorisation import Commutation, Elimination, unit_matrix
from matdiff.errors import ShapeError

# ---- vec and its inverse ---------------------------------------------------------------------------


class Vec(Operator):
    """vec(A): the columns of A, one below the other."""

    __slots__ = ()
    names = ("vec",)
    signature = "m×n → n*m×1"

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

    @differential("differential_of_vec", "d vec(A)", "d(vec(A)) = vec(d(A))", where="A: m x n")
    def d(self: Expr, da: Expr) -> Expr:
        return Vec.of(da)

    @shift(
        "trace_of_vec",
        "cᵀvec(A) = Tr(unvec(c)ᵀA)",
        "tr(c'*vec(A)) = tr(unvec(c, m, n)'*A)",
        where="c: m*n; A: m x n",
        source="Magnus and Neudecker, ch. 2, sec. 4: vec(A)ᵀvec(B) = Tr(AᵀB)",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Transpose(Unvec.of(Transpose(h), *self.operands[0].shape))

    @vec("vec_of_vec", "vec(vec(A)) = I vec(A)", "vec(vec(A)) = eye(m*n)*vec(A)", where="A: m x n")
    def vec(self: Expr, place: int) -> Expr:
        return unit_matrix(self.rows)


class Unvec(Operator):
    """unvec(c, m, n): the m×n matrix A with vec(A) = c; data: its sizes."""

    __slots__ = ()
    names = ("unvec",)
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

    @differential("differential_of_unvec", "d unvec(c)", "d(unvec(c, m, n)) = unvec(d(c), m, n)", where="c: m*n")
    def d(self: Expr, dc: Expr) -> Expr:
        return Unvec(dc, *self.shape)

    @shift("trace_of_unvec", "Tr(A unvec(c)) = vec(Aᵀ)ᵀc", "tr(A*unvec(c, m, n)) = tr(vec(A')'*c)", where="A: n x m")
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return Transpose(Vec.of(Transpose(h)))

    @vec("vec_of_matrix_of_vector", "vec(unvec(c)) = Ic", "vec(unvec(c, m, n)) = eye(m*n)*c", where="c: m*n")
    def vec(self: Expr, place: int) -> Expr:
        return unit_matrix(self.operands[0].rows)


class Vech(Operator):
    """vech(A): the columns of the lower triangle of A, one below the other."""

    __slots__ = ()
    names = ("vech",)
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

    @differential("differential_of_vech", "d vech(A)", "d(vech(A)) = vech(d(A))", where="A: n x n")
    def d(self: Expr, da: Expr) -> Expr:
        return Vech.of(da)

    @shift(
        "trace_of_vech",
        "cᵀvech(A) = Tr(unvec(Lᵀc)ᵀA)",
        "tr(c'*vech(A)) = tr(unvec(elimination(n)'*c, n, n)'*A)",
        where="A: n x n; c: n*(n+1)/2",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        n = self.operands[0].rows
        return Transpose(Unvec.of(Product.of(Transpose(Elimination(n)), Transpose(h)), n, n))

    @vec("vec_of_vech", "vech(A) = L vec(A)", "vech(A) = elimination(n)*vec(A)", where="A: n x n")
    def vec(self: Expr, place: int) -> Expr:
        return Elimination.of(self.operands[0].rows)


# ---- the Kronecker product -------------------------------------------------------------------------


class Kronecker(Operator):
    """A ⊗ B, the Kronecker product: the matrix of the blocks aᵢⱼB."""

    __slots__ = ()
    names = ("kron",)
    signature = "m×n, p×q → m*p×n*q"
    mirrors = True

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """With a scalar it is the ordinary product."""
        return Scale.of(*sorted(operands, key=lambda e: not e.is_scalar)) if _has_scalar(operands) else cls(*operands)

    def notation(self, style: Style) -> Notation:
        a, b = self.operands
        left = Slot(a, TERM if isinstance(a, Kronecker) else POSTFIX)  # A ⊗ B ⊗ C is (A ⊗ B) ⊗ C
        return Notation((left, style.pick(" ⊗ ", r" \otimes "), Slot(b, POSTFIX)), TERM)

    @staticmethod
    def numpy(np: Any, a: Any, b: Any) -> Any:
        blocks = a[..., :, None, :, None] * b[..., None, :, None, :]
        return blocks.reshape(*blocks.shape[:-4], a.shape[-2] * b.shape[-2], a.shape[-1] * b.shape[-1])

    @differential(
        "differential_of_kronecker",
        "d(A ⊗ B)",
        "d(kron(A, B)) = kron(d(A), B) + kron(A, d(B))",
        where="A: m x n; B: p x q",
        source="Magnus and Neudecker, ch. 8, sec. 2",
    )
    def d(self: Expr, da: Differentials, db: Differentials) -> Expr:
        a, b = self.operands
        terms = [Kronecker(da, b)] if da is not None else []
        return Sum.of(*terms, *([Kronecker(a, db)] if db is not None else []))

    @shift(
        "trace_of_kronecker",
        "Tr(M(A ⊗ B)) = Tr(ptrace2(M, B)A)",
        "tr(M*kron(A, B)) = tr(ptrace2(M, B)*A)",
        where="M: n*q x m*p; A: m x n; B: p x q",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        a, b = self.operands
        return PartialTrace2(h, b) if place == 0 else PartialTrace1(h, a)

    @vec(
        "vec_of_kronecker",
        "vec(A ⊗ B) = (I ⊗ K ⊗ I)(I ⊗ vec(B))vec(A)",
        "vec(kron(A, B)) = kron(kron(eye(n), commutation(q, m)), eye(p))*kron(eye(m*n), vec(B))*vec(A)",
        where="A: m x n; B: p x q",
        source="Magnus and Neudecker, ch. 3, sec. 7: vec(A ⊗ B) = (I ⊗ K ⊗ I)(vec(A) ⊗ vec(B))",
    )
    def vec(self: Expr, place: int) -> Expr:
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


def _has_scalar(operands: tuple[Expr, ...]) -> bool:
    return len(operands) == 2 and any(o.is_scalar for o in operands)


# ---- partial traces --------------------------------------------------------------------------------


class PartialTrace(Operator):
    """A partial trace of M, whose rows and columns are counted by two indices each, against a matrix."""

    __slots__ = ()
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

    __slots__ = ()
    names = ("ptrace1",)
    signature = "n*q×m*p, m×n → q×p"
    definition = "ptrace1(M, A) is the sum of aⱼᵢMᵢⱼ over the blocks Mᵢⱼ of M"

    @staticmethod
    def numpy(np: Any, m: Any, a: Any) -> Any:
        rows, cols = a.shape[-2:]
        blocks = m.reshape(*m.shape[:-2], cols, m.shape[-2] // cols, rows, m.shape[-1] // rows)
        return np.einsum("...iajb,...ji->...ab", blocks, a)

    @differential(
        "differential_of_ptrace1",
        "d ptrace1(M, A)",
        "d(ptrace1(M, A)) = ptrace1(d(M), A) + ptrace1(M, d(A))",
        where="M: n*q x m*p; A: m x n",
    )
    def d(self: Expr, dm: Differentials, da: Differentials) -> Expr:
        return _bilinear(PartialTrace1, self, dm, da)

    @shift(
        "trace_of_ptrace1",
        "Tr(H ptrace1(M, A)) = Tr((A ⊗ H)M)",
        "tr(H*ptrace1(M, A)) = tr(kron(A, H)*M)",
        where="M: n*q x m*p; A: m x n; H: p x q",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        m, a = self.operands
        return Kronecker.of(a, h) if place == 0 else PartialTrace2(m, h)

    @vec(
        "vec_of_ptrace1",
        "vec(ptrace1(M, A)) = unvec((K ⊗ I)vec(M))vec(A)",
        "vec(ptrace1(M, A)) = unvec(kron(commutation(n, m*p), eye(q))*vec(M), p*q, m*n)*vec(A)",
        where="M: n*q x m*p; A: m x n",
    )
    def vec(self: Expr, place: int) -> Expr:
        """By M it is the adjoint of B ↦ Aᵀ ⊗ B."""
        m, a = self.operands
        q, p = self.shape
        if place == 0:
            return Transpose(by_second_factor(Transpose(a), (q, p)))
        order = Kronecker.of(Commutation.of(a.cols, a.rows * p), unit_matrix(q))
        return Unvec.of(Product.of(order, Vec.of(m)), p * q, a.rows * a.cols)


class PartialTrace2(PartialTrace):
    """ptrace2(M, B) with the entries Tr(MᵢⱼB) for the blocks of M, for which Tr(M(A ⊗ B)) = Tr(ptrace2(M, B)A)."""

    __slots__ = ()
    names = ("ptrace2",)
    signature = "n*q×m*p, p×q → n×m"
    definition = "ptrace2(M, B) has the entries Tr(MᵢⱼB) for the blocks Mᵢⱼ of M"

    @staticmethod
    def numpy(np: Any, m: Any, b: Any) -> Any:
        rows, cols = b.shape[-2:]
        blocks = m.reshape(*m.shape[:-2], m.shape[-2] // cols, cols, m.shape[-1] // rows, rows)
        return np.einsum("...iajb,...ba->...ij", blocks, b)

    @differential(
        "differential_of_ptrace2",
        "d ptrace2(M, B)",
        "d(ptrace2(M, B)) = ptrace2(d(M), B) + ptrace2(M, d(B))",
        where="M: n*q x m*p; B: p x q",
    )
    def d(self: Expr, dm: Differentials, db: Differentials) -> Expr:
        return _bilinear(PartialTrace2, self, dm, db)

    @shift(
        "trace_of_ptrace2",
        "Tr(H ptrace2(M, B)) = Tr((H ⊗ B)M)",
        "tr(H*ptrace2(M, B)) = tr(kron(H, B)*M)",
        where="M: n*q x m*p; B: p x q; H: m x n",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        m, b = self.operands
        return Kronecker.of(h, b) if place == 0 else PartialTrace1(m, h)

    @vec(
        "vec_of_ptrace2",
        "vec(ptrace2(M, B)) = unvec((I ⊗ K ⊗ I)K vec(M))vec(B)",
        "vec(ptrace2(M, B)) = "
        "unvec(kron(kron(eye(q), commutation(p, m)), eye(n))*commutation(q, n*p*m)*vec(M), m*n, p*q)*vec(B)",
        where="M: n*q x m*p; B: p x q",
    )
    def vec(self: Expr, place: int) -> Expr:
        """By M it is the adjoint of A ↦ A ⊗ Bᵀ."""
        trace, b = self.operands
        (n, m), (p, q) = self.shape, b.shape
        if place == 0:
            return Transpose(by_first_factor((n, m), Transpose(b)))
        inner = Kronecker.of(unit_matrix(q), Commutation.of(p, m))
        order = Product.of(Kronecker.of(inner, unit_matrix(n)), Commutation.of(q, n * p * m))
        return Unvec.of(Product.of(order, Vec.of(trace)), m * n, p * q)


def _bilinear(cls: type[PartialTrace], e: Expr, dm: Differentials, da: Differentials) -> Expr:
    """The product law of an operation that is linear in each of its operands."""
    m, a = e.operands
    terms = [cls(dm, a)] if dm is not None else []
    return Sum.of(*terms, *([cls(m, da)] if da is not None else []))
