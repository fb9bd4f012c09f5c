"""Functions of the eigenvalues: sums of them are traces of functions of the matrix."""

from __future__ import annotations

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import FUNCTIONS as TABLE
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.kinds import SPECTRAL
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.eigenvalues import Eigenvalues, Eigenvectors
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction, of_matrix
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.stated import stated


@identity(
    "sum(exp(eigvals(S))) = tr(expm(S))",
    title="sum(f(λ(S))) = Tr(f(S))",
    where="S: n x n symmetric",
    also=("sum(eigvals(S)) = tr(S)", "sum(f(eigvals(S))) = tr(funm(f, S))"),
    under_d=True,
    shorter=False,
)
def sum_over_eigenvalues(e: Expr) -> Expr | None:
    """For every f that is made of operations on single entries."""
    a = e.operands[0]
    if not a.classes & SPECTRAL:
        return None
    found = [node for node in postorder(a, prune=lambda n: not n.classes & SPECTRAL) if isinstance(node, Eigenvalues)]
    if len(found) != 1 or not is_symmetric(found[0].operands[0]):
        return None
    try:
        return Trace(of_matrix(a, found[0], found[0].operands[0]))
    except ValueError:
        return None


orthogonality_of_eigenvectors = stated(
    "eigvecs(S)'*eigvecs(S) = eye(n)", where="S: n x n symmetric", also=("eigvecs(S)*eigvecs(S)' = eye(n)",)
)


@identity(
    "eigvecs(S)*diag(exp(eigvals(S)))*eigvecs(S)' = expm(S)",
    title="Q diag(f(λ))Qᵀ = f(S)",
    where="S: n x n symmetric",
    among=(Eigenvectors,),
)
def composed_of_eigenvectors(e: Expr) -> Expr | None:
    """For every f that is made of operations on single entries."""
    f = e.operands
    for k in range(len(f) - 2):
        match f[k : k + 3]:
            case (Eigenvectors(operands=(s,)) as q, DiagonalMatrix(operands=(v,)), Transpose(operands=(p,))) if p is q:
                try:
                    return Product.of(*f[:k], of_matrix(v, Eigenvalues(s), s), *f[k + 3 :])
                except ValueError:
                    continue
    return None


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
