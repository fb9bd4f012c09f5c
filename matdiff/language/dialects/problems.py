"""Problems of cvxpy: Problem(Minimize(f), constraints) is about f, and x = Variable(n) says what x is."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import TYPE_CHECKING

from matdiff.language.dialects import MODULES
from matdiff.language.dialects.layers import called
from matdiff.language.dialects.statements import replace
from matdiff.language.extents import Excerpt

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

DECLARING = ("Variable", "Parameter")
PROPERTIES = {"PSD": "psd", "symmetric": "symmetric", "diag": "diagonal", "nonneg": "nonnegative", "pos": "positive"}
OBJECTIVES = ("Problem", "Minimize", "Maximize")


def unfolded(to: Converter, body: list[ast.stmt]) -> tuple[list[ast.stmt], list[tuple[Excerpt, str]], list[str]]:
    """The statements that lead to the objective, what is declared of names, and what is to be noted."""
    told: list[tuple[Excerpt, str]] = []
    rest: list[ast.stmt] = []
    conditions = [part for item in body for part in ast.walk(item) if _is_condition(part)]
    for item in body:
        match item:
            case ast.Assign(targets=[ast.Name() as name], value=ast.Call() as call) if _is_one_of(call, DECLARING):
                told.append((Excerpt(name.id, to.span(name)[0], to.text), _shape(call)))
            case ast.Assign(value=ast.List() | ast.Tuple() as value) | ast.AugAssign(value=ast.List() as value):
                rest += [] if any(part in conditions for part in ast.walk(value)) else [item]
            case ast.Expr(value=ast.Call() as call) | ast.Assign(value=ast.Call() as call) if called(call) == "solve":
                pass
            case _:
                rest.append(item)
    whole = ast.Module(rest, [])
    for call in [part for part in ast.walk(whole) if isinstance(part, ast.Call) and _is_one_of(part, OBJECTIVES)]:
        if call.args:
            replace(whole, call, call.args[0])
    shown = dict.fromkeys(map(ast.unparse, conditions))
    return _named_last(whole.body), told, [f"{text} is a condition that the answer does not use" for text in shown]


def unknowns(to: Converter, tree: ast.AST) -> tuple[str, ...]:
    """The names that a piece of Python says to vary: x of x = cp.Variable(n), and of f = lambda x: …"""
    body = tree.body if isinstance(tree, ast.Module) else [tree]
    found: list[str] = []
    for item in body if to.dialect.name == "cvxpy" else ():
        match item:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if _is_one_of(call, DECLARING[:1]):
                found.append(name)
    last = body[-1] if body else None
    value = getattr(last, "value", None) or getattr(last, "body", None)
    match value:
        case ast.Lambda(args=ast.arguments(args=[argument], defaults=[], kwonlyargs=[])):
            found.append(argument.arg)
    return tuple(found)


def _is_one_of(call: ast.Call, names: Collection[str]) -> bool:
    """Whether one of some names is called, by itself or as one of a module that is known."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=module)) if module not in MODULES:
            return False
    return called(call) in names


def _is_condition(part: ast.AST) -> bool:
    """x >= 0, X >> 0"""
    sign = part.op if isinstance(part, ast.BinOp) else None
    return isinstance(part, ast.Compare) or isinstance(sign, (ast.RShift, ast.LShift))


def _named_last(body: list[ast.stmt]) -> list[ast.stmt]:
    """objective = f; prob = objective: the last statement says nothing new."""
    match body:
        case [*before, ast.Assign(targets=[ast.Name(id=first)]), ast.Assign(value=ast.Name(id=second))]:
            return [*before, body[-2]] if first == second else body
    return body


def _shape(call: ast.Call) -> str:
    """What Variable((m, n), PSD=True), once Variable(m, n), says: m x n psd."""
    given = [k.value for k in call.keywords if k.arg == "shape"] + call.args
    named = [part for part in given[1:] if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    given = given[:1] if named else given
    sizes = [part for size in given for part in (size.elts if isinstance(size, ast.Tuple) else [size])]
    words = [PROPERTIES[k.arg] for k in call.keywords if k.arg in PROPERTIES and ast.unparse(k.value) == "True"]
    known = [ast.unparse(size) for size in sizes if isinstance(size, (ast.Name, ast.Constant))]
    kind = ("scalar", "vector", "matrix")[len(sizes)] if len(sizes) < 3 else "scalar"
    return " ".join([" x ".join(known) if known and len(known) == len(sizes) else kind, *words])
