"""The page of a gradient: the function, the derivation block by block, and ∇_X f for every unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from matdiff.algebra.assumptions import least
from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, Symbol, fact, postorder
from matdiff.algebra.fresh import fresh
from matdiff.algebra.identities.traces import chain_rule, read_off, scalar_as_trace, substitution, transposed_factor
from matdiff.algebra.notation import TEXT, name_text
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Scale, Sum
from matdiff.algebra.operators.recurrence import Iterate, Recurrence
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member
from matdiff.calculus.demands import Condition
from matdiff.calculus.derivation import Block, Gradients, Phase
from matdiff.calculus.naming import letter_of
from matdiff.output.answer_names import is_definition
from matdiff.output.sharing import defining
from matdiff.page.apart import Apart
from matdiff.page.links import Linked, Telling, in_links
from matdiff.page.model import (
    PARTIAL,
    Answer,
    D,
    Formula,
    Line,
    Page,
    Pen,
    Section,
    fraction,
    function_of,
    joined,
    nabla,
    name_repeated,
    named,
    plain,
    require_level,
)
from matdiff.page.repeated import defined

if TYPE_CHECKING:
    from matdiff.calculus.hessian import Hessians
IN_ROWS = "numerator layout: the transpose of the gradient"
CLOSED = 140  # signs of an answer without names that is shown below the one with names
LONG_FUNCTION, PIECE = 60, 16  # nodes of a function whose pieces get names, and of such a piece


def page(found: Gradients, steps: str, closed: Gradients | None = None) -> Page:
    """The page of a derivation at a level of detail; below answers in names stand the *closed* ones that are short.

    What stands twice in the answers is a link δ_h of the chain.
    """
    require_level(steps)
    linked = in_links(found) if steps == "textbook" and found.links else Linked(found.gradients, {})
    pen = Pen(piece_names(found), linked.links)
    way = derivation(found, linked, pen, steps == "full") if steps != "none" else Telling((), linked.answers)
    name_repeated([pen], found.function, chain.from_iterable(way.parts), steps == "full", way.answers.values())
    if pen.pieces and steps == "textbook":
        way = derivation(found, linked, pen, full=False)  # what has got a name is told apart
    told, values = found._replace(gradients=way.answers), closed or found
    say_nothing = all(map(is_bare_link, way.answers.values()))
    in_full = {n for n, g in way.answers.items() if say_nothing or g is found.gradients[n]}
    below = {n: values.gradients[n] if n in in_full else g for n, g in way.answers.items()}
    answers = {name: in_names(answer(told, name), below[name], pen) for name in way.answers}
    said_above = {link.data[0] for link in way.told}
    return Page(
        head=head(found.function, found.unknowns.values(), pen),
        parts=way.parts,
        heading="Gradient" if steps != "none" else "",
        answers=[made._replace(laws=way.laws.get(name, ())) for name, made in answers.items()],
        before=[line for e in adjoints(told) if e.data[0] not in said_above for line in definition(e, Pen())],
        conditions=said(found),
        subject="the gradient",
        record=lambda: record(found),
    )


def derivation(found: Gradients, linked: Linked, pen: Pen, full: bool) -> Telling:
    """The derivation as a page tells it."""
    if not full and any(block.name and block.node is not found.function for block in found.blocks):
        from matdiff.page.chain import in_chain, is_chain

        if is_chain(found):
            lefts = {name: answer(found, name).left for name in found.gradients}
            recurrences = [e for e in adjoints(found) if isinstance(e, Recurrence)]
            return in_chain(found, linked, pen, lefts, {e: list(definition(e, Pen())) for e in recurrences})
    parts = each_heading_once(sections(block, found, pen, full) for block in found.blocks)
    return Telling(list(parts), linked.answers)


def piece_names(found: Gradients) -> dict[Expr, str]:
    """Names for pieces of a long function, so that its derivation stays readable.

    They are the pieces at which it was cut into blocks, and such as would make the lines long.
    """
    f = found.function
    own = (Named, Iterate)  # these have a notation of their own
    cuts = {b.node: b.name for b in found.blocks if b.name and b.node is not f and not isinstance(b.node, own)}
    names: dict[Expr, str] = {}
    taken = {str(n.data[0]) for n in postorder(f) if isinstance(n, (Symbol, Named))} | set(cuts.values())
    free = fresh(taken, "t")
    lengths: dict[Expr, int] = {}
    is_long = fact("length", f, lambda node, below: 1 + sum(below)) > LONG_FUNCTION
    named = {f, *(n.operands[0] for n in postorder(f) if isinstance(n, Named))}  # what a definition says has a name
    for node in postorder(f):
        lengths[node] = 1 + sum(1 if o in names or is_definition(o) else lengths[o] for o in node.operands)
        if node in cuts:
            names[node] = cuts[node]
        elif is_long and lengths[node] > PIECE and not (node in named or node.free or is_definition(node)):
            names[node] = next(free)
    return names


def said(found: Gradients | Hessians) -> list[Condition | str]:
    """The conditions, and what the named pieces of the answers are."""
    where = found.where()
    return [*where, *found.conditions()[len(where) :]]


def head(f: Expr, unknowns: Iterable[Expr], pen: Pen) -> list[Line]:
    """The function, and what its names stand for."""
    right = plain(pen.pieces[f]) if f in pen.pieces else pen(f)
    return [Line(function_of(letter_of(f), unknowns), right, reading=f), *definitions(f, pen)]


def definitions(f: Expr, pen: Pen) -> Iterator[Line]:
    """What the names of definitions and of long pieces stand for: those of a function, then those of the lines."""
    nodes = list(postorder(f))
    pieces = dict.fromkeys(defined(pen.pieces, nodes))
    for node in dict.fromkeys([*nodes, *pieces]):
        if is_definition(node):
            yield from definition(node, pen)
        elif node in pieces:
            yield Line(plain(pen.pieces[node]), pen(node), reading=pen.pieces[node] if node.free else None)
        elif node in pen.names and node is not f:
            yield Line(named(pen.names[node]), pen(node))


def definition(e: Expr, pen: Pen) -> Iterator[Line]:
    """The lines that say what a name, or the states of a recurrence, stand for."""
    e = pen.shown(e)
    for k in range(len(defining(e, pen.printer(TEXT)))):
        left, right = (_side(e, pen, k, side) for side in (0, 1))
        yield Line(left, right)


def _side(e: Expr, pen: Pen, line: int, side: int) -> Formula:
    """A side of a line of a definition."""
    return lambda style: defining(e, pen.printer(style))[line][side]


# ---- the lines ----------------------------------------------------------------------------------------


def sections(block: Block, found: Gradients, pen: Pen, full: bool) -> list[Section]:
    """The headings and lines of a block; the collected line belongs to the trace form.

    The way back through a piece with a name is one section.
    """
    made: list[tuple[str, list[Line]]] = []
    apart = Apart(pen.pieces)
    for phase in block.phases:
        left = left_side(block, phase, found, pen)
        is_apart = phase.title == "Differential" and not full
        (_, told), *below = apart(phase, block.node) if is_apart else [(block.node, list(phase.lines(full)))]
        if not full and len(told) > 1 and told[0].laws == (Named.d,):
            del told[0]  # dh = d(Wx): the head says what h is
        if phase.title == "Substitution" and not full and told[-1].titles == [substitution.title]:
            del told[-1]  # ∇_X f with every δ inserted: the answer
        if phase.title == "Substitution" and not full and told[0].laws == (read_off,):
            del told[0]  # from a line above
        lines = [Line(left, pen(line.expression), tuple(line.titles)) for line in told]
        for node, rows in below:
            lines += [Line(pen(Differential(node)), pen(row.expression), tuple(row.titles)) for row in rows]
        if phase.title == "Gradient" and made and made[-1][1][-1].left in (left, made[-1][1][0].left):
            collect(made[-1][1], lines, phase, full)
        elif lines:
            made.append(("Trace form" if phase.title == "Gradient" and made else phase.title, lines))
    if block.name and block.node is not found.function and made and not full:
        made = [(f"Back through {name_text(block.name, TEXT)}", [line for _, lines in made for line in lines])]
    return [Section(title, rows, apart=k == 0) for k, (title, rows) in enumerate(made)]


def collect(rows: list[Line], collected: Sequence[Line], phase: Phase, full: bool) -> None:
    """Adds the collected line to those of a trace form.

    The line before it is not written where the collected one says the same in the form Tr(Gᵀ dX), where it says no more
    than a = Tr(a), and where equal terms are added up: they are as soon as they are equal.
    """
    last, opening = rows[-1], phase.opening
    # Tr(δ_hᵀ dx) = Tr((δ_h)ᵀ dx) need not be said twice
    added = [row._replace(left=last.left) for row in collected if row.right(TEXT) != last.right(TEXT)]
    if added and opening is not None and not full:
        turned = opening.law is transposed_factor
        if turned or last.laws == (scalar_as_trace.title,) or has_equal_terms(opening.before):
            rows.pop()
            laws = [law for law in last.laws + added[0].laws if not (turned and law == transposed_factor.title)]
            added[0] = added[0]._replace(laws=tuple(dict.fromkeys(laws)))
    rows += added


def has_equal_terms(line: Expr) -> bool:
    """Whether a line is a sum in which a term stands twice."""
    return isinstance(line, Sum) and len(set(line.operands)) < len(line.operands)


def each_heading_once(blocks: Iterable[list[Section]]) -> Iterator[list[Section]]:
    """The blocks, where one that goes on under the heading of the last one has no heading of its own."""
    before: list[Section] = []
    for block in filter(None, blocks):
        if before and before[-1].heading == block[0].heading:
            together = before[-1]._replace(lines=[*before[-1].lines, *block[0].lines])
            before = [*before[:-1], together, *block[1:]]
            continue
        if before:
            yield before
        before = block
    if before:
        yield before


def left_side(block: Block, phase: Phase, found: Gradients, pen: Pen) -> Formula:
    """What the lines of a phase are equal to: df, dh, Tr(δ_hᵀ dh), or a gradient."""
    opening = phase.opening
    if opening is not None and (opening.law is chain_rule or (phase.title == "Chain" and block.name)):
        return pen(opening.before)
    if not block.name:
        name = next(name for name, u in found.unknowns.items() if u is block.node)
        return joined([nabla(answered(found, name)), f" {letter_of(found.function)}"])
    if isinstance(block.node, Iterate):
        return pen(Differential(block.node))
    return joined([D, letter_of(found.function) if block.node is found.function else named(block.name)])


# ---- the answers --------------------------------------------------------------------------------------


def in_rows(made: Page, found: Gradients, derivatives: Mapping[str, Expr]) -> Page:
    """A page with ∂f/∂X of the numerator layout below its gradients; a scalar has but one derivative."""
    from matdiff.page.pieces import both

    own = joined([PARTIAL, letter_of(found.function)])
    rows = [
        Answer(fraction(own, joined([PARTIAL, plain(answered(found, name))])), d, [(IN_ROWS, None)])
        for name, d in derivatives.items()
        if not d.is_scalar
    ]
    laid_out = {name: {**both(d), "shape": shape_text(d.shape)} for name, d in derivatives.items()}
    return made._replace(
        answers=[*made.answers, *rows],
        record=lambda: {**made.record(), "layout": "numerator", "derivatives": laid_out},
    )


def is_bare_link(answer: Expr) -> bool:
    """Whether an answer says nothing beside the name of a link, as −δ_h."""
    return isinstance(answer.operands[1] if isinstance(answer, Scale) else answer, Named)


def in_names(made: Answer, closed: Expr, pen: Pen) -> Answer:
    """An answer in the names of the pen, and the closed one below where that is another one and short."""
    told = pen.shown(made.value)
    written = plain(closed)(TEXT)
    is_told = len(written) <= CLOSED and written != plain(told)(TEXT) and not letters_of(told) <= letters_of(closed)
    return made._replace(value=told, closed=closed if is_told else None)


def letters_of(e: Expr) -> set[object]:
    """The names that an expression is written with."""
    written = postorder(e, prune=is_definition)
    return {n.data[0] for n in written if isinstance(n, Symbol) or is_definition(n)}


def answer(found: Gradients, name: str) -> Answer:
    """∇_X f = G; for an unknown with a property what the unconstrained, or the Riemannian gradient is."""
    unknown = answered(found, name)
    remarks: list[tuple[str, Expr | None]] = []
    if name in found.unconstrained:
        remarks.append((projected(unknown, declared(found.unknowns[name])), found.unconstrained[name]))
    if name in found.riemannian:
        properties = declared(found.unknowns[name])
        sentence = f"unconstrained, though {plain(unknown)(TEXT)} is {properties}; Riemannian (embedded metric): "
        remarks.append((sentence, found.riemannian[name]))
    return Answer(joined([nabla(unknown), f" {letter_of(found.function)}"]), found.gradients[name], remarks)


def projected(unknown: Expr, properties: str) -> str:
    """What is said of a projected answer in front of the unconstrained one."""
    return f"projected, since {plain(unknown)(TEXT)} is {properties}; unconstrained: "


def answered(found: Gradients, name: str) -> Expr:
    """The unknown that a gradient belongs to: of a family its general member, with the free index of the answer."""
    return found.members.get(name, found.unknowns[name]) if found.gradients[name].free else found.unknowns[name]


def adjoints(found: Gradients) -> list[Expr]:
    """What the answers are written with and the function is not: links δ_h of a chain, and recurrences δ."""
    return added_definitions(found.function, found.gradients.values())


def added_definitions(f: Expr, answers: Iterable[Expr]) -> list[Expr]:
    """The definitions and recurrences in answers that a function has not."""
    own = {n.data[0] for n in postorder(f) if is_definition(n)}
    nodes = [n for g in answers for n in postorder(g) if is_definition(n)]
    return [n for n in dict.fromkeys(nodes) if n.data[0] not in own]


def declared(unknown: Expr) -> str:
    """The properties that an unknown, or the family that it is a member of, is declared with."""
    symbol = unknown.operands[0] if isinstance(unknown, Member) else unknown
    return " ".join(least(symbol.properties)) if isinstance(symbol, Symbol) else ""


def record(found: Gradients) -> dict[str, Any]:
    """The function and its reading, the gradients and the steps."""
    from matdiff.page.pieces import both, steps_record, symbols_record

    return {
        "function": both(found.function),
        "symbols": symbols_record(found.function),
        "gradients": {name: {**both(g), "shape": shape_text(g.shape)} for name, g in found.gradients.items()},
        "unconstrained": {name: both(g) for name, g in found.unconstrained.items()},
        "riemannian": {name: both(g) for name, g in found.riemannian.items()},
        **steps_record(found.steps()),
    }
