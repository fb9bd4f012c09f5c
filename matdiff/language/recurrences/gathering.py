"""Recurrences in a text: items that belong together.

In go the items of a text, out come the same items with every pair ``z[1] = x``, ``z[k+1] = … for k = 1..K`` made one
node of the kind ``recurrence``.  With a number of steps the pair becomes definitions z₁, z₂, … instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Size, size
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.places import number_text
from matdiff.language.recurrences.heads import Head, Steps
from matdiff.language.recurrences.implied import given_start, taken_once, with_steps
from matdiff.language.recurrences.recursion import Recursion, at_head, of_several, spend
from matdiff.language.scopes import Place
from matdiff.language.syntax import Node, copied, postorder

if TYPE_CHECKING:
    from matdiff.language.binding import Bound


def gathered(bound: Bound, items: Sequence[Node]) -> list[Node]:
    """The items, with those of a recurrence joined to one, each behind what it uses."""
    if not any(item.kind in ("state", "repeat") for item in items):
        return list(items)
    with_steps(bound, items)
    items = taken_once(list(items))
    starts = {item.value[0].name: item for item in items if item.kind == "state"}
    for item in items:
        if item.kind == "repeat":
            recursion = _recursion(bound, item, starts)
            if recursion.name in bound.recursions:
                raise at_head(bound, item, f"{recursion.name} has two steps", "a recurrence has one")
            bound.recursions[recursion.name] = recursion
            bound.indices.add(recursion.index)
            bound.ranges |= recursion.count.names()
    for item in sorted(items, key=lambda item: item.kind != "state" or item.value[0].number.isdecimal()):
        if item.kind == "state":
            _take_start(bound, item)
    for recursion in bound.recursions.values():
        if recursion.start is None:
            _take_start(bound, given_start(bound, recursion))
    return _joined(bound, items)


def _joined(bound: Bound, items: Sequence[Node]) -> list[Node]:
    """Definitions and recurrences, and the expression last; a last recurrence gives its last state."""
    last = items[-1]
    front = [item for item in items if item.kind != "state" and (item is not last or item.kind == "repeat")]
    if last.kind in ("state", "repeat"):
        last = _final_state(bound.recursions[last.value[0].name])
    for item in front:
        if item.kind not in (*DEFINING, "repeat"):
            raise bound.error(item, "only definitions can stand before the last ;", "write name = expression; …")
    _go_together(bound)
    units = [unit for item in front if (unit := whole(bound, item)) is not None]
    return [*(item for unit in units for item in written_out(bound, unit)), last]


DEFINING = ("define", "abbreviate", "formula")


def put_in_order(bound: Bound, sequence: Node) -> None:
    """Moves every definition and recurrence behind those that it uses, now that it is known which these are."""
    *front, last = sequence.parts
    for unit in front:
        if unit.kind == "recurrence" and len(unit.value.together) > 1:
            _put_steps_in_order(bound, unit)
    named = {defined(unit): unit for unit in front}
    if len(named) == len(front):  # else one is defined twice, which is said elsewhere
        sequence.parts = [*in_order(bound, named, _used), last]


def defined(unit: Node) -> object:
    """What an item defines."""
    is_recurrence = unit.kind == "recurrence"
    return unit.value.together[0].name if is_recurrence else unit.value[0] if unit.kind == "formula" else unit.value


def _used(unit: Node) -> Iterator[object]:
    """What an item uses of the others."""
    for node in postorder(unit):
        if node.kind == "definition":
            yield node.value
        elif node.kind == "iterate":
            yield node.value[0].together[0].name
        elif node.kind == "unspecified":
            yield node.value[0]


def _go_together(bound: Bound) -> None:
    """Joins the states that depend on each other, unless their steps are written out.

    Errors: NotationError where these are not numbered in the same way.
    """
    together = [r for name, r in bound.recursions.items() if name in bound.coupled and not r.is_written_out]
    for recursion in together:
        recursion.together = together
    if len({(r.index, r.count, r.origin, r.before, r.forward) for r in together}) > 1:
        raise of_several(bound, together)


def _put_steps_in_order(bound: Bound, unit: Node) -> None:
    """Moves the step of h_t = o ∘ tanh(c_t) behind that of c_t."""
    together = unit.value.together
    count = len(together)
    steps = dict(zip(together, unit.parts[count:], strict=True))

    def used(step: Node) -> Iterator[object]:
        return (node.value for node in postorder(step) if node.kind == "after")

    found = in_order(bound, steps, used)
    starts = dict(zip(together, unit.parts[:count], strict=True))
    together[:] = sorted(together, key=lambda r: found.index(steps[r]))
    unit.parts = [*(starts[r] for r in together), *found]


def whole(bound: Bound, item: Node) -> Node | None:
    """A recurrence in the place of its step, of several that go together in that of the last; another item as it is."""
    if item.kind != "repeat":
        return item
    recursion = bound.recursions[item.value[0].name]
    assert recursion.start is not None
    step = Node("step", item.parts, (recursion.index, recursion.number()), item.start, item.end)
    start = recursion.start.parts[0]
    if start.kind == "NUMBER":
        start.kind = "filled"  # 0 may stand for a vector or matrix of zeros
    recursion.node = Node("recurrence", [start, step], recursion, item.start, item.end)
    if any(r.node is None for r in recursion.together):
        return None
    starts, steps = zip(*(r.node.parts for r in recursion.together if r.node), strict=True)
    node = Node("recurrence", [*starts, *steps], recursion, item.start, item.end)
    for r in recursion.together:
        r.node = node
    return node


def in_order(bound: Bound, items: Mapping[object, Node], uses: Callable[[Node], Iterator[object]]) -> list[Node]:
    """The items, each behind those that it uses, else in the order in which they were written; a circle is refused."""
    ordered: dict[object, Node] = {}
    used: dict[object, list[object]] = {}
    stack: list[object] = list(items)[::-1]
    opened: set[object] = set()  # what waits for something that it uses
    while stack:
        name = stack[-1]
        if name not in used:
            used[name] = [n for n in dict.fromkeys(uses(items[name])) if n in items and n != name]
        missing = [] if name in ordered else [n for n in used[name] if n not in ordered]
        if not missing:
            ordered[name] = items[stack.pop()]
        elif any(n in opened for n in missing):
            raise bound.error(items[name], "these definitions use each other in a circle")
        opened.add(name)
        stack.extend(missing)
    return list(ordered.values())


def numbers(bound: Bound, items: Iterable[Node]) -> dict[str, int]:
    """Sizes that are given as numbers: K = 3, also the last of a sum, or K: 3 where K is how often it is repeated."""
    found: dict[str, int] = {}
    for item in items:
        body = item.parts[0] if item.kind in ("define", "abbreviate") else None
        if body is not None and body.kind == "NUMBER" and body.value.denominator == 1 and body.value > 0:
            found[item.value] = int(body.value)
    ends = {n for item in items if item.kind == "repeat" for s in item.value[1][1:3] for n in s.names()}
    for name in ends:
        declaration = bound.declared.get(name)
        if declaration and declaration.shape[1] is ONE and not declaration.indices:
            number = declaration.shape[0].number
            found.update({name: number} if number is not None and number > 1 else {})
    return found


# ---- the two items of a recurrence ----------------------------------------------------------------------


def _recursion(bound: Bound, item: Node, starts: Mapping[str, Node]) -> Recursion:
    """The recurrence of a step z[k+1] = … for k = 1..K."""
    head, steps, _ = item.value
    offset = offset_of(bound, item, head, steps)
    first, last = (known(bound, extent) for extent in (steps.first, steps.last))
    start = _number(bound, starts[head.name].value[0]) if head.name in starts else None
    forward = _is_forward(first, last, first + size(offset), start)
    low, high = (first, last) if forward else (last, first)
    count = high - low + ONE
    if low.number is None or (count.number is not None and count.number < 1):
        shown = f"{steps.letter} = {steps.first}..{steps.last}"
        raise at_head(bound, item, f"the range {shown} is not one of steps", f"write for {steps.letter} = 1..K")
    if steps.letter in bound.declared or steps.letter in bound.recursions or steps.letter == head.name:
        message = f"{steps.letter} is the index of the steps and another name"
        raise at_head(bound, item, message, "use another letter for the index")
    recursion = Recursion(item, steps._replace(first=first, last=last), offset, count, forward)
    if recursion.origin < 0:
        raise at_head(bound, item, f"the states of {head.name} are counted from {recursion.origin}", "start at 0 or 1")
    if head.name in bound.declared:
        raise at_head(bound, item, f"{head.name} is declared, and is the state of a recurrence as well")
    return recursion


def _is_forward(first: Size, last: Size, gives: Size, start: Size | None) -> bool:
    """Whether steps run upwards; for k = K..1 runs downwards, and of a single step its start tells."""
    if first is last:
        return start is None or (gives - start).number != -1
    if first.number is not None and last.number is not None:
        return first.number < last.number
    return first.number is not None


def offset_of(bound: Bound, item: Node, head: Head, steps: Steps) -> int:
    """c of the state z[k + c] that a step gives."""
    if re.fullmatch(r"\w+(\s*[-+]\s*\w+)*", head.number):
        offset = (parse_size(Excerpt(head.number, 0, head.number), least=None) - size(steps.letter)).number
        if offset is not None:
            return offset
    message = f"the steps are numbered by {steps.letter}, but {head.name}[{head.number}] is what they give"
    raise at_head(bound, item, message, "write z[k+1] = … for k = 1..K")


def _take_start(bound: Bound, item: Node) -> None:
    """z[1] = x gives the recurrence of z its start."""
    head: Head = item.value[0]
    recursion = bound.recursions.get(head.name)
    shown = f"{head.name}[{head.number}]"
    if recursion is None and re.fullmatch(r"[0-9]+", head.number):
        step = f"{head.name}[k+1] = … for k = 1..K"
        raise at_head(bound, item, f"{shown} starts a recurrence that has no step", f"write {step}")
    if recursion is None:
        raise at_head(bound, item, f"how often {shown} is repeated is not said", "write … for k = 1..K behind it")
    wanted = recursion.starts_at
    if _number(bound, head) is not wanted:
        hint = f"the first step needs {recursion.name}[{number_text(wanted)}]"
        raise at_head(bound, item, f"the recurrence of {recursion.name} does not start with {shown}", hint)
    if recursion.start is not None:
        raise at_head(bound, item, f"{shown} is defined twice")
    recursion.start = item
    recursion.is_short = item.parts[0].kind == "NAME"
    recursion.symbols = frozenset(n.value for n in postorder(item.parts[0]) if n.kind == "NAME")
    if recursion.name in recursion.symbols:
        raise at_head(bound, item, f"the start of {recursion.name} uses {recursion.name} itself")


def _number(bound: Bound, head: Head) -> Size | None:
    """The number of the state that an item defines; None where it is none."""
    if not re.fullmatch(r"\s*[+-]?\s*\w+(\s*[-+*]\s*\w+)*\s*", head.number):
        return None
    return known(bound, parse_size(Excerpt(head.number, 0, head.number), least=None))


def known(bound: Bound, extent: Size) -> Size:
    """A size in which the names that are known as numbers are replaced."""
    return extent.substitute(lambda name: size(bound.numbers.get(name, name)))


# ---- steps that are written out -------------------------------------------------------------------------


def written_out(bound: Bound, unit: Node) -> list[Node]:
    """A recurrence with a number of steps as definitions of its states; any other item as it is."""
    if unit.kind != "recurrence" or not unit.value.is_written_out:
        return [unit]
    recursion: Recursion = unit.value
    start, step = unit.parts
    count = recursion.count.number or 0
    spend(bound, recursion.step, count, step)
    number = recursion.starts_at.number
    assert number is not None
    kind = "abbreviate" if recursion.is_short else "define"
    found = [Node(kind, [start], recursion.label(number), start.start, start.end)]
    for k in range(1, count + 1) if recursion.forward else range(count, 0, -1):
        body = copied(step.parts[0])
        inner = Node("step", [body], (recursion.index, recursion.number(k)), step.start, step.end)
        if start.kind == "filled" and len(found) == 1:
            inner = Node("like", [inner], start, step.start, step.end)
        found.append(Node("define", [inner], recursion.label(k + recursion.after), step.start, step.end))
    return found


def _final_state(recursion: Recursion) -> Node:
    """The state that the last step gives, which is the value of a text that ends in a recurrence."""
    step = recursion.step
    if recursion.is_written_out:
        return Node("definition", [], recursion.label(recursion.ends_at.number or 0), step.start, step.end)
    return Node("iterate", [], (recursion, Place(recursion.ends_at)), step.start, step.end)
