"""Parts of a step that a letter says enough of: what both sides share, and constants."""

from __future__ import annotations

from collections.abc import Iterator

from matdiff.algebra.constants import Constant, Identity, Zeros
from matdiff.algebra.expr import Expr, Leaf, Symbol, postorder, replace
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.operators.products import Power, Sum, Transpose
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.structure import Named, is_named
from matdiff.algebra.operators.symmetry import is_symmetric

Sides = tuple[Expr, Expr]
KEPT = Leaf | Named | Recurrence | Transpose | Power  # a transpose and a power by what may stand elsewhere as well


def ways_to_look(before: Expr, after: Expr) -> Iterator[Sides]:
    """Both sides of a step with letters in place of what they share, as they are, and with letters for 1, 0 and I.

    AB + AC = A(B + C) is so, whatever sums A, B and C are: what holds of letters holds of everything of their shape,
    and of symmetric letters of everything symmetric.  With I as a letter, AI = IA is no equality by AI = A.
    """
    yield (sides := with_letters(before, after))
    if sides != (before, after):
        yield before, after
    for pair in dict.fromkeys((sides, (before, after))):
        constants = {n for e in pair for n in postorder(e, prune=is_named) if isinstance(n, Constant)}
        letters: dict[Expr, Expr] = {c: Symbol(f"·{c}", c.shape, properties_of(c)) for c in constants}
        for chosen in (letters, *({c: s} for c, s in letters.items() if len(letters) > 1)):
            if chosen:
                yield lettered(pair, chosen)
    for e in (before, after):
        if sums := innermost_sums(e):
            yield lettered((before, after), sums)
    yield with_letters(before, after, only=Sum)


def with_letters(before: Expr, after: Expr, only: type[Expr] = Expr) -> Sides:
    """Both sides with a letter for each of the largest operations that they share, or *only* of those of a kind.

    What has an index of a sum is no value that a letter may stand for.
    """
    constant = {i for i in before.free & after.free if i.name not in bound_names(before) | bound_names(after)}
    there = {
        n
        for n in postorder(after, prune=is_named)
        if isinstance(n, only) and not isinstance(n, KEPT) and n.free <= constant
    }
    letters: dict[Expr, Expr] = {}

    def chosen(node: Expr) -> bool:
        if node in there and node not in letters:
            letters[node] = Symbol(f"·{len(letters)}", node.shape, properties_of(node))
        return node in letters or isinstance(node, Named)

    for _ in postorder(before, prune=chosen):
        pass
    return lettered((before, after), letters) if letters else (before, after)


def innermost_sums(e: Expr) -> dict[Expr, Expr]:
    """A letter for each sum within an expression that has no other one in it: A² − BA where A is a sum as well."""
    inner = [n for n in postorder(e, prune=is_named) if n is not e and isinstance(n, Sum) and not n.free]
    inner = [n for n in inner if not any(isinstance(o, Sum) for one in n.operands for o in postorder(one))]
    return {n: Symbol(f"·{k}", n.shape, properties_of(n)) for k, n in enumerate(inner)}


def properties_of(e: Expr) -> list[str]:
    """What a letter has to know of what it stands for."""
    if isinstance(e, Identity):
        return ["diagonal", "orthogonal"]
    if isinstance(e, Zeros) and e.rows is e.cols and not e.is_scalar:
        return ["diagonal"]
    return ["symmetric"] if not e.is_scalar and is_symmetric(e) else []


def lettered(sides: Sides, letters: dict[Expr, Expr]) -> Sides:
    """Both sides with letters in the place of some parts; definitions stay as they are."""
    before, after = (replace(e, lambda n: letters.get(n, n if isinstance(n, Named) else None)) for e in sides)
    return before, after
