"""Parts of what gives several values: slogdet(A)[1], X.shape[0], torch.max(X, dim=1)[0]."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

PAIRS = ("slogdet", "shape", ".shape")
KEYS = {"values": 0, "indices": 1}


def part(to: Converter, node: ast.expr, of: ast.expr, key: object) -> Node | None:
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
