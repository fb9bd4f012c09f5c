"""Expressions and derivations as plain text, in matdiff's own language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.dims import Size, shape_text
from matdiff.algebra.expr import Expr, Symbol, fact, notes_of, postorder, symbols
from matdiff.algebra.identities.traces import chain_rule
from matdiff.algebra.memory import without_collector
from matdiff.algebra.notation import STYLES, TEXT, name_text
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.open_functions import OpenDerivative, OpenFunction
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.slices import index_ranges
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member
from matdiff.calculus.derivation import Block, Gradients, Phase
from matdiff.errors import MatdiffError
from matdiff.output.notation import Printer, defining, is_definition, with_pieces, write
from matdiff.output.notation import line as shown_line

LAW_COLUMN = 72  # law names stand in a column, at most this far to the right
LONG_FUNCTION, PIECE = 60, 16  # nodes of a function whose pieces get names, and of such a piece
LEVELS = ("full", "textbook", "none")


def text(e: Expr, spelling: str = "") -> str:
    """The text of an expression, which parses back to it, in a spelling: unicode, ascii, latex or numpy.

    Definitions come first (``h = …;``), and where sharing keeps a long text short so do abbreviations
    (``t1 := …;``), which the parser puts back in place.
    """
    style = STYLES.get(spelling or TEXT.name)
    if style is None:
        raise ValueError(f"an expression has no spelling {spelling!r}: there are {', '.join(STYLES)}")
    return with_pieces(e, style, definitions=True)


def check_level(steps: str) -> None:
    """Raises MatdiffError for a level of detail that does not exist."""
    if steps not in LEVELS:
        raise MatdiffError(f"there is no level of detail {steps!r}", suggestion=f"Take one of {', '.join(LEVELS)}.")


def name_list(unknowns: Mapping[str, Expr]) -> str:
    """The unknowns with commas between them."""
    return ", ".join(write(u, TEXT) for u in unknowns.values())


def piece_names(found: Gradients) -> dict[Expr, str]:
    """Names for pieces of a long function, so that its derivation stays readable.

    They are the pieces at which it was cut into blocks, and such as would make the lines long.
    """
    f = found.function
    own = (Named, Iterate)  # these have a notation of their own
    cuts = {b.node: b.name for b in found.blocks if b.name and b.node is not f and not isinstance(b.node, own)}
    names: dict[Expr, str] = {}
    taken = {str(n.data[0]) for n in postorder(f) if isinstance(n, Symbol | Named)} | set(cuts.values())
    fresh = (name for k in range(1, 10**9) if (name := f"t{k}") not in taken)
    lengths: dict[Expr, int] = {}
    is_long = fact("length", f, lambda node, below: 1 + sum(below)) > LONG_FUNCTION
    for node in postorder(f):
        lengths[node] = 1 + sum(1 if o in names else lengths[o] for o in node.operands)
        if node in cuts:
            names[node] = cuts[node]
        elif is_long and lengths[node] > PIECE and node is not f and not node.free and not is_definition(node):
            names[node] = next(fresh)
    return names


def reading(f: Expr) -> str:
    """How the symbols of an expression were read: ``X: m×n   w: n``."""
    known = symbols(f)
    last = index_ranges(postorder(f)) if any(INDEX in s.properties for s in known) else {}
    found = [_declaration(s, last.get(s, ())) for s in known]
    functions = {n.data[0]: n for n in postorder(f) if isinstance(n, Unspecified | OpenFunction | OpenDerivative)}
    return "   ".join(found + [f"{name_text(g, TEXT)}: {_taken(call)}" for g, call in functions.items()])


def remarks(*read: Expr) -> list[str]:
    """The notes about what was read, a row for each."""
    return [f"note: {note}" for note in notes_of(*read)]


def _taken(call: Expr) -> str:
    """What an open function is one of: by one of its calls."""
    if isinstance(call, Unspecified):
        return "a function of each entry"
    arguments = call.arguments if isinstance(call, OpenDerivative) else call.operands
    return f"a function of {' and '.join(shape_text(a.shape) for a in arguments)} with scalar values"


def parsed(e: Expr) -> str:
    """How an expression was read: the expression, its shape, and the shapes of its symbols."""
    rows = [f"{text(e)}        {shape_text(e.shape)}", reading(e), *remarks(e)]
    return "\n".join(filter(None, rows))


def _declaration(symbol: Symbol, last: tuple[Size, ...] = ()) -> str:
    name = write(symbol, TEXT)
    if symbol.ranges:
        letters = "ijkl"
        name += "[" + ", ".join(f"{i}=1..{r}" for i, r in zip(letters, symbol.ranges, strict=False)) + "]"
    if INDEX in symbol.properties:
        return f"{name}: index" + f" 1..{last[0]}" * bool(last)
    return " ".join([f"{name}: {shape_text(symbol.shape)}", *sorted(symbol.properties)])


@without_collector
def derivation(found: Gradients, steps: str = "textbook", check: str = "") -> str:
    """A derivation as a page of text: the reading, the lines with their laws, and the gradients."""
    check_level(steps)
    f, names, conditions = found.function, piece_names(found), found.conditions()
    printer = Printer(TEXT, names)
    rows = [f"f({name_list(found.unknowns)}) = {printer.write(f)}        {reading(f)}", *remarks(f)]
    for node in postorder(f):
        if is_definition(node):
            rows += defining(node, printer)
        elif node in names:
            rows.append(f"{names[node]} = {printer.write(node)}")
    if steps != "none":
        for block in found.blocks:
            rows += ["", *_block(block, found, printer, steps == "full")]
    rows += ["", "Gradient"] if steps != "none" else [""]
    rows += _gradients(found)
    if conditions:
        rows += ["", "valid where " + ", ".join(conditions)]
    if check:
        rows += ["", check]
    return "\n".join(rows) + "\n"


def _block(block: Block, found: Gradients, printer: Printer, full: bool) -> Iterator[str]:
    """The lines of a block under their headings."""
    pages = _headed(block, found, printer, full)
    width = min(LAW_COLUMN, max((len(row) for *_, rows in pages for row, laws in rows if laws), default=0))
    shown = ""
    for title, left, rows in pages:
        yield title
        for row, laws in rows:
            head = f"  {left} = " if left != shown else " " * (2 + len(left)) + " = "
            yield f"{head}{row:{width}}   {', '.join(laws)}".rstrip()
            shown = left


Page = tuple[str, str, list[tuple[str, list[str]]]]


def _headed(block: Block, found: Gradients, printer: Printer, full: bool) -> list[Page]:
    """Headings, left sides and lines of a block; the collected line belongs to the trace form."""
    pages: list[Page] = []
    for phase in block.phases:
        rows = [(shown_line(line.expression, printer), line.titles) for line in phase.lines(full)]
        if phase.title == "Gradient" and pages:
            said = pages[-1][2][-1][0]  # Tr(∇_hᵀ dx) = Tr((∇_h)ᵀ dx) need not be said twice
            pages[-1][2].extend(row for row in rows if row[0] != said)
        elif rows:
            pages.append((phase.title, left_side(block, phase, found, printer), rows))
    return pages


def left_side(block: Block, phase: Phase, found: Gradients, printer: Printer) -> str:
    """What the lines of a phase are equal to: df, dh, Tr(∇_hᵀ dh), or a gradient."""
    style = printer.style
    if phase.opening is not None and phase.opening.law is chain_rule:
        return printer.write(phase.opening.before)
    if phase.title == "Chain" and phase.opening is not None and block.name:
        return printer.write(phase.opening.before)
    if not block.name:
        nabla = style.pick("∇_", r"\nabla_")
        return f"{nabla}{style.pick('', '{')}{write(block.node, style)}{style.pick('', '}')} f"
    if isinstance(block.node, Iterate):
        return printer.write(Differential(block.node))
    letter = style.pick("d", r"\mathrm{d}")
    return letter + ("f" if block.node is found.function else name_text(block.name, style))


def answered(found: Gradients, name: str) -> Expr:
    """The unknown that a gradient belongs to: of a family its general member, with the free index of the answer."""
    return found.members.get(name, found.unknowns[name]) if found.gradients[name].free else found.unknowns[name]


def adjoints(found: Gradients) -> list[Expr]:
    """What the answers are written with and the function is not: links ∇_h of a chain, and recurrences δ."""
    own = {n.data[0] for n in postorder(found.function) if is_definition(n)}
    nodes = [n for g in found.gradients.values() for n in postorder(g) if is_definition(n)]
    return [n for n in dict.fromkeys(nodes) if n.data[0] not in own]


def _gradients(found: Gradients) -> Iterator[str]:
    """∇_X f = G, with its shape, for every unknown; before them the recurrences that they are written with."""
    printer = Printer(TEXT, {})
    for delta in adjoints(found):
        yield from (f"  {row}" for row in defining(delta, printer))
    for name, gradient in found.gradients.items():
        unknown, label = found.unknowns[name], write(answered(found, name), TEXT)
        yield f"  ∇_{label} f = {with_pieces(gradient, TEXT, definitions=False)}        {shape_text(gradient.shape)}"
        if name in found.unconstrained:
            free = with_pieces(found.unconstrained[name], TEXT, definitions=False)
            yield f"      projected, since {label} is {declared(unknown)}; unconstrained: {free}"
        if name in found.riemannian:
            tangent = with_pieces(found.riemannian[name], TEXT, definitions=False)
            yield f"      unconstrained, though {label} is {declared(unknown)}; Riemannian (embedded metric): {tangent}"


def declared(unknown: Expr) -> str:
    """The properties that an unknown, or the family that it is a member of, is declared with."""
    symbol = unknown.operands[0] if isinstance(unknown, Member) else unknown
    return " ".join(sorted(symbol.properties)) if isinstance(symbol, Symbol) else ""
