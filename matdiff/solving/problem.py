"""A problem in, its stationary points out: the Lagrangian, its conditions, their solution, its kind and its value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from matdiff.algebra.expr import Expr, Symbol, replace
from matdiff.algebra.operators.products import Transpose, coefficient
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.rewriting import Step
from matdiff.calculus.conditions import size_names
from matdiff.calculus.derivation import Gradients
from matdiff.calculus.gradient import gradients
from matdiff.calculus.stationary import lagrangian_of
from matdiff.solving.bounds import Bound, attained
from matdiff.solving.elimination import Branch, eliminated
from matdiff.solving.equations import Demand, fulfilled, in_words
from matdiff.solving.kinds import WANTED, Verdict, verdict
from matdiff.solving.terms import tidy

DEFINITE = {"spd": "definite", "positive": "positive"}


class Question(NamedTuple):
    """minimise or maximise an objective, or neither, where the constraints are zero."""

    objective: Expr
    constraints: tuple[Expr, ...]
    variables: Mapping[str, Expr]
    sense: str = ""


class Candidate(NamedTuple):
    """A stationary point: the unknowns and the multipliers by name, in terms of the data.

    demands   where it exists, in words
    steps     how it was found
    verdict   what kind it is
    order     the names in the order in which they were found
    needs     what has to have an inverse, where the steps do not show it
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
    """

    question: Question
    lagrangian: Expr
    first: Gradients | None
    unknowns: Mapping[str, Expr]
    candidates: tuple[Candidate, ...]
    equation: str = ""
    up_to: str = ""

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return (self.question.objective, *self.question.constraints)

    @property
    def equations(self) -> Mapping[str, Expr]:
        """What is zero at a stationary point."""
        return {} if self.first is None else self.first.gradients

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
        if not self.candidates or not self.chosen.values:
            return None
        known = {self.unknowns[n]: e for n, e in self.chosen.values.items()}
        return tidy(replace(self.question.objective, known.get))


def solved(question: Question) -> Solved:
    """Solves a problem; raises UnsupportedError with the kind of equation where no law does."""
    question = with_declared_symmetry(question)
    bound = attained(*question) if question.sense else None
    if bound is not None:
        return by_bound(question, bound)
    lagrangian, multipliers = lagrangian_of(question.objective, question.constraints)
    unknowns: dict[str, Expr] = {**question.variables, **multipliers}
    first = gradients(lagrangian, unknowns)
    sizes = size_names(lagrangian)
    branches = eliminated(first.gradients, unknowns, sizes)
    candidates = [candidate(question, lagrangian, unknowns, b) for b in branches]
    wanted = WANTED[question.sense]
    candidates.sort(key=lambda c: c.verdict.kind != wanted)
    return Solved(question, lagrangian, first, unknowns, tuple(candidates))


def by_bound(question: Question, bound: Bound) -> Solved:
    """A problem whose solution attains a bound."""
    only = next(iter(question.variables))
    values = {only if n == "x" else n: e for n, e in bound.values.items()}
    found = Verdict(WANTED[question.sense], bound.proved, bound.reason)
    point = Candidate(values, bound.conditions, bound.steps, found, tuple(values), bound.needs)
    lagrangian, _ = lagrangian_of(question.objective, question.constraints)
    return Solved(question, lagrangian, None, question.variables, (point,), bound.equation, bound.up_to)


def candidate(question: Question, lagrangian: Expr, unknowns: Mapping[str, Expr], branch: Branch) -> Candidate:
    """A solution of the equations with what is known of it."""
    sizes = size_names(lagrangian)
    values = {name: root.value for name, root in branch.roots}
    known = {unknowns[n]: v for n, v in values.items()}
    in_turn = {unknowns[n]: root.steps[-1].after for n, root in branch.roots}
    multipliers = {unknowns[n]: v for n, v in values.items() if n not in question.variables}
    own = {n: u for n, u in question.variables.items() if n in values}
    found = verdict(tidy(replace(lagrangian, multipliers.get)), own, in_turn, tuple(values), bool(question.constraints))
    demands = [d for _, root in branch.roots for d in root.conditions]
    words = in_words(demands, known, sizes) + in_domain(own, values, sizes)
    steps = tuple(s for _, root in branch.roots for s in root.steps)
    return Candidate(values, tuple(dict.fromkeys(words)), steps, found, tuple(values))


def in_domain(variables: Mapping[str, Expr], values: Mapping[str, Expr], sizes: frozenset[str]) -> tuple[str, ...]:
    """What must hold so that a solution has the properties that its unknown was declared with."""
    found = []
    for name, x in variables.items():
        for declared, word in DEFINITE.items():
            value = values[name]
            if declared in assumed(x) and (word == "definite" or x.is_scalar) and not fulfilled(word, value, sizes):
                found.append(Demand(value, word).said())
    return tuple(found)


def with_declared_symmetry(question: Question) -> Question:
    """A constraint X = Xᵀ says that X is symmetric: it varies among such matrices, without a multiplier."""
    for c in question.constraints:
        for name, x in question.variables.items():
            if isinstance(x, Symbol) and is_symmetry(c, x):
                y = Symbol(x.name, x.shape, x.properties | {"symmetric"}, x.ranges)
                swap = partial(exchanged, {x: y})
                return with_declared_symmetry(
                    question._replace(
                        objective=replace(question.objective, swap),
                        constraints=tuple(replace(d, swap) for d in question.constraints if d is not c),
                        variables={**question.variables, name: y},
                    )
                )
    return question


def exchanged(by: Mapping[Expr, Expr], node: Expr) -> Expr | None:
    """What stands in the place of a node."""
    return by.get(node)


def is_symmetry(c: Expr, x: Symbol) -> bool:
    """Whether a constraint is X − Xᵀ = 0."""
    terms = dict(coefficient(t)[::-1] for t in c.operands) if len(c.operands) == 2 else {}
    numbers = [terms.get(x), terms.get(Transpose(x))]
    return None not in numbers and sum(n for n in numbers if n is not None) == 0
