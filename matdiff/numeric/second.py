"""Checks of Jacobians and Hessians on random instances.

In go derivations of matdiff.calculus.jacobian and matdiff.calculus.hessian, out comes what differences of the
function say about them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from matdiff.algebra.expr import Expr, replace
from matdiff.algebra.identities import jacobians as laws
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Product, Scale, Sum
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.rewriting import Step
from matdiff.calculus.derivation import Gradients
from matdiff.calculus.hessian import Hessians, symbols_for
from matdiff.calculus.jacobian import Jacobians, general_member
from matdiff.calculus.vecform import as_vec
from matdiff.numeric.check import Verification, verify
from matdiff.numeric.varied import verify_gradients


def verified(derived: Jacobians, seed: int, trials: int) -> Verification:
    """Compares both sides of every step, and of d vec F = Σ J d vec X, for unknowns that vary together."""
    checked = [outcome for part in derived.parts for outcome in verified_part(part, seed, trials)]
    whole = checked[0]
    for outcome in checked[1:]:
        whole = whole.joined(outcome)._replace(
            lines=whole.lines + outcome.lines, reasons=whole.reasons + outcome.reasons
        )
    return whole


def verified_part(found: Gradients, seed: int, trials: int) -> Iterator[Verification]:
    """The unknowns together; then each definition among them by itself, since it varies as a symbol does."""
    free = symbols_for(found.unknowns)
    symbols = [n for n, u in found.unknowns.items() if u not in free]
    groups = [symbols, *([n] for n in found.unknowns if n not in symbols)]
    steps = list(found.steps())
    for group in filter(None, groups):
        unknowns = [found.unknowns[n] for n in group]
        own = {u: free[u] for u in unknowns if u in free}
        claims = in_symbols([*steps, chain(found, group)], own)
        yield verify(None, {}, claims, seed=seed, trials=trials, unknowns=[own.get(u, u) for u in unknowns])
        steps = []


def verified_hessian(found: Hessians, seed: int, trials: int) -> Verification:
    """Compares both sides of every step, the gradients with differences of f, and H with differences of these."""
    free = symbols_for(found.unknowns)
    own: dict[Expr, Expr] = free if len(free) == len(found.unknowns) else {}
    answers = {own.get(u, u): replace(found.first.gradients[n], own.get) for n, u in found.unknowns.items()}
    answers = {u: g for u, g in answers.items() if not isinstance(u, Named)}
    f, steps = replace(found.function, own.get), in_symbols(found.first.steps(), own)
    outcome = verify_gradients(f, answers, steps, seed, trials)
    for part in found.second.values():
        further = verified(part, seed, trials)
        outcome = outcome.joined(further)._replace(
            lines=outcome.lines + further.lines, reasons=outcome.reasons + further.reasons
        )
    return outcome


def chain(found: Gradients, names: Collection[str]) -> Step:
    """The claim d vec F = Σ J d vec X, which differences of F can refute, for some of the unknowns."""
    f, terms = found.function, list[Expr]()
    for name in names:
        unknown, j = found.unknowns[name], found.gradients[name]
        member = general_member(f, unknown)
        change = Differential(member)
        whole_matrix = unknown.is_scalar and j.shape == f.shape
        term = as_vec(Scale.of(change, j)) if whole_matrix else Product.of(j, as_vec(change))
        for index in sorted(member.free - f.free, key=lambda i: i.name):
            term = IndexedSum(term, index)
        terms.append(term)
    return Step(laws.jacobian_of_chain, as_vec(Differential(f)), Sum.of(*terms))


def in_symbols(steps: Sequence[Step], free: Mapping[Expr, Expr]) -> Sequence[Step]:
    """Steps with symbols for definitions."""
    if not free:
        return steps
    return [Step(s.law, replace(s.before, free.get), replace(s.after, free.get)) for s in steps]
