"""Entries, slices, blocks, parts of a matrix: known gradients, and random compositions against central differences.

The expected gradients are derived by hand; the random ones are compared with differences of values computed here,
by functions of NumPy that have nothing to do with matdiff.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import size
from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.slices import Slice

WHERE = (
    "A, B, C, D: n x n; S: n x n symmetric; X, Y: m x n; x, y: n; z: m; r: n+m; W: n+m x n+m; "
    "a, b, c: scalar; q[i=1..N]: n"
)
SHAPES = {
    "A": (4, 4), "B": (4, 4), "C": (4, 4), "D": (4, 4), "S": (4, 4), "X": (3, 4), "Y": (3, 4), "x": (4,), "y": (4,),
    "z": (3,), "r": (7,), "W": (7, 7), "a": (), "b": (), "c": (), "q": (5, 4),
}  # fmt: skip
SIZES = {"n": 4, "m": 3, "N": 5}


def values(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    given: dict[str, Any] = {name: draw.normal(size=shape) for name, shape in SHAPES.items()}
    given["S"] = given["S"] + given["S"].T
    return {**given, **SIZES}


# ---- reading and writing ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("x[2]", lambda v: v["x"][1]),
        ("x_2 + x_{1}", lambda v: v["x"][1] + v["x"][0]),
        ("A[1, 3]", lambda v: v["A"][0, 2]),
        ("A_{13} A₁₂", lambda v: v["A"][0, 2] * v["A"][0, 1]),
        ("x[n]", lambda v: v["x"][3]),
        ("X[2, :]", lambda v: v["X"][1:2]),
        ("X[:, 2]", lambda v: v["X"][:, 1]),
        ("X_{:,2}", lambda v: v["X"][:, 1]),
        ("x[2:4]", lambda v: v["x"][1:4]),
        ("X[2:m, 1:3]", lambda v: v["X"][1:3, 0:3]),
        ("X[1, 2:3]", lambda v: v["X"][:1, 1:3]),
        ("(A X')[2:3, 1]", lambda v: (v["A"] @ v["X"].T)[1:3, 0]),
        ("q[2]", lambda v: v["q"][1]),
        ("unit(2, n)", lambda v: np.eye(4)[1]),
        ("I_n[:, 2:3]", lambda v: np.eye(4)[:, 1:3]),
        ("[A B; C D]", lambda v: np.block([[v["A"], v["B"]], [v["C"], v["D"]]])),
        ("[A, x; y' A, 2]", lambda v: np.block([[v["A"], v["x"][:, None]], [v["y"] @ v["A"], np.array([[2.0]])]])),
        ("[x; z; 1]", lambda v: np.concatenate([v["x"], v["z"], [1.0]])),
        ("[A x; X x]", lambda v: np.concatenate([v["A"] @ v["x"], v["X"] @ v["x"]])),
        ("[A x; z]", lambda v: np.concatenate([v["A"] @ v["x"], v["z"]])),
        ("[A 0; 0 B]", lambda v: np.block([[v["A"], np.zeros((4, 4))], [np.zeros((4, 4)), v["B"]]])),
        ("[X, 1]", lambda v: np.hstack([v["X"], np.ones((3, 1))])),
        ("[A -B]", lambda v: v["A"] - v["B"]),
        ("[A -B; C D]", lambda v: np.block([[v["A"], -v["B"]], [v["C"], v["D"]]])),
        ("[A - B; C - D]", lambda v: np.vstack([v["A"] - v["B"], v["C"] - v["D"]])),
        ("[1 2; 3 4]", lambda v: np.array([[1.0, 2.0], [3.0, 4.0]])),
        ("hstack(A, B, x)", lambda v: np.hstack([v["A"], v["B"], v["x"][:, None]])),
        ("np.vstack((X, Y))", lambda v: np.vstack([v["X"], v["Y"]])),
        (r"\begin{bmatrix} A & B \\ X & Y \end{bmatrix}", lambda v: np.block([[v["A"], v["B"]], [v["X"], v["Y"]]])),
        (r"\begin{pmatrix} A x \\ z \\ \end{pmatrix}", lambda v: np.concatenate([v["A"] @ v["x"], v["z"]])),
        ("tril(X)", lambda v: np.tril(v["X"])),
        ("tril(A, -1) + triu(A, 1)", lambda v: np.tril(v["A"], -1) + np.triu(v["A"], 1)),
        ("sym(A) - skew(A)", lambda v: v["A"].T),
        ("dg(A)", lambda v: np.diag(np.diag(v["A"]))),
        ("centering(n) x", lambda v: v["x"] - v["x"].mean()),
        ("commutation(m, n) vec(X)", lambda v: v["X"].ravel()),
        ("[X x - z]'[X x - z]", lambda v: float(np.sum((v["X"] @ v["x"] - v["z"]) ** 2))),
    ],
)
def test_a_text_means_what_numpy_computes(
    text: str, meaning: Callable[[dict[str, Any]], Any], is_read_back: Callable[..., bool]
) -> None:
    given = values(1)
    e = matdiff.parse(text, WHERE)
    np.testing.assert_allclose(matdiff.evaluate(e, given), meaning(given), rtol=1e-12)
    for spelling in ("unicode", "ascii", "numpy", "latex"):
        assert is_read_back(e, spelling, WHERE), format(e, spelling)


def test_a_subscript_belongs_to_the_name_where_nothing_says_otherwise() -> None:
    assert matdiff.parse("x_1'x_1").operands[1] is Symbol("x1", (size("n"), size(1)))
    assert str(matdiff.parse("norm2(x - x_1)^2", "x: n")) == "‖x − x₁‖²"
    assert str(matdiff.parse("a_1 + a")) == "a₁ + a"
    assert str(matdiff.parse("x'x + x_1")) == "xᵀx + x[1]"


def test_a_bracket_with_one_item_is_a_bracket() -> None:
    assert matdiff.parse("[A]", WHERE) is matdiff.parse("A", WHERE)
    assert matdiff.parse("2*[x + y]", WHERE) is matdiff.parse("2*(x + y)", WHERE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x[0]", "counted from 1"),
        ("x[1.5]", "an index is a number"),
        ("A[1]", "no entry with 1 index"),
        ("x[3:2]", "is empty"),
        ("q[1:2]", "no slices"),
        ("[A, x; B]", "different widths"),
        ("[A, x; X, x]", "height"),
        ("[A, B; X, z]", "width"),
        ("hstack(A, X)", "height"),
        ("[A; z]", "width"),
        ("tril(A, 2)", "tril"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=message):
        matdiff.parse(text, WHERE)


def test_a_place_beyond_the_end_is_refused() -> None:
    with pytest.raises(matdiff.MatdiffError, match="ends at 3"):
        matdiff.parse("x[4]", "x: 3")
    with pytest.raises(matdiff.MatdiffError, match="not between 1 and 2"):
        matdiff.evaluate(matdiff.parse("x[3]", "x: n"), {"x": [1.0, 2.0]})
    with pytest.raises(matdiff.MatdiffError, match="no slice"):
        matdiff.evaluate(matdiff.parse("x[2:3]", "x: n"), {"x": [1.0, 2.0]})


def test_deep_blocks_are_read_and_derived() -> None:
    depth = 1200
    deep = matdiff.parse("[" * depth + "x" + "; x]" * depth, "x: n")
    assert str(deep.rows) == f"{depth + 1}*n"
    assert matdiff.derive(matdiff.parse("x'" + "[" * 3_000 + "x" + "]" * 3_000, "x: n"), "x").verify().ok


# ---- gradients --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "unknown", "gradient"),
    [
        ("x[2]", "x", "unit(2, n)"),
        ("A[1, 2]^2", "A", "2*A[1, 2]*unit(1, n)*unit(2, n)'"),
        ("x_1 x_2", "x", "x[2]*unit(1, n) + x[1]*unit(2, n)"),
        ("norm2(X[1, :])^2", "X", "2*unit(1, m)*X[1, :]"),
        ("z'X[:, 2]", "X", "z*unit(2, n)'"),
        ("norm2(x[1:3])^2", "x", "2*vstack(x[1:3], zeros(n-3))"),
        ("sum(i=1..m, norm2(X[i, :])^2)", "X", "2*X"),
        ("sum(i=1..m, z[i]*X[i, :]*x)", "X", "z*x'"),
        ("q_1'q_2", "q_1", "q[2]"),
        ("norm2([x; z])^2", "z", "2*z"),
        ("norm2(W*[x; z] - r)^2", "x", "2*W[:, 1:n]'*(W*[x; z] - r)"),
        ("norm2([A x; X x] - r)^2", "x", "2*(A'*(A*x - r[1:n]) + X'*(X*x - r[n+1:n+m]))"),
        ("sum(exp([x; z]))", "z", "exp(z)"),
        ("[x; z]'*W*[x; z]", "W", "[x; z]*[x; z]'"),
        ("tr([A B; C D])", "A", "I_n"),
        ("det([a, b; b, c])", "b", "-2*b"),
        ("norm2([X, z]*[x; 1])^2", "x", "2*X'*(X*x + z)"),
        ("tr(tril(A)*B)", "A", "triu(B)'"),
        ("norm2(triu(X))^2", "X", "2*triu(X)"),
        ("tr(sym(A)^2)", "A", "2*sym(A)"),
        ("tr(skew(A)*B)", "A", "skew(B')"),
        ("norm2(centering(m)*X)^2", "X", "2*centering(m)*X"),
        ("norm2(dg(A))^2", "A", "2*(eye(n) .* A)"),
        ("vec(Y)'*commutation(n, m)*vec(A*X')", "X", "Y*A"),
    ],
)
def test_a_gradient_is_as_by_hand(f: str, unknown: str, gradient: str) -> None:
    found = matdiff.derive(f, unknown, WHERE)
    expected = matdiff.parse(gradient, WHERE)
    for seed in range(3):
        given = values(seed)
        np.testing.assert_allclose(
            matdiff.evaluate(found.gradient, given), matdiff.evaluate(expected, given), rtol=1e-9, atol=1e-12
        )
    assert len(str(found.gradient)) <= len(str(expected)) + 2
    assert matdiff.parse(str(found.gradient), WHERE) is found.gradient
    assert found.verify().ok


def test_members_with_numbers_are_told_apart() -> None:
    found = matdiff.derive("q[2]'q[1] + sum(i=1..N, q[i]'q[i])", "q", WHERE)
    given = values(4)
    expected = 2 * given["q"]
    expected[0] += given["q"][1]
    expected[1] += given["q"][0]
    np.testing.assert_allclose(matdiff.evaluate(found.gradient, given), expected, rtol=1e-12)
    assert found.verify().ok


# ---- random compositions ----------------------------------------------------------------------------

UNARY: dict[str, Callable[[Any], Any]] = {
    "tril({})": np.tril,
    "triu({})": np.triu,
    "sym({})": lambda a: (a + a.T) / 2,
    "skew({})": lambda a: (a - a.T) / 2,
    "dg({})": lambda a: a * np.eye(4),
    "centering(n)*({})": lambda a: a - a.mean(axis=0, keepdims=True),
    "({})'": lambda a: a.T,
    "tanh({})": np.tanh,
    "[({})[1:2, :]; ({})[2:n-1, :]]": lambda a: np.vstack([a[0:2], a[1:3]]),
    "[({})[:, 2:n], ({})[:, 1]]": lambda a: np.hstack([a[:, 1:4], a[:, :1]]),
    "({})[:, 3]*({})[2, :]": lambda a: np.outer(a[:, 2], a[1]),
    "unvec(commutation(n, n)*vec({}), n, n)": lambda a: a.T,
    "hstack({}, I_n)*vstack(I_n, {})": lambda a: 2 * a,
    "[{}, x; y', a][1:n, 1:n]": lambda a: a,
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "({}) + ({})": lambda a, b: a + b,
    "({})*({})": lambda a, b: a @ b / 2,
    "({}) .* ({})": lambda a, b: a * b,
    "[{} {}; C D][1:n, 3:n+2]": lambda a, b: np.hstack([a, b])[:, 2:6],
    "[{}; {}][2:n+1, :]": lambda a, b: np.vstack([a, b])[1:5],
}
CLOSING: dict[str, Callable[[Any], Any]] = {
    "tr({})": np.trace,
    "norm2({})^2": lambda a: np.sum(a * a),
    "({})[2, 3]*sum({})": lambda a: a[1, 2] * a.sum(),
    "norm2(({})[:, 2:3])^2": lambda a: np.sum(a[:, 1:3] ** 2),
}


def composed(draw: np.random.Generator) -> tuple[str, Callable[[dict[str, Any]], float]]:
    """A scalar function of A, B as a text, and as a function of arrays."""
    text, function = "A", (lambda v: v["A"])
    for _ in range(int(draw.integers(2, 5))):
        if draw.random() < 0.3:
            other = str(draw.choice(["A", "B"]))
            form = str(draw.choice(list(BINARY)))
            step = BINARY[form]
            text = form.format(text, other) if "*({" not in form else f"½({form.format(text, other)})"
            function = (lambda f, s, o: lambda v: s(f(v), v[o]))(function, step, other)
        else:
            form = str(draw.choice(list(UNARY)))
            text = form.replace("{}", text)
            function = (lambda f, s: lambda v: s(f(v)))(function, UNARY[form])
    form = str(draw.choice(list(CLOSING)))
    closing = CLOSING[form]
    return form.replace("{}", text), lambda v: float(closing(function(v)))


@pytest.mark.parametrize("seed", range(60))
def test_a_random_composition_has_the_gradient_of_its_values(seed: int) -> None:
    draw = np.random.default_rng(seed)
    text, function = composed(draw)
    given = values(seed)
    e = matdiff.parse(text, WHERE)
    np.testing.assert_allclose(matdiff.evaluate(e, given), function(given), rtol=1e-9, atol=1e-9)
    g = matdiff.evaluate(matdiff.derive(e, "A").gradient, given)
    for _ in range(3):
        direction = draw.normal(size=(4, 4))
        slopes = []
        for h in (1e-4, 2e-4):
            ahead, behind = ({**given, "A": given["A"] + sign * h * direction} for sign in (1, -1))
            slopes.append((function(ahead) - function(behind)) / (2 * h))
        expected = (4 * slopes[0] - slopes[1]) / 3
        scale = max(1.0, abs(expected), float(np.sum(np.abs(g * direction))))
        assert abs(float(np.sum(g * direction)) - expected) <= 1e-6 * scale, text


def test_the_constructors_are_those_of_the_language() -> None:
    a, b = (matdiff.parse(name, WHERE) for name in "AX")
    stack: Expr = VerticalStack.of(a, b)
    assert stack is matdiff.parse("[A; X]", WHERE)
    assert HorizontalStack.of(HorizontalStack.of(a, a), a) is matdiff.parse("[A, A, A]", WHERE)
    assert Slice.of(a, (size(1), size("n"))) is a
