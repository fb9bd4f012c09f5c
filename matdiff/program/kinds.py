"""Which factorisation a matrix has: what is declared or evident of it decides."""

from __future__ import annotations

from collections.abc import Iterable

from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.definiteness.eigenvalues import Signs


class Kinds:
    """The kinds of square matrices: ``cholesky`` of a positive definite one, ``lower``, ``upper``, ``lu``,
    and ``symmetric``, of which it turns out whether it is positive definite, as a kernel that is written out is.
    """

    def __init__(self, sizes: Iterable[str] = ()) -> None:
        self._signs = Signs(sizes)

    def of(self, e: Expr) -> str:
        """The kind of a matrix that is inverted, or whose determinant is taken."""
        known = assumed(e) if isinstance(e, Symbol) else frozenset[str]()
        for triangle in ("lower", "upper"):
            if triangle in known:
                return triangle
        claim = self._signs.spectrum(e)
        if claim is None or claim.interval.is_nonpositive:
            return "lu"
        return "cholesky" if claim.interval.is_nonnegative else "symmetric"

    def is_symmetric(self, e: Expr) -> bool:
        """Whether a matrix is symmetric by the way it is written."""
        return self._signs.spectrum(e) is not None
