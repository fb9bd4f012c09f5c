"""What functions of arrays mean: reductions along axes, linear algebra, losses; and how their arguments are called.

Each function is one block: its Python parameters are those of the library, and it answers a typed piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from inspect import Parameter, signature
from typing import Any

from matdiff.algebra.expr import FUNCTIONS as OPERATORS
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.errors import UnknownNameError, UnsupportedError
from matdiff.language.applications import apply
from matdiff.language.dialects import python, recorded
from matdiff.language.dialects.arrays import Site, axes_of, entrywise, lengths_of, made
from matdiff.language.names import nearest
from matdiff.language.syntax import Node
from matdiff.language.typed import Misfit, Typed
from matdiff.language.typing import SPECIAL, Attempt, rule
from matdiff.recording.arrays import UFUNCS, Traced
from matdiff.recording.hints import HINTS
from matdiff.recording.torch import in_places

Function = Callable[..., Typed]
TABLE: dict[str, Function] = {}
OF_TORCH: dict[str, Function] = {}  # where PyTorch means another thing by a name


def function(*names: str) -> Callable[[Function], Function]:
    """Declares what the functions with these names mean."""

    def declare(f: Function) -> Function:
        TABLE.update(dict.fromkeys(names, f))
        return f

    return declare


@rule("literal")
def type_literal(attempt: Attempt, node: Node) -> None:
    """An axis, a word or a flag, which the function reads"""


@rule("arrays")
def type_arrays(attempt: Attempt, node: Node) -> None:
    """A list of arrays, which the function reads"""


def value_of(node: Node) -> Any:
    """An argument: a typed piece, what is written, or a list of these."""
    if node.kind == "arrays":
        return list(map(value_of, node.parts))
    return node.value if node.kind == "literal" else node.typed


@rule("array")
def type_array(attempt: Attempt, node: Node) -> Typed:
    """A function or an operator of arrays"""
    site = Site(attempt, node)
    called: python.Call = node.value
    values = list(map(value_of, node.parts))
    given = len(values) - len(called.names)
    positional: Sequence[Any] = values[:given]
    named = dict(zip(called.names, values[given:], strict=True))
    if is_torch(site, called):
        positional, named = in_places(positional, named)
    named |= {name: flag(site, name, value) for name, value in named.items() if name in FLAGS}
    f = meaning_of(site, called)
    require_axes(site, called.name, values)
    require_parameters(site, called.name, f, positional, named)
    return f(site, *positional, **named)


def require_axes(site: Site, name: str, values: Sequence[Any]) -> None:
    """Refuses an array with three axes where it is neither changed entry by entry nor reduced."""
    if name not in OF_THREE_AXES and any(isinstance(a, Typed) and a.third is not None for a in values):
        raise site.misfit(f"{name} of an array with three axes is not known", THREE_AXES, UnsupportedError)


def flag(site: Site, name: str, value: Any) -> bool:
    """True, False, 1 or 0."""
    number = value.number if isinstance(value, Typed) else value
    if number not in (0, 1):
        raise site.misfit(f"{name} is True or False")
    return bool(number)


def meaning_of(site: Site, called: python.Call) -> Function:
    """The function with a name: of the library, of arrays, of single entries, or of the language."""
    if is_torch(site, called) and called.name in OF_TORCH:
        return OF_TORCH[called.name]
    name = SPELT.get(called.name, called.name)
    if name in TABLE:
        return TABLE[name]
    if name in NOT_OF_CODE or name in REAL:
        raise unknown(site, called)
    operator = OPERATORS.get(name)
    if operator is not None and issubclass(operator, Entrywise):
        return partial(of_entries, operator=operator)
    if name in UFUNCS:
        return entrywise(name)
    if name in OF_MATRICES or (not called.module and (name in OPERATORS or name in SPECIAL)):
        return partial(of_matrices, name=name)
    found = recorded.known(called.module, name, is_method(site), is_torch(site, called))
    if found is None:
        raise unknown(site, called)
    return found


def as_recorded(name: str) -> Function:
    """A function as its library has it where functions are recorded, else as NumPy has it."""

    def typed(site: Site, *values: Any, **options: Any) -> Typed:
        called: python.Call = site.node.value
        torch, of_array = is_torch(site, called), is_method(site)
        homes = ((called.module, of_array), ("torch" if torch else "np", False))
        found = next(filter(None, (recorded.known(module, name, method, torch) for module, method in homes)))
        return found(site, *values, **options)

    return typed


def unknown(site: Site, called: python.Call) -> Misfit:
    """The error for a function that is not known, with the nearest one, or the reason."""
    name = called.name
    if name in REAL:
        return site.misfit(f"{name.lstrip('.')} is for complex numbers: matdiff is about real matrices", REAL[name])
    hint = INSTEAD.get(name) or HINTS.get(name) or nearest(name, [*TABLE, *SPELT, *UFUNCS, *OF_MATRICES])
    shown = f"{called.module}.{name}" if called.module else name
    if name.startswith(".") or (not called.module and is_method(site)):
        shown, hint = f".{name.lstrip('.')}", hint or "methods are .T, .sum(), .dot(y), …"
        misfit = site.misfit(f"{shown} is not known", hint, UnknownNameError)
    else:
        misfit = site.misfit(f"{shown} is not a known function", hint, UnknownNameError)
    misfit.error.span = called.place
    return misfit


def is_method(site: Site) -> bool:
    """Whether the call stands behind its first argument: X.sum(), (A + B).sum()"""
    called: python.Call = site.node.value
    return not called.module and site.attempt.bound.text[slice(*called.place)].lstrip(") \n").startswith(".")


def is_torch(site: Site, called: python.Call) -> bool:
    return site.attempt.bound.dialect.name == "torch" or called.module.startswith(("torch", "F", "nn"))


def require_parameters(site: Site, name: str, f: Function, positional: Sequence[Any], named: dict[str, Any]) -> None:
    """Names the argument that a function has not."""
    whole = _signature(f)
    parameters = whole.parameters
    takes_any = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
    strange = next((n for n in named if n not in parameters and not takes_any), None)
    if strange is not None:
        known = [n for n in parameters if n in OPTIONS]
        hint = f"its options are {', '.join(known)}" if known else ""
        raise site.misfit(f"{name} with {strange}= is not known", hint, UnsupportedError)
    try:
        bound = whole.bind(site, *positional, **named).arguments
    except TypeError:
        raise site.misfit(f"{name} cannot have {counted(len(positional) + len(named))}") from None
    for n, value in bound.items() if not takes_any else ():
        for a in value if parameters[n].kind is Parameter.VAR_POSITIONAL else (value,):
            said = parameters[n].annotation
            if not isinstance(a, Typed) and (said == "Typed" or (said == "Typed | None" and a is not None)):
                raise site.misfit(f"{name} of {a!r} has no meaning")
            are_axes = isinstance(a, tuple) and bool(a) and all(isinstance(k, int) for k in a)
            if n in OPTIONS and not isinstance(a, Typed | str | int | float | None) and not are_axes:
                raise site.misfit(f"{name} with {n}={a!r} has no meaning")


_signature = cache(signature)  # the functions are those of the tables


def counted(number: int) -> str:
    return f"{number} argument" if number == 1 else f"{number} arguments"


THREE_AXES = "write the sum over an index: sum(i=1..N, …), or cdist(X, Y) for the distances of rows"
OF_THREE_AXES = frozenset(
    "add subtract sub multiply mul divide div true_divide power pow float_power negative neg square abs absolute exp "
    "log sqrt tanh maximum minimum sum mean max min amax amin reduce_sum reduce_mean reduce_max reduce_min norm "
    "copy".split()
)
FLAGS = frozenset("keepdims keepdim unbiased transpose_a transpose_b lower upper".split())
OPTIONS = frozenset("axis dim keepdims keepdim ord p ddof unbiased correction reduction approximate".split())


def of_entries(site: Site, a: Typed, *parameters: Typed, operator: type[Entrywise]) -> Typed:
    """exp, relu, leaky_relu(x, c): a function of every entry"""
    if len(parameters) > len(operator.parameters) or not all(p.is_scalar for p in parameters):
        raise site.misfit(f"{operator.names[0]} cannot have {counted(1 + len(parameters))}")
    if not parameters and operator.names[0] in UFUNCS:
        return made(site, lengths_of(a), [a], UFUNCS[operator.names[0]])

    def meaning(x: Traced, *ps: Traced) -> Traced:
        return Traced(operator.of(x.expr, *[p.expr for p in ps]), x.lengths)

    return made(site, lengths_of(a), [a, *parameters], meaning)


def of_matrices(site: Site, *operands: Typed, name: str) -> Typed:
    """det, inv, expm: an operator of the language"""
    if not all(isinstance(o, Typed) for o in operands):
        raise site.misfit(f"{name} takes arrays")
    node = site.node
    numbers = [o for o in operands if axes_of(o) < 2]
    is_of_squares = getattr(OPERATORS.get(name), "signature", "").startswith("n×n")
    if numbers and is_of_squares:  # np.trace(x.T @ L @ x), where x is rather a matrix
        site.attempt.penalty(node, 20, *numbers)
    call = Node("call", node.parts, name, node.start, node.end)
    if name in SPECIAL:
        return SPECIAL[name](site.attempt, call, list(operands))
    return apply(site.attempt, call, OPERATORS[name], list(operands))


SPELT = {  # other names of libraries for functions of the language
    "expit": "sigmoid",
    "ndtr": "normcdf",
    "psi": "digamma",
    **dict.fromkeys(("lgamma", "loggamma"), "gammaln"),
    **dict.fromkeys(("absolute", "fabs"), "abs"),
    **dict.fromkeys(("pow", "float_power"), "power"),
    "mul": "multiply",
    **dict.fromkeys(("div", "true_divide"), "divide"),
    "sub": "subtract",
    "neg": "negative",
    "inverse": "inv",
    "trace": "tr",
    "slogdet[1]": "logdet",  # of the sign and the logarithm
    "matrix_exp": "expm",
    "matrix_transpose": "transpose",
}
OF_MATRICES = frozenset("det inv pinv logdet expm logm sqrtm cholesky tril triu tr".split())  # with a module in front
NOT_OF_CODE = frozenset("conjugate conj heaviside logistic vec huber flip pad conv corr d".split())
REAL = {
    **dict.fromkeys(("conj", "conjugate", "vdot_complex"), "leave it out"),
    **dict.fromkeys((".H", "adjoint"), "write .T"),
    **dict.fromkeys(("real", "imag", "angle", ".real", ".imag"), "leave it out"),
}
INSTEAD = {
    "logistic": "sigmoid(x) is 1/(1 + exp(-x)), softplus(x) is log(1 + exp(x))",
    "heaviside": "step(x) is 1 for x > 0",
    "mean_squared_error": "write np.mean((y - z)**2)",
    "log_loss": "write -np.mean(y*np.log(p) + (1 - y)*np.log(1 - p))",
}
