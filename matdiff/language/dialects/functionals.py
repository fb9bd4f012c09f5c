"""Functions in code that are no functions of arrays: open ones, f(x) and nabla2_f(x)[y], and words, funm(log, S).

Of Python there are no primes: what is derived more often than a library says is written with ∇ or as mathematics.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.names import CUSTOMARY_FUNCTIONS, canonical
from matdiff.language.syntax import Node
from matdiff.language.words import FUNCTIONALS, Called

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter


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
