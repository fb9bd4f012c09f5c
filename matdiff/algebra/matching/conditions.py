"""Conditions in statements: a ≤ b stands for any comparison, and b < a for its opposite."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Symbol, postorder, replace
from matdiff.algebra.operators.piecewise import COMPLEMENTS, Piecewise
from matdiff.algebra.operators.sums import Member

Condition = tuple[Expr, str, Expr]
RELATIONS = ("≤", "<", "=", "≠")


def under_any_condition(left: Expr, right: Expr) -> list[tuple[Expr, Expr]]:
    """The sides of a statement with each comparison in the place of a ≤ b; as they are where there is none."""
    if not any(is_open(node) for node in postorder(left)):
        return [(left, right)]
    return [(with_relation(left, r), with_relation(right, r)) for r in RELATIONS]


def is_open(e: Expr) -> bool:
    """Whether a condition compares letters of a statement."""
    return isinstance(e, Piecewise) and all(isinstance(o, (Symbol, Member)) for o in e.operands[:2])


def with_relation(e: Expr, relation: str) -> Expr:
    """A side of a statement under another condition."""

    def changed(node: Expr) -> Expr | None:
        if not isinstance(node, Piecewise) or not is_open(node):
            return None
        a, sign, b = node.compared
        then, otherwise = (with_relation(o, relation) for o in node.operands[2:])
        condition = (a, relation, b) if sign == "≤" else opposite(b, relation, a)
        return Piecewise(*condition, then, otherwise)

    return replace(e, changed)


def opposite(left: Expr, relation: str, right: Expr) -> Condition:
    """What holds where a comparison does not."""
    sides = (left, right) if relation in "=≠" else (right, left)
    return sides[0], COMPLEMENTS[relation], sides[1]
