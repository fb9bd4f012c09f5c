"""Powers with an exponent that is not known."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.products import base_and_exponent
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.products import Product
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.stated import stated

WHERE = "A: n x n; k: integer"


def parts(e: Expr) -> tuple[Expr, Expr]:
    """Aᵏ is (A, k), and A is (A, 1)."""
    if isinstance(e, SymbolicPower):
        return e.operands[0], e.operands[1]
    base, number = base_and_exponent(e)
    return base, Number(number)


@identity("A^k*A = A^(k + 1)", title="AᵏA = Aᵏ⁺¹", where=WHERE, among=(SymbolicPower,))
def symbolic_powers_in_product(e: Expr) -> Expr | None:
    """Neighbours with one base, at least one of which has an exponent that is not known."""
    f = e.operands
    for k in range(len(f) - 1):
        if isinstance(f[k], SymbolicPower) or isinstance(f[k + 1], SymbolicPower):
            (a, i), (b, j) = parts(f[k]), parts(f[k + 1])
            if a is b:
                return Product.of(*f[:k], SymbolicPower.of(a, i + j), *f[k + 2 :])
    return None


determinant_of_symbolic_power = stated(
    "det(A^k) = det(A)^k", title="|Aᵏ| = |A|ᵏ", where=WHERE, under_d=True, shorter=False
)
