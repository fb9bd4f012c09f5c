"""Places and slices in code, and parts of what has several values: X[:, 0], x[1:], slogdet(A)[1], X.shape[0]."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from matdiff.language.dialects import functionals
from matdiff.language.dialects.functionals import together
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.syntax import Node
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

PAIRS = ("slogdet", "shape", ".shape")
KEYS = {"values": 0, "indices": 1}


def subscript(to: Converter, node: ast.Subscript) -> Node:
    """X[:, 0], x[1:], slogdet(A)[1], X.shape[0]"""
    base = to.done[id(node.value)]
    if directions := functionals.directions(to, node):
        behind = together([to.done[id(d)] for d in directions])
        return Node(base.kind, [*base.parts, behind], base.value, *to.span(node))
    keys = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if counters := [c for key in keys for c in ast.walk(key) if isinstance(c, ast.Name) and c.id in to.letters]:
        key = Node("literal", [], tuple(place_of(to, k) for k in keys), *to.span(node))
        return to.call(node, "item", [base, key, *(Node("NAME", [], to.name(c.id), *to.span(c)) for c in counters)])
    found = tuple(place_of(to, k) for k in keys)
    if len(found) == 1 and (part := part_of(to, node, node.value, found[0])):
        return part
    if any(isinstance(k, str) for k in found):
        if not all(isinstance(k, str) or k == slice(None) for k in found):
            raise to.refused(node, "an index with a letter beside numbers cannot be read")
        inside = [
            Node("all" if k == slice(None) else "NAME" if k.isidentifier() else "place", [], k, *to.span(key))
            for k, key in zip(found, keys, strict=True)
        ]
        return Node("index", [base, together(inside)], None, *to.span(node))
    key = Node("literal", [], found, *to.span(node))
    return to.call(node, "item", [base, key])


class Further(NamedTuple):
    """A place that a loop runs through, and how many further on: 1 of i + 1."""

    offset: int


def part_of(to: Converter, node: ast.expr, of: ast.expr, key: object) -> Node | None:
    """The part of a call with a key, if the call gives several values."""
    base = to.done[id(of)]
    if base.kind != "array":
        return None
    name, parts = base.value.name, base.parts
    if name in PAIRS:
        return to.call(node, f"{name}[{key}]", parts)
    if name == "size" and len(parts) == 1:  # X.size()[0]
        return to.call(node, f"shape[{key}]", parts)
    has_axis = len(parts) > 1 and (bool(base.value.names) or parts[1].kind in ("NUMBER", "literal"))
    if name not in ("max", "min") or to.dialect.name != "torch" or not has_axis:
        return None
    if key == 1:
        raise to.refused(node, "the places of the largest entries have no derivative")
    return Node("array", parts, base.value._replace(name=f"a{name}"), *to.span(node)) if key == 0 else None


def is_letter(to: Converter, node: ast.AST) -> bool:
    """Whether a name counts the places that a loop runs through."""
    return isinstance(node, ast.Name) and node.id in to.letters


def place_of(to: Converter, node: ast.expr) -> Any:
    """A place, a slice, None for a new axis, or a letter; of the letter of a loop, how many places further on."""
    match node:
        case ast.Name() if is_letter(to, node):
            return Further(0)
        case ast.BinOp(ast.Name() as letter, ast.Add() | ast.Sub() as op, ast.Constant(int(more))) if is_letter(
            to, letter
        ):
            return Further(more if isinstance(op, ast.Add) else -more)
        case _ if any(is_letter(to, part) for part in ast.walk(node)):
            raise to.refused(node, "a place in a loop is a letter, i, or i + 1")
        case ast.Slice(lower=low, upper=high, step=step):
            return slice(*[None if end is None else end_of(to, end) for end in (low, high, step)])
        case ast.Attribute(attr="newaxis"):
            return None
        case ast.Name(id=name):
            return to.name(name)
        case ast.BinOp(ast.Name(), ast.Add() | ast.Sub(), ast.Constant(int())):
            return ast.unparse(node)  # x[n - 1], by a size
        case ast.Call(func=ast.Name(id="range") | ast.Attribute(attr="arange")):
            hint = "P[np.arange(N), y] is the entry of each row by its label"
            raise to.refused(node, "a range is no index but of the rows beside labels", hint)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        value = ""
    if value is not None and value is not Ellipsis and type(value) is not int:
        raise to.refused(node, "an index is a number, a slice, None or a letter")
    return value


def end_of(to: Converter, node: ast.expr) -> Any:
    """The start or the end of a slice: a number, or a size as in x[n:n + m]."""
    if any(isinstance(part, ast.Name) for part in ast.walk(node)):
        start, end = to.span(node)
        return parse_size(Excerpt(to.text[start:end], start, to.text))
    return place_of(to, node)
