"""Names that make an answer shorter to read: p := softmax(Wx), r := Xw − y, H := X(XᵀX + λI)⁻¹Xᵀ.

In goes an answer, out come the pieces of it that are written more than once, each with the letter that is customary
for what it is.  Factors that stand side by side in several products are such a piece as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.products import Product
from matdiff.algebra.operators.recurrence import Recurrence
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.reading_cost import reading_cost
from matdiff.calculus.naming import Names, has_custom
from matdiff.records import NamedTuple

MOST_NAMED = 4  # pieces of an answer
LEAST_SAVED, LEAST_SHARE = 3, 10  # signs that a name t1 has to save, and which part of the whole they have to be
NAMING = 4  # the signs of a name, ``:=`` and ``;``
LONGEST, LONGEST_RUN = 3000, 6  # signs that are counted, and factors of a run


def is_definition(e: Expr) -> bool:
    """Whether an expression is written as a name that a definition in front of the text explains."""
    return isinstance(e, (Named, Recurrence))


def names_that_save(e: Expr) -> tuple[Expr, dict[Expr, str]]:
    """The answer, in which runs of factors with a name are one, and the names of its pieces."""
    found: list[Expr] = []
    beside = e.facts.get("context", ())  # the symbols of the function: a letter of it is taken
    while len(found) < MOST_NAMED:
        written = Written(e, found)
        piece = max(written.saving, key=written.saving.__getitem__, default=None)
        run = written.best_run()
        if run is not None and (piece is None or run.saved > written.saving[piece]):
            name = Named(f" {len(found)}", Product.of(*run.factors))  # no name of a text: it is given one below
            e, piece = put_in(e, run.factors, name), name
        if piece is None:
            break
        found.append(piece)
    if not found:
        return e, {}
    nodes = list(postorder(e))
    names, parents = Names([*nodes, *beside]), above(nodes)
    return e, {piece: names.fresh(meant(piece), parents[piece]) for piece in nodes if piece in found}


def above(nodes: Iterable[Expr]) -> dict[Expr, list[Expr]]:
    """What every node is an operand of."""
    found: dict[Expr, list[Expr]] = {}
    for node in nodes:
        for o in node.operands:
            found.setdefault(o, []).append(node)
    return found


def meant(piece: Expr) -> Expr:
    """What a piece with a name is: of a run of factors, which stands under a name of its own, the product."""
    return piece.operands[0] if isinstance(piece, Named) else piece


class Run(NamedTuple):
    """Factors that stand side by side, and the signs that a name for them saves."""

    factors: tuple[Expr, ...]
    saved: int


class Written:
    """How an answer is written where some pieces have names.

    costs    the signs of every node
    times    how often it is written
    saving   the signs that a name would save, of those that are worth one
    """

    def __init__(self, e: Expr, named: Collection[Expr]) -> None:
        self.shown = list(postorder(e))
        self.costs: dict[Expr, int] = {}
        for n in self.shown:
            own = reading_cost(n) - sum(reading_cost(o) for o in n.operands)
            inside = sum(1 if o in named or is_definition(o) else self.costs[o] for o in n.operands)
            self.costs[n] = min(LONGEST, max(1, own + inside))
        self.times = dict.fromkeys(self.shown, 0) | {e: 1}
        for n in reversed(self.shown):
            once = n in named or is_definition(n)
            for o in n.operands:
                self.times[o] = min(LONGEST, self.times[o] + (1 if once else self.times[n]))
        self.named, self.above = named, above(self.shown)
        self.least = max(LEAST_SAVED, self.costs[e] // LEAST_SHARE)
        candidates = [n for n in self.shown[:-1] if may_be_named(n) and n not in named and self.times[n] > 1]
        saved = {n: saved_by_name(self.costs[n], self.times[n]) for n in candidates}
        self.saving = {n: s for n, s in saved.items() if s >= self._least_for(n)}

    def _least_for(self, n: Expr) -> int:
        """A letter that is customary is worth more than t1, most of all where it stands more than twice."""
        if not has_custom(n, self.above[n]):
            return self.least
        return 1 if self.times[n] > 2 else LEAST_SAVED

    def best_run(self) -> Run | None:
        """The factors side by side for which a name saves most."""
        often: dict[tuple[Expr, ...], int] = {}
        for n in self.shown:
            if isinstance(n, Product):
                for run in runs(n.operands):
                    often[run] = often.get(run, 0) + self.times[n]
        best: Run | None = None
        for factors, times in often.items():
            cost = sum(1 if f in self.named else self.costs[f] for f in factors) + len(factors) - 1
            saved = saved_by_name(cost, times)
            if times > 1 and saved >= self.least and (best is None or saved > best.saved):
                best = Run(factors, saved)
        return best


def saved_by_name(cost: int, times: int) -> int:
    """The signs that a name saves for a piece that is written so often."""
    return (times - 1) * cost - times - NAMING


def may_be_named(e: Expr) -> bool:
    """Whether a piece is written as a whole: of a term behind a minus, and of a quotient, parts are written."""
    return bool(e.operands) and not (e.free or e.reciprocal or e.leading_number < 0 or is_definition(e))


def runs(factors: Sequence[Expr]) -> Iterator[tuple[Expr, ...]]:
    """Two factors or more side by side, but not all of them, that belong to no index."""
    for start in range(len(factors)):
        for end in range(start + 2, min(len(factors), start + LONGEST_RUN) + 1):
            run = tuple(factors[start:end])
            if len(run) < len(factors) and not any(f.free for f in run):
                yield run


def put_in(e: Expr, run: tuple[Expr, ...], name: Expr) -> Expr:
    """The expression with a name in place of factors that stand side by side."""
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        factors = with_name(node.operands, run, name) if isinstance(node, Product) else node.operands
        made = tuple([done.get(o, o) for o in factors])
        done[node] = node if made == node.operands else node.rebuild(made)
    return done[e]


def with_name(factors: Sequence[Expr], run: tuple[Expr, ...], name: Expr) -> Iterator[Expr]:
    """The factors, with the name wherever the run stands."""
    k = 0
    while k < len(factors):
        found = tuple(factors[k : k + len(run)]) == run
        yield name if found else factors[k]
        k += len(run) if found else 1
