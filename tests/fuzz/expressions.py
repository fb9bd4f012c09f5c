"""Random well-typed expressions over a few symbols of all kinds and shapes."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, SCALAR, Shape, size
from matdiff.algebra.expr import FUNCTIONS, Expr, Index, Number, Symbol
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

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.index: Index | None = None

    def pick(self, *options: Any) -> Any:
        return self.draw.choice(options)

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


def scalar(seed: int) -> Expr:
    """A random scalar, the same for the same seed."""
    draw = Random(seed)
    return Builder(draw).build(SCALAR, draw.randint(2, 4))


def anything(seed: int) -> Expr:
    """A random scalar, vector or matrix, the same for the same seed."""
    draw = Random(seed)
    return Builder(draw).build(draw.choice((SCALAR, (m, ONE), (n, p), (m, m))), draw.randint(1, 4))
