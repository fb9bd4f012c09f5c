"""How much there is to read in an expression: the signs of its notation, in which a definition is its name.

Among equal forms that the laws reach, an answer is the one that costs least.
"""

from __future__ import annotations

from matdiff.algebra.constants import Constant
from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import ASCII, Part, Slot
from matdiff.algebra.operators.structure import Named
from matdiff.regex import regex

SIGN = regex(r"[^\W\d_]\w*|\d+|[^\s\w()]")
HIGHEST = 10**9


def reading_cost(e: Expr) -> int:
    """The number of names, numbers and signs of operations with which an expression is written, brackets apart.

    >>> from matdiff.language import parse
    >>> reading_cost(parse("A*x + b", "A: m x n; x: n; b: m"))
    5
    """
    stack, opened = [e], dict[Expr, list[Part]]()  # what notations make up, such as −t, lives as long as this
    while stack:
        node = stack[-1]
        if "reading cost" in node.facts:
            stack.pop()
        elif node not in opened:
            opened[node] = _parts(node)
            stack += [p.operand for p in opened[node] if isinstance(p, Slot)]
        else:
            node.facts["reading cost"] = min(HIGHEST, sum(map(_cost, opened[node])))
            stack.pop()
    cost: int = e.facts["reading cost"]
    return cost


def _cost(part: Part) -> int:
    if isinstance(part, Slot):
        known: int = part.operand.facts["reading cost"]
        return known
    return 1 if part is None else len(SIGN.findall(part))


def _parts(e: Expr) -> list[Part]:
    """The pieces of the notation; a constant matrix is one sign, since as a rule the context tells its size."""
    if isinstance(e, (Constant, Named)):
        return [e.letter if isinstance(e, Constant) else str(e.data[0])]
    return [*e.notation(ASCII).parts]


def is_shorter(e: Expr, other: Expr) -> bool:
    """Whether there is less to read in an expression, of which every letter and number takes a sign at least."""
    cost = reading_cost(other)
    return has_fewer_letters(e, cost) and reading_cost(e) < cost


def has_fewer_letters(e: Expr, most: int) -> bool:
    """Whether fewer letters, numbers and names than that are written in an expression, as far as one has to look."""
    stack, seen = [e], 0
    while stack and seen + len(stack) < most:
        node = stack.pop()
        inside = () if isinstance(node, Named) else node.operands
        stack += inside
        seen += not inside
    return not stack
