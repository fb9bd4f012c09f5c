"""A piece of Python with its names resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matdiff.language.binding import Bound
from matdiff.language.declarations import add_condition
from matdiff.language.declared import Declarations
from matdiff.language.dialects import Dialect, python
from matdiff.language.dialects import linear as _linear  # noqa: F401 - likewise
from matdiff.language.dialects import losses as _losses  # noqa: F401 - likewise
from matdiff.language.dialects import reductions as _reductions  # noqa: F401 - likewise
from matdiff.language.dialects.python_text import without
from matdiff.language.names import canonical
from matdiff.language.words import Vocabulary


def bound(
    text: str, beside: Iterable[tuple[int, int]], dialect: Dialect, declared: Declarations, wrt: Sequence[str],
    known: Vocabulary, free: bool,
) -> Bound:  # fmt: skip
    """The tree of a text without what stands *beside* its function; what it says of shapes is declared."""
    tree, told, notes, unknowns = python.tree(without(text, beside), dialect, frozenset((*declared, *wrt)), known)
    for name, says in told:
        if canonical(name.text) not in declared or says == "matrix":
            add_condition(declared, canonical(name.text), says, name)
            if says == "vector":
                notes += (
                    f"{name.text} is read as a vector of numbers; if it holds arrays, give each a name of its own",
                )
    called = (tree.value,) if tree.kind == "define" else ()
    tree = tree.parts[0] if called else tree
    found = Bound(tree, text, declared, wrt, free=free, dialect=dialect)
    found.called, found.unknowns = called or found.called, unknowns
    for note in notes:
        found.note(tree, note)
    return found
