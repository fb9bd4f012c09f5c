"""The expectation of an expression that is at most quadratic in random symbols: in go f, means and covariances, out
comes E[f] with the laws that lead there.

Every node is, as a function of the deviation H = X − M, a constant, terms linear in H, and terms quadratic in H.  The
constant is the node at the mean; the linear terms have the expectation 0; and of the quadratic ones only the
expectation is kept, since it goes through everything that is linear.  So one walk over the nodes gives
E[f(X)] = f(M) + E[the quadratic part].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from matdiff.algebra.constants import is_zero
from matdiff.algebra.expr import Expr, Index, Symbol, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.indexed import rebound
from matdiff.algebra.laws import Law, of_a_line
from matdiff.algebra.operators.norms import Frobenius, Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Sum, Transpose, zero
from matdiff.algebra.operators.square import MatrixPower, Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum, Member
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.demands import Condition
from matdiff.calculus.derivation import Line, Phase, conditions
from matdiff.calculus.expectations.independence import Moment, added, names, put_all, settled, together
from matdiff.calculus.expectations.linear_pieces import (
    ADDITIVE,
    LINEAR,
    LINEAR_IN_LAST,
    MULTILINEAR,
    collected,
    moved,
    over_index,
)
from matdiff.calculus.expectations.moments import Meeting, Piece, expected
from matdiff.calculus.expectations.random_symbols import Variable, variables_of
from matdiff.calculus.varying import Exchange, symbol_of
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple

expectation_of_quadratic = of_a_line(
    "E[f(x)] = f(μ) + E[q(x − μ)]",
    "sum(i=1..n, norm2(A*(m + sqrt(n)*unit(i, n)) - b)^2 + norm2(A*(m - sqrt(n)*unit(i, n)) - b)^2)/(2*n) "
    "= norm2(A*m - b)^2 + tr(A'*A)",
    where="A: p x n; m: n; b: p; n: scalar",
    kind="definition",
    requires="f is a polynomial of degree 2 at most, and q its quadratic part",
    name="expectation_of_quadratic",
)


class Part(NamedTuple):
    """A node as a function of the deviations: its value at the means, its linear pieces, and what its quadratic terms
    have for an expectation; or the node below that is not quadratic, and why not."""

    mean: Expr
    pieces: tuple[Piece, ...] = ()
    moments: tuple[Moment, ...] = ()
    trouble: tuple[Expr, str] | None = None

    @property
    def is_random(self) -> bool:
        return bool(self.pieces or self.moments or self.trouble)


class Expectation(NamedTuple):
    """E[f], in ``value``.

    terms   Step(law, before, after) with E[before] = after, for every quadratic term in the deviations
    whole   the same for f itself: its value at the means, and these terms
    tidied  the steps of the simplification, whose two sides are equal
    """

    function: Expr
    variables: Mapping[Expr, Variable]
    value: Expr
    terms: tuple[Step, ...]
    whole: Step
    tidied: tuple[Step, ...]

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expression that the question is about."""
        return (self.function,)

    def steps(self) -> tuple[Step, ...]:
        """Every application of a law: of E first, then of the simplification."""
        return (*self.terms, self.whole, *self.tidied)

    def lines(self) -> tuple[Line, ...]:
        """What E[f] is equal to, line by line."""
        groups = (self.tidied,) if self.tidied else ()
        return tuple(Phase("Expectation", self.whole, self.whole.after, groups).lines())

    def where(self) -> tuple[Condition, ...]:
        """Where this holds: the conditions that have to be said."""
        return conditions(self.tidied, self.function, [self.value])

    def conditions(self) -> tuple[str, ...]:
        """The conditions in words."""
        return tuple(map(str, self.where()))


def expectation(f: Expr, mean: Mapping[Expr, Expr], covariance: Mapping[Expr, Expr]) -> Expr:
    """E[f] for random symbols with these means and covariances, independent of each other.

    A key is a scalar, vector or matrix x, a family x, or a member x[i] of it.
    """
    return derived(f, mean, covariance).value


def derived(f: Expr, mean: Mapping[Expr, Expr], covariance: Mapping[Expr, Expr]) -> Expectation:
    """The expectation, with the steps that lead to it."""
    variables = variables_of(mean, covariance)
    walk = Walk(variables)
    part = walk(rebound(f, {i.name for i in f.free}))
    if part.trouble is not None:
        simple = tidy(f)
        again = Walk(variables)
        second = again(simple) if simple is not f else part
        if second.trouble is not None:
            raise refusal(f, part.trouble, variables)
        part, walk = second, again
    total = together([part.mean, *[m.whole() for m in part.moments]])
    value, tidied = Simplifier(SIMPLIFICATIONS)(total)
    whole = Step(expectation_of_quadratic, f, total)
    return Expectation(f, variables, value, tuple(walk.steps), whole, tuple(tidied))


def refusal(f: Expr, trouble: tuple[Expr, str], variables: Mapping[Expr, Variable]) -> UnsupportedError:
    """The error that names the part which is not quadratic."""
    node, reason = trouble
    random = [str(n) for n in postorder(node) if n in variables]
    shown = str(node)
    shown = shown if len(shown) <= 200 else shown[:200] + "…"
    return UnsupportedError(
        f"{shown} is {reason} in {', '.join(random)}",
        suggestion="The mean and the covariance give the expectation of polynomials of degree 2 at most.",
    )


HIGHER = "of a degree higher than 2"
NOT_QUADRATIC = "not quadratic"


class Walk:
    """Finds the parts of nodes; the steps are those of the quadratic terms."""

    def __init__(self, variables: Mapping[Expr, Variable]) -> None:
        self.variables = variables
        self.parts: dict[Expr, Part] = {}
        self.steps: list[Step] = []
        self.known: set[Step] = set()

    def __call__(self, f: Expr) -> Part:
        for node in postorder(f, prune=self.is_leaf):
            self.parts[node] = self.part(node, [self.parts[o] for o in node.operands if o in self.parts])
        return self.parts[f]

    def is_leaf(self, node: Expr) -> bool:
        return isinstance(node, Member) and node.operands[0] in self.variables

    def part(self, node: Expr, below: Sequence[Part]) -> Part:
        """A node, given its operands."""
        if self.is_leaf(node) or node in self.variables:
            return self.source(node)
        if not any(p.is_random for p in below):
            return Part(node)
        if isinstance(node, Power):
            return self.power(node, below)
        trouble = next((p.trouble for p in below if p.trouble is not None), None)
        if trouble is not None:
            return Part(node, trouble=trouble)
        if isinstance(node, Sum):
            pieces = collected(p for part in below for p in part.pieces)
            return Part(_at_mean(node, below), pieces, added(m for part in below for m in part.moments))
        if isinstance(node, IndexedSum):
            return self.indexed_sum(node, below[0])
        if isinstance(node, Named):
            return below[0]
        if isinstance(node, Frobenius):
            return self.inner(*below)
        if isinstance(node, MatrixPower) and node.data[0] == 2:
            return self.multilinear(node, Product, _product, (below[0], below[0]))
        in_last = isinstance(node, LINEAR_IN_LAST) and not any(p.is_random for p in below[:-1])
        if in_last or isinstance(node, (*LINEAR, *ADDITIVE, *MULTILINEAR)):
            return self.multilinear(node, type(node), lambda operands: node.rebuild(tuple(operands)), below)
        return Part(node, trouble=(node, NOT_QUADRATIC))

    def source(self, node: Expr) -> Part:
        """A random symbol or member: its mean, and its deviation."""
        symbol, *places = node.operands if isinstance(node, Member) else (node,)
        variable = self.variables[symbol]
        piece = Piece(node, "multiple") if node.is_scalar else Piece(node)
        return Part(put_all(variable.mean, variable.indices, places), (piece,))

    def power(self, node: Expr, below: Sequence[Part]) -> Part:
        """a², entry by entry, and ‖A‖²."""
        base, exponent = node.operands
        if exponent.number == 2 and isinstance(base, Norm) and self.parts[base.operands[0]].trouble is None:
            inside = self.parts[base.operands[0]]
            return self.inner(inside, inside)._replace(mean=node.rebuild((Norm(inside.mean), exponent)))
        trouble = next((p.trouble for p in below if p.trouble is not None), None)
        if trouble is not None:
            return Part(node, trouble=trouble)
        if exponent.number == 2:
            square = self.multilinear(node, Hadamard, _hadamard, (below[0], below[0]))
            return square._replace(mean=node.rebuild((below[0].mean, exponent)))
        k = exponent.number
        higher = k is not None and k.denominator == 1 and k > 2
        return Part(node, trouble=(node, HIGHER if higher else NOT_QUADRATIC))

    def inner(self, a: Part, b: Part) -> Part:
        """Tr(AᵀB)"""
        turned = self.multilinear(Transpose(a.mean), Transpose, lambda o: Transpose(o[0]), (a,))
        if a.mean.is_scalar:
            return self.multilinear(Hadamard.of(a.mean, b.mean), Hadamard, _hadamard, (a, b))
        whole = self.multilinear(Product.of(turned.mean, b.mean), Product, _product, (turned, b))
        if whole.mean.is_scalar or whole.trouble is not None:
            return whole
        return self.multilinear(Trace(whole.mean), Trace, lambda o: Trace(o[0]), (whole,))

    def indexed_sum(self, node: Expr, body: Part) -> Part:
        index: Index = node.data[0]
        pieces = collected(over_index(p, index) for p in body.pieces)
        inside = [m.rebound((index.name,)) for m in body.moments]
        moments = added(settled(m._replace(bound=(*m.bound, index))) for m in inside)
        return Part(IndexedSum(body.mean, index), pieces, moments)

    # ---- operations that are linear in each operand ---------------------------------------------------

    def multilinear(
        self, node: Expr, kind: type[Expr], apply: Callable[[Sequence[Expr]], Expr], parts: Sequence[Part]
    ) -> Part:
        """One operand in its linear or quadratic part and the others at the mean, or two in their linear parts."""
        means = [p.mean for p in parts]
        if _degree(parts) > 2:
            return Part(node, trouble=(node, HIGHER))
        constant = [zero(m.shape) for m in means] if issubclass(kind, ADDITIVE) else means
        pieces = collected(
            moved(kind, apply, constant, k, piece) for k, part in enumerate(parts) for piece in part.pieces
        )
        moments: list[Moment | None] = []
        for k, part in enumerate(parts):
            for m in part.moments:
                m = m.rebound(names(constant))
                moments.append(m._replace(value=apply([*constant[:k], m.value, *constant[k + 1 :]])))
        if not issubclass(kind, ADDITIVE):
            for k, j in combinations(range(len(parts)), 2):
                at = Meeting(kind, apply, means, (k, j))
                moments.extend(self.meet(at, p, q) for p in parts[k].pieces for q in parts[j].pieces)
        return Part(apply(means), pieces, added(moments))

    def meet(self, at: Meeting, p: Piece, q: Piece) -> Moment | None:
        """E of an operation on two linear pieces; zero if they are of different variables, or of different members."""
        if symbol_of(p.source) is not symbol_of(q.source):
            return None
        others = names(o for k, o in enumerate(at.operands) if k not in at.places)
        p = p.rebound(others | (names([q.form()]) - {i.name for i in q.bound}))
        q = q.rebound(others | names([p.form()]))
        symbol, *places = p.source.operands if isinstance(p.source, Member) else (p.source,)
        variable = self.variables[symbol]
        if not variable.covariance_known:
            raise UnsupportedError(
                f"the covariance of {symbol} is not given, and a term is quadratic in it",
                suggestion="Name a covariance beside the mean.",
            )
        u, v = (None if c is None else put_all(c, variable.indices, places) for c in (variable.rows, variable.cols))
        ranges = symbol.ranges if isinstance(symbol, Symbol) else ()
        deltas = zip(places, q.source.operands[1:], ranges, strict=True)
        law, value = expected(at, p, q, u, v)
        moment = Moment(value, tuple(deltas), (*p.bound, *q.bound))
        self.tell(law, at.with_factors(p.form(), q.form()), moment._replace(bound=()))
        return settled(moment)

    def tell(self, law: Law, before: Expr, moment: Moment) -> None:
        """Notes E[before] = after, with x − μ for h."""
        sources = [n for n in postorder(before, prune=self.is_leaf) if self.is_leaf(n) or n in self.variables]
        means = {n: self.source(n).mean for n in sources}
        deviations: dict[Expr, Expr] = {n: n if is_zero(m) else n - m for n, m in means.items()}
        kept = settled(moment)
        step = Step(law, Exchange(deviations)(before), zero(before.shape) if kept is None else kept.whole())
        if step not in self.known:
            self.known.add(step)
            self.steps.append(step)


def _product(operands: Sequence[Expr]) -> Expr:
    return Product.of(*operands)


def _hadamard(operands: Sequence[Expr]) -> Expr:
    return Hadamard.of(*operands)


def _at_mean(node: Expr, parts: Iterable[Part]) -> Expr:
    return node.rebuild(tuple([p.mean for p in parts]))


def _degree(parts: Sequence[Part]) -> int:
    """The degree of a product of parts."""
    return sum(2 if p.moments else 1 if p.pieces else 0 for p in parts)
