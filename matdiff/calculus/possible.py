"""Derivatives that hold nowhere are refused: what would have to be invertible, positive or not 0, and never is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from matdiff.algebra.expr import Expr, Operator, Symbol, fact, nodes_in, postorder
from matdiff.algebra.kinds import DEMANDING, MARKS, marks, set_of
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Determinant
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.definiteness.intervals import POSITIVE
from matdiff.calculus.definiteness.rank import has_zeros, is_nothing
from matdiff.calculus.demands import NO_ZEROS, NONZERO, VALUED, Condition, of_operation
from matdiff.calculus.differential import Dependence
from matdiff.errors import UnsupportedError

LETTER, *_ = marks(Symbol)
MAY_DIVIDE = set_of(("Power", "Named"))  # a definition may have a power in it
POSITIVE_TOO = set_of("Mirroring Symbol Transpose Sum Product Hadamard SumOfEntries Trace Exp Named".split())
MAY_DEMAND = DEMANDING | set_of(kind.__name__ for kind in (Named, *VALUED))


def require_somewhere(function: Expr, unknowns: Collection[Expr], answers: Iterable[Expr]) -> None:
    """Refuses what holds nowhere: where xxᵀ would have to be invertible, or −xᵀx positive; and 1/0."""
    seen: set[Expr] = set()
    for answer in answers:
        for node in postorder(answer, prune=seen.__contains__) if answer.classes & MAY_DIVIDE else ():
            seen.add(node)
            if type(node) is Power and divides_by_zero(node):
                raise UnsupportedError("the function divides by 0", suggestion="Look at its denominators once more.")
    if function.classes & MAY_DEMAND and (found := list(doubtful(function, Dependence(unknowns)))):
        from matdiff.calculus.conditions import require_possible  # only where there is something to be proved

        require_possible(found, function)


def is_doubtful(c: Condition) -> bool:
    """Whether it takes a look at signs and ranks to see that a condition can hold."""
    if c.demand == NONZERO:
        return is_nothing(c.about)
    a = c.about.operands[0] if isinstance(c.about, Determinant) else c.about  # of any matrix it may be anything
    return bool(assumed(a)) or not isinstance(a, (Symbol, Member))


def doubtful(function: Expr, varies: Callable[[Expr], bool]) -> Iterator[Condition]:
    """What the operations of a function demand where they vary, and of all that they need to have a value, as far as
    that is doubtful.

    The zeros beside a diagonal do not vary: a kink there does no harm.  Sums and products of what may be positive may.
    """
    nodes = nodes_in(function)
    for k, node in enumerate(nodes, 1):
        if node.inside == LETTER or not MARKS[type(node)][1] & MAY_DEMAND:
            continue  # of letters of which nothing is said all conditions can hold
        assert isinstance(node, Operator)
        found = [c for c in of_operation(node) if is_doubtful(c)]
        if found and not any(n.inside & ~POSITIVE_TOO for n in nodes[:k]):
            found = [c for c in found if c.interval is not POSITIVE and c.demand not in (NO_ZEROS, NONZERO)]
        if found and (isinstance(node, VALUED) or (varies(node) and not is_at_constant_zeros(node))):
            yield from found


def is_at_constant_zeros(e: Operator) -> bool:
    """Whether an operation has its kink at entries that are 0 by the form of an operand."""
    return e.kink and any(fact("zeros kept", o, keeps_zeros) for o in e.operands)


def keeps_zeros(node: Expr, below: list[bool]) -> bool:
    """Whether entries are 0 by the form of a matrix and what is said of its operands: Z.^2 where Z is diagonal."""
    if isinstance(node, Power):
        return below[0] and (node.operands[1].number or 0) > 0
    if isinstance(node, (Hadamard, Scale, Transpose, Named)):
        return any(below)
    is_zero_at_zeros = isinstance(node, (Sum, Product)) or (isinstance(node, Operator) and node.kink)
    return has_zeros(node) or bool(is_zero_at_zeros and below and all(below))


def divides_by_zero(e: Power) -> bool:
    """Whether a power is 1/0."""
    return e.operands[0].number == 0 and (e.operands[1].number or 0) < 0
