"""Eigenvalues at the ends of the spectrum, λ_max and λ_min, and their eigenvectors as named pieces."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Operator
from matdiff.algebra.laws import Statement, differential
from matdiff.algebra.notation import Notation, Slot, Style, call
from matdiff.algebra.operators.inverses import NEGLIGIBLE, PseudoInverse
from matdiff.algebra.operators.products import Product, Scale, Transpose, reciprocal
from matdiff.algebra.operators.singular import transposed, with_sign
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.errors import UnsupportedError


def leading_eigenpair(np: Any, a: Any) -> tuple[Any, Any, Any]:
    """The largest eigenvalue, its unit eigenvector, and the distance to the next one; NaN where it is not real."""
    if np.abs(a - transposed(np, a)).max(initial=0.0) <= 1e-12 * np.abs(a).max(initial=0.0):
        values, vectors = np.linalg.eigh((a + transposed(np, a)) / 2)
    else:
        values, vectors = np.linalg.eig(a)
    order = np.argsort(-values.real, axis=-1)
    sorted_values = np.take_along_axis(values, order, -1)
    first = sorted_values[..., :1, None]
    real = first.imag == 0
    vector = np.take_along_axis(vectors, order[..., None, :1], -1)
    gap = np.abs(sorted_values[..., :1] - sorted_values[..., 1:]).min(axis=-1, initial=np.inf)[..., None, None]
    gap = gap / np.maximum(1.0, np.abs(first))
    gap = np.where(gap > NEGLIGIBLE, gap, 0.0)  # an eigenvalue that stays multiple, as of A ⊗ I, does no harm
    return np.where(real, first.real, np.nan), np.where(real, with_sign(np, vector.real), np.nan), gap


def symmetric_only(to: Any, node: Expr, formula: str, a: Any) -> Any:
    """A function of the eigenvalues of a symmetric matrix as code."""
    if not is_symmetric(node.operands[0]):
        raise UnsupportedError("there is no code for eigenvalues of a matrix that is not symmetric yet")
    return to.apply(formula, node.shape, a)


class Eigenvalue(Operator):
    """The base of λ_max and λ_min: an eigenvalue at the end of the spectrum, with its eigenvector as a named piece."""

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """A scalar is its own eigenvalue."""
        return operands[0] if len(operands) == 1 and operands[0].is_scalar else cls(*operands)

    def condition(self) -> str:
        which, a = self.names[0].removeprefix("lambda_"), self.operands[0]
        extreme = {"max": "largest", "min": "smallest"}[which]
        return f"the {extreme} eigenvalue of {a} is {'' if is_symmetric(a) else 'real and '}simple"

    def notation(self, style: Style) -> Notation:
        name = self.names[0]
        if not style.latex:
            return call(name, self.operands, style)
        return Notation((rf"\lambda_{{\{name[-3:]}}}\left(", Slot(self.operands[0], 0), r"\right)"))


def _change(eigenvector: type[Operator], a: Expr, da: Expr) -> Expr:
    """dλ = wᵀdA v/wᵀv for the right eigenvector v and the left one w, which for a symmetric A is v."""
    v, w = eigenvector(a), eigenvector(Transpose(a))
    if is_symmetric(a):
        return Product.of(Transpose(v), da, v)
    return Scale.of(reciprocal(Product.of(Transpose(w), v)), Product.of(Transpose(w), da, v))


class LargestEigenvalue(Eigenvalue):
    """λ_max(A), the largest eigenvalue (of a matrix that is not symmetric, by its real part)."""

    names = ("lambda_max",)
    signature = "n×n → 1×1"
    kink = True

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return leading_eigenpair(np, a)[0]

    def lower(self, to: Any, a: Any) -> Any:
        return symmetric_only(to, self, "eigvalsh(a)[-1]", a)

    @staticmethod
    def gap(np: Any, a: Any) -> Any:
        return leading_eigenpair(np, a)[2]

    @differential(
        "differential_of_largest_eigenvalue",
        "d(lambda_max(A)) = eigvec_max(A)'*d(A)*eigvec_max(A)",
        title="d λ_max(A)",
        also=(
            Statement(
                "d(lambda_max(A)) = eigvec_max(A')'*d(A)*eigvec_max(A)/(eigvec_max(A')'*eigvec_max(A))", "A: n x n"
            ),
        ),
        where="A: n x n symmetric",
        requires="the largest eigenvalue is simple; A symmetric, else the left eigenvector stands at the left",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )
    def d(self: Expr, da: Expr) -> Expr:
        return _change(LargestEigenvector, self.operands[0], da)


class SmallestEigenvalue(Eigenvalue):
    """λ_min(A), the smallest eigenvalue (of a matrix that is not symmetric, by its real part)."""

    names = ("lambda_min",)
    signature = "n×n → 1×1"
    kink = True

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return -leading_eigenpair(np, -a)[0]

    def lower(self, to: Any, a: Any) -> Any:
        return symmetric_only(to, self, "eigvalsh(a)[0]", a)

    @staticmethod
    def gap(np: Any, a: Any) -> Any:
        return leading_eigenpair(np, -a)[2]

    @differential(
        "differential_of_smallest_eigenvalue",
        "d(lambda_min(A)) = eigvec_min(A)'*d(A)*eigvec_min(A)",
        title="d λ_min(A)",
        also=(
            Statement(
                "d(lambda_min(A)) = eigvec_min(A')'*d(A)*eigvec_min(A)/(eigvec_min(A')'*eigvec_min(A))", "A: n x n"
            ),
        ),
        where="A: n x n symmetric",
        requires="the smallest eigenvalue is simple; A symmetric, else the left eigenvector stands at the left",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )
    def d(self: Expr, da: Expr) -> Expr:
        return _change(SmallestEigenvector, self.operands[0], da)


class LargestEigenvector(Operator):
    """eigvec_max(A): the unit eigenvector to λ_max(A); its largest entry is positive."""

    names = ("eigvec_max",)
    bounds = "[−1, 1]"
    signature = "n×n → n×1"
    requires = "the largest eigenvalue of {0} is simple"
    definition = "eigvec_max(A) is the unit eigenvector of A to its largest eigenvalue"
    kink = True
    gap = staticmethod(LargestEigenvalue.gap)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return leading_eigenpair(np, a)[1]

    def lower(self, to: Any, a: Any) -> Any:
        return symmetric_only(to, self, "with_sign(eigh(a)[1][:, -1])", a)

    @differential(
        "differential_of_largest_eigenvector",
        "d(eigvec_max(A)) = pinv(lambda_max(A)*eye(n) - A)*d(A)*eigvec_max(A)",
        where="A: n x n symmetric",
        requires="A symmetric, its largest eigenvalue simple",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )
    def d(self: Expr, da: Expr) -> Expr:
        return _eigenvector_change(LargestEigenvalue, self, da)


class SmallestEigenvector(Operator):
    """eigvec_min(A): the unit eigenvector to λ_min(A); its largest entry is positive."""

    names = ("eigvec_min",)
    bounds = "[−1, 1]"
    signature = "n×n → n×1"
    requires = "the smallest eigenvalue of {0} is simple"
    definition = "eigvec_min(A) is the unit eigenvector of A to its smallest eigenvalue"
    kink = True
    gap = staticmethod(SmallestEigenvalue.gap)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return leading_eigenpair(np, -a)[1]

    def lower(self, to: Any, a: Any) -> Any:
        return symmetric_only(to, self, "with_sign(eigh(a)[1][:, 0])", a)

    @differential(
        "differential_of_smallest_eigenvector",
        "d(eigvec_min(A)) = pinv(lambda_min(A)*eye(n) - A)*d(A)*eigvec_min(A)",
        where="A: n x n symmetric",
        requires="A symmetric, its smallest eigenvalue simple",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )
    def d(self: Expr, da: Expr) -> Expr:
        return _eigenvector_change(SmallestEigenvalue, self, da)


def _eigenvector_change(eigenvalue: type[Operator], v: Expr, da: Expr) -> Expr:
    """dv = (λI − A)⁺dA v for a symmetric A."""
    a = v.operands[0]
    if not is_symmetric(a):
        raise UnsupportedError(
            f"the eigenvectors of {str(a)[:60]} are differentiated only where it is known to be symmetric",
            suggestion="Declare the matrix symmetric.",
        )
    return Product.of(PseudoInverse(Scale.of(eigenvalue(a), Identity(a.rows)) - a), da, v)
