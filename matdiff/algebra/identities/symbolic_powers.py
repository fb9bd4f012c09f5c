"""Powers with an exponent that is not known."""

from __future__ import annotations

from matdiff.algebra.stated import stated

determinant_of_symbolic_power = stated(
    "det(A^k) = det(A)^k", title="|Aᵏ| = |A|ᵏ", where="A: n x n; k: integer", under_d=True, shorter=False
)
