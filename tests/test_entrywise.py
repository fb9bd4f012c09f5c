"""Entrywise functions: values against Python's own mathematics, slopes against textbooks, recognition, extension."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import FUNCTIONS, OPERATORS, Symbol
from matdiff.algebra.identities.entrywise import opposite_sigmoids
from matdiff.algebra.operators.entrywise import Entrywise, at_entries
from matdiff.errors import MatdiffError


def test_opposite_sigmoids_are_told_only_where_there_is_one_by_itself() -> None:
    where = "A, B, C: m x n"
    both, one = "sigmoid(-A) .* sigmoid(A) .* C", "B .* sigmoid(A)"
    assert opposite_sigmoids(matdiff.parse(f"{both} + {one} + C .* sigmoid(A)", where)) is None
    found = opposite_sigmoids(matdiff.parse(f"{one} - (1 - B) .* sigmoid(-A)", where))
    assert found is matdiff.parse("sigmoid(A) - (1 - B)", where)


def phi(t: float) -> float:
    return math.exp(-t * t / 2) / math.sqrt(2 * math.pi)


def cdf(t: float) -> float:
    return (1 + math.erf(t / math.sqrt(2))) / 2


def psi(t: float) -> float:
    """The digamma function by its series Σ 1/k − 1/(k + t − 1), summed far and closed by an integral."""
    far = 200_000
    series = math.fsum(1 / k - 1 / (k + t - 1) for k in range(1, far))
    return series + math.log1p((t - 1) / (far - 0.5)) - 0.5772156649015329


def sigma(t: float) -> float:
    return 1 / (1 + math.exp(-t))


Scalar = Callable[[float], float]
BETWEEN, ABOVE_1, POSITIVE, ANY = (-0.7, 0.2, 0.6), (1.2, 2.0, 3.5), (0.2, 0.9, 2.3), (-2.3, -0.4, 0.3, 1.7)

# name → (the function, its derivative, where): from tables of derivatives, in Python's own mathematics.
TABLE: dict[str, tuple[Scalar, Scalar, tuple[float, ...]]] = {
    "exp": (math.exp, math.exp, ANY),
    "expm1": (math.expm1, math.exp, ANY),
    "log": (math.log, lambda t: 1 / t, POSITIVE),
    "log1p": (math.log1p, lambda t: 1 / (1 + t), POSITIVE),
    "log2": (math.log2, lambda t: 1 / (t * math.log(2)), POSITIVE),
    "log10": (math.log10, lambda t: 1 / (t * math.log(10)), POSITIVE),
    "sqrt": (math.sqrt, lambda t: 0.5 / math.sqrt(t), POSITIVE),
    "sin": (math.sin, math.cos, ANY),
    "cos": (math.cos, lambda t: -math.sin(t), ANY),
    "tan": (math.tan, lambda t: 1 / math.cos(t) ** 2, ANY),
    "arcsin": (math.asin, lambda t: (1 - t * t) ** -0.5, BETWEEN),
    "arccos": (math.acos, lambda t: -((1 - t * t) ** -0.5), BETWEEN),
    "arctan": (math.atan, lambda t: 1 / (1 + t * t), ANY),
    "sinh": (math.sinh, math.cosh, ANY),
    "cosh": (math.cosh, math.sinh, ANY),
    "tanh": (math.tanh, lambda t: 1 / math.cosh(t) ** 2, ANY),
    "arcsinh": (math.asinh, lambda t: (1 + t * t) ** -0.5, ANY),
    "arccosh": (math.acosh, lambda t: (t * t - 1) ** -0.5, ABOVE_1),
    "arctanh": (math.atanh, lambda t: 1 / (1 - t * t), BETWEEN),
    "abs": (abs, lambda t: math.copysign(1, t), ANY),
    "sign": (lambda t: math.copysign(1, t), lambda t: 0.0, ANY),
    "step": (lambda t: float(t > 0), lambda t: 0.0, ANY),
    "relu": (lambda t: max(t, 0.0), lambda t: float(t > 0), ANY),
    "leaky_relu": (lambda t: t if t > 0 else t / 100, lambda t: 1.0 if t > 0 else 0.01, ANY),
    "elu": (lambda t: t if t > 0 else math.expm1(t), lambda t: 1.0 if t > 0 else math.exp(t), ANY),
    "clip": (lambda t: min(max(t, -1.0), 1.0), lambda t: float(abs(t) < 1), ANY),
    "huber": (lambda t: t * t / 2 if abs(t) < 1 else abs(t) - 0.5, lambda t: min(max(t, -1.0), 1.0), ANY),
    "softsign": (lambda t: t / (1 + abs(t)), lambda t: (1 + abs(t)) ** -2, ANY),
    "sigmoid": (sigma, lambda t: sigma(t) * sigma(-t), ANY),
    "logit": (lambda t: math.log(t / (1 - t)), lambda t: 1 / (t * (1 - t)), (0.1, 0.5, 0.8)),
    "softplus": (lambda t: math.log(1 + math.exp(t)), sigma, ANY),
    "silu": (lambda t: t * sigma(t), lambda t: sigma(t) + t * sigma(t) * sigma(-t), ANY),
    "normpdf": (phi, lambda t: -t * phi(t), ANY),
    "normcdf": (cdf, phi, ANY),
    "erf": (math.erf, lambda t: 2 / math.sqrt(math.pi) * math.exp(-t * t), ANY),
    "tgamma": (math.gamma, lambda t: math.gamma(t) * psi(t), POSITIVE),
    "gammaln": (math.lgamma, lambda t: psi(t), POSITIVE),
    "digamma": (
        lambda t: psi(t),
        lambda t: math.fsum((t + k) ** -2 for k in range(200_000)) + 1 / (t + 199_999.5),
        POSITIVE,
    ),
    "gelu": (lambda t: t * cdf(t), lambda t: cdf(t) + t * phi(t), ANY),
}
SYNONYMS = {
    "ln": "log", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh", "sgn": "sign", "absolute": "abs", "heaviside": "step", "swish": "silu", "hardtanh": "clip",
    "lgamma": "gammaln", "loggamma": "gammaln",
}  # fmt: skip


def test_the_table_has_every_entrywise_function() -> None:
    known = {cls.names[0] for cls in OPERATORS.values() if issubclass(cls, Entrywise) and cls.names}
    assert known - {"bump", "gauss"} == set(TABLE)  # these two are declared by examples


@pytest.mark.parametrize("name", TABLE)
def test_values_agree_with_python_mathematics(name: str) -> None:
    function, _, points = TABLE[name]
    found = matdiff.evaluate(matdiff.parse(f"{name}(x)", "x: n"), {"x": points})
    np.testing.assert_allclose(found, [function(t) for t in points], rtol=2e-15, atol=1e-15)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("text", ["sum({}(x))", "tr(diag({}(x)))", "sum(i=1..n, {}(x[i]))"])
def test_gradients_agree_with_tables_of_derivatives(name: str, text: str) -> None:
    _, slope, points = TABLE[name]
    d = matdiff.derive(text.format(name), "x", "x: n")
    found = np.broadcast_to(matdiff.evaluate(d.gradient, {"x": points, "n": len(points)}), len(points))
    np.testing.assert_allclose(found, [slope(t) for t in points], rtol=1e-13, atol=1e-14)
    assert d.verify().ok


@pytest.mark.parametrize(("other", "name"), SYNONYMS.items())
def test_synonyms_are_the_same_function(other: str, name: str) -> None:
    assert FUNCTIONS[other] is FUNCTIONS[name]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("sigmoid(x)", [-800.0, -40.0, 800.0], [0.0, math.exp(-40) / (1 + math.exp(-40)), 1.0]),
        ("softplus(x)", [-800.0, 0.0, 800.0], [0.0, math.log(2), 800.0]),
        ("normcdf(x)", [-10.0, 0.0, 10.0], [math.erfc(10 / math.sqrt(2)) / 2, 0.5, 1.0]),
        ("expm1(x)", [1e-12, 0.0, -1e-12], [math.expm1(1e-12), 0.0, math.expm1(-1e-12)]),
        ("elu(x)", [-800.0, 0.0, 800.0], [-1.0, 0.0, 800.0]),
        ("silu(x)", [-800.0, 0.0, 800.0], [0.0, 0.0, 800.0]),
    ],
)
def test_nothing_overflows_and_digits_are_kept(text: str, values: list[float], expected: list[float]) -> None:
    with np.errstate(over="raise", invalid="raise"):
        found = matdiff.evaluate(matdiff.parse(text, "x: n"), {"x": values})
    np.testing.assert_allclose(found, expected, rtol=4e-16, atol=0)


# ---- parameters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [
        ("sum(huber(x, c))", "c", lambda x, c: np.sum(np.maximum(np.abs(x) - c, 0))),
        ("sum(huber(x, c))", "x", lambda x, c: np.clip(x, -c, c)),
        ("sum(leaky_relu(x, c))", "c", lambda x, c: np.sum(np.minimum(x, 0))),
        ("sum(elu(x, c))", "c", lambda x, c: np.sum(np.expm1(np.minimum(x, 0)))),
        ("sum(elu(x, c))", "x", lambda x, c: np.where(x > 0, 1, c * np.exp(x))),
        ("sum(clip(x, -c, c))", "c", lambda x, c: np.sum(x > c) - np.sum(x < -c)),
    ],
)
def test_parameters(text: str, wrt: str, expected: Callable[..., object]) -> None:
    d = matdiff.derive(text, wrt, "x: n; c: scalar")
    x, c = np.array([-2.0, -0.3, 0.4, 1.9]), 0.8
    np.testing.assert_allclose(matdiff.evaluate(d.gradient, {"x": x, "c": c, "n": 4}), expected(x, c), rtol=1e-13)
    assert d.verify().ok


def test_a_parameter_may_have_any_name() -> None:
    d = matdiff.derive("sum(huber(x, t))", ("x", "t"), "x: n; t: scalar")
    assert d.verify().ok
    assert str(d.gradients["x"]) == "clip(x, −t, t)"


def test_usual_parameters_are_not_written() -> None:
    assert str(matdiff.parse("huber(x) + huber(x, 1) + huber(x, 2)", "x: n")) == "huber(x) + huber(x) + huber(x, 2)"


@pytest.mark.parametrize("text", ["huber(x, y)", "clip(x, 1, 2, 3)", "exp(x, 1)", "relu()", "sigmoid(x, y)"])
def test_wrong_operands_are_refused(text: str) -> None:
    with pytest.raises(MatdiffError):
        matdiff.parse(text, "x, y: n")


# ---- conditions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("sum(log1p(x))", "every entry of x > −1"),
        ("sum(arcsin(x))", "−1 < every entry of x < 1"),
        ("sum(arccosh(x))", "every entry of x > 1"),
        ("sum(logit(x))", "0 < every entry of x < 1"),
        ("sum(relu(x))", "every entry of x ≠ 0"),
        ("sum(max(0, x))", "every entry of x ≠ 0"),
        ("sum(clip(x))", "every entry of x is neither −1 nor 1"),
    ],
)
def test_conditions_are_said(text: str, condition: str) -> None:
    assert matdiff.derive(text, "x", "x: n").conditions == (condition,)


def test_smooth_functions_have_no_condition() -> None:
    for name in ("exp", "huber", "softsign", "gelu", "arcsinh", "sigmoid"):
        assert matdiff.derive(f"sum({name}(x))", "x", "x: n").conditions == ()


# ---- recognition -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "gradient"),
    [
        ("sum(1 ./ (1 + exp(-x)))", "sigmoid(x) ⊙ (1 − sigmoid(x))"),
        ("sum(exp(x) ./ (1 + exp(x)))", "sigmoid(x) ⊙ (1 − sigmoid(x))"),
        ("sum(log(1 + exp(x)))", "sigmoid(x)"),
        ("sum(log1p(exp(x)))", "sigmoid(x)"),
        ("sum(relu(x).^2)", "2relu(x)"),
        ("sum(abs(x).^2)", "2x"),
        ("sum(log(abs(x)))", "1 ./ x"),
        ("y'log(sigmoid(x)) + (1 - y)'log(1 - sigmoid(x))", "y − sigmoid(x)"),
    ],
)
def test_what_is_spelt_out_is_recognised(text: str, gradient: str) -> None:
    d = matdiff.derive(text, "x", "x, y: n")
    assert d.verify().ok
    assert str(d.gradient) == gradient


def test_a_formula_in_a_scalar_is_taken_entry_by_entry() -> None:
    t, c, x = Symbol("t"), Symbol("c"), Symbol("x", (size("n"), ONE))
    assert at_entries(c * t**2 + 1, t, x) is matdiff.parse("c*x.^2 + ones(n)", "x: n; c: scalar")
    assert at_entries(c * t, t, t * 2) is c * (t * 2)
    assert at_entries(c + 3, t, x) is matdiff.parse("(c + 3)*ones(n)", "x: n; c: scalar")


# ---- extension -------------------------------------------------------------------------------------

MODULE = '''
from matdiff.algebra.operators.entrywise import Entrywise

class Gauss(Entrywise):
    """exp(−a²)"""
    names = ("gauss",)
    numpy = staticmethod(lambda np, a: np.exp(-a * a))
    slope = staticmethod(lambda t: -2 * t * Gauss(t))
'''
USE = (
    MODULE
    + """
import matdiff
d = matdiff.derive("sum(gauss(A x - b))", "x")
assert d.verify().ok
assert str(d.gradient) == "−2Aᵀ((Ax − b) ⊙ gauss(Ax − b))"
assert matdiff.parse(str(d.gradient)) is d.gradient
assert "operatorname{gauss}" in d.to_latex()
print(next(law for law in matdiff.laws() if law.name == "differential_of_gauss").statement)
"""
)


def test_a_function_of_ones_own_is_one_block_of_at_most_ten_lines() -> None:
    assert len([line for line in MODULE.splitlines() if line]) <= 10
    done = subprocess.run([sys.executable, "-c", USE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "d(gauss(A)) = (−2(A ⊙ gauss(A))) .* d(A)"


@pytest.mark.parametrize("text", ["log Γ(a)", "ln(Γ(a))", r"\log\Gamma\left(a\right)", "log(tgamma(a))"])
def test_the_logarithm_of_gamma_is_one_function(text: str) -> None:
    found = matdiff.derive(text, "a", "a: scalar positive")
    assert found.function is matdiff.parse("gammaln(a)", "a: scalar positive")
    assert not found.conditions  # log(tgamma(a)) would need tgamma(a) > 0


def test_the_logarithm_of_a_share_is_taken_apart() -> None:
    """Contrastive losses, −log(exp(s)/(exp(s) + ∑ exp(sₖ))): the share of what is compared with, less what is meant."""
    loss = "-log(exp(u'*p)/(exp(u'*p) + sum(k=1..K, exp(u'*n[k]))))"
    found = matdiff.derive(loss, "u", "u, p: d; n[k=1..K]: d")
    shares = "t = exp(u'*p) + sum(k=1..K, exp(u'*n[k])); (exp(u'*p)*p + sum(k=1..K, exp(u'*n[k])*n[k]))/t - p"
    assert matdiff.equal(found.gradient, shares, "u, p: d; n[k=1..K]: d")
    assert "df = −(duᵀp − dt₁/t₁)" in found.to_text()
    assert found.verify().ok


def test_the_digamma_function_of_a_large_number_is_nearly_its_logarithm() -> None:
    assert matdiff.evaluate("digamma(a)", {"a": 1e200}) == pytest.approx(200 * math.log(10))
