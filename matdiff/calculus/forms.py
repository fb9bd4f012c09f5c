"""The differential of an expression of any shape, as on paper: the lines of the laws of d, and what is left of them."""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS, TIDYING
from matdiff.algebra.operators.differentials import holds_differential
from matdiff.algebra.operators.products import zero
from matdiff.algebra.rewriting import Simplifier
from matdiff.calculus.blocks import grouped
from matdiff.calculus.derivation import Block, Gradients, Phase, give
from matdiff.calculus.differential import Dependence, Differentiation
from matdiff.calculus.gradient import resolved
from matdiff.calculus.parts import require_wholes

RESULT = "d"


def differential_form(f: Expr, unknowns: Mapping[str, Expr]) -> Gradients:
    """dF in terms of the differentials of the unknowns; the answer is the only one of the ``gradients``."""
    require_wholes(unknowns.values(), "the differential")
    depends = Dependence(unknowns.values())
    if not depends(f):
        return Gradients(f, dict(unknowns), {RESULT: zero(f.shape)}, {}, ())
    f = grouped(f, list(postorder(f)))
    whole, lines = resolved(f, Differentiation(depends), Simplifier(TIDYING, holds_differential))
    simple, steps = Simplifier(SIMPLIFICATIONS)(whole)
    phases = [lines, Phase("Simplified", None, whole, (tuple(steps),))] if steps else [lines]
    give(f)
    return Gradients(f, dict(unknowns), {RESULT: simple}, {}, (Block(f, "f", tuple(phases)),))
