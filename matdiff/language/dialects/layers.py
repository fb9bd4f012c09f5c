"""Modules of torch.nn in code: nn.MSELoss()(z, y) is F.mse_loss(z, y), and criterion(z, y) of a criterion too."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matdiff.recording.layers import MODULES

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

FUNCTIONS = MODULES | {"Tanh": "tanh", "Sigmoid": "sigmoid"}
HOME = "torch.nn.functional"


def unfolded(to: Converter, body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements with functions in the place of modules, and without those that give a module a name."""
    named: dict[str, ast.Call] = {}
    rest = []
    for item in body:
        match item:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (module := made(to, value)) is not None:
                named[name] = module
            case _:
                rest.append(item)
    for node in [part for item in rest for part in ast.walk(item) if isinstance(part, ast.Call)]:
        module = named.get(node.func.id) if isinstance(node.func, ast.Name) else made(to, node.func)
        if module is not None:
            path = ast.parse(f"{HOME}.{FUNCTIONS[module.func.attr]}", mode="eval").body  # type: ignore[attr-defined]
            for part in ast.walk(path):
                ast.copy_location(part, node.func)
            node.func, node.keywords = path, [*node.keywords, *module.keywords]
    return rest


def made(to: Converter, node: ast.expr) -> ast.Call | None:
    """The call that makes a module: nn.MSELoss(reduction="sum")"""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FUNCTIONS):
        return None
    if to.module(node.func) not in ("nn", "torch.nn"):
        return None
    if node.args:
        raise to.refused(node, f"{node.func.attr} has options without a name", "give their names, as in dim=1")
    return node
