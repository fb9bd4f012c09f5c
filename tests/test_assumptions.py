"""Declared properties: what follows from them, what they simplify, and where an unknown with one varies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.assumptions import MATRIX, PROPERTIES, SQUARE, VECTOR, Property, clash, implied
from matdiff.algebra.expr import FUNCTIONS
from matdiff.numeric.drawn import with_properties
from matdiff.numeric.draws import Draws

WHERE = (
    "A, B, X: n x n; S: n x n symmetric; K: n x n skew; D: n x n diagonal; L: n x n lower; U: n x n upper; "
    "Q: n x n orthogonal; P: n x n idempotent; T: m x n stochastic; x, y, v: n; z: m; p: n simplex; u: n unit; "
    "s: n sign; b: n binary"
)


def values(seed: int, n: int = 4, m: int = 3) -> dict[str, Any]:
    """Values with the declared properties, made here."""
    draw = np.random.default_rng(seed)
    given: dict[str, Any] = {name: draw.normal(size=(n, n)) for name in "ABXSKDLUQP"}
    given["S"] = given["S"] + given["S"].T
    given["K"] = given["K"] - given["K"].T
    given["D"] = given["D"] * np.eye(n) + np.eye(n)
    given["L"] = np.tril(given["L"]) + 3 * np.eye(n)
    given["U"] = np.triu(given["U"]) + 3 * np.eye(n)
    given["Q"] = np.linalg.qr(given["Q"])[0]
    basis = draw.normal(size=(n, 2))
    given["P"] = basis @ np.linalg.inv(basis.T @ basis) @ basis.T
    weights = draw.uniform(0.1, 1, size=(m, n))
    given |= {"T": weights / weights.sum(axis=1, keepdims=True), "z": draw.normal(size=m), "n": n, "m": m}
    given |= {name: draw.normal(size=n) for name in "xyv"}
    p, u = draw.uniform(0.1, 1, size=n), draw.normal(size=n)
    signs = np.where(draw.normal(size=n) < 0, -1.0, 1.0)
    return {**given, "p": p / p.sum(), "u": u / np.linalg.norm(u), "s": signs, "b": (signs + 1) / 2}


# ---- what follows from what -------------------------------------------------------------------------


def test_what_follows() -> None:
    assert implied(frozenset(("spd",))) == {"spd", "psd", "symmetric", "invertible"}
    assert implied(frozenset(("diagonal",))) == {"diagonal", "symmetric", "lower", "upper"}
    assert "diagonal" in implied(frozenset(("lower", "upper")))
    assert "spd" in implied(frozenset(("psd", "invertible")))
    for one in PROPERTIES:
        assert implied(implied(frozenset((one,)))) == implied(frozenset((one,)))


HOLDS: dict[str, Callable[[Any], bool]] = {
    "symmetric": lambda a: np.allclose(a, a.T),
    "skew": lambda a: np.allclose(a, -a.T),
    "psd": lambda a: np.allclose(a, a.T) and np.linalg.eigvalsh(a).min() > -1e-12,
    "spd": lambda a: np.allclose(a, a.T) and np.linalg.eigvalsh(a).min() > 1e-6,
    "diagonal": lambda a: np.allclose(a, np.diag(np.diag(a))),
    "lower": lambda a: np.allclose(a, np.tril(a)),
    "upper": lambda a: np.allclose(a, np.triu(a)),
    "orthogonal": lambda a: np.allclose(a.T @ a, np.eye(len(a))),
    "invertible": lambda a: abs(np.linalg.det(a)) > 1e-6,
    "idempotent": lambda a: np.allclose(a @ a, a),
    "toeplitz": lambda a: np.allclose(a[1:, 1:], a[:-1, :-1]),
    "stochastic": lambda a: np.allclose(a.sum(axis=1), 1) and a.min() >= 0,
    "simplex": lambda a: np.allclose(a.sum(), 1) and a.min() >= 0,
    "unit": lambda a: np.allclose(np.sum(a * a), 1),
    "positive": lambda a: a.min() > 0,
    "nonnegative": lambda a: a.min() >= 0,
    "integer": lambda a: np.allclose(a, np.round(a)),
    "sign": lambda a: np.allclose(np.abs(a), 1),
    "binary": lambda a: set(np.unique(a)) <= {0, 1},
}
OF_MATRICES = sorted(p.word for p in PROPERTIES.values() if p.of in (SQUARE, MATRIX))
SETS = [frozenset(c) for count in (1, 2, 3) for c in combinations(OF_MATRICES, count)]


@pytest.mark.parametrize("style", ["normal", "positive", "definite"])
def test_random_instances_have_the_declared_properties_and_all_that_follow(style: str) -> None:
    draws = Draws(7)
    tried = 0
    for properties in SETS:
        if clash(properties):
            continue
        value = with_properties(properties, draws.normal((1, 4, 4)), style, draws)[0]
        assert all(HOLDS[p](value) for p in implied(properties)), properties
        tried += 1
    assert tried > 100
    for one in (p.word for p in PROPERTIES.values() if p.of is VECTOR):
        value = with_properties(frozenset((one,)), draws.normal((1, 5, 1)), style, draws)[0]
        assert all(HOLDS[p](value) for p in implied(frozenset((one,))))


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("x: m x n orthogonal", "only a square matrix can be orthogonal"),
        ("x: n x n simplex", "only a column vector can be simplex"),
        ("x: scalar unit", "only a column vector can be unit"),
        ("x: n stochastic", "only a matrix can be stochastic"),
        ("x: n x n skew spd", "do not go together"),
        ("x: n x n idempotent orthogonal", "do not go together"),
        ("x: n x n idempotant", "did you mean idempotent"),
    ],
)
def test_what_cannot_be_declared_is_refused(where: str, message: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=message):
        matdiff.parse("x", where)


# ---- simplification ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "unknown", "gradient"),
    [
        ("x'S x", "x", "2Sx"),
        ("x'K x", "x", "0_n"),
        ("norm2(Q x)^2", "x", "2x"),
        ("norm2(Q x - y)^2", "x", "2(x − Qᵀy)"),
        ("tr(Q'Q A)", "A", "I_n"),
        ("tr(Q inv(Q) X)", "X", "I_n"),
        ("norm2(P x)^2 + x'P P y", "x", "2PᵀPx + Py"),
        ("tr(P^3 X)", "X", "Pᵀ"),
        ("x'x (z'T ones(n))", "x", "2(1_mᵀz)x"),
        ("-p'*log(softmax(x))", "x", "softmax(x) − p"),
        ("sum(p)*norm2(x)^2", "x", "2x"),
        ("norm2(u)*norm2(x)^2", "x", "2x"),
        ("norm2(u u'x)^2", "x", "2(uᵀx)u"),
        ("tr(sym(S) X) + tr(skew(K) X)", "X", "S − K"),
        ("tr(tril(L) X) + tr(triu(D) X)", "X", "Lᵀ + D"),
        ("tr(Diag(diag(D)) X)", "X", "D"),
        ("tr(K)*tr(X)", "X", "0_{n×n}"),
        ("logdet(Q)*tr(X) + tr(X)", "X", "I_n"),
        ("sum(s.^2 .* x)", "x", "1_n"),
        ("sum(x./s) + sum(s.^3 .* x)", "x", "2s"),
        ("abs(s)'x + (s's)*sum(x)", "x", "(1 + n)1_n"),
        ("x'diag(s)*A*diag(s)^(-2)*y", "x", "s ⊙ (Ay)"),
        ("sum(b.*(x - y).^2.*b)/2", "x", "b ⊙ (x − y)"),
    ],
)
def test_properties_of_constants_shorten_the_answer(f: str, unknown: str, gradient: str) -> None:
    found = matdiff.derive(f, unknown, WHERE)
    assert len(str(found.gradient)) <= len(gradient) + 1, str(found.gradient)
    for seed in range(2):
        given = values(seed)
        expected = matdiff.evaluate(matdiff.parse(gradient, WHERE), given)
        np.testing.assert_allclose(matdiff.evaluate(found.gradient, given), expected, atol=1e-9)
    assert found.verify().ok


# ---- unknowns ---------------------------------------------------------------------------------------


def means(a: Any) -> Any:
    """The means of the diagonals, along these."""
    return sum(np.diag(np.full(len(a) - abs(k), np.diagonal(a, k).mean()), k) for k in range(1 - len(a), len(a)))


SUBSPACES: dict[str, Callable[[Any], Any]] = {
    "lower": np.tril,
    "upper": np.triu,
    "symmetric": lambda g: (g + g.T) / 2,
    "spd": lambda g: (g + g.T) / 2,
    "skew": lambda g: (g - g.T) / 2,
    "diagonal": lambda g: g * np.eye(len(g)),
    "lower upper": lambda g: g * np.eye(len(g)),
    "lower invertible": np.tril,
    "toeplitz": means,
    "toeplitz symmetric": lambda g: means((g + g.T) / 2),
    "lower toeplitz": lambda g: np.tril(means(g)),
}
EXAMPLES = ["tr(A X B X')", "norm2(X*x - y)^2", "sum(exp(X A))", "tr(A X)", "x'tril(X) X y", "tr(X^3)"]


@pytest.mark.parametrize("properties", SUBSPACES)
@pytest.mark.parametrize("f", EXAMPLES)
def test_in_a_subspace_the_gradient_is_the_projected_one(f: str, properties: str) -> None:
    where = "A, B: n x n; x, y: n; X: n x n"
    found = matdiff.derive(f, "X", f"{where} {properties}")
    free = matdiff.derive(f, "X", where).gradient
    project = SUBSPACES[properties]
    given = values(3)
    given["X"] = given["X"] @ given["X"].T if properties == "spd" else project(given["X"])
    expected = project(matdiff.evaluate(free, given))
    np.testing.assert_allclose(matdiff.evaluate(found.gradient, given), expected, rtol=1e-9, atol=1e-9)
    if "X" in found.unconstrained:
        whole = matdiff.evaluate(found.unconstrained["X"], given)
        np.testing.assert_allclose(whole, matdiff.evaluate(free, given), rtol=1e-9, atol=1e-9)
        assert "projected, since X is" in found.to_text()
        assert "unconstrained" in found.to_latex()
    assert found.verify().ok
    assert matdiff.parse(str(found.gradient), f"{where} {properties}") is found.gradient


def test_a_property_is_one_file() -> None:
    package = Path(matdiff.__file__).parent
    files = {p.name for p in package.rglob("*.py") if "toeplitz" in p.read_text(encoding="utf-8").lower()}
    assert files == {"toeplitz.py"}


def test_a_property_is_known_before_its_operator_is_used() -> None:
    program = "import matdiff; print(matdiff.derive('tr(A X)', 'X', 'X: n x n toeplitz').gradient)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "toep(Aᵀ)"


def test_a_property_of_ones_own() -> None:
    anti = Property("persymmetric", SQUARE, also="persym", projection=lambda g: (g + FUNCTIONS["flip"].of(g.T)) / 2)
    try:
        found = matdiff.derive("tr(A*X)", wrt="X", where="X: n x n persym symmetric")
        assert found.verify().ok
        given = values(5)
        g = matdiff.evaluate(found.gradient, given)
        np.testing.assert_allclose(g, g[::-1, ::-1].T)
        np.testing.assert_allclose(g, g.T)
        with pytest.raises(matdiff.MatdiffError, match="only a square matrix can be persymmetric"):
            matdiff.parse("X", "X: m x n persymmetric")
    finally:
        anti.forget()


CURVED = [
    ("tr(Q'*Q*A)", "Q: n x n orthogonal"),
    ("tr(inv(Q)*A)", "Q: n x n orthogonal"),
    ("norm2(Q*x)^2 + tr(Q*A)", "Q: n x n orthogonal"),
    ("tr(Q'*A*Q*B)", "Q: n x n orthogonal"),
    ("logdet(Q) + tr(Q*Q*A)", "Q: n x n orthogonal"),
    ("norm2(Q - A)^2", "Q: n x n orthogonal"),
    ("norm2(Q*Q*x)", "Q: n x n idempotent"),
    ("y'*Q*vector(1) + norm2(Q*x)^2", "Q: n x n stochastic"),
    ("Q'*A*Q + norm2(Q)", "Q: n unit"),
    ("sum(Q)*(x'*Q)", "Q: n simplex"),
    ("-x'*log(Q)", "Q: n simplex"),
    ("sum(Q.^2) + x'*abs(Q) + sum(Q.^3)", "Q: n sign"),
    ("sum(Q.^2) + x'*Q.^3", "Q: n binary"),
]


@pytest.mark.parametrize(("f", "declared"), CURVED)
def test_on_a_curved_set_the_gradient_is_that_of_the_space_around(f: str, declared: str) -> None:
    """Against central differences of the function off the set."""
    where = "A, B: n x n; x, y: n; " + declared
    found = matdiff.derive(f, "Q", where)
    given = values(5)
    name = {"orthogonal": "Q", "idempotent": "P", "unit": "u", "simplex": "p", "sign": "s", "binary": "b"}.get(
        declared.split()[-1]
    )
    weights = np.random.default_rng(1).uniform(0.1, 1, size=(4, 4))
    given["Q"] = given[name] if name else weights / weights.sum(axis=1, keepdims=True)
    g = matdiff.evaluate(found.gradient, given)
    e = matdiff.parse(f, "A, B: n x n; x, y: n; " + " ".join(declared.split()[:-1]))
    draw = np.random.default_rng(2)
    for _ in range(4):
        direction = draw.normal(size=np.shape(given["Q"]))
        ahead, behind = (matdiff.evaluate(e, {**given, "Q": given["Q"] + sign * 1e-5 * direction}) for sign in (1, -1))
        assert abs(np.sum(g * direction) - (ahead - behind) / 2e-5) < 1e-6 * max(1.0, abs(np.sum(g * direction)))
    assert found.verify().ok
    assert matdiff.parse(str(found.gradient), where) is found.gradient
    assert not found.unconstrained


@pytest.mark.parametrize(("f", "declared"), [c for c in CURVED if "orthogonal" in c[1]])
def test_the_riemannian_gradient_of_an_orthogonal_unknown(f: str, declared: str) -> None:
    """It is tangent, QᵀR is skew-symmetric, and R : QW is the derivative along every QW with a skew-symmetric W."""
    where = "A, B: n x n; x, y: n; " + declared
    found = matdiff.derive(f, "Q", where)
    given = values(6)
    q = given["Q"]
    g, r = (matdiff.evaluate(e, given) for e in (found.gradient, found.riemannian["Q"]))
    np.testing.assert_allclose(r, (g - q @ g.T @ q) / 2, atol=1e-9)
    np.testing.assert_allclose(q.T @ r, -(q.T @ r).T, atol=1e-9)
    skew = np.random.default_rng(0).normal(size=(4, 4))
    skew = skew - skew.T
    assert abs(np.sum(r * (q @ skew)) - np.sum(g * (q @ skew))) < 1e-8
    assert "Riemannian" in found.to_text("none")
    assert "Riemannian" in found.to_latex("none")
    assert set(json.loads(found.to_json())["riemannian"]) == {"Q"}


def test_the_riemannian_gradient_on_the_sphere_is_that_of_the_rayleigh_quotient() -> None:
    found = matdiff.derive("u'S u", "u", "S: n x n symmetric; u: n unit")
    assert str(found.gradient) == "2Su"
    given = values(8)
    s, u = given["S"], given["u"]
    np.testing.assert_allclose(matdiff.evaluate(found.riemannian["u"], given), 2 * (s @ u - (u @ s @ u) * u))


def test_what_cancels_on_the_group_is_gone_from_the_riemannian_gradient() -> None:
    where = "Q: n x n orthogonal; A: n x n; x: n"
    assert str(matdiff.derive("tr(Q'*Q*A)", "Q", where).riemannian["Q"]) == "0_{n×n}"
    assert str(matdiff.derive("norm2(Q*x)^2 + tr(Q*A)", "Q", where).riemannian["Q"]) == "½(Aᵀ − QAQ)"


def test_a_family_of_constrained_unknowns() -> None:
    where = "Q[i=1..N]: n x n orthogonal; A: n x n"
    found = matdiff.derive("sum(i=1..N, tr(Q[i]*A*Q[i]))", "Q", where)
    assert found.verify().ok
    draw = np.random.default_rng(3)
    given = {
        "Q": np.stack([np.linalg.qr(draw.normal(size=(3, 3)))[0] for _ in range(2)]),
        "A": draw.normal(size=(3, 3)),
    }
    g, r = (matdiff.evaluate(e, given) for e in (found.gradient, found.riemannian["Q"]))
    for q, free, along in zip(given["Q"], g, r, strict=True):
        np.testing.assert_allclose(free, (given["A"] @ q + q @ given["A"]).T, atol=1e-9)
        np.testing.assert_allclose(along, (free - q @ free.T @ q) / 2, atol=1e-9)
