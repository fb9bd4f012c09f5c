"""Inequalities that bind on some data and not on others, by the conditions of Karush, Kuhn and Tucker.

A sum of functions of one entry each is solved entry by entry: x is what is nearest between the limits.  With one
inequality for a number the multiplier ν tells: it is 0 where it would have the wrong sign.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.activations import Relu
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.extremes import Maximum, Minimum
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.operators.triangular import triangles
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.conditions import size_names
from matdiff.calculus.gradient import gradients
from matdiff.calculus.hessian import hessians
from matdiff.errors import UnsupportedError
from matdiff.solving.constraints import Question, negated
from matdiff.solving.elimination import put
from matdiff.solving.equations import Equation, form_law, fulfilled, sign_of
from matdiff.solving.kinds import WANTED, Verdict, by_curvature
from matdiff.solving.linear import divided_by_scalar
from matdiff.solving.presentation import presented
from matdiff.solving.problem import Candidate, Solved, by_elimination
from matdiff.solving.rational_equations import root_of_first_degree
from matdiff.solving.terms import holding

clipped = form_law(
    "clipped",
    "x is between its limits what is nearest to b",
    "min(max(b, a), a + c) = b + relu(a - b) - relu(b - a - c)",
    where="a, b: n; c: n positive",
)
multiplier_or_zero = form_law(
    "multiplier_or_zero",
    "max(ν, 0) max(−ν, 0) = 0",
    "relu(v)*relu(-v) = 0",
    where="v: scalar",
)


def with_inequalities(question: Question) -> Solved | None:
    """The solution of a problem with inequalities that may bind."""
    if not question.sense:
        return None
    return by_entries(question) or with_binding(question) or with_slackness(question)


# ---- entry by entry ---------------------------------------------------------------------------------------


def by_entries(question: Question) -> Solved | None:
    """The minimum of a sum of convex functions of one entry each, where every entry has limits of its own."""
    if question.constraints or len(question.variables) != 1:
        return None
    ((name, x),) = question.variables.items()
    f, sizes = question.objective, size_names(question.objective)
    found = [limit(b, x, sizes) for b in question.bounds]
    if None in found or not is_separable(f, x):
        return None
    best = without_bounds(question)
    if best is None or best.verdict.kind != WANTED[question.sense] or not best.verdict.proved:
        return None
    lower, upper = ([v for is_lower, v in filter(None, found) if is_lower is side] for side in (True, False))
    value = Maximum.of(best.values[name], *lower)
    value = presented(tidy(Minimum.of(value, *upper)))
    widths = [(f"{a} ≤ {b}", tidy(b - a)) for a in lower for b in upper]
    widths = [(said, w) for said, w in widths if not fulfilled("positive", w, sizes)]
    wanted = WANTED[question.sense]
    said = (
        f"f is a sum of functions of one entry each, with their {wanted} at {best.values[name]} and worse the further "
        f"away, so this is the global {wanted}"
    )
    point = Candidate(
        {name: value},
        tuple(dict.fromkeys((*best.demands, *[said for said, _ in widths]))),
        (Step(clipped, x, value),),
        Verdict(wanted, True, said, best.verdict.unique),
        (name,),
        (*best.needs, *(Sqrt(w) for _, w in widths)),
    )
    return Solved(question, f, None, question.variables, (point,))


def without_bounds(question: Question) -> Candidate | None:
    """The only stationary point of the problem without its inequalities."""
    try:
        found = by_elimination(question._replace(bounds=())).candidates
    except UnsupportedError:
        return None
    return found[0] if len(found) == 1 else None


def is_separable(f: Expr, x: Expr) -> bool:
    """Whether a function is a sum of functions of one entry each."""
    second = hessians(f, {"x": x}).blocks["x", "x"]
    return x.is_scalar or (second.rows is second.cols and all(triangles(second)))


def limit(b: Expr, x: Expr, sizes: Collection[str]) -> tuple[bool, Expr] | None:
    """The limit that b ≥ 0 sets to every entry of x, and whether it is one from below."""
    if b.shape != x.shape:
        return None
    q = Equation(b, x, sizes)
    found = (root_of_first_degree if x.is_scalar else divided_by_scalar)(q)
    slope = tidy(gradients(SumOfEntries.of(b), {"x": x}).gradients["x"])
    if not found or len(found) != 1 or q.holds(slope):
        return None
    is_lower = fulfilled("positive", slope, sizes)
    return (is_lower, found[0].value) if is_lower or fulfilled("positive", tidy(-slope), sizes) else None


# ---- one inequality for a number ------------------------------------------------------------------------------


def with_binding(question: Question) -> Solved | None:
    """The solution where the only inequality binds, since its multiplier has the right sign.

    With g = 0, a convex f + νg and ν ≥ 0 no point with g ≤ 0 is below the solution.
    """
    found = as_equation(question)
    for c in found.candidates if found else ():
        right = sign_of(list(c.values.values())[-1], size_names(question.objective)) in ("positive", "nonnegative")
        if found and right and c.verdict.proved and c.verdict.kind == WANTED[question.sense]:
            reason = f"{c.verdict.reason}; the inequality binds, since its multiplier has the right sign"
            chosen = c._replace(verdict=c.verdict._replace(reason=reason))
            return found._replace(question=question, candidates=(chosen,))
    return None


def as_equation(question: Question) -> Solved | None:
    """The problem with its only inequality as an equation, whose multiplier is not negative where it binds."""
    if len(question.bounds) != 1 or not question.bounds[0].is_scalar or question.constraints:
        return None
    (b,) = question.bounds
    try:
        g = b if question.sense == "maximise" else negated(b)
        return by_elimination(question._replace(constraints=(g,), bounds=()))
    except UnsupportedError:
        return None


def with_slackness(question: Question) -> Solved | None:
    """The solution x(ν) where ν is the multiplier of the only inequality g ≤ 0, or 0 where that is negative.

    f + νg is convex for ν = 0 and for the multiplier ν* with g(x(ν*)) = 0, hence between them, where the dual function
    is concave and has the slope g(x(ν)): for ν* ≤ 0 it follows that g(x(0)) ≤ 0.
    """
    found, free = as_equation(question), without_bounds(question)
    if found is None or free is None or len(question.variables) != 1:
        return None
    ((name, x),) = question.variables.items()
    wanted = WANTED[question.sense]
    right = [c for c in found.candidates if c.verdict.proved and c.verdict.kind == wanted]
    if len(right) != 1 or assumed(x) or not is_curved(question.objective, x, wanted):
        return None
    (c,), (of_bound, nu) = right, next((n, u) for n, u in found.unknowns.items() if n != name)
    alone = c.values[of_bound]
    steps = c.steps[: next((k + 1 for k, s in enumerate(c.steps) if s.before is x), 0)]
    in_nu = steps[-1].after if steps else x
    if in_nu is x or not holding(nu)(in_nu) or not is_curved(put(found.lagrangian, {nu: alone}), x, wanted):
        return None
    multiplier = tidy(Relu(alone))
    values = {name: presented(put(in_nu, {nu: multiplier})), of_bound: multiplier}
    shape = "convex" if wanted == "minimum" else "concave"
    reason = (
        f"the Lagrangian is {shape} with this multiplier, whose sign is right and which is 0 where the inequality does "
        f"not bind (Karush, Kuhn and Tucker), so this is the global {wanted}"
    )
    told = (*steps, Step(multiplier_or_zero, nu, multiplier))
    point = Candidate(values, c.demands, told, Verdict(wanted, True, reason, free.verdict.unique), c.order, c.needs)
    return found._replace(question=question, candidates=(point,))


def is_curved(f: Expr, x: Expr, wanted: str) -> bool:
    """Whether a function is convex, for a minimum, or concave, for a maximum."""
    found = by_curvature(f, {"x": x}, "f")
    return found is not None and found.proved and found.kind == wanted
