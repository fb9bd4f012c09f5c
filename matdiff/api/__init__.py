"""The public functions: text or expressions in, answers out.  The mathematics is in the folders."""

from matdiff.api.arguments import stated
from matdiff.api.catalogue import law_book, laws, register
from matdiff.api.claims import check_gradient
from matdiff.api.code import code, objective
from matdiff.api.derivatives import adjoint, derivative, derive, differential, hessian, jacobian, jvp, taylor, vjp
from matdiff.api.equations import equal, implicit, stationary
from matdiff.api.functions import gradient_of
from matdiff.api.inputs import evaluate, from_function, parse, reading
from matdiff.api.review import check, lint
from matdiff.api.solving import alternate, solve
from matdiff.api.statistics import expectation, fisher, matrix_form, sum_form

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

globals().update({name: stated(globals()[name]) for name in __all__})  # what people call is checked, once, here
