"""Jacobians: values against differences of the function, closed forms of textbooks, the three views, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from sampling import SIZES, stacked, values_of

import matdiff
from matdiff.algebra.expr import Index, postorder
from matdiff.calculus.blocks import short_products
from matdiff.cli import main
from matdiff.results.second import Jacobian


def by_differences(e: matdiff.Expr, name: str, values: dict[str, np.ndarray]) -> np.ndarray:
    """The matrix with the columns ∂ vec F/∂(vec X)ₖ."""
    x, h, columns = values[name], 1e-5, []
    for place in np.ndindex(*x.shape[::-1]) if x.ndim else [()]:
        step = np.zeros_like(x)
        step[place[::-1]] = h
        ahead, behind = (stacked(matdiff.evaluate(e, {**values, name: x + s})) for s in (step, -step))
        columns.append((ahead - behind) / (2 * h))
    return np.stack(columns, axis=1)


CASES = [
    ("A*x", "x", "A: m x n; x: n"),
    ("A*X*B", "X", "A: p x m; X: m x n; B: n x q"),
    ("X'*A*X", "X", "A: m x m; X: m x n"),
    ("X*A*X", "X", "A, X: n x n"),
    ("inv(X)", "X", "X: n x n"),
    ("X'", "X", "X: m x n"),
    ("X^3", "X", "X: n x n"),
    ("kron(A, X)", "X", "A: p x n; X: m x p"),
    ("X .* X", "X", "X: m x n"),
    ("tanh(A*x)", "x", "A: m x n; x: n"),
    ("sigmoid(W*x + b)", "W", "W: m x n; x: n; b: m"),
    ("softmax(A*x)", "x", "A: m x n; x: n"),
    ("softmax_rows(X*W)*V", "W", "X: m x n; W: n x p; V: p x q"),
    ("(x - sum(x)/n*vector(1))/norm2(x - sum(x)/n*vector(1))", "x", "x: n; n: scalar"),
    ("x/norm2(x)", "x", "x: n"),
    ("tr(A*X)*X", "X", "A: n x m; X: m x n"),
    ("det(X)*inv(X)", "X", "X: n x n"),
    ("A*diag(x)*B", "x", "A: m x n; x: n; B: n x p"),
    ("diag(A*diag(x)*B*C)", "x", "A: m x n; x: n; B: n x p; C: p x m"),
    ("diag(x)^2*A*x", "x", "A: n x n; x: n"),
    ("expm(X)", "X", "X: n x n"),
    ("X*inv(X'*X)*X'*y", "X", "X: m x n; y: m"),
    ("x'*A", "x", "A: m x n; x: m"),
    ("x*y'", "y", "x: m; y: n"),
    ("log(sum(exp(x)))", "x", "x: n"),
    ("norm2(X)", "X", "X: m x n"),
    ("x.^s", "s", "x: n positive; s: scalar"),
    ("inv(A + t*B)", "t", "A, B: n x n; t: scalar"),
    ("(A*t)'*x", "t", "A: m x n; t: scalar; x: m"),
    ("[X, Y*X]", "X", "X: m x n; Y: m x m"),
    ("x[2]*x", "x", "x: n"),
    ("sum(i=1..N, (x[i] - m)*((x[i] - m)'*u))", "m", "x[i=1..N]: d; m, u: d"),
    ("h = W*x; z = tanh(h); V*z + h[1]*z", "x", "W: m x n; V: m x m; x: n"),
    ("exp(-A*tanh(A*tanh(A*tanh(A*x))))", "x", "A: n x n; x: n"),
]


@pytest.mark.parametrize(("text", "wrt", "where"), CASES)
def test_the_jacobian_is_that_of_differences(text: str, wrt: str, where: str) -> None:
    found = matdiff.jacobian(text, wrt, where)
    values = values_of(found.function, 1)
    expected = by_differences(found.function, wrt, values)
    got = np.asarray(matdiff.evaluate(found.result, values))
    if values[wrt].ndim == 0:
        assert got.shape == np.shape(matdiff.evaluate(found.function, values))
        got = stacked(got)[:, None]
    if got.ndim < 2:
        got = got.reshape(expected.shape)
    assert np.allclose(got, expected, rtol=1e-6, atol=1e-7)
    outcome = found.verify()
    assert outcome.ok, outcome.failure
    assert np.allclose(
        matdiff.evaluate(matdiff.parse(str(found.result), where), values), matdiff.evaluate(found.result, values)
    )


@pytest.mark.parametrize(
    ("text", "wrt", "where", "closed_form"),
    [
        ("A*X*B", "X", "A: p x m; X: m x n; B: n x q", "kron(B', A)"),
        ("inv(X)", "X", "X: n x n", "-kron(inv(X)', inv(X))"),
        ("softmax(x)", "x", "x: n", "diag(softmax(x)) - softmax(x)*softmax(x)'"),
        ("X .* X", "X", "X: m x n", "2*diag(vec(X))"),
        ("X'", "X", "X: m x n", "commutation(m, n)"),
        ("A*exp(x)", "x", "A: m x n; x: n", "A*diag(exp(x))"),
        ("x/norm2(x)", "x", "x: n", "eye/norm2(x) - x*x'/norm2(x)^3"),
        ("inv(X'*X + a*eye)*X'*y", "a", "X: m x n; y: m", "-inv(X'*X + a*eye)*inv(X'*X + a*eye)*X'*y"),
    ],
)
def test_closed_forms_are_those_of_the_textbooks(text: str, wrt: str, where: str, closed_form: str) -> None:
    """Magnus and Neudecker, ch. 9; the Matrix Cookbook, eq. 60."""
    found = matdiff.jacobian(text, wrt, where).result
    known = matdiff.parse(closed_form, where)
    assert len(str(found)) <= 1.6 * len(str(known))
    values = {**SIZES, **values_of(found + known, 2)}
    assert np.allclose(matdiff.evaluate(found, values), matdiff.evaluate(known, values))


def test_a_jacobian_that_is_off_is_refuted() -> None:
    found = matdiff.jacobian("tanh(A*x)", "x", "A: m x n; x: n")
    part = found._found._replace(gradients={"x": 2 * found.result})
    wrong = found._derived._replace(parts=(part,))
    assert not Jacobian(wrong).verify().ok


def test_several_unknowns_have_one_derivation() -> None:
    found = matdiff.jacobian("sigmoid(W*x + b)*t", ["W", "x", "b", "t"], "W: m x n; x: n; b: m; t: scalar")
    assert list(found.results) == ["W", "x", "b", "t"]
    values = values_of(found.function, 3)
    for name, j in found.results.items():
        expected = by_differences(found.function, name, values)
        assert np.allclose(np.asarray(matdiff.evaluate(j, values)).reshape(expected.shape), expected, atol=1e-7)
    assert found.verify().ok
    with pytest.raises(matdiff.MatdiffError, match="several Jacobians"):
        _ = found.result


def test_a_family_has_a_free_index() -> None:
    found = matdiff.jacobian("sum(i=1..N, x[i]*(a'*x[i]))", "x", "x[i=1..N]: d; a: d")
    values = values_of(found.function, 4)
    assert np.asarray(matdiff.evaluate(found.result, values)).shape == (3, 2, 2)
    x, a = values["x"], values["a"]
    assert np.allclose(matdiff.evaluate(found.result, values), [(a @ x_i) * np.eye(2) + np.outer(x_i, a) for x_i in x])
    assert found.verify().ok


def test_a_definition_is_an_unknown_that_varies_freely() -> None:
    found = matdiff.jacobian("h = W*x; A*tanh(h)", "h", "W: m x n; x: n; A: p x m")
    values = values_of(found.function, 5)
    slope = values["A"] * (1 - np.tanh(values["W"] @ values["x"]) ** 2)
    assert np.allclose(matdiff.evaluate(found.result, values), slope)
    assert found.verify().ok


@pytest.mark.parametrize("properties", ["symmetric", "skew", "lower", "upper", "diagonal"])
def test_an_unknown_in_a_subspace_has_a_projected_jacobian(properties: str) -> None:
    found = matdiff.jacobian("A*S*B", "S", f"A: p x n; S: n x n {properties}; B: n x q")
    rng = np.random.default_rng(6)
    values = {"A": rng.normal(size=(2, 3)), "B": rng.normal(size=(3, 5))}
    j = np.asarray(matdiff.evaluate(found.result, values))
    full = np.kron(values["B"].T, values["A"])
    basis = np.eye(9).reshape(9, 3, 3)
    project: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "symmetric": lambda v: (v + v.T) / 2,
        "skew": lambda v: (v - v.T) / 2,
        "lower": np.tril,
        "upper": np.triu,
        "diagonal": lambda v: v * np.eye(3),
    }
    expected = full @ np.stack([stacked(project[properties](b.T)) for b in basis], axis=1)
    assert np.allclose(j, expected)
    assert np.allclose(np.asarray(matdiff.evaluate(found.unconstrained["S"], values)), full)
    assert found.verify().ok
    assert "projected, since S is" in found.to_text()


def test_by_vech_the_columns_are_those_of_the_lower_triangle() -> None:
    found = matdiff.jacobian("A*S*B", "S", "A: p x n; S: n x n symmetric; B: n x q")
    rng = np.random.default_rng(7)
    values = {"A": rng.normal(size=(2, 3)), "B": rng.normal(size=(3, 5))}
    places = [(i, j) for j in range(3) for i in range(j, 3)]
    units = [
        np.array([[float({i, j} == {r, s} and (i != j or r == s)) for s in range(3)] for r in range(3)])
        for i, j in places
    ]
    expected = np.stack([stacked(values["A"] @ u @ values["B"]) for u in units], axis=1)
    assert np.allclose(matdiff.evaluate(found.by_vech, values), expected)
    with pytest.raises(matdiff.MatdiffError, match="not symmetric"):
        _ = matdiff.jacobian("A*X", "X").by_vech


def test_the_denominator_layout_is_the_transpose_and_is_named() -> None:
    usual = matdiff.jacobian("A*tanh(x)", "x")
    turned = matdiff.jacobian("A*tanh(x)", "x", layout="denominator")
    values = values_of(usual.function, 8)
    assert np.allclose(matdiff.evaluate(turned.result, values), np.asarray(matdiff.evaluate(usual.result, values)).T)
    assert "∂fᵀ/∂x" in turned.to_text()
    assert "∂f/∂xᵀ" in usual.to_text()
    assert json.loads(turned.to_json())["layout"] == "denominator"
    with pytest.raises(matdiff.MatdiffError, match="layout"):
        matdiff.jacobian("A*x", "x", layout="diagonal")


# ---- views ------------------------------------------------------------------------------------------


def test_the_operator_is_the_differential_in_a_direction() -> None:
    found = matdiff.jacobian("X*A*X", "X", "A, X: n x n")
    values = values_of(found.function, 9)
    v = np.random.default_rng(10).normal(size=(3, 3))
    moved = matdiff.evaluate(found.operator, {**values, "V_X": v})
    assert np.allclose(stacked(moved), np.asarray(matdiff.evaluate(found.result, values)) @ stacked(v))


@pytest.mark.parametrize(
    ("text", "wrt", "where", "expected"),
    [
        ("A*X*B", "X", "A: p x m; X: m x n; B: n x q", "A[i, k]B[l, j]"),
        ("X'", "X", "X: m x n", "I_n[i, l]I_m[j, k]"),
        ("softmax(x)", "x", "x: n", "(I_n[i, j] − softmax(x)[j])softmax(x)[i]"),
        ("A*x", "x", "A: m x n; x: n", "A[i, j]"),
        ("tr(A*X)", "X", "A: n x m; X: m x n", "A[j, i]"),
    ],
)
def test_entries_in_index_notation(text: str, wrt: str, where: str, expected: str) -> None:
    found = matdiff.jacobian(text, wrt, where)
    assert str(found.entries.derivative) == expected


@pytest.mark.parametrize(("text", "wrt", "where"), [c for c in CASES if c[1] not in ("s", "t")][:24])
def test_entries_are_those_of_the_jacobian(text: str, wrt: str, where: str) -> None:
    found = matdiff.jacobian(text, wrt, where)
    function, unknown, derivative = found.entries
    values = values_of(found.function, 11)
    own = [[i for i in e.operands[1:] if isinstance(i, Index)] for e in (function, unknown)]
    order = own[0] + own[1]
    alphabetical = sorted(order, key=lambda i: i.name)
    got = np.asarray(matdiff.evaluate(derivative, {**values, **SIZES}))
    got = got.reshape([i.last.value(SIZES) if i in derivative.free else 1 for i in alphabetical])
    full = np.broadcast_to(got, [i.last.value(SIZES) for i in alphabetical])
    rows, total = len(own[0]), len(order)
    axes = [*range(rows)][::-1] + [*range(rows, total)][::-1]  # vec stacks columns
    full = full.transpose([alphabetical.index(i) for i in order]).transpose(axes)
    j = np.asarray(matdiff.evaluate(found.result, values))
    assert np.allclose(full.reshape(j.shape), j)


# ---- pages, the command line, refusals --------------------------------------------------------------


def test_every_line_has_its_law_in_text_and_latex() -> None:
    found = matdiff.jacobian("A*X*B", "X")
    page = found.to_text()
    assert "vec(ABC) = (Cᵀ ⊗ A)vec(B)" in page
    assert "∂vec f/∂(vec X)ᵀ = Bᵀ ⊗ A" in page
    latex = found.to_latex()
    assert latex.startswith(r"\begin{align*}")
    assert latex.count("{") == latex.count("}")
    assert latex.isascii()
    assert (
        found.to_text(steps="none").count("\n")
        < found.to_text().count("\n")
        < found.to_text(steps="full").count("\n") + 1
    )


def test_the_command_prints_checks_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jacobian", "A*tanh(x)", "--wrt", "x"]) == 0
    page = capsys.readouterr().out
    assert "∂f/∂xᵀ = A diag(1 − tanh(x).^2)" in page
    assert "and the Jacobian on 3 random instances" in page
    assert main(["jacobian", "A*tanh(x)", "--wrt", "x", "--format", "json", "--layout", "denominator"]) == 0
    assert json.loads(capsys.readouterr().out)["check"]["ok"]
    assert main(["jacobian", "A*tanh(x)", "--wrt", "q"]) == 2


def test_a_long_sum_and_a_deep_chain_are_derived() -> None:
    text = " + ".join(f"A{k}*x" for k in range(1000))
    assert (
        matdiff.jacobian(text, "x", {"x": "n", **{f"A{k}": "m x n" for k in range(1000)}}).result.shape[1] is not None
    )
    e = matdiff.parse("x", "x: n")
    for _ in range(300):
        e = matdiff.parse("tanh(y)", "y: n").rebuild((e,))
    j = matdiff.jacobian(e, "x").result
    x = np.array([0.3, -0.2])
    slope, y = np.ones(2), x
    for _ in range(300):
        y = np.tanh(y)
        slope = slope * (1 - y**2)
    assert np.allclose(matdiff.evaluate(j, {"x": x}), np.diag(slope))


def test_brackets_in_long_products_do_not_change_the_value() -> None:
    e = matdiff.parse("*".join(f"A{k}*X" for k in range(40)), {"X": "n x n", **{f"A{k}": "n x n" for k in range(40)}})
    short = short_products(e)
    rng = np.random.default_rng(0)
    values = {"X": rng.normal(size=(2, 2)), **{f"A{k}": rng.normal(size=(2, 2)) for k in range(40)}}
    assert np.allclose(matdiff.evaluate(e, values), matdiff.evaluate(short, values))
    assert all(len(node.operands) <= 16 for node in postorder(short))
