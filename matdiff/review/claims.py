"""A claimed derivative as an expression, beside the function: the review of one line."""

from __future__ import annotations

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, symbols
from matdiff.language.declared import Declaration
from matdiff.review.chain import Chain
from matdiff.review.derivatives import derivative
from matdiff.review.judging import Judge, Judged
from matdiff.review.lines import Line
from matdiff.review.report import Review
from matdiff.review.reviewing import reviewed
from matdiff.review.verdicts import WRONG


def claim(f: Expr, value: Expr, unknown: Symbol, order: int = 1, name: str = "f") -> Review:
    """What is to be said of ∇_x f = value, of ∇²_x f for the order 2."""
    judge = Judge("", None, unknown.name)
    for s in dict.fromkeys((*symbols(f), *symbols(value))):
        indices = tuple((f"i{k}", last) for k, last in enumerate(s.ranges, 1))
        judge.scope.declared.table[s.name] = Declaration(s.name, s.shape, s.properties, indices)
    judge.scope.where = judge.scope.given = frozenset(judge.scope.declared)
    text = f"∇{'²' if order == 2 else ''}_{unknown} {name} = {value}"
    line = Line(1, text, (0, len(text)), ())
    chain = judge.chain = Chain(derivative(f, unknown, order), is_derivative=True)
    chain.is_jacobian = f.shape != SCALAR
    return reviewed([judge.compared(line, chain, str(value), value)], judge.scope)


def measured(text: str, verdict: str, said: str) -> Review:
    """The review of a claim that was compared with numbers only."""
    line = Line(1, text, (0, len(text)), ())
    return Review([Judged(line, verdict, said)], "", None, said if verdict == WRONG else "")
