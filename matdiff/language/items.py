"""The items of a text: definitions, formulas and recurrences in an order that can be typed, and the expression last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.errors import DeclarationError
from matdiff.language.names import canonical
from matdiff.language.recurrences.gathering import DEFINING, defined, gathered, in_order
from matdiff.language.recurrences.implied import joined
from matdiff.language.scopes import Scope, resolves
from matdiff.language.substitution import taken_out
from matdiff.language.syntax import Node, names_used, postorder
from matdiff.regex import regex

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

STATES = ("state", "repeat")
GRADIENT = regex(r"[Gg]rad(?:ient)?s?(?:_\w+)?|\w+_grad(?:ient)?")


@resolves("where")
def resolve_where(bound: Bound, node: Node, scope: Scope) -> None:
    """An expression with its definitions behind it: they are put in front."""
    main, behind = node.parts
    front, given = (part.parts if part.kind == "sequence" else [part] for part in (main, behind))
    others = [item for item in given if item.kind not in (*DEFINING, *STATES)]
    if others and (others[1:] or not all(item.kind in (*DEFINING, *STATES) for item in front)):
        raise bound.error(others[0], "only definitions can stand behind where", "write … where name = expression")
    node.parts = [*(item for item in given if item not in others), *front, *others]  # f where L = D − W; f
    node.kind, node.value = "sequence", None
    resolve_sequence(bound, node, scope)


@resolves("sequence")
def resolve_sequence(bound: Bound, node: Node, scope: Scope) -> None:
    """Definitions first, each behind what it uses, the expression last; a last definition gives its right side."""
    left = taken_out(bound, joined(expression_last(bound, node.parts)))
    if not left and (functional := _functional(node.parts)):
        bound.given.clear()
        bound.called, left = (functional.value[0].name,), [functional.parts[0]]
    if not left:
        message = "the text defines something, and holds no function of it"
        raise bound.error(node, message, "write the expression behind it")
    node.parts = gathered(bound, ordered(bound, left))
    for item in node.parts[:-1]:
        if item.kind not in (*DEFINING, "recurrence"):
            message = "only definitions can stand before the last ;"
            raise bound.error(item, message, "write name = expression; …")
        if item.kind in ("formula", "recurrence"):
            continue
        if item.value in bound.definitions or item.value in bound.declared:
            span = (item.start, item.start + len(item.value))
            raise bound.error(span, f"{item.value} is defined twice", error=DeclarationError)
        bound.definitions.add(item.value)
    last = node.parts[-1]
    while last.kind == "group" and not bound.text.startswith(("(", "\\left("), last.start):
        last = last.parts[0]  # J of dJ/dw and ∇(J); a (J) by itself is the definition
    meant = next((item for item in node.parts[:-1] if last.kind == "NAME" and item.value == last.value), last)
    is_used = any(last.value in names_used(item) for item in node.parts[:-1])
    if meant.kind in ("define", "abbreviate") and not is_used:
        bound.called = (meant.value,)
        node.parts = [*(item for item in node.parts[:-1] if item is not meant), meant.parts[0]]
    elif last.kind == "NAME" and last.value in bound.definitions:
        node.parts[-1] = Node("definition", [], last.value, last.start, last.end)


def _functional(items: list[Node]) -> Node | None:
    """The only item of a text where it is F[q] = …, a function of the q in its formula."""
    if [item.kind for item in items] != ["state"]:
        return None
    return items[0] if canonical(items[0].value[0].number) in names_used(items[0]) else None


def expression_last(bound: Bound, items: list[Node]) -> list[Node]:
    """The items with the expression last: the one that defines nothing, else the definition that none of them uses."""
    items = without_gradient(bound, items)
    if items[-1].kind not in (*DEFINING, *STATES):
        return items
    others = [item for item in items if item.kind not in (*DEFINING, *STATES)]
    if not others:
        used = {name for item in items for name in names_used(item) if name != defined(item)}
        others = [item for item in items if item.kind in ("define", "abbreviate") and item.value not in used]
        last, front = items[-1], [item for item in items if item.kind not in STATES]
        is_part = last.kind in STATES and others and any(last.value[0].name in names_used(item) for item in front)
        others = [last] if last in others or (defined(last) not in used and not is_part) else others
    if len(others) != 1:
        start, end = items[0].start, items[-1].end
        message = "it is not clear which of these definitions is the function"
        raise bound.error((start, end), message, "write its name behind them, as in h = W x; s = h'h; s")
    return [*(item for item in items if item is not others[0]), others[0]]


def without_gradient(bound: Bound, items: list[Node]) -> list[Node]:
    """The items of a script without the gradients beside its function, as in J = …; grad = …"""
    gradients = [item for item in items if item.kind == "define" and GRADIENT.fullmatch(item.value)]
    own = {name for item in items if item not in gradients for name in names_used(item)}
    gradients = [item for item in gradients if item.value not in own]
    used = own.union(*map(names_used, gradients))
    front = [item for item in items if item not in gradients]
    is_used = bool(front) and front[-1].kind in DEFINING and defined(front[-1]) in used
    if not front or is_used:
        return items
    for item in gradients:
        bound.note(item, f"{item.value} takes no part in the function; whether it is right says matdiff check")
    return front


def ordered(bound: Bound, items: list[Node]) -> list[Node]:
    """The definitions, each behind those that it uses, and the expression last; recurrences see to it themselves."""
    *front, last = items
    named = {defined(item): item for item in front if item.kind in DEFINING}
    if len(named) < len(front) or any(item.kind in STATES for item in items):
        return items
    _require_use(bound, items)

    def used(item: Node) -> Iterator[object]:
        """The names in an item, and in the bodies of the definitions with parameters that it calls."""
        names = dict.fromkeys(names_used(item))
        waiting = list(names)
        while waiting:
            if given := bound.given.get(str(waiting.pop())):
                further = [name for name in names_used(given.body) if name not in names]
                names.update(dict.fromkeys(further))
                waiting.extend(further)
        return iter(names)

    return [*in_order(bound, named, used), last]


def require_meant(bound: Bound, tree: Node) -> None:
    """Refuses a definition that nothing means once all names are resolved, as where h_t beside h has another name.

    Steps of a recurrence that are written out have one place in the text; the last may be more than is asked for.
    """
    front = tree.parts[:-1]
    meant = {node.value for node in postorder(tree) if node.kind == "definition"}
    places = Counter((item.start, item.end) for item in front)
    for item in front:
        is_step = places[item.start, item.end] > 1
        is_size = item.value in bound.numbers and (item.value in bound.written_sizes or bound.recursions)
        if item.kind == "define" and not (is_step or is_size) and item.value not in meant:
            if item.value in bound.written_sizes:
                raise bound.error(item, f"{item.value} is a size", "a size is a whole number, 1 or more")
            _is_unused(bound, item.value, item)


def _is_unused(bound: Bound, name: str, item: Node) -> None:
    """Refuses a definition that nothing uses; where a text is a chain J = a = b, another member may use it."""
    whole = name.partition("_")[0]  # K of K_ij, as in αᵀKα
    stands = whole != name and re.search(rf"(?<![\w\\]){re.escape(whole)}(?!\w)", bound.text)
    hint = f"leave it out; where {name} is meant, leave out what stands behind it"
    hint = f"{whole} is another name: write {name} in its place, in sums" if stands else hint
    bound.unused[name] = bound.error(item, f"{name} is defined, and nothing uses it", hint)
    if not bound.is_member:
        raise bound.unused[name]


def _require_use(bound: Bound, items: list[Node]) -> None:
    """Refuses a definition that nothing uses: what the text says takes part in what is read."""
    bodies = [given.body for given in bound.given.values()]
    names = {name for item in (*items, *bodies) for name in names_used(item)}
    for item in items[:-1]:
        if item.kind in ("define", "abbreviate") and item.value not in names and item.parts[0].kind != "NUMBER":
            _is_unused(bound, item.value, item)
    for given in bound.given.values():
        if given.name not in names | {n.value[0] for item in items for n in postorder(item) if n.kind == "STRING"}:
            _is_unused(bound, str(given), given.item)


@resolves("step")
def resolve_step(bound: Bound, node: Node, scope: Scope) -> Scope:
    """The step of a recurrence, whose index is bound in it."""
    letter, index = node.value
    return {**scope, letter: index}


@resolves("formula")
def resolve_formula(bound: Bound, node: Node, scope: Scope) -> None:
    """f(t) = t log t, for funm(f, S): the letter t stands for an entry."""
    for below in postorder(node.parts[0]):
        if below.kind == "NAME" and (below.value,) == node.value[1]:
            below.kind = "parameter"
