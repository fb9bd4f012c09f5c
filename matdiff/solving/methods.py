"""The ways to solve a problem, in the order in which they are tried: bounds, kinks, elimination, inequalities."""

from __future__ import annotations

from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.conditions import size_names
from matdiff.errors import UnsupportedError
from matdiff.solving.bounds import attained
from matdiff.solving.constraints import Question, in_standard_form
from matdiff.solving.inequalities import with_inequalities
from matdiff.solving.nearest import least
from matdiff.solving.problem import Solved, by_bound, by_elimination, by_equations


def solved(question: Question) -> Solved:
    """Solves a problem; raises UnsupportedError with the kind of equation where no law does."""
    if question.sense == "solve":
        return by_equations(question)
    question = in_standard_form(question)
    is_plain = bool(question.sense) and not question.bounds and not any(map(assumed, question.variables.values()))
    bound = attained(*question[:4]) if is_plain else None
    if question.sense and len(question.variables) == 1 and not (question.constraints or question.bounds):
        f, (x,) = question.objective, question.variables.values()
        bound = bound or least(f, x, question.sense, size_names(f))
    if bound is not None:
        return by_bound(question, bound)
    try:
        return by_elimination(question)
    except UnsupportedError:
        found = with_inequalities(question) if question.bounds else None
        if found is None:
            raise
        return found
