"""Definitions with parameters, whose bodies are substituted: h(x) = ‖x‖², and p_k = e^{z_k}/∑_j e^{z_j} for every k.

In goes a tree with the items of a text, out comes a tree in which a copy of the body stands for every call.  A body is
resolved where it is defined, and an argument where it is written: an index of the body never binds a letter of an
argument, and is renamed where the two would have one name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import size
from matdiff.errors import DeclarationError
from matdiff.language.entries_given import wholes
from matdiff.language.extents import Excerpt
from matdiff.language.fixed import fixed, position_of
from matdiff.language.limits import bound_by
from matdiff.language.names import canonical
from matdiff.language.parameters import Given, bound_letters
from matdiff.language.places import at, binder_of, number_text, position, used
from matdiff.language.recurrences.gathering import in_order, known, numbers, offset_of
from matdiff.language.recurrences.heads import Head, Steps
from matdiff.language.recurrences.implied import coupled
from matdiff.language.recurrences.recursion import spend
from matdiff.language.scopes import Binder, Fixed, Place, Position, Scope, outer_key, resolves
from matdiff.language.syntax import Node, copied, names_used, postorder
from matdiff.language.words import PATH

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

MOST_SUBSTITUTED = 20_000  # nodes of all bodies together

# ---- collecting ------------------------------------------------------------------------------------------


def taken_out(bound: Bound, items: Sequence[Node]) -> list[Node]:
    """The items that are no definitions with parameters; what these give is noted, and a circle refused."""
    bound.numbers.update(numbers(bound, items))
    named = {n.value[0] for item in items for n in postorder(item) if n.kind == "STRING" and isinstance(n.value, tuple)}
    heads = [item.value[0] for item in items if item.kind in ("state", "repeat")]
    started = {head.name for head in heads if head.number.isdecimal() or sum(h.name == head.name for h in heads) > 1}
    bound.coupled = coupled(items)
    started |= bound.coupled
    rest: list[Node] = []
    for item in items:
        found = _given(bound, item, started)
        if found is None:
            rest.append(item)
            continue
        if found.name in bound.given or found.name in bound.declared:
            span = (item.start, item.start + len(found.name))
            raise bound.error(span, f"{found.name} is defined twice", error=DeclarationError)
        _require_own_letters(bound, found)
        bound.given[found.name] = found
        if found.name in named:
            rest.append(Node("formula", [copied(found.body)], item.value, item.start, item.end))
    _require_order(bound)
    return [*(wholes(bound, rest) if bound.given else ()), *rest]


def _given(bound: Bound, item: Node, started: Collection[str]) -> Given | None:
    """What an item gives, if it is a definition with parameters; a recurrence has a start, or uses itself."""
    if item.kind == "formula":
        name, parameters = item.value
        return Given(name, parameters, item)
    if item.kind not in ("state", "repeat"):
        return None
    head: Head = item.value[0]
    if head.name in started or any(n.kind == "NAME" and n.value == head.name for n in postorder(item.parts[0])):
        return None
    if item.kind == "repeat":
        return _ranged(bound, item, head, item.value[1])
    letters = [canonical(piece) for piece in re.split(r"[\s,]+", head.number)]
    letters = list(letters[0]) if len(letters) == 1 and letters[0].isalpha() and letters[0].isascii() else letters
    is_member = all(re.fullmatch(r"[^\W\d_]\w*", letter) for letter in letters)
    return Given(head.name, letters, item, indexed=True) if is_member else None


def _ranged(bound: Bound, item: Node, head: Head, steps: Steps) -> Given:
    """a[k + c] = … for k = 1..K"""
    given = Given(head.name, [steps.letter], item, indexed=True)
    given.offset = offset_of(bound, item, head, steps)
    first, last = (known(bound, extent) for extent in (steps.first, steps.last))
    given.ends = (first, last) if first.number is not None else (last, first)
    bound.indices.add(steps.letter)
    bound.ranges |= last.names() | first.names()
    return given


def _require_own_letters(bound: Bound, given: Given) -> None:
    """Refuses f(i) = ∑_i …, where the letter of a parameter is that of an index as well; ∑_{k≠i} binds k alone."""
    for node in postorder(given.body):
        bound_here = [bound_by(clause) for clause in node.value[1].clauses] if node.kind == "big_sum" else []
        own = [letters for letters in bound_here if letters and set(letters) <= set(given.parameters)]
        if twice := sorted({letter for letters in own for letter in letters}):
            message = f"the index {twice[0]} is bound twice: it is a letter of {given}, too"
            raise bound.error(node, message, "use another letter for the sum")


def _require_order(bound: Bound) -> None:
    """Refuses definitions that use themselves or each other in a circle."""
    items: dict[object, Node] = {name: given.body for name, given in bound.given.items()}
    for name, given in bound.given.items():
        if name in names_used(given.body):
            raise bound.error(given.item, f"the definition of {name} uses {name} itself")
    in_order(bound, items, names_used)


NO_VALUES = ("keyword", "STRING", "all", "tuple", "comparison")  # arguments that only functions of the table have

# ---- substituting ----------------------------------------------------------------------------------------


@resolves("unspecified")
def resolve_call(bound: Bound, node: Node, scope: Scope) -> None:
    """h(A x): the arguments, and the body with them for the parameters."""
    given = bound.given.get(node.value[0])
    if node.value[2:] == (PATH,):
        entry = bound.entry_of(node.value[0])
        entry.plain, entry.in_sums = True, False
        bound.scalars.update(part.value for part in node.parts if part.kind == "NAME")
        node.kind, node.value = PATH, node.value[:2]
    name, order = node.value[:2]
    if order and (given is None or not given.indexed) and (given or name in bound.definitions):
        message = f"{name} is given by a formula: write its derivative as one, too"
        raise bound.error(node, message)
    if given is None or given.indexed:
        return
    arguments = [part for piece in node.parts for part in (piece.parts if piece.kind == "list" else [piece])]
    if strange := next((part for part in arguments if part.kind in NO_VALUES), None):
        shown = bound.text[strange.start : strange.end]
        raise bound.error(strange, f"{shown} is no argument of {given}")
    if len(arguments) != len(given.parameters):
        count = f"{len(arguments)} argument{'s' * (len(arguments) != 1)}"
        raise bound.error(node, f"{name} has {count} here, but is defined as {given}")
    indices: Scope = {}
    others: list[Node] = []
    replaced: dict[str, Node] = {}
    for parameter, argument in zip(given.parameters, arguments, strict=True):
        index = position(bound.excerpt(argument), scope) if scope else None
        if index is not None and binder_of(index) is not None:
            indices[parameter] = used(index)
        elif argument.kind != "NAME" or argument.value != parameter or parameter not in names_used(given.body):
            replaced[parameter] = Node("argument", [], (parameter, argument, node), argument.start, argument.end)
            others.append(argument)
    labels = re.findall(r"\w+", " ".join(str(n.value) for n in postorder(given.body) if n.kind == "subscript"))
    labels += "".join(label for label in labels if len(label) == 2)  # K_{xy}
    if low := next((p for p, n in replaced.items() if p in labels and n.value[1].value != p), None):
        message = f"{low} stands low in {given}, and only an index of a sum can be put in its place"
        raise bound.error(node, message, "write out what is meant, for each argument")
    body = _body(bound, node, given, scope, indices, replaced)
    node.kind, node.value, node.parts = "applied", given, [*others, body]


def resolve_member(bound: Bound, node: Node, given: Given, piece: Excerpt, scope: Scope) -> None:
    """p_j, where p_k is given for every k; y_nk is the entry k of y_n."""
    shown = f"{given.name}[{piece.text}]"
    indices = _indices(bound, given, piece, scope)
    if indices is None:
        message = f"{shown} has no meaning where {given} is defined"
        raise bound.error(node, message, "an index is that of a sum, or a number")
    indices, places = indices[: len(given.parameters)], indices[len(given.parameters) :]
    if given.offset and any(isinstance(index, Fixed | None) for index in indices):
        raise bound.error(node, f"{shown} is not the member that {given} defines", "shift the index")
    placed = [(letter, index) for letter, index in zip(given.parameters, indices, strict=True) if index is not None]
    for _, index in placed:
        _require_within(bound, node, given, index, shown)
    is_step = any(below.kind == "NAME" and below.value in bound.recursions for below in postorder(given.body))
    moved = {letter: used(at(index, -given.offset)) for letter, index in placed}
    if is_step:  # z_l = W_l a_{l-1}, in which W is a family also where z_L stands alone
        moved |= {letter: index._replace(in_steps=True) for letter, index in moved.items() if isinstance(index, Place)}
    node.kind, node.value, node.parts = "applied", given, [_body(bound, node, given, scope, moved, {})]
    if places:
        member = Node(node.kind, node.parts, node.value, node.start, node.end)
        node.kind, node.value, node.parts = "entry", [used(index) for index in places if index], [member]


def _indices(bound: Bound, given: Given, piece: Excerpt, scope: Scope) -> list[Position | None] | None:
    """The places that are written in brackets or low; None where there are fewer than parameters.

    A letter of the definition itself that nothing binds has no place.
    """
    count = len(given.parameters)
    runs = [m.span() for m in re.finditer(r"[^,]+", piece.text)]
    if len(runs) == 1 and count <= len(piece.text) <= count + 2 and piece.text.isalpha():
        runs = [(k, k + 1) for k in range(len(piece.text))]
    free = {*given.parameters} - bound_letters(bound.text) - scope.keys() if count > 1 else ()  # q_i of s_ij = q_iᵀk_j
    own = [k < count and piece.text[slice(*run)].strip() == given.parameters[k] in free for k, run in enumerate(runs)]
    found = [None if is_own else _index(bound, piece.part(*run), scope) for is_own, run in zip(own, runs, strict=True)]
    is_whole = all(index is not None or is_own for index, is_own in zip(found, own, strict=True))
    return found if is_whole and 0 <= len(found) - count <= 2 else None


def _index(bound: Bound, piece: Excerpt, scope: Scope) -> Position | None:
    """The index of a sum, a number, a class label, or a letter that nothing binds, which is a constant index."""
    found = position(piece, scope, bound.ranges, bound.numbers) or position_of(bound, piece.text, scope)
    if found is None and re.fullmatch(r"[^\W\d_]", piece.text):
        return bound.general("", canonical(piece.text), scope) or fixed(bound, canonical(piece.text))
    return found


def _require_within(bound: Bound, node: Node, given: Given, index: Position, shown: str) -> None:
    """The members that a number or a sum takes are among those that are defined."""
    if given.ends is None or isinstance(index, Fixed):
        return
    low, high = (end + size(given.offset) for end in given.ends)
    if isinstance(index, Place):
        first = last = index.first
    else:
        first = size(1 + index.offset)
        last = None if index.binder.last is None else index.binder.last + size(index.offset)
    if first is None:
        return
    below, above = (first - low).number or 0, 0 if last is None else (high - last).number
    other = bound.written_sizes - low.names() - high.names()
    ends = last.names() if last is not None and above is None else frozenset()
    is_apart = bool(ends) and all(name in other and name in bound.text for name in ends)  # the N_S of i ∈ S is not said
    if below < 0 or (above or 0) < 0 or is_apart:
        hint = f"{given.name}[{number_text(low)}] to {given.name}[{number_text(high)}] are defined"
        where = "" if isinstance(index, Place) else " for all that the sum is over"
        raise bound.error(node, f"{shown} is not defined{where}", hint)


def _body(bound: Bound, node: Node, given: Given, scope: Scope, indices: Scope, replaced: dict[str, Node]) -> Node:
    """A copy of a body in the scope of its definition, with arguments in the place of its parameters."""
    spend(bound, node, 1, given.body, MOST_SUBSTITUTED, "name the values between, as in u = h(x); h(u)")
    body = copied(given.body)
    for below in postorder(body):
        if below.kind == "NAME" and (argument := replaced.get(below.value)):
            below.kind, below.value = argument.kind, argument.value
    around = {outer_key(b.name): b for b in map(binder_of, scope.values()) if isinstance(b, Binder)}
    return Node("body", [body], {**around, **indices}, body.start, body.end)


@resolves("body")
def resolve_body(bound: Bound, node: Node, scope: Scope) -> Scope:
    """A body is read where it is defined."""
    inner: Scope = node.value
    return inner
