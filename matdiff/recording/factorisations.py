"""Factorisations and equations of NumPy's and SciPy's linear algebra: Cholesky, eigenvalues, solve_triangular, …"""

from __future__ import annotations

from typing import Any

from matdiff.algebra.assumptions import implied
from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import FUNCTIONS as NAMED
from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.eigenvalues import Eigenvalues, Eigenvectors
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.inverses import PseudoInverse
from matdiff.algebra.operators.kronecker import Kronecker, Unvec, Vec
from matdiff.algebra.operators.matrix_functions import Cholesky
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sylvester import Sylvester
from matdiff.algebra.operators.triangles import LowerTriangle, UpperTriangle
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, OF_TORCH, UFUNCS, Traced, function, lift, refuse
from matdiff.recording.axes import diag
from matdiff.recording.hints import hint_for
from matdiff.recording.linear import norm, solve, square_matrix
from matdiff.recording.operations import divide, matmul, multiply, square, subtract
from matdiff.recording.reductions import mean, total
from matdiff.recording.shapes import flip
from matdiff.recording.stacking import stack
from matdiff.records import NamedTuple

# ---- Cholesky -------------------------------------------------------------------------------------------


HOW = "Declare a positive definite matrix: {0.name}: {0.rows} x {0.cols} spd."


@function("linalg.cholesky")
def cholesky(a: Any, *, upper: bool = False) -> Traced:
    """The lower factor L with LLᵀ = A, or Lᵀ."""
    x = square_matrix(a, "cholesky")
    if isinstance(x.expr, Symbol) and "symmetric" not in implied(x.expr.properties):
        refuse(f"the Cholesky factor of {x.expr.name}, which is not declared symmetric", HOW.format(x.expr))
    factor = Cholesky.of(x.expr)
    return Traced(Transpose(factor) if upper else factor, x.lengths)


@function("scipy.linalg.cholesky")
def scipy_cholesky(a: Any, lower: bool = False, **options: Any) -> Traced:
    """SciPy gives the upper factor unless it is asked for the lower one."""
    return cholesky(a, upper=not lower)


@function("scipy.linalg.cho_factor")
def cho_factor(a: Any, lower: bool = False, **options: Any) -> tuple[Traced, bool]:
    return scipy_cholesky(a, lower), lower


@function("scipy.linalg.cho_solve")
def cho_solve(c_and_lower: Any, b: Any, **options: Any) -> Traced:
    """A⁻¹b for the factor of A, of which the other triangle is not looked at."""
    factor, lower = c_and_lower
    x = triangle(square_matrix(factor, "cho_solve"), lower)
    whole = matmul(x, x.T) if lower else matmul(x.T, x)
    e = body(x.expr)
    e = body(e.operands[0]) if isinstance(e, Transpose) else e
    if isinstance(e, Cholesky):
        whole = Traced(e.operands[0], x.lengths)
    return solve(whole, b)


OF_TORCH["cholesky_solve"] = lambda b, factor, upper=False: cho_solve((factor, not upper), b)


@function("scipy.linalg.solve_triangular")
def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, **options: Any) -> Traced:  # fmt: skip  # noqa: E501
    """L⁻¹b with a triangle of A."""
    x = square_matrix(a, "solve_triangular")
    if unit_diagonal:
        refuse("solve_triangular with unit_diagonal=True")
    e = triangle(x, lower).expr
    turned = trans in (1, "T")
    return matmul(Traced(Inverse.of(flip(e) if turned else e), x.lengths), lift(b))


OF_TORCH["linalg.solve_triangular"] = lambda a, b, *, upper: solve_triangular(a, b, lower=not upper)


def triangle(a: Traced, lower: bool) -> Traced:
    """The lower or the upper triangle of a matrix, which may be the matrix."""
    if is_triangle(a.expr, lower):
        return a
    return Traced(LowerTriangle(a.expr) if lower else UpperTriangle(a.expr), a.lengths)


def is_triangle(e: Expr, lower: bool) -> bool:
    """Whether an expression is triangular by its form or its declaration."""
    e = body(e)
    turned = isinstance(e, Transpose)
    inner = body(e.operands[0]) if turned else e
    properties: frozenset[str] = getattr(inner, "properties", frozenset())
    is_lower = isinstance(inner, (Cholesky, LowerTriangle)) or "lower" in properties
    is_upper = isinstance(inner, UpperTriangle) or "upper" in properties
    return (is_lower if lower != turned else is_upper) or "diagonal" in properties or isinstance(inner, Identity)


def body(e: Expr) -> Expr:
    """What a name stands for."""
    return e.operands[0] if isinstance(e, Named) else e


@function("scipy.linalg.solve")
def scipy_solve(a: Any, b: Any, **options: Any) -> Traced:
    """A⁻¹b; assume_a says how to compute it, which changes nothing where it is true"""
    if any(options.get(k) for k in ("transposed", "lower")):
        refuse("scipy.linalg.solve with transposed= or lower=")
    return solve(a, b)


@function("scipy.linalg.solve_sylvester")
def solve_sylvester(a: Any, b: Any, q: Any) -> Traced:
    """The X with AX + XB = Q."""
    x, y, c = lift(a), lift(b), lift(q)
    return Traced(Sylvester.of(x.expr, y.expr, c.expr), c.lengths)


@function("scipy.linalg.solve_continuous_lyapunov", "scipy.linalg.solve_lyapunov")
def solve_continuous_lyapunov(a: Any, q: Any) -> Traced:
    """The X with AX + XAᵀ = Q."""
    return solve_sylvester(a, lift(a).T, q)


@function("scipy.linalg.solve_discrete_lyapunov")
def solve_discrete_lyapunov(a: Any, q: Any, method: Any = None) -> Traced:
    """The X with AXAᵀ − X + Q = 0: vec X = (I − A ⊗ A)⁻¹ vec Q."""
    x, c = square_matrix(a, "solve_discrete_lyapunov"), lift(q)
    n = x.lengths[0]
    whole = Identity(n * n) - Kronecker.of(x.expr, x.expr)
    return Traced(Unvec.of(Product.of(Inverse.of(whole), Vec.of(c.expr)), n, n), c.lengths)


# ---- eigenvalues and functions of matrices -----------------------------------------------------------------


@function("linalg.eigvalsh")
def eigvalsh(a: Any, UPLO: str = "L", **options: Any) -> Traced:
    x = square_matrix(a, "eigvalsh")
    return Traced(Eigenvalues(x.expr), x.lengths[:1])


class Spectrum(NamedTuple):
    """What np.linalg.eigh gives."""

    eigenvalues: Traced
    eigenvectors: Traced


@function("linalg.eigh")
def eigh(a: Any, UPLO: str = "L", **options: Any) -> Spectrum:
    x = square_matrix(a, "eigh")
    return Spectrum(eigvalsh(x), Traced(Eigenvectors(x.expr), x.lengths))


@function("linalg.svdvals", "scipy.linalg.svdvals")
def svdvals(a: Any) -> Traced:
    """The square roots of the eigenvalues of AᵀA, largest first; of AAᵀ where A has fewer rows."""
    x = lift(a)
    rows, cols = (n.number for n in x.lengths)
    if rows is None or cols is None:
        refuse("the singular values of a matrix of symbolic size", "There are their norms: np.linalg.norm(A, 'nuc').")
    gram = matmul(x.T, x) if cols <= rows else matmul(x, x.T)
    values = UFUNCS["sqrt"](eigvalsh(gram))
    return values[::-1]


@function("linalg.svd")
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Traced:
    return svdvals(a) if not compute_uv else refuse("np.linalg.svd", hint_for("svd"))


@function("linalg.lstsq")
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Traced, None, None, None]:
    """A⁺b, the solution of the least squares"""
    x = lift(a)
    return matmul(Traced(PseudoInverse.of(x.expr), x.lengths[::-1]), lift(b)), None, None, None


def of_matrix(name: str) -> Any:
    """expm, logm, sqrtm: a function of the language"""

    def meaning(A: Any, **options: Any) -> Traced:
        x = square_matrix(A, name)
        return Traced(NAMED[name].of(x.expr), x.lengths)

    return meaning


for _name in ("expm", "logm", "sqrtm"):
    FUNCTIONS[f"scipy.linalg.{_name}"] = of_matrix(_name)
OF_TORCH["linalg.matrix_exp"] = OF_TORCH["matrix_exp"] = of_matrix("expm")

# ---- distances, covariances ----------------------------------------------------------------------------------


def squared_distances(a: Traced, b: Traced) -> Traced:
    """‖aᵢ‖² + ‖bⱼ‖² − 2aᵢᵀbⱼ"""
    rows, cols = (total(square(x), 1) for x in (a, b))
    return rows[:, None] + cols - multiply(lift(2), matmul(a, b.T))


@function("distance.cdist", "cdist")
def cdist(XA: Any, XB: Any, metric: Any = "euclidean", p: Any = 2) -> Traced:
    """The distances of all pairs of rows."""
    a, b = lift(XA), lift(XB)
    if a.ndim != 2 or b.ndim != 2:
        raise ShapeError("cdist takes arrays with two axes")
    metric = "euclidean" if metric == 2 else metric
    if metric not in ("sqeuclidean", "euclidean") or p != 2:
        refuse(f"cdist with the metric {metric}")
    if metric == "sqeuclidean":
        return squared_distances(a, b)
    squares: Traced = total(square(subtract(a[:, None], b[None])), -1)  # none of them is less than 0 by rounding
    return Traced(Sqrt(squares.expr), squares.lengths)


@function("cov")
def cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None) -> Traced:
    """The covariances of the rows: X_cX_cᵀ/(N − 1)"""
    x = lift(m) if rowvar else lift(m).T
    if y is not None:
        return of_two(x, lift(y), 1 if ddof is None and not bias else ddof or 0)
    centred = subtract(x, mean(x, -1, keepdims=True))
    count = lift(x.shape[-1]) - (ddof if ddof is not None else int(not bias))
    return divide(matmul(centred, centred.T), count)


def of_two(x: Traced, y: Traced, ddof: int) -> Traced:
    """The matrix of the variances and the covariance of two vectors."""
    if x.ndim != 1 or y.ndim != 1:
        refuse("np.cov of two matrices")
    a, b = (subtract(v, mean(v)) for v in (x, y))
    count = lift(x.shape[0]) - ddof
    aa, ab, bb = (divide(matmul(p, q), count) for p, q in ((a, a), (a, b), (b, b)))
    return stack([stack([aa, ab]), stack([ab, bb])])


@function("corrcoef")
def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Traced:
    """The correlations of the rows, or of two vectors."""
    if y is not None and lift(x).ndim == lift(y).ndim == 1:
        a, b = (subtract(v, mean(v)) for v in (lift(x), lift(y)))
        r = divide(matmul(a, b), multiply(norm(a), norm(b)))
        return stack([stack([lift(1), r]), stack([r, lift(1)])])
    c = cov(x, y, rowvar)
    spread = divide(lift(1), Traced(Sqrt(diag(c).expr), c.lengths[:1]))
    return multiply(multiply(spread[:, None], c), spread)
