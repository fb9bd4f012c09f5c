"""Answers in the links of a chain: δ_h = (W₂ᵀ(p − y)) ⊙ z ⊙ (1 − z), ∇_W f = δ_h xᵀ and ∇_b f = δ_h.

In goes a derivation, out come the answers with the links that they use several times, as books have δ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.structure import Named, is_named, is_not_named
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.rewriting import Simplifier
from matdiff.algebra.walks import remade
from matdiff.calculus.derivation import Gradients
from matdiff.calculus.naming import TWICE
from matdiff.page.model import Section
from matdiff.page.repeated import LONG, written_times
from matdiff.records import NamedTuple

OWN = 3  # what it costs to read that a link has a value


class Telling(NamedTuple):
    """The parts of a derivation, the answers and the laws by which they follow, and the links that have lines."""

    parts: Sequence[Sequence[Section]]
    answers: Mapping[str, Expr]
    laws: Mapping[str, tuple[str, ...]] = {}
    told: Collection[Expr] = ()


class Linked(NamedTuple):
    """Answers in links, and the links by their values."""

    answers: Mapping[str, Expr]
    links: Mapping[Expr, Expr]


def in_links(found: Gradients) -> Linked:
    """The answers in the links that stand several times in them, if that is less to read; else as they are."""
    same = Linked(found.gradients, {})
    totals = {name: total for name, total in before_substitution(found).items() if name not in found.unconstrained}
    links = dict.fromkeys(found.links.values())
    times = Counter[Expr]()
    for line in (*totals.values(), *(link.operands[0] for link in links)):
        times.update({node: k for node, k in written_times(line, links).items() if node in links})
    asked = {found.links[b.name] for b in found.blocks if b.name in found.links and b.node in found.unknowns.values()}
    times.update(asked)  # ∇_h f is an answer
    often = [link for link in links if times[link] >= TWICE]
    if not often:
        return same
    simplify = Simplifier(SIMPLIFICATIONS, is_not_named)
    closed = WrittenOut(links, (), simplify)
    kept = [link for link in often if reading_cost(closed(link)) >= LONG and not link.free]
    if not kept:
        return same
    short = WrittenOut(links, kept, simplify)
    made = {simplify(closed(link))[0]: short(link) for link in kept}
    answers = {**found.gradients}
    for name, total in totals.items():
        written = short(total)
        if any(n in made.values() for n in postorder(written, prune=is_named)):
            answers[name] = simplify(written)[0]
    cost = sum(map(reading_cost, answers.values())) + sum(
        OWN + reading_cost(link.operands[0]) for link in made.values()
    )
    return Linked(answers, made) if cost < sum(map(reading_cost, found.gradients.values())) else same


def before_substitution(found: Gradients) -> dict[str, Expr]:
    """∇_X f = δ_h xᵀ, before what δ_h is is inserted."""
    names = {unknown: name for name, unknown in found.unknowns.items()}
    last = [(block.node, p) for block in found.blocks if not block.name for p in block.phases]
    return {names[node]: p.start for node, p in last if p.title == "Substitution" and node in names}


class WrittenOut:
    """Expressions without links but those that are kept."""

    def __init__(self, links: Iterable[Expr], kept: Collection[Expr], simplify: Simplifier) -> None:
        self.done: dict[Expr, Expr] = {}
        for link in links:
            value = self(link.operands[0])
            self.done[link] = Named(link.data[0], simplify(value)[0]) if link in kept else value

    def __call__(self, e: Expr) -> Expr:
        return remade(e, lambda node, made: made, self.done)
