"""Vectors repeated as columns, x1ᵀ, or as rows, 1yᵀ, in entrywise products: they leave it where it meets a vector.

A product of matrices in, the shorter one out.
"""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.laws import Statement
from matdiff.algebra.stated import stated

repeated_columns_times_vector = stated(
    "((x*ones(n)') .* A)*y = x .* (A*y)",
    title="((x1ᵀ) ⊙ A)y = x ⊙ (Ay)",
    where="A: m x n; x: m; y: n",
    also=(
        Statement("((ones(m)*y') .* A)'*z = y .* (A'*z)", "A: m x n; y: n; z: m"),
        Statement("z'*((ones(m)*y') .* A) = (y .* (A'*z))'", "A: m x n; y: n; z: m"),
        Statement("z'*((x*ones(n)') .* A)' = (x .* (A*z))'", "A: m x n; x: m; z: n"),
    ),
    within=(Ones,),
)
repeated_rows_times_vector = stated(
    "(A .* (ones(m)*y'))*z = A*(y .* z)",
    where="A: m x n; y, z: n",
    also=(
        Statement("((x*ones(n)') .* A)'*z = A'*(x .* z)", "A: m x n; x, z: m"),
        Statement("z'*((x*ones(n)') .* A) = (A'*(x .* z))'", "A: m x n; x, z: m"),
        Statement("z'*((ones(m)*y') .* A)' = (A*(y .* z))'", "A: m x n; y, z: n"),
    ),
    within=(Ones,),
)
