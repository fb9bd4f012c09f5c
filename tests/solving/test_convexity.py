"""Convexity by composition, against second differences."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import symbols
from matdiff.solving.convexity import Shape, by_composition

WHERE = "A: m x n; x, c: n; b: m; P: n x n spd; a: scalar; t: scalar positive; S, T: n x n spd; X, Y: n x n"


@pytest.mark.parametrize(
    ("text", "unknown", "shape"),
    [
        ("norm2(A*x - b)^2 + c'x", "x", Shape.CONVEX),
        ("norm2(A*x - b)", "x", Shape.CONVEX),
        ("(c'x - a)^4", "x", Shape.CONVEX),
        ("-(x - c)'P*(x - c)", "x", Shape.CONCAVE),
        ("sum(exp(A*x)) - log(t)", "t", Shape.CONVEX),
        ("3/t - 2*log(t)", "t", Shape.CONVEX),
        ("logdet(S + T)", "S", Shape.CONCAVE),
        ("tr((X - Y)'*(X - Y))", "X", Shape.CONVEX),
        ("sum(x .* (c + log(x)))", "x", Shape.CONVEX),
        ("-t*log(t/3) + a*t", "t", Shape.CONCAVE),
        ("sum(x .* log(x ./ c))", "x", Shape.NEITHER),
        ("c'x*log(1 + c'x)", "x", Shape.NEITHER),
        ("t*log(t)^2", "t", Shape.NEITHER),
        ("t*log(abs(t - 2))", "t", Shape.NEITHER),
        ("(c'x)^3", "x", Shape.NEITHER),
        ("log(det(X))", "X", Shape.NEITHER),
        ("exp(x'x)", "x", Shape.NEITHER),
        ("a*x'x", "x", Shape.NEITHER),
        ("norm2(x)^2 - c'x*(c'x)", "x", Shape.NEITHER),
    ],
)
def test_the_shape_of_a_function(text: str, unknown: str, shape: Shape) -> None:
    f = matdiff.parse(text, WHERE)
    x = next(s for s in symbols(f) if s.name == unknown)
    assert by_composition(f, [x], frozenset("mn")) is shape


def test_families_and_several_unknowns_are_proved() -> None:
    found = matdiff.solve(
        "minimise sum(i=1..N, r[i]*(y[i] - a - b*x[i])^2)",
        ["a", "b"],
        "x[i=1..N]: scalar; y[i=1..N]: scalar; r[i=1..N]: scalar positive; a, b: scalar",
    )
    rng = np.random.default_rng(3)
    x, y, r = rng.normal(size=8), rng.normal(size=8), rng.uniform(0.2, 1, size=8)
    a, b = (matdiff.evaluate(found.solutions[0][n], {"x": x, "y": y, "r": r}) for n in "ab")
    np.testing.assert_allclose([b, a], np.polyfit(x, y, 1, w=np.sqrt(r)))
    assert (found.kind, found.proved) == ("minimum", True)


def test_budget_shares() -> None:
    found = matdiff.solve(
        "minimise sum(k=1..K, c[k]/n[k]) subject to sum(k=1..K, n[k]) = M",
        "n",
        "c[k=1..K]: scalar positive; n[k=1..K]: scalar positive; M: scalar positive",
    )
    c = np.array([1.0, 4.0, 9.0])
    np.testing.assert_allclose(matdiff.evaluate(found.solutions[0]["n"], {"c": c, "M": 12.0}), 2 * np.sqrt(c))
    assert found.proved


def test_a_logarithm_of_a_power_is_a_multiple_of_a_logarithm() -> None:
    found = matdiff.solve(
        "maximise sum(i=1..N, sum(k=1..K, r[i,k]*(-log(s[k]) - (x[i] - m[k])^2/(2*s[k]^2))))",
        "s",
        "r[i=1..N,k=1..K]: scalar positive; x[i=1..N]: scalar; m[k=1..K]: scalar; s[k=1..K]: scalar positive",
    )
    assert (found.kind, found.proved) == ("maximum", True)
    even = by_composition(matdiff.parse("log(t^2)", "t: scalar"), [matdiff.parse("t", "t: scalar")], frozenset())
    assert even is Shape.NEITHER


def test_blocks_of_both_signs_make_a_saddle() -> None:
    found = matdiff.solve("stationary points of ||x||^2 - 2*||y||^2 + x'A y", ("x", "y"), "A: m x n; x: m; y: n")
    assert (found.kind, found.proved) == ("saddle", True)
    found = matdiff.solve("stationary points of ||x||^2 + 2*||y||^2 + x'A y", ("x", "y"), "A: m x n; x: m; y: n")
    assert found.kind != "saddle"
