"""Blocks that are alike are derived once: the thousandth layer of a network as the second one, with other names.

In goes a block, a node with the gradient ∇ that comes from above; out comes what the derivation through it says
and contributes below.  It is derived where nothing like it was before, and otherwise read off from the first of its
kind, symbols and definitions exchanged.

Why this is sound.  The laws are equalities between forms.  Of a symbol they see the shape and the properties, of a
definition, which hides its own form, the shape, the operation that it stands for, which of a few occur in it, and what
they ask by way of the ``QUESTIONS``, whose answers are compared.  So two blocks of one form, whose leaves look alike
and are equal in the same places, are derived by the same laws.  Where a law may see more (it opens a definition, names
the number of columns by a symbol of the block, or renames an index), the block is derived by itself.  A test watches
that no other law looks into definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from matdiff.algebra.expr import Expr, Leaf, Symbol, postorder
from matdiff.algebra.identities.cancelling import columns_cancel
from matdiff.algebra.kinds import SEEN_IN_DEFINITIONS
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.structure import Named, is_not_named, value_of
from matdiff.algebra.operators.symmetry import is_symmetric_definition
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.calculus.derivation import Block, exchanged
from matdiff.calculus.differential import Differentiation
from matdiff.calculus.varying import Exchange
from matdiff.records import NamedTuple

LARGEST = 200  # blocks with more nodes are compared with no other
MOST = 4  # so many kinds of one form are kept
# What laws ask about a definition without opening it; a definition keeps every answer.
QUESTIONS: dict[str, Callable[[Expr], object]] = {
    "symmetric": is_symmetric_definition,
    "columns cancel": columns_cancel,
    "rows cancel": lambda definition: columns_cancel(Transpose(definition)),
}

Contributions = dict[Expr, Expr]
Derived = tuple[Block, Contributions]
Recipe = list[tuple[type[Expr], tuple[Any, ...], tuple[int, ...]]]


class Kind(NamedTuple):
    """The first block of a kind.

    *recipe* tells how further nodes are made of those of the block, *found* in which places the targets and their
    contributions are then, *resting* which nodes no law changes any more, *forms* what stood under a d without
    being part of the block, with the definition it is known by and whether it inherits that, and *asked* what was
    asked about definitions.
    """

    block: Block
    nodes: Sequence[Expr]
    recipe: Recipe
    found: list[tuple[int, int]]
    resting: list[int]
    forms: list[tuple[int, int | None, bool]]
    asked: list[tuple[int, str, object]]


class Alike:
    """Derives blocks by means of *through*, or as the first block of the same kind was derived."""

    def __init__(
        self,
        through: Callable[[Expr, Expr, str], Derived],
        differentiation: Differentiation,
        simplifier: Simplifier,
    ) -> None:
        self.through = through
        self.differentiation = differentiation
        self.simplifier = simplifier
        self.kinds: dict[tuple[object, ...], list[Kind]] = {}
        self.looks: dict[tuple[object, ...], int] = {}  # what laws see of each, by a number
        self.seen: dict[Expr, int] = {}  # and those numbers for leaves

    def __call__(self, node: Expr, adjoint: Expr, name: str) -> Derived:
        form = self._form(node, adjoint)
        if form is None:
            return self.through(node, adjoint, name)
        rows, nodes = form
        kinds = self.kinds.setdefault(rows, [])
        for kind in kinds:
            derived = self._as_before(kind, nodes, name)
            if derived is not None:
                return derived
        block, found = self.through(node, adjoint, name)
        first = self._kind(block, found, nodes) if len(kinds) < MOST else None
        kinds += [] if first is None else [first]
        return block, found

    # ---- the form of a block ------------------------------------------------------------------------

    def _form(self, node: Expr, adjoint: Expr) -> tuple[tuple[object, ...], list[Expr]] | None:
        """A row for every node of a block, down to symbols and definitions; None where it can be like no other."""
        rows: dict[Expr, object] = {adjoint: self._look(adjoint)}
        places: dict[Expr, int] = {adjoint: 0}
        named = isinstance(node, Named)
        if named:
            places[node], rows[node] = 1, self._look(node)
        for e in postorder(node.operands[0] if named else node, prune=lambda e: isinstance(e, Named)):
            if e.free or len(rows) > LARGEST or _holds_expressions(e):
                return None
            for needed in self._known_as(e), e:
                if needed not in places:
                    rows[needed] = self._row(needed, places)
                    places[needed] = len(places)
        return (tuple(rows.values()), list(places)) if _are_apart(places) else None

    def _known_as(self, e: Expr) -> Expr:
        """The definition that an expression is known by, if it is; else the expression."""
        return self.differentiation.definitions.get(e, e)

    def _row(self, e: Expr, places: dict[Expr, int]) -> object:
        """What a node is: a leaf that looks so, a constant, or an operation on the nodes in some places."""
        if isinstance(e, (Symbol, Named)):
            return self._look(e)
        if isinstance(e, Leaf):
            return e
        operands = tuple([places[o] for o in e.operands])
        return type(e), e.data, operands, places.get(self._known_as(e)), e in self.differentiation.cuts

    def _look(self, leaf: Expr) -> int:
        """What laws see of a symbol or a definition, as a number; more they have to ask for."""
        if leaf not in self.seen:
            depends, cuts = self.differentiation.depends, self.differentiation.cuts
            of_definition = leaf.shape, type(value_of(leaf)), leaf.classes & SEEN_IN_DEFINITIONS
            own = leaf.data[1:] if isinstance(leaf, Symbol) else of_definition
            look = (*own, depends(leaf), depends.is_unknown(leaf), leaf in cuts)
            self.seen[leaf] = self.looks.setdefault((type(leaf), *look), len(self.looks))
        return self.seen[leaf]

    # ---- the first of a kind ------------------------------------------------------------------------

    def _kind(self, block: Block, found: Contributions, nodes: list[Expr]) -> Kind | None:
        """What is kept of a derivation; nothing where a definition was opened, or a node came in from elsewhere."""
        places = {node: k for k, node in enumerate(nodes)}
        steps = [s for s in _differential(block) if isinstance(s.before, Differential)]
        under_d = list(dict.fromkeys(s.before.operands[0] for s in steps))
        recipe: Recipe = []
        for root in (*found.values(), *under_d):
            for e in postorder(root, prune=lambda e: e in places):
                if e not in places:
                    if isinstance(e, (Named, Symbol)) or e.free or _holds_expressions(e):
                        return None
                    recipe.append((type(e), e.data, tuple([places[o] for o in e.operands])))
                    places[e] = len(places)
        if not found.keys() <= places.keys() or any("opened" in e.facts for e in nodes):
            return None
        forms = self._forms(steps, places, len(nodes))
        resting = [places[e] for e in _within(found.values()) if is_not_named(e)]
        leaves = [(k, e) for k, e in enumerate(nodes) if isinstance(e, Named)]
        asked = [(k, question, e.facts[question]) for k, e in leaves for question in QUESTIONS if question in e.facts]
        contributions = [(places[target], places[piece]) for target, piece in found.items()]
        return None if forms is None else Kind(block, nodes, recipe, contributions, resting, forms, asked)

    def _forms(self, steps: list[Step], places: dict[Expr, int], own: int) -> list[tuple[int, int | None, bool]] | None:
        """What stood under a d without being part of the block."""
        sources = {s.after.operands[0]: s.before.operands[0] for s in steps if isinstance(s.after, Differential)}
        definitions = self.differentiation.definitions
        forms = []
        for e in dict.fromkeys(s.before.operands[0] for s in steps):
            if places[e] >= own:
                known = definitions.get(e)
                if known is not None and places.get(known, own) >= own:
                    return None
                inherited = e in sources and known is not None and definitions.get(sources[e]) is known
                forms.append((places[e], None if known is None else places[known], inherited))
        return forms

    # ---- the others ---------------------------------------------------------------------------------

    def _as_before(self, kind: Kind, nodes: list[Expr], name: str) -> Derived | None:
        """The derivation of a block of a kind; None where it does not go as that of the first one."""
        made = list(nodes)
        for operation, data, places in kind.recipe:
            made.append(operation.make(tuple([made[p] for p in places]), data))
        if not self._goes_alike(kind, made):
            return None
        settled = self.simplifier.rewriter.settled
        for k in kind.resting:
            settled[made[k]] = made[k]
        exchange = Exchange(dict(zip(kind.nodes, nodes, strict=True)), as_made=True)
        block = exchanged(kind.block, exchange)._replace(name=name)
        return block, {made[target]: made[piece] for target, piece in kind.found}

    def _goes_alike(self, kind: Kind, made: list[Expr]) -> bool:
        """Whether the same is known of what comes up on the way as was known in the first block."""
        definitions, cuts = self.differentiation.definitions, self.differentiation.cuts
        for place, known, inherited in kind.forms:
            e, wanted = made[place], None if known is None else made[known]
            given = definitions.setdefault(e, wanted) if inherited and wanted is not None else definitions.get(e)
            if given is not wanted or e in cuts:
                return False
        return all(QUESTIONS[question](made[k]) is answer for k, question, answer in kind.asked)


def _holds_expressions(e: Expr) -> bool:
    """Whether what belongs to the operation itself has expressions in it, such as an index."""
    return bool(e.data) and any(isinstance(d, Expr) for d in e.data)


def _are_apart(nodes: dict[Expr, int]) -> bool:
    """Whether no two leaves share a name, and no symbol is also the number of rows or columns of something."""
    names = [e.data[0] for e in nodes if isinstance(e, (Named, Symbol))]
    scalars = {e.data[0] for e in nodes if isinstance(e, Symbol) and e.is_scalar}
    sizes = {size for e in nodes for size in e.shape} if scalars else ()
    return len(set(names)) == len(names) and all(scalars.isdisjoint(size.names()) for size in sizes)


def _differential(block: Block) -> Iterator[Step]:
    """The steps of d of a block."""
    return next(iter(block.phases)).steps()


def _within(roots: Iterable[Expr]) -> Iterator[Expr]:
    """The nodes of some expressions, definitions closed."""
    for root in roots:
        yield from postorder(root, prune=lambda e: isinstance(e, Named))
