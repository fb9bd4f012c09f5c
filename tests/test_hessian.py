"""Hessians: values against differences of the function, symmetry, blocks, products with vectors, refusals."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sampling import SIZES, stacked, values_of

import matdiff
from matdiff.algebra.expr import postorder
from matdiff.algebra.operators.structure import Named
from matdiff.cli import main
from matdiff.results.second import Hessian


def second_differences(f: matdiff.Expr, a: str, b: str, values: dict[str, np.ndarray]) -> np.ndarray:
    """∂²f/∂(vec A)∂(vec B)ᵀ by differences of the function alone, which no law of matdiff touches."""
    h = 2e-4
    x, y = values[a], values[b]

    def moved(name: str, k: int, step: float, base: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        flat = stacked(base[name]).copy()
        flat[k] += step
        shape = base[name].shape
        return {**base, name: flat.reshape(shape[::-1]).T if len(shape) == 2 else flat.reshape(shape)}

    found = np.zeros((x.size, y.size))
    for i in range(x.size):
        for j in range(y.size):
            corners = [
                s * t * float(matdiff.evaluate(f, moved(b, j, t * h, moved(a, i, s * h, values))))
                for s in (1, -1)
                for t in (1, -1)
            ]
            found[i, j] = sum(corners) / (4 * h * h)
    return found


CASES = [
    ("x'*A*x", "x", "A: n x n; x: n"),
    ("norm2(A*x - y)^2", "x", "A: m x n; x: n; y: m"),
    ("log(sum(exp(A*x)))", "x", "A: m x n; x: n"),
    ("sum(log(1 + exp(-y.*(X*w))))", "w", "X: m x n; w: n; y: m"),
    ("logdet(X)", "X", "X: n x n"),
    ("det(X)", "X", "X: n x n"),
    ("tr(X^3)", "X", "X: n x n"),
    ("tr(A*X*B*X')", "X", "A: m x m; X: m x n; B: n x n"),
    ("tr(A*inv(X))", "X", "A, X: n x n"),
    ("norm2(R - U*V')^2", "V", "R: m x n; U: m x p; V: n x p"),
    ("-t'*log(softmax(W*x))", "W", "W: c x p; x: p; t: c"),
    ("x'*A*x/(x'*x)", "x", "A: n x n; x: n"),
    ("(x'*A*x)^2", "x", "A: n x n; x: n"),
    ("a'*x/norm2(x)", "x", "a, x: n"),
    ("v'*softmax(K*x)", "x", "v: m; K: m x n; x: n"),
    ("logdet(A + diag(x))", "x", "A: n x n spd; x: n positive"),
    ("a'*inv(A + diag(x))*a", "x", "a: n; A: n x n spd; x: n positive"),
    ("logdet(X'*diag(w)*X)", "w", "X: m x n; w: m positive"),
    ("sum(i=1..N, (x[i] - u)'*inv(S)*(x[i] - u))", "u", "x[i=1..N]: d; u: d; S: d x d spd"),
    ("norm2(V*tanh(W*x) - y)^2", "W", "W: p x n; V: p x p; x: n; y: p"),
    ("exp(t)*t^2 + logdet(A + t*B)", "t", "A: n x n spd; B: n x n spd; t: scalar"),
    ("x[1]*x[2]^2", "x", "x: n"),
    ("sum(exp(X)) + sum(X.^4)", "X", "X: m x p"),
    ("h = W*x; norm2(tanh(h))^2 + sum(h)^3", "x", "W: m x n; x: n"),
]


@pytest.mark.parametrize(("text", "wrt", "where"), CASES)
def test_the_hessian_is_that_of_second_differences(text: str, wrt: str, where: str) -> None:
    found = matdiff.hessian(text, wrt, where)
    values = values_of(found.function, 1)
    got = np.asarray(matdiff.evaluate(found.result, values))
    expected = second_differences(found.function, wrt, wrt, values)
    assert np.allclose(got.reshape(expected.shape), expected, rtol=1e-4, atol=1e-4 * (1 + np.abs(expected).max()))
    if got.ndim:
        assert np.allclose(got, got.T, atol=1e-9 * (1 + np.abs(got).max()))
    outcome = found.verify()
    assert outcome.ok, outcome.failure


@pytest.mark.parametrize(
    ("text", "wrt", "where", "closed_form"),
    [
        ("norm2(A*x - y)^2", "x", "A: m x n; x: n; y: m", "2*A'*A"),
        ("x'*A*x", "x", "A: n x n; x: n", "A + A'"),
        ("norm2(R - U*V')^2", "U", "R: m x n; U: m x p; V: n x p", "2*kron(V'*V, eye(m))"),
        ("norm2(R - U*V')^2", "V", "R: m x n; U: m x p; V: n x p", "2*kron(U'*U, eye(n))"),
        ("norm2(A*X*B - C)^2", "X", "A: q x m; X: m x n; B: n x p; C: q x p", "2*kron(B*B', A'*A)"),
        ("-logdet(A + diag(x))", "x", "A: n x n spd; x: n positive", "inv(A + diag(x)) .* inv(A + diag(x))"),
        ("sum(exp(A*x))", "x", "A: m x n; x: n", "A'*diag(exp(A*x))*A"),
        ("log(sum(exp(x)))", "x", "x: n", "diag(softmax(x)) - softmax(x)*softmax(x)'"),
    ],
)
def test_closed_forms_are_those_of_the_textbooks(text: str, wrt: str, where: str, closed_form: str) -> None:
    """Boyd and Vandenberghe, appendix A; Magnus and Neudecker, ch. 10."""
    found = matdiff.hessian(text, wrt, where).result
    known = matdiff.parse(closed_form, where)
    assert len(str(found)) <= 1.6 * len(str(known))
    values = {**SIZES, **values_of(found + known, 2)}
    assert np.allclose(matdiff.evaluate(found, values), matdiff.evaluate(known, values))


def test_several_unknowns_have_mixed_blocks_and_one_matrix() -> None:
    found = matdiff.hessian("exp(x'*A*y) + t*sum(y)", ["x", "y", "t"], "A: m x n; x: m; y: n; t: scalar")
    values = values_of(found.function, 3)
    sizes = {"x": 4, "y": 3, "t": 1}
    for (a, b), block in found.blocks.items():
        expected = second_differences(found.function, a, b, values)
        got = np.asarray(matdiff.evaluate(block, values)).reshape(sizes[a], sizes[b])
        assert np.allclose(got, expected, rtol=1e-4, atol=1e-4 * (1 + np.abs(expected).max())), (a, b)
    whole = np.asarray(matdiff.evaluate(found.result, values))
    assert whole.shape == (8, 8)
    assert np.allclose(whole, whole.T)
    assert found.verify().ok


def test_a_family_has_a_block_for_every_pair_of_members() -> None:
    found = matdiff.hessian("sum(i=1..N, (a'*x[i])^3)", "x", "x[i=1..N]: d; a: d")
    values = values_of(found.function, 4)
    h = np.asarray(matdiff.evaluate(found.result, values))
    x, a = values["x"], values["a"]
    expected = np.zeros((3, 3, 2, 2))
    for k in range(3):
        expected[k, k] = 6 * (a @ x[k]) * np.outer(a, a)
    assert np.allclose(h, expected)
    assert found.verify().ok


def test_products_with_vectors_form_no_matrix() -> None:
    found = matdiff.hessian("logdet(X) + tr(A*X*X')", "X", "X, A: n x n")
    values = values_of(found.function, 5)
    rng = np.random.default_rng(6)
    u, v = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    h = np.asarray(matdiff.evaluate(found.result, values))
    moved = matdiff.evaluate(found.hvp("P"), {**values, "P": v})
    assert np.allclose(stacked(moved), h @ stacked(v))
    assert "⊗" not in str(found.hvp("P"))
    number = matdiff.evaluate(found.bilinear("V", "U"), {**values, "U": u, "V": v})
    assert np.isclose(number, stacked(v) @ h @ stacked(u))


def test_a_symmetric_unknown_has_a_projected_hessian_and_one_by_vech() -> None:
    found = matdiff.hessian("tr(S*A*S)", "S", "S: n x n symmetric; A: n x n")
    a = np.random.default_rng(7).normal(size=(3, 3))
    h = np.asarray(matdiff.evaluate(found.result, {"A": a}))
    k = np.zeros((9, 9))
    for i in range(3):
        for j in range(3):
            k[i * 3 + j, j * 3 + i] = 1
    half = (np.eye(9) + k) / 2
    free = np.kron(a.T, np.eye(3)) @ k  # d²tr(SAS) = 2Tr(dS A dS)
    full = half @ (free @ k + (free @ k).T) @ half
    assert np.allclose(h, half @ h @ half)
    v = np.random.default_rng(8).normal(size=(3, 3))
    v = v + v.T
    assert np.isclose(stacked(v) @ h @ stacked(v), 2 * np.trace(v @ a @ v))
    assert full.shape == h.shape
    by_vech = np.asarray(matdiff.evaluate(found.by_vech, {"A": a}))
    lower = np.array([v[i, j] for j in range(3) for i in range(j, 3)])
    assert np.isclose(lower @ by_vech @ lower, 2 * np.trace(v @ a @ v))
    assert found.verify().ok


def test_a_hessian_that_is_off_is_refuted() -> None:
    found = matdiff.hessian("norm2(A*x)^4", "x")
    part = found._found.second["x"]
    off = part._replace(parts=(part.whole._replace(gradients={"x": 2 * found.result}),))
    wrong = found._found._replace(second={"x": off})
    assert not Hessian(wrong).verify().ok


def test_the_page_shows_both_differentials(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hessian", "norm2(A*x - y)^2", "--wrt", "x"]) == 0
    page = capsys.readouterr().out
    for wanted in (
        "First differential\n  df = d((Ax − y)ᵀ(Ax − y))",
        "     = Tr((2Aᵀ(Ax − y))ᵀ dx)",
        "Gradient\n  ∇_x f = 2Aᵀ(Ax − y)",
        "d²f = (d∇_x f)ᵀ dx",
        "∂²f/∂x∂xᵀ = 2AᵀA",
        "the Hessian on",
    ):
        assert wanted in page
    assert main(["hessian", "norm2(A*x - y)^2", "--wrt", "x,y", "--format", "json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["answers"]) == {"x,x", "x,y", "y,x", "y,y"}
    assert main(["hessian", "norm2(A*x - y)^2", "--wrt", "x", "--format", "latex"]) == 0
    assert r"\frac{\partial^{2} f}" in capsys.readouterr().out
    assert main(["hessian", "A*x", "--wrt", "x"]) == 2
    assert "scalar" in capsys.readouterr().err


def test_a_long_sum_grows_linearly_in_its_blocks() -> None:
    text = " + ".join(f"x'*A{k}*x" for k in range(1000))
    found = matdiff.hessian(text, "x", {"x": "n", **{f"A{k}": "n x n" for k in range(1000)}})
    ones = {f"A{k}": np.full((2, 2), 1.0) for k in range(1000)}
    assert np.allclose(matdiff.evaluate(found.result, {"x": np.zeros(2), **ones}), np.full((2, 2), 2000.0))
    assert len(found.steps) < 30_000


def test_index_notation_has_kronecker_s_delta() -> None:
    found = matdiff.hessian("sum(exp(x))", "x", "x: n").entries
    assert str(found) == "∂exp(x)[i]/∂x[j] = exp(x[i])δ_{ij}"
    assert str(matdiff.jacobian("X'", "X", "X: m x n").entries) == "∂(Xᵀ)[i, j]/∂X[k, l] = δ_{il}δ_{jk}"


def chain(kind: str, links: int) -> tuple[str, str, dict[str, str]]:
    """A network or nested inverses, with the unknown and the declarations."""
    if kind == "network":
        steps = [f"z{k} = tanh(W{k} z{k - 1})" for k in range(1, links + 1)]
        return "; ".join(["z0 = x", *steps, f"‖z{links} − y‖²"]), "x", letters("W", links) | {"x": "p", "y": "p"}
    steps = [f"Y{k} = inv(A{k} + Y{k - 1})" for k in range(1, links + 1)]
    return "; ".join(["Y0 = X", *steps, f"tr(Y{links})"]), "X", letters("A", links) | {"X": "p x p"}


def letters(letter: str, links: int) -> dict[str, str]:
    return {f"{letter}{k}": "p x p" for k in range(1, links + 1)}


@pytest.mark.parametrize("kind", ["network", "nested inverses"])
def test_a_long_chain_is_differentiated_link_by_link(kind: str) -> None:
    found = matdiff.hessian(*chain(kind, 40))
    assert not any(isinstance(n, Named) and n.name.startswith("nabla") for n in postorder(found.result))
    assert matdiff.hessian(*chain(kind, 16)).verify(trials=1).ok
