"""Sums in which terms cancel when products are multiplied out, and sums over one index that are joined.

Multiplying out makes a sum longer, factoring makes it shorter; so a product is multiplied out only where
the result, like terms collected, is shorter than before, and both kinds of law come to rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product as choices
from math import prod

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Identity, Number, Ones, Zeros, fact
from matdiff.algebra.identities.factoring import Term, join, key, like_terms, split
from matdiff.algebra.identities.indexed import substitute_index
from matdiff.algebra.identities.powers import equal_bases
from matdiff.algebra.laws import Law, identity
from matdiff.algebra.operators.products import Hadamard, Product, Sum, Transpose, coefficient, multiple
from matdiff.algebra.operators.reductions import count
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries

MOST_TERMS = 12  # what is multiplied out must not become longer than this
LARGEST = 10**9

# ---- multiplying out --------------------------------------------------------------------------------


def weight(e: Expr) -> int:
    """How long an expression is."""
    return fact("weight", e, _weight)


def _weight(e: Expr, below: list[int]) -> int:
    own = 0 if isinstance(e, Product | Hadamard) or coefficient(e)[0] == -1 else 1
    return min(LARGEST, own + sum(below))


def addends(e: Expr) -> tuple[Expr, ...] | None:
    """The terms of a sum, or of the transpose of one."""
    if isinstance(e, Transpose) and isinstance(e.operands[0], Sum):
        return tuple([t.operands[0] if isinstance(t, Transpose) else Transpose(t) for t in e.operands[0].operands])
    return e.operands if isinstance(e, Sum) else None


def opened(e: Expr) -> list[Term] | None:
    """The terms of a product that has sums as factors; None where it has none, or too many terms come of it."""
    number, scalars, factors, chain = split(e)
    open_scalars = [addends(s) or (s,) for s in scalars]
    open_factors = [addends(f) or (f,) for f in factors]
    terms = prod(map(len, (*open_scalars, *open_factors)))
    if not 1 < terms <= MOST_TERMS:
        return None
    made = []
    for chosen in choices(*open_scalars, *open_factors):
        made.append(_together(number, chosen[: len(scalars)], chosen[len(scalars) :], chain))
    return made


def _together(number: Fraction, scalars: Sequence[Expr], factors: Sequence[Expr], chain: bool) -> Term:
    """A product of scalars and factors as a term, its scalars in front."""
    above: list[Expr] = []
    below: list[Expr] = []
    for e, group in [*[(s, above) for s in scalars], *[(f, below) for f in factors]]:
        part = split(Transpose(e.operands[0]) if False else e)
        number *= part.number
        above.extend(part.scalars)
        if part.chain is chain or len(part.factors) == 1 or group is above:
            group.extend(part.factors)
        elif part.factors:
            group.append(join(Term(Fraction(1), (), part.factors, part.chain)))
    return Term(number, tuple(above), tuple(below), chain)
