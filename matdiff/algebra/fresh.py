"""Names that nothing has yet."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import chain, count

INDICES = "ijklrstuvw"  # the letters of indices


def fresh(taken: Container[str], stem: str, first: Iterable[str] = ()) -> Iterator[str]:
    """The names that are not taken: first some that are better, then t1, t2, …

    >>> names = fresh({"i", "t1"}, "t", "ij")
    >>> next(names), next(names)
    ('j', 't2')
    """
    return (name for name in chain(first, (f"{stem}{k}" for k in count(1))) if name not in taken)
