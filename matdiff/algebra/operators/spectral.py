"""Eigenvalues at the ends of the spectrum, λ_max and λ_min, and their eigenvectors as named pieces."""

from __future__ import annotations

from typing import Any, ClassVar

from matdiff.algebra.expr import Expr, Operator
from matdiff.algebra.laws import Law, Statement, stated_differential
from matdiff.algebra.notation import Notation, Slot, Style, call
from matdiff.algebra.operators.inverses import NEGLIGIBLE
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


class AtEnd(Operator):
    """The base of what is said of an eigenvalue at an end of the spectrum: the largest, or with −A the smallest."""

    ends: ClassVar[dict[str, str]] = {"max": "largest", "min": "smallest"}
    kink = True

    @classmethod
    def pair(cls, np: Any, a: Any) -> tuple[Any, Any, Any]:
        """The eigenvalue, its unit eigenvector, and the distance to the next one."""
        if cls.names[0].endswith("max"):
            return leading_eigenpair(np, a)
        value, vector, gap = leading_eigenpair(np, -a)
        return -value, vector, gap

    @classmethod
    def gap(cls, np: Any, a: Any) -> Any:
        return cls.pair(np, a)[2]

    def place(self) -> int:
        """Where the eigenvalue stands in a list of all of them."""
        return -1 if self.names[0].endswith("max") else 0


class Eigenvalue(AtEnd):
    """The base of λ_max and λ_min, whose eigenvectors are named pieces."""

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """A scalar is its own eigenvalue."""
        return operands[0] if len(operands) == 1 and operands[0].is_scalar else cls(*operands)

    def condition(self) -> str:
        a = self.operands[0]
        return (
            f"the {self.ends[self.names[0][-3:]]} eigenvalue of {a} is {'' if is_symmetric(a) else 'real and '}simple"
        )

    def notation(self, style: Style) -> Notation:
        name = self.names[0]
        if not style.latex:
            return call(name, self.operands, style)
        return Notation((rf"\lambda_{{\{name[-3:]}}}\left(", Slot(self.operands[0], 0), r"\right)"))

    @classmethod
    def numpy(cls, np: Any, a: Any) -> Any:
        return cls.pair(np, a)[0]

    def lower(self, to: Any, a: Any) -> Any:
        return symmetric_only(to, self, f"eigvalsh(a)[{self.place()}]", a)


def change_of_eigenvalue(end: str) -> Law:
    """dλ = wᵀdA v/wᵀv for the right eigenvector v and the left one w, which for a symmetric A is v."""
    eigenvalue, v, which = f"lambda_{end}", f"eigvec_{end}", AtEnd.ends[end]

    return stated_differential(
        f"differential_of_{which}_eigenvalue",
        f"d({eigenvalue}(A)) = {v}(A')'*d(A)*{v}(A)/({v}(A')'*{v}(A))",
        title=f"d λ_{end}(A)",
        also=(Statement(f"d({eigenvalue}(A)) = {v}(A)'*d(A)*{v}(A)", "A: n x n symmetric"),),
        where="A: n x n",
        requires=f"the {which} eigenvalue is simple; A symmetric, else the left eigenvector stands at the left",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )


class LargestEigenvalue(Eigenvalue):
    """λ_max(A), the largest eigenvalue (of a matrix that is not symmetric, by its real part)."""

    names = ("lambda_max",)
    signature = "n×n → 1×1"
    d = change_of_eigenvalue("max")


class SmallestEigenvalue(Eigenvalue):
    """λ_min(A), the smallest eigenvalue (of a matrix that is not symmetric, by its real part)."""

    names = ("lambda_min",)
    signature = "n×n → 1×1"
    d = change_of_eigenvalue("min")


class Eigenvector(AtEnd):
    """The base of the unit eigenvectors to λ_max and λ_min."""

    bounds = "[−1, 1]"

    @classmethod
    def numpy(cls, np: Any, a: Any) -> Any:
        return cls.pair(np, a)[1]

    def lower(self, to: Any, a: Any) -> Any:
        return symmetric_only(to, self, f"with_sign(eigh(a)[1][:, {self.place()}])", a)


def change_of_eigenvector(end: str) -> Law:
    """dv = (λI − A)⁺dA v for a symmetric A."""
    eigenvalue, which = f"lambda_{end}", AtEnd.ends[end]

    return stated_differential(
        f"differential_of_{which}_eigenvector",
        f"d(eigvec_{end}(A)) = pinv({eigenvalue}(A)*eye(n) - A)*d(A)*eigvec_{end}(A)",
        where="A: n x n symmetric",
        requires=f"A symmetric, its {which} eigenvalue simple",
        source="Magnus and Neudecker, ch. 8, sec. 9",
    )


class LargestEigenvector(Eigenvector):
    """eigvec_max(A): the unit eigenvector to λ_max(A); its largest entry is positive."""

    names = ("eigvec_max",)
    signature = "n×n → n×1"
    requires = "the largest eigenvalue of {0} is simple"
    definition = "eigvec_max(A) is the unit eigenvector of A to its largest eigenvalue"
    d = change_of_eigenvector("max")


class SmallestEigenvector(Eigenvector):
    """eigvec_min(A): the unit eigenvector to λ_min(A); its largest entry is positive."""

    names = ("eigvec_min",)
    signature = "n×n → n×1"
    requires = "the smallest eigenvalue of {0} is simple"
    definition = "eigvec_min(A) is the unit eigenvector of A to its smallest eigenvalue"
    d = change_of_eigenvector("min")
