"""Where a long expression is cut, so that work grows with the number of distinct nodes.

In goes an expression, out come the nodes whose differential stays an unknown dY for the block above.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from operator import attrgetter

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.expr import Expr, Symbol, nodes_in, postorder, replace
from matdiff.algebra.fresh import fresh
from matdiff.algebra.kinds import set_of
from matdiff.algebra.operators.products import Hadamard, Product, Scale
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.structure import Named
from matdiff.calculus.differential import Dependence
from matdiff.errors import UnsupportedError

OPERANDS = attrgetter("operands")
BINDING = set_of(("IndexedSum", "Named"))  # what may have sums, which have no index of the function in an answer
BLOCK = 48  # a node whose differential would be longer, written out, is a block of its own
SHARED = BLOCK // 3  # and so is a shorter one that stands in several places, where it would be written out again
FACTORS = 16  # a product of more of them is bracketed for a Jacobian
GROUP = 16  # and so is a product with that many factors that depend on an unknown


def grouped(f: Expr, nodes: Collection[Expr]) -> Expr:
    """The expression with its long products made of short ones that have names: d of a product of n factors has n² of
    them.

    Equal factors of a scalar or entrywise product are joined to a power.
    """
    if max(map(len, map(OPERANDS, nodes))) <= 2 * GROUP:
        return f
    names = fresh({str(node.data[0]) for node in nodes if isinstance(node, (Named, Symbol, Recurrence))}, "t")
    pieces: dict[Expr, Expr] = {}
    return replace(f, lambda node: bracketed(node, names, pieces))


def is_long(node: Expr) -> bool:
    """Whether a node is a product of many factors."""
    return isinstance(node, (Product, Hadamard)) and len(node.operands) > 2 * GROUP


def bracketed(node: Expr, names: Iterator[str], pieces: dict[Expr, Expr]) -> Expr | None:
    """A long product of short *pieces* under their names, its equal factors joined."""
    from matdiff.algebra.identities.powers import collected

    if not is_long(node):
        return None
    whole = collected(node) if isinstance(node, Hadamard) else node
    if not is_long(whole):
        return whole
    factors, kind = whole.operands, type(whole)

    def piece(group: Sequence[Expr]) -> Expr:
        made = kind(*group) if len(group) > 1 else group[0]
        if len(group) > 1 and not made.free and made not in pieces:
            pieces[made] = Named(next(names), made)
        return pieces.get(made, made)

    while len(factors) > 2 * GROUP:
        factors = tuple([piece(factors[k : k + GROUP]) for k in range(0, len(factors), GROUP)])
    return kind(*factors)


def short_products(f: Expr) -> Expr:
    """An expression with long products bracketed into short ones, also where they stand in one another.

    The differential of a product of n factors has n terms of n factors: brackets keep that linear.  The places of
    the brackets depend on the factors there, so that ABC… and BC… have their pieces in common.
    """
    done: dict[Expr, Expr] = {}
    numbers: dict[Expr, int] = {}
    for node in postorder(f):
        operands = tuple([done[o] for o in node.operands])
        if isinstance(node, Product):
            while len(operands) > FACTORS:
                operands = tuple(_pieces(operands, numbers))
            done[node] = Product(*operands)
        else:
            done[node] = node if operands == node.operands else node.make(operands, node.data)
    return done[f]


def _pieces(factors: Sequence[Expr], numbers: dict[Expr, int]) -> Iterator[Expr]:
    """Neighbours as products of two factors or more; a bracket closes behind every eighth of the distinct factors."""
    piece: list[Expr] = []
    for k, factor in enumerate(factors):
        piece.append(factor)
        number = numbers.setdefault(factor, len(numbers))
        closes = number % 8 == 0 or len(piece) >= FACTORS
        if (closes and len(piece) > 1) or k == len(factors) - 1:
            yield Product(*piece) if len(piece) > 1 else piece[0]
            piece = []


def is_quotient(e: Expr) -> bool:
    """Whether a name stands for A/s, for a matrix A that is no letter."""
    value = e.operands[0] if isinstance(e, Named) else None
    return isinstance(value, Scale) and bool(value.operands[0].reciprocal) and not isinstance(value.operands[1], Symbol)


def block_names(f: Expr, depends: Dependence, nodes: Collection[Expr] = ()) -> dict[Expr, str]:
    """The nodes at which f, which has these nodes, is cut into blocks, operands first, with their names.

    Cuts are the definitions that the user gave, and nodes whose differential, written out, would be long.
    """
    weights: dict[Expr, int] = {}  # 1 of what has a name, 0 of what does not vary
    names: dict[Expr, str] = {}
    nodes = nodes or list(postorder(f))
    uses: Counter[Expr] | None = None
    depends.learn(nodes)
    taken, defined = set[str](), set[Expr]()
    varies = depends.known
    for node in nodes:
        if not node.operands or not varies[node] or (depends.is_unknown(node) and not isinstance(node, Recurrence)):
            weights[node] = int(varies[node])
            continue
        weight = weights[node] = (1 + sum(map(weights.__getitem__, node.operands))) * node.copies
        if weight <= GROUP // 2 and not isinstance(node, (Named, Recurrence)):
            continue  # as it mostly is
        if isinstance(node, Recurrence) and node.free:
            indices = ", ".join(sorted(i.name for i in node.free))
            raise UnsupportedError(
                f"the recurrence of {node.name} depends on {indices}",
                suggestion="Put the samples into the columns of a matrix, so that one recurrence serves them all.",
            )
        if node is f or node.free:
            continue
        if isinstance(node, (Named, Recurrence)):
            names[node] = node.name
        else:
            uses = uses or Counter(o for node in nodes for o in node.operands)
            defined = defined or {n.operands[0] for n in nodes if isinstance(n, Named)}
            if node in defined:
                continue
            if weight <= (BLOCK if uses[node] == 1 else SHARED) and not _has_many_factors(node, depends):
                continue
            taken = taken or {n.name for n in nodes if isinstance(n, (Named, Symbol, Recurrence))}
            names[node] = next(t for k in range(len(names) + 1, 10**9) if (t := f"t{k}") not in taken)
        weights[node] = 1
    return names


def _has_many_factors(node: Expr, depends: Dependence) -> bool:
    """Whether a node is a product of many factors that depend on an unknown."""
    is_long = isinstance(node, Product) and len(node.operands) >= GROUP // 2
    return is_long and sum(map(depends, node.operands)) >= GROUP // 2


def index_names(f: Expr) -> set[str]:
    """The names of the indices that a function has itself: free ones, constant ones, and letters below names, x_i."""
    if "index names" not in f.facts:
        letters = [node for node in nodes_in(f) if isinstance(node, Symbol)]
        below = {s.name.rpartition("_")[2] for s in letters if "_" in s.name}
        constant = {s.name for s in letters if INDEX in s.properties}
        f.facts["index names"] = below | constant | {i.name for i in f.free}
    found: set[str] = f.facts["index names"]
    return found
