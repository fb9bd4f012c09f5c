"""Functions of 0 and of 1 that have a value: sin(0) = 0, exp(0) = 1, log(1) = 0, σ(0) = ½; determinants of I."""

from __future__ import annotations

from matdiff.algebra.stated import stated

NOTHING_AT_ZERO = (
    "sin", "tan", "sinh", "tanh", "arcsin", "arctan", "arcsinh", "arctanh", "sqrt", "abs", "sign", "step", "relu",
    "silu", "gelu", "softsign", "erf", "expm1", "log1p",
)  # fmt: skip
ONE_AT_ZERO = ("exp", "cos", "cosh")
NOTHING_AT_ONE = ("log", "log2", "log10", "arccos", "arccosh")
HALF_AT_ZERO = ("sigmoid", "normcdf")

nothing_at_zero = stated(
    "sin(zeros(m, n)) = zeros(m, n)",
    title="f(0) = 0",
    also=(*(f"{f}(zeros(m, n)) = zeros(m, n)" for f in NOTHING_AT_ZERO[1:]), *(f"{f}(0) = 0" for f in NOTHING_AT_ZERO)),
)
one_at_zero = stated(
    "exp(zeros(m, n)) = ones(m, n)",
    title="f(0) = 1",
    also=(*(f"{f}(zeros(m, n)) = ones(m, n)" for f in ONE_AT_ZERO[1:]), *(f"{f}(0) = 1" for f in ONE_AT_ZERO)),
)
nothing_at_one = stated(
    "log(ones(m, n)) = zeros(m, n)",
    title="f(1) = 0",
    also=(*(f"{f}(ones(m, n)) = zeros(m, n)" for f in NOTHING_AT_ONE[1:]), *(f"{f}(1) = 0" for f in NOTHING_AT_ONE)),
)
half_at_zero = stated(
    "sigmoid(zeros(m, n)) = 1/2*ones(m, n)",
    title="f(0) = 1/2",
    also=("normcdf(zeros(m, n)) = 1/2*ones(m, n)", *(f"{f}(0) = 1/2" for f in HALF_AT_ZERO)),
)
determinant_of_identity = stated("det(eye(n)) = 1", also=("logdet(eye(n)) = 0", "tr(zeros(n, n)) = 0"))
