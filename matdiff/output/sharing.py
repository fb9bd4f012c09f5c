"""Names for what is written more than once: shared pieces of a long text or an answer, and definitions in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from matdiff.algebra.expr import Expr, fact, postorder
from matdiff.algebra.fresh import fresh
from matdiff.algebra.notation import ASCII, NUMPY, PYTHON, Style, name_text
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.structure import Named
from matdiff.output.answer_names import is_definition, meant, names_that_save
from matdiff.output.notation import Printer
from matdiff.output.spellings import is_python

LONG = 3000  # nodes of an expression, as a tree, above which its shared pieces are bound to names
QUOTE = r"(?<=[\w\])])'(?!['(])"  # of a transpose, and not of f'(x)
PIECE = 8  # and how long a piece must be to be worth it


def shared_names(shown: list[Expr], taken_names: Iterable[str] = ()) -> dict[Expr, str]:
    """Names for pieces that occur more than once in what is shown, if its text would otherwise be long."""
    lengths: dict[Expr, int] = {}
    uses: dict[Expr, int] = {}
    taken = set(taken_names)
    for node in shown:
        below = sum(1 if isinstance(o, Named) else lengths.get(o, 0) for o in node.operands)
        lengths[node] = min(LONG, below) + 1
        for o in node.operands:
            uses[o] = uses.get(o, 0) + 1
        if not node.operands or isinstance(node, Named):
            taken.add(str(node.data[0]))
    bodies = [n.operands[0] for n in shown if isinstance(n, Named) and n.operands[0] in lengths]
    if sum(lengths[n] for n in (shown[-1], *bodies)) <= LONG:
        return {}
    shared = [n for n in lengths if uses.get(n, 0) > 1 and lengths[n] >= PIECE and not (n.free or isinstance(n, Named))]
    return dict(zip(shared, fresh(taken, "t"), strict=False))


def with_pieces(e: Expr, style: Style, definitions: bool, is_answer: bool = False) -> str:
    """An expression with what it is written by in front: ``h = …;`` for definitions, ``t1 := …;`` for shared pieces.

    Pieces are bound to names where the text would be long otherwise; in an answer also where it gets shorter.
    A definition by itself stands in brackets, ``h = W x; (h)``, since a last name would be read as its right side.
    """
    shown = list(postorder(e, prune=None if definitions else is_definition))
    if style is NUMPY:
        code = with_pieces(e, PYTHON, definitions)
        if is_python(code):
            return code
    shared = shared_names(shown)
    if is_answer and not shared:
        e, shared = names_that_save(e)
        shown = list(postorder(e, prune=None if definitions else is_definition))
    text, used = _written_with(shared, e, shown, style, definitions)
    while len(used) < len(shared):  # of 2a in 2ab the factors are written, and not the name
        shared = {node: name for node, name in shared.items() if node in used}
        text, used = _written_with(shared, e, shown, style, definitions)
    return text


def _written_with(
    shared: Mapping[Expr, str], e: Expr, shown: list[Expr], style: Style, definitions: bool
) -> tuple[str, set[Expr]]:
    """The text with names for some pieces, and the pieces whose names stand in it."""
    names = {node: name_text(name, style) for node, name in shared.items()}
    printer = Printer(style, names)
    parts = []
    for node in shown:
        if node in names:
            parts.append(f"{names[node]} := {printer.write(meant(node))}")
        elif is_definition(node) and definitions:
            parts += [f"{left} = {right}" for left, right in defining(node, printer)]
    whole = printer.write(e)
    if definitions and isinstance(e, Named):
        whole = whole.join(printer.brackets)
    text = style.pick("; ", r";\quad ").join([*parts, whole])
    if style is ASCII and "^T" in text:  # beside another sign of transposes a quote would be part of a name
        text = re.sub(QUOTE, "^T", text)
    return text, printer.used


def line(e: Expr, printer: Printer) -> str:
    """A line of a derivation; where sharing keeps a long one short, its own pieces ``t1 := …;`` stand in front."""
    if fact("written", e, _written_length, closed=(Named, Recurrence)) <= LONG:
        return printer.write(e)
    given, style = printer.names, printer.style
    shown = list(postorder(e, prune=lambda node: is_definition(node) or (node in given and node is not e)))
    names = {n: name_text(name, style) for n, name in shared_names(shown, given.values()).items() if n not in given}
    if not names:
        return printer.write(e)
    own = Printer(style, {**given, **names})
    parts = [f"{names[node]} := {own.write(node)}" for node in shown if node in names]
    return style.pick("; ", r";\quad ").join([*parts, own.write(e)])


def _written_length(e: Expr, below: list[int]) -> int:
    return 1 if is_definition(e) else min(LONG, sum(below)) + 1


def defining(e: Expr, printer: Printer) -> list[tuple[str, str]]:
    """Both sides of the definition of a name; of a recurrence those of its start and of its step for k = 1..K."""
    if not isinstance(e, Recurrence):
        return [(printer.write(e), printer.write(e.operands[0]))]
    start, step = map(printer.write, e.operands)
    index, ends = printer.write(e.index), ["1", str(e.index.last)]
    first, last = ends if e.forward else reversed(ends)
    steps = printer.style.pick(
        f" for {index} = {first}..{last}", rf"\quad \text{{for }} {index} = {first}, \dots, {last}"
    )
    return [(printer.write(e.first), start), (printer.write(e.after), f"{step}{steps}")]
