"""Two names of one thing: after h = x.T, h += 1 changes x too; and names that mathematics writes as one, x_ and x."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matdiff.errors import AmbiguityError

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

VIEWS = frozenset(
    "T mT t transpose swapaxes permute reshape view ravel flatten squeeze unsqueeze expand_dims diagonal detach "
    "asarray view_as expand expand_as contiguous".split()
)
IN_PLACE = ("numpy", "torch")  # the arrays of JAX are never changed


def require_apart(to: Converter, tree: ast.AST) -> None:
    """Refuses x_ beside x, and W_1 beside W1, which are two names in code and one in mathematics."""
    written: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and (other := written.setdefault(to.name(node.id), node.id)) != node.id:
            raise to.refused(node, f"{other} and {node.id} would have one name here", "give one another name")


def require_own(to: Converter, body: list[ast.stmt]) -> None:
    """Refuses h += 1 where h is a view of x, or x of h, and the other one is used afterwards."""
    shared: dict[str, set[str]] = {}  # the names whose entries are those of a name
    for k, item in enumerate(body if to.dialect.name in IN_PLACE else ()):
        match item:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                of = _viewed(value)
                for partners in shared.values():
                    partners.discard(name)
                together = {of, *shared.get(of, ())} - {name, ""}
                shared[name] = together
                for other in together:
                    shared.setdefault(other, set()).add(name)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                if used := sorted(shared.get(name, set()) & used_first(body[k:])):
                    message = f"{ast.unparse(item)} changes {used[0]}, too, which has the same entries"
                    anew = ast.unparse(ast.BinOp(ast.Name(name), op, value))
                    raise to.refused(item, message, f"write {name} = {anew}", AmbiguityError)


def _viewed(value: ast.expr) -> str:
    """The name of the array whose entries a value has: x of x.T[1:]; empty for a new array."""
    while True:
        match value:
            case ast.Name(id=name):
                return name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy" | "torch"), attr=name), args=[of, *_]):
                if name not in VIEWS:
                    return ""
                value = of
            case ast.Attribute(value=of, attr=name) | ast.Call(func=ast.Attribute(value=of, attr=name)) if (
                name in VIEWS
            ):
                value = of
            case ast.Subscript(value=of):
                value = of
            case _:
                return ""


def used_first(body: list[ast.stmt]) -> set[str]:
    """The names whose values are used before they are given new ones."""
    used: set[str] = set()
    given: set[str] = set()
    for item in body:
        names = [part for part in ast.walk(item) if isinstance(part, ast.Name)]
        used |= {part.id for part in names if isinstance(part.ctx, ast.Load)} - given
        given |= {part.id for part in names if isinstance(part.ctx, ast.Store) and isinstance(item, ast.Assign)}
    return used
