"""Random instances for checks: expressions in, well-conditioned values of their symbols out.

Sizes are drawn distinct, so that a wrong transpose cannot pass.  An instance is refused, and the next
one tried in a fixed order of styles, scales and shifts, when a node is undefined, huge, beside a kink, badly
conditioned, or changes so fast that differences of its values do not tell its derivative.  Where the values or their
derivatives are so small that they drown in rounding, the function is sought where it has size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice
from math import prod

import numpy as np

from matdiff.algebra.assumptions import INDEX, implied, records
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, Operator, Symbol
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.slices import index_ranges
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, MatrixPower
from matdiff.algebra.operators.sums import Member
from matdiff.errors import CheckError, ShapeError
from matdiff.numeric.drawn import STYLES, draw_symbol
from matdiff.numeric.drawn import project as project
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.extents import make_room, size_names
from matdiff.numeric.program import Program
from matdiff.numeric.rounding import noises
from matdiff.numeric.stencil import STENCIL, has_size, settled
from matdiff.records import NamedTuple

STEP = 5e-4
OTHER = 0.618  # of it: a second step
FINER, STEPS = 0.1, 3  # of it, where values change fast, and how often
FEW = 5  # tries on which what does not settle is compared with rounding
TRIES = 80
EACH_SCALE = 6  # tries
SCALES = [10.0 ** (sign * k) for k in range(1, 13) for sign in (1, -1)]  # where no value near 1 will do
SHIFTED = TRIES + EACH_SCALE * len(SCALES)
NEAR = (1.0, 0.1, 0.01)  # how far from a number of the function instances are drawn in the end
MOST_SHIFTS = 60
ELSEWHERE = [TRIES + EACH_SCALE * k + j for k in range(10) for j in range(2)]  # where size is sought
LARGEST_VALUE = 1e5  # larger values leave too few digits to a difference
LARGEST_ARRAY = 20_000_000  # numbers in one array
MOST_NUMBERS = 50_000_000  # and in all arrays
MANY_NODES = 1_000
WORST_CONDITION = 300.0
FIXED = frozenset(("integer", "change"))  # properties of symbols that are not scaled


class Instance(NamedTuple):
    """Values on the stencil about a random point, with the arrays of all nodes, and the try that found it.

    It is *faint* where the values underflow.
    """

    environment: Environment
    values: list[Array]
    attempt: int
    faint: bool = False


class Sampler:
    """Draws instances for the nodes of a program and some unknowns."""

    __slots__ = (
        "differences",
        "differentials",
        "indices",
        "kinks",
        "least",
        "limit",
        "may_be_large",
        "numerals",
        "program",
        "shifts",
        "sizeless",
        "squares",
        "symbols",
        "unknowns",
    )

    def __init__(self, program: Program, unknowns: Iterable[Expr]) -> None:
        self.program = program
        self.unknowns: dict[Symbol, list[Expr]] = {}
        for unknown in unknowns:
            self.unknowns.setdefault(family_of(unknown), []).append(unknown)
        place = program.place
        self.symbols = tuple(dict.fromkeys([n for n in program.nodes if isinstance(n, Symbol)] + [*self.unknowns]))
        self.indices = index_ranges(program.nodes)
        self.limit = LARGEST_VALUE * max([1.0, *(magnitude(n) for n in program.nodes if isinstance(n, Number))])
        self.shifts = shifts([n for n in program.nodes if isinstance(n, Number)])
        self.sizeless = False  # whether the function has been sought where it has size, and not been found there
        self.kinks = [
            (n, [place[n], *map(place.__getitem__, n.operands)])
            for n in program.nodes
            if isinstance(n, Operator) and n.kink
        ]
        self.squares = [(n, place[n.operands[0]]) for n in program.nodes if needs_inverse(n)]
        self.differentials = [
            (n.operands[0], place[n.operands[0]])
            for n in program.nodes
            if isinstance(n, Differential) and not isinstance(n.operands[0], (Symbol, Member))
        ]
        self.least, self.numerals = size_names(program, self.symbols)
        extents = dict.fromkeys(extent for n in program.nodes for extent in n.shape)
        self.differences = [s for s in extents if any(c < 0 for _, c in s.terms)]
        terms = [term for extent in extents for term in extent.terms]
        long = any(len(names) > 3 or not -40 <= c <= 40 for names, c in terms)
        self.may_be_large = long or len(program.nodes) > MANY_NODES or max(self.numerals, default=0) > 40

    def instance(self, draws: Draws, start: int = 0) -> Instance:
        """The first instance without trouble from the try *start* on, if possible where the function has size."""
        failures: Counter[Expr] = Counter()
        last = SHIFTED + len(self.shifts)
        sizeless: Instance | None = None
        ahead, passed = range(max(start, TRIES), last), range(min(start, TRIES))
        attempts = iter([*range(start, TRIES), *passed, *ahead] if start < TRIES else [*ahead, *passed])
        for attempt in attempts:
            environment = self.draw(draws, attempt)
            found = None if environment is None else self.tried(environment, attempt, failures)
            if found is None:
                continue
            if self.sizeless or not (found.faint or self.drowned(found)):
                return found
            if sizeless is None or (sizeless.faint and not found.faint):
                sizeless = found
                attempts = iter([k for k in ELSEWHERE if k > attempt] + [*range(SHIFTED, last)])
        if sizeless is None:
            raise self.nowhere(failures)
        self.sizeless = True
        return sizeless

    def tried(self, environment: Environment, attempt: int, failures: Counter[Expr]) -> Instance | None:
        """The instance if it is without trouble, with a step that follows how fast the values change."""
        unsettled = None
        for _ in range(STEPS):
            try:
                values, faint = self.program.watched(environment)
            except ShapeError:  # an index out of the range that was drawn
                return None
            matter = self.program.that_matter(values, environment)
            trouble = self.trouble(environment, matter, attempt)
            if trouble is not None:
                failures[trouble] += 1
                return None
            unsettled = self.unsettled(matter, environment.step)
            if unsettled is None:
                return Instance(environment, values, attempt, faint)
            before, environment = environment, self.with_step(environment, FINER * environment.step)
        assert unsettled is not None
        failures[unsettled] += 1
        if failures[unsettled] > FEW:
            return None
        return Instance(before, values, attempt, faint) if self.is_settled_but_for_rounding(before, values) else None

    def nowhere(self, failures: Counter[Expr]) -> CheckError:
        """The error that says on what no instance was found."""
        if not failures:
            return CheckError("no random instance with consistent sizes was found")
        shown = str(failures.most_common(1)[0][0])
        shown = shown if len(shown) <= 120 else shown[:120] + "…"
        return CheckError(
            f"no random instance on which {shown} is defined and well-conditioned was found",
            suggestion="declare the properties that it needs, such as spd or positive",
        )

    # ---- drawing ----------------------------------------------------------------------------------

    def draw(self, draws: Draws, attempt: int, style: str = "", count: int = 1) -> Environment | None:
        """Instances in the style of a try, or in another, side by side; None where the sizes are not positive."""
        style, turn = style or STYLES[attempt % len(STYLES)], attempt // len(STYLES)
        scale, shift = self.scale_and_shift(attempt, draws)
        sizes = self.draw_sizes(draws, attempt, turn)
        self.refuse_large(sizes)
        arrays: dict[Symbol, Array] = {}
        directions: dict[Symbol, Array] = {}
        for s in self.symbols:
            shape = [extent.value(sizes) for extent in (*s.ranges, *s.shape)]
            if min(shape) < 1:
                return None
            if s.shape == SCALAR and s.name in sizes and not s.ranges:
                base = np.full((1, 1, 1), float(sizes[s.name]))
            elif INDEX in s.properties:
                last = min([extent.value(sizes) for extent in self.indices.get(s, ())], default=2)
                base = 1.0 + np.floor(draws.uniform(0.0, last, (count, *shape)))
            else:
                base = draw_symbol(s, (count, *shape), style, draws)
                base = base * scale_of(s, scale)
                base = base if s.properties else base + shift
            if s in self.unknowns:
                varying = np.maximum.reduce([varying_part(u, shape) for u in self.unknowns[s]])
                directions[s] = project(s.properties, varying * draws.normal((1, *shape))) * scale_of(s, scale)
                base = np.concatenate([base + k * STEP * directions[s] for k in STENCIL])
            arrays[s] = base
        return Environment(sizes, arrays, None, directions, STEP, scale)

    def scale_and_shift(self, attempt: int, draws: Draws) -> tuple[float, float]:
        """How large the values are, and about which number, in a try."""
        if attempt < TRIES:
            return 1.0, 0.0
        if attempt < SHIFTED:
            return SCALES[(attempt - TRIES) // EACH_SCALE] * draws.uniform(0.3, 3.0, ()).item(), 0.0
        return self.shifts[attempt - SHIFTED]

    def draw_sizes(self, draws: Draws, attempt: int, turn: int) -> dict[str, int]:
        """Distinct sizes, also distinct from the numbers among the sizes; some turns sort them."""
        names = list(self.least)
        candidates = (k for k in range(2, 1000 + len(names)) if k not in self.numerals)
        pool = list(islice(candidates, max(len(names), 5 if turn < 4 else 3)))
        chosen = [pool[k] for k in draws.permutation(len(pool))[: len(names)]]
        if attempt % 4 == 3 and turn > 0:
            chosen.sort(reverse=turn % 2 == 0)
        sizes = dict(zip(names, chosen, strict=True))
        for name, least in self.least.items():
            sizes[name] += max(0, least - 2)  # still distinct enough, and x[7] exists
        for extent in self.differences:
            make_room(extent, sizes)
        return sizes

    def refuse_large(self, sizes: dict[str, int]) -> None:
        """Declared sizes such as 784, long sums and products of sizes can make arrays that no check should build."""
        if not self.may_be_large:
            return
        total = 0
        for node in [*self.symbols, *self.program.nodes]:
            ranges = node.ranges if isinstance(node, Symbol) else [i.last for i in node.free]
            numbers = len(STENCIL) * prod(extent.value(sizes) for extent in (*node.shape, *ranges))
            total += numbers
            if numbers > LARGEST_ARRAY or total > MOST_NUMBERS:
                raise CheckError("the sizes are too large for a check on random values")

    # ---- trouble ----------------------------------------------------------------------------------

    def trouble(self, environment: Environment, values: Sequence[Array], attempt: int) -> Expr | None:
        """A node that makes the instance useless, or None."""
        nodes = self.program.nodes
        if not values:
            return None  # nothing but unknowns and their differentials
        largest = np.abs(np.concatenate([v.ravel() for v in values])).max(initial=0.0)
        if not largest < self.limit:  # also where it is NaN
            return next(n for n, v in zip(nodes, values, strict=True) if not np.abs(v).max(initial=0.0) < self.limit)
        margin = 0.05 if attempt < TRIES // 3 else 0.005
        for kinked, places in self.kinks:
            if beside_kink(distance(kinked, *[values[p] for p in places]), margin):
                return kinked
        for node, operand in self.squares:
            if not condition(values[operand][:1]) < WORST_CONDITION:
                return node
        return None

    def unsettled(self, values: Sequence[Array], step: float, noise: Sequence[float] = ()) -> Expr | None:
        """An expression whose differences do not tell its derivative."""
        varying = [(a, k) for a, k in self.differentials if values[k].shape[0] > 1]
        if not varying:
            return None
        told = settled([values[k] for _, k in varying], step, [noise[k] for _, k in varying] if noise else 0.0)
        return None if told.all() else varying[int(np.argmin(told))][0]

    def is_settled_but_for_rounding(self, environment: Environment, values: list[Array]) -> bool:
        """Whether differences tell derivatives up to rounding: terms that cancel may leave nothing else."""
        noise = noises(self.program, environment, values)
        return self.unsettled(self.program.that_matter(values, environment), environment.step, noise) is None

    def drowned(self, instance: Instance) -> bool:
        """Whether the derivative of an expression drowns in the rounding of its values."""
        values = self.program.that_matter(instance.values, instance.environment)
        varying = [values[k] for _, k in self.differentials if values[k].shape[0] > 1]
        return bool(varying) and not has_size(varying, instance.environment.step).all()

    def with_step(self, environment: Environment, step: float) -> Environment:
        """The stencil about the same point with another step."""
        arrays = dict(environment.arrays)
        for s in self.unknowns:
            arrays[s] = np.concatenate([arrays[s][:1] + k * step * environment.directions[s] for k in STENCIL])
        return environment._replace(arrays=arrays, step=step)

    def beside(self, instance: Instance) -> Instance | None:
        """The same point with another step, no multiple of the first; None where differences do not tell derivatives.

        Where f changes much within a step, its differences can agree with each other by accident, but not twice.
        """
        environment = self.with_step(instance.environment, OTHER * instance.environment.step)
        values = self.program.run(environment)
        unsettled = self.unsettled(self.program.that_matter(values, environment), environment.step)
        if unsettled is not None and not self.is_settled_but_for_rounding(environment, values):
            return None
        return instance._replace(environment=environment, values=values)


def family_of(unknown: Expr) -> Symbol:
    """The symbol that varies: an unknown, or the family of a member."""
    symbol = unknown.operands[0] if isinstance(unknown, Member) else unknown
    if not isinstance(symbol, Symbol):
        raise CheckError(f"{unknown} is not a variable")
    return symbol


def scale_of(s: Symbol, scale: float) -> float:
    """How far the values of a symbol may be moved: what is on a set such as the orthogonal matrices stays there."""
    known = implied(s.properties)
    return 1.0 if known & FIXED or any(p.curved for p in records(known)) else scale


def varying_part(unknown: Expr, shape: Sequence[int]) -> Array:
    """1 where a symbol of this shape varies with the unknown: everywhere, but for x[2] in the member 2 alone."""
    varying = np.ones(shape)
    for k, index in enumerate(unknown.operands[1:]):
        if isinstance(index, Number):
            chosen = np.arange(1, 1 + shape[k]) == int(index.value)
            varying = varying * chosen.reshape(-1, *(1,) * (len(shape) - k - 1))
    return varying


def shifts(numbers: Iterable[Number]) -> list[tuple[float, float]]:
    """Scales and shifts for functions that are defined near one of their numbers alone, or near 1 as x^1000000."""
    sizes = dict.fromkeys(abs(float(n.value)) for n in numbers if n.value and magnitude(n) < Fraction(10) ** 15)
    near = [(width * draw, sign * size) for size in sizes for width in NEAR for sign in (1, -1) for draw in (1.0, 0.4)]
    return (near + [(1 / size, 1.0) for size in sizes if size > 100])[:MOST_SHIFTS]


def magnitude(number: Number) -> float:
    """How far a number is from 1, up or down, as a factor; numbers such as 1e6 make large values natural."""
    value = abs(number.value)
    return float(min(max(value, 1 / value), Fraction(10) ** 60)) if value else 1.0


def needs_inverse(node: Expr) -> bool:
    """Whether the derivative of a node needs the inverse of its operand."""
    if isinstance(node, MatrixPower):
        return bool(node.data[0] < 0)
    return isinstance(node, (Inverse, Determinant, LogDeterminant))


def distance(node: Operator, value: Array, *operands: Array) -> Array:
    """Numbers that are 0 at a kink of a node."""
    if node.gap is None:
        return value if isinstance(node, Norm) else operands[0]
    found: Array = node.gap(np, *operands)
    return found


def beside_kink(a: Array, margin: float) -> bool:
    """Whether an entry is near 0; one that stays 0, as beside a diagonal, does no harm."""
    near = np.abs(a) < margin
    return bool(near.any()) and bool((near & (a != 0).any(axis=0)).any())


def condition(a: Array) -> float:
    """The worst condition number of some square matrices."""
    if a.shape[-1] == 1:
        least, greatest = np.abs(a), np.maximum(1.0, np.abs(a))
    else:
        singular = np.linalg.svd(a, compute_uv=False)
        least, greatest = singular[..., -1], np.maximum(1.0, singular[..., 0])
    with np.errstate(divide="ignore"):
        return float((greatest / least).max(initial=0.0))
