"""Code that means matrices: in SymPy and cvxpy ``*`` is the matrix product, as in the language itself."""

from __future__ import annotations

import ast
from functools import reduce
from typing import TYPE_CHECKING

from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import NotationError, UnknownNameError
from matdiff.language.names import nearest
from matdiff.language.syntax import Node, chained
from matdiff.language.typing import SPECIAL

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

ALIASES = {"multiply": "times"}
CALLED = {  # names of SymPy and cvxpy → names of the language
    "Trace": "tr",
    "Determinant": "det",
    "Inverse": "inv",
    "Transpose": "transpose",
    "HadamardProduct": "hadamard",
    "hadamard_product": "hadamard",
    "multiply": "hadamard",
    "KroneckerProduct": "kron",
    "kronecker_product": "kron",
    "sum_entries": "sum",
    "log_det": "logdet",
    "log_sum_exp": "logsumexp",
    "logistic": "softplus",
    "pos": "relu",
    "normNuc": "norm_nuc",
    "sigma_max": "norm_spec",
    "inverse": "inv",
    "adjoint": "transpose",
    "Abs": "abs",
    "reshape": "",
}
ALONG = {name: name for name in ("sum", "mean", "max", "min", "norm")} | {"log_sum_exp": "logsumexp"}  # of axes
OF_ARRAYS = ("item", "shape", "shape[0]", "shape[1]", "shape[-1]", "shape[-2]", "size", "len")
CHAINS = {"MatMul": "times", "MatAdd": "add"}
COPIES = ("doit", "copy", "simplify", "expand", "as_explicit")


def sign(to: Converter, node: ast.expr, alias: str, parts: list[Node]) -> Node:
    """A + B, A * B, A / B, A ** k"""
    require_values(to, node, parts)
    if alias == "power":
        return Node("power" if to.dialect.name == "sympy" else "dot_power", parts, None, *to.span(node))
    return chained(ALIASES.get(alias, alias), parts)


def call(to: Converter, node: ast.expr, name: str, parts: list[Node], names: tuple[str, ...]) -> Node:
    """A function of the language, by the name that the library has for it."""
    span = to.span(node)
    if name in COPIES and len(parts) == 1:
        return parts[0]
    if (found := of_arrays(to, node, name, parts, names)) is not None:
        return found
    if name in ("diff", "Derivative"):
        raise to.refused(node, "a derivative is asked for with wrt, not written in the expression")
    if names:
        raise to.refused(node, f"{name} with {names[0]}= is not known")
    if name.startswith("."):
        hint = "matdiff is about real matrices: write .T" if name in (".H", ".C") else ""
        raise to.refused(node, f"{name} is not known", hint)
    if name in CHAINS and len(parts) > 1 and to.dialect.name == "sympy":
        require_values(to, node, parts)
        return reduce(lambda a, b: chained(CHAINS[name], [a, b]), parts)
    known = CALLED.get(name, name)
    if known not in FUNCTIONS and known not in SPECIAL:
        title = to.dialect.title
        hint = nearest(name, [*CALLED, *FUNCTIONS])
        raise to.refused(node, f"{name} is not a known function of {title}", hint, UnknownNameError)
    if any(part.kind == "arrays" for part in parts):
        raise to.refused(node, "a list of arrays cannot be read", "write hstack(A, B) or vstack(A, B)")
    if any(part.kind == "literal" and not isinstance(part.value, str) for part in parts):
        raise to.refused(node, f"an argument of {name} is a value or a word", error=NotationError)
    parts = [Node("STRING", [], p.value, p.start, p.end) if p.kind == "literal" else p for p in parts]
    listed = parts if len(parts) < 2 else [Node("list", parts, None, parts[0].start, parts[-1].end)]
    return Node("call", listed, known, *span)


def of_arrays(to: Converter, node: ast.expr, name: str, parts: list[Node], names: tuple[str, ...]) -> Node | None:
    """What is said of arrays: an entry, and in cvxpy a part, a length, or a function along an axis."""
    if to.dialect.name == "sympy":
        if name == "item" and any(type(k) is not int for k in parts[1].value):
            raise to.refused(node, "a part of a matrix of SymPy is not known")
        return to.array(node, name, parts) if name == "item" else None
    if name == "hstack":
        return to.array(node, name, [Node("arrays", parts, None, *to.span(node))], names)
    if name == "diff" and len(parts) == 1:  # of neighbours
        return to.array(node, name, [*parts, Node("literal", [], 0, *to.span(node))], ("axis",), "np")
    return (
        to.array(node, ALONG.get(name, name), parts, names) if name in OF_ARRAYS or (names and name in ALONG) else None
    )


def require_values(to: Converter, node: ast.expr, parts: list[Node]) -> None:
    """Refuses [] and None among operands."""
    if not parts or any(part.kind in ("literal", "arrays") for part in parts):
        raise to.refused(node, "an operand is a value, and no list, word or None", error=NotationError)
