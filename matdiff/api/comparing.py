"""Two expressions, compared: a proof, a counterexample, or neither."""

from __future__ import annotations

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr
from matdiff.calculus.equality.proof import prove
from matdiff.errors import CheckError
from matdiff.numeric.comparison import compare, where_defined
from matdiff.results.equality import Equality

PROVED = {
    "identical": "since they are the same up to the order of terms",
    "simplification": "proved by simplification",
    "normal form": "proved by the normal form",
    "common denominator": "proved by the normal form over a common denominator",
}


def compared(left: Expr, right: Expr, seed: int = 0, trials: int = 5) -> Equality:
    """Whether two expressions are equal wherever both have a value: proved, refuted by numbers, or neither."""
    if left.shape != right.shape:
        shapes = f"the left side is {shape_text(left.shape)}, the right side is {shape_text(right.shape)}"
        return Equality(left, right, False, f"different: {shapes}")
    proof = prove(left, right)
    if proof is not None:
        where = where_defined(left, right, seed)
        return Equality(left, right, True, f"equal{where and ' ' + where}, {PROVED[proof.method]}", proof)
    try:
        found = compare(left, right, seed, trials)
    except CheckError as error:
        return Equality(left, right, None, f"undecided: there is no proof, and {error.message}")
    where = found.where and f" {found.where}"
    if found.counterexample is not None:
        message = "different: there is a counterexample" + (f"; equal on samples{where}" if where else "")
        return Equality(left, right, False, message, None, found.counterexample)
    message = f"equal on {found.trials} random instances{where}{'; ' if where else ', '}no proof"
    return Equality(left, right, None, message, trials=found.trials)
