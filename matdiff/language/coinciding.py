"""Terms of a sum at which two indices are equal: ‖xᵢ − xⱼ‖ is 0 at i = j, and has no differential there.

In goes the term of a sum, out comes the same term as two cases, i ≠ j and i = j; or it is refused, as q/‖xᵢ − xⱼ‖ is.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Index, Number, postorder, replace
from matdiff.algebra.operators.entrywise import Log, Sqrt
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import Power
from matdiff.algebra.operators.sums import substitute_index
from matdiff.algebra.simplification import tidy


class Undefined(Exception):
    """A term that is not defined where two indices are equal, because something is 0 there."""

    def __init__(self, nothing: Expr) -> None:
        super().__init__(str(nothing))
        self.nothing = nothing


def where_equal(e: Expr, i: Index, j: Index) -> Expr:
    """A term as two cases where it has no differential at i = j."""
    vanishing = {node for node in singular(unprotected(e, i, j), i, j) if at_equal(node.operands[0], i, j)}
    if not vanishing:
        return e
    broken = next((node for node in vanishing if is_undefined(node)), None)
    if broken is not None:
        raise Undefined(broken.operands[0])
    rest = replace(e, lambda node: Number(0) if node in vanishing else None)
    there = tidy(substitute_index(rest, j, i))
    undefined = next((n for n in postorder(there) if is_undefined(n) and is_zero(n.operands[0])), None)
    if undefined is not None:
        raise Undefined(next(iter(vanishing)))
    return Piecewise(i, "≠", j, e, there)


def unprotected(e: Expr, i: Index, j: Index) -> Expr:
    """What a term is at i = j, as far as its own conditions say that."""

    def change(node: Expr) -> Expr | None:
        is_apart = isinstance(node, Piecewise) and {*node.operands[:2]} == {i, j} and node.data[0] in "≠<"
        return node.operands[3] if is_apart else None

    return replace(e, change)


def singular(e: Expr, i: Index, j: Index) -> Iterator[Expr]:
    """The nodes that have no differential where their operand is 0, other than ‖A‖²."""
    smooth = {n.operands[0] for n in postorder(e) if isinstance(n, Power) and n.operands[1].number == 2}
    rough = {o for n in postorder(e) for o in n.operands if not (isinstance(n, Power) and n.operands[1].number == 2)}
    for node in postorder(e):
        is_rough = isinstance(node, Norm | Sqrt) or is_undefined(node) or _is_root(node)
        if is_rough and {i, j} <= node.free and (node not in smooth or node in rough):
            yield node


def is_undefined(node: Expr) -> bool:
    """Whether a node is not defined where its operand is 0."""
    exponent = node.operands[1].number if isinstance(node, Power) else None
    return isinstance(node, Log) or (exponent is not None and exponent < 0)


def _is_root(node: Expr) -> bool:
    exponent = node.operands[1].number if isinstance(node, Power) else None
    return exponent is not None and Fraction(0) < exponent < 1


def at_equal(a: Expr, i: Index, j: Index) -> bool:
    """Whether an expression is 0 where two indices are equal."""
    if isinstance(a, Norm | Sqrt):
        return at_equal(a.operands[0], i, j)
    found = tidy(substitute_index(a, j, i))
    return is_zero(found)
