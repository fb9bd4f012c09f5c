"""How the time of a derivation grows with the size of the function.

A chain of n layers z ← sigmoid(W_k z + b_k) is built through the Python API and derived with respect to
the first matrix.  Three more families are shown for information.
Run it with `python tests/benchmarks/growth.py`; the exit status is 1 when the exponent is over its bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from measure import exponent, milliseconds, seconds, table, verdict

from matdiff import Expr, derive
from matdiff.algebra.dims import Shape, size
from matdiff.algebra.expr import Symbol
from matdiff.algebra.operators.activations import Sigmoid
from matdiff.algebra.operators.entrywise import Exp
from matdiff.algebra.operators.products import Sum
from matdiff.algebra.operators.square import Inverse, Trace

SIZES = (10, 20, 50, 100, 200, 300)
ROUNDS = 5
SQUARE: Shape = (size("n"), size("n"))
VECTOR: Shape = (size("n"), size(1))
Problem = tuple[Expr, Expr]  # a function and the unknown


def chain(n: int) -> Problem:
    """zᵀz after n layers, with respect to W_1."""
    z: Expr = Symbol("x", VECTOR)
    for k in range(1, n + 1):
        z = Sigmoid(Symbol(f"W{k}", SQUARE) * z + Symbol(f"b{k}", VECTOR))
    return z.T * z, Symbol("W1", SQUARE)


def quadratic_forms(n: int) -> Problem:
    """Σ xᵀA_k x written out, with respect to x."""
    x = Symbol("x", VECTOR)
    return Sum.of(*[x.T * Symbol(f"A{k}", SQUARE) * x for k in range(1, n + 1)]), x


def nested_inverses(n: int) -> Problem:
    """Tr of Y ← (Y + A_k)⁻¹, with respect to the innermost Y."""
    y: Expr = Symbol("X", SQUARE)
    for k in range(1, n + 1):
        y = Inverse(y + Symbol(f"A{k}", SQUARE))
    return Trace(y), Symbol("X", SQUARE)


def nested_traces(n: int) -> Problem:
    """s ← exp(Tr(s A_k X)), with respect to X."""
    x = Symbol("X", SQUARE)
    s: Expr = Symbol("s")
    for k in range(1, n + 1):
        s = Exp(Trace(s * (Symbol(f"A{k}", SQUARE) * x)))
    return s, x


FAMILIES: dict[str, Callable[[int], Problem]] = {
    "chain of layers": chain,
    "quadratic forms": quadratic_forms,
    "nested inverses": nested_inverses,
    "nested exp(tr)": nested_traces,
}


def once(family: Callable[[int], Problem], n: int) -> float:
    """The time of one derivation of a function that nobody has derived before."""
    f, unknown = family(n)
    return seconds(lambda: derive(f, wrt=unknown))


def main() -> int:
    """Measures, prints, judges."""
    exponents: dict[str, float] = {}
    rows = []
    for name, family in FAMILIES.items():
        once(family, 5)  # once untimed: what is loaded on first use is loaded
        times = [min(once(family, n) for _ in range(ROUNDS)) for n in SIZES]
        exponents[name] = exponent(SIZES, times)
        rows.append([name, *map(milliseconds, times), f"{exponents[name]:.2f}"])
    print(table(["ms for n =", *map(str, SIZES), "exponent"], rows), end="\n\n")
    return 0 if verdict("growth exponent of the chain", exponents["chain of layers"], 1.3) else 1


if __name__ == "__main__":
    sys.exit(main())
