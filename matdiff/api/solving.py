"""Problems solved in closed form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr, Number
from matdiff.api.inputs import Where, unknowns_in
from matdiff.errors import CheckError, UnknownNameError

if TYPE_CHECKING:
    from matdiff.language.problems import Problem
    from matdiff.results.solution import Scheme, Solution
    from matdiff.solving.constraints import Question
    from matdiff.solving.problem import Candidate, Solved


def solve(
    problem: str | Expr,
    wrt: str | Expr | Sequence[str | Expr] | None = None,
    where: Where = None,
    subject_to: str | Sequence[str] = (),
) -> Solution:
    """Solves ``minimise f subject to A x = b`` in closed form: ∇ = 0, law by law, with the kind of the point.

    Without minimise or maximise all stationary points are asked for; ``solve A x = b for x`` solves an equation.
    Raises UnsupportedError with the kind of equation where no law solves it, and CheckError where random instances
    refute a solution.

    >>> solution = solve("minimise ||X w - y||^2 + lam*||w||^2", "w", "lam: scalar positive")
    >>> solution
    w = (lam I + XᵀX)⁻¹Xᵀy
    >>> solution.kind, solution.proved
    ('minimum', True)
    >>> solve("maximise c'x subject to x'x = 1", "x").conditions
    ('c ≠ 0',)
    """
    from matdiff.results.solution import Solution
    from matdiff.solving.methods import solved

    found = solved(_question(problem, wrt, where, subject_to))
    checked, notes = _checked(found)
    return Solution(checked, notes)


def alternate(
    problem: str | Expr,
    wrt: str | Expr | Sequence[str | Expr] | None = None,
    where: Where = None,
    subject_to: str | Sequence[str] = (),
) -> Scheme:
    """The closed form of each of several unknowns where the others are as they are, to be taken in turn.

    ``code`` of it is one round.  Raises what ``solve`` raises.

    >>> alternate("minimise ||Y - U V'||^2", ("U", "V"), "Y: m x n; U: m x k; V: n x k")
    U ← YV(VᵀV)⁻¹
    V ← YᵀU(UᵀU)⁻¹
    """
    from matdiff.results.solution import Scheme
    from matdiff.solving.alternation import alternated

    found = alternated(_question(problem, wrt, where, subject_to))
    checked = {name: _checked(block)[0] for name, block in found.blocks.items()}
    return Scheme(found._replace(blocks=checked))


NO_UNKNOWN = "the problem does not name its unknown"


def _question(
    problem: str | Expr, wrt: str | Expr | Sequence[str | Expr] | None, where: Where, subject_to: str | Sequence[str]
) -> Question:
    """The problem as expressions."""
    from matdiff.language import unknown_in
    from matdiff.language.problems import constraints_beside, read_equations, read_problem
    from matdiff.solving.constraints import Question

    names = () if wrt is None else tuple(str(n) for n in unknowns_in(wrt))
    further = (subject_to,) if isinstance(subject_to, str) else tuple(subject_to)
    if isinstance(problem, Expr):
        if not names:
            raise UnknownNameError(NO_UNKNOWN, suggestion='Name it: wrt="x".')
        variables = {n: unknown_in(problem, n) for n in names}
        return Question(problem, constraints_beside(problem, further, where), variables)
    read = read_equations(problem, where, names) or read_problem(problem, where, names, further)
    names = names or read.names or read.reading.arguments()
    if not names:
        raise UnknownNameError(NO_UNKNOWN, suggestion='Name it: wrt="x".')
    variables = {n: _unknown(read, n) for n in names}
    if read.sense == "solve":
        return Question(Number(0), (read.reading.expr, *read.constraints), variables, "solve")
    f = _without_definitions(read.reading.expr, variables)
    return Question(f, read.constraints, variables, read.sense, read.bounds, read.ranks)


def _without_definitions(e: Expr, unknowns: Mapping[str, Expr]) -> Expr:
    """‖y − Xβ‖² for rᵀr where r = y − Xβ: a law of equations has to see the unknown."""
    from matdiff.algebra.operators.structure import Named
    from matdiff.algebra.walks import remade

    kept = frozenset(unknowns.values())
    made = remade(e, lambda node, now: now.operands[0] if isinstance(node, Named) and node not in kept else now)
    made.facts.update({fact: said for fact, said in e.facts.items() if fact in ("notes", "called")})
    return made


def _unknown(read: Problem, name: str) -> Expr:
    """An unknown of the objective, or one that only the constraints have."""
    from matdiff.algebra.expr import symbols
    from matdiff.language.names import canonical

    for e in (read.reading.expr, *read.constraints):
        for s in symbols(e):
            if s.name == canonical(name):
                return s
    return read.reading.unknown(name)


def _checked(found: Solved) -> tuple[Solved, tuple[str, ...]]:
    """The solutions that random instances bear out, those that were asked for first, and what is to be said of them."""
    from matdiff.numeric.solutions import TOLERANCE
    from matdiff.results.solution import compared

    if not found.chosen.values:
        return found, ()
    kept: list[Candidate] = []
    failure = ""
    for c in found.candidates:
        outcome = compared(found, c, 0, 3)
        if outcome.residual > TOLERANCE:
            failure = f"the conditions are off by {outcome.residual:.1e} at {c.values}"
        elif contradicted(c, outcome.lower, outcome.higher):
            failure = f"there are better points than the {c.verdict.kind} that was found"
        else:
            kept.append(judged(c, found.question.sense, outcome.lower, outcome.higher))
    if not kept:
        raise CheckError(failure)
    return asked_for(found, kept)


def contradicted(c: Candidate, lower: bool, higher: bool) -> bool:
    """Whether the numbers refute what is said to be proved."""
    return c.verdict.proved and ((c.verdict.kind == "minimum" and lower) or (c.verdict.kind == "maximum" and higher))


def judged(c: Candidate, sense: str, lower: bool, higher: bool) -> Candidate:
    """A point whose kind is not proved is what was asked for where no other point is better, as far as is known."""
    from matdiff.solving.kinds import WANTED, Verdict

    if c.verdict.proved or not sense:
        return c
    if lower if sense == "minimise" else higher:
        reason = (
            f"whether it is a {WANTED[sense]} depends on the data: on some random instances other points are better"
        )
        return c._replace(verdict=Verdict("stationary", False, reason))
    reason = "no proof: none of the points that were tried on random instances is better"
    return c._replace(verdict=Verdict(WANTED[sense], False, reason))


def asked_for(found: Solved, kept: list[Candidate]) -> tuple[Solved, tuple[str, ...]]:
    """The candidates of the kind that was asked for; without any all of them, and a note."""
    from matdiff.solving.kinds import WANTED

    wanted = WANTED[found.question.sense]
    right = [c for c in kept if c.verdict.kind == wanted]
    if right or not found.question.sense:
        return found._replace(candidates=tuple(right or kept)), ()
    kind = kept[0].verdict.kind
    note = f"The stationary point is no {wanted} but a {kind}{' point' * (kind == 'saddle')}."
    if kind == "stationary":
        note = f"The stationary point is a {wanted} for some data at most: other points are better on random instances."
    return found._replace(candidates=tuple(kept)), (note,)
