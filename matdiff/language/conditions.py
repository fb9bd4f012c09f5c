"""Conditions: cases(a, x ≤ 0, b) and [y = k] as nodes that compare two sides and have two values.

In goes what was written, with the conditions among the arguments; out come nodes of the kind ``cases``, whose parts
are the sides of the condition and the two values, one inside the other where there are several conditions.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from matdiff.algebra.relations import opposite
from matdiff.language.fixed import fixed, position_of
from matdiff.language.limits import EXCHANGED
from matdiff.language.scopes import Fixed, Scope, resolves
from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

OTHERWISE = "otherwise"


@resolves("indicator")
def resolve_indicator(bound: Bound, node: Node, scope: Scope) -> None:
    """[y = k]: 1 where the condition holds, 0 elsewhere"""
    one, nothing = (Node("NUMBER", [], Fraction(k), node.start, node.end) for k in (1, 0))
    made = under(node.parts[0], one, nothing)
    count_labels(bound, node.parts[0], scope)
    node.kind, node.value, node.parts = made.kind, made.value, made.parts


def count_labels(bound: Bound, condition: Node, scope: Scope) -> None:
    """y_i in y_i = k, where k is an index of a sum: a class label, which is one of the numbers of k."""
    sides = condition.parts
    if condition.value not in "=≠" or len(sides) != 2:
        return
    for side, other in (sides, sides[::-1]):
        is_index = other.kind == "NAME" and other.value in scope
        label = position_of(bound, "".join(bound.text[side.start : side.end].split()), scope) if is_index else None
        if is_index and side.kind == "NAME" and len(side.value) == 1 and side.value not in (*scope, *bound.declared):
            label = fixed(bound, side.value)
        if isinstance(label, Fixed) and label.name not in bound.declared:
            side.kind, side.value, side.parts = "counter", label, []


def resolve_cases(bound: Bound, node: Node) -> None:
    """cases(a, x ≤ 0, b, x > 1, c): the last value needs no condition"""
    values, conditions = node.parts[::2], node.parts[1::2]
    if len(values) == len(conditions):
        _last_condition(bound, conditions)
    if len(values) < 2 or any(c.kind != "comparison" for c in conditions[: len(values) - 1]):
        raise bound.error(node, "cases have a value, a condition, …, and a last value", "as in cases(a, x ≤ 0, b)")
    if any(v.kind == "comparison" for v in values):
        raise bound.error(node, "a condition stands where a value is expected", "as in cases(a, x ≤ 0, b)")
    made = values[-1]
    for value, condition in zip(reversed(values[:-1]), reversed(conditions[: len(values) - 1]), strict=True):
        made = under(condition, value, made)
    node.kind, node.value, node.parts = made.kind, made.value, made.parts


def _last_condition(bound: Bound, conditions: list[Node]) -> None:
    """A last condition says «otherwise», or the opposite of the only one before it."""
    last = conditions[-1]
    if last.kind == "NAME" and last.value == OTHERWISE:
        return
    if len(conditions) == 2 and all(c.kind == "comparison" and c.parts[0].kind != "comparison" for c in conditions):
        first, second = (_ordered(c) for c in conditions)
        left, sign, right = opposite(*first)
        texts = ["".join(bound.text[side.start : side.end].split()) for side in (left, right, second[0], second[2])]
        if sign == second[1] and (texts[:2] == texts[2:] or (sign in "=≠" and texts[:2] == texts[:1:-1])):
            return
        if {first[1], second[1]} == {"<"} and texts[:2] == texts[2:]:
            return  # x < 0 and x > 0: the border does not matter
    raise bound.error(last, "the last case is not the opposite of the first", "write otherwise for the last one")


def under(condition: Node, a: Node, b: Node) -> Node:
    """A node that is *a* where a condition holds, and *b* elsewhere; 0 ≤ x ≤ 1 is two conditions."""
    if condition.parts[0].kind == "comparison":
        left, right = condition.parts
        middle = left.parts[1]
        rest = Node("comparison", [middle, right], condition.value, middle.start, condition.end)
        return under(left, under(rest, a, b), b)
    left, sign, right = _ordered(condition)
    return Node("cases", [left, right, a, b], sign, a.start, max(a.end, condition.end))


def _ordered(condition: Node) -> tuple[Node, str, Node]:
    """The sides of a comparison, the smaller one first."""
    left, right = condition.parts
    sign: str = condition.value
    return (right, EXCHANGED[sign], left) if sign in EXCHANGED else (left, sign, right)
