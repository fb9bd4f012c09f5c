"""A derivation through named quantities, as books on backpropagation tell it.

In goes a derivation in blocks, out come its sections and the laws beside the answers: the differentials of the function
and of all names that it is made of, and then δ_h = ∇_h f one after another, backwards.  What Tr(δ_hᵀ dh) says is no
line of its own: the laws of its steps stand beside what is read off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Symbol, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.traces import (
    chain_rule,
    collected_traces,
    contributions_added,
    read_off,
    scalar_as_trace,
    substitution,
    transposed_factor,
)
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Sum
from matdiff.algebra.operators.recurrence import Iterate, step_of_recurrence
from matdiff.algebra.operators.structure import Named, is_not_named
from matdiff.algebra.operators.sums import IndexedSum, Member
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.rewriting import Simplifier, replay
from matdiff.algebra.walks import replace
from matdiff.calculus.derivation import Block, Gradients, Phase, is_unspoken
from matdiff.calculus.derivation import Line as Derived
from matdiff.calculus.naming import TWICE, letter_of
from matdiff.page.apart import Apart
from matdiff.page.links import Linked, Telling, WrittenOut, before_substitution
from matdiff.page.model import D, Formula, Line, Pen, Section, joined, nabla, named
from matdiff.page.repeated import LONG, below_signs, is_letter, written_times

OWN = 3  # what it costs to read a link that has a line of its own
LINK = "Chain"  # the phase that says what δ_h is
BACKWARDS = (LINK, "Substitution", "Contributions")  # the phases of the way back
ONCE = frozenset((scalar_as_trace, chain_rule))  # laws that are said once
SILENT = frozenset((read_off, transposed_factor))  # and what every line of the way back is

Laws = tuple[Law, ...]
Rows = list[tuple[Expr, Laws]]


def is_chain(found: Gradients) -> bool:
    """Whether a derivation goes back through links, or through the states of a recurrence."""
    pieces = [block for block in found.blocks if block.name and block.node is not found.function]
    return bool(pieces) and all(is_state(block) or block.name in found.links for block in pieces)


def is_state(block: Block) -> bool:
    """Whether a block is about the states of a recurrence, which have δ in the place of links."""
    return isinstance(block.node, Iterate)


def below(found: Gradients) -> list[Block]:
    """The blocks of a derivation below the function that have links."""
    pieces = [block for block in found.blocks if block.name and block.node is not found.function]
    return [block for block in pieces if not is_state(block)]


def phases_of(block: Block) -> list[Phase]:
    """The phases of a block."""
    return list(block.phases)


def in_chain(
    found: Gradients, linked: Linked, pen: Pen, lefts: Mapping[str, Formula], deltas: Mapping[Expr, Sequence[Line]]
) -> Telling:
    """The derivation as sections of a page, where *lefts* are the left sides of the answers.

    *deltas* are the lines that say what δ is of a recurrence.
    """
    way, once = _Way(found, linked), _Once()
    apart = Apart(pen.pieces)
    forwards = [line for block in found.blocks if block.name for line in differentials(block, found, pen, apart)]
    backwards: list[Line] = []
    said: set[Expr] = set()
    for block in found.blocks:
        if is_state(block):
            new = [line for e, lines in deltas.items() if e not in said for line in lines]
            said.update(deltas)
            backwards += [*new[:-1], *(line._replace(laws=once(way.to_states())) for line in new[-1:])]
        elif block.name in found.links:
            left = joined(
                [pen(found.links[block.name]), " = ", nabla(named(block.name)), f" {letter_of(found.function)}"]
            )
            backwards += [Line(left, pen(e), once(laws)) for e, laws in way.link(block)]
    others, answers = list[Section](), dict[str, Laws]()
    for name, left in lefts.items():
        rows, answers[name] = way.to_answer(name)
        for phase, e, laws in rows:
            line = Line(left, pen(e), once(laws))
            if phase in BACKWARDS:
                backwards.append(line)
            else:
                others.append(Section(phase, [line]))
    made = [Section("Differential", forwards), Section("Chain rule", backwards), *others]
    reasons = {name: once(laws) for name, laws in answers.items()}
    return Telling([[s] for s in made if s.lines], way.answers(), reasons, {*way.told, *said})


def differentials(block: Block, found: Gradients, pen: Pen, apart: Apart) -> Iterator[Line]:
    """The lines of a differential, without dh = d(Wx): the head says what h is."""
    own = joined([D, letter_of(found.function) if block.node is found.function else named(block.name)])
    own = pen(Differential(block.node)) if is_state(block) else own
    for phase in block.phases:
        for node, lines in apart(phase, block.node) if phase.title == "Differential" else ():
            left = own if node is block.node else pen(Differential(node))
            if len(lines) > 1 and lines[0].laws in ((Named.d,), (step_of_recurrence,)):
                del lines[0]
            for line in lines:
                yield Line(left, pen(line.expression), tuple(t for t in line.titles if t != Named.d.title))


class _Once:
    """The titles of the laws that a reader needs to be told of, each once, and some of them once on a page."""

    def __init__(self) -> None:
        self.said: set[Law] = set()

    def __call__(self, laws: Iterable[Law]) -> tuple[str, ...]:
        told = [law for law in laws if not (is_unspoken(law) or law in SILENT or law in self.said)]
        self.said |= ONCE.intersection(told)
        return tuple(dict.fromkeys(law.title for law in told))


class _Way:
    """The way back through the links of a derivation.

    told     the links that have lines of their own; the others are put in where they are used
    asked    the links with such a line by their nodes, so that an answer for one is its name and needs no reasons
    reasons  the laws that lead from δ_h to what the block of h contributes to a node below it, by the node
    """

    def __init__(self, found: Gradients, linked: Linked) -> None:
        self.found, self.linked = found, linked
        self.blocks = {found.links[block.name]: block for block in below(found)}
        self.ends = {block.node: block for block in found.blocks if not block.name}
        self.totals = before_substitution(found)
        self.told = told_links(found, linked, self.totals.values())
        self.asked = {block.node: link for link, block in self.blocks.items() if link in self.told}
        self.simplify = Simplifier(SIMPLIFICATIONS, is_not_named)
        self.short = WrittenOut(found.links.values(), self.told, self.simplify)
        self.reasons: dict[Expr, Laws] = {}
        for block in found.blocks:
            for target, laws in reasons(block) if block.name else ():
                self.reasons[target] = self.reasons.get(target, ()) + laws

    def answers(self) -> dict[str, Expr]:
        """The answers, where one that a line has told of is its name."""
        return {name: self.asked.get(self.found.unknowns[name], e) for name, e in self.linked.answers.items()}

    def link(self, block: Block) -> Rows:
        """The lines that say what δ_h is, with the laws beside them; none where it is put in."""
        if self.found.links[block.name] not in self.told:
            return []
        lines = list(phases_of(block)[0].lines())
        rows = [self.row(line, () if k else self.reasons.get(block.node, ())) for k, line in enumerate(lines)]
        return [row for k, row in enumerate(rows) if k == 0 or row[0] is not rows[k - 1][0]]

    def row(self, line: Derived, before: Laws) -> tuple[Expr, Laws]:
        """A line in the links that have lines of their own, with the laws that lead to it."""
        shown, steps = self.simplify(self.short(line.expression))
        return shown, self.put_in(line.expression) + before + line.laws + tuple(step.law for step in steps)

    def to_states(self) -> Laws:
        """The laws that lead from the states of a recurrence to those before them."""
        return tuple(law for target, laws in self.reasons.items() if isinstance(target, Iterate) for law in laws)

    def put_in(self, e: Expr) -> Laws:
        """The laws by which the links that have no lines of their own were found."""
        found: Laws = ()
        for link in written_times(e, self.blocks):
            if link in self.blocks and link not in self.told:
                block = self.blocks[link]
                found += self.put_in(phases_of(block)[0].start) + self.reasons.get(block.node, ())
        return found

    def end(self, name: str) -> list[tuple[str, Derived]]:
        """The lines about an unknown, each with the title of its phase; for ∇_h f what δ_h is has been said."""
        unknown = self.found.unknowns[name]
        said = {read_off, contributions_added} if unknown in self.asked else {read_off}
        phases = self.ends[unknown].phases if unknown in self.ends else ()
        return [(p.title, line) for p in phases for line in p.lines() if not (line.laws and said.issuperset(line.laws))]

    def to_answer(self, name: str) -> tuple[list[tuple[str, Expr, Laws]], Laws]:
        """The lines about an unknown before its answer, with their phases, and the laws that lead to the answer.

        A line that says the answer already is left out, and that values are inserted if no line has told of a δ; so is
        what is no gradient yet, since it is projected.
        """
        laws, lines = self.to_unknown(name), self.end(name)
        answer = self.linked.answers[name]
        if answer is not self.found.gradients[name]:  # but written with links
            return [], laws + (contributions_added,) * any(contributions_added in line.laws for _, line in lines)
        made: list[tuple[str, Expr, Laws]] = []
        for title, line in lines[:-1]:
            if title in BACKWARDS and lines[-1][0] not in BACKWARDS:
                laws += line.laws
                continue
            shown, own = self.row(line, laws)
            laws = own if shown is answer else ()
            made += [(title, shown, own)] * (shown is not answer)
        laws += lines[-1][1].laws if lines else ()
        inserted = self.links_in(self.totals.get(name, answer))
        return made, tuple(law for law in laws if inserted or law is not substitution)

    def links_in(self, e: Expr) -> bool:
        """Whether a line is written with a link that has a line of its own."""
        names = {link.data[0] for link in self.told}
        return any(isinstance(n, Named) and n.data[0] in names for n in written_times(self.short(e), ()))

    def to_unknown(self, name: str) -> Laws:
        """The laws that lead to what the blocks contribute to an unknown, or to members of a family of them."""
        unknown = self.found.unknowns[name]
        if unknown in self.asked:
            return ()
        family = unknown.operands[0] if isinstance(unknown, Member) else unknown
        of_it = [
            laws
            for target, laws in self.reasons.items()
            if target is unknown or (isinstance(target, Member) and target.operands[0] is family)
        ]
        return self.put_in(self.totals.get(name, unknown)) + tuple(law for laws in of_it for law in laws)


def told_links(found: Gradients, linked: Linked, totals: Iterable[Expr]) -> set[Expr]:
    """The links that have lines of their own: those that are used twice, or long, or simplified, and that answers have.

    That one is 0 is worth a line: the function is stationary there.  A link that is but a letter, or what a number is
    divided by, is put in where it is used; so is one that a line of another link has twice, and the simplified line
    below it no longer.
    """
    links = {found.links[block.name]: phases_of(block)[0] for block in below(found)}
    times = Counter[Expr]()
    for e, is_kept in (*((e, True) for e in totals), *((p.start, len(list(p.lines())) == 1) for p in links.values())):
        written = {e: 1} if e in links else written_times(e, links)
        times.update({node: k if is_kept else 1 for node, k in written.items() if node in links})
    letters = {block.node: Symbol(block.name, block.node.shape) for block in below(found)}
    called = {n.data[0] for e in linked.answers.values() for n in postorder(e) if isinstance(n, Named)}

    def is_told(link: Expr, phase: Phase) -> bool:
        value = replace(link.operands[0], letters.get)
        cost = 0 if is_letter(below_signs(value)) else reading_cost(value)
        often = times[link] >= TWICE or cost >= LONG or len(list(phase.lines())) > 1
        return link.data[0] in called or (cost >= OWN and often) or is_zero(value)

    return {link for link, phase in links.items() if is_told(link, phase)}


def reasons(block: Block) -> Iterator[tuple[Expr, Laws]]:
    """The laws that lead from Tr(δ_hᵀ dh) to what stands before the d of every node below, by these nodes."""
    trace = next((p for p in block.phases if p.title == "Trace form"), None)
    gathered = next((p for p in block.phases if p.title == "Gradient"), None)
    if trace is None or gathered is None or not gathered.start.operands:  # d step(z) = 0
        return
    opening = (trace.opening.law,) if trace.opening is not None else ()
    about = [(step.law, below_d(step.before) | below_d(step.after)) for group in trace.groups for step in group]
    for term in gathered.start.operands if isinstance(gathered.start, Sum) else (gathered.start,):
        while isinstance(term, IndexedSum):
            term = term.operands[0]
        factor, d = term.operands[0].operands
        target, value = d.operands[0], factor.operands[0]
        laws = [*opening, *(law for law, targets in about if target in targets)]
        laws += [collected_traces] * isinstance(value, Sum)
        steps = [s for group in gathered.groups for s in group]
        shown = value
        for k, step in enumerate(steps, 1):
            before, shown = shown, replay(value, steps[:k], is_not_named)
            laws += [step.law] * (shown is not before)
        yield target, tuple(laws)


def below_d(e: Expr) -> set[Expr]:
    """What an expression has a d of."""
    nodes = postorder(e, prune=lambda n: isinstance(n, (Named, Differential)))
    return {n.operands[0] for n in nodes if isinstance(n, Differential)}
