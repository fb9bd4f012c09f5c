"""Parts of a matrix as unknowns: an entry, a row, a column, a block, also of a member of a family.

In go the derivatives by the whole X, out come those by X[:, j].  The gradient by a part is that part of the
gradient, ∇_X[:, j] f = (∇_X f)[:, j], since df = Σⱼ (∇_X f)[:, j]ᵀ dX[:, j].  A part is a linear map with
vec(X[:, j]) = M vec(X), so that the Jacobian by it is J Mᵀ, where d vec F = J d vec X.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Operator, Symbol, postorder, replace, symbols
from matdiff.algebra.identities import OF_PARTS
from matdiff.algebra.identities.indexed import rebound
from matdiff.algebra.laws import of_a_line
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.structure import Named, is_not_named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, UnitVector, substitute_index
from matdiff.algebra.operators.vectorisation import unit_matrix
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.calculus.derivation import Block, Gradients, Phase, note_axes
from matdiff.calculus.varying import projection
from matdiff.errors import UnsupportedError

PART = Entry | Row | Column | Slice
PROJECTION = "Projection"


part_of_gradient = of_a_line(
    "the part of the gradient",
    "G[:, 2] = A[:, 2]",
    where="G, A: m x n",
    kind="definition",
    requires="G is the gradient A with respect to the whole matrix",
    name="part_of_gradient",
)
columns_of_jacobian = of_a_line(
    "the columns of the Jacobian",
    "J*M' = A*M'",
    where="J, A: p x m*n; M: q x m*n",
    kind="definition",
    requires="J is the Jacobian A with respect to the whole X, and vec(Y) = M*vec(X) for the part Y",
    name="columns_of_jacobian",
)


# ---- parts and wholes -------------------------------------------------------------------------------


def is_part(unknown: Expr) -> bool:
    """Whether an unknown is a part of another expression."""
    return isinstance(unknown, PART)


def whole_of(unknown: Expr) -> Expr:
    """What an unknown is a part of: a symbol, a member of a family, a definition."""
    while isinstance(unknown, PART):
        unknown = unknown.operands[0]
    return unknown


def wholes(unknowns: Mapping[str, Expr]) -> dict[str, Expr]:
    """The unknowns with wholes for parts, each once."""
    names = {u: name for name, u in unknowns.items() if not is_part(u)}
    for whole in map(whole_of, unknowns.values()):
        if not isinstance(whole, (Symbol, Member, Named)) and whole not in names:
            raise UnsupportedError(f"parts of {whole} cannot be unknowns", suggestion="Take parts of a symbol.")
        names.setdefault(whole, str(whole))
    return {name: u for u, name in names.items()}


def chain_of(unknown: Expr) -> list[Expr]:
    """The parts that lead from the whole to the unknown, the widest first: X[2, :], X[2, :][:, 1:3]."""
    found: list[Expr] = []
    while isinstance(unknown, PART):
        found.append(unknown)
        unknown = unknown.operands[0]
    return found[::-1]


def part_of(whole: Expr, unknown: Expr) -> Expr:
    """The part of a matrix that lies where the unknown lies in its whole."""
    for part in chain_of(unknown):
        whole = part.rebuild((whole, *part.operands[1:]))
    return whole


def places_of(unknown: Expr) -> list[Index]:
    """The indices that say where an unknown lies, in the order in which they are written."""
    whole = whole_of(unknown)
    members = [whole] if isinstance(whole, Member) else []
    written = [i for e in [*members, *chain_of(unknown)] for place in e.operands[1:] for i in postorder(place)]
    return list(dict.fromkeys([i for i in written if isinstance(i, Index)]))


def require_wholes(unknowns: Iterable[Expr], purpose: str) -> None:
    """Refuses parts where the unknowns have to be symbols, families or members."""
    part = next(filter(is_part, unknowns), None)
    if part is not None:
        raise UnsupportedError(
            f"{purpose} by a part, {part}, is not available", suggestion=f"Take {whole_of(part)} as a whole."
        )


# ---- derivatives by parts ---------------------------------------------------------------------------


def gradients_by_parts(found: Gradients, unknowns: Mapping[str, Expr]) -> Gradients:
    """The gradients by parts, from those by their wholes."""
    names = {u: name for name, u in found.unknowns.items()}
    simplifier = Simplifier(OF_PARTS, is_not_named)
    answers: dict[str, Expr] = {}
    free, tangents = dict(found.unconstrained), dict(found.riemannian)
    blocks = list(found.blocks)
    for name, unknown in unknowns.items():
        whole = names[whole_of(unknown)]
        answers[name] = found.gradients[whole]
        if not is_part(unknown):
            continue
        answers[name], phase = _part_of_gradient(whole, answers[name], unknown, simplifier)
        blocks.append(Block(unknown, "", (phase,)))
        for known in (free, tangents):
            if whole in known:
                known[name] = simplifier(part_of(rebound(known[whole], _names(unknown)), unknown))[0]
    free, tangents = ({n: g for n, g in known.items() if n in unknowns} for known in (free, tangents))
    free = {n: g for n, g in free.items() if g is not answers[n]}
    leaves = symbols(found.function)
    for known in (answers, free, tangents):
        for name, g in known.items():
            g.facts["context"] = leaves
            note_axes([g], places_of(unknowns[name]))
    return found._replace(
        unknowns=dict(unknowns), gradients=answers, unconstrained=free, riemannian=tangents, blocks=tuple(blocks)
    )


def _part_of_gradient(name: str, g: Expr, unknown: Expr, simplifier: Simplifier) -> tuple[Expr, Phase]:
    """The part of the gradient by the whole of that name, and the lines that lead to it."""
    start = part_of(rebound(g, _names(unknown)), unknown)
    simple, steps = simplifier(start)
    named = part_of(Named(f"nabla_{name}", g), unknown)
    return simple, Phase(PROJECTION, Step(part_of_gradient, named, start), start, (tuple(steps),) if steps else ())


def _names(unknown: Expr) -> list[str]:
    return [i.name for i in places_of(unknown)]


def selection(unknown: Expr) -> Expr:
    """M with vec(part) = M vec(whole), which is C ⊗ R with the rows R and C of identity matrices."""
    from matdiff.algebra.operators.kronecker import Kronecker

    whole = whole_of(unknown)
    chosen = [unit_matrix(extent) for extent in whole.shape]
    for part in chain_of(unknown):
        for side, rows in _chosen(part):
            chosen[side] = rows
    down, across = chosen
    return Kronecker.of(across, down)


def _chosen(part: Expr) -> Iterator[tuple[int, Expr]]:
    """For the rows (0) and the columns (1) that a part takes, the rows of the identity that take them."""
    a, *places = part.operands
    if isinstance(part, Slice):
        for side, taken in enumerate(part.ranges):
            if taken != (ONE, a.shape[side]):
                yield side, Slice.of(Identity(a.shape[side]), taken)
        return
    for side, place in enumerate(places) if isinstance(part, Entry) else [(int(isinstance(part, Column)), places[0])]:
        if a.shape[side] is not ONE:
            yield side, Transpose(UnitVector(place, a.shape[side]))


def jacobians_by_parts(found: Gradients, unknowns: Mapping[str, Expr]) -> tuple[Gradients, tuple[Gradients, ...]]:
    """The Jacobians by parts, from those by their wholes; and for every part a derivation in which it varies alone."""
    names = {whole: name for name, whole in wholes(unknowns).items()}
    answers: dict[str, Expr] = {}
    free: dict[str, Expr] = {}
    varied: list[Gradients] = []
    for name, unknown in unknowns.items():
        whole = names[whole_of(unknown)]
        answers[name] = found.gradients[whole]
        known = found.unconstrained.get(whole)
        if is_part(unknown):
            relaxed = part_of(found.unknowns[whole], unknown)
            varied.append(_jacobian_by_part(found.function, name, relaxed, answers[name]))
            answers[name] = varied[-1].gradients[name]
            known = None if known is None else _columns(found.function, relaxed, known)[2]
        if known is not None and known is not answers[name]:
            free[name] = known
    blocks = (*found.blocks, *(block for part in varied for block in part.blocks))
    for name, j in (*answers.items(), *free.items()):
        note_axes([j], places_of(unknowns[name]))
    return Gradients(found.function, dict(unknowns), answers, free, blocks), tuple(varied)


def _jacobian_by_part(f: Expr, name: str, unknown: Expr, j: Expr) -> Gradients:
    """The Jacobian by a part from that by its whole, as a derivation of the function in which only the part varies."""
    before, start, simple, steps = _columns(f, unknown, j)
    opening = Step(columns_of_jacobian, before, start)
    block = Block(unknown, "", (Phase(PROJECTION, opening, start, (tuple(steps),) if steps else ()),))
    change, varied = varied_part(unknown, f)
    return Gradients(change(f), {name: varied}, {name: simple}, {}, (block,))


def _columns(f: Expr, unknown: Expr, j: Expr) -> tuple[Expr, Expr, Expr, list[Step]]:
    """JMᵀ with a name for J, with J, and simplified in some steps; by a scalar it has the shape of the function."""
    from matdiff.algebra.operators.kronecker import Unvec

    j = rebound(j, _names(unknown))
    chosen = Transpose(selection(unknown))
    before, start = (Product.of(e, chosen) for e in (Named(f"J_{whole_of(unknown)}", j), j))
    if unknown.is_scalar and start.shape != f.shape:
        turned = f.shape == start.shape[::-1]
        before, start = (Transpose(e) if turned else Unvec.of(e, *f.shape) for e in (before, start))
    return before, start, *Simplifier(OF_PARTS, is_not_named)(start)


# ---- the part varies --------------------------------------------------------------------------------


def varied_part(unknown: Expr, f: Expr) -> tuple[Callable[[Expr], Expr], Expr]:
    """How expressions change when a part varies by itself, and the change, a symbol or a member of a family that is 0.

    In Φ[a][:, b] the change is a member c[a, b], and Φ[i] becomes Φ[i] + Σ_b c[i, b]e_bᵀ.  Where *f* has an index
    of the part free it is the same index, and no sum is taken.  In a subspace the change is projected on it.
    """
    whole = whole_of(unknown)
    indices = [i for i in places_of(unknown) if i not in f.free]
    family = Symbol(f"change of {unknown}", unknown.shape, ("change",), tuple([i.last for i in indices]))
    varied = Member(family, *indices) if indices else family
    moved = projection(placed(varied, unknown), whole)
    own = [i for i in whole.operands[1:] if isinstance(i, Index)] if isinstance(whole, Member) else []
    for index in [i for i in indices if i not in own]:
        other = Index(f"{index.name} of {unknown}", index.last)
        moved = IndexedSum(substitute_index(moved, index, other), other)

    def shifted(node: Expr) -> Expr | None:
        if node is whole and not isinstance(whole, Member):
            return Sum.of(node, moved)
        if isinstance(node, Member) and isinstance(whole, Member) and node.operands[0] is whole.operands[0]:
            return Sum.of(node, _at_member(moved, whole, node, indices))
        return None

    return lambda e: replace(e, shifted), varied


def placed(change: Expr, unknown: Expr) -> Expr:
    """The matrix whose part is the change, and that is 0 elsewhere: the adjoint of taking the part."""
    for part in reversed(chain_of(unknown)):
        assert isinstance(part, Operator)
        assert part.shift is not None
        change = Transpose(part.shift.apply(part, Transpose(change), 0))
    return change


def _at_member(moved: Expr, own: Member, other: Member, varying: Sequence[Index]) -> Expr:
    """What the change of one member is of another one: with that one's index, or 0 unless they are the same."""
    family = own.operands[0]
    assert isinstance(family, Symbol)
    here: list[Expr] = []
    known: dict[Expr, Expr] = {}
    for a, b, last in zip(own.operands[1:], other.operands[1:], family.ranges, strict=True):
        if isinstance(a, Index) and a in varying and a not in known:
            known[a] = b
        elif known.get(a, a) is not b:
            here.append(Entry(UnitVector(known.get(a, a), last), b))
    exchange = {a: Index(f"{a} of {own}", a.last) for a in known if isinstance(a, Index)}
    for old, new in [*exchange.items(), *((exchange[a], known[a]) for a in exchange)]:
        moved = substitute_index(moved, old, new)
    return Scale.of(Hadamard.of(*here), moved) if here else moved
