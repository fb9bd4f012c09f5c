"""Expressions as plain text in matdiff's own language, and how they were read."""

from __future__ import annotations

from collections.abc import Iterable

from matdiff.algebra.assumptions import INDEX, least
from matdiff.algebra.dims import Size, shape_text
from matdiff.algebra.expr import Expr, Index, Symbol, postorder, symbols
from matdiff.algebra.kinds import is_a
from matdiff.algebra.notation import ASCII, STYLES, TEXT, Style, name_text
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.walks import notes_of
from matdiff.output.notation import write
from matdiff.output.sharing import with_pieces


def text(e: Expr, spelling: str = "") -> str:
    """The text of an expression, which parses back to it, in a spelling: unicode, ascii, latex or numpy.

    Definitions come first (``h = …;``), and where sharing keeps a long text short so do abbreviations
    (``t1 := …;``), which the parser puts back in place.
    """
    style = STYLES.get(spelling or TEXT.name)
    if style is None:
        raise ValueError(f"an expression has no spelling {spelling!r}: there are {', '.join(STYLES)}")
    return with_pieces(e, style, definitions=True, is_answer=style in (TEXT, ASCII) and "context" in e.facts)


def declarations(f: Expr, style: Style = TEXT) -> list[tuple[str, str]]:
    """The symbols of an expression and how they were read, as ``X`` and ``m×n``."""
    known = symbols(f)
    last: dict[Symbol, tuple[Size, ...]] = {}
    if any(INDEX in s.properties for s in known):
        from matdiff.algebra.operators.slices import index_ranges

        last = index_ranges(postorder(f))
    members = indexed_members(f) if any(s.ranges for s in known) else {}
    found = [_declaration(s, last.get(s, ()), members.get(s, "ijkl"), style) for s in known]
    functions = {n.data[0]: n for n in postorder(f) if is_a(n, "Unspecified", "OpenFunction", "OpenDerivative")}
    return found + [(name_text(g, style), _taken(call)) for g, call in functions.items()]


def reading(f: Expr) -> str:
    """How the symbols of an expression were read: ``X: m×n   w: n``."""
    return "   ".join(": ".join(declaration) for declaration in declarations(f))


def remarks(*read: Expr) -> list[str]:
    """The notes about what was read, a row for each."""
    return [f"note: {note}" for note in notes_of(*read)]


def _taken(call: Expr) -> str:
    """What an open function is one of: by one of its calls."""
    if isinstance(call, Unspecified):
        return "a function of each entry"
    arguments = call.operands[: call.data[1]] if is_a(call, "OpenDerivative") else call.operands
    return f"a function of {' and '.join(shape_text(a.shape) for a in arguments)} with scalar values"


def parsed(e: Expr) -> str:
    """How an expression was read: the expression, its shape, and the shapes of its symbols."""
    rows = [f"{text(e)}        {shape_text(e.shape)}", reading(e), *remarks(e)]
    return "\n".join(filter(None, rows))


def indexed_members(f: Expr) -> dict[Expr, list[str]]:
    """The letters of the indices with which each family stands first: x_t, t = 1..T."""
    members = [n for n in reversed(list(postorder(f))) if isinstance(n, Member)]
    found = {n.operands[0]: n.operands[1:] for n in members}
    return {x: [str(i) for i in own] for x, own in found.items() if all(isinstance(i, Index) for i in own)}


def _declaration(symbol: Symbol, last: tuple[Size, ...], letters: Iterable[str], style: Style) -> tuple[str, str]:
    name = write(symbol, style)
    if symbol.ranges:
        name += "[" + ", ".join(f"{i}=1..{r}" for i, r in zip(letters, symbol.ranges, strict=False)) + "]"
    if INDEX in symbol.properties:
        return name, "index" + (f" 1..{last[0]}" if last else "")
    return name, " ".join([shape_text(symbol.shape), *least(symbol.properties)])
