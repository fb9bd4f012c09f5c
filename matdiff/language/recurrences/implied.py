"""What a text leaves unsaid of a recurrence: its steps are those of the sum with its index, its start is given.

In go the items of ``h_t = tanh(W h_{t-1} + U x_t), L = ∑_{t=1}^T …``, out come the steps t = 1..T and a symbol h₀.
Without a sum h_T says how far they go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matdiff.algebra.dims import Size, size
from matdiff.language.limits import Range
from matdiff.language.places import number_text
from matdiff.language.recurrences.heads import Head, Steps
from matdiff.language.recurrences.recursion import Binding, Recursion, at_head
from matdiff.language.syntax import Node, copied, postorder


def with_steps(items: Sequence[Node]) -> None:
    """Gives a step that uses the state before it, and says no range, that of the only sum over its index, or to h_T."""
    for item in items:
        letter = re.match(r"[^\W\d_]+", item.value[0].number) if item.kind == "state" else None
        if letter is None or not any(n.kind == "NAME" and n.value == item.value[0].name for n in postorder(item)):
            continue
        ranges = set(_ranges(items, letter.group())) or set(_to_the_last(items, item.value[0]))
        if len(ranges) == 1:
            item.kind, item.value = "repeat", (item.value[0], Steps(letter.group(), *ranges.pop(), item.end), item.end)


def joined(items: list[Node]) -> list[Node]:
    """z_l = W_l a_{l-1}, a_l = σ(z_l) as the one step a_l = σ(W_l a_{l-1}), where nothing else uses z."""
    inner = {item.value[0].name: item for item in items if item.kind == "state" and item.value[0].number.isalpha()}
    if len(inner) < 2:
        return items
    uses: dict[str, list[tuple[Node, Node]]] = {}  # of every name: in which item, at which place
    for item in items:
        for place in _places(item):
            uses.setdefault(place.parts[0].value, []).append((item, place))
    gone: set[int] = set()
    for name, item in inner.items():
        users = {id(user): user for user, _ in uses.get(name, ()) if user is not item}
        user = next(iter(users.values())) if len(users) == 1 else item
        goes_round = user is not item and user.kind == "state" and id(user) not in gone
        goes_round = goes_round and any(by is item for by, _ in uses.get(user.value[0].name, ()))
        places = [place for _, place in uses.get(name, ())]
        if goes_round and all(low_of(place) == item.value[0].number for place in places):
            for place in places:
                place.kind, place.value, place.parts = "group", None, [copied(item.parts[0])]
            gone.add(id(item))
    return [item for item in items if id(item) not in gone]


def _places(item: Node) -> Iterator[Node]:
    """Where a name has something low, in brackets or high behind it, as a state has."""
    for node in postorder(item):
        if node.kind in ("subscript", "index", "power") and node.parts[0].kind == "NAME":
            yield node


def low_of(node: Node) -> str:
    """The letter of a_l, a[l] and a^{(l)}."""
    inside = node.parts[1] if len(node.parts) > 1 else node
    while inside.kind == "group":
        inside = inside.parts[0]
    return re.sub(r"[_{}\s]", "", str(inside.value))


def _ranges(items: Sequence[Node], letter: str) -> Iterator[tuple[Size, Size]]:
    """The first and last number of the sums over a letter."""
    for node in (n for item in items for n in postorder(item) if n.kind == "big_sum"):
        limits = node.value[1]
        for clause in limits.clauses:
            if isinstance(clause, Range) and clause.letter == letter:
                last = clause.last if clause.last is not None else limits.upper
                if last is not None:
                    yield clause.first, last


def _to_the_last(items: Sequence[Node], head: Head) -> Iterator[tuple[Size, Size]]:
    """1 and T for h_t = …, 0 and T − 1 for h_{t+1} = …, where h_T is used."""
    after = 1 if "+" in head.number else 0
    for place in (place for item in items for place in _places(item) if place.parts[0].value == head.name):
        low = low_of(place)
        if re.fullmatch("[A-Z]", low) and low not in head.number:
            yield size(1 - after), size(low) - size(after)


def given_start(bound: Binding, recursion: Recursion) -> Node:
    """h[0] = h₀, with a symbol for the start that the text does not tell."""
    number = number_text(recursion.starts_at)
    shown, step = f"{recursion.name}[{number}]", recursion.step
    if recursion.is_written_out or not number.isdecimal():
        raise at_head(bound, step, f"{recursion.name} has no start", f"write {shown} = … in front")
    symbol = Node("NAME", [], f"{recursion.name}{number}", step.start, step.start)
    bound.note(step, f"{shown}, from which the steps start, is not said: it is a symbol of its own")
    return Node("state", [symbol], (Head(recursion.name, number, step.start), None, step.start), step.start, step.start)
