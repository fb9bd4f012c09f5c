"""Unknowns with a property: where they vary, and what that makes of the gradient.

In a linear subspace (symmetric, diagonal, lower, …) the gradient is the projection of the unconstrained one.  On
a curved or shifted set (orthogonal, of length 1, …) the function is derived off the set: until the answer is
there, the unknown stands without the property, so that no law of it can be used too early.
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.assumptions import curved, implied, onto_subspace, subspace
from matdiff.algebra.expr import Expr, Number, Symbol, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.identities.transposes import addends, flipped
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose
from matdiff.algebra.operators.recurrence import Iterate
from matdiff.algebra.operators.structure import Named, is_not_named
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import assumed, is_symmetric_definition
from matdiff.algebra.rewriting import Simplifier
from matdiff.calculus.derivation import Gradients, Phase, exchanged, indices_of, note_axes


def symbol_of(unknown: Expr) -> Expr:
    """The symbol that varies: an unknown, or the family of a member."""
    return unknown.operands[0] if isinstance(unknown, Member) else unknown


# ---- linear subspaces -------------------------------------------------------------------------------


def projection(g: Expr, unknown: Expr) -> Expr:
    """The projection of a gradient on the subspace in which the unknown varies."""
    symbol = symbol_of(unknown)
    return onto_subspace(g, symbol.properties) if isinstance(symbol, Symbol) and symbol.properties else g


def projected(g: Expr, unknown: Expr, simplifier: Simplifier, phases: list[Phase]) -> Expr:
    """The projected gradient, and the lines that lead to it; the gradient itself where it lies in the subspace."""
    whole = projection(g, unknown)
    if whole is g:
        return g
    if [p.word for p in subspace(assumed(symbol_of(unknown)))] == ["symmetric"]:
        turned, _ = simplifier(Transpose(g))
        if key(turned) == key(g):
            return g
    simple, steps = simplifier(whole)
    if simple is g:
        return g
    phases.append(Phase("Projection", None, whole, (tuple(steps),)))
    return simple


# ---- curved and shifted sets ------------------------------------------------------------------------


class Exchange:
    """Replaces symbols by others wherever they occur; what has been rebuilt once is known the next time.

    Where only names are exchanged, all is *as it was made*, whatever an operator may write more simply.
    """

    __slots__ = ("as_made", "done")

    def __init__(self, pairs: Mapping[Expr, Expr], as_made: bool = False) -> None:
        self.done = dict(pairs)
        self.as_made = as_made

    def __call__(self, e: Expr) -> Expr:
        done = self.done
        for node in postorder(e, prune=done.__contains__):
            if node not in done:
                operands = tuple([done[o] for o in node.operands])
                if operands == node.operands:
                    done[node] = node
                else:
                    done[node] = node.make(operands, node.data) if self.as_made else node.rebuild(operands)
        return done[e]


def relaxed(unknowns: Mapping[str, Expr]) -> dict[Expr, Expr]:
    """For every unknown symbol that is constrained to a set, the same symbol without that property."""
    free: dict[Expr, Expr] = {}
    for symbol in map(symbol_of, unknowns.values()):
        if isinstance(symbol, Symbol) and symbol.properties and curved(symbol.properties):
            known = implied(symbol.properties)
            rest = known - curved(known)
            free[symbol] = Symbol(symbol.name, symbol.shape, rest, symbol.ranges)
    return free


def restored(found: Gradients, f: Expr, unknowns: Mapping[str, Expr], free: Mapping[Expr, Expr]) -> Gradients:
    """What was found for relaxed unknowns, said of the unknowns themselves."""
    back = Exchange({relaxation: symbol for symbol, relaxation in free.items()})

    blocks = tuple(exchanged(b, back) for b in found.blocks)
    gradients = {name: back(g) for name, g in found.gradients.items()}
    unconstrained = {name: back(g) for name, g in found.unconstrained.items()}
    members = {name: back(member) for name, member in found.members.items()}
    tangents = {name: riemannian(g, members.get(name, unknowns[name])) for name, g in gradients.items()}
    known = {name: g for name, g in tangents.items() if g is not None}
    for name, member in {**unknowns, **members}.items():
        found_for = [answers[name] for answers in (gradients, unconstrained, known) if name in answers]
        note_axes(found_for, indices_of(member))
    links = {name: back(link) for name, link in found.links.items()}
    return Gradients(f, dict(unknowns), gradients, unconstrained, blocks, known, links, members)


def riemannian(g: Expr, unknown: Expr) -> Expr | None:
    """The gradient along the orthogonal matrices, or along the sphere, in the metric of the space around them."""
    properties = assumed(symbol_of(unknown))
    if subspace(properties):
        return None
    simplify = Simplifier(SIMPLIFICATIONS, is_not_named)
    if "orthogonal" in properties:
        normal = [Product.of(unknown, flipped(t), unknown) for t in addends(g)]
    elif "unit" in properties:
        normal = [Product.of(unknown, Transpose(unknown), t) for t in addends(g)]
    else:
        return None
    terms = [simplify(t)[0] for t in (*addends(g), *[-t for t in normal])]
    total = Sum.of(*terms)
    return simplify(Scale.of(Number("1/2"), total) if "orthogonal" in properties else total)[0]


# ---- definitions and states -------------------------------------------------------------------------


def freed(piece: Named | Iterate) -> tuple[Exchange, Expr]:
    """How expressions change when a definition or a state varies by itself, and the symbol that is varied.

    A definition of something symmetric varies among the symmetric matrices, since the laws take it for one of them.
    """
    from matdiff.calculus.recurrences import perturbed

    if isinstance(piece, Iterate):
        other, change = perturbed(piece, f"change of {piece}")
        return Exchange({piece.operands[0]: other}), change
    symbol = Symbol(piece.name, piece.shape, ("symmetric",) if is_symmetric_definition(piece) else ())
    return Exchange({piece: symbol}), symbol
