"""What a text leaves unsaid of a recurrence: its steps are those of the sum with its index, its start is given.

In go the items of ``h_t = tanh(W h_{t-1} + U x_t), L = ∑_{t=1}^T …``, out come the steps t = 1..T and a symbol h₀.
Without a sum h_T or h_3 says how far they go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import Size, size
from matdiff.language.limits import Limits, Range
from matdiff.language.places import number_text
from matdiff.language.recurrences.heads import Head, Steps
from matdiff.language.recurrences.recursion import Recursion, at_head
from matdiff.language.syntax import Node, copied, postorder, without_brackets

if TYPE_CHECKING:
    from matdiff.language.binding import Bound


def with_steps(bound: Bound, items: Sequence[Node]) -> None:
    """Gives a step that uses the state before it, and says no range, the one that the text tells otherwise.

    That is the range of the only sum over its index or of other steps, else what is between the start and h_T or h_3,
    else 1..T where a sum has no limits.  Such a sum runs as the steps do.
    """
    starts = {item.value[0].name: item.value[0].number for item in items if item.kind == "state" and not _letter(item)}
    steps = [(item, letter) for item in items if (letter := _letter(item))]
    told_by_text = [(s, letter) for s, letter in steps if _leads(s) or s.value[0].name in bound.coupled]
    for tell in (_ranges, _to_the_last, _ranges, _unlimited):  # the second time steps tell others of theirs
        for item, letter in told_by_text:
            head = item.value[0]
            told = set(tell(bound, items, letter, head, starts.get(head.name, "0"))) if item.kind == "state" else set()
            if len(told) == 1:
                item.kind, item.value = "repeat", (head, Steps(letter, *told.pop(), item.end), item.end)
    for item in items:
        if item.kind == "repeat":
            _limit(bound, items, item.value[1])


def _letter(item: Node) -> str:
    """t of a step h_t = … or h_{t+1} = … without a range; empty for anything else."""
    letter = re.match(r"[^\W\d_]+", item.value[0].number) if item.kind == "state" else None
    return letter.group() if letter else ""


def _leads(item: Node) -> bool:
    """Whether a step uses the state before it."""
    name = item.value[0].name
    names = (name, f"{name}_{_letter(item)}")  # x, and x_k where that is declared
    return any(n.kind == "NAME" and n.value in names for n in postorder(item))


def _limit(bound: Bound, items: Sequence[Node], steps: Steps) -> None:
    """Gives the sums over the index of the steps that have no limits those of the steps."""
    extent = {"first": steps.first, "last": steps.last}
    for node, limits, clause in _sums(items, steps.letter):
        if clause.last is None and limits.upper is None:
            clauses = tuple(c._replace(**extent) if c is clause else c for c in limits.clauses)  # type: ignore[arg-type]
            node.value = (node.value[0], limits._replace(clauses=clauses, explicit=True), *node.value[2:])
            run = f"{steps.letter} = {steps.first}..{steps.last}"
            bound.note(node, f"the sum over {steps.letter} has no limits: it runs as the steps do, {run}")


def joined(items: list[Node]) -> list[Node]:
    """z_l = W_l a_{l-1}, a_l = σ(z_l) as the one step a_l = σ(W_l a_{l-1}); z stays where the function has it, too."""
    inner = {item.value[0].name: item for item in items if item.kind == "state" and item.value[0].number.isalpha()}
    uses: dict[str, list[tuple[Node, Node]]] = {}  # of every name: in which item, at which place
    for item in items:
        for place in _places(item):
            uses.setdefault(place.parts[0].value, []).append((item, place))
    names = {n.value for item in items for n in postorder(item) if n.kind == "NAME"}  # z2 is z_2
    gone: set[int] = set()
    for name, item in inner.items():
        users = {id(user): user for user, _ in uses.get(name, ()) if user is not item}
        steps = [user for user in users.values() if user.kind in ("state", "repeat")]
        is_state = any(by is item for by, _ in uses.get(name, ()))
        user = steps[0] if len(steps) == 1 and not is_state else item
        goes_round = user is not item and id(user) not in gone
        goes_round = goes_round and any(by is item for by, _ in uses.get(user.value[0].name, ()))
        places = [place for by, place in uses.get(name, ()) if by is user]
        if goes_round and all(low_of(place) == item.value[0].number for place in places):
            for place in places:
                place.kind, place.value, place.parts = "group", None, [copied(item.parts[0])]
            is_further = len(users) > 1 or any(re.fullmatch(rf"{re.escape(name)}_?[0-9]+", n) for n in names)
            gone |= set() if is_further else {id(item)}
    return [item for item in items if id(item) not in gone]


def coupled(items: Sequence[Node]) -> frozenset[str]:
    """The states that depend on each other, as c_t and h_t of an LSTM do: each takes part in the steps of the other.

    Where a step has a_k of the same k only, a_k is but a short form.
    """
    steps = {item.value[0].name: item for item in items if item.kind == "repeat" or _letter(item)}
    uses = {name: {n.value for n in postorder(item) if n.kind == "NAME"} & steps.keys() for name, item in steps.items()}
    for between in uses:
        for name in uses:
            uses[name] |= uses[between] if between in uses[name] else set()
    places = [(place.parts[0].value, low_of(place)) for item in steps.values() for place in _places(item)]
    before = {name for name, low in places if name in steps and low != _bare(steps[name].value[0].number)}
    return frozenset(one for one in before for two in uses[one] & before if one != two and one in uses[two])


def taken_once(items: list[Node]) -> list[Node]:
    """x_{k+1} = A x_k + B u_k where nothing says how often: x_{k+1} is that for this one k, wherever it stands."""
    for step in [item for item in items if _letter(item) and _leads(item)]:
        head, others = step.value[0], [item for item in items if item is not step]
        after = re.sub(r"\s", "", head.number)
        places = [place for item in items for place in _places(item) if place.parts[0].value == head.name]
        following = [place for item in others for place in _places(item) if place.parts[0].value == head.name]
        if not following or not {low_of(place) for place in places} <= {_letter(step), after}:
            continue
        for place in following:
            if low_of(place) == after:
                place.kind, place.value, place.parts = "group", None, [copied(step.parts[0])]
        items = others
    return items


def _places(item: Node) -> Iterator[Node]:
    """Where a name has something low, in brackets or high behind it, as a state has."""
    for node in postorder(item):
        if node.kind in ("subscript", "index", "power") and node.parts[0].kind == "NAME":
            yield node


def low_of(node: Node) -> str:
    """The letter of a_l, a[l] and a^{(l)}."""
    return _bare(str(without_brackets(node.parts[1] if len(node.parts) > 1 else node).value))


def _bare(number: str) -> str:
    """A number as it is written low, without spaces and braces."""
    return re.sub(r"[_{}\s]", "", number)


Told = Iterator[tuple[Size, Size]]


def _ranges(bound: Bound, items: Sequence[Node], letter: str, head: Head, start: str) -> Told:
    """The first and last number of the sums over a letter, and of the steps that it numbers."""
    for item in items:
        if item.kind == "repeat" and item.value[1].letter == letter:
            yield item.value[1].first, item.value[1].last
    for _, limits, clause in _sums(items, letter):
        last = clause.last if clause.last is not None else limits.upper
        if last is not None:
            yield clause.first, last


def _to_the_last(bound: Bound, items: Sequence[Node], letter: str, head: Head, start: str) -> Told:
    """1 and T for h_t = …, 0 and T − 1 for h_{t+1} = …, where h_T is used; one more where h_1 is the start.

    With h_5 in its place the steps lead to the greatest number that is used.
    """
    offset = 1 if "+" in head.number else 0
    of = {head.name} | {g.name for g in bound.given.values() if any(n.value == head.name for n in postorder(g.body))}
    used = {low_of(p) for item in items for p in _places(item) if p.parts[0].value in of} - {head.number, start}
    capital = [low for low in used if re.fullmatch("[A-Z]", low)]
    names = {n.value for item in items for n in postorder(item) if n.kind == "NAME"}
    numbers = [int(m.group(1)) for n in names if (m := re.fullmatch(rf"{re.escape(head.name)}_?([0-9]+)", n))]
    for last in [size(name) for name in capital] or [size(number) for number in sorted(numbers)[-1:]]:
        yield size(int(start) if start.isdecimal() else 0) + size(1 - offset), last - size(offset)


def _unlimited(bound: Bound, items: Sequence[Node], letter: str, head: Head, start: str) -> Told:
    """1 and T, or 0 and T − 1, where a sum over the letter has no limits."""
    offset = 1 if "+" in head.number else 0
    if any(True for _ in _sums(items, letter)):
        last = size(next(name for name in (letter.upper(), *"TKLNM") if name not in bound.text))
        yield size(int(start) if start.isdecimal() else 0) + size(1 - offset), last - size(offset)


def _sums(items: Sequence[Node], letter: str) -> Iterator[tuple[Node, Limits, Range]]:
    """The sums over a letter, with their limits."""
    for node in (n for item in items for n in postorder(item) if n.kind == "big_sum"):
        for clause in node.value[1].clauses:
            if isinstance(clause, Range) and clause.letter == letter:
                yield node, node.value[1], clause


def given_start(bound: Bound, recursion: Recursion) -> Node:
    """h[0] = h₀, with a symbol for the start that the text does not tell."""
    number = number_text(recursion.starts_at)
    shown, step = f"{recursion.name}[{number}]", recursion.step
    if not number.isdecimal():
        raise at_head(bound, step, f"{recursion.name} has no start", f"write {shown} = … in front")
    symbol = Node("NAME", [], f"{recursion.name}{number}", step.start, step.start)
    bound.note(step, f"{shown}, from which the steps start, is not said: it is a symbol of its own")
    return Node("state", [symbol], (Head(recursion.name, number, step.start), None, step.start), step.start, step.start)
