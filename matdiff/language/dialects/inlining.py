"""Functions of a program that call each other: what one returns stands in the place of its call.

    def sigmoid(z): return 1 / (1 + np.exp(-z))        def loss(w):
    def loss(w): return np.sum(sigmoid(X @ w))    →        return np.sum(1 / (1 + np.exp(-(X @ w))))

The function that no other one calls is what the program is about.
"""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from matdiff.errors import AmbiguityError
from matdiff.language.dialects.fields import OWNERS
from matdiff.language.dialects.statements import is_silent, is_wrapper, next_name, replace
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

MOST_CALLS = 200  # that are written out


class Function(NamedTuple):
    """A function of the program: its parameters with their defaults, what it computes first, and what it returns."""

    arguments: ast.arguments
    body: list[ast.stmt]
    value: ast.expr


def inlined(to: Converter, body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a program, or of its only class, without functions but the one that it is about."""
    body = [item for item in body if not is_silent(item)]
    match body:
        case [ast.ClassDef() as only]:
            makers = [item for item in only.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
            rest = [item for item in only.body if item not in makers]
            only.body = [*makers, *inlined(to, rest)]
            return body
    functions = {name: of for item in body for name, of in _function(item, body)}
    rest = [item for item in body if _defined(item) not in functions]
    if any(_called(item, functions) for item in rest):
        return _with_results(to, rest, functions)
    parts = [part for of in functions.values() for part in (*of.body, of.value)]
    serving = {name for part in parts for name in _called(part, functions)}
    roots = [item for item in body if isinstance(item, ast.FunctionDef) and item.name in functions.keys() - serving]
    if len(roots) > 1:
        message = f"several functions are given: {', '.join(item.name for item in roots)}"
        raise to.refused(roots[-1], message, "keep the one that is meant", AmbiguityError)
    for root in roots:
        root.body = _with_results(to, inlined(to, root.body), functions)
        _require_no_argument(to, root, rest)
    return [*rest, *roots] if roots else body


def _require_no_argument(to: Converter, root: ast.FunctionDef, beside: list[ast.stmt]) -> None:
    """Refuses x = …; def f(x): …, in which x is two things."""
    arguments = {a.arg for a in (*root.args.args, *root.args.kwonlyargs)}
    if both := sorted(arguments & _stored(beside)):
        raise to.refused(root, f"{both[0]} has a value, and is an argument of {root.name}", "", AmbiguityError)


def _function(item: ast.stmt, body: list[ast.stmt]) -> Iterator[tuple[str, Function]]:
    """A statement that defines a function which ends in what it returns; a lambda is one where it is called."""
    match item:
        case ast.FunctionDef(name=name, args=arguments, body=[*own, ast.Return(value=ast.expr() as value)]) if all(
            map(is_wrapper, item.decorator_list)
        ):
            yield name, Function(arguments, [part for part in own if not is_silent(part)], value)
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=arguments, body=value)):
            if any(_called(other, (name,)) for other in body):
                yield name, Function(arguments, [], value)


def _defined(item: ast.stmt) -> str:
    """The name of the function that a statement defines."""
    match item:
        case ast.FunctionDef(name=name) | ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
            return name
    return ""


def _name(call: ast.AST) -> str:
    """The name of the function that is called, f(x) or self.f(x); empty for anything else."""
    match call:
        case ast.Call(func=ast.Name(id=name)):
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if owner in OWNERS:
            return name
    return ""


def _called(item: ast.AST, functions: Container[str]) -> set[str]:
    """The functions of the program that are called in a piece of it."""
    return {name for part in ast.walk(item) if (name := _name(part)) and name in functions}


def _with_results(to: Converter, body: list[ast.stmt], functions: dict[str, Function]) -> list[ast.stmt]:
    """The statements with what the functions return in the place of their calls, inner calls first."""
    taken = {part.id for item in body for part in ast.walk(item) if isinstance(part, ast.Name)}
    taken |= {name for of in functions.values() for name in _globals(of)}
    waiting, found, count = body[::-1], list[ast.stmt](), 0
    while waiting:
        item = waiting.pop()
        calls = [part for part in ast.walk(item) if isinstance(part, ast.Call) and _name(part) in functions]
        if not calls:
            found.append(item)
            continue
        count += 1
        if count > MOST_CALLS:
            raise to.refused(calls[0], f"{_name(calls[0])} calls itself, or is called too often")
        before, value = _result(to, calls[-1], functions[_name(calls[-1])], taken)
        replace(item, calls[-1], value)
        waiting += [item, *before[::-1]]
    return found


def _result(to: Converter, call: ast.Call, function: Function, taken: set[str]) -> tuple[list[ast.stmt], ast.expr]:
    """What a call computes first, with names that nothing else has, and the value that it returns."""
    before, value = deepcopy((function.body, function.value))
    given = bound_arguments(to, call, function.arguments)
    stored = _stored(before)
    names: dict[str, ast.expr] = {}
    first: list[ast.stmt] = []
    for name, argument in given.items():
        if name in stored:
            target = ast.copy_location(ast.Name(_own(name, taken), ast.Store()), call)
            first.append(ast.copy_location(ast.Assign([target], argument), call))
            names[name] = target
        else:
            names[name] = argument
    names |= {name: ast.Name(_own(name, taken)) for name in sorted(stored - given.keys())}
    whole = ast.Module([*before, ast.copy_location(ast.Expr(value), value)], [])
    for used in [part for part in ast.walk(whole) if isinstance(part, ast.Name) and part.id in names]:
        new = names[used.id]
        if isinstance(new, ast.Name):
            used.id = new.id
        else:
            replace(whole, used, deepcopy(new))
    *before, last = whole.body
    return [*first, *before], last.value  # type: ignore[attr-defined]


def bound_arguments(to: Converter, call: ast.Call, arguments: ast.arguments) -> dict[str, ast.expr]:
    """The argument for each parameter of a function: what is given, else the default."""
    parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    if parameters[:1] and parameters[0] in OWNERS:
        parameters = parameters[1:]
    defaults = dict(zip(parameters[::-1], arguments.defaults[::-1], strict=False))
    options = {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
    given = dict(zip(parameters, call.args, strict=False)) | {k.arg or "": k.value for k in call.keywords}
    found = defaults | options | given
    wanted = {*parameters, *(a.arg for a in arguments.kwonlyargs)}
    if len(call.args) > len(parameters) or found.keys() != wanted or arguments.vararg or arguments.kwarg:
        in_order = ", ".join(sorted(wanted, key=[*parameters, *options].index))
        raise to.refused(call, f"{ast.unparse(call.func)} takes {in_order}")
    return found


def _stored(body: list[ast.stmt]) -> set[str]:
    """The names that statements give a value."""
    names = (part for item in body for part in ast.walk(item) if isinstance(part, ast.Name))
    return {part.id for part in names if isinstance(part.ctx, ast.Store)}


def _globals(function: Function) -> set[str]:
    """The names that a function takes from the program around it."""
    parts = [part for item in (*function.body, function.value) for part in ast.walk(item)]
    own = {a.arg for a in (*function.arguments.args, *function.arguments.kwonlyargs)} | _stored(function.body)
    return {part.id for part in parts if isinstance(part, ast.Name)} - own


def _own(name: str, taken: set[str]) -> str:
    """A name for a value of a function, its own where nothing else has it."""
    if name in taken:
        return next_name(name, taken)
    taken.add(name)
    return name
