"""What a text leaves unsaid of a recurrence: its steps are those of the sum with its index, its start is given.

In go the items of ``h_t = tanh(W h_{t-1} + U x_t), L = ∑_{t=1}^T …``, out come the steps t = 1..T and a symbol h₀.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matdiff.algebra.dims import Size
from matdiff.language.limits import Range
from matdiff.language.places import number_text
from matdiff.language.recurrences.heads import Head, Steps
from matdiff.language.recurrences.recursion import Binding, Recursion, at_head
from matdiff.language.syntax import Node, postorder


def with_steps(items: Sequence[Node]) -> None:
    """Gives a step that uses the state before it, and says no range, that of the only sum over its index."""
    for item in items:
        letter = re.match(r"[^\W\d_]+", item.value[0].number) if item.kind == "state" else None
        if letter is None or not any(n.kind == "NAME" and n.value == item.value[0].name for n in postorder(item)):
            continue
        ranges = set(_ranges(items, letter.group()))
        if len(ranges) == 1:
            item.kind, item.value = "repeat", (item.value[0], Steps(letter.group(), *ranges.pop(), item.end), item.end)


def _ranges(items: Sequence[Node], letter: str) -> Iterator[tuple[Size, Size]]:
    """The first and last number of the sums over a letter."""
    for node in (n for item in items for n in postorder(item) if n.kind == "big_sum"):
        limits = node.value[1]
        for clause in limits.clauses:
            if isinstance(clause, Range) and clause.letter == letter:
                last = clause.last if clause.last is not None else limits.upper
                if last is not None:
                    yield clause.first, last


def given_start(bound: Binding, recursion: Recursion) -> Node:
    """h[0] = h₀, with a symbol for the start that the text does not tell."""
    number = number_text(recursion.starts_at)
    shown, step = f"{recursion.name}[{number}]", recursion.step
    if recursion.is_written_out or not number.isdecimal():
        raise at_head(bound, step, f"{recursion.name} has no start", f"write {shown} = … in front")
    symbol = Node("NAME", [], f"{recursion.name}{number}", step.start, step.start)
    bound.note(step, f"{shown}, from which the steps start, is not said: it is a symbol of its own")
    return Node("state", [symbol], (Head(recursion.name, number, step.start), None, step.start), step.start, step.start)
