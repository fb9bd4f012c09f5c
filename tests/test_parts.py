"""Parts of matrices and members of families as unknowns, derivatives in directions: against differences of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import Expr, postorder, symbols
from matdiff.algebra.operators.sums import IndexedSum, Member
from matdiff.calculus.parts import whole_of
from matdiff.calculus.taylor import derivative
from matdiff.errors import MatdiffError
from matdiff.language import unknown_in
from matdiff.numeric.evaluate import evaluate
from matdiff.numeric.varied import verify_gradients

Array = Any
SIZES = {"n": 3, "m": 4, "k": 2, "l": 5, "N": 4, "K": 3, "T": 5, "r": 2}
STEP = 1e-4


def drawn(f: Expr, seed: int = 1) -> dict[str, Array]:
    """Values of the symbols, with the properties that the problems below declare."""
    random = np.random.default_rng(seed)
    found: dict[str, Array] = {}
    for s in symbols(f):
        value = random.normal(size=[extent.value(SIZES) for extent in (*s.ranges, *s.shape)])
        if s.properties & {"symmetric", "spd"}:
            value = (value + np.swapaxes(value, -1, -2)) / 2
        if "spd" in s.properties:
            value = value @ value + np.eye(value.shape[-1])
        if s.shape[1].number == 1:
            value = value[..., 0]
        if s.is_scalar:
            value = value[..., 0]
        found[s.name] = float(SIZES[s.name]) if s.name in SIZES and not value.ndim else value
    return found


def differences(f: Expr, name: str, values: dict[str, Array]) -> Array:
    """∂f/∂(every entry of a symbol), by differences of fourth order; the axes of f come first."""
    x = np.array(values[name], float)

    def at(place: tuple[int, ...], step: float) -> Array:
        moved = x.copy()
        moved[place] += step
        return np.asarray(evaluate(f, values | {name: moved if moved.ndim else float(moved)}))

    slopes = {
        place: (8 * (at(place, STEP) - at(place, -STEP)) - (at(place, 2 * STEP) - at(place, -2 * STEP))) / (12 * STEP)
        for place in np.ndindex(*x.shape)
    }
    whole = np.array(list(slopes.values()))
    whole = whole.reshape(*x.shape, *whole.shape[1:])
    return np.moveaxis(whole, range(x.ndim), range(-x.ndim, 0))


def same(g: Array) -> Array:
    return g


def columns(g: Array) -> Array:
    """The columns of a matrix, or of every matrix of a family, one after another."""
    return np.swapaxes(g, -1, -2)


def rows(g: Array) -> Array:
    """The rows of a matrix, or of every matrix of a family, as 1×n matrices."""
    return g[..., None, :]


TENSOR = "sum(i=1..m, sum(abs(Phi[i]'*Phi[i] - eye(n))))"
SLICES = "Phi[i=1..m]: l x n"
GRADIENTS: list[tuple[str, str, str, Callable[[Array], Array]]] = [
    ("tr(A*X)", "X[1,2]", "A: n x n; X: n x n", lambda g: g[0, 1]),
    ("tr(A*X)", "X_{ij}", "A: n x m; X: m x n", same),
    ("tr(A*X)", "Xᵢⱼ", "A: n x m; X: m x n", same),
    ("tr(A*X)", "X_12", "A: n x m; X: m x n", lambda g: g[0, 1]),
    ("tr(A*X)", r"\mathbf{X}_{:,j}", "A: n x m; X: m x n", columns),
    ("x'*A*x", "x[2]", "x: n", lambda g: g[1]),
    ("x'*A*x", "x_2", "x: n", lambda g: g[1]),
    ("x'*A*x", "x_i", "x: n", same),
    ("x'*A*x", "x[n]", "x: n", lambda g: g[-1]),
    ("x'*A*x", "x[2:]", "x: n", lambda g: g[1:]),
    ("norm2(X*w - y)^2", "X[:, j]", "X: m x n", columns),
    ("norm2(X*w - y)^2", "X[i, :]", "X: m x n", rows),
    ("norm2(X*w - y)^2", "X[1:3, :]", "X: m x n", lambda g: g[:3]),
    ("norm2(X*w - y)^2", "X[1:3, j]", "X: m x n", lambda g: g[:3].T),
    ("norm2(X*w - y)^2", "X[1:3, 2:n]", "X: m x n", lambda g: g[:3, 1:]),
    ("norm2(X*w - y)^2", "X[m, n]", "X: m x n", lambda g: g[-1, -1]),
    (TENSOR, "Phi[a][:, b]", SLICES, columns),
    (TENSOR, "Phi_a[:, b]", SLICES, columns),
    (TENSOR, "Phi[a, :, b]", SLICES, columns),
    (TENSOR, "Phi[2][:, 1]", SLICES, lambda g: g[1, :, 0]),
    (TENSOR, "Phi[a][r, c]", SLICES, same),
    (TENSOR, "Phi[a][r, :]", SLICES, rows),
    ("sum(i=1..N, (x[i]'w - y[i])^2)", "x[i][k]", "x[i=1..N]: n", same),
    ("sum(i=1..N, (x[i]'w - y[i])^2)", "x_{ik}", "x[i=1..N]: n", same),
    ("sum(i=1..N, (x[i]'w - y[i])^2)", "x[i, 2]", "x[i=1..N]: n", lambda g: g[:, 1]),
    ("sum(i=1..N, (x[i]'w - y[i])^2)", "x[3]", "x[i=1..N]: n", lambda g: g[2]),
    ("sum(i=1..N, (x[i]'w - y[i])^2)", "x[N]", "x[i=1..N]: n", lambda g: g[-1]),
    ("sum(i=1..N, (x[i]'w - y[i])^2)", "w_i", "x[i=1..N]: n", same),
    ("log det X", "X[:, j]", "X: n x n", columns),
    ("log det S", "S[1, 2]", "S: n x n spd", lambda g: (g + g.T)[0, 1] / 2),
    ("x'*S*y", "S[:, j]", "S: n x n symmetric", lambda g: (g + g.T) / 2),
    ("tr(inv(X)*A)", "X[:, j]", "X: n x n; A: n x n", columns),
    ("sum(sigmoid(W*x + b))", "W[i, :]", "W: m x n", rows),
    ("norm2(x - A*diag(c)*B*y)^2", "c_i", "A: m x n; B: n x k", same),
    ("-y'log(softmax(W*x))", "W[i, :]", "W: m x n", rows),
    ("sum(exp(X) .* Y) + tr(X'X)", "X[i, :]", "X: m x n", rows),
    ("h = W x + b; norm2(sigmoid(h) - y)^2", "W[i, :]", "W: m x n", rows),
    ("sum(i=1..m, sum(j=1..n, X[i,j]^2*Q[j,i]))", "X[i, j]", "X: m x n; Q[j=1..n, i=1..m]: scalar", same),
    ("tr(X'*A*X)", "X[j, i]", "X: m x n", same),
    ("norm2(A*x[1:2])^2 + x[3]^3", "x[i]", "x: n; A: m x 2", same),
    ("sum(i=1..n, sum(j=1..n, w[i,j]*s[i]*s[j]))", "s[i]", "w[i=1..n, j=1..n]: scalar; s: n", same),
    ("sum(i=1..n, sum(j=1..n, w[i,j]*sin(s[i] - s[j])))", "s[i]", "w[i=1..n, j=1..n]: scalar; s: n", same),
    ("sum(i=1..n, sum(j=1..n, R[i,j]^2*R[1,j]*b[j]))", "R[i,i]", "R[i=1..n, j=1..n]: scalar; b: n", np.diag),
]


def value(answer: Expr, values: dict[str, Array]) -> Array:
    return np.asarray(matdiff.evaluate(answer, values))


@pytest.mark.parametrize(("text", "unknown", "where", "part"), GRADIENTS)
def test_a_gradient_by_a_part_is_that_part_of_the_differences(
    text: str, unknown: str, where: str, part: Callable[[Array], Array]
) -> None:
    found = matdiff.derive(text, unknown, where)
    name = next(iter(symbols(whole_of(found.unknowns[unknown])))).name
    values = drawn(found.function)
    expected = part(differences(found.function, name, values))
    assert value(found.gradient, values) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert found.verify().ok


@pytest.mark.parametrize(
    ("text", "unknown", "where", "answer"),
    [
        ("x'*A*x", "x[i]", "x: n", "(A[i, :] + A[:, i]ᵀ)x"),
        ("norm2(X*w - y)^2", "X[:, j]", "X: m x n", "2w[j](Xw − y)"),
        ("norm2(X*w - y)^2", "X[i, :]", "X: m x n", "2(X[i, :]w − y[i])wᵀ"),
        (TENSOR, "Phi[a][:, b]", SLICES, "2Φ[a]sign(Φ[a]ᵀΦ[a][:, b] − unit(b, n))"),
        ("tr(A*X)", "X[1,2]", "A: n x n; X: n x n", "A[2, 1]"),
        (
            "sum(i=1..n, j=1..n, w[i,j]*s[i]*s[j])",
            "s[i]",
            "w[i=1..n, j=1..n]: scalar; s: n",
            "∑_{j=1}^{n} (w[i, j] + w[j, i])s[j]",
        ),
    ],
)
def test_the_part_is_taken_of_the_factors(text: str, unknown: str, where: str, answer: str) -> None:
    assert str(matdiff.derive(text, unknown, where).gradient) == answer


def test_the_page_says_that_it_is_a_part() -> None:
    found = matdiff.derive("norm2(X*w - y)^2", ("X[:, j]", "w"), "X: m x n")
    page = found.to_text()
    assert "∇_X[:, j] f = (2(Xw − y)wᵀ)[:, j]" in page
    assert "the part of the gradient" in page
    assert r"\nabla_{X_{:, j}} f" in found.to_latex()
    assert set(found.gradients) == {"X[:, j]", "w"}
    assert str(found.gradients["w"]) == "2Xᵀ(Xw − y)"


def test_a_part_of_what_a_recurrence_is_made_of() -> None:
    text = "z[k+1] = tanh(W*z[k]), k = 0..K-1; z[0] = x; norm2(z[K] - y)^2"
    found = matdiff.derive(text, "W[i, :]", "W: n x n; x: n")
    values = drawn(found.function)
    expected = rows(differences(found.function, "W", values))
    assert value(found.gradient, values) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert found.verify().ok


def test_a_wrong_gradient_by_a_part_is_refuted() -> None:
    found = matdiff.derive("tr(X'*A*X*B)", "X[:, j]", "X: m x n; A: m x m; B: n x n")
    (unknown,) = found.unknowns.values()
    assert verify_gradients(found.function, {unknown: found.gradient}, ()).ok
    assert not verify_gradients(found.function, {unknown: 2 * found.gradient}, ()).ok
    other = matdiff.derive("tr(X'*A*X*B)", "X[:, 1]", "X: m x n; A: m x m; B: n x n").gradient
    assert not verify_gradients(found.function, {unknown: other}, ()).ok


# ---- Jacobians and Hessians -------------------------------------------------------------------------


def by_vec(axes: int, part: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """The matrix ∂ vec F/∂(vec part)ᵀ of an array whose first axes are those of F."""

    def matrix(whole: Array) -> Array:
        chosen = part(whole)
        order = [*reversed(range(axes)), *reversed(range(axes, chosen.ndim))]
        return chosen.transpose(order).reshape(int(np.prod(chosen.shape[:axes])), -1)

    return matrix


MAP = "X: m x n; A: k x m; B: n x l"
JACOBIANS: list[tuple[str, str, str, Callable[[Array], Array]]] = [
    ("A*X*B", "X[:, 2]", MAP, by_vec(2, lambda g: g[..., :, 1])),
    ("A*X*B", "X[1, :]", MAP, by_vec(2, lambda g: g[..., 0, :])),
    ("A*X*B", "X[1:3, 2]", MAP, by_vec(2, lambda g: g[..., :3, 1])),
    ("A*X*B", "X[1:3, 2:3]", MAP, by_vec(2, lambda g: g[..., :3, 1:])),
    ("A*X*B", "X[1, 2]", MAP, lambda g: g[..., 0, 1]),
    ("a'*X*B", "X[1, 2]", "X: m x n; a: m; B: n x l", lambda g: g[..., 0, 1]),
    ("A*X*b", "X[:, j]", "X: m x n; A: k x m; b: n", lambda g: np.moveaxis(g, -1, 0)),
    ("A*X*b", "X[i, j]", "X: m x n; A: k x m; b: n", lambda g: np.moveaxis(g, 0, -1)),
    ("A*X*B", "X[:, j]", MAP, lambda g: np.stack([by_vec(2, same)(g[..., j]) for j in range(3)])),
    ("sigmoid(W*x + b)", "W[i, :]", "W: m x n", lambda g: np.moveaxis(g, 1, 0)),
    ("sigmoid(W*x + b)", "x[2]", "W: m x n", lambda g: g[:, 1]),
    ("sigmoid(W*x + b)", "b[1:2]", "W: m x n", lambda g: g[:, :2]),
    ("S*x", "S[:, 1]", "S: n x n symmetric", lambda g: (g + np.swapaxes(g, -1, -2))[:, :, 0] / 2),
    ("sum(i=1..N, x[i]*x[i]'*a)", "x[i]", "x[i=1..N]: n; a: n", lambda g: np.moveaxis(g, 1, 0)),
    ("sum(i=1..N, x[i]*x[i]'*a)", "x[i][2]", "x[i=1..N]: n; a: n", lambda g: g[:, :, 1].T),
    ("sum(i=1..N, X[i]'X[i]*a)", "X[i][:, j]", "X[i=1..N]: m x n; a: n", lambda g: g.transpose(1, 3, 0, 2)),
]


@pytest.mark.parametrize(("text", "unknown", "where", "part"), JACOBIANS)
def test_a_jacobian_by_a_part_has_its_columns(
    text: str, unknown: str, where: str, part: Callable[[Array], Array]
) -> None:
    found = matdiff.jacobian(text, unknown, where)
    name = next(iter(symbols(whole_of(found.unknowns[unknown])))).name
    values = drawn(found.function)
    expected = part(differences(found.function, name, values))
    assert value(found.result, values) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert found.verify().ok
    assert all((found.to_text("full"), found.to_latex(), found.to_json()))


HESSIANS: list[tuple[str, str, str, Callable[[Array], Array]]] = [
    ("x'*A*x", "x[2]", "x: n", lambda h: h[1, 1]),
    ("x'*A*x", "x[1:2]", "x: n", lambda h: h[:2, :2]),
    ("sum(exp(A*x))", "x_i", "A: m x n", np.diag),
    ("tr(X'*A*X*B)", "X[:, 2]", "X: m x n; A: m x m; B: n x n", lambda h: h[:, 1, :, 1]),
    ("tr(X'*A*X*B)", "X[i, :]", "X: m x n; A: m x m; B: n x n", lambda h: np.stack([h[i, :, i] for i in range(4)])),
    ("log det X", "X[1, 2]", "X: n x n", lambda h: h[0, 1, 0, 1]),
    ("sum(i=1..N, (x[i]'w)^3)", "x[i]", "x[i=1..N]: n", lambda h: np.stack([h[i, :, i] for i in range(4)])),
    ("sum(k=1..K, (c[k]'*x)*(x'*X[k]*x))", "x", "c[k=1..K]: n; X[k=1..K]: n x n; x: n", same),
]


@pytest.mark.parametrize(("text", "unknown", "where", "part"), HESSIANS)
def test_a_hessian_by_a_part_has_its_rows_and_columns(
    text: str, unknown: str, where: str, part: Callable[[Array], Array]
) -> None:
    found = matdiff.hessian(text, unknown, where)
    name = next(iter(symbols(whole_of(found.unknowns[unknown])))).name
    values = drawn(found.function)
    gradient = matdiff.derive(text, name, where).gradient
    expected = part(differences(gradient, name, values))
    assert value(found.result, values) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert found.verify().ok


def test_a_block_of_the_hessian_stands_between_two_columns() -> None:
    found = matdiff.hessian("tr(X'*A*X*B)", ("X[:, 1]", "X[:, 2]"), "X: m x n; A: m x m; B: n x n")
    values = drawn(found.function)
    A, B = values["A"], values["B"]
    expected = B[1, 0] * A + B[0, 1] * A.T  # Σ Bₗₖ xₖᵀAxₗ for the columns xₖ
    assert value(found.blocks["X[:, 1]", "X[:, 2]"], values) == pytest.approx(expected)
    assert found.verify().ok


# ---- families ---------------------------------------------------------------------------------------

FAMILIES = [
    ("sum(a=1..K, sum(b=1..N, norm2(Phi[a,b]*x)^2))", "Phi", "Phi[a=1..K, b=1..N]: m x n; x: n"),
    ("norm2(sum(a=1..K, Phi[a]*x[a]))^2", "x", "Phi[a=1..K]: m x n; x[a=1..K]: n"),
    ("sum(k=1..K, (c[k]'*x)*(x'*X[k]*x))", "X", "c[k=1..K]: n; X[k=1..K]: n x n; x: n"),
    ("sum(i=1..N, sum(j=1..N, w[i,j]*norm2(x[i]-x[j])^2))", "x", "w[i=1..N, j=1..N]: scalar; x[i=1..N]: n"),
    ("norm2(x[1]-x[2])^2 + sum(i=1..N, i*a'x[i])", "x", "x[i=1..N]: n; a: n"),
    ("sum(t=1..T-1, norm2(x[t+1] - A*x[t])^2)", "x", "x[t=1..T]: n; A: n x n"),
    ("sum(t=1..T-1, (y[t+1] - y[t])^2)", "y", "y[t=1..T]: scalar"),
    ("sum(i=1..n, R[i,i]^2*a[i])", "R", "R[i=1..n, j=1..n]: scalar; a: n"),
    ("sum(i=1..n, sum(j=1..n, R[i,j]*R[j,i]*b[i]))", "R", "R[i=1..n, j=1..n]: scalar; b: n"),
    ("sum(i=1..n, sum(j=1..n, R[i,j]^2*R[i,i]*b[j]))", "R", "R[i=1..n, j=1..n]: scalar; b: n"),
    ("sum(i=1..n, sum(j=1..n, R[i,j]^2*R[1,j]*b[j]))", "R", "R[i=1..n, j=1..n]: scalar; b: n"),
    ("sum(i=1..n, sum(j=1..m, P[j,i]*c[i]*d[j]))", "P", "P[j=1..m, i=1..n]: scalar; c: n; d: m"),
    ("sum(i=1..m, sum(j=1..n, R[i,j]*Q[j,i]))", "R", "Q[j=1..n, i=1..m]: scalar; R[i=1..m, j=1..n]: scalar"),
]


@pytest.mark.parametrize(("text", "unknown", "where"), FAMILIES)
def test_a_gradient_by_a_family_has_its_axes_in_their_order(text: str, unknown: str, where: str) -> None:
    found = matdiff.derive(text, unknown, where)
    values = drawn(found.function)
    expected = differences(found.function, unknown, values)
    assert value(found.gradient, values) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert found.verify().ok


def test_the_answer_names_the_member_in_the_order_of_its_indices() -> None:
    found = matdiff.derive("sum(i=1..n, sum(j=1..m, P[j,i]^3))", "P", "P[j=1..m, i=1..n]: scalar")
    assert "∇_P[j, i] f = 3P[j, i]²" in found.to_text()


def test_a_member_with_a_number_takes_its_terms_of_the_sum() -> None:
    chain, where = "sum(t=1..T-1, norm2(x[t+1] - A*x[t])^2)", "x[t=1..T]: n; A: n x n"
    last = matdiff.derive(chain, "x[T]", where)
    assert str(last.gradient) == "2(x[T] − Ax[T − 1])"
    assert last.verify().ok
    for number in (1, 2, 4):
        found = matdiff.derive(chain, f"x[{number}]", where)
        values = drawn(found.function)
        expected = differences(found.function, "x", values)[number - 1]
        assert value(found.gradient, values) == pytest.approx(expected, rel=1e-6, abs=1e-7)
        assert found.verify().ok


def test_an_index_of_the_unknown_is_no_index_of_a_sum_in_the_answer() -> None:
    found = matdiff.derive("sum(i=1..N, (x[i]'w - y[i])^2)", "w[i]", "x[i=1..N]: n; w: n; y[i=1..N]: scalar")
    assert str(found.gradient) == "2∑_{j=1}^{N} (x[j]ᵀw − y[j])x[j][i]"


# ---- what is typed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unknown", "said"),
    [
        ("X[5, 1]", "X ends at 4: there is no place 5"),
        ("X[0, 1]", "entries are counted from 1"),
        ("X[1]", "X[1] is a matrix of size 4×3, which has no entry with 1 index"),
        ("X[1, 2, 3]", "which has no entry with 3 indices"),
        ("X[3:2, :]", "the range 3:2 is empty"),
        ("X[1:9, 1]", "X ends at 4: there is no place 9"),
        ("X[w, 1]", "w is a vector with 3 rows, and no index"),
        ("X[i, i]", "the index i runs to 4, but X to 3"),
        ("X[1.5, 2]", "an index is a number"),
        ("X[q+1, 2]", "an index is a number, a range 1:3 or the index of a sum"),
        ("w[1][2]", "w[1] is a scalar, which has no entry with 2 indices"),
        ("X[]", "an operand is expected before ]"),
        ("X'[1, 2]", "cannot be the unknown"),
        ("X[1, 2", "cannot be the unknown"),
        ("Z[1, 2]", "cannot be the unknown"),
        ("[1, 2]", "cannot be the unknown"),
        ("X[[1]]", "cannot be the unknown"),
    ],
)
def test_a_part_that_does_not_exist_is_refused(unknown: str, said: str) -> None:
    with pytest.raises(MatdiffError) as caught:
        matdiff.derive("norm2(X*w - y)^2", unknown, "X: 4 x 3; w: 3; y: 4")
    assert said in str(caught.value)


def test_a_family_says_how_its_parts_are_written() -> None:
    with pytest.raises(MatdiffError, match=r"Phi has 1 index, not 2"):
        matdiff.derive(TENSOR, "Phi_{ab}", SLICES)


def test_parts_are_named_beside_an_expression() -> None:
    f = matdiff.parse("norm2(X*w - y)^2", "X: m x n; w: n; y: m")
    assert str(unknown_in(f, "X[:, j]")) == "X[:, j]"
    assert str(matdiff.derive(f, "X[2, :]").gradient) == "2(X[2, :]w − y[2])wᵀ"
    g = matdiff.parse("sum(i=1..N, (x[i]'w)^2)", "x[i=1..N]: n; w: n")
    assert isinstance(unknown_in(g, "x^{(i)}"), Member)


def test_the_command_line_takes_parts_with_commas(capsys: pytest.CaptureFixture[str]) -> None:
    from matdiff.cli import main

    assert main(["derive", "norm2(X*w - y)^2", "--wrt", "X[:, 1], w", "--where", "X: m x n"]) == 0
    page = capsys.readouterr().out
    assert "∇_X[:, 1] f = 2w[1](Xw − y)" in page
    assert "∇_w f = 2Xᵀ(Xw − y)" in page
    assert "checked: " in page


def test_maps_have_adjoints_and_directions_by_parts() -> None:
    where = "A: k x m; X: m x n; B: n x l"
    assert str(matdiff.adjoint("A*X*B", "X[:, 2]", where)) == "AᵀYB[2, :]ᵀ"
    assert str(matdiff.jvp("A*X*B", "X[:, 2]", where, by="v")) == "AvB[2, :]"
    assert str(matdiff.hessian("tr(X'*A*X*B)", "X[:, 2]", "A: m x m; X: m x n; B: n x n").hvp("v")) == (
        "B[2, 2](A + Aᵀ)v"
    )


@pytest.mark.parametrize("ask", [matdiff.differential, matdiff.jvp])
def test_what_is_not_available_by_a_part_is_refused(ask: Callable[..., Any]) -> None:
    with pytest.raises(MatdiffError):
        ask("sum(i=1..N, X[i]*a)", "X[2][:, 1]", "X[i=1..N]: m x n; a: n")
    with pytest.raises(MatdiffError):
        matdiff.implicit("A x = b", "x", "A[1,2]", "A: n x n")


def test_an_unknown_that_does_not_occur_is_an_error() -> None:
    with pytest.raises(MatdiffError, match="it is declared, but does not occur"):
        matdiff.derive("x'x", "Z", "x: n; Z: n x n")


# ---- derivatives in directions ----------------------------------------------------------------------

DIRECTIONS: list[tuple[str, str, str, int]] = [
    ("sum(exp(A*x))", "x", "A: m x n; x: n", 3),
    ("sum(k=1..K, (c[k]'*x)*(x'*X[k]*x))", "x", "c[k=1..K]: n; X[k=1..K]: n x n; x: n", 3),
    ("log(sum(exp(x)))", "x", "x: n", 3),
    ("tr(X*X*X*A)", "X", "X: n x n; A: n x n", 3),
    ("tr(inv(X)*A)", "X", "X: n x n; A: n x n", 3),
    ("inv(X)", "X", "X: n x n", 2),
    ("norm2(x)^4", "x", "x: n", 4),
    ("sum(i=1..N, (x[i]'w)^3)", "x", "x[i=1..N]: n; w: n", 3),
]


@pytest.mark.parametrize(("text", "unknown", "where", "order"), DIRECTIONS)
def test_a_derivative_in_directions_is_symmetric_and_agrees_with_differences(
    text: str, unknown: str, where: str, order: int
) -> None:
    f = matdiff.parse(text, where)
    x = unknown_in(f, unknown)
    names = ["P", "Q", "R", "S"][:order]
    found, lower = derivative(f, x, order, names), derivative(f, x, order - 1, names[:-1])
    values = drawn(f)
    random = np.random.default_rng(5)
    directions = {name: random.normal(size=values[unknown].shape) for name in names}

    def at(step: float) -> Array:
        return value(lower, values | directions | {unknown: values[unknown] + step * directions[names[-1]]})

    expected = (8 * (at(STEP) - at(-STEP)) - (at(2 * STEP) - at(-2 * STEP))) / (12 * STEP)
    mine = value(found, values | directions)
    assert mine == pytest.approx(expected, rel=1e-6, abs=1e-7)
    turned = dict(zip(names, [directions[name] for name in names[::-1]], strict=True))
    assert value(found, values | turned) == pytest.approx(mine)


def test_a_direction_may_be_repeated_and_parts_have_directions() -> None:
    f = matdiff.parse("x'*A*x*(b'*x)", "x: n; A: n x n; b: n")
    x = unknown_in(f, "x")
    values = drawn(f) | {"u": np.array([1.0, -2.0, 0.5])}
    cubic = value(derivative(f, x, 3, ("u", "u", "u")), values)
    assert cubic == pytest.approx(6 * value(f, values | {"x": values["u"]}))  # of a form of degree 3 it is 3! f(u)
    part = derivative(f, unknown_in(f, "x[2]"), 3, ("r", "s", "t"))
    assert value(part, values | {"r": 1.0, "s": 1.0, "t": 2.0}) == pytest.approx(
        12 * values["A"][1, 1] * values["b"][1]
    )


@pytest.mark.parametrize(
    ("order", "names", "said"),
    [(9, (), "order 9"), (2, ("u",), "2 directions"), (2, ("u", "A"), "A is a name"), (-1, (), "order -1")],
)
def test_a_derivative_that_has_no_meaning_is_refused(order: int, names: tuple[str, ...], said: str) -> None:
    f = matdiff.parse("x'*A*x", "x: n; A: n x n")
    with pytest.raises(MatdiffError, match=said):
        derivative(f, unknown_in(f, "x"), order, names)


@pytest.mark.parametrize("text", ["x[n]^2", "‖A[:, n]‖²", "n x[n]", "‖A[n, :]‖²"])
def test_the_number_of_a_part_cannot_vary(text: str) -> None:
    for derived in (matdiff.derive, matdiff.jvp, matdiff.jacobian):
        with pytest.raises(matdiff.MatdiffError, match="cannot vary"):
            derived(text, "n", "x: n; A: n x n")


def test_a_sum_of_deltas_alone_is_one() -> None:
    assert matdiff.jacobian("∑_i x_i * {x}", "x[2]").verify().ok


def test_no_sum_runs_over_the_letter_of_a_constant_index() -> None:
    f = matdiff.derive("log(sum(k=1..N, exp(z[i]'*z[k]))) - z[i]'*z[j]", "z[i]", "z[i=1..N]: n; i, j: index 1..N")
    assert f.verify().ok
    assert {s.index.name for s in postorder(f.gradient) if isinstance(s, IndexedSum)}.isdisjoint({"i", "j"})
