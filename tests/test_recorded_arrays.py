"""Arrays as people use them: the recorded expression has the values of the function and its gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from test_recording import SIZES, Case, called, difference, drawn, label

import matdiff

Array = Any
SIZES |= {"n": 4}


# ---- functions as people write them ---------------------------------------------------------------------


def flat_parameters(theta: Array, X: Array, y: Array) -> Array:
    W, b, v = theta[:6].reshape(3, 2), theta[6:8], theta[8:-1]
    h = np.tanh(X @ W + b)
    return np.mean((h @ v + theta[-1] - y) ** 2)


def rosenbrock(x: Array) -> Array:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def total_variation(u: Array) -> Array:
    dx, dy = u[1:, :-1] - u[:-1, :-1], u[:-1, 1:] - u[:-1, :-1]
    return np.sum(np.sqrt(dx**2 + dy**2 + 1e-3))


def class_labels(W: Array, X: Array) -> Array:
    labels = np.array([2, 0, 1, 1])
    scores = X @ W
    correct = scores[np.arange(4), labels][:, None]
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(4), labels] = 0
    return margins.sum() / len(X) + np.log(np.exp(scores).sum(1)).mean()


def pairwise(X: Array, Z: Array, R: Array, s: Array) -> Array:
    squares = np.sum(((X[:, None, :] - Z[None]) / s) ** 2, axis=-1)
    return np.sum(np.exp(-0.5 * squares) * R)


def smallest_distances(X: Array, C: Array) -> Array:
    return np.linalg.norm(X[:, np.newaxis] - C, axis=2).min(axis=1).sum()


def heads(Q: Array, K: Array, V: Array) -> Array:
    q, k, v = (a.reshape(3, 2, 2).transpose(1, 0, 2) for a in (Q, K, V))
    s = q @ k.transpose(0, 2, 1) / np.sqrt(2)
    p = np.exp(s - s.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return np.sum((p @ v).transpose(1, 0, 2).reshape(3, 4) ** 2)


def recurrence(W: Array, U: Array, X: Array) -> Array:
    H = np.zeros((3, 3))
    H[0] = np.tanh(U @ X[0])
    for t in range(1, len(X)):
        H[t] = np.tanh(W @ H[t - 1] + U @ X[t])
    return np.sum(H**2)


def filled(x: Array) -> Array:
    g = np.zeros(x.shape)
    g[0] = x[0] ** 2
    g[1:] = np.sin(x[1:])
    g[-1] += x[0]
    return g @ g


def convolution(K: Array, A: Array) -> Array:
    out = np.empty((3, 2))
    for i in range(3):
        for j in range(2):
            out[i, j] = np.sum(A[i : i + 2, j : j + 2] * K)
    return np.sum(np.sin(out))


def off_the_diagonal(Y: Array) -> Array:
    q = 1 / (1 + Y @ Y.T)
    q[range(len(Y)), range(len(Y))] = 0.0
    return np.sum(q / q.sum() * Y[:, 0])


def huber_by_cases(w: Array, X: Array, y: Array) -> Array:
    r = y - X @ w
    small = np.abs(r) <= 0.4
    return np.where(small, 0.5 * r**2, 0.4 * (np.abs(r) - 0.2)).sum() + np.mean(r * (0.7 - (r < 0)))


def by_masks(x: Array) -> Array:
    z = x * 2
    z[z < 0] *= 0.1
    return np.sum(z) + np.sum(np.exp(x[x > 0])) + np.mean(x[~(x > 0.1)] ** 2)


def unpacked(p: Array, t: Array) -> Array:
    a, *rest = np.exp(p)
    return sum((k + 1) * r * a for k, r in enumerate(rest)) * np.sum(a * t)


def symbolic_sum(w: Array, X: Array, y: Array) -> Array:
    return sum((y[i] - w @ X[i]) ** 2 * (i + 1) for i in range(len(y)))


def gaussian_process(theta: Array, X: Array, y: Array) -> Array:
    amplitude, noise = np.exp(theta)
    squares = np.sum((X[:, None] - X[None]) ** 2, axis=-1)
    K = amplitude * np.exp(-0.5 * squares)
    K[np.diag_indices_from(K)] += noise
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L, y)
    return 0.5 * a @ a + np.log(np.diag(L)).sum() + 0.5 * len(y) * np.log(2 * np.pi)


def triangle(v: Array, b: Array) -> Array:
    L = np.zeros((2, 2))
    L[np.tril_indices(2)] = v
    L[[0, -1], [0, 1]] = np.exp(np.diag(L))
    return np.sum(np.linalg.solve(L, b) ** 2) + np.log(L[1, 1])


MODELS = [
    Case(triangle, "v: 3; b: 2", "v b"),
    Case(flat_parameters, "theta: 11; X: N x 3; y: N", "theta"),
    Case(rosenbrock, "x: n", "x"),
    Case(total_variation, "u: n x m", "u"),
    Case(class_labels, "W: d x 3; X: 4 x d", "W X"),
    Case(pairwise, "X: n x d; Z: m x d; R: n x m; s: d", "X s"),
    Case(smallest_distances, "X: n x d; C: 2 x d", "C"),
    Case(heads, "Q, K, V: 3 x 4", "Q V"),
    Case(recurrence, "W: 3 x 3; U: 3 x d; X: 3 x d", "W U"),
    Case(filled, "x: n", "x"),
    Case(convolution, "K: 2 x 2; A: 4 x 3", "K A"),
    Case(off_the_diagonal, "Y: n x d", "Y"),
    Case(huber_by_cases, "w: d; X: N x d; y: N", "w"),
    Case(by_masks, "x: 6", "x"),
    Case(unpacked, "p: 3; t: n", "p"),
    Case(symbolic_sum, "w: d; X: N x d; y: N", "w"),
    Case(gaussian_process, "theta: 2; X: n x d; y: n", "theta"),
]

SINGLE = [
    Case(lambda X, t: np.sum((np.insert(X, 0, 1, axis=1) @ t) ** 2) + np.insert(t, 2, 3.0)[2] * t[0], "X: n x 2; t: 3", "X t"),  # noqa: E501
    Case(lambda A, B: np.sum(np.sin(np.split(np.hstack([A, B]), 2, axis=1)[1]) * A), "A, B: m x n", "A B"),
    Case(lambda x: np.sum(np.sin(x[::-1]) * x) + x[-2] ** 3 + x[[0, 2, 2]].sum(), "x: 5", "x"),
    Case(lambda x: np.sum(np.cumsum(x) ** 2) + np.sum(np.diff(x, n=2) ** 2) + np.sum(np.roll(x, 1) * x), "x: n", "x"),
    Case(lambda A, B: np.sum(np.sin(np.vstack([A, B]))) + np.sum(np.hstack([A, A[:, :1]]) ** 2), "A, B: n x m", "A"),
    Case(lambda A, x: np.sum(np.column_stack([A, x]) ** 3) + np.append(x, 2.0) @ np.ones(5), "A: 4 x m; x: 4", "A x"),
    Case(lambda A, B: np.sum(np.block([[A, B], [B.T, np.eye(2)]]) ** 3), "A: 3 x 3; B: 3 x 2", "A B"),
    Case(lambda x: np.stack([x, x**2], axis=1).prod() ** 2 + np.prod(x**2 + 1), "x: 3", "x"),
    Case(lambda x: np.sum(np.tile(x, 2) ** 2) + np.sum(np.repeat(x, 2) * np.arange(8.0)), "x: 4", "x"),
    Case(lambda A: np.sum(np.tril(A, -1) ** 2) + np.sum(np.triu(A) ** 3) + np.trace(np.flip(A)), "A: n x n", "A"),
    Case(lambda a, b: np.sum(np.cross(a, b) ** 2) + np.cross(a, b)[0], "a, b: 3", "a"),
    Case(lambda c, t: np.sum(np.polyval(c, t) ** 2) + np.sum(np.vander(t, 3) @ c), "c: 3; t: 4", "c"),
    Case(lambda x, y: np.corrcoef(x, y)[0, 1] + np.cov(x, y)[0, 1], "x, y: n", "x"),
    Case(lambda A: np.sum(np.cov(A) ** 2) + np.sum(np.sqrt(np.sum(np.cov(A, rowvar=False) ** 2))), "A: 3 x 4", "A"),
    Case(lambda x, k: np.sum(np.convolve(x, k, mode="same") ** 2) + np.sum(np.gradient(x) ** 2), "x: 5; k: 3", "x k"),
    Case(lambda x, y: np.trapezoid(np.exp(y), x) if hasattr(np, "trapezoid") else np.sum(x * y), "x, y: n", "x y"),
    Case(lambda A, W: np.sum(np.einsum("ij,kjl->ikl", A, W.reshape(2, 3, 2)) ** 2), "A: 2 x 3; W: 6 x 2", "A W"),
    Case(lambda A, B: np.sum(np.tensordot(A, B, axes=([0], [1])) ** 2), "A: n x m; B: d x n", "A"),
    Case(lambda x: np.sum(np.subtract.outer(x, x) ** 2) + np.maximum.reduce(x), "x: n", "x"),
    Case(lambda x: np.sum(np.arctan2(x, 2 + x) + np.cbrt(x) + np.logaddexp.reduce(x)), "x: n", "x"),
    Case(lambda A: np.linalg.svd(A, compute_uv=False)[0] + np.linalg.svd(A, compute_uv=False).sum(), "A: 3 x 2", "A"),
    Case(lambda S: np.linalg.eigvalsh(S)[-1] + np.sum(np.exp(np.linalg.eigh(S)[0])), "S: n x n spd", "S"),
    Case(lambda A, y: np.sum(np.linalg.lstsq(A, y, rcond=None)[0] ** 2), "A: 4 x 2; y: 4", "A y"),
    Case(lambda A, s: np.average(A, axis=0, weights=s**2) @ np.ones(3) + np.ptp(A), "A: n x 3; s: n", "A s"),
    Case(lambda A: np.sum(A.reshape(2, 2, 3).mean(axis=1) ** 2) + A.reshape(2, 2, 3).max(axis=(1, 2)).sum(), "A: 4 x 3", "A"),  # noqa: E501
    Case(lambda x: (math.sqrt(2) * np.log(2 * math.pi) * x).sum() + max(x[0], x[1]) + min([x[2], x[0] ** 2]), "x: 3", "x"),  # noqa: E501
    Case(lambda x: np.sum(np.where(x > 0, x, np.expm1(x))) + np.where(x[0] > 0, x[0] ** 2, 0.0), "x: n", "x"),
]  # fmt: skip


def shapes(case: Case, seed: int) -> dict[str, Array]:
    return drawn(case, seed)


@pytest.mark.parametrize("case", MODELS + SINGLE, ids=label)
def test_value_and_gradient_are_those_of_the_function(case: Case) -> None:
    expr = matdiff.from_function(case.f, case.where)
    values = shapes(case, 3)
    assert matdiff.evaluate(expr, values) == pytest.approx(called(case.f, values), rel=1e-9)
    rng = np.random.default_rng(5)
    for name in case.wrt.split():
        gradient = np.asarray(matdiff.evaluate(matdiff.derive(expr, name).gradient, values))
        change = rng.standard_normal(np.shape(values[name]))
        if "spd" in case.where:
            change = change + change.T
        found = float(np.sum(gradient.reshape(change.shape) * change))
        scale = 1 + float(np.linalg.norm(gradient))
        assert abs(found - difference(case.f, values, name, change)) < 1e-6 * scale, name


# ---- what the formula looks like ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "where", "text"),
    [
        (lambda x: 0.5 * np.log(2 * np.pi) + np.sqrt(2) * x, "x: scalar", "log(2*pi)/2 + sqrt(2)*x"),
        (lambda A, B: (A @ B)[0, 1], "A: n x m; B: m x n", "A[1, :]*B[:, 2]"),
        (lambda x: np.exp(x)[1] + x[-1], "x: 4", "exp(x[2]) + x[4]"),
        (lambda S: np.log(np.diag(np.linalg.cholesky(S))).sum(), "S: n x n spd", "logdet(S)/2"),
        (lambda X, y: sum(y[i] * X[i] for i in range(len(y))), "X: n x d; y: n", "sum(i=1..n, y[i]*X[i, :]')"),
    ],
)
def test_the_expression_is_the_formula(f: Any, where: str, text: str) -> None:
    assert matdiff.equal(matdiff.from_function(f, where), matdiff.parse(text, where))
    assert len(str(matdiff.from_function(f, where))) <= len(str(matdiff.parse(text, where))) + 2


# ---- what cannot be recorded --------------------------------------------------------------------------------


def lie(x: Array) -> Array:
    return x.sum() + np.asarray(x).dtype.itemsize * isinstance(x, np.ndarray)


REFUSED = [
    (lambda x: sum(sorted(x)), "x: n", "", "The order of the entries"),
    (lambda x: x.sum() * len(f"{x[0]:.3f}"), "x: n", "", "Leave the printing out"),
    (lambda x: x.sum() if np.all(x > 0) else 0.0, "x: n", "", "A check of values is no part of the formula"),
    (lambda x: np.interp(0.5, x, x), "x: n", "", "Which piece is taken depends on the values"),
    (lambda x: np.fft.fft(x).real.sum(), "x: n", "", "complex"),
    (lie, "x: n", "", "has not the values of the function"),
    (lambda x: np.sum(np.log(x[x > 0])), "x: n", "", "not defined where the function is"),
    (lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0)), "x: n", "", "not defined where the function is"),
    (lambda x, y: x[x > 0] @ y[y > 0], "x, y: n", "", "mask"),
    (lambda x: x[x > 0] + x, "x: n", "", "different masks"),
    (lambda x: x[: x.sum()], "x: n", "", "ends depend on values"),
    (lambda A: A[:, None, :, None] + 1.0, "A: n x m", "", "axes"),
    (lambda x: np.repeat(x, 2), "x: n", "", "symbolic length"),
    (lambda x: x.reshape(2, 2, 2)[0, 0, 5], "x: 8", "", "beyond"),
    (lambda A: np.linalg.cholesky(A).sum(), "A: n x n", "", "A: n x n spd"),
]


@pytest.mark.parametrize(("f", "where", "line", "word"), REFUSED)
def test_what_cannot_be_recorded_names_the_operation_and_the_line(f: Any, where: str, line: str, word: str) -> None:
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.from_function(f, where)
    assert word in str(caught.value)
    assert line.partition(" = ")[0] in str(caught.value)


def test_a_number_that_was_computed_is_the_one_that_is_meant() -> None:
    dt = 0.05

    def fall(x: Array) -> Array:
        return dt * 9.81 * np.sum(np.where(x > 0, x, 0))  # 0.49050000000000005

    assert str(matdiff.from_function(fall, "x: n")) == "0.4905sum(step(x) ⊙ x)"


def test_a_view_that_is_changed_is_refused_and_a_copy_is_not() -> None:
    def changed(x: Array) -> Array:
        y = x * 2
        z = y[:, None]
        y[0] = 1.0
        return np.sum(z * x)

    with pytest.raises(matdiff.MatdiffError, match="view"):
        matdiff.from_function(changed, "x: n")


def test_globals_and_defaults_are_as_before() -> None:
    def f(x: Array, activation: Any = np.tanh) -> Array:
        return activation(x).sum() * len(x)

    defaults = f.__defaults__
    matdiff.from_function(f, "x: n")
    assert f.__defaults__ == defaults
    assert "len" not in f.__globals__ or f.__globals__["len"] is len
    assert f.__globals__["np"] is np


def test_a_member_of_several_results_is_picked() -> None:
    def f(x: Array) -> Any:
        return {"loss": x @ x, "size": (x.sum(), 2 * x)}

    assert str(matdiff.from_function(f, "x: n")) == "xᵀx"
    assert str(matdiff.from_function(f, "x: n", output="size")) == "sum(x)"


# ---- the gradient of a function, and functions of files ----------------------------------------------------


def test_gradient_of_takes_the_arguments_of_the_function() -> None:
    def loss(w: Array, X: Array, labels: Array, lam: float = 0.5) -> Array:
        return lam * w @ w + (X @ w)[labels].sum()

    X, w = np.arange(6.0).reshape(3, 2), np.array([1.0, -2.0])
    found = matdiff.gradient_of(loss, "w")(w, X, labels=np.array([0, 2]))
    assert np.allclose(found, w + X[0] + X[2])


def test_a_search_for_the_largest_may_start_at_infinity() -> None:
    def best(x: Array) -> Array:
        found, other = -np.inf, np.inf
        for t in x:
            found, other = max(found, t**2), np.minimum(other, t)
        return found + other

    assert np.allclose(matdiff.gradient_of(best, "x")(np.array([1.0, -2.0, 0.5])), [0.0, -3.0, 0.0])


def test_gradient_of_keeps_columns_and_sees_what_is_symmetric() -> None:
    def largest(w: Array, A: Array) -> Array:
        return np.linalg.eigvalsh(w[0] * A)[-1] + (w.T @ w)[0, 0]

    A = np.diag([1.0, 3.0]) + 0.5
    found = matdiff.gradient_of(largest, "w")(np.array([[1.0], [2.0]]), A)
    assert np.allclose(found, [[np.linalg.eigvalsh(A)[-1] + 2.0], [4.0]])


def test_gradient_of_a_function_of_torch_takes_tensors() -> None:
    torch = pytest.importorskip("torch")

    def loss(W: Any, b: Any, x: Any, y: Any) -> Any:
        return torch.nn.functional.cross_entropy(x @ W + b, y)

    W, x = torch.randn(3, 2, dtype=torch.float64, requires_grad=True), torch.randn(4, 3, dtype=torch.float64)
    b, y = torch.tensor(0.5, dtype=torch.float64), torch.tensor([1, 0, 0, 1])
    loss(W, b, x, y).backward()
    assert np.allclose(matdiff.gradient_of(loss, "W")(W, b, x, y), W.grad)


def test_a_module_of_torch_is_what_it_computes() -> None:
    torch = pytest.importorskip("torch")

    class Loss(torch.nn.Module):
        def __init__(self, margin: float) -> None:
            super().__init__()
            self.margin = margin

        def forward(self, a: Any, b: Any) -> Any:
            return torch.clamp(self.margin - (a - b).pow(2).sum(1), min=0.0).mean()

    found = matdiff.from_function(Loss(2.0), "a, b: n x d")
    assert matdiff.equal(found, matdiff.parse("sum(relu(2*ones(n) - (a - b).^2*ones(d)))/n", "a, b: n x d"))
    layer = torch.nn.Linear(3, 2, dtype=torch.float64)  # whose weights are to be trained
    x = np.arange(12.0).reshape(4, 3)
    value = matdiff.evaluate(matdiff.from_function(lambda x: layer(x).sum(), "x: 4 x 3"), {"x": x})
    assert np.isclose(value, layer(torch.tensor(x)).sum().item())


def test_a_function_of_a_file_is_derived(tmp_path: Any, capsys: Any) -> None:
    from matdiff.cli import main

    source = tmp_path / "loss_of_a_file.py"
    source.write_text("import numpy as np\n\n\ndef f(x, A):\n    return x @ A @ x\n", encoding="utf-8")
    assert main(["derive", f"{source}:f", "--wrt", "A", "--where", "x: n; A: n x n", "--steps", "none"]) == 0
    assert "xxᵀ" in capsys.readouterr().out
    assert main(["derive", f"{source}:g", "--wrt", "A"]) == 2
    assert "there is no g" in capsys.readouterr().err
