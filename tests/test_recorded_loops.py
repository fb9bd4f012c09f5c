"""Loops over a symbolic length: sums, products, recurrences, lists; the values of the function at two lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from test_recording import Case, called, difference, drawn, label

import matdiff

Array = Any


# ---- what becomes a sum, a product or the largest of all ------------------------------------------------


def squares(w: Array, X: Array, y: Array) -> Array:
    total = 0.0
    for i in range(len(y)):
        r = y[i] - w @ X[i]
        total += r**2
    return total / len(y)


def differences(x: Array) -> Array:
    s = 0
    for i in range(1, len(x)):
        s = s + (x[i] - x[i - 1]) ** 2 * i
    for i in range(len(x) - 1):
        s = s - x[i + 1] * x[i]
    return s


def weighted_rows(X: Array, w: Array) -> Array:
    s = np.zeros(X.shape[1])
    for row, t in zip(X, w, strict=False):
        s += np.sin(row) * t
    return s @ s


def numbered(X: Array) -> Array:
    s = 0
    for i, row in enumerate(X, start=1):
        s += row @ row / i
    return s


def kernel(X: Array, a: Array) -> Array:
    s = 0.0
    for x, p in zip(X, a, strict=False):
        for z, q in zip(X, a, strict=False):
            s += p * q * np.exp(-np.sum((x - z) ** 2))
    return s


def covariance(X: Array) -> Array:
    d = X.shape[1]
    S = np.zeros((d, d))
    for x in X:
        S += np.outer(x, x)
    return np.linalg.slogdet(S / len(X) + np.eye(d))[1]


def factors(x: Array) -> Array:
    p = 2.0
    for t in x:
        p *= 1 + t**2
    return p


def largest_square(x: Array) -> Array:
    best, worst = -np.inf, np.inf
    for t in x:
        best = max(best, t**2)
        worst = np.minimum(worst, np.exp(t))
    return best * worst


def coulomb(X: Array, q: Array) -> Array:
    energy = 0.0
    for i in range(len(q) - 1):
        for j in range(i + 1, len(q)):
            r = np.linalg.norm(X[i] - X[j])
            energy += q[i] * q[j] / r
    return energy


def below(x: Array) -> Array:
    s = sum(x[i] * np.sin(x[j]) for i in range(len(x)) for j in range(i))
    for i in range(1, len(x)):
        c = 0.0
        for j in range(1, i + 1):
            c += x[j]
        s += c**2
    return s


def ising(s: Array, J: Array, h: Array) -> Array:
    energy = 0.0
    for i in range(len(s)):
        energy -= h[i] * s[i] if i > 0 else 2 * s[i]
        for j in range(len(s)):
            if i == j:
                continue
            energy -= J[i, j] * s[i] * s[j]
    return energy + sum(s[i] * s[j] ** 2 for i in range(len(s)) for j in range(len(s)) if i != j)


def distances(X: Array) -> Array:
    D = np.zeros((len(X), len(X)))
    for i in range(len(X)):
        for j in range(len(X)):
            if i != j:
                D[i, j] = 1 / np.sum((X[i] - X[j]) ** 2)
            elif i >= 1:
                D[i, j] = 3 * X[0] @ X[i]
    return np.sum(np.sin(D))


def accelerations(X: Array, m: Array) -> Array:
    acc = np.zeros_like(X)
    for i in range(len(m)):
        for j in range(len(m)):
            if i == j:
                continue
            away = X[j] - X[i]
            acc[i] += m[j] * away / np.linalg.norm(away) ** 3
    return np.sum(acc**2)


# ---- what becomes a recurrence ----------------------------------------------------------------------------


def network(A: Array, U: Array, X: Array, y: Array, v: Array) -> Array:
    h = np.zeros(A.shape[0])
    loss = 0.0
    for x, t in zip(X, y, strict=False):
        h = np.tanh(A @ h + U @ x)
        loss += (v @ h - t) ** 2
    return loss + h @ h


def backwards(A: Array, X: Array, h: Array) -> Array:
    for t in range(len(X) - 1, -1, -1):
        h = np.tanh(A @ h + X[t])
    for x in reversed(X):
        h = h * np.cos(x)
    return h.sum()


def leapfrog(x: Array, v: Array, F: Array, dt: Array) -> Array:
    for f in F:
        v = v - dt * np.sin(x) * f
        x = x + dt * v
    return x @ x + v @ v


def filtered(a: Array, q: Array, r: Array, y: Array) -> Array:
    m, p, nll = 0.0, 1.0, 0.0
    for t in range(y.shape[0]):
        m, p = a * m, a**2 * p + q**2
        s = p + r**2
        nll += 0.5 * (np.log(s) + (y[t] - m) ** 2 / s)
        k = p / s
        m, p = m + k * (y[t] - m), (1 - k) * p
    return nll


def previous(x: Array) -> Array:
    before, s = x[0], 0.0
    for t in range(1, len(x)):
        s += np.cos(x[t] - before)
        before = x[t]
    return s * before


def in_a_dict(W: Array, X: Array) -> Array:
    state = {"h": np.zeros(X.shape[1]), "norm": 0.0}
    for x in X:
        state["h"] = np.tanh(W @ state["h"] + x)
        state["norm"] += state["h"] @ state["h"]
    return state["norm"]


class Smoother:
    """A level that follows what it sees."""

    def __init__(self, level: Array) -> None:
        self.level = level
        self.loss = 0.0

    def step(self, y: Array, rate: Array) -> None:
        error = y - self.level
        self.loss += error**2
        self.level = self.level + rate * error


def in_an_object(y: Array, a: Array) -> Array:
    smoother = Smoother(y[0])
    for value in y:
        smoother.step(value, a)
    return smoother.loss


def descent(w: Array, X: Array, y: Array, eta: Array) -> Array:
    params = [w, 0.0]
    for x, t in zip(X, y, strict=False):
        error = x @ params[0] + params[1] - t
        params = [params[0] - eta * error * x, params[1] - eta * error]
    return params[0] @ params[0] + params[1] ** 2


# ---- what becomes a list -------------------------------------------------------------------------------


def appended(X: Array, w: Array) -> Array:
    scores, rows = [], []
    for x in X:
        scores.append(np.tanh(w @ x))
        rows.append(x * w)
    pairs = []
    for t in w:
        pairs.append([t, t**2])
    found = np.array(pairs)
    return (found.T @ found).sum() + np.mean(scores) + np.sum(np.array(rows) ** 2) + sum(scores) / len(scores)


def states(A: Array, X: Array, Y: Array) -> Array:
    h = np.ones(A.shape[0])
    hs = []
    for x in X:
        h = np.tanh(A @ h + x)
        hs.append(h)
    return np.sum((np.stack(hs) - Y) ** 2)


def comprehended(X: Array, Z: Array, l: Array) -> Array:  # noqa: E741
    K = np.array([[np.exp(-np.sum((x - z) ** 2) * l) for z in Z] for x in X]) + sum(map(np.dot, X, X))
    return np.sum(K**2) + max([x @ x for x in X])


# ---- what fills an array ---------------------------------------------------------------------------------


def product_by_entries(A: Array, B: Array) -> Array:
    C = np.zeros((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(A.shape[1]):
                C[i, j] += A[i, k] * B[k, j]
    return np.sum(C**3)


def gram(X: Array, l: Array) -> Array:  # noqa: E741
    K = np.zeros((len(X), len(X)))
    for i, x in enumerate(X):
        for j in range(len(X)):
            K[i, j] = np.exp(-np.sum((x - X[j]) ** 2) * l**2)
    return np.sum(np.sin(K))


def columns(X: Array, w: Array) -> Array:
    Z = np.ones((X.shape[1], X.shape[0]))
    for i, x in enumerate(X):
        Z[:, i] = np.tanh(w * x)
        Z[:, i] += 1
    return np.sum(Z @ Z.T) + Z[0, -1]


def all_states(A: Array, X: Array, h: Array) -> Array:
    H = np.zeros((len(X) + 1, len(h)))
    H[0] = h
    for t in range(len(X)):
        H[t + 1] = np.tanh(A @ H[t] + X[t])
    return np.sum(H[1:] ** 2) + H[-1].sum()


def smoothed(x: Array, a: Array) -> Array:
    c = np.empty(len(x))
    c[0] = x[0]
    loss = 0.0
    for i in range(1, len(x)):
        c[i] = a * c[i - 1] + (1 - a) * x[i]
        loss += (c[i - 1] - x[i]) ** 2
    return np.sum(np.sin(c)) + loss


def returns(r: Array, g: Array) -> Array:
    total, found = 0.0, np.zeros(len(r))
    for t in reversed(range(len(r))):
        total = r[t] + g * total
        found[t] = total
    return np.sum(found**2)


def pendulum(s: Array, T: Array, dt: Array) -> Array:
    q, p = np.zeros(len(T)), np.zeros(len(T))
    q[0], p[0] = s
    for k in range(len(T) - 1):
        p[k + 1] = p[k] - dt * np.sin(q[k])
        q[k + 1] = q[k] + dt * p[k + 1]
    return np.sum((q - T) ** 2)


def hidden_markov(p: Array, A: Array, B: Array) -> Array:
    alpha = np.zeros((B.shape[0], A.shape[0]))
    alpha[0] = p**2 * B[0] ** 2
    for t in range(1, B.shape[0]):
        alpha[t] = (alpha[t - 1] @ A**2) * B[t] ** 2
    return np.log(alpha[-1].sum())


CASES = [
    Case(product_by_entries, "A: n x p; B: p x m", "A B"),
    Case(gram, "X: N x d; l: scalar", "X l"),
    Case(columns, "X: N x d; w: d", "X w"),
    Case(all_states, "A: d x d; X: N x d; h: d", "A X h"),
    Case(smoothed, "x: n; a: scalar", "x a"),
    Case(returns, "r: n; g: scalar", "r g"),
    Case(pendulum, "s: 2; T: n; dt: scalar", "s dt"),
    Case(hidden_markov, "p: d; A: d x d; B: N x d", "p A B"),
    Case(squares, "w: d; X: N x d; y: N", "w X"),
    Case(differences, "x: n", "x"),
    Case(weighted_rows, "X: N x d; w: N", "X w"),
    Case(numbered, "X: N x d", "X"),
    Case(kernel, "X: N x d; a: N", "X a"),
    Case(covariance, "X: N x d", "X"),
    Case(coulomb, "X: N x d; q: N", "X q"),
    Case(below, "x: n", "x"),
    Case(accelerations, "X: N x d; m: N", "X m"),
    Case(ising, "s: N; J: N x N; h: N", "s J"),
    Case(distances, "X: N x d", "X"),
    Case(factors, "x: n", "x"),
    Case(largest_square, "x: n", "x"),
    Case(network, "A: d x d; U: d x p; X: N x p; y: N; v: d", "A U v"),
    Case(backwards, "A: d x d; X: N x d; h: d", "A X h"),
    Case(leapfrog, "x: d; v: d; F: N; dt: scalar", "x v dt"),
    Case(filtered, "a: scalar; q: scalar; r: scalar; y: n", "a q y"),
    Case(previous, "x: n", "x"),
    Case(in_a_dict, "W: d x d; X: N x d", "W"),
    Case(in_an_object, "y: n; a: scalar", "a y"),
    Case(descent, "w: d; X: N x d; y: N; eta: scalar", "w eta"),
    Case(appended, "X: N x d; w: d", "w"),
    Case(states, "A: d x d; X: N x d; Y: N x d", "A X"),
    Case(comprehended, "X: N x d; Z: n x d; l: scalar", "X l"),
]


def shortened(values: dict[str, Array], where: str) -> dict[str, Array]:
    """The same values with fewer rows, where these are counted by the length of the loop."""
    axes = {n.strip(): right.split() for item in where.split(";") for n, right in [item.split(":")]}
    cut = {n: v[:2] if axes[n][0] in ("N", "n") else v for n, v in values.items()}
    return {n: v[:, :2] if axes[n][2:] == ["N"] else v for n, v in cut.items()}


@pytest.mark.parametrize("case", CASES, ids=label)
def test_value_and_gradient_are_those_of_the_function_at_two_lengths(case: Case) -> None:
    expr = matdiff.from_function(case.f, case.where)
    rng = np.random.default_rng(5)
    for values in (drawn(case, 3), shortened(drawn(case, 4), case.where)):
        assert matdiff.evaluate(expr, values) == pytest.approx(called(case.f, values), rel=1e-9)
        for name in case.wrt.split():
            gradient = np.asarray(matdiff.evaluate(matdiff.derive(expr, name).gradient, values))
            change = rng.standard_normal(np.shape(values[name]))
            found = float(np.sum(gradient.reshape(change.shape) * change))
            scale = 1 + float(np.linalg.norm(gradient))
            assert abs(found - difference(case.f, values, name, change)) < 1e-6 * scale, name


# ---- what the formula looks like ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "where", "text"),
    [
        (factors, "x: n", "2*prod(i=1..n, 1 + x[i]^2)"),
        (
            network,
            "A: d x d; U: d x p; X: N x p; y: N; v: d",
            "h[0] = 0; h[i] = tanh(A*h[i-1] + U*X[i, :]') for i = 1..N; sum(i=1..N, (v'*h[i] - y[i])^2) + h[N]'*h[N]",
        ),
    ],
)
def test_the_expression_is_the_formula(f: Callable[..., Any], where: str, text: str) -> None:
    assert matdiff.equal(matdiff.from_function(f, where), matdiff.parse(text, where))


def test_a_recurrence_has_the_name_of_its_variable() -> None:
    def f(A: Array, X: Array) -> Array:
        state = X[0]
        for x in X:
            state = np.tanh(A @ state + x)
        return state.sum()

    text = str(matdiff.from_function(f, "A: d x d; X: n x d"))
    assert text == "state[0] = X[1, :]ᵀ; state[i] = tanh(A state[i − 1] + X[i, :]ᵀ) for i = 1..n; sum(state[n])"
    assert matdiff.equal(matdiff.parse(text, "A: d x d; X: n x d"), matdiff.from_function(f, "A: d x d; X: n x d"))


def test_lengths_of_a_loop_follow_from_use() -> None:
    found = str(matdiff.from_function(squares))
    assert found == "total = ∑_{i=1}^{q} (y[i] − wᵀX[i, :]ᵀ)²; total/q"


def test_a_scan_of_jax_over_a_symbolic_length_is_a_recurrence() -> None:
    jax = pytest.importorskip("jax")
    jnp = pytest.importorskip("jax.numpy")

    def scanned(W: Array, z: Array, X: Array) -> Array:
        def step(h: Array, x: Array) -> Any:
            h = jnp.tanh(W @ h + x)
            return h, h @ h

        h, norms = jax.lax.scan(step, z, X)
        return norms.sum() + jax.lax.fori_loop(0, X.shape[0], lambda k, s: s * 0.5 + X[k] @ h, 0.0)

    where = "W: d x d; z: d; X: n x d"
    text = (
        "h[0] = z; h[i] = tanh(W*h[i-1] + X[i, :]') for i = 1..n; "
        "s[0] = 0; s[i] = s[i-1]/2 + X[i, :]*h[n] for i = 1..n; sum(i=1..n, h[i]'*h[i]) + s[n]"
    )
    found, values = matdiff.from_function(scanned, where), drawn(Case(scanned, where, "W"), 3)
    assert matdiff.evaluate(found, values) == pytest.approx(matdiff.evaluate(matdiff.parse(text, where), values))
    assert {"h[0]", "s[0]"} <= set(str(found).replace(" ", ";").split(";"))


# ---- what cannot be recorded ----------------------------------------------------------------------------


def left(x: Array) -> Array:
    s = 0.0
    for t in x:
        s = s + t
        break
    return s


def returned(x: Array) -> Array:
    for t in x:
        return t
    return 0.0


def by_value(x: Array) -> Array:
    s = 0.0
    for t in x:
        if t > 0:
            s += t
    return s


def listed_by_place(x: Array) -> Array:
    found = []
    for i in range(len(x)):
        if i != 2:
            found.append(x[i])
    return sum(found)


def growing(x: Array) -> Array:
    s = np.zeros(1)
    for t in x:
        s = np.append(s, t)
    return s.sum()


def nothing_before(x: Array) -> Array:
    s, before = 0.0, None
    for t in x:
        if before is not None:
            s += t * before
        before = t
    return s


def alternating(x: Array) -> Array:
    s, sign = 0.0, True
    for t in x:
        s += t if sign else -t
        sign = not sign
    return s


def wrapping(x: Array) -> Array:
    s = 0.0
    for i in range(len(x)):
        s += x[i - 1] * x[i]
    return s


def two_before(x: Array) -> Array:
    c = np.zeros(len(x))
    for i in range(2, len(x)):
        c[i] = c[i - 1] + c[i - 2] * x[i]
    return c.sum()


def overlapping(x: Array) -> Array:
    p = x * 1.0
    for i in range(len(x) - 1):
        p[i + 1] = p[i] * 2 + p[i + 1]
        p[i] = 0.0
    return p @ p


def more_than_its_place(x: Array) -> Array:
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] += x[i]
        y += 1
    return y.sum()


def in_another_dict(x: Array) -> Array:
    found = {}
    for i in range(len(x)):
        found[i] = x[i]
    return sum(found.values())


def different_first_round(x: Array) -> Array:
    s = 0.0
    for i, t in enumerate(x):
        s = t if i == 0 else s * np.sin(t)
    return s


def factors_below(x: Array) -> Array:
    s = 0.0
    for i in range(len(x)):
        p = 1.0
        for j in range(i):
            p *= x[j]
        s += p
    return s


def beyond(x: Array) -> Array:
    s = 0.0
    for i in range(len(x)):
        s += x[i + 1]
    return s


def last_round(X: Array) -> Array:
    for x in X:
        y = x @ x
    return y


def listed(X: Array) -> Array:
    return np.sum([2 * x for x in list(X)])


def unpacked(X: Array) -> Array:
    a, b = X
    return a @ b


def nested(x: Array, y: Array) -> Array:
    h = 0.0
    for s in x:
        for t in y:
            h = np.tanh(h + s * t)
    return h


REFUSED = [
    (left, "x: n", "left before its end cannot be recorded, in line", "for t in x"),
    (returned, "x: n", "left before its end", "for t in x"),
    (by_value, "x: n", "truth", "if t > 0"),
    (listed_by_place, "x: n", "list that is made in a loop with a branch", "for i in range(len(x))"),
    (growing, "x: n", "s, which", "for t in x"),
    (nothing_before, "x: n", "s, which not every round of the loop changes in the same way", "for t in x"),
    (alternating, "x: n", "truth", "s += t if sign else -t"),
    (wrapping, "x: n", "in front of the first one", "x[i - 1] * x[i]"),
    (beyond, "x: n", "beyond the n of the axis", "x[i + 1]"),
    (factors_below, "x: n", "p, which is no sum", "for j in range(i)"),
    (overlapping, "x: n", "places that another round fills too", "for i in range(len(x) - 1)"),
    (more_than_its_place, "x: n", "more of an array", "for i in range(len(x))"),
    (in_another_dict, "x: n", "found, to which a round of the loop adds a member", "for i in range(len(x))"),
    (different_first_round, "x: n", "s, which a branch on the place makes", "for i, t in enumerate(x)"),
    (two_before, "x: n", "c, of which a round of the loop reads more", "for i in range(2, len(x))"),
    (last_round, "X: n x d", "last round", ""),
    (listed, "X: n x d", "symbolic length n", "list(X)"),
    (unpacked, "X: n x d", "symbolic length n", "a, b = X"),
    (nested, "x, y: n", "inside another", "for t in y"),
]


@pytest.mark.parametrize(("f", "where", "word", "line"), REFUSED)
def test_what_a_loop_cannot_be_is_said_with_its_line(f: Callable[..., Any], where: str, word: str, line: str) -> None:
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.from_function(f, where)
    assert word in str(caught.value)
    assert line in str(caught.value)
