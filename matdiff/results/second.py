"""What jacobian and hessian give back: the answer in several views, with everything that led to it.

In go the records of matdiff.calculus, out come numbers, text, LaTeX and JSON when they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.simplification import tidy
from matdiff.calculus.derivation import Gradients
from matdiff.calculus.hessian import Hessians, bilinear_form, freed, product_with_vector
from matdiff.calculus.jacobian import Jacobians
from matdiff.calculus.naming import letter_of
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.results.base import DerivedResult
from matdiff.results.layouts import require_layout, turned

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate
    from matdiff.numeric.check import Verification
    from matdiff.page.model import Answer, Page

T = TypeVar("T")


class Entries(NamedTuple):
    """A derivative in index notation: ∂Fᵢⱼ/∂Xₖₗ, where δ_{ik} is the entry I[i, k]."""

    function: Expr
    unknown: Expr
    derivative: Expr

    def __str__(self) -> str:
        from matdiff.page.derivatives import in_indices

        return f"∂{self.function}/∂{self.unknown} = {in_indices(self.derivative)}"


class Jacobian(DerivedResult):
    """A derived Jacobian with everything that led to it.

    result, results   the matrix J with d vec F = J d vec X; a mapping from the names of the unknowns to the matrices
    operator          the differential as a linear map: dF where dX = V, with V_X for the direction of X
    entries           the same in index notation
    unconstrained     for unknowns with a property (symmetric, …) the matrix before the projection
    layout            ``numerator`` (a row of J for every entry of F) or ``denominator`` (its transpose)
    """

    _found: Gradients

    def __init__(self, derived: Jacobians, layout: str = "numerator") -> None:
        require_layout(layout)
        found = derived.whole
        super().__init__(found)
        self._derived = derived
        self.layout = layout
        self.function: Expr = found.function
        self.unknowns: Mapping[str, Expr] = found.unknowns
        self.results: Mapping[str, Expr] = {n: self._laid_out(j, n) for n, j in found.gradients.items()}
        self.unconstrained: Mapping[str, Expr] = {n: self._laid_out(j, n) for n, j in found.unconstrained.items()}

    def _laid_out(self, j: Expr, name: str) -> Expr:
        return j if self.layout == "numerator" or self.unknowns[name].is_scalar else turned(j)

    @property
    def result(self) -> Expr:
        """The Jacobian with respect to the only unknown."""
        return only(self.results, "Jacobians")

    @property
    def operator(self) -> Expr:
        """dF where dX = V_X: the linear map whose matrix is J."""
        from matdiff.calculus.adjoint import directions, pushed

        f, unknowns = freed(self.function, self.unknowns)
        return pushed(f, directions(f, unknowns, {}))

    @property
    def entries(self) -> Entries:
        """∂Fᵢⱼ/∂Xₖₗ for the only unknown."""
        from matdiff.calculus.entries import entries

        f, unknowns = freed(self.function, self.unknowns)
        return Entries(*entries(f, only(unknowns, "unknowns")))

    @property
    def by_vech(self) -> Expr:
        """J D: the Jacobian with respect to vech(S), the lower triangle of the only, symmetric unknown."""
        unknown = only(self.unknowns, "unknowns")
        free = self._found.unconstrained.get(next(iter(self.unknowns)), next(iter(self._found.gradients.values())))
        return tidy(Product.of(free, duplication_of(unknown)))

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares both sides of every step, and J d vec X with differences of the function, on random instances."""
        from matdiff.numeric.second import verified

        return verified(self._derived, seed, trials)

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        return {"jacobian": tuple(self.results.values())}

    def answers(self) -> list[Answer]:
        """The lines of the result."""
        from matdiff.page.derivatives import remarks, symbol_of_jacobian
        from matdiff.page.model import Answer, joined

        made = []
        for name, j in self.results.items():
            unknown = self.unknowns[name]
            left = symbol_of_jacobian(self.function, joined([letter_of(self.function)]), unknown, self.layout)
            made.append(Answer(left, j, remarks(unknown, self.unconstrained.get(name))))
        return made

    def _page(self, steps: str) -> Page:
        from matdiff.page.derivatives import of_jacobian

        return of_jacobian(self._found, self.answers(), self.results, self.layout, steps)

    def to_sympy(self) -> Any:
        """The Jacobian as a SymPy matrix expression; with several unknowns a dictionary of them."""
        return in_sympy(self.results)

    def __repr__(self) -> str:
        return shown(self.answers())


class Hessian(DerivedResult):
    """A derived Hessian with everything that led to it: d²f = (d vec X)ᵀ H d vec X.

    result         the matrix H; with several unknowns the matrix of its blocks
    blocks         ∂²f/∂(vec X)∂(vec Y)ᵀ for every pair of names: blocks["x", "y"]
    unconstrained  the blocks before the projection, for unknowns with a property
    certificate    why it is positive definite, negative semidefinite, …, and what follows for f
    gradient       the gradient of which it is the Jacobian; with several unknowns gradients[…]
    """

    _found: Hessians

    def __init__(self, found: Hessians) -> None:
        super().__init__(found)
        self._certificate: tuple[Certificate | None, ...] = ()
        self.function: Expr = found.function
        self.unknowns: Mapping[str, Expr] = found.unknowns
        self.gradients: Mapping[str, Expr] = found.first.gradients
        self.blocks: Mapping[tuple[str, str], Expr] = found.blocks
        self.unconstrained = {
            (a, b): j for a, part in found.second.items() for b, j in part.whole.unconstrained.items()
        }

    @property
    def result(self) -> Expr:
        """The Hessian with respect to all unknowns."""
        return self._found.whole()

    @property
    def gradient(self) -> Expr:
        """The gradient with respect to the only unknown."""
        return only(self.gradients, "gradients")

    @property
    def certificate(self) -> Certificate | None:
        """Why the Hessian is positive definite, negative semidefinite, …; None where nothing is known of its sign."""
        if not self._certificate:
            self._certificate = (self._certified(),)
        return self._certificate[0]

    def _certified(self) -> Certificate | None:
        """The certificate, which numbers have to bear out: without NumPy nothing is told."""
        try:
            from matdiff.numeric.definiteness import certified
        except ModuleNotFoundError:
            return None
        return certified(self._found)

    @property
    def entries(self) -> Entries:
        """∂²f/∂Xᵢⱼ∂Xₖₗ for the only unknown."""
        from matdiff.calculus.entries import entries

        g, unknowns = freed(self.gradient, self.unknowns)
        return Entries(*entries(g, only(unknowns, "unknowns")))

    def hvp(self, by: str = "V", wrt: str | None = None) -> Expr:
        """The product with a direction, in the shape of the unknown: dG where dX = V; no matrix is formed."""
        return product_with_vector(self._found, self._name(wrt), by)

    @property
    def operator(self) -> Expr:
        """V ↦ dG where dX = V"""
        return self.hvp()

    def bilinear(self, left: str = "V", right: str = "U", wrt: str | None = None) -> Expr:
        """Tr(VᵀH[U]), the second differential in two directions."""
        return bilinear_form(self._found, self._name(wrt), left, right)

    @property
    def by_vech(self) -> Expr:
        """DᵀHD: the Hessian with respect to vech(S), the lower triangle of the only, symmetric unknown."""
        (pair, h), *_ = self.blocks.items()
        d = duplication_of(only(self.unknowns, "unknowns"))
        return tidy(Product.of(Transpose(d), self.unconstrained.get(pair, h), d))

    def _name(self, wrt: str | None) -> str:
        if wrt is not None and wrt not in self.unknowns:
            raise MatdiffError(f"{wrt} is none of the unknowns", suggestion=", ".join(self.unknowns))
        return wrt if wrt is not None else only({n: n for n in self.unknowns}, "unknowns")

    def verify(self, seed: int = 0, trials: int = 3) -> Verification:
        """Compares both sides of every step, the gradients with differences of f, and H with differences of these."""
        from matdiff.numeric.second import verified_hessian

        return verified_hessian(self._found, seed, trials)

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        return {"value": (self.function,), "gradient": tuple(self.gradients.values()), "hessian": (self.result,)}

    def answers(self) -> list[Answer]:
        """The lines of the result: the blocks on and above the diagonal."""
        from matdiff.page.derivatives import remarks, symbol_of_hessian
        from matdiff.page.model import Answer

        made, names = [], list(self.unknowns)
        for (a, b), block in self.blocks.items():
            if names.index(a) <= names.index(b):
                left = symbol_of_hessian(self.function, self.unknowns[a], self.unknowns[b])
                made.append(Answer(left, block, remarks(self.unknowns[b], self.unconstrained.get((a, b)))))
        return made

    def _page(self, steps: str) -> Page:
        from matdiff.page.derivatives import of_hessian

        return of_hessian(self._found, self.answers(), lambda: self.certificate, steps)

    def to_sympy(self) -> Any:
        """The Hessian as a SymPy matrix expression; with several unknowns a dictionary of blocks."""
        return in_sympy(self.blocks)

    def __repr__(self) -> str:
        return shown(self.answers())


# ---- parts ------------------------------------------------------------------------------------------


def only(answers: Mapping[str, T], what: str) -> T:
    """The only one of some answers."""
    if len(answers) != 1:
        raise MatdiffError(
            f"there are several {what}, for {', '.join(answers)}", suggestion="Take one of .results[…] or .blocks[…]."
        )
    return next(iter(answers.values()))


def duplication_of(unknown: Expr) -> Expr:
    """D with vec(S) = D vech(S)."""
    from matdiff.algebra.operators.vectorisation import Duplication

    if "symmetric" not in assumed(unknown):
        raise MatdiffError(f"{unknown} is not symmetric, and vech leaves out entries of it")
    return Duplication.of(unknown.rows)


def shown(answers: Sequence[Answer]) -> str:
    """Answers as a person would type them, one a row."""
    from matdiff.algebra.notation import TEXT

    return "\n".join(f"{answer.left(TEXT)} = {answer.value}" for answer in answers)


def in_sympy(answers: Mapping[Any, Expr]) -> Any:
    """SymPy matrix expressions; the only one by itself."""
    from matdiff.output.sympy import to_sympy

    made = {name: to_sympy(answer) for name, answer in answers.items()}
    return next(iter(made.values())) if len(made) == 1 else made
