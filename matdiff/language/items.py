"""The items of a text: definitions, formulas and recurrences in an order that can be typed, and the expression last."""

from __future__ import annotations

from matdiff.errors import DeclarationError
from matdiff.language.recurrences.gathering import DEFINING, gathered, in_order, named_in
from matdiff.language.recurrences.recursion import Binding, fault
from matdiff.language.scopes import Scope
from matdiff.language.syntax import Node, postorder

STATES = ("state", "repeat")


def resolve_where(bound: Binding, node: Node, scope: Scope) -> None:
    """An expression with its definitions behind it: they are put in front, each after what it uses."""
    main, behind = node.parts
    given = behind.parts if behind.kind == "sequence" else [behind]
    given = sorted(given, key=lambda item: item.kind != "formula")  # what is called may stand behind the call
    for item in given:
        if item.kind not in (*DEFINING, *STATES):
            message = "only definitions can stand behind where"
            raise fault(bound, item.start, item.end, message, "write … where name = expression")
    front = main.parts if main.kind == "sequence" else [main]
    if any(item.kind in STATES for item in (*given, *front)):
        node.parts = [*given, *front]  # recurrences are put in order with them
    else:
        items: dict[object, Node] = {item.value: item for item in given}
        circle = fault(bound, behind.start, behind.end, "the definitions behind where use each other in a circle")
        node.parts = [*in_order(items, named_in, lambda _: circle), *front]
    node.kind, node.value = "sequence", None
    resolve_sequence(bound, node, scope)


def resolve_sequence(bound: Binding, node: Node, scope: Scope) -> None:
    """Definitions first, the expression last; a last definition gives its right side."""
    node.parts = gathered(bound, node.parts)
    for item in node.parts[:-1]:
        if item.kind not in (*DEFINING, "recurrence"):
            message = "only definitions can stand before the last ;"
            raise fault(bound, item.start, item.end, message, "write name = expression; …")
        if item.kind in ("formula", "recurrence"):
            continue
        if item.value in bound.definitions or item.value in bound.declared:
            raise DeclarationError(
                f"{item.value} is defined twice", text=bound.text, span=(item.start, item.start + len(item.value))
            )
        bound.definitions.add(item.value)
    last = node.parts[-1]
    if last.kind in ("define", "abbreviate"):
        node.parts[-1] = last.parts[0]
    elif last.kind == "NAME" and last.value in bound.definitions:
        node.parts[-1] = Node("definition", [], last.value, last.start, last.end)


def resolve_step(bound: Binding, node: Node, scope: Scope) -> Scope:
    """The step of a recurrence, whose index is bound in it."""
    letter, index = node.value
    return {**scope, letter: index}


def resolve_formula(bound: Binding, node: Node, scope: Scope) -> None:
    """f(t) = t log t: the letter t stands for an entry."""
    for below in postorder(node.parts[0]):
        if below.kind == "NAME" and below.value == node.value[1]:
            below.kind = "parameter"
