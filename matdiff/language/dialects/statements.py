"""The statements of Python: what a function is about, and for each name one value in the order of their use."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping
from copy import deepcopy
from graphlib import CycleError, TopologicalSorter
from itertools import count

from matdiff import regex as re
from matdiff.language.dialects import MODULES

WRAPPERS = frozenset("jit njit function staticmethod classmethod".split())  # decorators that leave the values alone
SILENT = frozenset("print display pprint".split())


def statements_of(body: list[ast.stmt]) -> list[ast.stmt]:
    """What is computed, one name in each statement: of the only function its own statements, or of the only class.

    What says nothing of the value is left out: imports of libraries that are known, print, assert, the errors that a
    condition raises, what a function is for.
    """
    rest = [part for item in body if not is_silent(item) for part in single(item)]
    match rest:
        case [ast.ClassDef(body=own)] if functions := [item for item in own if isinstance(item, ast.FunctionDef)]:
            makers = [item for item in functions if item.name == "__init__"]
            others = [item for item in functions if item.name != "__init__"]
            if len(others) == 1 and all(f in functions or is_silent(f) for f in own):
                return [*(part for maker in makers for part in statements_of(maker.body)), *statements_of([*others])]
        case [*before, ast.FunctionDef(name=name, body=own, decorator_list=wrappers)] if all(map(is_wrapper, wrappers)):
            match said := statements_of(own):
                case [*_, ast.Return(value=ast.expr() as value) as last]:
                    result = ast.Assign([ast.Name(name, ast.Store())], value)
                    return [*before, *said[:-1], ast.copy_location(result, last)]
    return rest


def of_function(tree: ast.AST) -> list[ast.stmt]:
    """The statements as they are written, those of the last function in the place of it."""
    body: list[ast.stmt] = getattr(tree, "body", None) if isinstance(tree, ast.Module) else []  # type: ignore[assignment]
    while body and isinstance(body[-1], (ast.FunctionDef, ast.ClassDef)):
        body = [*body[:-1], *body[-1].body]
    return body


def is_silent(item: ast.stmt) -> bool:
    """Whether a statement says nothing of a value."""
    match item:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Assert() | ast.Pass():
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return ast.unparse(func) in SILENT or ast.unparse(func).startswith("super(")
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=same)):
            return name == same  # gamma = self.gamma
        case ast.Assign(targets=[ast.Tuple() as names], value=ast.Tuple() as same):
            return ast.unparse(names) == ast.unparse(same)  # W, b = W, b
        case ast.If(body=body, orelse=[]):
            return all(isinstance(part, ast.Raise) or is_silent(part) for part in body)
    return _is_known_import(item) or _makes_symbols(item)


def is_wrapper(decorator: ast.expr) -> bool:
    """@jax.jit, @partial(jit, static_argnums=0), @staticmethod"""
    match decorator:
        case ast.Call(func=func, args=args):
            return is_wrapper(args[0]) if args and ast.unparse(func).endswith("partial") else is_wrapper(func)
    return ast.unparse(decorator).rpartition(".")[2] in WRAPPERS


def _makes_symbols(item: ast.stmt) -> bool:
    """m, n = symbols('m n') of SymPy, which says that these are numbers or sizes; there is a word for each name."""
    match item:
        case ast.Assign(
            targets=[target], value=ast.Call(func=ast.Name() | ast.Attribute() as called, args=[first, *_])
        ):
            if ast.unparse(called).split(".")[-1] not in ("symbols", "Symbol"):
                return False
            names = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            words = str(first.value) if isinstance(first, ast.Constant) else ""
            return ":" in words or len(words.replace(",", " ").split()) == len(names)
    return False


def _is_known_import(item: ast.stmt) -> bool:
    """import numpy as np, from numpy.linalg import norm"""
    if isinstance(item, ast.ImportFrom):
        is_module = (item.module or "").partition(".")[0] in (*MODULES, "__future__", "functools", "typing")
        return is_module and not any(name.asname and name.asname not in MODULES for name in item.names)
    if not isinstance(item, ast.Import):
        return False
    modules = ((name.name.partition(".")[0], name.asname) for name in item.names)
    return all(name in MODULES and (short or name) in MODULES for name, short in modules)


def single(item: ast.stmt) -> list[ast.stmt]:
    """A statement that gives several names a value, or a name with a type, as statements with one name each.

    >>> items = ast.parse("a, b = A @ x, x; n, d = X.shape").body
    >>> [(s.targets[0].id, ast.unparse(s.value)) for item in items for s in single(item)]
    [('a', 'A @ x'), ('b', 'x'), ('n', 'X.shape[0]'), ('d', 'X.shape[1]')]
    """
    match item:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value, attr="backward"))):  # of what is derived
            return [ast.copy_location(ast.Expr(value), item)]
        case ast.With(items=[ast.withitem(context_expr=ast.Call(func=func))], body=body):
            is_tape = ast.unparse(func) in ("tf.GradientTape", "tensorflow.GradientTape", "GradientTape")
            return [part for inner in body for part in single(inner)] if is_tape else [item]
        case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
            return [ast.copy_location(ast.Assign([target], value), item)]
        case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
            before = ast.copy_location(ast.Name(name, ast.Load()), target)
            whole = ast.copy_location(ast.BinOp(before, op, value), item)
            return [ast.copy_location(ast.Assign([target], whole), item)]
        case ast.Assign(targets=[ast.Tuple(elts=names) | ast.List(elts=names)], value=value):
            parts = _parts(value, len(names))
            given = [name.id for name in names if isinstance(name, ast.Name)]
            is_exchange = any(not _loaded(part).isdisjoint(given[:k]) for k, part in enumerate(parts))
            if len(given) == len(names) == len(parts) and not is_exchange:
                pairs = zip(names, parts, strict=True)
                return [ast.copy_location(Part([name], part), item) for name, part in pairs]
    return [item]


class Part(ast.Assign):
    """A name for one of several values, which nothing need use."""

    @classmethod
    def of(cls, item: ast.stmt) -> ast.stmt:
        """A definition as such a one."""
        return ast.copy_location(cls(item.targets, item.value), item) if isinstance(item, ast.Assign) else item


def _loaded(item: ast.AST) -> set[str]:
    """The names in a statement or an expression whose values it takes."""
    return {part.id for part in ast.walk(item) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _parts(value: ast.expr, number: int) -> list[ast.expr]:
    """The values in a list, or the entries of one value."""
    if isinstance(value, (ast.Tuple, ast.List)):
        return value.elts
    keys = (ast.copy_location(ast.Constant(k), value) for k in range(number))
    return [ast.copy_location(ast.Subscript(value, key, ast.Load()), value) for key in keys]


def with_values(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements with c = (L, True) and lower = True in the place of c and lower, where these are given once.

    >>> [ast.unparse(item) for item in with_values(ast.parse("c = (L, True); cho_solve(c, y)").body)]
    ['cho_solve((L, True), y)']
    """
    names = [name for name, _ in definitions(body)]
    given = {name: value for name, value in definitions(body[:-1]) if _is_plain(value) and names.count(name) == 1}
    rest = [item for item in body if not any(name in given for name, _ in definitions([item]))]
    for item in rest if given else ():
        for name in [part for part in ast.walk(item) if isinstance(part, ast.Name) and part.id in given]:
            replace(item, name, deepcopy(given[name.id]))
    return rest


def _is_plain(value: ast.expr) -> bool:
    """Whether a value is a flag, a word, or a list of values."""
    is_flag = isinstance(value, ast.Constant) and isinstance(value.value, bool | str | None)
    return is_flag or isinstance(value, ast.Tuple)


def replace(whole: ast.AST, old: ast.expr, new: ast.expr) -> None:
    """Puts an expression in the place of another one."""
    for parent in ast.walk(whole):
        for place, part in ast.iter_fields(parent):
            if part is old:
                setattr(parent, place, new)
                return
            if isinstance(part, list) and any(inner is old for inner in part):
                part[:] = [new if inner is old else inner for inner in part]
                return


def written(form: str, at: ast.AST, values: Mapping[str, ast.expr]) -> ast.expr:
    """An expression at the place of a node, with values in the places of some names: x[i] of A[i], where A is x."""
    whole = ast.Expr(ast.parse(form, mode="eval").body)
    for node in [*ast.walk(whole)]:
        ast.copy_location(node, at)
        if isinstance(node, ast.Name) and node.id in values:
            replace(whole, node, values[node.id])
    return whole.value


# ---- the order of the statements, and one name for each value -----------------------------------------------


def in_order(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements in an order in which each name is defined before it is used; as they stand if there is none."""
    places: dict[str, list[int]] = {}
    for i, item in enumerate(body):
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            places.setdefault(item.targets[0].id, []).append(i)
    needs: dict[int, list[int]] = {}
    for i, item in enumerate(body):
        found = [places[name] for name in _loaded(item) if name in places]
        needs[i] = [at[max(bisect_left(at, i) - 1, 0)] for at in found]  # the last before it, else the first
    if all(j < i for i, at in needs.items() for j in at) and not any(isinstance(item, ast.Expr) for item in body[:-1]):
        return body
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError:
        return body
    return [body[i] for i in sorted(order, key=lambda i: isinstance(body[i], ast.Expr))]


def renamed(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements with a name of its own for each value of a name: x = x @ W; x = np.tanh(x) has x, x1 and x2.

    >>> [ast.unparse(item) for item in renamed(ast.parse("x = x @ W; x = x + b; x.sum()").body)]
    ['x1 = x @ W', 'x2 = x1 + b', 'x2.sum()']
    """
    taken = {part.id for item in body for part in ast.walk(item) if isinstance(part, ast.Name)}
    now: dict[str, str] = {}
    found: list[ast.stmt] = []
    for item in body:
        used = [part for part in ast.walk(item) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)]
        match item:
            case ast.Assign(targets=[ast.Name(id=name) as target]):
                is_new = name in now or any(part.id == name for part in used)
                target.id = next_name(name, taken) if is_new else name
                names = now | {name: target.id}
            case _:
                names = now
        for part in used:
            part.id = now.get(part.id, part.id)
        now = names
        found.append(item)
    return found


def needed(body: list[ast.stmt], returned: bool) -> tuple[list[ast.stmt], list[str]]:
    """The statements without those that the value does not need, and the names that these define.

    Such are sizes, parts of what is given in a list, and all definitions where the value is returned.
    """
    names: set[str] = set()
    kept: list[ast.stmt] = []
    left: list[str] = []
    for item in reversed(body):
        match item:
            case ast.Assign(targets=[ast.Name(id=name)]) if kept and name not in names:
                if isinstance(item, Part) or returned or axis_said(item.value):
                    left += [] if isinstance(item, Part) and not _is_of_unknown(item.value) else [name]
                    continue
        names |= _loaded(item)
        kept.append(item)
    return kept[::-1], left[::-1]


def _is_of_unknown(value: ast.expr) -> bool:
    """Whether a part is one of what a function of no library gives."""
    match value:
        case ast.Subscript(value=ast.Call(func=ast.Name(id=name))):
            return name not in ("len", "size")
    return False


def definitions(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that are defined, and their values."""
    for item in body:
        match item:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value


def matrices(body: list[ast.stmt]) -> list[ast.Name]:
    """What n, d = X.shape says to have two axes, where X is no definition."""
    given = {name for name, _ in definitions(body)}
    owners = (axis_said(item.value) for item in body if isinstance(item, Part))
    return [owner for owner, k in filter(None, owners) if k in (1, -2) and owner.id not in given]


def axis_said(value: ast.expr) -> tuple[ast.Name, int] | None:
    """X and k of X.shape[k] and X.size(k), len(X) and X.size()[k], where X is a name."""
    match array_and_axis(value):
        case (ast.Name() as array, axis):
            return array, axis
    return None


def array_and_axis(value: ast.expr) -> tuple[ast.expr, int] | None:
    """The array and the axis whose length a value is: X[i].shape[0], len(X @ W)."""
    match value:
        case ast.Call(ast.Name("len"), [array]):
            return array, 0
        case ast.Call(ast.Attribute(array, "size"), [ast.Constant(int(axis))]):
            return array, axis
        case ast.Subscript(ast.Attribute(array, "shape") | ast.Call(ast.Attribute(array, "size"), [], []), key):
            said = ast.unparse(key)
            return (array, int(said)) if re.fullmatch("-?[0-9]", said) else None
    return None


def with_sizes(body: list[ast.stmt], makers: Container[str]) -> list[ast.stmt]:
    """The statements with np.eye(X.shape[0]) in the place of np.eye(n), where n = X.shape[0]."""
    given = {name: value for name, value in definitions(body) if axis_said(value)}
    calls = [part for item in body if given for part in ast.walk(item) if isinstance(part, ast.Call)]
    for call in [c for c in calls if ast.unparse(c.func).rpartition(".")[2] in makers]:
        call.args = [_with(a, given) for a in call.args]
    return body


def _with(size: ast.expr, given: dict[str, ast.expr]) -> ast.expr:
    """A size, or a list of sizes, with the values of the names."""
    match size:
        case ast.Name(id=name):
            return given.get(name, size)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            size.elts = [_with(part, given) for part in parts]
    return size


def next_name(name: str, taken: set[str]) -> str:
    """The first of x1, x2, … that nothing has; of h1 it is h1_1."""
    stem = f"{name}_" if name[-1].isdigit() else name
    found = next(f"{stem}{k}" for k in count(1) if f"{stem}{k}" not in taken)
    taken.add(found)
    return found
