"""Loops in code: what the rounds add is a sum, and what stands in brackets, or jax.vmap gives, a list.

J = 0                           x = X[i]; t = y[i]
for x, t in zip(X, y):      →   J = sum((w @ x - t)**2 for i in range(…)), where x and t are put in their places
    J += (w @ x - t)**2
"""

from __future__ import annotations

import ast
from copy import deepcopy
from itertools import count
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Size, size
from matdiff.errors import MatdiffError
from matdiff.language.dialects.aliasing import used_first
from matdiff.language.dialects.inlining import bound_arguments
from matdiff.language.dialects.python_text import is_literal
from matdiff.language.dialects.statements import Part, array_and_axis, definitions, is_silent, replace, single, written
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.limits import Limits, Range
from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

MOST_ROUNDS = 20  # that are written out
NO_SUM = "a loop is read where its rounds add up to a sum"
TOLD = "as many as there are"  # what no text can call
RANGE = "range(told=True)"  # by the lengths of what has a place in every round
VMAP = ("vmap", "jax.vmap", "torch.vmap", "torch.func.vmap")
Values = dict[str, ast.expr]


def unfolded(to: Converter, tree: ast.AST) -> None:
    """Puts sums and lists in the places of loops and jax.vmap, and gathers the letters that count their rounds."""
    nodes = list(ast.walk(tree)) if to.dialect.entrywise else []
    given = dict(definitions([part for node in nodes if isinstance(node, ast.Assign) for part in single(node)]))
    for owner in [node for node in nodes if isinstance(node, (ast.Module, ast.FunctionDef))]:
        body = [part for item in owner.body for part in _written(to, item, given)]
        lists = {name for name, value in definitions(body) if isinstance(value, ast.ListComp)}
        said = {id(s): is_vmap(v) or (n in lists and ast.unparse(v) == "[]") for s in body for n, v in definitions([s])}
        owner.body = [item for item in body if not said.get(id(item))]
    for node in [*ast.walk(tree)][::-1] if nodes else ():
        match node:
            case ast.Call(func=ast.Name() | ast.Call() as func, args=args) if is_vmap(
                vmap := given.get(ast.unparse(func), func)
            ):
                replace(tree, node, _mapped(to, vmap, args))
            case ast.Call(func=ast.Name(id="sum"), args=[ast.ListComp() | ast.GeneratorExp() as terms], keywords=[]):
                replace(tree, node, ast.copy_location(ast.GeneratorExp(terms.elt, terms.generators), terms))
            case ast.Call(args=[ast.GeneratorExp() as terms]):
                node.args = [ast.copy_location(ast.ListComp(terms.elt, terms.generators), terms)]
    for node in [*ast.walk(tree)] if nodes else ():
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            _settle(to, node, given)


def inside(to: Converter, body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements with what has another value in every round in the places where its name is used."""
    local: Values = {}
    found = []
    for item in body if to.letters else ():
        _put(item, local)
        own = dict(definitions([item])) if (free := _outside(to, item)) else {}
        if free and not own:
            raise _refused(to, item, f"{free.pop()} counts the rounds of a loop, and stands outside of it")
        local |= own
        found += [] if own else [item]
    return found or body


def _outside(to: Converter, item: ast.AST) -> set[str]:
    """The letters in a statement that count the rounds of no loop in it."""
    found = set[str]()
    stack: list[tuple[ast.AST, set[str]]] = [(item, set())]
    while stack:
        node, known = stack.pop()
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            known = known | {ast.unparse(clause.target) for clause in node.generators}
        found |= {node.id} & to.letters - known if isinstance(node, ast.Name) else set()
        stack += [(part, known) for part in ast.iter_child_nodes(node)]
    return found


def _put(whole: ast.AST, values: Values) -> None:
    """Puts values in the places where names are used."""
    for part in [p for p in ast.walk(whole) if values and isinstance(p, ast.Name) and isinstance(p.ctx, ast.Load)]:
        if part.id in values:
            replace(whole, part, ast.copy_location(deepcopy(values[part.id]), part))


def _refused(to: Converter, node: ast.AST, message: str) -> MatdiffError:
    return to.refused(node, message, "matdiff.from_function records whole functions")


# ---- for statements ---------------------------------------------------------------------------------------


def _written(to: Converter, loop: ast.stmt, given: Values) -> list[ast.stmt]:
    """The statements that a loop stands for: all of few rounds, else sums and lists of the terms."""
    if not isinstance(loop, ast.For):
        return [loop]
    body = [part for item in loop.body for part in _written(to, item, given) if not is_silent(part)]
    clause = ast.comprehension(loop.target, loop.iter, [], 0)
    if (rounds := _rounds(clause, given)) is not None:
        copies = [(deepcopy(item), value) for value in rounds for item in body]
        for item, value in copies:
            _put(item, {ast.unparse(loop.target): value})
        return [Part.of(item) for item, _ in copies]  # nothing need use what the last round makes
    values = _members(to, clause).items()
    found: list[ast.stmt] = [ast.copy_location(ast.Assign([ast.Name(n, ast.Store())], v), v) for n, v in values]
    totals = list[str]()
    for item in body:
        added = _added(item)
        if added is None and not [*definitions([item])]:
            raise _refused(to, item, NO_SUM)
        if added is not None:
            name, op, term = added
            whole = ast.copy_location((ast.GeneratorExp if op else ast.ListComp)(term, [deepcopy(clause)]), item)
            total = ast.copy_location(ast.Name(name, ast.Store()), item)
            item = ast.copy_location(ast.AugAssign(total, op, whole) if op else ast.Assign([total], whole), item)
            totals.append(name)
        found.append(item)
    used = {n.id for item in found for n in ast.walk(item) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    if not used.isdisjoint(totals) or not totals or used_first(found) & dict(definitions(found)).keys():
        raise _refused(to, loop, NO_SUM)
    return found


def _added(item: ast.stmt) -> tuple[str, ast.operator | None, ast.expr] | None:
    """What a statement adds to which name, J += a, J = J + a; without a sign what it appends to a list."""
    match item:
        case ast.Assign([ast.Name(id=name)], ast.BinOp(ast.Name(id=old), ast.Add() as op, term)) if old == name:
            return name, op, term
        case ast.AugAssign(ast.Name(id=name), ast.Add() | ast.Sub() as op, term):
            return name, op, term
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(id=name), "append"), [term])):
            return name, None, term
    return None


def _rounds(clause: ast.comprehension, given: Values) -> list[ast.expr] | None:
    """The values of a loop over a few of them: for k in range(3), for z in [a, b]."""
    match clause.iter:
        case ast.List(elts=values) | ast.Tuple(elts=values):
            return values if isinstance(clause.target, ast.Name) else None
        case ast.Call(func=ast.Name(id="range"), args=ends):
            said = [ast.unparse(given.get(ast.unparse(end), end)) for end in ends]
            numbers = [int(end) for end in said if end.isdecimal()]
            if 0 < len(numbers) == len(ends) and len(range(*numbers)) <= MOST_ROUNDS:
                return [ast.Constant(number) for number in range(*numbers)]
    return None


# ---- jax.vmap, sums and lists ------------------------------------------------------------------------------


def is_vmap(value: ast.expr) -> bool:
    """jax.vmap(f, …)"""
    return isinstance(value, ast.Call) and ast.unparse(value.func) in VMAP and bool(value.args)


def _mapped(to: Converter, vmap: ast.expr, args: list[ast.expr]) -> ast.expr:
    """[f(X[i], w) for i in …] of vmap(f, in_axes=(0, None))(X, w)"""
    assert isinstance(vmap, ast.Call)
    f, *axes = [*vmap.args, *[option.value for option in vmap.keywords if option.arg == "in_axes"]]
    said = ast.literal_eval(axes[0]) if axes and is_literal(axes[0]) else 0 if not axes else None
    each = said if isinstance(said, (tuple, list)) else [said] * len(args)
    if (
        len(each) != len(args)
        or not all(axis in (0, 1, None) for axis in each)
        or {*each} == {None}
        or len(vmap.keywords) > len(axes)
    ):
        raise _refused(to, vmap, "vmap is read along the axes 0 and 1")
    letter = _letter(to)
    parts = [a if axis is None else _member(a, letter, axis) for a, axis in zip(args, each, strict=True)]
    call = ast.copy_location(ast.Call(deepcopy(f), parts, []), vmap)
    whole = ast.Expr(call)
    if isinstance(f, ast.Lambda):
        whole.value = deepcopy(f.body)
        _put(whole, bound_arguments(to, call, f.args))
    clause = ast.comprehension(ast.Name(letter, ast.Store()), ast.parse(RANGE, mode="eval").body, [], 0)
    return ast.copy_location(ast.ListComp(whole.value, [clause]), vmap)


def _letter(to: Converter, written: str = "") -> str:
    """The letter that counts the rounds of a loop: the one that is written, or one that nothing in the text has."""
    words = {*to.letters, *re.findall(r"\w+", to.text)}
    found = written or next(i for k in count() for c in "ijklmn" if (i := f"{c}{k or ''}") not in words)
    to.letters.add(found)
    return found


def _member(array: ast.expr, letter: str, axis: int = 0) -> ast.expr:
    """X[i], or X[:, i]"""
    return written(f"A[{':, ' * axis}{letter}]", array, {"A": deepcopy(array)})


def _members(to: Converter, clause: ast.comprehension) -> Values:
    """What stands for the names of for x, t in zip(X, y), x is X[i] and t is y[i]; the target becomes the letter."""
    target, over, letter = clause.target, clause.iter, ""
    if isinstance(over, ast.Call) and ast.unparse(over.func) == "range":
        to.letters.add(ast.unparse(target))
        return {}
    if isinstance(over, ast.Call) and ast.unparse(over.func) == "enumerate" and isinstance(target, ast.Tuple):
        letter, target, over = ast.unparse(target.elts[0]), target.elts[1], over.args[0]
    is_zip = isinstance(over, ast.Call) and ast.unparse(over.func) == "zip"
    arrays = over.args if isinstance(over, ast.Call) and is_zip else [over]
    names = target.elts if isinstance(target, ast.Tuple) and is_zip else [target]
    is_read = all(isinstance(name, ast.Name) for name in names) and not isinstance(over, (ast.List, ast.Tuple))
    if len(names) != len(arrays) or not is_read:
        raise _refused(to, over, "what the loop runs over cannot be read")
    letter = _letter(to, letter)
    clause.target = ast.copy_location(ast.Name(letter, ast.Store()), target)
    clause.iter = written(RANGE, over, {})
    return {ast.unparse(name): _member(a, letter) for name, a in zip(names, arrays, strict=True)}


def many(to: Converter, node: ast.ListComp | ast.GeneratorExp) -> Node:
    """A sum over letters that are counted from 1, or the list of its terms."""
    found = to.done[id(node.elt)]
    for clause in node.generators[::-1]:
        ends = [_end(to, end) for end in clause.iter.args] if isinstance(clause.iter, ast.Call) else []
        high = ends.pop() if ends and clause.iter.keywords == [] else None  # type: ignore[attr-defined]
        if len(ends) > 1:
            raise _refused(to, clause.iter, "a loop in steps of other numbers than 1 cannot be read")
        run = Range(to.name(ast.unparse(clause.target)), ends[0] + ONE if ends else ONE, high)
        operator = "sum" if isinstance(node, ast.GeneratorExp) else "list"
        found = Node("big_sum", [found], (operator, Limits((run,), None, 0, True)), *to.span(node))
    return found


def _settle(to: Converter, node: ast.ListComp | ast.GeneratorExp, given: Values) -> None:
    """Makes every loop in brackets one over numbers; of range(len(X)) X[i], in front of the term, tells how many."""
    if (isinstance(node, ast.ListComp) and len(node.generators) > 1) or any(clause.ifs for clause in node.generators):
        raise _refused(to, node, "a loop in brackets is read with one for, and without an if")
    for clause in node.generators:
        _put(node, _members(to, clause))
        assert isinstance(clause.iter, ast.Call)
        ends = [deepcopy(given.get(end.id, end)) if isinstance(end, ast.Name) else end for end in clause.iter.args]
        clause.iter.args = ends
        match ends[-1] if ends else None:
            case ast.BinOp(last, ast.Sub(), ast.Constant(int(more))):
                pass
            case last:
                more = 0
        if last is None or (said := array_and_axis(last)) is None or said[1] < 0:
            continue
        array, axis = said
        ends.pop()
        clause.iter.keywords = [ast.keyword("told", ast.Constant(True))]
        place = _member(array, f"{ast.unparse(clause.target)} + {more}", axis)
        told = ast.copy_location(ast.Name(TOLD, ast.Load()), node.elt)
        node.elt = ast.copy_location(ast.Call(told, [place, node.elt], []), node.elt)


def _end(to: Converter, end: ast.expr) -> Size:
    """A number of range(i + 1, n), whose letters are counted from 1 in the sum."""
    if any(isinstance(part, (ast.Call, ast.Attribute)) for part in ast.walk(end)):
        raise _refused(to, end, "the end of a loop is a size, n - 1")
    found = parse_size(Excerpt(ast.unparse(end), to.span(end)[0], to.text), least=None)
    return found.substitute(lambda name: size(name) - ONE if name in to.letters else size(name))
