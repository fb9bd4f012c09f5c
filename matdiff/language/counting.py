"""Places that a text counts from 0 or by number, numbers of terms, and sets that stand for sizes.

They are settled when all names are known, and open sizes named when their kinds are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.dims import ONE, Size, size
from matdiff.errors import AmbiguityError
from matdiff.language.customs import LETTERS_OF_COUNTS, size_names
from matdiff.language.places import at, binder_of
from matdiff.language.scopes import Binder, Fixed, Name, Place, Shifted
from matdiff.language.syntax import Node, postorder, without_brackets

if TYPE_CHECKING:
    from matdiff.language.binding import Bound
    from matdiff.language.search import Found
    from matdiff.language.typing import Attempt

COUNTS = LETTERS_OF_COUNTS | {"n", "m"}


def count_from_one(bound: Bound, names: dict[str, Name], tree: Node) -> None:
    """x_0, …, x_{n−1} are x[1], …, x[n]: what has a member 0 is counted from 1, and all its indices are one more."""
    by_number(bound, names, tree)
    moved = bound.moved
    for name in names.values():
        lows = {k: min(_low(use) for use in uses) for k, uses in name.uses.items()}
        if any(place.first is not None and not place.first.terms for place in name.places):
            lows[0] = 0
        lows |= dict.fromkeys(name.declared.zeros if name.declared else (), 0)
        if 0 in lows.values() and all(_starts_at_zero(use, name, k) for k, uses in name.uses.items() for use in uses):
            moved[name.name] = {k for k, low in lows.items() if low == 0}
            name.uses = {k: [at(u, k in moved[name.name]) for u in uses] for k, uses in name.uses.items()}  # type: ignore[misc]
            name.places = [at(place, 0 in moved[name.name]) for place in name.places]  # type: ignore[misc]
            used = [use for uses in name.uses.values() for use in uses]
            name.is_shifted = any(isinstance(use, Shifted) or use.value is not None for use in used)
    if not moved:
        return
    for node in postorder(tree):
        if node.kind == "member" and node.value[0] in moved:
            places = moved[node.value[0]]
            moved_by = [k in places and not isinstance(i, Fixed) for k, i in enumerate(node.value[1])]
            node.value = node.value[0], [at(i, 1) if m else i for i, m in zip(node.value[1], moved_by, strict=True)]
    for base in moved:
        bound.notes.append((tree.start, f"{base} is counted from 1: {base}_0 in the text is {base}[1]"))


def by_number(bound: Bound, names: dict[str, Name], tree: Node) -> None:
    """x_1 and x_T beside x_t are members of the family x, where they are no unknowns by themselves."""
    families = {n.name for n in names.values() if n.declared is None and n.uses and n.is_family}
    for node in postorder(tree) if families else ():
        if node.kind != "symbol" or node.value[0] in bound.declared:
            continue
        name = node.value[0]
        base, _, low = name.rpartition("_")
        if not base:
            base = name.rstrip("0123456789")
            low = name[len(base) :]
        if base in families and names[base].indexed == 1 and (low.isdecimal() or low in bound.written_sizes):
            names.pop(name, None)
            place = Place(size(int(low)) if low.isdecimal() else size(low))
            node.kind, node.value = "member", (base, [place])
            names[base].places.append(place)
            bound.note(node, f"{base}_{low} is the member {low} of the family {base}")


def counted(order: Sequence[Node]) -> dict[str, Binder]:
    """The letters that stand below a line only, in front of or behind a sum without an end: n of 1/(2n) ∑_i r_i².

    The c of ∑_i r_i²/(2c²) is a scale.
    """
    found, letters = dict[str, Binder](), [n for n in order if n.kind == "symbol" and n.value[0] in COUNTS]
    for node in [node for node in order if node.kind in ("product", "big_sum")] if letters else ():
        is_sum = node.kind == "big_sum"
        parts = list(_factors(node.parts[0] if is_sum else node))
        below = {id(n) for part, is_below in parts if is_below and part.kind != "power" for n in postorder(part)}
        names = {n.value[0] for n in letters if id(n) in below} - {n.value[0] for n in letters if id(n) not in below}
        sums = [node] if is_sum else [part for part, is_below in parts if part.kind == "big_sum" and not is_below]
        ends = [end for part in sums for end in part.value.binders if end.last is None]
        if len(names) == len(ends) == 1 and (names != {"m"} or not is_sum):  # ∑_i p_i'p_i/(2m) has a mass
            found.setdefault(names.pop(), ends[0])
    return found


def _factors(node: Node, is_below: bool = False) -> Iterator[tuple[Node, bool]]:
    """The factors of a product, those of factors and of terms in brackets among them, and whether they divide it."""
    if node.kind not in ("product", "tight", "group", "sum") or (is_below and node.kind == "sum"):
        yield node, is_below
        return
    signs = node.value if node.kind == "product" else [""] * len(node.parts)
    for part, sign in zip(node.parts, signs, strict=True):
        yield from _factors(part, is_below != (sign == "divide"))


def _starts_at_zero(use: Binder | Shifted, name: Name, place: int) -> bool:
    """Whether an index may be meant to count from 0; what is declared is counted so where the text says it.

    That is where its range begins at 0, or the sum over it.
    """
    from matdiff.language.recurrences.recursion import Recursion

    if name.declared is None or place in name.declared.zeros:
        return True
    if use.binder.value is not None:
        return False
    if isinstance(use.binder.owner, Recursion):
        return use.binder.owner.shift < 0  # steps that count from 0
    return _low(use) > 0 or use.binder.first == 0


def _low(use: Binder | Shifted) -> int:
    """The least number of an index; of one with a value, in a step that is written out, that number."""
    return use.offset + (1 if use.binder.value is None else use.binder.value)


def _is_of_set(name: Name, place: int, chosen: str) -> bool:
    """Whether what is summed over a set is declared for its members alone, x[i=1..N_S], or is not declared."""
    from matdiff.language.summing import count_of

    indices = name.declared.indices if name.declared else ()
    return name.declared is None or (place < len(indices) and indices[place][1] is count_of(chosen))


def settle_sets(bound: Bound, names: dict[str, Name], tree: Node) -> None:
    """What is summed over a set is summed over that set alone, or the set needs a declaration; |S| is its size."""
    if not (bound.sets or bound.masks):
        return
    from matdiff.language.summing import count_of

    of = {id(binder): name for name, binders in bound.sets.items() for binder in binders}
    for name in names.values():
        for place, uses in name.uses.items():
            sets = {of.get(id(binder_of(use))) for use in uses}
            chosen = next((s for s in sets if s is not None), None)
            if chosen is not None and (len(sets) > 1 or not _is_of_set(name, place, chosen)):
                hint = f"declare {chosen} as a vector of 0 and 1, 1 for what belongs to it: {chosen}: n"
                raise bound.error(tree, f"{name.name} is summed over {chosen}, and has other members as well", hint)
    for node in postorder(tree):
        inside = without_brackets(node.parts[0]) if node.kind == "bars" else None
        if inside is not None and inside.kind == "symbol" and inside.value[0] in bound.sets:
            node.kind, node.value, node.parts = "cardinality", bound.sets[inside.value[0]][0], []
            names.pop(inside.value[0], None)
        elif inside is not None and inside.kind == "counter" and id(binder_of(inside.value)) in of:
            shown = bound.text[node.start : node.end]
            message = f"{shown} is rather how many members a group has, and no absolute value of an index"
            raise bound.error(node, message, "give the numbers as a family, as in n_g", AmbiguityError)
        elif inside is not None and inside.kind == "symbol" and inside.value[0] in bound.masks:
            node.kind, node.value, node.parts = "call", "sum", [inside]
        elif inside is not None and inside.kind == "member" and inside.value[0] in bound.masks:  # |C_k|
            _row_of_mask(names, inside)
            node.kind, node.value, node.parts = "call", "sum", [inside]
    for letter, binders in bound.sets.items():
        if letter in names:
            raise bound.error(tree, f"{letter} is a set of indices, and cannot be a value as well")
        run = f"{binders[0].name} ∈ {letter} runs through 1, …, {count_of(letter)}"
        bound.notes.append((tree.start, f"{run}; declared as {letter}: N it is a choice of them"))


def _row_of_mask(names: dict[str, Name], node: Node) -> None:
    """C_k as C[k, :] where k ∈ C_k is an entry of a matrix of 0 and 1."""
    name, indices = node.value
    if len(indices) == 1:
        node.value = name, (*indices, Place())
        names[name].plain, names[name].indexed = True, 2


# ---- names for open sizes ------------------------------------------------------------------------------


def name_sizes(found: Found, bound: Bound) -> None:
    """Gives names to the sizes of undeclared symbols."""
    attempt = found.attempt
    find = attempt.sizes.find
    entries: list[tuple[Size, Size, bool]] = []
    for name in bound.names.values():
        if name.name in attempt.shapes:
            (rows, cols), ranges = attempt.shapes[name.name]
            entries.append((find(rows), find(cols), False))
            entries.extend((find(r), ONE, True) for r in ranges)
    entries.extend((find(last), ONE, True) for last in attempt.ranges.values())
    counts = {"N"} if _may_count(bound, attempt, "N") else set[str]()
    told = _counted(bound, attempt)
    whole = [a for a in bound.counts if a in attempt.shapes and not attempt.shapes[a][1]]  # ‖y − Xw‖² = ∑_{i=1}^n …
    lengths = {find(attempt.shapes[a][0][0]): bound.counts[a] for a in whole}
    told |= {n: size(last) for n, last in lengths.items() if (n.name or "").startswith("?")}
    taken = {*bound.names, *bound.definitions, *bound.left} - counts | bound.written_sizes | bound.indices
    taken |= {*bound.counts.values()}
    taken |= {low for name in bound.names for low in name.split("_")[1:]}  # the n of x_n is no size
    taken |= {name for recursion in bound.recursions.values() for name in recursion.count.names()}
    sized = [node for node in bound.order if node.kind in ("sized_call", "sized_constant", "constant")]
    taken |= {written for node in sized for n in node.value[1] if isinstance(n, Size) for written in n.names()}
    attempt.names = size_names(entries, taken, told)


def _counted(bound: Bound, attempt: Attempt) -> dict[Size, Size]:
    """The open ranges of sums that a number counts, below a line beside it or as the T of ∑_t r_t² + log T."""
    ranged = {name: of for name, of in bound.counted.items() if of in attempt.ranges}  # ∑ (y − Xw)² has no index
    ends = {name: {attempt.sizes.find(attempt.ranges[of])} for name, of in ranged.items()}
    for binder, last in attempt.ranges.items():
        if isinstance(binder, Binder) and _may_count(bound, attempt, letter := binder.name.upper()):
            ends.setdefault(letter, set()).add(attempt.sizes.find(last))
    found = {last.pop(): size(letter) for letter, last in ends.items() if len(last) == 1}
    return {last: letter for last, letter in found.items() if (last.name or "").startswith("?")}


def _may_count(bound: Bound, attempt: Attempt, letter: str) -> bool:
    """Whether a letter that is a number in the text, and nothing else, may be the range of a sum without limits."""
    is_count = letter in LETTERS_OF_COUNTS and letter not in bound.written_sizes and letter not in bound.declared
    return is_count and attempt.assumed.get(letter) == "S" and not bound.names[letter].indexed
