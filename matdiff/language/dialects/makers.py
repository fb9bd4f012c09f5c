"""Constants and functions with sizes in code: np.eye(n), np.zeros((m, n)), unvec(x, m, n)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.dialects import classes
from matdiff.language.dialects.functionals import together
from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

OF_ARRAYS = (ast.Attribute, ast.Subscript, ast.Call)  # X.shape[0], len(x)
OF_SYMPY = {"Identity": "eye", "OneMatrix": "ones", "ZeroMatrix": "zeros"}
MAKERS = ("eye", "identity", "ones", "zeros", *OF_SYMPY)
SIZED = (*MAKERS, "reshape", "view", classes.PICKED, classes.ONE_HOT, classes.ROWS)  # functions that take sizes


def operands(to: Converter, node: ast.Call) -> int | None:
    """How many operands stand before the sizes in np.eye(n), centering(n), unvec(x, m, n); else None."""
    func = node.func
    if isinstance(func, ast.Attribute):
        return 0 if to.module(func) and func.attr in MAKERS and not has_sizes_of_arrays(to, node) else None
    name = func.id if isinstance(func, ast.Name) else ""
    if name in FUNCTIONS and FUNCTIONS[name].sizes:
        return sum(len(relation.operands) for relation in FUNCTIONS[name].relations[:1])
    return 0 if name in MAKERS and not has_sizes_of_arrays(to, node) else None


def has_sizes_of_arrays(to: Converter, node: ast.Call) -> bool:
    """Whether a size is that of an array, as in np.ones((X.shape[0], 1)): such a constant is found with the shapes."""
    return to.dialect.entrywise and any(isinstance(part, OF_ARRAYS) for a in node.args for part in ast.walk(a))


def made(to: Converter, node: ast.Call, operands: int) -> Node:
    """A constant of the language, or a function with sizes: np.eye(n), np.zeros((m, n)), unvec(x, m, n)"""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id  # type: ignore[attr-defined]
    name = "eye" if name == "identity" else OF_SYMPY.get(name, name)
    if node.keywords:
        raise to.refused(node, f"{name} with {node.keywords[0].arg}= is not known")
    given = node.args[operands:]
    sizes = [e for a in given for e in (a.elts if isinstance(a, (ast.Tuple, ast.List)) else [a])]
    if name == "eye" and any(isinstance(part, OF_ARRAYS) for s in sizes for part in ast.walk(s)):
        return Node("NAME", [], "eye", *to.span(node))  # np.eye(X.shape[0]): of the size of what it is added to
    parts = [to.done[id(a)] for a in node.args[:operands]]
    parts += [Node("NAME", [], ast.unparse(s), *to.span(s)) for s in sizes]
    return Node("call", [together(parts)] if parts else [], name, *to.span(node))
