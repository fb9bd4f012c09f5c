"""Labels of classes in code: P[np.arange(N), y] is the entry of each row by its label, np.sum(Y * P, axis=1).

The labels are no numbers to derive by.  In their place stands Y, y_onehot by name, a matrix of 0 and 1 with a row for
every label, which holds 1 in the column of the class.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from matdiff.errors import AmbiguityError
from matdiff.language.dialects.statements import axis_said, replace
from matdiff.language.extents import Excerpt

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

PICKED, ONE_HOT = "what is picked by labels", "rows of labels"  # what no text can call
RANGES = ("range", "arange")
IDENTITIES = ("eye", "identity")


def unfolded(to: Converter, tree: ast.AST) -> Iterator[tuple[Excerpt, str]]:
    """Puts matrices of 0 and 1 in the places of labels; yields each at its place, and what is said of it."""
    labels: dict[str, ast.Name] = {}
    _put_ranges(tree)
    _reassign(tree, labels)
    for node in [n for n in ast.walk(tree) if isinstance(n, (ast.Call, ast.Subscript))]:
        if (meant := _meant(node)) is not None:
            label, new = meant
            for part in ast.walk(new):
                ast.copy_location(part, node) if not hasattr(part, "lineno") else part
            replace(tree, node, new)
            labels.setdefault(label.id, label)
    _require_no_numbers(to, tree, labels)
    for name, label in labels.items():
        shown = one_hot(name)
        said = f"{shown} stands for the labels {name}: each row of it is 0 but for 1 in the column of the class"
        yield Excerpt(shown, to.span(label)[0], to.text), said


def _put_ranges(tree: ast.AST) -> None:
    """Takes rows = np.arange(len(y)) out of the statements, and puts the range in the places of rows."""
    found: dict[str, ast.expr] = {}
    for owner in [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.FunctionDef)]:
        rest = []
        for item in owner.body:
            match item:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if _called(value) in RANGES:
                    found[name] = value
                case _:
                    rest.append(item)
        owner.body = rest or owner.body
    for node in ast.walk(tree) if found else ():
        match node:
            case ast.Subscript(slice=ast.Tuple(elts=[ast.Name(id=name), *_] as keys)) if name in found:
                keys[0] = found[name]


def _reassign(tree: ast.AST, labels: dict[str, ast.Name]) -> None:
    """M *= 1 - Y in the place of M[np.arange(N), y] = 0, and M += c * Y in that of M[np.arange(N), y] += c."""
    for owner in [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.FunctionDef)]:
        for k, item in enumerate(owner.body):
            match item:
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) as part], value=ast.Constant(value=0)):
                    op: ast.operator = ast.Mult()
                    meant, form = _meant(part), "1 - {}"
                case ast.AugAssign(
                    target=ast.Subscript(value=ast.Name(id=name)) as part, op=ast.Add() | ast.Sub() as op
                ):
                    meant, form = _meant(part), f"({ast.unparse(item.value)}) * {{}}"
                case _:
                    continue
            if meant is None:
                continue
            labels.setdefault(meant[0].id, meant[0])
            value = ast.parse(form.format(one_hot(meant[0].id)), mode="eval").body
            for node in ast.walk(value):
                ast.copy_location(node, part)
            target = ast.copy_location(ast.Name(name, ast.Store()), part)
            owner.body[k] = ast.copy_location(ast.AugAssign(target, op, value), item)


def one_hot(name: str) -> str:
    """The name of the matrix of 0 and 1."""
    return f"{name}_onehot"


def _require_no_numbers(to: Converter, tree: ast.AST, labels: dict[str, ast.Name]) -> None:
    """Gives len(y) and y.shape[0] the matrix, and refuses labels that stand elsewhere."""
    sized = {id(said[0]) for node in ast.walk(tree) if isinstance(node, ast.expr) and (said := axis_said(node))}
    for node in [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in labels]:
        if id(node) not in sized:
            message = f"{node.id} stands for labels of classes, and for an array of numbers"
            raise to.refused(node, message, "give one of them another name", AmbiguityError)
        node.id = one_hot(node.id)


def _meant(node: ast.expr) -> tuple[ast.Name, ast.expr] | None:
    """The labels in an expression that picks by them, and what it means."""
    match node:
        case ast.Subscript(value=of, slice=ast.Tuple(elts=[ast.Call(args=[size]) as rows, ast.Name() as label])):
            return (label, _call(PICKED, of, label, size)) if _called(rows) in RANGES else None
        case ast.Subscript(value=ast.Call(args=[size]) as eye, slice=ast.Name() as label):
            return (label, _call(ONE_HOT, None, label, size)) if _called(eye) in IDENTITIES else None
        case ast.Call(func=ast.Attribute(value=of, attr="gather"), args=[axis, column], keywords=[]):
            return _from_column(of, axis, column)
        case ast.Call(args=[of, axis, column], keywords=[]) if _called(node) == "gather":
            return _from_column(of, axis, column)
        case ast.Call(args=[of, column, *axes]) if _called(node) in ("take_along_axis", "take_along_dim"):
            given = [*axes, *[k.value for k in node.keywords if k.arg in ("axis", "dim")]]
            return _from_column(of, given[0], column) if len(given) == 1 else None
        case ast.Call(args=[ast.Name() as label, size], keywords=[]) if _called(node) == "one_hot":
            return label, _call(ONE_HOT, None, label, size)
        case ast.Call(args=[of, ast.Name() as label], keywords=[]) if _called(node) == "nll_loss":
            mean = ast.Call(ast.Name("mean", ast.Load()), [_call(PICKED, of, label)], [])
            return label, ast.UnaryOp(ast.USub(), mean)
    return None


def _called(node: ast.expr) -> str:
    """The name of the function in a call: arange of np.arange(N)."""
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _call(name: str, of: ast.expr | None, label: ast.Name, *sizes: ast.expr) -> ast.expr:
    """The call of a function with the matrix of some labels."""
    classes = ast.copy_location(ast.Name(one_hot(label.id), ast.Load()), label)
    return ast.Call(ast.Name(name, ast.Load()), [*([of] if of else []), classes, *sizes], [])


def _from_column(of: ast.expr, axis: ast.expr, column: ast.expr) -> tuple[ast.Name, ast.expr] | None:
    """A column of the entries that a column of labels picks, along the last axis of a matrix."""
    label = _of_column(column)
    if label is None or ast.unparse(axis) not in ("1", "-1"):
        return None
    key = ast.Tuple([ast.Slice(), ast.Constant(None)], ast.Load())
    return label, ast.Subscript(_call(PICKED, of, label), key, ast.Load())


def _of_column(column: ast.expr) -> ast.Name | None:
    """y of y[:, None], y.unsqueeze(1), y.view(-1, 1)"""
    match column:
        case ast.Subscript(value=ast.Name() as label, slice=key):
            is_column = ast.unparse(key).strip("()") in (":, None", ":, np.newaxis", ":, jnp.newaxis")
        case ast.Call(func=ast.Attribute(value=ast.Name() as label, attr=name), args=args):
            given = ", ".join(map(ast.unparse, args))
            is_column = given in (("1", "-1") if name == "unsqueeze" else ("-1, 1", "(-1, 1)"))
            is_column = is_column and name in ("unsqueeze", "view", "reshape")
        case _:
            return None
    return label if is_column else None
