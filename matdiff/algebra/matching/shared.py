"""Parts that both sides of a step share: a letter says as much of them as the law beside the step has to know."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, Leaf, Symbol, postorder, replace
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.symmetry import is_symmetric

Sides = tuple[Expr, Expr]
KEPT = Leaf | Named | Transpose  # a transpose by its operand, which may stand elsewhere without it


def is_named(e: Expr) -> bool:
    return isinstance(e, Named)


def with_letters(before: Expr, after: Expr) -> Sides:
    """Both sides with a letter for each of the largest operations that they share.

    AB + AC = A(B + C) is so, whatever sums A, B and C are: what holds of letters holds of everything of their shape,
    and of symmetric letters of everything symmetric.  What has an index is no value that a letter may stand for.
    """
    there = {n for n in postorder(after, prune=is_named) if not isinstance(n, KEPT) and not n.free}
    letters: dict[Expr, Expr] = {}

    def lettered(node: Expr) -> Expr | None:
        if node in there and node not in letters:
            symmetric = node.rows is node.cols and not node.is_scalar and is_symmetric(node)
            letters[node] = Symbol(f"·{len(letters)}", node.shape, ["symmetric"] * symmetric)
        return letters.get(node, node if isinstance(node, Named) else None)

    b = replace(before, lettered)
    return (
        (b, replace(after, lambda n: letters.get(n, n if isinstance(n, Named) else None)))
        if letters
        else (before, after)
    )
