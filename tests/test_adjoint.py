"""Adjoints and the two products with a Jacobian: ⟨Y, 𝓛(V)⟩ = ⟨𝓛*(Y), V⟩, and central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matdiff

SIZES = {"m": 3, "n": 4, "p": 2, "q": 5, "d": 3, "N": 6}
Values = dict[str, Any]


def shape_of(right: str) -> tuple[int, ...]:
    words = [w for w in right.split() if w in SIZES or w.isdecimal()]
    return tuple(SIZES[w] if w in SIZES else int(w) for w in words)


def drawn(where: str, seed: int = 0) -> Values:
    """Random values of all names; of families one for every index; positive definite and symmetric ones are that."""
    rng = np.random.default_rng(seed)
    values: Values = {}
    for item in where.split(";"):
        left, _, right = item.rpartition(":")
        for name in [left] if "[" in left else left.split(","):
            bare, _, index = name.strip().partition("[")
            many = (SIZES["N"],) if index else ()
            value = rng.uniform(0.3, 1.2, many + shape_of(right)) * rng.choice([-1, 1], many + shape_of(right))
            if "spd" in right:
                value = value @ value.T + 2 * np.eye(len(value))
            elif "symmetric" in right:
                value = value + value.T
            values[bare] = value
    return values


def like(value: Any, name: str, where: str, seed: int) -> Any:
    """A direction of the shape of a value, in the subspace that the declaration names."""
    change = np.random.default_rng(seed).standard_normal(np.shape(value))
    declared = next((i for i in where.split(";") if name in i.split(":")[0].replace(" ", "").split(",")), "")
    return change + change.T if "spd" in declared or "symmetric" in declared else change


def difference(expr: matdiff.Expr, values: Values, changes: Values) -> Any:
    """The derivative of an expression in a direction, by central differences of fourth order."""
    h = 1e-3
    at = [
        matdiff.evaluate(expr, {**values, **{name: values[name] + k * h * v for name, v in changes.items()}})
        for k in (-2, -1, 1, 2)
    ]
    return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h)


# ---- adjoints of linear maps ---------------------------------------------------------------------------

LINEAR = [
    ("A*X*B", "A: p x m; X: m x n; B: n x q"),
    ("X'", "X: m x n"),
    ("A .* X", "A, X: m x n"),
    ("3 X - 2 A X'", "X, A: n x n"),
    ("A X + X B", "A: m x m; B: n x n; X: m x n"),
    ("A*X*B + C", "A: p x m; X: m x n; B: n x q; C: p x q"),
    ("X*b", "X: m x n; b: n"),
    ("x*b'", "x: m; b: n"),
    ("A + 1_m x'", "A: m x n; x: n"),
    ("A + x 1_n'", "A: m x n; x: m"),
    ("diag(X)", "X: n x n"),
    ("Diag(x)", "x: n"),
    ("Diag(x)*A", "x: m; A: m x n"),
    ("vec(X)", "X: m x n"),
    ("kron(A, X)", "A: p x q; X: m x n"),
    ("kron(X, A)", "A: p x q; X: m x n"),
    ("tr(A*X)", "A: n x m; X: m x n"),
    ("A : X", "A, X: m x n"),
    ("sum(X)", "X: m x n"),
    ("mean(X)*b", "X: m x n; b: p"),
    ("rowsum(X)", "X: m x n"),
    ("colsum(A X)", "A: p x m; X: m x n"),
    ("X - X*1_n*1_n'/n", "X: m x n; n: scalar"),
    ("∑_i A_i*X*B_i", "A[i=1..N]: p x m; B[i=1..N]: n x q; X: m x n"),
    ("c*X/(1 + c^2)", "c: scalar; X: m x n"),
    ("inv(A)*X", "A: m x m spd; X: m x n"),
    ("X", "X: n x n symmetric"),
    ("A X A'", "A: p x n; X: n x n symmetric"),
    ("h = A X; h B + h B", "A: p x m; X: m x n; B: n x q"),
]


@pytest.mark.parametrize(("text", "where"), LINEAR)
def test_the_adjoint_of_a_linear_map(text: str, where: str) -> None:
    name = "X" if "X" in text else "x"
    where_of_arrays = where.replace("; n: scalar", "")
    values = drawn(where_of_arrays)
    expr = matdiff.parse(text, where)
    found = matdiff.adjoint(text, wrt=name, where=where)
    v = like(values[name], name, where_of_arrays, 1)
    y = np.random.default_rng(2).standard_normal(np.shape(matdiff.evaluate(expr, values)))
    zero = matdiff.evaluate(expr, {**values, name: np.zeros_like(v)})
    image = matdiff.evaluate(expr, {**values, name: v}) - zero  # the linear part of an affine map
    back = matdiff.evaluate(found, {**values, "Y": y})
    assert np.sum(y * image) == pytest.approx(np.sum(back * v), rel=1e-9)


@pytest.mark.parametrize(
    ("text", "where", "adjoint"),
    [
        ("A*X*B", "A: p x m; X: m x n; B: n x q", "A'*Y*B'"),
        ("X'", "X: m x n", "Y'"),
        ("A .* X", "A, X: m x n", "Y .* A"),
        ("diag(X)", "X: n x n", "Diag(Y)"),
        ("X", "X: n x n symmetric", "(Y + Y')/2"),
    ],
)
def test_the_adjoint_is_written_as_in_a_textbook(text: str, where: str, adjoint: str) -> None:
    shapes = {"A'*Y*B'": "p x q", "Y'": "n x m", "Y .* A": "m x n", "Diag(Y)": "n", "(Y + Y')/2": "n x n"}
    found = matdiff.adjoint(text, wrt="X", where=where)
    assert found is matdiff.parse(adjoint, f"{where}; Y: {shapes[adjoint]}")


@pytest.mark.parametrize(
    "text", ["X*X", "inv(X)", "X'X", "exp⊙(X)", "abs(X)", "sign(X)", "relu(X)", "X/tr(X)", "step(X) + X", "X .* X"]
)
def test_a_map_that_is_not_linear_is_refused(text: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match="not linear"):
        matdiff.adjoint(text, wrt="X", where="X: n x n")


def test_the_names_of_arguments_must_be_new_names() -> None:
    for by in ("A", "X", "n", "2", "", "a b"):
        with pytest.raises(matdiff.MatdiffError):
            matdiff.adjoint("A*X", wrt="X", where="A: m x n; X: n x p", by=by)
    assert str(matdiff.adjoint("A*X", wrt="X", by="Z")) == "AᵀZ"
    with pytest.raises(matdiff.MatdiffError, match="V_X"):
        matdiff.jvp("X*V_X", wrt="X")
    with pytest.raises(matdiff.MatdiffError):
        matdiff.jvp("A*X", wrt="X", by={"A": "V"})
    with pytest.raises(matdiff.MatdiffError):
        matdiff.jvp("A*X", wrt=("A", "X"), by={"A": "V", "X": "V"})
    with pytest.raises(matdiff.MatdiffError):
        matdiff.vjp("A*X", wrt="B")
    with pytest.raises(matdiff.MatdiffError):
        matdiff.jvp("A*X", wrt=())


# ---- programs of any shape -------------------------------------------------------------------------------

PROGRAMS = [
    ("||X w - y||^2", "X: m x n; w: n; y: m", "w X"),
    ("sigmoid(W x + b)", "W: m x n; x: n; b: m", "W x b"),
    ("h = tanh(W x + b); A h + x .* x", "W: m x n; x: n; b: m; A: n x m", "W x b A"),
    ("inv(X)*A", "X: n x n spd; A: n x p", "X A"),
    ("logdet(S) + x'inv(S) x", "S: n x n spd; x: n", "S x"),
    ("softmax(W x)", "W: m x n; x: n", "W x"),
    ("softmax_rows(Q K')*V", "Q: m x d; K: n x d; V: n x p", "Q K V"),
    ("X'X", "X: m x n", "X"),
    ("(X .* X)/(1 + tr(X'X))", "X: m x n", "X"),
    ("kron(X, X') + vec(X)*vec(X)'", "X: n x n", "X"),
    ("expm(A/4)*b", "A: n x n; b: n", "A b"),
    ("diag(X*Diag(x)*X')", "X: n x n; x: n", "X x"),
    ("norm2(x)*x", "x: n", "x"),
    ("X^3 + log(X .* X)", "X: n x n", "X"),
    ("∑_i tanh(w'x_i) x_i", "w: d; x[i=1..N]: d", "w"),
    ("∑_i (w'x_i - y_i)^2", "w: d; x[i=1..N]: d; y[i=1..N]: scalar", "w"),
    ("c*x/(c + x'x)", "c: scalar; x: n", "c x"),
    ("maximum(x, y)*logsumexp(x)", "x, y: n", "x y"),
    ("S*S", "S: n x n symmetric", "S"),
]


@pytest.mark.parametrize(("text", "where", "wrt"), PROGRAMS)
def test_the_directional_derivative_is_that_of_differences(text: str, where: str, wrt: str) -> None:
    values = drawn(where)
    expr = matdiff.parse(text, where)
    names = wrt.split()
    found = matdiff.jvp(text, wrt=names, where=where)
    changes = {name: like(values[name], name, where, k) for k, name in enumerate(names)}
    value = matdiff.evaluate(found, values | {f"V_{name}": v for name, v in changes.items()})
    expected = difference(expr, values, changes)
    assert np.shape(value) == np.shape(expected)
    assert np.allclose(value, expected, rtol=1e-7, atol=1e-7 * (1 + np.max(np.abs(expected))))


@pytest.mark.parametrize(("text", "where", "wrt"), PROGRAMS)
def test_the_vector_jacobian_product_is_that_of_differences(text: str, where: str, wrt: str) -> None:
    values = drawn(where)
    expr = matdiff.parse(text, where)
    names = wrt.split()
    found = matdiff.vjp(text, wrt=names, where=where)
    assert isinstance(found, dict)
    y = np.random.default_rng(5).standard_normal(np.shape(matdiff.evaluate(expr, values)))
    for k, name in enumerate(names):
        v = like(values[name], name, where, k)
        image = difference(expr, values, {name: v})
        back = matdiff.evaluate(found[name], {**values, "Y": y})
        assert np.sum(back * v) == pytest.approx(np.sum(y * image), rel=1e-6, abs=1e-7)


def test_one_unknown_gives_an_expression_that_is_read_back() -> None:
    where = "W: m x n; x: n; Y: m; V_W: m x n"
    back = matdiff.vjp("tanh(W x)", wrt="W", where="W: m x n; x: n")
    along = matdiff.jvp("tanh(W x)", wrt="W", where="W: m x n; x: n")
    assert isinstance(back, matdiff.Expr)
    assert matdiff.parse(str(back), where) is back
    assert matdiff.parse(str(along), where) is along


def test_expressions_and_symbols_are_taken_as_texts_are() -> None:
    expr = matdiff.parse("A*X*B", "A: p x m; X: m x n; B: n x q")
    x = matdiff.parse("X", "X: m x n")
    assert matdiff.adjoint(expr, wrt=x) is matdiff.adjoint(expr, wrt="X")
    assert matdiff.jvp(expr, wrt=x, by="V") is matdiff.jvp(expr, wrt="X", by="V")


def test_a_constant_has_the_derivative_zero() -> None:
    found = matdiff.jvp("sign(X)", wrt="X", where="X: m x n")
    assert matdiff.evaluate(found, {"m": 2, "n": 3}).tolist() == [[0.0, 0.0, 0.0]] * 2


def test_members_of_a_family_have_directions_of_their_own() -> None:
    where = "w: d; x[i=1..N]: d"
    values = drawn(where)
    found = matdiff.jvp("∑_i tanh(w'x_i)^2", wrt="x", where=where)
    v = np.random.default_rng(3).standard_normal(values["x"].shape)
    expected = difference(matdiff.parse("∑_i tanh(w'x_i)^2", where), values, {"x": v})
    assert matdiff.evaluate(found, {**values, "V_x": v}) == pytest.approx(expected, rel=1e-7)


def test_deep_expressions_are_pushed_through() -> None:
    x = matdiff.parse("x", "x: n")
    w = matdiff.parse("W", "W: n x n")
    deep = x
    for _ in range(1_500):
        deep = w * deep + x
    assert matdiff.jvp(deep, wrt="x").shape == x.shape


@pytest.mark.parametrize(
    ("text", "gradient"),
    [
        ("sum(tr(W))", "eye(n)"),
        ("exp(tr(W)) + sum(tr(W))", "(exp(tr(W)) + 1)*eye(n)"),
        ("sym(tr(W A))", "A'"),
        ("expm(tr(W))", "exp(tr(W))*eye(n)"),
        ("sum(sum((W - A).^2))/2", "W - A"),
        ("tr(x*tr(W)*y')", "x'*y*eye(n)"),
    ],
)
def test_operators_of_a_number_keep_the_trace_inside(text: str, gradient: str) -> None:
    where = "W, A: n x n; x, y: n"
    found = matdiff.derive(text, wrt="W", where=where)
    draw = np.random.default_rng(5).normal
    values = {"W": draw(size=(3, 3)), "A": draw(size=(3, 3)), "x": draw(size=3), "y": draw(size=3)}
    used = {name: value for name, value in values.items() if name in gradient}
    assert found.verify().ok
    assert np.allclose(
        matdiff.evaluate(found.gradient, values | {"n": 3}),
        matdiff.evaluate(matdiff.parse(gradient, where), used | {"n": 3}),
    )
