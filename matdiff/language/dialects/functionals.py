"""Functions in code that are no functions of arrays: open ones, f(x) and nabla2_f(x)[y], words, funm(log, S), and those
of sizes, np.eye(n), np.zeros((m, n)), unvec(x, m, n), and what changes the type of numbers alone: x.float().

Of Python there are no primes: what is derived more often than a library says is written with ∇ or as mathematics.
"""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING

from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.dialects import classes
from matdiff.language.names import CUSTOMARY_FUNCTIONS, canonical
from matdiff.language.syntax import Node
from matdiff.language.words import FUNCTIONALS, Called

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

OF_ARRAYS = (ast.Attribute, ast.Subscript, ast.Call)  # X.shape[0], len(x)
OF_SYMPY = {"Identity": "eye", "OneMatrix": "ones", "ZeroMatrix": "zeros"}
MAKERS = ("eye", "identity", "ones", "zeros", *OF_SYMPY)
SIZED = (*MAKERS, "reshape", "view", classes.PICKED, classes.ONE_HOT, classes.ROWS)  # functions that take sizes
OF_METHODS = frozenset("astype float double to type type_as cuda cpu numpy contiguous clone".split())
OF_FUNCTIONS = frozenset(
    "cast constant convert_to_tensor to_float asarray array tensor as_tensor float32 float64 double Variable".split()
)
EPSILONS = {"float": 52, "float64": 52, "double": 52, "float32": 23}  # 2⁻⁵² is the distance from 1 to the next number


def open_function(to: Converter, written: str) -> Called | tuple[str, int] | None:
    """What a name stands for that is called: an open function, declared or by custom, or a derivative of one."""
    name = canonical(written)
    return to.known.open_function(written) or ((name, 0) if name in CUSTOMARY_FUNCTIONS else None)


def word(to: Converter, node: ast.Call) -> ast.Name | None:
    """The name of a function among the arguments of another one: log of funm(log, S)."""
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONALS or node.keywords:
        return None
    names = [a for a in node.args[:2] if isinstance(a, ast.Name) and canonical(a.id) not in to.names]
    return next((a for a in names if canonical(a.id) in FUNCTIONS or open_function(to, a.id)), None)


def call(to: Converter, node: ast.Call, word: ast.Name) -> Node:
    """funm(log, S), a function of the language that takes the name of another one."""
    name = canonical(word.id)
    said = Node("STRING", [], ("sigmoid" if name == "sigma" else name, 0), *to.span(word))
    parts = [said if a is word else to.done[id(a)] for a in node.args]
    return Node("call", [together(parts)], node.func.id, *to.span(node))  # type: ignore[attr-defined]


def directions(to: Converter, node: ast.Subscript) -> list[ast.expr]:
    """y and z of nabla3_f(x)[y, z]; the places of nabla2_f(x)[0, 1] are none."""
    func = node.value.func if isinstance(node.value, ast.Call) else None
    called = open_function(to, func.id) if isinstance(func, ast.Name) else None
    if not isinstance(called, Called) or called.order < 2:
        return []
    keys = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    letters = [k for k in keys if isinstance(k, ast.Name) and canonical(k.id) not in to.names]
    are_places = len(letters) == len(keys) >= called.order
    return [] if are_places or any(isinstance(k, (ast.Constant, ast.Slice)) for k in keys) else keys


def together(parts: list[Node]) -> Node:
    """The arguments of a function: one, or several in a list."""
    return parts[0] if len(parts) == 1 else Node("list", parts, None, parts[0].start, parts[-1].end)


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


def cast_of(to: Converter, node: ast.expr) -> ast.expr | None:
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
