"""The page of a solved problem: what was asked, where it is stationary, the solution law by law, and its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.notation import TEXT, name_text
from matdiff.algebra.operators.products import Product, coefficient, multiple
from matdiff.algebra.rewriting import Step
from matdiff.calculus.naming import letter_of
from matdiff.page.equations import SUBJECT_TO, ZERO, asked
from matdiff.page.model import (
    Answer,
    Line,
    Page,
    Pen,
    Section,
    function_of,
    joined,
    nabla,
    plain,
    require_level,
    sign,
    words,
)
from matdiff.page.pieces import shaped, steps_record
from matdiff.solving.alternation import Alternation
from matdiff.solving.problem import Solved

LONG = 10  # signs of a value that is called by its name where it stands in others


def of_solution(found: Solved, steps: str) -> Page:
    """The problem, the conditions, the laws of equations, and the answers."""
    require_level(steps)
    pen = Pen()
    sections = [] if steps == "none" else list(derivation(found, pen))
    return Page(
        head=list(problem(found, pen)),
        parts=[[*sections, *kind(found)]],
        heading="Solution",
        answers=list(answers(found)),
        conditions=found.conditions(),
        subject="every condition and step at the solution",
        record=lambda: record(found),
    )


def of_scheme(found: Alternation, steps: str) -> Page:
    """The problem, the conditions and laws of each step, and what each unknown becomes."""
    require_level(steps)
    pen, first = Pen(), next(iter(found.blocks.values()))
    parts = [] if steps == "none" else [list(derivation(block, pen)) for block in found.blocks.values()]
    told = "each step is the best for its unknown, so that the objective never gets worse"
    words_of = told if found.is_monotone() else "whether every step is the best for its unknown is not proved"
    whole = first._replace(question=found.question)
    return Page(
        head=list(problem(whole, pen)),
        parts=[*parts, [Section("Alternating", [Line(None, words(words_of))])]],
        heading="One round",
        answers=[Answer(plain(found.question.variables[n]), e) for n, e in found.updates().items()],
        conditions=found.conditions(),
        subject="every condition and step",
        record=lambda: {n: record(block) for n, block in found.blocks.items()},
    )


def problem(found: Solved, pen: Pen) -> Iterator[Line]:
    """maximise f(x) = c'x subject to x'x − 1 = 0"""
    q = found.question
    if q.sense == "solve":
        for c in q.constraints:
            yield Line(None, joined([sign("solve ", r"\text{solve}\quad & "), pen(c), ZERO]), reading=c)
        return
    yield from asked(
        found.root or q.objective, q.constraints, q.variables.values(), q.sense, pen, found.lagrangian, q.bounds
    )
    for name, k in q.ranks.items():
        rank = joined([sign("rank ", r"\operatorname{rank} "), plain(q.variables[name]), sign(" ≤ ", r" \le "), str(k)])
        yield Line(None, joined([SUBJECT_TO, rank]))


def derivation(found: Solved, pen: Pen) -> Iterator[Section]:
    """The Lagrangian, its gradients, and the steps of the solution."""
    square = sign(" f²", " f^2")
    has_multipliers = len(found.unknowns) > len(found.question.variables)
    if has_multipliers and found.first is not None:
        line = Line(function_of("L", found.unknowns.values()), pen(found.lagrangian))
        yield Section("Lagrangian", [line])
    name, slack = " L" if has_multipliers else " f" if found.root is None else square, found.slack()
    conditions = [
        Line(None if n in slack else joined([nabla(found.unknowns[n]), name]), joined([pen(g), ZERO]))
        for n, g in found.equations.items()
    ]
    if conditions:
        yield Section("Stationary where", conditions)
    lines = [Line(pen(s.before), pen(s.after), (s.law.title,)) for s in in_names(found)]
    if lines:
        yield Section("Solved", lines)


def in_names(found: Solved) -> Iterator[Step]:
    """The steps of the solution, with the names of the unknowns that have been found in the place of their values."""
    known: dict[Expr, Expr] = {}
    by_unknown = {found.unknowns[n]: found.chosen.values[n] for n in found.chosen.order}
    for s in dict.fromkeys(found.chosen.steps):
        after = named(s.after, known)
        yield s._replace(before=named(s.before, known), after=after)
        if s.before in by_unknown and s.after is by_unknown[s.before] and is_long(s.after):
            known[s.after] = s.before


def is_long(value: Expr) -> bool:
    """Whether the name of an unknown is easier to read than its value."""
    return len(str(value)) >= LONG


def named(e: Expr, known: Mapping[Expr, Expr]) -> Expr:
    """An expression with names for the values of unknowns, also for multiples of a value and as a part of a product."""
    done: dict[Expr, Expr] = {}
    for n in postorder(e) if known else ():
        node = n.rebuild(tuple(done[o] for o in n.operands)) if n.operands else n
        for value, x in known.items():
            (a, b), (c, d) = coefficient(n), coefficient(value)
            if b is d:
                node = multiple(a / c, x)
            elif isinstance(n, Product) and isinstance(value, Product) and (k := place_in(value, n)) is not None:
                others = [done[o] for o in n.operands]
                node = Product.of(*others[:k], x, *others[k + len(value.operands) :])
        done[n] = node
    return done.get(e, e)


def place_in(part: Expr, whole: Expr) -> int | None:
    """Where the factors of a product begin within those of a longer one."""
    count = len(part.operands)
    places = range(len(whole.operands) - count + 1)
    return next((k for k in places if whole.operands[k : k + count] == part.operands), None)


def kind(found: Solved) -> list[Section]:
    """What kind of point it is; nothing of the solution of an equation."""
    return [] if found.question.sense == "solve" else [Section("Kind", list(said(found)))]


def said(found: Solved) -> Iterator[Line]:
    """What kind of point it is, and why."""
    v = found.chosen.verdict
    state = "" if v.proved or v.kind == "stationary" else " (not proved)"
    yield Line(None, words(f"{found.equation + ': ' if found.equation else ''}{v.kind}{state}"))
    if v.reason:
        yield Line(None, words(v.reason if found.root is None else f"of the square in the place of f: {v.reason}"))
    if found.up_to:
        yield Line(None, words(f"up to {found.up_to}"))


def answers(found: Solved) -> Iterator[Answer]:
    """The unknowns of every solution, and the value of the objective."""
    for c in found.candidates:
        known: dict[Expr, Expr] = {}
        for name, x in found.question.variables.items():
            if name in c.values:
                left = found.unknowns[name] if c.values[name].free else x  # each member has its own
                yield Answer(plain(left), named(c.values[name], known))
                known |= {c.values[name]: found.unknowns[name]} if is_long(c.values[name]) else {}
    value = found.value() if found.chosen.values else None
    if value is not None and worth_showing(value):
        yield Answer(
            function_of(letter_of(found.root or found.question.objective), found.question.variables.values()), value
        )


def worth_showing(value: Expr) -> bool:
    """Whether the value of the objective is short enough to tell something."""
    return len(str(value)) <= 120


def record(found: Solved) -> dict[str, Any]:
    """The problem, its solutions, what is known of them, and the steps."""
    v, own = found.chosen.verdict, found.question.variables
    value = found.value() if found.chosen.values else None
    return {
        "sense": found.question.sense,
        "objective": shaped(found.root or found.question.objective),
        "constraints": [shaped(c) for c in found.question.constraints],
        "bounds": [shaped(b) for b in found.question.bounds],
        "unknowns": [name_text(n, TEXT) for n in own],
        "gradients": {n: shaped(g) for n, g in found.equations.items()},
        "solutions": [{n: shaped(c.values[n]) for n in own if n in c.values} for c in found.candidates],
        "multipliers": {n: shaped(e) for n, e in found.chosen.values.items() if n not in own},
        "kind": v.kind,
        "proved": v.proved,
        "reason": v.reason,
        "equation": found.equation,
        "up_to": found.up_to,
        "value": None if value is None else shaped(value),
        **steps_record(found.steps()),
    }
