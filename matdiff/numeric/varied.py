"""Gradients by definitions, states and parts of matrices: each is checked while it varies by itself.

In go a function and its gradients, out comes what differences of the function say about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.structure import Named
from matdiff.calculus.parts import is_part, varied_part, whole_of
from matdiff.calculus.varying import freed, projection, symbol_of
from matdiff.numeric.check import Verification, verify


def verify_gradients(
    f: Expr, gradients: Mapping[Expr, Expr], steps: Sequence[Any], seed: int = 0, trials: int = 3
) -> Verification:
    """Checks every step, and every gradient by differences in what its unknown is."""
    answers = dict(gradients)
    pieces = {u: answers.pop(u) for u in gradients if isinstance(u, Named | Iterate) or is_part(u)}
    varying = [symbol_of(whole_of(u)) for u in pieces if is_part(u)]
    found = verify(f, answers, steps, seed=seed, trials=trials, unknowns=[s for s in varying if isinstance(s, Symbol)])
    for piece, g in pieces.items():
        if is_part(piece):
            change, varied = varied_part(piece, f)
            answer = g
        else:
            change, varied = freed(piece)  # type: ignore[arg-type]
            answer = projection(change(g), varied)
        found = found.joined(verify(change(f), {varied: answer}, seed=seed, trials=trials))
    return found
