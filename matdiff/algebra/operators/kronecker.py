"""vec and its inverse, the Kronecker product, and what is left of it when one factor is integrated out.

    Tr(M(A ⊗ B)) = Tr(ptrace2(M, B)A) = Tr(ptrace1(M, A)B)

defines the two partial traces: they are the adjoints of A ↦ A ⊗ B and B ↦ A ⊗ B.
"""

from __future__ import annotations

from typing import Any

from matdiff.algebra.dims import ONE, Monomial, Shape, Size, shape_text
from matdiff.algebra.expr import Data, Expr, Operator
from matdiff.algebra.laws import differential, shift
from matdiff.algebra.notation import POSTFIX, TERM, Notation, Slot, Style, call, latex_name
from matdiff.algebra.operators.products import Differentials, Scale, Sum, Transpose
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


class Unvec(Operator):
    """unvec(c, m, n): the m×n matrix A with vec(A) = c; data: its sizes."""

    __slots__ = ()
    names = ("unvec",)
    sizes = 2

    def __new__(cls, c: Expr, rows: Size, cols: Size) -> Expr:  # type: ignore[misc]
        return cls.make((c,), (rows, cols))

    @classmethod
    def of(cls, c: Expr, rows: Size, cols: Size) -> Expr:  # type: ignore[override]
        """The operand itself or its transpose where a column or a row is asked for."""
        if cols is ONE and c.rows is rows:
            return c
        return Transpose(c) if rows is ONE and c.rows is cols else cls(c, rows, cols)

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
        return Notation((Slot(a, POSTFIX), style.pick(" ⊗ ", r" \otimes "), Slot(b, POSTFIX)), TERM)

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


def _has_scalar(operands: tuple[Expr, ...]) -> bool:
    return len(operands) == 2 and any(o.is_scalar for o in operands)


# ---- partial traces --------------------------------------------------------------------------------


def divided(extent: Size, divisor: Size) -> Size | None:
    """The size k with k·divisor = extent; None where there is none (long division of polynomials)."""
    quotient, rest = Size(()), extent
    head, c = _leading(divisor)
    while rest.terms:
        names, number = _leading(rest)
        left = list(names)
        for name in head:
            if name not in left:
                return None
            left.remove(name)
        if number % c:
            return None
        step = Size(((tuple(left), number // c),))
        quotient, rest = quotient + step, rest - step * divisor
    return quotient


def _leading(s: Size) -> tuple[Monomial, int]:
    """The leading term in the order by degree and then by names, which products respect."""
    return min(s.terms, key=lambda term: (-len(term[0]), term[0]))


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


def _bilinear(cls: type[PartialTrace], e: Expr, dm: Differentials, da: Differentials) -> Expr:
    """The product law of an operation that is linear in each of its operands."""
    m, a = e.operands
    terms = [cls(dm, a)] if dm is not None else []
    return Sum.of(*terms, *([cls(m, da)] if da is not None else []))
