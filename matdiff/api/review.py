"""Somebody's derivation in, a review out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.api.inputs import Where

if TYPE_CHECKING:
    from matdiff.review.report import Review


def check(text: str, where: Where = None, wrt: str | None = None) -> Review:
    """A verdict on every line of a derivation, and the first wrong line with what it should be.

    *text* is a derivation as people write it, in LaTeX, Unicode or ASCII; *where* declares shapes and properties.

    >>> review = check("f(x) = x'A x\\ngrad f = 2 A x", "A: n x n; x: n")
    >>> review.first_wrong, review.kind, str(review.should_be)
    (2, 'symmetry', '(A + Aᵀ)x')
    """
    from matdiff.review.reviewing import review

    return review(text, where, wrt)
