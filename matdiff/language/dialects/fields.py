"""Values that are kept: self.margin is margin, params["W1"] is W1, and W, b = params has them in a list."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Container
from typing import TYPE_CHECKING

from matdiff.errors import AmbiguityError
from matdiff.language.dialects import MODULES, SUBMODULES
from matdiff.language.dialects.python_text import ATTRIBUTES
from matdiff.language.dialects.subscripts import KEYS
from matdiff.language.names import GREEK_WORDS, canonical

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

OWNERS = ("self", "cls")
OF_ARRAYS = frozenset((*ATTRIBUTES, *KEYS, *SUBMODULES, *"real imag ndim dtype device data grad at value".split()))


def unfolded(to: Converter, tree: ast.AST) -> list[str]:
    """Puts the name of each kept value in its place; notes for those of owners that are not customary.

    Raises AmbiguityError where one name is of two values, as margin and self.margin.
    """
    kept: dict[str, str] = {}  # the names, and under what each is kept
    nodes = list(ast.walk(tree))
    unlist(to, nodes)
    owners = _owners(to, nodes)
    if not any(field(node, owners) for node in nodes):
        return []
    same = {name for node in nodes if isinstance(node, ast.Assign) for name in _copied(node)}
    for parent in nodes:
        for place, value in ast.iter_fields(parent):
            if isinstance(value, list):
                value[:] = [_named(to, part, kept, owners) for part in value]
            elif isinstance(value, ast.expr):
                setattr(parent, place, _named(to, value, kept, owners))
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in kept and node.id not in same:
            message = f"{node.id} and {kept[node.id]} are two things"
            raise to.refused(node, message, "give one of them another name", AmbiguityError)
    own = [shown for shown in kept.values() if "[" not in shown and shown.partition(".")[0] not in OWNERS]
    return [f"read by their last names: {', '.join(own)}"] if own else []


def unlist(to: Converter, nodes: list[ast.AST]) -> None:
    """W, b = params says nothing of W and b, where params stands nowhere else and nothing is known of it."""
    uses = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Tuple() as names], value=ast.Name(id=owner)):
                if uses[owner] == 1 and canonical(owner) not in to.names:
                    node.value = ast.copy_location(ast.Tuple(names.elts, ast.Load()), node.value)


def of_numbers(tree: ast.AST) -> list[ast.Name]:
    """The small Greek letters of which only entries stand, and none beside @: theta of theta[0] + theta[1]*x."""
    nodes = [*ast.walk(tree)]
    uses = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    products = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)]
    arrays = {id(side) for product in products for side in (product.left, product.right)}
    found: list[ast.Name] = []
    for node in nodes:
        match node:
            case ast.Subscript(value=ast.Name() as owner, slice=ast.Constant(value=int())) if id(node) not in arrays:
                found.append(owner)
    counts = Counter(owner.id for owner in found)
    return [o for o in found if counts[o.id] == uses[o.id] and o.id in GREEK_WORDS and o.id.islower()]


def _owners(to: Converter, nodes: list[ast.AST]) -> set[str]:
    """self, and the names of which only values are used that no array has, as params of params.W and params.b."""
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    uses = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    values = Counter(
        node.value.id
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if id(node) not in called and node.attr not in OF_ARRAYS
    )
    known = {*MODULES, *to.names}
    return {*OWNERS, *(name for name, count in values.items() if count == uses[name] and name not in known)}


def field(node: ast.AST, owners: Container[str] = OWNERS) -> str:
    """The name under which a value is kept; empty for another expression."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in owners:
            return name
        case ast.Subscript(value=ast.Name() | ast.Attribute(), slice=ast.Constant(value=str(name))):
            return name if name.isidentifier() else ""
    return ""


def _named(to: Converter, value: ast.AST, kept: dict[str, str], owners: Container[str]) -> ast.AST:
    """The name in the place of a kept value."""
    if not isinstance(value, (ast.Attribute, ast.Subscript)) or not (name := field(value, owners)):
        return value
    shown = ast.unparse(value)
    if kept.setdefault(name, shown) != shown:
        message = f"{kept[name]} and {shown} are two things with the name {name}"
        raise to.refused(value, message, "give one of them another name", AmbiguityError)
    return ast.copy_location(ast.Name(name, value.ctx), value)


def _copied(item: ast.Assign) -> set[str]:
    """The name in self.margin = margin and margin = self.margin, which say that the two are one."""
    sides = [item.targets[0], item.value]
    return {side.id for side in sides if isinstance(side, ast.Name)} & set(map(field, sides))
