"""What changes the type of numbers and not the numbers: x.float(), tf.cast(x, tf.float32), np.asarray(x)."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING

from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

OF_METHODS = frozenset("astype float double to type type_as cuda cpu numpy contiguous clone".split())
OF_FUNCTIONS = frozenset(
    "cast constant convert_to_tensor to_float asarray array tensor as_tensor float32 float64 double Variable".split()
)
EPSILONS = {"float": 52, "float64": 52, "double": 52, "float32": 23}  # 2⁻⁵² is the distance from 1 to the next number


def operand(to: Converter, node: ast.expr) -> ast.expr | None:
    """The array whose type is changed, if that is all that a call does."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=name) as func, args=args):
            if to.module(func) is None:
                return owner if name in OF_METHODS else None
            is_cast = name in OF_FUNCTIONS and (not node.keywords or node.keywords[0].arg == "dtype")
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            is_cast = name == "float"
        case _:
            return None
    return args[0] if is_cast and args and not isinstance(args[0], (ast.List, ast.Tuple)) else None


def cast(to: Converter, node: ast.Call, of: ast.expr) -> Node:
    """The array itself; refuses x.astype(int), which rounds: of 0 and 1 alone it changes nothing."""
    types = [*(a for a in node.args if a is not of), *(k.value for k in node.keywords)]
    if not isinstance(of, ast.Compare) and any("int" in (said := ast.unparse(a)) or "bool" in said for a in types):
        raise to.refused(node, "numbers that are rounded have no derivative")
    return to.call(node, "copy", [to.done[id(of)]])


def epsilon(to: Converter, node: ast.expr) -> Node | None:
    """np.finfo(float).eps, a number"""
    match node:
        case ast.Attribute(value=ast.Call(func=ast.Attribute(attr="finfo"), args=[kind]), attr="eps"):
            digits = EPSILONS.get(ast.unparse(kind).rpartition(".")[2])
            if digits is None:
                raise to.refused(node, "the type of these numbers is not known", "write the number: 1e-16")
            return Node("NUMBER", [], Fraction(1, 2**digits), *to.span(node))
    return None
