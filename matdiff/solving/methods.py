"""The ways to solve a problem, in the order in which they are tried: bounds, kinks, elimination, inequalities."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Power
from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.conditions import size_names
from matdiff.errors import UnsupportedError
from matdiff.solving.bounds import attained
from matdiff.solving.constraints import Question, in_standard_form, with_usual_properties
from matdiff.solving.frames import of_rank
from matdiff.solving.inequalities import with_inequalities
from matdiff.solving.nearest import least
from matdiff.solving.problem import Solved, by_bound, by_elimination, by_equations


def solved(question: Question) -> Solved:
    """Solves a problem; raises UnsupportedError with the kind of equation where no law does."""
    if question.sense == "solve":
        return by_equations(question)
    square = without_root(question.objective) if question.sense else question.objective
    if square is not question.objective:
        return solved(question._replace(objective=square))._replace(root=question.objective)
    question = in_standard_form(question)
    if question.ranks:
        return of_given_rank(question)
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
        found = with_inequalities(question) if question.bounds else under_usual_properties(question)
        if found is None:
            raise
        return found


def without_root(f: Expr) -> Expr:
    """‖a‖² for ‖a‖, and a for √a: they are least and largest at the same points."""
    return Power.of(f, Number(2)) if isinstance(f, Norm) else f.operands[0] if isinstance(f, Sqrt) else f


def of_given_rank(question: Question) -> Solved:
    """A problem with a rank that is at most k."""
    is_plain = bool(question.sense) and not (question.constraints or question.bounds)
    bound = of_rank(question.objective, question.variables, question.ranks, question.sense) if is_plain else None
    if bound is None:
        raise UnsupportedError("of the problems with a given rank the nearest matrix, min ‖B − X‖², has a closed form")
    return by_bound(question, bound)


def under_usual_properties(question: Question) -> Solved | None:
    """An eigenvalue problem whose matrices are symmetric and definite, as is custom without being said; it is now."""
    if not question.sense or any(map(assumed, question.variables.values())):
        return None
    question, said = with_usual_properties(question)
    bound = attained(*question[:4]) if said else None
    return None if bound is None else by_bound(question, bound._replace(conditions=(*said, *bound.conditions)))
