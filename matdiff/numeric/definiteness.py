"""What the eigenvalues of random instances say about a certificate of definiteness.

In goes a derivation of second order, out comes its certificate; one that a number refutes, or that no instance could
be found for, is withheld.
"""

from __future__ import annotations

import numpy as np

from matdiff.algebra.expr import Expr
from matdiff.calculus.definiteness.certificate import UPWARDS, Certificate, certificate_of
from matdiff.calculus.hessian import Hessians
from matdiff.errors import CheckError
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array
from matdiff.numeric.instances import Sampler
from matdiff.numeric.program import Program

SMALL = 1e-7  # relative to the largest entry, as large as rounding can make an eigenvalue that is 0


def certified(found: Hessians) -> Certificate | None:
    """The certificate of a Hessian, which random instances have been asked about; None where it cannot be given."""
    known = certificate_of(found)
    if known is None:
        return None
    try:
        return None if refutation(known.kind, found.whole(), found.function) else known
    except CheckError:  # no instance: what has not been checked is not said
        return None


def refutation(kind: str, e: Expr, function: Expr, seed: int = 0, trials: int = 3) -> str:
    """What random values of the symbols say against a claim about a symmetric matrix; empty where nothing does."""
    program = Program([e, function], lenient=True)
    sampler, draws, start = Sampler(program, ()), Draws(seed), 0
    for _ in range(trials):
        instance = sampler.instance(draws, start)
        start = instance.attempt + 1
        wrong = against(kind, instance.values[program.place[e]])
        if wrong:
            return f"{e} is not {kind}: {wrong}"
    return ""


def against(kind: str, values: Array) -> str:
    """What the eigenvalues of some matrices say against a claim."""
    turned = np.swapaxes(values, -1, -2)
    size = max(1e-300, float(np.abs(values).max(initial=0.0)))
    if kind == "zero":
        return f"it has an entry of size {size:.1e}" if size > SMALL else ""
    if float(np.abs(values - turned).max(initial=0.0)) > SMALL * size:
        return "it is not symmetric"
    eigenvalues = np.linalg.eigvalsh((values + turned) / 2)
    if kind not in UPWARDS:
        eigenvalues = -eigenvalues
    least = float(eigenvalues.min(initial=np.inf))
    return f"an eigenvalue has the wrong sign, {least:.1e}" if least < -SMALL * size else ""
