"""Functions written with NumPy: the recorded expression has their values, its gradient is that of differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import symbols

Array = Any


class Case(NamedTuple):
    """A function, the shapes of its parameters, and the parameters to derive by."""

    f: Callable[..., Any]
    where: str
    wrt: str


SIZES = {"n": 4, "m": 3, "d": 3, "k": 2, "h": 5, "p": 4, "N": 6, "q": 2}


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def normalised(X: Array) -> Array:
    return (X - X.mean(axis=1, keepdims=True)) / np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)


# ---- models as people write them ---------------------------------------------------------------------


def least_squares(X: Array, w: Array, y: Array) -> Array:
    return ((X @ w - y) ** 2).sum()


def mean_squares(X: Array, w: Array, y: Array) -> Array:
    residual = X.dot(w) - y
    return 1 / (2 * len(y)) * residual.dot(residual)


def ridge(X: Array, w: Array, y: Array, lam: Array) -> Array:
    return np.linalg.norm(X @ w - y) ** 2 + lam * np.linalg.norm(w) ** 2


def lasso(X: Array, w: Array, y: Array, lam: Array) -> Array:
    return 0.5 * np.mean(np.square(y - X @ w)) + lam * np.abs(w).sum()


def logistic_pm1(X: Array, w: Array, y: Array) -> Array:
    return np.log(1 + np.exp(-y * (X @ w))).mean()


def logistic_stable(X: Array, w: Array, y: Array) -> Array:
    return np.sum(np.logaddexp(0, -y * (X @ w)))


def logistic_01(X: Array, w: Array, b: Array, t: Array) -> Array:
    p = sigmoid(X @ w + b)
    return -np.sum(t * np.log(p) + (1 - t) * np.log(1 - p)) / X.shape[0]


def hinge(X: Array, w: Array, y: Array) -> Array:
    return np.maximum(0, 1 - y * (X @ w)).mean() + 0.1 * w @ w


def poisson(X: Array, w: Array, y: Array) -> Array:
    eta = X @ w
    return np.sum(np.exp(eta) - y * eta)


def huber(X: Array, w: Array, y: Array) -> Array:
    r = X @ w - y
    inside = np.clip(r, -0.3, 0.3)
    return np.sum(inside * r - 0.5 * inside**2)


def cross_entropy(X: Array, W: Array, Y: Array) -> Array:
    P = softmax(X @ W)
    return -(Y * np.log(P)).sum() / X.shape[0]


def cross_entropy_with_logsumexp(X: Array, W: Array, b: Array, Y: Array) -> Array:
    Z = X @ W + b
    m = np.max(Z, axis=1, keepdims=True)
    lse = m + np.log(np.sum(np.exp(Z - m), axis=1, keepdims=True))
    return np.mean(np.sum(Y * (lse - Z), axis=1))


def cross_entropy_of_columns(W: Array, X: Array, Y: Array) -> Array:
    Z = W @ X.T
    E = np.exp(Z - Z.max(axis=0))
    return -np.sum(Y.T * np.log(E / E.sum(axis=0)))


def cross_entropy_of_one(W: Array, x: Array, y: Array) -> Array:
    z = W @ x
    z = z - np.max(z)
    return -np.dot(y, z - np.log(np.sum(np.exp(z))))


def perceptron(X: Array, W1: Array, b1: Array, W2: Array, b2: Array, Y: Array) -> Array:
    H = np.tanh(X @ W1 + b1)
    out = H @ W2 + b2
    return 0.5 * np.sum((out - Y) ** 2) / len(X)


def perceptron_of_one(W1: Array, b1: Array, W2: Array, b2: Array, x: Array, y: Array) -> Array:
    h = np.maximum(W1 @ x + b1, 0)
    p = softmax(W2 @ h + b2)
    return -y @ np.log(p)


def in_place(X: Array, W1: Array, b1: Array, W2: Array) -> Array:
    Z = X @ W1
    Z += b1
    loss = 0
    for W in (W2, 2 * W2):
        loss += np.sum(np.sin(Z @ W))
    loss /= 3
    return loss


def gaussian(S: Array, mu: Array, X: Array) -> Array:
    n, d = X.shape
    D = X - mu
    _, logdet = np.linalg.slogdet(S)
    return -0.5 * (n * d * np.log(2 * np.pi) + n * logdet + np.sum(D * np.linalg.solve(S, D.T).T))


def gaussian_trace(S: Array, mu: Array, X: Array) -> Array:
    D = X - mu[None, :]
    return X.shape[0] * np.log(np.linalg.det(S)) + np.trace(np.linalg.inv(S) @ D.T @ D)


def marginal_likelihood(X: Array, y: Array, s: Array) -> Array:
    K = X @ X.T + s**2 * np.eye(len(y))
    return 0.5 * y @ np.linalg.solve(K, y) + 0.5 * np.linalg.slogdet(K).logabsdet


def factorisation(R: Array, M: Array, U: Array, V: Array) -> Array:
    return np.sum(M * (R - U @ V.T) ** 2) + 0.1 * (np.sum(U**2) + np.sum(V**2))


def attention(Q: Array, K: Array, V: Array, R: Array) -> Array:
    scores = Q @ K.T / np.sqrt(K.shape[-1])
    return np.sum(softmax(scores) @ V * R)


def attention_with_math(Q: Array, K: Array, V: Array, R: Array) -> Array:
    d = Q.shape[1]
    return np.trace(R.T @ softmax((Q @ K.T) / math.sqrt(d)) @ V)


def layer_norm(X: Array, gamma: Array, beta: Array, R: Array) -> Array:
    return np.sum((normalised(X) * gamma + beta) * R)


def batch_norm(X: Array, gamma: Array, beta: Array, R: Array) -> Array:
    mean, var = X.mean(axis=0), np.var(X, axis=0)
    return ((X - mean) / np.sqrt(var + 1e-3) * gamma + beta).ravel() @ R.ravel()


def rayleigh(A: Array, x: Array) -> Array:
    return (x @ A @ x) / (x @ x)


def principal_components(X: Array, W: Array) -> Array:
    return np.linalg.norm(X - X @ W @ W.T, "fro") ** 2 / X.shape[0]


def centred(X: Array, w: Array) -> Array:
    n = len(X)
    H = np.eye(n) - np.ones((n, n)) / n
    return w @ X.T @ H @ X @ w


def low_rank(x: Array, W: Array, B: Array, A: Array) -> Array:
    return np.sum(np.tanh((W + B @ A) @ x))


def residual_block(X: Array, W: Array, R: Array) -> Array:
    Y = X
    for _ in range(3):
        Y = Y + np.tanh(Y @ W)
    return (Y * R).sum()


def kernel_of_distances(X: Array, Z: Array, R: Array) -> Array:
    squares = (X**2).sum(axis=1)[:, None] + (Z**2).sum(1) - 2 * X @ Z.T
    return np.sum(np.exp(-0.5 * squares) * R)


def variational(mu: Array, logvar: Array, eps: Array, W: Array, x: Array) -> Array:
    z = mu + np.exp(0.5 * logvar) * eps
    divergence = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return 0.5 * np.sum((x - W @ z) ** 2) + divergence


def contrastive(X: Array, Z: Array) -> Array:
    S = X @ Z.T / 0.5
    return -np.mean(np.diag(S) - np.log(np.exp(S).sum(axis=1)))


def cosine(x: Array, z: Array) -> Array:
    return x @ z / (np.linalg.norm(x) * np.linalg.norm(z))


def weighted(X: Array, w: Array, y: Array, s: Array) -> Array:
    return (y - X @ w) @ np.diag(s) @ (y - X @ w)


def mahalanobis(S: Array, x: Array, mu: Array) -> Array:
    return np.sqrt((x - mu).T @ np.linalg.inv(S) @ (x - mu))


def recurrent(W: Array, U: Array, x: Array, c: Array) -> Array:
    h = np.zeros(W.shape[0])
    for _ in range(4):
        h = np.tanh(W @ h + U @ x)
    return c @ h


def trace_of_powers(A: Array) -> Array:
    return np.trace(np.linalg.matrix_power(A, 3)) + np.trace(A @ A.T)


def standardised(x: Array) -> Array:
    z = (x - np.mean(x)) / np.std(x)
    return np.sum(z**3)


def entropy(z: Array) -> Array:
    p = np.exp(z) / np.sum(np.exp(z))
    return -np.sum(p * np.log(p))


W_XY = "X: N x d; w: d; y: N"

MODELS = [
    Case(least_squares, W_XY, "X w y"),
    Case(mean_squares, W_XY, "X w"),
    Case(ridge, W_XY + "; lam: scalar", "X w lam"),
    Case(lasso, W_XY + "; lam: scalar", "w lam"),
    Case(logistic_pm1, W_XY, "X w y"),
    Case(logistic_stable, W_XY, "w"),
    Case(logistic_01, "X: N x d; w: d; b: scalar; t: N", "w b t"),
    Case(hinge, W_XY, "w X"),
    Case(poisson, W_XY, "w"),
    Case(huber, W_XY, "w"),
    Case(cross_entropy, "X: N x d; W: d x k; Y: N x k", "X W Y"),
    Case(cross_entropy_with_logsumexp, "X: N x d; W: d x k; b: k; Y: N x k", "W b"),
    Case(cross_entropy_of_columns, "X: N x d; W: k x d; Y: N x k", "W"),
    Case(cross_entropy_of_one, "W: k x d; x: d; y: k", "W x"),
    Case(perceptron, "X: N x d; W1: d x h; b1: h; W2: h x k; b2: k; Y: N x k", "W1 b1 W2 b2 X"),
    Case(perceptron_of_one, "W1: h x d; b1: h; W2: k x h; b2: k; x: d; y: k", "W1 b1 W2 b2 x"),
    Case(in_place, "X: N x d; W1: d x h; b1: h; W2: h x k", "W1 b1 W2"),
    Case(gaussian, "S: d x d spd; mu: d; X: N x d", "mu X"),
    Case(gaussian_trace, "S: d x d spd; mu: d; X: N x d", "mu X"),
    Case(marginal_likelihood, "X: N x d; y: N; s: scalar", "X s"),
    Case(factorisation, "R, M: N x p; U: N x k; V: p x k", "U V"),
    Case(attention, "Q: n x d; K: N x d; V: N x p; R: n x p", "Q K V"),
    Case(attention_with_math, "Q: n x d; K: N x d; V: N x p; R: n x p", "Q K V"),
    Case(layer_norm, "X: N x d; gamma, beta: d; R: N x d", "X gamma beta"),
    Case(batch_norm, "X: N x d; gamma, beta: d; R: N x d", "X gamma beta"),
    Case(rayleigh, "A: n x n; x: n", "A x"),
    Case(principal_components, "X: N x d; W: d x k", "W X"),
    Case(centred, "X: N x d; w: d", "X w"),
    Case(low_rank, "x: d; W: n x d; B: n x k; A: k x d", "A B"),
    Case(residual_block, "X, R: N x d; W: d x d", "W X"),
    Case(kernel_of_distances, "X: N x d; Z: n x d; R: N x n", "X Z"),
    Case(variational, "mu, logvar, eps: k; W: n x k; x: n", "mu logvar W"),
    Case(contrastive, "X, Z: N x d", "X Z"),
    Case(cosine, "x, z: n", "x z"),
    Case(weighted, W_XY + "; s: N", "w s"),
    Case(mahalanobis, "S: d x d spd; x, mu: d", "x mu"),
    Case(recurrent, "W: h x h; U: h x d; x: d; c: h", "W U"),
    Case(trace_of_powers, "A: n x n", "A"),
    Case(standardised, "x: n", "x"),
    Case(entropy, "z: n", "z"),
]

# ---- single functions of NumPy -------------------------------------------------------------------------

SINGLE = [
    Case(lambda A, B: np.einsum("ij,ij->", A, B), "A, B: n x m", "A"),
    Case(lambda A, x: np.einsum("ij,j->i", A, x) @ np.einsum("ij,j->i", A, x), "A: n x m; x: m", "A x"),
    Case(lambda A, B: np.sum(np.einsum("ij,ij->i", A, B) ** 2), "A, B: n x m", "A"),
    Case(lambda x, A, y: np.einsum("i,ij,j->", x, A, y), "x: n; A: n x m; y: m", "x A y"),
    Case(lambda A, B: np.einsum("ij,jk,ki", A, B, A @ B), "A: n x m; B: m x n", "A"),
    Case(lambda A: np.einsum("ii->", A) + np.einsum("ii->i", A) @ np.einsum("ji->i", A), "A: n x n", "A"),
    Case(lambda x, A: np.sum(np.sin(np.einsum("i,ij->ij", x, A))), "x: n; A: n x m", "x A"),
    Case(lambda A, x: np.sum(np.sin(np.einsum("ij,j->ji", A, x))), "x: m; A: n x m", "x A"),
    Case(lambda X, A, Z: np.sum(np.einsum("bi,ij,bj->b", X, A, Z) ** 2), "X: N x n; A: n x m; Z: N x m", "X A"),
    Case(lambda x, y: np.sum(np.exp(np.outer(x, y))), "x: n; y: m", "x y"),
    Case(lambda x, y: np.inner(x, y) * np.vdot(x, x) + np.multiply(x, y).sum(), "x, y: n", "x"),
    Case(lambda A, B: np.sum(np.tanh(np.inner(A, B))), "A: n x d; B: m x d", "A B"),
    Case(lambda A, B: np.sum(np.sin(np.kron(A, B))), "A: n x m; B: d x k", "A B"),
    Case(lambda A, B: np.tensordot(A, B) + np.sum(np.tensordot(A, B.T, axes=1)), "A, B: n x m", "A"),
    Case(lambda A, B, C: np.trace(np.linalg.multi_dot([A, B, C])), "A: n x m; B: m x d; C: d x n", "B"),
    Case(lambda A: np.sum(np.linalg.norm(A, axis=1)) + np.linalg.norm(A), "A: n x m", "A"),
    Case(lambda A: np.sum(np.linalg.norm(A, ord=1, axis=0) ** 2), "A: n x m", "A"),
    Case(lambda x: np.linalg.norm(x, 1) + np.linalg.norm(x, np.inf) + np.linalg.norm(x, 3), "x: n", "x"),
    Case(lambda A: np.linalg.norm(A, 2) + np.linalg.norm(A, "nuc"), "A: n x m", "A"),
    Case(lambda A: np.sum(np.linalg.pinv(A) ** 2), "A: N x d", "A"),
    Case(lambda A: np.sum(np.max(A, axis=1) ** 2) + A.min() * A.max(), "A: n x m", "A"),
    Case(lambda A, B: np.sum(np.maximum(A, B.mean(axis=0)) * np.minimum(A, 0.2)), "A, B: n x m", "A"),
    Case(lambda A: np.sum(np.diag(np.diag(A)) @ A) + A.diagonal() @ A.diagonal(), "A: n x n", "A"),
    Case(lambda A: np.var(A, axis=0, ddof=1).sum() + A.std() + np.std(A, axis=1) @ A.mean(1), "A: n x m", "A"),
    Case(lambda A: A.reshape(-1) @ np.sin(A).flatten() + np.cos(A.ravel(order="F")).sum(), "A: n x m", "A"),
    Case(lambda A, x: np.sum(np.sin(A.reshape(-1, 2) @ x)), "A: n x 4; x: 2", "A x"),
    Case(lambda x, A: np.sum(np.sin(x.reshape(4, -1) * A)), "x: 12; A: 4 x 3", "x A"),
    Case(lambda x, A: np.sum(np.sin(x[:, None] * A) + np.expand_dims(x, 1)), "x: n; A: n x m", "x A"),
    Case(lambda x, y: np.sum(np.exp(x[:, np.newaxis] - y[None, :])), "x: n; y: m", "x y"),
    Case(lambda x, y: np.sum((x[:, None] * y) ** 2 / (1 + x**2)[:, None]), "x: n; y: m", "x y"),
    Case(lambda A: np.sum(A / A.sum(axis=0) + A / np.sum(A**2, axis=1, keepdims=True)), "A: n x m", "A"),
    Case(lambda A: np.sum(2**A + 0.5 ** (A @ A.T).sum() + A**3.0 + A**0 + 1 / (2 + A**2)), "A: n x m", "A"),
    Case(lambda x, a: (x**2 + 1) ** a @ x, "x: n; a: scalar", "x a"),
    Case(lambda x: np.sum(np.arctan(x) * np.sinh(x) + np.log1p(x**2) * np.expm1(x) - abs(x)), "x: n", "x"),
    Case(lambda x: np.sum(np.reciprocal(2 + np.cos(x)) + np.hypot(x, 1) + np.exp2(x) - np.sign(x)), "x: n", "x"),
    Case(lambda A: np.sum((A.T - A.mean(axis=1)).T ** 2) + A.size + A.T.shape[0] ** 0.5 + A.ndim, "A: n x m", "A"),
    Case(lambda x: max(0, 1 - x.sum()) + min(x[:] @ x, 100) + sum(x), "x: n", "x"),
    Case(lambda x: np.full(x.shape[0], 2.5) @ x + np.ones_like(x) @ x**2 + np.zeros(len(x)) @ x, "x: n", "x"),
    Case(lambda A: np.sum(np.eye(A.shape[0], like=A) @ A + 2 * np.identity(len(A)) @ A**2), "A: n x m", "A"),
    Case(lambda x: np.average(x) + np.average(x, weights=x**2) + np.add.reduce(x), "x: n", "x"),
    Case(lambda A: np.transpose(A).dot(A).trace() + np.swapaxes(A, 0, 1).sum() * A.T.mean(), "A: n x m", "A"),
    Case(lambda A, x: x @ np.broadcast_to(x.mean(), (len(A),)) + (A @ np.ones((2, 1))).squeeze() @ x, "A: n x 2; x: n", "A"),  # noqa: E501
    Case(lambda A: np.log(np.exp(A).sum(0)).sum() + np.log(np.exp(A).sum(0, keepdims=True)).mean(), "A: n x m", "A"),
    Case(lambda X, w, y: ((X @ w - y) ** 2).sum(), "X: N x d; w: d x 1; y: N", "w"),
    Case(lambda x, /, *, c=2.0: np.sum(c * np.sin(x)), "x: n", "x"),
    Case(lambda x: np.sum(x @ np.eye(3) + np.ones(3) / 3), "x: 3", "x"),
]  # fmt: skip


def drawn(case: Case, seed: int) -> dict[str, Array]:
    """Random values of the parameters, those with a property well inside it."""
    rng = np.random.default_rng(seed)
    values: dict[str, Array] = {}
    for item in case.where.split(";"):
        names, right = item.split(":")
        words = [w for w in right.split() if w != "x"]
        shape = tuple(SIZES[w] if w in SIZES else int(w) for w in words if w in SIZES or w.isdecimal())
        for name in names.split(","):
            value = rng.uniform(0.2, 0.9, shape) * rng.choice([-1, 1], shape)
            if "spd" in words:
                value = value @ value.T + np.eye(shape[0])
            positive = name.strip() in ("t", "lam", "s", "logvar")
            values[name.strip()] = abs(value) if positive else value
    return values


def called(f: Callable[..., Any], values: dict[str, Array]) -> float:
    """The value of the function on arrays of its own."""
    copies = {name: np.array(v) if np.ndim(v) else float(v) for name, v in values.items()}
    only = f.__code__.co_posonlyargcount
    names = f.__code__.co_varnames[:only]
    return float(f(*[copies.pop(name) for name in names], **copies))


def difference(f: Callable[..., Any], values: dict[str, Array], name: str, change: Array) -> float:
    """The derivative in a direction by central differences of fourth order."""
    h = 1e-4
    at = [called(f, {**values, name: values[name] + k * h * change}) for k in (-2, -1, 1, 2)]
    return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h)


def label(case: Case) -> str:
    return case.f.__name__


@pytest.mark.parametrize("case", MODELS + SINGLE, ids=label)
def test_the_recorded_expression_has_the_value_of_the_function(case: Case) -> None:
    expr = matdiff.from_function(case.f, case.where)
    for seed in range(3):
        values = drawn(case, seed)
        assert matdiff.evaluate(expr, values) == pytest.approx(called(case.f, values), rel=1e-9)


@pytest.mark.parametrize("case", MODELS + SINGLE, ids=label)
def test_its_gradient_is_that_of_central_differences(case: Case) -> None:
    expr = matdiff.from_function(case.f, case.where)
    values = drawn(case, 7)
    for name in case.wrt.split():
        gradient = np.asarray(matdiff.evaluate(matdiff.derive(expr, name).gradient, values))
        gradient = gradient.reshape(np.shape(values[name]))  # a column n x 1 comes as a vector
        rng = np.random.default_rng(11)
        for _ in range(3):
            change = rng.standard_normal(np.shape(values[name]))
            found = float(np.sum(gradient * change))
            scale = 1 + float(np.linalg.norm(gradient))
            assert abs(found - difference(case.f, values, name, change)) < 1e-6 * scale, name


def test_there_are_models_enough() -> None:
    assert len(MODELS) >= 40


# ---- broadcasting, for all shapes ------------------------------------------------------------------------

SHAPES = {"a": "scalar", "x": "n", "z": "m", "A": "m x n", "B": "m x n", "S": "n x n", "r": "1 x n", "c": "m x 1"}
OPERATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "+": lambda u, v: u + v,
    "-": lambda u, v: u - 2 * v,
    "*": lambda u, v: (-u) * (3 * v),
    "/": lambda u, v: u / (2 * v),
    "@": lambda u, v: u @ v,
    "maximum": lambda u, v: np.maximum(u, v),
    "logaddexp": lambda u, v: np.logaddexp(u, v),
    "exp/": lambda u, v: np.exp(u) / np.exp(v).sum(axis=0),
    "exp/keep": lambda u, v: np.exp(u - v) / np.exp(v).sum(axis=-1, keepdims=True),
    "softmax of a sum": lambda u, v: softmax(u * v + v) if np.ndim(u * v) else u * v,
    "softmax of columns": lambda u, v: np.exp(u + v) / np.exp(u + v).sum(axis=0) if np.ndim(u + v) else u + v,
    "logsumexp": lambda u, v: np.log(np.exp(u - v).sum(axis=0)) - u,
    "logsumexp of rows": lambda u, v: np.log(np.exp(u + v).sum(axis=-1, keepdims=True)) + v,
    "outer": lambda u, v: np.outer(u, v) if np.ndim(u) < 2 and np.ndim(v) < 2 else u + v,
    "dot": lambda u, v: np.dot(u, v),
    "inner": lambda u, v: np.inner(u, v),
}
if hasattr(np.linalg, "vecdot"):  # NumPy 2
    OPERATIONS["vecdot"] = lambda u, v: np.linalg.vecdot(u, v) if np.ndim(u) and np.ndim(v) else u * v


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_have_the_shapes_and_values_of_numpy(name: str) -> None:
    operation = OPERATIONS[name]
    values = drawn(Case(operation, "; ".join(f"{k}: {v}" for k, v in SHAPES.items()), ""), 5)
    fitting = 0
    for left in SHAPES:
        for right in SHAPES:
            where = {"u": SHAPES[left], "v": SHAPES[right]}
            try:
                expected = np.asarray(operation(values[left], values[right]))
            except (ValueError, TypeError):
                with pytest.raises(matdiff.MatdiffError):
                    matdiff.from_function(operation, where)
                continue
            expr = matdiff.from_function(operation, where)
            axes = matdiff.from_function(lambda u, v: operation(u, v).ndim, where)
            found = np.asarray(matdiff.evaluate(expr, {"u": values[left], "v": values[right], "m": 3, "n": 4}))
            assert matdiff.evaluate(axes, {}) == expected.ndim, (left, right)
            assert np.allclose(found.reshape(expected.shape), expected), (left, right)
            fitting += 1
    assert fitting >= 10


# ---- what the formula looks like -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "where", "text"),
    [
        (lambda W, x, y: ((W @ x - y) ** 2).sum(), "W: m x n; x: n; y: m", "sum((W x - y).^2)"),
        (lambda A, x: x @ A, "A: n x m; x: n", "A'x"),
        (lambda A, x: x.T @ A @ x, "A: n x n; x: n", "x'A x"),
        (lambda X, b: X + b, "X: m x n; b: n", "X + ones(m) b'"),
        (lambda X, b: X - b[:, None], "X: m x n; b: m", "X - b ones(n)'"),
        (lambda X: X.mean(axis=0), "X: m x n", "X'ones(m)/m"),
        (lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(), "z: n", "softmax(z)"),
        (lambda Z: softmax(Z), "Z: m x n", "softmax_rows(Z)"),
        (lambda z: z.max() + np.log(np.exp(z - z.max()).sum()), "z: n", "logsumexp(z)"),
        (lambda x: sigmoid(x), "x: n", "sigmoid(x)"),
        (lambda X, s: X * s, "X: m x n; s: n", "X Diag(s)"),
        (lambda X, s: X / s[:, None], "X: m x n; s: m", "Diag(1 ./ s) X"),
        (lambda x: x / 3 + 0.1, "x: scalar", "x/3 + 1/10"),
        (lambda A: np.linalg.slogdet(A)[1], "A: n x n", "logdet(A)"),
        (lambda x: np.logaddexp(0, -x), "x: n", "softplus(-x)"),
        (lambda x: np.logaddexp(x, np.zeros_like(x)), "x: n", "softplus(x)"),
    ],
)
def test_the_expression_is_the_formula(f: Callable[..., Any], where: str, text: str) -> None:
    assert matdiff.from_function(f, where) is matdiff.parse(text, where)


def test_the_text_of_a_recorded_expression_is_read_back() -> None:
    where = "X: N x d; W: d x k; Y: N x k"
    expr = matdiff.from_function(cross_entropy, where)
    assert matdiff.parse(str(expr), where) is expr


def test_names_shapes_and_properties_are_those_of_where() -> None:
    expr = matdiff.from_function(lambda W_1, S: np.sum(W_1 @ S), {"W_1": "m x n", "S": "n x n symmetric"})
    assert matdiff.derive(expr, "W1").gradient.shape == matdiff.parse("W1", "W1: m x n").shape
    assert matdiff.from_function(lambda S: S, "S: n x n symmetric") is matdiff.parse("S", "S: n x n symmetric")


def test_methods_partial_functions_and_closures_are_called() -> None:
    from functools import partial

    class Model:
        scale = 3

        def loss(self, x: Array) -> Array:
            return self.scale * x.sum() / len(x)

        __call__ = loss

    expected = matdiff.parse("3*sum(x)/n", "x: n; n: scalar")
    assert matdiff.from_function(Model().loss, "x: n") is expected
    assert matdiff.from_function(Model(), "x: n") is expected

    def outer(inner: Callable[[Array], Array]) -> Callable[[Array], Array]:
        return lambda x: 3 * inner(x)

    assert matdiff.from_function(outer(lambda x: x.sum() / len(x)), "x: n") is expected
    assert matdiff.from_function(partial(lambda c, x: c * x.sum() / len(x), 3), "x: n") is expected


def test_the_function_itself_is_left_alone() -> None:
    def f(x: Array) -> Array:
        return np.eye(len(x)) @ x

    matdiff.from_function(f, "x: n")
    assert f(np.ones(2)).tolist() == [1.0, 1.0]
    assert f.__globals__["np"] is np
    assert np.eye(2).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_a_long_loop_is_recorded() -> None:
    def f(x: Array, W: Array) -> Array:
        for _ in range(3_000):
            x = np.tanh(W @ x)
        return x.sum()

    assert matdiff.from_function(f, "x: n; W: n x n").shape == matdiff.parse("1").shape


# ---- what cannot be recorded ---------------------------------------------------------------------------


def branch(x: Array) -> Array:
    return x if x.sum() > 0 else -x


def truth(x: Array) -> Array:
    return x or 1


def assignment(x: Array) -> Array:
    y = x[1:]
    x[0] = 1
    return y


def change_of_a_view(A: Array) -> Array:
    B = A.T
    B += 1
    return A.sum()


def inner_import(x: Array) -> Array:
    import numpy

    return numpy.eye(x.shape[0]) @ x


REFUSED = [
    (branch, "x: n", "line 5"),
    (truth, "x: n", "truth"),
    (assignment, "x: n", "view"),
    (change_of_a_view, "A: n x n", "view"),
    (inner_import, "x: n", "like=X"),
    (lambda x: x[x > 0], "x: n", "mask"),
    (lambda x: x[7], "x: 3", "beyond"),
    (lambda x: float(x.sum()), "x: n", "float()"),
    (lambda x: math.gamma(x.sum()), "x: n", "math"),
    (lambda x: int(x.shape[0]), "x: n", "int()"),
    (lambda x: np.sort(x), "x: n", "sort"),
    (lambda x: np.median(x), "x: n", "median"),
    (lambda x: x.argmax(), "x: n", "argmax"),
    (lambda A: np.linalg.svd(A), "A: n x m", "np.linalg.svd"),
    (lambda A: np.linalg.qr(A), "A: n x n", "qr"),
    (lambda x: np.where(x > 0), "x: n", "where"),
    (lambda x: np.floor(x), "x: n", "np.floor"),
    (lambda x: np.exp(x, out=x), "x: n", "out"),
    (lambda x: np.sum(x, dtype=float), "x: n", "dtype"),
    (lambda x: np.multiply.at(x, [0], 2), "x: n", "at"),
    (lambda x: x**x, "x: n", "exponent"),
    (lambda x: x / 0, "x: n", "zero"),
    (lambda x: x * 1j, "x: n", "complex"),
    (lambda x: x * float("inf"), "x: n", "inf"),
    (lambda x: x.backward(), "x: n", "backward"),
    (lambda x: np.einsum("i,j,k->ijk", x, x, x), "x: n", "einsum"),
    (lambda x: x[:, None, None], "x: n", "3 axes"),
    (lambda x, y: x + y, "x: n; y: m", "(n,) and (m,)"),
    (lambda x, y: x @ y, "x: n; y: m", "n is not m"),
    (lambda A: np.linalg.inv(A), "A: n x m", "square"),
    (lambda A: A.sum(axis=2), "A: n x m", "axis"),
    (lambda x: x.reshape(3, 3), "x: n", "(3, 3)"),
    (lambda x: {}, "x: n", "no member"),
    (lambda x: None, "x: n", "nothing"),
    (lambda x, b: ((x - b) ** 2).sum(), "x: n", "no declaration: b"),  # a number, or a vector
    (lambda x: x, "x[i=1..N]: n", "family"),
    (lambda x: "text" + x, "x: n", "str"),
    (lambda x: np.empty(3)[7] * x, "x: n", "IndexError"),
    (lambda x: x.shape[0] == 3, "x: n", "size n"),
    (3, "x: n", "not a function"),
]


@pytest.mark.parametrize(("f", "where", "word"), REFUSED)
def test_what_cannot_be_recorded_is_named(f: Any, where: str, word: str) -> None:
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.from_function(f, where)
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("function", "where", "same"),
    [
        (lambda X, w, y: np.sum((X @ w - y) ** 2), None, "X: m x n; w: n; y: m"),
        (lambda X, w, y, lam=0.1: np.mean(np.log1p(np.exp(-y * (X @ w)))) + lam * w @ w, None, "X: m x n; w: n; y: m"),
        (lambda x, A: x @ A @ x, None, "x: n; A: n x n"),
        (lambda S, C: np.linalg.slogdet(S)[1] + np.trace(np.linalg.solve(S, C)), None, "S: n x n; C: n x n"),
        (lambda X, w, y: np.sum((X @ w[1:] + w[0] - y) ** 2), None, "X: m x n; w: n + 1; y: m"),
        (lambda beta, X, y: np.sum(np.exp(X @ beta) - y * (X @ beta)), None, "beta: p; X: n x p; y: n"),
        (lambda W, X, Y: np.sum((X @ W - Y) ** 2), "Y: m x 2", "W: n x 2; X: m x n; Y: m x 2"),
    ],
)
def test_shapes_follow_from_use(function: Callable[..., Any], where: str | None, same: str) -> None:
    found, declared = matdiff.from_function(function, where), matdiff.from_function(function, same)
    shapes = [{s.name: s.shape for s in symbols(e)} for e in (found, declared)]
    assert shapes[0].keys() == shapes[1].keys()
    pairs = [pair for name in shapes[0] for pair in zip(shapes[0][name], shapes[1][name], strict=True)]
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(set(pairs))  # the same up to names of sizes


def test_what_fits_in_two_ways_is_asked_about() -> None:
    with pytest.raises(matdiff.MatdiffError, match="no declaration: x, b"):
        matdiff.from_function(lambda x, b: np.sum((x - b) ** 2))
    with pytest.raises(matdiff.MatdiffError, match="Branches depend on values"):
        matdiff.from_function(lambda x: x @ x if x.sum() > 0 else -x @ x)
