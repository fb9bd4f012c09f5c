"""Two values in, how they compare out: proved equal, equal on random instances, different, or undecided."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from functools import lru_cache

from matdiff import regex as re
from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Number, postorder, replace, symbols
from matdiff.algebra.operators.products import Product, Scale
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.calculus.equality.proof import Proof, prove
from matdiff.errors import CheckError, MatdiffError
from matdiff.numeric.comparison import Pair
from matdiff.numeric.differences import ratio
from matdiff.numeric.evaluate import evaluate
from matdiff.records import NamedTuple

TRIALS = 3


class Outcome(NamedTuple):
    """How two values compare: *equal* is None where that is not known.

    *decides* where the one that a text has is from then on what sides should be.
    """

    equal: bool | None
    proof: Proof | None = None
    convention: str = ""
    decides: bool = False


@lru_cache(maxsize=1 << 12)
def compared(a: Expr, b: Expr) -> Outcome:
    """Whether two values of one shape are equal wherever both exist.

    The first instance on which they differ decides: most pairs that are compared for a diagnosis differ.  Samples of
    all signs and magnitudes are for what has no proof, or one under conditions.
    """
    if a.shape != b.shape:
        return Outcome(False)
    if a is b:
        return Outcome(True, prove(a, b))
    pair = Pair(a, b)
    try:
        if next(pair.differing(TRIALS), None) is not None:
            return Outcome(False)
        proof = prove(a, b)
        if (proof is None or proof.conditions()) and pair.samples().apart:
            return Outcome(False)
    except CheckError:
        proof = prove(a, b)
        return Outcome(True if proof else None, proof)
    except MatdiffError:
        return Outcome(None)
    return Outcome(True, proof)


def is_rounded(truth: Expr, value: Expr, side: str) -> bool:
    """Whether a number is another one up to half a unit in the last place that is written: 4.6/3 = 1.533."""
    digits = re.fullmatch(r"\s*[-−]?\s*\d*\.(\d+)\s*", side)
    if digits is None or symbols(truth) or truth.shape != SCALAR:
        return False
    return abs(float(evaluate(truth, {})) - float(evaluate(value, {}))) <= 0.51 * 10.0 ** -len(digits[1])


def is_right(value: Expr, truth: Expr) -> bool:
    """Whether a value is known to be what it should be."""
    return value.shape == truth.shape and compared(value, truth).equal is True


def factor(value: Expr, truth: Expr) -> Fraction | None:
    """The number by which a value has to be multiplied to be what it should be, found on one random instance."""
    if value.shape != truth.shape:
        return None
    pair = Pair(value, truth)
    with suppress(MatdiffError):
        for instance in pair.differing(1):
            given, meant = pair.program.results(instance.environment)
            found = ratio(meant, given)
            return found if is_right(value * found, truth) else None
    return None


def is_multiple(one: Expr, other: Expr) -> bool:
    """Whether an expression is another one times a number."""
    return is_right(one, other) or factor(one, other) is not None


def without_constants(e: Expr) -> Expr:
    """An expression in which symbols that are called const are 0."""
    named = (s for s in symbols(e) if s.name in ("const", "constant") and s.shape == SCALAR)
    return replace(e, {s: Number(0) for s in named})


def spread(e: Expr, beside: Expr | None = None) -> bool:
    """Whether a letter or a row is spread over a matrix in an expression: c 11ᵀ, 1xᵀ of x − μ with a matrix μ.

    And is not so in what stands *beside* it, as the bias of XW + b in all that is made of it.
    """
    known = frozenset(postorder(beside)) if beside is not None else frozenset()
    return any(
        ONE not in node.shape and isinstance(node.operands[1], Ones) and node.operands[0].number is None
        if isinstance(node, Scale)
        else isinstance(node, Product) and isinstance(node.operands[0], Ones) and node.cols is not ONE
        for node in postorder(e)
        if node not in known
    )


def diagonal_of(e: Expr) -> Expr:
    """A ∘ I: a square matrix with its diagonal alone."""
    return DiagonalMatrix.of(DiagonalVector.of(e))
