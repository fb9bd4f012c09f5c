"""Conditions in statements: a ≤ b stands for any comparison, and b < a for its opposite."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.expr import Expr, Symbol, postorder, replace
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.relations import RELATIONS, opposite


def under_any_condition(left: Expr, right: Expr) -> list[tuple[Expr, Expr]]:
    """The sides of a statement with each comparison in the place of a ≤ b; as they are where there is none."""
    if not any(is_open(node) for node in postorder(left)):
        return [(left, right)]
    return [(with_relation(left, r), with_relation(right, r)) for r in RELATIONS]


def is_open(e: Expr) -> bool:
    """Whether a condition compares letters of a statement."""
    return is_a(e, "Piecewise") and all(isinstance(o, (Symbol, Member)) for o in e.operands[:2])


def with_relation(e: Expr, relation: str) -> Expr:
    """A side of a statement under another condition."""

    def changed(node: Expr) -> Expr | None:
        if not is_open(node):
            return None
        (a, b), (sign,) = node.operands[:2], node.data
        then, otherwise = (with_relation(o, relation) for o in node.operands[2:])
        condition = (a, relation, b) if sign == "≤" else opposite(b, relation, a)
        kind: Any = type(node)
        return kind(*condition, then, otherwise)  # type: ignore[no-any-return]

    return replace(e, changed)
