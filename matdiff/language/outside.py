"""Signs outside of brackets: between them stand the items of a list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from matdiff import regex as re
from matdiff.regex import match_at


def outside(text: str, signs: str, start: int | None = None) -> Iterator[re.Match[str]]:
    """The matches of a pattern outside of brackets, or in those that are open at *start*.

    >>> [m.start() for m in outside("f(x, y), g", ",")], [m.start() for m in outside("f(x, y), g", ",", 2)]
    ([7], [3])
    """
    depth = 0
    for m in re.compile(rf"(?P<within>{signs})|(?P<open>[(\[{{⟨])|[)\]}}⟩]").finditer(text, start or 0):
        if m["within"] is None:
            depth += 1 if m["open"] else -1
        elif depth <= 0:
            yield m
        if start is not None and depth < 0:
            return


def between(text: str, signs: str) -> Iterator[tuple[int, int]]:
    """The places of what stands between the matches of a pattern outside of brackets.

    >>> [*between("x ∈ S(n, 2), y", ",")]
    [(0, 11), (12, 14)]
    """
    marks = [(0, 0), *(m.span() for m in outside(text, signs)), (len(text), len(text))]
    yield from ((end, start) for (_, end), (start, _) in pairwise(marks))


def split(text: str, signs: str) -> list[str]:
    """What stands between the matches of a pattern outside of brackets.

    >>> split("x ∈ S(n, 2), y", ",")
    ['x ∈ S(n, 2)', ' y']
    """
    return [text[start:end] for start, end in between(text, signs)]


def closing(text: str, place: int) -> int:
    """Where the bracket closes that is open at a place.

    >>> closing("f(x(y), z) + 1", 2)
    9
    """
    depth = 0
    for k in range(place, len(text)):
        depth += (text[k] in "([{") - (text[k] in ")]}")
        if depth < 0:
            return k
    return len(text)


def holds_all(text: str, place: int) -> bool:
    """Whether square brackets hold all that the function before them is of: tr[A X]^2 is (tr(A X))^2.

    >>> holds_all("vec[X]'a", 3), holds_all("vec[1, 2]'a", 3)
    (True, False)
    """
    if not text.startswith("[", place):
        return False
    last = closing(text, place + 1)
    raised = match_at(r"\s*[\^²³'ᵀ⊤]", text, last + 1)
    return raised is not None and not any(outside(text[place + 1 : last], "[,;]"))


def separator(text: str, start: int) -> tuple[int, ...]:
    """The place of the first bar or semicolon in the brackets that open before *start*, unless a comma comes first."""
    first = next(outside(text, "[,|‖;]", start), None)
    return (first.start(),) if first and first.group() != "," else ()
