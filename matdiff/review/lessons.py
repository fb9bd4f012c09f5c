"""The law that a wrong line misapplies, as a tutor would remind of it."""

from __future__ import annotations

from collections.abc import Iterator

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.algebra.laws import Law
from matdiff.errors import MatdiffError
from matdiff.review.chain import Fault

OF_FUNCTION = re.compiled(r"d\((\w+)\([A-Za-z]\)\) = (?!\1\(d\([A-Za-z]\)\)$)")  # d(inv(A)), not d(tr(A)) = tr(d(A))
OF_POWER = re.compiled(r"d\([A-Za-z]\^")
MISAPPLIED = frozenset(("function derivative", "inverse", "order"))
GRADIENT = "the gradient G is what has df = Tr(Gᵀ dX)"


def lesson(kind: str, fault: Fault) -> str:
    """The law in a clause, where only one can be meant: of an inverse, a determinant, tanh; else nothing.

    >>> from matdiff import check
    >>> print(check("f(X) = tr(X^-1 A)\\ndf = tr(X^-1 dX X^-1 A)", "X, A: n x n").message)
    the sign is wrong: d(A⁻¹) = −A⁻¹ dA A⁻¹; it should be −Tr(X⁻¹dX X⁻¹A)
    """
    if kind == "transpose" and fault.is_derivative and fault.error is None and ONE not in fault.truth.shape:
        return GRADIENT
    laws = {law.name: law for law in _laws(fault)} if kind in MISAPPLIED | {"sign"} else {}
    told = [law for law in laws.values() if kind != "sign" or " = -" in law.statement]
    return Law.printed(told[0]) if len(told) == 1 else ""


def _laws(fault: Fault) -> Iterator[Law]:
    """The laws of functions in the derivation of what a line begins with."""
    try:
        lines = fault.origin.lines() if fault.origin is not None and fault.origin.order < 2 else ()
    except MatdiffError:
        return
    for law in (law for line in lines for law in line.laws):
        if law.kind == "differential" and (OF_FUNCTION.match(law.statement) or OF_POWER.match(law.statement)):
            yield law
