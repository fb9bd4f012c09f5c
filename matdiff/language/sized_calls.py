"""Functions with sizes behind their operands, or with nothing but sizes: unvec(c, m, n), corr(X, K, stride=2), eye(n).

In goes the node of a call, out comes one whose parts are the operands and whose value holds the sizes.
"""

from __future__ import annotations

from collections.abc import Callable

from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import MatdiffError
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.syntax import Node

Complaint = Callable[[Node, str, str], MatdiffError]


def settle(node: Node, excerpt: Callable[[Node], Excerpt], error: Complaint) -> None:
    """Tells the operands of a call from its sizes."""
    name, operator = node.value, FUNCTIONS[node.value]
    relations, count = operator.relations, operator.sizes
    operands, optional = (len(relations[0].operands), relations[0].optional) if relations else (0, 0)
    if not operands + count - optional <= len(node.parts) <= operands + count:
        raise error(node, f"{name} takes {wanted(operands, count, optional)}", "")
    letters = relations[0].letters if relations else ()
    for argument, letter in zip(node.parts[operands:], letters, strict=False):
        if argument.kind == "keyword" and argument.value != letter:
            raise error(argument, f"{argument.value} is no argument of {name}", f"write {letter}=…")
    given = [a.parts[0] if a.kind == "keyword" else a for a in node.parts[operands:]]
    sizes = tuple(parse_size(excerpt(a)) for a in given)
    kind = "sized_call" if operands else "sized_constant"
    node.kind, node.value, node.parts = kind, (name, sizes), node.parts[:operands]


def wanted(operands: int, count: int, optional: int) -> str:
    """The arguments in words: an operand and 3 sizes, the last of which may be left out."""
    what = [] if not operands else ["an operand"] if operands == 1 else [f"{operands} operands"]
    behind = [] if not count else ["one size"] if count == 1 else [f"{count} sizes"]
    ending = (
        ""
        if not optional
        else ", which may be left out"
        if optional == count
        else ", the last of which may be left out"
    )
    return " and ".join(what + behind) + ending
