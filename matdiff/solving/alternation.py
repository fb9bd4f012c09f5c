"""A problem solved for one unknown after the other, again and again: each step is the best with the others as they are.

‖Y − UVᵀ‖²:  U ← YV(VᵀV)⁻¹,  V ← YᵀU(UᵀU)⁻¹
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.expr import Expr
from matdiff.algebra.rewriting import Step
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple
from matdiff.solving.constraints import Question, in_standard_form
from matdiff.solving.elimination import put
from matdiff.solving.kinds import WANTED
from matdiff.solving.methods import solved
from matdiff.solving.problem import Solved
from matdiff.solving.terms import holding


class Alternation(NamedTuple):
    """A problem, and its solution for each unknown where the others are data."""

    question: Question
    blocks: Mapping[str, Solved]

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return (self.question.objective, *self.question.constraints)

    def steps(self) -> tuple[Step, ...]:
        """The gradients law by law, and then the laws of equations, of each unknown."""
        return tuple(dict.fromkeys(s for found in self.blocks.values() for s in found.steps()))

    def conditions(self) -> tuple[str, ...]:
        """Where the steps exist, in words."""
        return tuple(dict.fromkeys(c for found in self.blocks.values() for c in found.conditions()))

    def updates(self) -> Mapping[str, Expr]:
        """What each unknown becomes, in terms of the others."""
        return {n: found.chosen.values[n] for n, found in self.blocks.items()}

    def sweep(self) -> Mapping[str, Expr]:
        """What each unknown becomes in one round, in terms of the unknowns before it that have not been renewed."""
        known: dict[Expr, Expr] = {}
        renewed: dict[str, Expr] = {}
        for name, value in self.updates().items():
            renewed[name] = put(value, known)
            known[self.blocks[name].unknowns[name]] = renewed[name]
        return renewed

    def is_monotone(self) -> bool:
        """Whether no step can make the objective worse."""
        wanted = WANTED[self.question.sense]
        found = [block.chosen.verdict for block in self.blocks.values()]
        return all(v.proved and v.kind == wanted for v in found)


def alternated(question: Question) -> Alternation:
    """Solves a problem for each of its unknowns; raises UnsupportedError with the kind of equation where none does."""
    question = in_standard_form(question)
    if len(question.variables) < 2:
        raise UnsupportedError("one unknown does not alternate", suggestion='Name two or more: wrt=("U", "V").')
    blocks = {}
    for name, x in question.variables.items():
        constraints, bounds = (
            tuple(c for c in some if holding(x)(c)) for some in (question.constraints, question.bounds)
        )
        own = Question(question.objective, constraints, {name: x}, question.sense, bounds)
        blocks[name] = solved(own)
        if not blocks[name].chosen.values:
            raise UnsupportedError(f"there is no closed form of {name} for the others: {blocks[name].equation}")
    return Alternation(question, blocks)
