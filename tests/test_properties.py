"""Random well-typed expressions: the gradient, the printed text, the simplification and the replay.

The gradient is compared with differences of values along random directions, computed here.  The number
of gradients is MATDIFF_EXAMPLES (default 2000), of the other examples a fifth of it; they are the same in every run.
"""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import matdiff
from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, SCALAR, Shape, size
from matdiff.algebra.expr import FUNCTIONS, Expr, Index, Number, Symbol, fold, postorder, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.laws import CATALOGUE
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.inverses import Adjugate, Commutator, PseudoInverse
from matdiff.algebra.operators.kronecker import Kronecker, PartialTrace2, Unvec, Vec
from matdiff.algebra.operators.matrix_functions import Expm, Logm, Sqrtm
from matdiff.algebra.operators.norms import EntrywiseNorm1, Frobenius, Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.singular import NuclearNorm, Polar
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries
from matdiff.calculus.gradient import gradients
from matdiff.calculus.rewrite import Simplifier, Step
from matdiff.numeric.check import check_steps

EXAMPLES = int(os.environ.get("MATDIFF_EXAMPLES", "2000"))
relaxed = settings(
    max_examples=max(1, EXAMPLES // 5),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)

# ---- the symbols ------------------------------------------------------------------------------------

SIZES = {"m": 3, "n": 2, "p": 4, "N": 3}
m, n, p, N = (size(s) for s in "mnpN")
LETTERS = {
    (m, m): "AB", (m, n): "CD", (m, p): "EF", (n, m): "GH", (n, n): "JK", (n, p): "LM",
    (p, m): "PQ", (p, n): "RS", (p, p): "TU", (m, ONE): "xy", (n, ONE): "uv", (p, ONE): "wz", SCALAR: "abc",
}  # fmt: skip
POOL = {shape: [Symbol(letter, shape) for letter in letters] for shape, letters in LETTERS.items()}
POOL[n, n].append(Symbol("Y", (n, n), ["symmetric"]))
POOL[m, m].append(Symbol("Z", (m, m), ["diagonal"]))
POOL[SCALAR].append(Symbol("s", SCALAR, ["positive"]))
q, r = Symbol("q", (n, ONE), (), (N,)), Symbol("r", SCALAR, (), (N,))
FAMILIES = {(n, ONE): q, SCALAR: r}
i = Index("i", N)
KNOWN = [s for pool in POOL.values() for s in pool] + [q, r]
WHERE = {
    s.name + ("[i=1..N]" if s.ranges else ""): " ".join([f"{s.rows} x {s.cols}", *s.properties])
    if not s.is_scalar
    else " ".join(["scalar", *s.properties])
    for s in KNOWN
}
WHERE["N"] = "scalar"
SMOOTH = ["sin", "cos", "tanh", "sigmoid", "softplus", "arctan", "arcsinh", "silu", "gelu", "erf", "huber", "softsign"]
KINKED = ["abs", "relu", "sign", "step", "leaky_relu", "elu", "clip"]
BY_ROWS_OR_COLUMNS = ["softmax_rows", "softmax_cols"]
UNSPECIFIED = {"g": np.sin, "g'": np.cos, "g''": lambda t: -np.sin(t)}


# ---- the expressions --------------------------------------------------------------------------------


class Builder:
    """Draws expressions of a given shape; *index* is the index of the sum they stand under, if any."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.index: Index | None = None

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def leaf(self, shape: Shape) -> Expr:
        options: list[Expr] = list(POOL.get(shape, []))
        if shape == SCALAR:
            options += [Number(2), Number("1/3"), Number(-1)]
        elif shape[0] is ONE:
            return Transpose(self.leaf((shape[1], shape[0])))
        else:
            options += [Identity(shape[0])] if shape[0] is shape[1] else [Ones(*shape)]
        if self.index is not None and shape in FAMILIES:
            options += [Member(FAMILIES[shape], self.index)] * 4
        return self.pick(*options)

    def build(self, shape: Shape, depth: int) -> Expr:
        if depth <= 0:
            return self.leaf(shape)
        kinds = [self.general, self.entrywise]
        if shape == SCALAR:
            kinds += [self.scalar] * 4
        elif shape[0] is shape[1]:
            kinds += [self.square, self.general]
        elif shape[1] is ONE:
            kinds += [self.vector, self.general]
        return self.pick(*kinds)(shape, depth - 1)

    def general(self, shape: Shape, depth: int) -> Expr:
        def new() -> Expr:
            return self.build(shape, depth)

        kinds = ["sum", "difference", "sums", "scale", "hadamard", "transpose", "product", "product", "indexed"]
        match self.pick(*kinds, *["partial trace", "unvec", "softmax"] * (ONE not in shape), "larger"):
            case "sum":
                return Sum.of(new(), new())
            case "difference":
                return new() - new()
            case "sums":
                return Sum.of(new(), self.leaf(shape), new())
            case "scale":
                return Scale.of(
                    *self.numbers_first(self.build(SCALAR, depth), new())
                    if shape == SCALAR
                    else (self.build(SCALAR, depth), new())
                )
            case "hadamard":
                return Hadamard.of(*self.numbers_first(new(), new()))
            case "transpose":
                return Transpose(self.build((shape[1], shape[0]), depth)) if shape != SCALAR else new()
            case "indexed" if self.index is None:
                self.index = i
                body = new()
                self.index = None
                return IndexedSum(body, i)
            case "partial trace":
                rows, cols = (Vec.of(self.build((n, extent), depth)) for extent in shape)
                whole = Sum.of(Kronecker.of(new(), self.build((n, n), depth)), Product.of(rows, Transpose(cols)))
                return PartialTrace2(whole, self.build((n, n), depth))
            case "softmax":
                return FUNCTIONS[self.pick(*BY_ROWS_OR_COLUMNS)].of(new())
            case "larger":
                return FUNCTIONS[self.pick("maximum", "minimum")].of(new(), new())
            case "unvec":
                x, y = (self.build((extent, ONE), depth) for extent in shape)
                return Unvec.of(FUNCTIONS["tanh"].of(Sum.of(Vec.of(new()), Kronecker.of(y, x))), *shape)
            case _:
                inner = self.pick(m, n, p) if shape == SCALAR else self.pick(m, n, p, ONE)
                return Product.of(self.build((shape[0], inner), depth), self.build((inner, shape[1]), depth))

    @staticmethod
    def numbers_first(*factors: Expr) -> list[Expr]:
        """Factors as text is read: numbers stand in front, and as one number."""
        return sorted(factors, key=lambda e: not isinstance(e, Number))

    def entrywise(self, shape: Shape, depth: int) -> Expr:
        e = self.build(shape, depth)
        if isinstance(e, Number):  # powers of numbers are read as numbers
            return e
        square = Power.of(e, Number(2))
        above = square + (Number(1) if shape == SCALAR else Ones(*shape))
        match self.pick("smooth", "smooth", "kinked", "exp", "log", "sqrt", "square", "cube", "reciprocal", "open"):
            case "smooth":
                return FUNCTIONS[self.pick(*SMOOTH)].of(e)
            case "kinked":
                return FUNCTIONS[self.pick(*KINKED)].of(e)
            case "exp":
                return FUNCTIONS["exp"].of(FUNCTIONS["sin"].of(e))
            case "log" | "sqrt" as name:
                return FUNCTIONS[name].of(above)
            case "square":
                return square
            case "cube":
                return Power(e, Number(3))
            case "reciprocal":
                return Power(above, Number(self.pick(-1, -2, "1/2", "-3/2")))
            case _:
                return Unspecified("g", 0, e)

    def well_conditioned(self, shape: Shape, depth: int) -> Expr:
        """5 I + tanh(…): invertible, with a positive determinant."""
        return Sum.of(Scale.of(Number(5), Identity(shape[0])), FUNCTIONS["tanh"].of(self.build(shape, depth)))

    def square(self, shape: Shape, depth: int) -> Expr:
        kinds = ["inverse", "inverse", "power", "negative power", "diagonal", "outer"]
        match self.pick(*kinds, "exponential", "function", "adjugate", "commutator"):
            case "inverse":
                return Inverse(self.well_conditioned(shape, depth - 1))
            case "power":
                return MatrixPower(self.build(shape, depth), self.pick(2, 3))
            case "negative power":
                return MatrixPower(self.well_conditioned(shape, depth - 1), -2)
            case "exponential":
                return Expm(FUNCTIONS["tanh"].of(self.build(shape, depth)))
            case "function":
                function = self.pick(Logm, Sqrtm, Polar, PseudoInverse)
                return function(self.well_conditioned(shape, depth - 1))
            case "adjugate":
                return Adjugate(self.well_conditioned(shape, depth - 1))
            case "commutator":
                return Commutator(self.build(shape, depth), self.build(shape, depth))
            case "diagonal":
                return DiagonalMatrix(self.build((shape[0], ONE), depth))
            case _:
                x, y = (self.build((shape[0], ONE), depth) for _ in "xy")
                return Product.of(x, Transpose(y))

    def vector(self, shape: Shape, depth: int) -> Expr:
        match self.pick("diagonal", "product", "softmax", "logsumexp"):
            case "softmax":
                return FUNCTIONS["softmax"].of(self.build(shape, depth))
            case "logsumexp":
                return FUNCTIONS["logsumexp_rows"].of(self.build((shape[0], n), depth))
            case "diagonal":
                return DiagonalVector(self.build((shape[0], shape[0]), depth))
        inner = self.pick(m, n, p)
        return Product.of(self.build((shape[0], inner), depth), self.build((inner, ONE), depth))

    def scalar(self, _: Shape, depth: int) -> Expr:
        k, l = self.pick(m, n, p), self.pick(m, n, p, ONE)  # noqa: E741
        kinds = ["trace", "sum", "norm", "norm", "square", "norm1", "det", "logdet", "form", "colon", "ratio", "entry"]
        match self.pick(*kinds, "kronecker", "vec", "nuclear", "logsumexp", "largest", "norms", "recognised"):
            case "trace":
                return Trace(self.build((k, k), depth))
            case "sum":
                return SumOfEntries(self.build((k, l), depth))
            case "norm":
                return Norm(self.build((k, l), depth))
            case "square":
                return Power(Norm(self.build((k, l), depth)), Number(2))
            case "norm1":
                return EntrywiseNorm1(self.build((k, l), depth))
            case "det":
                return Determinant(self.well_conditioned((k, k), depth))
            case "logdet":
                return LogDeterminant(self.well_conditioned((k, k), depth))
            case "form":
                x, y = self.build((k, ONE), depth), self.build((m, ONE), depth)
                return Product.of(Transpose(x), self.build((k, m), depth), y)
            case "colon":
                return Frobenius(self.build((k, l), depth), self.build((k, l), depth))
            case "logsumexp":
                return FUNCTIONS["logsumexp"].of(self.build((k, ONE), depth))
            case "largest":
                return FUNCTIONS[self.pick("max", "min")].of(self.build((k, l), depth))
            case "norms":
                x = self.build((k, ONE), depth)
                return self.pick(FUNCTIONS["norm_inf"].of(x), FUNCTIONS["normp"].of(x, Number(self.pick(3, 4))))
            case "recognised":
                x = FUNCTIONS["exp"].of(FUNCTIONS["tanh"].of(self.build((k, ONE), depth)))
                total = self.pick(SumOfEntries(x), Product.of(Transpose(Ones(k)), x))
                y = self.build((k, ONE), depth)
                return self.pick(FUNCTIONS["log"].of(total), Product.of(Transpose(y), x) / total)
            case "kronecker":
                function = self.pick(Trace, SumOfEntries, Norm, EntrywiseNorm1)
                return function(Kronecker.of(self.build((k, k), depth), self.build((n, n), depth)))
            case "vec":
                kron = Kronecker.of(self.build((k, n), depth), self.build((m, m), depth))
                x, y = Vec.of(self.build((m, k), depth)), Vec.of(self.build((m, n), depth))
                return Product.of(Transpose(x), kron, y)
            case "nuclear":
                return NuclearNorm(self.well_conditioned((k, k), depth))
            case "ratio":
                return self.build(SCALAR, depth) / (Power.of(self.build(SCALAR, depth), Number(2)) + 1)
            case _:
                j = Index("j", k)
                return IndexedSum(Power(Entry(self.build((k, ONE), depth), j), Number(2)), j)


@st.composite
def scalars(draw: st.DrawFn) -> Expr:
    return Builder(draw).build(SCALAR, draw(st.integers(2, 4)))


@st.composite
def anything(draw: st.DrawFn) -> Expr:
    builder = Builder(draw)
    shape = builder.pick(SCALAR, (m, ONE), (n, p), (m, m))
    return builder.build(shape, draw(st.integers(1, 4)))


# ---- values and differences -------------------------------------------------------------------------


def projected(s: Symbol, value: Any) -> Any:
    """The part of an array in the space in which a symbol varies."""
    if "symmetric" in s.properties:
        return (value + value.T) / 2
    return value * np.eye(len(value)) if "diagonal" in s.properties else value


def values(draw: np.random.Generator) -> dict[str, Any]:
    given: dict[str, Any] = {**SIZES, **UNSPECIFIED}
    for s in KNOWN:
        shape = [SIZES[str(d)] for d in (*s.ranges, *s.shape) if d is not ONE]
        value = draw.normal(size=shape) * 0.7
        given[s.name] = abs(value) + 0.3 if "positive" in s.properties else projected(s, value)
    return given


def slope(f: Expr, given: dict[str, Any], name: str, direction: Any) -> float | None:
    """The derivative along a direction by extrapolated central differences; None where they do not settle."""

    def central(step: float) -> float:
        ahead = matdiff.evaluate(f, {**given, name: given[name] + step * direction})
        behind = matdiff.evaluate(f, {**given, name: given[name] - step * direction})
        return float(ahead - behind) / (2 * step)

    coarse, middle, fine = central(4e-4), central(2e-4), central(1e-4)
    best, other = (4 * fine - middle) / 3, (4 * middle - coarse) / 3
    settled = np.isfinite(best) and abs(best - other) <= 1e-7 * max(1.0, abs(best), abs(matdiff.evaluate(f, given)))
    return best if settled else None


def unknowns_of(f: Expr) -> list[Symbol]:
    """The symbols that are no exponent."""
    return symbols(f)


@settings(relaxed, max_examples=EXAMPLES)
@given(f=scalars(), seed=st.integers(0, 2**16))
def test_the_gradient_is_the_numerical_derivative(f: Expr, seed: int) -> None:
    assume(unknowns_of(f))
    draw = np.random.default_rng(seed)
    unknown = unknowns_of(f)[seed % len(unknowns_of(f))]
    given_values = values(draw)
    with np.errstate(all="ignore"):
        found = matdiff.derive(f, unknown)
        g = matdiff.evaluate(found.gradient, given_values)
        assert found.gradient.shape == unknown.shape
        # a family has one gradient for every member
        whole = np.broadcast_to(g, np.shape(given_values[unknown.name]))
        for _ in range(3):
            direction = projected(unknown, draw.normal(size=np.shape(given_values[unknown.name])))
            expected = slope(f, given_values, unknown.name, direction)
            assume(expected is not None)
            assert expected is not None
            if not np.all(np.isfinite(whole)):
                assume(not found.conditions)
            product = float(np.sum(whole * direction))
            scale = max(
                1.0, abs(expected), float(np.sum(np.abs(whole * direction))), abs(matdiff.evaluate(f, given_values))
            )
            assert abs(product - expected) <= 1e-6 * scale, (str(f), unknown.name, str(found.gradient))


@relaxed
@given(e=anything())
def test_printed_text_is_read_as_the_same_node(e: Expr) -> None:
    assume(not any(isinstance(s, IndexedSum) and s.index.name in bound_names(s.operands[0]) for s in postorder(e)))
    assert matdiff.parse(str(e), WHERE) is e, str(e)


@relaxed
@given(f=scalars(), choice=st.integers(0, 100))
def test_the_printed_gradient_is_read_as_the_same_node(f: Expr, choice: int) -> None:
    assume(unknowns_of(f))
    found = matdiff.derive(f, unknowns_of(f)[choice % len(unknowns_of(f))])
    assert matdiff.parse(str(found.gradient), WHERE) is found.gradient, str(found.gradient)


@relaxed
@given(e=anything(), seed=st.integers(0, 2**16))
def test_simplification_keeps_the_value_and_comes_to_rest(e: Expr, seed: int) -> None:
    simple, steps = Simplifier(SIMPLIFICATIONS)(e)
    assert simple.shape == e.shape
    again, no_steps = Simplifier(SIMPLIFICATIONS)(simple)
    assert again is simple
    assert not no_steps
    assert all(step.law.kind == "identity" for step in steps)
    with np.errstate(all="ignore"):
        given_values = values(np.random.default_rng(seed))
        before, after = matdiff.evaluate(e, given_values), matdiff.evaluate(simple, given_values)
        assume(np.all(np.isfinite(before)) and np.max(np.abs(before)) < 1e8)
        scale = 1 + float(np.max(np.abs(before)))
        np.testing.assert_allclose(after, before, rtol=1e-7, atol=1e-7 * scale)


def turned_round(node: Expr, *operands: Expr) -> Expr:
    """The same node with the operands of sums and entrywise products in the opposite order."""
    if isinstance(node, Sum | Hadamard):
        return type(node).of(*reversed(operands))
    return node.rebuild(operands) if operands else node


@settings(relaxed, max_examples=max(1, EXAMPLES // 20))
@given(f=scalars(), choice=st.integers(0, 100))
def test_a_permuted_function_has_an_equal_gradient(f: Expr, choice: int) -> None:
    assume(unknowns_of(f))
    unknown = unknowns_of(f)[choice % len(unknowns_of(f))]
    other = fold(f, turned_round)
    assume(other is not f)
    found, again = matdiff.derive(f, unknown).gradient, matdiff.derive(other, unknown).gradient
    try:
        assert matdiff.equal(found, again).equal is not False, (str(f), str(found), str(again))
    except matdiff.MatdiffError as refusal:  # no instance away from the kinks, as for |A − A|
        assume("instance" not in str(refusal))
        raise


@settings(relaxed, max_examples=max(1, EXAMPLES // 15))
@given(f=scalars(), choice=st.integers(0, 100))
def test_every_replayed_line_is_right(f: Expr, choice: int) -> None:
    assume(unknowns_of(f))
    unknown = unknowns_of(f)[choice % len(unknowns_of(f))]
    found = gradients(f, {unknown.name: unknown})
    for block in found.blocks:
        for phase in block.phases:
            for full in (True, False):
                lines = [phase.start, *(line.expression for line in phase.lines(full))]
                steps = [Step(CATALOGUE["double_transpose"], a, b) for a, b in pairwise(lines)]
                if not steps:
                    continue
                try:
                    error, place = check_steps(steps, [unknown], trials=1)
                except matdiff.MatdiffError as refusal:  # no instance away from the kinks, as for |A − A|
                    assume("instance" not in str(refusal))
                    raise
                assert place is None, (phase.title, str(lines[place]), str(lines[place + 1]), error)
