"""What is said of indices that no sum binds, or that two families share, where they may be several things or nothing.

In go the places of the tree that have such an index; a doubtful one is an error that names its readings, or a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, permutations
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.names import canonical
from matdiff.language.scopes import Binder
from matdiff.language.syntax import Node, postorder

if TYPE_CHECKING:
    from matdiff.language.binding import Bound
    from matdiff.language.fixed import Unbound
    from matdiff.language.typing import Attempt

WORDS = "min|[a-z]{2}[a-ho-z]|[a-ho-z][a-z]{2}"  # which are labels, and no indices: max
PAIRS = r"(?:[∑Σ]|\\?sum)\s*_\s*\{?\s*(\(\w+\s*,\s*\w+\))\s*(?!∈|[:;|]|\\in|\w|\s)"


def require_no_convention(bound: Bound) -> None:
    """u_i K_ij u_j is refused: Einstein would sum over i and j, and else they are constant."""
    letters = {
        id(p.node): {i for s in p.pieces if not re.search(WORDS, s) for i in s if i in "ijklmn" and i not in p.scope}
        for p in bound.pending
    }
    if not any(len(found) > 1 for found in letters.values()):
        return
    for node in postorder(bound.tree):
        if node.kind not in ("product", "tight"):
            continue
        factors = [set[str]().union(*(letters.get(id(n), ()) for n in postorder(part))) for part in node.parts]
        pairs = [i for found in factors if len(found) > 1 for i in sorted(found)]
        twice = [i for i in pairs if sum(i in found for found in factors) > 1 and i not in bound.declared]
        if twice:
            shown, letters_of_sum = bound.text[node.start : node.end], dict.fromkeys(twice)
            message = f"{shown} can be a sum over {', '.join(letters_of_sum)}, or a product of single entries"
            hint = f"write ∑_{''.join(letters_of_sum)} for the sum; for entries declare {twice[0]}: index"
            raise bound.error(node, message, hint, AmbiguityError)


def require_outside(bound: Bound, place: Unbound) -> None:
    """An index that a sum binds elsewhere does not stand outside of it: what the sum takes in would be a guess."""
    known = {*place.scope, *bound.free_indices, *bound.declared}
    letters = [canonical(re.split("[-+−]", piece)[0]) for piece in place.pieces]
    letter = next((p for p in letters if p in bound.indices and p not in known), None)
    if letter is not None:
        message = f"the index {letter} is not bound by a sum here, but is elsewhere"
        hint = "put brackets around all that the sum takes in, or call one of the two otherwise"
        raise bound.error(place.node, message, hint)


def require_one_meaning(bound: Bound) -> None:
    """A letter that is an index is no value elsewhere, unless it is declared."""
    indices = {name.name for name in bound.names.values() if name.is_index and name.declared is None}
    for node in postorder(bound.tree) if indices else ():
        if node.kind in ("symbol", "member") and node.value[0] in indices:
            name = node.value[0]
            hint = f"declare {name}: index if it is one number for both, or call one of them otherwise"
            raise bound.error(node, f"{name} is an index in one place, and a value here", hint, AmbiguityError)


def entry_or_name(bound: Bound, place: Unbound, whole: str) -> MatdiffError:
    """What is said where z_y can be the entry y of z, or a name of its own."""
    index = ",".join(place.pieces)
    message = f"{as_written(place)} can be the entry {index} of {place.base.value}, or a name of its own"
    hint = f"write {place.base.value}[{index}] for the entry; declare {whole} with its size for the name"
    return bound.error(place.node, message, hint, AmbiguityError)


def part_or_name(bound: Bound, place: Unbound, matrix: str) -> MatdiffError:
    """What is said where x_i can be a part of X, or a name of its own."""
    shown = bound.text[place.node.start : place.node.end]
    index = place.pieces[0]
    part, ways = "a row or a column", f"{matrix}[{index}, :] or {matrix}[:, {index}]"
    if len(place.pieces) == 2:
        part, ways = "an entry", f"{matrix}[{', '.join(place.pieces)}]"
    hint = f"write {ways}; declare {shown} with its size for the name"
    return bound.error(place.node, f"{shown} can be {part} of {matrix}, or a name of its own", hint, AmbiguityError)


def as_written(place: Unbound) -> str:
    """The piece as people write it."""
    base = place.base.value if place.base.kind == "NAME" else "(…)"
    low = ",".join(place.pieces)
    low = low if low.replace(",", "").isalnum() else f"{{{low}}}"
    return f"{base}_{low}" if place.is_low else f"{base}[{', '.join(place.pieces)}]"


def not_bound(bound: Bound, place: Unbound, piece: str) -> Exception:
    hint = f"write ∑_{piece} or sum({piece}=1..N, …); a constant one is declared, {piece}: index"
    start, end = place.spans[place.pieces.index(piece)] if place.spans else (place.node.start, place.node.end)
    return bound.error((start, end), f"the index {piece} is not bound by a sum", hint)


RUN = 5  # how far apart letters of one run are: i to n


def asked_families(bound: Bound) -> set[str]:
    """The unknowns, and the families of which they are members."""
    return {*bound.wrt, *(name.rpartition("_")[0] for name in bound.wrt)} & set(bound.names)


def say_pairs(bound: Bound, attempt: Attempt) -> None:
    """Notes that ∑_{(i,j)} is over all pairs, where a text may mean some, as those of a graph."""
    for node in [node for node in bound.order if node.kind == "big_sum"]:
        if pairs := re.match(PAIRS, attempt.written(node)):
            attempt.note(node, f"the sum is over all {pairs[1]}; over some it is ∑_{{{pairs[1]} ∈ E}}")


def say_families(bound: Bound, attempt: Attempt) -> None:
    """Says that b_u and b_i of a sum over u and i are one family, where they may be two: biases of users and of items.

    That is so where u and i are no letters of one run, as i and j are, or where other families have one of them alone.
    """
    for one, two in islice(_doubtful_members(bound), 1):
        both = f"{attempt.written(one)} and {attempt.written(two)}"
        name = one.value[0]  # who asks for b means both, and who asks for b_u the one
        if name in asked_families(bound) - bound.wrt and {one.value[1][0], two.value[1][0]} <= _own(bound):
            message = f"{both} can be members of one family, or of two"
            hint = f"declare {name} for one; for two give one of them another letter"
            raise bound.error((one.start, two.end), message, hint, AmbiguityError)
        attempt.note(two, f"{both} are members of one family; where they are of two, give one another letter")


def _doubtful_members(bound: Bound) -> Iterator[list[Node]]:
    """The pairs of members of one undeclared family, under a sum over the index of one of them, that may be of two."""
    own = _own(bound)
    for total in [node for node in bound.order if node.kind == "big_sum"]:
        for name, places in _places(total).items():
            for i, j in permutations(places, 2):
                is_apart = abs(ord(i.name[0]) - ord(j.name[0])) > RUN
                if i in total.value.binders and (is_apart or {i, j} <= own) and not bound.names[name].declared:
                    yield sorted((places[i], places[j]), key=lambda node: node.start)


def _own(bound: Bound) -> set[Binder]:
    """The indices that some family has alone, as users have their p_u."""
    return {binder for places in _places(bound.tree).values() if len(places) == 1 for binder in places}


def _places(tree: Node) -> dict[str, dict[Binder, Node]]:
    """Where the members with one index stand in a tree, by families and by the sums that count them."""
    found: dict[str, dict[Binder, Node]] = {}
    for node in postorder(tree):
        if node.kind == "member" and len(node.value[1]) == 1 and isinstance(node.value[1][0], Binder):
            found.setdefault(node.value[0], {}).setdefault(node.value[1][0], node)
    return found
