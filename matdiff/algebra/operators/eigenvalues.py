"""The eigenvalues of a symmetric matrix as a vector, and the matrix of its eigenvectors."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.expr import Operator
from matdiff.algebra.laws import stated_differential
from matdiff.algebra.operators.inverses import NEGLIGIBLE
from matdiff.algebra.operators.singular import transposed, with_sign
from matdiff.algebra.operators.spectral_functions import eigenvalues, where_symmetric


class Eigenvalues(Operator):
    """eigvals(S): the vector of the eigenvalues of a symmetric matrix, smallest first."""

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

    d = stated_differential(
        "differential_of_eigenvalues",
        "d(eigvals(S)) = diag(eigvecs(S)'*d(S)*eigvecs(S))",
        title="d λ(S)",
        where="S: n x n symmetric",
        requires="S symmetric with simple eigenvalues",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )


class Eigenvectors(Operator):
    """eigvecs(S): the orthogonal matrix of the eigenvectors of a symmetric matrix, in the order of eigvals(S)."""

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

    d = stated_differential(
        "differential_of_eigenvectors",
        "d(eigvecs(S)) = eigvecs(S)*(((ones(n)*eigvals(S)' - eigvals(S)*ones(n)' + eye(n)).^(-1) - eye(n)) "
        ".* (eigvecs(S)'*d(S)*eigvecs(S)))",
        title="d eigvecs(S)",
        where="S: n x n symmetric",
        requires="S symmetric with simple eigenvalues",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )
