"""A derivation as data: what was applied to what, and the lines that this gives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Index, Operator, Symbol, fact, postorder, replace, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS, TIDY
from matdiff.algebra.identities.expansions import square_of_norm
from matdiff.algebra.identities.indexed import apart
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.differentials import Differential, holds_differential
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import Named, is_not_named
from matdiff.algebra.operators.sums import IndexedSum, Member, SumOfEntries
from matdiff.algebra.rewriting import Later, Step, Told, replay
from matdiff.calculus.demands import Condition, demanded_by
from matdiff.records import NamedTuple

OF_PARTS = tuple(f"differential_of_{part}" for part in ("entry", "row", "column", "slice"))
AT_ONCE = ("Substitution", "Contributions")  # phases that are two lines at most


@cache
def silent() -> frozenset[str]:
    """The names of laws that a textbook applies without a word."""
    of_traces = "trace_of_sum", "trace_of_multiple", "trace_of_scalar", "trace_of_indexed_sum"
    of_transposes = [law.name for law in SIMPLIFICATIONS[Transpose].entries]
    return frozenset((*of_traces, *TIDY - {"twins_under_d"}, *of_transposes, "positive_first"))


def is_unspoken(law: Law) -> bool:
    """Whether a textbook applies the law without a word."""
    return law.name in silent() or is_of_part(law)


def is_of_part(law: Law) -> bool:
    """Whether a law says that the d of a part is the part of the d: d(x[i]) is dx[i]."""
    return law.name.startswith(OF_PARTS)


class Line(NamedTuple):
    """A line of a derivation: the expression, and the laws that lead to it from the line before."""

    expression: Expr
    laws: tuple[Law, ...]

    @property
    def titles(self) -> list[str]:
        """What is written beside the line: the laws a reader needs to be told of."""
        spoken = [law.title for law in self.laws if not is_unspoken(law)] or [law.title for law in self.laws[:2]]
        return list(dict.fromkeys(spoken))


class Phase(NamedTuple):
    """A run of lines under one heading: its first line, how that came about, and the groups of steps after it.

    Each group of steps makes one line at the textbook level of detail.
    """

    title: str
    opening: Step | None
    start: Expr
    groups: tuple[Told, ...]

    def steps(self) -> Iterator[Step]:
        if self.opening is not None:
            yield self.opening
        for group in self.groups:
            yield from group

    def lines(self, full: bool = False, letters: Collection[Expr] = ()) -> Iterator[Line]:
        """The lines after the start, replayed from the steps; with *full* one line for every step.

        Otherwise scalars and sums leave the traces of an opening line without a line of their own, and what is written
        with *letters* besides the names counts as one.  No line binds an index within a sum over it.
        """
        yield from (line._replace(expression=apart(line.expression)) for line in self._replayed(full, letters))

    def _replayed(self, full: bool, letters: Collection[Expr]) -> Iterator[Line]:
        if self.title == "Gradient" and not full:
            if self.opening is not None or self.groups:
                yield self._result()
            return
        groups = [g for g in self.groups if g]
        shown, laws = self.start, (self.opening.law,) if self.opening is not None else ()
        if laws and not full and groups and all(is_unspoken(s.law) for s in groups[0]):
            shown = self._after(shown, groups.pop(0))
        if self.title == "Trace form" and not full:
            yield from self._at_once(shown, groups, laws)  # what Tr(…) is of stands in the line above
            return
        if laws or self.title in ("Projection", "Substitution"):
            yield Line(shown, laws)
        if self.title in AT_ONCE and not full:
            yield from self._at_once(shown, groups)
            return
        if full:
            yield from self._one_by_one(shown, groups)
        else:
            yield from with_constants_out(list(self._told(shown, groups)), letters)

    def _told(self, shown: Expr, groups: Iterable[Told]) -> Iterator[Line]:
        """A line for every group of steps that changes something."""
        for group in groups:
            line = self._after(shown, group)
            if line is not shown:
                yield Line(line, tuple(dict.fromkeys(s.law for s in group)))
            shown = line

    def _one_by_one(self, shown: Expr, groups: Iterable[Told]) -> Iterator[Line]:
        """A line for every step that changes something."""
        for group in groups:
            whole, told = self._after(shown, group), list(self._until_rest(shown, group))
            if not told or told[-1].expression is not whole:  # a product within a product has become part of it
                told = list(self._by_steps_so_far(shown, tuple(group)))
            yield from told
            shown = whole

    def _until_rest(self, shown: Expr, group: Told) -> Iterator[Line]:
        """Step after step, again where later ones bring up what it is about: x² + log(x²) has the d of x² twice."""
        for _ in group:
            before = shown
            for line in self._told(shown, [(step,) for step in group]):
                shown = line.expression
                yield line
            if shown is before:
                break

    def _by_steps_so_far(self, start: Expr, group: tuple[Step, ...]) -> Iterator[Line]:
        """What all steps until then make of the line that a group begins with."""
        shown = start
        for k, step in enumerate(group, 1):
            line = self._after(start, group[:k])
            if line is not shown:
                yield Line(line, (step.law,))
            shown = line

    def _at_once(self, shown: Expr, groups: Iterable[Told], opening: tuple[Law, ...] = ()) -> Iterator[Line]:
        """The line after all groups of steps, with the laws of all of them; none where there is nothing to tell."""
        line, laws = shown, list(opening)
        for group in groups:
            line = self._after(line, group)
            laws += [step.law for step in group]
        if opening or line is not shown:
            yield Line(line, tuple(dict.fromkeys(laws)))

    def _after(self, line: Expr, steps: Iterable[Step]) -> Expr:
        """The line after some steps; once it has the form Σ Tr(Gᵀ dX), the steps are about every G."""
        if holds_differential(line) and self.title != "Gradient":
            return replay(line, steps, holds_differential)
        steps, factors = tuple(steps), dict[Expr, Expr]()
        within = _within(steps)
        if self.opening is None or not holds_differential(line):
            return replay(line, steps, within)
        for term in line.operands if isinstance(line, Sum) else (line,):
            while isinstance(term, IndexedSum):
                term = term.operands[0]
            transposed = term.operands[0].operands[0]
            factors[transposed] = Transpose(replay(transposed.operands[0], steps, within))

        def changed(e: Expr) -> Expr | None:
            return e if isinstance(e, Differential) else factors.get(e)

        line = replace(line, changed)  # what stands under a d is as long as the function, and stays
        kept = [t for t in line.operands if not is_zero_trace(t)] if isinstance(line, Sum) else []
        return Sum.of(*kept) if kept else line

    def _result(self) -> Line:
        """The last line, with the laws of the whole phase."""
        line = self.start
        for group in self.groups:
            line = self._after(line, group)
        return Line(line, tuple(dict.fromkeys(s.law for s in self.steps())))


@cache
def linear() -> frozenset[Law]:
    """The laws by which constants leave a d."""
    kinds = Product, Hadamard, Scale, Sum, Transpose, Trace, SumOfEntries
    return frozenset(law for kind in kinds if (law := kind.d) is not None)


def with_constants_out(lines: Sequence[Line], letters: Collection[Expr]) -> Iterator[Line]:
    """The lines, where constants leave a d at once: df = −d(yᵀlog p) goes without saying before −yᵀ d(log p).

    So do the parts of a d before the d of a part, ds = d(xᵀx + c)/(2s) before d(xᵀx)/(2s), where more follows,
    −yᵀ d(log p) before −yᵀ(dp ./ p), and that the d of a sum is taken term by term.
    """
    laws: tuple[Law, ...] = ()
    for k, line in enumerate(lines):
        after = lines[k + 1 :]
        is_of_one = is_multiple_of_differential(line.expression) and linear().issuperset(laws)
        goes_on = after and is_linear(line) and (linear().issuperset(after[0].laws) or is_of_one)
        at_once = after and (is_split(line) or is_of_letters(line, after[0].expression, letters))
        of_parts = after and all(map(is_of_part, after[0].laws))
        if goes_on or at_once or of_parts or (len(after) > 1 and is_linear(after[0])):
            laws += line.laws
        else:
            yield line._replace(laws=tuple(dict.fromkeys(laws + line.laws)))
            laws = ()


def is_linear(line: Line) -> bool:
    """Whether a line has one d, which constants have left."""
    return linear().issuperset(line.laws) and differentials(line.expression) == 1


def is_split(line: Line) -> bool:
    """Whether a line is c dA + e dB, which linear laws have made of the d of a sum."""
    e = line.expression
    return isinstance(e, Sum) and linear().issuperset(line.laws) and all(map(is_multiple_of_differential, e.operands))


def is_of_letters(line: Line, after: Expr, named: Collection[Expr]) -> bool:
    """Whether the d of functions of a letter are those of letters alone in the line after it.

    Each is a function entry by entry, or the only one and a linear law or a square led to it, d(aᵀa).
    """

    def is_letter(e: Expr) -> bool:
        return isinstance(e, (Symbol, Named, Member)) or e in named

    functions = [e for e in under_d(line.expression) if not is_letter(e)]
    if not functions or not all(map(is_letter, under_d(after))):
        return False
    if all(isinstance(e, Entrywise) and is_letter(e.operands[0]) for e in functions):
        return True
    letters = {n for n in postorder(functions[0], prune=is_letter) if is_letter(n)}
    is_told = not (linear() | {*square_of_norm.each, IndexedSum.d}).issuperset(line.laws)
    return len(letters) == 1 == differentials(line.expression) and not is_told


def under_d(line: Expr) -> set[Expr]:
    """What a line has a d of."""
    return {n.operands[0] for n in postorder(line, prune=is_differential) if is_differential(n)}


def differentials(e: Expr) -> int:
    """How often a d is written in a line; 2 says more than once."""
    return fact(
        "differentials", e, lambda node, below: 1 if is_differential(node) else min(2, sum(below)), closed=(Named,)
    )


def is_differential(e: Expr) -> bool:
    return isinstance(e, Differential)


def is_multiple_of_differential(e: Expr) -> bool:
    """c dA, where c is a number that has nothing in common with A."""
    factors = e.operands if isinstance(e, Scale) or (isinstance(e, Hadamard) and e.is_scalar) else (e,)
    of = [f for f in factors if holds_differential(f)]
    if len(of) != 1 or not is_differential(of[0]):
        return False
    varying = symbols(of[0])
    return not any(s in varying for f in factors if f is not of[0] for s in symbols(f))


def is_zero_trace(e: Expr) -> bool:
    """Tr(0ᵀ dX)"""
    factors = e.operands[0].operands if isinstance(e, Trace) else ()
    zero = factors[0].operands[0] if factors and isinstance(factors[0], Transpose) else e
    return is_zero(zero)


def _within(steps: Iterable[Step]) -> Callable[[Expr], bool]:
    """Where to look for the left sides of steps: never in a definition, and in a given function if one is of it."""
    if any(is_given(step.before) for step in steps):
        return is_not_named
    return lambda node: not is_given(node) and is_not_named(node)


def give(f: Expr, nodes: Iterable[Expr] = ()) -> None:
    """Marks the nodes of a function, so that a replay need not walk through all of it for every line."""
    for node in nodes or postorder(f):
        node.facts["given"] = True


def is_given(e: Expr) -> bool:
    """Whether an expression is part of a function that was given."""
    return "given" in e.facts


def indices_of(unknown: Expr) -> tuple[Expr, ...]:
    """The indices of a member of a family."""
    return unknown.operands[1:] if isinstance(unknown, Member) else ()


def note_axes(answers: Iterable[Expr], indices: Iterable[Expr]) -> None:
    """Notes in which order the indices of the unknown were written: that is the order of the axes of a value."""
    axes = tuple(dict.fromkeys([i for i in indices if isinstance(i, Index)]))
    if axes:
        for answer in answers:
            answer.facts["axes"] = axes


class Block(NamedTuple):
    """The derivation through one node: the whole function, or a named piece of it on the way back."""

    node: Expr
    name: str
    phases: tuple[Phase, ...] | Later[Phase]

    def after(self, first: Phase) -> Block:
        """The block with another phase before its own ones."""
        return self._replace(phases=Later(lambda: (first, *self.phases)))


def exchanged(block: Block, exchange: Callable[[Expr], Expr]) -> Block:
    """A block with what *exchange* makes of its expressions, once somebody reads it."""

    def step(s: Step) -> Step:
        return Step(s.law, exchange(s.before), exchange(s.after))

    def phase(p: Phase) -> Phase:
        opening = None if p.opening is None else step(p.opening)
        return Phase(p.title, opening, exchange(p.start), tuple(tuple(map(step, group)) for group in p.groups))

    return Block(exchange(block.node), block.name, Later(lambda: map(phase, block.phases)))


def named_pieces(answers: Iterable[Expr]) -> tuple[str, ...]:
    """What the named pieces of some answers stand for, as sylvester(A, B, C), each said once."""
    nodes = [e for answer in answers for e in postorder(answer) if isinstance(e, Operator) and e.definition]
    return tuple(dict.fromkeys(e.definition.format(*e.operands) for e in nodes))


def conditions(steps: Sequence[Step], function: Expr, answers: Sequence[Expr], order: int = 1) -> tuple[Condition, ...]:
    """The conditions under which derivatives of an order hold that have to be said."""
    found = demanded_by(steps, function, answers)
    if not found:
        return ()
    from matdiff.calculus.conditions import fewest  # only where there is something to be proved

    forms = [s.after.operands[0] for s in steps if is_differential(s.before) and is_differential(s.after)]
    return fewest(found, function, answers, order, forms)


NOTHING: Mapping[str, Expr] = {}


class Gradients(NamedTuple):
    """What a derivation found: the gradients, and the blocks of lines that lead to them.

    Of an unknown with a property there is the unconstrained gradient too, of an orthogonal one the Riemannian.
    *links* are the gradients ∇_Y with respect to the pieces that the function was cut at, under their names;
    *members* the general members that the answers for families are about.
    """

    function: Expr
    unknowns: Mapping[str, Expr]
    gradients: Mapping[str, Expr]
    unconstrained: Mapping[str, Expr]
    blocks: tuple[Block, ...]
    riemannian: Mapping[str, Expr] = NOTHING
    links: Mapping[str, Expr] = NOTHING
    members: Mapping[str, Expr] = NOTHING

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return (self.function,)

    def steps(self) -> tuple[Step, ...]:
        return tuple(s for b in self.blocks for p in b.phases for s in p.steps())

    def lines(self) -> tuple[Line, ...]:
        return tuple(line for block in self.blocks for phase in block.phases for line in phase.lines())

    def where(self) -> tuple[Condition, ...]:
        """Where the laws that were used hold: the conditions that have to be said."""
        return conditions(self.steps(), self.function, [*self.gradients.values()])

    def conditions(self) -> tuple[str, ...]:
        """The conditions in words; then what named pieces of the answers are."""
        return (*map(str, self.where()), *named_pieces(self.gradients.values()))
