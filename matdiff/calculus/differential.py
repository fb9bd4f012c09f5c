"""f → df: the laws of the differential, applied from the outside in until only dX of the unknowns is left.

The applications come in rounds.  A round resolves every d(…) of the line once; laws that only pass d on
(sums, multiples, the trace) do not count, so that a round is what a textbook writes as one line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from matdiff.algebra.expr import Expr, Number, Operator, postorder, replace
from matdiff.algebra.heads import candidates
from matdiff.algebra.identities import EXPANSIONS
from matdiff.algebra.identities.expansions import square_of_norm
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.linear import law_at
from matdiff.algebra.operators.products import Hadamard, Power, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries
from matdiff.algebra.rewriting import Step
from matdiff.errors import UnsupportedError

PASSING = (Sum, Scale, Trace, IndexedSum, SumOfEntries, Entry, DiagonalMatrix, DiagonalVector)


class Dependence:
    """Which expressions depend on the unknowns: symbols, or families of them."""

    def __init__(self, unknowns: Collection[Expr]) -> None:
        self.symbols = {u.operands[0] if isinstance(u, Member) else u for u in unknowns}
        self.known: dict[Expr, bool] = {}

    def __call__(self, e: Expr) -> bool:
        if e not in self.known:
            self.learn(postorder(e, prune=self.known.__contains__))
        return self.known[e]

    def learn(self, nodes: Iterable[Expr]) -> None:
        """Finds out about nodes that come operands first, which is faster than being asked about each."""
        known = self.known
        for node in nodes:
            known[node] = node in self.symbols or any(map(known.__getitem__, node.operands))

    def is_unknown(self, e: Expr) -> bool:
        """Whether de stays as it is: an unknown or a member of an unknown family."""
        return e in self.symbols or (isinstance(e, Member) and e.operands[0] in self.symbols)


class Differentials(dict[Expr, Expr]):
    """de for every e that is asked for."""

    def __missing__(self, e: Expr) -> Expr:
        made = self[e] = Differential.make((e,))
        return made


class Differentiation:
    """Resolves d(…), block by block of an expression; *cuts* are nodes whose differential is left for later."""

    def __init__(self, depends: Dependence, cuts: Collection[Expr] = ()) -> None:
        self.depends = depends
        self.cuts = cuts
        self.definitions: dict[Expr, Expr] = {c.operands[0]: c for c in cuts if isinstance(c, Named)} if cuts else {}
        self.forms: dict[Expr, Expr] = {}
        self.resolved: dict[Expr, tuple[Step, list[Expr]]] = {}
        self.d = Differentials()

    def define(self, state: Expr, form: Expr) -> None:
        """Says what a state of a recurrence is, in terms of the state before it."""
        self.forms[state] = form
        self.definitions[form] = state

    def rounds(self, root: Expr) -> Iterator[list[Step]]:
        """The law applications that resolve d(root), grouped by line.

        An expression that turns up again in a later line is resolved again there, by the same step.
        """
        waiting = [] if self.depends.is_unknown(root) else [root]
        while waiting:
            steps: dict[Expr, Step] = {}
            following: dict[Expr, None] = {}
            queue = list(reversed(waiting))
            while queue:
                e = queue.pop()
                if e in steps:
                    continue
                step, inner = self._resolve(e)
                steps[e] = step
                passes, here = _passes(e, step.law), list[Expr]()
                for i in inner:
                    if self._is_resolved(i):
                        continue
                    if passes or isinstance(i, Transpose):
                        here.append(i)
                    else:
                        following[i] = None
                queue.extend(reversed(here))
            yield list(steps.values())
            waiting = [e for e in following if e not in steps]

    def _is_resolved(self, e: Expr) -> bool:
        return e in self.cuts or self.depends.is_unknown(e)

    def _resolve(self, e: Expr) -> tuple[Step, list[Expr]]:
        """The law of d for an expression, and the expressions whose d it leaves."""
        if e not in self.resolved:
            self.resolved[e] = self._law_of(e)
        return self.resolved[e]

    def _law_of(self, e: Expr) -> tuple[Step, list[Expr]]:
        if e in self.forms:
            from matdiff.algebra.operators.recurrence import step_of_recurrence

            return Step(step_of_recurrence, self.d[e], self.d[self.forms[e]]), [self.forms[e]]
        for expansion in candidates(EXPANSIONS, e):
            form = expansion.apply(e)
            if form is not None:
                if e in self.definitions:  # p = exp(h)/sum(exp(h)) names softmax(h) as well
                    self.definitions.setdefault(form, self.definitions[e])
                return Step(expansion, self.d[e], self.d[form]), [form]
        law = e.d if isinstance(e, Operator) else None
        if law is None:
            raise UnsupportedError(
                f"there is no law for the differential of {e.title() if isinstance(e, Operator) else e}",
                suggestion="Write it with operators that have one: `matdiff laws` lists them.",
            )
        self.depends(e)
        varies = self.depends.known
        after = law.apply(e, *[self.d[o] if varies[o] else None for o in e.operands])
        if e in self.definitions:  # d tanh(h) = (1 − z²) ⊙ dh where z = tanh(h)
            known = {o: o for o in e.operands} | {e: self.definitions[e]}  # nothing below the operands is visited
            if isinstance(e, Power) and e.operands[1].number == -1:  # d(1/a) = −q² da where q = 1/a
                known[Power(e.operands[0], Number(-2))] = Power(self.definitions[e], Number(2))
            after = replace(after, known.get)
        varying = list(filter(varies.get, e.operands))
        is_multiple = type(e) is Hadamard and e.is_scalar and len(varying) == 1  # of a scalar, by constants
        named = Scale.d if is_multiple else law_at(law, e)
        return Step(named, self.d[e], after), list(dict.fromkeys(varying))


def _passes(e: Expr, law: Law) -> bool:
    """Whether the line goes on to the next law; a norm that becomes a product is shown as a line of its own."""
    return law not in square_of_norm.each if law.kind == "identity" else type(e) in PASSING
