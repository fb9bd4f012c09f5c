"""Functions of the eigenvalues: sums of them are traces of functions of the matrix."""

from __future__ import annotations

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import FUNCTIONS as TABLE
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.eigenvalues import Eigenvalues
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction
from matdiff.algebra.stated import stated

sum_over_eigenvalues = stated(
    "sum(f(eigvals(S))) = tr(funm(f, S))",
    title="sum(f(λ(S))) = Tr(f(S))",
    where="S: n x n symmetric",
    also=("sum(eigvals(S)) = tr(S)",),
    among=(),
    within=(Eigenvalues,),
    under_d=True,
    shorter=False,
)
orthogonality_of_eigenvectors = stated(
    "eigvecs(S)'*eigvecs(S) = eye(n)", where="S: n x n symmetric", also=("eigvecs(S)*eigvecs(S)' = eye(n)",)
)


composed_of_eigenvectors = stated(
    "eigvecs(S)*diag(f(eigvals(S)))*eigvecs(S)' = funm(f, S)",
    title="Q diag(f(λ))Qᵀ = f(S)",
    where="S: n x n symmetric",
)


@identity(
    "frechet_funm(f, S, E, eye(n)) = frechet_funm(f', S, E)",
    title="L(S, E, I) = L′(S, E)",
    where="S: n x n symmetric; E: n x n",
)
def direction_of_identity(e: Expr) -> Expr | None:
    """Along the identity f(S) changes by f′(S); for open functions, whose derivatives have names."""
    name, order, count = e.data
    split = len(e.operands) - count
    directions = [o for o in e.operands[split:] if not isinstance(o, Identity)]
    if name in TABLE or len(directions) == count or not directions:
        return None
    taken = count - len(directions)
    return FrechetOfFunction.make((*e.operands[:split], *directions), (name, order + taken, len(directions)))
