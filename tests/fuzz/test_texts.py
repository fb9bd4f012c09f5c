"""Any text is read, or refused with a MatdiffError, and soon; what is read is printed and read again."""

from __future__ import annotations

import time
from collections.abc import Callable

import matdiff
from fuzz import in_chunks, seeds
from fuzz.code import call
from fuzz.dressed import declarations
from fuzz.texts import text, where_of
from matdiff.algebra.expr import Expr, Symbol, postorder, symbols
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.paths import Path
from matdiff.errors import MatdiffError
from matdiff.language.doubtful_calls import CUSTOMARY_FUNCTIONS
from matdiff.output.spellings import PLACED

PATIENCE = 20.0  # seconds of work for one text; it takes milliseconds
SPELLINGS = ("unicode", "ascii", "numpy", "latex")


def read(text: str, where: str | dict[str, str], dialect: str | None = None) -> Expr | None:
    """The expression of a text, or None where it is refused; any other exception fails the test."""
    start, found, message = time.process_time(), None, "read"
    try:
        found = matdiff.parse(text, where, dialect)
    except MatdiffError as error:
        message = str(error)
    assert 0 < len(message) < 2000
    assert time.process_time() - start < PATIENCE, text
    return found


def can_be_declared(e: Expr, spelling: str) -> bool:
    """Whether everything that a reader has to know can be said of the symbols that are left.

    A letter cannot be declared an open function, and a size of what has gone, as m of A[m, 1], cannot be told; u(s) is
    a product where u is a number, and the call of a function that is not known in code.
    """
    sizes = {name for s in symbols(e) for extent in (*s.shape, *s.ranges) for name in extent.names()}
    places = {p for node in postorder(e) if is_a(node, *PLACED) for p in node.operands if p.is_scalar}
    told = all(p.name in sizes or p.properties for p in places if isinstance(p, Symbol))
    functions = [node.data[0] for node in postorder(e) if isinstance(node, Unspecified)]
    paths = {node.operands[0] for node in postorder(e) if isinstance(node, Path)}
    has_paths = any(path.is_scalar or spelling == "numpy" for path in paths)
    return told and not e.free and CUSTOMARY_FUNCTIONS.issuperset(functions) and not has_paths


@in_chunks
def test_any_text_is_read_or_refused(chunk: int, is_read_back: Callable[..., bool]) -> None:
    wrong = []
    for seed in seeds(3000, chunk):
        typed, where, spelling = text(seed), where_of(seed), SPELLINGS[seed // 5 % len(SPELLINGS)]
        e = read(typed, where)
        if e is not None and can_be_declared(e, spelling) and not is_read_back(e, spelling, declarations(e)):
            wrong.append(f"{seed}: {typed!r} where {where!r} is printed as {format(e, spelling)!r}")
    assert not wrong, "\n".join(wrong)


@in_chunks
def test_any_call_of_a_library_is_read_or_refused(chunk: int) -> None:
    for seed in seeds(1200, chunk):
        text, dialect = call(seed)
        read(text, "x, y: n; A: n x n", dialect)
