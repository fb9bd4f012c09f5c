"""The dialect of a text: asked for or recognised, said in a note, and refused where it is none."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.algebra.operators.singular import SpectralNorm


def test_powers_of_matlab_go_from_left_to_right_and_a_note_says_so() -> None:
    expression = matdiff.parse("x^2^3", "x: scalar", dialect="matlab")
    assert any("(x^2)^3 in MATLAB" in note for note in expression.notes)
    assert expression is matdiff.parse("(x^2)^3", "x: scalar")
    assert matdiff.parse("x^2^3", "x: scalar") is matdiff.parse("x^8", "x: scalar")


def test_sums_and_norms_of_matlab_are_its_own() -> None:
    assert matdiff.parse("sum(A)", "A: m x n", dialect="matlab") is matdiff.parse("sum(A, 1)", "A: m x n")
    assert matdiff.parse("sum(sum(A))", "A: m x n", dialect="matlab") is matdiff.parse("sum(sum(A, 1))", "A: m x n")
    assert isinstance(matdiff.parse("norm(A)", "A: m x n", dialect="matlab"), SpectralNorm)
    assert matdiff.parse("norm(A)", "A: m x n", dialect="julia") is matdiff.parse("norm2(A)", "A: m x n")


def test_a_dialect_decides_what_the_product_is() -> None:
    where = "X, Y: n x n"
    assert matdiff.parse("X*Y", where, dialect="numpy") is matdiff.parse("X .* Y", where)
    assert matdiff.parse("X*Y", where, dialect="sympy") is matdiff.parse("X Y", where)


def test_the_dialect_is_said_where_its_signs_stand() -> None:
    assert any("NumPy" in note for note in matdiff.parse("np.sum(x*y)", "x, y: n").notes)
    assert any("SymPy" in note for note in matdiff.parse("Trace(A*X)", "A, X: n x n").notes)
    assert matdiff.parse("x @ y", "x, y: n").notes == ()


def test_an_unknown_dialect_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(matdiff.MatdiffError, match="fortran is not a dialect") as caught:
        matdiff.parse("x", dialect="fortran")
    assert "matlab" in caught.value.suggestion


def test_reductions_of_tensorflow() -> None:
    text = "tf.reduce_mean(tf.square(tf.matmul(X, W) - Y))"
    where = "X: m x n; W: n x p; Y: m x p"
    found = matdiff.derive(text, "W", where)
    assert str(found.gradient) == "2Xᵀ(XW − Y)/(mp)"  # of ‖XW − Y‖²/(mp)
    assert found.verify().ok


@pytest.mark.parametrize(
    ("text", "language"),
    [("t(y - X %*% b) %*% (y - X %*% b)", "R"), ("Transpose[x].A.x", "Mathematica"), ("Tr[A.X]", "Mathematica")],
)
def test_languages_that_are_not_read_are_named(text: str, language: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=f"this is {language}"):
        matdiff.parse(text)


FUNCTION = """import numpy as np

def loss(w):
    \"\"\"least squares\"\"\"
    r = X @ w - y  # residual
    return 0.5 * r @ r
"""


def test_a_function_is_what_it_returns() -> None:
    derivation = matdiff.derive(FUNCTION, wrt="w")
    assert derivation.to_text().startswith("loss = f(w) = ½rᵀr")
    rng = np.random.default_rng(1)
    values = {"X": rng.normal(size=(4, 3)), "w": rng.normal(size=3), "y": rng.normal(size=4)}
    expected = values["X"].T @ (values["X"] @ values["w"] - values["y"])
    np.testing.assert_allclose(matdiff.evaluate(derivation.gradient, values), expected)


@pytest.mark.parametrize(
    ("text", "dialect", "message"),
    [
        ("np.sum(x*s), s = ()", None, "nothing stands behind the = here"),
        ("np.concatenate(())", None, "np.concatenate takes arrays"),
        ("y @ jnp.divide()", None, "cannot have 0 arguments"),
        ("A.add(A, ...).sum()", None, "has no meaning"),
        ("np.sum(np.clip(x, 'ij', 1))", None, "a value of type str is not known"),
        ("np.std(x, ddof=[1])", None, "std does not fit: x"),
        ("np.sum(np.linalg.item(2, x))", None, "item is a method"),
        ("Trace([]*2)", "sympy", "an operand is a value"),
        ("transpose()", "sympy", "transpose is used without an argument"),
        ("Trace(A > 0)", "sympy", "a condition cannot be read"),
    ],
)
def test_what_is_no_value_is_no_argument(text: str, dialect: str | None, message: str) -> None:
    with pytest.raises(matdiff.MatdiffError) as error:
        matdiff.parse(text, "x, y: n; A: n x n", dialect)
    assert message in error.value.message


@pytest.mark.parametrize(
    "text",
    [
        "-np.log(P[np.arange(n), y]).mean()",
        "rows = np.arange(len(y)); P[rows, y].sum() / P.sum()",
        "np.take_along_axis(P, y[:, None], axis=1).sum()",
        "np.sum(np.eye(4)[y] * np.log(P))",
        "P[np.arange(n), y] -= 2; np.sum(P**2)",
        "M = np.maximum(0, P - P[range(n), y][:, None] + 1); M[range(n), y] = 0; M.sum()",
    ],
)
def test_labels_are_what_numpy_picks_by_them(text: str) -> None:
    random = np.random.default_rng(0)
    p, y = random.uniform(0.1, 1, (5, 4)), random.integers(0, 4, 5)
    *before, last = text.split("; ")
    space = {"np": np, "P": p.copy(), "y": y, "n": 5}
    exec("\n".join(before), space)
    read = matdiff.parse(text, "P: n x 4")
    found = matdiff.evaluate(read, {"P": p, "y_onehot": np.eye(4)[y]})
    np.testing.assert_allclose(found, eval(last, space))


@pytest.mark.parametrize(
    "text",
    [
        "np.sum(np.exp(-((X[:, None] - Y[None])**2).sum(-1)))",
        "np.linalg.norm(X[:, None, :] - Y, axis=2).sum()",
        "np.sum(np.min(np.sum(np.abs(X[:, None] - Y), axis=-1), axis=1))",
        "(X[:, :, None] * Y.T[None]).sum(1).sum()",
        "D = np.expand_dims(X, 1) - np.expand_dims(Y, 0); np.mean(D**2)",
        "(X[:, None]**2 * Y).sum(axis=0).max()",
    ],
)
def test_three_axes_are_those_of_numpy(text: str) -> None:
    random = np.random.default_rng(0)
    values = {"X": random.uniform(0.1, 1, (5, 3)), "Y": random.uniform(0.1, 1, (4, 3))}
    *before, last = text.split("; ")
    space = {"np": np, **values}
    exec("\n".join(before), space)
    read = matdiff.parse(text, "X: m x n; Y: k x n")
    np.testing.assert_allclose(matdiff.evaluate(read, values), eval(last, space))
