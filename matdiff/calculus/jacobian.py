"""d vec F = J d vec X ⇒ J: the whole way from an expression of any shape to its Jacobians.

A long expression is cut into blocks as for a gradient, but they are derived from the operands upwards: where
d vec Y = J d vec X is known under the name J, the block above carries it on as M J.  So every block is derived
once, and work grows with the number of distinct nodes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matdiff.algebra.constants import Identity, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number, Symbol, postorder, replace, symbols
from matdiff.algebra.fresh import INDICES, fresh
from matdiff.algebra.identities import SIMPLIFICATIONS, TIDYING
from matdiff.algebra.identities import jacobians as laws
from matdiff.algebra.identities.factoring import zero_in_sum
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.identities.traces import substitution
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.operators.kronecker import Unvec
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, zero
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, State
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry, Member, UnitVector, under
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.algebra.simplification import tidy
from matdiff.algebra.walks import written_out
from matdiff.calculus.blocks import block_names, index_names, short_products
from matdiff.calculus.derivation import Block, Gradients, Phase, exchanged, give
from matdiff.calculus.differential import Differentiation
from matdiff.calculus.gradient import independent, resolved
from matdiff.calculus.members import brought_to
from matdiff.calculus.parts import is_part, jacobians_by_parts, wholes
from matdiff.calculus.recurrences import unrolled_once
from matdiff.calculus.traceform import TraceTerm, line_of
from matdiff.calculus.varying import Exchange, projection, relaxed
from matdiff.calculus.vecform import VecForm, as_vec
from matdiff.errors import UnsupportedError
from matdiff.opening import without_collector
from matdiff.records import NamedTuple

VEC_FORM, LINEAR_FORM, JACOBIAN = "Vec form", "Linear form", "Jacobian"
SUBSTITUTION, PROJECTION = "Substitution", "Projection"


class Jacobians(NamedTuple):
    """What a derivation found: all of it, and the parts for unknowns that vary together.

    Each is a record as of gradients, with the Jacobians for the ``gradients``.
    """

    whole: Gradients
    parts: tuple[Gradients, ...]


@without_collector
def jacobians(f: Expr, unknowns: Mapping[str, Expr]) -> Jacobians:
    """Derives J with d vec F = J d vec X for every unknown; by a scalar t it is ∂F/∂t, in the shape of F.

    For an unknown with a property the answer is projected on the subspace in which it varies.
    """
    if any(map(is_part, unknowns.values())):
        by_wholes = jacobians(f, wholes(unknowns))
        whole, varied = jacobians_by_parts(by_wholes.whole, unknowns)
        return Jacobians(with_context(whole), (*by_wholes.parts, *varied))
    return _jacobians(f, unknowns)


def _jacobians(f: Expr, unknowns: Mapping[str, Expr]) -> Jacobians:
    """The same for unknowns that are symbols, families, members or definitions."""
    free = relaxed(unknowns)
    if free:
        relax = Exchange(free)
        f, unknowns = relax(f), {name: relax(u) for name, u in unknowns.items()}
    if states := [name for name, u in unknowns.items() if isinstance(u, (Iterate, Recurrence))]:
        message = f"{states[0]} is a state of a recurrence, of which there is no Jacobian"
        raise UnsupportedError(message, suggestion="Take what the recurrence is made of, its start or a parameter.")
    whole = short_products(f)
    through_steps = any(isinstance(node, Recurrence) for node in postorder(whole))
    parts = [
        (_ByScalar if _is_scalar(group) and not through_steps else _Sweep)(whole, group).derive()
        for group in _groups(unknowns)
    ]
    give(whole)
    found = {name: j for part in parts for name, j in part.gradients.items()}
    unconstrained = {name: j for part in parts for name, j in part.unconstrained.items()}
    ordered = {name: found[name] for name in unknowns}
    blocks = tuple(block for part in parts for block in part.blocks)
    return Jacobians(with_context(Gradients(whole, dict(unknowns), ordered, unconstrained, blocks)), tuple(parts))


def with_context(found: Gradients) -> Gradients:
    """The same record, whose answers know the symbols of the function: by them a value finds its sizes."""
    leaves = symbols(found.function)
    for j in (*found.gradients.values(), *found.unconstrained.values()):
        j.facts["context"] = leaves
    return found


def _groups(unknowns: Mapping[str, Expr]) -> list[dict[str, Expr]]:
    """Scalars one by one, and everything else together."""
    scalars = [{name: u} for name, u in unknowns.items() if _is_scalar({name: u})]
    others = {name: u for name, u in unknowns.items() if not _is_scalar({name: u})}
    return [others, *scalars] if others else scalars


def _is_scalar(group: Mapping[str, Expr]) -> bool:
    """Whether the only unknown is a scalar, and no family or member of one."""
    (unknown, *others) = group.values()
    return not others and unknown.is_scalar and not isinstance(unknown, Member) and not getattr(unknown, "ranges", ())


def law_of_opening(dy: Expr, line: Expr) -> Law:
    """Why vec(dY) is the line that it opens: its terms stand one by one, or only terms that are 0 have gone."""
    kept = [m for m in (dy.operands if isinstance(dy, Sum) else (dy,)) if holds_differential(m)]
    return zero_in_sum if kept and line is as_vec(Sum.of(*kept)) else laws.terms_one_by_one


class _Sweep:
    """The Jacobians by vectors and matrices, block by block."""

    def __init__(self, f: Expr, unknowns: Mapping[str, Expr]) -> None:
        self.f = f
        self.unknowns = unknowns
        self.depends = independent(f, unknowns.values())
        self.names = block_names(f, self.depends)
        self.states = [node for node in postorder(f) if isinstance(node, Iterate) and self.depends(node)]
        if numbered := [str(z.operands[1]) for z in self.states if self.depends(z.operands[1])]:
            raise UnsupportedError(f"the number of a state cannot vary: {numbered[0]}")
        self.cuts = {*self.names, *self.states}
        self.differentiation = Differentiation(self.depends, self.cuts)
        self.simplifier = Simplifier(SIMPLIFICATIONS)
        self.tidy = Simplifier(TIDYING, holds_differential)
        self.vecform = VecForm()
        self.known: dict[tuple[Expr, str], Expr] = {}  # the names of ∂ vec Y/∂(vec X)ᵀ, and those of states
        self.wanted = {name: general_member(f, u) for name, u in unknowns.items()}

    def derive(self) -> Gradients:
        blocks: list[Block] = []
        totals: dict[str, Expr] = {}
        if self.depends(self.f):
            for node, name in self.names.items():
                blocks += self._recurrence(node) if isinstance(node, Recurrence) else [self._block(node, name)[0]]
            if self.f in self.states:
                totals = {name: self.known[self.f, name] for name in self.unknowns if (self.f, name) in self.known}
            else:
                block, totals = self._block(self.f, "f")
                blocks.append(block)
        found, unconstrained = {}, {}
        for name, unknown in self.unknowns.items():
            phases: list[Phase] = []
            whole = self._total(totals.get(name), unknown, phases)
            found[name] = self._projected(whole, unknown, phases)
            if found[name] is not whole:
                unconstrained[name] = whole
            if phases:
                blocks.append(Block(unknown, "", tuple(phases)))
        return Gradients(self.f, dict(self.unknowns), found, unconstrained, tuple(blocks))

    # ---- one block ----------------------------------------------------------------------------------

    def _block(self, node: Expr, name: str) -> tuple[Block, dict[str, Expr]]:
        """The lines of a block, and its Jacobian by every unknown, in names of blocks below."""
        dy, differential = resolved(node, self.differentiation, self.tidy)
        opened = self.vecform.opened(dy)
        rounds, done = self.vecform.rounds(opened)
        whole = as_vec(dy)
        line = line_of(opened) if opened else whole
        factors, collected = _collected(done)
        groups = (*[tuple(g) for g in rounds if g], *([(collected,)] if collected else []))
        opening = Step(law_of_opening(dy, line), whole, line) if line is not whole else None
        phases = [differential, Phase(VEC_FORM, opening, line, groups)]
        totals: dict[str, Expr] = {}
        for unknown, member in self.wanted.items():
            free = self.f.free | node.free
            pieces = [p for target, m in factors.items() for p in self._carried(target, m, unknown, member, free)]
            if pieces:
                raw = Sum.of(*pieces)
                totals[unknown], steps = self.simplifier(raw)
                phases.append(Phase(f"{JACOBIAN} by {unknown}", None, raw, (tuple(steps),) if steps else ()))
                self.known[node, unknown] = Named(self._label(name, unknown), totals[unknown])
        return Block(node, name, tuple(phases)), totals

    def _label(self, name: str, unknown: str) -> str:
        """J_h, the Jacobian of a block by an unknown."""
        return f"J_{name}" if len(self.unknowns) == 1 else f"J_{name}_{unknown}"

    def _recurrence(self, z: Recurrence) -> list[Block]:
        """Forward through the steps of a recurrence: J[k+1] = M J[k] + N for dz[k+1] = M dz[k] + N dX."""
        blocks, starts = list[Block](), dict[str, Expr]()
        if self.depends(z.operands[0]):
            self.differentiation.define(z.first, z.operands[0])
            block, starts = self._block(z.first, z.name)
            blocks.append(block)
        self.differentiation.define(z.after, unrolled_once(z))
        self.cuts |= {z.before, z.after}
        states = {name: self._state(z, name) for name, u in self.unknowns.items() if independent(z, [u])(z)}
        self.known |= {(z.before, name): state for name, state in states.items()}
        block, steps = self._block(z.after, z.name)
        own = {n: Recurrence(starts.get(n, zero(s.shape)), steps.get(n, zero(s.shape)), s) for n, s in states.items()}
        for state in (*self.states, z.before):
            if state.operands[0] is z:
                self.known |= {(state, name): Iterate(j, state.operands[1]) for name, j in own.items()}
        return [*blocks, exchanged(block, Exchange({s: own[n].before for n, s in states.items()}))]

    def _state(self, z: Recurrence, name: str) -> State:
        """J[k] inside the step that gives J[k+1]."""
        taken = {str(n.data[0]) for n in postorder(self.f) if isinstance(n, (Symbol, Named, Recurrence))}
        label = next(fresh(taken, self._label(z.name, name), [self._label(z.name, name)]))
        shape = as_vec(z).rows, as_vec(self.wanted[name]).rows
        return State(label, shape, z.index, z.origin, z.forward)

    def _carried(self, target: Expr, factor: Expr, name: str, member: Expr, free: frozenset[Index]) -> list[Expr]:
        """What a term M vec(dY) contributes to the Jacobian by an unknown: M, or M J where d vec Y = J d vec X.

        The block has the indices that are *free*; over others of a state z[i] there is a sum.
        """
        if target is member:
            return [factor]
        if isinstance(target, Member) and isinstance(member, Member) and target.operands[0] is member.operands[0]:
            return self._brought(factor, target, member, free)
        known = self.known.get((target, name))
        return [] if known is None else [under(tuple(target.free - free), Product.of(factor, known))]

    def _brought(self, factor: Expr, target: Member, member: Member, free: frozenset[Index]) -> list[Expr]:
        """A contribution to one member as one to another; an index of F itself stays, and δᵢⱼ says where it counts."""
        family, *old = target.operands
        new, ranges = member.operands[1:], family.ranges if isinstance(family, Symbol) else ()
        kept = [isinstance(a, Index) and a in free and a is not b for a, b in zip(old, new, strict=True)]
        here = [_delta(a, b) for a, b, keep in zip(old, new, kept, strict=True) if keep]
        old = [b if keep else a for a, b, keep in zip(old, new, kept, strict=True)]
        brought = brought_to(Scale.of(Hadamard.of(*here), factor) if here else factor, old, new, ranges, free)
        return [] if brought is None else [brought]

    # ---- the answers --------------------------------------------------------------------------------

    def _total(self, found: Expr | None, unknown: Expr, phases: list[Phase]) -> Expr:
        """The Jacobian with the names of those of the blocks replaced by their values."""
        rows, cols = as_vec(self.f).rows, as_vec(unknown).rows
        if found is None:
            by_member = unknown.is_scalar and ONE not in self.f.shape
            return zero(self.f.shape if by_member else (rows, cols))
        names: set[Expr] = {j for j in self.known.values() if isinstance(j, Named)}
        whole, steps = found, list[Step]()
        expanded = written_out(found, names)
        if expanded is not found:
            whole, steps = self.simplifier(expanded)
            phases.append(Phase(SUBSTITUTION, Step(substitution, found, expanded), expanded, (tuple(steps),)))
        if unknown.is_scalar and ONE not in self.f.shape:
            start = Unvec.of(whole, *self.f.shape)
            whole, steps = self.simplifier(start)
            phases.append(Phase(SUBSTITUTION, None, start, (tuple(steps),)))
        return whole

    def _projected(self, j: Expr, unknown: Expr, phases: list[Phase]) -> Expr:
        """J P for an unknown that varies in the range of a projection P, as a symmetric one does."""
        p = projector(unknown)
        if p is None or isinstance(j, Zeros) or j.shape[1] is not p.rows:
            return j
        start = Product.of(j, p)
        simple, steps = self.simplifier(start)
        if key(simple) == key(j):
            return j
        phases.append(Phase(PROJECTION, None, start, (tuple(steps),)))
        return simple


class _ByScalar:
    """The derivative by one scalar t, in the shape of the function: 𝓛(1) for dF = 𝓛(dt)."""

    def __init__(self, f: Expr, unknowns: Mapping[str, Expr]) -> None:
        self.f = f
        self.unknowns = unknowns
        ((self.name, self.t),) = unknowns.items()
        self.depends = independent(f, unknowns.values())
        self.names = block_names(f, self.depends)
        self.differentiation = Differentiation(self.depends, self.names)
        self.simplifier = Simplifier(SIMPLIFICATIONS)
        self.tidy = Simplifier(TIDYING, holds_differential)
        self.slopes: dict[Expr, Expr] = {Differential(self.t): Number(1)}  # dt, and dY for every block, at dt = 1

    def derive(self) -> Gradients:
        blocks: list[Block] = []
        found = zero(self.f.shape)
        if self.depends(self.f):
            for node in self.names:
                if node is not self.t:
                    blocks.append(self._block(node, self.names[node])[0])
            last, found = self._block(self.f, "f")
            blocks.append(last)
        names = set(self.slopes.values()) - {Number(1)}
        expanded = written_out(found, names)
        if expanded is not found:
            simple, steps = self.simplifier(expanded)
            start = Step(substitution, found, expanded)
            blocks.append(Block(self.t, "", (Phase(SUBSTITUTION, start, expanded, (tuple(steps),)),)))
            found = simple
        return Gradients(self.f, self.unknowns, {self.name: found}, {}, tuple(blocks))

    def _block(self, node: Expr, name: str) -> tuple[Block, Expr]:
        if node is self.t:
            return Block(node, name, ()), Number(1)
        dy, differential = resolved(node, self.differentiation, self.tidy)
        raw = replace(dy, self._at_one)
        simple, steps = self.simplifier(raw)
        dt = Differential(self.t)
        inserted = replace(dy, {d: Scale.of(dt, j) for d, j in self.slopes.items() if d is not dt}.get)
        taken = Step(laws.by_scalar, inserted, Scale.of(dt, raw))
        phase = Phase(f"{JACOBIAN} by {self.name}", None, raw, (tuple(steps),) if steps else ())
        self.slopes[Differential(node)] = Named(f"J_{name}", simple)
        opening = Step(laws.derivative_by_scalar, dy, inserted)
        told = [step for step in (opening, taken) if step.before is not step.after]
        start = told[0].after if told else inserted
        at_one = Phase(LINEAR_FORM, told[0] if told else None, start, tuple([(step,) for step in told[1:]]))
        return Block(node, name, (differential, at_one, phase)), simple

    def _at_one(self, node: Expr) -> Expr | None:
        """What stands for dt or dY at dt = 1; as a factor of scalars dt is left out."""
        factors = node.operands if isinstance(node, (Hadamard, Scale)) else ()
        rest = [f for f in factors if self.slopes.get(f) is not Number(1)]
        if rest and len(rest) < len(factors):
            return Hadamard.of(*rest) if isinstance(node, Hadamard) else rest[0]
        return self.slopes.get(node)


# ---- parts ------------------------------------------------------------------------------------------


def _collected(terms: Sequence[TraceTerm]) -> tuple[dict[Expr, Expr], Step | None]:
    """Σ M vec(dX) = (ΣM) vec(dX), for every X: the factors, and that step where it is one."""
    groups: dict[Expr, list[Expr]] = {}
    sums: dict[Expr, tuple[Index, ...]] = {}
    for t in terms:
        target = t.middle.operands[0]
        rows = as_vec(target).rows
        sums[target] = tuple(i for i in t.sums if i in target.free)
        own = Product.of(*t.left) if t.left else Number(1) if rows is ONE else Identity(rows)
        groups.setdefault(target, []).append(t.with_factor(own, [i for i in t.sums if i not in target.free]))
    factors = {target: Sum.of(*pieces) for target, pieces in groups.items()}
    together = [under(sums[y], Product.of(m, as_vec(Differential(y)))) for y, m in factors.items()]
    if not together or len(terms) == len(factors):
        return factors, None
    return factors, Step(laws.collected_factors, line_of(terms), Sum.of(*together))


def projector(unknown: Expr) -> Expr | None:
    """The matrix P of the projection on the subspace in which an unknown varies; None where it varies freely."""
    change = projection(Differential(unknown), unknown)
    if isinstance(change, Differential):
        return None
    form = VecForm()
    _, done = form.rounds(form.opened(change))
    factors, _ = _collected(done)
    return tidy(factors[unknown])


def general_member(f: Expr, unknown: Expr) -> Expr:
    """What an answer is about: of a family its general member, with indices that neither F nor a step has free."""
    if not (isinstance(unknown, Symbol) and unknown.ranges):
        return unknown
    taken = f.free | {node.index for node in postorder(f) if isinstance(node, Recurrence)}
    for node in postorder(f):
        is_general = len(node.free) == len(unknown.ranges) and node.free.isdisjoint(taken)
        if isinstance(node, Member) and node.operands[0] is unknown and is_general:
            return node
    letters = fresh(index_names(f), "i", INDICES)
    return Member(unknown, *[Index(c, last) for c, last in zip(letters, unknown.ranges, strict=False)])


def _delta(a: Expr, b: Expr) -> Expr:
    """δᵢⱼ of an index and another one, or a number."""
    assert isinstance(a, Index)
    return Entry(UnitVector(b, a.last), a)
