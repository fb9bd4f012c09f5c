"""Vectors and matrices that a text gives by their entries: K_ij = exp(−‖x_i − x_j‖²), used as K in yᵀKy.

In goes a definition for every i and j, out comes one of the whole, of the kind ``entries``, beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from matdiff.algebra.dims import ONE
from matdiff.language.limits import Limits, Range
from matdiff.language.parameters import Given
from matdiff.language.syntax import Node, copied, is_double, postorder

if TYPE_CHECKING:
    from matdiff.language.binding import Bound


def wholes(bound: Bound, items: Iterable[Node]) -> Iterator[Node]:
    """The definitions of what stands without an index somewhere, and is given by its entries."""
    bodies = (given.body for given in bound.given.values())
    bare = {name for item in (*items, *bodies) for name in _bare_names(item)} if bound.given else set[object]()
    for given in bound.given.values():
        is_general = given.indexed and given.ends is None and not given.offset and len(given.parameters) <= 2
        if is_general and given.name in bare and all(len(letter) == 1 for letter in given.parameters):
            yield _whole(bound, given)


def _whole(bound: Bound, given: Given) -> Node:
    """K with the entries K_ij; D_ii are those on the diagonal of D."""
    start, end = given.item.start, given.item.end
    letters = dict.fromkeys(given.parameters)
    limits = Limits(tuple([Range(letter, ONE, None) for letter in letters]), None, end, True)
    whole = Node("big_sum", [copied(given.body)], ("entries", limits), start, end)
    low = "".join(given.parameters)
    if len(letters) < len(given.parameters):
        whole = Node("call", [whole], "diag", start, end)
        bound.note(given.item, f"{given.name} is diagonal, with the entries {given.name}_{low}")
    else:
        bound.note(given.item, f"{given.name} has the entries {given.name}_{low}")
    return Node("define", [whole], given.name, start, end)


def _bare_names(tree: Node) -> Iterator[object]:
    """The names that stand in a tree without an index."""
    nodes = list(postorder(tree))
    low = {id(n.parts[0]) for n in nodes if n.kind in ("subscript", "index")}
    low |= {id(n.parts[0]) for n in nodes if n.kind == "power" and len(n.parts) > 1 and is_double(n.parts[1])}
    return (n.value for n in nodes if n.kind == "NAME" and id(n) not in low)
