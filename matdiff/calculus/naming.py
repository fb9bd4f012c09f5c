"""Names for what a derivation would repeat: S = QKᵀ/√d, P = softmax(S), E = PV − Y.

In goes a function and the lines of its derivation, out comes the function with definitions, as a person would have
written it; its derivation is a chain through them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol, fact, postorder
from matdiff.algebra.fresh import fresh
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.norms import Frobenius, Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant
from matdiff.algebra.operators.structure import Named, is_named
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.reading_cost import reading_cost

SOFTMAX = ("Softmax", "SoftmaxOfRows", "SoftmaxOfColumns")
LOGSUMEXP = ("LogSumExp", "LogSumExpOfRows", "LogSumExpOfColumns")
LONG = 56  # nodes of a line, as a tree, that is too long to be read
LARGEST = 300  # nodes of a function whose pieces get names; a longer one is cut into blocks
SHORT, SHORT_NUMBER = 5, 8  # nodes of a piece that is worth a name, and of a scalar that is
MANY = 100  # pieces that have one letter
OFTEN, TWICE = 3, 2  # how often a piece stands in one line, that it gets a name, and one that is
LARGE = 12  # what it costs to read a piece that gets a name where it stands twice


def with_names(f: Expr, lines: Sequence[Expr]) -> Expr:
    """The function with names for the pieces that stand often in a long line of its derivation; else itself.

    So has a sum or a product of several unknowns whose d stands twice in a line: what follows would stand twice.
    """
    nodes = list(postorder(f))
    if len(nodes) > LARGEST or any(isinstance(node, Recurrence) for node in nodes):
        return f
    long = [e for e in lines if length(e) > LONG]
    doubled = with_doubled_terms(lines)
    if not long and not doubled:
        return f
    most, total = dict[Expr, int](), dict[Expr, int]()
    for line in long:
        for node, times in occurrences(line).items():
            most[node] = max(most.get(node, 0), times)
            total[node] = total.get(node, 0) + times
    parents: dict[Expr, list[Expr]] = {}
    for node in nodes:
        for o in node.operands:
            parents.setdefault(o, []).append(node)
    names = Names(nodes)
    done: dict[Expr, Expr] = {}
    for node in nodes:
        operands = tuple([done[o] for o in node.operands])
        made = node if operands == node.operands else node.rebuild(operands)
        above = parents.get(node, [])
        hidden = any(total.get(p, 0) == total.get(node, 0) > 0 and can_be_named(p) for p in above)
        often = TWICE if reading_cost(made) >= LARGE else OFTEN
        is_read = most.get(node, 0) >= often and not hidden and is_worth_it(made)
        if node is not f and can_be_named(node) and (node in doubled or is_read):
            made = Named(names.fresh(node, above), made)
        done[node] = made
    return done[f]


def with_doubled_terms(lines: Sequence[Expr]) -> set[Expr]:
    """The sums and products of several parts that vary whose d stands twice in a line."""
    found: set[Expr] = set()
    for line in lines:
        times = occurrences(line)
        found |= {n.operands[0] for n, k in times.items() if isinstance(n, Differential) and k >= TWICE}
    several = [e for e in found if isinstance(e, (Sum, Product, Scale))]
    if not several:
        return set()
    varying = {n.operands[0] for line in lines for n in occurrences(line) if isinstance(n, Differential)}
    return {e for e in several if sum(any(n in varying for n in postorder(t)) for t in parts(e)) > 1}


def parts(e: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, or the factors of a product and the scalars before it."""
    if isinstance(e, Scale):
        return (e.operands[0], *parts(e.operands[1]))
    return e.operands if isinstance(e, (Sum, Product)) else (e,)


def length(e: Expr) -> int:
    """How many nodes an expression has as a tree, with definitions by their names."""
    return fact(
        "named length", e, lambda node, below: 1 if isinstance(node, Named) else 1 + sum(below), closed=(Named,)
    )


def occurrences(line: Expr) -> dict[Expr, int]:
    """How often everything stands in a line."""
    found = {line: 1}
    for node in reversed(list(postorder(line, prune=is_named))):
        if not isinstance(node, Named):
            for o in node.operands:
                found[o] = found.get(o, 0) + found[node]
    return found


def can_be_named(e: Expr) -> bool:
    """Whether a piece can have a name of its own: it belongs to no index, and is more than a sign, ᵀ or ⁻¹."""
    is_plain = isinstance(e, (Named, Transpose, Inverse)) or e.reciprocal or e.leading_number != 1
    return bool(e.operands) and not e.free and not is_plain


def is_worth_it(e: Expr) -> bool:
    """Whether a name is shorter: of a product of two letters it is not, of a function of a matrix it is."""
    is_called = (isinstance(e, Entrywise) or is_a(e, *SOFTMAX)) and not e.is_scalar
    is_product = isinstance(e, (Product, Scale, Sum, Hadamard))
    return is_called or length(e) >= (SHORT_NUMBER if e.is_scalar else SHORT if is_product else SHORT - 2)


# ---- the names ----------------------------------------------------------------------------------------

CUSTOMS: tuple[tuple[Callable[[Expr, Sequence[Expr]], bool], str, str], ...] = (
    (lambda e, above: is_a(e, *SOFTMAX), "P", "p"),
    (lambda e, above: is_a(e, "Cholesky"), "L", "l"),
    (lambda e, above: any(is_a(p, *SOFTMAX, *LOGSUMEXP) for p in above), "S", "s"),
    (lambda e, above: isinstance(e, Sum) and _is_in(above, Frobenius, Norm), "E", "r"),
    (lambda e, above: _is_in(above, Inverse, LogDeterminant, Determinant), "C", "c"),
    (lambda e, above: isinstance(e, Entrywise) and not e.is_scalar, "Z", "z"),
    (lambda e, above: _is_in(above, Entrywise) and not e.is_scalar, "H", "h"),
    (lambda e, above: isinstance(e, Sum), "R", "r"),
    (lambda e, above: is_hat(e), "H", "h"),
)

RUNNING = {"scalar": "wsqgh", "vector": "vuzgh", "matrix": "HRMGQ"}  # the letters of what has an index


def is_hat(e: Expr) -> bool:
    """X(XᵀX)⁻¹Xᵀ and its kin: symmetric products with an inverse between a matrix and its transpose."""
    between = e.operands[1:-1] if isinstance(e, Product) else ()
    return any(isinstance(f, Inverse) for f in between) and is_symmetric(e)


def _is_in(above: Sequence[Expr], *kinds: type[Expr]) -> bool:
    return any(isinstance(p, kinds) for p in above)


class Names:
    """Names that are free in an expression."""

    def __init__(self, nodes: Iterable[Expr]) -> None:
        self.taken = {str(n.data[0]) for n in nodes if isinstance(n, (Symbol, Named, Recurrence))}
        self.taken |= {letter for n in nodes if isinstance(n, Recurrence) for letter in n.name}  # c and h of s_ch
        self.taken |= {i.name for n in nodes for i in n.free} | {t for n in nodes for s in n.shape for t in str(s)}

    def fresh(self, e: Expr, above: Sequence[Expr]) -> str:
        """A name for a piece: the letter that is customary, else t₁, t₂, …"""
        return self._taken_from(_customary(e, above))

    def letter(self, custom: str) -> str:
        """A letter, else t₁, t₂, …"""
        return self._taken_from((custom,))

    def _taken_from(self, customary: Iterable[str]) -> str:
        name = next(fresh(self.taken, "t", customary))
        self.taken.add(name)
        return name


def has_custom(e: Expr, above: Sequence[Expr]) -> bool:
    """Whether there is a letter that is customary for a piece."""
    return next(_customary(e, above), None) is not None


def _customary(e: Expr, above: Sequence[Expr]) -> Iterator[str]:
    """The letter of the first custom that holds, also with a number."""
    for holds, matrix, vector in CUSTOMS:
        if holds(e, above) and not e.is_scalar:
            letter = vector if ONE in e.shape else matrix
            yield from (letter, *(f"{letter}{k}" for k in range(2, MANY)))
    if e.free:
        yield from "r" * (isinstance(e, Sum) and any(map(is_square, above)))
        yield from RUNNING["scalar" if e.is_scalar else "vector" if ONE in e.shape else "matrix"]


def is_square(e: Expr) -> bool:
    """a², of a residual a."""
    return isinstance(e, Power) and e.operands[1].number == TWICE


def letter_of(f: Expr) -> str:
    """The letter by which a page calls a function: f, unless something in the function has that name."""

    def has_f(node: Expr, below: Sequence[bool]) -> bool:
        return any(below) or (isinstance(node, (Symbol, Named)) and node.data[0] == "f")

    if not fact("has f", f, has_f):
        return "f"
    taken = {n.data[0] for n in postorder(f) if isinstance(n, (Symbol, Named))}
    return next(fresh(taken, "f", "LJFhqQ"))
