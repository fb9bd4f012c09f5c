"""Names for the sizes that a text leaves open: fresh ones, or the number that the text counts the terms of a sum by."""

from __future__ import annotations

from matdiff.algebra.dims import ONE, Size, size
from matdiff.language.binding import Bound
from matdiff.language.customs import LETTERS_OF_COUNTS, size_names
from matdiff.language.scopes import Binder
from matdiff.language.search import Found
from matdiff.language.typing import Attempt


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
    lengths = (
        (find(attempt.shapes[name][0][0]), last) for name, last in bound.counts.items() if name in attempt.shapes
    )
    told |= {
        n: size(last) for n, last in lengths if (n.name or "").startswith("?")
    }  # ‖y − Xw‖² = ∑_{i=1}^n (y_i − w'x_i)²
    taken = set(bound.names) - counts | bound.written_sizes | bound.indices
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
