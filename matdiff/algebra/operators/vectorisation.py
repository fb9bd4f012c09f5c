"""The matrices of vectorisation, which their sizes determine: commutation K, duplication D and elimination L.

vec(Aᵀ) = K vec(A)        vec(S) = D vech(S) for a symmetric S        vech(A) = L vec(A)
"""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Shape, Size, triangular
from matdiff.algebra.expr import Data, Expr, Number, Operator
from matdiff.algebra.notation import Notation, Style


def unit_matrix(extent: Size) -> Expr:
    """I, which with one row is the number 1."""
    return Number(1) if extent is ONE else Identity(extent)


class OfOneSize(Operator):
    """What the matrices of a single size have in common; their data is that size."""

    sizes = 1

    def __new__(cls, extent: Size) -> Expr:  # type: ignore[misc]
        return cls.make((), (extent,))

    @classmethod
    def of(cls, extent: Size) -> Expr:  # type: ignore[override]
        """Of a number it is 1."""
        return Number(1) if extent is ONE else cls(extent)


class Commutation(Operator):
    """commutation(m, n): the matrix K with vec(Aᵀ) = K vec(A) for every m×n matrix A; data: its sizes."""

    names = ("commutation",)
    shown = "; m, n"
    letter = "K"
    bounds = "[0, 1]"
    sizes = 2
    constant = True

    def __new__(cls, rows: Size, cols: Size) -> Expr:  # type: ignore[misc]
        return cls.make((), (rows, cols))

    @classmethod
    def of(cls, rows: Size, cols: Size) -> Expr:  # type: ignore[override]
        """Of a row or a column it is the identity."""
        return unit_matrix(rows * cols) if ONE in (rows, cols) else cls(rows, cols)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0] * data[1], data[0] * data[1])

    def notation(self, style: Style) -> Notation:
        return sized_name("commutation", self.data, style)

    @staticmethod
    def numpy(np: Any, m: int, n: int) -> Any:
        """Row i·n + j of K takes the entry A[i, j], which stands at the place j·m + i of vec(A)."""
        return np.eye(m * n)[np.arange(m * n).reshape(n, m).T.ravel()]

    def lower(self, to: Any) -> Any:
        return to.commutation(*self.data)


class Duplication(OfOneSize):
    """duplication(n): the matrix D with vec(S) = D vech(S) for every symmetric n×n matrix S; data: n."""

    names = ("duplication",)
    shown = "; n"
    letter = "D"
    bounds = "[0, 1]"
    constant = True

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (data[0] * data[0], triangular(data[0]))

    def notation(self, style: Style) -> Notation:
        return sized_name("duplication", self.data, style)

    @staticmethod
    def numpy(np: Any, n: int) -> Any:
        """The row of the entry S[i, j] takes the entry of vech(S) for i and j, the larger one first."""
        cols, rows = np.triu_indices(n)
        places = np.zeros((n, n), dtype=int)
        places[rows, cols] = places[cols, rows] = np.arange(len(rows))
        return np.eye(len(rows))[places.ravel()]


class Elimination(OfOneSize):
    """elimination(n): the matrix L with vech(A) = L vec(A) for every n×n matrix A; data: n."""

    names = ("elimination",)
    shown = "; n"
    letter = "L"
    bounds = "[0, 1]"
    constant = True

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return (triangular(data[0]), data[0] * data[0])

    def notation(self, style: Style) -> Notation:
        return sized_name("elimination", self.data, style)

    @staticmethod
    def numpy(np: Any, n: int) -> Any:
        """The rows of I for the places j·n + i of vec(A) with i ≥ j."""
        cols, rows = np.triu_indices(n)
        return np.eye(n * n)[cols * n + rows]


def sized_name(name: str, sizes: Data, style: Style) -> Notation:
    """commutation(m, n)"""
    opening, closing = style.pick(f"{name}(", rf"\operatorname{{{name}}}\left("), style.pick(")", r"\right)")
    return Notation((opening, ", ".join(map(str, sizes)), closing))
