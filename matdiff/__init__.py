"""matdiff derives matrix derivatives the way a mathematician does on paper, and proves each line.

>>> import matdiff
>>> d = matdiff.derive("||X w - y||^2", wrt="w")
>>> print(d.gradient)
2Xᵀ(Xw − y)
"""

from typing import TYPE_CHECKING, Any

from matdiff.opening import opener
from matdiff.version import __version__

if TYPE_CHECKING:
    from matdiff.algebra.expr import Expr
    from matdiff.api import (
        adjoint,
        alternate,
        check,
        check_gradient,
        code,
        derivative,
        derive,
        differential,
        equal,
        evaluate,
        expect,
        expectation,
        fisher,
        from_function,
        gradient_of,
        hessian,
        implicit,
        jacobian,
        jvp,
        laws,
        lint,
        matrix_form,
        objective,
        parse,
        register,
        solve,
        stationary,
        sum_form,
        taylor,
        vjp,
    )
    from matdiff.errors import MatdiffError
    from matdiff.results.equality import Equality
    from matdiff.results.gradient import Derivation


def __dir__() -> list[str]:
    """The public names, as completion offers them."""
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """Gives the magics %matdiff and %%matdiff to IPython, for ``%load_ext matdiff``."""
    from matdiff.display.magic import load

    load(shell)


__all__ = [
    "Derivation",
    "Equality",
    "Expr",
    "MatdiffError",
    "__version__",
    "adjoint",
    "alternate",
    "check",
    "check_gradient",
    "code",
    "derivative",
    "derive",
    "differential",
    "equal",
    "evaluate",
    "expect",
    "expectation",
    "fisher",
    "from_function",
    "gradient_of",
    "hessian",
    "implicit",
    "jacobian",
    "jvp",
    "laws",
    "lint",
    "matrix_form",
    "objective",
    "parse",
    "register",
    "solve",
    "stationary",
    "sum_form",
    "taylor",
    "vjp",
]

__getattr__ = opener(
    __name__,
    {
        "matdiff.algebra.expr": "Expr",
        "matdiff.api": "adjoint alternate check check_gradient code derivative derive differential equal evaluate "
        "expect expectation fisher from_function gradient_of hessian implicit jacobian jvp laws lint matrix_form "
        "objective parse register solve stationary sum_form taylor vjp",
        "matdiff.algebra.laws": "MatdiffError",  # for an error is displayed by what is wired to the algebra
        "matdiff.results.equality": "Equality",
        "matdiff.results.gradient": "Derivation",
    },
)
