"""The public functions: text or expressions in, answers out.  The mathematics is in the folders."""

from typing import TYPE_CHECKING

from matdiff.api.arguments import stated
from matdiff.opening import opener

if TYPE_CHECKING:
    from matdiff.api.catalogue import law_book, laws, register
    from matdiff.api.claims import check_gradient
    from matdiff.api.derivatives import adjoint, derivative, derive, differential, hessian, jacobian, jvp, taylor, vjp
    from matdiff.api.equations import equal, implicit, stationary
    from matdiff.api.functions import gradient_of
    from matdiff.api.inputs import from_function, parse, reading
    from matdiff.api.programs import code, objective
    from matdiff.api.review import check, lint
    from matdiff.api.solving import alternate, solve
    from matdiff.api.statistics import expect, expectation, fisher, matrix_form, sum_form
    from matdiff.api.values import evaluate

__all__ = [
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
    "law_book",
    "laws",
    "lint",
    "matrix_form",
    "objective",
    "parse",
    "reading",
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
        "matdiff.api.catalogue": "law_book laws register",
        "matdiff.api.claims": "check_gradient",
        "matdiff.api.derivatives": "adjoint derivative derive differential hessian jacobian jvp taylor vjp",
        "matdiff.api.equations": "equal implicit stationary",
        "matdiff.api.functions": "gradient_of",
        "matdiff.api.inputs": "from_function parse reading",
        "matdiff.api.programs": "code objective",
        "matdiff.api.review": "check lint",
        "matdiff.api.solving": "alternate solve",
        "matdiff.api.statistics": "expect expectation fisher matrix_form sum_form",
        "matdiff.api.values": "evaluate",
    },
    stated,  # what people call is checked, once, here
)
