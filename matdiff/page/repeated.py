"""Names for what a line of a page would repeat: e[i, j] = R[i, j] − u[i]ᵀv[j], and G = expm(W) ⊙ Wᵀ.

In go the lines of a derivation, out come the pieces that stand twice in one of them, each with its name as a symbol.
A piece with running indices is a member of a family: with other indices it has the same name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Index, Symbol, fact, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.differentials import holds_differential
from matdiff.algebra.operators.products import Hadamard, Transpose, multiple
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import is_not_named
from matdiff.algebra.operators.sums import IndexedSum, Member, UnitVector, entries_by_index, substitute_index
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.rewriting import Simplifier
from matdiff.algebra.walks import replace
from matdiff.calculus.naming import OFTEN, SOFTMAX, TWICE, Names
from matdiff.output.answer_names import above, is_definition

LONG, CORE = 10, 7  # what it costs to read a piece that is not written twice in a line, and what has the name then
LEAST = 5  # what is left of it by the names of other pieces in it
MOST = 8  # pieces of a page
SHORTEST_OF_QUOTIENT = 3  # what it costs to read each half of a quotient that has a name of its own
LONGEST = 2_000  # nodes of the lines of a page that is looked through


def repeated(lines: Sequence[Expr], known: Mapping[Expr, str], full: bool) -> dict[Expr, Expr]:
    """The pieces that stand twice in a line, the first of which is the function, with their names, if not *known*.

    But in *full* the simplified form of a piece has its name, too.
    """
    nodes = list(dict.fromkeys(node for line in lines for node in postorder(line)))
    pieces: dict[Expr, Expr] = {}
    if len(nodes) > LONGEST:
        return pieces
    parents, names = above(nodes), Names(nodes)
    own = set(postorder(lines[0]))
    links = {n for n in nodes if is_definition(n) and n not in own}
    names.taken.update(known.values())
    simplify = Simplifier(SIMPLIFICATIONS, is_not_named).rewriter
    for line in dict.fromkeys(lines):
        while len({*map(name_of, pieces.values())}) < MOST:
            piece = longest_repeated(line, {*known, *pieces}, links)
            if piece is None:
                break
            forms = forms_of(piece, piece if full else simplify(piece))
            instances = [n for n in nodes if n.shape == piece.shape and general(n) in forms]
            squared = [p for n in instances for p in parents.get(n, ())]
            family = Symbol(names.fresh(piece, squared), piece.shape, (), tuple([i.last for i in indices(piece)]))
            for n in instances:
                own_indices = indices(n)
                pieces[n] = Member(family, *[own_indices[k] for k in forms[general(n)]]) if n.free else family
    pieces = worthwhile(pieces, known)
    if is_quotient(lines[0]) and any(n is not lines[0] and without_number(n) is lines[0] for n in nodes):
        pieces[lines[0]] = Symbol(names.letter("rho"), SCALAR)  # as Rayleigh's is called
    often = often_called(lines, {*known, *pieces})
    calls: dict[Expr, Expr] = {call: Symbol(names.fresh(call, parents.get(call, ())), call.shape) for call in often}
    return {**worthwhile({**pieces, **calls}, known), **calls} if calls else pieces


def forms_of(piece: Expr, simplified: Expr) -> dict[Expr, list[int]]:
    """The general forms of a piece, as it is written first and as it is simplified, with the places of its indices."""
    own = indices(piece)
    alike = [e for e in (simplified, piece) if reading_cost(e) >= CORE and set(indices(e)) == set(own)]
    return {general(e): [indices(e).index(i) for i in own] for e in alike}


def is_quotient(f: Expr) -> bool:
    """Whether a number is one product over another, of vectors or matrices."""
    over, under = f.operands if isinstance(f, Hadamard) and f.is_scalar and len(f.operands) == TWICE else (f, f)
    return under.reciprocal is not None and min(reading_cost(over), reading_cost(under)) >= SHORTEST_OF_QUOTIENT


def without_number(e: Expr) -> Expr:
    """A product of numbers without its leading one."""
    is_multiple = isinstance(e, Hadamard) and e.operands[0].number is not None
    return Hadamard.of(*e.operands[1:]) if is_multiple and len(e.operands) > TWICE else e


def often_called(lines: Sequence[Expr], known: Collection[Expr]) -> list[Expr]:
    """The softmax functions that lines are written with at least three times, which have a letter in every book."""
    if not any(is_a(node, *SOFTMAX) for line in lines for node in postorder(line)):
        return []
    times = Counter[Expr]()
    for line in dict.fromkeys(lines):
        times.update({n: k for n, k in written_times(line, known).items() if is_a(n, *SOFTMAX)})
    often = [n for n, k in times.items() if k >= OFTEN and n not in known and not is_letter(n.operands[0])]
    return [n for n in often if not (n.free or is_definition(n) or holds_differential(n))]


def is_letter(e: Expr) -> bool:
    """Whether something is written as a letter."""
    return isinstance(e, Symbol) or is_definition(e)


def worthwhile(pieces: dict[Expr, Expr], known: Collection[Expr]) -> dict[Expr, Expr]:
    """The pieces without those of which, by the names of others, hardly anything is left to read: g² and |g|."""
    for node in [*pieces]:
        if node not in pieces:
            continue
        own = name_of(pieces[node])
        others = {n: name for n, name in pieces.items() if name_of(name) is not own}
        by_names = with_names(node, {n: name_of(name) for n, name in others.items()}, known)
        if reading_cost(by_names) < LEAST:
            pieces = others
    return pieces


def longest_repeated(line: Expr, known: Collection[Expr], links: Collection[Expr]) -> Expr | None:
    """What costs most to read of what stands twice in a line, be it with other indices; the first of its kind.

    It is made of no links δ_h, which are explained below the names.
    """
    written = written_times(line, known)
    long = [n for n in written if n not in known and reading_cost(n) >= LONG and not holds_differential(n)]
    times: dict[Expr, int] = {}
    first: dict[Expr, Expr] = {}
    for node in dict.fromkeys(map(below_signs, long)):
        is_name = node in known or is_definition(node)
        if reading_cost(node) >= CORE and not (is_name or lists_entries(node) or holds(node, links)):
            first.setdefault(general(node), node)
            times[general(node)] = times.get(general(node), 0) + written[node]
    often = [key for key, k in times.items() if k >= TWICE]
    return first[max(often, key=reading_cost)] if often else None


def holds(e: Expr, links: Collection[Expr]) -> bool:
    """Whether something is written with a link."""
    return bool(links) and any(n in links for n in postorder(e, prune=is_definition))


def lists_entries(e: Expr) -> bool:
    """Whether something is written with its parent only: ∑ᵢ aᵢeᵢ below ∏ᵢ aᵢ, and aᵢeᵢ in it."""
    return entries_by_index(e) is not None or any(isinstance(o, UnitVector) and o.free for o in e.operands)


def written_times(line: Expr, known: Collection[Expr]) -> dict[Expr, int]:
    """How often everything is written in a line, where what is known and definitions are names."""

    def is_name(node: Expr) -> bool:
        return node is not line and (is_definition(node) or node in known)

    times = {line: 1}
    for node in reversed(list(postorder(line, prune=is_name))):
        for o in () if is_name(node) else node.operands:
            times[o] = times.get(o, 0) + times[node]
    return times


def below_signs(e: Expr) -> Expr:
    """What stands below ᵀ, ⁻¹ and a bar of a fraction."""
    while isinstance(e, (Transpose, Inverse)) or e.reciprocal:
        e = e.operands[0]
    return e


def indices(e: Expr) -> list[Index]:
    """The free indices of a piece in the order in which they are written."""
    return [node for node in postorder(e) if isinstance(node, Index) and node in e.free] if e.free else []


def general(e: Expr) -> Expr:
    """A piece with marks in place of its indices, which it has in common with the same piece of other indices.

    The indices of sums in it get marks too, since they may have any letter.
    """
    if not (e.free or bound_names(e)):
        return e
    if "general" not in e.facts:
        marks: dict[Expr, Expr] = {i: Index(f"{k} ", i.last) for k, i in enumerate(indices(e))}
        e.facts["general"] = replace(fact("marked sums", e, marked), marks.get)
    found: Expr = e.facts["general"]
    return found


def marked(e: Expr, below: Sequence[Expr]) -> Expr:
    """An expression from its marked operands; the index of a sum is marked by the sums within it."""
    if isinstance(e, Index) or (tuple(below) == e.operands and not isinstance(e, IndexedSum)):
        return e
    if not isinstance(e, IndexedSum):
        return e.rebuild(tuple(below))
    mark = Index(f"{len(bound_names(below[0]))}  ", e.index.last)
    return IndexedSum(substitute_index(below[0], e.index, mark), mark)


def name_of(name: Expr) -> Expr:
    """The symbol of a name, be it a member's."""
    return name.operands[0] if name.operands else name


def with_names(e: Expr, pieces: Mapping[Expr, Expr], known: Collection[Expr]) -> Expr:
    """What an expression is made of with the names of pieces; below what is *known* by another name nothing changes."""

    def changed(node: Expr) -> Expr | None:
        if node in pieces:
            return pieces[node]
        if (body := without_number(node)) in pieces:
            return multiple(node.leading_number, pieces[body])
        return node if node in known or is_definition(node) else None

    return e.rebuild(tuple([replace(o, changed) for o in e.operands])) if pieces and e.operands else e


def defined(pieces: Mapping[Expr, Expr], nodes: Iterable[Expr]) -> Iterator[Expr]:
    """Those of some nodes, and then of the rest, that say what a name stands for: each once, with its first letters."""
    first: dict[Expr, Expr] = {}
    for node, name in pieces.items():
        known = first.setdefault(name_of(name), node)
        if letters(node) < letters(known):
            first[name_of(name)] = node
    for node in (*nodes, *(n for piece in pieces for n in postorder(piece))):
        if node in pieces and (stated := first.pop(name_of(pieces[node]), None)) is not None:
            yield stated


def letters(e: Expr) -> list[str]:
    """The letters of the indices of a piece."""
    return [i.name for i in indices(e)]
