"""d²f = (d vec X)ᵀ H d vec X ⇒ H: the Jacobian of the gradient, for one unknown or several.

In goes a scalar expression, out come the blocks ∂²f/∂(vec X)∂(vec Y)ᵀ and what led to them.  The derivation is that
of the gradient G, df = Tr(GᵀdX), and then that of dG, since d²f = Tr((dG)ᵀdX).
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.expr import Expr, Symbol, replace, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.norms import inner
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.algebra.simplification import tidy
from matdiff.algebra.walks import written_out
from matdiff.calculus.adjoint import direction, pushed, require_new
from matdiff.calculus.demands import Condition
from matdiff.calculus.derivation import Gradients, Line, conditions, named_pieces
from matdiff.calculus.gradient import gradients
from matdiff.calculus.jacobian import Jacobians, jacobians
from matdiff.errors import UnsupportedError
from matdiff.opening import without_collector
from matdiff.records import NamedTuple

Pair = tuple[str, str]


class Hessians(NamedTuple):
    """What a derivation of second order found.

    first    the derivation of the gradients
    second   for every unknown X the derivation of ∂ vec ∇_X f by X and the unknowns after it
    blocks   for every pair of unknowns ∂²f/∂(vec X)∂(vec Y)ᵀ
    """

    function: Expr
    unknowns: Mapping[str, Expr]
    first: Gradients
    second: Mapping[str, Jacobians]
    blocks: Mapping[Pair, Expr]

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return (self.function,)

    def steps(self) -> tuple[Step, ...]:
        """Every application of a law, of the first differential and of the second."""
        return self.first.steps() + tuple(s for found in self.second.values() for s in found.whole.steps())

    def lines(self) -> tuple[Line, ...]:
        """The lines of the gradients, and then of their differentials."""
        return self.first.lines() + tuple(line for part in self.second.values() for line in part.whole.lines())

    def where(self) -> tuple[Condition, ...]:
        """Where the laws that were used hold: the conditions that have to be said."""
        return conditions(self.steps(), self.first.function, [*self.blocks.values()], order=2)

    def conditions(self) -> tuple[str, ...]:
        """The conditions in words; then what named pieces of the answers are."""
        records = [self.first, *(part.whole for part in self.second.values())]
        answers = [g for record in records for g in record.gradients.values()]
        return (*map(str, self.where()), *named_pieces(answers))

    def whole(self) -> Expr:
        """The Hessian by all unknowns together, as a matrix of blocks."""
        names = list(self.unknowns)
        if len(names) == 1:
            return self.blocks[names[0], names[0]]
        if any(block.free for block in self.blocks.values()):
            raise UnsupportedError(
                "the Hessian by a family and other unknowns is no matrix of blocks",
                suggestion='Take one of the blocks: .blocks["x", "y"].',
            )
        rows = [HorizontalStack.of(*[self.blocks[a, b] for b in names]) for a in names]
        whole = VerticalStack.of(*rows)
        whole.facts["context"] = symbols(self.function)
        return whole


@without_collector
def hessians(f: Expr, unknowns: Mapping[str, Expr]) -> Hessians:
    """Derives the second derivatives of a scalar expression; what is below the diagonal is a transpose."""
    first = gradients(f, unknowns)
    by_links = len(first.links) >= LONG and not any(isinstance(u, Named) for u in unknowns.values())
    chain = gradients(f, unknowns, expand=False) if by_links else first
    names = list(unknowns)
    second = {a: jacobians(chain.gradients[a], {b: unknowns[b] for b in names[k:]}) for k, a in enumerate(names)}
    simplify = Simplifier(SIMPLIFICATIONS)
    links = frozenset(chain.links.values()) if by_links else frozenset()
    blocks: dict[Pair, Expr] = {}
    for j, a in enumerate(names):
        for k, b in enumerate(names):
            if j <= k:
                blocks[a, b] = written_out(second[a].whole.gradients[b], links)
            else:
                blocks[a, b] = simplify(Transpose(blocks[b, a]))[0]
            blocks[a, b].facts["context"] = symbols(f)
    return Hessians(first.function, dict(unknowns), first, second, blocks)


LONG = 32  # a chain with that many links is differentiated link by link, so that work grows with its length


def product_with_vector(found: Hessians, name: str, by: str) -> Expr:
    """H[V] = dG where dX = V, in the shape of the unknown: no matrix is formed."""
    unknown, g = found.unknowns[name], found.first.gradients[name]
    require_new(by, found.function, f"that of the direction of {name}", 'by="V"')
    if isinstance(unknown, Named):  # a definition varies freely, as a symbol does
        free = Symbol(unknown.name, unknown.shape)
        unknown, g = free, replace(g, {found.unknowns[name]: free}.get)
    return pushed(g, {unknown: direction(unknown, by)})


def bilinear_form(found: Hessians, name: str, left: str, right: str) -> Expr:
    """Tr(VᵀH[U])"""
    unknown = found.unknowns[name]
    require_new(left, found.function, f"that of a direction of {name}", 'left="V"')
    change = product_with_vector(found, name, right)
    v = Symbol(left, unknown.shape) if isinstance(unknown, Named) else direction(unknown, left)
    if isinstance(unknown, Symbol) and unknown.ranges:
        raise UnsupportedError("the bilinear form of a family is not available", suggestion="Name a member: x[1].")
    return tidy(inner(v, change))


# ---- definitions that are unknowns ------------------------------------------------------------------


def symbols_for(unknowns: Mapping[str, Expr]) -> dict[Expr, Expr]:
    """A symbol for every definition that is an unknown, since it varies freely."""
    return {u: Symbol(u.name, u.shape) for u in unknowns.values() if isinstance(u, Named)}


def freed(f: Expr, unknowns: Mapping[str, Expr]) -> tuple[Expr, Mapping[str, Expr]]:
    """The function and its unknowns with symbols for the definitions among these."""
    free = symbols_for(unknowns)
    return (replace(f, free.get), {n: free.get(u, u) for n, u in unknowns.items()}) if free else (f, unknowns)
