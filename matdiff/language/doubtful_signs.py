"""Signs that stand for several products: × and •, ∗ and ⊗; what may be either is refused with both readings."""

from __future__ import annotations

from matdiff.algebra.dims import ONE
from matdiff.errors import AmbiguityError
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt


def require_meant(attempt: Attempt, node: Node, a: Typed, b: Typed, sign: str) -> None:
    """Refuses a ⊗ b and a : b of letters that nothing but this makes numbers."""
    if a.is_scalar and b.is_scalar and a.guessed and b.guessed:
        hint = "write a product of numbers with *, or declare them: a: scalar"
        raise attempt.misfit(node, f"{sign} is no product of numbers in {attempt.written(node)}", hint)


def require_one_product(attempt: Attempt, node: Node, a: Typed, b: Typed, between: str) -> None:
    """Refuses a × b of vectors, C • X and A ∗ B of matrices, with signs that stand for several products."""
    written = attempt.written(node)
    if "×" in between or r"\times" in between:
        letters = [t.node.value[0] for t in (a, b) if t.guessed and t.node.kind == "symbol" and ONE in (t.rows, t.cols)]
        message = f"{written} can be a product of numbers, or the cross product of vectors"
        hint = "write a product of numbers with *, or declare them: a: scalar; there is no cross product here"
        is_doubtful = len(letters) == 2 and attempt.bound.ranges.isdisjoint(letters)
    elif "•" in between or r"\bullet" in between:
        message = f"{written} can be the inner product of matrices, as in semidefinite programming, or their product"
        hint = "write C : X for the inner product, C X for the product"
        is_doubtful = ONE not in (a.cols, b.rows, b.cols)
    elif "∗" in between or r"\ast" in between:
        message = f"{written} can be a product, a convolution, or the Khatri–Rao product"
        hint = "write A*B, conv(A, B) or khatri_rao(A, B)"
        is_doubtful = not (a.is_scalar or b.is_scalar)
    else:
        return
    if is_doubtful:
        raise AmbiguityError(message, text=attempt.bound.text, span=(node.start, node.end), suggestion=hint)
