"""Gradients by definitions, states and parts of matrices: each is checked while it varies by itself.

In go a function and its gradients, out comes what differences of the function say about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matdiff.algebra.expr import Expr, Index, Number, Symbol
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member
from matdiff.calculus.parts import is_part, varied_part, whole_of
from matdiff.calculus.varying import freed, projection, symbol_of
from matdiff.numeric.check import Verification, verify


def verify_gradients(
    f: Expr, gradients: Mapping[Expr, Expr], steps: Sequence[Any], seed: int = 0, trials: int = 3
) -> Verification:
    """Checks every step, and every gradient by differences in what its unknown is."""
    answers = dict(gradients)
    pieces = {u: answers.pop(u) for u in gradients if isinstance(u, (Named, Iterate)) or varies_alone(u)}
    varying = [symbol_of(whole_of(u)) for u in pieces if varies_alone(u)]
    found = verify(f, answers, steps, seed=seed, trials=trials, unknowns=[s for s in varying if isinstance(s, Symbol)])
    for piece, g in pieces.items():
        if varies_alone(piece):
            change, varied = varied_part(piece, f)
            answer = change(g)  # the states of a recurrence have one meaning in both
        else:
            change, varied = freed(piece)  # type: ignore[arg-type]
            answer = projection(change(g), varied)
        found = found.joined(verify(change(f), {varied: answer}, seed=seed, trials=trials))
    return found


def varies_alone(unknown: Expr) -> bool:
    """Whether an unknown is a part of a matrix, or a member such as x[N] or R[i, i]."""
    places = unknown.operands[1:] if isinstance(unknown, Member) else ()
    repeated = len(set(places)) < len(places)
    return is_part(unknown) or repeated or any(not isinstance(i, (Index, Number)) for i in places)
