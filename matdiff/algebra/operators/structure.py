"""Diagonals, vec, Kronecker products, and named definitions."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.dims import ONE, Shape, Size
from matdiff.algebra.expr import Data, Expr, Operator
from matdiff.algebra.laws import Law
from matdiff.algebra.notation import Notation, Style, call, name_text
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Transpose


class DiagonalMatrix(Linear):
    """diag(x): the diagonal matrix with the entries of a vector."""

    names = ("Diag",)
    signature = "n×1 → n×n"

    def notation(self, style: Style) -> Notation:
        return call("diag", self.operands, style)

    @staticmethod
    def numpy(np: Any, x: Any) -> Any:
        return x * np.eye(x.shape[-2])

    def lower(self, to: Any, x: Any) -> Any:
        return x._replace(cols=x.rows)

    def adjoint(self, h: Expr) -> Expr:
        return Transpose(DiagonalVector(h))

    def matrix(self) -> Expr:
        return _columns(self.rows)


class DiagonalVector(Linear):
    """diag(A): the vector of the diagonal entries of a square matrix."""

    names = ("diag", "Diagonal", "diagm")
    signature = "n×n → n×1"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """diag goes both ways: a matrix from a vector, a vector from a matrix."""
        a = operands[0]
        return DiagonalMatrix(a) if len(operands) == 1 and a.cols is ONE and not a.is_scalar else cls(*operands)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.diagonal(a, axis1=-2, axis2=-1)[..., None]

    def lower(self, to: Any, a: Any) -> Any:
        return to.diagonal(a)

    def adjoint(self, h: Expr) -> Expr:
        return DiagonalMatrix(Transpose(h))

    def matrix(self) -> Expr:
        chosen = _columns(self.rows)
        return chosen if chosen.is_scalar else Transpose(chosen)


def _columns(n: Size) -> Expr:
    """The matrix with the columns e ⊗ e of the unit vectors e."""
    from matdiff.algebra.operators.khatri_rao import KhatriRao
    from matdiff.algebra.operators.vectorisation import unit_matrix

    return KhatriRao.of(unit_matrix(n), unit_matrix(n))


class Named(Operator):
    """A definition h = …: the body under its name; data: the name."""

    is_inner = False
    closed = True

    def __new__(cls, name: str, body: Expr) -> Expr:  # type: ignore[misc]
        return cls.make((body,), (name,))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return operands[0].shape

    @property
    def name(self) -> str:
        name: str = self.data[0]
        return name

    def notation(self, style: Style) -> Notation:
        return Notation((name_text(self.name, style),))

    @staticmethod
    def numpy(np: Any, a: Any, name: str) -> Any:
        return a

    def lower(self, to: Any, a: Any) -> Any:
        return a

    d = Law(
        "differential_of_definition",
        "definition",
        "d(h) = d(A)",
        "definition",
        lambda node, da: da,
        where="h, A: m x n",
        requires="h is defined as A",
    )


def value_of(e: Expr) -> Expr:
    """What a name stands for, all definitions of definitions opened; anything else is its own value."""
    while isinstance(e, Named):
        e = e.operands[0]
    return e


def is_named(e: Expr) -> bool:
    """Whether an expression is a definition, written by its name."""
    return isinstance(e, Named)


def is_not_named(e: Expr) -> bool:
    """A definition keeps the form that it was given: what changes lines asks this before it enters a node."""
    return type(e) is not Named
