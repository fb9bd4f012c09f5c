"""A problem in, its stationary points out: the Lagrangian, its conditions, their solution, its kind and its value."""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.expr import Expr, Symbol, postorder
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.norms import inner
from matdiff.algebra.operators.products import Hadamard, Sum
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.conditions import size_names
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of
from matdiff.calculus.derivation import Gradients
from matdiff.calculus.gradient import gradients
from matdiff.calculus.stationary import lagrangian_of
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple
from matdiff.solving.constraints import Question
from matdiff.solving.elimination import Branch, eliminated, put
from matdiff.solving.equations import Demand, fulfilled, in_words, sign_of
from matdiff.solving.kinds import WANTED, Verdict
from matdiff.solving.presentation import presented
from matdiff.solving.quadratics import HALF, Bound, curvature
from matdiff.solving.signs import Signs, in_signs, under_signs

LONG = 40  # signs of a value that may be shorter after its square has been completed


class Candidate(NamedTuple):
    """A stationary point: the unknowns and the multipliers by name, in terms of the data.

    demands   where it exists, in words
    steps     how it was found
    verdict   what kind it is
    order     the names in the order in which they were found
    needs     what has to have a value, where the steps do not show it
    """

    values: Mapping[str, Expr]
    demands: tuple[str, ...]
    steps: tuple[Step, ...]
    verdict: Verdict
    order: tuple[str, ...]
    needs: tuple[Expr, ...] = ()


class Solved(NamedTuple):
    """A problem with its stationary points.

    question    as it was asked
    lagrangian  f + Σ ⟨ν, c⟩, or f
    first       the derivation of its gradients
    unknowns    the variables, then the multipliers
    candidates  the stationary points
    equation    what kind of problem it is, where there is a name for it
    up_to       what may be changed in a solution: sign, scale or rotation
    root        the objective as it was asked for, where all this is about its square
    """

    question: Question
    lagrangian: Expr
    first: Gradients | None
    unknowns: Mapping[str, Expr]
    candidates: tuple[Candidate, ...]
    equation: str = ""
    up_to: str = ""
    root: Expr | None = None

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return (self.question.objective, *self.question.constraints, *self.question.bounds)

    @property
    def equations(self) -> Mapping[str, Expr]:
        """What is zero at a stationary point: the gradients, and νg for an inequality with the multiplier ν."""
        slopes = {} if self.first is None else self.first.gradients
        return {n: Hadamard.of(self.unknowns[n], g) if n in self.slack() else g for n, g in slopes.items()}

    def slack(self) -> tuple[str, ...]:
        """The multipliers of inequalities."""
        return tuple(self.unknowns)[len(self.question.variables) + len(self.question.constraints) :]

    @property
    def chosen(self) -> Candidate:
        """The stationary point that was asked for: the first one."""
        return self.candidates[0]

    def steps(self) -> tuple[Step, ...]:
        """The gradients law by law, and then the laws of equations."""
        own = () if self.first is None else self.first.steps()
        return own + tuple(dict.fromkeys(s for c in self.candidates[:1] for s in c.steps))

    def conditions(self) -> tuple[str, ...]:
        """Where the solution exists, in words."""
        return tuple(dict.fromkeys(d for c in self.candidates[:1] for d in c.demands))

    def value(self) -> Expr | None:
        """The objective at the solution."""
        if not self.candidates or not self.chosen.values or self.question.sense == "solve":
            return None
        known = {self.unknowns[n]: e for n, e in self.chosen.values.items()}
        value = presented(put(self.root or self.question.objective, known))
        is_free = self.first is not None and self.root is None and len(self.unknowns) == 1
        if not is_free or self.question.bounds or len(str(value)) <= LONG:
            return value
        completed = by_completing_the_square(self.question.objective, *next(iter(known.items())))
        return value if completed is None else min(value, completed, key=lambda e: len(str(e)))


def by_completing_the_square(f: Expr, x: Expr, value: Expr) -> Expr | None:
    """f(0) + ½⟨∇f(0), x⟩, the value of a quadratic function where its gradient is 0."""
    found = curvature(f, x) if isinstance(x, Symbol) and not x.ranges else None
    if found is None:
        return None
    _, slope, constant = found
    linear = Hadamard.of(slope, value) if x.is_scalar else inner(slope, value)
    return presented(tidy(Sum.of(constant, Hadamard.of(HALF, linear))))


def by_elimination(question: Question) -> Solved:
    """The Lagrangian, its gradients, and these solved for one unknown after the other."""
    lagrangian, multipliers = lagrangian_of(question.objective, question.constraints)
    unknowns: dict[str, Expr] = {**question.variables, **multipliers}
    first = gradients(lagrangian, unknowns)
    unknowns = {n: member_in(first.gradients[n], u) for n, u in unknowns.items()}
    branches = eliminated(first.gradients, unknowns, size_names(lagrangian))
    candidates = [candidate(question, lagrangian, unknowns, b) for b in branches]
    wanted = WANTED[question.sense]
    for c in candidates if question.bounds else ():
        require_slack(question, unknowns, c)
        if question.sense and c.verdict.proved and c.verdict.kind != wanted:
            raise UnsupportedError(
                f"the stationary point is a {c.verdict.kind}, so that a {wanted} can only be where an inequality binds",
                suggestion="That is a problem of complementary slackness (KKT), which has no closed form in general.",
            )
    candidates.sort(key=lambda c: c.verdict.kind != wanted)
    return Solved(question, lagrangian, first, unknowns, tuple(candidates))


def by_equations(question: Question) -> Solved:
    """Equations solved for one unknown after the other."""
    unknowns, constraints = dict(question.variables), question.constraints
    if len(constraints) != len(unknowns):
        said = f"{len(constraints)} equation{'s' * (len(constraints) > 1)} for {len(unknowns)} unknowns"
        raise UnsupportedError(f"as many equations as unknowns can be solved, here are {said}")
    sizes = frozenset[str]().union(*map(size_names, constraints))
    branches = eliminated(dict(zip(unknowns, constraints, strict=True)), unknowns, sizes)
    points = tuple(candidate(question, constraints[0], unknowns, b) for b in branches)
    return Solved(question, constraints[0], None, unknowns, points)


def member_in(gradient: Expr, x: Expr) -> Expr:
    """The general member of a family that a gradient is about; what is no family stays as it is."""
    if not isinstance(x, Symbol) or not x.ranges:
        return x
    members = (n for n in postorder(gradient) if isinstance(n, Member) and n.operands[0] is x)
    return next((n for n in members if n.free == gradient.free == frozenset(n.operands[1:])), x)


def require_slack(question: Question, unknowns: Mapping[str, Expr], c: Candidate) -> bool:
    """Whether inequalities hold at a solution that was found without them, so that none of them binds.

    Raises UnsupportedError where that depends on the data.
    """
    sizes = size_names(question.objective)
    for b in question.bounds:
        value = put(b, {unknowns[n]: v for n, v in c.values.items()})
        low = entries_of(BothSigns(sizes), value).interval
        if not (low.is_nonnegative or low.is_positive):
            raise UnsupportedError(
                f"which inequalities bind depends on the data: without {b} ≥ 0 it would be {value}",
                suggestion="That is a problem of complementary slackness (KKT), which has no closed form in general.",
            )
    return True


def by_bound(question: Question, bound: Bound) -> Solved:
    """A problem whose solution attains a bound."""
    only = next(iter(question.variables))
    values = {only if n == "x" else n: e for n, e in bound.values.items()}
    found = Verdict(WANTED[question.sense], bound.proved, bound.reason)
    point = Candidate(values, bound.conditions, bound.steps, found, tuple(values), bound.needs)
    lagrangian, _ = lagrangian_of(question.objective, question.constraints)
    return Solved(question, lagrangian, None, question.variables, (point,), bound.equation, bound.up_to)


def candidate(question: Question, lagrangian: Expr, unknowns: Mapping[str, Expr], branch: Branch) -> Candidate:
    """A solution of the equations with what is known of it; of equations alone it is what was asked for."""
    sizes = size_names(lagrangian)
    values = {name: presented(root.value) for name, root in branch.roots}
    in_turn = {unknowns[n]: root.steps[-1].after for n, root in branch.roots}
    multipliers = {unknowns[n]: v for n, v in values.items() if n not in question.variables}
    own = {n: u for n, u in question.variables.items() if n in values}
    signs: Signs = {}
    if question.sense == "solve":
        found = Verdict("solution", True)
    else:
        f, wanted = put(lagrangian, multipliers), WANTED[question.sense]
        found, signs = under_signs(f, own, in_turn, tuple(values), bool(question.constraints), wanted)
    demands = [d._replace(about=in_signs(d.about, signs)) for _, root in branch.roots for d in root.conditions]
    signed = {n: in_signs(v, signs) for n, v in values.items()}
    words = [Demand(c, "positive").said() for c in signs]
    numbers = {c: e for e, c in signs.items()}
    words += in_words(demands, {unknowns[n]: v for n, v in signed.items()}, sizes, lambda e: in_signs(e, numbers))
    words += in_domain(own, values, signed, sizes)
    steps = tuple(s for _, root in branch.roots for s in root.steps)
    return Candidate(values, tuple(dict.fromkeys(words)), steps, found, tuple(values), tuple(map(Sqrt, signs)))


def in_domain(
    variables: Mapping[str, Expr], values: Mapping[str, Expr], signed: Mapping[str, Expr], sizes: frozenset[str]
) -> tuple[str, ...]:
    """What must hold so that a solution has the properties that its unknown was declared with.

    The values are looked at with the numbers positive that have to be, *signed*, and told as they are.
    Raises UnsupportedError for a semidefinite unknown whose solution need not be semidefinite.
    """
    found = []
    for name, x in variables.items():
        known, value, seen = assumed(x), values[name], signed[name]
        if "spd" in known:
            found += [] if fulfilled("definite", seen, sizes) else [Demand(value, "definite").said()]
        elif "psd" in known and sign_of(seen, sizes) not in ("positive definite", "positive semidefinite"):
            raise UnsupportedError(f"if {x} need not be semidefinite it would be {value}, which need not be either")
        if known & {"positive", "nonnegative"}:
            low = entries_of(BothSigns(sizes), seen).interval
            sign = ">" if "positive" in known else "≥"
            which = "" if x.is_scalar else "every entry of "
            is_known = low.is_positive or (low.is_nonnegative and sign == "≥") or sign_of(seen, sizes) == "positive"
            found += [] if is_known else [f"{which}{value} {sign} 0"]
    return tuple(found)
