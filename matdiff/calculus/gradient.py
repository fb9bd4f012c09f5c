"""df = Tr(Gᵀ dX) ⇒ ∇f = G: the whole way from an expression to its gradients.

A long expression is cut into blocks at nodes whose differential stays an unknown dY for the block above:
df = Tr(∇_Yᵀ dY).  The blocks are derived from f downwards, so that every ∇_Y is complete before it is
carried on (backpropagation in matrix form), and work grows with the number of distinct nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.constants import UNITY, Identity
from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, Symbol, nodes_in, postorder, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS, TIDYING
from matdiff.algebra.identities.indexed import apart, rebound
from matdiff.algebra.identities.products import identity_in_product
from matdiff.algebra.identities.traces import (
    chain_rule,
    collected_traces,
    contributions_added,
    definition_turned,
    read_off,
    substitution,
    trace_of_multiple,
    transposed_factor,
)
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose, reciprocal, zero
from matdiff.algebra.operators.recurrence import Iterate, Recurrence
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import Named, is_named, is_not_named
from matdiff.algebra.operators.sums import IndexedSum, Member, under
from matdiff.algebra.reading_cost import is_shorter
from matdiff.algebra.rewriting import NO_STEPS, Later, Simplifier, Step, Steps, Told, chained, replay
from matdiff.algebra.walks import remade
from matdiff.calculus.blocks import BINDING, OPERANDS, block_names, grouped, index_names, is_quotient
from matdiff.calculus.derivation import Block, Gradients, Phase, exchanged, give, indices_of, note_axes
from matdiff.calculus.differential import Dependence, Differentiation
from matdiff.calculus.traceform import TraceForm, TraceTerm, line_of
from matdiff.calculus.varying import Exchange, projected, relaxed, restored
from matdiff.errors import ShapeError, UnsupportedError
from matdiff.opening import without_collector
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.calculus.recurrences import Sources

MOST_FACTORS = 24  # of a closed form that may be shorter than one in terms of other links
MANY = 8  # a program with that many blocks may have some that are alike


@without_collector
def gradients(f: Expr, unknowns: Mapping[str, Expr], expand: bool = True) -> Gradients:
    """Derives the gradient of a scalar expression with respect to symbols, families or members of families.

    Without *expand* the answers of a chain are left in terms of its links ∇_Y.
    """
    if not f.is_scalar:
        raise ShapeError(
            f"a gradient is taken of a scalar, and this expression is {shape_text(f.shape)}",
            suggestion="Take the sum, the trace or a norm of it.",
        )
    if any(map(OPERANDS, unknowns.values())):
        from matdiff.calculus.parts import gradients_by_parts, is_part, wholes
        from matdiff.calculus.recurrences import general_state

        if any(map(is_part, unknowns.values())):
            return gradients_by_parts(gradients(f, wholes(unknowns), expand), unknowns)
        unknowns = {name: general_state(unknown) for name, unknown in unknowns.items()}
    free = relaxed(unknowns)
    if free:
        relax = Exchange(free)
        found = _Sweep(relax(f), {name: relax(unknown) for name, unknown in unknowns.items()}, expand).derive()
        give(f)
        found = restored(found, f, unknowns, free)
    else:
        sweep = _Sweep(f, unknowns, expand)
        found = sweep.derive()
    leaves = symbols(f) if free else [node for node in sweep.nodes if type(node) is Symbol]
    for g in (*found.gradients.values(), *found.unconstrained.values(), *found.riemannian.values()):
        g.facts["context"] = leaves  # by them a value of g finds the size of the 1 in ∇ sum(x) = 1
    return found


def resolved(node: Expr, differentiation: Differentiation, tidy: Simplifier) -> tuple[Expr, Phase]:
    """dY of a block with every law of d applied, and the lines that lead there."""
    start = differentiation.d[node]
    groups: list[Told] = []
    dy: Expr = start
    for group in differentiation.rounds(node):
        dy, told = tidy.after(dy, tuple(group))
        groups.append(told)
    return dy, Phase("Differential", None, start, tuple(groups))


def independent(f: Expr, unknowns: Collection[Expr]) -> Dependence:
    """Dependence on the unknowns; a definition that depends on another one is a cut, where its ∇ is read off."""
    if not any(map(OPERANDS, unknowns)):  # as it mostly is
        return Dependence(unknowns)
    symbols = [u.operands[0] if isinstance(u, Iterate) else u for u in unknowns if not isinstance(u, Named)]
    depends = Dependence(symbols)
    for node in postorder(f) if len(symbols) < len(unknowns) else ():
        if node in unknowns and isinstance(node, Named) and not depends(node):
            depends = Dependence([*depends.symbols, node])
    return depends


class Link(NamedTuple):
    """∇_Y under its name, and the lines that say what it is."""

    name: Expr
    phase: Phase


class _Sweep:
    def __init__(self, f: Expr, unknowns: Mapping[str, Expr], expand: bool) -> None:
        nodes = nodes_in(f)
        self.f = grouped(f, nodes)
        self.nodes = nodes if self.f is f else nodes_in(self.f)
        self.expand = expand
        self.unknowns = unknowns
        self.depends = independent(self.f, unknowns.values())
        self.names = block_names(self.f, self.depends, self.nodes)
        self.recurrences = [node for node in self.names if isinstance(node, Recurrence)] if self.names else []
        self.cuts = {*self.names}
        self.quotients = [*filter(is_quotient, self.names)]
        if self.recurrences:
            self.cuts.update(node for node in self.nodes if isinstance(node, Iterate) and self.depends(node))
        self.differentiation = Differentiation(self.depends, self.cuts)
        self.simplifier = Simplifier(SIMPLIFICATIONS, is_not_named)
        self.traceform = TraceForm()
        self.tidy = Simplifier(TIDYING, holds_differential)
        self.pieces: dict[Expr, list[Expr]] = {}  # for every unknown or cut, what the blocks contribute
        self.adjoints: dict[Expr, str] = {}  # the names ∇_Y
        self.labels: set[str] = set()  # how they are written
        self.own = self._taken() if self.names else set()
        self.deltas: dict[Expr, tuple[Recurrence, Sources]] = {}  # the adjoints of recurrences
        self.expanded: dict[Expr, Expr] = {}  # expressions with these names replaced by their values
        alike = len(self.names) >= MANY and not self.recurrences
        self.derived: Callable[..., tuple[Block, dict[Expr, Expr]]] = self._through
        if alike:
            from matdiff.calculus.alike import Alike

            self.derived = Alike(self._through, self.differentiation, self.simplifier)

    def derive(self) -> Gradients:
        blocks = []
        if self.f in self.cuts and isinstance(self.f, Iterate):
            self.pieces[self.f] = [UNITY]
        elif self.depends(self.f):
            blocks.append(self._block(self.f, UNITY, "f"))
        for node in reversed(list(self.names)):
            if isinstance(node, Recurrence):
                blocks += self._recurrence(node)
            elif node is not self.f and node in self.pieces:
                link = self._link(node)
                block = self._block(node, link.name, self.names[node])
                blocks.append(block.after(link.phase))
        found, free, members = {}, {}, {}
        for name, unknown in self.unknowns.items():
            is_plain = type(unknown) is Symbol and not (self.names or any(unknown.data[2:]))
            only = self.pieces.get(unknown, []) if is_plain else []
            if len(only) == 1 and not only[0].classes & BINDING:  # as it mostly is
                free[name] = found[name] = only[0]
                continue
            last: list[Phase] = []
            total = self._total(unknown, last)
            free[name] = apart(total) if total.free else total
            found[name] = projected(free[name], unknown, self.simplifier, last)
            if isinstance(unknown, Symbol) and unknown.ranges:
                members[name] = Member(unknown, *self._general_member(unknown))
            if name in members or unknown.operands:
                note_axes((free[name], found[name]), indices_of(members.get(name, unknown)))
            if last:
                blocks.append(Block(unknown, "", tuple(last)))
        unconstrained = {n: g for n, g in free.items() if g is not found[n]}
        give(self.f, self.nodes)
        links = dict(zip(self.adjoints.values(), self.adjoints, strict=True))
        return Gradients(self.f, dict(self.unknowns), found, unconstrained, tuple(blocks), links=links, members=members)

    def _block(self, node: Expr, adjoint: Expr, name: str) -> Block:
        """One block, whose contributions to the unknowns and cuts below are noted."""
        block, found = self.derived(node, adjoint, name)
        for target, piece in found.items():
            self._note(target, piece)
        return block

    def _note(self, target: Expr, piece: Expr) -> None:
        """Notes what a block contributes to an unknown or a cut; 0 is left out where there is something else."""
        noted = self.pieces.setdefault(target, [])
        if not noted or noted == [zero(target.shape)]:
            self.pieces[target] = [piece]
        elif piece is not zero(target.shape):
            noted.append(piece)

    def _through(self, node: Expr, adjoint: Expr, name: str) -> tuple[Block, dict[Expr, Expr]]:
        """d of the node, the trace form, and what it contributes to the unknowns and cuts below."""
        dy, differential = resolved(node, self.differentiation, self.tidy)
        above = None
        if adjoint is UNITY:
            law, opened = self.traceform.terms(dy)
        else:
            left, factor = ((), (adjoint,)) if node.is_scalar else ((Transpose(adjoint),), ())
            above = TraceTerm(differential.start, left, scalars=factor)
            law, opened = chain_rule, [above._replace(middle=dy)] if holds_differential(dy) else []
        rounds, done = self.traceform.rounds(opened)
        totals = self._by_target(done)
        simplified = {target: self.simplifier.rest(total) for target, total in totals.items()}

        def tell() -> Iterator[Phase]:
            yield differential
            line, start = dy if above is None else above.expression(), line_of(opened)
            yield Phase("Trace form", Step(law, line, start) if start is not line else None, start, _frozen(rounds))
            yield _gradient_phase(done, totals, chained(*[steps for _, steps in simplified.values()]))

        return Block(node, name, Later(tell)), {target: simple for target, (simple, _) in simplified.items()}

    # ---- recurrences --------------------------------------------------------------------------------

    def _recurrence(self, z: Recurrence) -> list[Block]:
        """Back through the steps of a recurrence, with δ for the gradients of its states, and then its start."""
        from matdiff.calculus.recurrences import (
            adjoint_recurrence,
            backwards,
            fresh_name,
            sources,
            total,
            unrolled_once,
        )

        given = sources(z, self.pieces)
        if not any(given):
            return []
        self.cuts |= {z.before, z.after, z.first}
        self.differentiation.define(z.after, unrolled_once(z))
        self.differentiation.define(z.first, z.operands[0])
        state = backwards(z, fresh_name(self._taken(), z, self.recurrences))
        adjoint, _ = self.simplifier(Sum.of(state, *given.after))
        block, found = self._through(z.after, adjoint, z.name)
        step = found.pop(z.before, total((), z))
        delta = adjoint_recurrence(z, state, step, given)
        self.deltas[z] = delta, given
        known = Exchange({state: delta.before})
        for target, piece in found.items():
            whole = known(piece) if z.index in target.free else IndexedSum(known(piece), z.index)
            self.pieces.setdefault(target, []).append(whole)
        blocks = [exchanged(block, known)]
        if self.depends(z.operands[0]):
            at_first, _ = self.simplifier(Sum.of(delta.last, *given.first))
            blocks.append(self._block(z.first, at_first, z.name))
        return blocks

    def _taken(self) -> set[str]:
        """The names that are in use."""
        return {str(node.data[0]) for node in self.nodes if isinstance(node, (Symbol, Named, Recurrence))}

    # ---- identification -----------------------------------------------------------------------------

    def _by_target(self, terms: Sequence[TraceTerm]) -> dict[Expr, Expr]:
        """Σ Tr(H dX) = Tr((ΣHᵀ)ᵀ dX), for every X: ΣHᵀ by X."""
        groups: dict[Expr, list[Expr]] = {}
        for t in terms:
            target = t.middle.operands[0]
            if not (target in self.cuts or self.depends.is_unknown(target)):
                raise UnsupportedError(f"the differential of {target} was left unresolved")
            groups.setdefault(target, []).append(_transposed(t, target))
        return {target: Sum.of(*pieces) for target, pieces in groups.items()}

    def _link(self, node: Expr) -> Link:
        """∇_Y under a name, the sum of what the blocks above contributed."""
        raw = Sum.of(*self.pieces[node])
        value, steps = self.simplifier(raw)
        groups: list[list[Step]] = [steps]
        whole = self._expand(value) if self.expand else value
        factors = whole.operands[-1].operands if type(whole) is Scale else whole.operands
        closed, more = self.simplifier.rest(whole) if len(factors) <= MOST_FACTORS else (value, NO_STEPS)
        if closed is not value and is_shorter(closed, value):  # told only then: δ_s = δ_p ⊙ p − (δ_pᵀp)p is p − y
            groups.append([Step(substitution, value, whole), *more])
            value = closed
        label = f"delta_{self.names[node]}"
        while label in self.own:  # of a definition
            label += "_f"
        name = Named(label, value)
        self.adjoints[name] = self.names[node]
        self.labels.add(label)
        law = contributions_added if len(self.pieces[node]) > 1 else read_off
        return Link(name, Phase("Chain", Step(law, Named(label, raw), raw), raw, _frozen(groups)))

    def _total(self, unknown: Expr, phases: list[Phase]) -> Expr:
        """The gradient: the contributions of all blocks, with the names δ_Y replaced by their values."""
        members = isinstance(unknown, Member) or (isinstance(unknown, Symbol) and unknown.ranges)
        noted = self.pieces.items() if members else [(unknown, self.pieces.get(unknown, []))]
        pieces = [piece for target, given in noted for piece in self._for_unknown(target, given, unknown)]
        if isinstance(unknown, Iterate):
            from matdiff.calculus.recurrences import adjoint_of_state

            known = self.deltas.get(unknown.operands[0])
            pieces = [self.simplifier(adjoint_of_state(unknown, *known))[0]] if known else []
        if not pieces:
            return zero(unknown.shape)
        total = Sum.of(*pieces)
        if len(pieces) == 1 and not self.adjoints:
            return total
        added = Step(contributions_added, total, total) if len(pieces) > 1 else None
        if self.adjoints and not self.expand:
            simple, steps = self.simplifier.rest(total)
            if added:
                phases.append(Phase("Chain", added, total, _frozen([steps])))
            return simple
        expanded = self._expand(total)
        simple, steps = self.simplifier.rest(expanded)
        if self.adjoints:
            inserted = [Step(substitution, total, expanded)] if expanded is not total else []
            opening = added or Step(read_off, total, total)
            simple, named = self._in_definitions(simple)
            phases.append(Phase("Substitution", opening, total, _frozen([inserted, steps, *named])))
        elif steps is not NO_STEPS:
            phases.append(Phase("Contributions", added, expanded, _frozen([steps])))
        return simple

    def _in_definitions(self, answer: Expr) -> tuple[Expr, list[Told]]:
        """An answer with A = sz for A where z is defined as A/s, if that is less to read, and the steps to it."""
        shown, told = written_in(answer) if self.quotients else set(), list[Told]()
        for z in self.quotients:
            value = z.operands[0]
            if value.operands[1] not in shown or value.operands[1] in written_in(value.operands[0]):
                continue
            turned = Step(definition_turned, value.operands[1], Scale.of(reciprocal(value.operands[0]), z))
            simple, steps = self.simplifier.rest(replay(answer, [turned], is_not_named))
            if is_shorter(simple, answer):
                answer = simple
                told += [(turned,), steps]
        return answer, told

    def _expand(self, e: Expr) -> Expr:
        """Adjoint names replaced by their values, at all depths; sums in these may have got other indices."""
        is_label: Callable[[Expr], bool] = lambda n: isinstance(n, Named) and n.data[0] in self.labels  # noqa: E731
        return remade(e, lambda node, made: made.operands[0] if is_label(node) else made, self.expanded)

    def _for_unknown(self, target: Expr, pieces: Sequence[Expr], unknown: Expr) -> list[Expr]:
        """The contributions to an unknown; those to members of a family are brought to one index."""
        if target is unknown and not unknown.free:
            return [rebound(piece, index_names(self.f)) if piece.classes & BINDING else piece for piece in pieces]
        family = unknown.operands[0] if isinstance(unknown, Member) else unknown
        if not isinstance(target, Member) or target.operands[0] is not family:
            return []
        from matdiff.calculus.members import brought_to

        wanted = unknown.operands[1:] if isinstance(unknown, Member) else self._general_member(family)
        ranges = family.ranges if isinstance(family, Symbol) else ()
        old = target.operands[1:]
        brought = (p if target is unknown else brought_to(p, old, wanted, ranges, self.f.free) for p in pieces)
        letters = index_names(self.f) | {i.name for index in wanted for i in index.free}
        return [rebound(r, letters) for r in brought if r is not None]

    def _general_member(self, family: Expr) -> tuple[Expr, ...]:
        """The indices of the first general member that the blocks contributed to, or new ones."""
        from matdiff.calculus.members import general_indices

        assert isinstance(family, Symbol)
        return general_indices(family, self.pieces, index_names(self.f))


def written_in(e: Expr) -> set[Expr]:
    """What an expression is written with, where definitions are names."""
    return set(postorder(e, prune=is_named))


def _frozen(groups: Sequence[Told | list[Step]]) -> tuple[Told, ...]:
    return tuple(g if isinstance(g, Steps) else tuple(g) for g in groups if isinstance(g, Steps) or g)


def _transposed(t: TraceTerm, target: Expr) -> Expr:
    """Hᵀ of a term Tr(H dX), under the sums that X does not depend on."""
    h: Expr = Product.of(*t.left) if t.left else Identity(target.rows) if not target.is_scalar else UNITY
    return t.with_factor(transposed(h) if t.left else h, [i for i in t.sums if i not in target.free])


def _gradient_phase(terms: Sequence[TraceTerm], totals: Mapping[Expr, Expr], steps: Told) -> Phase:
    """Σ Tr(H dX) = Tr((ΣHᵀ)ᵀ dX), for every X under the sums that it depends on, and these factors, simplified."""
    outside = {t.middle.operands[0]: t.sums for t in terms}
    raw = [
        under(
            [i for i in outside[target] if i in target.free], Trace(Product.of(Transpose(total), Differential(target)))
        )
        for target, total in totals.items()
    ]
    line = line_of(terms)
    start = Sum.of(*raw) if raw else line
    law = collected_traces if len(terms) > len(totals) else transposed_factor
    if law is transposed_factor and all(t.shows_gradient for t in terms):
        law = trace_of_multiple
    if law is transposed_factor and not any(t.left or t.middle.is_scalar for t in terms):
        law = identity_in_product  # Tr(dX) = Tr(Iᵀ dX)
    opening = Step(law, line, start) if start is not line else None
    return Phase("Gradient", opening, start, (steps,) if steps is not NO_STEPS else ())
