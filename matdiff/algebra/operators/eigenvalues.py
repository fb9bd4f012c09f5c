"""The eigenvalues of a symmetric matrix as a vector, and the matrix of its eigenvectors."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.expr import Expr, Number, Operator
from matdiff.algebra.laws import differential
from matdiff.algebra.operators.inverses import NEGLIGIBLE
from matdiff.algebra.operators.products import Hadamard, Power, Product, Sum, Transpose
from matdiff.algebra.operators.singular import transposed, with_sign
from matdiff.algebra.operators.spectral_functions import eigenvalues, where_symmetric
from matdiff.algebra.operators.structure import DiagonalVector
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.errors import UnsupportedError


def symmetric_operand(e: Expr, what: str) -> Expr:
    """The matrix, whose eigenvalues or eigenvectors are differentiated only where it is symmetric."""
    s = e.operands[0]
    if not is_symmetric(s):
        message = f"the {what} of {str(s)[:60]} are differentiated only where it is known to be symmetric"
        raise UnsupportedError(message, suggestion="Declare the matrix symmetric.")
    return s


class Eigenvalues(Operator):
    """eigvals(S): the vector of the eigenvalues of a symmetric matrix, smallest first."""

    __slots__ = ()
    names = ("eigvals", "eigvalsh")
    signature = "n×n → n×1"
    requires = "the eigenvalues of {0} are simple"
    kink = True
    code = "eigvalsh(a)"

    @staticmethod
    def numpy(np: Any, s: Any) -> Any:
        return where_symmetric(np, s, eigenvalues(np, s))

    @staticmethod
    def gap(np: Any, s: Any) -> Any:
        """The distances between neighbours; what stays 0, as of A ⊗ I, does no harm."""
        values = eigenvalues(np, s)
        largest = np.maximum(1.0, np.abs(values).max(axis=-2, keepdims=True, initial=0.0))
        gaps = np.diff(values, axis=-2, append=np.inf) / largest
        return np.where(gaps > NEGLIGIBLE, gaps, 0.0)

    @differential(
        "differential_of_eigenvalues",
        "d(eigvals(S)) = diag(eigvecs(S)'*d(S)*eigvecs(S))",
        title="d λ(S)",
        where="S: n x n symmetric",
        requires="S symmetric with simple eigenvalues",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )
    def d(self: Expr, da: Expr) -> Expr:
        s = symmetric_operand(self, "eigenvalues")
        q = Eigenvectors(s)
        return DiagonalVector(Product.of(Transpose(q), da, q))


class Eigenvectors(Operator):
    """eigvecs(S): the orthogonal matrix of the eigenvectors of a symmetric matrix, in the order of eigvals(S)."""

    __slots__ = ()
    names = ("eigvecs",)
    signature = "n×n → n×n"
    requires = "the eigenvalues of {0} are simple"
    definition = "eigvecs(A) is the orthogonal Q whose columns are the eigenvectors of A, by increasing eigenvalues"
    kink = True
    gap = staticmethod(Eigenvalues.gap)
    code = "eigenvectors(a)"

    @staticmethod
    def numpy(np: Any, s: Any) -> Any:
        if not np.isfinite(s).all():
            return np.full_like(s, np.nan)
        vectors = np.linalg.eigh((s + transposed(np, s)) / 2)[1]
        return where_symmetric(np, s, with_sign(np, vectors))

    @differential(
        "differential_of_eigenvectors",
        "d(eigvecs(S)) = eigvecs(S)*(((ones(n)*eigvals(S)' - eigvals(S)*ones(n)' + eye(n)).^(-1) - eye(n)) "
        ".* (eigvecs(S)'*d(S)*eigvecs(S)))",
        title="d eigvecs(S)",
        where="S: n x n symmetric",
        requires="S symmetric with simple eigenvalues",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )
    def d(self: Expr, da: Expr) -> Expr:
        s = symmetric_operand(self, "eigenvectors")
        values, one, unit = Eigenvalues(s), Ones(s.rows), Identity(s.rows)
        gaps = Sum.of(Product.of(one, Transpose(values)), -Product.of(values, Transpose(one)), unit)
        turned = Product.of(Transpose(self), da, self)
        return Product.of(self, Hadamard.of(Power.of(gaps, Number(-1)) - unit, turned))
